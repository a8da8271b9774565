"""Which films are liked together, and which are talked of.

How much oftener than chance people who like one film like another is its *lift*: the count of
people who like both films over the count to be expected of people as busy as those who like the
first. Its logarithm speaks for little known films as clearly as for famous ones, where weights that
explain a whole table of ratings (EASE) leave to films of a handful of likes next to nothing.

*Talk prior* is how readily a film is named in a conversation, whatever was said before: known,
recent, not merely well liked. It is a fixed sum of what the catalogue and the ratings hold of a
film. The numbers are log-odds: part of the conditional logit of `core.model.affinity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import svds

from core.catalogue import Catalogue
from core.data.ratings import Ratings

FloatArray = npt.NDArray[np.float32]

KNOWN: Final = 1.16
"""Per unit of log(ratings + 1)."""
WELL_LIKED: Final = -1.35
"""Per share of its ratings that are likes: at the same number of ratings, people name the lighter
film."""
YEARS: Final = MappingProxyType(
    {
        1960: 0.0,
        1970: 0.25,
        1980: 0.5,
        1990: -0.11,
        2000: -0.1,
        2005: 1.0,
        2010: 1.6,
        2014: 2.24,
        2015: 1.96,
        2016: 3.44,
        2018: 2.88,
    }
)
"""By year of release, straight lines between these. The newest gain because few have had time to
rate them."""
NO_YEAR: Final = 1990
"""Stands in where the year is unknown."""
GENRES: Final = MappingProxyType(
    {
        "Action": -0.15,
        "Adventure": -0.27,
        "Animation": -0.56,
        "Children": 0.17,
        "Comedy": -0.11,
        "Crime": 0.03,
        "Documentary": -0.04,
        "Drama": -0.47,
        "Fantasy": -0.39,
        "Film-Noir": -0.33,
        "Horror": 0.56,
        "IMAX": -0.38,
        "Musical": 0.25,
        "Mystery": 0.26,
        "Romance": 0.19,
        "Sci-Fi": -0.68,
        "Thriller": -0.25,
        "War": 0.11,
        "Western": -0.38,
    }
)
"""Of each of its genres; 0 for a genre that is not named here."""
ZERO: Final = 1000
"""The film of this rank has talk prior 0 (the last one in a smaller catalogue): films that come up
in talk are above it."""


def talk_prior(ratings: Ratings, catalogue: Catalogue) -> FloatArray:
    """Log-odds of being named, (n_items,), against the film of rank `ZERO`."""
    n_items = catalogue.n_items
    rated = np.bincount(ratings.row, minlength=n_items)[:n_items]
    liked = np.asarray(ratings.likes().sum(axis=0)).ravel()[:n_items]
    years = catalogue.years[:n_items]
    of_genre = [GENRES.get(facet.name, 0.0) for facet in catalogue.facets if facet.kind == "genre"]
    values = (
        KNOWN * np.log1p(rated)
        + WELL_LIKED * liked / np.maximum(rated, 1)
        + np.interp(np.where(years > 0, years, NO_YEAR), list(YEARS), list(YEARS.values()))
        + catalogue.genre_table @ np.array(of_genre, dtype=np.float32)
    )
    centred: FloatArray = (values - np.sort(values)[-min(ZERO, n_items) :][:1]).astype(np.float32)
    return centred


@dataclass(frozen=True, slots=True)
class CooccurrenceSettings:
    """How the cooccurrence of films is fitted."""

    caution: float = 1.0
    """People added to those counted and to those expected: a pair seen once or twice may be
    chance."""
    rank: int = 128
    """Of the table of lifts; in full it tells hardly more and is fifty times as large."""
    max_items: int = 12_000
    """Only the best known films get cooccurrence: the table is dense."""


@dataclass(frozen=True, eq=False)
class Cooccurrence:
    """What is fitted and kept.

    `of`, `to` float32 (n_items, rank): `of[j] @ to[i]` is the log-lift of film i among those who
    like film j; `talk prior` float32 (n_items,) is that of `core.model.cooccurrence`.
    """

    of: FloatArray
    to: FloatArray
    talk_prior: FloatArray

    @classmethod
    def fit(
        cls,
        ratings: Ratings,
        catalogue: Catalogue,
        settings: CooccurrenceSettings | None = None,
        *,
        seed: int = 0,
    ) -> Self:
        """From the ratings of the training people; `seed` starts the iterative SVD."""
        settings = settings or CooccurrenceSettings()
        n_items = catalogue.n_items
        known = min(n_items, settings.max_items)
        of, to = np.zeros((2, n_items, settings.rank), dtype=np.float32)
        rank = min(settings.rank, known - 1)
        if rank > 0:
            lifts = log_lift(ratings.likes()[:, :known].toarray(), settings.caution)
            start = np.random.default_rng(seed).standard_normal(known).astype(np.float32)
            left, singular, right = svds(lifts, k=rank, v0=start)
            of[:known, :rank], to[:known, :rank] = (
                left * np.sqrt(singular),
                right.T * np.sqrt(singular),
            )
        return cls(of, to, talk_prior(ratings, catalogue))


def log_lift(likes: FloatArray, caution: float) -> FloatArray:
    """ln((both + c) / (expected + c)) of films (rows) for others (columns), (items, items).

    `likes` are 0 or 1, (people, items). Of n people who like film i, with a share s of all likes
    being those of the people who like film j, n · s are expected to like both. The diagonal is 0.
    """
    both = likes.T @ likes
    busy = likes.sum(axis=1)
    share = (likes.T @ busy) / max(float(busy.sum()), 1.0)
    expected = share[:, None] * likes.sum(axis=0)[None, :]
    lifts: FloatArray = np.log((both + caution) / (expected + caution)).astype(
        np.float32, copy=False
    )
    np.fill_diagonal(lifts, 0.0)
    return lifts
