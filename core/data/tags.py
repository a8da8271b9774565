"""What people wrote about films → tags one can ask for."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

IntArray = npt.NDArray[np.int64]

MIN_FILMS: Final = 3
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
    spelling. Kept are tags that `min_users` people gave to `MIN_FILMS` films or more, and that are
    neither a genre, a verdict nor a private note.
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
        if group["user"].nunique() >= min_users and len(films) >= MIN_FILMS:
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
