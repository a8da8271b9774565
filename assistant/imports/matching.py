"""Row of a file → the film it means, or the films it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from assistant.imports.rows import Row
from assistant.language.titles.index import FormKind
from assistant.language.titles.linker import TitleLinker
from assistant.language.words import normal, words
from core.catalogue import Catalogue

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
        links = self._linker.link(row.title, typed)
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
