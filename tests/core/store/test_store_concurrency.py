"""Many threads and several processes on one database: nothing is lost, nothing is half written."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from core.errors import StoreError, UnknownIdError
from core.store import Store, Turn, database

MakeTurn = Callable[..., Turn]
ROOT = Path(__file__).parents[3]

WRITER = """
import json, sys
from core.store import Store
url, session, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
for _ in range(rounds):
    with Store.open(url) as store, store.session(session) as record:
        record.state = json.dumps({"n": json.loads(record.state)["n"] + 1})
"""

TALKER = """
import sys
from core.store import Shown, Store, Turn
with Store.open(sys.argv[1]) as store:
    while True:
        with store.session(sys.argv[2]) as record:
            number = record.next_number
            shown = tuple(
                Shown(id=store.new_id(), movie_id=10 * number + i, position=i, q_value=0.5,
                      propensity=0.5, policy_version="v1", explored=False, reasons="[]")
                for i in range(3)
            )
            before, after = record.state, '{"n": %d}' % (number + 1)
            record.add(Turn(number=number, text="text" * 500, understood="{}", reply="reply", shown=shown,
                            state_before=before, state_after=after, state_shown=before))
            record.react(shown[0].id, "up", 1.0)
        print(number, flush=True)
"""

HESITATOR = """
import sys, time
from core.store import Shown, Store, Turn
with Store.open(sys.argv[1]) as store, store.session(sys.argv[2]) as record:
    shown = (Shown(id=store.new_id(), movie_id=1, position=0, q_value=0.5, propensity=0.5,
                   policy_version="v1", explored=False, reasons="[]"),)
    record.add(Turn(number=record.next_number, text="half", understood="{}", reply="reply", shown=shown,
                    state_before=record.state, state_after='{"half": true}', state_shown=record.state))
    print("inside", flush=True)
    time.sleep(60)
"""


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def in_threads(count: int, work: Callable[[int], object]) -> None:
    barrier = threading.Barrier(count)

    def together(worker: int) -> None:
        barrier.wait()
        work(worker)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(together, range(count)))


def test_eight_threads_react_and_count_in_one_session_and_none_is_lost(
    store: Store, make_turn: MakeTurn
) -> None:
    session, turn = store.start('{"n": 0}'), make_turn(0, films=200, state_after='{"n": 0}')
    with store.session(session) as record:
        record.add(turn)

    def work(worker: int) -> None:
        for shown in turn.shown[25 * worker : 25 * (worker + 1)]:
            with store.session(session) as record:
                record.react(shown.id, "up", 1.0)
                record.state = json.dumps({"n": json.loads(record.state)["n"] + 1})

    in_threads(8, work)
    with store.session(session) as record:
        assert json.loads(record.state) == {"n": 200}
        assert [shown.reaction for shown in record.turns[0].shown] == ["up"] * 200
    assert store.statistics().total_reward == 200.0


def test_threads_in_sessions_of_their_own_do_not_mix(store: Store, make_turn: MakeTurn) -> None:
    sessions = [store.start("{}") for _ in range(8)]

    def work(worker: int) -> None:
        for number in range(5):
            with store.session(sessions[worker]) as record:
                record.add(make_turn(number, films=2, text=f"worker {worker}"))

    in_threads(8, work)
    for worker, session in enumerate(sessions):
        with store.session(session) as record:
            assert [(turn.number, turn.text) for turn in record.turns] == [
                (n, f"worker {worker}") for n in range(5)
            ]
    assert store.statistics().recommendations == 80


def test_the_same_reaction_from_all_threads_at_once_changes_something_once(
    store: Store, make_turn: MakeTurn
) -> None:
    session, turn = store.start("{}"), make_turn(0)
    with store.session(session) as record:
        record.add(turn)
    changed = []

    def work(worker: int) -> None:
        with store.session(session) as record:
            changed.append(record.react(turn.shown[0].id, "up", 1.0))

    in_threads(8, work)
    assert sorted(changed) == [False] * 7 + [True]
    assert store.statistics().total_reward == 1.0


def test_reading_goes_on_while_a_session_is_open(store: Store, make_turn: MakeTurn) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.add(make_turn(0))
        assert store.statistics().turns == 0  # from another connection, as of the last commit
        assert store.export(session)["turns"] == []
    assert store.statistics().turns == 1


def test_an_export_is_of_one_moment_though_the_session_goes_on(
    store: Store, make_turn: MakeTurn
) -> None:
    session = store.start('{"n": 0}')

    def talk() -> None:
        for number in range(60):
            with store.session(session) as record:
                record.add(make_turn(number))
                record.set_extra("turns", str(number + 1))

    thread = threading.Thread(target=talk)
    thread.start()
    exports = []
    while thread.is_alive():
        exports.append(store.export(session))
    thread.join()
    assert len(exports) > 1
    for held in exports:
        turns = len(held["turns"])
        assert (held["state"], held["next_turn"]) == ({"n": turns}, turns)
        assert held["extras"].get("turns", "0") == str(turns)


def test_a_session_forgotten_meanwhile_is_unknown_to_who_waited_for_it(store: Store) -> None:
    session = store.start("{}")
    outcomes: list[str] = []

    def work(worker: int) -> None:
        try:
            store.forget(session)
            outcomes.append("forgot")
        except UnknownIdError:
            outcomes.append("unknown")

    in_threads(4, work)
    assert sorted(outcomes) == ["forgot", "unknown", "unknown", "unknown"]


def test_a_lock_that_does_not_come_free_is_an_error_that_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT", 0.05)
    session, errors = store.start("{}"), []

    def work() -> None:
        try:
            with store.session(session):
                pass
        except StoreError as error:
            errors.append(str(error))

    with store.session(session):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert errors == ["This session was busy for 0 seconds: try again."]
    work()
    assert len(errors) == 1


def test_opening_an_empty_database_many_times_at_once_makes_its_tables_once(url: str) -> None:
    in_threads(8, lambda worker: Store.open(url).close())
    with Store.open(url) as store:
        store.start("{}")
        assert store.statistics().sessions == 1


def test_two_processes_count_in_one_session_and_nothing_is_lost(url: str) -> None:
    with Store.open(url) as store:
        session = store.start('{"n": 0}')
        writers = [start(WRITER, url, session, "20") for _ in range(2)]
        for _ in range(20):
            with store.session(session) as record:
                record.state = json.dumps({"n": json.loads(record.state)["n"] + 1})
        assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
        with store.session(session) as record:
            assert json.loads(record.state) == {"n": 60}
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()


def test_two_processes_can_open_an_empty_database_at_once(url: str) -> None:
    script = "import sys; from core.store import Store; s = Store.open(sys.argv[1]); print(s.start('{}')); s.close()"
    children = [start(script, url) for _ in range(2)]
    sessions = [child.communicate(timeout=60)[0].strip() for child in children]
    with Store.open(url) as store:
        for session in sessions:
            with store.session(session) as record:
                assert record.state == "{}"


def test_kill_9_between_turns_loses_nothing_that_was_committed(url: str) -> None:
    with Store.open(url) as store:
        session = store.start('{"n": 0}')
    reported = -1
    for wanted in (3, 11):
        child = start(TALKER, url, session)
        assert child.stdout is not None
        for line in child.stdout:
            reported = int(line)
            if reported >= wanted:
                break
        child.kill()
        reported = max([reported, *(int(line) for line in child.stdout)])
        child.wait()
        child.stdout.close()
        with Store.open(url) as store:
            with store.session(session) as record:
                turns = record.turns
                assert record.state == turns[-1].state_after
                assert record.next_number == len(turns)
            # The turn after the last one reported may have been committed just before the end.
            assert len(turns) - 1 in {reported, reported + 1}
            assert [turn.number for turn in turns] == list(range(len(turns)))
            for turn in turns:
                assert [shown.movie_id - 10 * turn.number for shown in turn.shown] == [0, 1, 2]
                assert [shown.reaction for shown in turn.shown] == ["up", None, None]
            for before, after in pairwise(turns):
                assert after.state_before == before.state_after
            assert [step.reward for step in store.log()] == [1.0, 0.0, 0.0] * len(turns)


def test_kill_9_within_a_turn_leaves_nothing_of_it_and_no_lock(
    url: str, make_turn: MakeTurn
) -> None:
    with Store.open(url) as store:
        session, turn = store.start('{"n": 0}'), make_turn(0)
        with store.session(session) as record:
            record.add(turn)
        child = start(HESITATOR, url, session)
        assert child.stdout is not None
        assert child.stdout.readline() == "inside\n"
        child.kill()
        child.wait()
        child.stdout.close()
        with store.session(session) as record:
            assert (record.turns, record.state, record.next_number) == (
                (turn,),
                turn.state_after,
                1,
            )
            record.add(make_turn(1))
        assert store.statistics().turns == 2
