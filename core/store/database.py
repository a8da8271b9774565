"""URL → engine, transactions that read or write, and the locks they take."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from core.errors import StoreError

WAIT: Final = 30.0
"""Seconds to wait for a lock before the store is called busy; a turn takes milliseconds, so this is
a fault."""

READ_WAIT: Final = 5.0
"""Seconds that PostgreSQL waits for a lock to read; no reader needs what a writer holds, so this is
a table locked by hand. An answer may take twice as long."""

_POOL: Final = {"pool_size": 10, "max_overflow": 38}
"""Connections kept, and more at most: a turn holds one while it thinks, and the page's 40 threads
and the queue's 8 may all think at once."""

_POSTGRESQL: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SCHEMA_LOCK: Final = 0x4D61727175656521
"""Key of the PostgreSQL advisory lock under which tables are made ("Marquee!" as a number)."""
_LEARNER_LOCK: Final = _SCHEMA_LOCK + 1
"""Key of the one under which a policy is learned."""


class Database:
    """An engine with two kinds of transactions. Errors of the driver leave as StoreError.

    A writing transaction takes the write lock at its start (SQLite: BEGIN IMMEDIATE), so that what
    it reads cannot change under it; a reading one sees the database as of its first query and
    blocks nobody.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            parsed = self._file(parsed)
        self.name: str = parsed.set(query={}).render_as_string(hide_password=True)
        self._path = _path_of(parsed) if self.is_sqlite else None
        self._identity = _identity(self._path)
        self._writer = threading.Lock()
        self._thread = threading.local()
        self._engine = _sqlite_engine(parsed) if self.is_sqlite else _postgresql_engine(parsed)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: commits at the end, rolls back when the body raises.

        Raises StoreError when the database fails or stays locked for `WAIT` seconds, RuntimeError
        when this thread is in a writing transaction already (it would wait for itself).
        """
        if getattr(self._thread, "writes", False):
            raise RuntimeError(
                "this thread writes to the store already: leave that `with` block first"
            )
        self._thread.writes = True
        try:
            with self._one_writer(), self._translated():
                self._check_file()
                with self._engine.connect() as raw:
                    connection = raw.execution_options(marquee_begin="BEGIN IMMEDIATE")
                    with connection.begin():
                        self._bound(connection, WAIT)
                        yield connection
                        # What would be written into a file that is gone is not written.
                        self._check_file()
        finally:
            self._thread.writes = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it from one snapshot."""
        self._check_file()
        with self._translated(), self._engine.connect() as raw:
            connection = (
                raw if self.is_sqlite else raw.execution_options(isolation_level="REPEATABLE READ")
            )
            with connection.begin():
                self._bound(connection, READ_WAIT)
                yield connection

    def _check_file(self) -> None:
        """SQLite would go on with a file that was deleted, and lose all of it at the end."""
        if self._identity != _identity(self._path):
            raise StoreError(
                f"The database file {self._path} was deleted or replaced while Marquee runs: "
                "put it back, or stop Marquee and start it anew."
            )

    def _bound(self, connection: Connection, seconds: float) -> None:
        """PostgreSQL: nobody waits for ever, neither for a lock nor for an answer.

        Within the transaction, since poolers do not keep settings of a session. SQLite has its
        busy timeout.
        """
        if not self.is_sqlite:
            connection.exec_driver_sql(
                f"SET LOCAL lock_timeout = '{seconds:.0f}s'; "
                f"SET LOCAL statement_timeout = '{2 * seconds:.0f}s'"
            )

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether nobody else is in this block, in any process of any machine.

        SQLite has one machine, whose owner starts one learner.
        """
        if self.is_sqlite:
            yield True
            return
        with self._translated(), self._engine.connect() as raw:
            # Held by the connection, so that the lock of whoever dies is free.
            connection = raw.execution_options(isolation_level="AUTOCOMMIT")
            key = {"key": _LEARNER_LOCK}
            mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key))
            try:
                yield mine
            finally:
                if mine:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)

    @contextmanager
    def write_schema(self) -> Iterator[Connection]:
        """A writing transaction to make tables in: one at a time in all processes."""
        if self.is_sqlite:
            self._use_wal()
        with self.write() as connection:
            if not self.is_sqlite:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")
            yield connection

    def wipe_deleted(self) -> None:
        """SQLite: move the log into the file and empty it, so that no deleted text is left on disk.

        While another process reads, the log stays until the next call or until the last connection
        closes. PostgreSQL does it in its own time (VACUUM).
        """
        if self.is_sqlite:
            with self._translated(), self._engine.connect() as raw:
                connection = raw.execution_options(marquee_begin="")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """SQLite has one writer at a time and polls for it; threads of a process queue here."""
        if not self.is_sqlite:
            yield
            return
        if not self._writer.acquire(timeout=WAIT):
            raise busy(self.name)
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise StoreError(f"The database {self.name} failed: {_first_line(error)}") from error

    def _use_wal(self) -> None:
        """Write-ahead logging, which stays in the file: readers and the writer do not block.

        Two processes that switch at once can fail with "locked" without waiting (the busy timeout
        does not apply to the switch), hence the loop.
        """
        deadline = time.monotonic() + WAIT
        while True:
            try:
                with self._engine.connect() as raw:
                    connection = raw.execution_options(marquee_begin="")
                    mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar()
                break
            except OperationalError as error:
                if "locked" not in str(error.orig) or time.monotonic() > deadline:
                    raise StoreError(
                        f"The database {self.name} cannot be opened: {_first_line(error)}"
                    ) from error
                time.sleep(0.02)
            except SQLAlchemyError as error:
                raise StoreError(
                    f"The database {self.name} cannot be opened: {_first_line(error)}"
                ) from error
        if mode != "wal":
            raise StoreError(
                f"The database {self.name} lies where SQLite cannot use write-ahead logging "
                f"(mode {mode!r}): keep it on a local disk."
            )

    def _file(self, url: URL) -> URL:
        """The URL of a file that exists; a database in memory becomes a file, deleted with this."""
        if url.query:
            return url
        if url.database in {None, "", ":memory:"}:
            folder = tempfile.mkdtemp(prefix="marquee-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            url = url.set(database=str(Path(folder, "marquee.db")))
        path = Path(str(url.database))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Conversations are nobody else's business: SQLite gives its log files the mode of the
            # database.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                f"The database file {path} cannot be opened for writing ({error.strerror}): "
                "point DATABASE_URL at a place that can, as in sqlite:///marquee.db."
            ) from error
        return url


def busy(what: str) -> StoreError:
    """The error of a lock that did not come free."""
    return StoreError(f"{what} was busy for {WAIT:.0f} seconds: try again.")


class Locks:
    """One lock a key, there only while somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Hold the lock of `key`; StoreError when it does not come free within `WAIT` seconds."""
        with self._guard:
            lock, users = self._held.get(key, (threading.Lock(), 0))
            self._held[key] = (lock, users + 1)
        try:
            if not lock.acquire(timeout=WAIT):
                raise busy("This session")
            try:
                yield
            finally:
                lock.release()
        finally:
            with self._guard:
                _, users = self._held.pop(key)
                if users > 1:
                    self._held[key] = (lock, users - 1)


def _path_of(url: URL) -> Path | None:
    """The file of an SQLite database; None where options decide which one it is."""
    return None if url.query else Path(str(url.database))


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file lies at a path: equal as long as it is the same one."""
    try:
        status = None if path is None else path.stat()
    except OSError:
        return (0, 0)
    return None if status is None else (status.st_dev, status.st_ino)


def _parse(url: str) -> URL:
    """A URL with the driver spelt out. StoreError names what is possible, without the password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            "DATABASE_URL is no database URL: write sqlite:///marquee.db or "
            "postgresql://user:password@host/name."
        ) from error
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return parsed
    raise StoreError(
        f"Databases of the kind {parsed.drivername!r} are not supported: "
        "use sqlite:///… or postgresql://…"
    )


def _sqlite_engine(url: URL) -> Engine:
    engine = create_engine(url, **_POOL)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, entry: ConnectionPoolEntry) -> None:
        # sqlite3 begins no transactions of its own: `begin` below does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {WAIT * 1000:.0f}",
            "foreign_keys = ON",
            "synchronous = FULL",  # committed means on disk, also after a power cut
            "secure_delete = ON",  # forgotten means overwritten
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("marquee_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine


def _postgresql_engine(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            **_POOL,
            pool_pre_ping=True,  # a server that restarted is noticed here, not in a conversation
            connect_args={
                "client_encoding": "utf8",
                "connect_timeout": 10,
                # Poolers in front of hosted databases do not keep prepared statements.
                "prepare_threshold": None,
            },
        )
    except ImportError as error:
        raise StoreError(
            "PostgreSQL needs the driver psycopg: pip install 'psycopg[binary]'."
        ) from error


def _first_line(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
