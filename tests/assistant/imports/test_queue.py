"""Files are sorted out one after another beside the conversation, a few of each client."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.imports import queue
from assistant.imports.preview import Preview, Progress
from assistant.imports.queue import MOST, MOST_A_CLIENT, WAITING, ImportQueue
from assistant.imports.reading import FileKind
from core.errors import DataError

DONE = Preview(name="r.csv", kind=FileKind.RATINGS, out_of=5, matched={1: 5.0})
Steps = Generator[Progress, None, Preview]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_LOOK", 0.01)


class Work:
    """A file whose steps wait to be let go."""

    def __init__(self, steps: int = 3) -> None:
        self.go_on, self.done, self.closed = threading.Semaphore(0), 0, False
        self.threads = set[str]()
        self._steps = steps

    def __call__(self) -> Steps:
        try:
            for number in range(self._steps):
                self.threads.add(threading.current_thread().name)
                self.done += 1
                yield number, self._steps
                assert self.go_on.acquire(timeout=20)
            return DONE
        finally:
            self.closed = True


def until(steps: Steps, wanted: Progress) -> None:
    """Follows as far as that."""
    deadline = time.monotonic() + 20
    while next(steps) != wanted:
        assert time.monotonic() < deadline


def ended(steps: Steps) -> Preview:
    while True:
        try:
            next(steps)
        except StopIteration as done:
            preview: Preview = done.value
            return preview


def test_it_works_in_a_thread_of_its_own_and_tells_how_far_it_is() -> None:
    work = Work()
    steps = ImportQueue().follow("a", work)
    until(steps, (0, 3))
    work.go_on.release()
    until(steps, (1, 3))
    work.go_on.release(2)
    assert ended(steps) == DONE
    assert work.threads == {"imports"}


def test_one_after_another_in_the_order_they_came() -> None:
    imports, first, second = ImportQueue(), Work(), Work()
    one, other = imports.follow("a", first), imports.follow("b", second)
    until(one, (0, 3))
    assert next(other) == next(other) == WAITING and second.done == 0
    first.go_on.release(3)
    assert ended(one) == DONE
    second.go_on.release(3)
    assert ended(other) == DONE and second.done == 3


def test_what_nobody_follows_is_dropped() -> None:
    imports, gone, waiting, next_one = ImportQueue(), Work(100), Work(), Work()
    one, two, three = (
        imports.follow(name, work)
        for name, work in zip("abc", (gone, waiting, next_one), strict=True)
    )
    until(one, (0, 100))
    next(two), next(three)
    one.close()
    two.close()
    gone.go_on.release(100)
    next_one.go_on.release(3)
    assert ended(three) == DONE
    assert gone.done <= 2 and gone.closed and waiting.done == 0


def test_a_client_has_a_few_files_here_and_all_together_some() -> None:
    imports = ImportQueue()
    held = [imports.follow("a", Work()) for _ in range(MOST_A_CLIENT)]
    for steps in held:
        next(steps)
    with pytest.raises(DataError, match="2 files of yours"):
        next(imports.follow("a", Work()))
    others = [imports.follow(f"b{number}", Work()) for number in range(MOST - MOST_A_CLIENT)]
    for steps in others:
        next(steps)
    with pytest.raises(DataError, match="Many files"):
        next(imports.follow("c", Work()))
    held[1].close()
    next(imports.follow("a", Work()))


def test_what_goes_wrong_comes_out_and_the_next_goes_on() -> None:
    def broken() -> Steps:
        yield 0, 1
        raise DataError("no table")

    imports, work = ImportQueue(), Work(0)
    with pytest.raises(DataError, match="no table"):
        ended(imports.follow("a", broken))
    assert ended(imports.follow("a", work)) == DONE
    deadline = time.monotonic() + 20
    while any(one.name == "imports" for one in threading.enumerate()):
        assert time.monotonic() < deadline  # nothing left to do: the thread is gone
        time.sleep(0.01)
    assert ended(imports.follow("a", Work(0))) == DONE


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Assistant]:
    films = screening.catalogue(tmp_path / "films")
    with screening.assistant(films, f"sqlite:///{tmp_path / 'c.db'}") as opened:
        yield opened


def test_sessions_of_one_client_share_its_quota_and_turns_go_on(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work()
    monkeypatch.setattr("assistant.conversation.library.sort_out", lambda *_: work())
    sessions = [chat.start("10.0.0.1") for _ in range(3)]
    file = b"Name,Year,Rating\nAlien,1979,5\n"
    held = [chat.library.previewing(session, file, "r.csv") for session in sessions]
    next(held[0]), next(held[1])
    with pytest.raises(DataError, match="2 files of yours"):
        next(held[2])
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(chat.respond, sessions[0], "I loved Alien").result(20).recommendations
    held[0].close()
    assert chat.history(sessions[0]).pending is None
    held[1].close()
    work.go_on.release(9)
