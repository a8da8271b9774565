"""How much of a kind a film is, in worlds of a few films."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from worlds import catalogue_of

from core.catalogue import Catalogue
from core.data.search import Words
from core.data.typicality import (
    EVEN,
    TypicalitySettings,
    _inverse,
    _left_out,
    by_country,
    features,
    foretold,
    typicality,
)
from core.domain import Facet

FEW = TypicalitySettings(least=3, ridge=1.0, years=0.0, few=0.0)


def world(
    facets: dict[Facet, list[int]], said: dict[str, list[int]], films: int
) -> tuple[Catalogue, Words]:
    """Films 0 … n − 1 with these facets, and with these words said once of them."""

    def table(rows: list[list[int]]) -> sparse.csr_matrix:
        dense = np.zeros((len(rows), films), dtype=np.int64)
        for number, held in enumerate(rows):
            dense[number, held] = 1
        return sparse.csr_matrix(dense)

    membership = table([*facets.values()]).astype(np.bool_)
    catalogue = replace(
        catalogue_of(range(films, 0, -1)), facets=tuple(facets), membership=membership
    )
    return catalogue, Words([*said], table([*said.values()]).T.tocsr())


BOXING = Facet("tag", "boxing")
RING, GUN = Facet("keyword", "ring"), Facet("keyword", "gun")
FIGHTS, SHOTS = [0, 1, 2, 3, 4, 5], [*range(6, 24)]


def boxers(tagged: list[int]) -> tuple[Catalogue, Words]:
    """Six films of rings, gloves and trainers, and eighteen of guns."""
    said = {"glove": FIGHTS, "trainer": FIGHTS[:4], "pistol": SHOTS, "robberi": SHOTS[:9]}
    return world({BOXING: tagged, RING: FIGHTS, GUN: SHOTS}, said, 24)


def test_a_film_that_is_a_kind_by_its_label_alone_is_little_of_it() -> None:
    catalogue, words = boxers([0, 1, 2, 3, 6])
    typical = typicality(catalogue, words, FEW).toarray()[0]
    assert typical[[0, 1, 2, 3]].min() > 4 * typical[6] > 0


def test_a_label_that_is_surely_missing_is_added_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.data.typicality.UNNAMED", EVEN)  # six films tell little of each other
    catalogue, words = boxers([0, 1, 2, 3, 4])
    typical = typicality(catalogue, words, replace(FEW, ridge=0.01)).toarray()[0]
    assert typical[5] > 0 and not typical[6:].any()


def test_what_is_not_graded_or_rare_is_one_for_its_films() -> None:
    maker = Facet("director", "Ida Lupino")
    catalogue, words = world({maker: [0, 2, 4, 5], BOXING: [1, 3]}, {"glove": [0, 1]}, 8)
    table = typicality(catalogue, words, FEW)
    np.testing.assert_array_equal(table.toarray(), catalogue.membership.toarray())


def test_the_name_of_a_facet_tells_nothing_of_it() -> None:
    catalogue, words = boxers([0, 1, 2, 3, 6])
    of_tagged = sparse.hstack([words.said, catalogue.membership[0].T]).tocsr()

    def ratio(stem: str) -> float:
        known = Words([*words.stems, stem], of_tagged)
        return float(next(iter(foretold(catalogue, known, np.array([0]), FEW))).ratio[6, 0])

    assert ratio("punch") > ratio("box")


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_each_film_is_foretold_as_if_it_and_the_facet_had_not_been_there(
    data: st.DataObject,
) -> None:
    rows = st.lists(st.integers(0, 11), min_size=3, max_size=9, unique=True)
    facets = {BOXING: data.draw(rows), RING: data.draw(rows), GUN: data.draw(rows)}
    catalogue, words = world(facets, {"glove": data.draw(rows), "pistol": data.draw(rows)}, 12)
    said = features(catalogue, words, FEW)
    own = said.of_facet(0, catalogue)
    labels = catalogue.membership[[0]].toarray().T.astype(np.float32)
    found = _left_out(_inverse(said.table, FEW.ridge), said.table, labels, [own])[:, 0]
    others = np.setdiff1d(np.arange(said.table.shape[1]), own)
    dense = said.table[:, others].toarray().astype(np.float64)
    kernel, mean = dense @ dense.T, labels.mean()
    for film in range(12):
        rest = np.setdiff1d(np.arange(12), film)
        inner = kernel[np.ix_(rest, rest)] + FEW.ridge * np.eye(11)
        expected = mean + kernel[film, rest] @ np.linalg.solve(inner, labels[rest, 0] - mean)
        assert found[film] == pytest.approx(expected, abs=1e-3)


def test_films_beyond_the_anchors_are_foretold_from_them() -> None:
    catalogue, words = boxers([0, 1, 2, 3, 6])
    few = replace(FEW, anchors=12)
    ratio = next(iter(foretold(catalogue, words, np.array([0]), few))).ratio[:, 0]
    assert len(ratio) == 24 and ratio[:4].min() > ratio[12:].max()


@given(st.lists(st.integers(0, 23), min_size=3, max_size=20, unique=True))
@settings(max_examples=30, deadline=None)
def test_it_is_between_nothing_and_all_and_no_member_is_lost(tagged: list[int]) -> None:
    catalogue, words = boxers(sorted(tagged))
    table = typicality(catalogue, words, FEW)
    assert 0 <= table.data.min() and table.data.max() <= 1
    assert set(table[0].indices) >= set(tagged)
    assert EVEN > 0


def test_an_empty_cinema_has_none() -> None:
    catalogue = catalogue_of([])
    assert typicality(catalogue, Words([], sparse.csr_matrix((0, 0)))).shape == (0, 0)


def test_a_film_is_of_a_country_as_far_as_no_other_took_part() -> None:
    facets = {
        Facet("country", "Tunisia", ("Tunisian",)): [0, 1],
        Facet("country", "United States", ("American",)): [0, 2],
        Facet("country", "African"): [0, 1],
        Facet("tag", "desert"): [0],
    }
    films, _ = world(facets, {}, 3)
    degrees = by_country(films.degrees * 0.5, films).toarray()
    assert degrees[0].tolist() == [0.5, 1.0, 0.0] and degrees[2].tolist() == [0.5, 1.0, 0.0]
    assert degrees[3].tolist() == [0.5, 0.0, 0.0]  # a tag stays as it was
