"""Films by words: what a wish says that no facet holds, "ghosts and grief in Japan".

A pack keeps, for each word, the films whose facts and texts hold it and how often: no sentence, no
order. A film's *relevance* to a text is BM25 (Robertson and Zaragoza, The Probabilistic Relevance
Framework, 2009) over the words that films hold at all.

Words are compared by their stems (Porter's English stemmer, by PyStemmer); BM25 is bm25s'.

What no word of a film says, *meanings* may: common words and facets are points in one space, which
`python -m core films` has learned from a model of sentences, and a text is the sum of its words. "I
just got dumped" is near "breakup" there. Which films *answer* a wish was learned from wishes and
films that were named for them: those that are typical of all that it means.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import bm25s
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import Stemmer
from scipy import sparse

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
_TELLS: Final = 1.8
"""What all words of a text together bring a film at least where they tell films apart: a word that
one film in a hundred holds brings 2.1, "women" 1.0, "great" 1.2."""
_OFTEN: Final = 0.2
"""Share of the films from which on words that they hold say too little to spare them all."""
_K1: Final = 1.2
_B: Final = 0.75
"""BM25's saturation and length weight, the values of the text book: on 100 descriptions of films
written for it, .73 find the film among the first ten, and none of nine neighbours finds more."""
_NEAR: Final = 3
"""Facets that a text is near to, at most."""
_BESIDE: Final = 0.85
"""Share of the likeness of the nearest facet from which on another one is near, too."""
_MEANT: Final = 3.0
"""What the film that is most typical of the nearest facet answers a text, in nats: a rare word is
worth about five."""
_NAMED: Final = 5.0
"""Nats by which a facet is meant more whose name is all that is said: of "slasher" the wishes that
were learned from speak at Christmas only. Where other words stand beside it, names need no help: of
nine films 2.33 are found with 0, 2.13 with 2, 1.98 with 4."""
_MEANT_BEFORE: Final = 200
"""Facets that a text means more, from which on it does not mean one that it names: the soul of "an
office job that crushes the soul" has 1,700 before it, the robots of "robots that break your heart"
five."""
AKIN: Final = 30
"""Films that are kept as like another one by their words."""
_BLOCK: Final = 500
"""Films compared at once with all others: 12 MB for 6,000."""
_FILM_WORDS: Final = frozenset(
    Stemmer.Stemmer("english").stemWords(
        "film films movie movies picture directed director starring stars written writer "
        "screenplay produced producer release released based story "
        "something anything nothing everything watch".split()
    )
)
"""What texts on films say of nearly every film, and what people say who ask for one."""


def stems(text: str) -> tuple[str, ...]:
    """Stems of the words that mean something, in order.

    >>> stems("A banker digs himself out of prison")
    ('banker', 'dig', 'prison')
    """
    found = (word for word in _WORD.findall(text.lower()) if len(word) >= _LEAST)
    kept = [word for word in found if word not in bm25s.stopwords.STOPWORDS_EN_PLUS]
    stemmed = Stemmer.Stemmer("english").stemWords(kept)
    return tuple(stem for stem in stemmed if stem not in _FILM_WORDS)


class Meanings:
    """The facets of a catalogue by what words mean.

    A table has a row a stem and a row a facet: kind ("" for stems), name and vector, int8. Of a
    text the vectors of its stems are added up; how near a facet is to it is their cosine. Whether
    that is near enough says a logistic regression, fitted to what the model of sentences says: its
    coefficients, and what one unit of int8 is, stand in the metadata of the table.
    """

    def __init__(self, table: pa.Table, catalogue: Catalogue) -> None:
        kinds, names = (np.array(table.column(name).to_pylist(), "U") for name in ("kind", "name"))
        vectors = _vectors(table)
        is_stem = kinds == ""
        self._stems = np.array([name.encode() for name in names[is_stem].tolist()])
        self._of_stems = vectors[is_stem]
        facets = [
            (catalogue.token_of(f"{kind}:{name}"), place)
            for place, (kind, name) in enumerate(zip(kinds.tolist(), names.tolist(), strict=True))
            if kind
        ]
        known = [(token, place) for token, place in facets if token is not None]
        self._facets = [token for token, _ in known]
        self._place_of = {token: place for place, token in enumerate(self._facets)}
        points = vectors[[place for _, place in known]].astype(np.float32)
        self._points = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
        numbers = dict(table.schema.metadata or {}).get(b"numbers", b"1 0 0 0 1")
        self._unit, *self._accepts, self._low = map(float, numbers.split())

    def near(self, text: str) -> tuple[Near, ...]:
        """The facets that are near enough to a text, nearest first, at most `_NEAR`."""
        point, length = self._point(text)
        if not length or not self._facets:
            return ()
        likeness = self._points @ point
        base, by_likeness, by_length = self._accepts
        least = -(base + by_length * np.log(length)) / max(by_likeness, 1e-9)
        least = max(least, _BESIDE * float(likeness.max()))
        order = np.argsort(-likeness, kind="stable")[:_NEAR].tolist()
        return tuple(
            Near(self._facets[place], float(likeness[place]))
            for place in order
            if likeness[place] >= least
        )

    def _rows(self, stems_said: Iterable[bytes]) -> IntArray:
        """Rows of the stems' vectors, -1 for those that are not known."""
        said = np.array(list(stems_said), dtype=np.bytes_)
        if not len(said) or not len(self._stems):
            return np.full(len(said), -1)
        places = np.minimum(np.searchsorted(self._stems, said), len(self._stems) - 1)
        return np.where(self._stems[places] == said, places, -1)

    def likeness(self, text: str, tokens: Collection[int]) -> float:
        """How near a text is to the nearest of some facets, as a cosine; 0 for none of them."""
        point, length = self._point(text)
        if not length:
            return 0.0
        places = [self._place_of[token] for token in tokens if token in self._place_of]
        return float((self._points[places] @ point).max(initial=0.0))

    def is_low(self, text: str) -> bool:
        """Whether a line in which people tell of themselves says that they are low."""
        point, length = self._point(text)
        return bool(length) and float(point[0]) >= self._low

    def _point(self, text: str) -> tuple[FloatArray, float]:
        """The direction in which a text lies, and how far; 0 where no word of it is known."""
        rows = self._rows(stem.encode() for stem in dict.fromkeys(stems(text)))
        point = self._of_stems[rows[rows >= 0]].sum(axis=0, dtype=np.float32) * self._unit
        length = float(np.linalg.norm(point))
        return point / max(length, 1e-9), length


class Answers:
    """Films by what is wished for: which facets a text means, learned from wishes and the films
    that people name for them (`core.training.answers`).

    A table has a row a stem and a row a facet, as that of `Meanings` has, with vectors of its own;
    `bias` says how often a facet is meant at all. A text means a facet by the softmax over all of
    them of the products of its point, the sum of its stems, with theirs; a film answers it by the
    log of how typical it is of what is meant, and by its words.
    """

    def __init__(self, table: pa.Table, catalogue: Catalogue) -> None:
        kinds, names, biases = (table.column(name).to_pylist() for name in table.column_names[:3])
        numbers = dict(table.schema.metadata or {})[b"numbers"].split()
        of_stems, of_facets, *scales = map(float, numbers)
        self._soft, self._floor, self._by_meaning, self._by_words = scales
        vectors = _vectors(table)
        self._rows = dict[str, int]()
        tokens, rows = list[int](), list[int]()
        for row, (kind, name) in enumerate(zip(kinds, names, strict=True)):
            token = catalogue.token_of(f"{kind}:{name}") if kind else None
            if token is not None:
                tokens.append(token)
                rows.append(row)
            elif not kind:
                self._rows[name] = row
        self._vectors, self._unit = vectors, of_stems
        self._keys = vectors[rows].astype(np.float32) * np.float32(of_facets)
        self._biases = np.array(biases, np.float32)[rows]
        self.facets = tuple(tokens)
        """Tokens of the facets that may be meant."""
        called = (frozenset(stems(catalogue.facet(token).name)) for token in tokens)
        self._place_of = {name: place for place, name in enumerate(called)}
        first = 1 + len(catalogue.movies)
        typical = catalogue.degrees[[token - first for token in tokens]]
        self._typical = typical[:, : catalogue.n_items].T.tocsr().astype(np.float32)

    @classmethod
    def of(cls, table: pa.Table, catalogue: Catalogue) -> Answers | None:
        """What a table tells of a catalogue; None where it tells nothing."""
        return cls(table, catalogue) if table.num_rows else None

    def meant(self, text: str) -> FloatArray:
        """How far each of `facets` is meant, adding up to 1; nothing where no word is known."""
        said = dict.fromkeys(stems(text))
        found = [self._rows[one] for one in said if one in self._rows]
        if not found or not self.facets:
            return np.zeros(len(self.facets), np.float32)
        point = self._vectors[found].sum(axis=0, dtype=np.float32) * self._unit
        logits = self._keys @ (point / (np.linalg.norm(point) + self._soft)) + self._biases
        if (place := self._place_of.get(frozenset(said))) is not None:
            logits[place] += _NAMED
        odds = np.exp(logits - logits.max())
        shares: FloatArray = (odds / odds.sum()).astype(np.float32)
        return shares

    def beside(self, relevance: FloatArray, text: str) -> FloatArray:
        """How well films answer a text, (n_items,), in nats, beside their relevance by words."""
        typical = np.log1p(self._typical @ self.meant(text) / self._floor)
        answer: FloatArray = (self._by_words * relevance + self._by_meaning * typical).astype("f4")
        return answer


class Near(NamedTuple):
    """A facet that is near to a text."""

    token: int
    likeness: float
    """Cosine."""


def _vectors(table: pa.Table) -> npt.NDArray[np.int8]:
    """Points, (rows, dimensions)."""
    column = table.column("vector").combine_chunks()
    flat = np.frombuffer(b"".join(column.to_pylist()), dtype=np.int8)
    return flat.reshape(len(column), column.type.byte_width)


class WordIndex:
    """The films of a catalogue by the words of their facts and of texts on them.

    Building it takes half a second for 6,000 films; a question a tenth of a millisecond.
    """

    def __init__(self, facts: CatalogueFacts) -> None:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every step
        self._n_items = facts.catalogue.n_items
        self._catalogue = facts.catalogue
        self._meanings = Meanings(facts.facts.meanings, facts.catalogue)
        said_of = said_of_films(facts)
        stems_of, said = said_of
        self._answers = Answers.of(facts.facts.answers, facts.catalogue)
        self._code_of = {stem: code for code, stem in enumerate(stems_of)}
        counts = said.getnnz(axis=0)
        rarity = np.log1p((self._n_items - counts + 0.5) / (counts + 0.5))
        self._most = rarity / (1.0 + _K1)
        """What a word said once brings a film of average length."""
        bags = np.split(np.repeat(said.indices, said.data), _ends(said)[:-1])
        self._bm25 = bm25s.BM25(k1=_K1, b=_B)
        if stems_of:
            words = [bag.tolist() for bag in bags]
            self._bm25.index((words, self._code_of), show_progress=False)

    def known(self, text: str) -> tuple[str, ...]:
        """Stems of a text that films hold."""
        return tuple(stem for stem in dict.fromkeys(stems(text)) if stem in self._code_of)

    def knows(self, text: str, films: BoolArray) -> bool:
        """Whether one of these films (n_items,) can be found by a text."""
        codes = [self._code_of[stem] for stem in self.known(text)]
        unknown = len(set(stems(text))) - len(codes)
        weight = float(self._most[codes].sum())
        least = _FOUND * (weight + unknown * self._most.max(initial=0.0))
        best = float((self.relevance(text) * films).max(initial=0.0))
        tells = min(_TELLS, float(self._most.max(initial=0.0)) / 2)
        return bool(codes) and weight >= tells and best >= least

    def rare(self, text: str) -> str:
        """The words of a text that films hold, as far as most films do not hold them all."""
        words = [word for word in text.split() if self.known(word)]
        held = [self.relevance(word) > 0 for word in words]
        often = bool(held) and np.logical_and.reduce(held).mean() > _OFTEN
        return "" if often else " ".join(words)

    def near(self, text: str) -> tuple[Near, ...]:
        """The facets that a text comes near to by what it means, nearest first."""
        return self._meanings.near(text)

    def likeness(self, text: str, tokens: Collection[int]) -> float:
        """How near a text is to one of some facets by what it means, 0 … 1."""
        return self._meanings.likeness(text, tokens)

    def answer(self, text: str) -> FloatArray:
        """How well each film answers what a text says or means, float32 (n_items,), in nats."""
        said = self.relevance(text)
        if self._answers is not None:
            return self._answers.beside(said, text)
        near = self.near(text)
        for one in near:
            said += _MEANT / near[0].likeness * self._typical(one)
        return said

    def alike(self, text: str) -> FloatArray:
        """How far each film is what a text comes near to, float32 (n_items,), 0 … 1."""
        typical = np.zeros(self._n_items, dtype=np.float32)
        for one in self.near(text):
            typical = np.maximum(typical, self._typical(one))
        return typical

    def _typical(self, near: Near) -> FloatArray:
        """How typical films are of a facet, as far as it is near; of 1 is the most typical."""
        degree = self._catalogue.degree(near.token)
        most = max(float(degree.max(initial=0.0)), 1e-9)
        typical: FloatArray = degree * np.float32(near.likeness / most)
        return typical

    def meant(self, text: str, token: int) -> bool:
        """Whether a text may mean a facet: where nothing was learned of them, yes."""
        shares = self._answers.meant(text) if self._answers else np.zeros(0, np.float32)
        if self._answers is None or token not in self._answers.facets or not shares.any():
            return True
        share = float(shares[self._answers.facets.index(token)])
        return int((shares > share).sum()) < _MEANT_BEFORE

    def is_low(self, text: str) -> bool:
        """Whether people who say this of themselves are low."""
        return self._meanings.is_low(text)

    def relevance(self, text: str) -> FloatArray:
        """How well each film answers a text, float32 (n_items,): BM25, in nats, 0 for not at all.

        Words that no film holds are not asked of any.
        """
        codes = [self._code_of[stem] for stem in self.known(text)]
        if not codes:
            return np.zeros(self._n_items, dtype=np.float32)
        found: FloatArray = self._bm25.get_scores_from_ids(codes).astype(np.float32)
        return found


@lru_cache(maxsize=2)
def word_index(facts: FilmFacts, catalogue: Catalogue) -> WordIndex:
    """The index of a pack for a catalogue, built once for all who ask."""
    return WordIndex(facts.of(catalogue))


class Words(NamedTuple):
    """What is said of the recommendable films."""

    stems: list[str]
    said: sparse.csr_matrix
    """How often each stem is said of each film, CSR int64 (n_items, stems)."""


def said_of_films(facts: CatalogueFacts) -> Words:
    """The words of their facts, texts and tags."""
    catalogue, words = facts.catalogue, facts.facts.words
    code_of = {stem: code for code, stem in enumerate(words.column("stem").to_pylist())}
    codes, rows, times = _of_pack(facts)
    for name, tagged in _tags(catalogue):
        for stem in stems(name):
            codes.append(np.full(len(tagged), code_of.setdefault(stem, len(code_of))))
            rows.append(tagged)
            times.append(np.ones(len(tagged), dtype=np.int64))
    joined = [np.concatenate([np.zeros(0, np.int64), *parts]) for parts in (times, rows, codes)]
    shape = (catalogue.n_items, len(code_of))
    said = sparse.csc_matrix((joined[0], (joined[1], joined[2])), shape=shape, dtype=np.int64)
    held = said.getnnz(axis=0) > 0
    kept = [stem for stem, holds in zip(code_of, held, strict=True) if holds]
    return Words(kept, said[:, held].tocsr())


def akin(words: Words, most: int = AKIN, first: int = 0) -> sparse.csr_matrix:
    """How alike the films are that tell of the same things, CSR float32 (n_items − first, n_items).

    Cosines of rows of log counts, by how rare the words are; of each film those `most` that are
    nearest, never itself. Rows are the films from the `first` on.
    """
    n_items = words.said.shape[0]
    common = np.flatnonzero(words.said.getnnz(axis=0) >= _LEAST)
    table = words.said[:, common].astype(np.float32)
    table.data = 1.0 + np.log(table.data)
    table = table @ sparse.diags(np.log(n_items / np.maximum(table.getnnz(axis=0), 1)))
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    unit = (sparse.diags(1.0 / np.maximum(lengths, 1e-9)) @ table).tocsr().astype(np.float32)
    nearest = [sparse.csr_matrix((0, n_items), dtype=np.float32)]
    for start in range(first, n_items, _BLOCK):
        alike = (unit[start : start + _BLOCK] @ unit.T).toarray()
        alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = 0.0
        if n_items > most:
            least = np.partition(alike, n_items - most, axis=1)[:, n_items - most]
            alike[alike < least[:, None]] = 0.0
        nearest.append(sparse.csr_matrix(alike))
    return sparse.vstack(nearest).tocsr()


def _of_pack(facts: CatalogueFacts) -> tuple[list[IntArray], list[IntArray], list[IntArray]]:
    """Numbers of the stems, rows of the recommendable films, and how often: one array each."""
    words, pack = facts.facts.words, facts.facts.movie_ids
    if not words.num_rows:
        return [], [], []
    films, counts = (words.column(name).combine_chunks() for name in ("films", "counts"))
    codes = np.repeat(np.arange(words.num_rows), np.diff(np.from_dlpack(films.offsets)))
    places = np.searchsorted(pack, np.from_dlpack(films.values))
    rows = facts.catalogue.rows_of(pack)[places]
    known = (rows >= 0) & (rows < facts.catalogue.n_items)
    return [codes[known]], [rows[known]], [np.from_dlpack(counts.values)[known].astype(np.int64)]


def _ends(said: sparse.csr_matrix) -> IntArray:
    """Where the words of each film end, each as often as it is said."""
    ends: IntArray = np.concatenate(([0], np.cumsum(said.data)))[said.indptr[1:]]
    return ends


def _tags(catalogue: Catalogue) -> Iterator[tuple[str, IntArray]]:
    """What people tagged films with, and rows of the films."""
    for number, facet in enumerate(catalogue.facets):
        if facet.kind == "tag":
            yield facet.name, np.flatnonzero(catalogue.has(catalogue.facet_token(number)))
