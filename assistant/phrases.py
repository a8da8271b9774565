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


def taken_by(ranges: Iterable[tuple[int, int]], n_words: int) -> bytearray:
    """1 for each word in a range (first word, one past the last), (n + 1,); the last is that of no word."""
    taken = bytearray(n_words + 1)
    for first, last in ranges:
        taken[first:last] = b"\x01" * (last - first)
    return taken


def respelled(words: Sequence[Word], taken: Sequence[int], spelled: Callable[[str], str]) -> list[Word]:
    """The words with the spelling of those that are not `taken` put right."""
    texts = [word.text for word in words]
    right = list(map(spelled, texts))
    if right == texts:
        return list(words)
    pairs = zip(words, right, taken, strict=False)
    return [word if kept or text == word.text else Word(text, word.start, word.end) for word, text, kept in pairs]


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

    Phrases are written as people do; both they and the sentence are compared in normal form. Those of a list that is
    in normal form already are not put into it again.
    """

    def __init__(self, phrases: Mapping[str, Meaning], *, in_normal_form: bool = False) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._begin: _Place = {}
        for phrase, meaning in phrases.items():
            key = phrase if in_normal_form else normal(phrase)
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

    def find(self, words: Sequence[Word], taken: Sequence[int] | None = None) -> list[Found[Meaning]]:
        """The longest phrases in order, without overlap, made of words that are not `taken`; of any where None."""
        found: list[Found[Meaning]] = []
        texts = [word.text for word in words]
        begin, last, count = self._begin, 0, len(texts)
        for first, text in enumerate(texts):
            if first < last or text not in begin:
                continue
            place, at, phrase = begin[text], first, ""
            while place is not None and (taken is None or not taken[at]):
                at += 1
                if _END in place:
                    last, phrase = at, place[_END]
                place = place.get(texts[at]) if at < count else None
            if phrase:
                found.append(Found(first, last, phrase, self._meanings[phrase]))
        return found
