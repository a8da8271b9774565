"""What a request must be before the page sees it: from here, small, not too often, in time.

Hosts are checked by Starlette's middleware and addresses behind a proxy by uvicorn's; what neither
has (origins, limits by client, bodies that never end) stands here.
"""

from __future__ import annotations

import asyncio
import math
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.imports.reading import LARGEST

LARGEST_BODY: Final = LARGEST * 4 // 3 + 64 * 1024
"""Bytes: a file of ratings in base64, and what is around it."""
BYTES_A_TOKEN: Final = 50_000
"""Of a body: to read one of the largest size takes the server as long as a hundred small ones."""
BODY_SECONDS: Final = 20.0
"""For a body to arrive. A file of the largest size takes 10 s at 4 Mbit/s."""
MOST_CLIENTS: Final = 10_000
"""Clients remembered at once; those who came longest ago are forgotten first."""

_CLOSED: Final = re.compile(
    r"/(gradio_api/)?(upload|upload_progress|file=|proxy=|stream|login|monitoring|deep_link)"
)
"""Routes of Gradio that nothing here uses."""


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


class Guard:
    """ASGI middleware that answers in place of the page where a request is not as it must be."""

    def __init__(self, app: ASGIApp, *, buckets: Buckets, body_seconds: float) -> None:
        self._app = app
        self._buckets = buckets
        self._seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes it on, with a bounded body, or says why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, why, wait = self._refused(scope)
        if status:
            headers = {"Retry-After": str(math.ceil(wait))} if wait else None
            await JSONResponse({"detail": why}, status, headers)(scope, receive, send)
            return
        await self._app(scope, self._bounded(receive), send)

    def _refused(self, scope: Scope) -> tuple[int, str, float]:
        """Status, words and seconds to wait; status 0 for what may pass."""
        headers = Headers(scope=scope)
        if _CLOSED.match(scope["path"]):
            return 404, "There is no such page.", 0.0
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return 0, "", 0.0
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != headers.get("host"):
            return 403, "Requests from other sites are not answered.", 0.0
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return 413, f"At most {LARGEST_BODY:,} bytes fit a request.", 0.0
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and (length != "0" or "transfer-encoding" in headers):
            return 415, "Send JSON (Content-Type: application/json).", 0.0
        client = scope.get("client")
        wait = self._buckets.wait(client[0] if client else "", _price(headers))
        return (429, "Too many requests: wait a moment.", wait) if wait else (0, "", 0.0)

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


def _price(headers: Headers) -> float:
    """Tokens of a request; of one that does not say how large it is, as of the largest."""
    size = LARGEST_BODY if "transfer-encoding" in headers else int(headers.get("content-length", 0))
    return 1 + size / BYTES_A_TOKEN
