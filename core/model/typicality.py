"""How much of a kind a film is: what everything else that is known says of each of its facets.

Forrest Gump is a comedy by its label, and nothing else about it is one; Creed is not tagged
"boxing", and everything else about it is. The *typicality* of a film for a facet (a genre, a tag, a
keyword …) is in 0 … 1:

    typicality = σ(log [p(score | films of the facet) / p(score | all films)] − EVEN)

where the score is what kernel ridge regression foretells of the film from all other films: the
words of its facts and texts, its other facets, genres and years, and who likes it. The facet itself
and the words of its name are left out of the kernel, and the film out of the fit, both in closed
form (Sherman, Morrison and Woodbury; Allen's leave-one-out residuals 1974), so one inverse of a
(films × films) matrix serves a thousand facets.

A wish for a facet asks for films as far as they are typical of it; whether a film has a facet is
still what its facts and its audience say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack
from scipy.special import expit

from core.catalogue import Catalogue
from core.data.search import Words, stems
from core.model.factors import MovieVectors

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

GRADED: Final = ("genre", "tag", "subgenre", "keyword", "source")
"""Kinds of facets that films are more or less of; a director has made a film or not."""
EVEN: Final = 1.5
"""Log-likelihood ratio at which a film is half of the kind."""
MISSING: Final = 0.5
"""Chance from which on a film counts as of a facet that nobody has given it."""


@dataclass(frozen=True, slots=True)
class TypicalitySettings:
    """How typicality is foretold; the weights are of parts of the kernel with a diagonal of 1.

    On half of the tags with 30 films or more (255; the weights were looked at on the other half)
    the area under the curve is .89 in the mean, with the facet and its name left out: what
    `python -m core.model.typicality` would say of a film that nobody has tagged.
    """

    words: float = 1.0
    facets: float = 1.0
    genres: float = 0.5
    years: float = 0.3
    people: float = 0.3
    """Who likes the film: the direction of its vector."""
    ridge: float = 30.0
    least: int = 8
    """Films of a facet from which on it can be told what they have in common."""
    block: int = 64
    """Facets at once: memory is (films × six columns a facet)."""


def typicality(
    catalogue: Catalogue,
    words: Words,
    vectors: MovieVectors,
    settings: TypicalitySettings | None = None,
) -> sparse.csr_matrix:
    """Typicality of the recommendable films, CSR float32 (facets, n_items), 0 … 1.

    Films without a facet are 0, but for those that surely miss it (`MISSING`). Facets that are not
    graded, or have too few films, are 1 for their films.
    """
    chosen = settings or TypicalitySettings()
    members = catalogue.membership[:, : catalogue.n_items].astype(np.float32).tocsr()
    counts = members.getnnz(axis=1)
    graded = np.array([facet.kind in GRADED for facet in catalogue.facets], dtype=np.bool_)
    told = np.flatnonzero(graded & (counts >= chosen.least) & (counts < catalogue.n_items))
    plain = sparse.diags(np.isin(np.arange(len(counts)), told, invert=True).astype(np.float32))
    found = [(plain @ members).tocoo()]
    for numbers, ratio, chance in _foretold(catalogue, words, vectors, told, chosen):
        has = members[numbers].toarray().T > 0
        value = expit(ratio - EVEN)
        value = np.where(has, value, np.where(chance >= MISSING, chance * value, 0.0))
        film, place = np.nonzero(value)
        found.append(
            sparse.coo_matrix((value[film, place], (numbers[place], film)), shape=members.shape)
        )
    whole = sum(found[1:], start=found[0].tocsr()).tocsr().astype(np.float32)
    whole.sort_indices()
    return whole


class Foretold(NamedTuple):
    """What is foretold of some facets."""

    facets: IntArray
    """(n,) numbers."""
    ratio: FloatArray
    """Log-likelihood ratios, (n_items, n)."""
    chance: FloatArray
    """Chance that the film is of the facet, (n_items, n)."""


def _foretold(
    catalogue: Catalogue,
    words: Words,
    vectors: MovieVectors,
    facets: IntArray,
    settings: TypicalitySettings,
) -> Iterator[Foretold]:
    """Facet after facet, some at once."""
    features = _features(catalogue, words, settings)
    inverse = _inverse(_kernel(catalogue, features.table, vectors, settings))
    by_facet = catalogue.membership[:, : catalogue.n_items].astype(np.float32).tocsr()
    for start in range(0, len(facets), settings.block):
        numbers = facets[start : start + settings.block]
        labels = by_facet[numbers].toarray().T
        own = [features.of_facet(int(number), catalogue) for number in numbers]
        scores = _left_out(inverse, features.table, labels, own)
        yield Foretold(numbers, *_calibrated(scores, labels))


class _Features(NamedTuple):
    """Sparse parts of the kernel, side by side, and where a facet and its name stand in them."""

    table: sparse.csc_matrix
    word_at: dict[str, int]
    facet_at: dict[int, int]

    def of_facet(self, number: int, catalogue: Catalogue) -> list[int]:
        """Columns of a facet and of the words that it is called."""
        facet = catalogue.facets[number]
        called = {stem for name in (facet.name, *facet.aliases) for stem in stems(name)}
        columns = [self.word_at[stem] for stem in sorted(called) if stem in self.word_at]
        return [self.facet_at[number], *columns[:_CALLED]]


_CALLED: Final = 8
"""Words of a facet's names that are left out at most: each costs as much as a facet."""
_RARE: Final = 3
"""Films that a word needs to tell anything of another one."""


def _features(catalogue: Catalogue, words: Words, settings: TypicalitySettings) -> _Features:
    n_items = catalogue.n_items
    often = np.flatnonzero(words.said.getnnz(axis=0) >= _RARE)
    said = words.said[:, often].astype(np.float32)
    said.data = 1.0 + np.log(said.data)
    members = catalogue.membership[:, :n_items].T.tocsr().astype(np.float32)
    genre = np.array([facet.kind == "genre" for facet in catalogue.facets], dtype=np.bool_)
    others, genres = np.flatnonzero(~genre), np.flatnonzero(genre)
    parts = [
        np.sqrt(settings.words) * _unit(_rare(said)),
        np.sqrt(settings.facets) * _unit(_rare(members[:, others])),
        np.sqrt(settings.genres) * _unit(members[:, genres]),
    ]
    at = {int(number): len(often) + place for place, number in enumerate((*others, *genres))}
    return _Features(
        sparse.hstack(parts).tocsc().astype(np.float32),
        {words.stems[code]: place for place, code in enumerate(often.tolist())},
        at,
    )


def _rare(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Columns weighted by the log of films per film that has it."""
    weight = np.log(table.shape[0] / np.maximum(table.getnnz(axis=0), 1.0))
    return (table @ sparse.diags(weight)).tocsr()


def _unit(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows of length 1, empty ones left empty."""
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table


_BELLS: Final = np.arange(1930, 2024, 6)
_APART: Final = 8.0
"""Years in which films have become different."""


def _kernel(
    catalogue: Catalogue,
    features: sparse.csc_matrix,
    vectors: MovieVectors,
    settings: TypicalitySettings,
) -> FloatArray:
    """How alike the films are, with the ridge on the diagonal, (n_items, n_items)."""
    years = catalogue.years[: catalogue.n_items, None]
    bells = np.exp(-0.5 * ((years - _BELLS) / _APART) ** 2).astype(np.float32)
    bells /= np.maximum(np.linalg.norm(bells, axis=1, keepdims=True), 1e-3)
    prior = vectors.like_prior
    likes = vectors.like / np.sqrt(prior * (1 - prior) + 1e-6)[:, None]
    lengths = np.linalg.norm(likes, axis=1, keepdims=True)
    # Of a film that few have rated the direction is noise: short vectors stay short.
    likes = likes / np.maximum(lengths, 0.5 * np.median(lengths) + 1e-9)
    rows = features.tocsr()
    kernel: FloatArray = (rows @ rows.T).toarray()
    kernel += settings.years * (bells @ bells.T) + settings.people * (likes @ likes.T)
    kernel[np.diag_indices(len(kernel))] += settings.ridge
    return kernel


def _inverse(kernel: FloatArray) -> FloatArray:
    """Of a symmetric positive matrix, in its place."""
    factor, _ = lapack.spotrf(kernel, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse)
    whole: FloatArray = lower + np.tril(lower, -1).T
    return whole


def _left_out(
    inverse: FloatArray,
    features: sparse.csc_matrix,
    labels: FloatArray,
    own: Sequence[Sequence[int]],
) -> FloatArray:
    """What is foretold of each film by all others, and of each facet without its own columns.

    With A the kernel and its ridge, U the columns of a facet: (A − UUᵀ)⁻¹ = A⁻¹ + A⁻¹U(I −
    UᵀA⁻¹U)⁻¹UᵀA⁻¹, and what is foretold of film i without it is yᵢ − (A⁻¹y)ᵢ / (A⁻¹)ᵢᵢ.
    """
    sizes = np.cumsum([0, *map(len, own)])
    columns = features[:, np.concatenate([np.array(one, dtype=np.int64) for one in own])].toarray()
    mean = labels.mean(axis=0)
    centred = labels - mean
    solved = inverse @ np.concatenate([columns, centred], axis=1)
    diagonal = np.diag(inverse)
    scores = np.empty_like(labels)
    for place in range(len(own)):
        block = slice(sizes[place], sizes[place + 1])
        taken, by_taken = columns[:, block], solved[:, block]
        inner = np.linalg.inv(np.eye(taken.shape[1]) - taken.T @ by_taken)
        wanted = solved[:, sizes[-1] + place] + by_taken @ (
            inner @ (by_taken.T @ centred[:, place])
        )
        own_weight = diagonal + np.einsum("ij,jk,ik->i", by_taken, inner, by_taken)
        scores[:, place] = labels[:, place] - wanted / own_weight
    return scores


_STEPS: Final = 30
_DOUBT: Final = 1.0
"""Weight of a slope of 1 against what the films of a facet say: of eight films it is little."""


def _calibrated(scores: FloatArray, labels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Log-likelihood ratios and chances, (n_items, n) each: a logistic regression a facet."""
    spread = (scores - scores.mean(axis=0)) / np.maximum(scores.std(axis=0), 1e-9)
    share = labels.mean(axis=0)
    start = np.log(share / (1.0 - share))
    offset, slope = start.astype(np.float64), np.ones(len(start))
    for _ in range(_STEPS):
        chance = expit(offset + slope * spread)
        residual, weight = labels - chance, chance * (1.0 - chance)
        gradient = residual.sum(axis=0), (residual * spread).sum(axis=0) - _DOUBT * (slope - 1.0)
        whole = weight.sum(axis=0) + 1e-6
        cross, square = (weight * spread).sum(axis=0), (weight * spread**2).sum(axis=0) + _DOUBT
        scale = whole * square - cross**2
        offset = offset + (square * gradient[0] - cross * gradient[1]) / scale
        slope = slope + (whole * gradient[1] - cross * gradient[0]) / scale
    odds = (offset + slope * spread).astype(np.float32)
    return odds - start.astype(np.float32), expit(odds)
