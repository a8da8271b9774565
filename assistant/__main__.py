"""Command line: `python -m assistant COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Final

from core.config import add_common_options, log_to_stderr
from core.errors import MarqueeError

_COMMANDS: Final = {
    "ask": ("assistant.evaluation.ask", "Say how one line is understood."),
    "evaluate": (
        "assistant.evaluation.lines",
        "Measure understanding on labelled lines or recorded conversations.",
    ),
    "train": ("assistant.evaluation.linking", "Fit what makes words a title."),
    "train-roles": (
        "assistant.evaluation.roles",
        "Fit what the words of a line do: describe films, name one, point at one, or talk.",
    ),
    "converse": (
        "assistant.evaluation.conversations",
        "Hold scripted conversations and judge every turn.",
    ),
    "recall": (
        "assistant.evaluation.recall",
        "Compare recommendations with those of recorded conversations.",
    ),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status: 0, or 2 after a message on standard error."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="python -m assistant", description=__doc__)
    add_common_options(parser)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, summary) in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name in given:  # only the command that is asked for is imported
            importlib.import_module(module).configure(command)
    parsed = parser.parse_args(given)
    log_to_stderr(parsed.verbose)
    try:
        status: int = importlib.import_module(_COMMANDS[parsed.command][0]).run(parsed)
    except MarqueeError as error:
        print(f"marquee: {error}", file=sys.stderr)
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main())
