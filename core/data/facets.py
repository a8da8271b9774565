"""What people ask for by name → facets: tags that people wrote, and what is known of the films.

A tag becomes a facet where enough people gave it. A pack of facts (`core.data.facts`) adds makers
and cast, languages, countries, finer genres, moods, sources, series and keywords. What is one thing
under several spellings is one facet with the films of all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.facts import CatalogueFacts, Fact
from core.data.names import Vocabulary
from core.domain import FOREIGN, Facet

IntArray = npt.NDArray[np.int64]
Rows = dict[Facet, IntArray]
"""Facets with their films' sorted rows."""

# ---- tags

MIN_TAG_FILMS: Final = 3
"""A tag of fewer films than this is a name of those films, not a taste."""

CROWDED: Final = 20
"""From this many taggers on, a film keeps only the tags that two of them gave; below it one is
enough. This removes the stray remarks that the best known films collect, and leaves the others
their tags (read on 24 known films)."""

SAME: Final = {
    "ai": "artificial intelligence",
    "based on a comic": "comic book",
    "based on a comic book": "comic book",
    "based on comic": "comic book",
    "adapted from comic": "comic book",
    "comics": "comic book",
    "adapted from book": "based on a book",
    "based on book": "based on a book",
    "based on true story": "based on a true story",
    "true story": "based on a true story",
    "black humor": "dark comedy",
    "black humour": "dark comedy",
    "dark humor": "dark comedy",
    "dark humour": "dark comedy",
    "black comedy": "dark comedy",
    "beautifully filmed": "great cinematography",
    "amazing cinematography": "great cinematography",
    "beautiful cinematography": "great cinematography",
    "good cinematography": "great cinematography",
    "biographical": "biography",
    "biopic": "biography",
    "cult classic": "cult film",
    "dystopian": "dystopia",
    "dystopic future": "dystopia",
    "colourful": "colorful",
    "good vs evil": "good versus evil",
    "hit men": "hitman",
    "whodunnit": "whodunit",
    "vampire movie": "vampires",
    "werewolves": "werewolf",
    "superheroes": "superhero",
    "super hero": "superhero",
    "magic realism": "magical realism",
    "vengeance": "revenge",
    "spying": "espionage",
    "animated": "animation",
    "dc": "dc comics",
    "prison break": "prison escape",
    "alternate universe": "parallel universe",
    "feel good movie": "feel good",
    "gore": "gory",
    "good soundtrack": "great soundtrack",
    "notable soundtrack": "great soundtrack",
    "homosexuality": "gay",
    "humor": "funny",
    "humour": "funny",
    "humorous": "funny",
    "hilarious": "funny",
    "lgbtq": "lgbt",
    "marvel cinematic universe": "mcu",
    "mind bending": "mindfuck",
    "non linear": "nonlinear",
    "nonlinear timeline": "nonlinear",
    "plot twist": "twist ending",
    "surprise ending": "twist ending",
    "twists & turns": "twist ending",
    "ending twist": "twist ending",
    "unexpected ending": "twist ending",
    "road movie": "road trip",
    "science fiction": "sci fi",
    "surrealism": "surreal",
    "suspenseful": "suspense",
    "slow paced": "slow",
    "spielberg": "steven spielberg",
    "tarantino": "quentin tarantino",
    "violence": "violent",
    "wwi": "world war i",
    "wwii": "world war ii",
    "007": "james bond",
    "80s": "1980s",
    "90s": "1990s",
}
"""Spellings that mean the same: left is read as right."""

NOT_TAGS: Final = """
    acting; alone in the world; annoying; audience intelligence underestimated; awesome; bad; bad
    acting; bad dialogue; bad ending; bad jokes; bad plot; bad science; bad script; bad story; bad
    writing; better than expected; big budget; boring; brilliant; brother brother; character
    development; characters; cheesy ending; clever script; cliche; cliche characters; clv;
    coincidences; complex script; complicated; confusing; confusing ending; crappy sequel; creative;
    criterion; depressing without being uplifting; dialogue; different; disappointing; dramatic;
    dull; dumb; ending; ending kinda ruined it; entertaining; excellent acting; excellent script;
    exciting; favorites; favourites; foreign; formulaic; fun; funny as hell; funny moments; genius;
    girlie movie; god; good; good acting; good action; good dialogue; good ending; good music; good
    romantic comedies; good science; good sequel; good story; gratuitous violence; great acting;
    great cast; great dialogue; great ending; great performances; great screenplay; great story;
    great villain; great writing; heroine in tight suit; highly quotable; idiotic; illogical;
    implausible; incest; interesting; interesting characters; interesting concept; interesting
    premise; life; long; masturbation; meh; must see; no character development; no plot; nonsense;
    nonsensical; not a movie; not funny; not true to the book; offensive; orgy; original; original
    plot; overrated; pedophilia; plot; plot holes; pointless; poor acting; poor dialogue; poor plot;
    powerful; powerful ending; predictable; predictable ending; predictible; pretentious; product
    placement; quotable; realistic action; religious overtones; ridiculous; school play; scifi cult;
    script; shaky camera; shallow; shallow characters; short; short movie; slow; stereotypes; story;
    storytelling; strong acting; stupid; stupid ending; television; tension building; thin plot;
    time; too long; too many characters; too slow; underrated; unique; unique story; unlikeable
    characters; unoriginal; unrealistic; unsatisfying ending; unsimulated sex scenes; usa;
    virginity; visual; visuals; vulgar; wasted potential; watch the credits; weak ending; weak plot;
    women; writing
"""
"""Verdicts (a policy learns from thumbs what is good), words too vague to ask for, and some better
left unoffered."""

_PRIVATE: Final = re.compile(
    r".*\b(to see|to watch|dvr|library|netflix|hulu|amazon|seen|watched|rewatch|own|owned|dvds?|"
    r"vhs|blu ray|bd r|ram|want|wishlist|queue|imdb|top 250|afi|bechdel|oscar|nominee|rating|stars|"
    r"\d+/\d+|\d+ ?%)\b.*|"
    r"nudity .+|notable nudity|[\W\d]+"
)
"""Notes people made for themselves, prizes, ratings in words, and MovieLens' gradations of
nudity."""


def tags_of_films(
    user: IntArray, row: IntArray, tag: pd.Series[str], genres: set[str], *, min_users: int
) -> dict[str, IntArray]:
    """Tags worth asking for, by name (lower case, single spaces), with their films' sorted rows.

    `user`, `row` int64 (n,) and `tag` (n,) as written: who tagged which film how. Spellings that
    differ only in case, hyphens, spaces or a plural s are one tag, named by its most frequent
    spelling. Kept are tags that `min_users` people gave to `MIN_TAG_FILMS` films or more, and that
    are neither a genre, a verdict nor a private note.
    """
    notes = pd.DataFrame({"user": user, "row": row, "name": _normal(tag)})
    known = {_key(name) for name in genres}
    keys = {name: _key(name) for name in notes["name"].unique() if _is_tag(name)}
    notes["key"] = notes["name"].map(keys)
    notes = notes[notes["key"].notna() & ~notes["key"].isin(known)]
    notes = notes.drop_duplicates(["user", "row", "key"])
    taggers = notes.groupby("row")["user"].transform("nunique")
    agreeing = notes.groupby(["row", "key"])["user"].transform("nunique")
    notes = notes.assign(agreed=(agreeing >= 2) | (taggers < CROWDED))
    names = _most_frequent_spelling(notes)
    found: dict[str, IntArray] = {}
    for key, group in notes.groupby("key", sort=True):
        films = np.unique(group["row"].to_numpy()[group["agreed"].to_numpy()])
        if group["user"].nunique() >= min_users and len(films) >= MIN_TAG_FILMS:
            found[names[str(key)]] = films
    return dict(sorted(found.items()))


def _normal(tag: pd.Series[str]) -> pd.Series[str]:
    """Folded case, underscores as spaces, single spaces, one name per meaning."""
    plain = (
        tag.str.normalize("NFC")
        .str.lower()
        .str.replace(r"[\s_]+", " ", regex=True)
        .str.strip(" .,;:!\"'")
    )
    return plain.map({name: _same(name) for name in plain.unique()})


def _key(name: str) -> str:
    """What equal spellings share: "sci-fi", "Sci Fi" and "scifi"; "zombie" and "zombies"."""
    letters = re.sub(r"[\W_]+", "", name.casefold())
    is_plural = letters.endswith("s") and not letters.endswith("ss")
    return letters[:-1] if is_plural and len(letters) > 4 else letters


_SAME_BY_KEY: Final = {_key(old): new for old, new in SAME.items()}
_NOT_TAG_KEYS: Final = frozenset(_key(" ".join(name.split())) for name in NOT_TAGS.split(";"))


def _is_tag(name: str) -> bool:
    words = re.sub(r"[-:(),]+", " ", name).strip()
    return (
        2 <= len(name) <= 40
        and _key(name) not in _NOT_TAG_KEYS
        and not _PRIVATE.fullmatch(" ".join(words.split()))
    )


def _most_frequent_spelling(notes: pd.DataFrame) -> dict[str, str]:
    counts = notes.groupby(["key", "name"], as_index=False).size()
    best = counts.sort_values(["size", "name"], ascending=[False, True]).drop_duplicates("key")
    return dict(zip(best["key"].astype(str), best["name"].astype(str), strict=True))


# ---- facts

_NO_SUBTITLES: Final = frozenset(("English", "no dialogue"))

_LEAST: Final[Mapping[Fact, tuple[str, int]]] = MappingProxyType(
    {
        Fact.MOOD: ("tag", 5),
        Fact.TECHNIQUE: ("tag", 5),
        Fact.KIND: ("tag", 5),
        Fact.AUDIENCE: ("tag", 5),
        Fact.GENRE: ("subgenre", 5),
        Fact.SOURCE: ("source", 3),
        Fact.KEYWORD: ("keyword", 8),
    }
)
"""Things that films share: kind of the facet, and recommendable films that it needs, more where the
words are looser. Of two facts of one name the first decides the kind."""
_SERIES: Final = 3
_LANGUAGE: Final = 1
_COUNTRY: Final = 5
_PEOPLE: Final[Mapping[Fact, tuple[str, int]]] = MappingProxyType(
    {Fact.DIRECTOR: ("director", 2), Fact.ACTOR: ("person", 3)}
)
"""Recommendable films that a person needs: with fewer there is nothing to choose from."""
_AUTHOR: Final = 2
"""The same of those whose books films were made from."""
_KNOWN: Final = 2
"""Times as many films that make up for all of these but one: whoever made them is asked for."""
_ALIKE: Final = 1 / 3
"""Share of common films from which on a tag means the series of its name: "marvel" does,
"halloween" is a holiday."""
_GIVEN: Final = 5
"""People who have a name in front from whom on it is taken for a given name."""


class _Quality(NamedTuple):
    """What a film can have, and what people call it."""

    name: str
    others: tuple[str, ...]
    rows: IntArray


def with_facts(facets: Mapping[Facet, IntArray], facts: CatalogueFacts) -> Rows:
    """Facets and their films, with what is known of the films added.

    A tag that names a person, a language or a country gives way to what is known. Any other tag,
    finer genre, mood, source or keyword of the same name, or of another word for it, is one facet
    with the films of all; its kind is that of the first. Genres stay as they are.
    """
    places, people = {**_languages(facts), **_countries(facts)}, _everybody(facts)
    names = {_key(name) for facet in (*places, *people) for name in _names(facet)}
    kept = {
        facet: rows
        for facet, rows in facets.items()
        if facet.kind == "genre" or _key(facet.name) not in names
    }
    kept, series = _with_series(kept, facts)
    things = _Things(kept, names)
    authors = _authors(facts)
    for fact, (kind, least) in _LEAST.items():
        for wish in _wishes(facts, fact, least):
            things.add(kind, wish)
    return things.facets() | series | places | people | authors


def _names(facet: Facet) -> tuple[str, ...]:
    """What a tag would call it: a country by its adjective, too."""
    return (facet.name, *(facet.aliases if facet.kind == "country" else ()))


class _Things:
    """Facets that are joined where they are called the same."""

    def __init__(self, facets: Mapping[Facet, IntArray], taken: Iterable[str]) -> None:
        self._rows = dict(facets)
        self._others: dict[Facet, tuple[str, ...]] = {facet: facet.aliases for facet in facets}
        self._by_key = {_key(facet.name): facet for facet in facets}
        self._taken = frozenset(taken)

    def add(self, kind: str, wish: _Quality) -> None:
        """Adds what films can have to the facet of that name, else as one of its own."""
        keys = [_key(_same(word)) for word in (wish.name, *wish.others)]
        if keys[0] in self._taken:
            return
        known = (self._by_key[key] for key in keys if key in self._by_key)
        facet = next(known, Facet(kind, wish.name))
        if facet.kind == "genre":
            return
        others = (*self._others.get(facet, ()), wish.name, *wish.others)
        self._others[facet] = tuple(dict.fromkeys(word for word in others if word != facet.name))
        rows = self._rows.get(facet)
        self._rows[facet] = wish.rows if rows is None else np.union1d(rows, wish.rows)
        self._by_key.setdefault(keys[0], facet)

    def facets(self) -> Rows:
        """All of them, in order."""
        return {
            Facet(facet.kind, facet.name, self._others[facet]): rows
            for facet, rows in self._rows.items()
        }


def _same(name: str) -> str:
    """The one name of several spellings."""
    return _SAME_BY_KEY.get(_key(name), name)


def _wishes(facts: CatalogueFacts, fact: Fact, least: int) -> Iterator[_Quality]:
    """Names of a vocabulary that are fit to show and on enough recommendable films."""
    names = facts.facts.names(fact)
    for name, (codes, others) in _named(names).items():
        if names.shown[list(codes)].all():
            rows = facts.rows(fact, codes)
            if _recommendable(facts, rows) >= least:
                yield _Quality(*_called(fact, name, others), rows)


def _named(names: Vocabulary) -> dict[str, tuple[tuple[int, ...], tuple[str, ...]]]:
    """Codes and other words of each name, and of each other word that several names share."""
    shared = {word for words in names.others for word in words if len(names.find(word)) > 1}
    found = {
        name: (names.find(name), tuple(word for word in others if word not in shared))
        for name, others in zip(names.names, names.others, strict=True)
    }
    return found | {word: (names.find(word), ()) for word in sorted(shared - found.keys())}


def _called(fact: Fact, name: str, others: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A name that says by itself what is meant, and other words for it."""
    match fact:
        case Fact.SOURCE:  # "based on a novel"
            return f"based on {'an' if name[0] in 'aeiou' else 'a'} {name}", others
        case Fact.GENRE if name.endswith(" film"):  # "superhero", "superhero film"
            return name.removesuffix(" film"), (name, *others)
        case Fact.COUNTRY:
            name = name.removeprefix("the ")
            return name, tuple(word for word in others if word != name)
    return name, others


def _recommendable(facts: CatalogueFacts, rows: IntArray) -> int:
    return int(np.searchsorted(rows, facts.catalogue.n_items))


def _with_series(facets: Mapping[Facet, IntArray], facts: CatalogueFacts) -> tuple[Rows, Rows]:
    """The facets less the tags that are a series, and the series."""
    tags = {_key(facet.name): facet for facet in facets if facet.kind == "tag"}
    series: Rows = {}
    replaced: set[Facet] = set()
    for wish in _wishes(facts, Fact.SERIES, _SERIES):
        rows = wish.rows
        for key in dict.fromkeys(_key(_same(word)) for word in (wish.name, *wish.others)):
            if (tag := tags.get(key)) is not None and _alike(facets[tag], wish.rows):
                rows = np.union1d(rows, facets[tag])
                replaced.add(tag)
        series[Facet("series", wish.name, wish.others)] = rows
    return {facet: rows for facet, rows in facets.items() if facet not in replaced}, series


def _alike(one: IntArray, other: IntArray) -> bool:
    common = len(np.intersect1d(one, other))
    return common >= _ALIKE * (len(one) + len(other) - common)


def _languages(facts: CatalogueFacts) -> Rows:
    """Languages, their families, and all that is foreign, by the main language of a film."""
    wishes = [*_wishes(facts, Fact.LANGUAGE, _LANGUAGE)]
    foreign = [wish.rows for wish in wishes if wish.name not in _NO_SUBTITLES]
    found: Rows = {}
    if foreign:
        found[Facet("language", FOREIGN)] = np.unique(np.concatenate(foreign))
    return found | {Facet("language", wish.name, wish.others): wish.rows for wish in wishes}


def _countries(facts: CatalogueFacts) -> Rows:
    """Countries, and the parts of the world that are asked for as one."""
    return {
        Facet("country", wish.name, wish.others): wish.rows
        for wish in _wishes(facts, Fact.COUNTRY, _COUNTRY)
    }


def _everybody(facts: CatalogueFacts) -> Rows:
    """Directors, then the cast."""
    return {
        facet: rows
        for fact, (kind, least) in _PEOPLE.items()
        for facet, rows in _people(facts, fact, kind, least)
    }


def _people(
    facts: CatalogueFacts, fact: Fact, kind: str, least: int
) -> Iterator[tuple[Facet, IntArray]]:
    """Who made, or plays in, so many recommendable films; other words are family names."""
    people = facts.facts.people
    given = Counter(name.partition(" ")[0] for name in people.names)
    for code, rows in _busy(facts, fact, least):
        # A given name that stands behind the family name would be taken for one.
        others = (word for word in people.others[code] if given[word] < _GIVEN)
        yield Facet(kind, people.names[code], tuple(others)), rows


def _authors(facts: CatalogueFacts) -> Rows:
    """Whose books films were made from: "something by Agatha Christie"."""
    people = facts.facts.people
    names = ((people.names[code], rows) for code, rows in _busy(facts, Fact.AUTHOR, _AUTHOR))
    return {Facet("source", f"based on {name}", (name,)): rows for name, rows in names}


def _busy(facts: CatalogueFacts, fact: Fact, least: int) -> Iterator[tuple[int, IntArray]]:
    """Codes of the people of so many recommendable films, or of one and many others, with the rows
    of all.
    """
    for code in np.flatnonzero(facts.count(fact) >= least).tolist():
        rows = facts.rows(fact, [code])
        found = _recommendable(facts, rows)
        if found >= least or (found and len(rows) >= _KNOWN * least):
            yield code, rows
