"""What films are about and how readily they are named, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse
from worlds import ratings_of

from core.catalogue import Catalogue
from core.domain import Facet, Movie
from core.model.affinity import contents
from core.model.cooccurrence import talk_prior

TITLES = ("Star Wars", "Star Trek", "The Wars of the Star People", "Alien", "Wars")
FACETS = (
    Facet("genre", "Sci-Fi"),
    Facet("genre", "Horror"),
    Facet("tag", "space"),
    Facet("person", "A. B."),
)
HAS = ([1, 1, 1, 1, 0], [0, 0, 0, 1, 0], [1, 1, 0, 0, 1], [1, 1, 1, 1, 1])


def catalogue(
    titles: tuple[str, ...] = TITLES, n_items: int = 4, years: tuple[int, ...] = (1980,) * 5
) -> Catalogue:
    movies = tuple(Movie(row, row + 1, title, years[row], ()) for row, title in enumerate(titles))
    membership = sparse.csr_matrix(np.array(HAS, dtype=np.bool_)[:, : len(titles)])
    return Catalogue(
        movies, FACETS, membership, np.arange(len(titles), 0, -1, dtype=np.int64), n_items
    )


def cosines(kind: str, shown: Catalogue | None = None) -> np.ndarray:
    rows = contents(shown or catalogue())[kind].toarray()
    return rows @ rows.T


class TestContents:
    def test_what_every_film_has_says_nothing(self) -> None:
        # All four films that can be recommended are Sci-Fi, so only the horror of Alien counts.
        assert np.flatnonzero(np.diag(cosines("genre"))).tolist() == [3]

    def test_tags_are_those_alone(self) -> None:
        assert cosines("tag")[0].tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, 1.0])

    def test_genres_count_by_how_rare_and_how_many_they_are(self) -> None:
        # Of 4 films 4 are Sci-Fi, one is Horror as well: the rarity of Horror is ln 4, shared by
        # two genres.
        assert cosines("genre")[3, 3] == pytest.approx(math.log(4) / 2)

    def test_years_are_near_by_how_far_they_are_apart(self) -> None:
        near = cosines("year", catalogue(years=(1980, 1980, 1986, 2010, 0)))[0]
        assert near[:3].tolist() == pytest.approx(
            [1.0, 1.0, math.exp(-1 / 4)], abs=1e-3
        )  # bells of 6 years
        assert near[3] < 0.01 and near[4] == 0.0

    def test_a_film_that_cannot_be_recommended_is_about_something_too(self) -> None:
        assert cosines("tag")[4, 0] == pytest.approx(1.0) and cosines("year")[
            4, 0
        ] == pytest.approx(1.0)


class TestTalkPrior:
    NOBODY = ratings_of([[0] * 5])

    def test_is_how_often_a_film_is_named(self) -> None:
        mentions = np.array([9, 0, 99, 4], dtype=np.float32)
        got = talk_prior(self.NOBODY, catalogue(), mentions)
        # Against the last film of a catalogue that is smaller than `ZERO`.
        assert got.tolist() == pytest.approx([0.8 * math.log(n) for n in (10, 1, 100, 5)])

    def test_is_how_often_it_is_rated_where_nobody_has_counted(self) -> None:
        got = talk_prior(ratings_of([[5, 2, 0, 0, 0], [3, 0, 0, 0, 0]]), catalogue())
        assert got.tolist() == pytest.approx([0.8 * math.log(n) for n in (3, 2, 1, 1)])
