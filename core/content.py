"""What a film is about, as unit vectors of three kinds: its genres, its tags and people, the words of its title.

A term counts by how rare it is among the films that can be recommended (log of films per film that has it), so two
films that share "time travel" are nearer than two that share "Drama". The inner product of two rows is their cosine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import sparse

from core.catalogue import Catalogue

COMMON_WORD: Final = 40
"""A word of this many titles says nothing of a film ("man", "love"); words of series ("story", "wars") have fewer."""
_STOP: Final = frozenset(
    "a an and at by das de der die du el episode for from i ii iii iv v vi il in is it la las le les los movie of on "
    "part the to un une with".split()
)
"""Words that titles share without being about the same; COMMON_WORD would spare them in a small catalogue."""
_WORD: Final = re.compile(r"\w\w+")


def contents(catalogue: Catalogue) -> Mapping[str, sparse.csr_matrix]:
    """Unit rows of all films by kind, "genre", "tag" and "word": CSR float32 (movies, terms); zeros where unknown."""
    by_movie = catalogue.membership.T.tocsr()
    owned = {
        kind: by_movie[:, [number for number, facet in enumerate(catalogue.facets) if facet.kind in kinds]]
        for kind, kinds in {"genre": ("genre",), "tag": ("tag", "person")}.items()
    }
    return MappingProxyType(
        {
            kind: _unit_rows(table, catalogue.n_items)
            for kind, table in (owned | {"word": _title_words(catalogue)}).items()
        }
    )


def _title_words(catalogue: Catalogue) -> sparse.csr_matrix:
    """Which words stand in each title, (movies, words): those of some but not many recommendable films."""
    titles = [_words(movie.title) for movie in catalogue.movies]
    films_with: dict[str, int] = {}
    for word in chain.from_iterable(titles[: catalogue.n_items]):
        films_with[word] = films_with.get(word, 0) + 1
    number = {word: index for index, word in enumerate(w for w, count in films_with.items() if count < COMMON_WORD)}
    known = [[number[word] for word in words if word in number] for words in titles]
    starts = np.cumsum([0, *map(len, known)])
    columns = np.fromiter(chain.from_iterable(known), dtype=np.int32, count=int(starts[-1]))
    return sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(titles), len(number))
    )


def _words(title: str) -> Iterable[str]:
    """Each word once, in order."""
    return dict.fromkeys(word for word in _WORD.findall(title.lower()) if word not in _STOP)


def _unit_rows(table: sparse.csr_matrix, n_items: int) -> sparse.csr_matrix:
    """Columns weighted by rarity among the first `n_items` rows, rows scaled to length 1."""
    table = table.astype(np.float32)
    films_with = np.asarray(table[:n_items].sum(axis=0)).ravel()
    rarity = np.log(max(n_items, 1) / np.maximum(films_with, 1.0))
    table = (table @ sparse.diags(rarity)).tocsr()
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table).tocsr().astype(np.float32)
