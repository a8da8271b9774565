"""How fast and how right titles are found, against rapidfuzz's extractOne over all titles for each
span.

    python tests/bench/bench_understanding.py MOVIELENS_FOLDER REDIAL_FOLDER

Prints the time to build the index and what it takes, the time to understand lines of 200
characters, growth with length, and both methods on the same messages (development half of the
conversations, title only)."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from rapidfuzz import fuzz, process

from assistant.evaluation.linking import Linking, score_linking
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.understand import Understanding
from assistant.language.words import normal, words
from core.catalogue import Catalogue
from core.data import reading as movielens
from core.data.dialogs import Message, Rendering, read_dialogs

WIDEST = 6
"""Words of the longest span that extractOne is asked about."""


def milliseconds(times: Sequence[float], share: float) -> float:
    return 1000 * sorted(times)[min(int(share * len(times)), len(times) - 1)]


def timed(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


def lines(messages: Sequence[Message], length: int) -> list[str]:
    text = " ".join(message.render(Rendering.TITLE)[0] for message in messages)
    return [text[start : start + length] for start in range(0, len(text) - length, length)]


class ExtractOne:
    """Every span of up to six words against every title; the best above 90 is taken, longest spans
    first."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.titles = [normal(movie.title) for movie in catalogue.movies]

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(first character, one past the last, row) of what was found, without overlap."""
        said = words(text)
        found: list[tuple[int, int, int]] = []
        for width in range(min(WIDEST, len(said)), 0, -1):
            for first in range(len(said) - width + 1):
                start, end = said[first].start, said[first + width - 1].end
                if any(
                    start < other_end and other_start < end for other_start, other_end, _ in found
                ):
                    continue
                span = " ".join(word.text for word in said[first : first + width])
                best = process.extractOne(span, self.titles, scorer=fuzz.ratio, score_cutoff=90)
                if best is not None:
                    found.append((start, end, best[2]))
        return found


def score_extract_one(rival: ExtractOne, messages: Sequence[Message]) -> Linking:
    counts = Linking()
    for message in messages:
        text, ranges = message.render(Rendering.TITLE)
        found = rival.find(text)
        right = {
            span
            for span, film in zip(ranges, message.films, strict=True)
            if any(
                span[0] < end and start < span[1] and film.token == row + 1
                for start, end, row in found
            )
        }
        known = [film for film in message.films if film.token is not None]
        unknown = [s for s, film in zip(ranges, message.films, strict=True) if film.token is None]
        judged = [f for f in found if not any(s[0] < f[1] and f[0] < s[1] for s in unknown)]
        counts.hits += len(right)
        counts.missed += len(known) - len(right)
        counts.false += len(judged) - len(right)
    return counts


def main(data: Path, dialogs: Path) -> None:
    catalogue = movielens.read(data).catalogue
    print(f"{len(catalogue.movies)} films")
    print(f"index built in {timed(lambda: TitleLinker(TitleIndex(catalogue))):.2f} s of one core")
    tracemalloc.start()
    index = TitleLinker(TitleIndex(catalogue))
    print(
        f"index holds {tracemalloc.get_traced_memory()[0] / 1e6:.0f} MB of Python objects besides its automaton"
    )
    tracemalloc.stop()
    del index
    understanding = Understanding(catalogue)
    messages = list(read_dialogs(dialogs, catalogue, held_out=False))
    short = lines(messages, 200)[:2000]
    passes = [
        [timed(lambda line=line: understanding.understand(line)) for line in short]
        for _ in range(3)
    ]  # type: ignore[misc]
    best = [min(times) for times in zip(*passes, strict=True)]
    for name, times in (("each line once", passes[0]), ("the best of three", best)):
        figures = (
            f"median {milliseconds(times, 0.5):.2f} ms, p95 {milliseconds(times, 0.95):.2f} ms"
        )
        print(f"200 characters, {name}: {figures}")
    for length in (500, 1000, 2000, 4000, 20000):
        times = [
            timed(lambda line=line: understanding.understand(line))
            for line in lines(messages, length)[:20]
        ]  # type: ignore[misc]
        print(f"{length} characters: median {milliseconds(times, 0.5):.2f} ms")

    few = list(islice((message for message in messages if message.films), 12))
    rival = ExtractOne(catalogue)
    slow = timed(lambda: score_extract_one(rival, few))
    fast = timed(lambda: score_linking(understanding, few, Rendering.TITLE))
    print(
        f"extractOne: {slow / len(few):.2f} s a message, F1 {score_extract_one(rival, few).figures()['f1']:.3f}"
    )
    ours = score_linking(understanding, few, Rendering.TITLE).figures()["f1"]
    print(
        f"Marquee: {1000 * fast / len(few):.2f} ms a message, {slow / fast:.0f} times as fast, F1 {ours:.3f}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
