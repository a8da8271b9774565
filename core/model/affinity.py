"""Which films come up next in talk about films: affinity with those named, and the talk prior.

Ratings tell what somebody will like among the films they chose to watch; they do not tell what a
friend names after "I loved Toy Story". The Q-network (`core.model.qnetwork`) reads it here as
channels, to each of which it gives a strength that it learns:

    pull(s, i) = gate(s) · Σ_c strength_c · channel_c(s, i)

    film channels      Σ_events of a kind  likeness(event, i) / √n,  n of its kind (n/√5 above 5)
    talk prior         fame(s) · talk prior(i)
    approval           [anything is wished] · approval(i)

*Affinity* is a sum of five: how much oftener than chance people who like the one like the other,
and conversations that name the one name the other (`core.model.cooccurrence`), and what both are
about: genres, tags, years; a wish for a facet is kin
to the films that have it, and to those liked by the people who like these: few films are tagged
"slow burn", and Let the Right One In is not. *Talk prior* is how readily a film is named at all
(`core.model.cooccurrence`). It counts as far as the films that are liked are known themselves
(*fame*): whoever names Tokyo Story has not come for the film that everybody talks of. *Approval*,
the log odds that whoever has seen the film likes it, counts once something is asked for: of the
films that fit, the better ones. The *gate* opens with the first thing that pulls, closes as shown
films are answered, since thumbs say more of a taste than a conversation's opening does, and opens
anew with the next thing that is said; how fast, the network learns.

The strengths that learning begins with come from a conditional logit (which film of the catalogue
does the recommender name next?) on the development part of ReDial's conversations (Li et al. 2018;
3,661 points in 1,012 conversations, read as titles and as text, see `assistant.evaluation.recall`).
In five-fold cross-validation over conversations the logit alone has Recall@10 of .101 from titles
and .162 from text. The ratings only give lifts. The weights of mentions and of films named together
are those of the best Recall@10 of all channels together, since likelihood rewards the tail.

What a film is about, as rows of three kinds: its genres, its tags, makers and the like, the years
around its release.

A term counts by how rare it is among the films that are rated (log of films per film that has it),
so two films that share "time travel" are nearer than two that share "Drama". Tags and years are
unit rows: their inner product is a cosine. Genres are not, since every film has one: to be a drama
and nothing else is no great likeness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from enum import IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue, dense_rows
from core.data.ratings import IntArray
from core.domain import Outcome
from core.model.cooccurrence import Cooccurrence
from core.rewards import by_outcome
from core.session import Observation

_YEARS_APART: Final = np.arange(1930, 2024, 4)
_APART: Final = 6.0
"""Years by which two times have become different: the standard deviation of the bells around
`_YEARS_APART`."""

_FAR: Final = 0.01
"""Nearness from which on years are no nearer than others."""


_TELLING: Final = ("tag", "person", "director", "subgenre", "keyword", "series", "source")
"""Kinds of facets that say what a film is about or whose it is; where it comes from does not."""


def contents(catalogue: Catalogue) -> Mapping[str, sparse.csr_matrix]:
    """Rows of all films by kind, "genre", "tag" and "year": CSR float32 (movies, terms)."""
    genres, tags = (_owned(catalogue, kinds) for kinds in (("genre",), _TELLING))
    shared, rated = (
        sparse.diags(1.0 / np.sqrt(np.maximum(genres.getnnz(axis=1), 1))),
        catalogue.n_rated,
    )
    return MappingProxyType(
        {
            "genre": (shared @ _rare(genres, rated).sqrt()).tocsr().astype(np.float32),
            "tag": _unit_rows(_rare(tags, rated)),
            "year": _unit_rows(_bells(catalogue)),
        }
    )


def _owned(catalogue: Catalogue, kinds: Sequence[str]) -> sparse.csr_matrix:
    """Which facets of these kinds each film has, (movies, facets)."""
    numbers = [number for number, facet in enumerate(catalogue.facets) if facet.kind in kinds]
    return catalogue.membership.T.tocsr()[:, numbers].astype(np.float32)


def _bells(catalogue: Catalogue) -> sparse.csr_matrix:
    """How near the release of each film is to each of `_YEARS_APART`, (movies, years)."""
    years = catalogue.years.astype(np.float32)
    near = np.exp(-0.5 * ((years[:, None] - _YEARS_APART) / _APART) ** 2)
    return sparse.csr_matrix(
        np.where((years[:, None] > 0) & (near > _FAR), near, 0.0).astype(np.float32)
    )


def _rare(table: sparse.csr_matrix, rated: int) -> sparse.csr_matrix:
    """Columns weighted by rarity among the first `rated` rows."""
    films_with = np.asarray(table[:rated].sum(axis=0)).ravel()
    return (table @ sparse.diags(np.log(max(rated, 1) / np.maximum(films_with, 1.0)))).tocsr()


def _unit_rows(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows scaled to length 1."""
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table).tocsr().astype(np.float32)


FloatArray = npt.NDArray[np.float32]

_KNOWN: Final = 20.0
"""Ratings at which a film is as well known as not."""
_FEW: Final = 5
"""Events of a kind up to which more of them say more."""
_COMMON: Final = 0.008
"""Share of the films that a common tag is on: a wish for a rarer one is the more definite."""
_DENSE: Final = 5
"""A table of which more than one in so many numbers is not 0 is multiplied faster as a whole."""
_ANSWERED: Final = by_outcome(lambda outcome: outcome.is_answer) > 0
_WISHED: Final = by_outcome(lambda outcome: outcome.wish != 0) > 0


class Kind(IntEnum):
    """Kinds of events that pull; those of a kind share their say."""

    NONE = 0
    LIKED = 1
    WANTED_GENRE = 2
    WANTED_OTHER = 3
    AVOIDED_GENRE = 4
    AVOIDED_OTHER = 5


_FILM, _GENRE, _OTHER = range(3)


def _kind_of(token_class: int, outcome: Outcome) -> Kind:
    """Kind by what the token stands for and what happened to it.

    Dislikes have none: the Q-value holds what they say. Nor have films that were only named: they
    gain .004 of Recall@10, but "something else" would bring more of the same.
    """
    if token_class == _FILM:
        return Kind.LIKED if outcome.liking > 0 else Kind.NONE
    if not outcome.wish:
        return Kind.NONE
    if outcome.wish > 0:
        return Kind.WANTED_GENRE if token_class == _GENRE else Kind.WANTED_OTHER
    return Kind.AVOIDED_GENRE if token_class == _GENRE else Kind.AVOIDED_OTHER


_KIND: Final = np.array(
    [
        [_kind_of(token_class, outcome) for outcome in Outcome]
        for token_class in (_FILM, _GENRE, _OTHER)
    ],
    dtype=np.int64,
)
"""`_kind_of`, (3, outcomes)."""


class Strength(IntEnum):
    """Channels of the pull; the number is the place of its strength."""

    PEOPLE = 0
    GENRES = 1
    TAGS = 2
    YEARS = 3
    WANTED_GENRE = 4
    WANTED_OTHER = 5
    AVOIDED_GENRE = 6
    AVOIDED_OTHER = 7
    CIRCLE = 8
    TALK_PRIOR = 9
    APPROVAL = 10
    NAMED = 11
    WORDS = 12


_WANTED: Final = (Strength.WANTED_GENRE, Strength.WANTED_OTHER)

START: Final = (0.8, 1.4, 6.5, 0.5, 3.7, 4.4, -3.7, -4.4, 2.0, 1.0, 0.5, 2.0, 6.5)
"""Strengths before any learning, by `Strength`, in log-odds.

That of people is half as much again as the logit's: conversations of strangers stay with what
everybody knows, and ask little of it. Those of wishes are twice the logit's, so that "something
funnier" wins against three likes of another kind. Recall is the same. The circle of the films that
have a wished tag is beyond the logit: at 2 Recall@10 and @50 from text gain .002 each, at 5 they
lose. Too few people in the conversations ask to be spared something: the wish turned round. Talk is
of what comes to mind and no guide to what is good: without approval, "something funnier, from the
90s" after Alien brings Gremlins 2 (approval 40 %) before Army of Darkness (72 %).

Of films that conversations name together, on the development part of ReDial, lifts never from the
conversation that is judged (ten folds), Recall@10 from titles and from text is .145 and .162 at 0,
.163 and .168 at 2, .168 and .175 at 4, .163 and .175 at 6, with mentions at 1.2. Evenings of
MovieLens people lose at 4: .1 of 9 hits with one or three films stated (research.md). Of words that
films share, Recall@10 from titles and from text rises from .193 and .179 to .196 and .181 at 3, and
to .198 and .182 at 6.5 and at 13, which costs open evenings more."""


class Opening(NamedTuple):
    """What the gate of the pull depends on, (B,) each."""

    pulls: npt.NDArray[np.bool_]
    """Whether anything that was said pulls at all."""
    answered: FloatArray
    """Films answered since something was last said, times fame: of films that few have rated the
    taste knows little however much is answered."""
    wished: npt.NDArray[np.bool_]
    """Whether anything is wished for or to be spared."""


class Affinity:
    """What a conversation has to do with every film, channel by channel, and its exact parts."""

    def __init__(
        self, catalogue: Catalogue, cooccurrence: Cooccurrence, approval: FloatArray
    ) -> None:
        """`approval` in log odds, (n_items,).

        ValueError where it or the cooccurrence is of another number of films.
        """
        known, n_items = len(cooccurrence.talk_prior), catalogue.n_items
        of, to = cooccurrence.of, cooccurrence.to
        if {known, n_items, len(of)} != {len(approval)} or len(to) != catalogue.n_rated:
            raise ValueError(f"cooccurrence of {known} films, {n_items} can be recommended")
        self.cooccurrence = cooccurrence
        self._last: tuple[bytes | None, Mapping[Strength, FloatArray]] = (None, {})
        """What the last single transcript said, and its readings."""
        self._approval = approval
        genre = [facet.kind == "genre" for facet in catalogue.facets]
        classes = [_FILM] * (1 + len(catalogue.movies)) + [
            _GENRE if is_genre else _OTHER for is_genre in genre
        ]
        self._class_of = np.array(classes, dtype=np.int64)
        rated = catalogue.n_ratings.astype(np.float32)
        self._known = rated / (rated + _KNOWN)
        content = contents(catalogue)
        rarity = sparse.diags(_rarity(catalogue, genre))
        has = catalogue.membership.T.tocsr()[:n_items].astype(np.float32) @ rarity
        # Asked for are films that are a comedy through and through; to be spared is every one.
        asked = (catalogue.degrees.T.tocsr() @ rarity).astype(np.float32)
        first = 1 + len(catalogue.movies)
        facets = sparse.identity(len(catalogue.facets), dtype=np.float32, format="csr")
        wanted = _Channel(first, facets, asked, Kind.NONE, n_items)
        avoided = _Channel(first, facets, has, Kind.NONE, n_items)
        films_of = {
            Strength.PEOPLE: (of, to),
            Strength.GENRES: (content["genre"], content["genre"][:n_items]),
            Strength.TAGS: (content["tag"], content["tag"][:n_items]),
            Strength.YEARS: (content["year"], content["year"][:n_items]),
        }
        self._channels = {
            **{
                name: _Channel(1, *tables, Kind.LIKED, n_items) for name, tables in films_of.items()
            },
            **{
                name: (wanted if name in _WANTED else avoided).of_kind(Kind[name.name])
                for name in Strength
                if name.name in Kind.__members__
            },
            Strength.CIRCLE: _Channel(
                first, _typical(catalogue, of), to, Kind.WANTED_OTHER, n_items
            ),
        }
        between = {Strength.NAMED: cooccurrence.named_together, Strength.WORDS: catalogue.akin}
        for name, table in between.items():
            if table is not None:
                one_each = sparse.identity(table.shape[1], dtype=np.float32, format="csr")
                self._channels[name] = _Channel(1, table, one_each, Kind.LIKED, n_items)

    def opening(self, observations: npt.NDArray[np.int32]) -> Opening:
        """What the gate depends on, of (B, L, 2) transcripts."""
        fame = self._fame(self._events(observations), len(observations))
        kinds, outcome = self._kinds(observations), observations[..., 1]
        place = np.arange(observations.shape[1])
        spoken = (kinds > 0) & (outcome != Outcome.UP)
        last_spoken = np.where(spoken, place, -1).max(axis=1, initial=-1)
        answered = (_ANSWERED[outcome] & (place > last_spoken[:, None])).sum(axis=1)
        pulls: npt.NDArray[np.bool_] = np.any(kinds > 0, axis=1)
        return Opening(pulls, (fame * answered).astype(np.float32), _wished(observations))

    def readings(self, observations: npt.NDArray[np.int32]) -> Mapping[Strength, FloatArray]:
        """Channels of (B, L, 2) transcripts that say anything, (B, n_items) each."""
        if len(observations) > 1:
            return self._readings(observations)
        # Card after card of a slate: what was shown in between changes nothing here.
        speaks = self._kinds(observations)[0] > 0
        key = observations[0, speaks].tobytes()
        last = self._last
        if last[0] != key:
            self._last = last = key, self._readings(observations)
        return last[1]

    def _readings(self, observations: npt.NDArray[np.int32]) -> dict[Strength, FloatArray]:
        events = self._events(observations)
        count = len(observations)
        found = {
            name: values
            for name, channel in self._channels.items()
            if (values := channel.of_all(events, count)) is not None
        }
        found[Strength.TALK_PRIOR] = self.talk_prior(observations)
        wished = _wished(observations)
        if wished.any():
            found[Strength.APPROVAL] = wished[:, None] * self._approval
        return found

    def talk_prior(self, observations: npt.NDArray[np.int32]) -> FloatArray:
        """The channel that owes nothing to any single event, (B, n_items)."""
        fame = self._fame(self._events(observations), len(observations))
        talk_prior: FloatArray = fame[:, None] * self.cooccurrence.talk_prior
        return talk_prior

    def parts(self, observation: Observation, rows: IntArray, strengths: FloatArray) -> FloatArray:
        """Exact parts of Σ strength · channel on n films, (n, 1 + L): of no event, then of each."""
        events = self._events(observation[None])
        alone = events._replace(transcript=events.place)
        parts = np.zeros((len(rows), 1 + len(observation)), dtype=np.float32)
        fame, wished = self._fame(events, 1)[0], _wished(observation[None])[0]
        parts[:, 0] = (
            strengths[Strength.TALK_PRIOR] * fame * self.cooccurrence.talk_prior[rows]
            + strengths[Strength.APPROVAL] * wished * self._approval[rows]
        )
        for name, channel in self._channels.items():
            parts[:, 1:] += strengths[name] * channel.on(alone, len(observation), rows).T
        return parts

    def _fame(self, events: _Events, count: int) -> FloatArray:
        """How well known the films liked in each transcript are, (count,), 0 … 1; 1 without any."""
        liked = events.kind == Kind.LIKED
        transcript, known = events.transcript[liked], self._known[events.token[liked] - 1]
        films = np.bincount(transcript, minlength=count)
        fame = np.bincount(transcript, weights=known, minlength=count) / np.maximum(films, 1)
        return np.where(films, fame, 1.0).astype(np.float32)

    def _kinds(self, observations: npt.NDArray[np.int32]) -> IntArray:
        """Kind of each event, (B, L), 0 where it does not pull."""
        token, outcome = observations[..., 0], observations[..., 1]
        # The row of the vector set carries no token, and its outcome is of no kind.
        return _KIND[self._class_of[np.where(outcome == Outcome.VECTORS, 0, token)], outcome]

    def _events(self, observations: npt.NDArray[np.int32]) -> _Events:
        token, kind = observations[..., 0].astype(np.int64), self._kinds(observations)
        transcript, place = np.nonzero(kind)
        counts = (kind[..., None] == np.arange(len(Kind))).sum(axis=1)
        kind = kind[transcript, place]
        # Beyond a few, films say together what a few say: a diary of hundreds is no louder than a
        # sentence, and its sum would drown all that the taste knows.
        count = counts[transcript, kind]
        say = 1.0 / np.sqrt(count * np.maximum(count / _FEW, 1.0))
        return _Events(transcript, place, token[transcript, place], kind, say.astype(np.float32))


def _wished(observations: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Whether anything is wished for or to be spared, (B,)."""
    wished: npt.NDArray[np.bool_] = np.any(_WISHED[observations[..., 1]], axis=1)
    return wished


def _rarity(catalogue: Catalogue, genre: Sequence[bool]) -> FloatArray:
    """How much a wish for each facet counts, (facets,): 1 for genres, more for rare others."""
    rated = catalogue.n_rated
    films_with = catalogue.membership[:, :rated].getnnz(axis=1)
    rarity = np.log(np.maximum(films_with, 1) / max(rated, 1)) / np.log(_COMMON)
    return np.where(genre, 1.0, np.maximum(rarity, 1.0)).astype(np.float32)


def _typical(catalogue: Catalogue, of: FloatArray) -> FloatArray:
    """Rows of `of` for facets: their films' mean by how well known these are, (facets, rank)."""
    known = np.log1p(catalogue.n_ratings[: len(of)]).astype(np.float32)
    weights = catalogue.degrees[:, : len(of)] @ sparse.diags(known)
    total = np.maximum(np.asarray(weights.sum(axis=1)), 1e-6)
    typical: FloatArray = (weights @ of / total).astype(np.float32)
    return typical


class _Events(NamedTuple):
    """Events that pull, one an entry."""

    transcript: IntArray
    """Row that it adds to."""
    place: IntArray
    token: IntArray
    kind: IntArray
    say: FloatArray


class _Channel:
    """Events of one kind: token `first + j` is like film i by `of[j] · to[i]`, and not at all like
    films of which `to` tells nothing.
    """

    def __init__(
        self,
        first: int,
        of: FloatArray | sparse.csr_matrix,
        to: FloatArray | sparse.csr_matrix,
        kind: Kind,
        n_items: int,
    ) -> None:
        self._first, self._of, self._to, self._kind = first, of, to, kind
        self._n_items = n_items
        if isinstance(to, sparse.csr_matrix) and _DENSE * to.nnz > np.prod(to.shape):
            self._to = to = to.toarray()
        self._across = to.T if isinstance(to, np.ndarray) else to.T.tocsr()

    def of_kind(self, kind: Kind) -> _Channel:
        """The same tables for events of another kind."""
        other = copy(self)
        other._kind = kind
        return other

    def of_all(self, events: _Events, count: int) -> FloatArray | None:
        """(count, n_items); None where nothing speaks here."""
        inputs = self._inputs(events, count)
        if inputs is None:
            return None
        near = inputs @ self._of
        if isinstance(self._across, np.ndarray):
            near = _dense(near)
        told = _dense(near @ self._across)
        found = np.zeros((count, self._n_items), dtype=np.float32)
        found[:, : told.shape[1]] = told
        return found

    def on(self, events: _Events, count: int, rows: IntArray) -> FloatArray:
        """The same of films (n,) for each of `count` rows, (count, n)."""
        inputs, told = self._inputs(events, count), rows < self._to.shape[0]
        found = np.zeros((count, len(rows)), dtype=np.float32)
        if inputs is not None:
            to = self._to
            films = to[rows[told]] if isinstance(to, np.ndarray) else dense_rows(to, rows[told])
            found[:, told] = (inputs @ self._of) @ films.T
        return found

    def _inputs(self, events: _Events, count: int) -> sparse.csr_matrix | None:
        """CSR (count, rows of `of`); None where nothing speaks here."""
        row = events.token - self._first
        mine = (events.kind == self._kind) & (row >= 0) & (row < self._of.shape[0])
        if not mine.any():
            return None
        # Events come transcript by transcript, so the table needs no sorting.
        ends = np.searchsorted(events.transcript[mine], np.arange(count + 1))
        shape = (count, self._of.shape[0])
        return sparse.csr_matrix((events.say[mine], row[mine], ends), shape=shape)


def _dense(table: FloatArray | sparse.csr_matrix) -> FloatArray:
    return table if isinstance(table, np.ndarray) else table.toarray()
