"""Transcripts → the films they speak of, with a weight for what happened to each."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.rewards import by_outcome
from core.simulation.scorer import FloatArray, IntArray, Observations

LIKED: Final = by_outcome(lambda outcome: outcome.liking > 0)
"""1 for the outcomes that say a film is liked."""
KNOWN: Final = by_outcome(lambda outcome: outcome.is_known)
"""1 for the outcomes that say a film has been seen."""


def film_rows(observations: Observations, n_items: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Rows (B, L) of the recommendable films among the tokens, and where there is one."""
    token = observations[..., 0].astype(np.int64)
    is_film = (token >= 1) & (token <= n_items)
    return np.where(is_film, token - 1, 0), is_film


def weights(observations: Observations, table: FloatArray, n_items: int) -> sparse.csr_matrix:
    """CSR (B, n_items) float32: the table's value of what happened to each film."""
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
