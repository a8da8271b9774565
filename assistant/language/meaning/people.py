"""Who is meant by a name, and what part of the world: people who direct or play, regions, and
countries of which there are no films.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import (
    background,
    but_for_a_letter,
    dictionary,
    full_names,
    plain_words,
    proper_names,
    remains_of,
    table,
    word_class,
    words_of,
)
from assistant.language.words import Word, fold, normal, stands_apart, text_at
from core.catalogue import Catalogue
from core.data.facts import Fact, FilmFacts
from core.domain import Facet

IntArray = npt.NDArray[np.int64]

ROLES: Final = {"director": word_class("directs"), "person": word_class("plays")}
"""Words before a name that say as what somebody is meant, by the kind of the facet."""
_FOREMOST: Final = 3
"""How many times as well known as the next one somebody must be who is meant by a family name."""
_SHORT_NAME: Final = 3
"""Letters of the shortest family name that is read alone: "Ozu"."""
_RELATED: Final = 3
"""Most people of one family name of whom the one of most films is meant."""
_NAME: Final = 4
"""Most words of a person's name."""
_THINGS: Final = (Fact.KEYWORD, Fact.COUNTRY)
"""Facts of which a value may have the name of a family, too."""
_TWO_GIVEN: Final = 2
"""Spaces in a name of a family and two given names."""
_SPELL_FROM: Final = 4
"""Letters from which a name is looked at for typing errors."""


class Somebody(NamedTuple):
    """Who directs, plays, or does both, under one name."""

    tokens: Mapping[str, int]
    """Facet token by kind, "director" or "person"."""
    renown: Mapping[str, int]
    """Ratings of these films, by kind."""
    meant: tuple[int, ...]
    """Facet tokens that the bare name stands for."""
    surnames: tuple[str, ...]
    """Family names, in normal form."""

    def known(self, kind: str = "") -> int:
        """Ratings of the films of a kind; of the better known one where none is given."""
        return self.renown.get(kind, 0) if kind else max(self.renown.values())


def people_of(catalogue: Catalogue) -> dict[str, Somebody]:
    """Everybody who directs or plays, by name in normal form."""
    films: dict[str, dict[str, tuple[int, Facet, IntArray]]] = {}
    members = catalogue.membership[:, : catalogue.n_items].tocsr()
    for index, facet in enumerate(catalogue.facets):
        if facet.kind in ROLES:
            rows = members.indices[members.indptr[index] : members.indptr[index + 1]]
            entry = (catalogue.facet_token(index), facet, rows)
            films.setdefault(normal(facet.name), {})[facet.kind] = entry
    return {name: _somebody(known, catalogue) for name, known in films.items()}


def _somebody(known: Mapping[str, tuple[int, Facet, IntArray]], catalogue: Catalogue) -> Somebody:
    tokens = {kind: token for kind, (token, _, _) in known.items()}
    renown = {kind: int(catalogue.n_ratings[rows].sum()) for kind, (_, _, rows) in known.items()}
    names = {
        normal(name)
        for _, facet, _ in known.values()
        for name in (*facet.aliases, *_last_names(facet.name))
    }
    first, *others = sorted(renown, key=lambda kind: -renown[kind])
    # Who plays in what they direct is a director, and who directs now and then is an actor.
    apart = [
        kind
        for kind in others
        if renown[kind] * _FOREMOST > renown[first]
        and 2 * len(np.intersect1d(known[kind][2], known[first][2])) < len(known[kind][2])
    ]
    meant = tuple(tokens[kind] for kind in (first, *apart))
    return Somebody(tokens, renown, meant, tuple(sorted(names)))


def by_other_names(people: Mapping[str, Somebody]) -> dict[str, list[Somebody]]:
    """Everybody by what their given names come to, "Jimmy Stewart" for James Stewart, and by three
    names with the family's first: "Wong Kar Wai".
    """
    short_names: dict[str, str] = table("constraints")["given_names"]
    called: dict[str, list[Somebody]] = {}
    for name, somebody in people.items():
        given, _, family = name.partition(" ")
        for short in short_names.get(given, "").split() if family else ():
            called.setdefault(f"{short} {family}", []).append(somebody)
        if name.count(" ") == _TWO_GIVEN:
            *names, last = name.split(" ")
            called.setdefault(" ".join((last, *names)), []).append(somebody)
    return called


def is_strange(word: str) -> bool:
    """Whether a word is neither said of films nor English."""
    return not background().is_common(word) and word not in dictionary()


def said_of_people(surnames: Iterable[str]) -> list[str]:
    """Those that are rather names: "Affleck" is often said, too, "man" is said of anything."""
    called = {normal(name).rpartition(" ")[2] for name in full_names()} | proper_names()
    nobodys = table("constraints")["no_surnames"]["words"]
    return [
        surname
        for surname in sorted(surnames)
        if surname not in nobodys and (surname in called or not background().is_common(surname))
    ]


def _last_names(name: str) -> list[str]:
    """The last part of a name of two or three, unless it is very short: "Kore-eda"."""
    parts = name.split()
    return [part for part in parts[-1:] if 2 <= len(parts) <= 3 and len(part) >= _SHORT_NAME]


def foremost(people: Sequence[Somebody], kind: str = "") -> Somebody | None:
    """Whoever is by far the best known as this; None where several may be meant, or nobody."""
    first, *others = sorted(people, key=lambda one: -one.known(kind))
    rival = others[0].known(kind) if others else 0
    return first if first.known(kind) > _FOREMOST * rival else None


class Spelling:
    """Puts right what is all but somebody's name."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = known

    def right(self, words: Sequence[Word], taken: Sequence[int]) -> list[Word]:
        """The words with what is all but somebody's name put right: "tom henks", "deznel
        wasington".
        """
        spelled = list(words)
        for at in range(len(words) - 1):
            given, family = words[at], words[at + 1]
            if taken[at] or taken[at + 1] or stands_apart(words, at + 1):
                continue
            name = self._nearly(given.text, family.text)
            if name is not None:
                spelled[at] = given._replace(text=name[0])
                spelled[at + 1] = family._replace(text=name[1])
        return spelled

    def _nearly(self, given: str, family: str) -> tuple[str, str] | None:
        """The given and the family name of whom two words are the name of but for a letter in
        either.
        """
        if len(family) < _SPELL_FROM or background().is_spoken(family):
            return None
        if given not in self._families:
            if len(given) < _SPELL_FROM or background().is_common(given):
                return None
            given = but_for_a_letter(given, self._given_remains)
        families = self._families.get(given, {})
        right = but_for_a_letter(family, families)
        return (given, right) if right in families and right != family else None

    @cached_property
    def _families(self) -> dict[str, dict[str, str]]:
        """What is left of the family names without one letter → the name, by given name."""
        called: dict[str, set[str]] = {}
        for name in self._known:
            given, _, family = name.partition(" ")
            if len(family) >= _SPELL_FROM and " " not in family:
                called.setdefault(given, set()).add(family)
        return {given: remains_of(families) for given, families in called.items()}

    @cached_property
    def _given_remains(self) -> dict[str, str]:
        return remains_of(given for given in self._families if len(given) >= _SPELL_FROM)


class Persons:
    """Finds people of the facts in lines. Thread-safe."""

    def __init__(self, catalogue: Catalogue, facts: FilmFacts) -> None:
        self._catalogue = catalogue
        self._facts = facts

    def made(self, films: Sequence[int]) -> tuple[int, ...]:
        """Codes of who directed the first of the films."""
        film = self._facts.film(self._catalogue.movie(films[0]).movie_id) if films else None
        named = film.directors if film else ()
        return tuple(code for name in named for code in self._facts.people.find(name)[:1])

    def named(
        self, text: str, found: Sequence[Word], taken: set[int]
    ) -> list[tuple[int, int, tuple[int, ...]]]:
        """People that are named outside of titles: first word, one past the last, codes."""
        people, at = [], 0
        while at < len(found):
            last, codes = self._person(text, found, at, taken)
            if codes:
                people.append((at, last, codes))
            at = max(last, at + 1)
        return people

    @cached_property
    def _name_words(self) -> frozenset[str]:
        """Words that names of people begin or end with, before a hyphen."""
        ends = (
            word.partition("-")[0]
            for name in self._facts.people.names
            for word in (name.split()[0], name.split()[-1])
        )
        return frozenset(map(fold, ends))

    def _person(
        self, text: str, found: Sequence[Word], at: int, taken: set[int]
    ) -> tuple[int, tuple[int, ...]]:
        """One past the last word of the longest name that begins at a word, and who has it."""
        if found[at].text not in self._name_words:
            return at, ()
        for last in range(min(at + _NAME, len(found)), at, -1):
            if not taken.isdisjoint(range(at, last)):
                continue
            name = text[found[at].start : found[last - 1].end].removesuffix("'s").removesuffix("’s")
            is_one = last == at + 1
            if not _is_written_as_one(name, is_plain=found[at].text in plain_words()):
                continue
            led = text_at(found, at - 1) in words_of("before_surnames")
            if codes := self._facts.people.find(name) or (
                is_one and self._of_family(name, led=led)
            ):
                return last, codes
        return at, ()

    def _of_family(self, name: str, *, led: bool) -> tuple[int, ...]:
        """Who is meant by a family name; () for nobody. It is one behind "by", say, as `led` tells,
        or where it is rare and no word: "what else did Pawlikowski make?".
        """
        if led and (codes := self._surnamed(name)):
            return codes
        named = self._facts.people.surnamed(name)
        is_word = len(name) < _SHORT_NAME or name.lower() in dictionary()
        is_else = is_word or any(self._facts.names(fact).find(name) for fact in _THINGS)
        return () if is_else or len(named) > _RELATED else named[:1]

    def _surnamed(self, name: str) -> tuple[int, ...]:
        """Who is meant by a family name: nobody else of that name has made nearly as many films."""
        codes = self._facts.people.surnamed(name)
        films = sorted((-int(self._films_made[code]), code) for code in codes)
        if len(films) > 1 and films[0][0] > _FOREMOST * films[1][0]:
            return ()
        return tuple(code for _, code in films[:1])

    @cached_property
    def _films_made(self) -> IntArray:
        """How many films of the catalogue each person directed or is billed in."""
        facts = self._facts.of(self._catalogue)
        return facts.count(Fact.DIRECTOR) + facts.count(Fact.ACTOR)


def _is_written_as_one(name: str, *, is_plain: bool) -> bool:
    """Whether words may be a name; `is_plain`: the first is one of those that questions are made
    of, and "a twist" is no Twista.
    """
    is_one = " " not in name
    return not is_plain and not is_one if not name[:1].isupper() else not (is_plain and is_one)


# ---- parts of the world

_COUNTRY: Final = "country"


class Region(NamedTuple):
    """A part of the world, or a country by that which is nearest to it."""

    region: str
    """As it stands before "films": "Eastern European"."""
    tokens: tuple[int, ...]
    """Of the countries, one of which is enough."""
    missing: str = ""
    """The country that was named, where no films of it can be asked for."""


def places_of(catalogue: Catalogue) -> Iterator[tuple[str, Region]]:
    """What parts of the world are called, and countries of which there is no facet."""
    for region, told in _regions().items():
        place = Region(region, tokens_of_region(region, catalogue))
        if place.tokens:
            names = (region, told["place"].removeprefix("the "), *told.get("said", ()))
            yield from ((name, place) for name in names)
    for region, countries in table("places")["nearest"].items():
        tokens = tokens_of_region(region, catalogue)
        for country, *others in (written.split("|") for written in countries):
            if tokens and not _of_countries(catalogue, (country,)):
                place = Region(region, tokens, country)
                yield from ((name, place) for name in (country, *others))


def tokens_of_region(region: str, catalogue: Catalogue) -> tuple[int, ...]:
    """Tokens of the countries of a part of the world; () for a name that is none."""
    return _of_countries(catalogue, _regions()[region]["of"]) if region in _regions() else ()


def as_noun(region: str) -> str:
    """A part of the world by its name: "Eastern Europe"; any other name as it is."""
    return str(_regions()[region]["place"]) if region in _regions() else region


def regions_within(
    tokens: Collection[int], catalogue: Catalogue
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The parts of the world all of whose countries are among some tokens, the widest first, and
    the tokens of the others.
    """
    rest, found = tuple(tokens), []
    members = {region: tokens_of_region(region, catalogue) for region in _regions()}
    for region, countries in sorted(members.items(), key=lambda one: -len(one[1])):
        if len(countries) > 1 and set(countries) <= set(rest):
            found.append(region)
            rest = tuple(token for token in rest if token not in countries)
    return tuple(found), rest


def region_of(group: Collection[int], catalogue: Catalogue) -> str:
    """The part of the world that the countries of a choice are; "" for any other choice."""
    regions, others = regions_within(group, catalogue)
    return regions[0] if len(regions) == 1 and not others else ""


@cache
def _regions() -> Mapping[str, Mapping[str, Any]]:
    return dict(table("places")["regions"])


def _of_countries(catalogue: Catalogue, names: Collection[str]) -> tuple[int, ...]:
    """Tokens of the countries of these names that the catalogue has."""
    found = (catalogue.token_of_facet(_COUNTRY, name) for name in names)
    return tuple(token for token in found if token is not None)
