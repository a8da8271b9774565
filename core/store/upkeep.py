"""What an owner does with a whole database: copy it, fill an empty one from a copy, let old go."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from core.errors import StoreError
from core.store.schema import now
from core.store.store import Store

_LOGGER: Final = logging.getLogger(__name__)
_DAY: Final = 86_400.0
"""Seconds between two looks for what is too old."""


def only_learner(store: Store) -> AbstractContextManager[bool]:
    """Whether nobody else learns from this database, as long as the block lasts."""
    return store._database.alone()


def back_up(store: Store, file: Path) -> int:
    """Copies all of a database into a new SQLite file, as of one moment, while people talk.

    Returns how many conversations it holds. StoreError where there is such a file already.
    """
    if file.exists():
        raise StoreError(f"{file} is there already: a copy never overwrites anything.")
    part = file.with_name(f"{file.name}.part")
    for leftover in _files(part):
        leftover.unlink(missing_ok=True)
    with Store.open(f"sqlite:///{part}") as copy:
        count = store.copy_to(copy)
    try:
        os.link(part, file)  # unlike a rename it overwrites nothing, whoever was quicker
    except FileExistsError:
        raise StoreError(f"{file} is there already: a copy never overwrites anything.") from None
    finally:
        part.unlink()
    return count


def restore(file: Path, store: Store) -> int:
    """Fills an empty database from a copy, which stays as it is; returns the conversations.

    StoreError where there is no such file, or where the database holds conversations already.
    """
    if not file.is_file():
        raise StoreError(f"There is no file {file}: `python -m core backup` makes one.")
    with tempfile.TemporaryDirectory(prefix="marquee-") as folder:
        opened = Path(folder, "copy.db")
        shutil.copyfile(file, opened)
        with Store.open(f"sqlite:///{opened}") as copy:
            return copy.copy_to(store)


def _files(path: Path) -> Iterator[Path]:
    """An SQLite database and what may lie beside it."""
    return (path.with_name(f"{path.name}{end}") for end in ("", "-wal", "-shm"))


class Retention:
    """Forgets once a day who has not spoken for so many days; a context manager."""

    def __init__(self, store: Store, days: int) -> None:
        self._store = store
        self._age = timedelta(days=days)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._daily, name="retention", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Waits for a conversation that is being forgotten, and begins no other."""
        self._over.set()
        self._thread.join()

    def _daily(self) -> None:
        while True:
            with suppress(StoreError):  # a database that is away today is there tomorrow
                gone = self._store.purge(now() - self._age, self._over.is_set)
                _LOGGER.info("forgot %d conversations of more than %s", gone, self._age)
            if self._over.wait(_DAY):
                return
