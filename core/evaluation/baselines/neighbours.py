"""Item-kNN: films that the same people like (Sarwar et al. 2001; shrunk as Bell & Koren 2007)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy import sparse

from core.data.ratings import Ratings
from core.evaluation.baselines.evidence import LIKED, like_shares, weights
from core.simulation.scorer import FloatArray, Observations


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
