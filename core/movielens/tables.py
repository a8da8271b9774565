"""What the four tables of MovieLens hold, and a table whose bad rows can be named by file, line and value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import DataError

BoolArray = npt.NDArray[np.bool_]

WHOLE: Final = "a whole number"
MAYBE_WHOLE: Final = "a whole number or nothing"
STARS: Final = "a number from 0.5 to 5"
TEXT: Final = "text"
NAME: Final = "a text that is not empty"

SCHEMAS: Final[dict[str, dict[str, str]]] = {
    "movies": {"movieId": WHOLE, "title": NAME, "genres": TEXT},
    "ratings": {"userId": WHOLE, "movieId": WHOLE, "rating": STARS, "timestamp": WHOLE},
    "links": {"movieId": WHOLE, "imdbId": MAYBE_WHOLE, "tmdbId": MAYBE_WHOLE},
    "tags": {"userId": WHOLE, "movieId": WHOLE, "tag": TEXT, "timestamp": WHOLE},
}
"""Columns of each table and what they hold; further columns are ignored, the order is free."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that breaks the format."""

    place: int
    """Line of the file, the header being line 1; in Parquet the row, the first being row 1."""
    column: str
    """Empty where it is the whole row that is wrong."""
    value: str
    reason: str
    """What is wrong: "is not a whole number"."""


@dataclass(frozen=True)
class Table:
    """Rows of one table that are as they should be, and what was left out of it."""

    file: str
    """File name for messages: "ratings.csv"."""
    unit: str
    """"line" or "row"."""
    frame: pd.DataFrame
    """int64, float64 and str columns of the schema; missing whole numbers (links only) are 0."""
    skip: bool
    """Whether bad rows are left out instead of raised."""
    absent: tuple[int, ...] = ()
    """Places that `frame` does not hold, in order (bad rows and blank lines)."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many rows were left out, by reason."""

    def without(self, bad: BoolArray, column: str, reason: str) -> Table:
        """The table without these rows; raises DataError for the first one unless bad rows are skipped."""
        rows = np.flatnonzero(bad)
        if not len(rows):
            return self
        places = self._places(rows)
        if not self.skip:
            first = BadRow(int(places[0]), column, str(self.frame[column].iloc[rows[0]]), reason)
            raise bad_row_error(self.file, self.unit, first)
        counts = self.counts + Counter({f"{column} {reason}": len(rows)})
        return replace(self.only(~bad), counts=counts)

    def only(self, kept: BoolArray) -> Table:
        """The table with these rows only, for a reason that is not a fault of the file."""
        places = self._places(np.flatnonzero(~kept))
        absent = tuple(sorted((*self.absent, *places.tolist())))
        return replace(self, frame=self.frame[kept].reset_index(drop=True), absent=absent)

    def _places(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Places in the file of some rows of the frame."""
        first = 2 if self.unit == "line" else 1
        absent = np.asarray(self.absent, dtype=np.int64)
        rows_before = absent - np.arange(len(absent)) - first
        return first + rows + np.searchsorted(rows_before, rows, side="right")


def bad_row_error(file: str, unit: str, bad: BadRow) -> DataError:
    """The error for one bad row."""
    value = bad.value if len(bad.value) <= 60 else bad.value[:59] + "…"
    what = f"{bad.column} {value!r} {bad.reason}" if bad.column else f"{value!r} {bad.reason}"
    return DataError(
        f"{file} {unit} {bad.place}: {what}. Correct the {unit}, or leave such rows out with --skip-bad-rows."
    )
