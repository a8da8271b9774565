"""Policies with one favourite, and a log of people who like film 2."""

from __future__ import annotations

from itertools import chain

import numpy as np
from learning_worlds import N_ITEMS, any_network, cinema
from logs import logged

from core.domain import Reaction
from core.learning.learner import ServedModel
from core.learning.log import ChatLog, read_log
from core.model.policy import Exploration, FloatArray, IntArray, Policy
from core.session import Observation, SessionState

CINEMA = cinema()
MODEL = ServedModel(any_network(CINEMA, sets=1), 0.3, 0.0)


class Prefers:
    """One film above all others, which are alike."""

    def __init__(self, row: int) -> None:
        self._values = np.where(np.arange(N_ITEMS) == row, 0.1, 0.0).astype(np.float32)

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        return np.tile(self._values, (len(observations), 1))

    def contributions(
        self, observation: Observation, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        raise NotImplementedError


def policy(row: int, version: str = "new-1") -> Policy:
    return Policy(Prefers(row), CINEMA, version, Exploration(share=0.5, candidates=12))


def conversations(count: int, seed: int = 0) -> ChatLog:
    """The serving policy prefers film 1; people like film 2 nine times in ten, every other film one
    time in ten."""
    rng, serving = np.random.default_rng(seed), policy(0, "old-1")
    steps = []
    for number in range(1, count + 1):
        (choice,) = serving.choose(SessionState(), 1, rng)
        likes = rng.random() < (0.9 if choice.token == 2 else 0.1)
        reaction = Reaction.UP if likes else Reaction.DOWN
        steps.append(
            logged(
                CINEMA,
                SessionState(),
                (choice.token, reaction),
                session=number,
                propensity=choice.propensity,
            )
        )
    return read_log(chain.from_iterable(steps), CINEMA)
