"""Files of ratings are sorted out one after another, in a thread of their own.

A turn takes a tenth of a second, a file of 20,000 rows two minutes. Whoever brings one follows how
far it is; nobody else waits for it, and what nobody follows any more is dropped.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from typing import Final

from assistant.imports.preview import Preview, Progress
from assistant.wording import text
from core.errors import DataError

Work = Callable[[], Generator[Progress, None, Preview]]
"""Sorts one file out, step by step."""

MOST, MOST_A_CLIENT = 8, 2
"""Files at once, of all and of one client: a thread of the page follows each, and it has 40."""
_LOOK: Final = 0.25
"""Seconds between two looks at how far a file is; a client that has gone is noticed there."""
_REST: Final = 3.0
"""Rest after a step, times its own length: threads share a processor, and those of the conversation
are to have nearly all of it."""

WAITING: Final = (0, 0)
"""Progress of a file that waits for others."""


class ImportQueue:
    """Runs work in order. Safe for many threads; the thread ends where there is nothing to do."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[_Job] = []
        self._runs = False

    def follow(self, client: str, work: Work) -> Generator[Progress, None, Preview]:
        """Hands work in and yields how far it is, again and again; returns what it came to.

        Closed before its end, the work is dropped. DataError where the client, or all of them, have
        too many files here; what the work raises comes out here.
        """
        job = self._enter(client, work)
        try:
            while not job.over.wait(_LOOK):
                yield job.progress
            return job.result()
        finally:
            job.dropped = True

    def _enter(self, client: str, work: Work) -> _Job:
        with self._changed:
            held = Counter(job.client for job in self._jobs if not job.dropped)
            if held[client] >= MOST_A_CLIENT:
                raise DataError(text("import.too_many", count=MOST_A_CLIENT))
            if held.total() >= MOST:
                raise DataError(text("import.busy"))
            job = _Job(client, work)
            self._jobs.append(job)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="imports", daemon=True).start()
            return job

    def _run(self) -> None:
        while True:
            with self._changed:
                self._jobs = [job for job in self._jobs if not job.over.is_set()]
                if not self._jobs:
                    self._runs = False
                    return
                job = self._jobs[0]
            job.run()


class _Job:
    """One file on its way through."""

    def __init__(self, client: str, work: Work) -> None:
        self.client = client
        self.progress: Progress = WAITING
        self.dropped = False
        self.over = threading.Event()
        self._work = work
        self._preview: Preview | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        """All steps, as long as somebody follows."""
        try:
            steps = self._work()
            while not self.dropped:
                begin = time.monotonic()
                self.progress = next(steps)
                time.sleep(_REST * (time.monotonic() - begin))
        except StopIteration as done:
            self._preview = done.value
        except Exception as error:
            self._error = error
        finally:
            self.over.set()

    def result(self) -> Preview:
        """What it came to; raises what the work raised."""
        if self._error is not None:
            raise self._error
        assert self._preview is not None
        return self._preview
