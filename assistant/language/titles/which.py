"""Which film of a name is meant, told by who made it or who is in it, by what is not meant, or else
by what is new.

"Tarkovsky's Solaris", "King Kong, the Peter Jackson one", "the 1954 Godzilla, not the new ones".

Which film of a series is meant: "the second Toy Story", "the new Mad Max", "the last Harry Potter".

Lines that put right which film was meant: "no, The Heat", "not Alien, Aliens", "I meant the 1995
one".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from assistant.language import acts
from assistant.language.acts import ORDINALS
from assistant.language.lexicon import as_written, table
from assistant.language.meaning.facets import FacetFinder
from assistant.language.titles.index import FormKind, TitleIndex
from assistant.language.titles.links import Link
from assistant.language.utterance import Act, Context, MovieMention, Span, Utterance
from assistant.language.words import Word, normal, taken_by, words

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
_COUNTED: Final = frozenset(
    "others other more hours hrs times people friends kids stars years minutes of".split()
)
"""Behind a number it counts these, and no film of a series."""
_ONE: Final = frozenset(("1", "film", "movie", "part", "instalment", "installment"))


class Instalments:
    """Tells the films of one series apart by when they came."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index
        self._newest = int(index.catalogue.years.max(initial=0))

    def told(self, words: Sequence[Word], link: Link) -> Link:
        """The link, of the instalment that the word before it asks for; its span then holds that
        word.

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
        if said in ("last", "final", *ORDINALS) and (
            link.first < 2 or words[link.first - 2].text != "the"
        ):
            return link  # "last Toy Story night"
        rows = self._in_order(link)
        row = self._asked_for(said, link, rows) if len(rows) > 1 else None
        if row is None:
            return link
        return link._replace(
            first=link.first - 1,
            rows=(row,),
            also=(),
            rule=f"{link.rule}; the {said} of its series",
        )

    def with_others(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links with films told by their number alone: "Rocky 1, 2 and 3", "Toy Story, but the
        second one …".
        """
        added: list[Link] = []
        for link, end in zip(links, [*(link.first for link in links[1:]), len(words)], strict=True):
            said = [word.text for word in words[link.first : link.last]]
            numbered = len(said) > 1 and said[-1].isdecimal()
            stem = " ".join(said[:-1] if numbered else said)
            for first, last, number in (
                () if link.also else _numbers(words, link.last, end, listed=numbered)
            ):
                key = self._index.key_of(f"{stem} {number}")
                row = -1 if key is None else self._index.best_row(key)
                if row >= 0 and self._index.renown[row] >= _KNOWN and row not in link.rows:
                    added.append(
                        Link(first, last, (row,), link.score, f"number {number} of the same series")
                    )
        return sorted([*links, *added], key=lambda link: link.first)

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
        following = words[at + 1].text if at + 1 < len(words) else ""
        if at >= end or words[at].text not in _DIGITS or following in _COUNTED:
            break
        yield at, at + 1, int(words[at].text)
        place = at + 1
    for first in range(place, end - 1):
        if words[first].text in ORDINALS and words[first + 1].text in _ONE:
            begin = first - (first > place and words[first - 1].text == "the")
            yield begin, first + 2, ORDINALS[words[first].text] + 1


_OPENS: Final = re.compile(
    r"\A\W*(?:oh|ah|ok|wait|well|hm+)?\W*(?:no|nope|nah|not|sorry|oops|wrong|actually|i (?:meant?|said))\b"
)
_TITLE: Final = re.compile(r"\x00+")
_FILLERS: Final = frozenset(
    "oh ah ok wait well hm hmm no nope nah not sorry oops wrong actually i mean meant said that this one the film "
    "movie it was but rather instead version of with from a X Y".split()
)
"""Words of a correction besides the titles: Y is the film that was named before, X another one."""
_PUTS_RIGHT: Final = re.compile(
    r"\b(?:meant?|said|sorry|oops|wrong|not (?:that|this)(?: one| film| movie)?)\b"
    r"|\b(?:no|nope|nah)\s*[,.;:!-]+\s*(?:the |a )?X"
)
_OLD: Final = frozenset("old older oldest original og".split())
_LATEST: Final = frozenset("new newer newest latest remake recent".split())
_WHOLE: Final = (FormKind.FULL, FormKind.ALIAS, FormKind.BARE)
_YEAR: Final = re.compile(r"\b(?:18|19|20)\d\d\b")


class Corrections:
    """Knows the films that go by one name, with and without its article."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index

    def may_be_meant(self, lower: str, context: Context) -> frozenset[int]:
        """Rows of the films that a line which is but a correction may mean, told by the film named
        last.
        """
        if context.named is None or not _OPENS.match(lower):
            return frozenset()
        title = normal(self._index.catalogue.movies[context.named - 1].title).split(" ")
        others = {word.text for word in words(lower)} - _FILLERS - set(title)
        return frozenset() if others else frozenset(self._namesakes(context.named - 1))

    def corrected(
        self, utterance: Utterance, line: acts.Line, context: Context
    ) -> Utterance | None:
        """The film that is meant in place of the one that was named last, spoken of in the same
        way; else None.
        """
        if context.named is None or utterance.ambiguous or utterance.facets:
            return None
        if utterance.movies:
            said = line.lower
            for movie in utterance.movies:
                said = _TITLE.sub("Y" if movie.token == context.named else "X", said, count=1)
            meant, instead = _set_right(utterance.movies, said, context.named)
        else:
            row, instead = self._told_by_age(line.lower, context.named - 1), context.named
            span = Span(0, len(utterance.text))
            meant = None if row is None else MovieMention(span, row + 1, 0.0, "of the same name")
        if meant is None:
            return None
        meant = replace(
            meant,
            strength=context.mood,
            similar_only=False,
            idle=False,
            rule=f"{meant.rule}; instead",
        )
        return replace(
            utterance, act=Act.RECOMMEND, movies=(meant,), years=None, beyond=(), instead=(instead,)
        )

    def _told_by_age(self, said: str, named: int) -> int | None:
        """Row of the film called as the row `named`, as "no, the 1995 one" or "I meant the old one"
        tells it.
        """
        telling = set(re.findall(r"\w+", said)) - _FILLERS
        if not _OPENS.match(said) or len(telling) != 1:
            return None
        (word,), years = telling, self._index.catalogue.years
        rows = [row for row in self._namesakes(named) if row != named]
        if _YEAR.fullmatch(word):
            near = [row for row in rows if abs(years[row] - int(word)) <= 1]
            return min(near, key=lambda row: (abs(years[row] - int(word)), row), default=None)
        rated = [row for row in rows if self._index.renown[row]]
        if word in _OLD:
            return min(
                (row for row in rated if years[row] < years[named]),
                key=lambda row: years[row],
                default=None,
            )
        if word in _LATEST:
            return max(
                (row for row in rated if years[row] > years[named]),
                key=lambda row: years[row],
                default=None,
            )
        return None

    def _namesakes(self, row: int) -> Iterable[int]:
        bare = normal(self._index.catalogue.movies[row].title).removeprefix("the ")
        for name in (bare, f"the {bare}"):
            key = self._index.key_of(name)
            if key is not None:
                yield from (form.row for form in self._index.forms(key) if form.kind in _WHOLE)


def _set_right(
    movies: Sequence[MovieMention], said: str, named: int
) -> tuple[MovieMention | None, int]:
    """The film that is meant and the token of the one that is not, where a line says nothing else;
    else None.
    """
    if len(movies) > 2 or not set(re.findall(r"\w+", said)) <= _FILLERS:
        return None, named
    turned_down = re.findall(r"\bnot (?:the )?([XY])\b", said)
    if len(movies) == 1:
        right = movies[0].token != named and not turned_down and _PUTS_RIGHT.search(said)
        return (movies[0] if right else None), named
    if len(turned_down) != 1 or {"X", "Y"} - set(re.findall("[XY]", said)):
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
_LEADS: Final = frozenset(
    "the by from with of 1 version film movie adaptation remake directed starring".split()
)
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
            normal(name): frozenset(rows[label] for label in labels if label in rows)
            for name, labels in makers.items()
        }
        self._surnames = {name.rpartition(" ")[2]: name for name in reversed(self._made)}
        self._surnames |= {
            " ".join(name.split(" ")[-2:]): name for name in self._made if name.count(" ") > 1
        }

    def told_apart(self, words: Sequence[Word], links: Sequence[Link]) -> list[Link]:
        """The links, each of one film where the words beside it tell which; these then belong to
        its span.
        """
        taken = taken_by(((link.first, link.last) for link in links), len(words))
        links = [self._told(words, self._contrasted(words, link, taken), taken) for link in links]
        return self._instalments.with_others(
            words, [self._instalments.told(words, link) for link in links]
        )

    def _contrasted(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        """A link with the year before it and with "not the remake" behind it, which may tell the
        one that is meant.
        """
        movies, first = self._index.catalogue.movies, link.first
        if first and words[first - 1].text == str(movies[link.rows[0]].year):
            first -= 1 + (first > 1 and words[first - 2].text == "the")
            link = link._replace(first=first)
        if link.also or not any(
            word.text == "not" for word in words[link.last : link.last + _FURTHEST + 2]
        ):
            return link
        said = [word.text for word in words[link.last : link.last + _LONGEST]]
        match = _NOT_MEANT.match(" ".join(said))
        last = link.last + len(match[0].split(" ")) if match else link.last
        if match is None or any(taken[link.last : last]):
            return link
        pick = (
            max
            if {"old", "original", "originals", "first", "cartoon"} & set(match["other"].split(" "))
            else min
        )
        rows = (pick(link.rows, key=lambda row: movies[row].year),)
        return link._replace(last=last, rows=rows, rule=f"{link.rule}; not the other one")

    def _told(self, words: Sequence[Word], link: Link, taken: Sequence[int]) -> Link:
        if link.also:
            return link
        makers = list(self._makers(words, link, taken))
        people = list(self._people(words, link, taken)) if len(link.rows) > 1 and not makers else []
        for (first, last), rows in (*makers, *people):
            if len(rows) == 1:
                return link._replace(
                    first=first, last=last, rows=rows, rule=f"{link.rule}; told by a name"
                )
        years = [self._index.catalogue.movies[row].year for row in link.rows]
        current = len(years) > 1 and not link.typos and years[0] > self._newest - _CURRENT
        if current and years[0] - max(years[1:]) >= _OLDER:
            return link._replace(rows=link.rows[:1], rule=f"{link.rule}; the current one")
        return link

    def _makers(
        self, words: Sequence[Word], link: Link, taken: Sequence[int]
    ) -> Iterator[tuple[Reach, tuple[int, ...]]]:
        """What a film maker named beside a title makes of it."""
        for place in range(
            max(link.first - _FURTHEST, 0), min(link.last + _FURTHEST + 1, len(words))
        ):
            said = words[place].text
            name = (
                None
                if taken[place]
                else self._surnames.get(said) or self._surnames.get(said.removesuffix("s"))
            )
            if name is None:
                continue
            first, given = place, name.split(" ")[:-1]
            while given and first and words[first - 1].text == given[-1]:
                first, given = first - 1, given[:-1]
            if (reach := _reach(words, link, first, place + 1)) is not None:
                yield (
                    reach,
                    tuple(row for row in sorted(self._made[name]) if self._is_alike(row, link)),
                )

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
                yield (
                    reach,
                    tuple(
                        row for row in link.rows if set(tokens) <= set(catalogue.facets_of(row + 1))
                    ),
                )

    def _is_alike(self, row: int, link: Link) -> bool:
        """Whether a film is one of a link's, or goes by its name: "Guillermo del Toro's
        Pinocchio".
        """
        movies = self._index.catalogue.movies
        name = normal(movies[link.rows[0]].title)
        return row in link.rows or f" {normal(movies[row].title)}".endswith(f" {name}")


def _reach(words: Sequence[Word], link: Link, first: int, last: int) -> Reach | None:
    """The span of a link with the name [first, last) beside it; None where too much stands between
    them.
    """
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
