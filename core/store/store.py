"""The door: open a database, start sessions, go on with them, read the log, forget.

How each policy fares by day: what it showed, what people made of it, what it reached.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Row, Select, case, func, insert, select

from core.domain import Reaction
from core.errors import StoreError, UnknownIdError
from core.store.database import Database, Locks
from core.store.parties import Parties
from core.store.records import OPTED_OUT, LoggedStep, Statistics, is_id, storable
from core.store.schema import (
    UNDONE,
    copy_tables,
    members,
    now,
    prepare,
    reactions,
    recommendations,
    salt,
    sessions,
    turns,
)
from core.store.session import SessionRecord, Wholes, read_extras
from core.store.shelf import read_imported, read_watchlist

_SESSIONS_AT_ONCE: Final = 50
"""Sessions that `log` reads in one go: bounds its memory and the length of its transactions."""

_ID_BYTES: Final = 24
"""Random bytes in an id: 192 bits cannot be guessed."""

_OF_TURN = (turns.c.session == recommendations.c.session) & (
    turns.c.number == recommendations.c.turn
)
_COUNTED = turns.c.status != UNDONE


class Store:
    """Sessions, recommendations and reactions in a database; safe for threads and processes.

    >>> with Store.open("sqlite://") as store:
    ...     session = store.start("{}")
    ...     with store.session(session) as record:
    ...         record.state = '{"events": []}'
    ...     with store.session(session) as record:
    ...         record.state
    '{"events": []}'
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locks = Locks()
        self.parties = Parties(database, self._locks)
        """Sessions that look for a film together."""

    @classmethod
    def open(cls, url: str) -> Self:
        """Open a database and make the tables that are missing.

        `url` is "sqlite:///file.db" (relative to the working folder; four slashes for an absolute
        path), "sqlite://" (a temporary file, gone with the store), or
        "postgresql://user:password@host:port/name" ("postgres://" too). Raises StoreError when it
        cannot be reached, is no database, or has tables of a newer version.
        """
        database = Database(url)
        try:
            with database.write_schema() as connection:
                prepare(connection, database.name)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Close all connections. Closing twice is fine."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # ---- one session

    @staticmethod
    def new_id() -> str:
        """A fresh id that nobody can guess: 32 letters, digits, "-" and "_"."""
        return secrets.token_urlsafe(_ID_BYTES)

    def start(self, state_json: str, client: str = "") -> str:
        """Start a session with this state; returns the id, whose holder can speak in it.

        `client` says whose it is, as a hash: conversations count for the learner by client.
        """
        session_id, moment = self.new_id(), now()
        with self._database.write() as connection:
            connection.execute(
                insert(sessions).values(
                    id=session_id,
                    state=storable(state_json),
                    next_turn=0,
                    created_at=moment,
                    updated_at=moment,
                    client=client,
                )
            )
        return session_id

    def client_of(self, address: str) -> str:
        """Name of whoever comes from an address: a salted hash, the same while this database lives.

        Of an IPv6 address the network counts: a household has 2⁶⁴ of them.
        """
        if ":" in address:
            network = ip_network(f"{address.partition('%')[0]}/64", strict=False)
            address = str(network.network_address)
        with self._database.read() as connection:
            key = connection.execute(select(salt.c.salt)).scalar_one()
        return hmac.new(bytes.fromhex(key), address.encode(), "sha256").hexdigest()[:32]

    def client(self, session_id: str) -> str:
        """Whose session it is, as a hash; "" where nobody says. UnknownIdError as for `session`."""
        with self._database.read() as connection:
            client = _find(connection, session_id, select(sessions.c.client)).client
        return "" if client == OPTED_OUT else str(client)

    def ping(self) -> None:
        """StoreError where the database does not answer."""
        with self._database.read() as connection:
            connection.execute(select(1))

    @contextmanager
    def session(self, session_id: str) -> Iterator[SessionRecord]:
        """Go on with a session: one transaction, under a lock across threads and processes.

        What the body did is committed at its end, all of it, or rolled back when the body raises.
        Keep the body short: on SQLite no other session can be written meanwhile. What takes thought
        goes through `Parties.considered`.

        Raises UnknownIdError for an id that was not issued (or forgotten), StoreError when the
        database fails.
        """
        with self._writing(session_id) as (connection, row):
            record = SessionRecord(connection, row)
            yield record
            record.finish()

    @contextmanager
    def reading(self, session_id: str) -> Iterator[SessionRecord]:
        """A session as of one moment, to be read; waits for nobody. UnknownIdError as above."""
        with self._database.read() as connection:
            row = _find(connection, session_id, select(sessions))
            yield SessionRecord(connection, row, writable=False)

    def forget(self, session_id: str) -> None:
        """Delete everything about a session and its guests; UnknownIdError as for `session`.

        On SQLite the deleted text is overwritten on disk; PostgreSQL frees it at its next VACUUM.
        """
        self.parties.forget(session_id)
        self._database.wipe_deleted()

    def purge(self, before: datetime, over: Callable[[], bool] = lambda: False) -> int:
        """Forget everybody who has said nothing since, one by one; returns how many they were.

        Ends early where it is `over`. An evening is kept as long as one of its people speaks.
        """
        query = select(sessions.c.id).where(sessions.c.updated_at < before)
        with self._database.read() as connection:
            old = connection.scalars(query).all()
        gone = 0
        for session_id in old:
            if over():
                break
            with suppress(UnknownIdError):  # a guest of one who went before
                gone += self.parties.forget(session_id, before)
        if gone:
            self._database.wipe_deleted()
        return gone

    def copy_to(self, other: Store) -> int:
        """Copy all of it, as of one moment, into an empty store; returns how many sessions.

        StoreError, with nothing written, where the other one holds sessions.
        """
        with self._database.read() as source, other._database.write() as target:
            if _count(target, select(func.count()).select_from(sessions)):
                raise StoreError(
                    f"The database {other._database.name} holds conversations: give an empty one."
                )
            copy_tables(source, target, has_sequences=not other._database.is_sqlite)
            return _count(target, select(func.count()).select_from(sessions))

    def export(self, session_id: str) -> dict[str, Any]:
        """Everything held about one session, ready for `json.dumps`; UnknownIdError as above.

        Keys: "number", "state", "next_turn", "created_at", "updated_at", "extras",
        "watchlist", "imported", "together" (the membership of an evening together, or None), and
        "turns": all of them, also undone and cleared ones ("status"), each with its
        "recommendations", each with its "reaction" or None.
        """
        with self._database.read() as connection:
            row = _find(connection, session_id, select(sessions))
            state = Wholes(connection).restore(row.number, row.state)
            held = {
                "state": _parsed(state),
                "extras": dict(read_extras(connection, row.number)),
                "together": _export_membership(connection, row.number),
                "watchlist": [_plain(film) for film in read_watchlist(connection, row.number)],
                "imported": [_plain(film) for film in read_imported(connection, row.number)],
                "turns": _export_turns(connection, row.number),
            }
        # Without the id: whoever is shown the file could speak in the session.
        return {
            key: value
            for key, value in _plain(row).items()
            if key not in (sessions.c.id.name, sessions.c.client.name)
        } | held

    # ---- all sessions

    def log(self) -> Iterator[LoggedStep]:
        """Every recommendation of live and cleared turns, by session, turn and position.

        Reads a few sessions at a time, so it may run beside the conversation for as long as the
        reader likes; each session is seen as of one moment.
        """
        after = 0
        while True:
            with self._database.read() as connection:
                query = (
                    select(sessions.c.number)
                    .where(sessions.c.number > after)
                    .order_by(sessions.c.number)
                )
                numbers = connection.scalars(query.limit(_SESSIONS_AT_ONCE)).all()
                if not numbers:
                    return
                wholes = Wholes(connection)
                steps = [
                    LoggedStep(**row._asdict() | {"state": wholes.restore(row.session, row.state)})
                    for row in connection.execute(_log_query(numbers[0], numbers[-1]))
                ]
            yield from steps
            after = numbers[-1]

    def statistics(self) -> Statistics:
        """Counts over everything that is on record and was not undone."""
        counted = select(reactions.c.reaction, func.count(), func.sum(reactions.c.reward))
        counted = counted.join(recommendations, recommendations.c.id == reactions.c.recommendation)
        counted = counted.join(turns, _OF_TURN).where(_COUNTED).group_by(reactions.c.reaction)
        with self._database.read() as connection:
            by_kind = {
                kind: (count, float(reward)) for kind, count, reward in connection.execute(counted)
            }
            return Statistics(
                sessions=_count(connection, select(func.count()).select_from(sessions)),
                turns=_count(connection, select(func.count()).select_from(turns).where(_COUNTED)),
                recommendations=_count(
                    connection,
                    select(func.count())
                    .select_from(recommendations)
                    .join(turns, _OF_TURN)
                    .where(_COUNTED),
                ),
                reactions=MappingProxyType(
                    {
                        kind.value: by_kind.get(kind.value, (0, 0.0))[0]
                        for kind in Reaction
                        if kind is not Reaction.CLEAR
                    }
                ),
                total_reward=sum((reward for _, reward in by_kind.values()), 0.0),
            )

    def progress(self) -> tuple[VersionProgress, ...]:
        """How each policy that recommended something fares, by day, in order of its first day."""
        with self._database.read() as connection:
            return read_progress(connection, utc_dates=self._database.is_sqlite)

    @contextmanager
    def _writing(self, session_id: str) -> Iterator[tuple[Connection, Row[Any]]]:
        """A writing transaction that has locked the row of one session."""
        # Threads queue here, before they take a connection from the pool; processes queue at the
        # row (PostgreSQL) or at BEGIN IMMEDIATE (SQLite, which ignores FOR UPDATE).
        if not is_id(session_id):
            raise _unknown()
        with self._locks.hold(session_id), self._database.write() as connection:
            yield connection, _find(connection, session_id, select(sessions).with_for_update())


def _unknown() -> UnknownIdError:
    return UnknownIdError("This session is not known here (any more): start a new one.")


def _find(connection: Connection, session_id: str, query: Select[Any]) -> Row[Any]:
    row = (
        connection.execute(query.where(sessions.c.id == session_id)).one_or_none()
        if is_id(session_id)
        else None
    )
    if row is None:
        raise _unknown()
    return row


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _log_query(first: int, last: int) -> Select[Any]:
    """The log of the sessions `first` to `last`, columns named as the fields of `LoggedStep`."""
    return (
        select(
            recommendations.c.session,
            recommendations.c.turn,
            recommendations.c.position,
            recommendations.c.id.label("recommendation_id"),
            turns.c.state_shown.label("state"),
            recommendations.c.movie_id,
            recommendations.c.q_value,
            recommendations.c.propensity,
            recommendations.c.policy_version,
            recommendations.c.explored,
            reactions.c.reaction,
            func.coalesce(reactions.c.reward, 0.0).label("reward"),
            recommendations.c.shown_at,
            reactions.c.updated_at.label("reacted_at"),
            sessions.c.client,
        )
        .join(turns, _OF_TURN)
        .join(sessions, sessions.c.number == recommendations.c.session)
        .outerjoin(reactions, reactions.c.recommendation == recommendations.c.id)
        .where(recommendations.c.session.between(first, last), _COUNTED)
        .order_by(recommendations.c.session, recommendations.c.turn, recommendations.c.position)
    )


def _export_membership(connection: Connection, session: int) -> dict[str, Any] | None:
    row = connection.execute(select(members).where(members.c.session == session)).one_or_none()
    return None if row is None else _plain(row)


def _export_turns(connection: Connection, session: int) -> list[dict[str, Any]]:
    query = select(reactions).join(
        recommendations, recommendations.c.id == reactions.c.recommendation
    )
    query = query.where(recommendations.c.session == session)
    reacted = {row.recommendation: _plain(row) for row in connection.execute(query)}
    exported, wholes = {}, Wholes(connection)
    for row in connection.execute(
        select(turns).where(turns.c.session == session).order_by(turns.c.number)
    ):
        turn = _plain(row, "understood")
        for name in ("state_before", "state_shown", "state_after"):
            turn[name] = _parsed(wholes.restore(session, turn[name]))
        exported[row.number] = turn | {"recommendations": []}
    query = select(recommendations).where(recommendations.c.session == session)
    for row in connection.execute(
        query.order_by(recommendations.c.turn, recommendations.c.position)
    ):
        recommendation = _plain(row, "reasons") | {"reaction": reacted.get(row.id)}
        exported[row.turn]["recommendations"].append(recommendation)
    return list(exported.values())


def _plain(row: Row[Any], *json_columns: str) -> dict[str, Any]:
    """A row as JSON-able values: times in ISO 8601, the named columns parsed."""
    columns = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in row._asdict().items()
    }
    return columns | {name: _parsed(columns[name]) for name in json_columns}


def _parsed(text: str) -> Any:
    """What a JSON text says; the text itself where it is no strict JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return text


# ---- how each policy fares


@dataclass(frozen=True, slots=True)
class Day:
    """One policy on one day. Undone turns are not counted."""

    day: str
    """UTC, "2026-11-24"."""
    shown: int
    """Films recommended."""
    reacted: int
    """Of those, films that have a reaction."""
    liked: int
    """Of those, thumbs up."""
    reward: float
    """Of all of them together, in units of one thumb up."""


@dataclass(frozen=True, slots=True)
class VersionProgress:
    """One policy over its days."""

    version: str
    days: tuple[Day, ...]
    """In order."""
    films: int
    """Different films it has recommended."""

    @property
    def total(self) -> Day:
        """All days as one, under the name of the first."""
        first = self.days[0].day if self.days else ""
        counts = ((day.shown, day.reacted, day.liked, day.reward) for day in self.days)
        shown, reacted, liked, reward = (
            (sum(column) for column in zip(*counts, strict=True)) if self.days else (0,) * 4
        )
        return Day(first, int(shown), int(reacted), int(liked), float(reward))


def read_progress(connection: Connection, *, utc_dates: bool) -> tuple[VersionProgress, ...]:
    """Every version that recommended something, in order of its first day.

    `utc_dates` says that the database holds times as UTC text (SQLite); otherwise they are turned
    to UTC there.
    """
    shown_at = recommendations.c.shown_at
    day = func.date(shown_at if utc_dates else func.timezone("UTC", shown_at)).label("day")
    of_turn = (turns.c.session == recommendations.c.session) & (
        turns.c.number == recommendations.c.turn
    )
    counted = recommendations.join(turns, of_turn).outerjoin(
        reactions, reactions.c.recommendation == recommendations.c.id
    )
    version = recommendations.c.policy_version
    query = (
        select(
            version,
            day,
            func.count().label("shown"),
            func.count(reactions.c.reaction).label("reacted"),
            func.sum(case((reactions.c.reaction == Reaction.UP.value, 1), else_=0)).label("liked"),
            func.coalesce(func.sum(reactions.c.reward), 0.0).label("reward"),
        )
        .select_from(counted)
        .where(turns.c.status != UNDONE)
        .group_by(version, day)
        .order_by(day, version)
    )
    days: dict[str, list[Day]] = {}
    for row in connection.execute(query):
        day_of_version = Day(
            str(row.day), int(row.shown), int(row.reacted), int(row.liked), float(row.reward)
        )
        days.setdefault(row.policy_version, []).append(day_of_version)
    reached = select(version, func.count(func.distinct(recommendations.c.movie_id))).select_from(
        counted
    )
    films = {
        name: int(count)
        for name, count in connection.execute(
            reached.where(turns.c.status != UNDONE).group_by(version)
        )
    }
    return tuple(
        VersionProgress(name, tuple(its), films.get(name, 0)) for name, its in days.items()
    )
