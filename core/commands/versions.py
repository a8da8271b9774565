"""`python -m core versions`: what served, what serves, and back."""

from __future__ import annotations

import argparse
from pathlib import Path

from core.errors import BundleError
from core.learning.versions import Entry, Versions


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument(
        "--policies", type=Path, required=True, metavar="DIR", help="folder of policies"
    )
    parser.add_argument(
        "--back-to",
        metavar="VERSION",
        help='let this version serve again; "previous" = the one before',
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints the history, after the change that was asked for; returns 0."""
    versions = Versions(arguments.policies)
    if not versions.history():
        raise BundleError(
            f"{arguments.policies} holds no policies: `python -m core learn` makes such a folder."
        )
    if arguments.back_to:
        versions.roll_back(None if arguments.back_to == "previous" else arguments.back_to)
    print(table(versions.history(), versions.serving()))
    return 0


def table(history: tuple[Entry, ...], serving: str | None) -> str:
    """A line an event, the newest last; the version that serves has a star."""
    last = {entry.version: place for place, entry in enumerate(history) if entry.version == serving}
    columns = f"{'version':<14}{'what':<13}{'when (UTC)':<21}{'from':<14}"
    lines = [f"{'':2}{columns}difference in reward a film"]
    for place, entry in enumerate(history):
        star = "*" if place == last.get(entry.version) else ""
        value = entry.gate.get("rewards", {}).get("difference")
        found = f"{value[0]:+.4f} [{value[1]:+.4f}, {value[2]:+.4f}]" if value else "not judged"
        lines.append(
            f"{star:2}{entry.version:<14}{entry.event.value:<13}{entry.at[:19]:<21}"
            f"{entry.parent or '-':<14}{found}"
        )
    return "\n".join(lines)
