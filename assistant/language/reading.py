"""A line with the titles that are taken to be in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from assistant.language import acts
from assistant.language.titles.links import Link
from assistant.language.words import Word

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
