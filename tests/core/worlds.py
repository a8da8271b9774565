"""Small worlds of ratings in which the right answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Movie


def ratings_of(stars: Sequence[Sequence[float]], first_id: int = 1) -> Ratings:
    """A person a row, a film a column, 0 = not rated."""
    table = np.array(stars, dtype=np.float32)
    user, row = np.nonzero(table)
    ids = np.arange(first_id, first_id + len(table))
    timestamp = np.zeros(len(user), dtype=np.int64)
    return Ratings(user, row, table[user, row], timestamp, ids, n_movies=table.shape[1])


def catalogue_of(n_ratings: Sequence[int], n_items: int | None = None) -> Catalogue:
    """Films without genres, in the order given."""
    movies = tuple(Movie(row, 100 + row, f"Film {row}", 2000, ()) for row in range(len(n_ratings)))
    membership = sparse.csr_matrix((0, len(movies)), dtype=np.bool_)
    count = len(movies) if n_items is None else n_items
    return Catalogue(movies, (), membership, np.array(n_ratings, dtype=np.int64), count)


def checkerboard(people: int = 40, films: int = 12, first_id: int = 1, seed: int = 0) -> Ratings:
    """Two tastes: even people love even films and hate odd ones, odd people the reverse; four in
    five are rated."""
    person, film = np.indices((people, films))
    stars = np.where((person + film) % 2 == 0, 5.0, 1.0)
    rated = np.random.default_rng(seed).random(stars.shape) < 0.8
    return ratings_of((stars * rated).tolist(), first_id)


def transcripts(
    *events: Sequence[tuple[int, int]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """A batch of transcripts of (token, outcome), padded to the longest."""
    batch = np.zeros((len(events), max(1, *map(len, events)), 2), dtype=np.int32)
    for transcript, given in zip(batch, events, strict=True):
        if given:
            transcript[: len(given)] = given
    return batch


def held_out_world(ratings: Ratings, least: int = 5) -> tuple[Catalogue, Ratings, Ratings]:
    """(catalogue, training people, held-out fifth), rows in order of evidence among the training
    people only."""
    train, held_out = ratings.split(0, 5, "held-out")
    counts = np.bincount(train.row, minlength=ratings.n_movies)
    order = np.argsort(-counts, kind="stable")
    new_row = np.argsort(order)
    everyone = np.arange(ratings.n_users)
    catalogue = catalogue_of(counts[order].tolist(), n_items=int((counts >= least).sum()))

    def renumbered(people: Ratings) -> Ratings:
        return replace(people, row=new_row[people.row]).select(everyone[: people.n_users])

    return catalogue, renumbered(train), renumbered(held_out)
