"""Meanings are learned from a model of sentences: here one that knows four words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.search import WordIndex
from core.domain import Facet
from core.training.meanings import LearnedMeanings, MeaningSettings, learned, refined
from tests.assistant.films import small

MEANT = {"dumped": (1, 0, 0), "breakup": (1, 0.1, 0), "pools": (0, 1, 0), "swimming": (0, 1, 0.1)}
SENTENCES = [
    *MEANT,
    "I was dumped",
    "just got dumped",
    "dumped again",
    "pools please",
    "lots of pools",
    "we love pools",
]


class Model:
    """A sentence stands where the words do that it knows."""

    def points(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = [
            np.sum([MEANT.get(word, (0.05, 0.05, 0.3)) for word in sentence.split()], axis=0)
            for sentence in sentences
        ]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


FILMS = small([(f"Film {place}", 1990 + place, 20 - place) for place in range(8)])


def catalogue() -> Catalogue:
    flags = np.zeros((2, 8), dtype=np.bool_)
    flags[0, :6] = flags[1, 2:] = True
    facets = (Facet("tag", "breakup"), Facet("tag", "swimming"))
    return replace(FILMS, facets=facets, membership=sparse.csr_matrix(flags))


@pytest.fixture(scope="module")
def found() -> LearnedMeanings:
    settings = MeaningSettings(dimensions=2, epochs=60, batch=4, rate=0.05, held_out=0.3)
    return learned(Model(), SENTENCES * 20, catalogue(), settings=settings)


def test_words_lead_where_the_model_leads(found: LearnedMeanings) -> None:
    films = catalogue()
    index = WordIndex(replace(FilmFacts.empty(), meanings=found.table).of(films))
    near = {line: index.near(line) for line in ("I got dumped", "big pools")}
    assert [films.facet(one[0].token).name for one in near.values()] == ["breakup", "swimming"]


def test_what_it_is_worth_is_measured_on_what_was_held_out(found: LearnedMeanings) -> None:
    assert found.agreement > 0.9 and found.accepted > 0.5 and found.right > 0.9


def test_phrases_lead_to_the_facets_that_people_mean_by_them(found: LearnedMeanings) -> None:
    films = catalogue()
    pairs = [("calm", ["swimming"]), ("lots of pools", ["swimming"]), ("who knows", ["unheard of"])]
    table, used = refined(found.table, pairs)
    assert used == 2
    before = WordIndex(replace(FilmFacts.empty(), meanings=found.table).of(films)).near("calm")
    after = WordIndex(replace(FilmFacts.empty(), meanings=table).of(films))
    assert before == ()
    assert [films.facet(near.token).name for near in after.near("calm")][:1] == ["swimming"]
    assert [films.facet(near.token).name for near in after.near("dumped")][:1] == ["breakup"]
    names = [name for name in table.column("name").to_pylist()]
    assert names[: names.index("breakup")] == sorted(names[: names.index("breakup")])
