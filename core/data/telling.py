"""Which of the words for a film tells most of it: one finer genre, one mood.

A source lists several without order, some of them wrong. The telling one is on few films and goes
with the plain genres that this film has: what films of "cyberpunk film" are, is The Matrix.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.data.facts import CatalogueFacts, Fact

_LEAST_FILMS: Final = 3
"""A word of fewer films is no rarer than one of so many: it may be a slip."""
_SHARPNESS: Final = 3
"""Power of the likeness beside the rarity: with 1 a rare slip wins, with more than 3 only broad
words do (read on 120 films, half of them the best known)."""

Floats = npt.NDArray[np.float64]


class Told(NamedTuple):
    """A word for a film, and how much it tells: 0 is nothing, the best reach 5."""

    name: str
    weight: float


class _Words(NamedTuple):
    """Of each word of a vocabulary: how rare it is, and the plain genres of its films."""

    rarity: Floats
    genres: Floats
    """(words, genres), rows of length 1, or 0 where no film can be recommended."""


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
    order = np.argsort(-weights, kind="stable")
    return [Told(names.names[codes[place]], float(weights[place])) for place in order.tolist()]


def share_with(facts: CatalogueFacts, kind: str, mood: str) -> float:
    """Of the recommendable films of a finer genre the share that has a mood, 0 … 1."""
    of_kind = facts.has(Fact.GENRE, facts.facts.names(Fact.GENRE).find(kind))
    of_mood = facts.has(Fact.MOOD, facts.facts.names(Fact.MOOD).find(mood))
    return float((of_kind & of_mood).sum() / max(of_kind.sum(), 1))


@lru_cache(maxsize=8)
def _words(facts: CatalogueFacts, fact: Fact) -> _Words:
    n_items, plain = facts.catalogue.n_items, _plain(facts)
    found = [facts.rows(fact, (code,)) for code in range(len(facts.facts.names(fact)))]
    found = [rows[rows < n_items] for rows in found]
    sums = np.array([plain[rows].sum(axis=0) for rows in found]).reshape(len(found), plain.shape[1])
    films = np.array([len(rows) for rows in found], dtype=np.float64)
    return _Words(np.log(max(n_items, 1) / np.maximum(films, _LEAST_FILMS)), _unit(sums))


@lru_cache(maxsize=8)
def _plain(facts: CatalogueFacts) -> Floats:
    """The genres of each recommendable film, the rarer the heavier, rows of length 1."""
    table = facts.catalogue.genre_table.astype(np.float64)
    return _unit(table * np.log(max(len(table), 1) / np.maximum(table.sum(axis=0), 1)))


def _unit(rows: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
