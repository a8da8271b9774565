"""What is known of films: makers, cast, length, countries, genres, keywords, series, prizes.

A pack is a folder of Parquet tables with a manifest of their SHA-256. `python -m core films` writes
it (`core.data.gathering`); `FilmFacts.open` reads it; `FilmFacts.of(catalogue)` puts it in the
order of a catalogue's rows, as columns and masks that a wish can be checked against.

films.parquet      one row a film, by movieId: numbers, texts, and one list of codes a `Fact`
names.parquet      what the codes stand for, by vocabulary: names, other words, whether fit to show
prizes.parquet     Academy Awards: movieId, year, category, won, names
relations.parquet  movieId, other, kind: the first film is a Remake (SpinOff, Parody …) of the other
words.parquet      the words that describe films, a row a stem: its films by movieId, and how often
meanings.parquet   (need not be there) words and facets as points: `core.data.search.Meanings`
answers.parquet    (need not be there) the same, as wishes mean them: `core.data.search.Answers`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from core.catalogue import Catalogue
from core.data.names import People, Vocabulary
from core.errors import BundleError

IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
BoolArray = npt.NDArray[np.bool_]

FORMAT: Final = 2
"""Version of the layout; another one on disk is refused."""
FILES: Final = tuple(f"{name}.parquet" for name in "films names prizes relations words".split())
MEANINGS, ANSWERS = "meanings.parquet", "answers.parquet"
LEARNED: Final = frozenset((MEANINGS, ANSWERS))  # a pack may lack them


# Made of no batches: of an array of no values arrow imports pandas.
_STEM: Final = {"stem": pa.string(), "films": pa.list_(pa.int32()), "counts": pa.list_(pa.uint8())}
_NO_WORDS: Final = pa.Table.from_batches([], pa.schema(_STEM))
_POINT: Final = {"kind": pa.string(), "name": pa.string(), "vector": pa.binary(1)}
_NO_MEANINGS: Final = pa.Table.from_batches([], pa.schema(_POINT))

AGES: Final[Mapping[str, int]] = MappingProxyType(
    {
        **{"G": 0, "PG": 8, "PG-13": 13, "R": 17, "NC-17": 18},
        **{"TV-Y": 0, "TV-G": 0, "TV-Y7": 7, "TV-PG": 8, "TV-14": 14, "TV-MA": 17},
    }
)
"""Age from which a US rating finds a film suitable: the ages that the ratings of the Motion Picture
Association and of the TV Parental Guidelines name. PG names none; 8 is what the British Board of
Film Classification says of its own PG."""


class Fact(StrEnum):
    """What a film can have several of; the value is the column, `vocabulary` that of its codes."""

    LANGUAGE = "language", "language"
    """The main language; no film has two."""
    SPOKEN = "spoken", "language"
    """Every language that is spoken, in no order."""
    COUNTRY = "country", "country"
    DIRECTOR = "director", "person"
    ACTOR = "actor", "person"
    """In billing order; only who is really billed."""
    WRITER = "writer", "person"
    AUTHOR = "author", "person"
    """Of the screenplay, and of the book, play or story that the film is made from."""
    GENRE = "genre", "genre"
    MOOD = "mood", "mood"
    TECHNIQUE = "technique", "technique"
    AUDIENCE = "audience", "audience"
    SOURCE = "source", "source"
    """What the film is made from: a novel, a true story, a comic …"""
    KIND = "kind", "kind"  # silent, independent, for television …
    KEYWORD = "keyword", "keyword"
    SERIES = "series", "series"
    AGE = "age", "age"
    """US age rating; no film has two."""
    OSCAR = "oscar", "oscar"
    """Categories in which it was nominated, or won."""
    OSCAR_WON = "oscar_won", "oscar"

    vocabulary: str

    def __new__(cls, column: str, vocabulary: str) -> Self:
        """A member with its vocabulary."""
        member = str.__new__(cls, column)
        member._value_, member.vocabulary = column, vocabulary
        return member


class Prize(NamedTuple):
    """One nomination for an Academy Award."""

    year: str
    """Of the films that the ceremony judged: "1994", "1927/28"."""
    category: str
    won: bool
    names: tuple[str, ...]
    """Who was nominated; empty where the source names nobody."""


class Relation(NamedTuple):
    """How a film stands to another one."""

    kind: str
    """Remake, SpinOff, Parody, Homage, Influence; "" where the source gives no kind."""
    movie_id: int
    """The other film."""
    is_later: bool
    """Whether this film refers to the other one (it is the remake), not the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is known of one film; empty, or 0, is unknown. Names are as the page shows them."""

    movie_id: int
    imdb_id: int = 0
    runtime: int = 0
    """Minutes."""
    language: str = ""
    spoken: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    """In billing order."""
    writers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    """Fit to show, in the source's order."""
    all_keywords: tuple[str, ...] = ()
    series: str = ""
    place: int = 0
    """In the series, by year, from 1."""
    age: str = ""
    """US rating: "PG-13"."""
    prizes: tuple[Prize, ...] = ()
    """Those won first."""
    relations: tuple[Relation, ...] = ()
    article: str = ""
    """Of the English Wikipedia: "The_Matrix"."""
    trailer: str = ""
    """Id of a YouTube video."""
    titles: tuple[str, ...] = ()
    """Titles in other languages."""


@dataclass(frozen=True, eq=False)
class Lists:
    """Lists of codes in a row: list i is `codes[starts[i] : starts[i + 1]]`."""

    starts: IntArray
    codes: Codes

    def of(self, place: int) -> Codes:
        """List number `place`."""
        return self.codes[self.starts[place] : self.starts[place + 1]]

    @property
    def n_filled(self) -> int:
        """How many lists are not empty."""
        return int(np.count_nonzero(np.diff(self.starts)))

    @classmethod
    def inverted(cls, codes: Codes, owners: IntArray, n_codes: int) -> Lists:
        """For each code, the sorted owners: `codes[i]` is in the list of `owners[i]`."""
        order = np.lexsort((owners, codes))
        counts = np.bincount(codes, minlength=n_codes)
        starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        return cls(starts, owners[order].astype(np.int32))


@dataclass(frozen=True, eq=False)
class FilmFacts:
    """A pack, by film; `place` below is the place of a film among `movie_ids`."""

    movie_ids: IntArray
    """MovieLens movieIds in ascending order, (n,)."""
    numbers: Mapping[str, IntArray]
    """imdb_id, runtime, place: (n,), 0 where unknown."""
    texts: Mapping[str, pa.Array]
    """article, trailer, titles: n values."""
    lists: Mapping[Fact, Lists]
    vocabularies: Mapping[str, Vocabulary]
    prizes: Mapping[int, tuple[Prize, ...]]
    relations: Mapping[int, tuple[Relation, ...]]
    words: pa.Table = field(default_factory=lambda: _NO_WORDS)
    """Stems of words, the movieIds of their films, and how often each is said of them."""
    meanings: pa.Table = field(default_factory=lambda: _NO_MEANINGS)
    """Stems and facets as points in one space."""
    answers: pa.Table = field(default_factory=lambda: _NO_MEANINGS)
    sources: tuple[str, ...] = ()
    """What the pack was made from, for the page: "omdb.org, CC BY 2.0 DE"."""
    version: str = ""
    """First 12 hex digits of the manifest's SHA-256; "" for no pack."""

    @classmethod
    def open(cls, folder: Path | str) -> FilmFacts:
        """Reads and verifies a pack.

        Raises BundleError where a file is missing or altered, or the format is newer than this
        version's.
        """
        folder = Path(folder)
        manifest, version = _read_manifest(folder)
        # Arrow's own allocator keeps twice the pack for itself once it is read.
        pa.set_memory_pool(pa.system_memory_pool())
        try:
            tables = {
                name: pq.ParquetFile(folder / name).read(use_threads=False).combine_chunks()
                for name in (*FILES, *(LEARNED & manifest["sha256"].keys()))
            }
            return _facts(tables, tuple(manifest["sources"]), version)
        except (pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise _broken(folder, f"its tables cannot be read ({error})") from error

    @classmethod
    def empty(cls) -> FilmFacts:
        """A pack in which nothing is known, for a server without one."""
        none = np.zeros(0, dtype=np.int64)
        lists = {fact: Lists(np.zeros(1, dtype=np.int64), none.astype(np.int32)) for fact in Fact}
        texts = {"article": pa.array([], pa.string()), "trailer": pa.array([], pa.string())}
        vocabularies = {fact.vocabulary: _vocabulary(fact.vocabulary, [], [], []) for fact in Fact}
        return cls(
            none,
            {name: none for name in NUMBERS},
            texts | {"titles": pa.array([], pa.list_(pa.string()))},
            lists,
            vocabularies,
            {},
            {},
        )

    def __len__(self) -> int:
        return len(self.movie_ids)

    def names(self, fact: Fact) -> Vocabulary:
        """What the codes of a fact stand for."""
        return self.vocabularies[fact.vocabulary]

    @property
    def people(self) -> People:
        """Directors, cast, writers and authors."""
        people = self.vocabularies["person"]
        assert isinstance(people, People)
        return people

    def of(self, catalogue: Catalogue) -> CatalogueFacts:
        """The facts in the order of the catalogue's rows."""
        return CatalogueFacts(self, catalogue)

    def foreign_titles(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """The titles in other languages of every film that has some, by movieId."""
        titles = self.texts["titles"].to_pylist()
        for movie_id, names in zip(self.movie_ids.tolist(), titles, strict=True):
            if names:
                yield movie_id, tuple(names)

    def film(self, movie_id: int) -> Film | None:
        """What is known of a film; None where nothing is."""
        place = int(np.searchsorted(self.movie_ids, movie_id))
        if place == len(self) or self.movie_ids[place] != movie_id:
            return None
        named = {fact: self._named(fact, place) for fact in Fact}
        keywords = self.lists[Fact.KEYWORD].of(place)
        shown = self.names(Fact.KEYWORD).shown
        return Film(
            movie_id=movie_id,
            **{name: int(self.numbers[name][place]) for name in NUMBERS},
            language="".join(named[Fact.LANGUAGE]),
            spoken=named[Fact.SPOKEN],
            countries=named[Fact.COUNTRY],
            directors=named[Fact.DIRECTOR],
            cast=named[Fact.ACTOR],
            writers=named[Fact.WRITER],
            authors=named[Fact.AUTHOR],
            genres=named[Fact.GENRE],
            moods=named[Fact.MOOD],
            techniques=named[Fact.TECHNIQUE],
            audiences=named[Fact.AUDIENCE],
            sources=named[Fact.SOURCE],
            kinds=named[Fact.KIND],
            keywords=self._names_of(Fact.KEYWORD, keywords[shown[keywords]]),
            all_keywords=named[Fact.KEYWORD],
            series="".join(named[Fact.SERIES]),
            age="".join(named[Fact.AGE]),
            prizes=self.prizes.get(movie_id, ()),
            relations=self.relations.get(movie_id, ()),
            article=self.texts["article"][place].as_py(),
            trailer=self.texts["trailer"][place].as_py(),
            titles=tuple(self.texts["titles"][place].as_py()),
        )

    def _named(self, fact: Fact, place: int) -> tuple[str, ...]:
        return self._names_of(fact, self.lists[fact].of(place))

    def _names_of(self, fact: Fact, codes: Codes) -> tuple[str, ...]:
        names = self.names(fact).names
        return tuple(names[code] for code in codes.tolist())


@dataclass(frozen=True, eq=False)
class CatalogueFacts:
    """The facts of a catalogue's films, by row; masks and numbers are of its first `n_items`."""

    facts: FilmFacts
    catalogue: Catalogue
    _films: dict[Fact, Lists] = field(default_factory=dict, repr=False)
    """Rows by code, of the facts that were asked for."""

    def film(self, row: int) -> Film | None:
        """What is known of the film in a row; None where nothing is."""
        return self.facts.film(self.catalogue.movies[row].movie_id)

    @cached_property
    def runtimes(self) -> npt.NDArray[np.int16]:
        """Minutes, int16 (n_items,), 0 where unknown."""
        return self._by_row(self.facts.numbers["runtime"]).astype(np.int16)

    @cached_property
    def ages(self) -> npt.NDArray[np.int8]:
        """Age from which the film is suitable, int8 (n_items,), −1 where it is not rated."""
        ages = np.full(self.catalogue.n_items, -1, dtype=np.int8)
        for code, name in enumerate(self.facts.names(Fact.AGE).names):
            ages[self.has(Fact.AGE, [code])] = AGES.get(name, -1)
        return ages

    def has(self, fact: Fact, codes: Iterable[int]) -> BoolArray:
        """Which films have any of the codes, bool (n_items,); a new array."""
        mask = np.zeros(len(self.catalogue.movies), dtype=np.bool_)
        for code in codes:
            mask[self.by_code(fact).of(code)] = True
        return mask[: self.catalogue.n_items]

    def knows(self, fact: Fact) -> BoolArray:
        """Of which films anything of the kind is known, bool (n_items,); a new array."""
        mask = np.zeros(len(self.catalogue.movies), dtype=np.bool_)
        mask[self.by_code(fact).codes] = True
        return mask[: self.catalogue.n_items]

    def rows(self, fact: Fact, codes: Iterable[int]) -> IntArray:
        """Rows of all films that have any of the codes, best known first; not only `n_items`."""
        found = [self.by_code(fact).of(code) for code in codes]
        return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)

    def count(self, fact: Fact) -> IntArray:
        """How many films of the catalogue have each code."""
        return np.diff(self.by_code(fact).starts)

    def by_code(self, fact: Fact) -> Lists:
        """Rows of the films that have each code, in ascending order; not only `n_items`."""
        if (found := self._films.get(fact)) is None:
            lists = self.facts.lists[fact]
            rows = np.repeat(self._row_of_film, np.diff(lists.starts))
            known = rows >= 0
            n_codes = len(self.facts.names(fact))
            found = Lists.inverted(lists.codes[known], rows[known], n_codes)
            self._films[fact] = found
        return found

    @cached_property
    def _row_of_film(self) -> IntArray:
        """Row of each film of the pack, −1 where the catalogue does not hold it."""
        return self.catalogue.rows_of(self.facts.movie_ids)

    def _by_row(self, column: IntArray) -> IntArray:
        values = np.zeros(len(self.catalogue.movies), dtype=np.int64)
        known = self._row_of_film >= 0
        values[self._row_of_film[known]] = column[known]
        return values[: self.catalogue.n_items]


# ---- disk

NUMBERS: Final = ("imdb_id", "runtime", "place")
TEXTS: Final = ("article", "trailer", "titles")


def _facts(tables: Mapping[str, pa.Table], sources: tuple[str, ...], version: str) -> FilmFacts:
    films, names = tables["films.parquet"], tables["names.parquet"]
    columns = {name: names.column(name).to_pylist() for name in names.column_names}
    places: dict[str, list[int]] = {}
    for place, kind in enumerate(columns["vocabulary"]):
        places.setdefault(kind, []).append(place)
    vocabularies = {}
    for kind in dict.fromkeys(fact.vocabulary for fact in Fact):
        mine = places.get(kind, [])
        values = ([columns[name][place] for place in mine] for name in ("name", "others", "shown"))
        vocabularies[kind] = _vocabulary(kind, *values)
    return FilmFacts(
        _numbers(films, "movieId"),
        {name: _numbers(films, name) for name in NUMBERS},
        {name: films.column(name).combine_chunks() for name in TEXTS},
        {fact: _lists(films, fact, len(vocabularies[fact.vocabulary])) for fact in Fact},
        vocabularies,
        _prizes(tables["prizes.parquet"], vocabularies["oscar"].names),
        _relations(tables["relations.parquet"]),
        tables["words.parquet"],
        tables.get(MEANINGS, _NO_MEANINGS),
        tables.get(ANSWERS, _NO_MEANINGS),
        sources,
        version,
    )


def _vocabulary(
    kind: str, names: Sequence[str], others: Sequence[Sequence[str]], shown: Sequence[bool]
) -> Vocabulary:
    made = People if kind == "person" else Vocabulary
    return made(tuple(names), tuple(map(tuple, others)), np.array(shown, dtype=np.bool_))


def _numbers(films: pa.Table, name: str) -> IntArray:
    """A column; arrow's own `to_numpy` imports pandas, which takes 45 MB and is not needed here."""
    return np.from_dlpack(films.column(name).combine_chunks()).astype(np.int64)


def _lists(films: pa.Table, fact: Fact, n_codes: int) -> Lists:
    column = films.column(fact.value).combine_chunks()
    codes = np.from_dlpack(column.values).astype(np.int32)
    if len(codes) and not 0 <= codes.min() <= codes.max() < n_codes:
        raise ValueError(f"column {fact.value} holds a code without a name")
    return Lists(np.from_dlpack(column.offsets).astype(np.int64), codes)


def _prizes(table: pa.Table, categories: Sequence[str]) -> dict[int, tuple[Prize, ...]]:
    found: dict[int, list[Prize]] = {}
    columns = (table.column(name).to_pylist() for name in table.column_names)
    for movie_id, year, category, won, names in zip(*columns, strict=True):
        prize = Prize(year, categories[category], won, tuple(names))
        found.setdefault(movie_id, []).append(prize)
    return {movie_id: tuple(prizes) for movie_id, prizes in found.items()}


def _relations(table: pa.Table) -> dict[int, tuple[Relation, ...]]:
    found: dict[int, list[Relation]] = {}
    columns = (table.column(name).to_pylist() for name in ("movieId", "other", "kind"))
    for movie_id, other, kind in zip(*columns, strict=True):
        found.setdefault(movie_id, []).append(Relation(kind, other, True))
        found.setdefault(other, []).append(Relation(kind, movie_id, False))
    return {movie_id: tuple(relations) for movie_id, relations in found.items()}


def _read_manifest(folder: Path) -> tuple[dict[str, Any], str]:
    """The manifest of complete and unaltered files, and its version; BundleError for others."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise BundleError(
            f"There are no facts of films in {folder} (no manifest.json): "
            f"make them with `python -m core films --out {folder}`."
        )
    text = path.read_bytes()
    try:
        manifest: dict[str, Any] = json.loads(text)
        found, hashes = manifest["format"], dict(manifest["sha256"])
        manifest["sources"] = list(manifest["sources"])
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(folder, "manifest.json is not a manifest") from error
    if found != FORMAT:
        raise BundleError(
            f"{folder} has format {found}, this version reads {FORMAT}: update Marquee, or make "
            f"the facts anew with `python -m core films --out {folder}`."
        )
    for name in (*FILES, *(LEARNED & hashes.keys())):
        if not (folder / name).is_file():
            raise _broken(folder, f"{name} is missing")
        if sha256_of(folder / name) != hashes.get(name):
            raise _broken(folder, f"{name} is not the file that was saved (SHA-256 differs)")
    return manifest, hashlib.sha256(text).hexdigest()[:12]


def _broken(folder: Path, what: str) -> BundleError:
    return BundleError(
        f"The facts of films in {folder} cannot be used: {' '.join(what.split())}. "
        "Restore them from where you got them or make them anew."
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
