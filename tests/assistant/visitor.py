"""Somebody who talks to a server of the page over HTTP, as its own script does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def start(folder: Path, port: int, *more: str) -> subprocess.Popen[str]:
    """The server of `serve.py`, not yet listening."""
    command = [sys.executable, "tests/assistant/serve.py", str(folder), str(port), *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


class Visitor:
    """One browser. Requests that fail raise httpx.HTTPError."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=timeout
        )
        self.session = ""
        self._component: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def wait(self, seconds: float = 60.0) -> None:
        """Until the server answers."""
        until = time.monotonic() + seconds
        while True:
            try:
                self.client.get("/healthz").raise_for_status()
                return
            except httpx.HTTPError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def ask(self, do: str, **sent: str) -> dict[str, Any]:
        """What the page answers to something typed or pressed."""
        if self._component is None:
            found = self.client.get("/config").raise_for_status().json()["components"]
            (self._component,) = [
                one["id"] for one in found if "ask" in str(one["props"].get("server_fns"))
            ]
        body = {
            "data": {"session": self.session, "do": do, **sent},
            "component_id": self._component,
            "fn_name": "ask",
            "session_hash": "visitor",
        }
        answer = self.client.post("/gradio_api/component_server", json=body)
        told: dict[str, Any] = answer.raise_for_status().json()
        self.session = told.get("session", self.session)
        return told


@contextmanager
def visiting(folder: Path, *more: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server that answers, and its port; stopped at the end if it still runs."""
    port = free_port()
    with start(folder, port, *more) as server:
        try:
            with Visitor(port) as first:
                first.wait()
            yield server, port
        finally:
            server.kill()
