"""Genres, moods, tags, people, places and series of a catalogue, as people name them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
from operator import or_
from typing import Final

from assistant.language.lexicon import (
    as_genre_word,
    background,
    dictionary,
    full_names,
    genre_words,
    table,
    word_class,
)
from assistant.language.meaning.cues import is_all_of_a_clause
from assistant.language.meaning.people import (
    ROLES,
    Somebody,
    Spelling,
    by_other_names,
    foremost,
    is_strange,
    people_of,
    places_of,
    said_of_people,
)
from assistant.language.meaning.roles import Role
from assistant.language.words import (
    Found,
    PhraseBook,
    Word,
    in_number,
    normal,
    respelled,
    spelled_out,
    stands_apart,
    taken_by,
    text_at,
)
from core.catalogue import Catalogue
from core.domain import Facet

_NAMED_BY: Final = word_class("named_by")
_NOT_IT: Final = word_class("negators")
_SCENES: Final = word_class("scenes")
_GIVES: Final = word_class("gives")
_ARTICLES: Final = ("", "a ", "an ", "the ")
_OF_FILMS: Final = ("movie", "movies", "film", "films")
_SPEAKS_OF: Final = frozenset("about no without featuring involving".split())
_NOUNS: Final = word_class("film_nouns")
_CINEMA: Final = word_class("cinema")
_BEFORE_PLACES: Final = word_class("before_places")
_COMMON_NAMES: Final = word_class("common_names")
"""Names that need "with" or "by" before they are read as a wish."""
_ENOUGH: Final = 6
"""Recommendable films a tag must be on before only such films are shown: two turns of three."""
_FACTS: Final = frozenset(("series", "country", "language", *ROLES))
"""Kinds that a film is of or is not, whoever says so."""
_THINGS: Final = frozenset(("tag", "subgenre", "keyword", "source"))
"""Kinds that are said in the singular and in the plural."""
_HARDLY_ANYBODY: Final = 2
"""People in the facts who have a given name that is read alone: "Denzel" has another, "Tom" 140."""
_SHORT: Final = 2
"""Letters of a name that may be any word: "US"."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a phrase stands for."""

    tokens: tuple[int, ...]
    """Facet tokens, all of which are meant."""
    strength: float | None = None
    """How much, where the phrase says so itself ("funnier"); None where the cues around it
    decide."""
    bare: bool = True
    """May stand alone; otherwise only beside a word that makes it a wish ("movies about …")."""
    firm: bool = True
    """On enough films to be asked of every film shown."""
    roles: Mapping[str, int] = field(default_factory=dict)
    """Facet tokens of somebody by kind, where the word before may tell which is meant."""
    ordinary: bool = False
    """Is a wish only behind "about", "no" or the like: a word of everyday life, "beers"."""
    region: str = ""
    """The part of the world that is meant, any of whose countries is enough: "Eastern European"."""
    missing: str = ""
    """The country that is named, of which there are no films: `region` is the nearest."""
    is_place: bool = False
    """A country, a part of the world or a language, of which a film has one."""
    against: tuple[int, ...] = ()
    """Those to be spared, if they are others: no romantic comedies, rather than no comedies."""

    def facets(self, strength: float) -> tuple[int, ...]:
        """Those that are wanted, or spared."""
        return self.against or self.tokens if strength < 0 else self.tokens


class FacetFinder:
    """Finds the facets of a catalogue in sentences; works with any kind of facet the catalogue
    holds.
    """

    def __init__(self, catalogue: Catalogue, names: Iterable[str] = ()) -> None:
        """Of people's given names those are read alone that hardly another of all `names` has."""
        self._catalogue = catalogue
        self._given = Counter(name.partition(" ")[0].lower() for name in names if " " in name)
        self._facets = [
            (catalogue.facet_token(index), facet) for index, facet in enumerate(catalogue.facets)
        ]
        films = catalogue.membership[:, : catalogue.n_items].getnnz(axis=1).tolist()
        self._size = {token: size for (token, _), size in zip(self._facets, films, strict=True)}
        self._by_name = _by_name(self._facets)
        self._genre = {normal(name): token for name, token in self._of_kind("genre")}
        languages = self._of_kind("language")
        self._language_names = {normal(name) for name, _ in languages}
        self._languages = {token for name, token in languages if name[0].isupper()}
        self._places = self._languages.union(token for _, token in self._of_kind("country"))
        self._kind = {token: facet.kind for token, facet in self._facets}
        self._people_known = people_of(catalogue)
        self._spelled = Spelling(self._people_known)
        self._book = PhraseBook(self._phrases())
        self._people = PhraseBook(dict.fromkeys(self._full_names(), True))

    def find(
        self, words: Sequence[Word], taken: Sequence[int], described: Sequence[Role] = ()
    ) -> list[Found[Term]]:
        """Facets named by words that are not `taken`, in order, genres with typing errors, too, and
        what is all of a description wherever it stands.
        """
        words = self._spelled.right(words, taken)
        words = respelled(words, self._of_names_of_people(words, taken), self._as_genre)
        kept: list[Found[Term]] = []
        every = self._book.find(words, taken)
        plain = ((one.first, one.last) for one in every if not one.meaning.ordinary)
        named = taken_by(plain, len(words))
        for found, after in zip_longest(every, every[1:]):
            meant = found._replace(meaning=self._in_role(words, found))
            of_films = any(one.is_said_by(words, found.first, found.last) for one in described)
            of_films |= self._is_wished(words, found, named) or _goes_on(words, kept, found)
            if self._places.issuperset(meant.meaning.tokens):
                spoken = self._from_there(words, found, after)
                of_films = (of_films or spoken) and not _points(words, found)
            if of_films and meant.meaning.tokens:
                kept.append(meant)
        return kept

    def term(self, phrase: str) -> Term | None:
        """What a phrase in normal form stands for; None for nothing that is known."""
        return self._book.meaning(phrase) if phrase in self._book else None

    def _as_genre(self, word: str) -> str:
        """The name of a genre that a word is but for a typing error; "arnie" is no anime."""
        return word if word in self._book else as_genre_word(word)

    def _of_names_of_people(self, words: Sequence[Word], taken: Sequence[int]) -> Sequence[int]:
        """`taken` with the words of full names: "cary" is no "scary" before "grant"."""
        if not (names := self.people(words)):
            return taken
        named = taken_by(names, len(words))
        return bytearray(map(or_, taken, named))

    def _is_wished(self, words: Sequence[Word], found: Found[Term], named: Sequence[int]) -> bool:
        """Whether a phrase is a wish by itself, or where it stands."""
        if found.meaning.bare:
            return True
        return _wished(words, found, named) and not self._of_another(words, found)

    def _in_role(self, words: Sequence[Word], found: Found[Term]) -> Term:
        """Somebody as a director or as one of the cast, where the word before says so."""
        before, term = text_at(words, found.first - 1), found.meaning
        for kind, token in term.roles.items():
            if before in ROLES[kind]:
                return replace(term, tokens=(token,), firm=self._is_firm(token))
        return term

    def _of_another(self, words: Sequence[Word], found: Found[Term]) -> bool:
        """Whether a family name is that of somebody else, whose first name is said before it."""
        is_surname = bool(found.meaning.roles) and found.phrase not in self._people_known
        before = text_at(words, found.first - 1)
        is_name = before and not background().is_common(before)
        return bool(is_surname and is_name and not stands_apart(words, found.first))

    def _from_there(
        self, words: Sequence[Word], found: Found[Term], after: Found[Term] | None
    ) -> bool:
        """Whether films in a language, or from a country, are spoken of: "a Korean thriller",
        "Iranian cinema", "in French", "not German".
        """
        of_genre = after is not None and after.first == found.last and after.meaning.bare
        before = text_at(words, found.first - 1)
        in_language = self._languages.issuperset(found.meaning.tokens) and before == "in"
        said = in_language or before in _BEFORE_PLACES
        return said or of_genre or text_at(words, found.last) in _CINEMA

    def people(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """Ranges of words that are a person's full name: no film of a part of it is meant ("Jude
        Law").
        """
        return [(found.first, found.last) for found in self._people.find(words)]

    def misspelt_people(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """Ranges of words that are all but a person's name: "jim carey"."""
        right = self._spelled.right(words, bytearray(len(words) + 1))
        return [(at, at + 1) for at, word in enumerate(words) if right[at] is not word]

    def kinds(self) -> list[str]:
        """What films are asked for by, people aside."""
        return [facet.name for _, facet in self._facets if facet.kind not in ROLES]

    def named(self, name: str) -> tuple[int, ...]:
        """Tokens of the facets of exactly this name, in normal form."""
        return tuple(self._by_name.get(name, ()))

    def _of_kind(self, kind: str) -> list[tuple[str, int]]:
        return [(facet.name, token) for token, facet in self._facets if facet.kind == kind]

    def of_kind(self, kind: str, name: str) -> tuple[int, ...]:
        """The same of one kind of facets."""
        return tuple(token for token in self.named(name) if self._kind[token] == kind)

    def _phrases(self) -> dict[str, Term]:
        """The phrases of the lexicon, the names of the catalogue, and what they stand for; of a
        phrase listed twice the first counts.
        """
        phrases: dict[str, Term] = {}
        for phrase, term in chain(
            self._of_genres(),
            self._of_regions(),
            self._of_moods(),
            self._of_people(),
            self._of_other_names(),
            self._of_names(),
            self._of_aliases(),
            self._of_topics(),
            self._of_ordinary_words(),
            self._of_surnames(),
            self._of_given_names(),
        ):
            if term is not None:
                phrases.setdefault(phrase, term)
        things = [
            (normal(phrase), term)
            for phrase, term in phrases.items()
            if not term.roles and all(self._kind[token] in _THINGS for token in term.tokens)
        ]
        for phrase, term in things:
            for form in self._as_said(in_number(phrase), is_loose=True):
                phrases.setdefault(form, term)
            for form in filter(_is_ordinary, in_number(phrase)):
                phrases.setdefault(form, replace(term, bare=False, ordinary=True))
        return phrases

    def _term(
        self, tokens: Sequence[int | None], strength: float | None = None, *, bare: bool = True
    ) -> Term | None:
        """A phrase that means all of these facets; None where one of them is unknown."""
        known = tuple(token for token in tokens if token is not None)
        if not known or len(known) < len(tokens):
            return None
        is_place = self._places.issuperset(known)
        return Term(known, strength, bare, all(map(self._is_firm, known)), is_place=is_place)

    def _is_firm(self, token: int) -> bool:
        kind = self._kind[token]
        return kind == "genre" or kind in _FACTS or self._size[token] >= _ENOUGH

    def _person(self, people: Sequence[Somebody], *, bare: bool) -> Term | None:
        """Who is meant by a name; None where several people may be."""
        best = {kind: foremost(people, kind) for kind in ROLES}
        roles = {kind: one.tokens[kind] for kind, one in best.items() if one is not None}
        if not roles:
            return None
        whole = foremost(people)
        tokens = () if whole is None else whole.meant
        firm = len(tokens) == 1 and self._is_firm(tokens[0])
        return Term(tokens, None, bare and bool(tokens), firm, roles)

    def _of_genres(self) -> Iterator[tuple[str, Term | None]]:
        lexicon = table("constraints")
        for phrase, (name, strength) in lexicon["comparatives"].items():
            yield phrase, self._term((self._first_of(name),), strength)
        yield from self._of_pairs(lexicon["pairs"])
        for name, written in lexicon["genres"].items():
            for pattern in (name, *written):
                for phrase in spelled_out(pattern):
                    yield phrase, self._term((self._genre.get(normal(name)),))

    def _of_pairs(self, pairs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Term | None]]:
        for phrase, names in pairs.items():
            term = self._term([self._first_of(name) for name in names])
            as_one = self._widest([one for one, parts in pairs.items() if parts == names])
            yield phrase, term and replace(term, against=() if as_one is None else (as_one,))

    def _of_regions(self) -> Iterator[tuple[str, Term | None]]:
        """Parts of the world; what is a language as well, "Scandinavian", is read as that."""
        for name, place in places_of(self._catalogue):
            if normal(name) not in self._language_names:
                tokens, region, missing = place.tokens, place.region, place.missing
                yield name, Term(tokens, None, False, region=region, missing=missing, is_place=True)

    def _of_moods(self) -> Iterator[tuple[str, Term | None]]:
        lexicon = table("constraints")
        for phrase, names in lexicon["moods"].items():
            token = self._widest(names)
            # "Chinese" is said of food and "Polish" of shoes.
            term = self._term((token,), bare=token not in self._places)
            every = {one for name in names for one in self._by_name.get(normal(name), ())}
            is_thing = self._kind.get(token or 0) in _THINGS
            yield phrase, term and replace(term, against=tuple(sorted(every)) if is_thing else ())

    def _of_people(self) -> Iterator[tuple[str, Term | None]]:
        for phrase, name in table("constraints")["people"].items():
            somebody, bare = self._people_known.get(normal(name)), phrase not in _COMMON_NAMES
            known = self._term((self._widest([name]),), bare=bare)
            yield phrase, self._person([somebody], bare=bare) if somebody else known
        for name, somebody in self._people_known.items():
            yield name, self._person([somebody], bare=" " in name)

    def _of_other_names(self) -> Iterator[tuple[str, Term | None]]:
        for phrase, people in by_other_names(self._people_known).items():
            yield phrase, self._person(people, bare=True)

    def _of_names(self) -> Iterator[tuple[str, Term | None]]:
        """Names of what films share; those of series later, since films are called the same."""
        later = ("series", "keyword")
        for token, facet in sorted(self._facets, key=lambda one: _place(later, one[1].kind)):
            names = (facet.name, facet.name.removesuffix(" film"))
            yield from self._called(token, facet, names, is_loose=facet.kind in later)

    def _of_aliases(self) -> Iterator[tuple[str, Term | None]]:
        """What else people call it."""
        for token, facet in self._facets:
            yield from self._called(token, facet, facet.aliases, is_loose=facet.kind == "keyword")

    def _called(
        self, token: int, facet: Facet, names: Sequence[str], *, is_loose: bool
    ) -> Iterator[tuple[str, Term | None]]:
        if facet.kind != "genre" and facet.kind not in ROLES:
            # Films are named like their series, and all the world like keywords and places.
            alone = facet.kind not in _FACTS and facet.kind != "keyword"
            is_place = token in self._places
            for name in self._as_said(map(normal, names), is_loose=is_loose, is_place=is_place):
                if not self._is_kind_from(name):
                    yield name, self._term((token,), bare=alone and " " in name)

    def _is_kind_from(self, name: str) -> bool:
        """Whether it is a genre of a language or country, which are wishes of their own: "british
        comedy", where somebody has tagged a few.
        """
        place, _, genre = name.partition(" ")
        tokens = self._by_name.get(place, ())
        is_place = bool(tokens) and self._places.issuperset(tokens)
        if genre in _OF_FILMS and place in genre_words()[0]:
            return True  # "a scary movie" is no film of a series
        return is_place and (genre in self._genre or genre in _NOUNS or genre in _CINEMA)

    def _as_said(
        self, names: Iterable[str], *, is_loose: bool, is_place: bool = False
    ) -> Iterator[str]:
        """The names that may be read as wishes; of loose ones none that sentences are made of."""
        for name in names:
            is_common = background().is_common(name) and (is_loose or len(name) <= _SHORT)
            is_silent = name in _silent() and not is_place
            if name and not is_common and not is_silent:
                yield name

    def _of_topics(self) -> Iterator[tuple[str, Term | None]]:
        """Keywords that sentences are made of, and what begins so: as what a film is about.

        Of what is said too much beside, "about art", many a film has no such tag: it is not firm.
        """
        things = [(token, normal(one.name)) for token, one in self._facets if one.kind in _THINGS]
        said = {name for token, name in things if self._kind[token] == "keyword"}
        words = set(filter(background().is_common, said))
        for token, name in things:
            if name in _silent() or name.split(" ")[0] in words:
                term = Term((token,), firm=name not in _silent() and self._is_firm(token))
                yield from ((f"about {article}{name}", term) for article in _ARTICLES)

    def _of_ordinary_words(self) -> Iterator[tuple[str, Term | None]]:
        """Keywords that are words of everyday life: "shark movies", "no orphans"."""
        for token, facet in self._facets:
            name = normal(facet.name)
            if facet.kind != "keyword" or not _is_ordinary(name) or name in _silent():
                continue
            for form in (name, *in_number(name)):
                yield form, Term((token,), bare=False, ordinary=True)

    def _of_surnames(self) -> Iterator[tuple[str, Term | None]]:
        """Family names, each of whoever is by far the best known of that name."""
        owners: dict[str, list[Somebody]] = {}
        for somebody in self._people_known.values():
            for surname in somebody.surnames:
                owners.setdefault(surname, []).append(somebody)
        # A tag may be named after somebody of whom nothing else is known.
        tags = (normal(facet.name) for _, facet in self._facets if facet.kind == "tag")
        shared = {name.rpartition(" ")[2] for name in tags if " " in name}
        for surname in said_of_people(owners.keys() - shared):
            several = f"{surname}s"  # "bees" are no Samantha Bee
            for phrase in (surname, *(() if several in dictionary() else (several,))):
                yield phrase, self._person(owners[surname], bare=False)

    def _of_given_names(self) -> Iterator[tuple[str, Term | None]]:
        """Given names that hardly anybody else has: "Dolph", "Whoopi"."""
        for name, somebody in self._people_known.items():
            given = name.partition(" ")[0]
            if 0 < self._given[given] <= _HARDLY_ANYBODY and is_strange(given):
                yield given, self._person([somebody], bare=False)

    def _full_names(self) -> list[str]:
        """The names of several words of everyone who is known."""
        known = {facet.name for _, facet in self._facets if facet.kind in ROLES}
        return sorted(name for name in known.union(full_names()) if " " in name)

    def _first_of(self, name: str) -> int | None:
        """A genre by its name, or "tag:a|b|Genre": the first that the catalogue has."""
        for candidate in name.removeprefix("tag:").split("|"):
            token = self._genre.get(normal(candidate))
            if token is None or name.startswith("tag:"):
                token = next(iter(self._by_name.get(normal(candidate), ())), token)
            if token is not None:
                return token
        return None

    def _widest(self, names: Sequence[str]) -> int | None:
        """The first of these facets that is on enough films, else the one on most."""
        tokens = [token for name in names for token in self._by_name.get(normal(name), ())]
        firm = [token for token in tokens if self._size[token] >= _ENOUGH]
        if firm:
            return firm[0]
        return max(tokens, key=lambda token: self._size[token], default=None)


def _by_name(facets: Sequence[tuple[int, Facet]]) -> dict[str, list[int]]:
    """Tokens by name in normal form, and by what else people say where nothing is named so."""
    found: dict[str, list[int]] = {}
    # "French" is a language, and "star wars" a series, before it is a tag.
    first = ("language", "series")
    for token, facet in sorted(facets, key=lambda one: one[1].kind not in first):
        found.setdefault(normal(facet.name), []).append(token)
    for token, facet in facets:
        for alias in facet.aliases:
            found.setdefault(normal(alias), [token])
    return found


def _place(kinds: Sequence[str], kind: str) -> int:
    """Place of a kind among those that come later, from 1; 0 for others."""
    return 1 + kinds.index(kind) if kind in kinds else 0


def _is_ordinary(word: str) -> bool:
    """Whether it is an ordinary word that people who talk of films seldom say."""
    return background().is_common(word) and not background().is_spoken(word)


@cache
def _silent() -> frozenset[str]:
    """Names that say too much, in normal form."""
    return frozenset(map(normal, table("constraints")["not_tags"]["words"]))


def _goes_on(words: Sequence[Word], kept: Sequence[Found[Term]], found: Found[Term]) -> bool:
    """Whether a single word goes on a list: "with Schwarzenegger or Stallone"."""
    joined = text_at(words, found.first - 1) in ("or", "and") and not found.meaning.ordinary
    return joined and bool(kept) and found.first == kept[-1].last + 1


def _points(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether one of the films on the table is meant: "the Russian one"."""
    return text_at(words, found.first - 1) == "the" and text_at(words, found.last) == "1"


def _is_spoken_of(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether a word of everyday life is what films are about: "shark movies", "no orphans"."""
    before = text_at(words, found.first - 1)
    if text_at(words, found.last) in _OF_FILMS and not stands_apart(words, found.last):
        return True
    return before in _SPEAKS_OF and (before == "about" or found.phrase.endswith("s"))


def _wished(words: Sequence[Word], found: Found[Term], named: Sequence[int]) -> bool:
    """Whether a single word stands where a wish stands: "about robots", "with dinosaurs", "nolan
    films", "no gore".
    """
    before, earlier = text_at(words, found.first - 1), text_at(words, found.first - 2)
    if found.meaning.ordinary:
        return _is_spoken_of(words, found)
    is_scene = before in ("in", "at", "during") and earlier in _SCENES
    is_given = before == "some" and (not earlier or earlier in _GIVES)
    is_named = before in _NAMED_BY or before in _NOT_IT or text_at(words, found.last) in _NOUNS
    stands = is_named or is_scene or is_given
    return stands or is_all_of_a_clause(words, (found.first, found.last), named)
