"""Takes the pictures of the README from the real page: `python assets/screenshots.py` writes
assets/images/*.png.

Starts the app with the bundle in models/marquee (or MARQUEE_BUNDLE) and an empty store, holds a
conversation in Debian's Chromium, and stores each picture with a palette of 256 colours, under 300
KB."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "assets" / "images"
LIMIT = 300_000
"""Bytes a picture may have."""

LINES = ("I loved Alien and The Thing but hated Titanic", "something funnier, from the 90s")
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1200, "height": 900}, "device_scale_factor": 1.5},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "dark": {
        "viewport": {"width": 1200, "height": 900},
        "device_scale_factor": 1.5,
        "color_scheme": "dark",
    },
}


def main() -> None:
    """Write one picture for each look."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or sys.exit("No Chromium here: apt-get install chromium")
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, look in LOOKS.items():
            path = IMAGES / f"{name}.png"
            size = save(picture(browser, url, name, look), path)
            print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} KB")
        favicon(browser, IMAGES / "favicon.png")
        browser.close()


def favicon(browser: Browser, path: Path) -> None:
    """The M of the sign, 64 × 64 pixels."""
    page = browser.new_page(viewport={"width": 64, "height": 64})
    letter = '<path d="M16 46V18L32 38L48 18V46"/>'
    page.set_content(
        '<body style="margin:0;background:transparent">'
        '<svg viewBox="0 0 64 64" width="64" height="64" fill="none" '
        'stroke-linecap="round" stroke-linejoin="round">'
        '<rect width="64" height="64" rx="14" fill="#4a101b"/>'
        f'<g stroke="#a3283a" stroke-width="9">{letter}</g>'
        f'<g stroke="#ffd680" stroke-width="4.5" stroke-dasharray="0 7">{letter}</g></svg>'
    )
    page.screenshot(path=path, omit_background=True)
    page.close()


@contextmanager
def served() -> Iterator[str]:
    """The app on a free port, with a store that is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "DATABASE_URL": "sqlite://",
        "MARQUEE_EXPLORATION": "0",
        "MARQUEE_HOST": "127.0.0.1",
        "MARQUEE_PORT": str(port),
        "MARQUEE_SEED": "3",
    }
    with tempfile.TemporaryFile() as log:
        app = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}/"
            until = time.monotonic() + 90
            while True:
                try:
                    urllib.request.urlopen(f"{url}healthz", timeout=5).close()
                    break
                except OSError:
                    if app.poll() is not None or time.monotonic() > until:
                        log.seek(0)
                        sys.exit(f"The app did not start: {log.read().decode()}")
                    time.sleep(0.2)
            yield url
        finally:
            app.terminate()
            app.wait()


def picture(browser: Browser, url: str, name: str, look: dict[str, Any]) -> bytes:
    """Holds the conversation and photographs what a person would see then."""
    page = browser.new_page(**look)
    page.goto(url)
    first = say(page, LINES[0])
    first.locator("[data-reaction=down]").nth(0).click()
    first.locator("[data-reaction=up]").nth(1).click()
    page.wait_for_function("document.querySelectorAll('.mq-taste .mq-chip').length === 5")
    if name == "desktop":
        first.locator(".mq-why summary").nth(1).click()
        page.evaluate("window.scrollTo(0, 0)")
    else:
        say(page, LINES[1])
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.wait_for_timeout(1200)  # the page scrolls to the answer
    taken = page.screenshot()
    page.close()
    return taken


def say(page: Page, text: str) -> Any:
    """Types a line and waits for the films."""
    before = page.locator(".mq-turn:not(.mq-pending)").count()
    page.locator("#mq-line").fill(text)
    page.keyboard.press("Enter")
    turn = page.locator(".mq-turn:not(.mq-pending)").nth(before)
    turn.locator(".mq-film").nth(2).wait_for()
    return turn


def save(taken: bytes, path: Path) -> int:
    """Writes a picture with at most 256 colours; returns its bytes."""
    image = (
        Image.open(io.BytesIO(taken)).convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT)
    )
    image.save(path, optimize=True)
    size = path.stat().st_size
    if size > LIMIT:
        sys.exit(f"{path} has {size:,} bytes, but {LIMIT:,} is the limit.")
    return size


if __name__ == "__main__":
    main()
