"""What a film is about, as rows of three kinds: its genres, its tags and people, the years around its release.

A term counts by how rare it is among the films that can be recommended (log of films per film that has it), so two
films that share "time travel" are nearer than two that share "Drama". Tags and years are unit rows: their inner product
is a cosine. Genres are not, since every film has one: to be a drama and nothing else is no great likeness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import sparse

from core.catalogue import Catalogue

_YEARS: Final = np.arange(1930, 2024, 4)
_APART: Final = 6.0
"""Years by which two times have become different: the standard deviation of the bells around `_YEARS`."""

_FAR: Final = 0.01
"""Nearness from which on years are no nearer than others."""


def contents(catalogue: Catalogue) -> Mapping[str, sparse.csr_matrix]:
    """Rows of all films by kind, "genre", "tag" and "year": CSR float32 (movies, terms); zeros where unknown."""
    genres, tags = (_owned(catalogue, kinds) for kinds in (("genre",), ("tag", "person")))
    shared = sparse.diags(1.0 / np.sqrt(np.maximum(genres.getnnz(axis=1), 1)))
    return MappingProxyType(
        {
            "genre": (shared @ _rare(genres, catalogue.n_items).sqrt()).tocsr().astype(np.float32),
            "tag": _unit_rows(_rare(tags, catalogue.n_items)),
            "year": _unit_rows(_bells(catalogue)),
        }
    )


def _owned(catalogue: Catalogue, kinds: Sequence[str]) -> sparse.csr_matrix:
    """Which facets of these kinds each film has, (movies, facets)."""
    numbers = [number for number, facet in enumerate(catalogue.facets) if facet.kind in kinds]
    return catalogue.membership.T.tocsr()[:, numbers].astype(np.float32)


def _bells(catalogue: Catalogue) -> sparse.csr_matrix:
    """How near the release of each film is to each of `_YEARS`, (movies, years)."""
    years = catalogue.years.astype(np.float32)
    near = np.exp(-0.5 * ((years[:, None] - _YEARS) / _APART) ** 2)
    return sparse.csr_matrix(np.where((years[:, None] > 0) & (near > _FAR), near, 0.0).astype(np.float32))


def _rare(table: sparse.csr_matrix, n_items: int) -> sparse.csr_matrix:
    """Columns weighted by rarity among the first `n_items` rows."""
    films_with = np.asarray(table[:n_items].sum(axis=0)).ravel()
    return (table @ sparse.diags(np.log(max(n_items, 1) / np.maximum(films_with, 1.0)))).tocsr()


def _unit_rows(table: sparse.csr_matrix) -> sparse.csr_matrix:
    """Rows scaled to length 1."""
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table).tocsr().astype(np.float32)
