"""Genres, moods, tags and people of a catalogue, as people name them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, zip_longest
from typing import Final

from assistant.language.lexicon import (
    background,
    but_for_a_letter,
    full_names,
    remains_of,
    table,
    word_class,
)
from assistant.language.words import (
    Found,
    PhraseBook,
    Word,
    normal,
    respelled,
    spelled_out,
    text_at,
)
from core.catalogue import Catalogue
from core.domain import Facet

_NAMED_BY: Final = word_class("named_by")
_SCENES: Final = word_class("scenes")
_SPELL_FROM: Final = 4
"""Letters from which a word is looked at for typing errors."""
_GIVES: Final = word_class("gives")
_NOUNS: Final = word_class("film_nouns")
_CINEMA: Final = word_class("cinema")
_OF_LANGUAGES: Final = frozenset("in not sth smth else".split())
_COMMON_NAMES: Final = word_class("common_names")
"""Names that need "with" or "by" before they are read as a wish."""
_ENOUGH: Final = 6
"""Recommendable films a tag must be on before only such films are shown: two turns of three."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a phrase stands for."""

    tokens: tuple[int, ...]
    """Facet tokens, all of which are meant."""
    strength: float | None = None
    """How much, where the phrase says so itself ("funnier"); None where the cues around it
    decide."""
    bare: bool = True
    """May stand alone; otherwise only beside a word that makes it a wish ("movies about …", "with
    …")."""
    firm: bool = True
    """On enough films to be asked of every film shown."""


class FacetFinder:
    """Finds the facets of a catalogue in sentences; works with any kind of facet the catalogue
    holds.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._facets = [
            (catalogue.facet_token(index), facet) for index, facet in enumerate(catalogue.facets)
        ]
        films = catalogue.membership[:, : catalogue.n_items].getnnz(axis=1).tolist()
        self._size = {token: size for (token, _), size in zip(self._facets, films, strict=True)}
        self._by_name: dict[str, list[int]] = {}
        # "French" is a language before it is a tag.
        for token, facet in sorted(self._facets, key=lambda one: one[1].kind != "language"):
            self._by_name.setdefault(normal(facet.name), []).append(token)
        self._genre = {
            normal(facet.name): token for token, facet in self._facets if facet.kind == "genre"
        }
        self._languages = {
            token
            for token, facet in self._facets
            if facet.kind == "language" and facet.name[0].isupper()
        }
        self._book = PhraseBook(self._phrases())
        self._people = PhraseBook(dict.fromkeys(self._full_names(), True))

    def find(self, words: Sequence[Word], taken: Sequence[int]) -> list[Found[Term]]:
        """Facets named by words that are not `taken`, in order; a typing error in the name of a
        genre is overlooked.
        """
        words = respelled(words, taken, _as_genre_word)
        kept: list[Found[Term]] = []
        every = self._book.find(words, taken)
        for found, after in zip_longest(every, every[1:]):
            of_films = (
                found.meaning.bare
                or _wished(words, found)
                or (kept and _goes_on(words, kept[-1], found))
            )
            if self._languages.issuperset(found.meaning.tokens):
                of_films = (of_films or _spoken(words, found, after)) and not _points(words, found)
            if of_films:
                kept.append(found)
        return kept

    def people(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """Ranges of words that are a person's full name: no film of a part of it is meant ("Jude
        Law").
        """
        return [(found.first, found.last) for found in self._people.find(words)]

    def named(self, name: str) -> tuple[int, ...]:
        """Tokens of the facets of exactly this name, in normal form."""
        return tuple(self._by_name.get(name, ()))

    def _phrases(self) -> dict[str, Term]:
        """The phrases of the lexicon, the names of the catalogue, and what they stand for; of a
        phrase listed twice the first counts.
        """
        phrases: dict[str, Term] = {}
        for phrase, term in chain(
            self._of_genres(), self._of_tags(), self._of_subjects(), self._of_surnames()
        ):
            if term is not None:
                phrases.setdefault(phrase, term)
        return phrases

    def _term(
        self, tokens: Sequence[int | None], strength: float | None = None, *, bare: bool = True
    ) -> Term | None:
        """A phrase that means all of these facets; None where one of them is unknown."""
        known = tuple(token for token in tokens if token is not None)
        if not known or len(known) < len(tokens):
            return None
        firm = all(self._size[token] >= _ENOUGH or token in self._genre.values() for token in known)
        return Term(known, strength, bare, firm)

    def _of_genres(self) -> Iterator[tuple[str, Term | None]]:
        lexicon = table("constraints")
        for phrase, (name, strength) in lexicon["comparatives"].items():
            yield phrase, self._term((self._first_of(name),), strength)
        for phrase, names in lexicon["pairs"].items():
            yield phrase, self._term([self._first_of(name) for name in names])
        for name, written in lexicon["genres"].items():
            for pattern in (name, *written):
                for phrase in spelled_out(pattern):
                    yield phrase, self._term((self._genre.get(normal(name)),))

    def _of_tags(self) -> Iterator[tuple[str, Term | None]]:
        lexicon = table("constraints")
        for phrase, names in lexicon["moods"].items():
            token = self._widest(names)
            # "Chinese" is said of food and "Polish" of shoes.
            yield phrase, self._term((token,), bare=token not in self._languages)
        for phrase, name in lexicon["people"].items():
            yield phrase, self._term((self._widest([name]),), bare=phrase not in _COMMON_NAMES)
        silent = {normal(word) for word in lexicon["not_tags"]["words"]}
        for token, facet in self._facets:
            name = normal(facet.name)
            if facet.kind != "genre" and name and name not in silent:
                yield name, self._term((token,), bare=" " in name)

    def _of_subjects(self) -> Iterator[tuple[str, Term | None]]:
        """What films are about; many a film about it has no such tag, so none is firm."""
        for subject in table("constraints")["not_tags"]["subjects"]:
            token = self._widest([subject.removeprefix("the ")])
            yield f"about {subject}", None if token is None else Term((token,), firm=False)

    def _of_surnames(self) -> Iterator[tuple[str, Term | None]]:
        """Last words of two- and three-word names that belong to one name only."""
        owners: dict[str, list[tuple[int, Facet]]] = {}
        for token, facet in self._facets:
            parts = normal(facet.name).split(" ")
            if facet.kind != "genre" and 2 <= len(parts) <= 3 and len(parts[-1]) > 3:
                owners.setdefault(parts[-1], []).append((token, facet))
        shared = table("constraints")["no_surnames"]["words"]
        for surname, ((token, facet), *others) in owners.items():
            if facet.kind == "person" and not others and surname not in shared:
                yield surname, self._term((token,), bare=False)

    def _full_names(self) -> list[str]:
        """The names of several words of everyone who is known."""
        known = {facet.name for _, facet in self._facets if facet.kind == "person"}
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


@cache
def _genre_words() -> tuple[frozenset[str], dict[str, str]]:
    """The words that genres are called by, and what is left of them without one letter → the
    word.
    """
    names = table("constraints")["genres"]
    known = {normal(phrase) for written in names.values() for phrase in written if phrase.isalpha()}
    return frozenset(known), remains_of(word for word in known if len(word) >= _SPELL_FROM)


@lru_cache(maxsize=4096)
def _as_genre_word(word: str) -> str:
    """The name of a genre that a word is but for a typing error ("thriler", "horrer"); the word
    where it is none.
    """
    known, remains = _genre_words()
    too_short = len(word) < _SPELL_FROM or not word.isalpha()
    if too_short or word in known or background().is_common(word):
        return word
    if len(word) == _SPELL_FROM:  # so short a word must be right but for a letter left out
        return remains.get(word, word)
    return but_for_a_letter(word, remains)


def _parted(words: Sequence[Word], place: int) -> bool:
    """Whether more than a space stands before the word at `place`: a mark, or the end of the
    line.
    """
    return place in (0, len(words)) or words[place].start - words[place - 1].end > 1


def _goes_on(words: Sequence[Word], before: Found[Term], found: Found[Term]) -> bool:
    """Whether a single word goes on a list: "with Schwarzenegger or Stallone"."""
    return found.first == before.last + 1 and words[before.last].text in ("or", "and")


def _spoken(words: Sequence[Word], found: Found[Term], after: Found[Term] | None) -> bool:
    """Whether a language is that of films: "a Korean thriller", "Iranian cinema", "in French", "not
    German".
    """
    of_genre = after is not None and after.first == found.last and after.meaning.bare
    of_cinema = text_at(words, found.last) in _CINEMA
    return of_genre or of_cinema or text_at(words, found.first - 1) in _OF_LANGUAGES


def _points(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether one of the films on the table is meant: "the Russian one"."""
    return text_at(words, found.first - 1) == "the" and text_at(words, found.last) == "1"


def _wished(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether a single word stands where a wish stands: "about robots", "with dinosaurs", "nolan
    films", "no gore".
    """
    before, earlier = text_at(words, found.first - 1), text_at(words, found.first - 2)
    is_scene = before in ("in", "at", "during") and earlier in _SCENES
    is_given = before == "some" and earlier in _GIVES
    is_alone = _parted(words, found.first) and _parted(words, found.last)
    named = before in _NAMED_BY or text_at(words, found.last) in _NOUNS
    return named or is_scene or is_given or is_alone
