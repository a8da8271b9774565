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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import ahocorasick
import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import background, recent_films, table
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


_ARTICLES: Final = frozenset("the a an la le les el los las il lo un une der das l".split())
"""Without "die": nobody calls "Die Hard" by its second word."""
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
    """Normal forms under which a film can be meant; `known` films also go by parts of their
    title.
    """
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
        if not (
            word in _PART_WORDS
            and place
            and place + 1 < len(words)
            and words[place + 1][0].isdecimal()
        )
    ]
    if len(kept) < len(words):
        yield " ".join(kept), FormKind.NUMBER
        if kept[0] in _ARTICLES:
            yield " ".join(kept[1:]), FormKind.NUMBER


def _parts(title: str) -> Iterator[tuple[str, FormKind]]:
    series = _NAMED_SERIES.match(title)
    pieces = [series[0], title[series.end() :]] if series else _PARTING.split(title)
    parts = [part for piece in pieces if (part := normal(piece))]
    if len(parts) < 2:
        return
    if not series:
        for end in range(1, len(parts)):
            head = " ".join(parts[:end]).split(" ")
            kind = FormKind.NUMBER if head[-1][0].isdecimal() and len(head) > 1 else FormKind.HEAD
            yield " ".join(head), kind
            if head[0] in _ARTICLES and len(head) > 1:
                yield " ".join(head[1:]), kind
            yield from _numbered(head)
    for begin in range(1, len(parts)):
        tail = " ".join(parts[begin:]).split(" ")
        if len(tail) == 1 and background().is_common(tail[0]):
            continue
        yield " ".join(tail), FormKind.TAIL
        if tail[0] in _ARTICLES and len(tail) > 2:
            yield " ".join(tail[1:]), FormKind.TAIL
    if len(parts) > 2:
        yield f"{parts[0]} {parts[-1]}", FormKind.NUMBER


def _renown(catalogue: Catalogue) -> npt.NDArray[np.int64]:
    recent = recent_films()
    talked_of = [movie.row for movie in catalogue.movies if movie.label in recent]
    renown = catalogue.n_ratings.copy()
    renown[talked_of] = np.maximum(renown[talked_of], _RECENT)
    return renown


@contextmanager
def uncollected() -> Iterator[None]:
    """While something large that lasts is built: to look through it for garbage again and again
    takes long.
    """
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
    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.renown = _renown(catalogue)
        """How well known each film is, in ratings, int64 (n_movies,)."""
        evidence = self.renown.tolist()
        keys: Keys = defaultdict(dict)
        for movie in catalogue.movies:
            for text, kind in written_forms(movie, known=evidence[movie.row] >= _KNOWN):
                kinds = keys[text]
                if kinds.get(movie.row, kind) >= kind:
                    kinds[movie.row] = kind
        rated = (movie for movie in catalogue.movies if evidence[movie.row])
        self._rated = sorted((normal(movie.title), movie.row) for movie in rated)
        self._add_names(keys)
        self._add_firsts(keys)
        self.texts = list(keys)
        """Normal form of each key."""
        self.forms = lru_cache(maxsize=_REMEMBERED)(self._look_up)
        """Films with the written form of a key, best known first."""
        self._offsets = np.zeros(len(keys) + 1, dtype=np.int32)
        self._forms = np.fromiter(
            (row * 8 + kind for kinds in keys.values() for row, kind in kinds.items()),
            dtype=np.int32,
        )
        self._offsets[1:] = np.cumsum(
            np.fromiter(map(len, keys.values()), dtype=np.int32, count=len(keys))
        )
        self._automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for number, text in enumerate(self.texts):
            self._automaton.add_word(f" {text} ", number)
        if self.texts:
            self._automaton.make_automaton()

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
        """Adds what the first film of a series is called besides: "Rocky 1", where there is a Rocky
        2.
        """
        years = self.catalogue.years
        for second in [text for text in keys if text.endswith(" 2")]:
            first, name = f"{second[:-1]}1", second[:-2]
            if first in keys or name not in keys:
                continue
            latest = max(years[row] for row in keys[second])
            rows = [
                row
                for row, kind in keys[name].items()
                if kind <= FormKind.BARE and years[row] < latest
            ]
            known = [row for row in rows if self.renown[row] >= _KNOWN]
            if known:
                keys[first] = dict.fromkeys(known, FormKind.NUMBER)

    def beginning_with(self, text: str) -> list[int]:
        """Rows of rated films whose title is this normal form or begins with its words, best known
        first.
        """
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

    def fills(self, matches: Sequence[Match], n_words: int, least: float) -> bool:
        """Whether a text is nothing but a row of titles of films with `least` ratings: "goodfellas
        casino heat".
        """
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
