"""`python -m assistant recall`: would the policy have named the film that the recommender of a conversation named?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.dialogs import read_dialogs
from assistant.recall import CUTS, Part, Reading, Recall, outside, points, recalls
from assistant.sources import DEFAULT_BUNDLE
from assistant.understanding import Understanding
from core.baselines import NAMES, fit_baselines
from core.baselines.popularity import Popularity
from core.baselines.scorer import Scorer
from core.bundle import Bundle
from core.errors import DataError
from core.metrics import Interval
from core.movielens import read_ratings


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add = parser.add_argument
    add("--dialogs", type=Path, required=True, metavar="FILE", help="ReDial conversations, a .jsonl file or a folder")
    add("--bundle", type=Path, default=DEFAULT_BUNDLE, metavar="DIR", help="the policy (default: %(default)s)")
    add("--part", choices=[part.value for part in Part], default=Part.ALL.value, help="of the conversations")
    add("--json", type=Path, metavar="FILE", help="write the figures here as JSON")
    add_baseline_options(parser)


def add_baseline_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--train` and `--baselines`."""
    add = parser.add_argument
    add("--train", type=Path, metavar="DIR", help="MovieLens folder or .zip that the baselines are fitted on")
    add("--baselines", type=_names, default=NAMES, metavar="NAMES", help=f"some of {','.join(NAMES)} (default: all)")


def run(arguments: argparse.Namespace) -> int:
    """Prints the table, writes what was asked for; returns 0."""
    bundle = Bundle.load(arguments.bundle)
    understanding = Understanding(bundle.catalogue)
    figures = measure(
        bundle,
        understanding,
        arguments.dialogs,
        Part(arguments.part),
        train=arguments.train,
        baselines=arguments.baselines,
    )
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def measure(
    bundle: Bundle,
    understanding: Understanding,
    dialogs: Path,
    part: Part = Part.ALL,
    *,
    train: Path | None = None,
    baselines: Sequence[str] = NAMES,
) -> dict[str, Any]:
    """Prints and returns Recall of the bundle's policy and the baselines, in both readings.

    Without `train` the only baseline is popularity, from the catalogue's counts. Raises DataError where a file cannot
    be read or holds no point, SettingsError for an unknown baseline.
    """
    catalogue = bundle.catalogue
    messages = [message for message in read_dialogs(dialogs, catalogue) if part.holds(message.conversation)]
    scorers: list[Scorer] = [bundle.scorer()]
    if train is None:
        scorers.append(Popularity.from_catalogue(catalogue))
    else:
        ratings, read = read_ratings(train, catalogue)
        print(read, file=sys.stderr)
        scorers += fit_baselines(ratings, catalogue.n_items, baselines)
    figures: dict[str, Any] = {"part": part.value, "readings": {}}
    for reading in Reading:
        asked = list(points(messages, catalogue, reading, understanding))
        if not asked:
            raise DataError(f"In {dialogs} ({part.value}) no recommender names a film: there is nothing to rank.")
        share = outside(asked, catalogue)
        results = recalls(scorers, asked, catalogue, reading)
        talks = len({point.conversation for point in asked})
        print(
            f"\nnew films of the recommender, from the {reading.value} before: {len(asked)} in {talks} conversations, "
            f"{share:.1%} cannot be recommended (misses)"
        )
        print(table(results))
        figures["readings"][reading.value] = {
            "points": len(asked),
            "conversations": talks,
            "outside": share,
            "policies": {result.policy: _record(result) for result in results},
        }
    return figures


def table(results: Sequence[Recall]) -> str:
    """A line a policy, best Recall@10 first; the last column is the difference to the best baseline at 10."""
    lines = [f"{'policy':<18}" + "".join(f"{f'Recall@{cut}':>24}" for cut in CUTS) + f"{'difference at 10':>28}"]
    for result in sorted(results, key=lambda result: -result.at[10].value):
        difference = _signed(result.differences[10]) if 10 in result.differences else ""
        lines.append(f"{result.policy:<18}" + "".join(f"{result.at[cut]!s:>24}" for cut in CUTS) + f"{difference:>28}")
    return "\n".join(lines)


def _record(result: Recall) -> dict[str, Any]:
    return {
        "recall": {str(cut): interval._asdict() for cut, interval in result.at.items()},
        "difference": {str(cut): interval._asdict() for cut, interval in result.differences.items()},
    }


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))
