"""Thinking before writing: nobody waits for a thought, and no thought rests on what was."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from core.errors import StoreError, UnknownIdError
from core.store import Gathering, Store, Turn, database, session

MakeTurn = Callable[..., Turn]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has to wait for a lock gives up after half a second."""
    monkeypatch.setattr(database, "WAIT", 0.5)


@pytest.fixture
def elsewhere(store: Store, url: str) -> Iterator[Store]:
    """The same database as another process holds it."""
    with Store.open(url) as opened:
        yield opened


def counted(store: Store, one: str) -> int:
    with store.reading(one) as record:
        return int(json.loads(record.state)["n"])


def count_on(store: Store, one: str) -> None:
    with store.session(one) as record:
        record.state = json.dumps({"n": json.loads(record.state)["n"] + 1})


def number_of(gathering: Gathering) -> int:
    return int(json.loads(gathering.records[gathering.own].state)["n"])


def written(gathering: Gathering, number: int) -> int:
    gathering.records[gathering.own].state = json.dumps({"n": number})
    return number


@pytest.mark.usefixtures("impatient")
def test_while_one_thinks_others_write_and_everybody_reads(store: Store) -> None:
    """Without a lock of the database, and past all locks but that of other thoughts."""
    mine, other = store.start('{"n": 0}'), store.start('{"n": 0}')

    def think(gathering: Gathering) -> int:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(count_on, store, other).result()
            assert pool.submit(counted, store, mine).result() == 0
        return number_of(gathering) + 10

    assert store.parties.considered(mine, think, written) == 10
    assert (counted(store, mine), counted(store, other)) == (10, 1)


@pytest.mark.usefixtures("impatient")
def test_while_one_writes_everybody_reads(store: Store) -> None:
    mine = store.start('{"n": 3}')
    with store.session(mine), ThreadPoolExecutor(1) as pool:
        assert pool.submit(counted, store, mine).result() == 3
        with store.parties.seen(mine) as gathering:
            assert number_of(gathering) == 3


def test_what_changed_meanwhile_is_thought_of_again(store: Store, elsewhere: Store) -> None:
    mine, thoughts = store.start('{"n": 0}'), list[int]()

    def think(gathering: Gathering) -> int:
        thoughts.append(number_of(gathering))
        if len(thoughts) < 3:
            count_on(elsewhere, mine)
        return number_of(gathering) + 10

    assert store.parties.considered(mine, think, written) == 12
    assert thoughts == [0, 1, 2] and counted(store, mine) == 12


def test_a_thumb_counts_as_a_change_and_is_kept(store: Store, make_turn: MakeTurn) -> None:
    mine, turn, thoughts = store.start('{"n": 0}'), make_turn(0), list[str | None]()
    with store.session(mine) as record:
        record.add(turn)

    def think(gathering: Gathering) -> int:
        (last,) = gathering.records[gathering.own].turns
        thoughts.append(last.shown[0].reaction)
        if len(thoughts) == 1:
            with store.session(mine) as record:
                record.react(turn.shown[0].id, "up", 1.0)
        return 7

    store.parties.considered(mine, think, written)
    assert thoughts == [None, "up"]


@pytest.mark.usefixtures("impatient")  # SQLite empties its log where somebody reads: here, always
def test_somebody_who_joins_counts_as_a_change(store: Store) -> None:
    host, guest, people = store.start('{"n": 0}'), store.start('{"n": 0}'), list[int]()
    code = store.parties.open(host, "Ann")

    def think(gathering: Gathering) -> int:
        people.append(len(gathering.people))
        if len(people) == 1:
            store.parties.join(guest, code, "Ben")
        return 1

    store.parties.considered(host, think, written)
    assert people == [1, 2]


def test_it_gives_up_where_it_is_changed_each_time(store: Store, elsewhere: Store) -> None:
    mine = store.start('{"n": 0}')

    def think(_: Gathering) -> int:
        count_on(elsewhere, mine)
        return 99

    with pytest.raises(StoreError, match="busy"):
        store.parties.considered(mine, think, written)
    assert counted(store, mine) == 4


@pytest.mark.usefixtures("impatient")
def test_at_last_nobody_of_this_process_comes_in_between(store: Store) -> None:
    mine, tries = store.start('{"n": 0}'), list[bool]()

    def think(gathering: Gathering) -> int:
        with ThreadPoolExecutor(1) as pool:
            change = pool.submit(count_on, store, mine)
            tries.append(change.exception() is None)
        return number_of(gathering) + 10

    assert store.parties.considered(mine, think, written) == 12
    assert tries == [True, True, False]


def test_thoughts_on_one_session_queue(store: Store) -> None:
    mine, barrier = store.start('{"n": 0}'), threading.Barrier(6)

    def one_more(_: int) -> None:
        barrier.wait()
        store.parties.considered(mine, lambda found: number_of(found) + 1, written)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one_more, range(6)))
    assert counted(store, mine) == 6


def test_all_of_it_is_written_or_nothing(store: Store, make_turn: MakeTurn) -> None:
    mine = store.start('{"n": 0}')

    def write(gathering: Gathering, _: object) -> None:
        gathering.records[gathering.own].add(make_turn(0))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.parties.considered(mine, number_of, write)
    with store.reading(mine) as record:
        assert (record.turns, record.state) == ((), '{"n": 0}')


def test_what_is_open_to_be_read_cannot_be_changed(store: Store, make_turn: MakeTurn) -> None:
    mine = store.start("{}")
    with store.reading(mine) as record:
        for change in (
            lambda: record.add(make_turn(0)),
            lambda: record.set_extra("a", "b"),
            lambda: record.shelf.save(1),
            lambda: record.clear("{}"),
        ):
            with pytest.raises(RuntimeError, match="to be read"):
                change()
    for unknown in ("x" * 32, "no id"):
        with pytest.raises(UnknownIdError), store.reading(unknown):
            pass


def test_versions_differ_also_where_the_clock_was_put_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, versions = store.start('{"n": 0}'), set[object]()
    monkeypatch.setattr(session, "now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    for _ in range(3):
        count_on(store, mine)
        with store.reading(mine) as record:
            versions.add(record.version)
    assert len(versions) == 3
