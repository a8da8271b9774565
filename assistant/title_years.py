"""The year that is said with a title: "Alien (1979)", "the 2017 It", "The Mummy from 1999"."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

from assistant.sentence import Sentence
from assistant.words import Word

_OF_YEARS: Final = frozenset("post pre since before after until from to between and than early late mid".split())
"""Before a year that says how old films may be: "post-2015 horror"."""
_VERSIONS: Final = frozenset(("1", "original", "version", "remake", "reboot", "film", "movie", "adaptation"))
_VAGUE: Final = frozenset(
    "something anything movie movies film films one ones 1 stuff anything things classics".split()
)


def _as_year(word: str) -> int:
    return int(word) if len(word) == 4 and word.isascii() and word.isdecimal() and 1880 <= int(word) <= 2040 else 0


def year_after(sentence: Sentence, last: int) -> tuple[int, int]:
    """(year right behind a title, one past its word); (0, last) where there is none."""
    words = sentence.words
    if not sentence.dated:
        return 0, last
    if last < len(words) and (year := _as_year(words[last].text)):
        if words[last].start - words[last - 1].end <= 3:
            return year, last + 1
    if last + 1 < len(words) and words[last].text == "from" and (year := _as_year(words[last + 1].text)):
        return (year, last + 2) if words[last - 1].text not in _VAGUE else (0, last)
    return _told_apart(words, last)


def _told_apart(words: Sequence[Word], last: int) -> tuple[int, int]:
    """The same for what tells a film from others of its name: "Suspiria, the 1977 original", "…, the one from 1977"."""
    if last >= len(words) or words[last].text != "the":
        return 0, last
    said = [word.text for word in words[last : last + 4]]
    if len(said) > 2 and said[2] in _VERSIONS and (year := _as_year(said[1])):
        return year, last + 3
    if len(said) > 3 and said[1] in _VERSIONS and said[2] in ("from", "of") and (year := _as_year(said[3])):
        return year, last + 4
    return 0, last


def year_before(sentence: Sentence, first: int) -> int:
    """The year right before a title ("the 2017 It"); one in brackets belongs to what stands before it."""
    words = sentence.words
    if not sentence.dated or not first:
        return 0
    bracketed = ")" in sentence.text[words[first - 1].end : words[first].start]
    wished = first > 1 and words[first - 2].text in _OF_YEARS
    return 0 if bracketed or wished else _as_year(words[first - 1].text)


def other_versions(words: Sequence[Word], taken: Container[int]) -> Iterator[tuple[int, int, int]]:
    """(first word, one past the last, year) of "the 2017 one" and the like, which name a film by its year alone."""
    for place in range(len(words) - 2):
        said = words[place : place + 3]
        year = _as_year(said[1].text) if said[0].text == "the" and said[2].text in _VERSIONS else 0
        if year and place not in taken:
            yield place, place + 3, year
