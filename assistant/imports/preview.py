"""What an import would do: shown before anything is done, kept until it is confirmed."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.imports.matching import FilmFinder
from assistant.imports.rows import FileKind, RatingsFile, Row
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
            doubts = [
                Doubt(row["label"], tuple(row["films"]), tuple(row["films_as_told"]), row["stars"])
                for row in record["ambiguous"]
            ]
            return cls(
                name=record["name"],
                kind=FileKind(record["kind"]),
                out_of=record["out_of"],
                matched=dict(record["matched"]),
                ambiguous=tuple(doubts),
                unmatched=tuple(record["unmatched"]),
                problems=tuple(record["problems"]),
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
        films = [catalogue.movie(token) for token in found.tokens]
        if not films:
            unmatched.append(row.label)
        elif not found.sure:
            doubts.append(_doubt(row, films))
        elif row.stars is None:
            matched.setdefault(films[0].movie_id, None)
        else:
            matched[films[0].movie_id] = row.stars
    return Preview(
        name=file.name,
        kind=file.kind,
        out_of=file.out_of,
        matched=matched,
        ambiguous=tuple(doubt for doubt in doubts if doubt.films[0] not in matched),
        unmatched=tuple(unmatched),
        problems=file.problems,
    )


def _doubt(row: Row, films: Sequence[Movie]) -> Doubt:
    ids = tuple(film.movie_id for film in films)
    return Doubt(row.label, ids, _distinct_labels(films), row.stars)


def _distinct_labels(films: Sequence[Movie]) -> tuple[str, ...]:
    """Titles with years; with genres, too, where two would read the same."""
    labels = [film.label for film in films]
    return tuple(
        f"{film.label}, {', '.join(film.genres) or 'no genre'}"
        if labels.count(film.label) > 1
        else film.label
        for film in films
    )
