"""The knob between popular films and hidden gems: one number, and what each film gains by it.

With fame f = ratings of the film / ratings of the best known film, and k films liked so far (named or thumb up; a wish
for a genre or the like counts as much as `WISH` of them),

    gain(film) = −w · KNOWN · gems · ln((f + FLOOR) / (NEUTRAL + FLOOR)) − (1 − w) · slope · (f − NEUTRAL),
    w = k² / (k² + HALF²),  slope = COLD · gems³

gems runs from −1 (popular films) over 0 (as the policy was trained) to 1 (hidden gems); a film of fame NEUTRAL stays
where it is. The gain is a function of the transcript alone, so it can be told exactly (`Policy.explain`) and gambles
keep their exact propensities.

Why this shape, on validation people of movielens-mix: the logarithm alone shows 1.5 times as many different films for
less than .1 hits in 20 once three films are liked, but from cold, where nothing tells one obscure film from another,
it costs far more; so it waits until a taste is known, and before that a loss linear in fame, silent among obscure
films, stands in for it near the ends of the knob. Noise that spreads the choice among near-equal Q-values costs more
hits for the same number of films wherever a taste is known (assets/research.md has the figures).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.domain import Outcome

FloatArray = npt.NDArray[np.float32]

KNOWN: Final = 0.5
"""In units of reward, once a taste is known: the end of the knob shows what few have seen."""
COLD: Final = 0.35
"""Before anything is known, at the ends of the knob: from cold, Q-values rise by about that much from unknown to best
known films, so that there fame is out of their order and what is left is how well those who know a film like it."""
FLOOR: Final = 0.05
"""Fame below this counts little: among films that few have seen, the Q-value decides."""
NEUTRAL: Final = 0.25
"""Fame of a film that neither gains nor loses, about the 150th of movielens-mix."""
HALF: Final = 2.0
"""Films liked at which half of the way to the logarithm is done. From cold 1.5 times the films of no gain cost .11 hits
with 2, .12 with 3 (956 people in three splits)."""
REST: Final = 0.13
"""Gain of this place is part of every served score: silence, which training counts against a film, leans to films that
many have seen."""
REST_HALF: Final = 8.0
"""`HALF` of that gain: where nobody has asked for hidden gems, more films have to be liked before it speaks.

On 950 people in three splits, against .04 with a half of 3: −.01, +.01 and .00 hits in replay, +.02, +.01 and +.03
among rated films, with 0, 1 and 3 stated (standard errors .02 and .015).
"""
WISH: Final = 2
"""Films liked that a wish stands for: it tells which of the obscure films are worth a look."""
_LIKED: Final = (int(Outcome.STATED_LIKE), int(Outcome.UP))


def at_rest(catalogue: Catalogue, observations: npt.NDArray[np.int32], rest: float) -> FloatArray:
    """What each film gains where nobody has turned the knob, float32 (B, n_items)."""
    return gains(catalogue, observations, rest, half=REST_HALF)


def gains(catalogue: Catalogue, observations: npt.NDArray[np.int32], gems: float, *, half: float = HALF) -> FloatArray:
    """What each film gains in (B, L, 2) transcripts at this place of the knob, float32 (B, n_items)."""
    counts = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
    fame = counts / counts.max(initial=1.0)
    liked = np.isin(observations[..., 1], _LIKED).sum(axis=1)[:, None]
    told = liked + WISH * (observations[..., 1] == Outcome.WANTED).sum(axis=1)[:, None]
    known = told**2 / (told**2 + half**2)
    cold = COLD * gems**3 * (fame - NEUTRAL)
    loss = known * KNOWN * gems * np.log((fame + FLOOR) / (NEUTRAL + FLOOR)) + (1 - known) * cold
    gained: FloatArray = (-loss).astype(np.float32)
    return gained
