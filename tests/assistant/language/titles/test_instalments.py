"""Which film of a series is meant, told by "second", "last", "new"; and other ways to name a film
and to judge it."""

from __future__ import annotations

import films
import pytest

from assistant.language.understand import Understanding

_FILMS = (
    ("Toy Story", 1995, 680),
    ("Toy Story 2", 1999, 360),
    ("Toy Story 3", 2010, 160),
    ("Toy Story of Terror", 2013, 6),
    ("Mad Max", 1979, 230),
    ("Mad Max: Fury Road", 2015, 200),
    ("Heat", 1995, 420),
    ("Casino", 1995, 210),
    ("The Last Samurai", 2003, 180),
    ("John Wick: Chapter Two", 2017, 60),
    ("It: Chapter Two", 2019, 2),
    ("Drive", 2011, 150),
    ("Dolls", 2002, 5),
    ("Tell Me a Riddle", 1980, 0),
    ("Oppenheimer", 2023, 45),
)


CATALOGUE = films.small(_FILMS, {"Ryan Gosling": [11], "Robert De Niro": [6, 7]})
UNDERSTANDING = Understanding(CATALOGUE)


def named(text: str) -> list[tuple[str, int]]:
    """Label and sign of each film that a text names."""
    movies = UNDERSTANDING.understand(text).movies
    return [
        (CATALOGUE.movie(one.token).label, (one.strength > 0) - (one.strength < 0))
        for one in movies
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("loved the second Toy Story", "Toy Story 2 (1999)"),
        ("loved the 3rd toy story", "Toy Story 3 (2010)"),
        ("loved the first Toy Story", "Toy Story (1995)"),
        ("loved the last Toy Story", "Toy Story 3 (2010)"),
        ("loved the new Mad Max", "Mad Max: Fury Road (2015)"),
        ("loved the latest mad max", "Mad Max: Fury Road (2015)"),
        ("loved Mad Max", "Mad Max (1979)"),
        ("loved The Last Samurai", "The Last Samurai (2003)"),
        ("loved the new Heat", "Heat (1995)"),  # there is no other
        ("loved the new Toy Story movies", "Toy Story (1995)"),  # all of them
        ("loved the ninth Toy Story", "Toy Story (1995)"),
    ],
)
def test_an_instalment_is_told_by_its_place(text: str, label: str) -> None:
    assert named(text) == [(label, 1)]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("loved both Toy Storys", ["Toy Story (1995)", "Toy Story 2 (1999)"]),
        ("loved all the mad maxs", ["Mad Max (1979)", "Mad Max: Fury Road (2015)"]),
        ("loved Oppenheimers", ["Oppenheimer (2023)"]),  # no series
    ],
)
def test_the_plural_means_the_whole_series(text: str, labels: list[str]) -> None:
    (movie,) = UNDERSTANDING.understand(text).movies
    assert [CATALOGUE.movie(token).label for token in (movie.token, *movie.also)] == labels
    assert movie.strength == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loved Toy Story 1 and 2", [("Toy Story (1995)", 1), ("Toy Story 2 (1999)", 1)]),
        (
            "toy story 1, 2 & 3 were great",
            [("Toy Story (1995)", 1), ("Toy Story 2 (1999)", 1), ("Toy Story 3 (2010)", 1)],
        ),
        (
            "loved Toy Story but the third one was awful",
            [("Toy Story (1995)", 1), ("Toy Story 3 (2010)", -1)],
        ),
        ("loved Toy Story and 2 others", [("Toy Story (1995)", 1)]),
        ("loved Toy Story 2 and 3 others", [("Toy Story 2 (1999)", 1)]),
        ("loved Heat, the second one here", [("Heat (1995)", 1)]),  # there is no Heat 2
    ],
)
def test_a_number_tells_a_film_of_the_series_named_before(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert named(text) == expected


def test_the_first_and_the_last_of_a_series_are_counted() -> None:
    (first,) = UNDERSTANDING.understand("loved the first two Toy Story films").movies
    assert [CATALOGUE.movie(token).year for token in (first.token, *first.also)] == [1995, 1999]
    (last,) = UNDERSTANDING.understand("loved the last 2 Toy Story films").movies
    assert [CATALOGUE.movie(token).year for token in (last.token, *last.also)] == [1999, 2010]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("can't wait to check out Oppenheimer", 1),
        ("I could hardly wait for Oppenheimer", 1),
        ("couldn't wait for Oppenheimer to end", -1),
        ("couldn't wait for Oppenheimer to be over", -1),
    ],
)
def test_waiting_for_a_film_is_not_waiting_for_its_end(text: str, sign: int) -> None:
    assert named(text) == [("Oppenheimer (2023)", sign)]


def test_a_longer_title_is_not_the_shorter_one_at_its_end() -> None:
    assert [label for label, _ in named("it chapter two")] == ["It: Chapter Two (2019)"]
    assert [label for label, _ in named("john wick chapter two")] == [
        "John Wick: Chapter Two (2017)"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hated it: Heat", [("Heat (1995)", -1)]),
        ("Seen it, loved it - Heat", [("Heat (1995)", 1)]),
        (
            "loved the new Mad Max, hated it: Heat",
            [("Mad Max: Fury Road (2015)", 1), ("Heat (1995)", -1)],
        ),
        ("Heat was great: better than Casino", [("Heat (1995)", 1), ("Casino (1995)", 0)]),
        ("loved it: Heat and Casino", [("Heat (1995)", 1), ("Casino (1995)", 1)]),
        ("Heat, hated it - also Casino", [("Heat (1995)", -1), ("Casino (1995)", -1)]),
    ],
)
def test_what_is_judged_may_stand_behind_a_colon(
    text: str, expected: list[tuple[str, int]]
) -> None:
    assert named(text) == expected


def test_who_plays_in_a_film_tells_which_is_meant_and_is_no_wish() -> None:
    drive = UNDERSTANDING.understand("Drive with Ryan Gosling")
    assert [CATALOGUE.movie(one.token).label for one in drive.movies] == ["Drive (2011)"]
    assert (drive.facets, drive.unknown) == ((), ())
    other = UNDERSTANDING.understand("loved Drive. something with Robert De Niro")
    assert [CATALOGUE.facet(one.token).name for one in other.facets] == ["Robert De Niro"]


@pytest.mark.parametrize(
    "text",
    [
        "dolls are sold by my neighbor at the fair",
        "tell me a riddle but not a hard one",
        "we saw a toy on the drive to work",
    ],
)
def test_words_that_are_only_said_name_no_film(text: str) -> None:
    assert named(text) == []


def test_a_year_may_follow_up() -> None:
    assert UNDERSTANDING.understand("and 2020?").years == (2020, 2020)
