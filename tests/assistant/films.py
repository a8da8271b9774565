"""A catalogue of a few films that are hard to tell apart, small enough to know by heart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pyarrow as pa
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import Fact, Film, FilmFacts, Lists
from core.data.names import People, Vocabulary
from core.domain import Facet, Movie

_FILMS = (
    # title, year, aliases, genres, ratings; best known first
    ("The Matrix", 1999, (), ("Action", "Sci-Fi"), 700),
    ("Star Wars: Episode IV - A New Hope", 1977, (), ("Sci-Fi",), 690),
    ("Star Wars: Episode V - The Empire Strikes Back", 1980, (), ("Sci-Fi",), 600),
    ("Alien", 1979, (), ("Horror", "Sci-Fi"), 470),
    ("Titanic", 1997, (), ("Drama", "Romance"), 455),
    ("Terminator 2: Judgment Day", 1991, (), ("Action", "Sci-Fi"), 450),
    ("The Rock", 1996, (), ("Action",), 380),
    ("Up", 2009, (), ("Animation", "Comedy"), 350),
    (
        "The Good, the Bad and the Ugly",
        1966,
        ("Il Buono, il brutto, il cattivo",),
        ("Western",),
        300,
    ),
    ("WALL·E", 2008, (), ("Animation",), 290),
    ("Love Actually", 2003, (), ("Comedy", "Romance"), 250),
    ("Mad Max: Fury Road", 2015, (), ("Action",), 200),
    ("The Godfather: Part II", 1974, (), ("Crime", "Drama"), 190),
    ("The Thing", 1982, (), ("Horror", "Sci-Fi"), 150),
    ("Rocky II", 1979, (), ("Drama",), 120),
    ("Amelie", 2001, ("Le Fabuleux destin d'Amélie Poulain",), ("Comedy", "Romance"), 110),
    ("Oppenheimer", 2023, (), ("Drama",), 45),
    ("Solaris", 2002, (), ("Sci-Fi",), 43),
    ("It", 2017, (), ("Horror",), 34),
    ("Solaris", 1972, ("Solyaris",), ("Sci-Fi",), 32),
    ("The Thing", 2011, (), ("Horror",), 14),
    ("After All These Years", 2013, (), ("Drama",), 0),
)
_TAGS = {
    "tom hanks": (4,),
    "time travel": (5,),
    "feel-good": (7, 10, 15),
    "dark": (0, 3, 13),
    "christopher nolan": (0,),
}


def catalogue() -> Catalogue:
    """22 films, their genres, five tags and one person; all can be recommended."""
    movies = tuple(
        Movie(row, 100 + row, title, year, genres, aliases)
        for row, (title, year, aliases, genres, _) in enumerate(_FILMS)
    )
    genres = sorted({genre for movie in movies for genre in movie.genres})
    members: list[tuple[Facet, tuple[int, ...]]] = [
        (Facet("genre", name), tuple(movie.row for movie in movies if name in movie.genres))
        for name in genres
    ]
    members += [(Facet("tag", name), rows) for name, rows in _TAGS.items()]
    members.append((Facet("person", "Sigourney Weaver"), (3, 9)))
    dense = np.zeros((len(members), len(movies)), dtype=np.bool_)
    for index, (_, rows) in enumerate(members):
        dense[index, list(rows)] = True
    counts = np.array([film[-1] for film in _FILMS], dtype=np.int64)
    facets = tuple(facet for facet, _ in members)
    return Catalogue(movies, facets, sparse.csr_matrix(dense), counts, len(movies))


def small(
    films: Sequence[tuple[str, int, int]],
    people: Mapping[str, Sequence[int]] = MappingProxyType({}),
) -> Catalogue:
    """A catalogue of (title, year, ratings) and of people with the rows of their films; all can be
    recommended."""
    movies = tuple(
        Movie(row, row + 1, title, year, ()) for row, (title, year, _) in enumerate(films)
    )
    plays = np.zeros((len(people), len(movies)), dtype=np.bool_)
    for number, rows in enumerate(people.values()):
        plays[number, list(rows)] = True
    counts = np.array([film[-1] for film in films], dtype=np.int64)
    facets = tuple(Facet("person", name) for name in people)
    return Catalogue(movies, facets, sparse.csr_matrix(plays), counts, len(movies))


def facts_of(*films: Film, others: Mapping[str, Sequence[str]] = MappingProxyType({})) -> FilmFacts:
    """A pack of these films, in ascending order of movieId; `others` are other words for names."""
    columns = {fact: [_values(film, fact) for film in films] for fact in Fact}
    vocabularies: dict[str, Vocabulary] = {}
    for kind in dict.fromkeys(fact.vocabulary for fact in Fact):
        values = [one for fact in Fact if fact.vocabulary == kind for one in columns[fact]]
        names = tuple(dict.fromkeys(name for one in values for name in one))
        made = People if kind == "person" else Vocabulary
        words = tuple(tuple(others.get(name, ())) for name in names)
        vocabularies[kind] = made(names, words, np.ones(len(names), dtype=np.bool_))
    lists = {}
    for fact, column in columns.items():
        codes = {name: code for code, name in enumerate(vocabularies[fact.vocabulary].names)}
        starts = np.cumsum([0, *map(len, column)]).astype(np.int64)
        flat = [codes[name] for one in column for name in one]
        lists[fact] = Lists(starts, np.array(flat, dtype=np.int32))
    return FilmFacts(
        np.array([film.movie_id for film in films], dtype=np.int64),
        {
            name: np.array([getattr(film, name) for film in films], dtype=np.int64)
            for name in ("imdb_id", "runtime", "place")
        },
        {
            "article": pa.array([film.article for film in films], pa.string()),
            "trailer": pa.array([film.trailer for film in films], pa.string()),
            "titles": pa.array([list(film.titles) for film in films], pa.list_(pa.string())),
        },
        lists,
        vocabularies,
        {film.movie_id: film.prizes for film in films},
        {film.movie_id: film.relations for film in films},
    )


def _values(film: Film, fact: Fact) -> tuple[str, ...]:
    """What a film has of a fact."""
    plain = {
        Fact.LANGUAGE: (film.language,) if film.language else (),
        Fact.SPOKEN: film.spoken,
        Fact.COUNTRY: film.countries,
        Fact.DIRECTOR: film.directors,
        Fact.ACTOR: film.cast,
        Fact.SERIES: (film.series,) if film.series else (),
        Fact.AGE: (film.age,) if film.age else (),
        Fact.KEYWORD: film.all_keywords,
        Fact.OSCAR: tuple(prize.category for prize in film.prizes),
        Fact.OSCAR_WON: tuple(prize.category for prize in film.prizes if prize.won),
    }
    return plain[fact] if fact in plain else tuple(getattr(film, f"{fact.value}s"))
