"""How long a reply takes in the browser, from Enter to its films on the page, against a bare Gradio
echo page.

    python tests/bench/bench_page.py [TURNS]

Both run as processes of their own and are visited by the same Chromium, one turn each in turns, so
that a busy machine slows both. Time is taken in the page: from the keydown event to the frame after
the answer is in the document."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
TURNS = 100
LINES = (
    "I loved Alien and The Thing but hated Titanic",
    "something funnier, from the 90s",
    "more",
    "I liked The Matrix, Heat and Groundhog Day",
    "no horror please",
    "any year",
    "less known ones",
    "well-known ones too",
    "surprise me",
    "forget Titanic",
)
ECHO = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as demo:
    page = gr.HTML("<ol></ol>")
    line = gr.Textbox(elem_id="line")
    said = gr.State(())
    def echo(text, said):
        said = (*said, text)[-20:]
        return "<ol>" + "".join(f"<li>{one}</li>" for one in said) + "</ol>", "", said
    line.submit(echo, [line, said], [page, line, said], show_progress="hidden")
demo.queue(default_concurrency_limit=8)
demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True, ssr_mode=False)
"""
WATCH = """
([answered]) => {
    window.taken = null;
    const before = document.querySelectorAll(answered).length, text = () => document.body.innerText.length;
    document.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter') return;
        const begin = performance.now();
        const watch = new MutationObserver(() => {
            if (!window.arrived(before)) return;
            watch.disconnect();
            requestAnimationFrame(() => { window.taken = performance.now() - begin; });
        });
        watch.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
    }, { once: true, capture: true });
}
"""


@contextmanager
def served(command: Sequence[str], port: int, path: str) -> Iterator[str]:
    """A server in a process of its own."""
    settings = {
        "DATABASE_URL": "sqlite://",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "MARQUEE_PORT": str(port),
        "MARQUEE_SEED": "3",
        "OMP_NUM_THREADS": "1",
    }
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log
        )
        try:
            url, until = f"http://127.0.0.1:{port}/", time.monotonic() + 120
            while True:
                try:
                    urllib.request.urlopen(f"{url}{path}", timeout=5).close()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > until:
                        log.seek(0)
                        sys.exit(f"No server: {log.read().decode()}")
                    time.sleep(0.2)
            yield url
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def timed(page: Page, line: str, box: str, arrived: str) -> float:
    """Milliseconds from Enter to the answer."""
    page.locator(box).fill(line)
    page.evaluate(f"window.arrived = {arrived}")
    page.evaluate(WATCH, [".mq-turn:not(.mq-pending)"])
    page.locator(box).press("Enter")
    page.wait_for_function("window.taken !== null", polling=5)
    return float(page.evaluate("window.taken"))


def told(name: str, times: Sequence[float]) -> float:
    ordered = sorted(times)
    p95 = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    print(
        f"{name:8} median {statistics.median(ordered):4.0f} ms, p95 {p95:4.0f} ms, slowest {ordered[-1]:4.0f} ms"
    )
    return p95


def main() -> None:
    """Prints both pages' figures and their ratio."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    chromium = shutil.which("chromium") or sys.exit("No Chromium here: apt-get install chromium")
    ports = free_port(), free_port()
    with (
        served([sys.executable, "app.py"], ports[0], "healthz") as marquee,
        served([sys.executable, "-c", ECHO, str(ports[1])], ports[1], "") as bare,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        one, other = browser.new_page(), browser.new_page()
        one.goto(marquee)
        one.locator(".mq-page").wait_for()
        other.goto(bare)
        other.locator("#line textarea, #line input").first.wait_for()
        ours, theirs = [], []
        for turn in range(turns + 5):
            line = LINES[turn % len(LINES)]
            number = "window.last = Number(document.querySelector('.mq-page').dataset.turns)"
            one.bring_to_front()
            one.evaluate(number)
            ours.append(
                timed(
                    one,
                    line,
                    "#mq-line",
                    "() => Number(document.querySelector('.mq-page')?.dataset.turns ?? 0) > window.last",
                )
            )
            other.bring_to_front()
            text = f"{turn}: {line}"
            theirs.append(
                timed(
                    other,
                    text,
                    "#line textarea, #line input",
                    f"() => [...document.querySelectorAll('ol li')].some((one) => one.textContent === {text!r})",
                )
            )
        browser.close()
    ours, theirs = ours[5:], theirs[5:]  # the first ones warm up
    print(f"{turns} turns, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    p95, bare_p95 = told("Marquee", ours), told("echo", theirs)
    medians = statistics.median(ours) / statistics.median(theirs)
    print(
        f"Marquee / echo: median {medians:.2f}, p95 {p95 / bare_p95:.2f} (at most 1.5 wanted; p95 below 300 ms)"
    )


if __name__ == "__main__":
    main()
