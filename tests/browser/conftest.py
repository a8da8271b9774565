"""The real app in a process of its own with the shipped bundle and an empty store, and a real
Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from theatre import opened

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = Path(os.environ.get("MARQUEE_BUNDLE") or ROOT / "models" / "marquee")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE = 45_000
"""Milliseconds that a step may take: a busy machine is no failure."""
HOW = "no Chromium here: `apt-get install chromium` (Debian, Ubuntu) brings one, then run the tests again"


class App:
    """`python app.py` on a free port."""

    def __init__(self, folder: Path) -> None:
        self.database = f"sqlite:///{folder / 'marquee.db'}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self._log = folder / "app.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers; fails with what it printed if it ends instead."""
        environment = os.environ | {
            "DATABASE_URL": self.database,
            "MARQUEE_BUNDLE": str(BUNDLE),
            "MARQUEE_EXPLORATION": "0",
            "MARQUEE_HOST": "127.0.0.1",
            "MARQUEE_PORT": str(self.port),
            "MARQUEE_SEED": "7",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + 180
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}healthz", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        pytest.fail(f"the app did not start: {self._log.read_text(encoding='utf-8')}")

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server for all files: starting it costs as much as several tests."""
    app = App(tmp_path_factory.mktemp("app"))
    app.start()
    yield app
    app.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file, and no longer: while it runs, no other test can run an event
    loop."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW)
        pytest.skip(HOW)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(app: App, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new person; at the end nothing may have gone wrong or gone elsewhere.

    The page does not glide to the newest turn: a button that still moves may be missed by a click.
    """
    contexts, wrong = [], []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 850}, "reduced_motion": "reduce"} | options
        )
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: _told(message) and wrong.append(f"console: {message.text}")
        )
        page.on("pageerror", lambda error: wrong.append(f"page: {error}"))
        page.on(
            "request",
            lambda request: _local(request.url) or wrong.append(f"left the machine: {request.url}"),
        )
        page.goto(app.url)
        page.locator("#mq-line").wait_for()
        opened(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _told(message: ConsoleMessage) -> bool:
    """An error, other than what Gradio says of its own stream of events when the page is left while
    one is open."""
    return message.type == "error" and not message.text.startswith("AbortError: signal is aborted")


def _local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost")
