"""Who rated what: user × movie ratings, and salted splits by person."""

from __future__ import annotations

import hashlib
from dataclasses import KW_ONLY, dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.rewards import LIKE_FROM

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


def fold_of(user_id: int | str, count: int, salt: str) -> int:
    """Fold 0 … count − 1 of one person, by a salted hash of the id in the file."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{user_id}".encode()).digest()[:8], "big") % count


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings sorted by user, then row; users are numbered 0 … n_users − 1.

    `user`, `row` int64 (n,), `value` float32 (n,) in 0.5 … 5 stars, `timestamp` int64 (n,) seconds
    UTC, `user_ids` int64 (n_users,) the ids of the file; `n_movies` is the number of rows of the
    catalogue.
    """

    user: IntArray
    row: IntArray
    value: FloatArray
    timestamp: IntArray
    user_ids: IntArray
    _: KW_ONLY
    n_movies: int

    @property
    def n_users(self) -> int:
        """Number of people."""
        return len(self.user_ids)

    def __len__(self) -> int:
        return len(self.user)

    @cached_property
    def starts(self) -> IntArray:
        """Offsets, (n_users + 1,): person u's ratings are `[starts[u]:starts[u + 1]]`."""
        return np.searchsorted(self.user, np.arange(self.n_users + 1)).astype(np.int64)

    def of(self, user: int) -> tuple[IntArray, FloatArray]:
        """Rows and stars of one person."""
        span = slice(self.starts[user], self.starts[user + 1])
        return self.row[span], self.value[span]

    def select(self, users: IntArray) -> Ratings:
        """Only these people, renumbered in the order of `users`; ValueError for a repeated one."""
        new_number = np.full(self.n_users, -1, dtype=np.int64)
        new_number[users] = np.arange(len(users))
        if (new_number >= 0).sum() != len(users):
            raise ValueError("a person is selected twice")
        kept = np.flatnonzero(new_number[self.user] >= 0)
        order = kept[np.lexsort((self.row[kept], new_number[self.user[kept]]))]
        return Ratings(
            new_number[self.user[order]],
            self.row[order],
            self.value[order],
            self.timestamp[order],
            self.user_ids[users],
            n_movies=self.n_movies,
        )

    def matrix(self, values: FloatArray | None = None) -> sparse.csr_matrix:
        """CSR (n_users, n_movies), float32: `values` per rating, the stars if None."""
        data = self.value if values is None else values
        return sparse.csr_matrix((data, (self.user, self.row)), shape=(self.n_users, self.n_movies))

    def likes(self) -> sparse.csr_matrix:
        """CSR (n_users, n_movies) float32 of 1 where a person gave at least `LIKE_FROM` stars."""
        liked = self.matrix((self.value >= LIKE_FROM).astype(np.float32))
        liked.eliminate_zeros()
        return liked

    def rated(self) -> sparse.csr_matrix:
        """CSR (n_users, n_movies) float32 of 1 where the person rated the film."""
        return self.matrix(np.ones(len(self), dtype=np.float32))

    def folds(self, count: int, salt: str) -> IntArray:
        """Fold 0 … count − 1 of each person, (n_users,): by a salted hash of the user id.

        A hash and not a shuffle, so that a person stays in their fold when the data grows.
        """
        return np.array(
            [fold_of(int(user_id), count, salt) for user_id in self.user_ids], dtype=np.int64
        )

    def split(self, held_out: int, count: int, salt: str) -> tuple[Ratings, Ratings]:
        """(others, held out): fold number `held_out` of `count` folds by person is held out."""
        fold = self.folds(count, salt)
        return self.select(np.flatnonzero(fold != held_out)), self.select(
            np.flatnonzero(fold == held_out)
        )


def fingerprints(ratings: Ratings, movie_ids: IntArray) -> tuple[str, ...]:
    """A hash of each person's ratings, 12 hex digits each: equal for the same person elsewhere.

    `movie_ids` are those of the rows. Ids of people are no part of it: every data set numbers its
    own.
    """
    prints = []
    for user in range(ratings.n_users):
        rows, stars = ratings.of(user)
        rated = sorted(zip(movie_ids[rows].tolist(), stars.tolist(), strict=True))
        prints.append(hashlib.sha256(repr(rated).encode()).hexdigest()[:12])
    return tuple(prints)
