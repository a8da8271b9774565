"""What films are about and how readily they are named, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse
from worlds import ratings_of

from core.appeal import appeal
from core.catalogue import Catalogue
from core.content import contents
from core.domain import Facet, Movie

TITLES = ("Star Wars", "Star Trek", "The Wars of the Star People", "Alien", "Wars")
FACETS = (Facet("genre", "Sci-Fi"), Facet("genre", "Horror"), Facet("tag", "space"), Facet("person", "A. B."))
HAS = ([1, 1, 1, 1, 0], [0, 0, 0, 1, 0], [1, 1, 0, 0, 1], [1, 1, 1, 1, 1])


def catalogue(titles: tuple[str, ...] = TITLES, n_items: int = 4, years: tuple[int, ...] = (1980,) * 5) -> Catalogue:
    movies = tuple(Movie(row, row + 1, title, years[row], ()) for row, title in enumerate(titles))
    membership = sparse.csr_matrix(np.array(HAS, dtype=np.bool_)[:, : len(titles)])
    return Catalogue(movies, FACETS, membership, np.arange(len(titles), 0, -1, dtype=np.int64), n_items)


def cosines(kind: str, shown: Catalogue | None = None) -> np.ndarray:
    rows = contents(shown or catalogue())[kind].toarray()
    return rows @ rows.T


class TestContents:
    def test_what_every_film_has_says_nothing(self) -> None:
        # All four films that can be recommended are Sci-Fi, so only the horror of Alien counts.
        assert np.diag(cosines("genre")).tolist() == [0.0, 0.0, 0.0, 1.0, 0.0]

    def test_tags_are_those_alone(self) -> None:
        assert cosines("tag")[0].tolist() == pytest.approx([1.0, 1.0, 0.0, 0.0, 1.0])

    def test_rare_words_weigh_more(self) -> None:
        # Of 4 films "star" stands in 3, "wars" in 2, "trek" in 1.
        star, wars, trek = (math.log(4 / count) for count in (3, 2, 1))
        expected = star * star / math.hypot(star, wars) / math.hypot(star, trek)
        assert cosines("word")[0, 1] == pytest.approx(expected)

    def test_articles_and_parts_are_no_words_of_their_own(self) -> None:
        shown = catalogue(("The One, Part II", "The Two, Part II", "Of Three", "A Four", "Five"))
        assert cosines("word", shown)[0].tolist() == pytest.approx([1.0, 0.0, 0.0, 0.0, 0.0])

    def test_a_film_that_cannot_be_recommended_has_words_of_those_that_can(self) -> None:
        assert cosines("word")[4, 0] > 0.9 and cosines("word")[4, 3] == 0.0

    def test_a_word_of_many_titles_says_nothing(self) -> None:
        movies = tuple(Movie(row, row + 1, f"Love word{row // 2}", 0, ()) for row in range(60))
        many = Catalogue(movies, (), sparse.csr_matrix((0, 60), dtype=np.bool_), np.arange(60, 0, -1), 60)
        assert cosines("word", many)[0, :3].tolist() == pytest.approx([1.0, 1.0, 0.0])


class TestAppeal:
    def test_by_hand(self) -> None:
        # Film 0: two ratings, one a like; film 1: one rating, no like; both Sci-Fi; film 3 also Horror, unrated.
        ratings = ratings_of([[5, 2, 0, 0, 0], [3, 0, 0, 0, 0]])
        got = appeal(ratings, catalogue(years=(1965, 0, 2016, 1980, 1980)))
        raw = [
            1.16 * math.log(3) - 1.35 * 0.5 + 0.125 - 0.68,
            1.16 * math.log(2) - 0.11 - 0.68,
            3.44 - 0.68,
            0.5 - 0.68 + 0.56,
        ]
        assert got.tolist() == pytest.approx([value - min(raw) for value in raw], abs=1e-5)

    def test_of_years_beyond_the_ends_is_that_of_the_ends(self) -> None:
        got = appeal(ratings_of([[0] * 5]), catalogue(years=(1900, 1960, 2018, 2023, 1980)))
        assert (got - got[0]).tolist() == pytest.approx([0.0, 0.0, 2.88, 2.88 + 0.56], abs=1e-5)
