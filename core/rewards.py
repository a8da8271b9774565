"""Reaction → reward, the one table that training, serving and evaluation share."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from core.domain import Outcome, Reaction

REWARD_OF: Final = MappingProxyType(
    {
        Outcome.UP: 1.0,
        Outcome.DOWN: -0.5,
        Outcome.SEEN: 0.0,
        Outcome.STATED_LIKE: 0.0,
        Outcome.STATED_DISLIKE: 0.0,
        Outcome.NOT_TONIGHT: -0.1,
        Outcome.SHOWN: 0.0,
        Outcome.PASSED: 0.0,
    }
)
"""Reward by what happened to a shown film, in units of one thumb up.

A hit counts 1, as in the evaluation. A thumb down costs half a hit: among the first 20 films that
popularity shows to held-out people of ml-latest-small hits are about fifteen times as many as
thumbs down (`core evaluate`: 6.89 and 0.42 from cold), so the sign matters more than the size. "Not
tonight" costs a turn's patience and says little of taste. A film that was known already and loved
or hated is evidence of the taste, but showing it earned nothing. """

LIKE_FROM: Final = 4.0
"""A rating of at least this is a thumb up (a hit, in the evaluation)."""

DISLIKE_BELOW: Final = 3.0
"""A rating below this is a thumb down; between the two the film is seen and fair."""


def reward_of(reaction: Reaction) -> float:
    """Reward of one reaction in [−0.5, 1]; CLEAR gives what no reaction gives, 0."""
    return REWARD_OF[reaction.outcome]


def reaction_to(rating: float) -> Reaction:
    """How a person who gave `rating` stars (0.5–5) reacts when the film is shown.

    >>> reaction_to(4.0), reaction_to(3.5), reaction_to(2.5)
    (<Reaction.UP: 'up'>, <Reaction.SEEN: 'seen'>, <Reaction.DOWN: 'down'>)
    """
    if rating >= LIKE_FROM:
        return Reaction.UP
    return Reaction.DOWN if rating < DISLIKE_BELOW else Reaction.SEEN
