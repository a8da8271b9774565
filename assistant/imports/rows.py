"""The values of an import, and films on their way out again.

What is held → CSV that Letterboxd imports (letterboxd.com/import): Title, Year, Rating, imdbID,
tmdbID.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from core.catalogue import Catalogue
from core.domain import Movie, Outcome
from core.rewards import DISLIKE_BELOW, LIKE_FROM, reaction_to
from core.session import SessionState


def stated_by(stars: float | None) -> Outcome:
    """What a rating of 0.5–5 stars says of the taste; a film that was only watched is seen."""
    return Outcome.SEEN if stars is None else reaction_to(stars).statement


class FileKind(Enum):
    """What a file holds; the value is what is stored."""

    RATINGS = "ratings"
    """Films with stars; a film without them was watched."""
    WATCHLIST = "watchlist"
    """Films to watch."""


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
