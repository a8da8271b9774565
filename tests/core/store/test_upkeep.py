"""Copies of a whole database, back into another one; and what is too old is let go."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import __main__ as cli
from core.errors import StoreError, UnknownIdError
from core.store import Store, Turn, session, upkeep
from core.store.schema import now
from core.store.upkeep import Retention, back_up, only_learner, restore

MakeTurn = Callable[..., Turn]
Tables = Callable[[], dict[str, list[dict[str, Any]]]]
DIARY = json.dumps([[number, "liked"] for number in range(500)])


@pytest.fixture
def talked(store: Store, make_turn: MakeTurn) -> list[str]:
    """Three sessions with something in every table, two of them in one evening."""
    ids = [store.start("{}", client=f"client {number}") for number in range(3)]
    for one in ids:
        with store.session(one) as record:
            turn = make_turn(0, state_before=DIARY, state_after=f"{DIARY} and more", text="é🎬")
            record.add(turn)
            record.react(turn.shown[1].id, "down", -0.5)
            record.answer("n-1", "reply", 0)
            record.set_extra("question", "which?")
            record.shelf.save(7)
            record.shelf.add_imported({8: 3.5})
    store.parties.join(ids[1], store.parties.open(ids[0], "Ann"), "Ben")
    return ids


@pytest.fixture
def aged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Puts the clock of what is written so many days back."""

    def put_back(days: int) -> None:
        monkeypatch.setattr(session, "now", lambda: now() - timedelta(days=days))
        monkeypatch.setattr("core.store.store.now", lambda: now() - timedelta(days=days))

    yield put_back


class TestBackup:
    def test_it_comes_back_as_it_was(
        self, store: Store, talked: list[str], tables: Tables, tmp_path: Path
    ) -> None:
        before, exported = tables(), [store.export(one) for one in talked]
        assert back_up(store, tmp_path / "copy") == 3
        assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.glob("copy*")] == ["copy"]
        held = (tmp_path / "copy").read_bytes()
        with Store.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
            assert restore(tmp_path / "copy", other) == 3
            assert [other.export(one) for one in talked] == exported
            assert list(other.log()) == list(store.log())
            assert other.client_of("10.0.0.1") == store.client_of("10.0.0.1")
        assert (tmp_path / "copy").read_bytes() == held
        assert tables() == before

    def test_a_copy_fills_any_database_and_its_numbers_go_on(
        self, store: Store, talked: list[str], tmp_path: Path, make_turn: MakeTurn
    ) -> None:
        """Out of SQLite into PostgreSQL, too."""
        back_up(store, tmp_path / "copy")
        exported = [store.export(one) for one in talked]
        for one in talked:
            store.forget(one)
        with pytest.raises(UnknownIdError):
            store.export(talked[0])
        assert restore(tmp_path / "copy", store) == 3
        assert [store.export(one) for one in talked] == exported
        fresh = store.start("{}")
        with store.session(fresh) as record:
            record.add(make_turn(0))
        assert store.parties.open(fresh, "Cat") and store.statistics().turns == 4

    def test_it_overwrites_nothing(self, store: Store, talked: list[str], tmp_path: Path) -> None:
        (tmp_path / "copy").write_text("mine")
        with pytest.raises(StoreError, match="there already"):
            back_up(store, tmp_path / "copy")
        assert (tmp_path / "copy").read_text() == "mine"
        back_up(store, tmp_path / "second")
        with pytest.raises(StoreError, match="give an empty one"):
            restore(tmp_path / "second", store)
        with pytest.raises(StoreError, match="no file"):
            restore(tmp_path / "third", store)
        assert store.statistics().sessions == 3 and not (tmp_path / "third").exists()

    def test_it_is_of_one_moment_while_people_talk(
        self, store: Store, make_turn: MakeTurn, tmp_path: Path
    ) -> None:
        """No copy holds a turn without its films, or a state without its turn."""
        one, over = store.start('{"n": 0}'), threading.Event()

        def talk() -> None:
            number = 0
            while not over.is_set():
                with store.session(one) as record:
                    record.add(make_turn(number))
                number += 1

        talker = threading.Thread(target=talk)
        talker.start()
        try:
            for number in range(5):
                back_up(store, tmp_path / f"copy-{number}")
        finally:
            over.set()
            talker.join()
        for number in range(5):
            with (
                Store.open(f"sqlite:///{tmp_path / f'copy-{number}'}") as copy,
                copy.session(one) as record,
            ):
                assert all(len(turn.shown) == 3 for turn in record.turns)
                assert (
                    json.loads(record.state)
                    == {"n": len(record.turns)}
                    == {"n": record.next_number}
                )


class TestPurge:
    def test_who_said_nothing_for_so_long_is_forgotten(
        self, store: Store, make_turn: MakeTurn, aged: Callable[[int], None], tables: Tables
    ) -> None:
        old, kept = [], []
        for days, ids in ((40, old), (31, old), (29, kept), (0, kept)):
            aged(days)
            ids.append(store.start("{}"))
            with store.session(ids[-1]) as record:
                record.add(make_turn(0))
        assert store.purge(now() - timedelta(days=30)) == 2
        for one in old:
            with pytest.raises(UnknownIdError), store.reading(one):
                pass
        for one in kept:
            with store.reading(one) as record:
                assert len(record.turns) == 1
        assert len(tables()["marquee_recommendations"]) == 6
        assert store.purge(now() - timedelta(days=30)) == 0

    def test_an_evening_is_kept_as_long_as_one_of_them_speaks(
        self, store: Store, aged: Callable[[int], None]
    ) -> None:
        aged(40)
        host, guest = store.start("{}"), store.start("{}")
        store.parties.join(guest, store.parties.open(host, "Ann"), "Ben")
        aged(0)
        with store.session(guest) as record:
            record.set_extra("a", "b")
        assert store.purge(now() - timedelta(days=30)) == 0
        assert store.purge(now() + timedelta(days=1)) == 2

    def test_who_speaks_in_the_meantime_is_kept(
        self, store: Store, aged: Callable[[int], None]
    ) -> None:
        aged(40)
        first, second = store.start("{}"), store.start("{}")
        aged(0)

        def speaks() -> bool:
            with store.session(second) as record:
                record.set_extra("a", "b")
            return False

        assert store.purge(now() - timedelta(days=30), speaks) == 1
        with store.reading(second), pytest.raises(UnknownIdError), store.reading(first):
            pass

    def test_while_it_runs_it_looks_every_day(
        self, store: Store, aged: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(upkeep, "_DAY", 0.01)
        gone = threading.Event()
        purge = store.purge

        def purged(*arguments: Any) -> int:
            count = purge(*arguments)
            if count:
                gone.set()
            return count

        monkeypatch.setattr(store, "purge", purged)
        with Retention(store, 30):
            aged(31)
            old = store.start("{}")
            assert gone.wait(20)
        with pytest.raises(UnknownIdError), store.reading(old):
            pass


def test_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        with Store.open(f"sqlite:///{tmp_path / name}.db") as store:
            if name == "one":
                held = store.start("{}")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/one.db")
    copy, two = str(tmp_path / "copy"), f"sqlite:///{tmp_path}/two.db"
    assert cli.main(["backup", "--to", copy]) == 0
    assert cli.main(["backup", "--to", copy]) == 2
    assert cli.main(["restore", "--from", copy, "--store", two]) == 0
    assert cli.main(["purge", "--days", "1", "--store", two]) == 0
    assert cli.main(["purge", "--days", "0", "--store", two]) == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"1 conversations in {copy}",
        "1 conversations are back",
        "0 conversations forgotten",
    ]
    assert "there already" in told.err and os.path.exists(copy)
    with Store.open(two) as store, store.reading(held) as record:
        assert record.state == "{}"


def test_one_learner_of_a_database_at_a_time(url: str) -> None:
    with Store.open(url) as one, Store.open(url) as other:
        with only_learner(one) as first, only_learner(other) as second:
            assert first and second is url.startswith("sqlite")
        with only_learner(other) as after:
            assert after
