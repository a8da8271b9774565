"""Policies over the joint posterior: LinUCB and Thompson sampling gamble, two others read more.

*Familiarity*: with people who know whatever they are shown, having seen a film counts less, as in
`core.model.qnetwork` when it was fitted by hand. *Moods*: what films share is a latent mood of the
evening, in closed form with a uniform prior (`JointMoods`). Both stand here by themselves, numbers
included: a yardstick must stay where it is when the network that it measures moves.

Tuned as `core.evaluation.baselines` tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Outcome
from core.evaluation.baselines.posterior import Posterior
from core.model.mood import mood_table
from core.rewards import by_outcome
from core.simulation.evening import KINDS, single_moods
from core.simulation.scorer import FloatArray, IntArray, Observations, weights

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


_KNOWS_ALL: Final = -2.2
"""Log odds, before the first answer, of somebody who knows whatever they are shown."""
_KNOWN, _UNKNOWN = 0.36, -2.7
"""What a film they know and one they do not know add to them."""
_RATED: Final = by_outcome(lambda outcome: outcome in (Outcome.UP, Outcome.DOWN, Outcome.SEEN))
_SILENT: Final = by_outcome(lambda outcome: outcome.is_silent)


@dataclass(frozen=True, eq=False)
class JointFamiliar:
    """Score = expected liking + weight · P(knows all they see) · expected having seen.

    Films shown at the end of a transcript are the slate that is being filled: they tell nothing.
    """

    posterior: Posterior
    """A joint one."""
    weight: float = -0.7
    """As served, rated evenings with 0, 1 and 3 stated have .08, .08 and .05 hits of 9 more than
    without, and .08, .05 and −.02 of 21 (one validation fold). −1 gives .04 more of 9, and loses
    one of 21; the −.5 of the network gives .00, .06 and .04 of 9, and .2 of 21."""
    name: str = "joint-familiar"

    def scores(self, observations: Observations) -> FloatArray:
        """Liking, less of fame where fame is no news."""
        model = self.posterior
        taste = model.belief(observations).mean
        liking: FloatArray = taste @ model.like_vectors.T + model.like_means
        if model.seen_vectors is None or model.seen_means is None:
            return liking
        outcome = observations[..., 1]
        pending = (outcome == Outcome.SHOWN) | (outcome == Outcome.PADDING)
        pending = np.logical_and.accumulate(pending[:, ::-1], axis=1)[:, ::-1]
        answers = _KNOWN * _RATED[outcome] + _UNKNOWN * _SILENT[outcome]
        odds = _KNOWS_ALL + np.where(pending, 0.0, answers).sum(axis=1)
        knows_all = 0.5 * (1.0 + np.tanh(0.5 * odds))
        seen = taste @ model.seen_vectors.T + model.seen_means
        fame: FloatArray = self.weight * knows_all[:, None].astype(np.float32) * seen
        return liking + fame


_NAMED: Final = by_outcome(lambda outcome: outcome is Outcome.STATED_LIKE)
_UP: Final = by_outcome(lambda outcome: outcome is Outcome.UP)
_SURE: Final = 0.95
"""No film is surer of a thumb up: the expected liking is no probability and may exceed 1."""


@dataclass(frozen=True, eq=False)
class JointMoods:
    """Score = expected liking · P(the film is of tonight's mood): nothing in it is fitted to moods.

    Tonight's mood z is open, which any film is of, or one of the moods. With `stray` ε,

        P(film i is named | z) = (1 − ε) · popularity of i within z + ε · popularity of i
        P(thumb up for i | z)  ∝ 1 − ε if i is of z, else ε
        P(silence on i | z)    = 1 − p_i if i is of z, else 1,  p_i the expected liking
    """

    posterior: Posterior
    films: sparse.csr_matrix
    """Which films are of each mood, 0 or 1, float64 (moods + 1, n_items); the last row is open."""
    share: npt.NDArray[np.float64]
    """Share of all ratings that go to films of each mood, (moods + 1,)."""
    open: float = 0.5
    """Prior of an open evening; the moods are all alike."""
    stray: float = 0.05
    name: str = "joint-moods"

    @classmethod
    def over(cls, posterior: Posterior, catalogue: Catalogue) -> Self:
        """All moods of the catalogue that `core.model.mood` knows."""
        moods = single_moods(catalogue, KINDS, too_common=frozenset())
        n_items = catalogue.n_items
        anything = sparse.csr_matrix(np.ones((1, n_items)))
        table = sparse.vstack([mood_table(moods, n_items), anything], "csr", np.float64)
        counts = np.maximum(catalogue.n_ratings[:n_items], 1).astype(np.float64)
        return cls(posterior, table, (table @ counts) / counts.sum())

    def scores(self, observations: Observations) -> FloatArray:
        """Liking, as far as the film is of tonight's mood."""
        chance = self.posterior.scores(observations)
        tonight = (self.moods(observations, chance) @ self.films).astype(np.float32)
        scores: FloatArray = np.where(chance > 0, chance * tonight, chance)
        return scores

    def moods(self, observations: Observations, chance: FloatArray) -> npt.NDArray[np.float64]:
        """Probabilities of the moods, (B, moods + 1); `chance` (B, n_items) of a thumb up."""
        n_items, n_moods = len(chance[0]), len(self.share) - 1
        prior = np.full(n_moods + 1, (1.0 - self.open) / max(n_moods, 1))
        prior[-1] = self.open
        odds = np.tile(np.log(prior), (len(observations), 1))
        # Beside a mood a film adds log ε to its odds, within it so much more than that.
        named = np.log((1 - self.stray) / self.share + self.stray) - np.log(self.stray)
        thumb = np.full(n_moods + 1, np.log((1 - self.stray) / self.stray))
        for table, within in ((_NAMED, named), (_UP, thumb)):
            count = weights(observations, table, n_items)
            odds += np.log(self.stray) * np.asarray(count.sum(axis=1))
            odds += (count @ self.films.T).toarray() * within
        silent = weights(observations, _SILENT, n_items).tocoo()
        vain = np.clip(chance[silent.row, silent.col].astype(np.float64), 0.0, _SURE)
        missed = sparse.csr_matrix(
            (silent.data * np.log1p(-vain), (silent.row, silent.col)), shape=silent.shape
        )
        odds += (missed @ self.films.T).toarray()
        likely = np.exp(odds - odds.max(axis=1, keepdims=True))
        moods: npt.NDArray[np.float64] = likely / likely.sum(axis=1, keepdims=True)
        return moods
