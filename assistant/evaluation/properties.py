"""What a film has by the catalogue and the pack of facts, and what a text says.

"genre:Horror", "minutes:<=90", "director:Joel Coen|Ethan Coen": `kind:value`, with the kinds that
`assistant.evaluation.conversations` lists.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from core.catalogue import BoolArray
from core.data.facts import AGES, CatalogueFacts, Fact
from core.data.names import squashed
from core.domain import Movie
from core.errors import DataError

_FACTS: Final = {
    "fine": Fact.GENRE,
    "director": Fact.DIRECTOR,
    "actor": Fact.ACTOR,
    "language": Fact.LANGUAGE,
    "country": Fact.COUNTRY,
    "keyword": Fact.KEYWORD,
    "mood": Fact.MOOD,
    "series": Fact.SERIES,
}
"""Kinds that are looked up by name in the pack."""
_FACETS: Final = {"actor": "person", "keyword": "tag", "mood": "tag", "language": "language"}
"""Kinds that the catalogue, too, knows of: as facets of this kind."""
NUMBERS: Final = {"year": ("year",), "minutes": ("minutes", "runtime"), "age": ("age",)}
"""Kinds that are numbers, and the columns of a `Limit` on them."""
_FAMILY: Final = ("for families", "for children")
"""Audiences of the pack that make a film one for the family; so does the genre Children."""
_RANGE: Final = re.compile(r"(?P<sign>[<>]=?)?(?P<low>PG-13|NC-17|[^-]+)(?:-(?P<high>.+))?")


class Property(NamedTuple):
    """What a film can have: "genre:Horror"."""

    kind: str
    value: str

    @classmethod
    def read(cls, text: str) -> Property:
        """From `kind:value`; DataError for a kind that is not known here."""
        kind, _, value = text.partition(":")
        if kind not in {*_FACTS, *NUMBERS, "title", "genre", "audience"} or not value:
            raise DataError(f"{text!r} is no property of films: write kind:value, as genre:Horror.")
        return cls(kind, value)

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def values(self) -> tuple[str, ...]:
        """Any of which will do."""
        return tuple(self.value.split("|"))


def _within(text: str, number: int) -> bool:
    """Whether a number is in a range such as "<=90", "1980-1989" or ">PG"."""
    if (match := _RANGE.fullmatch(text)) is None:
        raise DataError(f"{text!r} is no range: write <=90, 1980-1989 or <=PG-13.")
    low = _number(match["low"])
    if match["sign"] is None:
        return low <= number <= (low if match["high"] is None else _number(match["high"]))
    beyond = number < low if match["sign"][0] == "<" else number > low
    return beyond or (number == low and "=" in match["sign"])


def _number(text: str) -> int:
    if text in AGES:
        return AGES[text]
    if not text.isdecimal():
        raise DataError(f"{text!r} is no number and no age rating.")
    return int(text)


class FilmProperties:
    """Says of films whether they have a property."""

    def __init__(self, facts: CatalogueFacts) -> None:
        self._facts = facts
        self._catalogue = facts.catalogue
        # Of two films of one label the better known one is meant.
        self._rows = {
            squashed(movie.label): movie.row for movie in reversed(facts.catalogue.movies)
        }
        self._masks: dict[Property, tuple[BoolArray, BoolArray]] = {}

    def token(self, label: str) -> int | None:
        """Token of "Title (year)"; None where the catalogue has no such film."""
        row = self._rows.get(squashed(label))
        return None if row is None else row + 1

    def has(self, wanted: Property, movie: Movie) -> bool | None:
        """Whether a film has it; None where nobody knows."""
        match wanted.kind:
            case "title":
                return squashed(movie.label) in map(squashed, wanted.values)
            case "genre":
                mine = {squashed(name) for name in movie.genres}
                return not mine.isdisjoint(map(squashed, wanted.values)) if mine else None
            case "audience":
                return self._for_families(movie)
        if wanted.kind in NUMBERS:
            number = self._number_of(wanted.kind, movie)
            return None if number < 0 else any(_within(text, number) for text in wanted.values)
        return self._named(wanted, movie)

    def _number_of(self, kind: str, movie: Movie) -> int:
        """−1 where it is not known."""
        if kind == "year":
            return movie.year or -1
        film = self._facts.film(movie.row)
        if film is None:
            return -1
        return (film.runtime or -1) if kind == "minutes" else AGES.get(film.age, -1)

    def _for_families(self, movie: Movie) -> bool | None:
        film = self._facts.film(movie.row)
        audiences = film.audiences if film else ()
        if "Children" in movie.genres or not set(_FAMILY).isdisjoint(audiences):
            return True
        return False if audiences else None

    def _named(self, wanted: Property, movie: Movie) -> bool | None:
        """By the names that the pack has for it, or by facets of the catalogue."""
        has, known = self._masks_of(wanted)
        mine = {
            squashed(facet.name)
            for facet in map(self._catalogue.facet, self._catalogue.facets_of(movie.row + 1))
            if facet.kind == _FACETS.get(wanted.kind)
        }
        if has[movie.row] or not mine.isdisjoint(map(squashed, wanted.values)):
            return True
        return False if known[movie.row] or mine else None

    def _masks_of(self, wanted: Property) -> tuple[BoolArray, BoolArray]:
        """Which films the pack says have it, and of which it knows: bool, (n_items,)."""
        if wanted not in self._masks:
            facts, fact = self._facts, _FACTS[wanted.kind]
            ways = [text for value in wanted.values for text in (value, f"{value} film")]
            codes = {code for text in ways for code in facts.facts.names(fact).find(text)}
            # Most films are in no series: one that the pack knows otherwise is not.
            known = facts.runtimes > 0 if fact is Fact.SERIES else facts.knows(fact)
            self._masks[wanted] = (facts.has(fact, codes), known)
        return self._masks[wanted]


# ---- texts


def says(alternatives: str, text: str) -> bool:
    """Whether a text has one of the words: from their beginning, and whole where they are short.

    "19" is in "1987" and "min" in "95 minutes", but "h" is in "2h 5" alone, not in "he". Accents do
    not count.
    """
    plain = _plain(text)
    for word in map(_plain, alternatives.split("|")):
        before = r"(?<!\d)" if word[0].isdecimal() else r"(?<![^\W\d])"
        whole = len(word) <= _SHORT and word.isalpha()
        after = r"(?![^\W\d])" if whole else ""
        if re.search(f"{before}{re.escape(word)}{after}", plain):
            return True
    return False


def _plain(text: str) -> str:
    """Lower case without accents, typographic apostrophes as typed ones."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


_SHORT: Final = 2
"""Letters up to which a word is looked for as a whole one."""
