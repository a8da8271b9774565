"""What a policy would have earned on conversations led by another: IPS, SNIPS, doubly robust.

Every film was shown with a known probability, so a film that the judged policy likes more than the
one that showed it counts for more (Horvitz & Thompson 1952). Alone that is noisy (IPS); divided by
the sum of the weights it is steadier and a little biased (SNIPS, Swaminathan & Joachims 2015); with
a model of the rewards that the log corrects it is steadier still and not biased where the log could
have shown what the policy shows (doubly robust, Dudík et al. 2011).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from core.learning.log import LoggedSlate
from core.model.policy import Policy
from core.statistics import LEVEL, Interval, mean_interval, resamples

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_RESAMPLES = 2_000

MOST_WEIGHT = 20.0
"""No film that was shown counts for more than this many: a gamble on the last of twenty candidates
has weights of up to 200, and one of those decides a log of hundreds. What is cut off is judged by
the model, which believes in the policy that serves."""


class RewardModel(Protocol):
    """What a film is expected to earn, whoever shows it."""

    def expected(self, slate: LoggedSlate) -> FloatArray:
        """(n_items,) in units of one thumb up, from the state of the slate."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Evidence:
    """One policy on n films that were logged, a row a film."""

    session: IntArray
    """(n,)"""
    reward: FloatArray
    """(n,) what was made of the film."""
    weight: FloatArray
    """(n,) chance with which the policy shows this film at this place, over the chance with which
    it was shown."""
    expected: FloatArray
    """(n,) what the model expected of the film."""
    promised: FloatArray
    """(n,) what the model expects of whatever the policy shows at this place."""
    covered: FloatArray
    """(n,) chance with which the policy shows a film that the log could have shown; what is missing
    to 1 is judged by the model alone."""

    @property
    def effective(self) -> float:
        """Films that the log is worth for this policy, (Σw)² / Σw²."""
        squares = float((self.weight**2).sum())
        return float(self.weight.sum()) ** 2 / squares if squares else 0.0


def evidence(
    policy: Policy,
    logged: Sequence[LoggedSlate],
    model: RewardModel,
    choosers: Mapping[str, Policy],
) -> Evidence:
    """What the log says of `policy`.

    `choosers` are the policies that chose the slates, by version: they say what else the log could
    have shown. A slate of a version that is gone counts as if it could have shown everything.
    """
    rows: list[tuple[float, ...]] = []
    for slate in logged:
        values, chooser = model.expected(slate), choosers.get(slate.version)
        mine = policy.chances(slate.state, slate.tokens)
        theirs = mine if chooser in (None, policy) else chooser.chances(slate.state, slate.tokens)
        for place, token in enumerate(slate.tokens):
            chances = mine[place]
            possible = np.isin(chances.rows, theirs[place].rows[theirs[place].probabilities > 0])
            rows.append(
                (
                    slate.session,
                    slate.rewards[place],
                    min(chances.of(token - 1) / slate.propensities[place], MOST_WEIGHT),
                    values[token - 1],
                    float(chances.probabilities @ values[chances.rows]),
                    float(chances.probabilities[possible].sum()),
                )
            )
    session, *columns = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    reward, weight, expected, promised, covered = columns
    return Evidence(
        session=session.astype(np.int64),
        reward=reward,
        weight=weight,
        expected=expected,
        promised=promised,
        covered=covered,
    )


def importance(found: Evidence) -> FloatArray:
    """IPS, (n,): their mean is the reward a film under the policy."""
    return found.weight * found.reward


def doubly_robust(found: Evidence) -> FloatArray:
    """(n,): what the model promises, corrected by its error about the film that was shown."""
    return found.promised + found.weight * (found.reward - found.expected)


def self_normalised(found: Evidence) -> Interval:
    """SNIPS: reward a film, as a ratio of sums over whole sessions."""
    sums = by_session(found.session, np.stack([importance(found), found.weight]))
    draws = resamples(sums.shape[1], _RESAMPLES, 0)
    total = draws @ sums.T
    ratios = np.divide(total[:, 0], total[:, 1], out=np.zeros(len(total)), where=total[:, 1] > 0)
    whole = sums.sum(axis=1)
    low, high = np.percentile(ratios, (2.5, 97.5))
    return Interval(float(whole[0] / whole[1]) if whole[1] else 0.0, float(low), float(high))


def per_film(session: IntArray, values: FloatArray) -> Interval:
    """Mean of (n,) values a film; the interval is a bootstrap over sessions of several films."""
    sums = by_session(session, np.stack([values, np.ones(len(values))]))
    # Sessions of one length would give the mean of means; with others the ratio keeps each film's
    # say.
    mean = float(sums[0].sum() / sums[1].sum())
    influence = (sums[0] - mean * sums[1]) / sums[1].mean()
    around = mean_interval(influence, resamples(sums.shape[1], _RESAMPLES, 0))
    return Interval(mean, mean + around.low, mean + around.high)


def median_of_means(blocks: IntArray, values: FloatArray) -> Interval:
    """Median of the means a film of blocks of clients, with the interval of its order statistics.

    Whoever sits in one block can turn one mean and no more, however much they say. The interval
    assumes nothing of the values: each block lies above the truth with a chance of one half
    (Lugosi & Mendelson 2019; binomial).
    """
    _, number = np.unique(blocks, return_inverse=True)
    means = np.sort(np.bincount(number, weights=values) / np.bincount(number))
    tail = int(binom.ppf((1 - LEVEL) / 2, len(means), 0.5)) - 1
    place = max(tail, 0)
    return Interval(float(np.median(means)), float(means[place]), float(means[-1 - place]))


def by_session(session: IntArray, values: FloatArray) -> FloatArray:
    """Sums of (k, n) values over the films of each session, (k, sessions)."""
    _, number = np.unique(session, return_inverse=True)
    return np.stack([np.bincount(number, weights=row) for row in values])
