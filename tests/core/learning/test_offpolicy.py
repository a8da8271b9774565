"""What another policy would have earned: numbers worked out by hand, and truth where it is
known."""

from __future__ import annotations

import numpy as np
import pytest
from learning_worlds import N_ITEMS, cinema, conversation

from core.domain import Outcome
from core.learning.log import LoggedSlate
from core.learning.offpolicy import (
    Evidence,
    doubly_robust,
    evidence,
    importance,
    per_film,
    self_normalised,
)
from core.model.policy import Exploration, FloatArray, IntArray, Policy
from core.session import Observation, SessionState

CINEMA = cinema()


class Fixed:
    """Q-values that depend on nothing."""

    def __init__(self, *values: float) -> None:
        self._values = np.array([*values, *[-9.0] * (N_ITEMS - len(values))], dtype=np.float32)

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        return np.tile(self._values, (len(observations), 1))

    def contributions(
        self, observation: Observation, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        raise NotImplementedError


class Model:
    """Expects the same of every state."""

    def __init__(self, *values: float) -> None:
        self._values = np.array([*values, *[0.0] * (N_ITEMS - len(values))])

    def expected(self, slate: LoggedSlate) -> np.ndarray:
        return self._values


def policy(*values: float, share: float = 1.0, version: str = "some") -> Policy:
    """Draws among the best two with temperature 1: chances e^Q."""
    return Policy(
        Fixed(*values), CINEMA, version, Exploration(share, candidates=2, temperature=1.0)
    )


def slate(
    tokens: tuple[int, ...],
    propensities: tuple[float, ...],
    rewards: tuple[float, ...],
    **said: int,
) -> LoggedSlate:
    said = {"session": 1, "state": SessionState()} | said
    return LoggedSlate(
        version="old", tokens=tokens, propensities=propensities, rewards=rewards, **said
    )


class TestByHand:
    """Two films that earn 1 and 0; the log shows them with chances .75 and .25, the judged policy
    the reverse."""

    FOUND = Evidence(
        session=np.array([1, 2, 3, 4]),
        reward=np.array([1.0, 1.0, 1.0, 0.0]),
        weight=np.array([1 / 3, 1 / 3, 1 / 3, 3.0]),
        expected=np.array([0.8, 0.8, 0.8, 0.4]),
        promised=np.full(4, 0.25 * 0.8 + 0.75 * 0.4),
        covered=np.ones(4),
    )

    def test_importance(self) -> None:
        assert importance(self.FOUND).mean() == pytest.approx(0.25)  # a quarter of its films earn 1

    def test_doubly_robust(self) -> None:
        # .5 promised; films shown are better than expected by .2 (three times a third), worse by .4
        # (once, thrice)
        assert doubly_robust(self.FOUND).mean() == pytest.approx(0.5 + (3 * 0.2 / 3 - 3 * 0.4) / 4)
        assert doubly_robust(self.FOUND).mean() == pytest.approx(0.25)

    def test_self_normalised(self) -> None:
        assert self_normalised(self.FOUND).value == pytest.approx(1.0 / 4.0)

    def test_how_much_evidence_that_is(self) -> None:
        assert self.FOUND.effective == pytest.approx(4.0**2 / (3 / 9 + 9))


class TestEvidence:
    def test_weights_are_ratios_of_the_chances_at_a_place(self) -> None:
        # Chances at the first place: e²/(e² + e) and e/(e² + e); the second place is given the
        # first.
        judged = policy(2.0, 1.0, 0.0)
        found = evidence(judged, [slate((2, 1), (0.4, 0.5), (1.0, 0.0))], Model(0.5, 0.2, 0.1), {})
        e = np.e
        first, second = np.array([e**2, e]) / (e**2 + e), np.array([e**2, 1.0]) / (e**2 + 1)
        assert found.weight == pytest.approx([first[1] / 0.4, second[0] / 0.5])
        assert found.expected == pytest.approx([0.2, 0.5])
        assert found.promised == pytest.approx([first @ [0.5, 0.2], second @ [0.5, 0.1]])
        assert found.reward.tolist() == [1.0, 0.0]

    def test_of_the_policy_that_led_the_talk_every_weight_is_one(self) -> None:
        leader = policy(1.0, 0.5, 0.2, version="old")
        rng = np.random.default_rng(0)
        slates = []
        for number in range(50):
            choices = leader.choose(SessionState(), 3, rng)
            tokens, chances = zip(
                *((choice.token, choice.propensity) for choice in choices), strict=True
            )
            slates.append(slate(tokens, chances, (0.0,) * 3, session=number))
        found = evidence(leader, slates, Model(), {"old": leader})
        assert found.weight == pytest.approx(np.ones(150))
        assert found.covered == pytest.approx(np.ones(150))

    def test_what_the_log_could_not_have_shown_is_not_covered(self) -> None:
        leader = policy(1.0, 0.0, version="old", share=0.0)  # certain of film 0
        judged = policy(1.0, 1.0)
        (found,) = evidence(judged, [slate((1,), (1.0,), (0.0,))], Model(), {"old": leader}).covered
        assert found == pytest.approx(0.5)

    def test_films_out_of_reach_weigh_nothing(self) -> None:
        state = conversation((1, Outcome.SHOWN))
        logged = slate((5,), (0.1,), (1.0,), state=state)
        assert evidence(policy(1.0, 0.5, 0.4), [logged], Model(), {}).weight.tolist() == [0.0]


@pytest.mark.parametrize(
    "model", [(0.5, 0.5, 0.5), (0.9, 0.1, 0.0), (0.0, 0.0, 2.0)], ids=["flat", "wrong", "wild"]
)
def test_it_finds_the_truth_whatever_the_model_says(model: tuple[float, ...]) -> None:
    """Films earn 1 with chances .2, .6, .4; the truth of the judged policy is the mean under its
    chances."""
    leader, judged = policy(1.0, 0.0, version="old"), policy(0.0, 1.0)
    earns = np.array([0.2, 0.6, 0.4])
    rng = np.random.default_rng(1)
    slates = []
    for number in range(4_000):
        (choice,) = leader.choose(SessionState(), 1, rng)
        reward = float(rng.random() < earns[choice.token - 1])
        slates.append(slate((choice.token,), (choice.propensity,), (reward,), session=number))
    truth = np.array([1.0, np.e]) / (1 + np.e) @ earns[:2]
    found = evidence(judged, slates, Model(*model), {"old": leader})
    for interval in (
        per_film(found.session, doubly_robust(found)),
        per_film(found.session, importance(found)),
        self_normalised(found),
    ):
        assert interval.low < truth < interval.high
        assert interval.high - interval.low < 0.15


def test_an_interval_is_over_conversations_not_films() -> None:
    """Ten films of one mind in each conversation say no more than one."""
    values = np.random.default_rng(0).normal(size=100)
    one = per_film(np.arange(100), values)
    ten = per_film(np.repeat(np.arange(100), 10), np.repeat(values, 10))
    assert ten == pytest.approx(one)


def test_a_long_conversation_has_a_say_for_each_film() -> None:
    assert per_film(np.array([1, 1, 1, 2]), np.array([1.0, 1.0, 1.0, 0.0])).value == pytest.approx(
        0.75
    )
