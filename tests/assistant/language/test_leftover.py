"""What films can be found by, and what can only be said back: lines written before the rule."""

from __future__ import annotations

import pytest
from films import catalogue

from assistant.language.leftover import leftover, tells_of_oneself
from assistant.language.understand import Understanding

UNDERSTANDING = Understanding(catalogue())


def sought(line: str) -> list[str]:
    return leftover(UNDERSTANDING.understand(line), lambda _: True)[0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("something with lighthouses", ["lighthouses"]),
        ("a film about beekeepers", ["beekeepers"]),
        ("something about beekeepers", ["beekeepers"]),
        ("a love story set in a bookshop", ["bookshop"]),
        ("sailboat movies", ["sailboat"]),
        ("architecture comedies", ["architecture"]),
        ("I want something quiet, sunflowers", ["sunflowers"]),
    ],
)
def test_where_a_film_is_described_words_are_looked_for(line: str, words: list[str]) -> None:
    found = sought(line)
    assert all(any(word in phrase for phrase in found) for word in words)


@pytest.mark.parametrize(
    "line",
    [
        "no drill sergeants, a comedy",
        "nothing with lighthouses",
        "without beekeepers please",
        "six of us, beers and pizza tonight",
        "my landlord yelled at me",
        "a comedy",
        "I loved Alien",
    ],
)
def test_what_is_turned_away_or_only_told_is_not_looked_for(line: str) -> None:
    assert not sought(line)


def test_what_no_film_holds_is_said_back() -> None:
    line = UNDERSTANDING.understand("a comedy about beekeepers")
    assert leftover(line, lambda _: False) == ([], ["beekeepers"], [])


@pytest.mark.parametrize(
    "line",
    [
        "what's that movie where a banker digs himself out of prison",
        "which film was that: a banker digs himself out of prison",
        "trying to remember a movie where a banker digs himself out of prison",
        "what is the name of that film in which a banker digs himself out of prison?",
    ],
)
def test_a_film_that_is_half_remembered_is_looked_for_by_all_that_is_said(line: str) -> None:
    described = UNDERSTANDING.understand(line).sought
    assert described.rstrip("?") == "a banker digs himself out of prison"


@pytest.mark.parametrize(
    "line", ["what's a good movie with Tom Hanks", "what was that", "a movie where people sing"]
)
def test_a_wish_is_no_film_that_is_half_remembered(line: str) -> None:
    assert not UNDERSTANDING.understand(line).sought


BATHTUB = (
    "a man wakes up in a bathtub in a town of endless night, and pale strangers in trench coats "
    "chase him"
)


@pytest.mark.parametrize(
    "line",
    [
        f"trying to remember a movie: {BATHTUB}",
        f"there is this film where {BATHTUB}, what's it called",
        f"I forgot the name of a film, {BATHTUB}",
        f"what's that movie where {BATHTUB}?",
    ],
)
def test_a_film_half_remembered_is_described_by_the_rest(line: str) -> None:
    assert "bathtub" in UNDERSTANDING.understand(line).sought
    assert "remember" not in UNDERSTANDING.understand(line).sought


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("somthing funny pls", False),
        ("anythin with a comedy, smth good", False),
        ("my cousin is arriving at the harbour, a comedy", False),
        ("my cousin is arriving, a comedy", False),
        ("they've ordered, a comedy please", False),
    ],
)
def test_words_of_talk_are_not_said_back(line: str, *, said: bool) -> None:
    assert bool(leftover(UNDERSTANDING.understand(line), lambda _: False).strange) == said


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ("I lost my job today", True),
        ("my dog died", True),
        ("I need something sad", False),
        ("people falling apart", False),
        ("I loved Alien", False),
    ],
)
def test_who_tells_of_themselves_says_nothing_of_films(line: str, tells: bool) -> None:
    assert tells_of_oneself(UNDERSTANDING.understand(line)) is tells


@pytest.mark.parametrize(
    "line", ["idk", "ok sold, I'll watch that", "my brain is fried", "whatever, you choose"]
)
def test_talk_is_not_searched_for(line: str) -> None:
    utterance = UNDERSTANDING.understand(line)
    assert not any(leftover(utterance, lambda _: True))


def test_numbers_of_films_are_no_words_to_search_by() -> None:
    utterance = UNDERSTANDING.understand("too long, something from the last 20 years")
    assert not any(leftover(utterance, lambda _: True))
