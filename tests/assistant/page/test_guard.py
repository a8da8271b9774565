"""What never reaches the page: other sites, other names, floods, bodies too large or too slow."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import screening

from assistant.page.guard import LARGEST_BODY, Buckets, Guard

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
    guard = Guard(reader, buckets=Buckets(0.01, 2.0), body_seconds=5)
    statuses = [answer(guard, [part(2, False)]) for _ in range(3)]
    assert statuses == [[200], [200], [429]]
    assert answer(guard, [part(2, False)], client=("10.0.0.2", 1)) == [200]
    assert answer(guard, [part(0, False)], method="GET") == [200]


def test_files_count_by_their_size() -> None:
    guard = Guard(reader, buckets=Buckets(0.01, 300.0), body_seconds=5)
    kind = (b"content-type", b"application/json")
    for length in ((b"content-length", b"%d" % LARGEST_BODY), (b"transfer-encoding", b"chunked")):
        client = (length[0].decode(), 1)
        statuses = [
            answer(guard, [part(9, False)], headers=[kind, length], client=client) for _ in range(4)
        ]
        assert statuses == [[200], [200], [429], [429]]
        assert answer(guard, [part(9, False)], client=client) == [200]


def test_a_body_that_never_ends_is_given_up() -> None:
    guard = Guard(reader, buckets=Buckets(1, 9), body_seconds=0.1)
    assert answer(guard, [part(2, True)]) == [408]
    large = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % (LARGEST_BODY + 1)),
    ]
    assert answer(guard, [part(2, False)], headers=large) == [413]
    endless = [part(LARGEST_BODY, True), part(1, True)]
    assert answer(Guard(reader, buckets=Buckets(1, 9), body_seconds=5), endless) == [413]


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
