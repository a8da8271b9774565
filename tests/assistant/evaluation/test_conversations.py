"""Scripted conversations in a small cinema, with verdicts known by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import screening

from assistant.evaluation.conversations import (
    Fault,
    Played,
    Stage,
    figures_of,
    lines_of_figures,
    scripts_of,
)
from assistant.evaluation.lines import read_rows
from assistant.evaluation.properties import FilmProperties, Property
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.domain import Movie
from core.errors import DataError
from core.model.policy import Exploration, Policy


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def stage(films: Catalogue) -> Stage:
    policy = Policy(screening.Linear(films), films, "linear-1", Exploration(share=0.0))
    return Stage(policy, Understanding(films), FilmFacts.empty())


@pytest.fixture(scope="module")
def known(films: Catalogue) -> FilmProperties:
    return FilmProperties(FilmFacts.empty().of(films))


def play(stage: Stage, *turns: dict[str, Any]) -> list[Played]:
    (script,) = scripts_of([(1, {"id": "tiny", "turns": turns})])
    return list(stage.play(script))


def faults(one: Played) -> list[tuple[str, str, Fault | None]]:
    return [(check.kind, check.expected, check.fault) for check in one.faults]


class TestVerdicts:
    def test_likes_dislikes_and_films_that_come_as_expected(self, stage: Stage) -> None:
        (one,) = play(
            stage,
            {
                "say": "I loved Alien and The Thing but hated Titanic",
                "expect": {
                    "likes": ["Alien (1979)", "The Thing (1982)"],
                    "dislikes": ["Titanic (1997)"],
                    "films": "new",
                    "most": ["genre:Sci-Fi"],
                    "none": ["title:Alien (1979)", "year:<1900"],
                },
            },
        )
        assert faults(one) == []
        assert len(one.checks) == 7

    def test_a_like_that_is_expected_as_a_dislike_is_inverted(self, stage: Stage) -> None:
        (one,) = play(stage, {"say": "I loved Alien", "expect": {"dislikes": ["Alien (1979)"]}})
        assert faults(one) == [("dislikes", "Alien (1979)", Fault.INVERTED)]

    def test_what_is_neither_held_nor_named_has_vanished(self, stage: Stage) -> None:
        (one,) = play(
            stage,
            {
                "say": "I loved Alien",
                "expect": {"likes": ["Jaws (1975)"], "all": ["genre:Western", "minutes:<=90"]},
            },
        )
        assert [fault for _, _, fault in faults(one)] == [Fault.VANISHED] * 3

    def test_a_film_that_was_to_be_spared_is_inverted(self, stage: Stage) -> None:
        (one,) = play(stage, {"say": "I loved Alien", "expect": {"none": ["genre:Sci-Fi"]}})
        ((kind, _, fault),) = faults(one)
        assert (kind, fault) == ("none: genre", Fault.INVERTED)

    def test_films_due_and_none_shown_is_a_dead_end_and_thanks_want_none(
        self, stage: Stage
    ) -> None:
        first, thanks = play(
            stage,
            {"say": "I loved Alien", "expect": {"films": "none"}},
            {"say": "thanks!", "expect": {"films": "new", "names": ["xylophone"]}},
        )
        assert faults(first) == [("films: none", "no films", Fault.UNMET)]
        assert faults(thanks) == [
            ("films: new", "films", Fault.DEAD_END),
            ("names", "xylophone", Fault.UNMET),
        ]

    def test_thumbs_go_to_the_films_that_stand_there(self, stage: Stage) -> None:
        first, second = play(
            stage,
            {"say": "I loved Alien", "expect": {}},
            {"say": "more", "thumbs": {"1": "up"}, "expect": {"films": "new"}},
        )
        shown = stage.known.token(first.answer.films[0].label)
        assert shown is not None
        assert second.answer.before.outcome_of(shown).name == "UP"  # type: ignore[union-attr]


class TestProperties:
    @pytest.mark.parametrize(
        ("text", "label", "has"),
        [
            ("genre:horror", "Alien (1979)", True),
            ("genre:Western|Horror", "Alien (1979)", True),
            ("genre:Western", "Alien (1979)", False),
            ("year:1970-1979", "Alien (1979)", True),
            ("year:<1979", "Alien (1979)", False),
            ("year:<=1979", "Alien (1979)", True),
            ("year:1979", "Alien (1979)", True),
            ("year:>1978", "Alien (1979)", True),
            ("title:alien (1979)", "Alien (1979)", True),
            ("title:Alien (1979)", "Aliens (1986)", False),
            ("minutes:<=90", "Alien (1979)", None),
            ("age:<=PG-13", "Alien (1979)", None),
            ("director:Ridley Scott", "Alien (1979)", None),
            ("audience:family", "Alien (1979)", None),
        ],
    )
    def test_of_a_film(
        self, known: FilmProperties, films: Catalogue, text: str, label: str, has: bool | None
    ) -> None:
        assert known.has(Property.read(text), movie(films, label)) is has

    @pytest.mark.parametrize("text", ["horror", "colour:red", "genre:"])
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(DataError, match="no property"):
            Property.read(text)


def movie(films: Catalogue, label: str) -> Movie:
    return next(movie for movie in films.movies if movie.label == label)


def test_figures_are_shares_of_turns(stage: Stage) -> None:
    played = play(
        stage,
        {"say": "I loved Alien", "expect": {"likes": ["Alien (1979)"], "films": "new"}},
        {"say": "thanks!", "expect": {"films": "new"}},
        {"say": "I hated Heat", "expect": {"likes": ["Heat (1995)"]}},
        {"say": "hello", "expect": {}},
    )
    figures = figures_of(played)
    assert (figures["turns"], figures["as_expected"]) == (4, 0.5)
    assert (figures["dead_end"], figures["inverted"], figures["vanished"]) == (0.25, 0.25, 0.0)
    assert figures["kinds"]["likes"] == {"met": 1, "of": 2}
    assert figures["conversations"] == {"tiny": {"as_expected": 2, "of": 4}}
    assert any("dead end" in line for line in lines_of_figures(figures, show=1))


def test_the_same_conversation_is_the_same_whatever_was_played_before(films: Catalogue) -> None:
    policy = Policy(screening.Linear(films), films, "linear-1", Exploration(share=0.9))
    stage = Stage(policy, Understanding(films), FilmFacts.empty(), seed=5)
    turn = {"say": "I loved Alien", "expect": {}}
    assert play(stage, turn)[0].answer.films == play(stage, turn)[0].answer.films


def test_a_labelled_line_is_a_conversation_of_one_turn() -> None:
    row = {
        **{"id": "l1", "text": "Nolan or Mann, no horror, need not be long", "likes": []},
        **{"dislikes": [], "seen": [], "wants": ["director:A", "director:B", "year:1999"]},
        **{"avoids": ["genre:Horror"], "optional": ["minutes:>=150"], "acts": ["recommend"]},
    }
    (script,) = scripts_of([(1, row)])
    (line,) = script.lines
    assert line.expect.films_due is True
    assert list(map(str, line.expect.properties["most"])) == ["director:A|B", "year:1999"]
    assert list(map(str, line.expect.properties["optional"])) == ["minutes:>=150"]


@pytest.mark.parametrize("turn", [{}, {"say": "x"}, {"say": "x", "expect": {"mood": "sad"}}])
def test_what_is_no_script_is_refused(turn: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="Line 1"):
        list(scripts_of([(1, {"turns": [turn]})]))


DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("name", ["conversations", "lines"])
@pytest.mark.parametrize("part", ["", "_closed"])
def test_the_files_that_ship_can_be_read(name: str, part: str) -> None:
    path = DATA / f"{name}{part}.jsonl"
    scripts = list(scripts_of(read_rows(path)))
    assert len(scripts) == len(path.read_text(encoding="utf-8").splitlines())
    assert len({script.name for script in scripts}) == len(scripts)
    assert all(json.dumps(line.say) for script in scripts for line in script.lines)
