"""Evenings as they are served: slates filled card by card, for people with and without a mood.

A person names some films they like and is shown slates. Each card is chosen as if those above it
had been looked at without a word; then they react to the whole slate at once, and what stays
without a word is passed over, as in the chat. On an evening with a *mood* a film counts when it is
liked and of the mood; films beside the mood get no reaction. On an *open* evening every liked film
counts, and on a *rated* one only films that the person rated may be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.mood import SharedMood
from core.rewards import LIKE_FROM
from core.simulation.replay import IntArray, OutcomeArray, outcome_table, stated_films
from core.simulation.scorer import PersonSeeded, Scorer

BoolArray = npt.NDArray[np.bool_]

_CHUNK: Final = 256
"""People in step; bounds memory."""


@dataclass(frozen=True, eq=False)
class Evenings:
    """P people, what each names first, and what counts for each."""

    people: Ratings
    stated: IntArray
    """Rows named, (P, S)."""
    mood: tuple[SharedMood | None, ...]
    """Tonight's mood of each person; None on an open evening."""
    rated_only: bool = False
    """Only films that the person rated may be shown."""

    def first(self, count: int) -> Evenings:
        """Those of the first people only."""
        people = self.people.select(np.arange(min(count, self.people.n_users)))
        kept = people.n_users
        return Evenings(people, self.stated[:kept], self.mood[:kept], self.rated_only)

    def counts(self, first: int, last: int, n_items: int) -> BoolArray:
        """Which films count for people first … last − 1, (last − first, n_items)."""
        table = np.ones((last - first, n_items), dtype=np.bool_)
        for place, mood in enumerate(self.mood[first:last]):
            if mood is not None:
                table[place] = False
                table[place, mood.films] = True
        return table


@dataclass(frozen=True, slots=True)
class ServingRules:
    """What holds for every evening."""

    n_items: int
    """How many first rows of the catalogue can be recommended."""
    slates: int = 3
    cards: int = 3
    """Films of a slate."""

    @property
    def films(self) -> int:
        """Films of an evening."""
        return self.slates * self.cards


@dataclass(frozen=True, eq=False)
class Served:
    """What happened to P people. Row −1 and outcome PADDING where nothing was left to show."""

    shown: IntArray
    """Rows, (P, slates × cards)."""
    outcomes: OutcomeArray
    """UP, DOWN, SEEN or PASSED, (P, slates × cards)."""
    in_mood: BoolArray
    """Whether each film is of the mood, (P, slates × cards); all of them on open evenings."""

    @property
    def hits(self) -> BoolArray:
        """Where a film was liked and of the mood."""
        hits: BoolArray = self.outcomes == Outcome.UP
        return hits


def mood_evenings(
    people: Ratings,
    catalogue: Catalogue,
    moods: Sequence[SharedMood],
    *,
    stated: int = 2,
    least: int = 10,
    seed: int = 0,
) -> Evenings:
    """An evening for everybody who likes at least `least` films of some of the moods, drawn evenly.

    The films named first are drawn by popularity among the liked ones of the mood. A person's
    evening depends on the seed and their id alone.
    """
    chosen: list[int] = []
    named: list[IntArray] = []
    tonight: list[SharedMood] = []
    for user in range(people.n_users):
        rows, stars = people.of(user)
        liked = rows[(rows < catalogue.n_items) & (stars >= LIKE_FROM)]
        fitting = [mood for mood in moods if len(_both(liked, mood.films)) >= least]
        if not fitting:
            continue
        rng = np.random.default_rng([seed, int(people.user_ids[user])])
        mood = fitting[int(rng.integers(len(fitting)))]
        films = _both(liked, mood.films)
        weight = np.log(np.maximum(catalogue.n_ratings[films], 1)) + rng.gumbel(size=len(films))
        named.append(films[np.argsort(-weight, kind="stable")[:stated]])
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


def _both(one: IntArray, other: IntArray) -> IntArray:
    return np.intersect1d(one, other, assume_unique=True)


def serve(scorer: Scorer, evenings: Evenings, rules: ServingRules) -> Served:
    """Plays everybody's evening, best films first, without gambles."""
    parts = [
        _serve_chunk(scorer, evenings, first, min(first + _CHUNK, evenings.people.n_users), rules)
        for first in range(0, evenings.people.n_users, _CHUNK)
    ]
    return Served(
        np.concatenate([part.shown for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.in_mood for part in parts]),
    )


def _serve_chunk(
    scorer: Scorer, evenings: Evenings, first: int, last: int, rules: ServingRules
) -> Served:
    people = evenings.people.select(np.arange(first, last))
    if isinstance(scorer, PersonSeeded):
        scorer = scorer.for_people(people.user_ids)
    stated, everyone = evenings.stated[first:last], np.arange(last - first)
    would_be = outcome_table(people, rules.n_items)
    counts = evenings.counts(first, last, rules.n_items)
    barred = would_be == Outcome.SHOWN if evenings.rated_only else np.zeros_like(counts)
    barred[everyone[:, None], stated] = True
    before = stated.shape[1]
    transcript = np.zeros((len(everyone), before + rules.films, 2), dtype=np.int32)
    transcript[:, :before, 0], transcript[:, :before, 1] = stated + 1, Outcome.STATED_LIKE
    shown = np.full((len(everyone), rules.films), -1, dtype=np.int64)
    for slate in range(rules.slates):
        places = range(slate * rules.cards, (slate + 1) * rules.cards)
        for place in places:
            going = np.flatnonzero(~barred.all(axis=1))
            scores = scorer.scores(transcript[:, : max(before + place, 1)])
            row = np.where(barred, -np.inf, scores)[going].argmax(axis=1)
            shown[going, place] = row
            barred[going, row] = True
            transcript[going, before + place, 0] = row + 1
            transcript[going, before + place, 1] = Outcome.SHOWN
        for place in places:
            transcript[:, before + place, 1] = _reactions(shown[:, place], would_be, counts)
    outcomes = transcript[:, before:, 1].astype(np.int8)
    in_mood = np.take_along_axis(counts, np.maximum(shown, 0), axis=1) & (shown >= 0)
    return Served(shown, outcomes, in_mood)


def _reactions(row: IntArray, would_be: OutcomeArray, counts: BoolArray) -> OutcomeArray:
    """What people make of a film each, (P,): nothing of one unknown to them or off the mood."""
    everyone = np.arange(len(row))
    reaction = would_be[everyone, np.maximum(row, 0)]
    silent = ~counts[everyone, np.maximum(row, 0)] | (reaction == Outcome.SHOWN)
    reaction = np.where(silent, np.int8(Outcome.PASSED), reaction)
    return np.where(row < 0, np.int8(Outcome.PADDING), reaction).astype(np.int8)
