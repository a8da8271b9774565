"""Tables of film facts from several sources → one pack.

Each table is keyed by MovieLens movieId, or, for `cast`, by title and year. Only names, numbers and
words are taken; of paragraphs nothing but the makers named in them (`makers_in`) and how often
words occur, which tells keywords that a page may show from others.

`words.csv` beside this module says how a source's word is written here: kind, raw, names parted by
"|" (the first is shown, the others are understood too; no name: the word is left out, and a keyword
is kept for search only).
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pandas as pd

from core.data.facts import Fact
from core.data.formats import MAYBE_WHOLE, NAME, TEXT, WHOLE, read_csv, read_parquet
from core.data.names import Title, parse_title, squashed
from core.errors import DataError

# ---- makers that the first paragraph of an article on a film names
#
# Only names leave this module: the sentences themselves are somebody's text. A name is a run of
# words with capitals, initials and particles ("Guillermo del Toro", "J. J. Abrams"). Of two names
# that share one family name ("Joel and Ethan Coen") each gets it; a family name alone is completed
# from a name that the paragraph gave before, and else left out.

_INITIAL: Final = r"(?:[A-Z]\.)+"
_NO_NAME: Final = r"(?!(?:The|It|In|A|An|He|She|His|Her|This|As|Set|They|When)\b)"
_WORD: Final = rf"(?:St\.|{_NO_NAME}[^\W\d_a-z][\w’\-]*(?:'(?!s\b)\w+)*)"
_TOKEN: Final = rf"(?:{_INITIAL}|{_WORD})"
_PARTICLE: Final = r"(?:de|del|della|di|da|dos|du|la|le|van|von|der|den|ter|bin|al|el|ten|y)"
_NAME: Final = rf"{_TOKEN}(?:\s(?:{_PARTICLE}\s)*{_TOKEN})*(?:,? [JS]r\.)?"
_NAMES: Final = rf"(?P<names>{_NAME}(?:(?:, and | and |, | & ){_NAME})*)"
_JOINT: Final = (
    r"(?:(?:and|co|produced|written|directed|edited|scored|narrated|created|shot|adapted"
    r"|executive|photographed)[\s,&\-]*)*"
)
"""What else the same people did, between a participle and "by": "directed and produced by"."""
_ROLE: Final = (
    r"(?:(?:[A-Za-z]+\s){0,3}(?:brothers|sisters|siblings|directors?|filmmakers?|novelist|author|writer"
    r"|playwright)\s)?"
)
_BY: Final = rf"[\s,&\-]+{_JOINT}by\s{_ROLE}{_NAMES}"
_WORK: Final = (
    r"(?:novels?|novellas?|books?|plays?|short stor(?:y|ies)|story|musical|memoirs?|autobiography"
    r"|biography|comics?|manga|poem|article)"
)
_BASED: Final = r"\b(?:based(?:\s\w+ly)?\s(?:up)?on|adapted from|adaptation of|inspired by)\s"

_DIRECTED: Final = re.compile(rf"\bdirected{_BY}")
_DIRECTING: Final = re.compile(rf"(?:^|[.,] ){_NAMES} directed (?:the|it|this)\b")
_WRITTEN: Final = re.compile(rf"\b(?:written|screenplay|adapted){_BY}")
_WROTE_WITH: Final = re.compile(
    rf"\bwrote (?:it |the (?:film |movie )?(?:film|movie|screenplay|script) )?with {_NAMES}"
)
"""Behind the director's name: "directed by Francis Ford Coppola, who co-wrote the screenplay with".
"""
_FROM: Final = (
    re.compile(rf"{_BASED}(?:the )?{_NAMES}['’]s?\s[^.;]{{0,60}}?\b{_WORK}\b"),
    re.compile(rf"{_BASED}[^.;]{{0,120}}?\b{_WORK}\b[^.;]{{0,80}}?\bby\s{_ROLE}{_NAMES}"),
)
_OTHER_FILM: Final = re.compile(
    r"\b(?:remake of|sequel to|follow-up to|version of|prequel to|spin-off of|successor to)\b"
)
"""Behind this, in the same sentence, the makers of another film are named."""
_ORIGIN: Final = re.compile(
    r"\b(?:is|was) an? (?:upcoming )?(?:\d{4} )?(?P<words>(?:[A-Z][a-z]+(?:[- ][A-Z][a-z]+)*"
    r"(?:-language)?[ ,]+)+)"
)
_SENTENCE: Final = re.compile(r"(?<=[a-z\d)])\. (?=[A-Z])")
_SPLIT: Final = re.compile(r",? and |, (?![JS]r\.)| & ")
_COMPANY: Final = re.compile(
    r"\b(?:Productions?|Pictures|Studios?|Films?|Entertainment|Company|Inc|Bros|Animation|Media"
    r"|Times|Magazine|Award|American|British|Canadian)\b"
)


@dataclass(frozen=True, slots=True)
class NamedMakers:
    """Who made a film, by what they did, each in the order of the text."""

    directors: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Of what it is based on."""


def makers_in(text: str) -> NamedMakers:
    """The makers that a paragraph names.

    >>> makers_in("Heat is a 1995 crime film written and directed by Michael Mann.")
    NamedMakers(directors=('Michael Mann',), writers=('Michael Mann',), authors=())
    """
    sentences = _SENTENCE.split(" ".join(text.split()))
    directors = _first(sentences, (_DIRECTED, _DIRECTING), ())
    helpers = _first(sentences, (_WROTE_WITH,), directors)
    writers = (*directors, *helpers) if helpers else _first(sentences, (_WRITTEN,), directors)
    return NamedMakers(directors, writers, _first(sentences, _FROM, (*directors, *writers)))


def origin_in(text: str) -> tuple[str, ...]:
    """The adjectives of a first sentence, before its first noun, "-language" included.

    >>> origin_in("Luck is a 2009 Indian Hindi-language drama film directed by Zoya Akhtar.")
    ('Indian', 'Hindi-language')
    """
    found = _ORIGIN.search(_SENTENCE.split(text)[0])
    words = found["words"].split() if found else []
    parts = (word.split("-") if not word.endswith("language") else [word] for word in words)
    return tuple(part for word in parts for part in word)


def _first(
    sentences: list[str], patterns: tuple[re.Pattern[str], ...], before: tuple[str, ...]
) -> tuple[str, ...]:
    """Names of the first match that is about this film; `before`: who was named already."""
    for sentence in sentences:
        for found in filter(None, (pattern.search(sentence) for pattern in patterns)):
            other = _OTHER_FILM.search(sentence[: found.start()])
            names = () if other else _whole_names(_SPLIT.split(found["names"]), before)
            if names:
                return names
    return ()


def _whole_names(parts: list[str], before: tuple[str, ...]) -> tuple[str, ...]:
    """First and family names of each; what cannot be completed or is a company is left out."""
    families = {name.split()[-1]: name for name in before}
    is_pair = len(parts) == 2 and " " not in parts[0] and " " in parts[1]
    if is_pair and parts[0] not in families:
        parts = [f"{parts[0]} {parts[1].split()[-1]}", parts[1]]
    names = []
    for part in parts:
        known = families.get(part, "")
        name = part if " " in part else known
        if name and not _COMPANY.search(name) and not re.search(r" [A-Z]\.$", name):
            names.append(name)
    return tuple(dict.fromkeys(names))


# ---- tables

_WORDS: Final = {
    Fact.SPOKEN: "languages",
    Fact.LANGUAGE: "language",
    Fact.COUNTRY: "countries",
    Fact.GENRE: "genres",
    Fact.MOOD: "moods",
    Fact.TECHNIQUE: "technique",
    Fact.AUDIENCE: "audience",
    Fact.SOURCE: "source",
    Fact.KIND: "kind",
    Fact.KEYWORD: "keywords",
    Fact.SERIES: "series",
    Fact.DIRECTOR: "directors",
}
"""Columns of the omdb table that hold values parted by "|"."""

SCHEMAS: Final[Mapping[str, dict[str, str]]] = MappingProxyType(
    {
        "movies": {"movieId": WHOLE, "title": NAME},
        "links": {"movieId": WHOLE, "imdbId": MAYBE_WHOLE},
        "omdb": {
            **{"movieId": WHOLE, "imdb_id": MAYBE_WHOLE, "runtime": MAYBE_WHOLE},
            **dict.fromkeys(_WORDS.values(), TEXT),
            **{"wikipedia_en": TEXT, "aliases": TEXT, "trailer_youtube": TEXT},
            **{"abstract_en": TEXT},
        },
        "wikipedia": {
            **{"movieId": WHOLE, "wikipedia": TEXT, "extract": TEXT},
            **{"cast": TEXT, "genres": TEXT},
        },
        "cast": {"title": NAME, "year": WHOLE, "cast": TEXT},
        "oscars": {
            **{"movieId": WHOLE, "year": TEXT, "category": NAME},
            **{"winner": TEXT, "nominees": TEXT},
        },
        "ages": {"movieId": WHOLE, "rating": NAME},
        "references": {"movieId": WHOLE, "referencedId": WHOLE, "type": TEXT},
    }
)
"""Columns of each table and what they hold; further columns are ignored, the order is free."""

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "omdb": "omdb.org, the Open Media Database (CC BY 2.0 DE, older pages CC BY-SA 2.0)",
        "wikipedia": "Wikipedia (CC BY-SA), by prust/wikipedia-movie-data (MIT)",
        "cast": "Wikipedia (CC BY-SA), by prust/wikipedia-movie-data (MIT)",
        "oscars": "oscar_data (BSD-2-Clause, (c) 2022 David V. Lu!!)",
        "ages": "US age ratings as streaming services list them (CC0)",
        "references": "omdb.org, the Open Media Database (CC BY 2.0 DE, older pages CC BY-SA 2.0)",
    }
)
"""Where the tables come from that the project's own pack is made of."""


@dataclass(slots=True)
class Draft:
    """One film while its facts are gathered."""

    imdb_id: int = 0
    runtime: int = 0
    article: str = ""
    trailer: str = ""
    titles: tuple[str, ...] = ()
    values: dict[Fact, tuple[str, ...]] = field(default_factory=dict)
    """Names as the sources write them."""

    def add(self, fact: Fact, names: Iterable[str]) -> None:
        """Puts names behind those that are there."""
        self.values[fact] = tuple(dict.fromkeys((*self.values.get(fact, ()), *names)))

    def fill(self, fact: Fact, names: Sequence[str]) -> None:
        """Takes the names if none is there."""
        if names and not self.values.get(fact):
            self.values[fact] = tuple(dict.fromkeys(names))


@dataclass(slots=True)
class Gathered:
    """Everything that was read, by movieId."""

    titles: Mapping[int, Title]
    films: dict[int, Draft] = field(default_factory=dict)
    prizes: list[tuple[int, str, str, bool, tuple[str, ...]]] = field(default_factory=list)
    relations: list[tuple[int, int, str]] = field(default_factory=list)
    texts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Paragraphs on films; of them only words are written, without their order."""

    @property
    def corpus(self) -> Iterator[str]:
        """All texts, to count words in."""
        return chain.from_iterable(self.texts.values())

    def film(self, movie_id: int) -> Draft:
        """The draft of a film."""
        return self.films.setdefault(movie_id, Draft())


def gather(paths: Mapping[str, Path], *, skip: bool = False) -> Gathered:
    """Reads the tables that are given, by the names of `SCHEMAS`; "movies" is needed.

    Raises DataError naming file, line and value.
    """
    titles = {
        movie_id: parse_title(title)
        for movie_id, title in rows(read_table(paths["movies"], "movies", skip))
    }
    gathered = Gathered(titles)
    for name, take in _READERS.items():
        if name in paths:
            table = read_table(paths[name], name, skip)
            known = table["movieId"].isin(titles) if "movieId" in table else slice(None)
            take(gathered, table[known])
    return gathered


def read_table(path: Path, name: str, skip: bool) -> pd.DataFrame:
    """One table, CSV or Parquet; DataError where it cannot be read or breaks its schema."""
    try:
        data = path.read_bytes()
    except OSError as error:
        columns = ",".join(SCHEMAS[name])
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}; give a table of {columns}."
        ) from error
    read = read_parquet if path.suffix == ".parquet" else read_csv
    return read(io.BytesIO(data), path.name, SCHEMAS[name], skip).frame


def rows(table: pd.DataFrame) -> Iterator[tuple]:  # type: ignore[type-arg]
    """The rows of a table as tuples."""
    return zip(*(table[name].tolist() for name in table.columns), strict=True)


# ---- one function a table


def _take_omdb(gathered: Gathered, table: pd.DataFrame) -> None:
    for row in table.to_dict("records"):
        film = gathered.film(row["movieId"])
        film.imdb_id, film.runtime = row["imdb_id"], row["runtime"]
        film.article, film.trailer = row["wikipedia_en"], row["trailer_youtube"]
        film.titles = _parts(row["aliases"])
        for fact, column in _WORDS.items():
            film.add(fact, _parts(row[column]))
        film.values[Fact.SERIES] = film.values[Fact.SERIES][:1]
        gathered.texts[row["movieId"]].append(row["abstract_en"])


def _take_wikipedia(gathered: Gathered, table: pd.DataFrame) -> None:
    for movie_id, article, extract, cast, genres in rows(table):
        film = gathered.film(movie_id)
        film.article = film.article or article
        film.add(Fact.ACTOR, billed(cast))
        film.add(Fact.GENRE, _parts(genres))
        makers = makers_in(extract)
        film.fill(Fact.DIRECTOR, makers.directors)
        film.fill(Fact.WRITER, makers.writers)
        film.fill(Fact.AUTHOR, makers.authors)
        _take_origin(film, origin_in(extract))
        gathered.texts[movie_id].append(extract)


def _take_origin(film: Draft, adjectives: Sequence[str]) -> None:
    """Countries and language that a first sentence names, where no other table has them.

    A film of English-speaking countries alone is in English unless its sentence says otherwise.
    """
    if film.values.get(Fact.COUNTRY):
        return
    countries, languages = _by_adjective("country"), _by_adjective("language")
    film.fill(Fact.COUNTRY, [countries[word] for word in adjectives if word in countries])
    said = (word.removesuffix("-language") for word in adjectives if word.endswith("-language"))
    spoken = [languages[word] for word in said if word in languages]
    is_english = film.values.get(Fact.COUNTRY, ()) and _ENGLISH.issuperset(
        film.values[Fact.COUNTRY]
    )
    spoken = spoken or (["en"] if is_english else [])
    film.fill(Fact.SPOKEN, spoken)
    film.fill(Fact.LANGUAGE, spoken[:1])


def _take_cast(gathered: Gathered, table: pd.DataFrame) -> None:
    """A film is the only one of that title and year, or of that title and a year beside it."""
    found: dict[tuple[str, int], set[int]] = {}
    for movie_id, title in gathered.titles.items():
        for name in (title.title, *title.aliases):
            found.setdefault((squashed(name), title.year), set()).add(movie_id)
    for title, year, cast in rows(table):
        key = squashed(title)
        same = found.get((key, year), set())
        near = found.get((key, year - 1), set()) | found.get((key, year + 1), set())
        films = same or near
        if len(films) == 1:
            gathered.film(next(iter(films))).fill(Fact.ACTOR, billed(cast))


def _take_oscars(gathered: Gathered, table: pd.DataFrame) -> None:
    for movie_id, year, category, winner, nominees in rows(table):
        won = winner.strip().casefold() in ("true", "1", "yes")
        film = gathered.film(movie_id)
        film.add(Fact.OSCAR, (category,))
        if won:
            film.add(Fact.OSCAR_WON, (category,))
        names = tuple(_CREDIT.sub("", name) for name in _parts(nominees))
        gathered.prizes.append((movie_id, year, category, won, names))


def _take_ages(gathered: Gathered, table: pd.DataFrame) -> None:
    for movie_id, rating in rows(table):
        gathered.film(movie_id).fill(Fact.AGE, (rating.strip(),))


def _take_references(gathered: Gathered, table: pd.DataFrame) -> None:
    known = gathered.titles.keys()
    gathered.relations += [
        (movie_id, other, kind) for movie_id, other, kind in rows(table) if other in known
    ]


def _take_links(gathered: Gathered, table: pd.DataFrame) -> None:
    for movie_id, imdb_id in rows(table):
        if imdb_id:
            gathered.film(movie_id).imdb_id = imdb_id


_READERS: Final[Mapping[str, Callable[[Gathered, pd.DataFrame], None]]] = MappingProxyType(
    {
        "omdb": _take_omdb,
        "wikipedia": _take_wikipedia,
        "cast": _take_cast,
        "oscars": _take_oscars,
        "ages": _take_ages,
        "references": _take_references,
        "links": _take_links,
    }
)


# ---- people

_CREW: Final = re.compile(
    r"^.*\b(?:directors?|(?:screen)?writers?|screenplay|story|novel|book|written|teleplay"
    r"|nominee)\b[^|]*\)(?:\||$)",
    re.IGNORECASE,
)
"""Some lists begin with the crew, and say so in parentheses."""
_REMARK: Final = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_NO_PERSON: Final = re.compile(
    r"(?:and|others|unknown|various|n/a|none|cast|the|tba|himself|herself|themselves)\b.*"
    r"|.*\b(?:award|commission|committee|massacre|orchestra|band)\b.*",
    re.IGNORECASE,
)
_CREDIT: Final = re.compile(r"^[\w ]+ (?:- |by )")


def billed(cast: str) -> tuple[str, ...]:
    """Names of a cast list in its order, without remarks, crew and what is no name."""
    names = (" ".join(_REMARK.sub("", name).split()) for name in _CREW.sub("", cast).split("|"))
    return tuple(dict.fromkeys(name for name in names if _is_name(name)))


def _is_name(text: str) -> bool:
    words = text.split()
    is_short = 2 < len(text) and len(words) <= 6
    is_capital = text[:1].isalnum() and text[:1] == text[:1].upper()
    is_plain = not re.search(r"[()\[\]:;?]", text)
    is_other = bool(_NO_PERSON.fullmatch(text))
    return is_short and is_capital and is_plain and not is_other


# ---- words


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in map(str.strip, text.split("|")) if part)


@cache
def written() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """(kind, raw) → names, of `words.csv`; no names for a word that is left out."""
    with Path(__file__).with_name("words.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {(row["kind"], row["raw"]): _parts(row["names"]) for row in csv.DictReader(file)}
        )


@cache
def _by_adjective(kind: str) -> Mapping[str, str]:
    """Adjective → code of countries, or name → code of languages."""
    place = 1 if kind == "country" else 0
    return MappingProxyType(
        {
            names[place]: raw
            for (owner, raw), names in written().items()
            if owner == kind and len(names) > place
        }
    )


_ENGLISH: Final = frozenset(("US", "GB", "CA", "AU", "NZ"))
