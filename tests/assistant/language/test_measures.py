"""Wishes for a length and an age, with the numbers that every film shown must have."""

from __future__ import annotations

import numpy as np
import pytest
import shipped

from assistant.chat import Assistant
from core.data.facts import AGES, CatalogueFacts, Fact, FilmFacts
from core.domain import Recommendation

HOURS, ANY = 60, 10**6

LENGTHS = [
    ("something under 90 minutes", 1, 90),
    ("a comedy under 90 minutes", 1, 90),
    ("I have two hours", 1, 120),
    ("I've got about an hour and a half tonight", 1, 105),
    ("we only have 100 minutes", 1, 100),
    ("two hours max", 1, 120),
    ("2h max please", 1, 120),
    ("a thriller, 90 min tops", 1, 90),
    ("max 95 minutes", 1, 95),
    ("no longer than two hours", 1, 120),
    ("not longer than 100 min", 1, 100),
    ("nothing over two hours", 1, 120),
    ("nothing longer than 1h45", 1, 105),
    ("nothing above 110 minutes please", 1, 110),
    ("a western not more than an hour and a half long", 1, 90),
    ("at most 1 h 40", 1, 100),
    ("less than 2 hours", 1, 120),
    ("below two and a half hours", 1, 150),
    ("up to 80 minutes", 1, 80),
    ("within an hour and 45 minutes", 1, 105),
    ("100 minutes or less", 1, 100),
    ("an hour and a half or shorter", 1, 90),
    ("ninety minutes at most", 1, 90),
    ("1.5 hours max", 1, 90),
    ("at least 3 hours", 180, ANY),
    ("a war film of more than two and a half hours", 150, ANY),
    ("longer than 150 minutes", 150, ANY),
    ("three hours or more", 180, ANY),
    ("between 90 and 110 minutes", 90, 110),
    ("between one and two hours", 60, 120),
    ("a drama of 100 to 120 minutes", 100, 120),
    ("a 90 minute comedy", 75, 105),
    ("around 100 minutes", 85, 115),
    ("not too long please", 1, 110),
    ("something short", 1, 90),
    ("a short movie", 1, 90),
    ("nothing too long", 1, 110),
    ("an epic", 150, ANY),
    ("something really long", 150, ANY),
    ("nothing short", 90, ANY),
]
AGED = [
    ("something for my 6 year old", 8),
    ("a film for a 6-year-old", 8),
    ("for my 3 year old daughter", 0),
    ("my kids are 5 and 8", 8),
    ("our kids are 3 and 7, what can we watch", 0),
    ("suitable for a 12-year-old", 8),
    ("a movie for kids", 8),
    ("something for the kids", 8),
    ("for the whole family", 8),
    ("something to watch with the whole family", 8),
    ("family friendly please", 8),
    ("a comedy for the family", 8),
    ("kid friendly", 8),
    ("something for my 14 year old", 14),
    ("I'm 13 and want something scary", 13),
    ("PG-13 at most", 13),
    ("PG at most", 8),
    ("a comedy, pg 13 or lower", 13),
    ("max PG-13", 13),
    ("rated PG", 8),
    ("nothing rated R", 14),
    ("nothing R-rated", 14),
    ("no R", 14),
    ("nothing above PG-13", 13),
    ("a thriller but not R rated", 14),
]
FREE = [
    "any length",
    "forget the length",
    "it doesn't have to be short",
    "the length doesn't matter",
    "I don't care how long",
]
TITLES = [
    "I loved 127 Hours",
    "loved 88 Minutes and 48 Hrs.",
    "Gone in 60 Seconds was great",
    "something from the 90s",
    "films from 1990",
    "loved The Longest Day",
    "The Irishman was too long",
    "it was three hours of my life I'll never get back",
    "a 30 year old classic",
    "my dad is 80 and loves westerns",
]


@pytest.fixture(scope="module")
def facts() -> FilmFacts:
    return shipped.facts()


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return shipped.assistant()


def shown(assistant: Assistant, *lines: str) -> tuple[Recommendation, ...]:
    session = assistant.start()
    for line in lines:
        reply = assistant.respond(session, line)
        assert "I don’t know how long" not in reply.text, line
    return reply.recommendations


def known(facts: FilmFacts, film: Recommendation) -> tuple[int, int]:
    """Minutes and age; −1 for an age that is not known, of a film that is none for children."""
    found = facts.film(film.movie.movie_id)
    assert found is not None
    unrated = 0 if "Children" in film.movie.genres or "for children" in found.audiences else -1
    return found.runtime, AGES.get(found.age, unrated)


@pytest.mark.parametrize(("line", "low", "high"), LENGTHS)
def test_every_film_is_of_the_length(
    assistant: Assistant, facts: FilmFacts, line: str, low: int, high: int
) -> None:
    films = shown(assistant, line)
    assert len(films) == 3
    assert all(low <= known(facts, film)[0] <= high for film in films)


@pytest.mark.parametrize(("line", "high"), AGED)
def test_every_film_is_fit_for_the_age(
    assistant: Assistant, facts: FilmFacts, line: str, high: int
) -> None:
    films = shown(assistant, line)
    assert len(films) == 3
    assert all(0 <= known(facts, film)[1] <= high for film in films)


@pytest.mark.parametrize("line", FREE)
def test_a_length_is_lifted_in_words(assistant: Assistant, line: str) -> None:
    session = assistant.start()
    assistant.respond(session, "something under 90 minutes")
    assert any(chip.key == "length" for chip in assistant.history(session).taste)
    assistant.respond(session, line)
    assert not any(chip.key == "length" for chip in assistant.history(session).taste)


@pytest.mark.parametrize("line", TITLES)
def test_no_length_or_age_is_read_out_of_titles_years_and_tales(
    assistant: Assistant, line: str
) -> None:
    session = assistant.start()
    assistant.respond(session, line)
    assert not {chip.key for chip in assistant.history(session).taste} & {"length", "age"}


@pytest.mark.parametrize(
    "line", ["something shorter", "they're all too long", "those are too long"]
)
def test_shorter_is_meant_of_the_films_on_the_table(
    assistant: Assistant, facts: FilmFacts, line: str
) -> None:
    session = assistant.start()
    before = assistant.respond(session, "a war film").recommendations
    middle = int(np.median([known(facts, film)[0] for film in before]))
    after = assistant.respond(session, line).recommendations
    assert len(after) == 3
    assert all(known(facts, film)[0] < middle for film in after)


def test_a_length_has_a_cross_and_gives_way_where_nothing_fits(assistant: Assistant) -> None:
    session = assistant.start()
    assistant.respond(session, "a western under 90 minutes")
    assert not any(
        chip.key == "length" for chip in assistant.edit(session, "length").understood.chips[1:]
    )
    assert assistant.respond(session, "a japanese western of more than five hours").recommendations


def test_an_unrated_film_is_fit_for_a_child_only_if_it_is_one_for_children(
    facts: FilmFacts, assistant: Assistant
) -> None:
    catalogue = assistant._policy.catalogue
    of: CatalogueFacts = facts.of(catalogue)
    ages, unrated = catalogue.columns["age"], of.ages < 0
    children = catalogue.has(catalogue.token_of_facet("genre", "Children") or 0)
    said = of.has(Fact.AUDIENCE, facts.names(Fact.AUDIENCE).find("for children"))
    assert (ages[unrated & ~children & ~said] == -1).all()
    assert set(ages[unrated & children].tolist()) == {-1, 0, 8}
    by_title = {catalogue.movies[row].label: int(age) for row, age in enumerate(ages)}
    assert by_title["Lady and the Tramp (1955)"] == 0
    assert by_title["My Neighbor Totoro (1988)"] == 8
    assert by_title["Sisters (2015)"] == by_title["Addams Family Values (1993)"] == -1


@pytest.mark.parametrize(
    "line",
    [
        "film for my grandchildren, 3 and 6",
        "cartoon for a toddler",
        "with my niece tonight, she is 4",
        "a war film for my 8 year old",
        "a french horror film from the 60s for my 7 year old",
    ],
)
def test_a_child_always_makes_a_family_list(
    assistant: Assistant, facts: FilmFacts, line: str
) -> None:
    """Whatever else has to be let go, for whom the films are is not."""
    session = assistant.start()
    films = [
        film for one in (line, "more") for film in assistant.respond(session, one).recommendations
    ]
    assert len(films) >= 4
    assert all("Children" in film.movie.genres for film in films)
    assert all(AGES.get(known(facts, film)[1], 0) <= AGES["PG"] for film in films)
