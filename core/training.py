"""Settings → a trained bundle: fit movie vectors, play simulated sessions, keep the best checkpoint."""

from __future__ import annotations

import copy
import dataclasses
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from core.agent import AgentSettings, Ticker, make_agent
from core.baselines.scorer import FloatArray, IntArray, Observations
from core.bundle import Bundle, git_revision
from core.catalogue import Catalogue
from core.domain import Outcome
from core.environment import SessionEnv
from core.errors import DataError
from core.factors import FactorSettings, MovieVectors, cross_fit
from core.movielens import MovieLens
from core.qnetwork import QNetwork
from core.ratings import Ratings
from core.replay import SessionRules, View, eligible, play, stated_films
from core.rewards import LIKE_FROM
from core.viewer import OpeningSettings

_STARTS = (0, 1, 3)
"""Films that validation people name first, one run each."""


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Everything a bundle depends on besides the data."""

    seed: int = 0
    turns: int = 20
    """Films in a simulated session, as in the evaluation."""
    hidden: int = 32
    """Width of the network that sets the gates."""
    validation_folds: int = 8
    """One in this many people chooses the checkpoint and is not learned from."""
    checks: int = 8
    """How often the validation people are asked."""
    validation_people: int = 400
    """At most this many of them, so that a check takes seconds."""
    factors: FactorSettings = field(default_factory=FactorSettings)
    opening: OpeningSettings = field(default_factory=OpeningSettings)
    agent: AgentSettings = field(default_factory=AgentSettings)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One line of the learning curve."""

    step: int
    """Films shown in training so far."""
    training_hits: float
    """Thumbs up per session of `turns` films, over the sessions since the last point; exploration included."""
    loss: float
    """Mean squared temporal difference since the last point, nan before learning starts."""
    validation_hits: float
    """hits@turns of validation people, greedy, mean over 0, 1 and 3 stated films."""
    validation_reward: float
    """The same in reward; the checkpoint with the most is kept."""

    def as_json(self) -> dict[str, float | None]:
        """Fields by name; None for what was not measured, since NaN is no JSON."""
        return {name: None if math.isnan(value) else value for name, value in dataclasses.asdict(self).items()}


@dataclass(frozen=True, eq=False)
class Training:
    """A finished (or interrupted) training."""

    bundle: Bundle
    curve: tuple[CurvePoint, ...]
    interrupted: bool


def train(data: MovieLens, settings: TrainingSettings, *, progress: bool = True) -> Training:
    """Trains a policy on everyone in `data`; deterministic for a seed on one machine.

    Ctrl-C ends the learning early with the best checkpoint so far. Raises DataError where the data has too few people
    or films to learn from.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    catalogue, ratings = data.catalogue, data.ratings
    _check(ratings, catalogue, settings)
    sets, set_of = fit_vectors(ratings, catalogue, settings, progress=progress)
    learners, validation = ratings.split(0, settings.validation_folds, "validation")
    number_of = dict(zip(ratings.user_ids.tolist(), set_of.tolist(), strict=True))
    numbers = np.array([number_of[user] for user in learners.user_ids.tolist()], dtype=np.int64)

    def make_env() -> SessionEnv:
        return SessionEnv(learners, catalogue, turns=settings.turns, opening=settings.opening, vector_sets=numbers)

    network = QNetwork(catalogue, sets, hidden=settings.hidden)
    agent = make_agent(make_env, network, settings.agent, seed=settings.seed)
    examiner = Examiner(validation, catalogue, number_of, settings)
    coach = _Coach(agent.network, examiner, settings, progress=progress)
    interrupted = False
    try:
        coach.check(0)
        agent.learn(settings.agent.steps, callback=Ticker(coach.tick), log_interval=10**9)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        coach.close()
    best = coach.best_network(network)
    bundle = Bundle(
        catalogue,
        best,
        dataclasses.asdict(settings) | {"hidden": settings.hidden},
        {
            "people": ratings.n_users,
            "ratings": len(ratings),
            "steps": coach.curve[-1].step if coach.curve else 0,
            "interrupted": interrupted,
            "validation": None if coach.best is None else coach.best.as_json(),
        },
        data.fingerprint,
        git_revision(),
    )
    return Training(bundle, tuple(coach.curve), interrupted)


def fit_vectors(
    ratings: Ratings, catalogue: Catalogue, settings: TrainingSettings, *, progress: bool
) -> tuple[list[MovieVectors], IntArray]:
    """Movie vectors (from everyone, then one set a fold) and the number of the set each person is to meet."""
    sets: list[MovieVectors] = []
    set_of = np.zeros(ratings.n_users, dtype=np.int64)
    fits = cross_fit(ratings, catalogue.n_items, settings.factors, seed=settings.seed)
    for people, vectors in tqdm(fits, "movie vectors", settings.factors.folds + 1, disable=not progress):
        set_of[people] = len(sets)
        sets.append(vectors)
    return sets, set_of


class Examiner:
    """Judges a network on validation people, who never train it and meet vectors fitted on others."""

    def __init__(
        self, people: Ratings, catalogue: Catalogue, number_of: dict[int, int], settings: TrainingSettings
    ) -> None:
        self._catalogue = catalogue
        self._number_of = number_of
        self._rules = SessionRules(settings.turns, View.REPLAY, catalogue.n_items)
        self._sessions: list[tuple[Ratings, IntArray]] = []
        for stated in _STARTS:
            fit = eligible(people, catalogue.n_items, stated, stated + 2)[: settings.validation_people]
            chosen = people.select(fit)
            self._sessions.append((chosen, stated_films(chosen, catalogue, stated, settings.seed)))

    def examine(self, network: QNetwork) -> tuple[float, float]:
        """hits@turns and reward a session, greedy, mean over the starts; (0, 0) without validation people."""
        scorer = _WithVectors(network, self._number_of)
        runs = [play(scorer, people, stated, self._rules) for people, stated in self._sessions if people.n_users]
        if not runs:
            return 0.0, 0.0
        hits = [(run.outcomes == Outcome.UP).sum(1).mean() for run in runs]
        return float(np.mean(hits)), float(np.mean([run.rewards.sum(1).mean() for run in runs]))


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
        assert self.numbers is not None
        head = np.stack([self.numbers, np.full_like(self.numbers, Outcome.VECTORS)], axis=1)
        return self.network.q_values(np.concatenate([head[:, None], observations], axis=1))


class _Coach:
    """Watches the learning: progress bar, learning curve, best checkpoint."""

    def __init__(self, network: QNetwork, examiner: Examiner, settings: TrainingSettings, *, progress: bool) -> None:
        self._network = network
        self._examiner = examiner
        self._turns = settings.turns
        self._every = max(settings.agent.steps // settings.checks, settings.agent.environments)
        self._bar = tqdm(total=settings.agent.steps, desc="learning", unit="film", disable=not progress)
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

    def check(self, step: int) -> None:
        """Asks the validation people and keeps the weights if they are the best so far."""
        hits, reward = self._examiner.examine(self._network)
        training_hits = self._turns * float(np.mean(self._since)) if self._since else float("nan")
        loss = float(np.mean(self._losses)) if self._losses else float("nan")
        point = CurvePoint(step, training_hits, loss, hits, reward)
        self.curve.append(point)
        self._since, self._losses = [], []
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


def _check(ratings: Ratings, catalogue: Catalogue, settings: TrainingSettings) -> None:
    if catalogue.n_items <= settings.turns:
        raise DataError(
            f"Only {catalogue.n_items} films have enough ratings to be recommended, a session shows {settings.turns}: "
            "give more ratings or a lower --min-ratings."
        )
    if ratings.n_users < 2 * settings.validation_folds:
        raise DataError(f"Only {ratings.n_users} people rated films, at least {2 * settings.validation_folds} needed.")
    if not (ratings.value >= LIKE_FROM).any():
        raise DataError(f"No rating is {LIKE_FROM} stars or more: there is nothing to learn to find.")
