"""Ratings → movie vectors that model *having seen* and *liking* together, cross-fitted by person.

Every person is a row of two binary tables side by side, [liked, rated]. Centred and factorised
(SVD), they give each film two vectors: with a taste z ~ N(0, I), the person likes film m with
probability `like_prior[m] + like[m]·z` and has seen it with probability `seen_prior[m] +
seen[m]·z`. This linear-Gaussian reading is what lets the encoder update a taste in closed form
after each reaction.

`ease_weights` is the other reading of the same likes: how much each film speaks for each other.

Ratings → kinds of people: classes in which films are liked and seen at other rates.

The Gaussian reading of `core.model.factors` takes people for linear: liking one film more always
says the same of another. People are also of kinds: those who came in 1997 and saw what was in the
cinemas then, those who rate every classic, those who rate what children watch. A latent class model
(Lazarsfeld & Henry 1968) says this directly: a person is of class c with probability `prior[c]`,
and then likes, dislikes, finds fair or has not seen film m with probabilities that depend on c
alone. What a person says about films picks out the classes, and those foretell the rest.

Fitted by expectation and maximisation. One fit falls into one of many good optima; the mean over
several fits, begun from different people, foretells better than any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.cluster.vq import kmeans2
from scipy.sparse.linalg import LinearOperator, svds

from core.data.ratings import IntArray, Ratings
from core.rewards import DISLIKE_BELOW, LIKE_FROM

FloatArray = npt.NDArray[np.float32]

KINDS: Final = ("liked", "disliked", "fair")
"""What a rated film can be to a person; what is missing to 1 is not having seen it."""
_LEAST, _LEAST_UNSEEN = 1e-5, 1e-4
"""Smallest rates: nothing that people say may be impossible."""
_PEOPLE_A_CLASS: Final = 4
"""No more classes than there are this many people for each."""


@dataclass(frozen=True, slots=True)
class ClassSettings:
    """How the classes are fitted.

    Hits of the joint posterior with half of this reading added to its chance of liking, over 950
    people in three splits of movielens-mix, mean of 0, 1 and 3 stated: 64 classes in 3 fits are
    worth +.05, 96 in 3 +.07, 128 in 3 +.075, 128 in 12 +.09, with a standard error of .03. 96 in 3
    keep a bundle of 6,000 films below 20 MB.
    """

    classes: int = 96
    """Kinds of people in one fit."""
    fits: int = 3
    smoothing: float = 3.0
    """People of the average kind that are added to each class."""
    rounds: int = 30
    """Of expectation and maximisation."""

    def for_people(self, count: int) -> ClassSettings:
        """As many classes as so many people can fill; at least one."""
        return replace(self, classes=max(1, min(self.classes, count // _PEOPLE_A_CLASS)))


@dataclass(frozen=True, eq=False)
class LatentClasses:
    """C classes, those of one fit after those of the other."""

    fits: int
    prior: FloatArray
    """(C,), adding up to 1 within a fit."""
    liked: FloatArray
    """(C, n_items): chance that somebody of the class has seen the film and gives it `LIKE_FROM`
    stars or more."""
    disliked: FloatArray
    """(C, n_items): fewer than `DISLIKE_BELOW`."""
    fair: FloatArray
    """(C, n_items): between the two."""

    @property
    def n_items(self) -> int:
        """Films of which they tell: those that people have rated."""
        return int(self.liked.shape[1])

    def as_type(self, kind: npt.DTypeLike) -> LatentClasses:
        """The same in numbers of another size: a bundle keeps them in half of theirs."""
        parts = (self.prior, self.liked, self.disliked, self.fair)
        return LatentClasses(self.fits, *(part.astype(kind, copy=False) for part in parts))

    @property
    def unseen(self) -> FloatArray:
        """(C, n_items): chance of not having seen the film."""
        unseen: FloatArray = np.maximum(1.0 - self.liked - self.disliked - self.fair, _LEAST_UNSEEN)
        return unseen


def fit_classes(
    ratings: Ratings, n_items: int, seats: FloatArray, settings: ClassSettings, *, seed: int = 0
) -> LatentClasses:
    """Classes of these people, over the first `n_items` films.

    `seats` (n_users, d) say who is near whom to begin with: tastes by the movie vectors.
    """
    tables = _tables(ratings, n_items)
    count = settings.for_people(ratings.n_users).classes
    fits = [
        _fit(tables, _seated(seats, count, np.random.default_rng([seed, number])), settings)
        for number in range(settings.fits)
    ]
    prior, *rates = (
        np.concatenate([fit[part] for fit in fits]).astype(np.float32) for part in range(4)
    )
    return LatentClasses(settings.fits, prior, *rates)


def _tables(ratings: Ratings, n_items: int) -> list[sparse.csr_matrix]:
    """Who liked, disliked and found fair what: CSR (n_users, n_items) in the order of `KINDS`."""
    inside = ratings.row < n_items
    user, row, stars = ratings.user[inside], ratings.row[inside], ratings.value[inside]
    liked, disliked = stars >= LIKE_FROM, stars < DISLIKE_BELOW
    shape = (ratings.n_users, n_items)
    return [
        sparse.csr_matrix(
            (np.ones(int(mask.sum()), dtype=np.float32), (user[mask], row[mask])), shape=shape
        )
        for mask in (liked, disliked, ~liked & ~disliked)
    ]


def _seated(seats: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Nearly certain classes to begin with, (n_users, count)."""
    _, label = kmeans2(
        seats.astype(np.float64), count, minit="++", seed=rng, missing="warn", iter=15
    )
    belongs = np.full((len(seats), count), 0.02 / count, dtype=np.float32)
    belongs[np.arange(len(seats)), label] += 0.98
    return belongs


def _fit(
    tables: list[sparse.csr_matrix], belongs: FloatArray, settings: ClassSettings
) -> tuple[npt.NDArray[np.floating], ...]:
    """(prior, liked, disliked, fair) of one fit that begins with these memberships."""
    people, count = belongs.shape
    overall = [np.maximum(np.asarray(table.mean(axis=0)).ravel(), _LEAST) for table in tables]
    for _ in range(settings.rounds):
        size = belongs.sum(axis=0)
        prior = (size + 1.0) / (people + count)
        rates = [
            np.maximum(
                ((table.T @ belongs).T + settings.smoothing * mean)
                / (size + settings.smoothing)[:, None],
                _LEAST,
            )
            for table, mean in zip(tables, overall, strict=True)
        ]
        unseen = np.log(np.maximum(1.0 - sum(rates), _LEAST_UNSEEN))
        evidence = np.log(prior) + unseen.sum(axis=1)
        evidence = evidence + sum(
            table @ (np.log(rate) - unseen).T for table, rate in zip(tables, rates, strict=True)
        )
        chances = np.exp(evidence - evidence.max(axis=1, keepdims=True))
        belongs = (chances / chances.sum(axis=1, keepdims=True)).astype(np.float32)
    return prior, *rates


def low_rank(table: FloatArray, most: int | None = None) -> tuple[FloatArray, FloatArray]:
    """Codes (n, r) and basis (r, columns) whose product is the table, for the least rank r, or the
    nearest table of the rank `most`.
    """
    whole = table.astype(np.float64)
    squares, axes = np.linalg.eigh(whole.T @ whole)
    kept = squares > _NOUGHT * squares[-1]
    basis = axes[:, kept].T[::-1][:most]
    return (whole @ basis.T).astype(np.float32), basis.astype(np.float32)


def fame_of(seen_prior: FloatArray) -> FloatArray:
    """In what unit the vectors of a film grow with the share of people who have seen it, (n, 1)."""
    fame: FloatArray = np.sqrt(np.maximum(seen_prior, RARE))[:, None]
    return fame


RARE: Final = 2e-4
"""Share of the people below which a film is hardly more unknown: half a person of 2,752."""
_NOUGHT: Final = 1e-9
"""Share of the largest square below which a dimension is rounding."""
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

    With them, the kinds of people among those that they were fitted on. Of films behind those that
    the kinds tell of nobody's ratings are known: their vectors are foretold
    (`core.training.extending`), few numbers a film.
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
    known, rated = kinds.liked + kinds.disliked + kinds.fair, slice(kinds.n_items)
    priors = vectors.like_prior[rated], vectors.seen_prior[rated]
    beyond = np.concatenate([kinds.liked - priors[0], known - priors[1]], axis=1)
    both = np.concatenate([vectors.like[rated], vectors.seen[rated]]).astype(np.float64)
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
