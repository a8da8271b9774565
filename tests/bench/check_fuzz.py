"""Whether any line or file, however odd, is taken without an unexpected error and in time.

    OMP_NUM_THREADS=1 PYTHONPATH=. nice python tests/bench/check_fuzz.py [LINES [SECONDS [BUNDLE]]]

Lines are cut and joined from templates, films' titles, signs of all scripts, and repetitions of one
piece up to 2,000 characters; files are tables with such cells. Prints how many were tried, how many
raised something that is no MarqueeError, how many took more than a second of processor time, and the
slowest. Exit status 1 where something was raised."""

from __future__ import annotations

import csv
import io
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from assistant.imports.preview import FilmFinder, sort_out
from assistant.imports.reading import read
from assistant.language.understand import Understanding
from assistant.language.utterance import LONGEST_TEXT, Context
from core.data.facts import FilmFacts
from core.errors import MarqueeError
from core.model.bundle import Bundle

PIECES = (
    *("I loved", "hated", "not", "but", "something like", "nothing by", "from the 90s", "under 90"),
    *("minutes", "the second one", "why", "undo", "forget", "too", "and", "or", "with", "for two"),
    *(
        "?",
        "!",
        "…",
        '"',
        "'",
        "(",
        ")",
        "<b>",
        "\0",
        "\ud800",
        "\u202e",
        "é",
        "日本",
        "🎬",
        "ß",
        "İ",
    ),
    *(
        "9999999999999999999",
        "1e309",
        "-0",
        "１９９９",
        "the the",
        "\n",
        "\t",
        " ",
        "a",
        "of",
        ",",
        ";",
    ),
)


class Dice:
    """Odd lines and files about films with these titles."""

    def __init__(self, titles: list[str], seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._titles = titles

    def piece(self) -> str:
        """A word, a title or a sign, whole or cut."""
        dice = self._random
        kind = dice.random()
        if kind < 0.45:
            return dice.choice(PIECES)
        if kind < 0.8:
            title = dice.choice(self._titles)
            return title if dice.random() < 0.6 else title[: dice.randrange(1, len(title) + 1)]
        return chr(dice.choice((dice.randrange(32, 127), dice.randrange(0x3000), 0x1F3AC)))

    def line(self) -> str:
        """A line; one in fifty is the repetition of one piece."""
        dice = self._random
        if dice.random() < 0.02:
            piece = dice.choice(("", " ", ", ", "\n")).join(self.piece() for _ in range(3))
            return (piece * LONGEST_TEXT)[: dice.choice((200, 2_000))]
        return dice.choice((" ", " ", "", ", ")).join(
            self.piece() for _ in range(dice.randrange(1, 14))
        )

    def file(self) -> bytes:
        """A table, mostly with columns that are known, sometimes spoilt."""
        dice, text = self._random, io.StringIO()
        known = ["Name", "Title", "Year", "Rating", "Your Rating", "Const", "tmdbID", self.piece()]
        writer = csv.writer(text, delimiter=dice.choice(",;\t"))
        writer.writerow(dice.sample(known, dice.randrange(1, 6)))
        for _ in range(dice.randrange(6)):
            writer.writerow([self.piece() for _ in range(dice.randrange(7))])
        data = bytearray(text.getvalue().encode("utf-8", errors="replace"))
        if data and dice.random() < 0.3:
            data[dice.randrange(len(data))] = dice.randrange(256)
        return bytes(data)


def tried(count: int, until: float, take: Callable[[], object]) -> tuple[int, int, int, float]:
    """Inputs taken, those that raised and that took long, and the slowest in seconds."""
    taken = raised = slow = 0
    slowest = 0.0
    while taken < count and time.monotonic() < until:
        begin = time.process_time()
        try:
            take()
        except MarqueeError:
            pass
        except Exception:
            raised += 1
            if raised == 1:
                traceback.print_exc()
        spent = time.process_time() - begin
        taken, slow, slowest = taken + 1, slow + (spent > 1.0), max(slowest, spent)
    return taken, raised, slow, slowest


def main(count: int, seconds: float, bundle: Path) -> int:
    """Tries both; returns the exit status."""
    facts = FilmFacts.open(bundle.parent / "films")
    catalogue = Bundle.load(bundle, facts).catalogue
    understanding = Understanding(catalogue, facts)
    finder = FilmFinder(understanding.linker)
    dice = Dice([movie.title for movie in catalogue.movies[:5_000] if movie.title])

    def line() -> None:
        understanding.understand(understanding.in_english(dice.line()[:LONGEST_TEXT]), Context(()))

    def file() -> None:
        for _ in sort_out(read(dice.file(), "f.csv"), finder, catalogue):
            pass

    begin, failed = time.monotonic(), 0
    for name, take, share in (("lines", line, 0.7), ("files", file, 1.0)):
        found = tried(count, begin + share * seconds, take)
        failed += found[1]
        print(
            f"{found[0]:,} {name}: {found[1]} raised, {found[2]} took over 1 s, "
            f"slowest {found[3]:.2f} s",
            flush=True,
        )
    return int(failed > 0)


if __name__ == "__main__":
    given = [*sys.argv[1:], *("", "", "")]
    status = main(
        int(given[0] or 100_000), float(given[1] or 1e9), Path(given[2] or "models/marquee")
    )
    sys.exit(status)
