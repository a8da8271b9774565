"""The tables, and the version they have.

marquee_sessions ─┬─ marquee_turns ── marquee_recommendations ── marquee_reactions
                  ├─ marquee_watchlist
                  ├─ marquee_imported
                  ├─ marquee_states
                  ├─ marquee_extras
                  ├─ marquee_requests
                  ├─ marquee_members (of marquee_parties)
                  └─ marquee_wrong_codes

Everything hangs on its session by foreign keys that delete with it. All times are UTC.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    delete,
    func,
    insert,
    inspect,
    select,
    update,
)

from core.errors import StoreError

VERSION: Final = 2
"""Version of these tables. Raise it with every change that an older Marquee could not read or
write.

Tables of version 1 become 2 where they lie: its states are all whole."""

LIVE, UNDONE, CLEARED = "live", "undone", "cleared"
"""What became of a turn: part of the conversation; taken back; part of a conversation before "start
over"."""


_ROWS_AT_ONCE: Final = 500
"""Rows that a copy carries in one go."""


def now() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)


class UtcTime(TypeDecorator[datetime]):
    """Aware times in and out; SQLite holds them as UTC text that people can read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC, whatever zone the value came in."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC, whatever zone the server speaks in."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData()

schema_version = Table(
    "marquee_schema_version",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

sessions = Table(
    "marquee_sessions",
    metadata,
    # sqlite_autoincrement: the number of a forgotten session is not given to another one.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("next_turn", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    # Whose conversation it is, as a salted hash; "" where nobody vouches for it. An older Marquee
    # writes none.
    Column("client", String(64), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

_SESSION: Final = "marquee_sessions.number"

turns = Table(
    "marquee_turns",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column(
        "status",
        String(8),
        CheckConstraint("status IN ('live', 'undone', 'cleared')"),
        nullable=False,
    ),
    Column("text", Text, nullable=False),
    Column("understood", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("state_before", Text, nullable=False),
    Column("state_shown", Text, nullable=False),
    Column("state_after", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),  # when it was undone or cleared
)

recommendations = Table(
    "marquee_recommendations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session", BigInteger().with_variant(Integer, "sqlite"), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("movie_id", BigInteger, nullable=False),
    Column("q_value", Double, nullable=False),
    Column(
        "propensity", Double, CheckConstraint("propensity > 0 AND propensity <= 1"), nullable=False
    ),
    Column("policy_version", Text, nullable=False),
    Column("explored", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("shown_at", UtcTime, nullable=False),
    ForeignKeyConstraint(
        ["session", "turn"], [turns.c.session, turns.c.number], ondelete="CASCADE"
    ),
    UniqueConstraint("session", "turn", "position"),
)

reactions = Table(
    "marquee_reactions",
    metadata,
    Column(
        "recommendation",
        ForeignKey("marquee_recommendations.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("reaction", String(16), nullable=False),
    Column("reward", Double, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

extras = Table(
    "marquee_extras",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
)

states = Table(
    "marquee_states",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)
"""Long states of a session, whole; of those before and after them the difference is kept
(`core.store.records.shortened`)."""

requests = Table(
    "marquee_requests",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("request", String(64), primary_key=True),
    # What answered it: a turn, or words alone where it took one back.
    Column("turn", Integer),
    Column("reply", Text, nullable=False),
    Column("answered_at", UtcTime, nullable=False),
)
"""Requests that were answered, so that one sent twice is not answered twice."""

parties = Table(
    "marquee_parties",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("code_until", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

members = Table(
    "marquee_members",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column(
        "party",
        ForeignKey("marquee_parties.number", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("name", Text, nullable=False),
    # The session whose browser a guest speaks through.
    Column("host", ForeignKey(_SESSION, ondelete="CASCADE")),
    Column("joined_at", UtcTime, nullable=False),
)

wrong_codes = Table(
    "marquee_wrong_codes",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("session", ForeignKey(_SESSION, ondelete="CASCADE"), nullable=False),
    Column("tried_at", UtcTime, nullable=False, index=True),
)


watchlist = Table(
    "marquee_watchlist",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("movie_id", BigInteger, primary_key=True, autoincrement=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("watched_at", UtcTime),
)

imported = Table(
    "marquee_imported",
    metadata,
    Column(
        "session", ForeignKey(_SESSION, ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("movie_id", BigInteger, primary_key=True, autoincrement=False),
    # No stars for a film only watched.
    Column("stars", Double, CheckConstraint("stars >= 0.5 AND stars <= 5")),
    Column("imported_at", UtcTime, nullable=False),
)


salt = Table(
    "marquee_salt",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
)
"""What addresses are hashed with: it never leaves this database."""


def prepare(connection: Connection, where: str) -> None:
    """Makes what is missing and checks the version, inside a transaction with the write lock.

    `where` names the database in messages. Raises StoreError for tables of another version; they
    stay untouched.
    """
    found = None
    if inspect(connection).has_table(schema_version.name):
        found = connection.scalar(select(schema_version.c.version))
    if found is not None and found > VERSION:
        raise StoreError(
            f"The database {where} has tables of version {found}, this Marquee knows version "
            f"{VERSION}: update Marquee, or point DATABASE_URL at another database."
        )
    if found is not None and found < 1:
        raise StoreError(
            f"The database {where} says it has tables of version {found}, which never existed: "
            "restore it from a backup, or point DATABASE_URL at another database."
        )
    metadata.create_all(connection)
    if connection.scalar(select(salt.c.salt)) is None:
        connection.execute(insert(salt).values(id=1, salt=secrets.token_hex(32)))
    if "client" not in {
        column["name"] for column in inspect(connection).get_columns(sessions.name)
    }:
        connection.exec_driver_sql(
            f"ALTER TABLE {sessions.name} ADD COLUMN client VARCHAR(64) DEFAULT '' NOT NULL"
        )
    if found is None:
        connection.execute(insert(schema_version).values(id=1, version=VERSION, created_at=now()))
    elif found < VERSION:
        connection.execute(update(schema_version).values(version=VERSION))


def copy_tables(source: Connection, target: Connection, *, has_sequences: bool) -> None:
    """Copies every row into tables that are empty but for their salt.

    Where a database `has_sequences` (PostgreSQL), the next number of a table comes after those that
    were copied.
    """
    target.execute(delete(salt))
    for table in metadata.sorted_tables:
        if table is schema_version:
            continue
        rows = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table))
        for some in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in some])
        column = table.autoincrement_column
        if has_sequences and column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            next_one = func.setval(sequence, func.max(column))
            target.execute(select(next_one).having(func.max(column) > 0))
