"""Settings → a trained bundle: movie vectors, simulated sessions, the best checkpoint."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor
from tqdm import tqdm

from core.catalogue import Catalogue
from core.data.dialogs import RecordedTalk
from core.data.ratings import IntArray, Ratings, fingerprints
from core.data.reading import MovieLens
from core.errors import DataError
from core.model.affinity import Affinity
from core.model.bundle import Bundle
from core.model.calibration import Calibration, approval
from core.model.cooccurrence import Cooccurrence, CooccurrenceSettings
from core.model.factors import FactorSettings, MovieVectors, cross_fit
from core.model.qnetwork import QNetwork
from core.rewards import LIKE_FROM
from core.simulation.environment import SessionEnv
from core.simulation.viewer import EveningSettings, OpeningSettings
from core.training.agent import AgentSettings, Ticker, make_agent
from core.training.pretraining import PretrainingSettings, pretrain
from core.training.validation import CurvePoint, Examiner, ExamSettings, Validator

Weights = Mapping[str, Tensor]
"""What a network has learned, by name; without the movie vectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """Everything a bundle depends on besides the data."""

    seed: int = 0
    turns: int = 12
    """Films in a simulated session: four slates."""
    inattention: float = 0.1
    """Share of the films that simulated viewers let pass without a word, as people in a chat do
    more often: enough to learn how little that says, without taking the answers away that the
    policy learns from."""
    hidden: int = 64
    """Width of the network that sets the gates."""
    validation_folds: int = 8
    """One in this many people chooses the checkpoint and is not learned from."""
    checks: int = 8
    """How often the validation people are asked."""
    exam: ExamSettings = field(default_factory=ExamSettings)
    factors: FactorSettings = field(default_factory=FactorSettings)
    cooccurrence: CooccurrenceSettings = field(default_factory=CooccurrenceSettings)
    opening: OpeningSettings = field(
        default_factory=lambda: OpeningSettings(genre_chance=0.0, avoid_chance=0.0)
    )
    """On evenings without a mood nobody asks for a genre: ratings tell what people lean to, and
    from leanings a network learns that wishes need not be heard."""
    evenings: EveningSettings = field(default_factory=EveningSettings)
    cards: int = 3
    """Films of a slate."""
    pretraining: PretrainingSettings = field(default_factory=PretrainingSettings)
    agent: AgentSettings = field(default_factory=AgentSettings)


@dataclass(frozen=True, eq=False)
class Training:
    """A finished (or interrupted) training."""

    bundle: Bundle
    curve: tuple[CurvePoint, ...]
    interrupted: bool
    pretrained: Weights
    """What reinforcement learning began with."""
    last: Weights
    """What it ended with, whichever checkpoint was chosen."""


def train(
    data: MovieLens,
    settings: TrainingSettings,
    *,
    talk: RecordedTalk | None = None,
    progress: bool = True,
    pretrained: Weights | None = None,
) -> Training:
    """Trains a policy on everyone in `data`; deterministic for a seed on one machine.

    `talk` is what recorded conversations tell of the films; without it the ratings stand in.
    `pretrained` are weights of an earlier training on the same data, with which reinforcement
    learning begins at once.

    Ctrl-C ends the learning early with the best checkpoint so far. Raises DataError where the data
    has too few people or films to learn from.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(1)
    # The last digits of NumPy's and SciPy's sums depend on the number of threads.
    threadpool_limits(limits=1)
    catalogue, ratings = data.catalogue, data.ratings
    _check(ratings, catalogue, settings)
    sets, affinities, set_of = fit_films(ratings, catalogue, settings, talk, progress=progress)
    learners, validation = ratings.split(0, settings.validation_folds, "validation")
    number_of = dict(zip(ratings.user_ids.tolist(), set_of.tolist(), strict=True))
    numbers = np.array([number_of[user] for user in learners.user_ids.tolist()], dtype=np.int64)

    def make_env(rated: float = 0.0) -> SessionEnv:
        return SessionEnv(
            learners,
            catalogue,
            turns=settings.turns,
            cards=settings.cards,
            opening=settings.opening,
            evenings=dataclasses.replace(settings.evenings, rated=rated),
            inattention=settings.inattention,
            vector_sets=numbers,
        )

    network = QNetwork(catalogue, sets, hidden=settings.hidden, affinities=affinities)
    exam = dataclasses.replace(settings.exam, seed=settings.seed)
    examiner = Examiner(validation, catalogue, number_of, exam)
    validator = Validator(
        network,
        examiner,
        settings.agent.steps,
        settings.checks,
        turns=settings.turns,
        progress=progress,
    )
    interrupted, last = False, network
    try:
        if pretrained is None:
            _pretrain(network, make_env(settings.evenings.rated), validator, settings)
        else:
            network.load_state_dict(pretrained)
            validator.check(0)
        last = _learn(network, make_env().fork, validator, settings)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        validator.close()
    best = validator.best_network(network)
    metrics = _metrics(ratings, validator, interrupted=interrupted)
    bundle = _bundle(data, settings, best, metrics, examiner.calibrate(best), talk=talk)
    return Training(
        bundle, tuple(validator.curve), interrupted, network.state_dict(), last.state_dict()
    )


def _pretrain(
    network: QNetwork, env: SessionEnv, validator: Validator, settings: TrainingSettings
) -> None:
    """Pretraining; the network ends as the best of it."""
    validator.check(0)
    rounds = settings.pretraining.rounds
    pretrain(
        network,
        env,
        settings.pretraining,
        seed=settings.seed,
        after_round=lambda number, loss: validator.after_round(number, loss, rounds),
    )
    network.load_state_dict(validator.best_network(network).state_dict())


def _learn(
    network: QNetwork,
    make_env: Callable[[], SessionEnv],
    validator: Validator,
    settings: TrainingSettings,
) -> QNetwork:
    """The DQN from there on: the average of its weights. The validator keeps the best ones."""
    agent = make_agent(make_env, network, settings.agent, seed=settings.seed)
    validator.follow(agent.averaged)
    agent.learn(settings.agent.steps, callback=Ticker(validator.tick), log_interval=10**9)
    return agent.averaged


def _metrics(ratings: Ratings, validator: Validator, *, interrupted: bool) -> dict[str, Any]:
    """What the manifest says of the training."""
    best = validator.best
    return {
        "people": ratings.n_users,
        "ratings": len(ratings),
        "steps": validator.curve[-1].step if validator.curve else 0,
        "interrupted": interrupted,
        "validation": None if best is None else dataclasses.asdict(best),
    }


def _bundle(
    data: MovieLens,
    settings: TrainingSettings,
    network: QNetwork,
    metrics: Mapping[str, Any],
    calibration: Calibration | None,
    *,
    talk: RecordedTalk | None,
) -> Bundle:
    return Bundle(
        data.catalogue,
        network,
        dataclasses.asdict(settings),
        metrics,
        data.fingerprint,
        revision=git_revision(),
        calibration=calibration,
        people=frozenset(fingerprints(data.ratings, data.catalogue.movie_ids)),
        conversations=frozenset() if talk is None else talk.conversations,
    )


class FittedFilms(NamedTuple):
    """What is fitted to ratings before anything is learned: of everyone, then without each fold."""

    sets: list[MovieVectors]
    affinities: tuple[Affinity, ...]
    set_of: IntArray
    """Number of the set that was fitted without each person, (n_users,)."""


def fit_films(
    ratings: Ratings,
    catalogue: Catalogue,
    settings: TrainingSettings,
    talk: RecordedTalk | None = None,
    *,
    progress: bool,
) -> FittedFilms:
    """Movie vectors and affinities: people meet those that were fitted on others."""
    sets: list[MovieVectors] = []
    affinities: list[Affinity] = []
    set_of = np.zeros(ratings.n_users, dtype=np.int64)
    fits = cross_fit(ratings, catalogue.n_items, settings.factors, seed=settings.seed)
    for people, vectors in tqdm(
        fits, "movie vectors", settings.factors.folds + 1, disable=not progress
    ):
        set_of[people] = len(sets)
        others = ratings.select(np.setdiff1d(np.arange(ratings.n_users), people))
        lifts = Cooccurrence.fit(others, catalogue, settings.cooccurrence, talk, seed=settings.seed)
        affinities.append(Affinity(catalogue, lifts, approval(vectors)))
        sets.append(vectors)
    return FittedFilms(sets, tuple(affinities), set_of)


def _check(ratings: Ratings, catalogue: Catalogue, settings: TrainingSettings) -> None:
    if catalogue.n_items <= settings.turns:
        raise DataError(
            f"Only {catalogue.n_items} films have enough ratings to be recommended, "
            f"a session shows {settings.turns}: give more ratings or a lower --min-ratings."
        )
    if ratings.n_users < 2 * settings.validation_folds:
        raise DataError(
            f"Only {ratings.n_users} people rated films, "
            f"at least {2 * settings.validation_folds} needed."
        )
    if not (ratings.value >= LIKE_FROM).any():
        raise DataError(
            f"No rating is {LIKE_FROM} stars or more: there is nothing to learn to find."
        )


def git_revision() -> str:
    """Revision of the code, with "+" for uncommitted changes; "" outside a checkout."""
    home = Path(__file__).parent

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=home, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        return git("rev-parse", "--short=12", "HEAD") + (
            "+" if git("status", "--porcelain", "--", "*.py") else ""
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
