"""The way of one line through the house: which packages a turn enters, and how often it changes rooms.

    PYTHONPATH=. python tests/bench/trace_turn.py [BUNDLE [LINE]]

Prints packages in the order in which they are entered first, how many modules run, and how often
control passes from one module (and one package) to another.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from assistant.chat import Assistant

ROOT = Path(__file__).parents[2]
LINE = "loved Alien, can't stand romance, something from the 80s"


class Trace:
    """Modules of the functions that are called and returned to, in order."""

    def __init__(self) -> None:
        self.rooms: list[str] = []
        self._inside: dict[str, str] = {}

    def room(self, file: str) -> str:
        """Dotted name of a module of the house; "" for anything else."""
        if file not in self._inside:
            path = Path(file)
            ours = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in (
                "core",
                "assistant",
            )
            parts = path.relative_to(ROOT).with_suffix("").parts if ours else ()
            self._inside[file] = ".".join(parts).removesuffix(".__init__")
        return self._inside[file]

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """A profile function: `sys.setprofile(trace)`."""
        entered = frame if event == "call" else frame.f_back if event == "return" else None
        room = self.room(entered.f_code.co_filename) if entered else ""
        if room and (not self.rooms or self.rooms[-1] != room):
            self.rooms.append(room)


def package(room: str) -> str:
    return room.rpartition(".")[0]


def main(bundle: str = "models/marquee", line: str = LINE) -> None:
    with Assistant.open(bundle, "sqlite://") as assistant:
        assistant.respond(assistant.start(), "hello")  # what is made once is not part of a turn
        session, trace = assistant.start(), Trace()
        sys.setprofile(trace)
        try:
            assistant.respond(session, line)
        finally:
            sys.setprofile(None)
    packages = [package(room) for room in trace.rooms]
    moves = sum(one != other for one, other in pairwise(packages))
    print("packages in the order they are entered:", *dict.fromkeys(packages), sep="\n  ")
    print(f"{len(set(trace.rooms))} modules, {len(trace.rooms) - 1:,} changes of module, ", end="")
    print(f"{moves:,} of package")


if __name__ == "__main__":
    main(*sys.argv[1:])
