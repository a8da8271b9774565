"""What the person is in the mood for tonight: a posterior over what films share, by Bayes' rule.

Somebody who loved Unforgiven, Tombstone and The Searchers wants a western tonight, whatever else
they have liked in their life. Tonight's mood z is *open* (any film will do), one thing that films
share (a genre, a decade, a tag, a director, a country …), or a genre of one decade. Given z,

    a film is named     by popularity among the films of z, but for a share that strays
    a thumb up          is for a film of z, but for a share that strays
    silence on a film   has probability 1 − q if it is of z, q its chance of a thumb, else 1
    any other answer    tells as much of z as its learned weight says
    a facet is wanted   because it is z, and what was said before it counts for little

A film's share of tonight is P(it is of z | transcript). Prior and likelihoods begin as set by hand
(`MoodSettings`); training moves them by the thumbs of simulated evenings, whose mood is known to
the simulation and never to the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor, nn

from core.catalogue import Catalogue, dense_rows, entries
from core.domain import Outcome

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Observations = npt.NDArray[np.int32]

KINDS: Final = (
    *("genre", "decade", "tag", "person", "language", "pair"),
    *("director", "country", "subgenre", "keyword", "series", "source"),
)
"""Of moods. A pair is a genre and a decade. New kinds go to the end: weights are by place."""
LEAST: Final = 15
"""Films that a mood needs."""
_FEWER: Final = MappingProxyType({"person": 6, "director": 6, "series": 4})
"""The same of kinds whose films are few, and say all the more."""
_MOST: Final = 0.6
"""Share of all ratings from which on films have nothing in common: English ones."""
_CHANCE: Final = (0.02, 0.9)
"""Bounds of a film's chance of a thumb, where a Q-value stands for it."""
_TELLING: Final = (
    Outcome.STATED_LIKE,
    Outcome.SHOWN,
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
    Outcome.NOT_TONIGHT,
    Outcome.PASSED,
)
"""Outcomes that tell something of the mood, by their numbers."""
_LEAST_SHARE: Final = 1e-4
"""Of a film in tonight's mood: rounding must not make it negative."""
_LEAST_MASS: Final = 1e-6
"""Of a kind that the settings leave out."""


@dataclass(frozen=True, slots=True)
class MoodSettings:
    """Prior and likelihoods before any learning."""

    mass: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {
                "genre": 0.22,
                "decade": 0.15,
                "tag": 0.09,
                "person": 0.025,
                "language": 0.015,
                "pair": 0.03,
                "director": 0.02,
                "country": 0.01,
                "subgenre": 0.04,
                "keyword": 0.03,
                "series": 0.005,
                "source": 0.005,
            }
        )
    )
    """Prior probability of a mood of each kind; what is left is that of open evenings."""
    slope: float = 0.5
    """Within a kind a mood is as likely as this power of its films' share of all ratings."""
    least: int | None = None
    """Films that a mood needs; None = as many as each kind needs."""
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
    few: int = 8
    """Films named up to which each counts in full: who names fifty tells of a life and no
    evening."""
    recent: int = 24
    """Only so many last events count: a diary of thousands is a life and no evening."""


class MoodTally(NamedTuple):
    """How often an outcome happened, B transcripts: in all, and to films of each mood."""

    total: Tensor
    """(B, 1)"""
    within: Tensor
    """(B, moods)"""


class MoodPosterior(nn.Module):
    """The moods of a catalogue, and how likely each is tonight."""

    tokens: Tensor
    kinds: Tensor
    share: Tensor

    def __init__(self, catalogue: Catalogue, settings: MoodSettings | None = None) -> None:
        super().__init__()
        self.settings = settings or MoodSettings()
        self.n_items = catalogue.n_items
        self.moods = catalogue_moods(catalogue, least=self.settings.least)
        films = mood_table(self.moods, catalogue.n_items)
        self._beyond = _beyond(self.moods, films, catalogue)
        self._moods_of, self._films_of = films.T.tocsr(), films
        rated = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
        rated[catalogue.n_rated :] = 0.0  # what nobody rated changes no mood
        share = np.asarray(films @ rated).ravel() / max(rated.sum(), 1.0)
        self._buffer("share", torch.from_numpy(np.maximum(share, 1e-9).astype(np.float32)))
        self._buffer("tokens", torch.tensor([mood.token for mood in self.moods]).long())
        self._buffer("kinds", torch.tensor([KINDS.index(mood.kind) for mood in self.moods]).long())
        mass = self.settings.mass
        known = {mood.kind for mood in self.moods}
        masses = [mass.get(kind, 0.0) if kind in known else 0.0 for kind in KINDS]
        start = torch.tensor([*masses, 1.0 - sum(masses)])
        self.log_mass = nn.Parameter(start.clamp_min(_LEAST_MASS).log())
        self.slope = nn.Parameter(torch.full((len(KINDS),), self.settings.slope))
        self.stray = nn.Parameter(torch.logit(torch.tensor(self.settings.stray)))
        self.narrow = nn.Parameter(torch.tensor(1.0))
        """Power of the share of a mood by which a film named from it tells: 1 = whoever names a
        film draws it by popularity among those of the mood."""
        self.log_stray_up = nn.Parameter(torch.tensor(self.settings.stray_up).log())
        self.log_silence = nn.Parameter(torch.tensor([1.0, self.settings.passed]).log())
        """Weights of SHOWN and PASSED."""
        self.answers = nn.Parameter(torch.zeros(3))
        """Log odds by DOWN, NOT_TONIGHT and SEEN of a film of the mood."""
        self.wanted = nn.Parameter(torch.tensor(self.settings.wanted))

    @property
    def tables(self) -> tuple[object, ...]:
        """What is not learned and need not be copied."""
        return self._moods_of, self._films_of, self._beyond, self.moods, self.settings

    def forward(self, transcripts: Tensor, chances: Tensor) -> Tensor:
        """Log probabilities of the moods, and of an open evening at the end, (B, moods + 1).

        `chances` (B, L) of a thumb for the film of each event, looked at where it stayed silent.
        """
        tallies, prior = self._tallies(transcripts, chances), self._log_prior()
        odds = prior[None, :-1] + self._named(*tallies[Outcome.STATED_LIKE])
        up = tallies[Outcome.UP]
        odds = odds + self.log_stray_up * (up.total - up.within)
        for weight, outcome in zip(self.log_silence.exp(), SILENT, strict=True):
            odds = odds + weight * (tallies[outcome].total - tallies[outcome].within)
        for weight, outcome in zip(self.answers, ANSWERS, strict=True):
            odds = odds + weight * tallies[outcome].within
        odds = odds + self.wanted * self._wishes(transcripts)
        opened = prior[-1].expand(len(transcripts), 1)
        return torch.log_softmax(torch.cat([odds, opened], dim=1), dim=1)

    def shares(self, log_posterior: Tensor, films: Tensor | None = None) -> Tensor:
        """Probability that each film is of the mood, (B, n_items) of (B, moods + 1); of films (n,)
        only, (B, n).
        """
        posterior, tables = log_posterior.exp(), (self._films_of, self._moods_of)
        if films is not None:
            moods_of = self._moods_of[films.numpy()]
            tables = moods_of.T, moods_of
        within: Tensor = _Product.apply(  # type: ignore[no-untyped-call]  # torch leaves it untyped
            posterior[:, :-1], *tables
        )
        return posterior[:, -1:] + within

    def asked_for(self, transcripts: Tensor) -> BoolArray:
        """Which moods were asked for in words, (B, moods)."""
        asked: BoolArray = np.zeros((len(transcripts), len(self.moods)), dtype=np.bool_)
        token, outcome = transcripts.unbind(-1)
        for row, place in (outcome == int(Outcome.WANTED)).nonzero().tolist():
            asked[row] |= (self.tokens == token[row, place]).numpy()
        return asked

    def lift(
        self, log_posterior: Tensor, asked: BoolArray | None = None, films: Tensor | None = None
    ) -> Tensor:
        """How many times likelier than before a word each film is tonight's, (B, n_items); of films
        (n,) only, (B, n).

        1 for every film where nothing has been said. Of a mood that was `asked` for in words, (B,
        moods), films are as far as they are typical of it.
        """
        shares = self.shares(log_posterior, films)
        if asked is not None and len(which := np.flatnonzero(asked.any(axis=0))):
            by_asked = log_posterior[:, which].exp() * torch.from_numpy(asked[:, which])
            beyond = torch.from_numpy(dense_rows(self._beyond, which))
            shares = shares + by_asked @ (beyond if films is None else beyond[:, films])
        return shares.clamp_min(_LEAST_SHARE) / self.shares(self._log_prior()[None], films)

    def _log_prior(self) -> Tensor:
        """Log probabilities of the moods, and of an open evening at the end, (moods + 1,)."""
        mass = torch.log_softmax(self.log_mass, dim=0)
        weight = self.slope[self.kinds] * self.share.log()
        # Per kind: log of the sum of the weights of its moods.
        sums = torch.full((len(KINDS),), -torch.inf).scatter_reduce(
            0, self.kinds, weight.detach(), "amax"
        )
        scaled = (weight - sums[self.kinds]).exp()
        total = torch.zeros(len(KINDS)).index_add(0, self.kinds, scaled)
        within = weight - sums[self.kinds] - total.log()[self.kinds]
        prior = torch.cat([mass[self.kinds] + within, mass[-1:]])
        return torch.log_softmax(prior, dim=0)

    def _named(self, total: Tensor, within: Tensor) -> Tensor:
        """Log odds by the films named."""
        stray = torch.sigmoid(self.stray)
        rare = (1 - stray) * self.share**-self.narrow
        return stray.log() * total + within * (torch.log(rare + stray) - stray.log())

    # ---- evidence

    def _tallies(self, transcripts: Tensor, chances: Tensor) -> dict[Outcome, MoodTally]:
        """Events of each outcome that tells; silent ones count by how likely a thumb was."""
        observations = transcripts.numpy()
        token, outcome = observations[..., 0], observations[..., 1]
        is_film = (token >= 1) & (token <= self.n_items)
        tells = np.isin(outcome, _TELLING) & is_film
        later = tells[:, ::-1].cumsum(axis=1)[:, ::-1]
        row, place = np.nonzero(tells & (later <= self.settings.recent))
        asked = np.where(outcome == Outcome.WANTED, np.arange(token.shape[1]), -1).max(
            axis=1, initial=-1
        )
        weight = np.where(place < asked[row], self.settings.before, 1.0)
        happened = outcome[row, place]
        named = (outcome == Outcome.STATED_LIKE).sum(axis=1)[row]
        diluted = np.minimum(1.0, self.settings.few / np.maximum(named, 1))
        weight = np.where(happened == Outcome.STATED_LIKE, weight * diluted, weight)
        silent = np.isin(happened, SILENT)
        chance = chances.detach().numpy()[row, place].clip(*_CHANCE)
        weight = np.where(silent, -np.log1p(-chance) * weight, weight)
        count = len(token)
        block = np.searchsorted(_TELLING, happened) * count + row
        event, mood, _ = entries(self._moods_of, token[row, place] - 1)
        blocks, moods = len(_TELLING) * count, len(self.moods)
        # Counted at once for all outcomes: building sparse tables takes longer than their product.
        sums = np.bincount(block[event] * moods + mood, weight[event], blocks * moods)
        within = sums.astype(np.float32).reshape(blocks, moods)
        total = np.bincount(block, weight, blocks).astype(np.float32)
        return {
            kind: MoodTally(torch.from_numpy(total[one])[:, None], torch.from_numpy(within[one]))
            for number, kind in enumerate(_TELLING)
            for one in (slice(number * count, (number + 1) * count),)
        }

    def _wishes(self, transcripts: Tensor) -> Tensor:
        """How often each mood was asked for, less how often it was to be spared, (B, moods)."""
        token, outcome = transcripts.unbind(-1)
        wishes = torch.zeros(len(transcripts), len(self.moods))
        for kind, sign in ((Outcome.WANTED, 1.0), (Outcome.AVOIDED, -1.0)):
            for row, place in (outcome == int(kind)).nonzero().tolist():
                wishes[row] += sign * (self.tokens == token[row, place])
        return wishes

    def _buffer(self, name: str, value: Tensor) -> None:
        self.register_buffer(name, value, persistent=False)


SILENT: Final = (Outcome.SHOWN, Outcome.PASSED)
ANSWERS: Final = (Outcome.DOWN, Outcome.NOT_TONIGHT, Outcome.SEEN)


class _Product(torch.autograd.Function):
    """x @ A for a sparse A that is not learned; torch's own sparse product is ten times slower."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, table: sparse.csr_matrix, turned: sparse.csr_matrix) -> Tensor:
        """(B, n) @ (n, m) → (B, m)."""
        ctx.turned = turned
        rows = x.detach().numpy()
        # One row reads the turned table from front to back, which is faster than adding up columns.
        product = (turned @ rows[0])[None] if len(rows) == 1 else rows @ table
        return torch.from_numpy(np.ascontiguousarray(product))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        """Gradient of x."""
        return torch.from_numpy(np.ascontiguousarray(grads[0].numpy() @ ctx.turned)), None, None


@dataclass(frozen=True, slots=True)
class SharedMood:
    """What the films of an evening have in common."""

    kind: str
    """One of `KINDS`."""
    name: str
    films: IntArray
    """Rows of the recommendable films that share it, ascending."""
    token: int = 0
    """Of the facet; 0 where it is no single facet."""


def catalogue_moods(
    catalogue: Catalogue, kinds: Sequence[str] = KINDS, least: int | None = None
) -> tuple[SharedMood, ...]:
    """Moods of these kinds with at least so many rated films, by default as many as each kind
    needs, and less than `_MOST` of all ratings.
    """
    facets, decades = _of_facets(catalogue), _of_decades(catalogue)
    genres = [mood for mood in facets if mood.kind == "genre"]
    pairs = [
        SharedMood("pair", f"{genre.name}, {decade.name}", films)
        for genre, decade in product(genres, decades)
        if len(films := np.intersect1d(genre.films, decade.films)) >= (least or LEAST)
    ]
    rated = catalogue.n_ratings[: catalogue.n_rated]
    most = _MOST * max(int(rated.sum()), 1)

    def is_one(mood: SharedMood) -> bool:
        fewest = least or _FEWER.get(mood.kind, LEAST)
        films = mood.films[mood.films < catalogue.n_rated]
        return len(films) >= fewest and rated[films].sum() < most

    found = (mood for mood in (*facets, *decades, *pairs) if mood.kind in kinds)
    return tuple(filter(is_one, found))


def _of_facets(catalogue: Catalogue) -> list[SharedMood]:
    membership = catalogue.membership[:, : catalogue.n_items].tocsr()
    rows = np.split(membership.indices.astype(np.int64), membership.indptr[1:-1])
    return [
        SharedMood(facet.kind, facet.name, np.sort(films), catalogue.facet_token(number))
        for number, (facet, films) in enumerate(zip(catalogue.facets, rows, strict=False))
    ]


def _of_decades(catalogue: Catalogue) -> list[SharedMood]:
    year = catalogue.years[: catalogue.n_items] // 10 * 10
    return [
        SharedMood("decade", f"{decade}s", np.flatnonzero(year == decade))
        for decade in np.unique(year[year > 0]).tolist()
    ]


def _beyond(
    moods: Sequence[SharedMood], films: sparse.csr_matrix, catalogue: Catalogue
) -> sparse.csr_matrix:
    """How much more, or less, than by having its facet films are of each mood, CSR."""
    first = catalogue.facet_token(0)
    typical = [
        catalogue.degrees[mood.token - first] if mood.token else films[number]
        for number, mood in enumerate(moods)
    ]
    return (sparse.vstack([*typical, films[:0]]) - films).tocsr().astype(np.float32)


def mood_table(moods: Sequence[SharedMood], n_items: int) -> sparse.csr_matrix:
    """Which films each mood has, CSR float32 (moods, n_items)."""
    pointers = np.cumsum([0, *(len(mood.films) for mood in moods)])
    columns = np.concatenate([np.zeros(0, np.int64), *(mood.films for mood in moods)])
    table = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, pointers), shape=(len(moods), n_items)
    )
    table.sort_indices()
    return table
