"""Which of a film's finer genres and moods is told of it."""

from __future__ import annotations

import numpy as np
import pytest
from films import facts_of
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, Fact, Film, FilmFacts
from core.data.telling import homeland, share_with, telling
from core.domain import Facet, Movie

# genres of films 0 … 5; the last cannot be recommended
GENRES = (("Comedy",), ("Comedy",), ("Horror",), ("Comedy", "Horror"), ("Horror",), ("Horror",))
FINER = (("comedy",), ("comedy", "farce"), ("ghost film",), ("comedy", "ghost film"), (), ())
MOODS = (("funny",), ("funny",), ("creepy",), ("funny", "creepy"), (), ())


@pytest.fixture(scope="module")
def facts() -> CatalogueFacts:
    movies = tuple(Movie(row, 10 + row, f"F{row}", 2000, kinds) for row, kinds in enumerate(GENRES))
    names = ("Comedy", "Horror")
    dense = np.array([[name in kinds for kinds in GENRES] for name in names])
    catalogue = Catalogue(
        movies,
        tuple(Facet("genre", name) for name in names),
        sparse.csr_matrix(dense),
        np.ones(len(movies), dtype=np.int64),
        5,
    )
    films = [
        Film(movie_id=10 + row, genres=FINER[row], moods=MOODS[row]) for row in range(len(GENRES))
    ]
    pack: FilmFacts = facts_of(*films)
    return pack.of(catalogue)


def names(facts: CatalogueFacts, row: int) -> list[str]:
    return [word.name for word in telling(facts, Fact.GENRE, row)]


def test_the_word_that_goes_with_the_plain_genres_comes_first(facts: CatalogueFacts) -> None:
    """Five films can be recommended: three comedies, one farce (counted as three), two ghost films
    (as three): all are as rare as log(5/3), so what decides is whose films are like this one."""
    rarity = np.log(5 / 3)
    best, other = telling(facts, Fact.GENRE, 1)
    assert (best.name, other.name) == ("farce", "comedy")
    assert best.weight == pytest.approx(rarity)  # its only film is this one
    assert names(facts, 2) == ["ghost film"]


def test_nothing_is_told_of_a_film_without_facts_or_ratings(facts: CatalogueFacts) -> None:
    assert names(facts, 4) == []
    assert names(facts, 5) == []


def test_how_often_a_mood_comes_with_a_kind(facts: CatalogueFacts) -> None:
    assert share_with(facts, "comedy", "funny") == 1.0
    assert share_with(facts, "ghost film", "funny") == 0.5
    assert share_with(facts, "western", "funny") == 0.0


def test_a_film_of_several_countries_is_told_as_of_the_one_that_speaks_its_language() -> None:
    # three Chinese films, one of them with money from Thailand; one Thai film
    movies = tuple(Movie(row, row, f"F{row}", 2000, ()) for row in range(4))
    table = {
        Facet("country", "Thailand"): [1, 0, 0, 1],
        Facet("country", "China"): [1, 1, 1, 0],
        Facet("language", "Chinese"): [1, 1, 1, 0],
    }
    members = sparse.csr_matrix(np.array(list(table.values()), dtype=np.bool_))
    catalogue = Catalogue(movies, tuple(table), members, np.ones(4, dtype=np.int64), 4)
    both = ("Thailand", "China")
    assert homeland(Film(movie_id=0, language="Chinese", countries=both), catalogue) == "China"
    assert homeland(Film(movie_id=0, language="Welsh", countries=both), catalogue) == "Thailand"
    assert homeland(Film(movie_id=0), catalogue) == ""
