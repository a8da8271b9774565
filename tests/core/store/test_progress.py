"""How each policy fares, by day: counted by hand, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from core.store import Day, Store, Turn, VersionProgress, session

MakeTurn = Callable[..., Turn]
MONDAY = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the time at which turns are logged."""

    def set_to(moment: datetime) -> None:
        monkeypatch.setattr(session, "now", lambda: moment)

    return set_to


def of_version(turn: Turn, version: str) -> Turn:
    return replace(turn, shown=tuple(replace(one, policy_version=version) for one in turn.shown))


def test_nothing_yet(store: Store) -> None:
    assert store.progress() == ()


def test_two_policies_over_two_days(
    store: Store, make_turn: MakeTurn, clock: Callable[[datetime], None]
) -> None:
    clock(MONDAY)
    one, other = store.start("{}"), store.start("{}")
    turn = of_version(make_turn(0), "old")  # films 0, 1, 2
    with store.session(one) as record:
        record.add(turn)
        record.react(turn.shown[0].id, "up", 1.0)
        record.react(turn.shown[1].id, "down", -0.5)
    with store.session(other) as record:  # the same films again: different ones stay three
        record.add(of_version(make_turn(0), "old"))
    # Half past midnight on Tuesday in Paris is still Monday, half past eleven, UTC; an hour later
    # it is Tuesday.
    clock((MONDAY + timedelta(hours=1)).astimezone(timezone(timedelta(hours=1))))
    with store.session(one) as record:
        second = of_version(make_turn(1), "new")
        record.add(second)
        record.react(second.shown[2].id, "seen", 0.0)
        undone = of_version(make_turn(2), "new")
        record.add(undone)
        record.react(undone.shown[0].id, "up", 1.0)
        record.undo()
    assert store.progress() == (
        VersionProgress("old", (Day("2026-03-02", 6, 2, 1, 0.5),), 3),
        VersionProgress("new", (Day("2026-03-03", 3, 1, 0, 0.0),), 3),
    )


def test_the_sum_of_the_days(store: Store) -> None:
    days = (Day("2026-03-02", 6, 2, 1, 0.5), Day("2026-03-05", 3, 3, 2, 1.5))
    assert VersionProgress("v", days, 7).total == Day("2026-03-02", 9, 5, 3, 2.0)
    assert VersionProgress("v", (), 0).total == Day("", 0, 0, 0, 0.0)
