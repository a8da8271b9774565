"""How readily a film is named in a conversation, whatever was said before: known, recent, not merely well liked.

A fixed sum of what the catalogue and the ratings tell of a film. The numbers are log-odds: part of the conditional
logit that `core.kinship` tells of.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.ratings import Ratings

FloatArray = npt.NDArray[np.float32]

KNOWN: Final = 1.16
"""Per unit of log(ratings + 1)."""
WELL_LIKED: Final = -1.35
"""Per share of its ratings that are likes: at the same number of ratings, people name the lighter film."""
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
"""By year of release, straight lines between these. The newest gain because few have had time to rate them."""
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
"""The film of this rank has appeal 0 (the last one in a smaller catalogue): films that come up in talk are above it."""


def appeal(ratings: Ratings, catalogue: Catalogue) -> FloatArray:
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
