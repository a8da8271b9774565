"""Row of a file → the film it means, or the films it may mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from assistant.imports.rows import Row
from assistant.language.titles.index import Form, FormKind
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
        """The film of a row."""
        token = self._by_imdb.get(row.imdb_id) or self._by_tmdb.get(row.tmdb_id)
        if token is not None:
            return FilmMatch((token,), sure=True)
        title = normal(row.title)
        key = self._linker.index.key_of(title) if title else None
        forms = (
            []
            if key is None
            else [form for form in self._linker.index.forms(key) if form.kind != FormKind.SERIES]
        )
        whole = [form for form in forms if _whole(form)]
        found = self._of_year(forms, row.year) if row.year else self._sure_if_one(whole)
        if not found.tokens and title:
            return self._through_typos(row)
        return (
            FilmMatch(found.tokens)
            if found.sure and self._contradicts(row, found.tokens[0])
            else found
        )

    def _contradicts(self, row: Row, token: int) -> bool:
        """Whether a film that has the row's title is another one by its number."""
        film = self._catalogue.movie(token)
        return any(
            given and known and given != known
            for given, known in ((row.imdb_id, film.imdb_id), (row.tmdb_id, film.tmdb_id))
        )

    def _of_year(self, forms: Sequence[Form], year: int) -> FilmMatch:
        """Films of these written forms that fit a year, the surest kind first."""
        apart = [
            (form, abs(self._years[form.row] - year)) for form in forms if self._years[form.row]
        ]
        for wanted in (
            [form for form, years in apart if _whole(form) and not years],
            [form for form, years in apart if _whole(form) and years <= _NEARLY],
            [form for form, years in apart if not years],
        ):
            if wanted:
                return self._sure_if_one(wanted)
        asked = [form for form, years in apart if _whole(form) and years <= _PERHAPS]
        asked += [form for form in forms if _whole(form) and not self._years[form.row]]
        return FilmMatch(self._best_known(form.row for form in asked))

    def _sure_if_one(self, forms: Iterable[Form]) -> FilmMatch:
        """Sure where one film is meant, or one that is far better known than the next of that
        name.
        """
        tokens = self._best_known(form.row for form in forms)
        counts = [int(self._catalogue.n_ratings[token - 1]) for token in tokens]
        alone = len(tokens) == 1 or (
            len(tokens) > 1 and counts[0] >= _FAR_BETTER * max(counts[1], 1)
        )
        return FilmMatch(tokens[:1], sure=True) if alone else FilmMatch(tokens)

    def _through_typos(self, row: Row) -> FilmMatch:
        """Films whose title is nearly what was written, to be asked about."""
        said = words(row.title)
        if len(said) > _TYPOS_WITHIN:
            return FilmMatch()
        links = [
            link
            for link in self._linker.link(row.title, said)
            if link.first == 0 and link.last == len(said)
        ]
        near = (film for link in links for film in link.rows)
        fits = (
            film for film in near if not row.year or abs(self._years[film] - row.year) <= _NEARLY
        )
        return FilmMatch(self._best_known(fits))

    def _best_known(self, rows: Iterable[int]) -> tuple[int, ...]:
        return tuple(film + 1 for film in sorted(set(rows))[:CHOICES])

    @cached_property
    def _by_imdb(self) -> dict[int, int]:
        return {film.imdb_id: film.row + 1 for film in self._catalogue.movies if film.imdb_id}

    @cached_property
    def _by_tmdb(self) -> dict[int, int]:
        return {film.tmdb_id: film.row + 1 for film in self._catalogue.movies if film.tmdb_id}


def _whole(form: Form) -> bool:
    """Whether a written form is a whole title, and no part of one."""
    return form.kind in (FormKind.FULL, FormKind.ALIAS, FormKind.BARE)
