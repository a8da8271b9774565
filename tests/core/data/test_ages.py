"""From what age films are fit: rated, judged by the words of rated films, or not known."""

from __future__ import annotations

import numpy as np
import pytest
from films import facts_of
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, Film, FilmFacts
from core.data.telling import columns_of, fit_from, odds_above
from core.domain import Facet, Movie

RATED = [
    *(Film(movie_id=10 + row, moods=("gentle",), age="G") for row in range(4)),
    *(Film(movie_id=14 + row, moods=("creepy",), age="R") for row in range(4)),
]
UNRATED = [
    Film(movie_id=18, moods=("gentle",)),
    Film(movie_id=19, moods=("creepy",)),
    Film(movie_id=20, moods=("gentle",)),
    Film(movie_id=21, moods=("gentle",), audiences=("for children",), runtime=70),
]
CHILDREN = (8, 9)
"""Rows of the genre: of the last two films one is for nobody in particular, one for children by its
audience."""


@pytest.fixture(scope="module")
def facts() -> CatalogueFacts:
    films = [*RATED, *UNRATED]
    movies = tuple(Movie(row, one.movie_id, "F", 2000, ()) for row, one in enumerate(films))
    children = np.isin(np.arange(len(films)), CHILDREN)[None, :]
    catalogue = Catalogue(
        movies,
        (Facet("genre", "Children"),),
        sparse.csr_matrix(children),
        np.ones(len(films), dtype=np.int64),
        len(films),
    )
    pack: FilmFacts = facts_of(*films)
    return pack.of(catalogue)


def test_a_rating_stands_and_the_words_judge_children_s_films_without_one(
    facts: CatalogueFacts,
) -> None:
    assert fit_from(facts).tolist() == [0, 0, 0, 0, 17, 17, 17, 17, 0, -1, -1, 0]


def test_the_odds_are_those_of_naive_bayes(facts: CatalogueFacts) -> None:
    """Four of eight rated films are above PG: (4 + 1) / (8 + 2) is a half, log-odds 0. Of the gentle
    ones none of four is: (0 + 2 × ½) / (4 + 2) = 1/6. A children's film has a second word, of which
    no rated film says anything, so its evidence is divided by √2."""
    gentle = np.log((1 / 6) / (5 / 6))
    odds = odds_above(facts, 8)
    assert odds[0] == pytest.approx(gentle)
    assert odds[4] == pytest.approx(-gentle)
    assert odds[8] == pytest.approx(gentle / np.sqrt(2))


def test_what_is_not_known_is_below_every_bound(facts: CatalogueFacts) -> None:
    columns = columns_of(facts)
    assert columns["minutes"].tolist() == [-1] * 11 + [70]
    assert columns_of(FilmFacts.empty().of(facts.catalogue)) == {}
