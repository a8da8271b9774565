"""Two policies that gamble, over the joint posterior: LinUCB and Thompson sampling.

Tuned as `core.evaluation.baselines` tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from core.evaluation.baselines.posterior import Posterior
from core.simulation.scorer import FloatArray, IntArray, Observations

_CHUNK = 64
"""People at a time, to bound the memory of the variances (chunk · events · items float32)."""


@dataclass(frozen=True, eq=False)
class LinUcb:
    """Score = expected liking + α · its standard deviation (Li et al., WWW 2010)."""

    posterior: Posterior
    alpha: float = 0.05
    """Width of the bonus in standard deviations; 0.05 gives 7.71 hits, 0.15 gives 7.69."""
    name: str = "linucb"

    def scores(self, observations: Observations) -> FloatArray:
        """Upper confidence bounds of the liking."""
        parts = np.array_split(observations, max(1, -(-len(observations) // _CHUNK)))
        return np.concatenate([self._bounds(part) for part in parts])

    def _bounds(self, observations: Observations) -> FloatArray:
        belief = self.posterior.belief(observations)
        items = self.posterior.like_vectors
        # Var(a·u) = |a|² − |C⁻¹ V a|², C the Cholesky factor of the Gram matrix of what was
        # observed
        factor = np.linalg.cholesky(belief.gram)
        whitened = np.linalg.solve(factor, belief.vectors)
        explained = np.matmul(whitened, items.T)
        np.square(explained, out=explained)
        variance = np.einsum("ik,ik->i", items, items) - explained.sum(axis=1)
        mean = belief.mean @ items.T + self.posterior.like_means
        bounds: FloatArray = mean + self.alpha * np.sqrt(np.maximum(variance, 0.0))
        return bounds


@dataclass(frozen=True, eq=False)
class Thompson:
    """Score = expected liking under one draw of the taste vector (Chapelle & Li 2011)."""

    posterior: Posterior
    scale: float = 0.1
    """The draw's distance from the mean is multiplied by this; 1 = plain Thompson sampling. 0.1
    gives 7.68 hits, 0.25 gives 7.53, 0.5 gives 7.17."""
    seed: int = 0
    people: IntArray | None = field(default=None)
    name: str = "thompson"

    def for_people(self, people: IntArray) -> Self:
        """Bound to these people."""
        return replace(self, people=people)

    def scores(self, observations: Observations) -> FloatArray:
        """Liking of every film for the taste that was drawn."""
        belief = self.posterior.belief(observations)
        count = np.count_nonzero(observations[..., 0], axis=1)
        people = np.arange(len(observations)) if self.people is None else self.people
        draws = [
            np.random.default_rng([self.seed, int(person), int(events)]).standard_normal(
                size, np.float32
            )
            for person, events in zip(people, count, strict=True)
            for size in [sum(belief.vectors.shape[1:])]
        ]
        noise = np.stack(draws)
        taste, error = np.split(noise, [belief.vectors.shape[2]], axis=1)
        # Matheron's rule: a draw of the prior, moved as an observation of itself would move it, is
        # one of the posterior
        seen = np.einsum("bnk,bk->bn", belief.vectors, taste) + error * np.sqrt(belief.noise)
        deviation = taste - replace(belief, residual=seen).mean
        drawn = belief.mean + self.scale * deviation
        scores: FloatArray = drawn @ self.posterior.like_vectors.T + self.posterior.like_means
        return scores
