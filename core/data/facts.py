"""Who plays in which film: titles, years and names, matched to the catalogue.

The table is a CSV file with the columns `title`, `year` and `cast` (names parted by "|"); further
columns are ignored. A film is the catalogue's of the same title, or alias, whose year is the same
or one apart.

Which films are spoken in another language than English: a list of those that enough people have
rated.

`languages.csv` holds movieId and language of the films of movielens-mix with five ratings or more
that people who speak English see with subtitles. It was put together by hand. A film that is not on
it may be in English or little known: the list spares somebody subtitles as far as it goes, and
finds films in Korean, but not all of them.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from core.data.formats import NAME, TEXT, WHOLE, Table, read_csv
from core.data.titles import FilmNames, title_key
from core.domain import Facet, Movie
from core.errors import DataError

IntArray = npt.NDArray[np.int64]

KIND: Final = "language"
FOREIGN: Final = "foreign language"
"""The facet of all these films."""
FAMILIES: Final = MappingProxyType(
    {
        "Scandinavian": frozenset(("Danish", "Icelandic", "Norwegian", "Swedish")),
        "Indian": frozenset(("Bengali", "Hindi", "Malayalam", "Tamil", "Telugu")),
    }
)
"""Names for several languages that people ask for as one."""


def languages_of_films(movies: Sequence[Movie]) -> dict[Facet, IntArray]:
    """`FOREIGN`, families and languages of any of the films, with their sorted rows."""
    spoken = _spoken()
    found: dict[str, list[int]] = {}
    for movie in movies:
        if (language := spoken.get(movie.movie_id)) is not None:
            families = (family for family, members in FAMILIES.items() if language in members)
            for name in (FOREIGN, *families, language):
                found.setdefault(name, []).append(movie.row)
    return {
        Facet(KIND, name): np.array(sorted(found[name]), dtype=np.int64) for name in sorted(found)
    }


@cache
def _spoken() -> Mapping[int, str]:
    """Language by movieId."""
    with Path(__file__).with_name("languages.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {int(row["movieId"]): row["language"] for row in csv.DictReader(file)}
        )


SCHEMA: Final = {"title": NAME, "year": WHOLE, "cast": TEXT}
MIN_FILMS: Final = 6
"""Recommendable films from which a person can be asked for: with fewer there is next to nothing to
choose from, and each person costs every film a number in memory."""
_ROLE: Final = re.compile(r"\s*[(\[].*?[)\]]")
_NO_NAME: Final = re.compile(r"and|others|unknown|various|n/a|none")


def read_cast(path: Path, *, skip: bool) -> Table:
    """Reads such a table; DataError naming file, line and value."""
    try:
        with path.open("rb") as stream:
            return read_csv(stream, path.name, SCHEMA, skip)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}; give a CSV of title,year,cast."
        ) from error


def people_of_films(
    cast: Table, movies: Sequence[Movie], n_items: int, *, min_films: int = MIN_FILMS
) -> dict[str, IntArray]:
    """People in `min_films` or more of the first `n_items` movies, by name, with sorted rows."""
    films_named = FilmNames(movies)
    found: defaultdict[str, set[int]] = defaultdict(set)
    columns = (cast.frame[name].tolist() for name in ("title", "year", "cast"))
    for title, year, names in zip(*columns, strict=True):
        row = films_named.exact(title, year)
        if row is not None:
            for name in _names(names):
                found[name].add(row)
    return {
        name: np.array(sorted(films), dtype=np.int64)
        for name, films in sorted(found.items())
        if sum(row < n_items for row in films) >= min_films
    }


def with_people(
    facets: Mapping[Facet, IntArray], people: Mapping[str, IntArray]
) -> dict[Facet, IntArray]:
    """Facets and their films with the people added, in place of tags of the same name."""
    tags = {title_key(facet.name): facet for facet in facets if facet.kind == "tag"}
    persons: dict[Facet, IntArray] = {}
    replaced: set[Facet] = set()
    for name, films in people.items():
        tag = tags.get(title_key(name))
        persons[Facet("person", name)] = films if tag is None else np.union1d(films, facets[tag])
        if tag is not None:
            replaced.add(tag)
    return {facet: films for facet, films in facets.items() if facet not in replaced} | persons


def _names(cast: str) -> list[str]:
    names = (" ".join(_ROLE.sub("", name).split()) for name in cast.split("|"))
    return [
        name
        for name in names
        if len(name) > 2 and name[0].isalpha() and not _NO_NAME.fullmatch(name.casefold())
    ]
