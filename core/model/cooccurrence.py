"""Which films are liked together, and which are talked of.

How much oftener than chance people who like one film like another is its *lift*: the count of
people who like both films over the count to be expected of people as busy as those who like the
first. Its logarithm speaks for little known films as clearly as for famous ones, where weights that
explain a whole table of ratings (EASE) leave to films of a handful of likes next to nothing.

Recorded conversations tell the same of films that are named together.

*Talk prior* is how readily a film is named in a conversation, whatever was said before. Where
mentions were counted they are it, without them the number of ratings stands in. The numbers are
log-odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds

from core.catalogue import Catalogue
from core.data.ratings import Ratings

if TYPE_CHECKING:
    from core.data.dialogs import RecordedTalk

FloatArray = npt.NDArray[np.float32]

_BLOCK: Final = 512
"""Films whose pairs are counted at a time: bounds memory at that many rows of films, sparse and
dense."""

KNOWN: Final = 0.8
"""Per unit of log(ratings + 1), where nobody has counted mentions: Recall@10 on the development
part of ReDial is .109 from titles and .116 from text (.145 and .162 with mentions)."""
NAMED: Final = 0.8
"""Per unit of log(mentions + 1). Recall@10 from titles and text, with films named together, is .160
and .155 at .5, .163 and .166 at .8, .163 and .168 at 1.2, .160 and .171 at 1.5; mentions of the
conversation that is judged do not count (`core.model.affinity` has the other weight). Evenings with
a decade in mind lose .08 of 9 hits from .8 to 1.2. Ratings counted as a tenth of a mention lose
.003 and .008 of Recall."""
ZERO: Final = 1000
"""The film of this rank has talk prior 0 (the last one in a smaller catalogue): films that come up
in talk are above it."""


def talk_prior(
    ratings: Ratings, catalogue: Catalogue, mentions: FloatArray | None = None
) -> FloatArray:
    """Log-odds of being named, (n_items,), against the film of rank `ZERO`.

    `mentions` (n_items,) is how often each film is named in conversations; without it the ratings
    stand in.
    """
    n_items = catalogue.n_items
    if mentions is None:
        values = KNOWN * np.log1p(np.bincount(ratings.row, minlength=n_items)[:n_items])
    else:
        values = NAMED * np.log1p(mentions)
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

    `of` float32 (n_items, rank), `to` (films, rank) of the films that people have rated: `of[j] @
    to[i]` is the log-lift of film i among those who like film j; `talk_prior` float32 (n_items,) is
    that of `core.model.cooccurrence`; `named_together` CSR float32 (films, films) is the log-lift
    of film i (column) among conversations that name film j (row), None where no conversations were
    given.
    """

    of: FloatArray
    to: FloatArray
    talk_prior: FloatArray
    named_together: sparse.csr_matrix | None = None

    @classmethod
    def fit(
        cls,
        ratings: Ratings,
        catalogue: Catalogue,
        settings: CooccurrenceSettings | None = None,
        talk: RecordedTalk | None = None,
        *,
        seed: int = 0,
    ) -> Self:
        """From the ratings of the training people, and what recorded conversations tell.

        `seed` starts the iterative SVD.
        """
        settings = settings or CooccurrenceSettings()
        n_items = catalogue.n_items
        known = min(n_items, settings.max_items)
        of, to = np.zeros((2, n_items, settings.rank), dtype=np.float32)
        rank = min(settings.rank, known - 1)
        if rank > 0:
            lifts = log_lift(ratings.likes()[:, :known], settings.caution)
            start = np.random.default_rng(seed).standard_normal(known).astype(np.float32)
            left, singular, right = svds(lifts, k=rank, v0=start)
            of[:known, :rank], to[:known, :rank] = (
                left * np.sqrt(singular),
                right.T * np.sqrt(singular),
            )
        dialogs, mentions = (None, None) if talk is None else (talk.dialogs, talk.mentions)
        met = None if dialogs is None else log_lift_of_met(dialogs, settings.caution)
        return cls(of, to, talk_prior(ratings, catalogue, mentions), met)


def log_lift(likes: sparse.csr_matrix, caution: float) -> FloatArray:
    """ln((both + c) / (expected + c)) of films (rows) for others (columns), (items, items).

    `likes` are 0 or 1, CSR (people, items). Of n people who like film i, with a share s of all
    likes being those of the people who like film j, n · s are expected to like both. The diagonal
    is 0. People × films is never dense, and of films × films there is one table.
    """
    share, liked = _expected(likes)
    lifts = np.empty((len(liked), len(liked)), dtype=np.float32)
    of_film = likes.T.tocsr()
    for first in range(0, len(liked), _BLOCK):
        block = slice(first, first + _BLOCK)
        both = (of_film[block] @ likes).toarray()
        expected = share[block, None] * liked
        lifts[block] = np.log((both + caution) / (expected + caution))
    np.fill_diagonal(lifts, 0.0)
    return lifts


def log_lift_of_met(named: sparse.csr_matrix, caution: float) -> sparse.csr_matrix:
    """The same where it is above 0, CSR float32 (items, items): only films that met have any."""
    share, often = _expected(named)
    both = (named.T @ named).tocoo()
    apart = both.row != both.col
    row, col, met = both.row[apart], both.col[apart], both.data[apart]
    lifts = np.log((met + caution) / (share[row] * often[col] + caution)).astype(np.float32)
    lifted = lifts > 0
    return sparse.csr_matrix((lifts[lifted], (row[lifted], col[lifted])), shape=both.shape)


def _expected(likes: sparse.csr_matrix) -> tuple[FloatArray, FloatArray]:
    """Of each film the share of all likes that those who like it give, and how many these are."""
    busy = np.ravel(likes.sum(axis=1))
    share = (likes.T @ busy) / max(float(busy.sum()), 1.0)
    return share.astype(np.float32), np.ravel(likes.sum(axis=0)).astype(np.float32)
