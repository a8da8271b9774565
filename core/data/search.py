"""Films by words: what a wish says that no facet holds, "ghosts and grief in Japan".

A pack keeps, for each word, the films whose facts and texts hold it and how often: no sentence, no
order. A film's *relevance* to a text is BM25 (Robertson and Zaragoza, The Probabilistic Relevance
Framework, 2009) over the words that films hold at all.

Words are compared by their stems (Porter's English stemmer, by PyStemmer); BM25 is bm25s'.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, FilmFacts

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_WORD: Final = re.compile(r"[^\W_]+")
_LEAST: Final = 2
"""Letters of a word, and films that hold it: with fewer it finds nothing."""
_FOUND: Final = 0.5
"""Share of the words, by their weight, from which on a film is found by them."""
_K1: Final = 1.2
_B: Final = 0.75
"""BM25's saturation and length weight, the values of the text book: on 100 descriptions of films
written for it, .73 find the film among the first ten, and none of nine neighbours finds more."""
_FILM_WORDS: Final = frozenset(
    Stemmer.Stemmer("english").stemWords(
        "film films movie movies picture directed director starring stars written writer "
        "screenplay produced producer release released based story".split()
    )
)
"""What texts on films say of nearly every film."""


def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that mean something, in order.

    >>> stems("A banker digs himself out of prison")
    ('banker', 'dig', 'prison')
    """
    found = (word for word in _WORD.findall(text.lower()) if len(word) >= _LEAST)
    kept = [word for word in found if word not in bm25s.stopwords.STOPWORDS_EN_PLUS]
    stemmed = Stemmer.Stemmer("english").stemWords(kept)
    return tuple(stem for stem in stemmed if stem not in _FILM_WORDS)


class WordIndex:
    """The films of a catalogue by the words of their facts and of texts on them.

    Building it takes about a second for 6,000 films; a question a tenth of a millisecond.
    """

    def __init__(self, facts: CatalogueFacts) -> None:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every step
        self._n_items = facts.catalogue.n_items
        found = _films_by_stem(facts)
        self._code_of = {stem: code for code, stem in enumerate(found)}
        self._films = [rows for rows, _ in found.values()]
        counts = np.array([len(rows) for rows in self._films])
        rarity = np.log1p((self._n_items - counts + 0.5) / (counts + 0.5))
        self._most = rarity / (1.0 + _K1)
        """What a word said once brings a film of average length."""
        bags: list[list[int]] = [[] for _ in range(self._n_items)]
        for code, (rows, times) in enumerate(found.values()):
            for row, count in zip(rows.tolist(), times.tolist(), strict=True):
                bags[row] += [code] * count
        self._bm25 = bm25s.BM25(k1=_K1, b=_B)
        if self._films:
            self._bm25.index((bags, self._code_of), show_progress=False)

    def known(self, text: str) -> tuple[str, ...]:
        """Stems of a text that films hold."""
        return tuple(stem for stem in dict.fromkeys(stems(text)) if stem in self._code_of)

    def knows(self, text: str, films: BoolArray) -> bool:
        """Whether one of these films (n_items,) can be found by a text."""
        codes = [self._code_of[stem] for stem in self.known(text)]
        unknown = len(set(stems(text))) - len(codes)
        least = _FOUND * (self._most[codes].sum() + unknown * self._most.max(initial=0.0))
        best = float((self.relevance(text) * films).max(initial=0.0))
        return bool(codes) and best >= least

    def relevance(self, text: str) -> FloatArray:
        """How well each film answers a text, float32 (n_items,): BM25, in nats, 0 for not at all.

        Words that no film holds are not asked of any.
        """
        codes = [self._code_of[stem] for stem in self.known(text)]
        if not codes:
            return np.zeros(self._n_items, dtype=np.float32)
        found: FloatArray = self._bm25.get_scores_from_ids(codes).astype(np.float32)
        return found

    def matched(self, text: str, row: int) -> tuple[str, ...]:
        """Words of a text, as written, that the film in a row holds."""
        words = dict.fromkeys(_WORD.findall(text))
        return tuple(word for word in words if self._holds(word, row))

    def _holds(self, word: str, row: int) -> bool:
        films = (self._films[self._code_of[stem]] for stem in self.known(word))
        return any(row in rows for rows in films)


@lru_cache(maxsize=2)
def word_index(facts: FilmFacts, catalogue: Catalogue) -> WordIndex:
    """The index of a pack for a catalogue, built once for all who ask."""
    return WordIndex(facts.of(catalogue))


def _films_by_stem(facts: CatalogueFacts) -> dict[str, tuple[IntArray, IntArray]]:
    """Rows of the recommendable films of each stem, ascending, and how often it is said of each."""
    catalogue = facts.catalogue
    found = _of_pack(facts)
    for name, tagged in _tags(catalogue):
        for stem in stems(name):
            found.setdefault(stem, []).append((tagged, np.ones(len(tagged), dtype=np.int64)))
    merged = {stem: _merged(of_stem, catalogue.n_items) for stem, of_stem in sorted(found.items())}
    return {stem: films for stem, films in merged.items() if len(films[0])}


def _of_pack(facts: CatalogueFacts) -> dict[str, list[tuple[IntArray, IntArray]]]:
    """Rows of all films of each stem, −1 for those the catalogue lacks, and how often."""
    words = facts.facts.words
    if not words.num_rows:
        return {}
    films, counts = (words.column(name).combine_chunks() for name in ("films", "counts"))
    rows, times = facts.catalogue.rows_of(films.values.to_numpy()), counts.values.to_numpy()
    parts = films.offsets.to_numpy()[1:-1]
    of_stems = zip(np.split(rows, parts), np.split(times.astype(np.int64), parts), strict=True)
    named = zip(words.column("stem").to_pylist(), of_stems, strict=True)
    return {stem: [of_stem] for stem, of_stem in named}


def _merged(found: Sequence[tuple[IntArray, IntArray]], n_items: int) -> tuple[IntArray, IntArray]:
    """Rows below `n_items` and the sums of their counts."""
    rows = np.concatenate([rows for rows, _ in found])
    times = np.concatenate([times for _, times in found])
    known = (rows >= 0) & (rows < n_items)
    unique, place = np.unique(rows[known], return_inverse=True)
    return unique, np.bincount(place, weights=times[known], minlength=len(unique)).astype(np.int64)


def _tags(catalogue: Catalogue) -> Iterator[tuple[str, IntArray]]:
    """What people tagged films with, and rows of the films."""
    for number, facet in enumerate(catalogue.facets):
        if facet.kind == "tag":
            yield facet.name, np.flatnonzero(catalogue.has(catalogue.facet_token(number)))
