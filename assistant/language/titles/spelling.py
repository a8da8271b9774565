"""Titles with typing errors: which written forms the words of a sentence may have been meant to be.

The words of titles that somebody rated are kept by what remains of them when one letter, or two of
a long word, is left out; a typed word that shares such a remainder is near it. Where a word is near
none ("get oug"), the words beside it show which titles to look at.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, combinations, pairwise
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from assistant.language.lexicon import (
    Background,
    background,
    dictionary,
    shortened,
    title_class,
    word_class,
)
from assistant.language.titles.index import FormKind, Match, TitleIndex
from assistant.language.words import NUMBER_WORDS, Word

_LONG: Final = 7
"""Letters from which two errors in one word are looked through."""
_WELL_KNOWN: Final = 15
"""Ratings from which a film's words are recognised with two errors."""
_SPELL_FROM: Final = 4
"""Letters from which a word's typing errors are looked through; shorter words are near too many
others."""
_POSTINGS: Final = 24
"""Forms kept a vocabulary word, of the best known films."""
_HEAD: Final = 5
"""Letters with which a form without its spaces begins; shorter ones are none."""
_LONG_NAME: Final = 7
"""Letters from which a nickname may have a typing error: not "lotr"."""
_TELLING: Final = 7.5
"""Surprise from which a word is looked at for typing errors: not "with", "have", "movie"."""
_AROUND: Final = 3
"""Words beside a strange one that may belong to the same title."""
_PARTING: Final = re.compile(r"[?;\n]\s")
"""Between words that are not of one name."""
_DIGIT: Final = re.compile(r"\d")
_REMEMBERED: Final = 10_000
"""Words of which it is kept what they may be meant to be: people use the same ones again and
again."""
_OF_COMMON: Final = 4
"""Written forms that are looked at for a word that sentences are made of."""
_IN_ANY_TITLE: Final = title_class("in_any_title")


Posting = tuple[int, int, int, int, int]
"""Which word of a form something is, the form's key, its words, its characters and how many more
may be typed."""


class TypingErrors:
    """Finds written forms of an index in words that are a typing error or a few away from them."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index
        self._heard: Background = background()
        self._squashed: dict[str, int] = {}
        self._heads: set[str] = set()
        self._postings: list[list[Posting]] = []
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []
        self._remains: dict[str, int | tuple[int, ...]] = {}
        self._forms_near = lru_cache(maxsize=_REMEMBERED)(self._look_for_forms)
        evidence = index.renown.tolist()
        for key, text in enumerate(index.texts):
            known = evidence[index.best_row(key)]
            if known:
                self._add(key, text, well_known=known >= _WELL_KNOWN)

    def _add(self, key: int, text: str, *, well_known: bool) -> None:
        words, squashed = text.split(" "), text.replace(" ", "")
        if len(words) > 1 and len(squashed) >= _HEAD:
            self._squashed.setdefault(squashed, key)
            self._heads.add(squashed[:_HEAD])
        apart = _APART if _DIGIT.search(text) else _MOST
        for place, written in enumerate(words):
            word = NUMBER_WORDS.get(written, written)
            if len(word) < 2 or word in _IN_ANY_TITLE:
                continue
            number = self._numbers.get(word)
            if number is None:
                number = self._numbers[word] = len(self._words)
                self._words.append(word)
                self._postings.append([])
                if len(word) >= _SPELL_FROM:
                    self._remember(word, number, twice=well_known)
            if len(self._postings[number]) < _POSTINGS:
                self._postings[number].append((place, key, len(words), len(text), apart))

    def _remember(self, word: str, number: int, *, twice: bool) -> None:
        for short in spellings(word) if twice else {word, *shortened(word)}:
            entry = self._remains.get(short)
            if entry is None:
                self._remains[short] = number
            else:
                self._remains[short] = (*((entry,) if isinstance(entry, int) else entry), number)

    def glued(self, words: Sequence[Word]) -> Iterator[Match]:
        """Forms that differ from what was typed by spaces only: "spiderman", "bat man"."""
        texts, squashed = [word.text for word in words], self._squashed
        line, start = "".join(texts), 0
        for first, text in enumerate(texts):
            head, joined = line[start : start + _HEAD], ""
            start += len(text)
            for last in (
                range(first + 1, min(first + 5, len(texts) + 1)) if head in self._heads else ()
            ):
                joined += texts[last - 1]
                if joined in squashed and len(joined) <= 40:
                    key = squashed[joined]
                    if self._index.texts[key] != " ".join(texts[first:last]):
                        yield Match(first, last, key)

    def find(
        self, text: str, words: Sequence[Word], taken: Sequence[int], cues: Container[str]
    ) -> dict[Match, int]:
        """Forms that words which are not `taken` are some typing errors away from, and how many."""
        found: dict[Match, int] = {}
        tried: set[tuple[int, int]] = set()
        typed = _Typed(text, words, self._heard)
        texts = self._index.texts
        for place, word in enumerate(typed.texts):
            explained = taken[place] or word in cues
            if explained or len(word) < 2 or not typed.telling[place]:
                continue
            near = self._near(typed.texts, place)
            for first, last, key in chain.from_iterable(
                [typed.about_as_long(at, place, forms) for at, forms in near]
            ):
                if (first, key) in tried or not typed.may_be(texts[key], first, last):
                    continue
                tried.add((first, key))
                edits = _edits(" ".join(typed.texts[first:last]), texts[key])
                if edits and self._may_have(key, edits):
                    found[Match(first, last, key)] = edits
        return found

    def _may_have(self, key: int, edits: int) -> bool:
        """Whether a form may have so many errors: a nickname or series one, and only if long."""
        name = self._index.forms(key)[0].kind >= FormKind.NICKNAME
        return not name or (edits == 1 and len(self._index.texts[key]) >= _LONG_NAME)

    def _near(self, words: Sequence[str], place: int) -> Iterator[tuple[int, Sequence[Posting]]]:
        """(word, forms that hold it) of the word at a place, and of each one beside it."""
        word = words[place]
        if len(word) >= _SPELL_FROM:
            yield place, self._forms_near(word)
        if word in self._numbers or self._heard.is_common(word):
            return
        for beside in range(max(place - _AROUND, 0), min(place + _AROUND + 1, len(words))):
            anchor = self._numbers.get(NUMBER_WORDS.get(words[beside], words[beside]))
            if beside != place and anchor is not None:
                yield beside, self._postings[anchor]

    def _look_for_forms(self, word: str) -> tuple[Posting, ...]:
        """Forms with a word that this one may be meant to be."""
        common = self._heard.is_common(word)
        spelled = common or word in dictionary()
        found: list[Posting] = []
        for number in self._numbers_near(word):
            postings, meant = self._postings[number], self._words[number]
            if common:  # "what" is not Whit, but a word of a longer title perhaps
                postings = [posting for posting in postings[:_OF_COMMON] if posting[2] > 1]
            found += postings
            for form, offset in () if spelled else ((meant, 0), (f"the {meant}", 1)):
                if (alone := self._index.key_of(form)) is not None:
                    found.append((offset, alone, offset + 1, len(form), _MOST))
        return tuple(found)

    def _numbers_near(self, word: str) -> tuple[int, ...]:
        """Numbers of vocabulary words up to two typing errors away from a word."""
        found: set[int] = set()
        for short in self._remains.keys() & spellings(word):
            entry = self._remains[short]
            found.update((entry,) if isinstance(entry, int) else entry)
        return tuple(sorted(found))


def spellings(word: str) -> set[str]:
    """The word and what is left of it without one letter, or two of a long one."""
    found = {word, *shortened(word)}
    if _LONG <= len(word) <= 16:
        found.update(
            word[:one] + word[one + 1 : two] + word[two + 1 :]
            for one, two in combinations(range(len(word)), 2)
        )
    return found


class _Typed:
    """The words of a text, with what is looked up once for all candidates."""

    def __init__(self, text: str, words: Sequence[Word], heard: Background) -> None:
        self.texts = [word.text for word in words]
        self.telling = [
            heard.of_word(word) >= _TELLING and word not in _SIGHS for word in self.texts
        ]
        self._apart = _APART if any([word[0].isdecimal() for word in self.texts]) else _MOST
        self._until = [0, *accumulate([len(word) + 1 for word in self.texts])]
        """Characters before each word, (n + 1,)."""
        between = (text[one.end : other.start] for one, other in pairwise(words))
        parted = (marks != " " and _PARTING.search(marks) is not None for marks in between)
        self._parted = [0, *accumulate(parted)]

    def about_as_long(
        self, at: int, place: int, forms: Sequence[Posting]
    ) -> list[tuple[int, int, int]]:
        """(first word, one past the last, key) of forms with the word `at` that span `place`."""
        until, count, least = self._until, len(self.texts), self._apart
        return [
            (at - offset, at - offset + width, key)
            for offset, key, width, letters, apart in forms
            if 0 <= at - offset <= place < at - offset + width <= count
            and abs(until[at - offset + width] - until[at - offset] - 1 - letters)
            <= (apart if apart > least else least)
        ]

    def may_be(self, form: str, first: int, last: int) -> bool:
        """Whether [first, last), about as long as a form, may be it with errors: in one piece, and
        not cut off.

        A word that every sentence holds cuts it off, if it begins or ends the words and not the
        title: "Dumb and Dumbr or".
        """
        if not self.telling[first] and not form.startswith(self.texts[first]):
            return False
        if not self.telling[last - 1] and not form.endswith(self.texts[last - 1]):
            return False
        return self._parted[last - 1] == self._parted[first]


_SIGHS: Final = word_class("sighs")
_MOST: Final = 3
"""Typing errors in a long title; each adds or leaves out a letter at most."""
_APART: Final = 12
"""Letters by which two forms may differ that are the same once numbers are spelled out."""


@lru_cache(maxsize=_REMEMBERED)
def _edits(said: str, form: str) -> int:
    """Typing errors between what was typed and a form; 0 for none, or too many."""
    numbers = _DIGIT.search(f"{form} {said}") is not None
    if numbers and _digits(said) != _digits(form):
        said, form = _spelled(said), _spelled(form)
    most = 1 if len(form) < 6 else 2 if len(form) < 14 else _MOST
    if abs(len(said) - len(form)) > most:
        return 0
    edits = DamerauLevenshtein.distance(said, form, score_cutoff=most)
    return edits if 0 < edits <= most and (not numbers or _digits(said) == _digits(form)) else 0


def _digits(text: str) -> list[str]:
    return [word for word in text.split(" ") if word[0].isdecimal()]


def _spelled(text: str) -> str:
    return " ".join([NUMBER_WORDS.get(word, word) for word in text.split(" ")])


def other_beginnings(typed: Sequence[str], form: Sequence[str]) -> int:
    """Words that begin otherwise than those of the title: first letters are hardly mistyped."""
    if len(typed) != len(form):
        return 0
    pairs = zip(typed, form, strict=True)
    return sum(
        NUMBER_WORDS.get(one, one)[0] != NUMBER_WORDS.get(other, other)[0] for one, other in pairs
    )
