"""Item-kNN: films that the same people like (Sarwar et al. 2001; shrunk as Bell & Koren 2007).

EASE: the linear item-item autoencoder with a closed form (Steck, WWW 2019).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy import sparse

from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.factors import ease_weights
from core.rewards import by_outcome
from core.simulation.scorer import LIKED, FloatArray, Observations, like_shares, weights


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """Tuned as `core.evaluation.baselines` tells: 6.88 hits; 400 neighbours, shrinkage 20 or prior
    0.1 lose up to 0.05.
    """

    neighbours: int = 200
    """Neighbours kept a film."""
    shrinkage: float = 10.0
    """Likes added to the denominator of the cosine, so that films with few likes have weak
    neighbours."""
    prior: float = 0.5
    """Weight of the share of people who like a film; decides alone where nothing is liked yet."""


@dataclass(frozen=True, eq=False)
class ItemKnn:
    """Score = Σ similarity to the films liked in the transcript + prior · share of likes."""

    similarity: sparse.csr_matrix
    """(n_items, n_items): row i holds where film i counts as a neighbour."""
    prior: FloatArray
    name: str = field(default="item-knn")

    @classmethod
    def fit(cls, train: Ratings, n_items: int, settings: NeighbourSettings | None = None) -> Self:
        """Shrunk cosine on likes, cut to each film's nearest neighbours."""
        settings = settings or NeighbourSettings()
        likes = train.likes()[:, :n_items].tocsr()
        together = (likes.T @ likes).tocsr()
        norm = np.sqrt(together.diagonal())
        left = np.repeat(norm, np.diff(together.indptr))
        together.data = together.data / (left * norm[together.indices] + settings.shrinkage)
        together.setdiag(0)
        together.eliminate_zeros()
        nearest = _keep_largest(together, settings.neighbours)
        return cls(nearest.T.tocsr(), settings.prior * like_shares(likes))

    def scores(self, observations: Observations) -> FloatArray:
        """Similarity to what is liked, summed."""
        liked = weights(observations, LIKED, len(self.prior))
        total: FloatArray = (liked @ self.similarity).toarray() + self.prior
        return total.astype(np.float32)


def _keep_largest(matrix: sparse.csr_matrix, count: int) -> sparse.csr_matrix:
    """Only the `count` largest values of each row; of equals the earlier column."""
    kept = []
    for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        order = np.argsort(-matrix.data[start:end], kind="stable")[:count]
        kept.append(start + np.sort(order))
    chosen = np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64)
    indptr = np.concatenate(([0], np.cumsum([len(part) for part in kept])))
    return sparse.csr_matrix(
        (matrix.data[chosen], matrix.indices[chosen], indptr), shape=matrix.shape
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EaseSettings:
    """Tuned as `core.evaluation.baselines` tells: 7.08 hits; λ 100 gives 7.08, 500 gives 6.99;
    prior 1 gives 6.55.
    """

    regularisation: float = 200.0
    """λ of Steck's equation, in likes."""
    prior: float = 0.1
    """Weight of the share of people who like a film; decides alone where nothing is liked yet."""
    disliked: float = 0.0
    """Input of a film with a thumb down (a liked film's is 1)."""
    fair: float = 0.0
    """Input of a film seen and found fair."""
    ignored: float = 0.0
    """Input of a film shown without reaction, or passed over."""
    max_items: int = 12_000
    """Only the best known films get weights (the matrix is dense: 12,000² float32 are 576 MB)."""


WITH_NEGATIVES = EaseSettings(prior=0.2, disliked=-0.25, ignored=-0.15)
"""The variant that listens to dislikes and silence too, tuned in the same way: 7.26 hits; disliked
0 to −0.5, ignored −0.1 to −0.2 and λ 300 are within 0.04 of it."""


@dataclass(frozen=True, eq=False)
class Ease:
    """Score = input · B + prior · share of likes."""

    item_weights: FloatArray
    """B of the paper, (n, n), zero diagonal, n = min(n_items, max_items)."""
    prior: FloatArray
    """(n_items,)"""
    table: FloatArray
    """Input by outcome."""
    name: str = "ease"

    @classmethod
    def fit(
        cls, train: Ratings, n_items: int, settings: EaseSettings | None = None, name: str = "ease"
    ) -> Self:
        """Closed form on the likes of the training people."""
        settings = settings or EaseSettings()
        likes = train.likes()[:, :n_items]
        known = likes[:, : settings.max_items].tocsr()
        return cls(
            ease_weights(known.toarray(), settings.regularisation),
            *_inputs(like_shares(likes), settings),
            name,
        )

    def variant(self, shares: FloatArray, settings: EaseSettings, name: str) -> Self:
        """The same weights with other inputs; `shares` are those of `like_shares`."""
        return type(self)(self.item_weights, *_inputs(shares, settings), name)

    def scores(self, observations: Observations) -> FloatArray:
        """Likes, and in the variant dislikes and silence, through the item-item weights."""
        inputs = weights(observations, self.table, len(self.item_weights))
        total = np.tile(self.prior, (len(observations), 1))
        total[:, : len(self.item_weights)] += inputs @ self.item_weights
        return total


def _inputs(shares: FloatArray, settings: EaseSettings) -> tuple[FloatArray, FloatArray]:
    """The prior and the input table of these settings."""

    def value(outcome: Outcome) -> float:
        if outcome.liking:
            return 1.0 if outcome.liking > 0 else settings.disliked
        if outcome is Outcome.SEEN:
            return settings.fair
        return settings.ignored if outcome.is_silent else 0.0

    return (settings.prior * shares).astype(np.float32), by_outcome(value)
