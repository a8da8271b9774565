"""The DQN of stable-baselines3 with a Q-network over movie vectors; the only door to it.

What differs from the stock algorithm, and why:
- the mask is inside the network, so neither acting nor the target can pick a film twice;
- double targets (`core.model.policy`);
- exploration draws among the best candidates instead of uniformly over thousands of films, of which
  nearly all are misses for nearly everyone, and flips a coin for each environment by itself;
- the value of the film taken is computed alone, without scoring all the others;
- the weights are averaged over the last hundred steps: a single film's reward is a noisy teacher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.type_aliases import PyTorchObs
from stable_baselines3.common.vec_env import DummyVecEnv
from stable_baselines3.dqn.policies import DQNPolicy
from stable_baselines3.dqn.policies import QNetwork as StockQNetwork
from torch import Tensor

from core.model.policy import double_q_targets
from core.model.qnetwork import QNetwork
from core.simulation.environment import SessionEnv


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """How the policy learns; chosen on validation people of movielens-mix but where noted."""

    steps: int = 20_000
    """Films shown in training, over all environments; with 40,000 the validation hits from cold
    fell again."""
    gamma: float = 0.5
    """Discount: what the next film is worth now."""
    n_steps: int = 1
    """Rewards summed before the target network takes over."""
    learning_rate: float = 1e-4
    """At 3e-4 the validation hits fell below those of the pretraining again."""
    averaging: float = 0.99
    """What the average of the weights keeps of itself after every step of all environments; the
    average is what is examined and shipped. It had 0.04 more validation hits than the last weights
    in each of two runs looked at."""
    batch_size: int = 256
    buffer_size: int = 40_000
    """Transitions kept; each is two transcripts of a few hundred bytes."""
    learning_starts: int = 4_000
    """Films shown before the first update."""
    environments: int = 64
    """Sessions played in step."""
    updates_per_step: int = 1
    """Gradient steps after every step of all environments."""
    target_interval: int = 2_000
    """Films shown between two copies of the online to the target network."""
    exploration_start: float = 0.3
    exploration_end: float = 0.1
    """Share of the films drawn from the candidates, falling linearly over the first half of the
    training."""
    candidates: int = 30
    """How many of the best films are drawn from."""
    max_gradient_norm: float = 1.0


class TranscriptQNetwork(StockQNetwork):
    """Adapts `core.model.qnetwork.QNetwork` to the policy classes of stable-baselines3."""

    network: QNetwork

    def forward(self, obs: PyTorchObs) -> Tensor:
        """(B, L, 2) transcripts → (B, n_items) Q-values, masked."""
        assert isinstance(obs, Tensor)
        q_values: Tensor = self.network(obs)
        return q_values


class TranscriptPolicy(DQNPolicy):
    """DQN policy whose online and target networks are twins of a given one."""

    def __init__(self, *arguments: Any, network: QNetwork, **keywords: Any) -> None:
        # The method: a module cannot hold another one before it is set up.
        self._twin = network.twin
        super().__init__(*arguments, **keywords)

    def make_q_net(self) -> StockQNetwork:
        """A network with weights of its own on the shared movie vectors."""
        keywords = self._update_features_extractor(self.net_args, features_extractor=None)
        keywords["net_arch"] = []
        stock = TranscriptQNetwork(**keywords)
        # The stock layers over the flattened observation (millions of weights) are not used.
        del stock.q_net
        stock.network = self._twin()
        return stock


class TranscriptDQN(DQN):
    """DQN with double targets, gambles among the best candidates and averaged weights."""

    def __init__(
        self, *arguments: Any, candidates: int = 30, averaging: float = 0.99, **keywords: Any
    ) -> None:
        self.candidates = candidates
        self._averaging = averaging
        super().__init__(*arguments, **keywords)
        self.averaged = self.network.twin().requires_grad_(False).eval()
        self._rng = np.random.default_rng(self.seed)

    @property
    def network(self) -> QNetwork:
        """The online network."""
        assert isinstance(self.q_net, TranscriptQNetwork)
        return self.q_net.network

    @property
    def target_network(self) -> QNetwork:
        """The target network."""
        assert isinstance(self.q_net_target, TranscriptQNetwork)
        return self.q_net_target.network

    def train(self, gradient_steps: int, batch_size: int = 100) -> None:
        """Gradient steps on the squared double-Q temporal difference."""
        # No dropout here: it would add noise to the targets and to the film that is picked for
        # them.
        self.policy.set_training_mode(False)
        losses = []
        for _ in range(gradient_steps):
            assert self.replay_buffer is not None
            batch = self.replay_buffer.sample(batch_size)
            targets = double_q_targets(
                self.network,
                self.target_network,
                batch.rewards[:, 0],
                batch.next_observations,
                batch.dones[:, 0] > 0,
                discounts=self.gamma if batch.discounts is None else batch.discounts[:, 0],
            )
            value = self.network.of(batch.observations, batch.actions[:, 0])
            loss = torch.nn.functional.mse_loss(value, targets)
            self.policy.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.max_grad_norm)
            self.policy.optimizer.step()
            losses.append(loss.item())
        with torch.no_grad():
            for average, weight in zip(
                self.averaged.parameters(), self.network.parameters(), strict=True
            ):
                average.lerp_(weight, 1.0 - self._averaging)
        self._n_updates += gradient_steps
        self.logger.record("train/n_updates", self._n_updates, exclude="tensorboard")
        self.logger.record("train/loss", float(np.mean(losses)))

    def predict(
        self,
        observation: npt.NDArray[np.int32] | dict[str, npt.NDArray[np.int32]],
        state: tuple[npt.NDArray[Any], ...] | None = None,
        episode_start: npt.NDArray[Any] | None = None,
        deterministic: bool = False,
    ) -> tuple[npt.NDArray[np.int64], tuple[npt.NDArray[Any], ...] | None]:
        """Films to show for one (L, 2) or several (B, L, 2) transcripts."""
        assert not isinstance(observation, dict)
        single = observation.ndim == 2
        share = 0.0 if deterministic else self.exploration_rate
        actions = self._act(observation[None] if single else observation, share)
        return (actions[0] if single else actions), state

    def _sample_action(
        self, learning_starts: int, action_noise: Any = None, n_envs: int = 1
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        assert isinstance(self._last_obs, np.ndarray)
        # Before learning starts the buffer fills with the starting policy's own sessions, with the
        # most exploration.
        share = (
            self.exploration_initial_eps
            if self.num_timesteps < learning_starts
            else self.exploration_rate
        )
        actions = self._act(self._last_obs, share)
        return actions, actions

    def _act(self, observations: npt.NDArray[np.int32], share: float) -> npt.NDArray[np.int64]:
        with torch.inference_mode():
            q_values = self.network(torch.from_numpy(observations))
            best = q_values.topk(min(self.candidates, q_values.shape[1]), dim=1)
        allowed = (best.values > -1e5).sum(1).numpy()
        gamble = self._rng.random(len(observations)) < share
        place = np.where(
            gamble, (self._rng.random(len(observations)) * allowed).astype(np.int64), 0
        )
        actions: npt.NDArray[np.int64] = best.indices.numpy()[np.arange(len(place)), place]
        return actions


class Ticker(BaseCallback):
    """Calls `tick(films shown so far, loss or None, rewards)` after every step of all sessions.

    The loss is that of the training, the rewards are those of the step. Training goes on as long as
    it returns True.
    """

    def __init__(self, tick: Callable[[int, float | None, npt.NDArray[np.float32]], bool]) -> None:
        super().__init__()
        self._tick = tick

    def _on_step(self) -> bool:
        loss = self.logger.name_to_value.get("train/loss")
        return self._tick(
            self.num_timesteps, None if not loss else float(loss), self.locals["rewards"]
        )


def make_agent(
    make_env: Callable[[], SessionEnv], network: QNetwork, settings: AgentSettings, *, seed: int
) -> TranscriptDQN:
    """A DQN ready to `learn(settings.steps)`, starting from `network`."""
    environments = DummyVecEnv([make_env] * settings.environments)
    environments.seed(seed)
    agent = TranscriptDQN(
        TranscriptPolicy,
        environments,
        candidates=settings.candidates,
        averaging=settings.averaging,
        learning_rate=settings.learning_rate,
        buffer_size=max(settings.buffer_size, settings.environments),
        learning_starts=settings.learning_starts,
        batch_size=settings.batch_size,
        gamma=settings.gamma,
        n_steps=settings.n_steps,
        train_freq=1,
        gradient_steps=settings.updates_per_step,
        target_update_interval=settings.target_interval,
        exploration_fraction=0.5,
        exploration_initial_eps=settings.exploration_start,
        exploration_final_eps=settings.exploration_end,
        max_grad_norm=settings.max_gradient_norm,
        policy_kwargs={"network": network},
        seed=seed,
        device="cpu",
    )
    agent.set_logger(Logger(None, []))
    return agent
