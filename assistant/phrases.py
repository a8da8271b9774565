"""Finding the phrases of a list in a sentence: longest first, from left to right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final, Generic, NamedTuple, TypeVar

from assistant.words import Word, normal

Meaning = TypeVar("Meaning")


_CHOICE: Final = re.compile(r"\(([^()]*)\)")


def spelled_out(pattern: str) -> Iterator[str]:
    """The phrases that a pattern stands for; choices do not nest.

    >>> list(spelled_out("(fell|dozed) off (in|)"))
    ['fell off in', 'fell off ', 'dozed off in', 'dozed off ']
    """
    pieces = _CHOICE.split(pattern)  # text, choices, text, choices, …, text
    for chosen in product(*(piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces))):
        yield "".join(chosen)


def respelled(words: Sequence[Word], free: Callable[[int], bool], spelled: Callable[[str], str]) -> list[Word]:
    """The words with the spelling of those that are `free` put right."""
    right = list(words)
    for place, word in enumerate(words):
        if free(place) and (text := spelled(word.text)) is not word.text and text != word.text:
            right[place] = Word(text, word.start, word.end)
    return right


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a sentence."""

    first: int
    last: int
    """One past the last word."""
    phrase: str
    meaning: Meaning


_END: Final = ""
"""Where a phrase ends, the phrase itself stands under this key."""
_Place = dict[str, Any]
"""A place in the tree of phrases: the next word → the next place."""


class PhraseBook(Generic[Meaning]):
    """Phrases and what they mean.

    Phrases are written as people do; both they and the sentence are compared in normal form.
    """

    def __init__(self, phrases: Mapping[str, Meaning]) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._begin: _Place = {}
        for phrase, meaning in phrases.items():
            key = normal(phrase)
            if not key or key in self._meanings:
                continue
            self._meanings[key] = meaning
            place = self._begin
            for word in key.split(" "):
                place = place.setdefault(word, {})
            place[_END] = key

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._meanings

    def phrases(self) -> Iterable[str]:
        """The phrases, in normal form."""
        return self._meanings

    def meaning(self, phrase: str) -> Meaning:
        """What a phrase of the book, in normal form, means. KeyError where it has none."""
        return self._meanings[phrase]

    def find(self, words: Sequence[Word], free: Callable[[int], bool] = lambda _: True) -> list[Found[Meaning]]:
        """Phrases in order, without overlap, made of words that are `free` only."""
        found: list[Found[Meaning]] = []
        texts = [word.text for word in words]
        first = 0
        while first < len(texts):
            if texts[first] not in self._begin:  # most words begin none
                first += 1
                continue
            last, phrase = self._longest(texts, first, free)
            if phrase:
                found.append(Found(first, last, phrase, self._meanings[phrase]))
            first = last
        return found

    def _longest(self, texts: Sequence[str], first: int, free: Callable[[int], bool]) -> tuple[int, str]:
        """(one past the last word, phrase) of the longest phrase that begins at a word; the next word if none does."""
        place, phrase, end = self._begin, "", first + 1
        for at in range(first, len(texts)):
            further = place.get(texts[at])
            if further is None or not free(at):
                break
            place = further
            if _END in place:
                phrase, end = place[_END], at + 1
        return end, phrase
