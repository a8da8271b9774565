"""Which film of a name is meant, told by who made it or who is in it, by what is not meant, or else by what is new.

"Tarkovsky's Solaris", "King Kong, the Peter Jackson one", "the 1954 Godzilla, not the new ones".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.facets import FacetFinder
from assistant.instalments import Instalments
from assistant.lexicon import as_written, table
from assistant.links import Link
from assistant.phrases import taken_by
from assistant.title_index import TitleIndex
from assistant.words import Word, normal

_CURRENT: Final = 4
"""Years in which the best known film of a name is meant without asking, where the others are old: "loved Dune"."""
_OLDER: Final = 35
"""Years by which they are older; with less between them both are still talked of."""
_LEADS: Final = frozenset("the by from with of 1 version film movie adaptation remake directed starring".split())
"""Between a title and a name behind it: "Solaris, the one by …"."""
_ROUNDS_OFF: Final = frozenset("1 version film movie adaptation remake".split())
_FURTHEST: Final = 4
_NOT_MEANT: Final = re.compile(
    r"(?:the (?:\w+ ){0,2}?(?:original|old|first|classic|cartoon|1|version|film|movie) )?"
    r"(?:and |but )?not the "
    r"(?P<other>(?:\w+ ){0,3}?(?:1|ones|versions?|remakes?|reboots?|originals?|sequels?|cartoons?))\b"
)
"""Behind a title: "…, the original, not the new one"."""
_LONGEST: Final = 12
"""Words of it that are looked at."""

Reach = tuple[int, int]
"""First word and one past the last of a title together with the name beside it."""


class Namesakes:
    """Tells films of one name apart."""

    def __init__(self, index: TitleIndex, facets: FacetFinder) -> None:
        self._index = index
        self._facets = facets
        self._instalments = Instalments(index)
        self._newest = int(index.catalogue.years.max()) if len(index.catalogue.movies) else 0
        makers: dict[str, list[str]] = table("franchises")["makers"]
        listed = {label for labels in makers.values() for label in labels}
        rows = {movie.label: movie.row for movie in index.catalogue.movies if movie.label in listed}
        self._made = {
            normal(name): frozenset(rows[label] for label in labels if label in rows) for name, labels in makers.items()
        }
        self._surnames = {name.rpartition(" ")[2]: name for name in reversed(self._made)}
        self._surnames |= {" ".join(name.split(" ")[-2:]): name for name in self._made if name.count(" ") > 1}

    def told_apart(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links, each of one film where the words beside it tell which; these then belong to its span."""
        taken = taken_by(((link.first, link.last) for link in links), len(words))
        links = [self._told(words, self._contrasted(words, link, taken), taken) for link in links]
        return self._instalments.with_others(words, [self._instalments.told(words, link) for link in links])

    def _contrasted(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        """A link with the year before it and with "not the remake" behind it, which may tell the one that is meant."""
        movies, first = self._index.catalogue.movies, link.first
        if first and words[first - 1].text == str(movies[link.rows[0]].year):
            first -= 1 + (first > 1 and words[first - 2].text == "the")
            link = link._replace(first=first)
        if link.also or not any(word.text == "not" for word in words[link.last : link.last + _FURTHEST + 2]):
            return link
        said = [word.text for word in words[link.last : link.last + _LONGEST]]
        match = _NOT_MEANT.match(" ".join(said))
        last = link.last + len(match[0].split(" ")) if match else link.last
        if match is None or any(taken[link.last : last]):
            return link
        pick = max if {"old", "original", "originals", "first", "cartoon"} & set(match["other"].split(" ")) else min
        rows = (pick(link.rows, key=lambda row: movies[row].year),)
        return link._replace(last=last, rows=rows, rule=f"{link.rule}; not the other one")

    def _told(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        if link.also:
            return link
        makers = list(self._makers(words, link, taken))
        people = list(self._people(words, link, taken)) if len(link.rows) > 1 and not makers else []
        for (first, last), rows in (*makers, *people):
            if len(rows) == 1:
                return link._replace(first=first, last=last, rows=rows, rule=f"{link.rule}; told by a name")
        years = [self._index.catalogue.movies[row].year for row in link.rows]
        current = len(years) > 1 and not link.typos and years[0] > self._newest - _CURRENT
        if current and years[0] - max(years[1:]) >= _OLDER:
            return link._replace(rows=link.rows[:1], rule=f"{link.rule}; the current one")
        return link

    def _makers(
        self, words: Sequence[Word], link: Link, taken: Sequence[int]
    ) -> Iterator[tuple[Reach, tuple[int, ...]]]:
        """What a film maker named beside a title makes of it."""
        for place in range(max(link.first - _FURTHEST, 0), min(link.last + _FURTHEST + 1, len(words))):
            said = words[place].text
            name = None if taken[place] else self._surnames.get(said) or self._surnames.get(said.removesuffix("s"))
            if name is None:
                continue
            first, given = place, name.split(" ")[:-1]
            while given and first and words[first - 1].text == given[-1]:
                first, given = first - 1, given[:-1]
            if (reach := _reach(words, link, first, place + 1)) is not None:
                yield reach, tuple(row for row in sorted(self._made[name]) if self._is_alike(row, link))

    def _people(
        self, words: Sequence[Word], link: Link, taken: Sequence[int]
    ) -> Iterator[tuple[Reach, tuple[int, ...]]]:
        """The same for the people of the catalogue, of films that could be meant anyway."""
        catalogue = self._index.catalogue
        for found in self._facets.find(words, taken):
            tokens = found.meaning.tokens
            facet = catalogue.facet(tokens[0])
            if facet.kind != "person" and as_written(facet.name).islower():
                continue
            if (reach := _reach(words, link, found.first, found.last)) is not None:
                yield reach, tuple(row for row in link.rows if set(tokens) <= set(catalogue.facets_of(row + 1)))

    def _is_alike(self, row: int, link: Link) -> bool:
        """Whether a film is one of a link's, or goes by its name: "Guillermo del Toro's Pinocchio"."""
        movies = self._index.catalogue.movies
        name = normal(movies[link.rows[0]].title)
        return row in link.rows or f" {normal(movies[row].title)}".endswith(f" {name}")


def _reach(words: Sequence[Word], link: Link, first: int, last: int) -> Reach | None:
    """The span of a link with the name [first, last) beside it; None where too much stands between them."""
    if last <= link.first:
        between = words[last : link.first]
        near = not between or (len(between) == 2 and between[1].text == "of")  # "Tarkovsky's version of Solaris"
        return (first, link.last) if near else None
    if not all(word.text in _LEADS for word in words[link.last : first]):
        return None
    last += last < len(words) and words[last].text in _ROUNDS_OFF
    return link.first, last
