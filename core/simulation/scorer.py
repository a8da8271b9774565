"""What every policy answers, the simplest baseline and the trained network alike."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

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
