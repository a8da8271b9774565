"""Movie vectors: against covariances worked out by hand and a dense decomposition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from worlds import checkerboard, ratings_of

from core.data.ratings import Ratings
from core.model.factors import FactorSettings, MovieVectors, cross_fit, fit

FloatArray = npt.NDArray[np.floating]


def stacked(vectors: MovieVectors) -> FloatArray:
    return np.concatenate([vectors.like, vectors.seen])


def products(vectors: MovieVectors) -> FloatArray:
    """Inner products of all pairs: all that a Q-value can depend on, whatever way the axes
    point."""
    table = stacked(vectors).astype(np.float64)
    product: npt.NDArray[np.float64] = table @ table.T
    return product


def centred_table(ratings: Ratings, n_items: int) -> FloatArray:
    both = [ratings.likes().toarray()[:, :n_items], ratings.rated().toarray()[:, :n_items]]
    table: npt.NDArray[np.float64] = np.hstack(both).astype(np.float64)
    return table - table.mean(axis=0)


def crowd(people: int = 30, films: int = 6, seed: int = 0) -> Ratings:
    rng = np.random.default_rng(seed)
    stars = rng.choice([0, 0, 1, 3, 4, 5], size=(people, films)).astype(float)
    stars[:, 0] = np.where(stars[:, 0] == 0, 4.0, stars[:, 0])  # nobody is without a rating
    return ratings_of(stars.tolist())


class TestFit:
    def test_two_tastes_by_hand(self) -> None:
        # Everybody rates all: half loves even films, half odd ones. A film's liking has mean 1/2
        # and variance 1/4, covariance +1/4 with its own kind and −1/4 with the other; having seen
        # never varies.
        stars = [[5, 1, 5, 1], [1, 5, 1, 5]] * 3
        vectors = fit(ratings_of(stars), 4, dimensions=3)
        sign = np.array([1, -1, 1, -1])
        np.testing.assert_allclose(
            vectors.like @ vectors.like.T, 0.25 * np.outer(sign, sign), atol=1e-6
        )
        np.testing.assert_allclose(vectors.seen, 0, atol=1e-6)
        np.testing.assert_allclose(vectors.like_prior, 0.5)
        np.testing.assert_allclose(vectors.seen_prior, 1.0)

    def test_a_checkerboard_with_gaps_still_separates_the_tastes(self) -> None:
        vectors = fit(checkerboard(), 12, dimensions=1)
        even, odd = vectors.like[::2, 0], vectors.like[1::2, 0]
        assert (np.sign(even) == np.sign(even[0])).all()
        assert (np.sign(odd) == -np.sign(even[0])).all()

    def test_priors_are_the_shares_of_people(self) -> None:
        vectors = fit(ratings_of([[4, 0, 3], [5, 2, 0], [1, 0, 0], [4.5, 4, 0]]), 3, dimensions=2)
        np.testing.assert_allclose(vectors.like_prior, [3 / 4, 1 / 4, 0])
        np.testing.assert_allclose(vectors.seen_prior, [4 / 4, 2 / 4, 1 / 4])

    @pytest.mark.parametrize("dimensions", [1, 3, 7])
    def test_equals_a_dense_decomposition(self, dimensions: int) -> None:
        ratings = crowd()
        _, singular, right = np.linalg.svd(centred_table(ratings, 6), full_matrices=False)
        top = right[:dimensions] * singular[:dimensions, None]
        np.testing.assert_allclose(
            products(fit(ratings, 6, dimensions)), top.T @ top / 30, atol=1e-5
        )

    def test_the_first_dimension_tells_people_apart_the_most(self) -> None:
        spread = (stacked(fit(crowd(), 6, 5)) ** 2).sum(axis=0)
        assert (np.diff(spread) < 0).all()

    def test_all_dimensions_give_the_covariance_itself(self) -> None:
        ratings = crowd(people=8)
        centred = centred_table(ratings, 6)
        np.testing.assert_allclose(
            products(fit(ratings, 6, 20)), centred.T @ centred / 8, atol=1e-5
        )

    def test_fewer_people_than_dimensions_leave_dimensions_empty(self) -> None:
        vectors = fit(ratings_of([[5, 1, 4], [1, 5, 0], [4, 4, 2]]), 3, dimensions=16)
        assert vectors.like.shape == vectors.seen.shape == (3, 16)
        assert vectors.like.dtype == vectors.like_prior.dtype == np.float32
        # Three people about their mean span two dimensions.
        assert np.abs(stacked(vectors)[:, :2]).max() > 0.1
        np.testing.assert_array_equal(stacked(vectors)[:, 2:], 0)

    def test_one_person_has_no_variance(self) -> None:
        vectors = fit(ratings_of([[5, 0]]), 2, dimensions=4)
        np.testing.assert_array_equal(stacked(vectors), 0)
        np.testing.assert_array_equal(vectors.like_prior, [1, 0])

    def test_only_recommendable_films_get_vectors(self) -> None:
        ratings = crowd()
        assert fit(ratings, 4, 3).like.shape == (4, 3)
        swapped = replace(
            ratings, value=np.where(ratings.row >= 4, 6 - ratings.value, ratings.value)
        )
        np.testing.assert_array_equal(fit(ratings, 4, 3).like, fit(swapped, 4, 3).like)

    def test_the_same_seed_gives_the_same_bits(self) -> None:
        first, second = fit(crowd(), 6, 4, seed=5), fit(crowd(), 6, 4, seed=5)
        np.testing.assert_array_equal(stacked(first), stacked(second))

    def test_another_seed_gives_the_same_vectors_up_to_rounding(self) -> None:
        np.testing.assert_allclose(
            stacked(fit(crowd(), 6, 4, seed=1)), stacked(fit(crowd(), 6, 4, seed=2)), atol=1e-4
        )


class TestCrossFit:
    SETTINGS = FactorSettings(dimensions=4, folds=3)

    def fits(self, ratings: Ratings) -> list[tuple[npt.NDArray[np.int64], MovieVectors]]:
        return list(cross_fit(ratings, 6, self.SETTINGS))

    def test_first_everyone_then_each_fold_with_its_people(self) -> None:
        ratings = crowd()
        fits = self.fits(ratings)
        assert len(fits) == 1 + 3
        assert len(fits[0][0]) == 0
        np.testing.assert_array_equal(stacked(fits[0][1]), stacked(fit(ratings, 6, 4)))
        assert sorted(np.concatenate([people for people, _ in fits]).tolist()) == list(range(30))

    def test_a_fold_is_fitted_on_all_the_others(self) -> None:
        ratings = crowd()
        for people, vectors in self.fits(ratings)[1:]:
            others = ratings.select(np.setdiff1d(np.arange(30), people))
            # Turned onto the vectors from everyone, which changes no inner product.
            np.testing.assert_allclose(products(vectors), products(fit(others, 6, 4)), atol=1e-5)
            np.testing.assert_array_equal(vectors.like_prior, fit(others, 6, 4).like_prior)

    def test_a_persons_own_ratings_do_not_reach_the_vectors_they_meet(self) -> None:
        ratings = crowd()
        before = self.fits(ratings)
        number, person = next(
            (number, fold[0][0]) for number, fold in enumerate(before) if len(fold[0])
        )
        changed = replace(
            ratings, value=np.where(ratings.user == person, 5.5 - ratings.value, ratings.value)
        )
        after = self.fits(changed)
        np.testing.assert_allclose(
            products(after[number][1]), products(before[number][1]), atol=1e-5
        )
        np.testing.assert_array_equal(after[number][1].like_prior, before[number][1].like_prior)
        # The other folds do learn from the person.
        for other in {1, 2, 3} - {number}:
            assert np.abs(products(after[other][1]) - products(before[other][1])).max() > 1e-3

    def test_alignment_turns_a_fold_onto_everyone_as_far_as_turning_can(self) -> None:
        ratings = crowd()
        everyone = stacked(self.fits(ratings)[0][1]).astype(np.float64)
        for people, vectors in self.fits(ratings)[1:]:
            raw = stacked(fit(ratings.select(np.setdiff1d(np.arange(30), people)), 6, 4)).astype(
                np.float64
            )
            # Orthogonal Procrustes: no rotation comes nearer than ‖A‖² + ‖B‖² − 2 ‖AᵀB‖ (nuclear
            # norm).
            nearest = (
                (raw**2).sum()
                + (everyone**2).sum()
                - 2 * np.linalg.norm(raw.T @ everyone, ord="nuc")
            )
            assert ((stacked(vectors) - everyone) ** 2).sum() == pytest.approx(nearest, rel=1e-4)
            assert ((raw - everyone) ** 2).sum() > 1.01 * nearest

    def test_the_same_seed_gives_the_same_bits(self) -> None:
        for (_, first), (_, second) in zip(self.fits(crowd()), self.fits(crowd()), strict=True):
            np.testing.assert_array_equal(stacked(first), stacked(second))
