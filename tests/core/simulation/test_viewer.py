"""A simulated viewer says and does what a real person's ratings say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from learning_worlds import N_ITEMS, cinema

from core.domain import Outcome, Reaction
from core.session import SessionState
from core.simulation.viewer import SILENT, OpeningSettings, Viewer

CINEMA = cinema()
COMEDY, HORROR = CINEMA.facet_token(0), CINEMA.facet_token(1)


def viewer(stars: dict[int, float]) -> Viewer:
    return Viewer(
        np.array(list(stars), dtype=np.int64),
        np.array(list(stars.values()), dtype=np.float32),
        CINEMA,
    )


def openings(person: Viewer, settings: OpeningSettings, count: int = 300) -> list[SessionState]:
    rng = np.random.default_rng(0)
    return [person.open(rng, settings) for _ in range(count)]


def only(
    likes: int = 0, dislikes: int = 0, genre: float = 0.0, avoid: float = 0.0
) -> OpeningSettings:
    return OpeningSettings(
        likes=(likes,), dislikes=(dislikes,), genre_chance=genre, avoid_chance=avoid
    )


@pytest.mark.parametrize(
    ("stars", "reaction"),
    [
        (5.0, Reaction.UP),
        (4.0, Reaction.UP),
        (3.5, Reaction.SEEN),
        (3.0, Reaction.SEEN),
        (2.5, Reaction.DOWN),
        (0.5, Reaction.DOWN),
    ],
)
def test_reacts_as_they_rated(stars: float, reaction: Reaction) -> None:
    assert viewer({3: stars}).reaction(3) is reaction


def test_does_not_react_to_what_they_never_rated() -> None:
    assert viewer({3: 5.0}).reaction(4) is None


def test_reacts_to_rated_films_that_are_not_recommendable() -> None:
    assert viewer({N_ITEMS: 5.0}).reaction(N_ITEMS) is Reaction.UP


class TestOpening:
    MANY = viewer({row: (5.0 if row < 6 else 1.0 if row < 10 else 3.0) for row in range(N_ITEMS)})

    def test_may_be_silent(self) -> None:
        assert set(openings(self.MANY, SILENT)) == {SessionState()}

    def test_names_as_many_films_as_told(self) -> None:
        for state in openings(self.MANY, only(likes=3, dislikes=2)):
            assert len(state.tokens(Outcome.STATED_LIKE)) == 3
            assert len(state.tokens(Outcome.STATED_DISLIKE)) == 2
            assert len(state.events) == 5

    def test_likes_are_liked_and_dislikes_disliked(self) -> None:
        states = openings(self.MANY, only(likes=3, dislikes=2))
        assert {token for state in states for token in state.tokens(Outcome.STATED_LIKE)} == set(
            range(1, 7)
        )
        assert {token for state in states for token in state.tokens(Outcome.STATED_DISLIKE)} == set(
            range(7, 11)
        )

    def test_half_of_the_likes_are_kept_to_be_found(self) -> None:
        for state in openings(self.MANY, only(likes=10, dislikes=10)):
            assert len(state.tokens(Outcome.STATED_LIKE)) == 3
            assert len(state.tokens(Outcome.STATED_DISLIKE)) == 2

    def test_each_number_of_films_is_equally_likely(self) -> None:
        counts = Counter(
            len(state.events)
            for state in openings(self.MANY, OpeningSettings((0, 1, 1, 2), (0,), 0.0, 0.0), 2000)
        )
        assert counts[1] / 2000 == pytest.approx(0.5, abs=0.04)
        assert counts[0] / 2000 == pytest.approx(0.25, abs=0.04)

    def test_well_known_films_are_named_more_often(self) -> None:
        # Rows 0 and 11 have 140 and 30 ratings, so the weights are 141 and 31.
        named = Counter(
            state.tokens()[0] for state in openings(viewer({0: 5.0, 11: 5.0}), only(likes=1), 2000)
        )
        assert named[1] / 2000 == pytest.approx(141 / 172, abs=0.03)

    def test_films_without_evidence_are_not_named(self) -> None:
        person = viewer({0: 5.0, 1: 5.0, N_ITEMS: 5.0, N_ITEMS + 1: 5.0})
        assert {token for state in openings(person, only(likes=2)) for token in state.tokens()} == {
            1,
            2,
        }

    def test_asks_for_the_genre_they_rate_above_their_mean_and_avoids_the_one_below(self) -> None:
        comedian = viewer({0: 5.0, 2: 4.5, 4: 5.0, 1: 2.0, 3: 1.0})
        for state in openings(comedian, only(genre=1.0, avoid=1.0), 20):
            assert state.events == ((COMEDY, Outcome.WANTED), (HORROR, Outcome.AVOIDED))

    def test_genres_are_asked_for_as_often_as_told(self) -> None:
        comedian = viewer({0: 5.0, 2: 4.5, 1: 2.0, 3: 1.0})
        states = openings(comedian, only(genre=0.3, avoid=0.1), 3000)
        assert np.mean([bool(state.tokens(Outcome.WANTED)) for state in states]) == pytest.approx(
            0.3, abs=0.03
        )
        assert np.mean([bool(state.tokens(Outcome.AVOIDED)) for state in states]) == pytest.approx(
            0.1, abs=0.02
        )

    @pytest.mark.parametrize("stars", [{}, {0: 4.0}, {0: 4.0, 1: 4.0}, {N_ITEMS: 5.0}])
    def test_who_leans_nowhere_asks_for_no_genre(self, stars: dict[int, float]) -> None:
        for state in openings(viewer(stars), only(genre=1.0, avoid=1.0), 5):
            assert state == SessionState()

    def test_no_opening_is_longer_than_the_longest(self) -> None:
        settings = OpeningSettings(
            likes=(0, 3), dislikes=(1, 2), genre_chance=1.0, avoid_chance=1.0
        )
        assert settings.most == 3 + 2 + 2
        assert max(len(state.events) for state in openings(self.MANY, settings)) <= settings.most

    def test_the_same_generator_says_the_same(self) -> None:
        first, second = (
            openings(self.MANY, OpeningSettings()),
            openings(self.MANY, OpeningSettings()),
        )
        assert first == second
        assert len(set(first)) > 20
