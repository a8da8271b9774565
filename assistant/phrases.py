"""Finding the phrases of a list in a sentence: longest first, from left to right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, Generic, NamedTuple, TypeVar

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


class Found(NamedTuple, Generic[Meaning]):
    """A phrase in a sentence."""

    first: int
    last: int
    """One past the last word."""
    phrase: str
    meaning: Meaning


class PhraseBook(Generic[Meaning]):
    """Phrases and what they mean.

    Phrases are written as people do; both they and the sentence are compared in normal form.
    """

    def __init__(self, phrases: Mapping[str, Meaning]) -> None:
        self._meanings: dict[str, Meaning] = {}
        lengths: dict[str, set[int]] = {}
        for phrase, meaning in phrases.items():
            key = normal(phrase)
            if not key:
                continue
            self._meanings.setdefault(key, meaning)
            head, _, rest = key.partition(" ")
            lengths.setdefault(head, set()).add(1 + (rest.count(" ") + 1 if rest else 0))
        self._lengths = {head: sorted(found, reverse=True) for head, found in lengths.items()}

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._meanings

    def meaning(self, phrase: str) -> Meaning:
        """What a phrase of the book, in normal form, means. KeyError where it has none."""
        return self._meanings[phrase]

    def find(self, words: Sequence[Word], free: Callable[[int], bool] = lambda _: True) -> list[Found[Meaning]]:
        """Phrases in order, without overlap, made of words that are `free` only."""
        found: list[Found[Meaning]] = []
        texts = [word.text for word in words]
        first = 0
        while first < len(texts):
            step = 1
            for length in self._lengths.get(texts[first], ()):
                if first + length > len(texts):
                    continue
                phrase = " ".join(texts[first : first + length])
                meaning = self._meanings.get(phrase)
                if meaning is not None and all(free(place) for place in range(first, first + length)):
                    found.append(Found(first, first + length, phrase, meaning))
                    step = length
                    break
            first += step
        return found
