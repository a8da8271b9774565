"""What the words for a film say of it: which tells most, and from what age it is fit.

A source lists several finer genres and moods without order, some of them wrong. The telling one is
on few films and goes with the plain genres that this film has: what films of "cyberpunk film" are,
is The Matrix.

Few films have an age rating. One that is for children, and has none, is taken to be fit where the
rated films that share its genres, moods, audiences and keywords mostly are. That is naive Bayes; it
puts a film above PG before one that is not in .91 of all pairs (five folds of the 1,451 rated films
that can be recommended). Of every other film without a rating nothing is assumed: it is fit for no
age.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import AGES, CatalogueFacts, Fact, Film
from core.domain import Movie

Floats = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_LEAST_FILMS: Final = 3
"""A word of fewer films is no rarer than one of so many: it may be a slip."""
_ALWAYS: Final = 0.8
"""Share of the films of a word from which on a plain genre belongs to it: what is no animation is
no "animated film"."""
_SHARPNESS: Final = 3
"""Power of the likeness beside the rarity: with 1 a rare slip wins, with more than 3 only broad
words do (read on 120 films, half of them the best known)."""


class Told(NamedTuple):
    """A word for a film, and how much it tells: 0 is nothing, the best reach 5."""

    name: str
    weight: float


class _Words(NamedTuple):
    """Of each word of a vocabulary: how rare it is, and the plain genres of its films."""

    rarity: Floats
    genres: Floats
    """(words, genres), rows of length 1, or 0 where no film can be recommended."""
    shares: Floats
    """(words, genres), of the films of a word the share that has a genre."""


def telling(facts: CatalogueFacts, fact: Fact, row: int) -> list[Told]:
    """The words of a fact for a recommendable film, those that tell most first."""
    catalogue = facts.catalogue
    movie_ids, movie_id = facts.facts.movie_ids, catalogue.movies[row].movie_id
    place = int(np.searchsorted(movie_ids, movie_id))
    if row >= catalogue.n_items or place == len(movie_ids) or movie_ids[place] != movie_id:
        return []
    names, codes = facts.facts.names(fact), facts.facts.lists[fact].of(place)
    words, own = _words(facts, fact), _plain(facts)[row]
    weights = words.rarity[codes] * np.maximum(words.genres[codes] @ own, 0) ** _SHARPNESS
    lacks = facts.catalogue.genre_table[row] == 0
    weights = np.where((words.shares[codes] >= _ALWAYS)[:, lacks].any(axis=1), 0.0, weights)
    order = np.argsort(-weights, kind="stable")
    return [Told(names.names[codes[place]], float(weights[place])) for place in order.tolist()]


def share_with(facts: CatalogueFacts, kind: str, mood: str) -> float:
    """Of the recommendable films of a finer genre the share that has a mood, 0 … 1."""
    of_kind = facts.has(Fact.GENRE, facts.facts.names(Fact.GENRE).find(kind))
    of_mood = facts.has(Fact.MOOD, facts.facts.names(Fact.MOOD).find(mood))
    return float((of_kind & of_mood).sum() / max(of_kind.sum(), 1))


@lru_cache(maxsize=8)
def _words(facts: CatalogueFacts, fact: Fact) -> _Words:
    n_items, owned = facts.catalogue.n_items, facts.by_code(fact)
    shape = (len(owned.starts) - 1, len(facts.catalogue.movies))
    said = np.ones(len(owned.codes), dtype=np.bool_)
    table = sparse.csr_matrix((said, owned.codes, owned.starts), shape=shape)[:, :n_items]
    table.sum_duplicates()
    films = np.maximum(table.getnnz(axis=1), _LEAST_FILMS)
    shares = (table @ facts.catalogue.genre_table.astype(np.float64)) / films[:, None]
    return _Words(np.log(max(n_items, 1) / films), _unit(table @ _plain(facts)), shares)


@lru_cache(maxsize=8)
def _plain(facts: CatalogueFacts) -> Floats:
    """The genres of each recommendable film, the rarer the heavier, rows of length 1."""
    table = facts.catalogue.genre_table.astype(np.float64)
    return _unit(table * np.log(max(len(table), 1) / np.maximum(table.sum(axis=0), 1)))


def _unit(rows: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


# ---- what a film is about, and what it is likely to be

_THEMES: Final = ("tag", "keyword")
_LEAST_DEGREE: Final = 0.25
"""Degree from which on a film is about something, rather than holding it."""
_SLIGHT: Final = 0.01
"""Share of films that stands behind each theme, so that a rare slip is no theme."""
_LIKELY: Final = 5.0
"""Films of the mean that stand behind each facet of which it is judged how a film is."""


def themes(catalogue: Catalogue, row: int) -> list[Told]:
    """What a recommendable film is about, what tells most first.

    A theme is shared by the films that are akin, more than by others: in The Usual Suspects there
    is a lighter, and "police corruption" is in the films that are like it. Empty where nothing says
    which films are akin.
    """
    if catalogue.akin is None or row >= catalogue.n_items:
        return []
    akin = catalogue.akin[[row]].toarray().ravel()
    own = catalogue.degrees[:, [row]].toarray().ravel()
    support = catalogue.degrees @ (akin / max(float(akin.sum()), 1e-9))
    base = np.asarray(catalogue.degrees.mean(axis=1)).ravel()
    weights = own * np.log((support + _SLIGHT) / (base + _SLIGHT)) * np.sqrt(support)
    order = np.argsort(-weights, kind="stable")
    return [
        Told(facet.name, float(weights[place]))
        for place in order[weights[order] > 0].tolist()
        if (facet := catalogue.facets[place]).kind in _THEMES and own[place] >= _LEAST_DEGREE
    ]


@lru_cache(maxsize=64)
def leaning(catalogue: Catalogue, facets: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """How likely each recommendable film is to be of some facets, by all else that is known of it:
    its place among all films, (n_items,), 0 … 1.

    Naive Bayes over the other facets, as for ages. Of what nobody has said of a film it is the best
    guess: that of Ashes and Diamonds nobody says that it is slow tells nothing.
    """
    degrees, rated = catalogue.degrees, catalogue.n_rated
    so = 1.0 - np.prod(1.0 - degrees[list(facets)].toarray(), axis=0)
    base = max(float(so[:rated].mean()), 1e-9)
    known = degrees[:, :rated]
    films = np.asarray(known.sum(axis=1)).ravel()
    share = (known @ so[:rated] + _LIKELY * base) / (films + _LIKELY)
    told = np.log(np.maximum(share, 1e-9) / base)
    told[list(facets)] = 0.0
    said = np.maximum(np.asarray(degrees.sum(axis=0)).ravel(), 1.0)
    scores = (degrees.T @ told) / np.sqrt(said)
    places = np.searchsorted(np.sort(scores), scores) / max(len(scores), 1)
    found: npt.NDArray[np.float32] = places.astype(np.float32)
    return found


# ---- ages

UNKNOWN: Final = -1
_JUDGED_BY: Final = (Fact.GENRE, Fact.MOOD, Fact.AUDIENCE, Fact.KEYWORD)
_FOR_ALL, _GUIDED = AGES["G"], AGES["PG"]
_SMOOTHING: Final = 2.0
"""Films of the mean that stand behind each word: a keyword of two films says little."""


def columns_of(facts: CatalogueFacts) -> dict[str, IntArray]:
    """Numbers that a wish may bound, for `Catalogue.columns`; none without a pack."""
    if not len(facts.facts):
        return {}
    minutes = np.where(facts.runtimes > 0, facts.runtimes, UNKNOWN)
    return {"minutes": minutes.astype(np.int64), "age": fit_from(facts)}


def fit_from(facts: CatalogueFacts) -> IntArray:
    """Age from which each recommendable film is fit, (n_items,), −1 where that is not known."""
    ages = facts.ages.astype(np.int64)
    judged = _for_children(facts) & (ages < 0)
    for age in (_GUIDED, _FOR_ALL):
        ages[judged & (odds_above(facts, age) <= 0)] = age
    return ages


def _for_children(facts: CatalogueFacts) -> BoolArray:
    audience = facts.facts.names(Fact.AUDIENCE).find("for children")
    genre = facts.catalogue.token_of_facet("genre", "Children")
    said = facts.has(Fact.AUDIENCE, audience)
    return said if genre is None else said | facts.catalogue.has(genre)


def odds_above(facts: CatalogueFacts, age: int) -> npt.NDArray[np.float64]:
    """Log-odds that each recommendable film is rated for people older than `age`, (n_items,)."""
    words = _saying(facts)
    rated = facts.ages >= 0
    above = rated & (facts.ages > age)
    base = (above.sum() + 1) / (rated.sum() + 2)
    films = words @ rated.astype(np.float64)
    share = (words @ above.astype(np.float64) + _SMOOTHING * base) / (films + _SMOOTHING)
    evidence = (_logit(share) - _logit(base)) @ words
    # Words come together (a horror film is creepy): their sum counts as that of its root.
    said = np.maximum(np.asarray(words.sum(axis=0)).ravel(), 1)
    odds: npt.NDArray[np.float64] = evidence / np.sqrt(said) + _logit(base)
    return odds


@lru_cache(maxsize=1)  # asked for twice at the start, and never again
def _saying(facts: CatalogueFacts) -> sparse.csr_matrix:
    """Which recommendable films have which word, (words, n_items), 0 or 1; plain genres last."""
    catalogue = facts.catalogue
    tables = [catalogue.genre_table.T]
    for fact in _JUDGED_BY:
        films = facts.by_code(fact)
        shape = (len(films.starts) - 1, len(catalogue.movies))
        ones = np.ones(len(films.codes))
        tables.append(sparse.csr_matrix((ones, films.codes, films.starts), shape=shape))
    return sparse.vstack([sparse.csr_matrix(table)[:, : catalogue.n_items] for table in tables])


def _logit(share: npt.ArrayLike) -> npt.NDArray[np.float64]:
    shares = np.asarray(share, dtype=np.float64)
    return np.log(shares / (1 - shares))


def homeland(film: Film, catalogue: Catalogue) -> str:
    """The country a film is told as: of several that made it together the one whose films are most
    often in its language; "" where none is known.

    In the Mood for Love was made with money from Thailand, and is in Chinese.
    """
    tongue = catalogue.token_of_facet("language", film.language)
    if tongue is None or not film.countries:
        return next(iter(film.countries), "")
    spoken = catalogue.has(tongue)

    def share(country: str) -> float:
        token = catalogue.token_of_facet("country", country.removeprefix("the "))
        return 0.0 if token is None else float(spoken[catalogue.has(token)].mean())

    return max(film.countries, key=share)


# ---- what a film goes with


def series_of(film: Film, facts: CatalogueFacts) -> list[Movie]:
    """The films of a film's series in order; none where it is of no series."""
    if not film.series:
        return []
    rows = facts.rows(Fact.SERIES, facts.facts.names(Fact.SERIES).find(film.series)).tolist()
    films = filter(None, map(facts.film, rows))
    placed = {one.movie_id: one.place for one in films}
    movies = [facts.catalogue.movies[row] for row in rows]
    return sorted(movies, key=lambda movie: (placed.get(movie.movie_id, 0), movie.year))


def remakes_of(film: Film, facts: CatalogueFacts) -> list[str]:
    """Films that this one is a remake of, or that are remakes of it."""
    tokens = (
        facts.catalogue.token_of_movie_id(relation.movie_id)
        for relation in film.relations
        if relation.kind == "Remake"
    )
    return [facts.catalogue.movie(token).label for token in tokens if token is not None]
