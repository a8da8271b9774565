"""Evenings as they are served: slates filled card by card, for people with and without a mood.

A person names some films they like and is shown slates. Each card is chosen as if those above it
had been passed over; then they react to the whole slate at once, and what stays without a word is
passed over, as in the chat. On an evening with a *mood* a film counts when it is
liked and of the mood; films beside the mood get no reaction. On an *open* evening every liked film
counts, on a *rated* one only films that the person rated may be shown, and on one with a *history*
films rated elsewhere are known before the first slate.

*Spirit* needs no person: fans of a kind name three films of it and answer each slate in one way;
what the next slates hold tells whether the policy keeps to what they came for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.mood import KINDS as MOOD_KINDS
from core.model.mood import LEAST, SharedMood, catalogue_moods, mood_table
from core.model.policy import Exploration
from core.rewards import reaction_to
from core.simulation.replay import IntArray, OutcomeArray, outcome_table, stated_films
from core.simulation.scorer import Observations, PersonSeeded, Scorer

BoolArray = npt.NDArray[np.bool_]

_CELLS: Final = 256 * 64
"""People in step times events of their transcripts, at most: bounds memory."""
_TOO_COMMON: Final = frozenset({"Drama", "Comedy"})
"""Genres of a third of all films: whoever names two of them has said next to nothing."""
KINDS: Final = tuple(kind for kind in MOOD_KINDS if kind != "pair")
"""Of moods: what films of a catalogue can have in common."""
FAN_STATES: Final = 3
"""Films that a fan names."""
_FAN_FILMS: Final = 40
"""Films that a kind with fans needs: more than six slates and what is named can use up."""


@dataclass(frozen=True, eq=False)
class Evenings:
    """P people, what each says first, and what counts for each."""

    people: Ratings
    stated: IntArray
    """Rows named, (P, S)."""
    mood: tuple[SharedMood | None, ...]
    """Tonight's mood of each person; None on an open evening."""
    rated_only: bool = False
    """Only films that the person rated may be shown."""
    verdicts: OutcomeArray | None = None
    """What is said of each film named, (P, S); None where all are liked."""
    spared: IntArray | None = None
    """Rows that are never shown though they are not named, (P, N); None for none."""

    def select(self, first: int, last: int) -> Evenings:
        """Those of people first … last − 1."""
        last = min(last, self.people.n_users)
        return Evenings(
            self.people.select(np.arange(first, last)),
            self.stated[first:last],
            self.mood[first:last],
            self.rated_only,
            None if self.verdicts is None else self.verdicts[first:last],
            None if self.spared is None else self.spared[first:last],
        )

    @property
    def opening(self) -> Observations:
        """Transcripts before the first slate, (P, S, 2)."""
        said = np.int8(Outcome.STATED_LIKE) if self.verdicts is None else self.verdicts
        both = np.broadcast_arrays(self.stated + 1, said)
        return np.stack(both, axis=-1).astype(np.int32)

    def counts(self, n_items: int) -> BoolArray:
        """Which films count, (P, n_items)."""
        table = np.ones((len(self.mood), n_items), dtype=np.bool_)
        for place, mood in enumerate(self.mood):
            if mood is not None:
                table[place] = False
                table[place, mood.films] = True
        return table

    def barred(self, would_be: OutcomeArray) -> BoolArray:
        """Which films may not be shown, (P, n_items); `would_be` as of `outcome_table`."""
        barred: BoolArray = (would_be == Outcome.SHOWN) & self.rated_only
        for rows in (self.stated, self.spared):
            if rows is not None:
                person, place = np.nonzero(rows < barred.shape[1])
                barred[person, rows[person, place]] = True
        return barred


@dataclass(frozen=True, slots=True)
class ServingRules:
    """What holds for every evening."""

    n_items: int
    """How many first rows of the catalogue can be recommended."""
    films: int = 9
    """Shown in an evening; the last slate may be shorter than the others."""
    cards: int = 3
    """Films of a slate."""
    gambles: Exploration | None = None
    """How places are gambled with, as in the chat; None shows the best film at each."""
    seed: int = 0
    """Of the gambles; everybody draws from a stream of their own, the same for every policy."""

    @property
    def slates(self) -> tuple[int, ...]:
        """Cards of each slate."""
        whole, rest = divmod(self.films, self.cards)
        return (self.cards,) * whole + ((rest,) if rest else ())


@dataclass(frozen=True, eq=False)
class Served:
    """What happened to P people. Row −1 and outcome PADDING where nothing was left to show."""

    shown: IntArray
    """Rows, (P, films)."""
    outcomes: OutcomeArray
    """UP, DOWN, SEEN or PASSED, (P, films)."""
    in_mood: BoolArray
    """Whether each film is of the mood, (P, films); all of them on open evenings."""

    @property
    def hits(self) -> BoolArray:
        """Where a film was liked and of the mood."""
        hits: BoolArray = self.outcomes == Outcome.UP
        return hits

    def first(self, films: int) -> Served:
        """The same evening, ended after so many films."""
        return Served(self.shown[:, :films], self.outcomes[:, :films], self.in_mood[:, :films])


# ---- who has which evening


def single_moods(
    catalogue: Catalogue,
    kinds: Sequence[str],
    least: int | None = None,
    *,
    too_common: frozenset[str] = _TOO_COMMON,
) -> tuple[SharedMood, ...]:
    """Moods of these kinds with at least so many films, but for some genres."""
    found = catalogue_moods(catalogue, kinds, least)
    return tuple(mood for mood in found if mood.name not in too_common)


def paired_moods(
    catalogue: Catalogue, kinds: Sequence[str], least: int = LEAST
) -> tuple[SharedMood, ...]:
    """Two facets of different kinds together, a horror film of the 1980s, with so many films.

    Pairs that say no more than one of their facets alone are none. Any genre may be half of one.
    """
    single = single_moods(catalogue, kinds, least, too_common=frozenset())
    table = mood_table(single, catalogue.n_items)
    together = (table @ table.T).toarray().astype(np.int64)
    size = together.diagonal()
    enough = (together >= least) & (together < np.minimum.outer(size, size))
    pairs = []
    for one, other in zip(*np.nonzero(np.triu(enough, 1)), strict=True):
        left, right = single[one], single[other]
        if left.kind != right.kind:
            films = _both(left.films, right.films)
            name = f"{left.name} × {right.name}"
            pairs.append(SharedMood(f"{left.kind} × {right.kind}", name, films))
    return tuple(pairs)


def mood_evenings(
    people: Ratings,
    catalogue: Catalogue,
    moods: Sequence[SharedMood],
    *,
    stated: int = 2,
    least: int = 10,
    seed: int = 0,
) -> Evenings:
    """An evening for everybody who likes at least `least` films of some of the moods.

    The kind of mood is drawn evenly, then the mood among those of the kind; the films named first
    are drawn by popularity among the liked ones of the mood. A person's evening depends on the seed
    and their id alone.
    """
    chosen: list[int] = []
    named: list[IntArray] = []
    tonight: list[SharedMood] = []
    liked = people.likes()[:, : catalogue.n_items]
    enough = (liked @ mood_table(moods, catalogue.n_items).T).toarray() >= least
    kinds = np.array([mood.kind for mood in moods], dtype=np.str_)
    for user in np.flatnonzero(enough.any(axis=1)).tolist():
        fitting = np.flatnonzero(enough[user])
        rng = np.random.default_rng([seed, int(people.user_ids[user])])
        theirs = np.unique(kinds[fitting])
        fitting = fitting[kinds[fitting] == theirs[int(rng.integers(len(theirs)))]]
        mood = moods[int(fitting[int(rng.integers(len(fitting)))])]
        rows = liked.indices[liked.indptr[user] : liked.indptr[user + 1]].astype(np.int64)
        films = _both(rows, mood.films)
        named.append(_by_popularity(films, catalogue, rng)[:stated])
        chosen.append(user)
        tonight.append(mood)
    table = np.array(named, dtype=np.int64).reshape(len(chosen), stated)
    return Evenings(people.select(np.array(chosen, dtype=np.int64)), table, tuple(tonight))


def open_evenings(
    people: Ratings, catalogue: Catalogue, *, stated: int, seed: int = 0, rated_only: bool = False
) -> Evenings:
    """Everybody's evening without a mood; see `core.simulation.replay.stated_films`."""
    films = stated_films(people, catalogue, stated, seed)
    return Evenings(people, films, (None,) * people.n_users, rated_only)


def history_evenings(people: Ratings, length: int, *, spare: int = 0, seed: int = 0) -> Evenings:
    """Everybody's first ratings are known, as the chat imports them: loved, hated or just seen.

    The first `spare` ratings are never shown, so that evenings of different lengths can have the
    same films hit. Ratings of one second are in an order drawn from the seed and the person's id.
    ValueError where somebody has too few ratings.
    """
    most = max(length, spare)
    rows = np.zeros((people.n_users, most), dtype=np.int64)
    verdicts = np.zeros((people.n_users, most), dtype=np.int8)
    for user in range(people.n_users):
        span = slice(people.starts[user], people.starts[user + 1])
        rng = np.random.default_rng([seed, int(people.user_ids[user])])
        chance = rng.random(people.starts[user + 1] - people.starts[user])
        order = np.lexsort((chance, people.timestamp[span]))[:most]
        if len(order) < most:
            raise ValueError(f"person {people.user_ids[user]} has fewer than {most} ratings")
        rows[user] = people.row[span][order]
        stars = people.value[span][order].tolist()
        verdicts[user] = [reaction_to(rating).statement for rating in stars]
    return Evenings(
        people,
        rows[:, :length],
        (None,) * people.n_users,
        verdicts=verdicts[:, :length],
        spared=rows[:, :spare],
    )


def _both(one: IntArray, other: IntArray) -> IntArray:
    return np.intersect1d(one, other, assume_unique=True)


def _by_popularity(films: IntArray, catalogue: Catalogue, rng: np.random.Generator) -> IntArray:
    """The films in an order drawn by popularity, as if one by one (Gumbel's trick)."""
    weight = np.log(np.maximum(catalogue.n_ratings[films], 1)) + rng.gumbel(size=len(films))
    return films[np.argsort(-weight, kind="stable")]


# ---- evenings with people


def serve(scorer: Scorer, evenings: Evenings, rules: ServingRules) -> Served:
    """Plays everybody's evening, by default best films first."""
    people = evenings.people.n_users
    step = max(1, _CELLS // (evenings.stated.shape[1] + rules.films))
    parts = [Served(*(np.zeros((0, rules.films), kind) for kind in (np.int64, np.int8, np.bool_)))]
    for first in range(0, people, step):
        parts.append(_serve(scorer, evenings.select(first, min(first + step, people)), rules))
    return Served(
        np.concatenate([part.shown for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.in_mood for part in parts]),
    )


def _serve(scorer: Scorer, evenings: Evenings, rules: ServingRules) -> Served:
    if isinstance(scorer, PersonSeeded):
        scorer = scorer.for_people(evenings.people.user_ids)
    would_be = outcome_table(evenings.people, rules.n_items)
    counts = evenings.counts(rules.n_items)
    talk = _Talk(scorer, evenings.opening, evenings.barred(would_be))
    if rules.gambles is not None:
        ids = evenings.people.user_ids.tolist()
        talk.gamble(rules.gambles, [np.random.default_rng([rules.seed, one]) for one in ids])
    shown, outcomes = [], []
    for cards in rules.slates:
        rows = talk.show(cards)
        answers = _reactions(rows, would_be, counts)
        talk.answer(answers)
        shown.append(rows)
        outcomes.append(answers)
    rows = np.concatenate(shown, axis=1)
    return Served(rows, np.concatenate(outcomes, axis=1), _of_kind(rows, counts))


class _Talk:
    """Transcripts of people in step, (P, L, 2), and what may still be shown to them."""

    def __init__(self, scorer: Scorer, opening: Observations, barred: BoolArray) -> None:
        self._scorer, self._barred = scorer, barred
        self.transcript = opening
        self._gambles = Exploration(share=0.0)
        self._streams = list[np.random.Generator]()

    def gamble(self, gambles: Exploration, streams: list[np.random.Generator]) -> None:
        """From now on some places are drawn, for each person from their stream."""
        self._gambles, self._streams = gambles, streams

    def show(self, cards: int) -> IntArray:
        """The next slate, filled card by card: rows (P, cards), −1 where nothing is left."""
        shown = np.full((len(self.transcript), cards), -1, dtype=np.int64)
        for card in range(cards):
            going = np.flatnonzero(~self._barred.all(axis=1))
            scores = _scores(self._scorer, self.transcript)
            open_scores = np.where(self._barred, -np.inf, scores)
            shown[going, card] = open_scores[going].argmax(axis=1)
            for person in self._gambling():
                if shown[person, card] >= 0:
                    shown[person, card] = self._drawn(person, open_scores[person])
            self.say(shown[:, card], np.int8(Outcome.PASSED))
        return shown

    def answer(self, outcomes: OutcomeArray) -> None:
        """What people make of the last slate, (P, cards)."""
        self.transcript[:, -outcomes.shape[1] :, 1] = outcomes

    def say(self, row: IntArray, outcome: np.int8) -> None:
        """A film each, (P,), is shown or spoken of; nothing where the row is −1."""
        there = np.flatnonzero(row >= 0)
        self._barred[there, row[there]] = True
        event = np.zeros((len(row), 1, 2), dtype=np.int32)
        event[there, 0, 0], event[there, 0, 1] = row[there] + 1, outcome
        self.transcript = np.concatenate([self.transcript, event], axis=1)

    def _gambling(self) -> IntArray:
        """Who draws their next film."""
        draws = np.array([stream.random() for stream in self._streams])
        return np.flatnonzero(draws < self._gambles.share)

    def _drawn(self, person: int, scores: npt.NDArray[np.float32]) -> int:
        """One of the best films that are open, by the softmax of their scores."""
        best = np.argsort(-scores, kind="stable")[: self._gambles.candidates]
        best = best[np.isfinite(scores[best])]
        lead = scores[best].astype(np.float64) - scores[best[0]]
        chances = np.exp(lead / self._gambles.temperature)
        return int(self._streams[person].choice(best, p=chances / chances.sum()))

    def unsaid(self, films: Sequence[IntArray]) -> IntArray:
        """The first film of each person's list that was neither shown nor named; −1 for none."""
        left = [rows[~barred[rows]] for rows, barred in zip(films, self._barred, strict=True)]
        return np.array([rows[0] if len(rows) else -1 for rows in left], dtype=np.int64)


def _scores(scorer: Scorer, transcript: Observations) -> npt.NDArray[np.float32]:
    if not transcript.shape[1]:
        transcript = np.zeros((len(transcript), 1, 2), dtype=np.int32)
    return scorer.scores(transcript)


def _reactions(rows: IntArray, would_be: OutcomeArray, counts: BoolArray) -> OutcomeArray:
    """What people make of films, (P, cards): nothing of those unknown to them or off the mood."""
    places = np.maximum(rows, 0)
    reaction = np.take_along_axis(would_be, places, axis=1)
    silent = ~np.take_along_axis(counts, places, axis=1) | (reaction == Outcome.SHOWN)
    reaction = np.where(silent, np.int8(Outcome.PASSED), reaction)
    return np.where(rows < 0, np.int8(Outcome.PADDING), reaction).astype(np.int8)


# ---- spirit


class FanAnswer(Enum):
    """How a fan answers every slate: what becomes of the films of their kind, and of how many."""

    NOTHING = "nothing", Outcome.PASSED, 0
    ONE_UP = "one up", Outcome.UP, 1
    ALL_UP = "three up", Outcome.UP, None
    ONE_DOWN = "one down", Outcome.DOWN, 1
    SEEN = "seen", Outcome.SEEN, None
    """Seen all of those, without a word: whatever kind they are of."""
    LOVED = "seen, loved", Outcome.STATED_LIKE, None
    ALSO = "also loved X", Outcome.PASSED, 0
    """Another film of the kind is named; nothing is said of those shown."""

    _value_: str
    outcome: Outcome
    films: int | None
    """Of a slate; None for all."""

    def __new__(cls, value: str, outcome: Outcome, films: int | None) -> FanAnswer:
        """A member with its outcome and number of films."""
        member = object.__new__(cls)
        member._value_, member.outcome, member.films = value, outcome, films
        return member

    def of(self, in_kind: BoolArray) -> OutcomeArray:
        """Outcomes of slates (F, cards), by which of their films are of the kind."""
        theirs = np.ones_like(in_kind) if self is FanAnswer.SEEN else in_kind
        if self.films is not None:
            theirs = theirs & (theirs.cumsum(axis=1) <= self.films)
        return np.where(theirs, np.int8(self.outcome), np.int8(Outcome.PASSED))


@dataclass(frozen=True, eq=False)
class Fans:
    """F fans, each of another kind."""

    kinds: tuple[SharedMood, ...]
    loved: tuple[IntArray, ...]
    """Films of each kind in the order they are named, by popularity."""


def fans_of(catalogue: Catalogue, kinds: Iterable[str], count: int = 10, seed: int = 0) -> Fans:
    """So many fans of each kind of mood, where the catalogue has so many moods, drawn evenly."""
    rng = np.random.default_rng(seed)
    drawn = list[SharedMood]()
    for kind in kinds:
        moods = single_moods(catalogue, [kind], _FAN_FILMS)
        drawn += [moods[place] for place in np.sort(rng.permutation(len(moods))[:count])]
    return Fans(tuple(drawn), tuple(_by_popularity(mood.films, catalogue, rng) for mood in drawn))


def keep_company(
    scorer: Scorer, fans: Fans, answer: FanAnswer, rules: ServingRules, turns: int = 5
) -> tuple[IntArray, BoolArray]:
    """A slate, then `turns` times an answer and the next slate.

    Rows shown (F, 1 + turns, cards), and whether each is of the fan's kind; the spirit is how many
    of those after the first slate are.
    """
    n_fans = len(fans.kinds)
    stated = np.stack([films[:FAN_STATES] for films in fans.loved])
    evenings = Evenings(_nobody(n_fans), stated, fans.kinds)
    counts = evenings.counts(rules.n_items)
    nothing = np.full(counts.shape, int(Outcome.SHOWN), dtype=np.int8)
    talk = _Talk(scorer, evenings.opening, evenings.barred(nothing))
    shown = [talk.show(rules.cards)]
    for _ in range(turns):
        talk.answer(answer.of(_of_kind(shown[-1], counts)))
        if answer is FanAnswer.ALSO:
            talk.say(talk.unsaid(fans.loved), np.int8(Outcome.STATED_LIKE))
        shown.append(talk.show(rules.cards))
    rows = np.stack(shown, axis=1)
    return rows, np.stack([_of_kind(slate, counts) for slate in shown], axis=1)


def _of_kind(rows: IntArray, counts: BoolArray) -> BoolArray:
    """Which of the films (P, cards) count."""
    there: BoolArray = np.take_along_axis(counts, np.maximum(rows, 0), axis=1) & (rows >= 0)
    return there


def _nobody(count: int) -> Ratings:
    """People who have rated nothing."""
    empty = np.zeros(0, dtype=np.int64)
    ids = np.arange(count, dtype=np.int64)
    return Ratings(empty, empty, empty.astype(np.float32), empty, ids, n_movies=0)
