"""Logged reactions → a candidate: the policy that serves, taught by the thumbs that people gave it.

Two things are learned, both held to what training on thousands of ratings taught unless the log
insists:

- the network, by double-Q temporal differences on the logged transitions, as in training. The log
  is small and shows few films of each state, so all the other good films of a state are held to the
  value they had (an anchor);
- the lift of each film: thumbs that keep coming out better or worse than expected, shrunk by how
few they are.

What is learned is how films compare. People in a chat may thumb less than those of the ratings, and
films are shown because their value was thought high, so on the whole they come out lower than
expected. That level is taken off first: learned as it is, it would lower the films that were shown
against all that were not.

The buffer of stable-baselines3 wants transcripts of one length and sessions of its own; a log has
neither, so the gradient steps are taken here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.errors import DataError
from core.learning.log import ChatLog, LoggedSlate, Transition
from core.model.bundle import Bundle
from core.model.policy import double_q_targets
from core.model.qnetwork import QNetwork
from core.session import SessionState

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerSettings:
    """How a candidate is made."""

    passes: int = 4
    """Over the transitions of the log."""
    batch_size: int = 64
    learning_rate: float = 1e-4
    """As in the training (`core.training.agent.AgentSettings`)."""
    anchor: float = 10.0
    """Weight of the anchor against one logged film, times the mean squared move of a state's
    candidates."""
    candidates: int = 50
    """Best films of each state that the anchor holds."""
    target_interval: int = 50
    """Gradient steps between two copies of the online to the target network."""
    most_lift: float = 0.3
    """No film gains or loses more than this, in units of reward."""
    lift_a_client: float = 0.03
    """Nor more than this for each client that was shown it: ten have to agree for the most."""
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Learned:
    """What came out of it."""

    network: QNetwork
    loss: float
    """Mean squared temporal difference of the last pass."""
    lifted: int
    """Films with a lift of .01 or more either way."""


def learn(bundle: Bundle, log: ChatLog, settings: LearnerSettings) -> Learned:
    """A network taught by the log; the bundle's own stays. DataError for an empty log."""
    if not log.transitions:
        raise DataError("The log holds no film to learn from: let people talk with Marquee first.")
    torch.manual_seed(settings.seed)
    online = bundle.network.twin().requires_grad_(True)
    level = float(
        _surprises(bundle.network, bundle.gamma, log.transitions, settings.batch_size).mean()
    )
    loss = _temporal_differences(online, bundle, log.transitions, settings, level)
    online.eval().requires_grad_(False)
    lift = _lift(online, bundle.gamma, log.transitions, settings)
    most = settings.lift_a_client * _clients_of_films(log.transitions, len(lift))
    lift = lift.clamp(-most, most)
    online.lift = (online.lift + lift).clamp(-settings.most_lift, settings.most_lift)
    return Learned(online, loss, int((lift.abs() >= 0.01).sum()))


def candidate(bundle: Bundle, learned: Learned, log: ChatLog) -> Bundle:
    """The bundle that would serve with what was learned, with the old calibration and affinity."""
    metrics = {
        **bundle.metrics,
        "parent": bundle.version,
        "log": {
            "conversations": len(log.sessions),
            "films": len(log.transitions),
            "lifted": learned.lifted,
        },
    }
    metrics.pop("gate", None)
    return dataclasses.replace(
        bundle, network=learned.network, metrics=metrics, version="candidate"
    )


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A reward model for the gate: the served Q-values on the scale of one film's reward.

    It believes in the old policy. Where the log has no evidence for a new choice, the old opinion
    of it counts, so a candidate gains by what people said and not by what it promises itself.
    """

    network: QNetwork
    base: float
    slope: float

    @classmethod
    def fit(cls, network: QNetwork, logged: Sequence[LoggedSlate]) -> ServedModel:
        """Least squares of the rewards on the Q-values of the films shown."""
        values_of = _remembering(network)
        pairs = [
            (values[token - 1], reward)
            for slate in logged
            for values in (values_of(slate.state),)
            for token, reward in zip(slate.tokens, slate.rewards, strict=True)
        ]
        q_values, rewards = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
        spread = float(q_values.var()) if len(q_values) else 0.0
        slope = (
            float(np.cov(q_values, rewards, bias=True)[0, 1] / spread) if spread > 1e-12 else 0.0
        )
        slope = max(slope, 0.0)
        base = float(rewards.mean() - slope * q_values.mean()) if len(q_values) else 0.0
        return cls(network, base, slope)

    def expected(self, slate: LoggedSlate) -> FloatArray:
        """(n_items,) rewards expected from the state of the slate."""
        return self.base + self.slope * self._values_of(slate.state)

    @cached_property
    def _values_of(self) -> Callable[[SessionState], FloatArray]:
        return _remembering(self.network)


_REMEMBERED: Final = 256
"""States whose values are kept: many people have said nothing yet."""


def _remembering(network: QNetwork) -> Callable[[SessionState], FloatArray]:
    """The Q-values of all films in a state, (n_items,)."""

    @lru_cache(maxsize=_REMEMBERED)
    def values_of(state: SessionState) -> FloatArray:
        values: FloatArray = network.q_values(state.observation()[None])[0].astype(np.float64)
        return values

    return values_of


def _temporal_differences(
    online: QNetwork,
    bundle: Bundle,
    transitions: Sequence[Transition],
    settings: LearnerSettings,
    level: float,
) -> float:
    """Changes `online` in place; mean squared temporal difference of the last pass.

    `level` is the mean difference on the log before learning.
    """
    old, target = bundle.network, online.twin().requires_grad_(False)
    rng = np.random.default_rng(settings.seed)
    # No dropout, as in the DQN: it would add noise to the targets.
    optimizer = torch.optim.Adam(online.eval().parameters(), lr=settings.learning_rate)
    steps, losses = 0, [0.0]
    for _ in range(settings.passes):
        losses = []
        for batch in _batches(transitions, settings.batch_size, rng):
            before = _padded([step.before for step in batch])
            films = torch.tensor([step.token - 1 for step in batch])
            targets = _targets(online, target, batch, bundle.gamma) - level
            error = torch.nn.functional.mse_loss(online.of(before, films), targets)
            with torch.no_grad():
                best = old(before).topk(min(settings.candidates, old.encoder.n_items), dim=1)
            moved = torch.nn.functional.mse_loss(
                online.of(before, best.indices), old.of(before, best.indices)
            )
            optimizer.zero_grad()
            (error + settings.anchor * moved).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            torch.nn.utils.clip_grad_norm_(online.parameters(), 1.0)
            optimizer.step()
            losses.append(error.item())
            steps += 1
            if steps % settings.target_interval == 0:
                target.load_state_dict(online.state_dict())
    return float(np.mean(losses))


def _lift(
    network: QNetwork, gamma: float, transitions: Sequence[Transition], settings: LearnerSettings
) -> Tensor:
    """What each film's thumbs say beyond the Q-values, (n_items,): means shrunk by empirical Bayes.

    Surprises are counted from their mean over all films. A film's scatter around its own mean
    (variance s²), the means of films around 0 (variance t²); with n films of it shown the best
    guess is their sum / (n + s²/t²). Both variances by the method of moments (Efron & Morris 1975);
    t² = 0 where the films differ no more than chance would have them.
    """
    n_items = network.encoder.n_items
    film = np.array([step.token - 1 for step in transitions])
    surprise = _surprises(network, gamma, transitions, settings.batch_size)
    surprise -= surprise.mean()
    count = np.bincount(film, minlength=n_items).astype(np.float64)
    total = np.bincount(film, weights=surprise, minlength=n_items)
    shown = count > 0
    mean = np.divide(total, count, out=np.zeros(n_items), where=shown)
    freedom = len(film) - int(shown.sum())
    if freedom < 1:
        return torch.zeros(n_items)
    within = float(((surprise - mean[film]) ** 2).sum()) / freedom
    # E[Σ n m²] = films · s² + t² · Σ n for means m around 0.
    between = (float((count * mean**2).sum()) - int(shown.sum()) * within) / len(film)
    if between <= 0:
        return torch.zeros(n_items)
    lift = np.divide(total * between, count * between + within, out=np.zeros(n_items), where=shown)
    return torch.from_numpy(lift.astype(np.float32))


def _clients_of_films(transitions: Sequence[Transition], n_items: int) -> Tensor:
    """How many different clients were shown each film, (n_items,)."""
    pairs = {(step.client, step.token - 1) for step in transitions}
    films = torch.tensor([film for _, film in pairs], dtype=torch.long)
    return torch.bincount(films, minlength=n_items).float()


def _surprises(
    network: QNetwork, gamma: float, transitions: Sequence[Transition], batch_size: int
) -> FloatArray:
    """Temporal differences (n,)."""
    found = []
    for first in range(0, len(transitions), batch_size):
        batch = transitions[first : first + batch_size]
        films = torch.tensor([step.token - 1 for step in batch])
        with torch.inference_mode():
            values = network.of(_padded([step.before for step in batch]), films)
            found.append((_targets(network, network, batch, gamma) - values).numpy())
    return np.concatenate(found).astype(np.float64)


def _targets(
    online: QNetwork, target: QNetwork, batch: Sequence[Transition], gamma: float
) -> Tensor:
    rewards = torch.tensor([step.reward for step in batch])
    ended = torch.tensor([step.after is None for step in batch])
    following = _padded([step.after or SessionState() for step in batch])
    return double_q_targets(online, target, rewards, following, ended, discounts=gamma)


def _batches(
    transitions: Sequence[Transition], size: int, rng: np.random.Generator
) -> list[list[Transition]]:
    order = rng.permutation(len(transitions)).tolist()
    return [
        [transitions[place] for place in order[first : first + size]]
        for first in range(0, len(order), size)
    ]


def _padded(states: Sequence[SessionState]) -> Tensor:
    """Transcripts of a batch, int64 (B, longest, 2)."""
    longest = max(1, *(len(state.events) for state in states))
    return torch.from_numpy(np.stack([state.observation(longest) for state in states])).long()
