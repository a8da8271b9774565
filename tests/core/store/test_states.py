"""Long states are written once, and of those after them what differs; they are read as they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import StoreError
from core.store import Store, Turn
from core.store.records import plainly, restored, shortened

MakeTurn = Callable[..., Turn]
Execute = Callable[[str], list[tuple[Any, ...]]]

DIARY = json.dumps({"events": [[number, "liked"] for number in range(5_000)]})
"""The state after an import, 83 kB."""


def told(diary: str, word: str) -> str:
    """The state once something more was said."""
    return diary.replace("]]}", f']], "more": "{word}"}}')


def test_a_difference_by_hand() -> None:
    assert shortened("aaaaaaaaaaaaaaaaXbb", "aaaaaaaaaaaaaaaaYbb", 7) == "@7:16:2:X"
    assert restored("@7:16:2:X", {7: "aaaaaaaaaaaaaaaaYbb"}.__getitem__) == "aaaaaaaaaaaaaaaaXbb"
    assert shortened("short", "other", 1) is None
    assert restored(plainly("@home"), {}.__getitem__) == "@home"


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=400))
def test_whatever_it_was_it_comes_back(before: str, one: str, other: str, after: str) -> None:
    text, whole = before + one + after, before + other + after
    short = shortened(text, whole, 3)
    for written in (plainly(text), *([] if short is None else [short])):
        assert restored(written, lambda number: whole if number == 3 else "") == text


def test_states_of_a_diary_are_read_back_and_written_once(
    store: Store, make_turn: MakeTurn, execute: Execute
) -> None:
    session = store.start("{}")
    states = [DIARY, *(told(DIARY, f"word {number}") for number in range(9))]
    for number in range(9):
        before, after = states[number], states[number + 1]
        with store.session(session) as record:
            record.state = before
            turn = make_turn(number, state_before=before, state_shown=after, state_after=after)
            record.add(turn)
    with store.reading(session) as record:
        assert record.state == states[9]
        assert [turn.state_before for turn in record.turns] == states[:9]
        assert [turn.state_after for turn in record.turns] == states[1:]
        assert record.last is not None and record.last.state_shown == states[9]
    assert {step.state for step in store.log()} == set(states[1:])
    exported = store.export(session)
    assert exported["state"] == json.loads(states[9])
    assert exported["turns"][3]["state_before"] == json.loads(states[3])
    (written,) = execute(
        "SELECT sum(length(state_before) + length(state_shown) + length(state_after)) "
        "FROM marquee_turns"
    )
    assert execute("SELECT count(*) FROM marquee_states") == [(1,)]
    assert written[0] < 3_000 < len(DIARY)
    assert execute("SELECT length(state) FROM marquee_sessions")[0][0] < 200


def test_another_diary_is_another_whole(
    store: Store, make_turn: MakeTurn, execute: Execute
) -> None:
    session, other = store.start("{}"), DIARY.replace("liked", "hated")
    for number, state in enumerate((DIARY, other)):
        with store.session(session) as record:
            record.add(make_turn(number, state_before=state, state_shown=state, state_after=state))
    with store.session(session) as record:
        assert [turn.state_after for turn in record.turns] == [DIARY, other]
        record.undo()
    with store.reading(session) as record:
        assert record.state == other
    assert execute("SELECT count(*) FROM marquee_states") == [(2,)]


def test_a_whole_that_is_gone_leaves_a_state_that_nobody_takes_for_one(
    store: Store, execute: Execute
) -> None:
    session = store.start("{}")
    with store.session(session) as record:
        record.state = DIARY
    execute("DELETE FROM marquee_states")
    with store.reading(session) as record:
        assert record.state.startswith("@1:")


def test_tables_of_version_1_are_taken_over_and_their_marquee_no_longer_fits(
    url: str, make_turn: MakeTurn, execute: Execute
) -> None:
    with Store.open(url) as store:
        session = store.start("{}")
        with store.session(session) as record:
            record.add(make_turn(0))
    execute(f"UPDATE marquee_turns SET state_after = '{DIARY}'")
    execute(f"UPDATE marquee_sessions SET state = '{DIARY}'")
    execute("DROP TABLE marquee_states")
    execute("UPDATE marquee_schema_version SET version = 1")
    with Store.open(url) as store, store.session(session) as record:
        assert record.state == DIARY == record.turns[0].state_after
        record.state = told(DIARY, "more")
    with Store.open(url) as store, store.reading(session) as record:
        assert record.state == told(DIARY, "more")
    assert execute("SELECT version FROM marquee_schema_version") == [(2,)]
    execute("UPDATE marquee_schema_version SET version = 3")
    with pytest.raises(StoreError, match="knows version 2"):
        Store.open(url)
