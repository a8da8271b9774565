"""Films that nobody rated: who they are for is foretold from what is known of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from learning_worlds import N_ITEMS, any_network, cinema, conversation, random_vectors
from worlds import ratings_of

from core.__main__ import main
from core.data.facts import FilmFacts
from core.domain import Facet, Outcome
from core.model.affinity import Affinity
from core.model.bundle import Bundle
from core.model.calibration import approval
from core.model.qnetwork import QNetwork
from core.training.extending import ExtensionSettings, extend, foretell, reordered
from tests.core.data.test_facts import omdb

BEFORE = replace(cinema(n_movies=20), n_ratings=np.array([*range(120, 0, -10), *[0] * 8]))
"""Twelve films have ratings, eight have none: of these film 12 is too short for a feature, film 13
has no director, film 14 is of 2021."""
SHORT, UNSIGNED, LATE = 12, 13, 14
MAKERS = ("Ada Stone", "Lee Woo Min")
SETTINGS = ExtensionSettings(rank=4, ridge=0.1, people=10.0, akin=2)


def maker_of(row: int) -> str:
    return f"Ann {'ABCDEFGHIJKL'[row]}stone" if row < N_ITEMS else MAKERS[row % 2]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Even films are Turkish comedies, odd ones Korean horror; those that nobody rated are by Ada
    Stone and Lee Woo Min."""
    folder = tmp_path_factory.mktemp("facts")
    genres = ("Comedy", "Horror")
    lines = [f"{film.movie_id},Film {film.row} ({film.year}),Comedy" for film in BEFORE.movies]
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *lines]) + "\n")
    rows = [
        omdb(
            film.movie_id,
            runtime=9 if film.row == SHORT else 95,
            countries=("TR", "KR")[film.row % 2],
            language=("tr", "ko")[film.row % 2],
            languages=("tr", "ko")[film.row % 2],
            genres=genres[film.row % 2],
            directors="" if film.row == UNSIGNED else maker_of(film.row),
            keywords="Harbour|Wedding" if film.row % 2 == 0 else "Prison|Murder",
        )
        for film in BEFORE.movies
    ]
    pd.DataFrame(rows).to_parquet(folder / "omdb.parquet")
    files = ["--movies", str(folder / "movies.csv"), "--omdb", str(folder / "omdb.parquet")]
    assert main(["films", "--out", str(folder / "pack"), *files]) == 0
    return folder / "pack"


@pytest.fixture(scope="module")
def facts(pack: Path) -> FilmFacts:
    return FilmFacts.open(pack)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """Even films have one vector, odd ones its opposite."""
    learned = any_network(BEFORE, sets=1, dimensions=3)
    sign = np.where(np.arange(N_ITEMS) % 2, -0.2, 0.2)[:, None].repeat(3, axis=1)
    table = sign.astype(np.float32)
    vectors = replace(random_vectors(N_ITEMS, 3, seed=0), like=table, seen=table)
    affinity = Affinity(BEFORE, learned.affinities[0].cooccurrence, approval(vectors))
    network = QNetwork(BEFORE, [vectors], hidden=8, affinities=(affinity,))
    network.load_state_dict(learned.state_dict())
    network.eval()
    films = list(BEFORE.movies)
    films[LATE] = replace(films[LATE], year=2021)
    catalogue = replace(BEFORE, movies=tuple(films))
    panel = replace(ratings_of([[5.0] * N_ITEMS]), n_movies=len(films))
    settings = {"agent": {"gamma": 0.0}, "hidden": 8}
    return Bundle(catalogue, network, settings, {}, "0" * 64, panel=panel)


@pytest.fixture(scope="module")
def extended(bundle: Bundle, facts: FilmFacts) -> Bundle:
    return extend(bundle, facts, SETTINGS)


def test_films_come_in_that_have_enough_to_be_told_of(extended: Bundle, bundle: Bundle) -> None:
    catalogue, before = extended.catalogue, bundle.catalogue
    added = catalogue.movie_ids[catalogue.n_rated : catalogue.n_items].tolist()
    assert sorted(added) == [100 + row for row in range(14, 20)]
    np.testing.assert_array_equal(catalogue.movie_ids[:N_ITEMS], before.movie_ids[:N_ITEMS])
    assert sorted(catalogue.movie_ids) == sorted(before.movie_ids)
    assert [film.row for film in catalogue.movies] == [*range(20)]


def test_the_latest_films_come_first_where_there_is_no_room_for_all(
    bundle: Bundle, facts: FilmFacts
) -> None:
    one = extend(bundle, facts, replace(SETTINGS, films=1)).catalogue
    assert one.movies[N_ITEMS].movie_id == 100 + LATE and one.n_items == N_ITEMS + 1


def test_who_a_film_is_for_is_what_films_like_it_are_for(bundle: Bundle, facts: FilmFacts) -> None:
    whole = reordered(bundle.catalogue, np.array([16, 17]))
    even, odd = foretell(bundle, facts.of(whole), SETTINGS).vectors[:, :6]
    assert even.min() > 0 > odd.max()


def test_what_nobody_rated_though_all_could_is_little_known(
    bundle: Bundle, facts: FilmFacts
) -> None:
    whole = reordered(bundle.catalogue, np.array([16]))
    shy = foretell(bundle, facts.of(whole), SETTINGS).seen[0]
    bold = foretell(bundle, facts.of(whole), replace(SETTINGS, people=1e9)).seen[0]
    assert 0 < shy < bold / 5
    rated = replace(whole, n_ratings=np.where(np.arange(20) == N_ITEMS, 4, whole.n_ratings))
    assert foretell(bundle, facts.of(rated), SETTINGS).seen[0] > shy


def test_nothing_changes_between_the_films_that_ratings_tell_of(
    extended: Bundle, bundle: Bundle
) -> None:
    for name in ("like", "seen", "like_prior", "seen_prior"):
        before, after = (getattr(one.network.encoder, name)[0] for one in (bundle, extended))
        np.testing.assert_array_equal(after[:N_ITEMS], before)


def test_films_that_are_rated_rank_among_themselves_as_before(
    extended: Bundle, bundle: Bundle
) -> None:
    facet = bundle.catalogue.facet_token(0)
    for event in ((3, Outcome.STATED_LIKE), (facet, Outcome.WANTED)):
        state = conversation(event, (2, Outcome.UP), (5, Outcome.SHOWN))
        before, after = (
            one.network.q_values(state.observation()[None])[0] for one in (bundle, extended)
        )
        np.testing.assert_allclose(after[:N_ITEMS], before, atol=1e-3)


def test_places_and_people_that_the_films_bring_can_be_asked_for(extended: Bundle) -> None:
    catalogue = extended.catalogue
    turkey = catalogue.token_of_facet("country", "Turkey")
    assert turkey is not None and catalogue.token_of_facet("director", "Ada Stone") is not None
    films = catalogue.movie_ids[: catalogue.n_items][catalogue.has(turkey)]
    assert sorted(films.tolist()) == [100, 102, 104, 106, 108, 110, 114, 116, 118]
    assert catalogue.degrees.shape == (len(catalogue.facets), catalogue.n_items)


def test_a_tag_that_is_the_name_of_a_place_gives_way(bundle: Bundle, facts: FilmFacts) -> None:
    named = (*bundle.catalogue.facets[:2], Facet("tag", "turkey"))
    tagged = replace(bundle, catalogue=replace(bundle.catalogue, facets=named))
    after = extend(tagged, facts, SETTINGS).catalogue
    assert after.token_of_facet("tag", "turkey") is None
    assert after.token_of_facet("country", "Turkey") is not None


def test_it_is_read_as_it_was_written(extended: Bundle, tmp_path: Path) -> None:
    saved = extended.save(tmp_path / "one")
    again = saved.save(tmp_path / "two")
    assert saved.catalogue.n_rated == N_ITEMS and saved.panel is not None
    np.testing.assert_array_equal(saved.panel.row, np.arange(N_ITEMS))
    state = conversation((1, Outcome.UP), (14, Outcome.UP), (2, Outcome.SHOWN)).observation()[None]
    values = [one.network.q_values(state) for one in (extended, saved, again)]
    np.testing.assert_allclose(values[0], values[1], atol=0.02)
    np.testing.assert_allclose(values[1], values[2], atol=1e-3)


def test_what_is_extended_already_gets_the_people_that_it_lacks(
    extended: Bundle, facts: FilmFacts
) -> None:
    stone = Facet("director", "Ada Stone")
    known = [number for number, one in enumerate(extended.catalogue.facets) if one != stone]
    fewer = replace(
        extended.catalogue,
        facets=tuple(extended.catalogue.facets[number] for number in known),
        membership=extended.catalogue.membership[known],
        typicality=extended.catalogue.degrees[known],
    )
    again = extend(replace(extended, catalogue=fewer), facts, SETTINGS)
    token = again.catalogue.token_of_facet("director", "Ada Stone")
    before = extended.catalogue.token_of_facet("director", "Ada Stone")
    assert token is not None and before is not None
    np.testing.assert_array_equal(again.catalogue.has(token), extended.catalogue.has(before))
    state = conversation((1, Outcome.UP), (14, Outcome.UP)).observation()[None]
    values = [one.network.q_values(state) for one in (extended, again)]
    np.testing.assert_allclose(*values, atol=1e-4)


def test_reasons_add_up_for_films_that_nobody_rated(extended: Bundle) -> None:
    state = conversation((1, Outcome.STATED_LIKE), (15, Outcome.STATED_LIKE), (4, Outcome.DOWN))
    rows, network = np.arange(extended.catalogue.n_items), extended.network
    values = network.q_values(state.observation()[None])[0]
    parts = network.contributions(state.observation(), rows)
    np.testing.assert_allclose(parts.sum(axis=1), values, atol=1e-4)


def test_the_command(
    bundle: Bundle, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle.save(tmp_path / "before")
    folders = ["--bundle", str(tmp_path / "before"), "--facts", str(pack)]
    assert main(["extend", *folders, "--out", str(tmp_path / "after")]) == 0
    assert "18 films can be recommended, 12 before." in capsys.readouterr().out
