"""Figures with intervals: bootstrap over people, concentration, coverage."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVEL = 0.95
"""Level of every interval."""

NORMAL_95 = 1.959964
"""97.5 % quantile of the normal distribution."""

_CATALOGUE_RESAMPLES = 200
"""Resamples behind the standard errors of coverage and Gini: a standard error needs fewer than a
quantile."""


class Interval(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def resamples(people: int, count: int, seed: int) -> FloatArray:
    """Bootstrap weights (count, people): how often each person is drawn.

    The same weights serve every policy, which makes the differences between policies paired.
    """
    rng = np.random.default_rng([seed, people])
    draws = rng.multinomial(people, np.full(people, 1.0 / people), size=count)
    return draws.astype(np.float64)


def mean_interval(values: npt.ArrayLike, weights: FloatArray) -> Interval:
    """Mean over people of `values` (P,) with its percentile bootstrap interval."""
    array = np.asarray(values, dtype=np.float64)
    means = weights @ array / len(array)
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.percentile(means, (tail, 100 - tail))
    return Interval(float(array.mean()), float(low), float(high))


def gini(counts: npt.ArrayLike) -> float:
    """Gini coefficient of how often films were shown: 0 = equally, (n − 1) / n = one film alone.

    >>> gini([1, 1, 1, 1]), gini([0, 0, 0, 4])
    (0.0, 0.75)
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    n, total = len(ordered), ordered.sum()
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * total))


def coverage(counts: npt.ArrayLike) -> float:
    """Share of the films that were shown at least once.

    >>> coverage([0, 2, 0, 1])
    0.5
    """
    return float((np.asarray(counts) > 0).mean())


def catalogue_intervals(
    shown: IntArray, n_items: int, weights: FloatArray
) -> tuple[Interval, Interval]:
    """(coverage, Gini) of the rows `shown` (P, T), −1 = nothing, over `n_items` films.

    Their interval is value ± 1.96 bootstrap standard errors: a resample holds fewer different
    people, so its coverage is lower than the sample's and its quantiles would miss the value
    itself.
    """
    people, turn = np.nonzero(shown >= 0)
    films, column = np.unique(shown[people, turn], return_inverse=True)
    table = sparse.csr_matrix(
        (np.ones(len(people)), (people, column)), shape=(len(shown), len(films))
    )
    value = (len(films) / n_items, _gini_rows(np.asarray(table.sum(axis=0)), n_items)[0])
    counts = (table.T @ weights[:_CATALOGUE_RESAMPLES].T).T
    spread = ((counts > 0).sum(axis=1) / n_items, _gini_rows(counts, n_items))
    first, second = (
        Interval(
            float(v),
            max(0.0, float(v - NORMAL_95 * s.std())),
            min(1.0, float(v + NORMAL_95 * s.std())),
        )
        for v, s in zip(value, spread, strict=True)
    )
    return first, second


def _gini_rows(counts: FloatArray, n_items: int) -> FloatArray:
    """Gini of each row of (R, films ever shown); all other films count 0 and sort first."""
    ordered = np.sort(counts, axis=1)
    place = np.arange(n_items - counts.shape[1] + 1, n_items + 1)
    total = ordered.sum(axis=1)
    numerator = ordered @ (2.0 * place - n_items - 1)
    result: FloatArray = np.divide(
        numerator, n_items * total, out=np.zeros(len(ordered)), where=total > 0
    )
    return result
