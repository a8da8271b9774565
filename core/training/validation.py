"""Watches a training: examines validation people, keeps the learning curve and the best weights."""

from __future__ import annotations

import copy
import dataclasses
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.errors import DataError
from core.model.calibration import FEATURES, Calibration, Leniency, evidence, verdicts
from core.model.mood import catalogue_moods
from core.model.qnetwork import QNetwork
from core.rewards import REWARDS
from core.simulation.evening import (
    Evenings,
    Served,
    ServingRules,
    history_evenings,
    mood_evenings,
    serve,
)
from core.simulation.replay import OutcomeArray, eligible, outcome_table, stated_films
from core.simulation.scorer import FloatArray, IntArray, Observations

BoolArray = npt.NDArray[np.bool_]

_log = logging.getLogger(__name__)

_OTHERS: Final = 20
"""Films of each person besides those shown that the match figure is fitted to: many more would be
more of the same people."""
_BATCH: Final = 64
"""Transcripts at a time that are read for the match figure: of diaries more would fill memory."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One line of the learning curve."""

    step: int
    """Films shown in training so far; 0 and less are the rounds of the pretraining."""
    training_hits: float | None
    """Thumbs up per session of `turns` films, over the films since the last point; exploration
    included."""
    loss: float | None
    """Mean squared temporal difference since the last point (pretraining: squared error summed over
    candidates)."""
    validation_hits: float
    """Hits of 9 of validation people, greedy, as served: mean over evenings with a mood, open and
    rated ones."""
    validation_reward: float
    """The same in reward; the checkpoint with the most is kept."""


@dataclass(frozen=True, slots=True)
class ExamSettings:
    """What the validation people are asked."""

    stated: tuple[int, ...] = (0, 1, 3)
    """Films they name first on evenings without a mood, one run each."""
    histories: tuple[int, ...] = (3, 10, 30, 100, 250)
    """Ratings known first on evenings that the match figure is fitted to."""
    people: int = 250
    """At most this many of them, so that a check takes seconds."""
    seed: int = 0
    """Of the films they name."""


class Examiner:
    """Judges a network on validation people: they never train it and meet others' vectors.

    By evenings as they are served; the three kinds count alike.
    """

    def __init__(
        self,
        people: Ratings,
        catalogue: Catalogue,
        number_of: dict[int, int],
        settings: ExamSettings,
    ) -> None:
        self._number_of = number_of
        self._rules = ServingRules(catalogue.n_items)
        self._people = people
        self._open: list[Evenings] = []
        self._rated: list[Evenings] = []
        for stated in settings.stated:
            fit = eligible(people, catalogue.n_items, stated, stated + 2)[: settings.people]
            chosen = people.select(fit)
            if not chosen.n_users:
                raise DataError(
                    f"None of the {people.n_users} people who are to choose the checkpoint likes "
                    f"more than {stated} recommendable films: give more ratings or a lower "
                    "--min-ratings."
                )
            stated_first = stated_films(chosen, catalogue, stated, settings.seed)
            for kind, rated_only in ((self._open, False), (self._rated, True)):
                kind.append(
                    Evenings(chosen, stated_first, (None,) * chosen.n_users, rated_only=rated_only)
                )
        amounts = np.diff(people.starts)
        self._histories = [
            history_evenings(
                people.select(np.flatnonzero(amounts >= length + _OTHERS)[: settings.people]),
                length,
                seed=settings.seed,
            )
            for length in settings.histories
        ]
        """What the match figure is fitted to as well; nobody's where nobody rated so many."""
        tonight = mood_evenings(people, catalogue, catalogue_moods(catalogue), seed=settings.seed)
        self._moods = [tonight.select(0, settings.people)] if tonight.people.n_users else []

    def examine(self, network: QNetwork) -> tuple[float, float]:
        """Hits and reward an evening, greedy, mean over the kinds of evenings."""
        scorer = _WithVectors(network, self._number_of)
        found = []
        for kind in filter(None, (self._moods, self._open, self._rated)):
            runs = [serve(scorer, evenings, self._rules) for evenings in kind]
            rewards = [REWARDS[run.outcomes].sum(axis=1).mean() for run in runs]
            found.append((np.mean([run.hits.sum(axis=1).mean() for run in runs]), np.mean(rewards)))
            _log.info("%d of an exam: %.3f hits", len(found), found[-1][0])
        hits, reward = np.mean(found, axis=0).tolist()
        return hits, reward

    def calibrate(self, network: QNetwork) -> Calibration | None:
        """The match figure from films that these people know, in every condition it is asked in.

        On evenings that are open, rated, or with a diary known: each condition counts alike,
        however many films it has. None where there is nothing to learn it from.
        """
        scorer = _WithVectors(network, self._number_of)
        leniency = self._leniency(scorer)
        found = [
            _answers(scorer, evenings, asked, leniency)
            for evenings in (*self._open, *self._rated, *self._histories)
            for asked in _conditions(scorer, evenings, self._rules)
        ]
        found = [answers for answers in found if len(answers.liked)]
        if not found:
            return None
        films = sum(len(answers.liked) for answers in found)
        shares = [films / len(found) / len(answers.liked) for answers in found]
        return Calibration.fit(
            np.concatenate([answers.features for answers in found]),
            np.concatenate([answers.liked for answers in found]),
            np.repeat(shares, [len(answers.liked) for answers in found]),
            leniency,
        )

    def _leniency(self, scorer: _WithVectors) -> Leniency:
        """How verdicts of these people differ from what their films usually get."""
        would_be = outcome_table(self._people, self._rules.n_items)
        person, row = np.nonzero(np.isin(would_be, (Outcome.UP, Outcome.DOWN)))
        events = np.stack([row + 1, would_be[person, row]], axis=-1).astype(np.int32)
        bound = scorer.for_people(self._people.user_ids[person])
        approvals, liking = verdicts(scorer.network, bound.transcripts(events[:, None]))
        return Leniency.fit(person, approvals[:, -1], liking[:, -1] > 0)


class _Asked(NamedTuple):
    """Films (P, K) whose match figures are asked for after P transcripts."""

    transcripts: Observations
    """(P, L, 2)"""
    rows: IntArray
    liked: BoolArray
    known: BoolArray
    """Whether the person knows the film; of others there is nothing to learn."""


class _Answers(NamedTuple):
    """What was read of n films, and whether they were liked."""

    features: npt.NDArray[np.float64]
    liked: BoolArray


def _conditions(
    scorer: _WithVectors, evenings: Evenings, rules: ServingRules
) -> Iterator[list[_Asked]]:
    """Conditions in which a figure is asked for on these evenings.

    Of the films shown as the evening went, and of others before it and after it; then as if all
    that was known had been seen, without a verdict.
    """
    served = serve(scorer, evenings, rules)
    would_be = outcome_table(evenings.people, rules.n_items)
    others = _others(evenings, served, would_be)
    events = np.stack([served.shown + 1, served.outcomes], axis=-1).astype(np.int32)
    seen = events.copy()
    seen[np.isin(served.outcomes, (Outcome.UP, Outcome.DOWN)), 1] = Outcome.SEEN

    def asked(said: Observations, rows: IntArray) -> _Asked:
        would = np.take_along_axis(would_be, np.maximum(rows, 0), axis=1)
        known = (rows >= 0) & (would != Outcome.SHOWN)
        before = np.concatenate([evenings.opening, said], axis=1)
        return _Asked(before, rows, would == Outcome.UP, known)

    yield [asked(events[:, :0], others)]
    for said in (events, seen):
        starts = range(0, rules.films, rules.cards)
        yield [
            asked(said[:, :start], served.shown[:, start : start + rules.cards]) for start in starts
        ]
        yield [asked(said, others)]


def _others(evenings: Evenings, served: Served, would_be: OutcomeArray) -> IntArray:
    """Some films that each person knows, neither named nor shown, (P, n); −1 where too few."""
    left = (would_be != Outcome.SHOWN) & ~evenings.barred(would_be)
    person, place = np.nonzero(served.shown >= 0)
    left[person, served.shown[person, place]] = False
    drawn = np.random.default_rng(0).random(left.shape) * left
    rows = np.argsort(-drawn, axis=1, kind="stable")[:, :_OTHERS]
    return np.where(np.take_along_axis(left, rows, axis=1), rows, -1)


def _answers(
    scorer: _WithVectors, evenings: Evenings, asked: list[_Asked], leniency: Leniency
) -> _Answers:
    """Readings of the films that people know."""
    features, liked = [np.zeros((0, len(FEATURES)))], [np.zeros(0, dtype=np.bool_)]
    for one in asked:
        for first in range(0, len(one.rows), _BATCH):
            batch = slice(first, first + _BATCH)
            bound = scorer.for_people(evenings.people.user_ids[batch])
            transcripts = bound.transcripts(one.transcripts[batch])
            rows, known = np.maximum(one.rows[batch], 0), one.known[batch]
            features.append(evidence(scorer.network, transcripts, rows, leniency)[known])
            liked.append(one.liked[batch][known])
    return _Answers(np.concatenate(features), np.concatenate(liked))


@dataclass(frozen=True, eq=False)
class _WithVectors:
    """Puts the row in front of each transcript that says which vectors suit the person."""

    network: QNetwork
    number_of: dict[int, int]
    numbers: npt.NDArray[np.int32] | None = None
    name: str = "candidate"

    def for_people(self, people: IntArray) -> Self:
        """For batches whose row b is the person with id `people[b]`."""
        numbers = np.array([self.number_of[person] for person in people.tolist()], dtype=np.int32)
        return dataclasses.replace(self, numbers=numbers)

    def scores(self, observations: Observations) -> FloatArray:
        """Q-values with each person's vectors."""
        return self.network.q_values(self.transcripts(observations))

    def transcripts(self, observations: Observations) -> Observations:
        """Transcripts (B, 1 + L, 2) with the row of each person's vectors."""
        assert self.numbers is not None
        head = np.stack([self.numbers, np.full_like(self.numbers, Outcome.VECTORS)], axis=1)
        return np.concatenate([head[:, None], observations], axis=1)


class Validator:
    """Watches the learning: progress bar, learning curve, best checkpoint."""

    def __init__(
        self,
        network: QNetwork,
        examiner: Examiner,
        steps: int,
        checks: int,
        *,
        turns: int,
        progress: bool,
    ) -> None:
        self._network = network
        self._examiner = examiner
        self._turns = turns
        self._every = max(steps // checks, 1)
        self._bar = tqdm(total=steps, desc="learning", unit="film", disable=not progress)
        self._rewards: deque[float] = deque(maxlen=20_000)
        self._since: list[float] = []
        self._losses: list[float] = []
        self._weights: dict[str, Any] = {}
        self.curve: list[CurvePoint] = []
        self.best: CurvePoint | None = None

    def tick(self, step: int, loss: float | None, rewards: FloatArray) -> bool:
        """After every step of all environments."""
        hits = (rewards >= 1.0).tolist()
        self._rewards.extend(hits)
        self._since.extend(hits)
        if loss is not None:
            self._losses.append(loss)
        self._bar.update(step - self._bar.n)
        recent = {"hits": f"{self._turns * np.mean(self._rewards):.2f}"}
        if self._losses:
            recent["loss"] = f"{np.mean(self._losses[-100:]):.4f}"
        self._bar.set_postfix(recent, refresh=False)
        if step // self._every > (step - len(rewards)) // self._every:
            self.check(step)
        return True

    def after_round(self, number: int, loss: float, rounds: int) -> None:
        """After a round of pretraining: rounds count back to film 0, where the DQN begins.

        An exam takes about as long as a round, so there are four.
        """
        self._losses.append(loss)
        self._bar.set_postfix({"pretraining": f"{number + 1}/{rounds}", "loss": f"{loss:.4f}"})
        if (number + 1) % max(rounds // 4, 1) == 0:
            self.check(number + 1 - rounds)

    def follow(self, network: QNetwork) -> None:
        """From here on another network (the agent's own copy) is the one that learns."""
        self._network = network

    def check(self, step: int) -> None:
        """Asks the validation people and keeps the weights if they are the best so far."""
        hits, reward = self._examiner.examine(self._network)
        training_hits = self._turns * float(np.mean(self._since)) if self._since else None
        loss = float(np.mean(self._losses)) if self._losses else None
        point = CurvePoint(step, training_hits, loss, hits, reward)
        self.curve.append(point)
        self._since, self._losses = [], []
        _log.info("step %d: %.3f hits, %.3f reward a validation session", step, hits, reward)
        if self.best is None or reward > self.best.validation_reward:
            self.best = point
            self._weights = copy.deepcopy(self._network.state_dict())

    def best_network(self, start: QNetwork) -> QNetwork:
        """The best checkpoint; the starting network before the first check."""
        network = start.twin()
        if self._weights:
            network.load_state_dict(self._weights)
        return network.eval().requires_grad_(False)

    def close(self) -> None:
        """Ends the progress bar."""
        self._bar.close()
