"""Ratings → movie vectors that model *having seen* and *liking* together, cross-fitted by person.

Every person is a row of two binary tables side by side, [liked, rated]. Centred and factorised
(SVD), they give each film two vectors: with a taste z ~ N(0, I), the person likes film m with
probability `like_prior[m] + like[m]·z` and has seen it with probability `seen_prior[m] +
seen[m]·z`. This linear-Gaussian reading is what lets the encoder update a taste in closed form
after each reaction.

`ease_weights` is the other reading of the same likes: how much each film speaks for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, svds

from core.data.ratings import IntArray, Ratings
from core.model.kinds import ClassSettings, LatentClasses, fit_classes

FloatArray = npt.NDArray[np.float32]

_SEATS = 20
"""Leading dimensions of people's tastes, by which the classes begin."""


@dataclass(frozen=True, slots=True)
class FactorSettings:
    """How the vectors are fitted."""

    dimensions: int = 128
    """Length of a taste; 64 loses 1 % of the hits on validation people of movielens-mix, 192 gains
    nothing."""
    folds: int = 5
    """Groups of people; those of a group meet vectors fitted on the other groups while the policy
    learns."""
    salt: str = "factors"
    """Names the split of the people into folds."""
    classes: ClassSettings | None = field(default_factory=ClassSettings)
    """None = without kinds of people."""


@dataclass(frozen=True, eq=False)
class MovieVectors:
    """`like`, `seen`: float32 (n_items, dimensions); `like_prior`, `seen_prior`: float32 (n_items,)
    in 0 … 1.

    With them, the kinds of people among those that they were fitted on.
    """

    like: FloatArray
    seen: FloatArray
    like_prior: FloatArray
    seen_prior: FloatArray
    classes: LatentClasses | None = None
    """Kinds of the same people; None = the policy does without."""


def fit(
    ratings: Ratings,
    n_items: int,
    dimensions: int,
    classes: ClassSettings | None = None,
    *,
    seed: int = 0,
) -> MovieVectors:
    """Vectors of the first `n_items` films from these ratings, and kinds of people if wanted.

    Fewer people or films than `dimensions` are fine: the missing dimensions are zero. A truncated
    SVD of the centred
    table, never formed in memory: (n_users, 2·n_items) products with the sparse table and a
    rank-one correction.
    """
    table = sparse.hstack([ratings.likes()[:, :n_items], ratings.rated()[:, :n_items]]).tocsr()
    mean = np.asarray(table.mean(axis=0), dtype=np.float32).ravel()
    rank = min(dimensions, min(table.shape) - 1)
    vectors = np.zeros((2 * n_items, dimensions), dtype=np.float32)
    if rank > 0:
        start = np.random.default_rng(seed).standard_normal(min(table.shape)).astype(np.float32)
        _, singular, right = svds(_centred(table, mean), k=rank, v0=start, random_state=seed)
        order = np.argsort(-singular)
        vectors[:, :rank] = signed(right[order]).T * (singular[order] / np.sqrt(ratings.n_users))
    kinds = None
    if classes is not None:
        seats = _centred(table, mean).matmat(vectors[:, :_SEATS])
        kinds = fit_classes(ratings, n_items, seats, classes, seed=seed)
    return MovieVectors(vectors[:n_items], vectors[n_items:], mean[:n_items], mean[n_items:], kinds)


def kind_tastes(vectors: MovieVectors) -> FloatArray:
    """Where people of each kind are on average, (C, dimensions), divided by the number of fits.

    So a sum over kinds is a mean over fits. The taste of a person is the least-squares one for what
    they like and have seen, so that of a kind comes from its rates. ValueError for vectors without
    kinds.
    """
    kinds = vectors.classes
    if kinds is None:
        raise ValueError("vectors without kinds of people")
    known = kinds.liked + kinds.disliked + kinds.fair
    beyond = np.concatenate([kinds.liked - vectors.like_prior, known - vectors.seen_prior], axis=1)
    both = np.concatenate([vectors.like, vectors.seen]).astype(np.float64)
    gram = np.linalg.pinv(
        both.T @ both, rcond=1e-6, hermitian=True
    )  # dimensions that few people leave empty stay 0
    tastes: FloatArray = (beyond @ both @ gram / kinds.fits).astype(np.float32)
    return tastes


def cross_fit(
    ratings: Ratings, n_items: int, settings: FactorSettings, *, seed: int = 0
) -> Iterator[tuple[IntArray, MovieVectors]]:
    """(no people, vectors from all), then for each fold (its people, vectors from the others).

    The vectors of a fold are rotated onto those from everyone (orthogonal Procrustes), so that a
    taste means the same whichever vectors made it. An iterator, so that a caller can show progress.
    """
    fold = ratings.folds(settings.folds, settings.salt)
    fewest = ratings.n_users - int(np.bincount(fold, minlength=settings.folds).max())
    classes = None if settings.classes is None else settings.classes.for_people(fewest)
    everyone = fit(ratings, n_items, settings.dimensions, classes, seed=seed)
    yield np.zeros(0, dtype=np.int64), everyone
    for number in range(settings.folds):
        others = ratings.select(np.flatnonzero(fold != number))
        vectors = fit(others, n_items, settings.dimensions, classes, seed=seed)
        yield np.flatnonzero(fold == number), _aligned(vectors, everyone)


def ease_weights(likes: FloatArray, regularisation: float) -> FloatArray:
    """B = I − P · diag(1 / diag P), P = (XᵀX + λI)⁻¹, for dense X (people, items), zero diagonal.

    With fewer people than items P comes from the people's Gram matrix: (XᵀX + λI)⁻¹ = (I − Xᵀ(XXᵀ +
    λI)⁻¹X) / λ.
    """
    people, items = likes.shape
    if people < items:
        inner = np.linalg.inv(likes @ likes.T + regularisation * np.eye(people, dtype=np.float32))
        precision = -(likes.T @ (inner @ likes))
        precision[np.diag_indices(items)] += 1.0
    else:
        precision = np.linalg.inv(
            likes.T @ likes + regularisation * np.eye(items, dtype=np.float32)
        )
    precision /= -np.diag(precision)
    np.fill_diagonal(precision, 0.0)
    return precision.astype(np.float32, copy=False)


def signed(right: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Singular vectors, one a row, are free in sign: the largest entry of each made positive.

    So runs agree whose sums differ in their last digits (other processors, other numbers of
    threads).
    """
    largest = np.take_along_axis(right, np.abs(right).argmax(axis=1)[:, None], axis=1)
    signed: npt.NDArray[np.floating] = right * np.where(largest < 0, -1.0, 1.0)
    return signed


def _centred(table: sparse.csr_matrix, mean: FloatArray) -> LinearOperator:
    ones = np.ones(table.shape[0], dtype=np.float32)
    return LinearOperator(
        table.shape,
        matvec=lambda x: table @ x.ravel() - mean @ x.ravel(),
        rmatvec=lambda y: table.T @ y.ravel() - mean * (ones @ y.ravel()),
        matmat=lambda x: table @ x - np.outer(ones, mean @ x),
        rmatmat=lambda y: table.T @ y - np.outer(mean, ones @ y),
        dtype=np.float32,
    )


def _aligned(vectors: MovieVectors, reference: MovieVectors) -> MovieVectors:
    stacked = np.concatenate([vectors.like, vectors.seen])
    left, _, right = np.linalg.svd(stacked.T @ np.concatenate([reference.like, reference.seen]))
    rotation = (left @ right).astype(np.float32)
    return replace(vectors, like=vectors.like @ rotation, seen=vectors.seen @ rotation)
