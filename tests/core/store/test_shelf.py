"""The watch-list and imported ratings in the store, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.store import Store, Turn


def test_a_watch_list_outlives_the_process_and_keeps_its_order(url: str) -> None:
    start = datetime.now(UTC)
    with Store.open(url) as store:
        session, other = store.start("{}"), store.start("{}")
        with store.session(session) as record:
            assert [record.shelf.save(film) for film in (30, 10, 20, 10)] == [
                True,
                True,
                True,
                False,
            ]
    with Store.open(url) as store:
        with store.session(session) as record:
            saved = record.shelf.saved
            assert [film.movie_id for film in saved] == [30, 10, 20]
            assert all(
                start <= film.saved_at <= datetime.now(UTC) and film.watched_at is None
                for film in saved
            )
        with store.session(other) as record:
            assert record.shelf.saved == ()


def test_films_are_marked_as_watched_and_back_and_taken_off(store: Store) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.shelf.save(1)
        record.shelf.save(2)
        assert [record.shelf.mark(1, watched=True) for _ in range(2)] == [True, False]
        assert not record.shelf.mark(3, watched=True)
    with store.session(session) as record:
        assert [film.watched_at is not None for film in record.shelf.saved] == [True, False]
        assert [record.shelf.mark(1, watched=False) for _ in range(2)] == [True, False]
        assert [record.shelf.remove(2) for _ in range(2)] == [True, False]
        assert [(film.movie_id, film.watched_at) for film in record.shelf.saved] == [(1, None)]


def test_a_rating_stays_until_a_newer_rating_comes(store: Store) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.shelf.add_imported({1: 4.5, 2: None})
        kept = record.shelf.merged({1: None, 2: None, 3: None})
        assert kept == {1: 4.5, 2: None, 3: None}
        record.shelf.add_imported(kept)
        record.shelf.add_imported({1: 2.0})
        assert dict(record.shelf.imported) == {1: 2.0, 2: None, 3: None}


def test_what_was_imported_last_counts_and_thousands_are_fine(store: Store) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.shelf.add_imported({film: 3.0 for film in range(5000)})
        record.shelf.add_imported({7: 4.5, 8: None})
    with store.session(session) as record:
        imported = record.shelf.imported
        assert len(imported) == 5000
        assert [imported[film] for film in (6, 7, 8, 9)] == [3.0, 4.5, 3.0, 3.0]


@pytest.mark.parametrize("stars", [0.0, 5.5, float("nan")])
def test_stars_that_make_no_sense_are_refused(store: Store, stars: float) -> None:
    session = store.start("{}")
    with store.session(session) as record, pytest.raises(ValueError, match="stars must be"):
        record.shelf.add_imported({1: 4.0, 2: stars})


def test_starting_over_lets_go_of_imports_and_keeps_the_watch_list(
    store: Store, make_turn: Callable[..., Turn]
) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.add(make_turn(0))
        record.shelf.save(1)
        record.shelf.add_imported({2: 5.0})
        record.clear("{}")
    with store.session(session) as record:
        assert [film.movie_id for film in record.shelf.saved] == [1]
        assert dict(record.shelf.imported) == {}


def test_a_change_that_fails_leaves_nothing_behind(store: Store) -> None:
    session = store.start("{}")
    with pytest.raises(RuntimeError), store.session(session) as record:
        record.shelf.save(1)
        raise RuntimeError
    with store.session(session) as record:
        assert record.shelf.saved == ()
        shelf = record.shelf
    with pytest.raises(RuntimeError, match="closed"):
        shelf.save(1)


def test_a_database_from_before_there_was_a_shelf_gets_one(
    url: str, execute: Callable[[str], list[object]]
) -> None:
    with Store.open(url) as store:
        session = store.start("{}")
    execute("DROP TABLE marquee_watchlist")
    execute("DROP TABLE marquee_imported")
    with Store.open(url) as store, store.session(session) as record:
        assert record.shelf.save(1)
        assert dict(record.shelf.imported) == {}
