"""CSV and Parquet → `Table`, with every bad row named.

CSV is read in blocks of whole lines. A block is parsed at once by Arrow; only a block in which
something is wrong is walked line by line, so 32 million ratings cost no Python loop and the error
still names the line.

What the four tables of MovieLens hold, and a table whose bad rows can be named by file, line and
value.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import IO, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
from pyarrow import parquet

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
OPTIONAL: Final = ("timestamp",)
"""Columns that may be absent, and are 0 then: nothing is learned from the time of a rating."""


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
    _: KW_ONLY
    absent: tuple[int, ...] = ()
    """Places that `frame` does not hold, in order (bad rows and blank lines)."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many rows were left out, by reason."""

    def without(self, bad: BoolArray, column: str, reason: str) -> Table:
        """The table without these rows; DataError for the first one unless bad rows are skipped."""
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
        f"{file} {unit} {bad.place}: {what}. "
        f"Correct the {unit}, or leave such rows out with --skip-bad-rows."
    )


BLOCK: Final = 4 * 2**20
"""Bytes of CSV parsed at once: enough for Arrow to run at full speed, few enough that walking a
block is quick."""

_ARROW_TYPE: Final = {
    WHOLE: pa.int64(),
    MAYBE_WHOLE: pa.int64(),
    STARS: pa.float64(),
    TEXT: pa.string(),
    NAME: pa.string(),
}
_WHOLE_NUMBER: Final = re.compile(r"\s*\d{1,18}\s*", re.ASCII)
_DECIMAL_NUMBER: Final = re.compile(
    r"\s*-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.ASCII | re.IGNORECASE
)


# ---- Parquet


def read_parquet(stream: IO[bytes], file: str, schema: dict[str, str], skip: bool) -> Table:
    """Reads a seekable Parquet file called `file`.

    DataError for a wrong type or, unless `skip`, a bad row.
    """
    whole, columns = schema, _columns(stream, file, schema)
    schema = _found(whole, columns.column_names)
    table = Table(file, "row", _frame(columns, schema), skip)
    present = np.ones(columns.num_rows, dtype=np.bool_)
    for name, kind in schema.items():
        if kind in {WHOLE, STARS, NAME}:
            missing = columns.column(name).is_null().to_numpy()
            table = table.without(missing[present], name, "is missing")
            present &= ~missing
    for name, kind in schema.items():
        bad, reason = _bad_values(table.frame[name], kind)
        table = table.without(bad, name, reason)
    return _completed(table, whole)


def _columns(stream: IO[bytes], file: str, schema: dict[str, str]) -> pa.Table:
    """The columns of the schema; DataError where one is missing or of another type."""
    try:
        names = parquet.ParquetFile(stream).schema_arrow.names
        _check_columns(file, names, schema)
        schema = _found(schema, names)
        columns = parquet.ParquetFile(stream).read(columns=list(schema))
    except pa.ArrowException as error:
        raise DataError(f"{file} is not a Parquet file, or is damaged: {error}") from error
    for name, kind in schema.items():
        found = columns.schema.field(name).type
        if not _fits(found, kind):
            raise DataError(
                f"{file}: column {name} is of type {found}, expected {kind} in every row: "
                "convert it."
            )
    return columns


def _fits(found: pa.DataType, kind: str) -> bool:
    """Whether a column of this type can hold values of this kind."""
    if kind in {TEXT, NAME}:
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
    return bool(pa.types.is_integer(found) or (kind == STARS and pa.types.is_floating(found)))


def _bad_values(values: pd.Series, kind: str) -> tuple[BoolArray, str]:
    """Which values of a column are not of the kind, and what is wrong with them."""
    if kind == TEXT:
        return np.zeros(len(values), dtype=np.bool_), ""
    if kind == NAME:
        return (values.str.strip() == "").to_numpy(), "is empty"
    if kind == STARS:
        return ~_in_range(values.to_numpy()), f"is not {STARS}"
    return (values < 0).to_numpy(), f"is not {WHOLE}"


# ---- CSV


def read_csv(stream: IO[bytes], file: str, schema: dict[str, str], skip: bool) -> Table:
    """Reads a CSV file called `file`.

    DataError for a wrong header or, unless `skip`, a bad line.
    """
    names = _header(stream, file, schema)
    reading = _Reading(file, names, _found(schema, names), skip)
    while block := stream.read(BLOCK):
        reading.add(block if block.endswith(b"\n") else block + stream.readline())
    return _completed(reading.table(), schema)


def _header(stream: IO[bytes], file: str, schema: dict[str, str]) -> list[str]:
    """The names of the columns; DataError where the schema's are not among them."""
    head = stream.readline().removeprefix(b"\xef\xbb\xbf")
    if not head.strip():
        raise DataError(f"{file} is empty: its first line should be {','.join(schema)}.")
    try:
        names = [name.strip() for name in next(csv.reader([head.decode("utf-8")]))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{file} line 1: {head[:30]!r} is not CSV in UTF-8: save the file as such."
        ) from error
    _check_columns(file, names, schema)
    return names


class _Reading:
    """A CSV file as far as it has been read, in blocks of whole lines."""

    def __init__(self, file: str, names: list[str], schema: dict[str, str], skip: bool) -> None:
        self._file, self._names, self._schema, self._skip = file, names, schema, skip
        self._line = 2
        """The first one of the next block."""
        self._parts = [pa.table({name: pa.array([], _ARROW_TYPE[schema[name]]) for name in schema})]
        self._absent: list[int] = []
        self._counts: Counter[str] = Counter()

    def add(self, block: bytes) -> None:
        """Parses a block at once, or line by line where something is wrong in it."""
        n_lines = block.count(b"\n") + (not block.endswith(b"\n"))
        part = _parse(block, n_lines, self._names, self._schema)
        self._parts.append(self._good_lines(block) if part is None else part)
        self._line += n_lines

    def table(self) -> Table:
        """What has been read."""
        frame = _frame(pa.concat_tables(self._parts), self._schema)
        return Table(
            self._file, "line", frame, self._skip, absent=tuple(self._absent), counts=self._counts
        )

    def _good_lines(self, block: bytes) -> pa.Table:
        lines = block.removesuffix(b"\n").split(b"\n")
        places = enumerate(lines, self._line)
        good = [text for place, text in places if self._is_good(place, text)]
        if not good:
            return self._parts[0]
        part = _parse(b"\n".join(good), len(good), self._names, self._schema)
        if part is None:
            raise DataError(
                f"{self._file}: something between lines {self._line} and "
                f"{self._line + len(lines) - 1} cannot be parsed."
            )
        return part

    def _is_good(self, place: int, text: bytes) -> bool:
        """Whether a line is a row; DataError for a bad one unless these are skipped."""
        bad = _fault(text, place, self._names, self._schema) if text.strip() else None
        if bad is None and text.strip():
            return True
        if bad is not None:
            if not self._skip:
                raise bad_row_error(self._file, "line", bad)
            self._counts[f"{bad.column} {bad.reason}".strip()] += 1
        self._absent.append(place)
        return False


def _parse(block: bytes, n_lines: int, names: list[str], schema: dict[str, str]) -> pa.Table | None:
    """All lines of a block as columns of the schema; None where anything is wrong in it."""
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(block),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=list(schema),
                column_types={name: _ARROW_TYPE[kind] for name, kind in schema.items()},
                null_values=[""],
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowException:
        return None
    # A quote that is never closed swallows lines without an error.
    if table.num_rows != n_lines:
        return None
    clean = all(_is_clean(table.column(name), kind) for name, kind in schema.items())
    return table if clean else None


def _is_clean(column: pa.ChunkedArray, kind: str) -> bool:
    """Whether all values of a parsed column are of the kind."""
    if kind == TEXT:
        return True
    if kind == NAME:
        return all(text.strip() for text in column.to_pylist())
    if kind == STARS:
        return bool(_in_range(column.to_numpy()).all())
    complete = kind == MAYBE_WHOLE or column.null_count == 0
    return complete and not (column.to_numpy() < 0).any()


def _fault(text: bytes, place: int, names: list[str], schema: dict[str, str]) -> BadRow | None:
    """What is wrong with one line of CSV; None if nothing is."""
    try:
        decoded = text.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        return BadRow(
            place,
            "",
            text.decode("utf-8", "backslashreplace"),
            "is not UTF-8 (save the file as UTF-8)",
        )
    try:
        fields = next(csv.reader([decoded], strict=True))
    except csv.Error as error:
        return BadRow(place, "", decoded, f"has a quotation mark out of place ({error})")
    if len(fields) != len(names):
        return BadRow(place, "", decoded, f"has {len(fields)} fields instead of {len(names)}")
    for name, value in zip(names, fields, strict=True):
        reason = _fault_of_value(value, schema.get(name, TEXT))
        if reason:
            return BadRow(place, name, value, reason)
    return None


def _fault_of_value(value: str, kind: str) -> str:
    """What is wrong with one field; empty if nothing is."""
    if kind == WHOLE or (kind == MAYBE_WHOLE and value):
        return "" if _WHOLE_NUMBER.fullmatch(value) else f"is not {WHOLE}"
    if kind == STARS:
        if not _DECIMAL_NUMBER.fullmatch(value):
            return "is not a number"
        return "" if _in_range(np.array([float(value)])).all() else "is outside 0.5 to 5"
    return "is empty" if kind == NAME and not value.strip() else ""


# ---- both


def _found(schema: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    """The schema without optional columns that a table lacks."""
    return {name: kind for name, kind in schema.items() if name in names or name not in OPTIONAL}


def _completed(table: Table, schema: dict[str, str]) -> Table:
    """The table with 0 in the optional columns that it lacks."""
    absent = {name: 0 for name in schema if name not in table.frame}
    return replace(table, frame=table.frame.assign(**absent)) if absent else table


def _check_columns(file: str, names: list[str], schema: dict[str, str]) -> None:
    missing = [name for name in schema if name not in names and name not in OPTIONAL]
    if missing:
        raise DataError(
            f"{file} line 1: column {missing[0]!r} is missing; "
            f"found {', '.join(map(repr, names))}, expected {','.join(schema)}."
        )
    if len(set(names)) != len(names):
        raise DataError(
            f"{file} line 1: a column name stands twice in {', '.join(map(repr, names))}."
        )


def _in_range(stars: npt.NDArray[np.float64]) -> BoolArray:
    """Which values are ratings; NaN is not."""
    inside: BoolArray = (stars >= 0.5) & (stars <= 5.0)
    return inside


def _frame(columns: pa.Table, schema: dict[str, str]) -> pd.DataFrame:
    """int64, float64 and str columns; nulls become 0 or ""."""
    series: dict[str, object] = {}
    for name, kind in schema.items():
        column = columns.column(name)
        if kind in {TEXT, NAME}:
            series[name] = pd.Series(column.fill_null("").to_pandas(), dtype="str")
        else:
            series[name] = column.fill_null(0).cast(_ARROW_TYPE[kind]).to_numpy()
    return pd.DataFrame(series)
