"""Before reinforcement learning: what the next film would earn, from all candidates at once.

A simulated viewer has an answer to any film, shown or not. Regressing the reward of all the best
candidates of a state, and not only of the one film that was shown, takes far fewer sessions to find
the same Q-values at γ = 0; the DQN then goes on from there with its own sessions and its discount.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.data.ratings import Ratings
from core.model.qnetwork import MASKED, QNetwork
from core.rewards import REWARDS
from core.session import Observation
from core.simulation.environment import SessionEnv
from core.simulation.replay import outcome_table

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingSettings:
    """How the regression goes; chosen on validation people of movielens-mix."""

    rounds: int = 20
    """Times that sessions are played with the network as it is and then learned from; 0 = no
    pretraining."""
    sessions: int = 1_500
    """Sessions a round, each with a viewer drawn at random."""
    states: int = 6
    """States of each session that are learned from."""
    candidates: int = 100
    """Best films of each state whose rewards count."""
    rest: float = 0.1
    """Weight of all the other films against a candidate: keeps their values from drifting up
    unseen."""
    sampled: int = 100
    """How many of the others are drawn to stand for all of them, for each state anew."""
    exploration: float = 0.3
    """Share of the films drawn from the best 30 while playing, for states off the beaten track."""
    batch_size: int = 128
    learning_rate: float = 1e-3
    """Peak of a rise and fall over all rounds; at twice as much the validation hits rose a third as
    far."""
    weight_decay: float = 1e-3


def pretrain(
    network: QNetwork,
    env: SessionEnv,
    people: Ratings,
    settings: PretrainingSettings,
    *,
    seed: int,
    after_round: Callable[[int, float], None],
) -> None:
    """Changes `network` in place; `after_round(round, mean loss)` is called after each round.

    `people` are those of the environment, in its numbering.
    """
    if settings.rounds == 0:
        return
    rng = np.random.default_rng(seed)
    rewards = torch.from_numpy(_rewards(people, network.encoder.n_items))
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = settings.rounds * -(-settings.sessions * settings.states // settings.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learning_rate, total_steps=steps, pct_start=0.1
    )
    for number in range(settings.rounds):
        network.eval()
        states = play_states(network, env, settings, rng)
        network.train()
        losses = []
        order = rng.permutation(len(states.viewers))
        for first in range(0, len(order), settings.batch_size):
            chosen = torch.from_numpy(order[first : first + settings.batch_size])
            batch = States(
                states.transcripts[chosen], states.candidates[chosen], states.viewers[chosen]
            )
            others = torch.from_numpy(
                rng.integers(network.encoder.n_items, size=(len(chosen), settings.sampled))
            )
            loss = _loss(network, batch, others, rewards, settings)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        network.eval()
        after_round(number, float(np.mean(losses)))


@dataclass(frozen=True, eq=False)
class States:
    """States met by the network's own exploring sessions."""

    transcripts: Tensor
    """(n, L, 2) int32"""
    candidates: Tensor
    """Best films of each state, (n, K) int64."""
    viewers: Tensor
    """Whose session it was, (n,) int64."""


class _Session:
    """One session that is played in step with others, and the states that it met."""

    def __init__(self, env: SessionEnv, seed: int) -> None:
        self._env = env
        self.now, info = env.reset(seed=seed)
        self.viewer = int(info["person"])
        self.over = False
        self.visited: list[Observation] = []
        """The states before each film."""
        self.candidates: list[IntArray] = []
        """The best films of each of these, (K,)."""

    def show(self, best: IntArray, place: int) -> None:
        """Shows the film at this place among the best ones."""
        self.visited.append(self.now)
        self.candidates.append(best)
        self.now, _, self.over, _, _ = self._env.step(best[place])


def play_states(
    network: QNetwork, env: SessionEnv, settings: PretrainingSettings, rng: np.random.Generator
) -> States:
    """Plays `settings.sessions` sessions and draws `settings.states` states from each."""
    transcripts: list[Observation] = []
    candidates: list[IntArray] = []
    viewers: list[int] = []
    for first in range(0, settings.sessions, 64):
        count = min(64, settings.sessions - first)
        for session in _play(network, env, count, settings, rng):
            n_states = len(session.visited)
            picked = rng.choice(n_states, size=min(settings.states, n_states), replace=False)
            transcripts.extend(session.visited[place] for place in picked)
            candidates.extend(session.candidates[place] for place in picked)
            viewers.extend([session.viewer] * len(picked))
    return States(
        torch.from_numpy(np.stack(transcripts)),
        torch.from_numpy(np.stack(candidates)),
        torch.tensor(viewers),
    )


def _play(
    network: QNetwork,
    env: SessionEnv,
    count: int,
    settings: PretrainingSettings,
    rng: np.random.Generator,
) -> list[_Session]:
    """`count` sessions, played in step to their ends."""
    sessions = [_Session(env.fork(), int(rng.integers(2**31))) for _ in range(count)]
    while going := [session for session in sessions if not session.over]:
        with torch.inference_mode():
            q_values = network(torch.from_numpy(np.stack([session.now for session in going])))
            best = q_values.topk(min(settings.candidates, q_values.shape[1]), dim=1)
        allowed = (best.values[:, :30] > MASKED / 2).sum(1).numpy()
        gamble = rng.random(len(going)) < settings.exploration
        place = np.where(gamble, (rng.random(len(going)) * allowed).astype(np.int64), 0)
        for session, films, chosen in zip(going, best.indices.numpy(), place, strict=True):
            session.show(films, int(chosen))
    return sessions


def _loss(
    network: QNetwork, batch: States, others: Tensor, rewards: Tensor, settings: PretrainingSettings
) -> Tensor:
    """Squared error over the candidates and a sample of the others; mean over states."""
    films = torch.cat([batch.candidates, others], dim=1)
    share = settings.rest * network.encoder.n_items / max(others.shape[1], 1)
    weight = torch.cat([torch.ones(batch.candidates.shape), torch.full(others.shape, share)], dim=1)
    weight = weight * ~network.taken(batch.transcripts).gather(1, films)
    error = network.of(batch.transcripts, films) - rewards[batch.viewers[:, None], films]
    squared: Tensor = (error**2 * weight).sum(1).mean()
    return squared


def _rewards(people: Ratings, n_items: int) -> FloatArray:
    """Reward of every film for every person, float32 (n_users, n_items)."""
    rewards: FloatArray = REWARDS[outcome_table(people, n_items)]
    return rewards
