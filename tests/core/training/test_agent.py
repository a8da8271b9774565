"""The DQN: its arithmetic by hand, and that it learns what can be learned."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from learning_worlds import N_ITEMS, any_network, cinema, conversation
from worlds import catalogue_of, checkerboard, ratings_of

from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.factors import fit
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.simulation.environment import SessionEnv
from core.simulation.viewer import SILENT, OpeningSettings
from core.training.agent import AgentSettings, Ticker, TranscriptDQN, make_agent

CINEMA = cinema()
LIKE, UP, DOWN, SHOWN = Outcome.STATED_LIKE, Outcome.UP, Outcome.DOWN, Outcome.SHOWN
TURNS = 4
OPENING = OpeningSettings(likes=(0, 1), dislikes=(0,), genre_chance=0.3, avoid_chance=0.0)
LENGTH = 1 + OPENING.most + TURNS
SMALL = AgentSettings(
    steps=600,
    gamma=0.5,
    learning_rate=1e-3,
    batch_size=16,
    buffer_size=600,
    learning_starts=64,
    environments=4,
    target_interval=64,
    exploration_start=1.0,
    exploration_end=0.2,
    candidates=5,
    max_gradient_norm=1e9,
)


FEW = 2 * SMALL.learning_starts
"""Steps of which half are learned from: enough where it is not told how well it learns."""


def make_env() -> SessionEnv:
    return SessionEnv(checkerboard(films=N_ITEMS), CINEMA, turns=TURNS, opening=OPENING)


def agent(seed: int = 0, **changes: Any) -> TranscriptDQN:
    return make_agent(make_env, any_network(CINEMA), replace(SMALL, **changes), seed=seed)


def observation(state: SessionState) -> npt.NDArray[np.int32]:
    return state.observation(LENGTH)


class Transition:
    """One film shown."""

    def __init__(
        self, before: SessionState, row: int, reward: float, after: SessionState, done: bool = False
    ) -> None:
        self.before, self.row, self.reward, self.after, self.done = before, row, reward, after, done

    def into(self, learner: TranscriptDQN) -> None:
        assert learner.replay_buffer is not None
        learner.replay_buffer.add(
            observation(self.before)[None],
            observation(self.after)[None],
            np.array([self.row]),
            np.array([self.reward]),
            np.array([self.done]),
            [{}],
        )


BEFORE = conversation((1, LIKE), (4, DOWN))
AFTER = conversation((1, LIKE), (4, DOWN), (7, UP))
STEP = Transition(BEFORE, 6, 1.0, AFTER)


def loss_of(learner: TranscriptDQN) -> float:
    return float(learner.logger.name_to_value["train/loss"])


def q_of(network: QNetwork, state: SessionState) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = network.q_values(observation(state)[None])[0]
    return values


class TestActing:
    def test_the_best_film_that_was_not_shown(self) -> None:
        learner = agent()
        for state in (SessionState(), BEFORE, AFTER):
            masked = q_of(learner.network, state)
            masked[[token - 1 for token in state.tokens()]] = -np.inf
            action, _ = learner.predict(observation(state), deterministic=True)
            assert action == masked.argmax()

    def test_one_transcript_or_several(self) -> None:
        learner = agent()
        several, _ = learner.predict(
            np.stack([observation(BEFORE), observation(AFTER)]), deterministic=True
        )
        assert several.tolist() == [
            learner.predict(observation(s), deterministic=True)[0] for s in (BEFORE, AFTER)
        ]

    def test_gambles_uniformly_among_the_best_candidates(self) -> None:
        learner = agent()
        learner.exploration_rate = 1.0
        count = 4000
        drawn, _ = learner.predict(np.tile(observation(BEFORE), (count, 1, 1)))
        values = q_of(learner.network, BEFORE)
        values[[0, 3]] = -np.inf
        best = np.argsort(-values)[:5]
        assert set(drawn.tolist()) == set(best.tolist())
        # Five standard errors of a count of one in five.
        np.testing.assert_allclose(
            np.bincount(drawn)[best], count / 5, atol=5 * np.sqrt(count * 0.2 * 0.8)
        )

    def test_gambles_as_often_as_told(self) -> None:
        learner = agent()
        learner.exploration_rate = 0.5
        drawn, _ = learner.predict(np.tile(observation(BEFORE), (4000, 1, 1)))
        best, _ = learner.predict(observation(BEFORE), deterministic=True)
        # A gamble may fall on the best film, too: one half and a fifth of the other half.
        assert np.mean(drawn == best) == pytest.approx(0.5 + 0.5 / 5, abs=0.04)

    def test_flips_a_coin_for_each_session_by_itself(self) -> None:
        learner = agent()
        learner.exploration_rate = 0.5
        batch = np.tile(observation(BEFORE), (4, 1, 1))
        assert any(len(set(learner.predict(batch)[0].tolist())) > 1 for _ in range(20))

    def test_with_fewer_films_left_than_candidates_it_draws_from_those(self) -> None:
        learner = agent()
        learner.exploration_rate = 1.0
        state = conversation(*((token, SHOWN) for token in range(1, N_ITEMS - 1)))
        long = np.tile(state.observation(N_ITEMS), (200, 1, 1))
        assert set(learner.predict(long)[0].tolist()) == {N_ITEMS - 2, N_ITEMS - 1}

    def test_never_shows_a_film_twice_while_it_learns(self) -> None:
        learner = agent(candidates=N_ITEMS, exploration_end=1.0)
        learner.learn(400)  # the environment refuses a repeat
        assert learner.replay_buffer is not None
        buffer = learner.replay_buffer
        seen = buffer.observations[: buffer.pos].reshape(-1, LENGTH, 2)
        actions = buffer.actions[: buffer.pos].reshape(-1)
        assert len(actions) == 400
        assert not (seen[..., 0] == actions[:, None] + 1).any()


class TestLearning:
    def test_the_loss_is_the_squared_double_q_difference(self) -> None:
        learner = agent(environments=1)
        learner.target_network.load_state_dict(any_network(CINEMA, seed=2).state_dict())
        online, target = q_of(learner.network, AFTER), q_of(learner.target_network, AFTER)
        online[[0, 3, 6]] = target[[0, 3, 6]] = -np.inf
        # The online network picks the next film, the target network values it.
        assert online.argmax() != target.argmax()
        error = q_of(learner.network, BEFORE)[6] - (1.0 + 0.5 * target[online.argmax()])
        STEP.into(learner)
        learner.train(1, batch_size=8)
        assert loss_of(learner) == pytest.approx(error**2, rel=1e-3)

    @pytest.mark.parametrize(("gamma", "done"), [(0.0, False), (0.5, True)])
    def test_without_a_future_the_target_is_the_reward(self, gamma: float, done: bool) -> None:
        learner = agent(environments=1, gamma=gamma)
        error = q_of(learner.network, BEFORE)[6] - -0.5
        Transition(BEFORE, 6, -0.5, AFTER, done).into(learner)
        learner.train(1, batch_size=8)
        assert loss_of(learner) == pytest.approx(error**2, rel=1e-3)

    @pytest.mark.parametrize("reward", [5.0, -5.0])
    def test_a_step_moves_q_towards_the_target_by_twice_the_error_times_the_gradients_length(
        self, reward: float
    ) -> None:
        learner = agent(environments=1, gamma=0.0)
        network = learner.network
        batch = torch.from_numpy(observation(BEFORE))[None]
        before = network.of(batch, torch.tensor([6]))
        gradient = torch.autograd.grad(
            before.sum(), list(network.parameters()), materialize_grads=True
        )
        length = sum(float((part**2).sum()) for part in gradient)
        rate = 1e-5 / length
        learner.policy.optimizer = torch.optim.SGD(network.parameters(), lr=rate)
        Transition(BEFORE, 6, reward, AFTER, True).into(learner)
        learner.train(1, batch_size=8)
        moved = float((network.of(batch, torch.tensor([6])) - before).detach().sum())
        assert moved == pytest.approx(2e-5 * (reward - float(before.detach().sum())), rel=0.05)

    def test_the_average_follows_the_weights_by_its_share(self) -> None:
        learner = agent(environments=1, gamma=0.0, averaging=0.75)
        start = [parameter.detach().clone() for parameter in learner.network.parameters()]
        Transition(BEFORE, 6, 5.0, AFTER, True).into(learner)
        learner.train(1, batch_size=8)
        for average, now, before in zip(
            learner.averaged.parameters(), learner.network.parameters(), start, strict=True
        ):
            np.testing.assert_allclose(
                average.numpy(), (0.75 * before + 0.25 * now.detach()).numpy(), atol=1e-6
            )

    def test_steps_bring_the_value_to_the_reward(self) -> None:
        learner = agent(environments=1, gamma=0.0, learning_rate=3e-3)
        Transition(BEFORE, 6, 0.25, AFTER, True).into(learner)
        for _ in range(15):
            learner.train(20, batch_size=4)
        assert q_of(learner.network, BEFORE)[6] == pytest.approx(0.25, abs=0.02)

    def test_the_target_network_keeps_still_between_its_copies(self) -> None:
        learner = agent()
        learner.learn(128)
        # Copied at the end of the last interval; the gradient step after it moved only the online
        # network.
        online = torch.cat([parameter.flatten() for parameter in learner.network.parameters()])
        target = torch.cat(
            [parameter.flatten() for parameter in learner.target_network.parameters()]
        )
        assert 0 < float((online - target).detach().abs().max()) < 0.1

    def test_the_movie_vectors_do_not_move(self) -> None:
        learner = agent()
        before = learner.network.encoder.like.clone()
        learner.learn(FEW)
        assert torch.equal(learner.network.encoder.like, before)
        assert (
            learner.network.encoder.like.data_ptr()
            == learner.target_network.encoder.like.data_ptr()
        )

    def test_starts_from_the_given_network(self) -> None:
        given = any_network(CINEMA)
        learner = make_agent(make_env, given, SMALL, seed=0)
        np.testing.assert_array_equal(q_of(learner.network, BEFORE), q_of(given, BEFORE))
        np.testing.assert_array_equal(q_of(learner.target_network, BEFORE), q_of(given, BEFORE))
        learner.learn(FEW)
        np.testing.assert_array_equal(q_of(given, BEFORE), q_of(any_network(CINEMA), BEFORE))
        assert np.abs(q_of(learner.network, BEFORE) - q_of(given, BEFORE)).max() > 1e-4

    def test_the_same_seed_gives_the_same_weights(self) -> None:
        def weights(seed: int) -> torch.Tensor:
            learner = agent(seed)
            learner.learn(FEW)
            return torch.cat([parameter.flatten() for parameter in learner.network.parameters()])

        assert torch.equal(weights(1), weights(1))
        assert not torch.equal(weights(1), weights(2))

    @pytest.mark.parametrize("n_steps", [1, 3])
    def test_several_rewards_may_be_summed_before_the_target(self, n_steps: int) -> None:
        learner = agent(n_steps=n_steps)
        learner.learn(FEW)
        assert np.isfinite(q_of(learner.network, BEFORE)).all()
        assert np.isfinite(loss_of(learner))


class TestTicker:
    def test_tells_every_step_of_all_sessions(self) -> None:
        ticks: list[tuple[int, float | None, int]] = []

        def tick(step: int, loss: float | None, rewards: npt.NDArray[np.float32]) -> bool:
            ticks.append((step, loss, len(rewards)))
            return True

        agent().learn(100, callback=Ticker(tick))
        assert [step for step, _, _ in ticks] == list(range(4, 101, 4))
        assert {count for _, _, count in ticks} == {4}
        assert ticks[0][1] is None
        assert ticks[-1][1] is not None and ticks[-1][1] > 0

    def test_can_end_the_training(self) -> None:
        learner = agent()
        learner.learn(400, callback=Ticker(lambda step, loss, rewards: step < 40))
        assert learner.num_timesteps == 40


def play(
    people: Ratings, make: Callable[[], SessionEnv], choose: Callable[[SessionEnv, np.ndarray], int]
) -> float:
    """Mean reward of everybody's session."""
    environment = make()
    total = 0.0
    for person in range(people.n_users):
        seen, _ = environment.reset(seed=person, options={"person": person})
        done = False
        while not done:
            seen, reward, done, _, _ = environment.step(np.int64(choose(environment, seen)))
            total += reward
    return total / people.n_users


def greedy(learner: TranscriptDQN) -> Callable[[SessionEnv, np.ndarray], int]:
    return lambda environment, seen: int(learner.predict(seen, deterministic=True)[0])


def at_random(environment: SessionEnv, seen: np.ndarray) -> int:
    rng = np.random.default_rng(int(seen.sum()))
    return int(rng.choice(np.flatnonzero(environment.action_mask())))


def test_learning_beats_its_start_and_random() -> None:
    """Two tastes, and a network that starts with the wrong sign: it shows everybody what they
    hate."""
    people = checkerboard(films=N_ITEMS)
    network = QNetwork(CINEMA, [fit(people, N_ITEMS, 4)], hidden=8)
    last = network.gates[-1]
    assert isinstance(last, torch.nn.Linear)
    with torch.no_grad():
        last.bias[0] = -1.0
    settings = replace(
        SMALL, steps=2400, gamma=0.0, learning_rate=1e-2, batch_size=64, environments=16
    )
    settings = replace(settings, candidates=N_ITEMS, buffer_size=2400)
    start, learner = (make_agent(make_env, network, settings, seed=0) for _ in range(2))
    learner.learn(settings.steps)
    before, after = play(people, make_env, greedy(start)), play(people, make_env, greedy(learner))
    random = play(people, make_env, at_random)
    assert before < random
    assert after > random + 1.0


class TestLookingAhead:
    """A world with a known optimal policy: asking first pays, but only for who looks ahead.

    Half of the people have taste A, half B. An evening is four films long. One film asks: A likes
    it, B does not, so it earns ½ · 1 − ½ · ½ = ¼ and tells the tastes apart for certain. Four safe
    films are liked by every second person of either taste, earn ½ each and tell nothing. Three
    films of A's are liked by four in five of A and hated by all of B, ½ · .8 − ½ · ½ = .15 for a
    stranger but .8 for who is known to be A; likewise three of B's.

    Greedy: four safe films, 4 · ½ = 2. Best: ask, then the right three, ¼ + 3 · .8 = 2.65.
    """

    ASK, SAFE, OF_A, OF_B = 0, (1, 2, 3, 4), (5, 6, 7), (8, 9, 10)

    @classmethod
    def world(cls) -> Ratings:
        def stars(taste: str, safe: Sequence[int], missed: int | None) -> list[float]:
            own, others = (cls.OF_A, cls.OF_B) if taste == "A" else (cls.OF_B, cls.OF_A)
            rated = {cls.ASK: 5.0 if taste == "A" else 1.0}
            rated |= {film: 5.0 for film, likes in zip(cls.SAFE, safe, strict=True) if likes}
            rated |= {film: 5.0 for film in own if missed is None or film != own[missed]}
            rated |= dict.fromkeys(others, 1.0)
            return [rated.get(film, 0.0) for film in range(11)]

        # Each of three films is missed by one in five of its own people, two in five miss none.
        missed: tuple[int | None, ...] = (0, 1, 2, None, None)
        return ratings_of(
            [
                stars(*who)
                for who in itertools.product("AB", itertools.product((0, 1), repeat=4), missed)
            ]
        )

    def learned(self, gamma: float) -> tuple[TranscriptDQN, float, int]:
        """(agent, mean reward of an evening, first film)."""
        people = self.world()
        catalogue = catalogue_of([people.n_users] * 11)

        def make() -> SessionEnv:
            return SessionEnv(people, catalogue, turns=4, opening=SILENT)

        torch.manual_seed(0)
        network = QNetwork(catalogue, [fit(people, 11, 8)], hidden=16)
        steps = 5000
        settings = AgentSettings(
            steps=steps,
            gamma=gamma,
            learning_rate=3e-3,
            batch_size=128,
            buffer_size=steps,
            learning_starts=400,
            environments=16,
            target_interval=320,
            exploration_start=1.0,
            exploration_end=0.2,
            candidates=11,
        )
        learner = make_agent(make, network, settings, seed=0)
        learner.learn(steps)
        environment = make()
        first = greedy(learner)(environment, environment.reset(seed=0)[0])
        return learner, play(people, make, greedy(learner)), first

    def test_the_greedy_network_never_asks(self) -> None:
        learner, reward, first = self.learned(gamma=0.0)
        assert first in self.SAFE
        assert reward == pytest.approx(2.0, abs=0.1)
        # What it thinks of a first film is what such a film earns; of one that is rarely drawn it
        # knows less well.
        values = learner.network.q_values(np.zeros((1, 1, 2), dtype=np.int32))[0]
        assert values[self.ASK] == pytest.approx(0.25, abs=0.15)
        assert values[list(self.SAFE)].mean() == pytest.approx(0.5, abs=0.1)
        assert values[[*self.OF_A, *self.OF_B]].mean() == pytest.approx(0.15, abs=0.1)

    def test_the_network_that_looks_ahead_asks_first(self) -> None:
        learner, reward, first = self.learned(gamma=0.9)
        assert first == self.ASK
        assert reward > 2.4
        # Asking is worth ¼ + .9 · .8 · (1 + .9 + .81) = 2.2 in the end.
        values = learner.network.q_values(np.zeros((1, 1, 2), dtype=np.int32))[0]
        assert values[self.ASK] == pytest.approx(2.2, abs=0.25)
