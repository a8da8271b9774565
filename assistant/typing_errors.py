"""Titles with typing errors: which written forms the words of a sentence may have been meant to be.

The words of titles that somebody rated are kept by what remains of them when one letter, or two of a long word, is
left out; a typed word that shares such a remainder is near it. Where a word is near none ("get oug"), the words
beside it show which titles to look at.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from assistant.lexicon import Background, background, dictionary, shortened
from assistant.title_index import Kind, Match, TitleIndex
from assistant.words import NUMBER_WORDS, Word

_LONG: Final = 7
"""Letters from which two errors in one word are looked through."""
_WELL_KNOWN: Final = 15
"""Ratings from which a film's words are recognised with two errors."""
_SPELL_FROM: Final = 4
"""Letters from which a word's typing errors are looked through; shorter words are near too many others."""
_POSTINGS: Final = 24
"""Forms kept a vocabulary word, of the best known films."""
_LONG_NAME: Final = 7
"""Letters from which a nickname may have a typing error: not "lotr"."""
_TELLING: Final = 7.5
"""Surprise from which a word is looked at for typing errors: not "with", "have", "movie"."""
_AROUND: Final = 3
"""Words beside a strange one that may belong to the same title."""
_PARTING: Final = re.compile(r"[?;\n]\s")
"""Between words that are not of one name."""
_DIGIT: Final = re.compile(r"\d")
_UNTELLING: Final = frozenset("with from that this part what your into over the and".split())


class TypingErrors:
    """Finds written forms of an index in words that are a typing error or a few away from them."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index
        self._heard: Background = background()
        self._squashed: dict[str, int] = {}
        self._postings: list[list[tuple[int, int]]] = []
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._remains: dict[str, int | tuple[int, ...]] = {}
        evidence = index.renown.tolist()
        for key, text in enumerate(index.texts):
            known = evidence[index.best_row(key)]
            if known:
                self._add(key, text, well_known=known >= _WELL_KNOWN)

    def _add(self, key: int, text: str, *, well_known: bool) -> None:
        words = text.split(" ")
        if len(words) > 1 and len(text) >= 6:
            self._squashed.setdefault("".join(words), key)
        for place, written in enumerate(words):
            word = NUMBER_WORDS.get(written, written)
            if len(word) < 2 or word in _UNTELLING:
                continue
            number = self._numbers.get(word)
            if number is None:
                number = self._numbers[word] = len(self._words)
                self._words.append(word)
                self._postings.append([])
                if len(word) >= _SPELL_FROM:
                    self._remember(word, number, twice=well_known)
            if len(self._postings[number]) < _POSTINGS:
                self._postings[number].append((key, place))

    def _remember(self, word: str, number: int, *, twice: bool) -> None:
        for short in spellings(word) if twice else {word, *shortened(word)}:
            entry = self._remains.get(short)
            if entry is None:
                self._remains[short] = number
            else:
                self._remains[short] = (*((entry,) if isinstance(entry, int) else entry), number)

    def glued(self, words: Sequence[Word]) -> Iterator[Match]:
        """Forms that differ from what was typed by spaces only: "spiderman", "bat man"."""
        for first in range(len(words)):
            joined = words[first].text
            for last in range(first + 1, min(first + 5, len(words) + 1)):
                if last > first + 1:
                    joined += words[last - 1].text
                if 5 <= len(joined) <= 40 and (key := self._squashed.get(joined)) is not None:
                    if self._index.text(key) != " ".join([word.text for word in words[first:last]]):
                        yield Match(first, last, key)

    def find(self, text: str, words: Sequence[Word], taken: Sequence[int], cues: Container[str]) -> dict[Match, int]:
        """Forms that words outside of the `taken` ones are some typing errors away from, and how many."""
        found: dict[Match, int] = {}
        tried: set[Match] = set()
        for place, word in enumerate(words):
            if taken[place] or len(word.text) < 2 or word.text in cues or self._heard.of_word(word.text) < _TELLING:
                continue
            for match in self._candidates(words, place):
                if match in tried or match.first < 0 or match.last > len(words):
                    continue
                tried.add(match)
                if self._cut_off(words, match) or _PARTING.search(
                    text, words[match.first].end, words[match.last - 1].start
                ):
                    continue
                edits = _edits(words, match, self._index.text(match.key))
                if edits:
                    name = self._index.forms(match.key)[0].kind >= Kind.NICKNAME
                    if not name or (edits == 1 and len(self._index.text(match.key)) >= _LONG_NAME):
                        found[match] = edits
        return found

    def _cut_off(self, words: Sequence[Word], match: Match) -> bool:
        """Whether a word that every sentence holds begins or ends the words, and not the title: "Dumb and Dumbr or"."""
        form = self._index.text(match.key)
        begin, end = words[match.first].text, words[match.last - 1].text
        return (self._heard.of_word(begin) < _TELLING and not form.startswith(begin)) or (
            self._heard.of_word(end) < _TELLING and not form.endswith(end)
        )

    def _candidates(self, words: Sequence[Word], place: int) -> Iterator[Match]:
        word = words[place].text
        common = self._heard.is_common(word)
        spelled = common or word in dictionary()
        near = self._near(word) if len(word) >= _SPELL_FROM else ()
        for number in near:
            for key, offset in self._postings[number][: 4 if common else _POSTINGS]:
                yield Match(place - offset, place - offset + self._index.length(key), key)
            if not spelled:
                for form, begin in ((self._words[number], place), (f"the {self._words[number]}", place - 1)):
                    if (alone := self._index.key_of(form)) is not None:
                        yield Match(begin, place + 1, alone)
        if common or word in self._numbers:
            return
        for beside in range(max(place - _AROUND, 0), min(place + _AROUND + 1, len(words))):
            anchor = self._numbers.get(NUMBER_WORDS.get(words[beside].text, words[beside].text))
            if beside != place and anchor is not None:
                for key, offset in self._postings[anchor]:
                    match = Match(beside - offset, beside - offset + self._index.length(key), key)
                    if match.first <= place < match.last:
                        yield match

    def _near(self, word: str) -> tuple[int, ...]:
        """Numbers of vocabulary words that are this word, or one or two typing errors away from it."""
        found: dict[int, None] = {}
        for short in spellings(word):
            entry = self._remains.get(short)
            if entry is not None:
                found.update(dict.fromkeys((entry,) if isinstance(entry, int) else entry))
        return tuple(found)


def spellings(word: str) -> set[str]:
    """The word and what is left of it without one letter, or two of a long one."""
    once = shortened(word)
    found = {word, *once}
    if _LONG <= len(word) <= 16:
        found.update(twice for short in once for twice in shortened(short))
    return found


_APART: Final = 12
"""Letters by which two forms may differ that are the same once numbers are spelled out."""


def _edits(words: Sequence[Word], match: Match, form: str) -> int:
    """Typing errors between what was typed and a written form; 0 where there are none, or too many."""
    said = " ".join([word.text for word in words[match.first : match.last]])
    if abs(len(said) - len(form)) > _APART:
        return 0
    numbers = _DIGIT.search(form) is not None or _DIGIT.search(said) is not None
    if numbers and _digits(said) != _digits(form):
        said, form = _spelled(said), _spelled(form)
    most = 1 if len(form) < 6 else 2 if len(form) < 14 else 3
    if abs(len(said) - len(form)) > most:
        return 0
    edits = DamerauLevenshtein.distance(said, form, score_cutoff=most)
    return edits if 0 < edits <= most and (not numbers or _digits(said) == _digits(form)) else 0


def _digits(text: str) -> list[str]:
    return [word for word in text.split(" ") if word[0].isdecimal()]


def _spelled(text: str) -> str:
    return " ".join([NUMBER_WORDS.get(word, word) for word in text.split(" ")])
