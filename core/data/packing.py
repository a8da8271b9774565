"""Gathered facts → the tables of a pack: one spelling a person, one name a word, codes for both."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from core.data.facts import FILES, FORMAT, Fact, sha256_of
from core.data.gathering import Gathered, written
from core.data.names import Title, orders, squashed
from core.data.search import stems

_DESCRIBING: Final = (
    *(Fact.KEYWORD, Fact.GENRE, Fact.MOOD, Fact.TECHNIQUE, Fact.SOURCE, Fact.KIND, Fact.COUNTRY),
    *(Fact.DIRECTOR, Fact.ACTOR, Fact.WRITER, Fact.AUTHOR, Fact.SERIES),
)
"""Facts whose names are words that people describe a film by."""
_MOST_OFTEN: Final = 10
"""Times that a word of a film counts at most."""
_PEOPLE: Final = tuple(fact for fact in Fact if fact.vocabulary == "person")


def write_pack(folder: Path, tables: Mapping[str, pa.Table], sources: Sequence[str]) -> None:
    """Writes the tables of `FILES`, and last the manifest, so that a broken write is noticed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    for name in FILES:
        pq.write_table(tables[name], folder / name, compression="zstd", compression_level=19)
    manifest = {
        "format": FORMAT,
        "films": len(tables["films.parquet"]),
        "sources": list(sources),
        "sha256": {name: sha256_of(folder / name) for name in FILES},
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")


def add_learned(folder: Path, name: str, table: pa.Table) -> None:
    """Writes what words mean into a pack that is there, and its hash into the manifest."""
    pq.write_table(table, folder / name, compression="zstd", compression_level=19)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["sha256"][name] = sha256_of(folder / name)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def tables_of(gathered: Gathered) -> dict[str, pa.Table]:
    """The tables of `FILES`."""
    keywords = (film.values.get(Fact.KEYWORD, ()) for film in gathered.films.values())
    words = WordCounts.of(gathered.corpus, chain.from_iterable(keywords))
    write = _writers(gathered, words)
    named = {fact: _named(gathered, fact, write[fact.vocabulary]) for fact in Fact}
    codes, names = _vocabularies(named, words)
    return {
        "films.parquet": _films(gathered, named, codes),
        "names.parquet": names,
        "prizes.parquet": _prizes(gathered, codes["oscar"]),
        "relations.parquet": _table(
            sorted(gathered.relations),
            {"movieId": pa.int32(), "other": pa.int32(), "kind": pa.string()},
        ),
        "words.parquet": _words(gathered, named),
    }


def _table(rows: Iterable[Sequence[object]], types: Mapping[str, pa.DataType]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return pa.table(
        {
            name: pa.array(column, kind)
            for (name, kind), column in zip(types.items(), columns, strict=True)
        }
    )


def _films(
    gathered: Gathered, named: Mapping[Fact, _Named], codes: Mapping[str, Mapping[str, int]]
) -> pa.Table:
    places = _places(gathered, named[Fact.SERIES])
    rows = []
    for movie_id, film in sorted(gathered.films.items()):
        numbers = (film.imdb_id, film.runtime, places.get(movie_id, 0))
        values = []
        for fact in Fact:
            code = codes[fact.vocabulary]
            values.append([code[name] for name in named[fact][movie_id]])
        rows.append((movie_id, *numbers, film.article, film.trailer, film.titles, *values))
    types = {
        **{"movieId": pa.int32(), "imdb_id": pa.int32(), "runtime": pa.int16()},
        **{"place": pa.int16(), "article": pa.string(), "trailer": pa.string()},
        "titles": pa.list_(pa.string()),
        **{fact.value: pa.list_(pa.int32()) for fact in Fact},
    }
    return _table(rows, types)


def _words(gathered: Gathered, named: Mapping[Fact, _Named]) -> pa.Table:
    """Stems of the words that describe films, with the movieIds of the films and how often each is
    in what describes them.
    """
    films: dict[str, dict[int, int]] = defaultdict(dict)
    for movie_id in sorted(gathered.films):
        described = chain.from_iterable(named[fact][movie_id] for fact in _DESCRIBING)
        said = " ".join((*gathered.texts[movie_id], *described))
        for stem, count in Counter(stems(said)).items():
            films[stem][movie_id] = min(count, _MOST_OFTEN)
    # A word of one film alone is mostly a name or a slip.
    kept = sorted((stem, counts) for stem, counts in films.items() if len(counts) > 1)
    return _table(
        [(stem, list(counts), list(counts.values())) for stem, counts in kept],
        {"stem": pa.string(), "films": pa.list_(pa.int32()), "counts": pa.list_(pa.uint8())},
    )


def _prizes(gathered: Gathered, codes: Mapping[str, int]) -> pa.Table:
    """Won ones first, and by year."""
    ranked = sorted(gathered.prizes, key=lambda prize: (prize[0], not prize[3], prize[1]))
    rows = [
        (movie_id, year, codes[_first_word("oscar", category)], won, names)
        for movie_id, year, category, won, names in ranked
    ]
    types = {"movieId": pa.int32(), "year": pa.string(), "category": pa.int32()}
    return _table(rows, types | {"won": pa.bool_(), "names": pa.list_(pa.string())})


def _places(gathered: Gathered, series: Mapping[int, Sequence[str]]) -> dict[int, int]:
    """Place of each film in its series by year, from 1; films of one year by IMDb number."""
    members: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for movie_id, names in series.items():
        for name in names:
            year = gathered.titles[movie_id].year
            members[name].append((year, gathered.films[movie_id].imdb_id, movie_id))
    return {
        movie_id: place
        for films in members.values()
        for place, (_, _, movie_id) in enumerate(sorted(films), 1)
    }


# ---- names and words

_Named = Mapping[int, tuple[str, ...]]
"""Names by movieId, as they are shown."""


def _named(gathered: Gathered, fact: Fact, write: Callable[[str], str]) -> _Named:
    """The values of a fact by film, as `write` has them; "" leaves one out."""
    raw = {name for film in gathered.films.values() for name in film.values.get(fact, ())}
    written_as = {name: write(name) for name in raw}
    return {
        movie_id: tuple(
            dict.fromkeys(name for raw in film.values.get(fact, ()) if (name := written_as[raw]))
        )
        for movie_id, film in gathered.films.items()
    }


def _writers(gathered: Gathered, words: WordCounts) -> dict[str, Callable[[str], str]]:
    """How the values of each vocabulary are written."""
    credits = (
        Credit(raw, movie_id, bool(_FAMILY_FIRST.intersection(film.values.get(Fact.COUNTRY, ()))))
        for movie_id, film in gathered.films.items()
        for fact in _PEOPLE
        for raw in film.values.get(fact, ())
    )
    spelled, series = spellings(credits, gathered.corpus), _series_names(gathered, words)
    by_list: dict[str, Callable[[str], str]] = {
        fact.vocabulary: partial(_first_word, fact.vocabulary) for fact in Fact
    }
    return by_list | {
        "person": spelled.__getitem__,
        "series": series.__getitem__,
        "keyword": words.as_written,
    }


def _first_word(vocabulary: str, raw: str) -> str:
    return next(iter(_word(vocabulary, raw)), "")


def _word(vocabulary: str, raw: str) -> tuple[str, ...]:
    """Names of a source's word; its own in lower case where `words.csv` does not hold it."""
    same_case = vocabulary in ("oscar", "age", "country", "language")
    return written().get((vocabulary, raw), (raw if same_case else raw.casefold(),))


def _vocabularies(
    named: Mapping[Fact, _Named], words: WordCounts
) -> tuple[dict[str, dict[str, int]], pa.Table]:
    """Codes by vocabulary and name, those of most films first; and the table of names."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for fact, films in named.items():
        counts[fact.vocabulary].update(chain.from_iterable(films.values()))
    codes: dict[str, dict[str, int]] = {}
    rows: list[tuple[str, str, tuple[str, ...], bool]] = []
    for kind in dict.fromkeys(fact.vocabulary for fact in Fact):
        ranked = _ranked(counts[kind])
        codes[kind] = {name: code for code, name in enumerate(ranked)}
        others = _family_names(named) if kind == "person" else _others(kind)
        is_shown = words.is_shown if kind == "keyword" else bool
        rows += [(kind, name, others.get(name, ()), is_shown(name)) for name in ranked]
    types = {"vocabulary": pa.string(), "name": pa.string()}
    return codes, _table(rows, types | {"others": pa.list_(pa.string()), "shown": pa.bool_()})


def _ranked(counts: Counter[str]) -> list[str]:
    return [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _others(kind: str) -> dict[str, tuple[str, ...]]:
    """Other words for the names of a vocabulary."""
    found: dict[str, tuple[str, ...]] = {}
    for (owner, _), names in written().items():
        if owner == kind and names:
            known = found.get(names[0], ())
            found[names[0]] = tuple(dict.fromkeys((*known, *names[1:])))
    return found


# ---- people

_FAMILY_FIRST: Final = frozenset(("CN", "HK", "TW", "KR", "KP"))
"""Countries whose people English texts may name with the family name first."""


class Credit(NamedTuple):
    """One name on record."""

    name: str
    film: int
    is_turned: bool
    """Whether the film is from where the family name stands first."""


def spellings(credits: Iterable[Credit], texts: Iterable[str] = ()) -> dict[str, str]:
    """The one spelling of each name on record.

    Names that are equal but for case, accents and punctuation are one person. Names that differ in
    the order of their words are one where they share a film, or where all films of both are from
    where the family name stands first. Of such people the English texts say how they are called;
    of others the most frequent spelling counts, and of equally many the one with more accents.
    """
    written_as: defaultdict[str, Counter[str]] = defaultdict(Counter)
    films: defaultdict[str, set[int]] = defaultdict(set)
    is_turned: dict[str, bool] = {}
    for name, film, turned in credits:
        key = squashed(name)
        written_as[key][name] += 1
        films[key].add(film)
        is_turned[key] = is_turned.get(key, True) and turned
    owner = _owners({key: max(names) for key, names in written_as.items()}, films, is_turned)
    together: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key, names in written_as.items():
        together[owner[key]] += names
    turned_names = {key: max(names) for key, names in together.items() if is_turned[key]}
    called = _called(texts, turned_names)
    best = {key: called.get(key) or _most_frequent(names) for key, names in together.items()}
    return {raw: best[owner[key]] for key, names in written_as.items() for raw in names}


def _owners(
    names: Mapping[str, str], films: Mapping[str, set[int]], is_turned: Mapping[str, bool]
) -> dict[str, str]:
    """Key → the key of the same person that more films have."""
    owner: dict[str, str] = {}
    for key in sorted(names, key=lambda key: (-len(films[key]), key)):
        known = [owner[form] for form in orders(names[key])[1:] if form in owner]
        same = (one for one in known if films[one] & films[key] or _all(is_turned, one, key))
        owner[key] = next(same, key)
    return owner


def _all(is_so: Mapping[str, bool], *keys: str) -> bool:
    return all(is_so[key] for key in keys)


def _most_frequent(names: Counter[str]) -> str:
    return max(names.items(), key=lambda item: (item[1], sum(map(ord, item[0]))))[0]


def _called(texts: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """Key → how the texts write the name, in whichever order, where they do so twice or more."""
    keys = {form: key for key, name in names.items() for form in orders(name)}
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for run in chain.from_iterable(map(_capital_runs, texts)):
        key = keys.get(squashed("".join(run)))
        if key is not None:
            counts[key][" ".join(run)] += 1
    found = {key: _most_frequent(written_as) for key, written_as in counts.items()}
    return {key: name for key, name in found.items() if counts[key][name] > 1}


def _capital_runs(text: str) -> Iterator[tuple[str, ...]]:
    """Two or three words with capitals that follow each other."""
    words = [word.strip(".,;:()\"'’") for word in text.split()]
    for n in (2, 3):
        runs = zip(*(words[first:] for first in range(n)), strict=False)
        yield from (run for run in runs if all(map(_is_capital, run)))


def _family_names(named: Mapping[Fact, _Named]) -> dict[str, tuple[str, ...]]:
    """The first word of names whose family name it is.

    Of people from where the family name may stand first it is the one of first and last word that
    more of them share.
    """
    countries = {_first_word("country", raw) for raw in _FAMILY_FIRST}
    people: set[str] = set()
    for fact in _PEOPLE:
        for movie_id, names in named[fact].items():
            if countries.intersection(named[Fact.COUNTRY][movie_id]):
                people.update(names)
    ends = {name: (name.split()[0], name.split()[-1]) for name in people}
    counts = Counter(word for words in ends.values() for word in set(words))
    return {name: (first,) for name, (first, last) in ends.items() if counts[first] > counts[last]}


# ---- series


def _series_names(gathered: Gathered, words: WordCounts) -> dict[str, str]:
    """Names of series; those in another language take what the titles of their films begin with."""
    members: defaultdict[str, list[Title]] = defaultdict(list)
    for movie_id, film in gathered.films.items():
        for raw in film.values.get(Fact.SERIES, ()):
            members[raw].append(gathered.titles[movie_id])
    found = {}
    for raw, titles in members.items():
        listed = written().get(("series", raw))
        name = re.sub(r"\s*\((?:[\w\s]*?(?:film series|Filmreihe|Reihe))\)$", "", raw)
        key = squashed(name)
        is_used = words.is_english(name) or any(key in squashed(one.title) for one in titles)
        own = name if is_used else _beginning(titles) or name
        found[raw] = listed[0] if listed else own
    return found


def _beginning(titles: Sequence[Title]) -> str:
    """Words with which more than half of the titles begin, without what leads on; "" for none."""
    begun = Counter(
        tuple(title.title.split()[:n])
        for title in titles
        for n in range(1, len(title.title.split()) + 1)
    )
    shared = [words for words, count in begun.items() if 2 * count > len(titles) >= 2]
    text = " ".join(sorted(shared, key=len)[-1]) if shared else ""
    text = re.sub(r"(?:[\s:,\-]+|\b(?:Part|Vol\.|and|of|in|the)$)+$", "", text)
    return text if len(squashed(text)) > 3 else ""


# ---- keywords

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_BEGINS: Final = re.compile(r"[.!?\"“]\s*$")
_MIN_LOWER: Final = 3
_MIN_CAPITAL: Final = 12
"""Occurrences from which a word is in use, in lower case or as a name: fewer are quotations and
foreign titles ("Krieg" has 2 and 9 in Wikipedia's paragraphs on 18,900 films)."""
_NAME_RATIO: Final = 4
"""How much more often than in lower case a name stands with a capital: less have words that titles
and other names hold ("world" in World War)."""


@dataclass(frozen=True, eq=False)
class WordCounts:
    """How often words occur in English texts, in lower case and, inside a sentence, in capitals.

    Keywords of films come in several languages and with remarks that no page should show. A page
    may show those of which every word is in use in the texts and none is listed as unfit.
    """

    lower: Counter[str]
    capital: Counter[str]
    """Words in lower case that stood with a capital and not at the beginning of a sentence."""
    unfit: frozenset[str]
    """Keywords and words of keywords in lower case."""

    @classmethod
    def of(cls, texts: Iterable[str], phrases: Iterable[str] = ()) -> WordCounts:
        """Counts the words of texts, and phrases of up to three words."""
        lower, capital = Counter[str](), Counter[str]()
        known = {phrase.casefold() for phrase in phrases}
        for run in chain.from_iterable(map(_runs, texts)):
            phrase = " ".join(run).casefold()
            if len(run) == 1 or phrase in known:
                (capital if all(map(_is_capital, run)) else lower)[phrase] += 1
        return cls(lower, capital, unfit_keywords())

    def is_english(self, text: str) -> bool:
        """Whether every word is in use; any text is while there is nothing to count."""
        if not self.lower:
            return True
        return all(self._is_in_use(word.casefold()) for word in _TOKEN.findall(text))

    def is_shown(self, keyword: str) -> bool:
        """Whether a page may show the keyword."""
        tokens = {keyword.casefold(), *(word.casefold() for word in _TOKEN.findall(keyword))}
        has_digit = any(map(str.isdigit, keyword))
        return self.is_english(keyword) and not (tokens & self.unfit or has_digit)

    def as_written(self, keyword: str) -> str:
        """The keyword with capitals only where the texts write it, or a word of it, as a name."""
        listed = written().get(("keyword", keyword.casefold()), ())
        if listed:
            return listed[0]
        if self._is_name(keyword.casefold()):
            return keyword
        return _TOKEN.sub(lambda found: self._cased(found[0]), keyword)

    def _cased(self, word: str) -> str:
        plain = word.casefold()
        return word if self._is_name(plain) or (word.isupper() and len(word) > 1) else plain

    def _is_name(self, plain: str) -> bool:
        return self.capital[plain] > _NAME_RATIO * self.lower[plain]

    def _is_in_use(self, word: str) -> bool:
        return self.lower[word] >= _MIN_LOWER or self.capital[word] >= _MIN_CAPITAL


def unfit_keywords() -> frozenset[str]:
    """Keywords, and words of keywords, that `words.csv` gives no name."""
    listed = written().items()
    return frozenset(raw for (kind, raw), names in listed if kind == "keyword" and not names)


def _is_capital(word: str) -> bool:
    return word[:1].isupper()


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """One to three words that follow each other, without words that begin a sentence."""
    words = []
    for found in _TOKEN.finditer(text):
        before = text[max(0, found.start() - 4) : found.start()]
        begins = not found.start() or bool(_BEGINS.search(before))
        words.append("" if begins and found[0].istitle() else found[0])
    for n in (1, 2, 3):
        runs = zip(*(words[first:] for first in range(n)), strict=False)
        yield from (run for run in runs if all(run))
