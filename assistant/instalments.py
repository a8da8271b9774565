"""Which film of a series is meant: "the second Toy Story", "the new Mad Max", "the last Harry Potter"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.acts import ORDINALS
from assistant.links import Link
from assistant.title_index import TitleIndex
from assistant.words import Word, normal

_LAST: Final = frozenset(("last", "final", "latest", "newest"))
_SEVERAL: Final = frozenset("films movies flicks ones trilogy series franchise saga".split())
"""At the end of a name that means all of a series: "the new Star Wars films"."""
_NEW: Final = 12
"""Years for which an instalment is the new one."""
_LATER: Final = 8
"""Years by which it is later than the film that goes by the bare name."""
_GOES_ON: Final = re.compile(
    r"(?: ?[:–-]|,| (?:\d+|ii|iii|iv|v|vi|vii|viii|ix|x|part|chapter|episode|vol)\b)", re.IGNORECASE
)
"""What follows the name of a series in the title of an instalment."""


_KNOWN: Final = 3
"""Ratings from which a film is told by its number alone."""
_DIGITS: Final = frozenset("23456789")
_COUNTED: Final = frozenset("others other more hours hrs times people friends kids stars years minutes of".split())
"""Behind a number it counts these, and no film of a series."""
_ONE: Final = frozenset(("1", "film", "movie", "part", "instalment", "installment"))


class Instalments:
    """Tells the films of one series apart by when they came."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index
        self._newest = int(index.catalogue.years.max(initial=0))

    def told(self, words: Sequence[Word], link: Link) -> Link:
        """The link, of the instalment that the word before it asks for; its span then holds that word.

        In the plural it is of the whole series: "both Blade Runners".
        """
        said = words[link.first - 1].text if link.first else ""
        if link.first > 1 and said in _DIGITS and words[link.first - 2].text in ("first", "last"):
            return self._so_many(link, int(said), from_the_end=words[link.first - 2].text == "last")
        if link.typos == 1 and not link.also:
            return self._of_several(words, link, both=said == "both")
        if (
            link.typos
            or words[link.last - 1].text in _SEVERAL
            or not (said == "new" or said in _LAST or said in ORDINALS)
        ):
            return link
        if said in ("last", "final", *ORDINALS) and (link.first < 2 or words[link.first - 2].text != "the"):
            return link  # "last Toy Story night"
        rows = self._in_order(link)
        row = self._asked_for(said, link, rows) if len(rows) > 1 else None
        if row is None:
            return link
        return link._replace(first=link.first - 1, rows=(row,), also=(), rule=f"{link.rule}; the {said} of its series")

    def with_others(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links with films told by their number alone: "Rocky 1, 2 and 3", "Toy Story, but the second one …"."""
        added: list[Link] = []
        for link, end in zip(links, [*(link.first for link in links[1:]), len(words)], strict=True):
            said = [word.text for word in words[link.first : link.last]]
            numbered = len(said) > 1 and said[-1].isdecimal()
            stem = " ".join(said[:-1] if numbered else said)
            for first, last, number in () if link.also else _numbers(words, link.last, end, listed=numbered):
                key = self._index.key_of(f"{stem} {number}")
                row = -1 if key is None else self._index.best_row(key)
                if row >= 0 and self._index.renown[row] >= _KNOWN and row not in link.rows:
                    added.append(Link(first, last, (row,), link.score, f"number {number} of the same series"))
        return sorted([*links, *added], key=lambda link: link.first)

    def _of_several(self, words: Sequence[Word], link: Link, *, both: bool) -> Link:
        name = normal(self._index.catalogue.movies[link.rows[0]].title)
        rows = sorted(self._in_order(link))[: 2 if both else None]  # best known first
        if len(rows) < 2 or f"{name.rpartition(' ')[2]}s" != words[link.last - 1].text:
            return link
        return link._replace(rows=(rows[0],), also=tuple(rows[1:]), typos=0, rule=f"{link.rule}; all of its series")

    def _so_many(self, link: Link, count: int, *, from_the_end: bool) -> Link:
        """The first or last films of a series: "the first two Toy Story films"."""
        rows = self._in_order(link._replace(also=()))  # without "Toy Story of Terror"
        rows = rows if len(rows) >= count else self._in_order(link)
        chosen = rows[-count:] if from_the_end else rows[:count]
        if len(rows) < 2 or link.typos:
            return link
        rule = f"{link.rule}; {'last' if from_the_end else 'first'} {count} of its series"
        return link._replace(first=link.first - 2, rows=(chosen[0],), also=tuple(chosen[1:]), rule=rule)

    def _asked_for(self, said: str, link: Link, rows: Sequence[int]) -> int | None:
        movies = self._index.catalogue.movies
        if said in ORDINALS:
            return rows[ORDINALS[said]] if ORDINALS[said] < len(rows) else None
        if said in _LAST:
            return rows[-1]
        since, newest = movies[link.rows[0]].year, movies[rows[-1]].year
        is_new = newest > self._newest - _NEW and newest - since >= _LATER
        return rows[-1] if is_new or link.also else None

    def _in_order(self, link: Link) -> list[int]:
        """The films of the series in the order in which they came."""
        movies, first = self._index.catalogue.movies, link.rows[0]
        if link.also:
            return sorted((first, *link.also), key=lambda row: (movies[row].year, row))
        name = movies[first].title
        rows = [
            row
            for row in self._index.beginning_with(normal(name))
            if row == first or _GOES_ON.match(movies[row].title, len(name))
        ]
        return sorted({first, *rows}, key=lambda row: (movies[row].year, row))


def _numbers(words: Sequence[Word], place: int, end: int, *, listed: bool) -> Iterator[tuple[int, int, int]]:
    """(first word, one past the last, number) of what tells films of a series in the words [place, end).

    Numbers count where they are `listed` behind another one, ordinals with "one" or the like wherever they stand.
    """
    while listed and place < end:
        at = place + (words[place].text == "and")
        following = words[at + 1].text if at + 1 < len(words) else ""
        if at >= end or words[at].text not in _DIGITS or following in _COUNTED:
            break
        yield at, at + 1, int(words[at].text)
        place = at + 1
    for first in range(place, end - 1):
        if words[first].text in ORDINALS and words[first + 1].text in _ONE:
            begin = first - (first > place and words[first - 1].text == "the")
            yield begin, first + 2, ORDINALS[words[first].text] + 1
