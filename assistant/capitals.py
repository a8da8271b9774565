"""What the capitals of a span of words say: a title, a part of somebody's name, neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.words import Word

_OPENING: Final = frozenset('.:;!?"\n…')
"""Marks behind which any word may have a capital."""


def capitals_of(text: str, words: Sequence[Word], first: int, last: int) -> str:
    """The mark that capitals make of the words [first, last), where they can be trusted; "" where they tell nothing."""
    begins = first == 0 or not _OPENING.isdisjoint(text[words[first - 1].end : words[first].start])
    if _in_name(text, words, first, last, begins):
        return "in_name"
    telling = [
        word
        for place, word in enumerate(words[first:last])
        if not (place == 0 and begins) and (place == 0 or len(word.text) > 3) and not text[word.start].isdecimal()
    ]
    if not telling:
        return ""
    upper = sum(text[word.start].isupper() for word in telling)
    return "capitals" if upper == len(telling) else "" if upper else "lower"


def _in_name(text: str, words: Sequence[Word], first: int, last: int, begins: bool) -> bool:
    """Whether a single capitalised word has another one right before or behind it, with but a space between."""
    if last - first > 1 or not text[words[first].start].isupper():
        return False
    if last < len(words) and text[words[first].end : words[last].start] == " ":
        after = words[last]
        if text[after.start].isupper() and after.text not in _STARTERS:
            return True
    if first > 1 and not begins and text[words[first - 1].end : words[first].start] == " ":
        before = words[first - 1]
        owns = text[before.end - 2 : before.end] in ("'s", "’s")  # "Cronenberg's Fly"
        return text[before.start].isupper() and not owns and before.text not in _STARTERS
    return False


_STARTERS: Final = frozenset(
    "i a the and or is was it have did do you if my what that this not yes no oh ok okay but so we he she they how im "
    "movie film like liked love loved seen saw watch watched hate hated both also maybe one 1 ive there".split()
)
