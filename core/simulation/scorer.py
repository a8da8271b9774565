"""What every policy is asked and answers, the simplest baseline and the trained network alike.

Most baselines read a transcript as films with a weight for what happened to each: see below.
"""

from __future__ import annotations

from typing import Final, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.rewards import by_outcome

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
Observations = npt.NDArray[np.int32]
"""(B, L, 2) transcripts as `core.session` gives them: token and Outcome, zero padded."""


class Scorer(Protocol):
    """Says how good each film is to show next."""

    @property
    def name(self) -> str:
        """Name in tables and files: lower case, no spaces."""

    def scores(self, observations: Observations) -> FloatArray:
        """Scores (B, n_items), higher = show sooner; finite.

        Films that are in the transcript are scored as well: the caller masks them.
        """


@runtime_checkable
class Contender(Scorer, Protocol):
    """A scorer that is compared with the others, the baselines."""

    @property
    def gives_q_values(self) -> bool:
        """Whether the scores are expected discounted rewards."""

    @property
    def gamma(self) -> float:
        """Discount of the rewards."""


@runtime_checkable
class PersonSeeded(Protocol):
    """A scorer that draws random numbers, a stream of its own for each person."""

    def for_people(self, people: IntArray) -> Self:
        """The same scorer for batches whose row b is the person with id `people[b]`.

        The draws depend on the seed, the id and the number of events only, so a person's session is
        the same in any batch. An unbound scorer takes the place in the batch for the id.
        """


# ---- transcripts as films

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
