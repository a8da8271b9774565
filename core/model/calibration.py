"""The match figure of a card: the chance that a person likes a film once they have seen it.

A Q-value cannot be that figure. It is what showing the film is worth, so it is low for every film
that few have seen, however much those few love it. Somebody who chooses a film for tonight asks
another question, *if I watch this, shall I like it?*, and the answer is P(thumb up | seen), for
which ratings hold evidence: of the people like you who have seen and rated the film, how many gave
it a thumb up. What ratings cannot say is how somebody would find a film that they would never
choose, since whoever rated one had chosen to watch it.

It is a logistic regression on a few readings of the state (`FEATURES`), fitted to films shown to
people who never trained the network, and who meet movie vectors that were fitted on others. It owes
nothing to the wishes for tonight or to the knob between popular films and hidden gems: these say
what to show, not how well it will be liked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import torch

from core.domain import Outcome
from core.model.factors import MovieVectors
from core.model.qnetwork import QNetwork
from core.statistics import NORMAL_95, Interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Observations = npt.NDArray[np.int32]

FEATURES: Final = ("constant", "approval", "fame", "lean", "likes", "dislikes")
"""1; log odds that whoever has seen the film likes it; log share of people who have seen it; how
far the person's own chance of liking it is above what their chance of having seen it and that
approval would give; share of thumbs up and of thumbs down among the films they have reacted to.

Chosen on people of movielens-mix put aside for validation: log loss .539 and AUC .728 of 31,691
reactions, two-fold by person, against .578 and .658 for the Q-value alone; likes and dislikes bring
most of the rest (.561 without them)."""

_SMOOTHING: Final = 0.001
"""Share of people added to those who like a film, twice that to those who have seen it: about three
of 2,752."""
_USUAL: Final = (1.5, 0.0, 2.0)
"""Likes, dislikes and reactions in all that stand for somebody of whom nothing is known."""
_RIDGE: Final = 1.0
"""Penalty on the squared weights, in reactions: of no weight unless there are very few."""
BINS: Final = 10
"""Equally wide bins of the chance in which it is compared with what happened."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the features, in their order."""

    weights: tuple[float, ...]

    @classmethod
    def fit(cls, evidence: FloatArray, liked: BoolArray) -> Self | None:
        """Weights of the greatest likelihood for (n, features) and (n,); None for all or none."""
        if liked.all() or not liked.any():
            return None
        return cls(tuple(_logistic(evidence, liked).tolist()))

    def chances(self, network: QNetwork, transcripts: Observations, rows: IntArray) -> FloatArray:
        """Chance in 0 … 1 that each person (B, L, 2) likes a film (B,) once they have seen it."""
        return _sigmoid(evidence(network, transcripts, rows) @ np.array(self.weights))

    def of_one(
        self, network: QNetwork, transcript: Observations, rows: IntArray
    ) -> npt.NDArray[np.float32]:
        """The same of several films (n,) for one person (L, 2), (n,)."""
        return self.chances(network, transcript[None], rows).astype(np.float32)

    def to_record(self) -> dict[str, float]:
        """For the manifest: weight by feature."""
        return dict(zip(FEATURES, self.weights, strict=True))

    @classmethod
    def from_record(cls, record: Mapping[str, Any] | None) -> Self | None:
        """Inverse of `to_record`; KeyError, TypeError or ValueError for what is none."""
        if record is None:
            return None
        return cls(tuple(float(record[name]) for name in FEATURES))


def approval(vectors: MovieVectors) -> npt.NDArray[np.float32]:
    """Log odds that whoever has seen a film likes it, (n_items,)."""
    priors = torch.from_numpy(vectors.like_prior), torch.from_numpy(vectors.seen_prior)
    odds: npt.NDArray[np.float32] = _approval(*priors).logit().float().numpy()
    return odds


@torch.inference_mode()
def evidence(network: QNetwork, transcripts: Observations, rows: IntArray) -> FloatArray:
    """Features (B, features) float64 of films (B,) for people (B, L, 2) or one (1, L, 2)."""
    encoder = network.encoder
    batch, films = torch.from_numpy(transcripts).long(), torch.from_numpy(rows)
    taste, sets = network.taste(batch), encoder.vector_set(batch)
    like_prior, seen_prior = encoder.like_prior[sets, films], encoder.seen_prior[sets, films]
    like = like_prior + (taste * encoder.like[sets, films]).sum(1)
    seen = seen_prior + (taste * encoder.seen[sets, films]).sum(1)
    approval = _approval(like_prior, seen_prior)
    outcome = transcripts[..., 1]
    up, down, fair = (
        (outcome == kind).sum(axis=1) for kind in (Outcome.UP, Outcome.DOWN, Outcome.SEEN)
    )
    usual_up, usual_down, usual = _USUAL
    all_of_them = up + down + fair + usual
    columns = (
        np.ones(len(rows)),
        approval.logit().numpy(),
        (seen_prior + 2 * _SMOOTHING).log().numpy(),
        (like - approval * seen).numpy(),
        (up + usual_up) / all_of_them,
        (down + usual_down) / all_of_them,
    )
    return np.stack(np.broadcast_arrays(*columns), axis=1).astype(np.float64)


def _approval(like_prior: torch.Tensor, seen_prior: torch.Tensor) -> torch.Tensor:
    """Share of the people who have seen a film that like it, kept away from 0 and 1."""
    return ((like_prior + _SMOOTHING) / (seen_prior + 2 * _SMOOTHING)).clamp(0.01, 0.99)


@dataclass(frozen=True, eq=False)
class Reliability:
    """Chances against what happened, per person and bin of the chance, (P, BINS) each."""

    chance: FloatArray
    """Sum of the chances."""
    liked: FloatArray
    """Number of thumbs up."""
    count: FloatArray
    """Number of films."""

    @classmethod
    def of(cls, person: IntArray, chances: FloatArray, liked: BoolArray, people: int) -> Self:
        """From films (n,): whose, with which chance, and whether liked."""
        place = person * BINS + np.minimum((chances * BINS).astype(np.int64), BINS - 1)

        def sums(values: npt.ArrayLike) -> FloatArray:
            total: FloatArray = np.bincount(
                place, np.asarray(values, np.float64), people * BINS
            ).astype(np.float64)
            return total.reshape(people, BINS)

        return cls(sums(chances), sums(liked), sums(np.ones(len(place))))

    @property
    def error(self) -> float:
        """Expected calibration error (Naeini et al. 2015): |mean chance − share liked| of a bin."""
        return float(self.errors(np.ones((1, len(self.count))))[0])

    def errors(self, weights: FloatArray) -> FloatArray:
        """The same under weights (R, P) of the people, (R,)."""
        gap = np.abs(weights @ (self.chance - self.liked)).sum(axis=1)
        errors: FloatArray = gap / np.maximum((weights @ self.count).sum(axis=1), 1e-12)
        return errors

    def interval(self, weights: FloatArray) -> Interval:
        """`error` ± 1.96 bootstrap standard errors over people (noise raises its quantiles)."""
        value, spread = self.error, float(self.errors(weights).std())
        return Interval(value, max(value - NORMAL_95 * spread, 0.0), value + NORMAL_95 * spread)

    @property
    def bins(self) -> tuple[tuple[float, float, int], ...]:
        """(mean chance, share liked, films) of each bin that has any."""
        sums = zip(
            self.chance.sum(axis=0), self.liked.sum(axis=0), self.count.sum(axis=0), strict=True
        )
        return tuple(
            (float(chance / n), float(liked / n), int(n)) for chance, liked, n in sums if n
        )


def _logistic(features: FloatArray, liked: BoolArray) -> FloatArray:
    """Ridge logistic regression by Newton's method."""
    weights = np.zeros(features.shape[1])
    penalty = _RIDGE * np.eye(features.shape[1])
    for _ in range(50):
        chances = _sigmoid(features @ weights)
        gradient = features.T @ (chances - liked) + _RIDGE * weights
        curvature = (features * (chances * (1 - chances))[:, None]).T @ features + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _sigmoid(values: FloatArray) -> FloatArray:
    result: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * values))
    return result
