"""What a request must be before the page sees it: from here, small, not too often, in time.

Hosts are checked by Starlette's middleware and addresses behind a proxy by uvicorn's; what neither
has (origins, limits by client, requests that never end) stands here.

Threads share a processor, so a client has a share of it: one piece of work at a time, and so many
seconds of it. Whoever has used them up waits where waiting costs nothing, before there is a thread.
"""

from __future__ import annotations

import asyncio
import math
import re
import threading
import time
from asyncio import Transport
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final
from urllib.parse import urlsplit

import h11
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.imports.reading import LARGEST
from assistant.wording import text
from core.errors import BusyError

LARGEST_BODY: Final = LARGEST * 4 // 3 + 64 * 1024
"""Bytes: a file of ratings in base64, and what is around it."""
BYTES_A_TOKEN: Final = 50_000
"""Of a body: to read one of the largest size takes the server as long as a hundred small ones."""
BODY_SECONDS: Final = 20.0
"""For a body to arrive. A file of the largest size takes 10 s at 4 Mbit/s."""
MOST_CLIENTS: Final = 10_000
"""Clients remembered at once; those who came longest ago are forgotten first."""

REQUESTS, BURST = 20.0, 300.0
"""Requests a second and at once of one client: a classroom behind one address, and no flood."""
LOOK, OPENING = 0.02, 4.0
"""Tokens of a file of the page, of which a hundred come with it, and of the page."""
SECONDS, SPARE = 0.2, 5.0
"""Of the processor, a second and at once, of one client. A turn takes .03 to .1: thirty people
behind one address get one every ten seconds."""
AT_ONCE, WAITING = 2, 64
"""Posts of one client that are answered at once, and those that wait for it."""
LONGEST_WAIT: Final = 20.0
"""Seconds that a request waits until its client has paid for what it had."""
HELD: Final = 1.0
"""Seconds until a request of one too many is refused: to send the next costs the client more than
the server."""
THREADS: Final = 4
"""Of one client, at work and waiting for that; what comes by Gradio's queue has no other bound."""
HEAD_SECONDS: Final = 10.0
"""For the head of a request to arrive, and for a connection to say anything."""
CONNECTIONS: Final = 256
"""Open at once from one address: of a classroom, six a browser."""

_CLOSED: Final = re.compile(
    r"/(gradio_api/)?(upload|upload_progress|file=|proxy=|stream|login|monitoring|deep_link)"
)
"""Routes of Gradio that nothing here uses."""
_FILES: Final = re.compile(r"/(healthz|readyz|assets|static|favicon|theme|gradio_api/heartbeat)")
"""What takes next to nothing to give."""
_PAGES: Final = re.compile(r"/|/config|/gradio_api/(info|openapi\.json)")
"""What is drawn anew for everybody who opens it."""
_TOOLS: Final = re.compile(r"/gradio_api/mcp")
"""A tool of MCP is answered by requests of the server to itself: it must not keep their places."""
_READS: Final = ("GET", "HEAD", "OPTIONS")
_TOO_MANY: Final = "Too many requests: wait a moment."


class Buckets:
    """A bucket of tokens a client: `burst` at once, then `rate` a second (a clock that never goes
    back).
    """

    def __init__(
        self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def wait(self, client: str, price: float = 1.0) -> float:
        """Takes the tokens of a price; 0, or the seconds to wait for them."""
        moment = self._clock()
        with self._guard:
            tokens, before = self._held.pop(client, (self._burst, moment))
            tokens = min(self._burst, tokens + self._rate * (moment - before))
            allowed = tokens >= price
            self._held[client] = (tokens - price * allowed, moment)
            if len(self._held) > MOST_CLIENTS:
                self._held.popitem(last=False)
        return 0.0 if allowed else (price - tokens) / self._rate

    def pay(self, client: str, price: float) -> None:
        """Takes the tokens of something that was had already: a client can owe some."""
        self.wait(client, 0.0)
        with self._guard:
            tokens, moment = self._held[client]
            self._held[client] = (tokens - price, moment)


class Shares:
    """Of the processor: a client has one thread at work at a time, and pays for its seconds."""

    def __init__(self, seconds: Buckets) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._threads = Counter[str]()

    def owed(self, client: str) -> float:
        """Seconds until a client has paid for what it had."""
        return self._seconds.wait(client, 0.0)

    @contextmanager
    def work(self, client: str) -> Iterator[None]:
        """Work of this thread, when the client's other work is done. BusyError where too much waits
        for that.
        """
        with self._guard:
            if self._threads[client] >= THREADS:
                raise BusyError(text("page.busy"))
            self._threads[client] += 1
            lock = self._locks.setdefault(client, threading.Lock())
        try:
            with lock:
                begin = time.thread_time()
                try:
                    yield
                finally:
                    self._seconds.pay(client, time.thread_time() - begin)
        finally:
            with self._guard:
                self._threads[client] -= 1
                if not self._threads[client]:
                    del self._threads[client], self._locks[client]


class Guard:
    """ASGI middleware that answers in place of the page where a request is not as it must be."""

    def __init__(
        self, app: ASGIApp, *, buckets: Buckets, shares: Shares, body_seconds: float = BODY_SECONDS
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._shares = shares
        self._seconds = body_seconds
        self._places: dict[str, asyncio.Semaphore] = {}
        self._here = Counter[str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes it on, with a bounded body, or says why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, why, wait = self._refused(scope)
        if status:
            await _say(status, why, wait)(scope, receive, send)
        elif scope["method"] in _READS:
            await self._app(scope, receive, send)
        elif _TOOLS.match(scope["path"]):
            await self._app(scope, self._bounded(receive), send)
        else:
            await self._in_turn(scope, receive, send)

    async def _in_turn(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a post on when the client's others are answered and what it had is paid for."""
        client = _client(scope)
        if self._here[client] >= AT_ONCE + WAITING:
            await _say(429, _TOO_MANY, HELD)(scope, receive, send)
            return
        self._here[client] += 1
        try:
            async with self._places.setdefault(client, asyncio.Semaphore(AT_ONCE)):
                owed = self._shares.owed(client)
                await asyncio.sleep(min(owed, LONGEST_WAIT))
                if owed > LONGEST_WAIT:
                    await _say(429, _TOO_MANY, owed - LONGEST_WAIT)(scope, receive, send)
                else:
                    await self._app(scope, self._bounded(receive), send)
        finally:
            self._here[client] -= 1
            if not self._here[client]:
                del self._here[client], self._places[client]

    def _refused(self, scope: Scope) -> tuple[int, str, float]:
        """Status, words and seconds to wait; status 0 for what may pass."""
        headers = Headers(scope=scope)
        if _CLOSED.match(scope["path"]):
            return 404, "There is no such page.", 0.0
        if scope["method"] in _READS:
            price = LOOK if _FILES.match(scope["path"]) else 1.0
            price = OPENING if _PAGES.fullmatch(scope["path"]) else price
            wait = self._buckets.wait(_client(scope), price)
            return (429, _TOO_MANY, wait) if wait else (0, "", 0.0)
        status, why = _unfit(headers)
        if status:
            return status, why, 0.0
        wait = self._buckets.wait(_client(scope), _price(headers))
        return (429, _TOO_MANY, wait) if wait else (0, "", 0.0)

    def _bounded(self, receive: Receive) -> Receive:
        """The body, as long as it comes in time and is not too long."""
        deadline, read, whole = time.monotonic() + self._seconds, 0, False

        async def bounded() -> Message:
            nonlocal read, whole
            if whole:  # what comes now is that the client has gone, whenever that is
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), deadline - time.monotonic())
            except TimeoutError:
                raise HTTPException(408, "The request took too long to arrive.") from None
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > LARGEST_BODY:
                raise HTTPException(413, f"At most {LARGEST_BODY:,} bytes fit a request.")
            return message

        return bounded


def _unfit(headers: Headers) -> tuple[int, str]:
    """Status and words for a post that nobody may make; status 0 for others."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return 403, "Requests from other sites are not answered."
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        return 413, f"At most {LARGEST_BODY:,} bytes fit a request."
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (length != "0" or "transfer-encoding" in headers):
        return 415, "Send JSON (Content-Type: application/json)."
    return 0, ""


def _say(status: int, why: str, wait: float) -> ASGIApp:
    """An answer in place of the page; who is to wait gets it after a while."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(HELD if wait else 0.0)
        headers = {"Retry-After": str(math.ceil(wait))} if wait else None
        await JSONResponse({"detail": why}, status, headers)(scope, receive, send)

    return answer


def _client(scope: Scope) -> str:
    """Address of whoever asks; a proxy that is trusted says for whom it does."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _price(headers: Headers) -> float:
    """Tokens of a request; of one that does not say how large it is, as of the largest."""
    size = LARGEST_BODY if "transfer-encoding" in headers else int(headers.get("content-length", 0))
    return 1 + size / BYTES_A_TOKEN


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn has it, and an end to what says nothing or only half of something."""

    proxies: ClassVar[str] = ""
    """Addresses that speak for many; "*" = all."""
    _open: ClassVar[Counter[str]] = Counter()
    _late: asyncio.TimerHandle | None = None
    _address: str = ""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Closes it at once where its address has too many."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._open[self._address] += 1
        is_proxy = self.proxies == "*" or self._address in self.proxies.split(",")
        if self._open[self._address] > CONNECTIONS and not is_proxy:
            transport.close()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """As far as the head of a request has come."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]
        self._on_time()

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._on_time()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
