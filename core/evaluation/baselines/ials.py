"""iALS: weighted matrix factorisation of likes (Hu, Koren & Volinsky 2008), by `implicit`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import threadpoolctl
from implicit.als import AlternatingLeastSquares

from core.data.ratings import Ratings
from core.simulation.scorer import LIKED, FloatArray, Observations, film_rows, like_shares


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
