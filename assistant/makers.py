"""Whose film it is, where a name stands right beside: "click with adam sandler", "the Cronenberg Fly"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.lexicon import table
from assistant.words import Word, normal
from core.catalogue import Catalogue

_LEADS: Final = frozenset("with by starring from directed".split())
_LONGEST: Final = 3
"""Words of a name that are looked at."""
_NOBODY: Final[frozenset[int]] = frozenset()


class Makers:
    """The films of the people that a catalogue knows, and of film makers told by their surname."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._membership = catalogue.membership
        self._people = {
            normal(facet.name): place for place, facet in enumerate(catalogue.facets) if facet.kind == "person"
        }
        made: dict[str, list[str]] = table("franchises")["makers"]
        listed = {label for labels in made.values() for label in labels}
        rows = {movie.label: movie.row for movie in catalogue.movies if movie.label in listed}
        self._made: dict[str, frozenset[int]] = {}
        for name, labels in made.items():
            films = frozenset(rows[label] for label in labels if label in rows)
            for key in (normal(name), normal(name).rpartition(" ")[2]):
                self._made[key] = self._made.get(key, _NOBODY) | films

    def beside(self, words: Sequence[Word], first: int, last: int) -> frozenset[int]:
        """Rows of the films of whoever is named right beside [first, last); none where nobody is."""
        behind = _NOBODY
        if last + 1 < len(words) and words[last].text in _LEADS:
            begin = last + 1 + (words[last + 1].text == "by")
            for length in range(_LONGEST, 0, -1):
                behind = behind or self._of(" ".join(word.text for word in words[begin : begin + length]))
        if not first or len(words[first - 1].text) < _LONGEST:
            return behind
        before = words[first - 1].text
        return behind or self._made.get(before) or self._made.get(before.removesuffix("s"), _NOBODY)

    def _of(self, name: str) -> frozenset[int]:
        if name in self._made:
            return self._made[name]
        place = self._people.get(name)
        if place is None:
            return _NOBODY
        begin, end = self._membership.indptr[place : place + 2]
        return frozenset(self._membership.indices[begin:end].tolist())
