"""A MovieLens folder or archive → catalogue, ratings and a report of what was left out."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facets import tags_of_films, with_facts
from core.data.facts import FilmFacts
from core.data.formats import SCHEMAS, Table, read_csv, read_parquet
from core.data.names import parse_title
from core.data.ratings import Ratings
from core.data.search import akin, said_of_films
from core.data.typicality import typicality
from core.domain import Facet, Movie
from core.errors import DataError

IntArray = npt.NDArray[np.int64]

NO_GENRE: Final = "(no genres listed)"
"""What MovieLens writes for films without a genre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReport:
    """What was read and what was left out; `str()` is for people."""

    source: str
    """Folder or archive."""
    n_ratings: int
    n_users: int
    n_rated: int
    """Films with at least one rating."""
    n_unknown: int = 0
    """Ratings left out because the catalogue does not hold their film."""
    n_people: int = 0
    """Makers and cast whose films are known well enough to ask for them."""
    bad_rows: tuple[tuple[str, int], ...] = ()
    """(file and reason, number of rows) of what `skip_bad_rows` left out, most first."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left out."""
        return not (self.n_unknown or self.bad_rows)

    def __str__(self) -> str:
        """One line of totals, then one for each kind of row that was left out."""
        lines = [
            f"{self.source}: {self.n_ratings:,} ratings of {self.n_rated:,} films "
            f"by {self.n_users:,} people"
        ]
        if self.n_people:
            lines.append(f"{self.n_people:,} people of cast and crew can be asked for")
        if self.n_unknown:
            lines.append(
                f"left out {self.n_unknown:,} ratings of films that the catalogue does not hold"
            )
        lines += [f"left out {count:,} bad rows: {reason}" for reason, count in self.bad_rows]
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class MovieLens:
    """A data set, ready for training."""

    catalogue: Catalogue
    ratings: Ratings
    report: ReadReport
    fingerprint: str
    """SHA-256, hex, of the rows that were used: equal for equal data, be it a folder or an archive,
    CSV or Parquet."""


def read(
    path: str | Path,
    *,
    facts: FilmFacts | None = None,
    skip_bad_rows: bool = False,
    min_ratings: int = 5,
    min_tag_users: int = 5,
) -> MovieLens:
    """Reads a MovieLens folder or .zip archive; `facts` are of its films (see `core.data.facets`).

    Films with at least `min_ratings` ratings can be recommended (`Catalogue.n_items`); a tag
    becomes a facet when `min_tag_users` people gave it. With `skip_bad_rows` bad rows are counted
    in the report, else the first one raises. Raises DataError naming file, line and value.
    """
    source = Source.find(Path(path))
    movies = _one_a_film(source.need("movies", skip=skip_bad_rows))
    ids = movies.frame["movieId"].to_numpy()
    rated, rows = _known(source.need("ratings", skip=skip_bad_rows), ids)
    rated, ratings = _ratings(rated, rows, len(ids))
    counts = np.bincount(ratings.row, minlength=len(ids))
    order = np.lexsort((ids, -counts))
    ratings = renumbered(ratings, np.argsort(order))
    frame = movies.frame.iloc[order].reset_index(drop=True)
    links = source.table("links", skip=skip_bad_rows)
    links = None if links is None else _one_a_film(links)
    tags = source.table("tags", skip=skip_bad_rows)
    tags = None if tags is None else _known(tags, ids)[0]
    catalogue = _catalogue(
        _movies(frame, links),
        counts[order],
        tags,
        facts,
        min_ratings=min_ratings,
        min_tag_users=min_tag_users,
    )
    tables = [table for table in (movies, rated, links, tags) if table is not None]
    people = {facet.name for facet in catalogue.facets if facet.kind in ("person", "director")}
    report = replace(_report(path, ratings, tables), n_people=len(people))
    known = "" if facts is None else facts.version
    return MovieLens(catalogue, ratings, report, _fingerprint(frame, ratings, links, tags, known))


def read_ratings(
    path: str | Path, catalogue: Catalogue, *, skip_bad_rows: bool = False
) -> tuple[Ratings, ReadReport]:
    """Reads other people's ratings of a catalogue's films from a MovieLens folder or .zip archive.

    Only the ratings table is read. Ratings of films that the catalogue does not hold are left out
    and counted (`ReadReport.n_unknown`); people with no other ratings disappear with them. Raises
    DataError like `read`, and where no rating is left.
    """
    source = Source.find(Path(path))
    table = source.need("ratings", skip=skip_bad_rows)
    rows = _positions(table, catalogue.movie_ids)
    known = rows >= 0
    if not known.any():
        raise DataError(
            f"{table.file} in {path} rates no film of the catalogue: "
            "are its movieIds those of MovieLens?"
        )
    n_unknown = int((~known).sum())
    if n_unknown:
        table, rows = table.only(known), rows[known]
    table, ratings = _ratings(table, rows, len(catalogue.movies))
    return ratings, _report(path, ratings, [table], n_unknown)


# ---- ratings


def _positions(table: Table, ids: IntArray) -> IntArray:
    """Place of each row's movieId among `ids`, −1 where it is not there."""
    return np.asarray(pd.Index(ids).get_indexer(pd.Index(table.frame["movieId"])), dtype=np.int64)


def _one_a_film(table: Table) -> Table:
    """Without the rows of a movieId that has one already."""
    repeated = table.frame["movieId"].duplicated().to_numpy()
    return table.without(repeated, "movieId", "has a row already")


def _known(table: Table, ids: IntArray) -> tuple[Table, IntArray]:
    """Without the rows whose movieId is not among `ids`, and the places of the others."""
    places = _positions(table, ids)
    return table.without(places < 0, "movieId", "is not among the movies"), places[places >= 0]


def _ratings(table: Table, rows: IntArray, n_movies: int) -> tuple[Table, Ratings]:
    """Sorts by person and row; of two ratings of a film by one person the second is a bad row."""
    users, user_ids = pd.factorize(table.frame["userId"].to_numpy(), sort=True)
    key = users.astype(np.int64) * n_movies + rows
    order = np.argsort(key, kind="stable")
    again = np.flatnonzero(np.diff(key[order]) == 0) + 1
    if len(again):
        repeated = np.zeros(len(key), dtype=np.bool_)
        repeated[order[again]] = True
        return _ratings(
            table.without(repeated, "movieId", "is rated twice by the same userId"),
            rows[~repeated],
            n_movies,
        )
    stars = table.frame["rating"].to_numpy()[order].astype(np.float32)
    time = table.frame["timestamp"].to_numpy()[order]
    ids = user_ids.astype(np.int64)
    number = users[order].astype(np.int64)
    return table, Ratings(number, rows[order], stars, time, ids, n_movies=n_movies)


def renumbered(ratings: Ratings, new_row: IntArray) -> Ratings:
    """The same ratings with row r called `new_row[r]`."""
    row = new_row[ratings.row]
    order = np.argsort(ratings.user * ratings.n_movies + row)
    return replace(
        ratings, row=row[order], value=ratings.value[order], timestamp=ratings.timestamp[order]
    )  # `user` is sorted already


# ---- catalogue


def _movies(films: pd.DataFrame, links: Table | None) -> list[Movie]:
    """The films in row order."""
    columns = (films[name].tolist() for name in ("movieId", "title", "genres"))
    numbers = _links(films["movieId"].to_numpy(), links)
    movies = []
    for row, (movie_id, raw, listed, imdb, tmdb) in enumerate(zip(*columns, *numbers, strict=True)):
        title = parse_title(raw)
        genres = (part.strip() for part in listed.split("|"))
        named = tuple(name for name in genres if name and name != NO_GENRE)
        movies.append(
            Movie(
                row,
                movie_id,
                title.title,
                title.year,
                named,
                title.aliases,
                imdb_id=imdb,
                tmdb_id=tmdb,
            )
        )
    return movies


def _catalogue(
    movies: list[Movie],
    counts: IntArray,
    tags: Table | None,
    facts: FilmFacts | None,
    *,
    min_ratings: int,
    min_tag_users: int,
) -> Catalogue:
    """Films with their facets: genres, then tags, then what is known of the films."""
    n_items = int((counts >= min_ratings).sum())
    facets = {Facet("genre", name): rows for name, rows in sorted(_genres(movies).items())}
    if tags is not None:
        tag_rows = _positions(tags, np.array([movie.movie_id for movie in movies]))
        found = tags_of_films(
            tags.frame["userId"].to_numpy(),
            tag_rows,
            tags.frame["tag"],
            {facet.name for facet in facets},
            min_users=min_tag_users,
        )
        facets |= {Facet("tag", name): rows for name, rows in found.items()}
    films = Catalogue(
        movies=tuple(movies),
        facets=(),
        membership=_membership([], len(movies)),
        n_ratings=counts.astype(np.int64),
        n_items=n_items,
    )
    if facts is not None:
        facets = with_facts(facets, facts.of(films))
    membership = _membership(list(facets.values()), len(movies))
    catalogue = replace(films, facets=tuple(facets), membership=membership)
    return catalogue if facts is None else _graded(catalogue, facts)


def _graded(catalogue: Catalogue, facts: FilmFacts) -> Catalogue:
    """The catalogue with how typical films are of their facets, and how alike by their words."""
    words = said_of_films(facts.of(catalogue))
    return replace(catalogue, typicality=typicality(catalogue, words), akin=akin(words))


def _genres(movies: list[Movie]) -> dict[str, IntArray]:
    rows: dict[str, list[int]] = {}
    for movie in movies:
        for name in dict.fromkeys(movie.genres):
            rows.setdefault(name, []).append(movie.row)
    return {name: np.array(films, dtype=np.int64) for name, films in rows.items()}


def _membership(rows: list[IntArray], n_movies: int) -> sparse.csr_matrix:
    """CSR (facets, movies), bool, from the sorted rows of each facet's films."""
    indices = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    starts = np.cumsum([0, *(len(films) for films in rows)])
    data = np.ones(len(indices), dtype=np.bool_)
    return sparse.csr_matrix((data, indices, starts), shape=(len(rows), n_movies))


def _links(ids: IntArray, links: Table | None) -> tuple[list[int], list[int]]:
    """(IMDb number, TMDB number) of each film, 0 where there is none."""
    if links is None:
        return [0] * len(ids), [0] * len(ids)
    of_films = links.frame.set_index("movieId").reindex(ids, fill_value=0)
    return of_films["imdbId"].tolist(), of_films["tmdbId"].tolist()


# ---- report and fingerprint


def _report(
    path: str | Path, ratings: Ratings, tables: list[Table], n_unknown: int = 0
) -> ReadReport:
    left_out = Counter(
        {
            f"{table.file}: {reason}": count
            for table in tables
            for reason, count in table.counts.items()
        }
    )
    return ReadReport(
        source=Path(path).name,
        n_ratings=len(ratings),
        n_users=ratings.n_users,
        n_rated=len(np.unique(ratings.row)),
        n_unknown=n_unknown,
        bad_rows=tuple(left_out.most_common()),
    )


def _fingerprint(
    movies: pd.DataFrame, ratings: Ratings, links: Table | None, tags: Table | None, facts: str
) -> str:
    digest = hashlib.sha256(b"marquee ratings 1" + facts.encode())
    ids = movies["movieId"].to_numpy()
    for column in (
        ratings.user_ids[ratings.user],
        ids[ratings.row],
        ratings.value,
        ratings.timestamp,
    ):
        digest.update(np.ascontiguousarray(column).data)
    sorted_by = ((links, ["movieId"]), (tags, ["userId", "movieId", "timestamp", "tag"]))
    others = [table.frame.sort_values(keys) for table, keys in sorted_by if table is not None]
    for frame in (movies.sort_values("movieId"), *others):
        for name in frame.columns:
            digest.update(f"\x1d{name}\x1e".encode())
            digest.update("\x1f".join(map(str, frame[name].tolist())).encode())
    return digest.hexdigest()


# ---- a folder, or a .zip archive as GroupLens ships it

LARGEST_TABLE: Final = 8 * 2**30
"""Bytes a table may unpack to (ml-32m's ratings have 0.9 GB): a small archive must not fill the
memory."""


@dataclass(frozen=True)
class Source:
    """A folder or .zip archive with the tables, at its top or in one folder inside."""

    path: Path
    members: dict[str, str]
    """Table name → path inside the folder or archive."""

    @classmethod
    def find(cls, path: Path) -> Source:
        """Looks for the tables. DataError where there are none, or in several folders."""
        if path.is_dir():
            inside = [
                file.relative_to(path) for pattern in ("*", "*/*") for file in path.glob(pattern)
            ]
            names = [name.as_posix() for name in inside if (path / name).is_file()]
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.count("/") <= 1]
        elif path.exists():
            raise DataError(
                f"{path} is neither a folder nor a .zip archive: "
                "give the MovieLens folder or its .zip."
            )
        else:
            raise DataError(
                f"{path} does not exist: "
                "`python -m core fetch ml-latest-small` downloads a data set."
            )
        return cls(path, _members(path, names))

    def table(self, name: str, *, skip: bool) -> Table | None:
        """Reads one table; None without it, DataError for a file or row that breaks the format."""
        member = self.members.get(name)
        if member is None:
            return None
        try:
            if self.path.is_dir():
                with (self.path / member).open("rb") as stream:
                    return _read(stream, name, PurePosixPath(member), skip)
            with zipfile.ZipFile(self.path) as archive:
                if archive.getinfo(member).file_size > LARGEST_TABLE:
                    raise DataError(
                        f"{member} in {self.path} unpacks to more than "
                        f"{LARGEST_TABLE // 2**30} GiB."
                    )
                with archive.open(member) as unpacked:
                    return _read(unpacked, name, PurePosixPath(member), skip)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise DataError(
                f"{member} in {self.path} cannot be unpacked ({error}): fetch the archive again."
            ) from error
        except OSError as error:
            raise DataError(
                f"{member} in {self.path} cannot be read: {error.strerror or error}."
            ) from error

    def need(self, name: str, *, skip: bool) -> Table:
        """Like `table`, but DataError where the table is missing or has no rows."""
        table = self.table(name, skip=skip)
        if table is None:
            raise DataError(
                f"{self.path} holds no {name}.csv or {name}.parquet: it is not a MovieLens folder."
            )
        if not len(table.frame):
            raise DataError(
                f"{table.file} has no usable rows: it should hold {', '.join(SCHEMAS[name])}."
            )
        return table


def _read(stream: IO[bytes], name: str, member: PurePosixPath, skip: bool) -> Table:
    if member.suffix == ".csv":
        return read_csv(stream, member.name, SCHEMAS[name], skip)
    # Parquet is read from its end: an archive's stream would be unpacked again at each step back
    return read_parquet(io.BytesIO(stream.read()), member.name, SCHEMAS[name], skip)


def _members(path: Path, names: list[str]) -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for name in sorted(names):  # .csv comes before .parquet and wins
        entry = PurePosixPath(name)
        if entry.stem in SCHEMAS and entry.suffix in {".csv", ".parquet"}:
            found.setdefault(entry.parent.as_posix(), {}).setdefault(entry.stem, name)
    folders = {folder: members for folder, members in found.items() if "ratings" in members}
    if "." in folders:
        return folders["."]
    if len(folders) > 1:
        raise DataError(
            f"{path} holds several data sets ({', '.join(folders)}): give one of these folders."
        )
    if not folders:
        raise DataError(
            f"{path} holds no ratings.csv or ratings.parquet: it is not a MovieLens folder."
        )
    return next(iter(folders.values()))
