"""How much of a kind a film is: what everything else that is known says of each of its facets.

Forrest Gump is a comedy by its label, and nothing else about it is one; Creed is not tagged
"boxing", and everything else about it is. The *typicality* of a film for a facet (a genre, a tag, a
keyword …) is in 0 … 1:

    typicality = σ(log [p(score | films of the facet) / p(score | all films)] − EVEN)

where the score is what kernel ridge regression foretells of the film from all other films: the
words of its facts and texts, its other facets, genres and years. The facet itself and the words of
its name are left out of the kernel, and the film out of the fit, both in closed form (Sherman,
Morrison and Woodbury; Allen's leave-one-out residuals 1974), so one inverse of a (films × films)
matrix serves a thousand facets.

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

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

GRADED: Final = ("genre", "tag", "subgenre", "keyword", "source")
"""Kinds of facets that films are more or less of; a director has made a film or not."""
EVEN: Final = 2.0
"""Log-likelihood ratio at which a film is half of the kind. On the development part of ReDial, read
as text, Recall@10 is .166 without typicality, .176, .180 and .183 with .5, 1.5 and 3; Recall@50
.360, .368, .366 and .363."""
MISSING: Final = 0.5
"""Chance from which on a film counts as of a genre that nobody has given it."""
UNNAMED: Final = 4.0
"""Log-likelihood ratio at which a film that nobody has given a facet is half of the kind. Genres
are given to every film; tags and keywords to those that somebody thought of."""
NEAR: Final = 0.25
"""Typicality from which on such a film counts as of the kind at all."""


@dataclass(frozen=True, slots=True)
class TypicalitySettings:
    """How typicality is foretold; the first four are weights of the parts of the kernel.

    On half of the tags with 30 films or more (182) the area under the curve is .90 in the mean,
    with the tag and its name left out; who likes the films would add nothing (.90).
    """

    words: float = 1.0
    facets: float = 1.0
    genres: float = 0.1
    years: float = 0.1
    ridge: float = 20.0
    least: int = 8
    """Films of a facet from which on it can be told what they have in common."""
    few: float = 10.0
    """Films of a facet at which half of what they have in common is believed."""
    anchors: int = 8000
    """Films that are learned from, the best known ones: the kernel has as many rows and columns."""
    block: int = 64
    """Facets at once: memory is (films × nine columns a facet)."""


def typicality(
    catalogue: Catalogue, words: Words, settings: TypicalitySettings | None = None
) -> sparse.csr_matrix:
    """Typicality of the recommendable films, CSR float32 (facets, n_items), 0 … 1.

    Films without a facet are 0, but for those that are like its films. Facets that are not graded,
    have too few films or films of all sorts (`_telling`) are 1 for their films.
    """
    chosen = settings or TypicalitySettings()
    members = catalogue.membership[:, : catalogue.n_items].astype(np.float32).tocsr()
    counts = members[:, : chosen.anchors].getnnz(axis=1)
    graded = np.array([facet.kind in GRADED for facet in catalogue.facets], dtype=np.bool_)
    most = min(chosen.anchors, catalogue.n_items)
    told = np.flatnonzero(graded & (counts >= chosen.least) & (counts < most))
    plain = sparse.diags(np.isin(np.arange(len(counts)), told, invert=True).astype(np.float32))
    whole = (plain @ members).tocsr()
    for numbers, ratio, chance in foretold(catalogue, words, told, chosen):
        has = members[numbers].toarray().T > 0
        complete = np.array([catalogue.facets[one].kind == "genre" for one in numbers.tolist()])
        surely = np.where(chance >= MISSING, chance * expit(ratio - EVEN), 0.0)
        tells = _telling(ratio, has, chosen.few)
        like_them = tells * expit(ratio - UNNAMED)
        others = np.where(complete, surely, np.where(like_them >= NEAR, like_them, 0.0))
        value = np.where(has, 1.0 - tells * expit(EVEN - ratio), others)
        film, place = np.nonzero(value)
        whole += sparse.csr_matrix((value[film, place], (numbers[place], film)), members.shape)
    return by_country(whole, catalogue)


def by_country(degrees: sparse.csr_matrix, catalogue: Catalogue) -> sparse.csr_matrix:
    """The same with the films of a country, or a part of the world, as far as no other took part.

    Star Wars was filmed in Tunisia, and is no African film by that.
    """
    is_country = np.array([facet.kind == "country" for facet in catalogue.facets], dtype=np.bool_)
    is_named = np.array([bool(facet.aliases) for facet in catalogue.facets], dtype=np.bool_)
    members = catalogue.membership[:, : catalogue.n_items].astype(np.float32).tocsr()
    took_part = np.asarray(members[is_country & is_named].sum(axis=0)).ravel()
    share = sparse.diags(1.0 / np.maximum(took_part, 1.0))
    kept = sparse.diags((~is_country).astype(np.float32)) @ degrees
    changed = sparse.diags(is_country.astype(np.float32)) @ members @ share
    whole = (kept + changed).tocsr().astype(np.float32)
    whole.sort_indices()
    return whole


def _telling(ratio: FloatArray, has: BoolArray, few: float) -> FloatArray:
    """How far all else that is known of a film tells of each facet, (n,), 0 … 1.

    Heist films have much in common; films with chess in them have the chess, and whoever has given
    a film the facet is to be believed.
    """
    middle = np.nanmedian(np.where(has, ratio, np.nan), axis=0)
    films = has.sum(axis=0)
    telling: FloatArray = np.clip(middle, 0.0, 1.0) * films / (films + few)
    return telling


class Foretold(NamedTuple):
    """What is foretold of some facets."""

    facets: IntArray
    """(n,) numbers."""
    ratio: FloatArray
    """Log-likelihood ratios, (n_items, n)."""
    chance: FloatArray
    """Chance that the film is of the facet, (n_items, n)."""


def foretold(
    catalogue: Catalogue, words: Words, facets: IntArray, settings: TypicalitySettings
) -> Iterator[Foretold]:
    """What is foretold of all films, some facets at once."""
    told = features(catalogue, words, settings)
    anchors = min(settings.anchors, catalogue.n_items)
    inverse = _inverse(told.table[:anchors], settings.ridge)
    by_facet = catalogue.membership[:, : catalogue.n_items].astype(np.float32).tocsr()
    for start in range(0, len(facets), settings.block):
        numbers = facets[start : start + settings.block]
        labels = by_facet[numbers].toarray().T
        own = [told.of_facet(int(number), catalogue) for number in numbers]
        scores = _left_out(inverse, told.table, labels[:anchors], own)
        yield Foretold(numbers, *_calibrated(scores, labels))


class _Features(NamedTuple):
    """Sparse parts of the kernel, side by side, and where a facet and its name stand in them."""

    table: sparse.csr_matrix
    """(n_items, columns)"""
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


def features(catalogue: Catalogue, words: Words, settings: TypicalitySettings) -> _Features:
    """What is said of the recommendable films, as the sparse parts of one kernel."""
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
        np.sqrt(settings.years) * sparse.csr_matrix(_bells(catalogue.years[:n_items])),
    ]
    at = {int(number): len(often) + place for place, number in enumerate((*others, *genres))}
    return _Features(
        sparse.hstack(parts).tocsr().astype(np.float32),
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


def _bells(years: IntArray) -> FloatArray:
    """How near each year is to each of `_BELLS`, rows of length 1, (n, bells)."""
    near = np.exp(-0.5 * ((years[:, None] - _BELLS) / _APART) ** 2).astype(np.float32)
    bells: FloatArray = near / np.maximum(np.linalg.norm(near, axis=1, keepdims=True), 1e-3)
    return bells


def _inverse(anchors: sparse.csr_matrix, ridge: float) -> FloatArray:
    """Of the kernel of these films and the ridge on its diagonal, (n, n)."""
    kernel: FloatArray = (anchors @ anchors.T).toarray()
    kernel[np.diag_indices(len(kernel))] += ridge
    factor, _ = lapack.spotrf(kernel, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse)
    whole: FloatArray = lower + np.tril(lower, -1).T
    return whole


def _left_out(
    inverse: FloatArray,
    features: sparse.csr_matrix,
    labels: FloatArray,
    own: Sequence[Sequence[int]],
) -> FloatArray:
    """What is foretold of each film by all other anchors, and of each facet without its own
    columns, (n_items, n); `labels` (anchors, n).

    With A the kernel and its ridge, U the columns of a facet: (A − UUᵀ)⁻¹ = A⁻¹ + A⁻¹U(I −
    UᵀA⁻¹U)⁻¹UᵀA⁻¹, and what is foretold of film i without it is yᵢ − (A⁻¹y)ᵢ / (A⁻¹)ᵢᵢ.
    """
    anchors = len(labels)
    sizes = np.cumsum([0, *map(len, own)])
    flat = np.concatenate([np.array(one, dtype=np.int64) for one in own])
    columns = features[:, flat].toarray()
    mean = labels.mean(axis=0)
    centred = labels - mean
    solved = inverse @ np.concatenate([columns[:anchors], centred], axis=1)
    weights = np.empty_like(labels)
    scores = np.empty((features.shape[0], len(own)), dtype=np.float32)
    for place in range(len(own)):
        block = slice(sizes[place], sizes[place + 1])
        taken, by_taken = columns[:anchors, block], solved[:, block]
        inner = np.linalg.inv(np.eye(taken.shape[1], dtype=np.float32) - taken.T @ by_taken)
        wanted = solved[:, sizes[-1] + place]
        wanted = wanted + by_taken @ (inner @ (by_taken.T @ centred[:, place]))
        diagonal = np.diag(inverse) + np.einsum("ij,jk,ik->i", by_taken, inner, by_taken)
        scores[:anchors, place] = labels[:, place] - wanted / diagonal
        weights[:, place] = wanted
    if anchors < len(scores):
        beyond = features[anchors:] @ (features[:anchors].T @ weights) + mean
        for place in range(len(own)):
            block = slice(sizes[place], sizes[place + 1])
            beyond[:, place] -= columns[anchors:, block] @ (
                columns[:anchors, block].T @ weights[:, place]
            )
        scores[anchors:] = beyond
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
