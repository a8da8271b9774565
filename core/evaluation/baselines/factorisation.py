"""Two matrix factorisations.

iALS: weighted, of likes over everything (Hu, Koren & Volinsky 2008), by `implicit`.

PMF: probabilistic, of likes among the films that are rated (Salakhutdinov & Mnih 2007), fitted by
expectation and maximisation, so that a person's taste is known as far as their ratings tell it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import threadpoolctl
from implicit.als import AlternatingLeastSquares
from scipy import sparse

from core.data.ratings import Ratings
from core.rewards import LIKE_FROM
from core.simulation.scorer import KNOWN, LIKED, FloatArray, Observations, film_rows, like_shares


@dataclass(frozen=True, slots=True)
class IalsSettings:
    """Tuned as `core.evaluation.baselines` tells: 7.09 hits; 64 factors give 7.00, confidence 5 and
    λ 30 give 7.07.
    """

    factors: int = 128
    regularisation: float = 20.0
    confidence: float = 3.0
    """Weight of a liked film, where an unrated one weighs 1."""
    iterations: int = 15
    prior: float = 0.1
    """Weight of the share of people who like a film; decides alone where nothing is liked yet."""


@dataclass(frozen=True, eq=False)
class Ials:
    """Score = item · person, where the person is folded in from the likes of the transcript."""

    items: FloatArray
    """(n_items, factors)"""
    prior: FloatArray
    settings: IalsSettings
    name: str = "ials"

    @classmethod
    def fit(
        cls, train: Ratings, n_items: int, settings: IalsSettings | None = None, seed: int = 0
    ) -> Self:
        """Alternating least squares on likes, in one thread: the same seed, the same factors."""
        settings = settings or IalsSettings()
        likes = train.likes()[:, :n_items].tocsr()
        with threadpoolctl.threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=settings.factors,
                regularization=settings.regularisation,
                alpha=settings.confidence,
                iterations=settings.iterations,
                num_threads=1,
                use_gpu=False,
                random_state=seed,
            )
            model.fit(likes, show_progress=False)
        return cls(np.asarray(model.item_factors), settings.prior * like_shares(likes), settings)

    def scores(self, observations: Observations) -> FloatArray:
        """One exact fold-in a transcript: x = c (YᵀY + λI + (c − 1) VᵀV)⁻¹ Vᵀ1, V the liked films.

        With H = (YᵀY + λI)⁻¹ that is c HVᵀ (I + (c − 1) VHVᵀ)⁻¹ 1, a solve of the size of the
        transcript.
        """
        rows, is_film = film_rows(observations, len(self.items))
        mask = is_film * LIKED[observations[..., 1]]
        vectors = self.items[rows] * mask[..., None]
        solved = self._solved_items[rows] * mask[..., None]
        left = (self.settings.confidence - 1.0) * np.matmul(vectors, solved.transpose(0, 2, 1))
        left[:, np.arange(left.shape[1]), np.arange(left.shape[1])] += 1.0
        share = np.linalg.solve(left, mask[..., None])
        people = self.settings.confidence * np.matmul(solved.transpose(0, 2, 1), share)[..., 0]
        total: FloatArray = people.astype(np.float32) @ self.items.T + self.prior
        return total

    @cached_property
    def _solved_items(self) -> FloatArray:
        """Y (YᵀY + λI)⁻¹, (n_items, factors)."""
        items = self.items.astype(np.float64)
        whole = items.T @ items + self.settings.regularisation * np.eye(items.shape[1])
        return np.linalg.solve(whole, items.T).T.astype(np.float32)


@dataclass(frozen=True, slots=True)
class PmfSettings:
    """Tuned on rated evenings as served, hits of 9, mean of 0, 1 and 3 stated, on two of the
    validation folds of `core.evaluation.baselines`: 6.64; noise .15 gives 6.63, vectors held by 20
    ratings 6.62, 32 factors 6.61, 8 factors 6.52.
    """

    factors: int = 16
    noise: float = 0.2
    """Variance of one rating about what the taste foretells."""
    shrinkage: float = 10.0
    """Ratings that hold a film's mean to that of all films."""
    vector_shrinkage: float = 60.0
    """Ratings that hold a film's vector to the common lenience of people."""
    lenience: float = 0.2
    """Standard deviation over people of the share of films they like."""
    iterations: int = 20


@dataclass(frozen=True, eq=False)
class Pmf:
    """Score = mean of the film + vector · taste: the chance of liking it, once it is rated.

    A person's taste is u ~ N(0, I); what they say of film i is 1 (liked) or 0 and
    N(mean_i + vector_i · u, noise). Silence tells nothing.
    """

    vectors: FloatArray
    """(n_items, factors)"""
    means: FloatArray
    """(n_items,)"""
    noise: float
    name: str = "pmf"

    @classmethod
    def fit(
        cls, train: Ratings, n_items: int, settings: PmfSettings | None = None, seed: int = 0
    ) -> Self:
        """From all ratings of recommendable films; `seed` draws the vectors it begins with."""
        settings = settings or PmfSettings()
        rated = train.rated()[:, :n_items].tocsr().astype(np.float64)
        likes = train.likes()[:, :n_items].tocsr().astype(np.float64)
        centre = np.zeros(settings.factors + 1)
        centre[:2] = float((train.value >= LIKE_FROM).mean()), settings.lenience
        films = np.tile(centre, (n_items, 1))
        rng = np.random.default_rng(seed)
        films[:, 2:] += 0.01 * rng.standard_normal((n_items, settings.factors - 1))
        held = np.full(settings.factors + 1, settings.vector_shrinkage)
        held[0] = settings.shrinkage
        for _ in range(settings.iterations):
            tastes, squares = _tastes(films, rated, likes, settings.noise)
            k = tastes.shape[1]
            gram = (rated.T @ squares.reshape(-1, k * k)).reshape(-1, k, k) + np.diag(held)
            films = np.linalg.solve(gram, (likes.T @ tastes + held * centre)[..., None])[..., 0]
        return cls(films[:, 1:].astype(np.float32), films[:, 0].astype(np.float32), settings.noise)

    def scores(self, observations: Observations) -> FloatArray:
        """Chance of a thumb up for each film, given that the person knows it."""
        rows, is_film = film_rows(observations, len(self.means))
        mask = is_film * KNOWN[observations[..., 1]]
        vectors = self.vectors[rows] * mask[..., None]
        residual = (LIKED[observations[..., 1]] - self.means[rows]) * mask
        precision = np.matmul(vectors.transpose(0, 2, 1), vectors)
        precision += self.noise * np.eye(vectors.shape[2], dtype=np.float32)
        pull = np.matmul(vectors.transpose(0, 2, 1), residual[..., None])
        taste = np.linalg.solve(precision, pull)[..., 0].astype(np.float32)
        total: FloatArray = taste @ self.vectors.T + self.means
        return total


def _tastes(
    films: npt.NDArray[np.float64], rated: sparse.csr_matrix, likes: sparse.csr_matrix, noise: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """What is expected of people: (1, taste), (P, k), and its outer product, (P, k, k)."""
    means, vectors = films[:, 0], films[:, 1:]
    factors = vectors.shape[1]
    outer = (vectors[:, :, None] * vectors[:, None]).reshape(len(films), -1)
    precision = np.eye(factors) + (rated @ outer).reshape(-1, factors, factors) / noise
    spread = np.linalg.inv(precision)
    pull = (likes @ vectors - rated @ (vectors * means[:, None])) / noise
    mean = np.matmul(spread, pull[..., None])[..., 0]
    tastes = np.concatenate([np.ones((len(mean), 1)), mean], axis=1)
    squares = tastes[:, :, None] * tastes[:, None]
    squares[:, 1:, 1:] += spread
    return tastes, squares
