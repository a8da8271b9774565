"""How often the gate lets in what is no better, and how often what is: hundreds of honest logs.

    OMP_NUM_THREADS=1 PYTHONPATH=.:tests/core nice python tests/bench/check_promotions.py [LOGS [TALKS [OFF]]]

Each log is a world of its own: 60 films, whose worth to people is known; a policy that believes in
it (OFF = 0: nothing can be gained) or is off by so much (standard deviation, in thumbs up); TALKS
conversations of five slates, each with a client of its own, whose thumbs are drawn film by film.
The division of the log, the lift of films that is learned, its bounds, the model of the judge and
its statistics are those of `python -m core learn`; left out are the passes through the network, and
the panel, which has a veto only. Since no transcript changes these Q-values, all conversations go
through arrays at once; the first log is judged by `gate.judge` too, which has to find the same. The
true gain of a candidate is added up over what it shows, without an estimate. Prints how many of the
candidates that gain nothing, and of those that gain 3 % and more, were let in."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from learning_worlds import cinema

from core.domain import Reaction
from core.learning.gate import GateSettings, blocks_of, divided, judge
from core.learning.learner import LearnerSettings, ServedModel, _clients_of_films, _lift
from core.learning.log import ChatLog, LoggedSlate, Transition
from core.learning.offpolicy import MOST_WEIGHT, Evidence, doubly_robust, median_of_means
from core.model.policy import Exploration, Policy
from core.session import SessionState

FILMS, TURNS, CARDS = 60, 5, 3
SHOWN = TURNS * CARDS
CINEMA = cinema(FILMS, FILMS)
SETTINGS, GATE, EXPLORATION = LearnerSettings(), GateSettings(), Exploration()


class Constant:
    """Q-values that no transcript changes, as a policy and as the learner ask for them."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values.astype(np.float32)
        self.encoder = SimpleNamespace(n_items=FILMS)

    def q_values(self, observations: np.ndarray, gems: float = 0.0, sought: object = None) -> Any:
        return np.broadcast_to(self.values, (len(observations), FILMS))

    def of(self, observations: torch.Tensor, films: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(self.values)[films]

    def chances(self, taken: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Best open films, (n, candidates), and the chance of each, where (n, FILMS) are taken."""
        order = np.argsort(-self.values, kind="stable")
        first = np.argsort(taken[:, order], axis=1, kind="stable")[:, : EXPLORATION.candidates]
        rows = order[first]
        scores = self.values[rows].astype(np.float64)
        spread = np.maximum(EXPLORATION.temperature, self.values[rows].std(axis=1))
        drawn = np.exp((scores - scores[:, :1]) / spread[:, None])
        chances = EXPLORATION.share * drawn / drawn.sum(axis=1, keepdims=True)
        chances[:, 0] += 1 - EXPLORATION.share
        return rows, chances / chances.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Talks:
    """Conversations, a row each: films shown, with which chance, and what was made of them."""

    rows: np.ndarray
    propensities: np.ndarray
    rewards: np.ndarray

    @classmethod
    def with_people(
        cls,
        served: Constant,
        up: np.ndarray,
        down: np.ndarray,
        count: int,
        rng: np.random.Generator,
    ) -> Talks:
        taken = np.zeros((count, FILMS), dtype=bool)
        columns = []
        for _ in range(SHOWN):
            rows, chances = served.chances(taken)
            place = (chances.cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
            place = np.minimum(place, rows.shape[1] - 1)[:, None]
            row = np.take_along_axis(rows, place, 1)
            np.put_along_axis(taken, row, True, 1)
            luck = rng.random((count, 1))
            reward = np.where(luck < up[row], Reaction.UP.reward, 0.0)
            reward = np.where(luck > 1 - down[row], Reaction.DOWN.reward, reward)
            columns.append((row, np.take_along_axis(chances, place, 1), reward))
        return cls(*(np.concatenate(column, axis=1) for column in zip(*columns, strict=True)))

    def log(self, version: str, *, states: bool) -> ChatLog:
        """As the learner reads it; with the states only where somebody looks at them."""
        slates, transitions = [], []
        for session, (rows, chances, rewards) in enumerate(
            zip(self.rows.tolist(), self.propensities.tolist(), self.rewards.tolist(), strict=True)
        ):
            state, client = SessionState(), f"client-{session}"
            for first in range(0, SHOWN, CARDS):
                here = slice(first, first + CARDS)
                tokens = tuple(row + 1 for row in rows[here])
                slates.append(
                    LoggedSlate(
                        session=session,
                        version=version,
                        state=state,
                        tokens=tokens,
                        propensities=tuple(chances[here]),
                        rewards=tuple(rewards[here]),
                        client=client,
                    )
                )
                for token, reward in zip(tokens, rewards[here], strict=True):
                    transitions.append(
                        Transition(session, SessionState(), token, reward, None, client)
                    )
                    state = state.show(token) if states else state
        return ChatLog(tuple(slates), tuple(transitions))

    def evidence(self, policy: Constant, model: np.ndarray, sessions: np.ndarray) -> Evidence:
        """What these sessions say of a policy, as `offpolicy.evidence` has it."""
        taken, columns = np.zeros((len(sessions), FILMS), dtype=bool), []
        for place in range(SHOWN):
            row = self.rows[sessions, place][:, None]
            rows, chances = policy.chances(taken)
            mine = np.where(rows == row, chances, 0).sum(axis=1)
            weight = np.minimum(mine / self.propensities[sessions, place], MOST_WEIGHT)
            promised = (chances * model[rows]).sum(axis=1)
            columns.append((weight, model[row[:, 0]], promised))
            np.put_along_axis(taken, row, True, 1)
        weight, expected, promised = (
            np.stack(one, axis=1).ravel() for one in zip(*columns, strict=True)
        )
        return Evidence(
            session=np.repeat(sessions, SHOWN),
            reward=self.rewards[sessions].ravel(),
            weight=weight,
            expected=expected,
            promised=promised,
            covered=np.ones_like(weight),
        )


def learned(served: Constant, log: ChatLog) -> Constant:
    """The candidate: what serves, with the lift of each film as `learn` bounds it."""
    lift = _lift(served, 0.0, log.transitions, SETTINGS)  # type: ignore[arg-type]
    most = SETTINGS.lift_a_client * _clients_of_films(log.transitions, FILMS)
    bounded = lift.clamp(-most, most).clamp(-SETTINGS.most_lift, SETTINGS.most_lift)
    return Constant(served.values + bounded.numpy())


def one(seed: int, count: int, off: float, *, check: bool = False) -> tuple[float, bool, bool]:
    """True gain of one log's candidate, as a share, whether it was let in, and whether it is new."""
    rng = np.random.default_rng(seed)
    # As in talk: some films are liked by most who are shown them, many by few.
    up = np.sort(rng.beta(2, 5, FILMS))[::-1]
    down = rng.uniform(0.1, 0.5, FILMS) * (1 - up)
    worth = up * Reaction.UP.reward + down * Reaction.DOWN.reward
    served = Constant(worth + rng.normal(0, off, FILMS) if off else worth)
    talks = Talks.with_people(served, up, down, count, rng)
    log = talks.log("serves", states=check)
    learning, judging = divided(log, GATE)
    candidate = learned(served, learning)
    model = ServedModel.fit(served, learning.slates)  # type: ignore[arg-type]
    sessions = np.array(judging.sessions)
    old, new = (
        talks.evidence(one, model.base + model.slope * served.values, sessions)
        for one in (served, candidate)
    )
    blocks = blocks_of(judging.clients, GATE.blocks, new.session)
    found = median_of_means(blocks, doubly_robust(new) - doubly_robust(old))
    if check:
        policies = (
            Policy(one, CINEMA, name) for one, name in ((candidate, "new"), (served, "serves"))
        )
        verdict = judge(*policies, model, judging, GATE)
        np.testing.assert_allclose(verdict.rewards["difference"], found, atol=1e-6)
    best, before = (
        worth[np.argsort(-one.values, kind="stable")[:SHOWN]].sum() for one in (candidate, served)
    )
    moved = bool((candidate.values != served.values).any())
    return float(best / before - 1), found.low > GATE.least_gain, moved


def main(logs: int, talks: int, off: float) -> None:
    """Prints as it goes."""
    begin, found = time.process_time(), []
    for seed in range(logs):
        found.append(one(seed, talks, off, check=not seed))
        if (seed + 1) % 50 and seed + 1 < logs:
            continue
        print(f"{seed + 1} logs of {talks} conversations, off by {off:g}", end=": ")
        for name, low, high in (
            ("no gain", -1.0, 1e-9),
            ("some", 1e-9, 0.03),
            ("≥ 3 %", 0.03, 9e9),
        ):
            these = [(let_in, new) for gain, let_in, new in found if low <= gain < high]
            let_in, new = np.array(these or [(0, 0)]).sum(axis=0)
            print(f"{name} {let_in} of {len(these)} ({new} learned something)", end="; ")
        print(f"{(time.process_time() - begin) / (seed + 1):.2f} s of a core each", flush=True)


if __name__ == "__main__":
    given = [*sys.argv[1:], "", "", ""]
    main(int(given[0] or 200), int(given[1] or 200), float(given[2] or 0))
