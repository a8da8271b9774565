"""How long an import of thousands of ratings takes, and what it costs the turns after it.

    OMP_NUM_THREADS=1 PYTHONPATH=. python tests/bench/bench_import.py [BUNDLE [ROWS]]

Writes a Letterboxd export of the best known films of the bundle's catalogue and of films nobody
rated, one row in twenty with a typing error and one in fifty of a film that does not exist; then
imports it through `Library` into a new SQLite file and prints the times of preview and
confirmation, the rows matched, and the time of a turn before and after."""

from __future__ import annotations

import csv
import io
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assistant.chat import Assistant
from core.catalogue import Catalogue
from core.model.bundle import Bundle

LINES = (
    "something funnier, from the 90s",
    "more",
    "I loved Heat but hated Cats",
    "any year",
    "surprise me",
)


def export(catalogue: Catalogue, rows: int, seed: int = 0) -> bytes:
    """ratings.csv as Letterboxd writes it."""
    dice = random.Random(seed)
    known = min(rows * 9 // 10, catalogue.n_items * 8 // 10)
    films = list(catalogue.movies[:known])
    films += dice.sample([film for film in catalogue.movies[known:] if film.year], rows - known)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("Date", "Name", "Year", "Letterboxd URI", "Rating"))
    for number, film in enumerate(films):
        title = film.title
        if number % 20 == 7 and len(title) > 6:
            place = dice.randrange(1, len(title) - 2)
            title = title[:place] + title[place + 1 :]
        if number % 50 == 9:
            title = f"A Film Nobody Made {number}"
        stars = dice.choice((1, 2, 2.5, 3, 3.5, 4, 4.5, 5))
        writer.writerow(
            ("2024-01-01", title, film.year or "", f"https://boxd.it/{number:x}", stars)
        )
    return text.getvalue().encode()


def timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def turns(assistant: Assistant, session: str) -> str:
    times = sorted(timed(lambda line=line: assistant.respond(session, line)) for line in LINES * 4)  # type: ignore[misc]
    return f"median {1000 * times[len(times) // 2]:.0f} ms, slowest {1000 * times[-1]:.0f} ms"


def main(bundle: Path, rows: int) -> None:
    data = export(Bundle.load(bundle).catalogue, rows)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(bundle, f"sqlite:///{folder}/bench.db") as assistant,
    ):
        session = assistant.start()
        assistant.respond(session, "I loved Alien")
        print(f"a turn without a diary: {turns(assistant, session)}")
        session = assistant.start()
        begin = time.perf_counter()
        preview = assistant.library.preview(session, data, "ratings.csv")
        sorted_out = time.perf_counter() - begin
        taken_in = timed(lambda: assistant.library.confirm(session))
        print(
            f"{rows} rows ({len(data) / 1000:.0f} kB): sorted out in {sorted_out:.2f} s, taken in in {taken_in:.2f} s"
        )
        print(
            f"{len(preview.matched)} matched, {len(preview.ambiguous)} ambiguous, {len(preview.unmatched)} unmatched, "
            f"{len(preview.problems)} could not be read"
        )
        print(f"a turn with the diary: {turns(assistant, session)}")
        print(f"drawing the page: {1000 * timed(lambda: assistant.history(session, 20)):.0f} ms")
        print(
            f"the store: {sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6:.1f} MB after 21 turns"
        )


if __name__ == "__main__":
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else "models/marquee"),
        int(sys.argv[2]) if len(sys.argv) > 2 else 5000,
    )
