"""Learning from logged thumbs: each film's lift by hand, values that follow the log, and values it
says nothing of."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
import torch
from learning_worlds import N_ITEMS, any_network, cinema, conversation
from logs import logged

from core.domain import Outcome, Reaction
from core.errors import DataError
from core.learning.learner import LearnerSettings, ServedModel, candidate, learn
from core.learning.log import ChatLog, Transition, read_log
from core.model.bundle import Bundle
from core.model.qnetwork import QNetwork
from core.session import SessionState

CINEMA = cinema()
STILL = LearnerSettings(passes=1, learning_rate=0.0)
"""The network stays as it is: what is left to learn is the lift."""


def bundle_of(network: QNetwork, gamma: float = 0.0) -> Bundle:
    settings = {"agent": {"gamma": gamma}, "hidden": 8}
    return Bundle(
        CINEMA, network, settings, {"people": 3, "gate": "old"}, "0" * 64, version="old-1"
    )


@pytest.fixture
def network() -> QNetwork:
    return any_network(CINEMA, sets=1, seed=3)


def log_of(*films: tuple[int, Reaction | None]) -> ChatLog:
    """A conversation each, of one film."""
    start = SessionState()
    return read_log(
        chain.from_iterable(
            logged(CINEMA, start, film, session=number)
            for number, film in enumerate(films, start=1)
        ),
        CINEMA,
    )


class TestLift:
    def test_by_hand(self, network: QNetwork) -> None:
        # Without a discount a surprise is the reward minus Q. Film 1: thumbs up, up, up; film 2:
        # down, down.
        q_values = network.q_values(SessionState().observation()[None])[0]
        log = log_of(*[(1, Reaction.UP)] * 3, *[(2, Reaction.DOWN)] * 2)
        first, second = (
            np.array([1.0, 1.0, 1.0]) - q_values[0],
            np.array([-0.5, -0.5]) - q_values[1],
        )
        level = (first.sum() + second.sum()) / 5
        first, second = first - level, second - level
        within = ((first - first.mean()) ** 2).sum() / 3  # five films shown, two of them different
        between = (3 * first.mean() ** 2 + 2 * second.mean() ** 2 - 2 * within) / 5
        assert between > 0
        expected = [first.sum() / (3 + within / between), second.sum() / (2 + within / between)]
        lift = learn(
            bundle_of(network),
            log,
            LearnerSettings(passes=1, learning_rate=0.0, most_lift=9.0, lift_a_client=9.0),
        ).network.lift
        assert lift[:2].tolist() == pytest.approx(expected, rel=1e-5)
        assert lift[2:].tolist() == [0.0] * (N_ITEMS - 2)

    def test_where_films_differ_no_more_than_chance_would_have_them_there_is_none(
        self, network: QNetwork
    ) -> None:
        network = network.twin()
        with torch.no_grad():  # Q is 0 for every film
            for parameter in (
                network.gates[-1].weight,
                network.gates[-1].bias,
                network.familiarity.weight,
                network.fame.at_rest,
            ):
                parameter.zero_()
        log = log_of(
            *[
                (token, reaction)
                for token in (1, 2, 3)
                for reaction in (Reaction.SEEN, Reaction.SEEN)
            ]
        )
        rewards = [
            (token, reaction)
            for token in (1, 2, 3)
            for reaction in (Reaction.UP, Reaction.DOWN, Reaction.DOWN)
        ]
        assert not learn(bundle_of(network), log, STILL).network.lift.any()
        assert not learn(bundle_of(network), log_of(*rewards), STILL).network.lift.any()

    def test_it_is_bounded_and_adds_up_over_candidates(self, network: QNetwork) -> None:
        log = log_of(*[(1, Reaction.UP)] * 30, *[(2, Reaction.DOWN)] * 30)
        once = learn(
            bundle_of(network), log, LearnerSettings(passes=1, learning_rate=0.0, most_lift=0.05)
        )
        assert once.network.lift[:2].abs().tolist() == pytest.approx([0.05, 0.05])
        assert once.lifted == 2
        again = learn(
            bundle_of(once.network),
            log,
            LearnerSettings(passes=1, learning_rate=0.0, most_lift=0.3),
        )
        assert again.network.lift[:2].abs().max() <= 0.3

    def test_it_is_part_of_the_q_value_and_of_its_explanation(self, network: QNetwork) -> None:
        state = conversation((3, Outcome.STATED_LIKE), (4, Outcome.STATED_DISLIKE))
        learned = learn(
            bundle_of(network), log_of(*[(1, Reaction.UP)] * 9, *[(2, Reaction.DOWN)] * 9), STILL
        ).network
        gained = learned.q_values(state.observation()[None]) - network.q_values(
            state.observation()[None]
        )
        assert gained[0].tolist() == pytest.approx(learned.lift.tolist(), abs=1e-6)
        parts = learned.contributions(state.observation(), np.array([0]))
        assert parts.sum() == pytest.approx(
            learned.q_values(state.observation()[None])[0, 0], abs=1e-5
        )


class TestNetwork:
    def test_the_old_one_stays_as_it_is(self, network: QNetwork) -> None:
        before = {name: value.clone() for name, value in network.state_dict().items()}
        learn(
            bundle_of(network),
            log_of(*[(1, Reaction.UP)] * 20),
            LearnerSettings(learning_rate=0.01),
        )
        assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())

    def test_same_log_same_candidate(self, network: QNetwork) -> None:
        log = log_of(*[(token, Reaction.UP) for token in (1, 2, 3)] * 5)
        first, second = (
            learn(bundle_of(network, 0.5), log, LearnerSettings()).network for _ in range(2)
        )
        assert all(map(torch.equal, first.state_dict().values(), second.state_dict().values()))

    def test_it_follows_the_thumbs(self, network: QNetwork) -> None:
        """Everybody who opens with film 4 likes film 1 and dislikes film 2: their values go
        apart."""
        start = conversation((4, Outcome.STATED_LIKE))
        steps = chain.from_iterable(
            logged(
                CINEMA,
                start,
                (1, Reaction.UP) if number % 2 else (2, Reaction.DOWN),
                session=number,
            )
            for number in range(1, 401)
        )
        free = LearnerSettings(learning_rate=3e-3, anchor=0.0, most_lift=0.0)
        learned = learn(bundle_of(network), read_log(steps, CINEMA), free)
        old, new = (
            net.q_values(start.observation()[None])[0] for net in (network, learned.network)
        )
        assert new[0] - new[1] > old[0] - old[1] + 0.3

    def test_a_level_that_all_films_share_changes_nothing(self, network: QNetwork) -> None:
        """Thumbs as expected but for a constant: nothing says that other films would have come out
        better."""
        q_values = network.q_values(SessionState().observation()[None])[0]
        exact = tuple(
            Transition(number, SessionState(), token, float(q_values[token - 1]) - 0.3, None)
            for number, token in enumerate(range(1, N_ITEMS + 1))
        )
        learned = learn(
            bundle_of(network), ChatLog(transitions=exact), LearnerSettings(anchor=0.0)
        ).network
        moved = learned.q_values(SessionState().observation()[None])[0] - q_values
        assert np.abs(moved).max() < 1e-3

    def test_the_anchor_holds_what_the_log_says_nothing_of(self, network: QNetwork) -> None:
        log = log_of(*[(1, Reaction.UP), (2, Reaction.DOWN)] * 100)
        observation = SessionState().observation()[None]
        moved = []
        for anchor in (0.0, 100.0):
            settings = LearnerSettings(learning_rate=3e-3, anchor=anchor, most_lift=0.0)
            learned = learn(bundle_of(network), log, settings).network
            moved.append(
                np.abs(learned.q_values(observation) - network.q_values(observation))[0, 2:].mean()
            )
        assert moved[1] < 0.2 * moved[0]

    def test_a_discount_looks_at_what_came_after(self, network: QNetwork) -> None:
        """Film 1 earns nothing, but what may follow it is worth something: with γ it is worth more
        than without."""
        after = conversation((1, Outcome.PASSED), (2, Outcome.STATED_LIKE))
        steps = [
            step
            for number in range(1, 101)
            for step in (
                *logged(CINEMA, SessionState(), (1, None), session=number),
                *logged(CINEMA, after, (3, Reaction.UP), session=number, turn=1),
            )
        ]
        settings = LearnerSettings(passes=20, learning_rate=3e-3, anchor=0.0, most_lift=0.0)
        log = read_log(steps, CINEMA)
        far, near = (
            learn(bundle_of(network, gamma), log, settings).network for gamma in (0.9, 0.0)
        )
        observation = SessionState().observation()[None]
        assert far.q_values(observation)[0, 0] > near.q_values(observation)[0, 0] + 0.05

    def test_an_empty_log_teaches_nothing(self, network: QNetwork) -> None:
        with pytest.raises(DataError, match="no film to learn from"):
            learn(bundle_of(network), ChatLog(), LearnerSettings())


class TestCandidate:
    def test_it_says_where_it_comes_from_and_has_no_gate_result_yet(
        self, network: QNetwork
    ) -> None:
        log = log_of((1, Reaction.UP), (2, Reaction.DOWN))
        bundle = bundle_of(network)
        after = candidate(bundle, learn(bundle, log, STILL), log)
        assert after.metrics == {
            "people": 3,
            "parent": "old-1",
            "log": {"conversations": 2, "films": 2, "lifted": after.metrics["log"]["lifted"]},
        }
        assert after.version != bundle.version


class TestServedModel:
    def test_the_line_through_the_rewards(self, network: QNetwork) -> None:
        """Rewards are put at .2 + .5 Q exactly, so that is what it must find."""
        q_values = network.q_values(SessionState().observation()[None])[0]
        slates = log_of(*[(token, None) for token in range(1, N_ITEMS + 1)]).slates
        exact = [
            replace(slate, rewards=(0.2 + 0.5 * q_values[token - 1],))
            for slate in slates
            for token in slate.tokens
        ]
        model = ServedModel.fit(network, exact)
        assert (model.base, model.slope) == pytest.approx((0.2, 0.5), abs=1e-5)
        assert model.expected(slates[0]) == pytest.approx(0.2 + 0.5 * q_values, abs=1e-5)

    def test_values_that_point_the_wrong_way_are_not_believed(self, network: QNetwork) -> None:
        q_values = network.q_values(SessionState().observation()[None])[0]
        best, worst = int(q_values.argmax()) + 1, int(q_values.argmin()) + 1
        model = ServedModel.fit(network, log_of((best, Reaction.DOWN), (worst, Reaction.UP)).slates)
        assert model.slope == 0.0
        assert model.base == pytest.approx(0.25)
