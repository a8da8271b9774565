"""Which film is meant of a series, of one name, or in place of the one that was named.

"the second Toy Story", "the new Mad Max"; "Tarkovsky's Solaris", "King Kong, the Peter Jackson
one"; "no, The Heat", "not Alien, Aliens", "I meant the 1995 one".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from assistant.language import acts
from assistant.language.acts import ORDINALS
from assistant.language.lexicon import as_written, title_class
from assistant.language.meaning.facets import FacetFinder
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.links import WHOLE, Link, words_before
from assistant.language.titles.neighbours import films_of_makers
from assistant.language.utterance import Act, Context, MovieMention, Span, Utterance
from assistant.language.words import Word, normal, taken_by, words

_LAST: Final = frozenset(("last", "final", "latest", "newest"))
_SEVERAL: Final = title_class("series_nouns")
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
_COUNTED_NOUNS: Final = title_class("counted_nouns")
_INSTALMENT: Final = title_class("instalment_nouns")


class Instalments:
    """Tells the films of one series apart by when they came."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index
        self._newest = int(index.catalogue.years.max(initial=0))

    def asked_for(self, words: Sequence[Word], link: Link) -> Link:
        """The link, of the instalment that the word before it asks for; its span then holds that
        word.

        In the plural it is of the whole series: "both Blade Runners".
        """
        one, two = words_before(words, link.first)
        if one in _DIGITS and two in ("first", "last"):
            return self._so_many(link, int(one), from_the_end=two == "last")
        if link.typos == 1 and not link.also:
            return self._of_several(words, link, both=one == "both")
        if link.typos or words[link.last - 1].text in _SEVERAL or not _picks_one(two, one):
            return link
        rows = self._in_order(link)
        row = self._picked(one, link, rows) if len(rows) > 1 else None
        if row is None:
            return link
        rule = f"{link.rule}; the {one} of its series"
        return link._replace(first=link.first - 1, rows=(row,), also=(), rule=rule)

    def with_others(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links with films named by their number: "Rocky 1, 2 and 3", "the second one"."""
        ends = [*(link.first for link in links[1:]), len(words)]
        added = [
            other
            for link, end in zip(links, ends, strict=True)
            if not link.also
            for other in self._others(words, link, end)
        ]
        return sorted([*links, *added], key=lambda link: link.first)

    def _others(self, words: Sequence[Word], link: Link, end: int) -> Iterator[Link]:
        """Films of a link's series that are told by their number before the word `end`."""
        texts = [word.text for word in words[link.first : link.last]]
        numbered = len(texts) > 1 and texts[-1].isdecimal()
        stem = " ".join(texts[:-1] if numbered else texts)
        for first, last, number in _numbers(words, link.last, end, listed=numbered):
            key = self._index.key_of(f"{stem} {number}")
            row = -1 if key is None else self._index.best_row(key)
            if row >= 0 and self._index.renown[row] >= _KNOWN and row not in link.rows:
                yield Link(first, last, (row,), link.score, f"number {number} of the same series")

    def _of_several(self, words: Sequence[Word], link: Link, *, both: bool) -> Link:
        name = normal(self._index.catalogue.movies[link.rows[0]].title)
        rows = sorted(self._in_order(link))[: 2 if both else None]  # best known first
        if len(rows) < 2 or f"{name.rpartition(' ')[2]}s" != words[link.last - 1].text:
            return link
        return link._replace(
            rows=(rows[0],), also=tuple(rows[1:]), typos=0, rule=f"{link.rule}; all of its series"
        )

    def _so_many(self, link: Link, count: int, *, from_the_end: bool) -> Link:
        """The first or last films of a series: "the first two Toy Story films"."""
        rows = self._in_order(link._replace(also=()))  # without "Toy Story of Terror"
        rows = rows if len(rows) >= count else self._in_order(link)
        chosen = rows[-count:] if from_the_end else rows[:count]
        if len(rows) < 2 or link.typos:
            return link
        rule = f"{link.rule}; {'last' if from_the_end else 'first'} {count} of its series"
        return link._replace(
            first=link.first - 2, rows=(chosen[0],), also=tuple(chosen[1:]), rule=rule
        )

    def _picked(self, word: str, link: Link, rows: Sequence[int]) -> int | None:
        """The film of a series that "second", "last", "new" picks."""
        movies = self._index.catalogue.movies
        if word in ORDINALS:
            return rows[ORDINALS[word]] if ORDINALS[word] < len(rows) else None
        if word in _LAST:
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


def _picks_one(before: str, word: str) -> bool:
    """Whether a word picks a film of a series: not the one of "last Toy Story night"."""
    if word in ("last", "final") or word in ORDINALS:
        return before == "the"
    return word == "new" or word in _LAST


def _numbers(
    words: Sequence[Word], place: int, end: int, *, listed: bool
) -> Iterator[tuple[int, int, int]]:
    """(first word, one past the last, number) of what tells films of a series in the words [place,
    end).

    Numbers count where they are `listed` behind another one, ordinals with "one" or the like
    wherever they stand.
    """
    while listed and place < end:
        at = place + (words[place].text == "and")
        if at >= end or not _is_number_of_film(words, at):
            break
        yield at, at + 1, int(words[at].text)
        place = at + 1
    for first in range(place, end - 1):
        number = ORDINALS.get(words[first].text)
        if number is not None and words[first + 1].text in _INSTALMENT:
            begin = first - (first > place and words[first - 1].text == "the")
            yield begin, first + 2, number + 1


def _is_number_of_film(words: Sequence[Word], place: int) -> bool:
    following = words[place + 1].text if place + 1 < len(words) else ""
    return words[place].text in _DIGITS and following not in _COUNTED_NOUNS


_OPENS: Final = re.compile(
    r"\A\W*(?:oh|ah|ok|wait|well|hm+)?\W*"
    r"(?:no|nope|nah|not|sorry|oops|wrong|actually|i (?:meant?|said))\b"
)
_TITLE: Final = re.compile(r"\x00+")
_FILLERS: Final = title_class("correction_fillers")
_PUTS_RIGHT: Final = re.compile(
    r"\b(?:meant?|said|sorry|oops|wrong|not (?:that|this)(?: one| film| movie)?)\b"
    r"|\b(?:no|nope|nah)\s*[,.;:!-]+\s*(?:the |a )?X"
)
_OLD: Final = frozenset(("old", "older", "oldest", "original", "og"))
_LATEST: Final = title_class("later_version")
_YEAR: Final = re.compile(r"(?:18|19|20)\d\d")
_WORD: Final = re.compile(r"\w+")
_TURNED_DOWN: Final = re.compile(r"\bnot (?:the )?([XY])\b")


class Corrections:
    """Knows the films that go by one name, with and without its article."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index

    def may_be_meant(self, lower: str, context: Context) -> frozenset[int]:
        """Rows of the films that a line may mean which only corrects the film named last."""
        if context.named is None or not _OPENS.match(lower):
            return frozenset()
        title = normal(self._index.catalogue.movies[context.named - 1].title).split(" ")
        others = {word.text for word in words(lower)} - _FILLERS - set(title)
        return frozenset() if others else frozenset(self._namesakes(context.named - 1))

    def corrected(
        self, utterance: Utterance, line: acts.Line, context: Context
    ) -> Utterance | None:
        """The film that is meant in place of the one named last, with its mood; else None."""
        named = context.named or _turned_down(utterance.movies)
        if named is None or utterance.ambiguous or utterance.facets:
            return None
        if utterance.movies:
            meant, instead = _set_right(utterance.movies, line.lower, named)
        else:
            row, instead = self._of_age(line.lower, named - 1), named
            span = Span(0, len(utterance.text))
            meant = None if row is None else MovieMention(span, row + 1, 0.0, "of the same name")
        if meant is None:
            return None
        meant = replace(
            meant,
            strength=context.mood,
            similar_only=False,
            idle=not context.mood and meant.token in context.shown,
            rule=f"{meant.rule}; instead",
        )
        return replace(
            utterance.without_limit("year"),
            act=Act.RECOMMEND,
            movies=(meant,),
            beyond=(),
            instead=(instead,),
        )

    def _of_age(self, line: str, named: int) -> int | None:
        """Row of the namesake of row `named` that "no, the 1995 one" means."""
        telling = set(_WORD.findall(line)) - _FILLERS
        if len(telling) != 1 or not _OPENS.match(line):
            return None
        return self._aged(named, *telling)

    def _aged(self, named: int, age: str) -> int | None:
        """Row of the film called as the row `named` that is "1995", "old" or "new"."""
        years = self._index.catalogue.years
        rows = [row for row in self._namesakes(named) if row != named]
        if _YEAR.fullmatch(age):
            apart, row = min([(abs(years[row] - int(age)), row) for row in rows], default=(2, -1))
            return row if apart <= 1 else None
        return self._oldest_or_newest(rows, named, age)

    def _oldest_or_newest(self, rows: Sequence[int], named: int, age: str) -> int | None:
        years = self._index.catalogue.years
        rated = [row for row in rows if self._index.renown[row]]
        if age in _OLD:
            older = [row for row in rated if years[row] < years[named]]
            return min(older, key=years.__getitem__, default=None)
        newer = [row for row in rated if years[row] > years[named]] if age in _LATEST else []
        return max(newer, key=years.__getitem__, default=None)

    def _namesakes(self, row: int) -> Iterable[int]:
        bare = normal(self._index.catalogue.movies[row].title).removeprefix("the ")
        for name in (bare, f"the {bare}"):
            key = self._index.key_of(name)
            if key is not None:
                yield from (form.row for form in self._index.forms(key) if form.kind in WHOLE)


def _turned_down(movies: Sequence[MovieMention]) -> int | None:
    """Token of the film that one of two is put in the place of: "I said Salo, not Salt!"."""
    against = [movie.token for movie in movies if movie.strength < 0]
    return against[0] if len(movies) == 2 and len(against) == 1 else None


def _set_right(
    movies: Sequence[MovieMention], line: str, named: int
) -> tuple[MovieMention | None, int]:
    """The film that is meant and the token of the one that is not, where a line says nothing else;
    else None.

    `named` is the token of the film that was named before, `line` has its titles blanked out.
    """
    for movie in movies:
        line = _TITLE.sub("Y" if movie.token == named else "X", line, count=1)
    if len(movies) > 2 or not _FILLERS.issuperset(_WORD.findall(line)):
        return None, named
    turned_down = _TURNED_DOWN.findall(line)
    if len(movies) == 1:
        right = movies[0].token != named and not turned_down and _PUTS_RIGHT.search(line)
        return (movies[0] if right else None), named
    if len(turned_down) != 1 or not {"X", "Y"}.issubset(line):
        return None, named
    meant, other = sorted(
        movies, key=lambda movie: (movie.token == named) == (turned_down == ["Y"])
    )
    return meant, other.token


_CURRENT: Final = 4
"""Years in which the best known film of a name is meant without asking, where the others are old:
"loved Dune"."""
_OLDER: Final = 35
"""Years by which they are older; with less between them both are still talked of."""
_LEADS: Final = title_class("leads_to_maker")
_ROUNDS_OFF: Final = title_class("rounds_off_maker")
_FURTHEST: Final = 4
_NOT_MEANT: Final = re.compile(
    r"(?:the (?:\w+ ){0,2}?(?:original|old|first|classic|cartoon|1|version|film|movie) )?"
    r"(?:and |but )?not the "
    r"(?P<other>(?:\w+ ){0,3}?"
    r"(?:1|ones|versions?|remakes?|reboots?|originals?|sequels?|cartoons?))\b"
)
"""Behind a title: "…, the original, not the new one"."""
_OLD_ONES: Final = frozenset(("old", "original", "originals", "first", "cartoon"))
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
        self._made = films_of_makers(index.catalogue)
        self._surnames = {name.rpartition(" ")[2]: name for name in reversed(self._made)}
        self._surnames |= {
            " ".join(name.split(" ")[-2:]): name for name in self._made if name.count(" ") > 1
        }

    def told_apart(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links, each of one film where the words beside it tell which, in its span then."""
        taken = taken_by((link.span for link in links), len(words))
        links = [self._among(words, self._contrasted(words, link, taken), taken) for link in links]
        links = [self._instalments.asked_for(words, link) for link in links]
        return self._instalments.with_others(words, links)

    def _contrasted(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        """A link narrowed by the year before it, and by "not the remake" behind it."""
        movies = self._index.catalogue.movies
        one, two = words_before(words, link.first)
        if one == str(movies[link.rows[0]].year):
            link = link._replace(first=link.first - (2 if two == "the" else 1))
        behind = [word.text for word in words[link.last : link.last + _LONGEST]]
        if link.also or "not" not in behind[: _FURTHEST + 2]:
            return link
        match = _NOT_MEANT.match(" ".join(behind))
        last = link.last + len(match[0].split(" ")) if match else link.last
        if match is None or any(taken[link.last : last]):
            return link
        pick = min if _OLD_ONES.isdisjoint(match["other"].split(" ")) else max
        rows = (pick(link.rows, key=lambda row: movies[row].year),)
        return link._replace(last=last, rows=rows, rule=f"{link.rule}; not the other one")

    def _among(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        """A link of the one film among its own that a name beside it tells, or that is current."""
        if link.also:
            return link
        for (first, last), rows in self._named_beside(words, link, taken):
            if len(rows) == 1:
                rule = f"{link.rule}; told by a name"
                return link._replace(first=first, last=last, rows=rows, rule=rule)
        years = [self._index.catalogue.movies[row].year for row in link.rows]
        current = len(years) > 1 and not link.typos and years[0] > self._newest - _CURRENT
        if current and years[0] - max(years[1:]) >= _OLDER:
            return link._replace(rows=link.rows[:1], rule=f"{link.rule}; the current one")
        return link

    def _named_beside(
        self, words: Sequence[Word], link: Link, taken: Sequence[int]
    ) -> Iterable[tuple[Reach, tuple[int, ...]]]:
        """The names of film makers, or else of others, beside a title, with the films they tell."""
        makers = list(self._makers(words, link, taken))
        if makers or len(link.rows) == 1:
            return makers
        return self._people(words, link, taken)

    def _makers(
        self, words: Sequence[Word], link: Link, taken: Sequence[int]
    ) -> Iterator[tuple[Reach, tuple[int, ...]]]:
        """What a film maker named beside a title makes of it."""
        begin, end = max(link.first - _FURTHEST, 0), min(link.last + _FURTHEST + 1, len(words))
        for place in range(begin, end):
            name = None if taken[place] else self._maker_called(words[place].text)
            if name is None:
                continue
            first, given = place, name.split(" ")[:-1]
            while given and first and words[first - 1].text == given[-1]:
                first, given = first - 1, given[:-1]
            reach = _reach(words, link, first, place + 1)
            if reach is not None:
                films = sorted(self._made[name])
                yield reach, tuple(row for row in films if self._is_alike(row, link))

    def _maker_called(self, surname: str) -> str | None:
        return self._surnames.get(surname) or self._surnames.get(surname.removesuffix("s"))

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
            reach = _reach(words, link, found.first, found.last)
            if reach is not None:
                own = {row: catalogue.facets_of(row + 1) for row in link.rows}
                yield reach, tuple(row for row in own if set(tokens) <= set(own[row]))

    def _is_alike(self, row: int, link: Link) -> bool:
        """Whether a film is one of a link's, or goes by its name: "del Toro's Pinocchio"."""
        movies = self._index.catalogue.movies
        name = normal(movies[link.rows[0]].title)
        return row in link.rows or f" {normal(movies[row].title)}".endswith(f" {name}")


def _reach(words: Sequence[Word], link: Link, first: int, last: int) -> Reach | None:
    """The span of a link with the name [first, last) beside it; None where it stands apart."""
    if last <= link.first:
        between = words[last : link.first]
        near = not between or (
            len(between) == 2 and between[1].text == "of"
        )  # "Tarkovsky's version of Solaris"
        return (first, link.last) if near else None
    if not all(word.text in _LEADS for word in words[link.last : first]):
        return None
    last += last < len(words) and words[last].text in _ROUNDS_OFF
    return link.first, last
