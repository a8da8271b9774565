"""What an import would do: which film each row of a file means, or may mean; shown before anything
is done, kept until it is confirmed.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from assistant.imports.reading import FileKind, RatingsFile, Row
from assistant.language.titles.index import FormKind
from assistant.language.titles.linker import TitleLinker
from assistant.language.words import normal, words
from core.catalogue import Catalogue
from core.domain import Movie

CHOICES: Final = 4
"""Films that are offered for a row that fits several."""
_NEARLY: Final = 1
"""Years by which two lists may differ over one film: festival and release."""
_FAR_BETTER: Final = 20
"""Times as many ratings with which a film is meant where another has the same title (and the same
year, if given)."""
_TYPOS_WITHIN: Final = 10
"""Words up to which a title is looked through for typing errors: that takes longer with every
word."""
_PERHAPS: Final = 3
"""Years up to which a film of the same title is asked about."""


_WHOLE: Final = (FormKind.FULL, FormKind.ALIAS, FormKind.BARE)
"""Kinds of written forms that are a whole title, and no part of one."""


@dataclass(frozen=True, slots=True)
class FilmMatch:
    """What a row fits: no film, one for sure, or several."""

    tokens: tuple[int, ...] = ()
    """Best known first."""
    sure: bool = False


class FilmFinder:
    """Finds the films of one catalogue by number, by title and year, and through typing errors.

    A number of IMDb or TMDB decides. Else a title as written (or an alias) of the same year, or of
    the year next to it, is sure where one film has it; so is the first part of a title of the very
    year ("Star Wars", 1977). Everything else is asked about, and what is only like a title is never
    taken for granted.
    """

    def __init__(self, linker: TitleLinker) -> None:
        self._linker = linker
        self._catalogue: Catalogue = linker.index.catalogue
        self._years: list[int] = self._catalogue.years.tolist()

    def find(self, row: Row) -> FilmMatch:
        """The film of a row, or the films that it may mean."""
        token = self._by_imdb.get(row.imdb_id) or self._by_tmdb.get(row.tmdb_id)
        if token is not None:
            return FilmMatch((token,), sure=True)
        title = normal(row.title)
        found = self._by_title(title, row.year)
        if title and not found.tokens:
            return self._through_typos(row)
        if found.sure and self._contradicts(row, found.tokens[0]):
            return FilmMatch(found.tokens)
        return found

    def _by_title(self, title: str, year: int) -> FilmMatch:
        """Films that bear a normal title as it is written; `year` is 0 where none is given."""
        key = self._linker.index.key_of(title) if title else None
        forms = [] if key is None else self._linker.index.forms(key)
        films = [form.row for form in forms if form.kind != FormKind.SERIES]
        whole = [form.row for form in forms if form.kind in _WHOLE]
        return self._of_year(films, whole, year) if year else self._sure_if_one(whole)

    def _contradicts(self, row: Row, token: int) -> bool:
        """Whether a film that has the row's title is another one by its number."""
        film = self._catalogue.movie(token)
        return any(
            given and known and given != known
            for given, known in ((row.imdb_id, film.imdb_id), (row.tmdb_id, film.tmdb_id))
        )

    def _of_year(self, films: Sequence[int], whole: Sequence[int], year: int) -> FilmMatch:
        """Films that fit a year, the surest kind first.

        Args:
            films: rows of the films that have the title, or a title that begins with it.
            whole: of these, the rows of films that have it as their whole title.
            year: as given.
        """
        fitting = (
            self._around(whole, year, 0)
            or self._around(whole, year, _NEARLY)
            or self._around(films, year, 0)
        )
        if fitting:
            return self._sure_if_one(fitting)
        undated = [film for film in whole if not self._years[film]]
        return FilmMatch(self._best_known([*self._around(whole, year, _PERHAPS), *undated]))

    def _around(self, films: Iterable[int], year: int, within: int) -> list[int]:
        """The films of a year and of the years `within` so many around it."""
        return [film for film in films if abs(self._years[film] - year) <= within]

    def _sure_if_one(self, films: Iterable[int]) -> FilmMatch:
        """Sure where there is one film, or one far better known than the next of that name."""
        tokens = self._best_known(films)
        if len(tokens) > 1:
            best, second = (int(self._catalogue.n_ratings[token - 1]) for token in tokens[:2])
            if best < _FAR_BETTER * max(second, 1):
                return FilmMatch(tokens)
        return FilmMatch(tokens[:1], sure=bool(tokens))

    def _through_typos(self, row: Row) -> FilmMatch:
        """Films whose title is nearly what was written, to be asked about."""
        typed = words(row.title)
        if len(typed) > _TYPOS_WITHIN:
            return FilmMatch()
        links = self._linker.link(row.title, typed, is_talk=False)
        whole = [link for link in links if (link.first, link.last) == (0, len(typed))]
        films = [film for link in whole for film in link.rows]
        near = self._around(films, row.year, _NEARLY) if row.year else films
        return FilmMatch(self._best_known(near))

    def _best_known(self, rows: Iterable[int]) -> tuple[int, ...]:
        return tuple(film + 1 for film in sorted(set(rows))[:CHOICES])

    @cached_property
    def _by_imdb(self) -> dict[int, int]:
        return {film.imdb_id: film.row + 1 for film in self._catalogue.movies if film.imdb_id}

    @cached_property
    def _by_tmdb(self) -> dict[int, int]:
        return {film.tmdb_id: film.row + 1 for film in self._catalogue.movies if film.tmdb_id}


STEP = 20
"""Rows between two reports of progress: some hundredths of a second."""

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
