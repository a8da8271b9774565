"""Two hundred questions of fact, answered by the pack and by the raw tables on another path.

    PYTHONPATH=. python tests/bench/check_facts.py DATA [PACK [SEED]]

DATA holds `films/` (omdb_films.parquet, wikipedia_films.parquet, oscars.csv, us_age_ratings.csv).
The raw tables are read with pandas alone; nothing of `core.data.gathering` is used. Codes of
languages and countries are not compared by name but by which films share them.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from core.data.facts import Fact, FilmFacts

NAMED = (
    *(("directed", "Andrei Tarkovsky"), ("directed", "Yasujiro Ozu")),
    *(("directed", "Hirokazu Kore-eda"), ("directed", "Bong Joon-ho")),
    *(("directed", "Pedro Almodovar"), ("acted", "Florence Pugh"), ("acted", "Shah Rukh Khan")),
)


def plain(text: str) -> str:
    """ASCII letters of a name in alphabetical order: any order of its words is the same."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(sorted(filter(str.isalpha, letters)))


def same_people(found: Iterable[str], raw: str) -> bool:
    """Whether all that the table names are there."""
    return {plain(name) for name in raw.split("|")} <= {plain(name) for name in found}


def main(data: Path, pack: Path, seed: int) -> None:
    """Prints the share that agrees, by kind, and each that does not."""
    facts = FilmFacts.open(pack)
    folder = data / "films"
    omdb = pd.read_parquet(folder / "omdb_films.parquet").set_index("movieId")
    articles = pd.read_parquet(folder / "wikipedia_films.parquet").set_index("movieId")
    oscars = pd.read_csv(folder / "oscars.csv")
    ages = pd.read_csv(folder / "us_age_ratings.csv").set_index("movieId")["rating"]
    won = oscars[oscars.winner].groupby("movieId").size()
    by_code = {
        column: omdb[column].dropna().str.split("|").explode().reset_index()
        for column in ("languages", "countries")
    }
    kinds: dict[str, tuple[pd.Series, Callable[[object, object], bool]]] = {
        "runtime": (omdb.runtime.dropna(), lambda film, raw: film.runtime == raw),
        "directors": (omdb.directors.dropna(), lambda film, raw: same_people(film.directors, raw)),
        "imdb": (omdb.imdb_id.dropna(), lambda film, raw: film.imdb_id == raw),
        "titles": (omdb.aliases.dropna(), lambda film, raw: "|".join(film.titles) == raw),
        "trailer": (omdb.trailer_youtube.dropna(), lambda film, raw: film.trailer == raw),
        "first billed": (
            articles.cast[articles.cast.str.match(r"[^|(]+ [^|(]+\|", na=False)],
            lambda film, raw: plain(film.cast[0]) == plain(raw.split("|")[0]),
        ),
        "prizes won": (won, lambda film, raw: sum(prize.won for prize in film.prizes) == raw),
        "age": (ages, lambda film, raw: film.age == raw),
    }
    draw = random.Random(seed)
    right, asked = 0, 0
    for kind, (column, agrees) in kinds.items():
        for movie_id in draw.sample(list(column.index), 21):
            film = facts.film(int(movie_id))
            ok = film is not None and agrees(film, column[movie_id])
            asked, right = asked + 1, right + ok
            if not ok:
                print(f"{kind} of {movie_id}: {column[movie_id]!r} is not in {film}")
    for fact, column in ((Fact.SPOKEN, "languages"), (Fact.COUNTRY, "countries")):
        pairs = by_code[column]
        for _, movie_id, code in pairs.sample(16, random_state=seed).itertuples():
            film_ids = set(pairs.movieId[pairs[column] == code])
            mine = set(names(facts, fact, movie_id))
            shared = set.intersection(*(set(names(facts, fact, one)) for one in film_ids))
            asked, right = asked + 1, right + bool(mine & shared)
    print(f"{right} of {asked} right")
    for fact in (Fact.DIRECTOR, Fact.ACTOR):
        print(f"{fact.value}: {len(set(facts.lists[fact].codes.tolist())):,} people")
    for what, name in NAMED:
        fact = Fact.DIRECTOR if what == "directed" else Fact.ACTOR
        lists, codes = facts.lists[fact], set(facts.people.find(name))
        films = [i for i in range(len(facts)) if codes & set(lists.of(i).tolist())]
        print(f"{name} {what} {len(films)} films")


def names(facts: FilmFacts, fact: Fact, movie_id: int) -> tuple[str, ...]:
    """The values of a fact of a film."""
    film = facts.film(int(movie_id))
    if film is None:
        return ()
    return film.spoken if fact is Fact.SPOKEN else film.countries


if __name__ == "__main__":
    arguments = [*sys.argv[1:], *("models/films", "1")[len(sys.argv) - 2 :]]
    main(Path(arguments[0]), Path(arguments[1]), int(arguments[2]))
