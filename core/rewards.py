"""Stars → reaction → reward, as training, serving and evaluation share them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain import Outcome, Reaction


def by_outcome(value: Callable[[Outcome], float]) -> npt.NDArray[np.float32]:
    """What `value` says of each outcome, by their numbers: float32 (outcomes,)."""
    return np.array([value(outcome) for outcome in Outcome], dtype=np.float32)


REWARDS: Final = by_outcome(lambda outcome: outcome.reward)
"""`Outcome.reward` of all outcomes, by their numbers."""

LIKE_FROM: Final = 4.0
"""A rating of at least this is a thumb up (a hit, in the evaluation)."""

DISLIKE_BELOW: Final = 3.0
"""A rating below this is a thumb down; between the two the film is seen and fair."""


def reaction_to(rating: float) -> Reaction:
    """How a person who gave `rating` stars (0.5–5) reacts when the film is shown.

    >>> reaction_to(4.0), reaction_to(3.5), reaction_to(2.5)
    (<Reaction.UP: 'up'>, <Reaction.SEEN: 'seen'>, <Reaction.DOWN: 'down'>)
    """
    if rating >= LIKE_FROM:
        return Reaction.UP
    return Reaction.DOWN if rating < DISLIKE_BELOW else Reaction.SEEN
