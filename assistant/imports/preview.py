"""What an import would do: told before anything is done, kept in the store until it is
confirmed.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.imports.matching import FilmFinder
from assistant.imports.rows import FileKind, RatingsFile
from core.catalogue import Catalogue
from core.domain import Movie

STEP = 500
"""Rows between two reports of progress."""

Progress = tuple[int, int]
"""Rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that may mean several films, or one that is only like it."""

    label: str
    """As written, with its year."""
    films: tuple[int, ...]
    """movieIds, best known first."""
    films_as_told: tuple[str, ...]
    """Their titles with years, in the same order."""
    stars: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """A file, sorted out."""

    name: str
    kind: FileKind
    out_of: int
    """Best rating on the file's scale."""
    matched: Mapping[int, float | None]
    """Stars (0.5–5, None = watched only) by movieId."""
    ambiguous: tuple[Doubt, ...] = ()
    unmatched: tuple[str, ...] = ()
    """Rows that fit no film, as written."""
    problems: tuple[str, ...] = ()
    """One sentence for each line that could not be read."""

    def chosen(self, choices: Mapping[int, int]) -> dict[int, float | None]:
        """The ratings to import, with those of doubtful rows for which a film was picked.

        `choices` are movieIds by place in `ambiguous`; ValueError for a place or film that was not
        offered.
        """
        ratings = dict(self.matched)
        for place, film in choices.items():
            if not 0 <= place < len(self.ambiguous) or film not in self.ambiguous[place].films:
                raise ValueError(f"film {film} was not offered for doubtful row {place}")
            ratings.setdefault(film, self.ambiguous[place].stars)
        return ratings

    def to_json(self) -> str:
        """JSON for the store."""
        record = asdict(self) | {"kind": self.kind.value, "matched": list(self.matched.items())}
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Preview:
        """Inverse of `to_json`; ValueError for anything else."""
        try:
            record: dict[str, Any] = json.loads(text)
            return cls(
                record["name"],
                FileKind(record["kind"]),
                record["out_of"],
                dict(record["matched"]),
                tuple(
                    Doubt(
                        one["label"], tuple(one["films"]), tuple(one["films_as_told"]), one["stars"]
                    )
                    for one in record["ambiguous"]
                ),
                tuple(record["unmatched"]),
                tuple(record["problems"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a preview: {error!r}") from error


def sort_out(
    file: RatingsFile, finder: FilmFinder, catalogue: Catalogue
) -> Generator[Progress, None, Preview]:
    """Look up every row of a file; yields how far it is, returns what was found.

    Of a film that several rows name the last one counts (exports are in order of time), rows with
    stars before rows without.
    """
    matched: dict[int, float | None] = {}
    doubts, unmatched = [], []
    for number, row in enumerate(file.rows):
        if number % STEP == 0:
            yield number, len(file.rows)
        found = finder.find(row)
        films = tuple(catalogue.movie(token).movie_id for token in found.tokens)
        if found.sure:
            if row.stars is not None or films[0] not in matched:
                matched[films[0]] = row.stars
        elif films:
            told = _told_apart([catalogue.movie(token) for token in found.tokens])
            doubts.append(Doubt(row.label, films, told, row.stars))
        else:
            unmatched.append(row.label)
    doubts = [doubt for doubt in doubts if not set(doubt.films[:1]) & matched.keys()]
    return Preview(
        file.name, file.kind, file.out_of, matched, tuple(doubts), tuple(unmatched), file.problems
    )


def _told_apart(films: Sequence[Movie]) -> tuple[str, ...]:
    """Titles with years; with genres, too, where two would read the same."""
    labels = [film.label for film in films]
    return tuple(
        f"{film.label}, {', '.join(film.genres) or 'no genre'}"
        if labels.count(film.label) > 1
        else film.label
        for film in films
    )
