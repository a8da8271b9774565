"""What people ask for by name → facets: tags that people wrote, people of the cast, languages.

A tag becomes a facet where enough people gave it. Who plays in which film comes from a CSV file
with the columns `title`, `year` and `cast` (names parted by "|"); further columns are ignored. A
film is the catalogue's of the same title, or alias, whose year is the same or one apart.

`languages.csv` holds movieId and language of the films of movielens-mix with five ratings or more
that people who speak English see with subtitles. It was put together by hand. A film that is not on
it may be in English or little known: the list spares somebody subtitles as far as it goes, and
finds films in Korean, but not all of them.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.data.formats import NAME, TEXT, WHOLE, Table, read_csv
from core.data.names import squashed
from core.domain import Facet, Movie
from core.errors import DataError

IntArray = npt.NDArray[np.int64]

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
    same = {_key(old): new for old, new in SAME.items()}
    return plain.map({name: same.get(_key(name), name) for name in plain.unique()})


def _key(name: str) -> str:
    """What equal spellings share: "sci-fi", "Sci Fi" and "scifi"; "zombie" and "zombies"."""
    letters = re.sub(r"[\W_]+", "", name.casefold())
    is_plural = letters.endswith("s") and not letters.endswith("ss")
    return letters[:-1] if is_plural and len(letters) > 4 else letters


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


# ---- languages

KIND: Final = "language"
FOREIGN: Final = "foreign language"
"""The facet of all these films."""
FAMILIES: Final = MappingProxyType(
    {
        "Scandinavian": frozenset(("Danish", "Icelandic", "Norwegian", "Swedish")),
        "Indian": frozenset(("Bengali", "Hindi", "Malayalam", "Tamil", "Telugu")),
    }
)
"""Names for several languages that people ask for as one."""


def languages_of_films(movies: Sequence[Movie]) -> dict[Facet, IntArray]:
    """`FOREIGN`, families and languages of any of the films, with their sorted rows."""
    spoken = _spoken()
    found: dict[str, list[int]] = {}
    for movie in movies:
        if (language := spoken.get(movie.movie_id)) is not None:
            families = (family for family, members in FAMILIES.items() if language in members)
            for name in (FOREIGN, *families, language):
                found.setdefault(name, []).append(movie.row)
    return {
        Facet(KIND, name): np.array(sorted(found[name]), dtype=np.int64) for name in sorted(found)
    }


@cache
def _spoken() -> Mapping[int, str]:
    """Language by movieId."""
    with Path(__file__).with_name("languages.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {int(row["movieId"]): row["language"] for row in csv.DictReader(file)}
        )


# ---- people

SCHEMA: Final = {"title": NAME, "year": WHOLE, "cast": TEXT}
MIN_FILMS: Final = 6
"""Recommendable films from which a person can be asked for: with fewer there is next to nothing to
choose from, and each person costs every film a number in memory."""
_ARTICLE: Final = re.compile(r"(?:the|a|an)\s+")
_ROLE: Final = re.compile(r"\s*[(\[].*?[)\]]")
_NO_NAME: Final = re.compile(r"and|others|unknown|various|n/a|none")


def read_cast(path: Path, *, skip: bool) -> Table:
    """Reads such a table; DataError naming file, line and value."""
    try:
        with path.open("rb") as stream:
            return read_csv(stream, path.name, SCHEMA, skip)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}; give a CSV of title,year,cast."
        ) from error


def people_of_films(
    cast: Table, movies: Sequence[Movie], n_items: int, *, min_films: int = MIN_FILMS
) -> dict[str, IntArray]:
    """People in `min_films` or more of the first `n_items` movies, by name, with sorted rows."""
    rows = _rows_by_title(movies)
    found: defaultdict[str, set[int]] = defaultdict(set)
    columns = (cast.frame[name].tolist() for name in ("title", "year", "cast"))
    for title, year, names in zip(*columns, strict=True):
        key = _bare(title)
        row = next(
            (rows[key, near] for near in (year, year - 1, year + 1) if (key, near) in rows), None
        )
        if row is not None:
            for name in _names(names):
                found[name].add(row)
    return {
        name: np.array(sorted(films), dtype=np.int64)
        for name, films in sorted(found.items())
        if sum(row < n_items for row in films) >= min_films
    }


def with_people(
    facets: Mapping[Facet, IntArray], people: Mapping[str, IntArray]
) -> dict[Facet, IntArray]:
    """Facets and their films with the people added, in place of tags of the same name."""
    tags = {_bare(facet.name): facet for facet in facets if facet.kind == "tag"}
    persons: dict[Facet, IntArray] = {}
    replaced: set[Facet] = set()
    for name, films in people.items():
        tag = tags.get(_bare(name))
        persons[Facet("person", name)] = films if tag is None else np.union1d(films, facets[tag])
        if tag is not None:
            replaced.add(tag)
    return {facet: films for facet, films in facets.items() if facet not in replaced} | persons


def _rows_by_title(movies: Sequence[Movie]) -> dict[tuple[str, int], int]:
    rows: dict[tuple[str, int], int] = {}
    for movie in movies:  # best known first: it keeps a title and year that several films share
        for title in (movie.title, *movie.aliases):
            rows.setdefault((_bare(title), movie.year), movie.row)
    return rows


def _names(cast: str) -> list[str]:
    names = (" ".join(_ROLE.sub("", name).split()) for name in cast.split("|"))
    return [
        name
        for name in names
        if len(name) > 2 and name[0].isalpha() and not _NO_NAME.fullmatch(name.casefold())
    ]


def _bare(text: str) -> str:
    """The form in which names are compared, without a leading article."""
    lower = text.casefold().strip()
    article = _ARTICLE.match(lower)
    return squashed(lower[article.end() :] if article else lower)
