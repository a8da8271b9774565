"""What the person is in the mood for tonight: a posterior over what films share, by Bayes' rule.

Somebody who loved Unforgiven, Tombstone and The Searchers wants a western tonight, whatever else
they have liked in their life. Tonight's mood z is *open* (any film will do) or one thing that films
share: a genre, a decade, a tag, a person or a language. Given z,

    a film is named     by popularity among the films of z, but for a share `stray`
    a thumb up          is for a film of z, but for a share `stray_up`
    silence on a film   has probability 1 − q if it is of z, q its chance of a thumb, else 1
    a facet is wanted   because it is z, and what was said before it counts for little

and everything else (thumbs down, "seen it", "not tonight") tells nothing of the mood: whoever turns
one western down may want another. A film's share of tonight is P(it is of z | transcript).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue
from core.domain import Outcome

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Observations = npt.NDArray[np.int32]

_CHANCE: Final = (0.02, 0.9)
"""Bounds of a film's chance of a thumb, where a Q-value stands for it."""


@dataclass(frozen=True, slots=True)
class MoodSettings:
    """Prior and likelihoods."""

    mass: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"genre": 0.22, "decade": 0.15, "tag": 0.09, "person": 0.025, "language": 0.015}
        )
    )
    """Prior probability of a mood of each kind; what is left is that of open evenings."""
    slope: float = 0.5
    """Within a kind a mood is as likely as this power of its films' share of all ratings."""
    least: int = 15
    """Films that a mood needs."""
    stray: float = 0.1
    """Share of the films named that have nothing to do with the mood."""
    stray_up: float = 0.05
    """Likelihood of a thumb up beside the mood, against one within it."""
    passed: float = 0.5
    """Weight of a film that was passed over while the talk went on, against one looked at in vain:
    nobody has to answer to every film."""
    wanted: float = 5.0
    """Log odds that a facet asked for is tonight's mood."""
    before: float = 0.1
    """Weight of what was said before a facet was asked for: the new wish replaces the old mood."""
    recent: int = 24
    """Only so many last events count: a diary of thousands is a life and no evening."""


class _Evidence(NamedTuple):
    """Events that tell something, one an entry."""

    transcript: IntArray
    token: IntArray
    outcome: IntArray
    weight: FloatArray


class Mood:
    """The moods of a catalogue, and how likely each is tonight."""

    def __init__(self, catalogue: Catalogue, settings: MoodSettings | None = None) -> None:
        self.settings = settings or MoodSettings()
        self._n_items = catalogue.n_items
        kinds, tokens, films = _moods(catalogue, self.settings)
        self._tokens = tokens
        """Facet token of each mood, 0 for decades."""
        self._films_of = films.T.tocsr()
        rated = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
        share = np.asarray(films @ rated).ravel() / max(rated.sum(), 1.0)
        self._prior = _log_prior(kinds, share, self.settings)
        stray = self.settings.stray
        self._named = np.log((1 - stray) / np.maximum(share, 1e-12) + stray) - np.log(stray)
        """What a film of each mood adds to its log odds by being named, beyond log stray."""
        self._usual = self._shares(np.exp(self._prior)[None])
        """Probability that each film is in the mood of somebody who has said nothing."""

    def posterior(
        self, observations: Observations, q_values: npt.NDArray[np.float32]
    ) -> FloatArray:
        """Probabilities of the moods, and of an open evening at the end, (B, moods + 1).

        `q_values` (B, n_items) stand for the chances of a thumb.
        """
        odds = np.tile(self._prior, (len(observations), 1))
        evidence = self._evidence(observations)
        self._add_named(odds, evidence)
        self._add_thumbs(odds, evidence)
        self._add_silence(odds, evidence, q_values)
        self._add_wishes(odds, observations)
        odds -= odds.max(axis=1, keepdims=True)
        likely = np.exp(odds)
        posterior: FloatArray = likely / likely.sum(axis=1, keepdims=True)
        return posterior

    def lift(
        self, observations: Observations, q_values: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """How many times likelier than before a word each film is tonight's, float32 (B, n_items).

        1 for every film where nothing has been said.
        """
        lift = self._shares(self.posterior(observations, q_values)) / self._usual
        return lift.astype(np.float32)

    def _shares(self, posterior: FloatArray) -> FloatArray:
        """Probability that each film is of the mood, (B, n_items) of (B, moods + 1)."""
        within: FloatArray = (self._films_of @ posterior[:, :-1].T).T
        return posterior[:, -1:] + within

    # ---- evidence

    def _evidence(self, observations: Observations) -> _Evidence:
        token, outcome = (
            observations[..., 0].astype(np.int64),
            observations[..., 1].astype(np.int64),
        )
        is_film = (token >= 1) & (token <= self._n_items)
        tells = np.isin(outcome, _TELLING) & is_film & (outcome != Outcome.VECTORS)
        later = tells[:, ::-1].cumsum(axis=1)[:, ::-1]
        row, place = np.nonzero(tells & (later <= self.settings.recent))
        asked = np.where(outcome == Outcome.WANTED, np.arange(token.shape[1]), -1).max(
            axis=1, initial=-1
        )
        weight = np.where(place < asked[row], self.settings.before, 1.0)
        weight[outcome[row, place] == Outcome.PASSED] *= self.settings.passed
        return _Evidence(row, token[row, place], outcome[row, place], weight)

    def _add(
        self, odds: FloatArray, which: _Evidence, beside: FloatArray, within: FloatArray | float
    ) -> None:
        """Adds `beside` (events,) to every mood, and `within` more to those of the film."""
        shape = (len(odds), self._n_items)
        total = np.bincount(which.transcript, weights=beside * which.weight, minlength=len(odds))
        odds[:, :-1] += total[:, None]
        films = sparse.csr_matrix((which.weight, (which.transcript, which.token - 1)), shape=shape)
        odds[:, :-1] += (films @ self._films_of).toarray() * within

    def _add_named(self, odds: FloatArray, evidence: _Evidence) -> None:
        named = _only(evidence, Outcome.STATED_LIKE)
        beside = np.full(len(named.token), np.log(self.settings.stray))
        self._add(odds, named, beside, self._named)

    def _add_thumbs(self, odds: FloatArray, evidence: _Evidence) -> None:
        up = _only(evidence, Outcome.UP)
        beside = np.full(len(up.token), np.log(self.settings.stray_up))
        self._add(odds, up, beside, -np.log(self.settings.stray_up))

    def _add_silence(
        self, odds: FloatArray, evidence: _Evidence, q_values: npt.NDArray[np.float32]
    ) -> None:
        """Against an open evening, in which the film might have won a thumb as well."""
        silent = _only(evidence, Outcome.SHOWN, Outcome.PASSED)
        chance = np.clip(q_values[silent.transcript, silent.token - 1].astype(np.float64), *_CHANCE)
        missed = -np.log1p(-chance)
        total = np.bincount(silent.transcript, weights=missed * silent.weight, minlength=len(odds))
        odds[:, :-1] += total[:, None]
        shape = (len(odds), self._n_items)
        films = sparse.csr_matrix(
            (missed * silent.weight, (silent.transcript, silent.token - 1)), shape=shape
        )
        odds[:, :-1] -= (films @ self._films_of).toarray()

    def _add_wishes(self, odds: FloatArray, observations: Observations) -> None:
        for outcome, sign in ((Outcome.WANTED, 1.0), (Outcome.AVOIDED, -1.0)):
            for row, place in zip(*np.nonzero(observations[..., 1] == outcome), strict=True):
                mine = self._tokens == observations[row, place, 0]
                odds[row, :-1][mine] += sign * self.settings.wanted


_TELLING: Final = (Outcome.STATED_LIKE, Outcome.UP, Outcome.SHOWN, Outcome.PASSED)


def _only(evidence: _Evidence, *outcomes: Outcome) -> _Evidence:
    mine = np.isin(evidence.outcome, outcomes)
    transcript, token, outcome, weight = evidence
    return _Evidence(transcript[mine], token[mine], outcome[mine], weight[mine])


def _moods(
    catalogue: Catalogue, settings: MoodSettings
) -> tuple[list[str], IntArray, sparse.csr_matrix]:
    """Kind and facet token of each mood, and its films, CSR float64 (moods, n_items)."""
    kinds, tokens, films = [], [], []
    membership = catalogue.membership[:, : catalogue.n_items].tocsr()
    for number, facet in enumerate(catalogue.facets):
        rows = membership.indices[membership.indptr[number] : membership.indptr[number + 1]]
        if facet.kind in settings.mass and len(rows) >= settings.least:
            kinds.append(facet.kind)
            tokens.append(catalogue.facet_token(number))
            films.append(rows)
    decades = catalogue.years[: catalogue.n_items] // 10 * 10
    for decade in np.unique(decades[decades > 0]).tolist():
        rows = np.flatnonzero(decades == decade)
        if "decade" in settings.mass and len(rows) >= settings.least:
            kinds.append("decade")
            tokens.append(0)
            films.append(rows)
    pointers = np.cumsum([0, *map(len, films)])
    columns = np.concatenate(films) if films else np.zeros(0, dtype=np.int64)
    shape = (len(films), catalogue.n_items)
    table = sparse.csr_matrix((np.ones(len(columns)), columns, pointers), shape=shape)
    return kinds, np.array(tokens, dtype=np.int64), table


def _log_prior(kinds: list[str], share: FloatArray, settings: MoodSettings) -> FloatArray:
    """Log probabilities of the moods, and of an open evening at the end."""
    prior = np.zeros(len(kinds) + 1)
    names = np.array(kinds, dtype=np.str_)
    for kind, mass in settings.mass.items():
        mine = np.flatnonzero(names == kind)
        weight = np.maximum(share[mine], 1e-12) ** settings.slope
        prior[mine] = mass * weight / max(weight.sum(), 1e-12)
    prior[-1] = 1.0 - prior[:-1].sum()
    return np.log(np.maximum(prior, 1e-12))
