"""Films in each other's company: how much oftener than chance people who like one like the other.

*Lift* is the count of people who like both films over the count to be expected of people as busy as those who like the
first. Its logarithm speaks for little known films as clearly as for famous ones, where weights that explain a whole
table of ratings (EASE) leave to films of a handful of likes next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import svds

from core.appeal import appeal
from core.catalogue import Catalogue
from core.ratings import Ratings

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KinshipSettings:
    """How the company of films is fitted."""

    caution: float = 1.0
    """People added to those counted and to those expected: a pair seen once or twice may be chance."""
    rank: int = 128
    """Of the table of lifts; in full it tells hardly more and is fifty times as large."""
    max_items: int = 12_000
    """Only the best known films get company: the table is dense."""


@dataclass(frozen=True, eq=False)
class Company:
    """What is fitted and kept.

    `of`, `to` float32 (n_items, rank): `of[j] @ to[i]` is the log-lift of film i among those who like film j; `appeal`
    float32 (n_items,) is that of `core.appeal`.
    """

    of: FloatArray
    to: FloatArray
    appeal: FloatArray

    @classmethod
    def fit(
        cls, ratings: Ratings, catalogue: Catalogue, settings: KinshipSettings | None = None, *, seed: int = 0
    ) -> Self:
        """From the ratings of the training people; `seed` starts the iterative SVD."""
        settings = settings or KinshipSettings()
        n_items = catalogue.n_items
        known = min(n_items, settings.max_items)
        of, to = np.zeros((2, n_items, settings.rank), dtype=np.float32)
        rank = min(settings.rank, known - 1)
        if rank > 0:
            lifts = log_lift(ratings.likes()[:, :known].toarray(), settings.caution)
            start = np.random.default_rng(seed).standard_normal(known).astype(np.float32)
            left, singular, right = svds(lifts, k=rank, v0=start)
            of[:known, :rank], to[:known, :rank] = left * np.sqrt(singular), right.T * np.sqrt(singular)
        return cls(of, to, appeal(ratings, catalogue))


def log_lift(likes: FloatArray, caution: float) -> FloatArray:
    """ln((both + c) / (expected + c)) of each film (row) for each other (column), float32 (items, items).

    `likes` are 0 or 1, (people, items). Of n people who like film i, with a share s of all likes being those of the
    people who like film j, n · s are expected to like both. The diagonal is 0.
    """
    both = likes.T @ likes
    busy = likes.sum(axis=1)
    share = (likes.T @ busy) / max(float(busy.sum()), 1.0)
    expected = share[:, None] * likes.sum(axis=0)[None, :]
    lifts: FloatArray = np.log((both + caution) / (expected + caution)).astype(np.float32, copy=False)
    np.fill_diagonal(lifts, 0.0)
    return lifts
