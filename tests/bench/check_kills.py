"""Whether a turn that was answered is there after the server was killed, once and whole.

    nice PYTHONPATH=.:tests/assistant python tests/bench/check_kills.py [KILLS [SECONDS [URL]]]

Some people talk to a server over HTTP while it is killed (kill -9) again and again, at random
moments, and started anew. A line without an answer is sent again under its number. At the end each
line that was answered has to stand in the database once, with its films, and no line twice. URL is an
empty database (a new SQLite file by default; postgresql://… as well). Prints kills, lines answered,
lost, doubled and broken; exit status 1 where anything is."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import screening
from visitor import Visitor

from assistant.page import ui
from core.store import Store

PEOPLE = 3
WISHES = ("I loved Alien", "something funny", "more", "I hated Titanic", "from the 90s", "any year")


def talk(port: int, person: int, over: threading.Event) -> tuple[str, list[str]]:
    """Session, and the numbers of the lines that were answered, one after another."""
    answered: list[str] = []
    with Visitor(port, timeout=20) as visitor:
        number = 0
        while not over.is_set():
            line = WISHES[number % len(WISHES)]
            try:
                told = visitor.ask("say", request=f"n-{person}-{number}", value=line)
            except httpx.HTTPError:
                time.sleep(0.02)
                continue
            if "mq-turn" in str(told.get("page", "")):
                answered.append(line)
                number += 1
        return visitor.session, answered


def broken(store: Store, session: str, lines: list[str]) -> Counter[str]:
    """What is wrong with a session of which these lines were answered, in order."""
    if not lines:  # nobody was told of a session
        return Counter()
    with store.reading(session) as record:
        turns = record.turns
        wrong = Counter(lost=0, doubled=0, broken=0)
        said = [turn.text for turn in turns]
        # One more may have been taken whose answer nobody waited for any more.
        wrong["lost"] = max(len(lines) - len(said), 0)
        wrong["doubled"] = max(len(said) - len(lines) - 1, 0)
        wrong["broken"] += said[: len(lines)] != lines
        wrong["broken"] += [turn.number for turn in turns] != list(range(len(turns)))
        wrong["broken"] += any(
            sorted(film.position for film in turn.shown) != list(range(len(turn.shown)))
            for turn in turns
        )
        wrong["broken"] += bool(turns) and record.state != turns[-1].state_after
        return wrong


def nursery(folder: Path, port: int, url: str) -> None:
    """Starts a server, and another one as soon as that is dead, and prints the number of each.

    By fork, after all imports and before there is a thread: a start takes half a second.
    """
    films = screening.catalogue(folder / "films")
    while True:
        number = os.fork()
        if number == 0:
            with screening.assistant(films, url) as assistant:
                ui.serve(assistant, host="127.0.0.1", port=port)
            os._exit(0)
        print("started", number, flush=True)
        os.waitpid(number, 0)


def started(mother: subprocess.Popen[str]) -> int:
    """Number of the next server."""
    assert mother.stdout is not None
    while not (line := mother.stdout.readline()).startswith("started"):
        assert line, "the nursery is closed"
    return int(line.split()[1])


def main(kills: int, seconds: float, url: str) -> int:
    """Runs it; returns the exit status."""
    # Below the ports that clients get: one that knocks there again and again could meet itself.
    dice, port = random.Random(0), random.SystemRandom().randrange(20_000, 32_000)
    over, done = threading.Event(), 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PEOPLE) as pool:
        url = url or f"sqlite:///{folder}/killed.db"
        until = time.monotonic() + seconds
        mother = subprocess.Popen(
            [sys.executable, __file__, "nursery", folder, str(port), url],
            stdout=subprocess.PIPE,
            text=True,
        )
        number = started(mother)
        with Visitor(port) as looker:
            looker.wait(300)
            people = [pool.submit(talk, port, person, over) for person in range(PEOPLE)]
            while done < kills and time.monotonic() < until:
                time.sleep(dice.uniform(0.05, 0.8))
                os.kill(number, signal.SIGKILL)
                done += 1
                number = started(mother)
                looker.wait(300)
            over.set()
            found = [one.result() for one in people]
        mother.kill()
        mother.wait()
        os.kill(number, signal.SIGKILL)
        wrong, lines = Counter[str](), 0
        with Store.open(url) as store:
            for session, answered in found:
                wrong.update(broken(store, session, answered))
                lines += len(answered)
    print(f"{done} kills, {lines} lines answered", dict(wrong), flush=True)
    return int(wrong.total() > 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["nursery"]:
        nursery(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    given = [*sys.argv[1:], *("", "", "")]
    sys.exit(main(int(given[0] or 200), float(given[1] or 3_600), given[2]))
