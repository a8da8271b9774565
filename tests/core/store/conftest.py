"""Each test of the store runs on SQLite and on PostgreSQL, in a database of its own."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from core.store import Shown, Store, Turn

POSTGRES = os.environ.get("MARQUEE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
HOW_TO_START = (
    f"no PostgreSQL answers at {POSTGRES}: start one, as with `docker run --rm -p 127.0.0.1:5432:5432 "
    "-e POSTGRES_HOST_AUTH_METHOD=trust postgres:15`, or set MARQUEE_TEST_POSTGRES to the URL of one"
)

Tables = dict[str, list[dict[str, Any]]]
"""Rows by table, as they stand in the database."""


def _postgres_schema() -> Iterator[str]:
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW_TO_START)
        pytest.skip(HOW_TO_START)
    schema = f"marquee_test_{secrets.token_hex(6)}"
    with closing(connection):
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        try:
            yield f"{POSTGRES}?options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/marquee.db"
    else:
        yield from _postgres_schema()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def execute(url: str) -> Callable[[str], list[tuple[Any, ...]]]:
    """Runs SQL in the database past the store."""

    def run(sql: str) -> list[tuple[Any, ...]]:
        if url.startswith("sqlite"):
            with closing(
                sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            ) as lite:
                return lite.execute(sql).fetchall()
        with closing(psycopg.connect(url, autocommit=True)) as postgres:
            cursor = postgres.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def tables(url: str, execute: Callable[[str], list[tuple[Any, ...]]]) -> Callable[[], Tables]:
    """Reads every row of every table."""

    def columns(table: str) -> list[str]:
        if url.startswith("sqlite"):
            return [row[1] for row in execute(f"PRAGMA table_info({table})")]
        sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        return [
            cast(str, row[0])
            for row in execute(f"{sql} AND table_name = '{table}' ORDER BY ordinal_position")
        ]

    def read() -> Tables:
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'marquee%'"
            if url.startswith("sqlite")
            else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        )
        return {
            name: [
                dict(zip(columns(name), row, strict=True))
                for row in execute(f"SELECT * FROM {name}")
            ]
            for (name,) in execute(names)
        }

    return read


@pytest.fixture
def make_turn() -> Callable[..., Turn]:
    """Makes the turn of a number: it shows `films` films and leads from state n to state n + 1."""

    def make(number: int, films: int = 3, **changes: Any) -> Turn:
        shown = tuple(
            Shown(
                id=Store.new_id(),
                movie_id=100 * number + position,
                position=position,
                q_value=1.5 - position,
                propensity=0.5 / (position + 1),
                policy_version="v1",
                explored=position == 2,
                reasons='[["close to Alien", 0.5]]',
            )
            for position in range(films)
        )
        fields: dict[str, Any] = {
            "number": number,
            "text": f"words {number}",
            "understood": f'{{"act": {number}}}',
            "reply": f"reply {number}",
            "shown": shown,
            "state_before": f'{{"n": {number}}}',
            "state_after": f'{{"n": {number + 1}}}',
            "state_shown": f'{{"n": {number + 0.5}}}',
        }
        return Turn(**(fields | changes))

    return make
