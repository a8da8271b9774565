"""Films by words: a tiny world whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from core.catalogue import Catalogue
from core.data.facts import FilmFacts
from core.data.search import WordIndex, akin, said_of_films, stems, word_index
from core.domain import Facet
from tests.assistant.films import small

FILMS = small([("One", 1990, 9), ("Two", 1991, 8), ("Three", 1992, 7), ("Four", 1993, 6)])
SAID = {"prison": {1: 3, 2: 1}, "banker": {1: 1}, "lighthous": {3: 2}, "keeper": {3: 1, 2: 1}}


def pack() -> FilmFacts:
    facts = FilmFacts.empty()
    words = pa.table(
        {
            "stem": pa.array(SAID),
            "films": pa.array([list(films) for films in SAID.values()], pa.list_(pa.int32())),
            "counts": pa.array(
                [list(films.values()) for films in SAID.values()], pa.list_(pa.uint8())
            ),
        }
    )
    return FilmFacts(
        np.array([1, 2, 3, 4]),
        facts.numbers,
        facts.texts,
        facts.lists,
        facts.vocabularies,
        {},
        {},
        words,
    )


@pytest.fixture(scope="module")
def index() -> WordIndex:
    return word_index(pack(), FILMS)


def test_words_are_compared_by_their_stems_without_those_that_say_nothing() -> None:
    assert stems("A movie about the lighthouses") == ("lighthous",)
    assert stems("the the the") == ()


def test_the_film_of_all_the_words_comes_first(index: WordIndex) -> None:
    assert int(index.relevance("a banker in prison").argmax()) == 0
    assert int(index.relevance("lighthouse keepers").argmax()) == 2


def test_more_often_is_more(index: WordIndex) -> None:
    relevance = index.relevance("prisons")
    assert relevance[0] > relevance[1] > 0 and not relevance[2:].any()


def test_bm25_by_hand(index: WordIndex) -> None:
    # "banker" is of 1 of 4 films, whose words number 4, 2, 3 and 0: 2.25 in the mean.
    rarity = np.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    saturated = 1 / (1 + 1.2 * (1 - 0.75 + 0.75 * 4 / 2.25))
    assert index.relevance("bankers")[0] == pytest.approx(rarity * saturated, rel=1e-5)


def test_what_no_film_holds_finds_nothing(index: WordIndex) -> None:
    anything = np.ones(4, dtype=np.bool_)
    assert not index.relevance("submarine").any()
    assert not index.knows("submarine", anything)
    assert index.knows("lighthouse", anything)
    assert not index.knows("lighthouse", np.array([True, True, False, True]))


def test_without_a_pack_nothing_is_found() -> None:
    index = word_index(FilmFacts.empty(), FILMS)
    assert not index.relevance("prison").any() and not index.knows("prison", np.ones(4, np.bool_))


@given(st.text(max_size=200))
def test_any_text_is_fine(text: str) -> None:
    relevance = word_index(pack(), FILMS).relevance(text)
    assert relevance.shape == (4,) and (relevance >= 0).all()


def test_films_are_akin_by_the_rare_words_they_share() -> None:
    # Four films; "prison" is said of two of them (log 2), "banker" of one, so it is left out.
    words = said_of_films(pack().of(FILMS))
    table = akin(words).toarray()
    np.testing.assert_allclose(table, table.T, atol=1e-6)
    assert not table.diagonal().any() and not table[3].any()
    # Film 1: prison said three times and lighthouses never, so its row is prison alone; film 2:
    # prison and keeper, once each and equally rare: cosine 1 / sqrt(2).
    assert table[0, 1] == pytest.approx(1 / np.sqrt(2), rel=1e-5)
    assert table[1, 2] == pytest.approx(1 / np.sqrt(2), rel=1e-5)
    assert table[0, 2] == 0


def test_no_more_films_are_akin_than_are_kept() -> None:
    table = akin(said_of_films(pack().of(FILMS)), most=1)
    assert (table.getnnz(axis=1) <= 2).all()  # two that are as near are both kept


class TestMeanings:
    """Two dimensions: heartbreak lies to the east, water to the north."""

    def points(self, **numbers: str) -> pa.Table:
        rows = [
            ("", "dump", (60, 0)),
            ("", "pool", (0, 60)),
            ("", "somehow", (1, 1)),
            ("tag", "breakup", (127, 10)),
            ("tag", "divorce", (120, 30)),
            ("tag", "swimming", (0, 127)),
            ("tag", "unheard of here", (127, 0)),
        ]
        kinds, names, vectors = zip(*rows, strict=True)
        packed = [np.array(vector, dtype=np.int8).tobytes() for vector in vectors]
        table = pa.table({"kind": kinds, "name": names, "vector": pa.array(packed, pa.binary(2))})
        return table.replace_schema_metadata(numbers or {"numbers": "0.01 -2 4 1 0.9"})

    @pytest.fixture
    def world(self) -> WordIndex:
        films = tagged(breakup=[0, 1], divorce=[1], swimming=[3])
        return WordIndex(replace(pack(), meanings=self.points()).of(films))

    def called(self, world: WordIndex, text: str, films: Catalogue) -> list[str]:
        return [films.facet(near.token).name for near in world.near(text)]

    def test_words_that_no_film_holds_lead_to_the_facets_they_come_near_to(
        self, world: WordIndex
    ) -> None:
        films = tagged(breakup=[0, 1], divorce=[1], swimming=[3])
        assert self.called(world, "I just got dumped", films) == ["breakup", "divorce"]
        assert self.called(world, "pools", films) == ["swimming"]

    def test_films_answer_them_as_far_as_they_are_of_these(self, world: WordIndex) -> None:
        assert not world.relevance("dumped").any()
        answer = world.answer("dumped")
        assert answer[1] > answer[0] > 0 and not answer[2:].any()

    def test_films_are_alike_as_far_as_they_are_of_these(self, world: WordIndex) -> None:
        alike = world.alike("dumped")
        assert 1 >= alike[1] >= alike[0] > 0 and not alike[2:].any()
        assert not world.alike("whatever").any()

    def test_words_that_mean_little_come_near_to_nothing(self, world: WordIndex) -> None:
        assert world.near("somehow") == world.near("whatever") == world.near("") == ()

    def test_what_stands_between_comes_near_to_nothing(self, world: WordIndex) -> None:
        table = self.points(numbers="0.01 -9 9.5 0.1 0.9")
        films = tagged(breakup=[0, 1], divorce=[1], swimming=[3])
        strict = WordIndex(replace(pack(), meanings=table).of(films))
        assert strict.near("dumped") and not strict.near("dumped into a pool")


def tagged(**tags: list[int]) -> Catalogue:
    """The films with tags on some of their rows."""
    shape = (len(tags), len(FILMS.movies))
    flags = np.zeros(shape, dtype=np.bool_)
    for place, rows in enumerate(tags.values()):
        flags[place, rows] = True
    facets = tuple(Facet("tag", name) for name in tags)
    return replace(FILMS, facets=facets, membership=sparse.csr_matrix(flags))
