"""Three policies that do not listen: random, the best-sellers, and the best liked of all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.simulation.scorer import FloatArray, IntArray, Observations


@dataclass(frozen=True, eq=False)
class Random:
    """Films in random order, another order for each person."""

    n_items: int
    seed: int = 0
    people: IntArray | None = None
    """Ids of the people in the batch, see `for_people`."""
    name: str = "random"

    def for_people(self, people: IntArray) -> Self:
        """Bound to these people."""
        return replace(self, people=people)

    def scores(self, observations: Observations) -> FloatArray:
        """Uniform numbers in [0, 1), the same on every turn of a person."""
        people = np.arange(len(observations)) if self.people is None else self.people
        return np.stack(
            [
                np.random.default_rng([self.seed, int(p)]).random(self.n_items, np.float32)
                for p in people
            ]
        )


@dataclass(frozen=True, eq=False)
class Popularity:
    """Most liked films first."""

    counts: FloatArray
    """(n_items,) what is counted: likes, or ratings where only a catalogue is at hand."""
    name: str = "popularity"

    @classmethod
    def fit(cls, train: Ratings, n_items: int) -> Self:
        """Counts likes (ratings of at least 4)."""
        likes = train.likes()[:, :n_items]
        return cls(np.asarray(likes.sum(axis=0), dtype=np.float32).ravel())

    @classmethod
    def from_catalogue(cls, catalogue: Catalogue) -> Self:
        """Takes the number of ratings that the catalogue carries."""
        return cls(catalogue.n_ratings[: catalogue.n_items].astype(np.float32))

    def scores(self, observations: Observations) -> FloatArray:
        """The counts, for everybody."""
        return np.broadcast_to(self.counts, (len(observations), len(self.counts)))


@dataclass(frozen=True, eq=False)
class Approval:
    """Films that most of those who rated them like."""

    shares: FloatArray
    """(n_items,) in 0 … 1."""
    name: str = "approval"

    @classmethod
    def fit(cls, train: Ratings, n_items: int, shrinkage: float = 30.0) -> Self:
        """Share of likes among ratings, `shrinkage` ratings of a usual film added to each.

        30 give 6.60 hits of 9 on rated evenings, 3 and 100 give 6.55 and 6.57.
        """
        likes = np.asarray(train.likes()[:, :n_items].sum(axis=0), dtype=np.float64).ravel()
        rated = np.asarray(train.rated()[:, :n_items].sum(axis=0), dtype=np.float64).ravel()
        usual = likes.sum() / max(rated.sum(), 1.0)
        shares = (likes + shrinkage * usual) / (rated + shrinkage)
        return cls(shares.astype(np.float32))

    def scores(self, observations: Observations) -> FloatArray:
        """The shares, for everybody."""
        return np.broadcast_to(self.shares, (len(observations), len(self.shares)))
