"""Genres, moods, tags and people of a catalogue, as people name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Final

from assistant.language.lexicon import background, full_names, shortened, table
from assistant.language.words import Found, PhraseBook, Word, normal, respelled, spelled_out
from core.catalogue import Catalogue

_NAMED_BY: Final = frozenset(
    "by with from starring directed director actor actress stars featuring has love like".split()
)
_SCENES: Final = frozenset("set place places taking shot filmed based".split())
_SPELL_FROM: Final = 4
"""Letters from which a word is looked at for typing errors."""
_GIVES: Final = frozenset("me us gimme want need for with like love".split())
_NOUNS: Final = frozenset(
    "movie movies film films flick flicks story stories stuff thing things 1 ones".split()
)
_CINEMA: Final = frozenset("cinema classic classics language speaking new anime cartoons".split())
_OF_LANGUAGES: Final = frozenset("in not sth smth else".split())
_COMMON_NAMES: Final = frozenset(("arnold", "lynch", "keanu", "denzel", "the rock", "sandler"))
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
        self._size = {
            catalogue.facet_token(index): int(size)
            for index, size in enumerate(
                catalogue.membership[:, : catalogue.n_items].getnnz(axis=1).tolist()
            )
        }
        self._by_name: dict[str, list[int]] = {}
        # "French" is a language before it is a tag.
        for index, facet in sorted(
            enumerate(catalogue.facets), key=lambda numbered: numbered[1].kind != "language"
        ):
            self._by_name.setdefault(normal(facet.name), []).append(catalogue.facet_token(index))
        self._genre = {
            normal(facet.name): catalogue.facet_token(index)
            for index, facet in enumerate(catalogue.facets)
            if facet.kind == "genre"
        }
        self._languages = {
            catalogue.facet_token(index)
            for index, facet in enumerate(catalogue.facets)
            if facet.kind == "language" and facet.name[0].isupper()
        }
        self._book = PhraseBook(self._phrases(catalogue))
        names = {facet.name for facet in catalogue.facets if facet.kind == "person"} | set(
            full_names()
        )
        self._people = PhraseBook(
            dict.fromkeys((name for name in sorted(names) if " " in name), True)
        )

    def find(self, words: Sequence[Word], taken: Sequence[int]) -> list[Found[Term]]:
        """Facets named by words that are not `taken`, in order; a typing error in the name of a
        genre is overlooked.
        """
        words = respelled(words, taken, _as_genre_word)
        kept: list[Found[Term]] = []
        every = list(self._book.find(words, taken))
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

    def _phrases(self, catalogue: Catalogue) -> Mapping[str, Term]:
        lexicon = table("constraints")
        phrases: dict[str, Term] = {}

        def add(phrase: str, tokens: Sequence[int | None], **more: float | bool | None) -> None:
            known = tuple(token for token in tokens if token is not None)
            if known and len(known) == len(tokens):
                firm = all(
                    self._size[token] >= _ENOUGH or token in self._genre.values() for token in known
                )
                phrases.setdefault(phrase, Term(known, firm=firm, **more))  # type: ignore[arg-type]

        for phrase, (name, strength) in lexicon["comparatives"].items():
            add(phrase, (self._first_of(name),), strength=strength)
        for phrase, names in lexicon["pairs"].items():
            add(phrase, [self._first_of(name) for name in names])
        for name, written in lexicon["genres"].items():
            for phrase in (
                name,
                *(phrase for pattern in written for phrase in spelled_out(pattern)),
            ):
                add(phrase, (self._genre.get(normal(name)),))
        for phrase, names in lexicon["moods"].items():
            token = self._widest(names)
            # "Chinese" is said of food and "Polish" of shoes.
            add(phrase, (token,), bare=token not in self._languages)
        for phrase, name in lexicon["people"].items():
            add(phrase, (self._widest([name]),), bare=phrase not in _COMMON_NAMES)
        silent = {normal(word) for word in lexicon["not_tags"]["words"]}
        for index, facet in enumerate(catalogue.facets):
            name = normal(facet.name)
            if facet.kind != "genre" and name and name not in silent:
                add(name, (catalogue.facet_token(index),), bare=" " in name)
        for subject in lexicon["not_tags"]["subjects"]:
            token = self._widest([subject.removeprefix("the ")])
            if token is not None:  # many a film about it has no such tag
                phrases.setdefault(f"about {subject}", Term((token,), firm=False))
        for surname, token in self._surnames(catalogue).items():
            add(surname, (token,), bare=False)
        return phrases

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

    def _surnames(self, catalogue: Catalogue) -> dict[str, int]:
        """Last words of two- and three-word names that belong to one name only."""
        owners: dict[str, list[int]] = {}
        for index, facet in enumerate(catalogue.facets):
            parts = normal(facet.name).split(" ")
            if facet.kind != "genre" and 2 <= len(parts) <= 3 and len(parts[-1]) > 3:
                owners.setdefault(parts[-1], []).append(catalogue.facet_token(index))
        people = {
            catalogue.facet_token(index)
            for index, facet in enumerate(catalogue.facets)
            if facet.kind == "person"
        }
        for word in table("constraints")["no_surnames"]["words"]:
            owners.pop(word, None)
        return {
            surname: tokens[0]
            for surname, tokens in owners.items()
            if len(tokens) == 1 and tokens[0] in people
        }


@cache
def _genre_words() -> tuple[frozenset[str], dict[str, str]]:
    """The words that genres are called by, and what is left of them without one letter → the
    word.
    """
    names = table("constraints")["genres"]
    known = {normal(phrase) for written in names.values() for phrase in written if phrase.isalpha()}
    long = sorted(word for word in known if len(word) >= _SPELL_FROM)
    return frozenset(known), {
        short: word for word in reversed(long) for short in (word, *shortened(word))
    }


@lru_cache(maxsize=4096)
def _as_genre_word(word: str) -> str:
    """The name of a genre that a word is but for a typing error ("thriler", "horrer"); the word
    where it is none.
    """
    known, remains = _genre_words()
    if (
        word in known
        or len(word) < _SPELL_FROM
        or not word.isalpha()
        or background().is_common(word)
    ):
        return word
    if len(word) == _SPELL_FROM:  # so short a word must be right but for a letter left out
        return remains.get(word, word)
    return next((remains[short] for short in (word, *shortened(word)) if short in remains), word)


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
    beside = words[found.last].text if found.last < len(words) else ""
    return (
        of_genre
        or beside in _CINEMA
        or (found.first > 0 and words[found.first - 1].text in _OF_LANGUAGES)
    )


def _points(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether one of the films on the table is meant: "the Russian one"."""
    before, after = words[max(found.first - 1, 0) : found.first], words[found.last : found.last + 1]
    return [word.text for word in (*before, *after)] == ["the", "1"]


def _wished(words: Sequence[Word], found: Found[Term]) -> bool:
    """Whether a single word stands where a wish stands: "about robots", "with dinosaurs", "nolan
    films", "no gore".
    """
    before = words[found.first - 1].text if found.first else ""
    scene = (
        found.first > 1
        and before in ("in", "at", "during")
        and words[found.first - 2].text in _SCENES
    )
    after = words[found.last].text if found.last < len(words) else ""
    return (
        scene
        or (before == "some" and found.first > 1 and words[found.first - 2].text in _GIVES)
        or before in _NAMED_BY
        or before
        in (
            "about",
            "something",
            "anything",
            "no",
            "without",
            "nothing",
            "more",
            "less",
            "of",
            "too",
        )
        or after in _NOUNS
        or (_parted(words, found.first) and _parted(words, found.last))
    )
