"""Which films are spoken in another language than English: a list of those that enough people have rated.

`languages.csv` holds movieId and language of the films of movielens-mix with five ratings or more that people who speak
English see with subtitles. It was put together by hand. A film that is not on it may be in English or little known: the
list spares somebody subtitles as far as it goes, and finds films in Korean, but not all of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from core.domain import Facet, Movie

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
    """`FOREIGN`, families and languages that any of the films are of, with the rows of these, sorted."""
    spoken = _spoken()
    found: dict[str, list[int]] = {}
    for movie in movies:
        if (language := spoken.get(movie.movie_id)) is not None:
            families = (family for family, members in FAMILIES.items() if language in members)
            for name in (FOREIGN, *families, language):
                found.setdefault(name, []).append(movie.row)
    return {Facet(KIND, name): np.array(sorted(found[name]), dtype=np.int64) for name in sorted(found)}


@cache
def _spoken() -> Mapping[int, str]:
    """Language by movieId."""
    with Path(__file__).with_name("languages.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({int(row["movieId"]): row["language"] for row in csv.DictReader(file)})
