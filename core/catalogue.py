"""Every film and facet Marquee knows, and the numbers that stand for them.

One numbering serves all: token 0 is padding, tokens 1 … M are the films in row order, then come the
facets (genres, tags, people). Rows are in order of evidence (number of training ratings, most
first; ties by movieId; behind the `n_rated` films that have enough, those that were added by what
is known of them), so the films that can be recommended are the first `n_items` rows, action `a` is
row `a` is token `a + 1`, and a smaller row is a better known film.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.domain import Constraints, Facet, Movie

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Immutable table of films and facets.

    `movies[row].row == row`; `membership` is CSR of shape (facets, movies), bool; `n_ratings` is
    int64 of shape (movies,), the evidence in the training data; `n_items` films, the first rows,
    can be recommended.
    """

    movies: tuple[Movie, ...]
    facets: tuple[Facet, ...]
    membership: sparse.csr_matrix
    n_ratings: IntArray
    n_items: int
    columns: Mapping[str, IntArray] = field(default_factory=dict)
    """Further numbers of the recommendable films that a `Limit` may bound, each (n_items,), −1
    where unknown: "minutes" and "age" where there is a pack of facts."""
    typicality: sparse.csr_matrix | None = None
    """How much of each facet the recommendable films are, CSR float32 (facets, n_items) in 0 … 1
    (`core.data.typicality`); None where nobody has foretold it."""

    akin: sparse.csr_matrix | None = None
    """How alike recommendable films are by the words that are said of them, CSR float32 (n_items,
    n_items) (`core.data.search.akin`); None where nothing is said."""

    rated: int | None = None
    """See `n_rated`; None where all films that can be recommended have ratings enough."""

    def __post_init__(self) -> None:
        if self.membership.shape != (len(self.facets), len(self.movies)):
            raise ValueError(f"membership has shape {self.membership.shape}")
        fitting = self.typicality
        if fitting is not None and fitting.shape != (len(self.facets), self.n_items):
            raise ValueError(f"typicality has shape {fitting.shape}")
        if not 0 <= self.n_items <= len(self.movies):
            raise ValueError(f"n_items {self.n_items} of {len(self.movies)} movies")

    @property
    def n_rated(self) -> int:
        """Films, the first rows, that ratings tell of; of those behind them what can be recommended
        was foretold from what is known (`core.training.extending`).
        """
        return self.n_items if self.rated is None else self.rated

    # ---- tokens

    @property
    def n_tokens(self) -> int:
        """Number of tokens, padding included."""
        return 1 + len(self.movies) + len(self.facets)

    def movie_token(self, row: int) -> int:
        """Token of the film in `row`."""
        return row + 1

    def facet_token(self, index: int) -> int:
        """Token of facet number `index`."""
        return 1 + len(self.movies) + index

    def is_movie(self, token: int) -> bool:
        """Whether the token stands for a film."""
        return 1 <= token <= len(self.movies)

    def is_facet(self, token: int) -> bool:
        """Whether the token stands for a genre, tag or person."""
        return len(self.movies) < token < self.n_tokens

    def movie(self, token: int) -> Movie:
        """The film behind a token; KeyError for any other token."""
        if not self.is_movie(token):
            raise KeyError(token)
        return self.movies[token - 1]

    def facet(self, token: int) -> Facet:
        """The facet behind a token; KeyError for any other token."""
        if not self.is_facet(token):
            raise KeyError(token)
        return self.facets[token - 1 - len(self.movies)]

    # ---- stable names: what is written to disk, so that a later catalogue can read it

    def key_of(self, token: int) -> str:
        """Stable name of a token: "movie:1214" or "genre:Sci-Fi"."""
        return (
            f"movie:{self.movie(token).movie_id}" if self.is_movie(token) else self.facet(token).key
        )

    def token_of(self, key: str) -> int | None:
        """Token of a stable name; None where this catalogue does not hold it."""
        kind, _, name = key.partition(":")
        if kind != "movie":
            return self._token_of_facet.get(key)
        return self.token_of_movie_id(int(name)) if name.isdecimal() else None

    def token_of_movie_id(self, movie_id: int) -> int | None:
        """Token of a MovieLens movieId; None where unknown."""
        return self._token_of_movie.get(movie_id)

    def token_of_facet(self, kind: str, name: str) -> int | None:
        """Token of a genre, tag or person by exact name; None where unknown."""
        return self._token_of_facet.get(f"{kind}:{name}")

    # ---- columns

    @cached_property
    def years(self) -> IntArray:
        """Year of each film, (movies,), 0 where unknown."""
        return np.fromiter(
            (movie.year for movie in self.movies), dtype=np.int64, count=len(self.movies)
        )

    def numbers(self, column: str) -> IntArray:
        """What a `Limit` bounds, (≥ n_items,), −1 where unknown; KeyError for no such column."""
        match column:
            case "year":
                return np.where(self.years > 0, self.years, -1)
            case "rank":
                return self.ranks
        return self.columns[column]

    @cached_property
    def ranks(self) -> IntArray:
        """Place of each film by how well known it is, (movies,), 0 is the best known.

        Whoever rated films in 1999 could not rate Parasite: a film is as well known as its ratings
        say, or as they say beside the best known films of its years, where these have fewer ratings
        than those of the best years before them. The better place of the two.
        """
        known = self.n_ratings / self.rated_shares
        order = np.argsort(-known, kind="stable")
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return np.minimum(ranks, np.arange(len(ranks)))

    @cached_property
    def rated_shares(self) -> npt.NDArray[np.float64]:
        """How much the films of each film's years are rated beside those of the best years before
        them, (movies,), 1 up to these.
        """
        best = _best_known(self.years, self.n_ratings)
        peak = int(best.argmax()) if len(best) else 0
        later = np.maximum(self.years, peak)
        shares = best[later] / best[peak] if len(best) and best[peak] > 0 else np.ones(len(later))
        return np.maximum(shares, _LEAST_SHARE)

    def measures(self, column: str) -> bool:
        """Whether films have such a number here."""
        return column in ("year", "rank") or column in self.columns

    @cached_property
    def movie_ids(self) -> IntArray:
        """MovieLens movieId of each film, (movies,)."""
        return np.fromiter(
            (movie.movie_id for movie in self.movies), dtype=np.int64, count=len(self.movies)
        )

    @cached_property
    def facet_sizes(self) -> IntArray:
        """Number of films that have each facet, (facets,)."""
        sizes: IntArray = self.membership.getnnz(axis=1).astype(np.int64)
        return sizes

    @cached_property
    def genre_table(self) -> npt.NDArray[np.float32]:
        """Which genres each recommendable film is of, 0 or 1, (n_items, genres), in facet order."""
        genres = [index for index, facet in enumerate(self.facets) if facet.kind == "genre"]
        table: npt.NDArray[np.float32] = (
            self.membership[genres][:, : self.n_items].T.toarray().astype(np.float32)
        )
        return table

    @cached_property
    def degrees(self) -> sparse.csr_matrix:
        """How far a film is what is meant by a facet, CSR float32 (facets, n_items): its
        `typicality`, or 1 for the films of the facet.
        """
        if self.typicality is not None:
            return self.typicality
        return self.membership[:, : self.n_items].astype(np.float32).tocsr()

    def lift(self, one: int, other: int) -> float:
        """How often films are of two facets at once, by how often they would be by chance."""
        first = 1 + len(self.movies)
        rows = self.degrees[one - first], self.degrees[other - first]
        by_chance = float(rows[0].sum() * rows[1].sum()) / max(self.n_items, 1)
        return float(rows[0].multiply(rows[1]).sum()) / by_chance if by_chance else 0.0

    def has(self, token: int) -> BoolArray:
        """Which recommendable films have a facet, (n_items,), read-only; KeyError for others."""
        if not self.is_facet(token):
            raise KeyError(token)
        if (mask := self._masks.get(token)) is None:
            # Cutting a row out of a CSR matrix takes longer than everything else about a wish.
            whole = np.zeros(len(self.movies), dtype=np.bool_)
            whole[self.membership[token - 1 - len(self.movies)].indices] = True
            mask = whole[: self.n_items].copy()
            mask.flags.writeable = False
            self._masks[token] = mask
        return mask

    def degree(self, token: int) -> npt.NDArray[np.float32]:
        """How far each recommendable film is what is meant by a facet, (n_items,), 0 … 1."""
        whole = np.zeros(self.n_items, dtype=np.float32)
        number = token - 1 - len(self.movies)
        span = slice(*self.degrees.indptr[number : number + 2])
        whole[self.degrees.indices[span]] = self.degrees.data[span]
        return whole

    def fits(self, token: int) -> BoolArray:
        """Which recommendable films a wish for a facet allows, (n_items,): those that have it, and
        where not every film was asked about it, those that are like them (`degrees`).
        """
        if token not in self._fitting:
            has = self.has(token)
            facet = self.facet(token)
            if facet.is_theme:
                has = has | (self.degree(token) > 0)
            elif facet.kind == "country":
                has = self._made_by(has)
            self._fitting[token] = has
        return self._fitting[token]

    def _made_by(self, films: BoolArray) -> BoolArray:
        """Those of the films of a country, or a part of the world, that are told as of it.

        Where it does not mostly make films in English itself, an English one in which the United
        States took part is an American film: nobody who asks for Czech films means The Prince & Me.
        """
        english = self.token_of_facet("language", "English")
        states = self.token_of_facet("country", "United States")
        if english is None or states is None:
            return films
        own = films & ~self.has(states)
        others = films & ~(self.has(english) & self.has(states))
        speaks = own.any() and float(self.has(english)[own].mean()) >= _MOSTLY
        return films if speaks or not others.any() or not own.any() else others

    def facets_of(self, token: int) -> tuple[int, ...]:
        """Facet tokens of a film; KeyError for any other token."""
        if not self.is_movie(token):
            raise KeyError(token)
        first, last = self._by_film.indptr[token - 1 : token + 1]
        return tuple(
            self.facet_token(index) for index in sorted(self._by_film.indices[first:last].tolist())
        )

    def allowed(self, constraints: Constraints) -> BoolArray:
        """Which of the recommendable films fulfil the constraints, (n_items,)."""
        mask = np.ones(self.n_items, dtype=np.bool_)
        for limit in constraints.limits:
            numbers = self.numbers(limit.column)[: self.n_items]
            mask &= (numbers >= limit.low) & (numbers <= limit.high)
        for group in constraints.musts:
            mask &= np.logical_or.reduce([self.fits(token) for token in group])
        for token in constraints.excluded:
            mask &= ~self.fits(token)
        if constraints.among is not None:
            mask &= np.isin(np.arange(1, self.n_items + 1), constraints.among)
        return mask

    def rows_of(self, movie_ids: Iterable[int]) -> IntArray:
        """Row of each movieId, −1 where unknown; shape as given."""
        wanted = np.array([int(movie_id) for movie_id in movie_ids], dtype=np.float64)
        rows = np.full(wanted.shape, -1, dtype=np.int64)
        if len(self.movies):
            place = np.searchsorted(self.movie_ids, wanted, sorter=self._by_id)
            found = self._by_id[np.minimum(place, len(self.movies) - 1)]
            is_known = self.movie_ids[found] == wanted
            rows[is_known] = found[is_known]
        return rows

    @cached_property
    def _by_film(self) -> sparse.csc_matrix:
        """The membership, quick to cut by film."""
        return self.membership.tocsc()

    @cached_property
    def _masks(self) -> dict[int, BoolArray]:
        """Which films have a facet, by its token, for those that were asked for."""
        return {}

    @cached_property
    def _fitting(self) -> dict[int, BoolArray]:
        """Which films a wish for a facet allows, by its token, for those that were asked for."""
        return {}

    @cached_property
    def _by_id(self) -> IntArray:
        """Rows in order of their movieIds: a tenth of what a dictionary takes."""
        return np.argsort(self.movie_ids, kind="stable")

    @cached_property
    def _token_of_movie(self) -> dict[int, int]:
        return {movie.movie_id: 1 + movie.row for movie in self.movies}

    @cached_property
    def _token_of_facet(self) -> dict[str, int]:
        return {facet.key: self.facet_token(index) for index, facet in enumerate(self.facets)}


_MOSTLY: Final = 0.8
"""Share of films from which on a country makes its films in a language."""
_BEST: Final = 20
"""Best known films of a year and of the years beside it: their mean says how much was rated."""
_LEAST_SHARE: Final = 0.02
"""Of the best years: the films of 2022 have a fortieth of the ratings of those of 1994, and beyond
that a handful of ratings says nothing."""


def _best_known(years: IntArray, n_ratings: IntArray) -> npt.NDArray[np.float64]:
    """Mean ratings of the best known films around each year, (last year + 1,); 0 where films are
    fewer.
    """
    best = np.zeros(int(years.max(initial=-1)) + 1)
    for year in np.unique(years[years > 0]).tolist():
        around = n_ratings[np.abs(years - year) <= 1]
        if len(around) >= _BEST:
            best[year] = np.sort(around)[-_BEST:].mean()
    return best


# ---- rows of sparse tables, cut by hand: for the few of one turn scipy takes ten times as long to
# check its arguments and to build a table as the numbers take to copy


class Entries(NamedTuple):
    """What rows of a table hold, row by row; (entries,) each."""

    place: IntArray
    """Which of the rows that were asked for."""
    column: npt.NDArray[np.int32] | IntArray
    value: npt.NDArray[np.float32]


def entries(table: sparse.csr_matrix, rows: IntArray) -> Entries:
    """What rows (n,) of a CSR float32 table hold; a row may be asked for twice."""
    first = table.indptr[rows].astype(np.int64)
    length = table.indptr[rows + 1] - first
    start = np.cumsum(length) - length
    stored = np.repeat(first - start, length) + np.arange(length.sum())
    place = np.repeat(np.arange(len(rows)), length)
    return Entries(place, table.indices[stored], table.data[stored])


def dense_rows(table: sparse.csr_matrix, rows: IntArray) -> npt.NDArray[np.float32]:
    """Rows (n,) of a CSR float32 table without double entries, (n, columns)."""
    place, column, value = entries(table, rows)
    dense = np.zeros((len(rows), table.shape[1]), dtype=np.float32)
    dense[place, column] = value
    return dense
