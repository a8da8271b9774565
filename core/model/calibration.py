"""The match figure of a card: the chance that a person likes a film once they have seen it.

A Q-value cannot be that figure. It is what showing the film is worth, so it is low for every film
that few have seen, however much those few love it. Somebody who chooses a film for tonight asks
another question, *if I watch this, shall I like it?*, and the answer is P(thumb up | seen), for
which ratings hold evidence: of the people like you who have seen and rated the film, how many gave
it a thumb up. What ratings cannot say is how somebody would find a film that they would never
choose, since whoever rated one had chosen to watch it.

It is a logistic regression on a few readings of the state (`FEATURES`), fitted to people who never
trained the network, and who meet movie vectors that were fitted on others: after a word or three,
after a diary of ratings, and after "seen all of those". It owes nothing to the wishes for tonight
or to the knob between popular films and hidden gems: these say what to show, not how well it will
be liked.

How easily somebody is pleased is learned from all verdicts alike, said of films in words, imported
or given to what was shown (`Leniency`): each is compared with what the film usually gets, and few
of them move little. "Seen" without a verdict says nothing of liking either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import torch

from core.model.factors import MovieVectors
from core.model.qnetwork import QNetwork
from core.rewards import by_outcome
from core.statistics import NORMAL_95, Interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Observations = npt.NDArray[np.int32]

FEATURES: Final = ("constant", "approval", "fame", "lean", "known_lean", "leniency", "known")
"""1; log odds that whoever has seen the film likes it; log share of people who have seen it; how
far the person's own chance of liking it is above what their chance of having seen it and that
approval would give, once more times `known`, since the taste is the surer of itself the more it has
been told; how easily the person is pleased, in log odds; how far that is known, in 0 … 1, since
people with many verdicts are harsher."""

_SMOOTHING: Final = 0.001
"""Share of people added to those who like a film, twice that to those who have seen it: about three
of 2,752."""
_RIDGE: Final = 1.0
"""Penalty on the squared weights, in reactions: of no weight unless there are very few."""
_LEAST_VARIANCE: Final = 0.01
"""Of leniency, in squared log odds, where people differ no more than their verdicts by chance."""
_LIKING: Final = by_outcome(lambda outcome: outcome.liking)
BINS: Final = 10
"""Equally wide bins of the chance in which it is compared with what happened."""


@dataclass(frozen=True, slots=True)
class Leniency:
    """How easily people are pleased, as a random effect on the log odds of a thumb up.

    The log odds that somebody's verdict on a film is a thumb up are `constant` + `weight` · the
    film's approval + their leniency, which is normal among people about 0 with this variance.
    """

    constant: float = 0.0
    weight: float = 1.0
    variance: float = 1.0

    @classmethod
    def fit(cls, person: IntArray, approval: FloatArray, liked: BoolArray) -> Self:
        """From verdicts (n,): whose, on a film of which approval (log odds), whether a thumb up.

        The variance by moments: the square of a person's sum of residuals is expected to be the
        verdicts' own variance and, times the square of that, the variance among people.
        """
        if liked.all() or not liked.any():
            return cls()
        films = np.stack([np.ones(len(approval)), approval], axis=1)
        constant, weight = _logistic(films, liked).tolist()
        usual = _sigmoid(films @ np.array([constant, weight]))
        residual = np.bincount(person, liked - usual)
        noise = np.bincount(person, usual * (1 - usual))
        variance = float((residual**2 - noise).sum() / (noise**2).sum())
        return cls(constant, weight, max(variance, _LEAST_VARIANCE))

    def of(self, approval: FloatArray, liking: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Leniency of people (B,) after verdicts (B, L), and how far it is known in 0 … 1, (B,).

        `approval` of the films in log odds; `liking` +1, −1, or 0 for no verdict. One step of
        Newton's method from the mean of all people: surprises over their precision and the prior's.
        """
        usual = _sigmoid(self.constant + self.weight * approval)
        verdict = liking != 0
        surprise: FloatArray = (((liking > 0) - usual) * verdict).sum(axis=1)
        precision: FloatArray = (usual * (1 - usual) * verdict).sum(axis=1)
        total = 1 / self.variance + precision
        return surprise / total, precision / total


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the features, in their order, and what verdicts say of a person."""

    weights: tuple[float, ...]
    leniency: Leniency = Leniency()

    @classmethod
    def fit(
        cls,
        evidence: FloatArray,
        liked: BoolArray,
        counts: FloatArray | None = None,
        leniency: Leniency | None = None,
    ) -> Self | None:
        """Weights of the greatest likelihood for (n, features) and (n,); None for all or none.

        `counts` (n,) is how much each film counts, 1 if None; `leniency` what the evidence was read
        with.
        """
        if liked.all() or not liked.any():
            return None
        weights = _logistic(evidence, liked, counts)
        return cls(tuple(weights.tolist()), leniency or Leniency())

    def chances(self, network: QNetwork, transcripts: Observations, rows: IntArray) -> FloatArray:
        """Chance in 0 … 1 that each person (B, L, 2) likes a film (B,) once they have seen it."""
        found = evidence(network, transcripts, rows[:, None], self.leniency)
        return _sigmoid(found[:, 0] @ np.array(self.weights))

    def of_one(
        self,
        network: QNetwork,
        transcript: Observations,
        rows: IntArray,
        taste: torch.Tensor | None = None,
    ) -> npt.NDArray[np.float32]:
        """The same of several films (n,) for one person (L, 2), (n,).

        `taste` (1, dimensions) is the person's, where it is known already.
        """
        found = evidence(network, transcript[None], rows[None], self.leniency, taste)
        return _sigmoid(found[0] @ np.array(self.weights)).astype(np.float32)

    def to_record(self) -> dict[str, Any]:
        """For the manifest: weight by feature, and the leniency."""
        weights = dict(zip(FEATURES, self.weights, strict=True))
        return {"weights": weights, "leniency": asdict(self.leniency)}

    @classmethod
    def from_record(cls, record: Mapping[str, Any] | None) -> Self | None:
        """Inverse of `to_record`; None for the features of another version.

        KeyError, TypeError or ValueError for what is no record.
        """
        if record is None or set(record.get("weights", ())) != set(FEATURES):
            return None
        weights, leniency = record["weights"], record["leniency"]
        return cls(
            tuple(float(weights[name]) for name in FEATURES),
            Leniency(*(float(leniency[field.name]) for field in fields(Leniency))),
        )


def approval(vectors: MovieVectors) -> npt.NDArray[np.float32]:
    """Log odds that whoever has seen a film likes it, (n_items,)."""
    priors = torch.from_numpy(vectors.like_prior), torch.from_numpy(vectors.seen_prior)
    odds: npt.NDArray[np.float32] = _approval(*priors).logit().float().numpy()
    return odds


@torch.inference_mode()
def evidence(
    network: QNetwork,
    transcripts: Observations,
    rows: IntArray,
    leniency: Leniency,
    taste: torch.Tensor | None = None,
) -> FloatArray:
    """Features (B, K, features) float64 of films (B, K) for people (B, L, 2).

    `taste` (B, dimensions) is theirs, where it is known already.
    """
    encoder = network.encoder
    batch, films = torch.from_numpy(transcripts).long(), torch.from_numpy(rows)
    taste = network.taste(batch) if taste is None else taste
    sets = encoder.vector_set(batch)[:, None]
    like_prior, seen_prior = encoder.like_prior[sets, films], encoder.seen_prior[sets, films]
    like = like_prior + (encoder.like[sets, films] @ taste[..., None])[..., 0]
    seen = seen_prior + (encoder.seen[sets, films] @ taste[..., None])[..., 0]
    usual = _approval(like_prior, seen_prior)
    lean = (like - usual * seen).numpy()
    pleased, known = leniency.of(*verdicts(network, transcripts))
    columns = (
        np.ones(rows.shape),
        usual.logit().numpy(),
        (seen_prior + 2 * _SMOOTHING).log().numpy(),
        lean,
        lean * known[:, None],
        pleased[:, None],
        known[:, None],
    )
    return np.stack(np.broadcast_arrays(*columns), axis=-1).astype(np.float64)


@torch.inference_mode()
def verdicts(network: QNetwork, transcripts: Observations) -> tuple[FloatArray, FloatArray]:
    """Approval of the film of each event (B, L, 2), in log odds, and liking +1, −1 or 0, (B, L).

    0 where an event is no verdict on a film that can be recommended.
    """
    encoder, batch = network.encoder, torch.from_numpy(transcripts).long()
    token, outcome = batch.unbind(-1)
    liking = torch.from_numpy(_LIKING)[outcome] * (token <= encoder.n_items)
    films = torch.where(liking != 0, token - 1, 0)
    sets = encoder.vector_set(batch)[:, None]
    usual = _approval(encoder.like_prior[sets, films], encoder.seen_prior[sets, films])
    return usual.logit().double().numpy(), liking.double().numpy()


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


def _logistic(
    features: FloatArray, liked: BoolArray, counts: FloatArray | None = None
) -> FloatArray:
    """Ridge logistic regression by Newton's method."""
    counts = np.ones(len(features)) if counts is None else counts
    weights = np.zeros(features.shape[1])
    penalty = _RIDGE * np.eye(features.shape[1])
    for _ in range(50):
        chances = _sigmoid(features @ weights)
        gradient = features.T @ (counts * (chances - liked)) + _RIDGE * weights
        slope = counts * chances * (1 - chances)
        curvature = (features * slope[:, None]).T @ features + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _sigmoid(values: FloatArray) -> FloatArray:
    result: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * values))
    return result
