"""Films by words: a tiny world whose answers are known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.facts import FilmFacts
from core.data.search import WordIndex, akin, said_of_films, stems, word_index
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
