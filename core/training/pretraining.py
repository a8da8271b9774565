"""Before reinforcement learning: what the next film would earn, from all candidates at once.

A simulated viewer has an answer to any film, shown or not. Regressing the reward of all the best
candidates of a state, and not only of the one film that was shown, takes far fewer sessions to find
the same Q-values at γ = 0; the DQN then goes on from there with its own sessions and its discount.

Whoever simulates an evening also knows its mood, which the network has to infer. The surprise at
the true mood is a second loss: it teaches the few numbers of the posterior from a fraction of the
evenings that thumbs alone would take, and takes nothing from the reward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.model.mood import KINDS
from core.model.qnetwork import MASKED, QNetwork
from core.session import Observation
from core.simulation.environment import SessionEnv

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_DRAWN: Final = 30
"""Best films that exploration draws from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainingSettings:
    """How the regression goes; chosen on validation people of movielens-mix."""

    rounds: int = 10
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
    kinds: tuple[float, ...] = (
        *(0.26, 0.09, 0.06, 0.05, 0.03, 0.03),
        *(0.05, 0.02, 0.05, 0.03, 0.01, 0.01),
    )
    """What each of `core.model.mood.KINDS` counts among the evenings, however many people like
    enough films of such moods; what is left is that of open evenings. Alike for all kinds, those of
    genres lost a tenth of their hits to the others."""
    mood: float = 1.0
    """Weight of the surprise at tonight's mood, in nats, against the squared error."""
    temperature: float = 0.1
    """Of the softmax over Q-values, in units of reward."""
    earned: float = 3.0
    """Weight of what it earns, against the squared error."""
    batch_size: int = 128
    learning_rate: float = 1e-3
    """Peak of a rise and fall over all rounds; at twice as much the validation hits rose a third as
    far."""
    constants_rate: float = 5e-3
    """The same for the few constants beside the gates: they are far from 0 and cannot overfit."""
    mood_rate: float = 2e-2
    """The same for those of the mood."""
    weight_decay: float = 1e-3


def pretrain(
    network: QNetwork,
    env: SessionEnv,
    settings: PretrainingSettings,
    *,
    seed: int,
    after_round: Callable[[int, float], None],
) -> None:
    """Changes `network` in place; `after_round(round, mean loss)` is called after each round."""
    if settings.rounds == 0:
        return
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(_groups(network, settings), weight_decay=settings.weight_decay)
    steps = settings.rounds * -(-settings.sessions * settings.states // settings.batch_size)
    peaks = [float(group["lr"]) for group in optimizer.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, peaks, total_steps=steps, pct_start=0.1
    )
    for number in range(settings.rounds):
        network.eval()
        states = play_states(network, env, settings, rng)
        network.train()
        losses = []
        surprises = _surprises(network, states.moods, settings)
        order = rng.permutation(len(states.moods))
        for first in range(0, len(order), settings.batch_size):
            chosen = torch.from_numpy(order[first : first + settings.batch_size])
            batch = States(*(part[chosen] for part in states))
            loss = _loss(network, batch, surprises, settings)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        network.eval()
        after_round(number, float(np.mean(losses)))


class States(NamedTuple):
    """States met by the network's own exploring sessions, and what films would be worth in each."""

    transcripts: Tensor
    """(n, L, 2) int32"""
    films: Tensor
    """Best films of each state and a sample of the others, (n, K) int64."""
    rewards: Tensor
    """Of these films for that viewer that evening, (n, K) float32."""
    verdicts: Tensor
    """What they would earn if any film would do, (n, K) float32."""
    weights: Tensor
    """Of these films in the loss, (n, K) float32."""
    moods: Tensor
    """Number of the evening's mood, −1 for an open one, (n,) int64."""


class _Session:
    """One session that is played in step with others, and the states that it met."""

    def __init__(self, env: SessionEnv, seed: int) -> None:
        self.env = env
        self.now, info = env.reset(seed=seed)
        self.mood = int(info["mood"])
        self.over = not env.action_mask().any()
        self.visited: list[tuple[Observation, IntArray, BoolArray]] = []
        """The states before each film, the best films (K,) and which of them may be shown."""

    def show(self, best: IntArray, allowed: BoolArray, place: int) -> None:
        """Shows the film at this place among the best ones that may be shown."""
        self.visited.append((self.now, best, allowed))
        self.now, _, self.over, _, _ = self.env.step(best[np.flatnonzero(allowed)[place]])


def play_states(
    network: QNetwork, env: SessionEnv, settings: PretrainingSettings, rng: np.random.Generator
) -> States:
    """Plays `settings.sessions` sessions and draws `settings.states` states from each."""
    found: list[tuple[Observation, IntArray, FloatArray, FloatArray, FloatArray]] = []
    moods: list[int] = []
    n_items = network.encoder.n_items
    share = settings.rest * n_items / max(settings.sampled, 1)
    for first in range(0, settings.sessions, 64):
        count = min(64, settings.sessions - first)
        for session in _play(network, env, count, settings, rng):
            n_states = len(session.visited)
            picked = rng.choice(n_states, size=min(settings.states, n_states), replace=False)
            for place in picked.tolist():
                transcript, best, allowed = session.visited[place]
                others = rng.integers(n_items, size=settings.sampled)
                films = np.concatenate([best, others])
                weights = np.concatenate([allowed, np.full(len(others), share)])
                rewards, verdicts = session.env.rewards(films), session.env.verdicts(films)
                found.append((transcript, films, rewards, verdicts, weights.astype(np.float32)))
                moods.append(session.mood)
    parts = [torch.from_numpy(np.stack(part)) for part in zip(*found, strict=True)]
    return States._make([*parts, torch.tensor(moods)])


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
        mask = torch.from_numpy(np.stack([session.env.action_mask() for session in going]))
        with torch.inference_mode():
            q_values = network(torch.from_numpy(np.stack([session.now for session in going])))
            q_values = q_values.masked_fill(~mask, MASKED)
            best = q_values.topk(min(settings.candidates, q_values.shape[1]), dim=1)
        allowed = (best.values > MASKED / 2).numpy()
        drawn = np.minimum(allowed.sum(axis=1), _DRAWN)
        gamble = rng.random(len(going)) < settings.exploration
        place = np.where(gamble, (rng.random(len(going)) * drawn).astype(np.int64), 0)
        for session, films, shown, chosen in zip(
            going, best.indices.numpy(), allowed, place, strict=True
        ):
            session.show(films, shown, int(chosen))
    return sessions


def _groups(network: QNetwork, settings: PretrainingSettings) -> list[dict[str, Any]]:
    """Weights of taste and gates, the few constants beside them, and those of the mood."""
    mood = [*network.mood.parameters()]
    few = [
        network.strengths,
        network.opening,
        network.wishes,
        network.fits,
        *network.fame.parameters(),
        *network.familiarity.parameters(),
    ]
    mine = {id(weight) for weight in (*few, *mood)}
    taste = [weight for weight in network.parameters() if id(weight) not in mine]
    return [
        {"params": taste, "lr": settings.learning_rate},
        {"params": few, "lr": settings.constants_rate, "weight_decay": 0.0},
        {"params": mood, "lr": settings.mood_rate, "weight_decay": 0.0},
    ]


def _loss(
    network: QNetwork, batch: States, surprises: Tensor, settings: PretrainingSettings
) -> Tensor:
    """Three losses, mean over states; `surprises` (moods + 1,) weighs those at each mood.

    The squared error of what a film is worth whatever the mood, the surprise at tonight's mood, and
    what a softmax over the candidates' Q-values would earn tonight.
    """
    transcripts = batch.transcripts.long()
    weights = batch.weights * ~network.taken(transcripts).gather(1, batch.films)
    worth, log_mood, q_values = network.readings(transcripts)
    squared = ((worth.gather(1, batch.films) - batch.verdicts) ** 2 * weights).sum(1).mean()
    moods = batch.moods % log_mood.shape[1]
    surprise = -(log_mood.gather(1, moods[:, None])[:, 0] * surprises[moods]).mean()
    ranked = (q_values.gather(1, batch.films) / settings.temperature).masked_fill(
        weights == 0, -torch.inf
    )
    earned = (ranked.softmax(dim=1) * batch.rewards).sum(1).mean()
    loss: Tensor = squared + settings.mood * surprise - settings.earned * earned
    return loss


def _surprises(network: QNetwork, moods: Tensor, settings: PretrainingSettings) -> Tensor:
    """Weights of the moods, so that their kinds count by `settings.kinds` however often each was
    simulated: (moods + 1,), 1 in the mean over these states.
    """
    kinds = torch.cat([network.mood.kinds, torch.tensor([len(KINDS)])])
    seen = torch.bincount(kinds[moods % len(kinds)], minlength=len(KINDS) + 1) / len(moods)
    open_ones = 1.0 - sum(settings.kinds)
    wanted = torch.tensor([*settings.kinds, open_ones]) * (seen > 0)
    weights: Tensor = (wanted / wanted.sum() / seen.clamp_min(1e-6))[kinds]
    return weights
