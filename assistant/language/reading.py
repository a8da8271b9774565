"""A line as it is read: in English, with the titles that are taken to be in it.

A line in another language is put into English phrase by phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from assistant.language import acts
from assistant.language.lexicon import background, table
from assistant.language.titles.links import Link
from assistant.language.words import Found, PhraseBook, Word, spelled_out, taken_by, words

BLANK: Final = "\x00"
"""Stands for each character of a title."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line with the titles that are taken to be in it."""

    text: str
    """As typed."""
    read: str
    """The part that is looked at."""
    words: Sequence[Word]
    links: Sequence[Link]
    """In order."""
    series: Sequence[tuple[int, int]]
    """Where well-known series are named."""
    masked: str
    """`read` with the titles blanked out."""
    line: acts.Line
    """The same as patterns want it."""

    @classmethod
    def of(
        cls,
        text: str,
        read: str,
        words: Sequence[Word],
        links: Sequence[Link],
        series: Sequence[tuple[int, int]],
    ) -> Self:
        """Blanks the titles out."""
        pieces, at = [], 0
        for link in links:
            start, end = words[link.first].start, words[link.last - 1].end
            pieces += [read[at:start], BLANK * (end - start)]
            at = end
        masked = "".join([*pieces, read[at:]])
        return cls(text, read, words, links, series, masked, acts.line_of(masked))

    def naming(self, links: Sequence[Link]) -> Self:
        """The same line with these titles."""
        ordered = sorted(links, key=lambda link: link.first)
        return self.of(self.text, self.read, self.words, ordered, self.series)


# ---- other languages

_LEAST_HEARD: Final = 2
"""Words of a language, that are no English ones, from which a line of several is taken to be in it;
one is enough where it is half of the line."""
_YEARS_OF: Final = re.compile(
    r"the (?:years\s+(?:of\s+)?)?['’]?(?:19)?(\d0)\b|\b['’]?(?:19)?(\d0)ern?\b"
)
"""What "anni '60" and "80er" come to."""


@cache
def _languages() -> tuple[PhraseBook[str], ...]:
    """The phrases of each language, and the English for them."""
    return tuple(
        PhraseBook(
            {
                phrase: english
                for pattern, english in phrases.items()
                for phrase in spelled_out(pattern)
            }
        )
        for phrases in table("languages").values()
    )


def in_english(text: str, titles: Sequence[tuple[int, int]]) -> str:
    """A line in another language word by word in English; any other line as it is.

    `titles` are ranges of words that films are called by: those with a word that is no phrase of
    the language stay as they are.
    """
    found = words(text)
    tried = [_phrases_of(book, found, titles) for book in _languages()] if found else []
    phrases = max(tried, key=_covered, default=[])
    heard = {
        word.text
        for phrase in phrases
        for word in found[phrase.first : phrase.last]
        if not background().is_common(word.text)
    }
    outside = len(found) - sum(taken_by(titles, len(found)))
    needed = 1 if 2 * _covered(phrases) >= outside else _LEAST_HEARD
    if len(heard) < needed or 3 * _covered(phrases) < outside:
        return text
    pieces, at = [], 0
    for phrase in phrases:
        pieces += [text[at : found[phrase.first].start], phrase.meaning]
        at = found[phrase.last - 1].end
    return _YEARS_OF.sub(
        lambda match: f"the {match[1] or match[2]}s", "".join([*pieces, text[at:]])
    )


def _covered(phrases: Iterable[Found[str]]) -> int:
    """How many words are in phrases."""
    return sum(phrase.last - phrase.first for phrase in phrases)


def _phrases_of(
    book: PhraseBook[str], found: Sequence[Word], titles: Sequence[tuple[int, int]]
) -> list[Found[str]]:
    """The phrases of a language in a line, outside of the titles that are not made of them."""
    spoken = book.find(found)
    every = taken_by(((one.first, one.last) for one in spoken), len(found))
    kept = [title for title in titles if 0 in every[slice(*title)]]
    return book.find(found, taken_by(kept, len(found)))
