"""Every way to write the title of every film, ready to be found in a sentence.

A film has its title, its aliases and what people make of them: without the article, only what
stands before or behind a colon, "Godfather 2" for "The Godfather: Part II". One Aho-Corasick
automaton holds them all.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import ahocorasick
import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import background, recent_films, table, title_class
from assistant.language.words import Word, normal
from core.catalogue import Catalogue
from core.domain import Movie


class FormKind(IntEnum):
    """What a written form is to its film."""

    FULL = 0
    ALIAS = 1
    BARE = 2
    """Without its article."""
    NUMBER = 3
    """With its number and without what follows: "terminator 2", "star wars 4"."""
    HEAD = 4
    """What stands before a colon: "anchorman"."""
    TAIL = 5
    """What stands behind a colon: "fury road"."""
    NICKNAME = 6
    """From the list of nicknames: "t2"."""
    SERIES = 7
    """From the list of series: all films of the key are meant."""


_KINDS: Final = tuple(FormKind)


class Form(NamedTuple):
    """A written form of a film."""

    row: int
    kind: FormKind


class Match(NamedTuple):
    """A written form found in a sentence."""

    first: int
    """First word."""
    last: int
    """One past the last word."""
    key: int
    """Which written form."""


_ARTICLES: Final = title_class("title_articles")
_PARTING: Final = re.compile(r"\s*(?:[:;–—]\s+|\s-\s+|\sor,?:?\s+(?=How\b))\s*")
_NAMED_SERIES: Final = re.compile(
    r"(?:Harry Potter|Indiana Jones|Wallace & Gromit|Wallace and Gromit) (?:and|in) (?=the |The )"
)
_PART_WORDS: Final = frozenset(("part", "vol", "chapter", "episode", "number"))
_ROMAN_LETTER: Final = {"v": "5", "x": "10", "i": "1"}
_KNOWN: Final = 3
"""Ratings from which parts of a title stand for the film; below, only its whole titles do."""

_RECENT: Final = 10
"""Ratings that a film of recent.txt counts as having at least."""
_REMEMBERED: Final = 8192
"""Written forms whose films are kept at hand: people name the same ones again and again."""
_SERIES: Final = 12
"""Most films that one name of a series stands for."""
_SERIES_FROM: Final = 5
"""Ratings from which a film belongs to a series that is named as a whole."""

Keys = dict[str, dict[int, int]]


def written_forms(movie: Movie, *, known: bool) -> Iterator[tuple[str, FormKind]]:
    """Normal forms of a film's name; `known` films also go by parts of their title."""
    for number, title in enumerate((movie.title, *movie.aliases)):
        whole = normal(title)
        if not whole:
            continue
        yield whole, FormKind.ALIAS if number else FormKind.FULL
        words = whole.split(" ")
        if len(words) > 1 and words[0] in _ARTICLES:
            yield " ".join(words[1:]), FormKind.BARE
        if known:
            yield from _numbered(words)
            yield from _parts(title)


def _numbered(words: Sequence[str]) -> Iterator[tuple[str, FormKind]]:
    """Of "the godfather part 2": "the godfather 2" and "godfather 2"."""
    if words[-1] in _ROMAN_LETTER and len(words) > 1:
        words = [*words[:-1], _ROMAN_LETTER[words[-1]]]
        yield " ".join(words), FormKind.NUMBER
    kept = [
        word
        for place, word in enumerate(words)
        if not place or word not in _PART_WORDS or not _is_number(words[place + 1 : place + 2])
    ]
    if len(kept) < len(words):
        yield from _with_and_without_article(kept, FormKind.NUMBER)


def _is_number(words: Sequence[str]) -> bool:
    return len(words) == 1 and words[0][0].isdecimal()


def _with_and_without_article(
    words: Sequence[str], kind: FormKind, shortest: int = 1
) -> Iterator[tuple[str, FormKind]]:
    """A form, and the same without its article, if at least `shortest` words are left."""
    yield " ".join(words), kind
    if words[0] in _ARTICLES and len(words) > shortest:
        yield " ".join(words[1:]), kind


def _parts(title: str) -> Iterator[tuple[str, FormKind]]:
    """What stands before and behind the colons of a title."""
    series = _NAMED_SERIES.match(title)
    pieces = [series[0], title[series.end() :]] if series else _PARTING.split(title)
    parts = [part for piece in pieces if (part := normal(piece))]
    for end in range(1, 1 if series else len(parts)):
        head = " ".join(parts[:end]).split(" ")
        numbered = len(head) > 1 and head[-1][0].isdecimal()
        kind = FormKind.NUMBER if numbered else FormKind.HEAD
        yield from _with_and_without_article(head, kind)
        yield from _numbered(head)
    for begin in range(1, len(parts)):
        tail = " ".join(parts[begin:]).split(" ")
        if len(tail) > 1 or not background().is_common(tail[0]):
            yield from _with_and_without_article(tail, FormKind.TAIL, shortest=2)
    if len(parts) > 2:
        yield f"{parts[0]} {parts[-1]}", FormKind.NUMBER


def _is_foreign(words: Sequence[str]) -> bool:
    """Whether several words are not all ones that English sentences are made of."""
    return len(words) > 1 and not all(map(background().is_common, words))


def _renown(catalogue: Catalogue) -> npt.NDArray[np.int64]:
    recent = recent_films()
    talked_of = [movie.row for movie in catalogue.movies if movie.label in recent]
    renown = catalogue.n_ratings.copy()
    renown[talked_of] = np.maximum(renown[talked_of], _RECENT)
    return renown


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection, which takes long while something large that lasts is built."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


class TitleIndex:
    """All written forms of a catalogue's films.

    Built in about a second for 88,000 films. Raises nothing; an empty catalogue finds nothing.
    """

    @uncollected()
    def __init__(
        self, catalogue: Catalogue, foreign: Iterable[tuple[int, tuple[str, ...]]] = ()
    ) -> None:
        """`foreign` are titles in other languages, by movieId."""
        self.catalogue = catalogue
        self.renown = _renown(catalogue)
        """How well known each film is, in ratings, int64 (n_movies,)."""
        rated = [movie for movie in catalogue.movies if self.renown[movie.row]]
        self._rated = sorted((normal(movie.title), movie.row) for movie in rated)
        keys = self._forms_of_films()
        self._add_names(keys)
        self._add_firsts(keys)
        self._add_foreign(keys, foreign)
        self.texts = list(keys)
        """Normal form of each key."""
        self.forms = lru_cache(maxsize=_REMEMBERED)(self._look_up)
        """Films with the written form of a key, best known first."""
        codes = (row * 8 + kind for kinds in keys.values() for row, kind in kinds.items())
        self._forms = np.fromiter(codes, dtype=np.int32)
        self._offsets = np.zeros(len(keys) + 1, dtype=np.int32)
        self._offsets[1:] = np.cumsum([len(kinds) for kinds in keys.values()])
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for number, text in enumerate(self.texts):
            self._automaton.add_word(f" {text} ", number)
        if self.texts:
            self._automaton.make_automaton()

    def _forms_of_films(self) -> Keys:
        """The films of each form and what it is to them, of several kinds the first."""
        renown, keys = self.renown.tolist(), defaultdict[str, dict[int, int]](dict)
        for movie in self.catalogue.movies:
            for text, kind in written_forms(movie, known=renown[movie.row] >= _KNOWN):
                kinds = keys[text]
                if kinds.get(movie.row, kind) >= kind:
                    kinds[movie.row] = kind
        return keys

    def _add_foreign(self, keys: Keys, foreign: Iterable[tuple[int, tuple[str, ...]]]) -> None:
        """Titles in other languages of films that somebody rated, where no film is called so."""
        for movie_id, titles in foreign:
            token = self.catalogue.token_of_movie_id(movie_id)
            row = -1 if token is None else self.catalogue.movie(token).row
            if row < 0 or not self.renown[row]:
                continue
            for text in map(normal, titles):
                if text not in keys and _is_foreign(text.split(" ")):
                    keys[text] = {row: FormKind.ALIAS}

    def _add_names(self, keys: Keys) -> None:
        """Nicknames and series, where the catalogue holds their films."""
        names = table("franchises")
        rows: dict[tuple[str, int], int] = {}
        for title, row in reversed(self._rated):
            rows[title, self.catalogue.movies[row].year] = row
        for name, label in names["nicknames"].items():
            title, _, year = label.rpartition(" (")
            known = rows.get((normal(title), int(year.rstrip(")"))))
            if known is not None:
                spaced = normal(name).replace(" ", "") == normal(title).replace(
                    " ", ""
                )  # "Oldboy" is a remake, too
                keys[normal(name)] = {known: FormKind.NICKNAME} | (
                    keys.get(normal(name), {}) if spaced else {}
                )
        for name, beginnings in names["series"].items():
            members = dict.fromkeys(
                row for beginning in beginnings for row in self.beginning_with(normal(beginning))
            )
            if len(members) > 1:
                best = sorted(members)[:_SERIES]
                newest = max(members, key=lambda row: (self.catalogue.movies[row].year, -row))
                keys[normal(name)] = dict.fromkeys(
                    best if newest in best else [*best[:-1], newest], FormKind.SERIES
                )

    def _add_firsts(self, keys: Keys) -> None:
        """Adds what the first film of a series is called besides: "Rocky 1" beside "Rocky 2"."""
        for second in [text for text in keys if text.endswith(" 2")]:
            first, name = f"{second[:-1]}1", second[:-2]
            if first not in keys and name in keys:
                known = self._known_before(keys[name], keys[second])
                if known:
                    keys[first] = dict.fromkeys(known, FormKind.NUMBER)

    def _known_before(self, firsts: dict[int, int], seconds: dict[int, int]) -> list[int]:
        """The known films that are called so as a whole and came before the latest second one."""
        years = self.catalogue.years
        latest = max(years[row] for row in seconds)
        rows = [row for row, kind in firsts.items() if kind <= FormKind.BARE]
        return [row for row in rows if years[row] < latest and self.renown[row] >= _KNOWN]

    def beginning_with(self, text: str) -> list[int]:
        """Rows of rated films whose title begins with a normal form, best known first."""
        begin = bisect_left(self._rated, (text, -1))
        rows = []
        for title, row in self._rated[begin : begin + 200]:
            if not title.startswith(text):
                break
            if (len(title) == len(text) or title[len(text)] == " ") and self.renown[
                row
            ] >= _SERIES_FROM:
                rows.append(row)
        return sorted(rows)[:_SERIES]

    def text(self, key: int) -> str:
        """The normal form that a key stands for."""
        return self.texts[key]

    def best_row(self, key: int) -> int:
        """The best known film with a written form."""
        return int(self._forms[self._offsets[key]]) // 8

    def known(self) -> list[str]:
        """The forms of films that some people have rated."""
        renown = self.renown.tolist()
        return [text for key, text in enumerate(self.texts) if renown[self.best_row(key)] >= _KNOWN]

    def fills(self, matches: Sequence[Match], n_words: int, least: float) -> bool:
        """Whether a text is but a row of titles of films with `least` ratings: "casino heat"."""
        reached = {0}
        for match in sorted(matches, key=lambda match: match.first):
            if match.first in reached and self.renown[self.best_row(match.key)] >= least:
                reached.add(match.last)
        return n_words in reached

    def _look_up(self, key: int) -> tuple[Form, ...]:
        codes = self._forms[self._offsets[key] : self._offsets[key + 1]].tolist()
        return tuple(Form(code // 8, _KINDS[code % 8]) for code in codes)

    def key_of(self, text: str) -> int | None:
        """Key of a normal form; None where no film is written so."""
        found: int | None = self._automaton.get(f" {text} ", None) if self.texts else None
        return found

    def find(self, words: Sequence[Word]) -> list[Match]:
        """Every written form in a sentence, overlapping ones included, by where they end."""
        if not words or not self.texts:
            return []
        line = f" {' '.join([word.text for word in words])} "
        number_at = {
            at: number
            for number, at in enumerate(
                accumulate([len(word.text) + 1 for word in words], initial=0)
            )
        }
        texts = self.texts
        return [
            Match(number_at[end - len(texts[key]) - 1], number_at[end], key)
            for end, key in self._automaton.iter(line)
        ]
