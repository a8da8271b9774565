"""Transcripts → the films they speak of, with a weight for what happened to each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.domain import Outcome
from core.simulation.scorer import FloatArray, IntArray, Observations

LIKED = (Outcome.STATED_LIKE, Outcome.UP)
"""Outcomes that say a film is liked."""

DISLIKED = (Outcome.STATED_DISLIKE, Outcome.DOWN)
"""Outcomes that say a film is disliked. WANTED, AVOIDED, NOT_TONIGHT, RETRACTED and VECTORS say
nothing of a film."""


def by_outcome(values: Mapping[Outcome, float]) -> FloatArray:
    """A look-up table (number of outcomes,) with 0 for what is not named."""
    table = np.zeros(len(Outcome), dtype=np.float32)
    for outcome, value in values.items():
        table[outcome] = value
    return table


def film_rows(observations: Observations, n_items: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Rows (B, L) of the recommendable films among the tokens, and where there is one; row 0
    elsewhere.
    """
    token = observations[..., 0].astype(np.int64)
    is_film = (token >= 1) & (token <= n_items)
    return np.where(is_film, token - 1, 0), is_film


def weights(observations: Observations, table: FloatArray, n_items: int) -> sparse.csr_matrix:
    """CSR (B, n_items) float32: the table's value of what happened to each film; nothing stored for
    0.
    """
    rows, is_film = film_rows(observations, n_items)
    value = np.where(is_film, table[observations[..., 1]], 0.0)
    batch, place = np.nonzero(value)
    return sparse.csr_matrix(
        (value[batch, place].astype(np.float32), (batch, rows[batch, place])),
        shape=(len(observations), n_items),
    )


def like_shares(likes: sparse.csr_matrix) -> FloatArray:
    """Share of people who like each film, (n_items,)."""
    return np.asarray(likes.mean(axis=0), dtype=np.float32).ravel()
