"""Years, lengths and ages in any words: what bounds them, what fills in, and the films shown as their
measure.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.measures import age_wanted, any_age, minutes_wanted
from assistant.language.meaning.tastes import scope_of
from assistant.language.meaning.years import Scope, eras_named, years_wanted
from assistant.language.words import words
from core.domain import Limit

OLDEST, NEWEST, ANY = 1880, 2023, 2**31 - 1


def scope(line: str) -> Scope:
    found = words(line)
    return scope_of(line, found, find_cues(line, found, []))


def years(line: str, *shown: int) -> tuple[int, int] | None:
    return years_wanted(line.lower(), NEWEST, scope(line), shown)


def minutes(line: str, shown: Sequence[int] = ()) -> tuple[int, int] | None:
    limit = minutes_wanted(line.lower(), shown, scope(line))
    return None if limit is None else (limit.low, limit.high)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("anything after like 2015", (2016, NEWEST)),
        ("from before, um, 1990 or so", (OLDEST, 1989)),
        ("between, say, 1985 and maybe 1995", (1985, 1995)),
        ("1990-1995", (1990, 1995)),
        ("from 2000 or so onwards", (2000, NEWEST)),
        ("nothing before about 1980", (1980, NEWEST)),
        ("newer, after 1990", (1991, NEWEST)),
        ("from like 2015 up", (2015, NEWEST)),
        ("none of your old stuff", (NEWEST - 24, NEWEST)),
        ("more recent please", (NEWEST - 14, NEWEST)),
        ("no older than 2005", (2005, NEWEST)),
        ("2010+ please", (2010, NEWEST)),
        ("from '95", (1995, 1995)),
        ("from this decade", (2020, NEWEST)),
        ("from the last five years or so", (2019, NEWEST)),
        ("last 10 yrs", (2014, NEWEST)),
        ("from the past fifteen years", (2009, NEWEST)),
        ("nothing from this century", (OLDEST, 1999)),
        ("pre-war stuff", (OLDEST, 1938)),
        ("a post-9/11 thriller", (2001, NEWEST)),
        ("early talkies", (1927, 1934)),
        ("films about 1984 and nothing else", None),
        ("\x00\x00\x00\x00\x00 after \x00\x00\x00 1990 people", None),
    ],
)
def test_a_date_is_bounded_by_what_stands_around_it(
    line: str, wanted: tuple[int, int] | None
) -> None:
    assert years(line) == wanted


def test_a_year_tells_more_than_old() -> None:
    assert years("those look old. anything after 2015", 1979, 1997, 1999) == (2016, NEWEST)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("from when I was a kid (I'm 40)", (1987, 1997)),
        ("from the year I was born, 1987", (1987, 1987)),
        ("I was born in 1975, something from that year", (1975, 1975)),
        ("nothing older than me, I was born in 1980", (1980, NEWEST)),
        ("I'm 40 and bored", None),
    ],
)
def test_a_life_dates_films(line: str, wanted: tuple[int, int] | None) -> None:
    assert years(line) == wanted


@pytest.mark.parametrize(
    ("line", "shown", "wanted"),
    [
        ("is there anything more recent", (1979, 1997, 1999), (2009, NEWEST)),
        ("newer ones", (1933, 1968, 1994), (2009, NEWEST)),
        ("newer ones", (2001, 2011, 2012), (2015, NEWEST)),  # than any of them
        ("newer please", (2021, 2022, 2022), (NEWEST, NEWEST)),
        ("anything more modern than these?", (1950, 1955, 1960), (1965, NEWEST)),
        ("got anything older?", (1991, 1994, 1999), (OLDEST, 1989)),
        ("these are all ancient", (1950, 1955, 1959), (2009, NEWEST)),
        ("more like this", (1950, 1955, 1959), None),
    ],
)
def test_newer_and_older_are_meant_of_the_films_shown(
    line: str, shown: tuple[int, ...], wanted: tuple[int, int] | None
) -> None:
    assert years(line, *shown) == wanted


def test_a_time_with_a_name_is_told_apart_from_other_words() -> None:
    line = "pre-war comedies and the last five years, 1990 to 1995"
    assert [line[slice(*span)] for span in eras_named(line)] == ["pre-war", "the last five years"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("two hours flat", (1, 120)),
        ("an hour and a half tops", (1, 90)),
        ("a quick 80", (1, 80)),
        ("nothing over 100", (1, 100)),
        ("I've only got an hour and a half, so under 95 minutes", (1, 95)),
        ("keep it to like 95 mins", (1, 95)),
        ("anything even shorter? 90 mins say", (1, 90)),
        ("an epic three hour thing", (165, 195)),
        ("a comedy that's not three hours long", (1, 165)),
        ("I've got about an hour forty", (1, 100)),
        ("under 90 films", None),
        ("my nan is over 80", None),
    ],
)
def test_a_length_is_bounded_by_what_stands_around_it(
    line: str, wanted: tuple[int, int] | None
) -> None:
    assert minutes(line) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"), [("shorter", (1, 110)), ("a bit longer", (150, ANY)), ("more", None)]
)
def test_shorter_and_longer_are_meant_of_the_films_shown(
    line: str, wanted: tuple[int, int] | None
) -> None:
    assert minutes(line, (97, 120, 140)) == wanted


@pytest.mark.parametrize(
    ("line", "highest"),
    [
        ("I've got a 4 and a 6 year old", 8),
        ("nothing 18 rated", 17),
        ("I'm 15 and my mum says nothing 18 rated", 14),
        ("nothing above a 12", 13),
        ("no 15s", 14),
        ("no R, PG-13 is fine", 13),
        ("my nan is 81", None),
        ("an 18 year old", None),
    ],
)
def test_the_age_that_films_must_be_fit_for(line: str, highest: int | None) -> None:
    limit = None if highest is None else Limit("age", 0, highest)
    assert age_wanted(line.lower(), scope(line)) == limit


@pytest.mark.parametrize("line", ["but for grown ups", "adults only", "one for us adults"])
def test_grown_ups_end_the_limit(line: str) -> None:
    assert any_age(line)
