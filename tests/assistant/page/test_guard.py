"""What never reaches the page: other sites, other names, floods, bodies too large or too slow."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import screening
import uvicorn

from assistant.page import guard as guarding
from assistant.page.guard import (
    AT_ONCE,
    CONNECTIONS,
    LARGEST_BODY,
    LONGEST_WAIT,
    THREADS,
    WAITING,
    Buckets,
    Connection,
    Guard,
    Shares,
)
from core.errors import BusyError

ROOT = Path(__file__).parents[3]
HERE = "http://127.0.0.1"
JSON = {"Content-Type": "application/json"}
CALL = "/gradio_api/call/start"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A real server, started where a proxy is set that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "tests/assistant/serve.py", str(tmp_path_factory.mktemp("guard"))]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HTTP_PROXY": "http://127.0.0.1:9"}
    with (
        subprocess.Popen([*command, str(port)], cwd=ROOT, env=environment) as server,
        httpx.Client(base_url=f"{HERE}:{port}", trust_env=False, timeout=10) as opened,
    ):
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    opened.get("/healthz")
                    break
                except httpx.TransportError:
                    assert server.poll() is None and time.monotonic() < until
                    time.sleep(0.1)
            yield opened
        finally:
            server.terminate()


def test_the_page_and_the_endpoints_are_there(client: httpx.Client) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"status": "ok"}
    for headers in (JSON, JSON | {"Origin": str(client.base_url).rstrip("/")}):
        assert client.post(CALL, content='{"data": []}', headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", CALL, "/gradio_api/mcp/", "/healthz"])
def test_it_answers_to_its_own_names_only(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "path", [CALL, "/gradio_api/component_server", "/gradio_api/queue/join", "/gradio_api/mcp/"]
)
def test_other_sites_and_other_kinds_are_refused(client: httpx.Client, path: str) -> None:
    evil = JSON | {"Origin": "http://evil.example"}
    assert client.post(path, content="{}", headers=evil).status_code == 403
    for origin in ({"Origin": "null"}, {"Origin": "http://127.0.0.1:9"}):
        assert client.post(path, content="{}", headers=JSON | origin).status_code == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = client.post(path, content="{}", headers={"Content-Type": kind})
        assert answer.status_code == 415, kind


@pytest.mark.parametrize(
    "path", ["upload", "file=/etc/passwd", "proxy=http://evil.example", "login"]
)
def test_what_is_not_used_is_closed(client: httpx.Client, path: str) -> None:
    for full in (f"/gradio_api/{path}", f"/{path}"):
        assert client.get(full).status_code == 404
        assert client.post(full, content="{}", headers=JSON).status_code == 404


class TestBuckets:
    def test_a_burst_and_then_a_rate_each_client_for_itself(self) -> None:
        moment = [0.0]
        buckets = Buckets(rate=2.0, burst=3.0, clock=lambda: moment[0])
        assert [buckets.wait("a") for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
        assert buckets.wait("b") == 0
        moment[0] = 0.5
        assert [buckets.wait("a") for _ in range(2)] == [0, 0.5]
        moment[0] = 100.0
        assert [buckets.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]

    def test_what_costs_more_empties_it_sooner(self) -> None:
        buckets = Buckets(rate=1.0, burst=10.0, clock=lambda: 0.0)
        assert [buckets.wait("a", 4.0) for _ in range(3)] == [0, 0, 2.0]
        assert buckets.wait("a") == 0


def answer(guard: Guard, messages: list[dict[str, Any]], **scope: object) -> list[int]:
    """Statuses that the guard sends for a request whose body comes as these messages."""
    sent: list[int] = []

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.sleep(60)
        return messages.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    whole = {"type": "http", "method": "POST", "path": CALL, "client": ("10.0.0.1", 1)}
    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
    asyncio.run(guard({**whole, "headers": headers, **scope}, receive, send))
    return sent


@pytest.fixture(autouse=True)
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "HELD", 0.0)


def guard_of(buckets: Buckets, body_seconds: float = 5.0, app: Any = None) -> Guard:
    shares = Shares(Buckets(1.0, 100.0))
    return Guard(app or reader, buckets=buckets, shares=shares, body_seconds=body_seconds)


async def reader(scope: Any, receive: Any, send: Any) -> None:
    """Reads the body, as the page does; HTTP errors become answers."""
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response

    try:
        await Request(scope, receive).body()
        status = 200
    except HTTPException as error:
        status = error.status_code
    await Response(status_code=status)(scope, receive, send)


def part(size: int, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x" * size, "more_body": more}


def test_a_flood_is_told_to_wait_and_others_are_not() -> None:
    guard = guard_of(Buckets(0.01, 2.0), 5)
    statuses = [answer(guard, [part(2, False)]) for _ in range(3)]
    assert statuses == [[200], [200], [429]]
    assert answer(guard, [part(2, False)], client=("10.0.0.2", 1)) == [200]

    reads = {"method": "GET", "client": ("10.0.0.3", 1)}
    guard = guard_of(Buckets(0.01, 9.0))
    files = [answer(guard, [part(0, False)], path="/assets/a.js", **reads) for _ in range(40)]
    pages = [answer(guard, [part(0, False)], path="/", **reads) for _ in range(3)]
    assert files == [[200]] * 40 and pages == [[200], [200], [429]]


class TestShares:
    def test_what_was_had_is_paid_for(self) -> None:
        moment = [0.0]
        buckets = Buckets(rate=0.5, burst=2.0, clock=lambda: moment[0])
        buckets.pay("a", 1.5)
        assert Shares(buckets).owed("a") == 0
        buckets.pay("a", 1.5)
        assert Shares(buckets).owed("a") == 2.0 and Shares(buckets).owed("b") == 0
        moment[0] = 2.0
        assert Shares(buckets).owed("a") == 0

    def test_a_client_works_in_one_thread_and_others_beside_it(self) -> None:
        shares = Shares(Buckets(1.0, 9.0))
        inside, go = threading.Semaphore(0), threading.Event()

        def work(client: str) -> None:
            with shares.work(client):
                inside.release()
                assert go.wait(20)

        with ThreadPoolExecutor(THREADS + 1) as pool:
            many = [pool.submit(work, "a") for _ in range(THREADS)]
            assert inside.acquire(timeout=20)
            while shares._threads["a"] < THREADS:
                time.sleep(0.001)
            with pytest.raises(BusyError, match="wait"), shares.work("a"):
                pass
            other = pool.submit(work, "b")
            assert inside.acquire(timeout=20)
            assert not inside.acquire(blocking=False)  # the others of "a" wait
            go.set()
            for one in (*many, other):
                one.result()
        assert not shares._threads and not shares._locks

    def test_who_owes_too_much_is_told_when_to_come_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        guard = guard_of(Buckets(9.0, 9.0))
        monkeypatch.setattr(asyncio, "sleep", sleep)
        guard._shares._seconds.pay("10.0.0.1", 105.0)
        assert answer(guard, [part(2, False)]) == [200]
        assert max(slept) == pytest.approx(5.0, abs=0.5)
        guard._shares._seconds.pay("10.0.0.1", 100.0)
        assert answer(guard, [part(2, False)]) == [429]
        assert max(slept) == LONGEST_WAIT

    def test_a_tool_keeps_no_place_from_its_own_requests(self) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] != CALL:
                await guard({**scope, "path": CALL}, receive, send)
            else:
                await reader(scope, receive, send)

        guard = guard_of(Buckets(999.0, 999.0), app=app)
        guard._places["10.0.0.1"] = asyncio.Semaphore(1)
        assert answer(guard, [part(2, False)], path="/gradio_api/mcp/") == [200]

    def test_posts_of_a_client_wait_for_each_other_without_a_thread(self) -> None:
        at_once = most = 0

        async def app(scope: Any, receive: Any, send: Any) -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.001)
            at_once -= 1
            await reader(scope, receive, send)

        guard, statuses = guard_of(Buckets(999.0, 999.0), app=app), list[int]()

        async def send(message: Any) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        async def receive() -> dict[str, Any]:
            return part(2, False)

        async def flood() -> None:
            kind = [(b"content-type", b"application/json")]
            scope = {"type": "http", "method": "POST", "path": CALL, "client": ("10.0.0.1", 1)}
            requests = (
                guard({**scope, "headers": kind}, receive, send)
                for _ in range(AT_ONCE + WAITING + 3)
            )
            await asyncio.gather(*requests)

        asyncio.run(flood())
        assert most == AT_ONCE
        assert sorted(statuses) == [200] * (AT_ONCE + WAITING) + [429] * 3


def connected(sent: bytes, proxies: str = "", before: int = 0) -> bytes:
    """What a server answers on a connection on which this is sent; b"" where it is closed."""

    async def talk() -> bytes:
        config = uvicorn.Config(reader, log_level="critical")
        config.load()
        kind = type("Tried", (Connection,), {"proxies": proxies, "_open": Counter()})
        kind._open["127.0.0.1"] = before
        state = uvicorn.server.ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0
        )
        async with server:
            coming, going = await asyncio.open_connection(*server.sockets[0].getsockname())
            going.write(sent)
            try:
                return await asyncio.wait_for(coming.read(12), 20)
            except ConnectionError:
                return b""
            finally:
                going.close()

    return asyncio.run(talk())


WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", WHOLE[:20], b"GET"])
def test_a_connection_that_says_half_of_something_is_closed(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(guarding, "HEAD_SECONDS", 0.05)
    assert connected(sent) == b""


def test_one_address_has_so_many_connections() -> None:
    assert connected(WHOLE) == b"HTTP/1.1 200"
    assert connected(WHOLE, before=CONNECTIONS) == b""
    for trusted in ("*", "127.0.0.1"):
        assert connected(WHOLE, trusted, CONNECTIONS) == b"HTTP/1.1 200"


def test_files_count_by_their_size() -> None:
    guard = guard_of(Buckets(0.01, 300.0), 5)
    kind = (b"content-type", b"application/json")
    for length in ((b"content-length", b"%d" % LARGEST_BODY), (b"transfer-encoding", b"chunked")):
        client = (length[0].decode(), 1)
        statuses = [
            answer(guard, [part(9, False)], headers=[kind, length], client=client) for _ in range(4)
        ]
        assert statuses == [[200], [200], [429], [429]]
        assert answer(guard, [part(9, False)], client=client) == [200]


def test_a_body_that_never_ends_is_given_up() -> None:
    guard = guard_of(Buckets(1, 9), 0.1)
    assert answer(guard, [part(2, True)]) == [408]
    large = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % (LARGEST_BODY + 1)),
    ]
    assert answer(guard, [part(2, False)], headers=large) == [413]
    endless = [part(LARGEST_BODY, True), part(1, True)]
    assert answer(guard_of(Buckets(1, 9), 5), endless) == [413]


def test_who_does_not_want_it_is_not_learned_from(tmp_path: Path) -> None:
    with screening.assistant(
        screening.catalogue(tmp_path / "films"), f"sqlite:///{tmp_path / 'c.db'}"
    ) as assistant:
        ids = [
            assistant.start("10.0.0.1"),
            assistant.start("10.0.0.1"),
            assistant.start("10.0.0.2"),
        ]
        ids += [assistant.start(one) for one in ("2001:db8::1", "2001:db8::2", "2001:db9::1")]
        ids += [assistant.start("10.0.0.3", learned_from=False), assistant.start()]
        held = dict(
            sqlite3.connect(tmp_path / "c.db").execute("SELECT id, client FROM marquee_sessions")
        )
    names = [held[one] for one in ids]
    assert names[0] == names[1] != names[2] and names[3] == names[4] != names[5]
    assert names[6:] == ["-", ""] and not any("10.0.0" in name for name in names)
