"""What is held → CSV that Letterboxd imports (letterboxd.com/import): Title, Year, Rating, imdbID, tmdbID."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from assistant.imports.rows import STATED_BY
from core.catalogue import Catalogue
from core.domain import Movie, Outcome
from core.rewards import DISLIKE_BELOW, LIKE_FROM, reaction_to
from core.session import SessionState

HEADER: Final = ("Title", "Year", "Rating", "imdbID", "tmdbID")

STARS_OF: Final[Mapping[Outcome, float | None]] = MappingProxyType(
    {Outcome.STATED_LIKE: LIKE_FROM, Outcome.SEEN: None, Outcome.STATED_DISLIKE: DISLIKE_BELOW - 1.0}
)
"""Stars for a film of which somebody told in words what they think: read back, they say the same."""

_WATCHED: Final = MappingProxyType({Outcome.UP: Outcome.STATED_LIKE, Outcome.DOWN: Outcome.STATED_DISLIKE})


def rated(
    state: SessionState, stars: Mapping[int, float | None], watched: Iterable[int], catalogue: Catalogue
) -> list[tuple[Movie, float | None]]:
    """Films that the person has seen, with stars where there is an opinion, in the order of the transcript.

    Letterboxd takes every film of the file as watched, so a thumb up ("good idea") alone is not among them: films that
    were stated or imported, "seen it", and those of the watch-list that were `watched` (movieIds). The `stars` that
    were imported count as long as they say what the person says now.
    """
    films, seen = [], frozenset(watched)
    for token, outcome in state.events:
        if not catalogue.is_movie(token):
            continue
        movie = catalogue.movie(token)
        said = _WATCHED.get(outcome, outcome) if movie.movie_id in seen else outcome
        if said not in STARS_OF:
            continue
        given = stars.get(movie.movie_id)
        agree = given is not None and STATED_BY[reaction_to(given)] is said
        films.append((movie, given if agree else STARS_OF[said]))
    return films


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
