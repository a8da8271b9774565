"""Replay of recorded conversations: which points there are, what is known at each, and how the
ranks are counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from films import catalogue
from hypothesis import given
from hypothesis import strategies as st

from assistant.__main__ import main
from assistant.evaluation.recall import (
    CUTS,
    Knowledge,
    Point,
    outside,
    points_of,
    recalls,
    replay,
    table,
)
from assistant.language.understand import Understanding
from core.data.dialogs import Message, Part, read_dialogs, third_of
from core.domain import Constraints, Limit, Outcome
from core.session import SessionState
from core.simulation.scorer import FloatArray, Observations

CATALOGUE = catalogue()
TOKEN = MappingProxyType({movie.label: movie.row + 1 for movie in CATALOGUE.movies})
NAMES = MappingProxyType(
    {
        "1": "Alien (1979)",
        "2": "Titanic  (1997)",
        "3": "Up (2009)",
        "4": "No Such Film (1990)",
        "5": "The Thing",
        "6": "It (2017)",
    }
)


def line(*messages: tuple[str, str], conversation: str = "1") -> str:
    """One conversation; each message is ("seeker" or "friend", text)."""
    return json.dumps(
        {
            "conversationId": conversation,
            "initiatorWorkerId": 7,
            "respondentWorkerId": 8,
            "movieMentions": dict(NAMES),
            "initiatorQuestions": {"1": {"suggested": 0, "seen": 1, "liked": 0}},
            "respondentQuestions": {"1": {"suggested": 0, "seen": 1, "liked": 0}},
            "messages": [
                {"text": text, "senderWorkerId": 7 if who == "seeker" else 8}
                for who, text in messages
            ],
        }
    )


def heard(folder: Path, *messages: tuple[str, str]) -> list[Message]:
    file = folder / "talk.jsonl"
    file.write_text(line(*messages) + "\n", encoding="utf-8")
    return list(read_dialogs(file, CATALOGUE))


def titles(folder: Path, *messages: tuple[str, str]) -> list[Point]:
    return list(points_of(heard(folder, *messages), CATALOGUE, Knowledge.TITLES))


def text(folder: Path, *messages: tuple[str, str]) -> list[Point]:
    return list(
        points_of(heard(folder, *messages), CATALOGUE, Knowledge.TEXT, Understanding(CATALOGUE))
    )


class Fixed:
    """The same scores for everybody."""

    name = "fixed"
    gamma = 0.0

    def __init__(
        self, scores: Sequence[float], name: str = "fixed", *, gives_q_values: bool = False
    ) -> None:
        self._scores = np.array(scores, dtype=np.float32)
        self.name = name
        self.gives_q_values = gives_q_values

    def scores(self, observations: Observations) -> FloatArray:
        return np.tile(self._scores, (len(observations), 1))


DOWNHILL = Fixed([-float(row) for row in range(CATALOGUE.n_items)])


class TestPoints:
    def test_a_point_is_a_film_the_recommender_names_first(self, tmp_path: Path) -> None:
        found = titles(
            tmp_path,
            ("seeker", "I love @1"),
            ("friend", "me too, @1 is great. Have you seen @2?"),
            ("seeker", "yes, and @3"),
            ("friend", "then @6, if you liked @2 and @3"),
        )
        assert [point.film for point in found] == [TOKEN["Titanic (1997)"], TOKEN["It (2017)"]]
        assert found[0].named == (TOKEN["Alien (1979)"],)
        assert found[1].named == (
            TOKEN["Alien (1979)"],
            TOKEN["Titanic (1997)"],
            TOKEN["Up (2009)"],
        )

    def test_in_titles_every_film_named_before_is_liked_whatever_the_questionnaire_says(
        self, tmp_path: Path
    ) -> None:
        (first, second) = titles(
            tmp_path, ("seeker", "@1 was awful"), ("friend", "try @2"), ("friend", "or @3")
        )
        assert first.state.events == ((TOKEN["Alien (1979)"], Outcome.STATED_LIKE),)
        assert second.state.tokens(Outcome.STATED_LIKE) == (
            TOKEN["Alien (1979)"],
            TOKEN["Titanic (1997)"],
        )

    def test_new_films_of_one_message_share_the_conversation_before_it(
        self, tmp_path: Path
    ) -> None:
        found = titles(tmp_path, ("seeker", "hi"), ("friend", "@1, @2 or @1"))
        assert [point.film for point in found] == [TOKEN["Alien (1979)"], TOKEN["Titanic (1997)"]]
        assert {(point.state, point.named) for point in found} == {(SessionState(), ())}

    def test_a_film_nobody_knows_is_a_point_once(self, tmp_path: Path) -> None:
        found = titles(tmp_path, ("friend", "@4"), ("seeker", "?"), ("friend", "@4!"))
        assert [point.film for point in found] == [None]
        assert outside(found, CATALOGUE) == 1.0

    def test_a_title_without_a_year_is_the_best_known_film_of_that_title(
        self, tmp_path: Path
    ) -> None:
        assert [point.film for point in titles(tmp_path, ("friend", "@5"))] == [
            TOKEN["The Thing (1982)"]
        ]

    def test_text_tells_likes_from_dislikes_and_reactions_from_statements(
        self, tmp_path: Path
    ) -> None:
        (first, last) = text(
            tmp_path,
            ("seeker", "I loved @1 but I hated @2"),
            ("friend", "Have you seen @3?"),
            ("seeker", "I loved @3"),
            ("friend", "then @6"),
        )
        assert first.film == TOKEN["Up (2009)"]
        assert dict(last.state.events) == {
            TOKEN["Alien (1979)"]: Outcome.STATED_LIKE,
            TOKEN["Titanic (1997)"]: Outcome.STATED_DISLIKE,
            TOKEN["Up (2009)"]: Outcome.UP,
        }

    def test_in_text_what_the_recommender_named_is_shown_and_then_passed_over(
        self, tmp_path: Path
    ) -> None:
        found = text(tmp_path, ("friend", "@1"), ("friend", "@2"), ("friend", "@3"))
        assert found[2].state.events == (
            (TOKEN["Alien (1979)"], Outcome.PASSED),
            (TOKEN["Titanic (1997)"], Outcome.SHOWN),
        )

    def test_text_needs_an_understanding(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="understanding"):
            list(points_of(heard(tmp_path, ("friend", "@1")), CATALOGUE, Knowledge.TEXT))


class TestRanks:
    def point(self, film: int | None, *named: int, state: SessionState | None = None) -> Point:
        return Point("1", state or SessionState(), named, film)

    def ranks(self, *asked: Point) -> list[int]:
        return [int(rank) for rank in replay(DOWNHILL, asked, CATALOGUE).ranks]

    def test_the_rank_counts_better_films_that_were_not_named(self) -> None:
        assert self.ranks(self.point(1), self.point(4), self.point(4, 1, 3)) == [1, 4, 2]

    def test_equal_scores_stand_in_the_order_of_the_catalogue(self) -> None:
        flat = Fixed([0.0] * CATALOGUE.n_items)
        assert replay(flat, [self.point(1), self.point(5)], CATALOGUE).ranks.tolist() == [1, 5]

    def test_a_film_that_cannot_be_recommended_is_never_found(self) -> None:
        assert (
            min(self.ranks(self.point(None), self.point(CATALOGUE.n_items + 1))) > CATALOGUE.n_items
        )

    def test_a_film_that_is_in_the_transcript_already_cannot_be_found(self) -> None:
        assert self.ranks(self.point(1, state=SessionState().state(1, Outcome.SEEN))) == [
            CATALOGUE.n_items
        ]

    def test_films_against_a_hard_wish_come_last_but_keep_their_order(self) -> None:
        old = SessionState().constrain(Constraints(limits=(Limit("year", 1900, 1980),)))
        before_1981 = sorted(movie.row for movie in CATALOGUE.movies if movie.year <= 1980)
        assert self.ranks(self.point(4, state=old)) == [1 + before_1981.index(3)]
        assert self.ranks(self.point(1, state=old)) == [1 + len(before_1981)]

    @given(st.lists(st.integers(1, CATALOGUE.n_items), min_size=1, max_size=6, unique=True))
    def test_batching_and_padding_change_nothing(self, films: list[int]) -> None:
        asked = []
        for place, film in enumerate(films):
            state = SessionState()
            for other in films[:place]:
                state = state.state(other, Outcome.STATED_LIKE)
            asked.append(self.point(film, *films[:place], state=state))
        assert self.ranks(*asked) == [rank for point in asked for rank in self.ranks(point)]


class TestFigures:
    def asked(self) -> list[Point]:
        """Ranks 1, 11 and a miss in one conversation, 2 in another."""
        films: list[tuple[str, int | None]] = [("a", 1), ("a", 11), ("a", None), ("b", 2)]
        return [Point(conversation, SessionState(), (), film) for conversation, film in films]

    def test_recall_is_the_share_of_all_points_misses_included(self) -> None:
        (result,) = recalls([DOWNHILL], self.asked(), CATALOGUE, Knowledge.TITLES)
        assert {cut: result.at[cut].value for cut in CUTS} == {1: 0.25, 10: 0.5, 50: 0.75}

    def test_the_interval_comes_from_whole_conversations(self) -> None:
        (result,) = recalls([DOWNHILL], self.asked(), CATALOGUE, Knowledge.TITLES)
        assert result.at[10].low == pytest.approx(1 / 3)
        assert result.at[10].high == 1.0

    def test_a_candidate_is_compared_with_the_best_baseline(self) -> None:
        uphill = Fixed(
            [float(row) for row in range(CATALOGUE.n_items)], "uphill", gives_q_values=True
        )
        candidate, baseline = recalls([uphill, DOWNHILL], self.asked(), CATALOGUE, Knowledge.TITLES)
        assert candidate.differences[1].value == -0.25
        assert baseline.differences[1] == (0.0, 0.0, 0.0)
        assert table([candidate, baseline]).splitlines()[1].startswith("fixed")


class TestParts:
    def test_thirds_are_fixed_by_the_id_alone(self) -> None:
        assert [third_of(conversation) for conversation in ("15875", "391", "1")] == [0, 1, 2]
        counts = Counter(third_of(str(number)) for number in range(3000))
        assert all(900 < counts[third] < 1100 for third in range(3))

    @given(st.text(max_size=8))
    def test_every_conversation_is_either_for_development_or_held_out(
        self, conversation: str
    ) -> None:
        assert Part.DEVELOPMENT.holds(conversation) != Part.HELD_OUT.holds(conversation)
        assert Part.ALL.holds(conversation)


class TestCommand:
    def test_a_missing_bundle_is_told_in_one_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["recall", "--dialogs", str(tmp_path), "--bundle", str(tmp_path / "none")]) == 2
        assert capsys.readouterr().err.startswith("marquee: ")
