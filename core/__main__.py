"""`python -m core COMMAND`: everything that is done without the chat.

Each command is two functions of a module, `configure(parser)` and `run(arguments) -> exit code`,
and is imported only when it is asked for, so `--help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Final, NamedTuple

from core.config import add_common_options, log_to_stderr
from core.errors import MarqueeError


class Command(NamedTuple):
    """A sub-command."""

    module: str
    """Module with `configure` and `run`."""
    help: str
    """One line."""
    suffix: str = ""
    """Of both functions, where a module holds two commands."""


COMMANDS: Final = MappingProxyType(
    {
        "fetch": Command("core.commands.fetch", "download a MovieLens data set from GroupLens"),
        "split": Command(
            "core.commands.split", "put some people of a data set aside, to judge a policy on"
        ),
        "films": Command("core.commands.films", "make a pack of what is known of films"),
        "train": Command("core.commands.train", "train a policy from ratings"),
        "extend": Command(
            "core.commands.films", "let a policy recommend films that nobody rated", "_extend"
        ),
        "evaluate": Command(
            "core.commands.evaluate", "judge a policy on people it has not seen, against baselines"
        ),
        "pool": Command("core.commands.pool", "take evaluations on different people together"),
        "study": Command(
            "core.commands.study", "compare discounts of the future, trained and judged in pairs"
        ),
        "learn": Command(
            "core.commands.learn",
            "let the thumbs on record become the next policy, if it is better",
        ),
        "versions": Command(
            "core.commands.learn",
            "show which policies served and what the gate said, or go back",
            "_versions",
        ),
        "backup": Command("core.commands.keeping", "copy all that people said into a new file"),
        "restore": Command(
            "core.commands.keeping", "fill an empty database from such a copy", "_restore"
        ),
        "purge": Command(
            "core.commands.keeping", "forget who has said nothing for so many days", "_purge"
        ),
        "simulate": Command(
            "core.commands.learn",
            "fill a store with conversations of simulated viewers",
            "_simulate",
        ),
    }
)

_FUNCTIONS: Final = ("configure", "run")

BAD_INPUT: Final = 2
"""Exit code for what the person can put right, as argparse has it."""
INTERRUPTED: Final = 130
"""Exit code after Ctrl-C, as shells have it: 128 + SIGINT."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0, 2 after a message of what to put right, 130 if interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="python -m core", description="Marquee without the chat.")
    add_common_options(parser)
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, command in COMMANDS.items():
        subparser = parsers.add_parser(
            name, help=command.help, description=f"This will {command.help}."
        )
        if name == chosen:
            module = import_module(command.module)
            configure, run = (getattr(module, f"{what}{command.suffix}") for what in _FUNCTIONS)
            configure(subparser)
    parsed = parser.parse_args(arguments)
    log_to_stderr(parsed.verbose)
    try:
        return int(run(parsed))
    except MarqueeError as error:
        print(f"marquee: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("marquee: interrupted", file=sys.stderr)
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
