"""The year that is said with a title: "Alien (1979)", "the 2017 It", "The Mummy from 1999"."""

from __future__ import annotations

from typing import Final

from assistant.sentence import Sentence

_OF_YEARS: Final = frozenset("post pre since before after until from to between and than early late mid".split())
"""Before a year that says how old films may be: "post-2015 horror"."""
_VAGUE: Final = frozenset(
    "something anything movie movies film films one ones 1 stuff anything things classics".split()
)


def _as_year(word: str) -> int:
    return int(word) if len(word) == 4 and word.isascii() and word.isdecimal() and 1880 <= int(word) <= 2040 else 0


def year_after(sentence: Sentence, last: int) -> tuple[int, int]:
    """(year right behind a title, one past its word); (0, last) where there is none."""
    words = sentence.words
    if last < len(words) and (year := _as_year(words[last].text)):
        if words[last].start - words[last - 1].end <= 3:
            return year, last + 1
    if last + 1 < len(words) and words[last].text == "from" and (year := _as_year(words[last + 1].text)):
        return (year, last + 2) if words[last - 1].text not in _VAGUE else (0, last)
    return 0, last


def year_before(sentence: Sentence, first: int) -> int:
    """The year right before a title ("the 2017 It"); one in brackets belongs to what stands before it."""
    words = sentence.words
    bracketed = first and ")" in sentence.text[words[first - 1].end : words[first].start]
    wished = first > 1 and words[first - 2].text in _OF_YEARS
    return _as_year(words[first - 1].text) if first and not bracketed and not wished else 0
