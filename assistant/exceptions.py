"""Films of a series that are meant otherwise: "all of the Alien films except 3", "… but not the last one"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.words import Word, words
from core.catalogue import Catalogue

_BUT: Final = frozenset("except but besides excluding minus bar not save without".split())
_THIN: Final = frozenset("for the not part number no film movie from than".split())
_ORDINALS: Final = {
    name: place for place, name in enumerate("first second third fourth fifth sixth seventh eighth".split(), start=1)
} | {"original": 1, "last": -1, "latest": -1, "newest": -1}
_FURTHEST: Final = 6
"""Words behind the name of a series in which an exception begins."""


def left_out(found: Sequence[Word], last: int, rows: Sequence[int], catalogue: Catalogue) -> tuple[int, range]:
    """The row that is excepted from the series that ends at `last`, and the words that say so; (-1, …) for none."""
    for place in range(last, min(last + _FURTHEST, len(found))):
        if found[place].text not in _BUT and found[place].text != "other":
            continue
        at = place + 1
        while at < len(found) and found[at].text in _THIN:
            at += 1
        if at < len(found) and (row := _row(found[at].text, rows, catalogue)) >= 0:
            return row, range(at, at + 1)
        return -1, range(0)
    return -1, range(0)


def _row(said: str, rows: Sequence[int], catalogue: Catalogue) -> int:
    """The film of a series that a number or "last" means: by its title, else by its place in time; -1 for none."""
    number = _ORDINALS.get(said, int(said) if said.isdecimal() and len(said) < 3 else 0)
    if not number:
        return -1
    by_title = [row for row in rows if number > 1 and number in _numbers(catalogue.movies[row].title)]
    if by_title:
        return by_title[0]
    in_time = sorted(rows, key=lambda row: catalogue.movies[row].year)
    place = number - 1 if number > 0 else number
    return in_time[place] if -len(in_time) <= place < len(in_time) else -1


def _numbers(title: str) -> set[int]:
    return {int(word.text) for word in words(title) if word.text.isdecimal() and len(word.text) < 3}
