"""Names of films, people and things: as people write them, and the form in which they are compared.

MovieLens puts a leading article behind a comma and packs other titles and the year into
parentheses: "City of Lost Children, The (Cité des enfants perdus, La) (1995)".

Other sources name films by title and year, some of them loosely: `FilmNames` finds the film meant.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.domain import Movie

# ---- titles

ARTICLES: Final = (
    *("The", "the", "A", "An"),
    *("Le", "La", "Les", "L'", "Un", "Une"),
    *("Der", "Die", "Das", "Ein", "Eine"),
    *("El", "Los", "Las", "Lo", "Una"),
    *("Il", "I", "Gli", "Uno"),
    *("O", "Os", "As", "Um", "Uma"),
    *("De", "Het", "Den", "Det", "En", "Et", "Ett", "Da"),
)
"""Articles found behind a comma in MovieLens titles: English, French, German, Spanish, Italian,
Portuguese, Dutch, Scandinavian, and "Da Hip Hop Witch"."""

_ARTICLE: Final = "|".join(re.escape(article) for article in ARTICLES)
_TRAILING_ARTICLE: Final = re.compile(rf"(?P<rest>.+), (?P<article>{_ARTICLE})")
_ARTICLE_BEFORE_SUBTITLE: Final = re.compile(
    r"(?P<rest>[^:]+), (?P<article>The|A|An)(?P<subtitle>: .+)"
)
"""Crow, The: Wicked Prayer."""
_YEAR: Final = re.compile(r"(?P<year>(?:18[7-9]|19\d|20\d)\d)(?:\s*[-–]\s*(?:\d{4})?)?")
"""1995, 2006–2007 or 2006-; films begin in the 1870s."""
_ALSO_KNOWN_AS: Final = re.compile(r"a\.?k\.?a\b\.?:?\s*", re.IGNORECASE)
_PART_OF_TITLE: Final = re.compile(r"(?:part|volume|vol\.|chapter) \w+|blue|yellow", re.IGNORECASE)
"""Parentheses that tell two films apart: Ah Boys to Men (Part 2), I Am Curious (Yellow)."""
_OPEN_ENDED: Final = re.compile(r".+ or|.+:", re.IGNORECASE)
"""What still wants its parentheses: "Birdman: Or (The Unexpected Virtue of Ignorance)"."""
_INVISIBLE: Final = dict.fromkeys((0x200B, 0x200E, 0x200F, 0xFEFF))


class Title(NamedTuple):
    """A MovieLens title, taken apart."""

    title: str
    """As people write it: "The Matrix"."""
    year: int
    """0 where the title gives none."""
    aliases: tuple[str, ...]
    """Other titles in the order given, none equal to `title` (case aside)."""


def parse_title(raw: str) -> Title:
    """Takes a MovieLens title apart.

    Never fails: what has no year gets 0, what has no other titles gets none, text in the middle
    stays.

    >>> parse_title("City of Lost Children, The (Cité des enfants perdus, La) (1995)")
    Title(title='The City of Lost Children', year=1995, aliases=('La Cité des enfants perdus',))
    >>> parse_title("Seven (a.k.a. Se7en) (1995)")
    Title(title='Seven', year=1995, aliases=('Se7en',))
    """
    rest, groups = _peel(_clean(raw))
    year = 0
    aliases: dict[str, str] = {}
    title = _article_first(rest)
    for group in groups:
        if match := _YEAR.fullmatch(group):
            year = int(match["year"])
        elif alias := _article_first(
            _ALSO_KNOWN_AS.sub("", group) if _ALSO_KNOWN_AS.match(group) else group
        ):
            aliases.setdefault(alias.casefold(), alias)
    aliases.pop(title.casefold(), None)
    return Title(title, year, tuple(aliases.values()))


def _clean(raw: str) -> str:
    """One spelling: no HTML entities (some 2008 rows), NFC, single spaces, nothing invisible."""
    text = unicodedata.normalize("NFC", html.unescape(raw)).translate(_INVISIBLE)
    return " ".join(text.split())


def _peel(text: str) -> tuple[str, list[str]]:
    """Takes parentheses off the end: (what stands before, contents in reading order).

    The last year wins: a second, different one is part of the title ("… Skateboarding (1987-1997)
    (2021)").
    """
    if text.endswith("))") and text.count(")") > text.count("("):
        text = text[:-1]  # "(1983))"
    groups: list[str] = []
    year = ""
    while (start := _last_group(text)) is not None:
        inner, head = text[start + 1 :].removesuffix(")").strip(), text[:start].rstrip()
        if _YEAR.fullmatch(inner):
            if year and inner != year:
                break
            year = inner
        elif _PART_OF_TITLE.fullmatch(inner) or _OPEN_ENDED.fullmatch(head):
            break
        groups.insert(0, inner)
        text = head
    return text, groups


def _last_group(text: str) -> int | None:
    """Where the parenthesis that ends the text opens; None without a group of its own."""
    if not text.endswith(")"):
        return None
    depth = 0
    for place in range(len(text) - 1, 0, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            # "Histoire(s)" is one word: a group of its own follows a space, or is a year ("Deadly
            # Advice(1994)")
            return (
                place if text[place - 1] == " " or _YEAR.fullmatch(text[place + 1 : -1]) else None
            )
    return None


def _article_first(name: str) -> str:
    """Puts a trailing article in front: "Matrix, The" → "The Matrix"."""
    match = _TRAILING_ARTICLE.fullmatch(name) or _ARTICLE_BEFORE_SUBTITLE.fullmatch(name)
    if match is None or match["rest"].startswith(f"{match['article']},"):  # "Die, Mommie, Die"
        return name
    article = match["article"].capitalize() if match["article"] == "the" else match["article"]
    space = "" if article.endswith("'") else " "
    return f"{article}{space}{match['rest']}{match.groupdict().get('subtitle') or ''}"


# ---- forms

_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "&": "and"}
)
"""Letters that Unicode does not take apart into a plain letter and an accent."""


def squashed(text: str) -> str:
    """Letters and digits in lower case, without accents: the one form in which names are compared.

    >>> squashed("Pedro Almodóvar") == squashed("pedro almodovar")
    True
    """
    lower = text.casefold()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKD", lower.translate(_PLAIN))
    return "".join(filter(str.isalnum, lower.replace("&", "and")))


def orders(name: str) -> tuple[str, ...]:
    """Forms in which a name may be on record: as it is, family name last, family name first.

    >>> orders("Wong Kar-wai")
    ('wongkarwai', 'karwaiwong')
    """
    words = name.split()
    turned = (words, [*words[1:], *words[:1]], [*words[-1:], *words[:-1]])
    return tuple(dict.fromkeys(squashed(" ".join(form)) for form in turned))


# ---- films by name

_LEADING_ARTICLE: Final = re.compile(r"(?:the|a|an)\s+")
_SUBTITLE: Final = re.compile(r"\s*(?::|\s[-–—])\s+")
"""What parts a title from its subtitle."""


def title_key(text: str) -> str:
    """What two spellings of one title, or name, have in common.

    Letters and digits in lower case, without accents and without a leading article.

    >>> title_key("The Good, the Bad & the Ugly")
    'goodthebadandtheugly'
    """
    lower = text.casefold().strip()
    article = _LEADING_ARTICLE.match(lower)
    return squashed(lower[article.end() :] if article else lower)


_WORD: Final = re.compile(r"\w+")
_SAME: Final = {"ii": "2", "two": "2", "iii": "3", "iv": "4", "volume": "vol"}


def _film_key(title: str) -> str:
    """`title_key` in which instalments are numbered in one way: "Rocky II" is "Rocky 2"."""
    return title_key(_WORD.sub(lambda word: _SAME.get(word[0].casefold(), word[0]), title))


class FilmNames:
    """Films as other sources name them → rows of the catalogue.

    Years may be one apart: sources differ in which showing was the first. Where several films fit,
    the best known one is meant.
    """

    def __init__(self, movies: Sequence[Movie]) -> None:
        """`movies` are those of a catalogue, best known first."""
        self._titles: dict[tuple[str, int], int] = {}
        self._main: dict[tuple[str, int], int] = {}
        for movie in movies:
            for title in (movie.title, *movie.aliases):
                key, mains = _film_key(title), [_film_key(main) for main in _main_titles(title)]
                for year in (movie.year, 0):  # 0: named without a year
                    self._titles.setdefault((key, year), movie.row)
                    for main in mains:
                        self._main.setdefault((main, year), movie.row)

    def exact(self, title: str, year: int) -> int | None:
        """Row of the film of this title or alias; None without such a film, or without a year."""
        return _nearest(self._titles, title, year) if year else None

    def meant(self, title: str, year: int) -> int | None:
        """Row of the film of this title, or of one that adds a subtitle to it; None without one.

        "Jumanji" of 2017 is "Jumanji: Welcome to the Jungle". Year 0 stands for a name without one.
        """
        row = _nearest(self._titles, title, year)
        return _nearest(self._main, title, year) if row is None else row


def _main_titles(title: str) -> Iterator[str]:
    """The title without its subtitles: "Star Wars: Episode IV", then "Star Wars"."""
    for parting in reversed([*_SUBTITLE.finditer(title)]):
        yield title[: parting.start()]


def _nearest(rows: dict[tuple[str, int], int], title: str, year: int) -> int | None:
    """The row of a title in that year, or else one year apart."""
    key = _film_key(title)
    near = (year, year - 1, year + 1) if year else (0,)
    found = (rows[key, candidate] for candidate in near if (key, candidate) in rows)
    return next(found, None) if key else None


# ---- vocabularies


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The names that codes stand for; code i is `names[i]`."""

    names: tuple[str, ...]
    others: tuple[tuple[str, ...], ...]
    """Other words for each: adjectives, regions, synonyms; an adjective of a country is first."""
    shown: npt.NDArray[np.bool_]
    """Whether a page may show the name."""

    def __len__(self) -> int:
        return len(self.names)

    def find(self, text: str) -> tuple[int, ...]:
        """Codes that the text names, case, accents and punctuation aside; () for none.

        Several where the text names a group ("Scandinavian").
        """
        return self._codes.get(squashed(text), ())

    def adjective(self, code: int) -> str:
        """The first other word, else the name: "South Korean" for South Korea."""
        return next(iter(self.others[code]), self.names[code])

    @cached_property
    def _codes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for code, (name, others) in enumerate(zip(self.names, self.others, strict=True)):
            for key in dict.fromkeys(map(squashed, (name, *others))):
                found[key] = (*found.get(key, ()), code)
        return found


_SUFFIXES: Final = frozenset(("jr", "sr", "ii", "iii", "iv"))
"""Behind a family name."""


class People(Vocabulary):
    """Everybody who made a film or is billed in one; those of most films first."""

    def find(self, text: str) -> tuple[int, ...]:
        """Code of who has this full name, in either order ("Kar Wai Wong"); () for nobody."""
        return next((found for key in orders(text) if (found := self._codes.get(key))), ())

    def surnamed(self, text: str) -> tuple[int, ...]:
        """Codes of who has this family name, those of most films first."""
        return self._surnames.get(squashed(text), ())

    @cached_property
    def _surnames(self) -> dict[str, tuple[int, ...]]:
        # `others` holds a family name that does not stand last.
        found: dict[str, list[int]] = {}
        for code, (name, others) in enumerate(zip(self.names, self.others, strict=True)):
            words = [word for word in name.split() if squashed(word) not in _SUFFIXES]
            for surname in dict.fromkeys(map(squashed, (*words[1:][-1:], *others))):
                found.setdefault(surname, []).append(code)
        return {surname: tuple(codes) for surname, codes in found.items()}
