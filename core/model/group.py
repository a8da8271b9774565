"""Films for several people at once: what the less happy one would still like.

Q-values of two people cannot be compared: each has a level and a spread of its own, from how much
is known of the person and how they answer. So each person's values are put on a scale of their own
first. Its 0 is a film picked blindly among those that are open to everybody (the median), its 1 is
that person's best among them. Films are then ranked by the smallest of these figures over the
people, ties by their mean, then by how well known the film is.

That is the Kalai–Smorodinsky solution of a bargaining problem (Econometrica 43, 1975) over single
films: everybody gets the same share of the way from "anything" to "my own best", and that share is
as large as a film can make it. Taking the plain smallest Q-value ("least misery", Masthoff 2004)
would let the person about whom least is known, or who is hardest to please, decide alone; the mean
would let the happier one pay for it with the other's evening.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import BoolArray
from core.model.policy import Policy
from core.session import SessionState

SHARED: Final = "+together"
"""Behind a policy's version in the log: the film was chosen for several people, and its propensity
says nothing."""

Fits = npt.NDArray[np.float64]
"""Shape (people, n_items): 1 is a person's best film open to all, 0 one picked blindly; below 0 is
worse than that."""


@dataclass(frozen=True, slots=True)
class SharedChoice:
    """One film for everybody; tuples have one entry a person, in the order of the states."""

    token: int
    q_values: tuple[float, ...]
    fits: tuple[float, ...]
    """See `Fits`."""


def open_to_all(policy: Policy, states: Sequence[SessionState]) -> BoolArray:
    """Films within everybody's constraints and in nobody's transcript, (n_items,)."""
    mask: BoolArray = np.logical_and.reduce([policy.available(state) for state in states])
    return mask


def fits(q_values: npt.NDArray[np.floating], mask: BoolArray) -> Fits:
    """Q-values of each person, (people, n_items), on their own scale over the films of `mask`.

    A person to whom the median film is as good as the best gets 1 for every film that reaches it
    and 0 for the rest: to the indifferent everything is fine. Without any film in the mask all
    figures are 0.

    >>> fits(np.array([[3.0, 1.0, 2.0, 9.0]]), np.array([True, True, True, False]))[0, :3].tolist()
    [1.0, -1.0, 0.0]
    """
    values = np.asarray(q_values, dtype=np.float64)
    if not mask.any():
        return np.zeros_like(values)
    best = values[:, mask].max(axis=1, keepdims=True)
    blind = np.median(values[:, mask], axis=1, keepdims=True)
    spread = best - blind
    scaled = (values - blind) / np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, scaled, (values >= best).astype(np.float64))


def ranked(people: Fits, mask: BoolArray) -> npt.NDArray[np.int64]:
    """Rows of `mask`, best for all first: by the least happy person, the mean, the row."""
    rows = np.flatnonzero(mask)
    least, mean = people[:, rows].min(axis=0), people[:, rows].mean(axis=0)
    return rows[np.lexsort((rows, -mean, -least))]


def choose_together(
    policy: Policy, states: Sequence[SessionState], count: int
) -> tuple[SharedChoice, ...]:
    """At most `count` films for everybody, best first; fewer where the wishes of all leave fewer.

    Nothing is gambled: two people's evening is no place to try things out, so the propensity of
    each choice is 1. ValueError without anybody.
    """
    if not states:
        raise ValueError("nobody to choose for")
    mask = open_to_all(policy, states)
    q_values = np.stack([policy.q_values(state) for state in states])
    people = fits(q_values, mask)
    return tuple(
        SharedChoice(
            int(row) + 1, tuple(map(float, q_values[:, row])), tuple(map(float, people[:, row]))
        )
        for row in ranked(people, mask)[:count]
    )
