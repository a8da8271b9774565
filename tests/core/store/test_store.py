"""One session in the store: what is written is what is read, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

import json
import logging
import math
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import PartyError, StoreError, UnknownIdError
from core.store import Shown, Store, Turn

MakeTurn = Callable[..., Turn]
KINDS = ("up", "down", "seen", "seen_loved", "seen_hated", "not_tonight")

# ---- opening


def test_a_session_outlives_the_process_that_started_it(url: str, make_turn: MakeTurn) -> None:
    turn = make_turn(0)
    with Store.open(url) as store:
        session = store.start('{"n": 0}')
        with store.session(session) as record:
            record.add(turn)
            record.set_extra("question", "which Dune?")
    with Store.open(url) as store, store.session(session) as record:
        assert record.state == '{"n": 1}'
        assert record.turns == (turn,)
        assert record.next_number == 1
        assert record.extras == {"question": "which Dune?"}


def test_tables_of_a_newer_version_are_refused_and_left_alone(
    url: str, execute: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    Store.open(url).close()
    execute("UPDATE marquee_schema_version SET version = 99")
    execute("DROP TABLE marquee_extras")
    with pytest.raises(
        StoreError, match=r"version 99, this Marquee knows version 2: update Marquee"
    ):
        Store.open(url)
    assert execute("SELECT version FROM marquee_schema_version") == [(99,)]
    with pytest.raises(Exception, match="marquee_extras"):
        execute("SELECT * FROM marquee_extras")


def test_the_version_row_says_2(
    store: Store, execute: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    assert execute("SELECT id, version FROM marquee_schema_version") == [(1, 2)]


def test_sqlite_runs_in_wal_and_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "marquee.db"
    with Store.open(f"sqlite:///{path}") as store:
        store.start("{}")
        assert path.with_name("marquee.db-wal").stat().st_size > 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_store_in_memory_is_a_temporary_file_that_threads_can_share() -> None:
    with Store.open("sqlite://") as one, Store.open("sqlite:///:memory:") as other:
        session = one.start("{}")
        with pytest.raises(UnknownIdError), other.session(session):
            pass


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("marquee.db", "write sqlite:///marquee.db or postgresql://"),
        ("mysql://me:secret@localhost/films", "'mysql' are not supported: use sqlite:///"),
        ("postgresql://me:secret@127.0.0.1:1/films", r"me:\*\*\*@127.0.0.1:1/films failed: .*"),
        ("sqlite:////proc/nowhere/marquee.db", "cannot be opened for writing"),
    ],
)
def test_a_database_that_cannot_be_opened_says_why_and_tells_no_password(
    url: str, message: str
) -> None:
    with pytest.raises(StoreError, match=message) as refused:
        Store.open(url)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but a long enough line of text to look at\n" * 20)
    with pytest.raises(StoreError, match=r"notes\.txt cannot be opened: file is not a database"):
        Store.open(f"sqlite:///{path}")


# ---- ids


def test_ids_are_long_and_never_the_same(store: Store) -> None:
    ids = {store.new_id() for _ in range(1000)} | {store.start("{}")}
    assert len(ids) == 1001
    assert {len(one) for one in ids} == {32}


@pytest.mark.parametrize(
    "forged", ["", "nope", "a\0b", "\ud800", "' OR 1=1 --", "x" * 10_000, None, 7, ["a"]]
)
def test_an_id_that_was_not_issued_is_unknown_whatever_it_is(store: Store, forged: Any) -> None:
    session = store.start("{}")
    with pytest.raises(UnknownIdError), store.session(forged):
        pytest.fail("opened")
    with pytest.raises(UnknownIdError):
        store.forget(forged)
    with pytest.raises(UnknownIdError):
        store.export(forged)
    with store.session(session) as record:
        with pytest.raises(UnknownIdError):
            record.shown(forged)
        with pytest.raises(UnknownIdError):
            record.react(forged, "up", 1.0)


def test_a_recommendation_of_another_session_is_unknown(store: Store, make_turn: MakeTurn) -> None:
    mine, theirs = store.start("{}"), store.start("{}")
    turn = make_turn(0)
    with store.session(theirs) as record:
        record.add(turn)
    with store.session(mine) as record:
        with pytest.raises(UnknownIdError, match="not part of the conversation"):
            record.react(turn.shown[0].id, "up", 1.0)
    assert store.statistics().total_reward == 0.0


# ---- turns


def test_turns_come_back_in_order_with_all_they_hold(store: Store, make_turn: MakeTurn) -> None:
    session = store.start('{"n": 0}')
    turns = [make_turn(0, films=0, text=""), make_turn(1), make_turn(2, films=10)]
    for turn in turns:
        with store.session(session) as record:
            record.add(turn)
    with store.session(session) as record:
        assert record.last == turns[2]
        assert record.turns == tuple(turns)
        assert record.last == turns[2]
        assert record.state == turns[2].state_after


def test_the_latest_turns_are_read_alone(store: Store, make_turn: MakeTurn) -> None:
    session = store.start("{}")
    for number in range(4):
        with store.session(session) as record:
            record.add(make_turn(number))
    with store.session(session) as record:
        record.undo()
        assert [turn.number for turn in record.recent(2)] == [1, 2]
        assert (record.recent(0), record.n_turns) == ((), 3)
        assert record.recent(9) == record.turns
        assert (record.recent(2), record.n_turns) == (record.turns[-2:], 3)


def test_the_last_turn_that_showed_films_is_found_behind_talk(
    store: Store, make_turn: MakeTurn
) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        assert (record.last, record.last_shown) == (None, None)
        record.add(replace(make_turn(0), shown=()))
        assert record.last is not None and record.last_shown is None
        record.add(make_turn(1))
        record.add(replace(make_turn(2), shown=()))
        assert [turn and turn.number for turn in (record.last, record.last_shown)] == [2, 1]
        record.undo()
        record.undo()
        assert [turn and turn.number for turn in (record.last, record.last_shown)] == [0, None]


def test_a_new_session_has_no_turns(store: Store) -> None:
    with store.session(store.start('{"n": 0}')) as record:
        assert (record.state, record.turns, record.last, record.next_number) == (
            '{"n": 0}',
            (),
            None,
            0,
        )
        assert record.undo() is None


def test_a_turn_out_of_order_is_refused(store: Store, make_turn: MakeTurn) -> None:
    session = store.start("{}")
    with (
        pytest.raises(ValueError, match="the next turn has number 0, not 1"),
        store.session(session) as record,
    ):
        record.add(make_turn(1))


def test_a_recommendation_id_cannot_be_used_twice(store: Store, make_turn: MakeTurn) -> None:
    first, second = make_turn(0), make_turn(1)
    session = store.start("{}")
    with store.session(session) as record:
        record.add(first)
    stolen = make_turn(1, shown=(first.shown[0], *second.shown[1:]))
    with pytest.raises(StoreError), store.session(session) as record:
        record.add(stolen)
    with store.session(session) as record:
        assert record.turns == (first,)


def test_nothing_of_a_body_that_raises_is_kept(store: Store, make_turn: MakeTurn) -> None:
    session = store.start('{"n": 0}')
    with pytest.raises(KeyError, match="mistake"), store.session(session) as record:
        record.add(make_turn(0))
        record.react(record.turns[0].shown[0].id, "up", 1.0)
        record.set_extra("key", "text")
        raise KeyError("mistake")
    with store.session(session) as record:
        assert (record.state, record.turns, dict(record.extras), record.next_number) == (
            '{"n": 0}',
            (),
            {},
            0,
        )


def test_a_record_is_of_no_use_after_its_block(store: Store) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        pass
    with pytest.raises(RuntimeError, match="open it again"):
        record.state = '{"lost": true}'


def test_a_thread_that_would_wait_for_itself_is_told_so(store: Store) -> None:
    one, other = store.start("{}"), store.start("{}")
    with store.session(one) as record:
        with (
            pytest.raises(RuntimeError, match="leave that `with` block first"),
            store.session(other),
        ):
            pass
        record.state = '{"still": "fine"}'
    with store.session(one) as record:
        assert record.state == '{"still": "fine"}'


def test_reading_many_turns_takes_as_many_queries_as_reading_one(
    url: str, make_turn: MakeTurn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sqlalchemy.engine")

    def queries(session: str, read: Callable[[Any], object]) -> int:
        caplog.clear()
        with store.session(session) as record:
            read(record)
        return sum(record.message.startswith("SELECT") for record in caplog.records)

    with Store.open(url) as store:
        short, long = store.start("{}"), store.start("{}")
        for session, count in ((short, 1), (long, 20)):
            with store.session(session) as record:
                for number in range(count):
                    record.add(make_turn(number))
        for read in (lambda record: record.turns, lambda record: record.last):
            assert queries(short, read) == queries(long, read) <= 4


# ---- reactions


def test_a_reaction_is_an_idempotent_upsert(store: Store, make_turn: MakeTurn) -> None:
    session, turn = store.start("{}"), make_turn(0)
    first, second, _ = (shown.id for shown in turn.shown)
    with store.session(session) as record:
        record.add(turn)
    with store.session(session) as record:
        assert record.react(first, "up", 1.0)
        assert not record.react(first, "up", 1.0)
        assert record.react(second, "seen", 0.0)
        assert (record.shown(first).reaction, record.shown(first).reward) == ("up", 1.0)
    with store.session(session) as record:
        assert not record.react(first, "up", 1.0)
        assert record.react(first, "down", -0.5)
        assert [(one.reaction, one.reward) for one in record.turns[0].shown] == [
            ("down", -0.5),
            ("seen", 0.0),
            (None, 0.0),
        ]
        assert record.react(first, "clear", 0.0)
        assert not record.react(first, "clear", 0.0)
        assert record.shown(first) == turn.shown[0]
    statistics = store.statistics()
    assert statistics.reactions == {kind: int(kind == "seen") for kind in KINDS}
    assert statistics.total_reward == 0.0


@pytest.mark.parametrize(
    ("reaction", "reward"), [("love", 1.0), ("up", math.nan), ("up", math.inf)]
)
def test_a_reaction_that_makes_no_sense_is_refused(
    store: Store, make_turn: MakeTurn, reaction: str, reward: float
) -> None:
    session, turn = store.start("{}"), make_turn(0)
    with store.session(session) as record:
        record.add(turn)
        with pytest.raises(ValueError, match=r"love|finite"):
            record.react(turn.shown[0].id, reaction, reward)
    with store.session(session) as record:
        assert record.turns == (turn,)


# ---- undo, clear


def test_undo_takes_the_last_turn_out_and_goes_back_to_the_state_before_it(
    store: Store, make_turn: MakeTurn
) -> None:
    session, turns = store.start('{"n": 0}'), [make_turn(0), make_turn(1)]
    with store.session(session) as record:
        for turn in turns:
            record.add(turn)
        record.react(turns[0].shown[0].id, "up", 1.0)
        record.react(turns[1].shown[0].id, "down", -0.5)
    with store.session(session) as record:
        undone = record.undo()
        assert undone is not None
        assert (undone.number, undone.shown[0].reaction) == (1, "down")
        assert record.state == turns[1].state_before
        assert [turn.number for turn in record.turns] == [0]
        assert record.next_number == 2
        with pytest.raises(UnknownIdError):
            record.react(turns[1].shown[0].id, "up", 1.0)
        with pytest.raises(UnknownIdError):
            record.shown(turns[1].shown[0].id)
    assert [step.turn for step in store.log()] == [0, 0, 0]
    statistics = store.statistics()
    assert (statistics.turns, statistics.recommendations, statistics.total_reward) == (1, 3, 1.0)
    with store.session(session) as record:
        record.add(make_turn(2))
        assert [turn.number for turn in record.turns] == [0, 2]
        assert [turn.number for turn in (record.undo(), record.undo()) if turn] == [2, 0]
        assert record.undo() is None
        assert record.state == '{"n": 0}'
    assert [turn["status"] for turn in store.export(session)["turns"]] == ["undone"] * 3


def test_clear_starts_over_and_keeps_the_log(store: Store, make_turn: MakeTurn) -> None:
    session, old = store.start('{"n": 0}'), make_turn(0)
    with store.session(session) as record:
        record.add(old)
        record.react(old.shown[1].id, "up", 1.0)
        record.set_extra("question", "which?")
    with store.session(session) as record:
        record.clear('{"n": "fresh"}')
        assert (record.state, record.turns, record.last, dict(record.extras)) == (
            '{"n": "fresh"}',
            (),
            None,
            {},
        )
        assert record.undo() is None
        with pytest.raises(UnknownIdError):
            record.react(old.shown[1].id, "down", -0.5)
        record.add(make_turn(1))
    with store.session(session) as record:
        assert [turn.number for turn in record.turns] == [1]
    assert [(step.turn, step.reward) for step in store.log()] == [(0, 0.0), (0, 1.0), (0, 0.0)] + [
        (1, 0.0)
    ] * 3
    assert [turn["status"] for turn in store.export(session)["turns"]] == ["cleared", "live"]


def test_extras_are_overwritten_and_deleted(store: Store) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.set_extra("a", "1")
        record.set_extra("a", "2")
        record.set_extra("b", "3")
        record.set_extra("b", None)
        assert record.extras == {"a": "2"}
    with store.session(session) as record:
        assert record.extras == {"a": "2"}


# ---- text and numbers


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(alphabet=st.characters(), max_size=200))
def test_any_text_comes_back_but_for_what_no_database_can_hold(
    store: Store, make_turn: MakeTurn, text: str
) -> None:
    expected = "".join(
        "\N{REPLACEMENT CHARACTER}" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text
    )
    fields = ("text", "understood", "reply", "state_before", "state_after", "state_shown")
    session = store.start(text)
    shown = Shown(
        id=store.new_id(),
        movie_id=1,
        position=0,
        q_value=0.0,
        propensity=1.0,
        policy_version=text,
        explored=False,
        reasons=text,
    )
    with store.session(session) as record:
        record.add(make_turn(0, shown=(shown,), **dict.fromkeys(fields, text)))
        record.set_extra(text, text)
    with store.session(session) as record:
        (turn,) = record.turns
        assert [getattr(turn, name) for name in fields] == [expected] * 6
        assert (turn.shown[0].reasons, turn.shown[0].policy_version) == (expected, expected)
        assert dict(record.extras) == {expected: expected}
        assert record.state == expected
    assert store.export(session)["turns"][0]["text"] == expected


def test_a_very_long_text_is_fine(store: Store, make_turn: MakeTurn) -> None:
    session, turn = store.start("{}"), make_turn(0, text="é🎬" * 500_000)
    with store.session(session) as record:
        record.add(turn)
    with store.session(session) as record:
        assert record.turns == (turn,)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    q_value=st.floats(allow_nan=False, allow_infinity=False),
    propensity=st.floats(0.0, 1.0, exclude_min=True),
    movie_id=st.integers(0, 2**63 - 1),
)
def test_numbers_come_back_to_the_last_bit(
    store: Store, make_turn: MakeTurn, q_value: float, propensity: float, movie_id: int
) -> None:
    shown = Shown(
        id=store.new_id(),
        movie_id=movie_id,
        position=0,
        q_value=q_value,
        propensity=propensity,
        policy_version="v1",
        explored=True,
        reasons="[]",
    )
    session = store.start("{}")
    with store.session(session) as record:
        record.add(make_turn(0, shown=(shown,)))
    with store.session(session) as record:
        assert record.shown(shown.id) == shown


def test_numpy_numbers_are_stored_as_numbers(store: Store, make_turn: MakeTurn) -> None:
    numbers: dict[str, Any] = {
        "movie_id": np.int64(318),
        "position": np.int32(0),
        "q_value": np.float32(0.5),
        "propensity": np.float64(0.25),
        "explored": np.bool_(True),
    }
    shown = Shown(id=store.new_id(), policy_version="v1", reasons="[]", **numbers)
    session = store.start("{}")
    with store.session(session) as record:
        record.add(make_turn(0, shown=(shown,)))
    (step,) = store.log()
    assert (step.movie_id, step.position, step.q_value, step.propensity, step.explored) == (
        318,
        0,
        0.5,
        0.25,
        True,
    )
    assert [type(value) for value in (step.movie_id, step.q_value, step.explored)] == [
        int,
        float,
        bool,
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"propensity": math.nan}, "propensity must be a finite number"),
        ({"propensity": 0.0}, r"propensity must be in \(0, 1\], not 0.0"),
        ({"propensity": 1.0000001}, r"propensity must be in \(0, 1\]"),
        ({"q_value": math.inf}, "q_value must be a finite number, not inf"),
        ({"reward": math.nan, "reaction": "up"}, "reward must be a finite number"),
        ({"reward": 1.0}, "a reward of 1.0 without a reaction"),
        ({"reaction": "love"}, "love"),
        ({"position": -1}, "position must be 0 or more"),
        ({"id": "not an id"}, r"take one from Store.new_id\(\)"),
    ],
)
def test_a_recommendation_with_an_impossible_value_is_never_made(
    changes: dict[str, Any], message: str
) -> None:
    fields: dict[str, Any] = {
        "id": "abc",
        "movie_id": 1,
        "position": 0,
        "q_value": 0.0,
        "propensity": 1.0,
        "policy_version": "v1",
        "explored": False,
        "reasons": "[]",
    }
    assert Shown(**fields).reward == 0.0
    with pytest.raises(ValueError, match=message):
        Shown(**(fields | changes))


def test_two_films_at_one_place_are_refused(make_turn: MakeTurn) -> None:
    shown = make_turn(0).shown
    with pytest.raises(ValueError, match="two films at one place, or under one id"):
        make_turn(0, shown=(shown[0], shown[0]))


# ---- forget, export


def test_forget_deletes_every_trace_of_that_session_and_nothing_else(
    store: Store,
    url: str,
    make_turn: MakeTurn,
    tables: Callable[[], dict[str, list[dict[str, Any]]]],
) -> None:
    kept, gone = store.start("{}"), store.start('{"trace": "xyzzy"}')
    for session, word in ((kept, "plugh"), (gone, "xyzzy")):
        with store.session(session) as record:
            for number in range(3):
                turn = make_turn(
                    number, text=word * 2000, reply=word, state_after=f'"{word * 500}"'
                )
                record.add(turn)
                record.react(turn.shown[0].id, "up", 1.0)
            record.set_extra("question", word)
            record.undo()
            record.clear("{}")
            record.set_extra("question", word)
            record.answer("n-1", word, 0)
            record.shelf.save(1)
            record.shelf.add_imported({1: 4.5, 2: None})
    with pytest.raises(PartyError):
        store.parties.join(gone, "XXXXXXXX", "xyzzy")
    store.parties.join(gone, store.parties.open(kept, "plugh"), "xyzzy")
    before = store.export(kept)
    assert before["together"]["name"] == "plugh"
    assert {name: len(rows) for name, rows in tables().items()} == {
        "marquee_schema_version": 1,
        "marquee_salt": 1,
        "marquee_sessions": 2,
        "marquee_turns": 6,
        "marquee_recommendations": 18,
        "marquee_reactions": 6,
        "marquee_watchlist": 2,
        "marquee_imported": 4,
        "marquee_states": 2,
        "marquee_extras": 2,
        "marquee_requests": 2,
        "marquee_parties": 1,
        "marquee_members": 2,
        "marquee_wrong_codes": 1,
    }
    store.forget(gone)
    after = tables()
    assert {name: len(rows) for name, rows in after.items()} == {
        "marquee_schema_version": 1,
        "marquee_salt": 1,
        "marquee_sessions": 1,
        "marquee_turns": 3,
        "marquee_recommendations": 9,
        "marquee_reactions": 3,
        "marquee_watchlist": 1,
        "marquee_imported": 2,
        "marquee_states": 1,
        "marquee_extras": 1,
        "marquee_requests": 1,
        "marquee_parties": 1,
        "marquee_members": 1,
        "marquee_wrong_codes": 0,
    }
    assert "xyzzy" not in repr(after)
    assert gone not in repr(after)
    assert store.export(kept) == before
    with pytest.raises(UnknownIdError), store.session(gone):
        pass
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        held = b"".join(file.read_bytes() for file in path.parent.glob("marquee.db*"))
        assert b"plugh" in held
        assert b"xyzzy" not in held


def test_the_number_of_a_forgotten_session_is_not_given_again(
    store: Store, make_turn: MakeTurn
) -> None:
    numbers = []
    for _ in range(2):
        session = store.start("{}")
        with store.session(session) as record:
            record.add(make_turn(0, films=1))
        numbers += [step.session for step in store.log()]
        store.forget(session)
    assert numbers[0] != numbers[1]


def test_export_holds_everything_and_is_json(
    store: Store, make_turn: MakeTurn, tables: Callable[[], dict[str, list[dict[str, Any]]]]
) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.add(make_turn(0, state_before="[NaN] is no JSON"))
        record.react(record.turns[0].shown[1].id, "not_tonight", -0.1)
        record.add(make_turn(1))
        record.undo()
        record.set_extra("question", "which?")
        record.shelf.save(7)
        record.shelf.add_imported({8: 3.5})
    exported = store.export(session)
    assert json.loads(json.dumps(exported, allow_nan=False)) == exported
    assert (exported["state"], exported["extras"]) == ({"n": 1}, {"question": "which?"})
    first, second = exported["turns"]
    assert (first["status"], second["status"]) == ("live", "undone")
    assert first["state_before"] == "[NaN] is no JSON"
    assert first["understood"] == {"act": 0}
    assert [
        film["reaction"] and film["reaction"]["reward"] for film in first["recommendations"]
    ] == [None, -0.1, None]
    held = tables()
    (row,) = held["marquee_sessions"]
    assert set(row) - {"id", "client"} <= set(exported)
    assert [film["movie_id"] for film in exported["watchlist"]] == [7]
    assert [(film["movie_id"], film["stars"]) for film in exported["imported"]] == [(8, 3.5)]
    assert set(held["marquee_turns"][0]) <= set(first)
    assert set(held["marquee_recommendations"][0]) <= set(first["recommendations"][0])
    assert set(held["marquee_reactions"][0]) <= set(first["recommendations"][1]["reaction"])


# ---- the log


def test_the_log_tells_each_choice_with_the_state_that_led_to_it(
    store: Store, make_turn: MakeTurn
) -> None:
    start = datetime.now(UTC)
    sessions = [store.start("{}") for _ in range(2)]
    for number in range(2):
        for session in sessions:
            with store.session(session) as record:
                record.add(make_turn(number, films=2))
    with store.session(sessions[1]) as record:
        record.react(record.turns[1].shown[1].id, "up", 1.0)
    log = list(store.log())
    assert [(step.session, step.turn, step.position) for step in log] == [
        (log[0].session + session, turn, position)
        for session in (0, 1)
        for turn in (0, 1)
        for position in (0, 1)
    ]
    assert [step.state for step in log] == [
        '{"n": 0.5}',
        '{"n": 0.5}',
        '{"n": 1.5}',
        '{"n": 1.5}',
    ] * 2
    assert [step.reaction for step in log] == [None] * 7 + ["up"]
    step = log[-1]
    assert (step.movie_id, step.q_value, step.propensity, step.policy_version) == (
        101,
        0.5,
        0.25,
        "v1",
    )
    assert (step.explored, step.reward) == (False, 1.0)
    assert step.reacted_at is not None
    assert start <= step.shown_at <= step.reacted_at <= datetime.now(UTC)
    assert step.shown_at.utcoffset() == timedelta(0)
    assert log[0].reacted_at is None


def test_the_log_of_many_sessions_is_complete_and_can_be_read_while_they_go_on(
    store: Store, make_turn: MakeTurn
) -> None:
    sessions = [store.start("{}") for _ in range(60)]
    for session in sessions:
        with store.session(session) as record:
            record.add(make_turn(0, films=1))
    steps = store.log()
    first = next(steps)
    with store.session(sessions[0]) as record:
        record.undo()
    assert [step.session - first.session for step in steps] == list(range(1, 60))
    assert len(list(store.log())) == 59


def test_an_empty_store_counts_nothing(store: Store) -> None:
    assert list(store.log()) == []
    statistics = store.statistics()
    assert (statistics.sessions, statistics.turns, statistics.recommendations) == (0, 0, 0)
    assert statistics.reactions == dict.fromkeys(KINDS, 0)
    assert statistics.total_reward == 0.0


def test_an_older_database_gets_the_column_for_clients(
    url: str, execute: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    with Store.open(url) as store:
        session = store.start("{}", client="somebody")
    execute("ALTER TABLE marquee_sessions DROP COLUMN client")
    with Store.open(url) as store, store.session(session) as record:
        assert record.state == "{}"
    assert execute("SELECT client FROM marquee_sessions") == [("",)]


def test_an_export_opens_no_session(store: Store) -> None:
    session = store.start("{}", client="somebody")
    exported = json.dumps(store.export(session))
    assert session not in exported and "somebody" not in exported


def test_a_reader_does_not_wait_for_ever(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("SQLite's readers wait for nobody")
    monkeypatch.setattr("core.store.database.READ_WAIT", 1.0)
    with Store.open(url) as store:
        session = store.start("{}")
        with psycopg.connect(url) as locker:
            locker.execute("LOCK TABLE marquee_sessions IN ACCESS EXCLUSIVE MODE")
            start = time.monotonic()
            with pytest.raises(StoreError, match="lock timeout"):
                store.export(session)
            assert time.monotonic() - start < 4
