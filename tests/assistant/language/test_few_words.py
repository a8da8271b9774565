"""Wishes in few words: a name that is all of its clause is meant, whatever stands beside it."""

from __future__ import annotations

import pytest
import shipped

from assistant.language.understand import Understanding


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return shipped.understanding()


def wishes(understanding: Understanding, text: str) -> dict[str, float]:
    name = understanding.catalogue.facet
    return {name(one.token).name: one.strength for one in understanding.understand(text).facets}


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("same but Danish?", {"Danish"}, set()),
        ("Spain then", {"Spain"}, set()),
        ("European but not British", {"European"}, {"United Kingdom"}),
        ("Please not Chinese this time", set(), {"Chinese"}),
        ("a western but not American", {"Western"}, {"United States"}),
        ("other Kubricks", {"Stanley Kubrick"}, set()),
        ("Scorsese too!!", {"Martin Scorsese"}, set()),
        ("more but with robots", {"robots"}, set()),
        ("jazz maybe", {"jazz"}, set()),
        ("any with real magic?", {"magic"}, set()),
        ("rather not French", set(), {"French"}),
        ("no sharks and no orphans", set(), {"shark", "orphan"}),
        ("wolf movies, no bears", {"Wolf"}, {"bear"}),
        ("a film about volcanoes or a volcano movie", {"volcano"}, set()),
        ("nothing Japanese please", set(), {"Japanese"}),
    ],
)
def test_a_name_that_is_all_of_its_clause_is_a_wish(
    understanding: Understanding, text: str, wanted: set[str], unwanted: set[str]
) -> None:
    found = wishes(understanding, text)
    assert {name for name, strength in found.items() if strength > 0} == wanted
    assert {name for name, strength in found.items() if strength < 0} == unwanted


@pytest.mark.parametrize(
    "text",
    [
        "I'm French",
        "we are German and bored",
        "It rains. We're in bed.",
        "no work tomorrow, beers and pizza",
        "what a fair surprise",
    ],
)
def test_what_is_told_is_no_wish(understanding: Understanding, text: str) -> None:
    assert not wishes(understanding, text)


@pytest.mark.parametrize("text", ["French welcome", "documentaries ok too", "preferably Korean"])
def test_what_is_welcome_is_no_must(understanding: Understanding, text: str) -> None:
    (facet,) = understanding.understand(text).facets
    assert facet.strength > 0
    assert not facet.required


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("I veto musicals", "Musical"),
        ("my sister vetoes war films", "War"),
        ("I've seen every Stanley Kubrick film", "Stanley Kubrick"),
        ("he has seen all the Clint Eastwood ones", "Clint Eastwood"),
        ("no that's a western", "Western"),
        ("ugh it's a musical", "Musical"),
        ("nope, those are horror movies", "Horror"),
    ],
)
def test_what_is_turned_down_is_kept_away(
    understanding: Understanding, text: str, unwanted: str
) -> None:
    assert wishes(understanding, text)[unwanted] < 0


@pytest.mark.parametrize(
    "text",
    [
        "Avatar no interest", "Grease not a fan", "notting hill i gave up on after ten minutes",
        "Gladiator had enough", "Titanic no patience",
    ],
)  # fmt: skip
def test_a_verdict_behind_a_title_is_no_liking(understanding: Understanding, text: str) -> None:
    (movie,) = understanding.understand(text).movies
    assert movie.strength < 0
