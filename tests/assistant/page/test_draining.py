"""A server that is told to stop, and one that has much to do."""

from __future__ import annotations

import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from visitor import Visitor, visiting

from core.store import Store

LONG = ("I loved Alien and The Thing but hated Titanic, something funnier from the 90s; " * 300)[
    :20_000
]


def test_the_turn_under_way_is_answered_and_stored_before_it_stops(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'drained.db'}"
    with visiting(tmp_path, url, "1.5") as (server, port), Visitor(port) as visitor:
        assert server.stdout is not None
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(visitor.ask, "say", request="n-1", value="I loved Alien")
            while "understands" not in server.stdout.readline():
                pass
            server.send_signal(signal.SIGTERM)
            assert "mq-turn" in answer.result(20)["page"]
        server.wait(20)
        with pytest.raises(httpx.TransportError):
            visitor.client.get("/healthz")
    with Store.open(url) as store, store.reading(visitor.session) as record:
        assert [turn.text for turn in record.turns] == ["I loved Alien"]
        assert record.answered("n-1") is not None


def test_it_says_that_it_lives_within_a_second_whatever_it_has_to_do(tmp_path: Path) -> None:
    with visiting(tmp_path) as (_, port), Visitor(port) as looker:
        over, lines = threading.Event(), list[int]()

        def hostile(_: int) -> None:
            with Visitor(port, timeout=120) as visitor:
                while not over.is_set():
                    visitor.ask("say", value=LONG)
                    lines.append(1)

        with ThreadPoolExecutor(8) as pool:
            talkers = [pool.submit(hostile, number) for number in range(8)]
            waits, until = list[float](), time.monotonic() + 6
            while time.monotonic() < until:
                begin = time.monotonic()
                looker.client.get("/healthz").raise_for_status()
                waits.append(time.monotonic() - begin)
                time.sleep(0.1)
            over.set()
            for talker in talkers:
                talker.result(120)
        assert lines and max(waits) <= 1.0, f"{max(waits):.2f} s, {len(lines)} lines"
