"""Whole sessions of unseen people, replayed against any policy from the ratings they gave.

A person states some films they like, then is shown one film a turn and reacts as their rating says
(`core.rewards.reaction_to`); a film they never rated stays without reaction. The transcript is
built as `core.session.SessionState` would build it, for many people in step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.rewards import LIKE_FROM, REWARDS, reaction_to
from core.simulation.scorer import Observations, PersonSeeded, Scorer

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]
OutcomeArray = npt.NDArray[np.int8]

_CHUNK = 256
"""People in step; bounds memory at chunk × n_items × 10 bytes and what the policy itself needs."""


class View(Enum):
    """Which films may be shown."""

    REPLAY = "replay"
    """Any of the catalogue; an unrated film is a miss."""
    RATED = "rated"
    """Only films the person rated; the session ends when none is left."""


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What holds for every session."""

    turns: int
    """Films shown, at most."""
    view: View
    n_items: int
    """How many first rows of the catalogue can be recommended."""


@dataclass(frozen=True, eq=False)
class Sessions:
    """What happened to P people in T turns; after the end row −1, outcome PADDING, score 0."""

    shown: IntArray
    """Rows shown, (P, T)."""
    outcomes: OutcomeArray
    """UP, DOWN, SEEN or SHOWN, (P, T)."""
    scores: FloatArray
    """The policy's score of the film shown, (P, T)."""

    @property
    def played(self) -> npt.NDArray[np.bool_]:
        """Turns before the end of the session, (P, T)."""
        return self.shown >= 0

    @property
    def rewards(self) -> FloatArray:
        """Reward of each turn, (P, T)."""
        rewards: FloatArray = REWARDS[self.outcomes]
        return rewards

    def returns(self, gamma: float) -> FloatArray:
        """Discounted reward from each turn to the end of the session, (P, T)."""
        returns = self.rewards.copy()
        for turn in range(returns.shape[1] - 2, -1, -1):
            returns[:, turn] += gamma * returns[:, turn + 1]
        return returns


class Moment(NamedTuple):
    """A film each for several people who know it."""

    people: IntArray
    """(B,) numbers of the people."""
    transcripts: Observations
    """(B, L, 2) before the film is shown."""
    rows: IntArray
    """(B,) the films."""
    liked: npt.NDArray[np.bool_]
    """(B,) whether they got a thumb up."""


def eligible(people: Ratings, n_items: int, stated: int, least_ratings: int) -> IntArray:
    """People to judge by: enough ratings of recommendable films, a like left after the start."""
    recommendable = people.row < n_items
    rated = np.bincount(people.user[recommendable], minlength=people.n_users)
    liked = np.bincount(
        people.user[recommendable & (people.value >= LIKE_FROM)], minlength=people.n_users
    )
    return np.flatnonzero((rated >= least_ratings) & (liked > stated)).astype(np.int64)


def stated_films(people: Ratings, catalogue: Catalogue, stated: int, seed: int) -> IntArray:
    """Rows (P, stated) of the liked films that people name first, drawn by popularity.

    Each person has their own random stream from the seed and their id, and the films with 1 stated
    are the first of those with 3, so that starts compare. ValueError where somebody likes too few
    recommendable films.
    """
    films = np.zeros((people.n_users, stated), dtype=np.int64)
    for user in range(people.n_users):
        rows, stars = people.of(user)
        liked = rows[(rows < catalogue.n_items) & (stars >= LIKE_FROM)]
        if len(liked) < stated:
            raise ValueError(
                f"person {people.user_ids[user]} likes {len(liked)} recommendable films, "
                f"fewer than {stated}"
            )
        # Gumbel's trick: in the order of log weight + Gumbel noise, as if drawn one by one.
        weight = np.maximum(catalogue.n_ratings[liked], 1)
        noise = np.random.default_rng([seed, int(people.user_ids[user])]).gumbel(size=len(liked))
        films[user] = liked[np.argsort(-(np.log(weight) + noise), kind="stable")[:stated]]
    return films


def play(scorer: Scorer, people: Ratings, stated: IntArray, rules: SessionRules) -> Sessions:
    """Sessions of all people: `stated` (P, S) films each, then what the scorer puts first."""
    empty = np.zeros((0, rules.turns))
    parts = [Sessions(empty.astype(np.int64), empty.astype(np.int8), empty.astype(np.float32))]
    for first in range(0, people.n_users, _CHUNK):
        chunk = np.arange(first, min(first + _CHUNK, people.n_users))
        parts.append(_play_chunk(scorer, people.select(chunk), stated[chunk], rules))
    return Sessions(
        np.concatenate([part.shown for part in parts]),
        np.concatenate([part.outcomes for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def _play_chunk(scorer: Scorer, people: Ratings, stated: IntArray, rules: SessionRules) -> Sessions:
    if isinstance(scorer, PersonSeeded):
        scorer = scorer.for_people(people.user_ids)
    would_be = outcome_table(people, rules.n_items)
    turns = rules.turns
    everyone = np.arange(people.n_users)
    barred = np.zeros(would_be.shape, dtype=np.bool_)
    if rules.view is View.RATED:
        barred |= would_be == Outcome.SHOWN
    barred[everyone[:, None], stated] = True
    n_stated = stated.shape[1]
    observations = _openings(stated, n_stated + turns)
    shown = np.full((len(everyone), turns), -1, dtype=np.int64)
    outcomes = np.zeros((len(everyone), turns), dtype=np.int8)
    values = np.zeros((len(everyone), turns), dtype=np.float32)
    for turn in range(turns):
        going = np.flatnonzero(~barred.all(axis=1))
        if not len(going):
            break
        scores = scorer.scores(observations[:, : max(n_stated + turn, 1)])
        row = np.where(barred, -np.inf, scores)[going].argmax(axis=1)
        shown[going, turn] = row
        outcomes[going, turn] = would_be[going, row]
        values[going, turn] = scores[going, row]
        observations[going, n_stated + turn, 0] = row + 1
        observations[going, n_stated + turn, 1] = outcomes[going, turn]
        barred[going, row] = True
    return Sessions(shown, outcomes, values)


def moments(sessions: Sessions, stated: IntArray) -> Iterator[Moment]:
    """A moment for each turn, of those who know the film that is shown; `stated` as for `play`."""
    n_stated = stated.shape[1]
    # A row of padding stands in for the transcript of somebody who has said nothing.
    events = _openings(stated, max(n_stated, 1) + sessions.shown.shape[1])
    for turn in range(sessions.shown.shape[1]):
        row, outcome = sessions.shown[:, turn], sessions.outcomes[:, turn]
        knows = np.flatnonzero((row >= 0) & (outcome != Outcome.SHOWN))
        before = events[knows, : max(n_stated + turn, 1)]
        yield Moment(knows, before, row[knows], outcome[knows] == Outcome.UP)
        events[:, n_stated + turn, 0] = row + 1
        events[:, n_stated + turn, 1] = outcome


def _openings(stated: IntArray, length: int) -> Observations:
    """Transcripts that begin with the films stated, (P, length, 2), and are empty beyond."""
    observations = np.zeros((len(stated), length, 2), dtype=np.int32)
    observations[:, : stated.shape[1], 0] = stated + 1
    observations[:, : stated.shape[1], 1] = Outcome.STATED_LIKE
    return observations


def outcome_table(people: Ratings, n_items: int) -> OutcomeArray:
    """What showing each film would come to, (P, n_items): SHOWN where it was never rated."""
    table = np.full((people.n_users, n_items), int(Outcome.SHOWN), dtype=np.int8)
    stars, place = np.unique(people.value, return_inverse=True)
    outcomes = np.array([reaction_to(float(star)).outcome for star in stars], dtype=np.int8)
    inside = people.row < n_items
    table[people.user[inside], people.row[inside]] = outcomes[place[inside]]
    return table
