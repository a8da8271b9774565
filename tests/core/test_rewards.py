"""The one reward table."""

from __future__ import annotations

import numpy as np
import pytest

from core.domain import Outcome, Reaction
from core.rewards import REWARDS, reaction_to


@pytest.mark.parametrize(
    ("reaction", "reward"),
    [
        (Reaction.UP, 1.0),
        (Reaction.DOWN, -0.5),
        (Reaction.SEEN, 0.0),
        (Reaction.SEEN_LOVED, 0.0),
        (Reaction.SEEN_HATED, 0.0),
        (Reaction.NOT_TONIGHT, -0.1),
        (Reaction.CLEAR, 0.0),
    ],
)
def test_what_a_reaction_is_worth(reaction: Reaction, reward: float) -> None:
    assert reaction.reward == reward


def test_a_reaction_taken_back_is_worth_what_none_is() -> None:
    assert Reaction.CLEAR.reward == Outcome.SHOWN.reward


def test_no_reaction_is_worth_more_than_a_thumb_up_or_less_than_a_thumb_down() -> None:
    assert all(
        Reaction.DOWN.reward <= reaction.reward <= Reaction.UP.reward for reaction in Reaction
    )


@pytest.mark.parametrize("half_stars", range(1, 11))
def test_every_rating_is_a_reaction(half_stars: int) -> None:
    stars = half_stars / 2
    expected = (
        Reaction.UP if half_stars >= 8 else Reaction.DOWN if half_stars < 6 else Reaction.SEEN
    )
    assert reaction_to(stars) is expected


def test_the_table_holds_the_reward_of_every_outcome() -> None:
    assert [REWARDS[outcome] for outcome in Outcome] == [
        np.float32(outcome.reward) for outcome in Outcome
    ]
