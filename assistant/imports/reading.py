"""Films from tables and into them: exports of Letterboxd and IMDb, any table with titles.

Bytes → rows, and what is held → CSV that Letterboxd imports (letterboxd.com/import): Title, Year,
Rating, imdbID, tmdbID.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from types import MappingProxyType
from typing import Final

from core.catalogue import Catalogue
from core.domain import Movie, Outcome
from core.errors import DataError
from core.rewards import DISLIKE_BELOW, LIKE_FROM, reaction_to
from core.session import SessionState

LARGEST: Final = 4_000_000
"""Bytes of the largest file that is read; 5,000 films are 0.3 MB of a Letterboxd export, 1.4 MB of
one of IMDb."""
MOST: Final = 20_000
"""Rows of the longest file."""

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "title": tuple("title name film movie movietitle filmtitle moviename filmname".split()),
        "year": ("year", "releaseyear", "filmyear"),
        "stars": ("rating", "yourrating", "rating10", "stars", "score", "myrating", "userrating"),
        "imdb": ("const", "imdbid", "tconst", "imdb"),
        "tmdb": ("tmdbid", "tmdb"),
        "type": ("titletype",),
    }
)
"""Names of columns, lower case without spaces, that mean the same; the first that a file has is
taken."""

_NAMES_A_FILM: Final = frozenset(("title", "imdb", "tmdb"))
"""Columns of which a table needs one."""
_OUT_OF_TEN: Final = frozenset(("yourrating", "rating10"))
_HEADER_WITHIN: Final = 10
"""Lines in which the header is looked for: Letterboxd's lists begin with what the list is."""
_LONGEST_TITLE: Final = 300
_NOT_FILMS: Final = ("series", "episode", "game", "podcast", "musicvideo")
_YEAR_IN_TITLE: Final = re.compile(r"^(.*\S)\s*\((\d{4})\)$")
_ARTICLE_BEHIND: Final = re.compile(r"^(.*), (The|A|An|Le|La|Les|Der|Die|Das|El|Il)$")
_IMDB: Final = re.compile(r"(?:tt)?0*([1-9]\d{0,9})")


def stated_by(stars: float | None) -> Outcome:
    """What a rating of 0.5–5 stars says of the taste; a film that was only watched is seen."""
    return Outcome.SEEN if stars is None else reaction_to(stars).statement


class FileKind(Enum):
    """What a file holds; the value is what is stored."""

    RATINGS = "ratings"
    """Films with stars; a film without them was watched."""
    WATCHLIST = "watchlist"
    """Films to watch."""


_LISTS: Final = re.compile(r"watch-?_?list|to-?_?watch|shelf|collection|dvds|blu-?_?rays")
"""In the name of a file of films that are at hand, or to be watched."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file that can be read."""

    line: int
    """Line in the file, 1 is the first."""
    title: str
    """As written; may be empty where there is an id."""
    year: int = 0
    """0 where not given."""
    stars: float | None = None
    """0.5–5; None where not given."""
    imdb_id: int = 0
    """Number without "tt"; 0 where not given."""
    tmdb_id: int = 0

    @property
    def label(self) -> str:
        """Title and year for people; the IMDb id where there is no title."""
        if not self.title:
            return f"tt{self.imdb_id:07d}" if self.imdb_id else f"TMDB {self.tmdb_id}"
        return f"{self.title} ({self.year})" if self.year else self.title


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """What was read of a file."""

    name: str
    kind: FileKind
    out_of: int
    """Best rating on the file's scale: 5, 10 or 100."""
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    """One sentence for each line that could not be read."""


def read(data: bytes, name: str) -> RatingsFile:
    """Read an exported file.

    Args:
        data: the file as it is; UTF-8, UTF-16 (with its mark) or Windows' Latin.
        name: what the file is called, for messages; "watchlist" in it, or another word for films at
            hand ("my-shelf.csv", "dvds.csv"), makes it a watch-list.

    Raises DataError, in one sentence that says how to go on, for a file that is no table of films
    at all; what is wrong with single lines stands in `problems`, and the other lines count.
    """
    name = _short(re.split(r"[\\/]", name)[-1].strip() or "the file", 60)
    _refuse(data, name)
    columns, best, cells = _table(_decoded(data), name)
    lines = [(number, _fields(row, columns)) for number, row in cells]
    out_of = best or _scale(fields["stars"] for _, fields in lines)
    rows, problems = _rows(lines, out_of)
    if not rows and not problems:
        raise DataError(f"{name} names no films: below its header there has to be one film a line.")
    kind = FileKind.WATCHLIST if _LISTS.search(name.lower()) else FileKind.RATINGS
    return RatingsFile(name, kind, out_of, rows, problems)


def _table(text: str, name: str) -> tuple[dict[str, int], int, list[tuple[int, list[str]]]]:
    """The place of each known column, the scale (0 = not stated), and the lines below the header.

    Lines come with their number, and blank ones not at all. DataError for what is no such table.
    """
    delimiter = max(",;\t", key=text[:2000].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns, best = _header(lines, name)
        cells = [(lines.line_num, row) for row in islice(lines, MOST + 1)]
    except csv.Error as error:
        raise DataError(
            f"{name} cannot be read as a table at line {lines.line_num}: {error}."
        ) from error
    if len(cells) > MOST:
        raise DataError(f"{name} has more than {MOST:,} rows: import it in parts.")
    return columns, best, [(number, row) for number, row in cells if any(map(str.strip, row))]


def _refuse(data: bytes, name: str) -> None:
    """DataError for what is no text or too much of it."""
    if len(data) > LARGEST:
        raise DataError(
            f"{name} has {len(data) / 1e6:.1f} MB, but {LARGEST / 1e6:.0f} MB is the limit: "
            "import it in parts."
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


def _header(lines: Iterator[list[str]], name: str) -> tuple[dict[str, int], int]:
    """Place of each known column and the scale that the header states (0 = none)."""
    for row in islice(lines, _HEADER_WITHIN):
        names = [re.sub(r"[\W_]+", "", cell.lower()) for cell in row]
        columns = _columns(names)
        if len(names) > 1 and columns.keys() & _NAMES_A_FILM:
            return columns, _stated_scale(names, columns)
        if "title" in columns:
            return columns, 5
    raise DataError(
        f"{name} has no column of titles: its first line must name Title or Name "
        "(or IMDb’s Const), and may name Year and Rating."
    )


def _columns(names: list[str]) -> dict[str, int]:
    """Place of each column that is known by one of these names."""
    places = {}
    for column, spellings in _COLUMNS.items():
        spelling = next((spelling for spelling in spellings if spelling in names), None)
        if spelling is not None:
            places[column] = names.index(spelling)
    return places


def _stated_scale(names: list[str], columns: Mapping[str, int]) -> int:
    """Best rating of exports whose column names give them away; 0 for all other tables."""
    if "stars" in columns and names[columns["stars"]] in _OUT_OF_TEN:
        return 10
    return 5 if "letterboxduri" in names else 0


def _scale(values: Iterator[str]) -> int:
    """Best rating on the scale that these ratings are on, of 5, 10 and 100."""
    numbers = [number for value in values if (number := _number(value)) is not None]
    return next((best for best in (5, 10) if max(numbers, default=0.0) <= best), 100)


def _fields(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """What stands in each known column of a line; "" where there is nothing, or no such column."""
    fields = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
    return dict.fromkeys(_COLUMNS, "") | fields


def _rows(
    lines: Sequence[tuple[int, Mapping[str, str]]], out_of: int
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Rows of the lines that name a film, and one sentence for each that cannot be read."""
    rows, problems, others = [], [], 0
    for number, fields in lines:
        title_type = fields["type"].lower().replace(" ", "")
        if any(word in title_type for word in _NOT_FILMS):
            others += 1
            continue
        try:
            rows.append(_row(number, fields, out_of))
        except ValueError as error:
            problems.append(f"Line {number}: {error}")
    if others:
        be = "row is" if others == 1 else "rows are"
        problems.append(f"{others:,} {be} no film but series, episodes or games.")
    return tuple(rows), tuple(problems)


def _row(line: int, fields: Mapping[str, str], out_of: int) -> Row:
    """One row; ValueError says what is wrong with it."""
    title, year = _title_and_year(fields["title"], fields["year"])
    imdb, tmdb = _IMDB.fullmatch(fields["imdb"]), fields["tmdb"]
    row = Row(
        line,
        title,
        year=_year(year, title),
        stars=_stars(fields["stars"], out_of, title),
        imdb_id=int(imdb[1]) if imdb else 0,
        tmdb_id=int(tmdb) if tmdb.isdecimal() and len(tmdb) < 10 else 0,
    )
    if not (row.title or row.imdb_id or row.tmdb_id):
        raise ValueError("there is no title.")
    return row


def _title_and_year(title: str, year: str) -> tuple[str, str]:
    """The title as people write it, and the year that stands in it where none is given."""
    if len(title) > _LONGEST_TITLE:
        raise ValueError(
            f"the title is longer than {_LONGEST_TITLE} characters; is a quotation mark missing?"
        )
    if not year and (written := _YEAR_IN_TITLE.match(title)):
        title, year = written[1], written[2]
    if behind := _ARTICLE_BEHIND.match(title):
        title = f"{behind[2]} {behind[1]}"
    return title, year


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


# ---- and out again

HEADER: Final = ("Title", "Year", "Rating", "imdbID", "tmdbID")


def rated(
    state: SessionState,
    stars: Mapping[int, float | None],
    watched: Iterable[int],
    catalogue: Catalogue,
) -> list[tuple[Movie, float | None]]:
    """Films the person has seen, in the order of the transcript, with stars for an opinion.

    Letterboxd takes every film of the file as watched, so a thumb up ("good idea") alone is not
    among them: films that were stated or imported, "seen it", and those of the watch-list that were
    `watched` (movieIds). The `stars` that were imported count as long as they say what the person
    says now.
    """
    films, seen = [], frozenset(watched)
    for token, outcome in state.events:
        if not catalogue.is_movie(token):
            continue
        movie = catalogue.movie(token)
        judged = outcome.liking != 0 and movie.movie_id in seen
        statement = outcome.statement if judged else outcome
        if not statement.is_statement:
            continue
        given = stars.get(movie.movie_id)
        agree = given is not None and stated_by(given) is statement
        films.append((movie, given if agree else _stars_of(statement)))
    return films


def _stars_of(statement: Outcome) -> float | None:
    """Stars that say the same as a statement in words when they are read back."""
    if not statement.liking:
        return None
    return LIKE_FROM if statement.liking > 0 else DISLIKE_BELOW - 1.0


def to_csv(films: Iterable[tuple[Movie, float | None]]) -> str:
    """Films as CSV with a header; the rating is empty where there is none."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for movie, stars in films:
        rating = "" if stars is None else f"{round(stars * 2) / 2:g}"
        imdb, tmdb = f"tt{movie.imdb_id:07d}" if movie.imdb_id else "", str(movie.tmdb_id or "")
        writer.writerow((movie.title, str(movie.year or ""), rating, imdb, tmdb))
    return text.getvalue()
