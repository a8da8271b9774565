"""Transcript → which kinds of people (`core.model.factors`) a person may be of, what they foretell.

By Bayes' rule: each event multiplies the chance of a class by the rate at which people of it do
just that. In logs that is a sum over the events, each weighted by how much its outcome is to be
believed, which is learned.

The classes speak twice. Their rates foretell films directly. And people of a class are somewhere in
the space of tastes: that is where the Gaussian taste of `core.model.encoder` is expected before its
own events move it. For the latter the events are believed less: films go together within a class as
well, so that ten of them do not say ten times as much as one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from core.domain import Outcome
from core.model.factors import KINDS, LatentClasses, MovieVectors, kind_tastes

_PASSED = 0.1
"""What passing over a film counts at the start, against not knowing it."""
_CAUTION, _REACH = 0.6, 0.7
"""How far the events are believed for the place of the taste, and how much of the way there it is
expected, at the start; assets/research.md has the figures."""


class KindChances(NamedTuple):
    """(…, C) each, those of a fit adding up to 1."""

    bold: Tensor
    """By Bayes' rule: for what the classes foretell."""
    cautious: Tensor
    """With the events believed less: for where the taste is."""


class ClassPosterior(nn.Module):
    """(B, L, 2) transcripts → chances of the classes.

    `sets` as for `core.model.encoder.TasteEncoder`: number 0 from everyone, then one for each fold
    of training people. ValueError for vectors without classes, or with classes of other films.
    """

    evidence: Tensor
    prior: Tensor
    worth: Tensor
    tastes: Tensor
    kind: Tensor
    speaks: Tensor

    def __init__(self, sets: list[MovieVectors]) -> None:
        super().__init__()
        self.n_items = len(sets[0].like)
        fitted = _classes_of(sets)
        self.fits = fitted[0].fits
        tastes = (torch.from_numpy(kind_tastes(vectors)) for vectors in sets)
        self._buffer("evidence", torch.stack([_evidence(classes) for classes in fitted]))
        self._buffer("prior", torch.stack([_log_prior(classes) for classes in fitted]))
        self._buffer("worth", torch.stack([_worth(classes) for classes in fitted]))
        self._buffer("tastes", torch.stack([*tastes]))
        kinds = [_kind_of(outcome) for outcome in Outcome]
        self._buffer("kind", torch.tensor([kind or 0 for kind in kinds]))
        self._buffer("speaks", torch.tensor([float(kind is not None) for kind in kinds]))
        weight = torch.zeros(len(Outcome))
        weight[Outcome.PASSED] = float(np.log(_PASSED))
        self.log_weight = nn.Parameter(weight)
        self.log_caution = nn.Parameter(torch.tensor(_CAUTION).log())
        self.reach = nn.Parameter(torch.tensor(_REACH))

    def forward(self, transcripts: Tensor, numbers: Tensor) -> KindChances:
        """Chances (B, C); `numbers` (B,) say which set each transcript is read with."""
        return self._chances(self._evidence(transcripts, numbers).sum(dim=1), self.prior[numbers])

    def centre(self, chances: KindChances, numbers: Tensor) -> Tensor:
        """Where the tastes of these people are expected, (B, dimensions) of (B, C) chances."""
        return self.reach * (chances.cautious[:, None] @ self.tastes[numbers])[:, 0]

    def centre_along(self, chances: KindChances, number: int, toward: Tensor) -> Tensor:
        """`centre` of one set times n directions (n, dimensions): (L, n) of (L, C) chances.

        The directions first: the centres of a diary of thousands are never written down.
        """
        along: Tensor = self.reach * (chances.cautious @ (self.tastes[number] @ toward.T))
        return along

    def foretold(self, chances: Tensor, number: int, rows: Tensor | None = None) -> Tensor:
        """Reward expected of films by these classes, (…, n_items); of rows (n,) only, (…, n)."""
        worth = self.worth[number] if rows is None else self.worth[number, rows]
        foretold: Tensor = chances @ worth.T
        return foretold

    def of(self, chances: Tensor, numbers: Tensor, films: Tensor) -> Tensor:
        """The same for (B, K) films of (B, C) chances: (B, K)."""
        foretold: Tensor = (self.worth[numbers[:, None], films] @ chances[..., None])[..., 0]
        return foretold

    def steps(self, transcript: Tensor, number: int) -> KindChances:
        """Chances before the first event and after each, (L + 1, C), of one transcript (L, 2)."""
        evidence = self._evidence(transcript[None], torch.tensor([number]))[0].cumsum(dim=0)
        return self._chances(nn.functional.pad(evidence, (0, 0, 1, 0)), self.prior[number])

    def _evidence(self, transcripts: Tensor, numbers: Tensor) -> Tensor:
        """What each event says of each class, (B, L, C) in logs."""
        token, outcome = transcripts.unbind(-1)
        # A row that names the vectors carries a number and no token, a facet has no rates: both say
        # nothing.
        film = torch.where((outcome != int(Outcome.VECTORS)) & (token <= self.n_items), token, 0)
        weight = self.log_weight.exp()[outcome] * self.speaks[outcome]
        return self.evidence[numbers[:, None], self.kind[outcome], film] * weight[..., None]

    def _chances(self, evidence: Tensor, prior: Tensor) -> KindChances:
        def shares(logs: Tensor) -> Tensor:
            apart = logs.view(*logs.shape[:-1], self.fits, logs.shape[-1] // self.fits)
            return torch.softmax(apart, dim=-1).flatten(-2)

        return KindChances(
            shares(prior + evidence), shares(prior + self.log_caution.exp() * evidence)
        )

    def _buffer(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value, persistent=False)


def _classes_of(sets: list[MovieVectors]) -> list[LatentClasses]:
    """The classes of each set; ValueError where one lacks them or they are of other films."""
    fitted = [vectors.classes for vectors in sets if vectors.classes is not None]
    count, fits = (len(fitted[0].prior), fitted[0].fits) if fitted else (0, 0)
    n_items = len(sets[0].like)
    shapes = {getattr(classes, kind).shape for classes in fitted for kind in KINDS}
    if len(fitted) < len(sets) or not fits or shapes != {(count, n_items)}:
        raise ValueError(
            f"classes of the shapes {sorted(shapes)} for {len(sets)} sets of {n_items} films"
        )
    if count % fits:
        raise ValueError(f"{count} classes cannot be shared out to {fits} fits")
    return fitted


def _kind_of(outcome: Outcome) -> int | None:
    """Number of the table of `_evidence` for an event; None where it says nothing of the class."""
    if outcome.liking:
        return 0 if outcome.liking > 0 else 1
    if outcome.is_silent:
        return 3
    return 2 if outcome is Outcome.SEEN else None


def _log_prior(classes: LatentClasses) -> Tensor:
    return torch.from_numpy(classes.prior).log()


def _evidence(classes: LatentClasses) -> Tensor:
    """Log rates of liked, disliked, seen at all and not seen, (4, 1 + n_items, C).

    A row of zeros in front says nothing. "Seen" is no verdict, so it counts whatever was made of
    the film.

    Less their mean over the classes, which changes no chance and keeps the sums of long diaries
    small.
    """
    rates = (classes.liked, classes.disliked, 1 - classes.unseen, classes.unseen)
    logs = np.log(np.stack(rates)).transpose(0, 2, 1)
    logs -= logs.mean(axis=2, keepdims=True)
    return torch.from_numpy(np.pad(logs, ((0, 0), (1, 0), (0, 0))).astype(np.float32))


def _worth(classes: LatentClasses) -> Tensor:
    """Reward of films by class, (n_items, C), over the number of fits: sums are means over fits."""
    worth = Outcome.UP.reward * classes.liked + Outcome.DOWN.reward * classes.disliked
    return torch.from_numpy(np.ascontiguousarray(worth.T / classes.fits, dtype=np.float32))
