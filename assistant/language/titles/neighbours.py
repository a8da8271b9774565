"""What titles found in a sentence tell of what stands beside them: lists, articles, other films of
the same name; and whose film it is: "click with adam sandler", "the Cronenberg Fly".
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import dictionary, proper_names, table
from assistant.language.titles.index import Match, TitleIndex
from assistant.language.titles.links import THRESHOLD, Link, best_set, other_versions
from assistant.language.titles.sentence import Sentence
from assistant.language.titles.unknown import of_other_films
from assistant.language.utterance import Span
from assistant.language.words import Word, normal
from core.catalogue import Catalogue

_LEADS: Final = frozenset("with by starring from directed".split())
_LONGEST: Final = 3
"""Words of a name that are looked at."""
_NOBODY: Final[frozenset[int]] = frozenset()


def films_of_makers(catalogue: Catalogue) -> dict[str, frozenset[int]]:
    """Rows of the films of each film maker of franchises.toml, by name in normal form."""
    labels_of: dict[str, list[str]] = table("franchises")["makers"]
    listed = {label for labels in labels_of.values() for label in labels}
    rows = {movie.label: movie.row for movie in catalogue.movies if movie.label in listed}
    return {
        normal(name): frozenset(rows[label] for label in labels if label in rows)
        for name, labels in labels_of.items()
    }


class Makers:
    """The films of the people that a catalogue knows, and of film makers told by their surname."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._membership = catalogue.membership
        self._people: dict[str, list[int]] = {}
        for place, facet in enumerate(catalogue.facets):
            if facet.kind in ("person", "director"):
                self._people.setdefault(normal(facet.name), []).append(place)
        self._made: dict[str, frozenset[int]] = {}
        for name, films in films_of_makers(catalogue).items():
            for key in (name, name.rpartition(" ")[2]):
                self._made[key] = self._made.get(key, _NOBODY) | films

    def beside(self, words: Sequence[Word], first: int, last: int) -> frozenset[int]:
        """Rows of the films of whoever is named right beside [first, last); else none."""
        if last + 1 < len(words) and words[last].text in _LEADS:
            begin = last + 1 + (words[last + 1].text == "by")
            for end in range(begin + _LONGEST, begin, -1):
                if films := self._of(" ".join([word.text for word in words[begin:end]])):
                    return films
        before = words[first - 1].text if first else ""
        if len(before) < _LONGEST:
            return _NOBODY
        return self._made.get(before) or self._made.get(before.removesuffix("s"), _NOBODY)

    def _of(self, name: str) -> frozenset[int]:
        if name in self._made:
            return self._made[name]
        films: set[int] = set()
        for place in self._people.get(name, ()):
            begin, end = self._membership.indptr[place : place + 2]
            films.update(self._membership.indices[begin:end].tolist())
        return frozenset(films)


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
    place_of = {link.span: place for place, link in enumerate(scored)}
    for link in scored:
        place = place_of.get((link.first - 1, link.last))
        if place is None or words[link.first - 1].text != "the":
            continue
        longer = scored[place]
        if link.score > longer.score and link.rows[0] not in longer.rows:
            if renown[longer.rows[0]] >= _KNOWN:
                scored[place] = longer._replace(score=link.score)
    return scored


def with_beginnings(scored: list[Link], renown: npt.NDArray[np.int64]) -> list[Link]:
    """Names take the points of one at their end: "it chapter two" is not "Chapter Two"."""
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
    """Adds spans just below the threshold that are listed beside a film, or beside such a one."""
    least, n_words = THRESHOLD - bonus, len(sentence.words)
    if any(link.score >= _SURE for link in chosen):
        scored = [_with_withheld(link, least) for link in scored]
        chosen = best_set(scored, n_words)
    near = [link for link in scored if least <= link.score < THRESHOLD]
    while raised := _joined(near, chosen, sentence):
        near = [link for link in near if link not in raised]
        named = [
            link._replace(score=link.score + bonus, rule=f"{link.rule}; list") for link in raised
        ]
        chosen = best_set([*chosen, *named], n_words)
    return chosen


def _with_withheld(link: Link, least: float) -> Link:
    """A link with the points that were withheld from it, where these take it above `least`."""
    score = link.score + link.withheld
    return link._replace(score=score, withheld=0.0) if link.withheld and score >= least else link


def _joined(near: Sequence[Link], chosen: Sequence[Link], sentence: Sentence) -> list[Link]:
    """The links that are listed right beside chosen ones."""
    ends, starts = {link.last for link in chosen}, {link.first for link in chosen}
    return [
        link
        for link in near
        if (link.first in ends and link.last in starts)  # "goodfellas casino heat"
        or _is_listed(link, sentence, ends, starts)
    ]


def _is_listed(link: Link, sentence: Sentence, ends: set[int], starts: set[int]) -> bool:
    before, behind = sentence.joined_before(link.first), sentence.joined_behind(link.last)
    return before in ends or behind in starts


def with_versions(chosen: list[Link], words: Sequence[Word], index: TitleIndex) -> list[Link]:
    """Adds films of a name said before, by their year: "The Mummy from 1999 …, the 2017 one"."""
    if not chosen:
        return chosen
    taken = {place for link in chosen for place in range(*link.span)}
    added = []
    for first, last, year in other_versions(words, taken):
        before = [link for link in chosen if link.last <= first and not link.also]
        row = _of_year(before[-1].rows[0], year, index) if before else None
        if row is not None:
            added.append(Link(first, last, (row,), before[-1].score, "of the same name; year"))
    return sorted([*chosen, *added], key=lambda link: link.first)


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
        first = bisect_left(words, span.start, key=lambda word: word.start)
        last = bisect_right(words, span.end, key=lambda word: word.end)
        texts = [word.text for word in words[first:last]]
        key = index.key_of(" ".join(texts))
        if key is None or of_other_films(text, words, [Match(first, last, key)], index):
            continue
        rows = tuple(dict.fromkeys(form.row for form in index.forms(key)))
        if _may_be_title(texts, capital=text[span.start].isupper(), several=len(rows) > 1):
            found.append(Link(first, last, rows[:_ASKED], THRESHOLD, "looks like a title"))
    return found


def _may_be_title(texts: Sequence[str], *, capital: bool, several: bool) -> bool:
    if len(texts) > 2 or (len(texts) == 2 and several):
        return True
    return (len(texts) == 2 or capital) and any(map(_is_strange, texts))


def _is_strange(word: str) -> bool:
    return len(word) >= _STRANGE_FROM and word not in dictionary() and word not in proper_names()


def _of_year(row: int, year: int, index: TitleIndex) -> int | None:
    """The best known film written like another that came out in a year, or the year beside it."""
    movies = index.catalogue.movies
    key = index.key_of(normal(movies[row].title))
    rows = [form.row for form in index.forms(key)] if key is not None else []
    near = [other for other in rows if other != row and abs(movies[other].year - year) <= 1]
    return min(near, key=lambda other: abs(movies[other].year - year), default=None)
