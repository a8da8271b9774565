"""How much slower one hostile client makes everybody else.

    OMP_NUM_THREADS=1 PYTHONPATH=.:tests/assistant python tests/bench/check_hostile.py [TURNS [ROUNDS]]

One person talks to `app.py` with what ships, in turns undisturbed and beside a client at full speed: a
process of its own (nice 19, so that its own work does not count) that brings files of 20,000 ratings,
says lines of 20,000 characters, opens sessions, guesses codes, sends the largest bodies, asks for the
page, and leaves requests half sent, all at once. Prints p50 and p95 of both, what the client got, and
the slowest `/healthz`; exit status 1 where p95 is more than twice that of the undisturbed turns."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
from visitor import ROOT, Visitor, free_port

HONEST, HOSTILE = ({"X-Forwarded-For": address} for address in ("192.0.2.7", "203.0.113.9"))
LINES = ("I loved Alien", "something funny", "more", "I hated Titanic", "from the 90s", "any year")
LONG = ("I loved Alien and Heat but not Titanic, something from the 90s like The Matrix. " * 300)[
    :20_000
]
ROWS = "Name,Year,Rating\n" + "".join(f"A Film Nobody Made {n},1990,4\n" for n in range(20_000))
BODY = b'{"data": ["' + b"x" * 5_000_000 + b'"]}'
JSON = {"Content-Type": "application/json"}
THREADS = 4
"""Of the hostile client, for each kind."""
PAUSE = 0.3
"""Seconds that a person thinks between two lines."""


class Hostile:
    """All that a client might send, by kind."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.got: Counter[str] = Counter()

    def run(self) -> None:
        """Until it is killed; prints what it got now and then."""
        kinds = (self.line, self.file, self.call, self.code, self.body, self.page, self.half)
        for kind in kinds:
            for _ in range(THREADS):
                threading.Thread(target=self.again, args=(kind,), daemon=True).start()
        while True:
            time.sleep(1.0)
            print(dict(sorted(self.got.items())), flush=True)

    def again(self, kind: Callable[[Visitor], int]) -> None:
        """One kind for ever."""
        while True:
            with contextlib.suppress(Exception), Visitor(self.port, timeout=60) as visitor:
                visitor.client.headers.update(HOSTILE)
                while True:
                    self.got[f"{kind.__name__} {kind(visitor)}"] += 1

    def line(self, visitor: Visitor) -> int:
        return self._status(lambda: visitor.ask("say", value=LONG))

    def code(self, visitor: Visitor) -> int:
        return self._status(lambda: visitor.ask("join", id="Eve", value="ABCDEFGH"))

    def call(self, visitor: Visitor) -> int:
        post = visitor.client.post("/gradio_api/call/start", content='{"data": []}', headers=JSON)
        return post.status_code

    def body(self, visitor: Visitor) -> int:
        return visitor.client.post(
            "/gradio_api/call/respond", content=BODY, headers=JSON
        ).status_code

    def page(self, visitor: Visitor) -> int:
        return visitor.client.get("/").status_code

    def file(self, visitor: Visitor) -> int:
        """A file of ratings, followed to its end, as the API does it."""
        session = self._call(visitor, "start", [])
        return self._call(visitor, "preview_import", [session, "ratings.csv", ROWS]) and 200

    def half(self, visitor: Visitor) -> int:
        """Requests that stop in the middle, in their head and in their body."""
        for end in (b"\r\n\r\n{", b""):
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as held:
                head = b"POST /gradio_api/call/start HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                held.sendall(head + b"Content-Type: application/json\r\nContent-Length: 999" + end)
                threading.Timer(30, held.close).start()
                held.detach() if self.got["half 0"] < 400 else None
                time.sleep(0.02)
        return 0

    def _status(self, ask: Callable[[], object]) -> int:
        try:
            ask()
        except httpx.HTTPStatusError as error:
            return error.response.status_code
        return 200

    def _call(self, visitor: Visitor, name: str, data: list[str]) -> str:
        path = f"/gradio_api/call/{name}"
        made = visitor.client.post(path, json={"data": data}).raise_for_status().json()
        with visitor.client.stream("GET", f"{path}/{made['event_id']}") as told:
            last = [line for line in told.iter_lines() if line.startswith("data:")][-1]
        return last[5:].strip().strip('[]"')


@contextlib.contextmanager
def app(folder: str) -> Iterator[int]:
    """What ships, on a port."""
    port = free_port()
    settings = {
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/hostile.db"),
        "MARQUEE_PORT": str(port),
    }
    with Path(folder, "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
    try:
        with Visitor(port) as first:
            first.wait(600)
        yield port
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def hostile(port: int, folder: str) -> Iterator[None]:
    """A client at full speed."""
    with Path(folder, "got").open("ab") as got:
        client = subprocess.Popen(
            ["nice", "-n", "19", sys.executable, __file__, "hostile", str(port)], stdout=got
        )
    time.sleep(5)  # the burst that everybody is allowed is not what lasts
    try:
        yield
    finally:
        client.kill()
        client.wait()


def talk(visitor: Visitor, turns: int) -> tuple[list[float], list[float]]:
    """Seconds of each turn, and of `/healthz` beside it."""
    took, lives = [], []
    for number in range(turns):
        begin = time.perf_counter()
        visitor.ask("say", value=LINES[number % len(LINES)])
        took.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        visitor.client.get("/healthz").raise_for_status()
        lives.append(time.perf_counter() - begin)
        time.sleep(PAUSE)
    return took, lives


def add(kept: tuple[list[float], ...], found: tuple[list[float], ...]) -> None:
    for all_of_them, some in zip(kept, found, strict=True):
        all_of_them.extend(some)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def told(name: str, took: list[float], lives: list[float]) -> None:
    print(
        f"{name:12} {len(took)} turns, p50 {1000 * statistics.median(took):.0f} ms, "
        f"p95 {1000 * p95(took):.0f} ms, slowest {1000 * max(took):.0f} ms; "
        f"/healthz p95 {1000 * p95(lives):.0f}, slowest {1000 * max(lives):.0f} ms",
        flush=True,
    )


def main(turns: int, rounds: int) -> int:
    """Runs it; returns the exit status."""
    quiet: tuple[list[float], list[float]] = ([], [])
    beside: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryDirectory() as folder, app(folder) as port:
        for _ in range(rounds):
            with Visitor(port, timeout=120) as person:
                person.client.headers.update(HONEST)
                talk(person, 10)  # warms up
                add(quiet, talk(person, turns))
                with hostile(port, folder):
                    add(beside, talk(person, turns))
                told("undisturbed", *quiet)
                told("beside it", *beside)
                time.sleep(5)
        print("it got", Path(folder, "got").read_text(encoding="utf-8").splitlines()[-1])
    ratio = p95(beside[0]) / p95(quiet[0])
    print(f"p95 is {ratio:.2f} times that of undisturbed turns")
    return int(ratio > 2)


if __name__ == "__main__":
    if sys.argv[1:2] == ["hostile"]:
        Hostile(int(sys.argv[2])).run()
    given = [*sys.argv[1:], "", ""]
    sys.exit(main(int(given[0] or 60), int(given[1] or 3)))
