"""Mistyped titles and words that are just said: the nearest film, two as near asked about, none
where none is meant."""

from __future__ import annotations

import films
import pytest

from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.words import words

_FILMS = (
    ("Seven", 1995, 628),
    ("Alien", 1979, 473),
    ("Mission: Impossible", 1996, 460),
    ("Spider-Man", 2002, 377),
    ("The Untouchables", 1987, 211),
    ("Toy Story", 1995, 680),
    ("Toy Story 4", 2019, 15),
    ("Dumb and Dumber", 1994, 500),
    ("Dumb and Dumber To", 2014, 13),
    ("Cars", 2006, 128),
    ("Moon", 2009, 138),
    ("Moana", 2016, 72),
    ("Friday the 13th", 1980, 43),
    ("Friday", 1995, 50),
    ("Lion", 2016, 160),
    ("The Mission", 1986, 31),
    ("The Birds", 1963, 130),
    ("Intouchables", 2011, 90),
    ("3 Idiots", 2009, 30),
    ("Spider", 2002, 10),
    ("13th", 2016, 4),
    ("Seve", 2014, 1),
)


CATALOGUE = films.small(_FILMS)
LINKER = TitleLinker(TitleIndex(CATALOGUE))


def found(text: str) -> list[str]:
    """Titles of the films a text names; those that cannot be told apart are joined by "or"."""
    return [
        " or ".join(CATALOGUE.movies[row].title for row in link.rows)
        for link in LINKER.link(text, words(text))
    ]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        # the first letter is hardly ever mistyped
        ("I watched the intoucahbles", ["Intouchables"]),
        # two films as near as each other are asked about
        ("have you seen Moan ?", ["Moon or Moana"]),
        # a film that hardly anybody knows is not picked silently where a known one is one letter
        # away
        ("as intense as Seve", ["Seven or Seve"]),
        # words that are titles by themselves are no obstacle to the longer name
        ("have you seen Mission: Imposible ?", ["Mission: Impossible"]),
        ("have you seen Friday th 13th", ["Friday the 13th"]),
        ("have you seen Spider-Ma", ["Spider-Man"]),
        # a number keeps its place, spelled out or not
        ("have you tried 3 Idiiots", ["3 Idiots"]),
        ("I liked Sevven", ["Seven"]),
    ],
)
def test_the_nearest_film_is_meant(text: str, titles: list[str]) -> None:
    assert found(text) == titles


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("kids films like Toy Storn for a young boy", ["Toy Story"]),  # "for" is no mistyped 4
        ("have you seen Dumb and Dumer or Alien", ["Dumb and Dumber", "Alien"]),
        ("have you seen Toy Storry ? There's also Alien", ["Toy Story", "Alien"]),
    ],
)
def test_words_around_a_mistyped_title_are_not_drawn_into_it(text: str, titles: list[str]) -> None:
    assert found(text) == titles


@pytest.mark.parametrize("text", ["something about those T-Birds", "the Seven-Up is warm"])
def test_a_part_of_a_compound_is_no_title(text: str) -> None:
    assert found(text) == []


def test_what_is_like_a_film_names_it() -> None:
    assert found("I want something Alien-like") == ["Alien"]


def test_a_title_written_right_is_not_read_as_another() -> None:
    assert found("have you seen the intouchables") == ["Intouchables"]
    assert found("I liked Lion") == ["Lion"]


@pytest.mark.parametrize(
    "text",
    [
        "the birds are noisy this morning",  # what is said of it is said of no film
        "the mission failed yesterday",
        "i want cars",  # a wish names a kind of thing
        "xx",
    ],
)
def test_ordinary_words_in_ordinary_sentences_name_no_film(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["the birds is a classic", "the birds was scary", "i watched the birds"]
)
def test_the_same_words_name_it_where_films_are_talked_of(text: str) -> None:
    assert found(text) == ["The Birds"]
