"""Films on the table that a line refers to otherwise than by their title.

By a part of it ("Mohicans", "Four Weddings"), or by what is known of them: "the French one", "the
one with Pacino", "the one about the man who pretends to be a director". Whatever is found is a
title in the line like any other, so that what is said of it is understood as it is of films named
in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from assistant.language.lexicon import background, dictionary, title_class, word_class
from assistant.language.meaning.facets import FacetFinder
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import ON_THE_TABLE, WHOLE, Link, overlaps
from assistant.language.utterance import Context
from assistant.language.words import Word, normal, stands_apart, text_at, texts_of, words
from core.data.facts import FilmFacts
from core.data.search import WordIndex, word_index

Span = tuple[int, int]
"""First word and one past the last."""

DESCRIBED: Final = "described"
"""Rule of a film that is told by what is known of it."""
_ARTICLES: Final = title_class("title_articles")
_LEAST: Final = 3
"""Letters of the shortest word that tells a title by itself."""
_DEFINITE: Final = word_class("definite")
_SINGULAR: Final = word_class("single_nouns")
_PLURAL: Final = word_class("plural_nouns")
_BY_NAME: Final = word_class("leads_to_what_it_has")
_BY_STORY: Final = word_class("leads_to_story")
_ENDS_STORY: Final = word_class("ends_description")
_OLDEST: Final = frozenset(word for word in word_class("oldest") if word.endswith("est"))
_NEWEST: Final = frozenset(word for word in word_class("newest") if word.endswith("est"))
_ADJECTIVES: Final = 4
"""Most words before "one"."""
_NAME: Final = 4
"""Most words of what a film has: "with Joseph Gordon-Levitt"."""
_STORY: Final = 12
"""Most words of what it is about."""
_CLEARLY: Final = 1.5
"""How many times as well as the next film one must answer a description that is of it."""
_WAYS: Final = 3
"""Ways in which words may be true of a film, the surest first."""
_NEAR: Final = 0.4
"""Cosine from which what a film is known for is what a description means."""
_YEAR: Final = re.compile(r"(?:18|19|20)\d\d\Z")
_DECADE: Final = re.compile(r"(?:19|20)?(\d0)s\Z")


class Pointing:
    """Finds the films on the table that lines refer to. Thread-safe."""

    def __init__(self, index: TitleIndex, facts: FilmFacts, facets: FacetFinder) -> None:
        self._index = index
        self._facets = facets
        self._facts = facts

    def with_the_table(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> list[Link]:
        """The links with those of films on the table in place of any that lie in the same words."""
        if not (context.shown or context.lately):
            return list(links)
        links = self._of_one_name(links, context)
        named = self._by_titles(text, found, links, context)
        described = [] if context.asked else self._described(text, found, context.shown)
        return _in_place([*described, *named], links)

    def refers(self, text: str, context: Context) -> bool:
        """Whether a text names a film that was shown, or refers to it by what is known of it."""
        if not context.shown:
            return False
        found = words(text)
        said = f" {normal(text)} "
        titles = (self._index.catalogue.movie(token).title for token in context.shown)
        if any(f" {normal(title)} " in said for title in titles):
            return True
        return bool(self._described(text, found, context.shown)) or bool(
            self._by_titles(text, found, (), context)
        )

    # ---- by name

    def _of_one_name(self, links: Sequence[Link], context: Context) -> list[Link]:
        """The links, of several films of one name each of the one that was spoken of."""
        lately = dict.fromkeys(token - 1 for token in (*context.shown, *context.lately))

        def told(link: Link) -> Link:
            spoken_of = tuple(row for row in link.rows if row in lately)
            if len(link.rows) == 1 or len(spoken_of) != 1:
                return link
            return link._replace(rows=spoken_of, rule=f"{link.rule}; on the table")

        return list(map(told, links))

    def _by_titles(
        self, text: str, found: Sequence[Word], links: Sequence[Link], context: Context
    ) -> list[Link]:
        """The films that parts of their titles name: of those on the table, then of those before.

        What is a part of the titles of two of them names neither.
        """
        before = [token for token in context.lately if token not in context.shown]
        by_span = self._parts_of(text, found, before) | self._parts_of(text, found, context.shown)
        named = [
            Link(*span, (rows[0],), ON_THE_TABLE, "part of a title; on the table")
            for span, rows in by_span.items()
            if len(rows) == 1
        ]
        return [link for link in named if self._is_rather(link, links)]

    def _parts_of(
        self, text: str, found: Sequence[Word], tokens: Sequence[int]
    ) -> dict[Span, list[int]]:
        """Rows of the films whose titles have a part in the words, by where it stands."""
        by_span: dict[Span, list[int]] = {}
        for token in tokens:
            for span in self._parts(text, found, token - 1):
                by_span.setdefault(span, []).append(token - 1)
        return by_span

    def _parts(self, text: str, found: Sequence[Word], row: int) -> Iterator[Span]:
        """The longest runs of words that are a part of the title of a film, and tell it."""
        movie = self._index.catalogue.movies[row]
        titles = [normal(title).split(" ") for title in (movie.title, *movie.aliases)]
        padded = [f" {' '.join(title)} " for title in titles]
        last = 0
        for first in range(len(found)):
            end = first
            while end < len(found) and _is_part(found, first, end + 1, padded):
                end += 1
            if end > last and self._tells(text, found, (first, end)):
                last = end
                yield first, end

    def _tells(self, text: str, found: Sequence[Word], span: Span) -> bool:
        """Whether words are said of a title and of nothing else."""
        first, last = span
        if last - first > 1 and found[first].text in _ARTICLES:
            return self._tells(text, found, (first + 1, last))
        telling = [at for at in range(first, last) if _may_tell(text, found[at])]
        if last - first > 1:
            capital = any(text[found[at].start].isupper() for at in telling if at > first)
            return capital or any(not _is_talk(found[at].text) for at in telling)
        return bool(telling) and self._is_name(text, found[first])

    def _is_name(self, text: str, word: Word) -> bool:
        """Whether a single word of a title is rather that than what it says."""
        if self._facets.term(word.text) is not None or _is_talk(word.text):
            return False
        return text[word.start].isupper() or word.text not in dictionary()

    def _is_rather(self, link: Link, links: Sequence[Link]) -> bool:
        """Whether a film on the table is meant rather than what is found in the same words: a
        longer title is another film's, and so is a better known one as it stands.
        """
        (row,) = link.rows
        for other in links:
            if other.last <= link.first or link.last <= other.first:
                continue
            if row in (*other.rows, *other.also) or not _is_within(other, link):
                return False
            if not other.typos and self._is_better_known(other, row):
                return False
        return True

    def _is_better_known(self, link: Link, row: int) -> bool:
        """Whether the film of a link is called so and better known than another one."""
        key = self._index.key_of(normal(self._index.catalogue.movies[link.rows[0]].title))
        renown = self._index.renown
        whole = key is not None and any(
            form.row == link.rows[0] and form.kind in WHOLE for form in self._index.forms(key)
        )
        return whole and bool(renown[link.rows[0]] > renown[row])

    # ---- by description

    def _described(self, text: str, found: Sequence[Word], shown: Sequence[int]) -> list[Link]:
        """The films that the descriptions of a line fit."""
        links = []
        last = 0
        for place in range(len(found)):
            told = self._told_from(found, place, shown) if place >= last else None
            if told is not None:
                (first, last), rows = told
                links.append(Link(first, last, rows[:1], ON_THE_TABLE, DESCRIBED, also=rows[1:]))
        return links

    def _told_from(
        self, found: Sequence[Word], place: int, shown: Sequence[int]
    ) -> tuple[Span, tuple[int, ...]] | None:
        """The description that begins at a place, and rows of the films that it fits."""
        if found[place].text not in _DEFINITE:
            return None
        table = _Table(self, tuple(token - 1 for token in shown))
        for noun in range(place + 1, min(place + 2 + _ADJECTIVES, len(found))):
            if stands_apart(found, noun):
                return None
            said = texts_of(found, place + 1, noun)
            word = found[noun].text
            if word in _SINGULAR or word in _PLURAL:
                fitting = table.fitting(said) if said else table.rows
                span, fitting = table.narrowed(found, (place, noun + 1), fitting)
                is_told = bool(said) or span[1] > noun + 1
                return _chosen(span, fitting, several=word in _PLURAL) if is_told else None
        makers = table.of_makers(text_at(found, place + 1))
        return _chosen((place, place + 2), makers, several=True)

    def covers(self, row: int, said: Sequence[str], n_ways: int) -> bool:
        """Whether all words that are said of a film are true of it in one of the first ways: by
        facts, by its title, by texts on it.
        """
        ways = (self.is_so, self.is_called, self.is_told)[:n_ways]
        at = 0
        while at < len(said):
            ends = range(min(len(said), at + _NAME), at, -1)
            at = next((end for end in ends if any(so(row, said[at:end]) for so in ways)), 0)
            if not at:
                return False
        return True

    def is_so(self, row: int, said: Sequence[str]) -> bool:
        """Whether a film is of a year, or has somebody or something."""
        year, phrase = self.year(row), " ".join(said)
        if _YEAR.match(phrase):
            return int(phrase) == year
        if decade := _DECADE.match(phrase):
            return year % 100 // 10 * 10 == int(decade[1])
        term = self._facets.term(phrase)
        own = set(self._index.catalogue.facets_of(row + 1))
        if term is None or not (term.tokens or term.roles):
            return False
        whole = bool(term.tokens) and own.issuperset(term.tokens)
        return whole or not own.isdisjoint(term.roles.values())

    def is_called(self, row: int, said: Sequence[str]) -> bool:
        """Whether words are of a film's title, and no mere talk."""
        title = f" {normal(self._index.catalogue.movies[row].title)} "
        return f" {' '.join(said)} " in title and any(map(_is_telling, said))

    def is_told(self, row: int, said: Sequence[str]) -> bool:
        """Whether texts on a film hold words, that are no mere talk."""
        return any(map(_is_telling, said)) and self.answers(" ".join(said), row) > 0

    def answers(self, story: str, row: int) -> float:
        """How well a film answers a text on its story; 0 for not at all."""
        if row >= self._index.catalogue.n_items:
            return 0.0
        return float(self._words.relevance(story)[row])

    def likeness(self, story: str, row: int) -> float:
        """How near a text is to what a film is known for; 0 for not at all."""
        own = self._index.catalogue.facets_of(row + 1)
        return self._words.likeness(story, own)

    def makes(self, row: int, surname: str) -> bool:
        """Whether a film is by somebody, or with them."""
        term = self._facets.term(surname)
        own = self._index.catalogue.facets_of(row + 1)
        return term is not None and not set(own).isdisjoint(term.roles.values())

    def year(self, row: int) -> int:
        """The year of a film."""
        return self._index.catalogue.movies[row].year

    @property
    def _words(self) -> WordIndex:
        return word_index(self._facts, self._index.catalogue)


@dataclass(frozen=True, slots=True)
class _Table:
    """The films shown, and what is known of them."""

    known: Pointing
    rows: tuple[int, ...]

    def fitting(self, said: Sequence[str]) -> tuple[int, ...]:
        """The films that adjectives fit: "French", "De Niro", "1961", "oldest"."""
        if len(said) == 1 and said[0] in _OLDEST | _NEWEST:
            pick: Callable[..., int] = min if said[0] in _OLDEST else max
            return (pick(self.rows, key=self.known.year),)
        fitting = (
            tuple(row for row in self.rows if self.known.covers(row, said, n_ways))
            for n_ways in range(1, _WAYS + 1)
        )
        return next(filter(None, fitting), ())

    def narrowed(
        self, found: Sequence[Word], span: Span, rows: tuple[int, ...]
    ) -> tuple[Span, tuple[int, ...]]:
        """A description with what stands behind its noun, and the films that it still fits."""
        first, last = span
        leads = text_at(found, last)
        if stands_apart(found, last) or leads not in _BY_NAME | _BY_STORY:
            return span, rows
        if leads in _BY_NAME:
            for end in range(min(last + 1 + _NAME, len(found)), last + 1, -1):
                if fitting := self._having(texts_of(found, last + 1, end), rows):
                    return (first, end), fitting
        end = _end_of_story(found, last + 1)
        best = self._best(" ".join(texts_of(found, last, end)), rows)
        return ((first, end), best) if best else ((first, last), ())

    def _having(self, said: Sequence[str], rows: Sequence[int]) -> tuple[int, ...]:
        """Those of the films that have what words say, with or without an article."""
        plain = said[1:] if said[0] in _ARTICLES else said
        return tuple(row for row in rows if plain and self.known.is_so(row, plain))

    def of_makers(self, name: str) -> tuple[int, ...]:
        """The films of whoever is spoken of in the plural: "the Hitchcocks"."""
        if not name.endswith("s"):
            return ()
        return tuple(row for row in self.rows if self.known.makes(row, name))

    def _best(self, story: str, rows: Sequence[int]) -> tuple[int, ...]:
        """The film that a story is clearly of, by its words or by what they mean; none where two
        may be meant.
        """
        by_words = {row: self.known.answers(story, row) for row in rows}
        best = _clearly_best(by_words, 0.0)
        return best or _clearly_best({row: self.known.likeness(story, row) for row in rows}, _NEAR)


def _clearly_best(scores: Mapping[int, float], least: float) -> tuple[int, ...]:
    """The film whose score is above the least, and by far the best; () for none."""
    first, *others = sorted(scores, key=lambda row: -scores[row]) or [-1]
    if first < 0 or scores[first] <= least:
        return ()
    rival = scores[others[0]] if others else 0.0
    return (first,) if scores[first] > _CLEARLY * rival else ()


def _chosen(
    span: Span, rows: tuple[int, ...], *, several: bool
) -> tuple[Span, tuple[int, ...]] | None:
    """A description and its films; None where it tells none, or not which one."""
    return (span, rows) if rows and (several or len(rows) == 1) else None


def _end_of_story(found: Sequence[Word], first: int) -> int:
    """One past the last word of what a film is about, that begins at a place."""
    end = first + 1
    while end < min(len(found), first + _STORY) and not stands_apart(found, end):
        if found[end].text in _ENDS_STORY:
            break
        end += 1
    return min(end, len(found))


def _is_part(found: Sequence[Word], first: int, last: int, titles: Sequence[str]) -> bool:
    said = f" {' '.join(texts_of(found, first, last))} "
    return any(said in title for title in titles)


def _is_telling(word: str) -> bool:
    """Whether a word says what something is, not only how good it is or where it stands."""
    return len(word) >= _LEAST and not _is_talk(word)


def _may_tell(text: str, word: Word) -> bool:
    """Whether a word of a title is more than what holds it together."""
    if len(word.text) < _LEAST or word.text in _ARTICLES:
        return False
    return text[word.start].isupper() or not _is_talk(word.text)


def _is_talk(word: str) -> bool:
    """Whether people who talk of films say a word anyway."""
    return background().is_spoken(word)


def _is_within(inner: Link, outer: Link) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last


def _in_place(of_the_table: Sequence[Link], links: Sequence[Link]) -> list[Link]:
    """Links in order without overlap: those of the table, the earlier of these first, then others
    that lie beside them.
    """
    kept: list[Link] = []
    for link in chain(of_the_table, links):
        if not overlaps(link, kept):
            kept.append(link)
    return sorted(kept, key=lambda link: link.first)
