"""What titles found in a sentence tell of what stands beside them: lists, articles, other films of
the same name.

Whose film it is, where a name stands right beside: "click with adam sandler", "the Cronenberg Fly".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import dictionary, proper_names, table
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import THRESHOLD, Link, best_set, other_versions
from assistant.language.titles.sentence import Sentence
from assistant.language.utterance import Span
from assistant.language.words import Word, normal
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
            normal(facet.name): place
            for place, facet in enumerate(catalogue.facets)
            if facet.kind == "person"
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
        """Rows of the films of whoever is named right beside [first, last); none where nobody
        is.
        """
        behind = _NOBODY
        if last + 1 < len(words) and words[last].text in _LEADS:
            begin = last + 1 + (words[last + 1].text == "by")
            for length in range(_LONGEST, 0, -1):
                behind = behind or self._of(
                    " ".join(word.text for word in words[begin : begin + length])
                )
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


_KNOWN: Final = 3
"""Ratings from which a film is known by its name with the article."""
_ASKED: Final = 4
"""Most films of one name that somebody is asked about."""
_STRANGE_FROM: Final = 5
"""Letters from which a word that is in no dictionary is rather a title than a slip."""
_SURE: Final = 6.0
"""Points of a title from which films are talked of, whatever else is."""


def with_articles(
    scored: list[Link], words: Sequence[Word], renown: npt.NDArray[np.int64]
) -> list[Link]:
    """Names whose article is their own win: "The Room" is not Room, "the Heat" may be The Heat.

    The longer name takes the points of the shorter one, where it is of another film that people
    know by its `renown` in ratings, (n_movies,).
    """
    whole = {(link.first, link.last): place for place, link in enumerate(scored)}
    for link in scored:
        place = (
            whole.get((link.first - 1, link.last))
            if link.first and words[link.first - 1].text == "the"
            else None
        )
        if (
            place is not None
            and link.score > scored[place].score
            and link.rows[0] not in scored[place].rows
        ):
            if renown[scored[place].rows[0]] >= _KNOWN:
                scored[place] = scored[place]._replace(score=link.score)
    return scored


def with_beginnings(scored: list[Link], renown: npt.NDArray[np.int64]) -> list[Link]:
    """Names that hold another one at their end win as that would: "it chapter two" is not John
    Wick: Chapter Two.
    """
    ends = {
        link.last: link
        for link in sorted(scored, key=lambda link: link.score)
        if link.score >= THRESHOLD
    }
    for place, link in enumerate(scored):
        inner = ends.get(link.last)
        if inner is None or link.score >= inner.score or link.first >= inner.first:
            continue
        if renown[link.rows[0]] and inner.last - inner.first > 1:
            scored[place] = link._replace(score=inner.score)
    return scored


def with_neighbours(
    scored: Sequence[Link], chosen: list[Link], sentence: Sentence, bonus: float
) -> list[Link]:
    """Spans just below the threshold that stand in a list beside a film, or beside one that was
    taken in like that.
    """
    if any(link.score >= _SURE for link in chosen):
        scored = [
            link._replace(score=link.score + link.withheld, withheld=0.0)
            if link.withheld and link.score + link.withheld >= THRESHOLD - bonus
            else link
            for link in scored
        ]
        chosen = best_set(scored, len(sentence.words))
    near = [link for link in scored if THRESHOLD - bonus <= link.score < THRESHOLD]
    while chosen and near:
        ends, starts = {link.last for link in chosen}, {link.first for link in chosen}
        raised = [
            link
            for link in near
            if sentence.joined_before(link.first) in ends
            or sentence.joined_behind(link.last) in starts
            or (link.first in ends and link.last in starts)  # "goodfellas casino heat"
        ]
        if not raised:
            break
        near = [link for link in near if link not in raised]
        named = [
            link._replace(score=link.score + bonus, rule=f"{link.rule}; list") for link in raised
        ]
        chosen = best_set([*chosen, *named], len(sentence.words))
    return chosen


def with_versions(chosen: list[Link], words: Sequence[Word], index: TitleIndex) -> list[Link]:
    """Films of a name that was said before, told by their year: "The Mummy from 1999 …, the 2017
    one …".
    """
    taken = {place for link in chosen for place in range(link.first, link.last)}
    added = []
    for first, last, year in other_versions(words, taken) if chosen else ():
        before = [link for link in chosen if link.last <= first and not link.also]
        row = _of_year(before[-1].rows[0], year, index) if before else None
        if row is not None:
            added.append(Link(first, last, (row,), before[-1].score, "of the same name; year"))
    return sorted([*chosen, *added], key=lambda link: link.first) if added else chosen


def written(
    text: str, words: Sequence[Word], spans: Iterable[Span], index: TitleIndex
) -> list[Link]:
    """Films that are written just as spans of a text which look like titles, but are too little
    known to be found.

    One or two ordinary words are rather something else of that name ("The Office"), unless there
    are several such films to ask about; a single word needs a capital, too.
    """
    found = []
    for span in spans:
        inside = [
            place
            for place, word in enumerate(words)
            if span.start <= word.start and word.end <= span.end
        ]
        key = index.key_of(" ".join(words[place].text for place in inside))
        if key is None:
            continue
        rows = tuple(dict.fromkeys(form.row for form in index.forms(key)))
        strange = any(_is_strange(words[place].text) for place in inside)
        long = len(inside) > 2 or (len(inside) == 2 and len(rows) > 1)
        if long or (strange and (len(inside) > 1 or text[span.start].isupper())):
            found.append(
                Link(inside[0], inside[-1] + 1, rows[:_ASKED], THRESHOLD, "looks like a title")
            )
    return found


def _is_strange(word: str) -> bool:
    return len(word) >= _STRANGE_FROM and word not in dictionary() and word not in proper_names()


def _of_year(row: int, year: int, index: TitleIndex) -> int | None:
    """The best known film that is written like another and came out in a year, or the year beside
    it.
    """
    movies = index.catalogue.movies
    key = index.key_of(normal(movies[row].title))
    rows = [form.row for form in index.forms(key)] if key is not None else []
    near = [other for other in rows if other != row and abs(movies[other].year - year) <= 1]
    return min(near, key=lambda other: abs(movies[other].year - year), default=None)
