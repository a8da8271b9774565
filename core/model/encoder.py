"""Transcript → state vector: the Gaussian taste posterior, updated in closed form by every event.

Each event is one or two noisy observations of the taste z: of liking the film and of having seen
it, or of leaning towards a genre, tag or person. Before them z ~ N(centre, spread · I), where the
centre is that of the kinds of people that the person may be of (`ClassPosterior`), or 0.
What an outcome says (the observed values) and how much it counts (the precisions) are learned with
the rest of the network, one row an outcome. The posterior mean is the solution of a (dimensions ×
dimensions) system whose size does not depend on the length of the transcript.

And which kinds of people (`core.model.factors`) the person may be of, and what these foretell, by
Bayes' rule: each event multiplies the chance of a class by the rate at which people of it do
just that. In logs that is a sum over the events, each weighted by how much its outcome is to be
believed, which is learned.

The classes speak twice. Their rates foretell films directly. And people of a class are somewhere in
the space of tastes: that is where the Gaussian taste is expected before its
own events move it. For the latter the events are believed less: films go together within a class as
well, so that ten of them do not say ten times as much as one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor, nn

from core.catalogue import Catalogue, dense_rows
from core.domain import Outcome
from core.model.factors import KINDS, LatentClasses, MovieVectors, kind_tastes
from core.rewards import by_outcome

N_OUTCOMES = len(Outcome)


THEME: Final = 2.5
"""What being of a theme that is asked for counts against being of a genre. A genre has films enough
for the mood to lift; the fifteen films with chess in them lose to what everybody loves. From there
on they come first where they need not be."""


def _themes(catalogue: Catalogue) -> npt.NDArray[np.float32]:
    """What films gain by each facet that is asked for, (facets,), against a genre."""
    themes = np.array([facet.is_theme for facet in catalogue.facets], dtype=np.bool_)
    weights: npt.NDArray[np.float32] = np.where(themes, np.float32(THEME), np.float32(1.0))
    return weights


class TasteEncoder(nn.Module):
    """(B, L, 2) transcripts → (B, dimensions) taste posterior means.

    `sets` are the movie vectors: number 0 from everyone, then one per fold of training people; a
    transcript whose first row is (number, VECTORS) is read with that set, any other with number 0.
    The vectors are buffers: fitted beforehand, not learned. Starting values of the outcome rows are
    those of the tuned posterior baseline (noise .1, stated likes twice as precise); `spread` is the
    starting value of the variance about the centre.
    """

    def __init__(
        self, catalogue: Catalogue, sets: list[MovieVectors], *, spread: float = 1.0
    ) -> None:
        super().__init__()
        self.dimensions = sets[0].like.shape[1]
        self.n_items, self._rated = catalogue.n_items, catalogue.n_rated
        self._buffer("lookup", _lookup(catalogue))
        self._membership = _by_facet(catalogue.membership[:, : catalogue.n_items])
        self._degrees = _by_facet(sparse.diags(_themes(catalogue)) @ catalogue.degrees)
        like, seen, like_prior, seen_prior = (
            torch.stack([torch.from_numpy(getattr(vectors, name)) for vectors in sets])
            for name in ("like", "seen", "like_prior", "seen_prior")
        )
        facets = torch.stack(
            [self._facet_vectors(*pair) for pair in zip(like, like_prior, strict=True)]
        )
        # One table a kind of observation, with a zero row in front: padding and films without
        # evidence say nothing.
        nothing, no_facets = torch.zeros(len(sets), 1, self.dimensions), torch.zeros_like(facets)
        self._buffer("like_table", torch.cat([nothing, like, facets], dim=1))
        self._buffer("seen_table", torch.cat([nothing, seen, no_facets], dim=1))
        # Films last: one transcript times a contiguous table reads memory several times as fast.
        priors = torch.stack([like_prior, seen_prior], dim=1)
        self._buffer("across", torch.cat([like.mT, seen.mT, priors], dim=1).contiguous())
        ends = nothing[..., 0], no_facets[..., 0]
        self._buffer("like_expected", torch.cat([ends[0], like_prior, ends[1]], dim=1))
        self._buffer("seen_expected", torch.cat([ends[0], seen_prior, ends[1]], dim=1))
        self.liked = nn.Parameter(_row(_liked))
        self.has_seen = nn.Parameter(_row(lambda outcome: outcome.is_known))
        self.log_precision_liked = nn.Parameter(_row(_precision).log())
        self.log_precision_seen = nn.Parameter(_row(_precision).log())
        self.log_spread = nn.Parameter(torch.tensor(spread).log())
        # "Seen" is no verdict: it tells what gets watched, and nothing of what is liked.
        verdicts = _row(lambda outcome: outcome.is_event and outcome is not Outcome.SEEN)
        self._buffer("speaks_liked", verdicts)
        self._buffer("speaks", _row(lambda outcome: outcome.is_event))
        self._buffer("speaks_seen", _row(lambda outcome: outcome.is_event and not outcome.wish))

    lookup: Tensor
    across: Tensor
    like_table: Tensor
    seen_table: Tensor
    like_expected: Tensor
    seen_expected: Tensor
    speaks_liked: Tensor
    speaks: Tensor
    speaks_seen: Tensor

    @property
    def n_facets(self) -> int:
        """Facets that can be looked up; 1 where the catalogue has none."""
        return int(self._membership.shape[0])

    @property
    def tables(self) -> tuple[object, ...]:
        """What is not learned and need not be copied."""
        return self._membership, self._degrees

    def members(self, facets: Tensor) -> Tensor:
        """Which films have each of these facets (n,), 0 or 1, float32 (n, n_items).

        Facets are many and their films few: rows are written out as they are asked for.
        """
        return torch.from_numpy(dense_rows(self._membership, facets.numpy()))

    def degrees(self, facets: Tensor) -> Tensor:
        """How far each film is what is meant by each of these facets (n,), float32 (n, n_items):
        0 … 1, of themes 0 … `THEME`.
        """
        return torch.from_numpy(dense_rows(self._degrees, facets.numpy()))

    def wish_films(self) -> tuple[tuple[Tensor, Callable[[Tensor], Tensor]], ...]:
        """For what is wanted, then for all other wishes: the outcomes (outcomes,), 0 or 1, and
        their films.

        Who asks for comedies wants films that are comedies through and through; who is to be spared
        them is spared all.
        """
        wanted = torch.zeros(N_OUTCOMES)
        wanted[Outcome.WANTED] = 1.0
        return (wanted, self.degrees), (1.0 - wanted, self.members)

    @property
    def like(self) -> Tensor:
        """How liking each film depends on the taste, (sets, n_items, dimensions)."""
        return self.like_table[:, 1 : self.n_items + 1]

    @property
    def seen(self) -> Tensor:
        """How having seen each film depends on the taste, (sets, n_items, dimensions)."""
        return self.seen_table[:, 1 : self.n_items + 1]

    @property
    def like_prior(self) -> Tensor:
        """Share of the people who like each film, (sets, n_items)."""
        return self.like_expected[:, 1 : self.n_items + 1]

    @property
    def seen_prior(self) -> Tensor:
        """Share of the people who have seen each film, (sets, n_items)."""
        return self.seen_expected[:, 1 : self.n_items + 1]

    def forward(self, transcripts: Tensor, centre: Tensor | None = None) -> Tensor:
        """Posterior mean of the taste, float32 (B, dimensions); the centre while nothing is known.

        `centre` (B, dimensions) is where each person's taste is expected, 0 if None.
        """
        vectors, residuals, precisions = self._observations(_trimmed(transcripts))
        if centre is not None:
            residuals = residuals - (vectors @ centre[..., None])[..., 0]
        scale = (0.5 * self.log_spread).exp()
        vectors = scale * vectors
        with torch.no_grad():
            inverse = _posterior_covariance(vectors, precisions)
            taste = inverse((vectors * (precisions * residuals)[..., None]).sum(1))
        # One Newton step from the solution. Its value is nil, its derivative is exactly that of the
        # solution, and no gradient has to run through a factorisation.
        surprise = precisions * (residuals - (vectors @ taste[..., None])[..., 0])
        taste = scale * (taste + inverse((vectors * surprise[..., None]).sum(1) - taste))
        return taste if centre is None else centre + taste

    def pulls(self, transcripts: Tensor, taste: Tensor) -> Tensor:
        """What each event adds to the centre, (B, L, dimensions); all together make the taste.

        The posterior mean solves z = centre + spread · Σ xᵢ pᵢ (rᵢ − xᵢ·z), so the terms of that
        sum are the exact shares of the events.
        """
        vectors, residuals, precisions = self._observations(transcripts)
        surprise = precisions * (residuals - (vectors @ taste[..., None])[..., 0])
        liked, seen = (self.log_spread.exp() * surprise[..., None] * vectors).chunk(2, dim=1)
        pulls: Tensor = liked + seen
        return pulls

    def vector_set(self, transcripts: Tensor) -> Tensor:
        """Number of the movie vectors to use, int64 (B,)."""
        if transcripts.shape[1] == 0:
            return torch.zeros(len(transcripts), dtype=torch.int64)
        token, outcome = transcripts[:, 0].unbind(-1)
        return torch.where(outcome == int(Outcome.VECTORS), token, 0)

    def _observations(self, transcripts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors (B, 2L, dimensions), residuals and precisions (B, 2L): liking, then seen."""
        token, outcome = transcripts.unbind(-1)
        number = self.vector_set(transcripts)[:, None]
        # The VECTORS row carries a set number, not a token; it may not be looked up.
        index = self.lookup[torch.where(outcome == int(Outcome.VECTORS), 0, token)]
        liked = self.liked[outcome] - self.like_expected[number, index]
        seen = self.has_seen[outcome] - self.seen_expected[number, index]
        precision_liked = self.log_precision_liked.exp()[outcome] * self.speaks_liked[outcome]
        precision_seen = self.log_precision_seen.exp()[outcome] * self.speaks_seen[outcome]
        vectors = torch.cat([self.like_table[number, index], self.seen_table[number, index]], dim=1)
        return (
            vectors,
            torch.cat([liked, seen], dim=1),
            torch.cat([precision_liked, precision_seen], dim=1),
        )

    def _facet_vectors(self, like: Tensor, prior: Tensor) -> Tensor:
        """Unit directions of liking a facet's films more than others, (n_facets, dimensions).

        Films that are rated count by how often they are liked. A unit vector makes the observed
        value a number of standard deviations of that lean among people.
        """
        like, prior = like[: self._rated], prior[: self._rated]
        members = self._membership[:, : self._rated]
        liked = members @ (prior[:, None] * like).numpy()
        total = torch.from_numpy(members @ prior.numpy())[:, None]
        mean = torch.from_numpy(liked) / total.clamp_min(1e-6)
        contrast = torch.where(total > 0, mean - prior @ like / prior.sum(), 0.0)
        direction: Tensor = contrast / contrast.norm(dim=1, keepdim=True).clamp_min(1e-6)
        return direction

    def _buffer(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value, persistent=False)


def _posterior_covariance(vectors: Tensor, precisions: Tensor) -> Callable[[Tensor], Tensor]:
    """The map x → (I + Σ pᵢ xᵢ xᵢᵀ)⁻¹ x for (B, dimensions), through the smaller of two systems.

    Few observations: as many unknowns as observations (Woodbury); many: as many as dimensions,
    however long the transcript.
    """
    rows = vectors * precisions.sqrt()[..., None]
    if rows.shape[1] < rows.shape[2]:
        factor = torch.linalg.cholesky(torch.eye(rows.shape[1]) + rows @ rows.transpose(1, 2))
        return lambda x: (
            x - (rows.transpose(1, 2) @ torch.cholesky_solve(rows @ x[..., None], factor))[..., 0]
        )
    factor = torch.linalg.cholesky(torch.eye(rows.shape[2]) + rows.transpose(1, 2) @ rows)
    return lambda x: torch.cholesky_solve(x[..., None], factor)[..., 0]


def _trimmed(transcripts: Tensor) -> Tensor:
    """Without the columns that are padding in every transcript of the batch."""
    used = int((transcripts[..., 1] != int(Outcome.PADDING)).any(0).sum())
    return transcripts[:, :used]


def _liked(outcome: Outcome) -> float:
    """What is observed of liking before any learning: 1 for a like, two deviations for a wish."""
    return 2.0 * outcome.wish if outcome.wish else float(outcome.liking > 0)


def _precision(outcome: Outcome) -> float:
    """How much an outcome counts before any learning, about that of the posterior baseline."""
    if outcome is Outcome.STATED_LIKE:
        return 20.0
    if outcome is Outcome.PASSED:
        return 0.3
    return 1.0 if outcome.wish or outcome is Outcome.NOT_TONIGHT else 10.0


def _row(value: Callable[[Outcome], float]) -> Tensor:
    return torch.from_numpy(by_outcome(value))


def _lookup(catalogue: Catalogue) -> Tensor:
    """Token → row of the vector tables, int64 (n_tokens,); 0 for what has no vector."""
    lookup = torch.zeros(catalogue.n_tokens, dtype=torch.int64)
    lookup[1 : catalogue.n_items + 1] = torch.arange(1, catalogue.n_items + 1)
    first = catalogue.facet_token(0)
    lookup[first:] = torch.arange(
        catalogue.n_items + 1, catalogue.n_items + 1 + len(catalogue.facets)
    )
    return lookup


def _by_facet(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """The table as CSR float32 (facets, n_items).

    Without genres or tags one facet that no film has stands in, so that there is something to look
    up.
    """
    if not table.shape[0]:
        return sparse.csr_matrix((1, table.shape[1]), dtype=np.float32)
    return table.astype(np.float32).tocsr()


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
    usual: Tensor
    tastes: Tensor
    kind: Tensor
    speaks: Tensor

    def __init__(self, sets: list[MovieVectors]) -> None:
        super().__init__()
        fitted = _classes_of(sets)
        self.n_items = fitted[0].n_items
        """Films that they tell of; any behind these are to every kind what they are to all."""
        self.fits = fitted[0].fits
        tastes = (torch.from_numpy(kind_tastes(vectors)) for vectors in sets)
        self._buffer("evidence", torch.stack([_evidence(classes) for classes in fitted]))
        self._buffer("prior", torch.stack([_log_prior(classes) for classes in fitted]))
        self._buffer("worth", torch.stack([_worth(classes) for classes in fitted]))
        usual = [_usual(*pair) for pair in zip(sets, fitted, strict=True)]
        self._buffer("usual", torch.stack(usual))
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
        whole = chances.sum(dim=-1, keepdim=True)
        worth, usual = self.worth[number], self.usual[number]
        if rows is None:
            return torch.cat([chances @ worth, whole * usual], dim=-1)
        is_told = rows < self.n_items
        told = chances @ worth[:, torch.where(is_told, rows, 0)]
        beyond = whole * usual[(rows - self.n_items).clamp_min(0)] if len(usual) else told
        return torch.where(is_told, told, beyond)

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
    count, fits, told = next(((len(one.prior), one.fits, one.n_items) for one in fitted), (0, 0, 0))
    n_items = len(sets[0].like)
    shapes = {getattr(classes, kind).shape for classes in fitted for kind in KINDS}
    if len(fitted) < len(sets) or not fits or shapes != {(count, min(told, n_items))}:
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
    """Reward of films by class, (C, n_items), over the number of fits: sums are means over fits."""
    worth = Outcome.UP.reward * classes.liked + Outcome.DOWN.reward * classes.disliked
    return torch.from_numpy(np.ascontiguousarray(worth / classes.fits, dtype=np.float32))


def _usual(vectors: MovieVectors, classes: LatentClasses) -> Tensor:
    """Reward of the films behind those that the classes tell of, by anybody, (films,); over the
    number of fits, as `_worth`.
    """
    liked, seen = (prior[classes.n_items :] for prior in (vectors.like_prior, vectors.seen_prior))
    cool = classes.disliked.sum() / max(float((classes.disliked + classes.fair).sum()), 1e-9)
    usual = Outcome.UP.reward * liked + Outcome.DOWN.reward * cool * (seen - liked)
    return torch.from_numpy(np.asarray(usual / classes.fits, dtype=np.float32))
