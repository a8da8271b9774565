"""The knob between popular films and hidden gems: one number, and what each film gains by it.

With fame f = ratings of the film / ratings of the best known film, and k films liked so far (named or thumb up),

    gain(film) = −gems · SCALE · [ w · ln((f + FLOOR) / (NEUTRAL + FLOOR)) + (1 − w) · COLD · (f − NEUTRAL) ],
    w = k² / (k² + KNOWN²)

gems runs from −1 (popular films) over 0 (as the policy was trained) to 1 (hidden gems); a film of fame NEUTRAL stays
where it is. The gain is a function of the transcript alone, so it can be told exactly (`Policy.explain`) and gambles
keep their exact propensities.

Why this shape, on validation people of movielens-mix: the logarithm alone shows 1.5 times as many different films for
less than .1 hits in 20 once three films are liked, but from cold, where nothing tells one obscure film from another, it
costs .3; so it waits until a taste is known, and before that a loss linear in fame stands in for it, which says nothing
among obscure films. Noise that spreads the choice among near-equal Q-values costs more hits for the same number of
films wherever a taste is known (assets/research.md has the figures).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.domain import Outcome

FloatArray = npt.NDArray[np.float32]

SCALE: Final = 0.2
"""In units of reward: with the knob at an end and a taste well known, fame four times smaller is worth about .2."""
FLOOR: Final = 0.05
"""Fame below this counts little: among films that few have seen, the Q-value decides."""
NEUTRAL: Final = 0.25
"""Fame of a film that neither gains nor loses, about the 150th of movielens-mix."""
COLD: Final = 0.2
"""Slope before anything is known of the taste, as a share of SCALE."""
KNOWN: Final = 3.0
"""Films liked at which half of the way to the logarithm is done; with k / (k + KNOWN) some hits are lost from cold."""
_LIKED: Final = (int(Outcome.STATED_LIKE), int(Outcome.UP))


def gains(catalogue: Catalogue, observations: npt.NDArray[np.int32], gems: float) -> FloatArray:
    """What each film gains in (B, L, 2) transcripts at this place of the knob, float32 (B, n_items)."""
    counts = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
    fame = counts / counts.max(initial=1.0)
    liked = np.isin(observations[..., 1], _LIKED).sum(axis=1)[:, None]
    known = liked**2 / (liked**2 + KNOWN**2)
    loss = known * np.log((fame + FLOOR) / (NEUTRAL + FLOOR)) + (1 - known) * COLD * (fame - NEUTRAL)
    gained: FloatArray = (-gems * SCALE * loss).astype(np.float32)
    return gained
