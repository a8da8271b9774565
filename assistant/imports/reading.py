"""Bytes → rows: exports of Letterboxd and IMDb, and any table with a column of titles."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Final

from assistant.imports.rows import FileKind, RatingsFile, Row
from core.errors import DataError

LARGEST: Final = 4_000_000
"""Bytes of the largest file that is read; 5,000 films are 0.3 MB of a Letterboxd export, 1.4 MB of
one of IMDb."""
MOST: Final = 20_000
"""Rows of the longest file."""

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "title": (
            "title",
            "name",
            "film",
            "movie",
            "movietitle",
            "filmtitle",
            "moviename",
            "filmname",
        ),
        "year": ("year", "releaseyear", "filmyear"),
        "stars": ("rating", "yourrating", "rating10", "stars", "score", "myrating", "userrating"),
        "imdb": ("const", "imdbid", "tconst", "imdb"),
        "tmdb": ("tmdbid", "tmdb"),
        "type": ("titletype",),
    }
)
"""Names of columns, lower case without spaces, that mean the same; the first that a file has is
taken."""

_OUT_OF_TEN: Final = frozenset(("yourrating", "rating10"))
_HEADER_WITHIN: Final = 10
"""Lines in which the header is looked for: Letterboxd's lists begin with what the list is."""
_LONGEST_TITLE: Final = 300
_NOT_FILMS: Final = ("series", "episode", "game", "podcast", "musicvideo")
_YEAR_IN_TITLE: Final = re.compile(r"^(.*\S)\s*\((\d{4})\)$")
_ARTICLE_BEHIND: Final = re.compile(r"^(.*), (The|A|An|Le|La|Les|Der|Die|Das|El|Il)$")
_IMDB: Final = re.compile(r"(?:tt)?0*([1-9]\d{0,9})")


def read(data: bytes, name: str) -> RatingsFile:
    """Read an exported file.

    Args:
        data: the file as it is; UTF-8, UTF-16 (with its mark) or Windows' Latin.
        name: what the file is called, for messages; "watchlist" in it makes it a watch-list.

    Raises DataError, in one sentence that says how to go on, for a file that is no table of films
    at all; what is wrong with single lines is told in `problems`, and the other lines count.
    """
    name = _short(re.split(r"[\\/]", name)[-1].strip() or "the file", 60)
    _refuse(data, name)
    text = _decoded(data)
    delimiter = max(",;\t", key=text[:2000].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = _header(lines)
        if header is None:
            raise DataError(
                f"{name} has no column of titles: its first line must name Title or Name (or IMDb’s Const), "
                "and may name Year and Rating."
            )
        cells = [(lines.line_num, row) for row in islice(lines, MOST + 1)]
    except csv.Error as error:
        raise DataError(
            f"{name} cannot be read as a table at line {lines.line_num}: {error}."
        ) from error
    if len(cells) > MOST:
        raise DataError(f"{name} has more than {MOST:,} rows: import it in parts.")
    columns, best = header
    out_of = best or _scale(
        row[columns["stars"]] for _, row in cells if len(row) > columns.get("stars", len(row))
    )
    rows, problems = _rows(cells, columns, out_of)
    if not rows and not problems:
        raise DataError(f"{name} names no films: below its header there has to be one film a line.")
    kind = FileKind.WATCHLIST if re.search(r"watch-?_?list", name.lower()) else FileKind.RATINGS
    return RatingsFile(name, kind, out_of, rows, problems)


def _refuse(data: bytes, name: str) -> None:
    """DataError for what is no text or too much of it."""
    if len(data) > LARGEST:
        raise DataError(
            f"{name} has {len(data) / 1e6:.1f} MB, but {LARGEST / 1e6:.0f} MB is the limit: import it in parts."
        )
    if not data.strip():
        raise DataError(f"{name} is empty: export it again from Letterboxd or IMDb.")
    if data[:4] == b"PK\x03\x04":
        raise DataError(
            f"{name} is a ZIP archive: unpack it and choose the ratings.csv or watched.csv in it."
        )


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _header(lines: Iterator[list[str]]) -> tuple[dict[str, int], int] | None:
    """Place of each known column and the scale that the header tells (0 = none); None where there
    is no header.
    """
    for row in islice(lines, _HEADER_WITHIN):
        names = [re.sub(r"[\W_]+", "", cell.lower()) for cell in row]
        places = {
            column: next(names.index(known) for known in known_names if known in names)
            for column, known_names in _COLUMNS.items()
            if any(known in names for known in known_names)
        }
        if places.keys() & {"title", "imdb", "tmdb"} and len(row) > 1:
            best = 5 if "letterboxduri" in names else 0
            if "stars" in places and names[places["stars"]] in _OUT_OF_TEN:
                best = 10
            return places, best
        if "title" in places:
            return places, 5
    return None


def _scale(values: Iterator[str]) -> int:
    """Best rating on the scale that these ratings are on, of 5, 10 and 100."""
    numbers = [number for value in values if (number := _number(value)) is not None]
    return next((best for best in (5, 10) if max(numbers, default=0.0) <= best), 100)


def _rows(
    cells: Sequence[tuple[int, list[str]]], columns: Mapping[str, int], out_of: int
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    rows, problems, others = [], [], 0
    for line, row in cells:
        told = {
            name: row[place].strip() if place < len(row) else "" for name, place in columns.items()
        }
        if not any(cell.strip() for cell in row):
            continue
        if any(word in told.get("type", "").lower().replace(" ", "") for word in _NOT_FILMS):
            others += 1
            continue
        try:
            rows.append(_row(line, told, out_of))
        except ValueError as error:
            problems.append(f"Line {line}: {error}")
    if others:
        problems.append(
            f"{others:,} {'row is' if others == 1 else 'rows are'} no film but series, episodes or games."
        )
    return tuple(rows), tuple(problems)


def _row(line: int, told: Mapping[str, str], out_of: int) -> Row:
    """One row; ValueError says what is wrong with it."""
    title, year = told.get("title", ""), told.get("year", "")
    if len(title) > _LONGEST_TITLE:
        raise ValueError(
            f"the title is longer than {_LONGEST_TITLE} characters; is a quotation mark missing?"
        )
    if not year and (written := _YEAR_IN_TITLE.match(title)):
        title, year = written[1], written[2]
    if behind := _ARTICLE_BEHIND.match(title):
        title = f"{behind[2]} {behind[1]}"
    imdb, tmdb = _IMDB.fullmatch(told.get("imdb", "")), told.get("tmdb", "")
    row = Row(
        line,
        title,
        _year(year, title),
        _stars(told.get("stars", ""), out_of, title),
        int(imdb[1]) if imdb else 0,
        int(tmdb) if tmdb.isdecimal() and len(tmdb) < 10 else 0,
    )
    if not row.title and not row.imdb_id and not row.tmdb_id:
        raise ValueError("there is no title.")
    return row


def _year(text: str, title: str) -> int:
    if not text:
        return 0
    number = _number(text)
    if number is None or number != int(number) or not 1870 <= number <= 2100:
        raise ValueError(f"“{_short(text)}” is no year for {_short(title)}.")
    return int(number)


def _stars(text: str, out_of: int, title: str) -> float | None:
    if not text:
        return None
    number = _number(text)
    if number is None or not 0 < number <= out_of:
        raise ValueError(f"“{_short(text)}” is no rating from 0 to {out_of} for {_short(title)}.")
    return max(number * 5 / out_of, 0.5)


def _number(text: str) -> float | None:
    """A plain number, with a point or a comma; no NaN, no infinity."""
    plain = text.strip().replace(",", ".")
    return float(plain) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", plain) else None


def _short(text: str, longest: int = 40) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
