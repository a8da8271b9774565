"""`python -m core pool`: evaluations of one recipe on different people, taken together.

Every person of a data set can be judged by a policy that never met them: split it in parts, train
on all but one part, judge on that part, once for each. Five fifths together tell differences apart
that are less than half as large as one fifth can.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.evaluation.report import FORMAT_VERSION, signed
from core.statistics import Interval, mean_interval, resamples

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One policy at one start in one view, over everybody."""

    stated: int
    view: str
    policy: str
    people: int
    hits: Interval
    difference: Interval
    """Hits less those of the baseline that has most of them over everybody, person by person."""
    best_baseline: str
    thumbs_down: float
    """Mean over people."""
    coverage: float
    """Share of the films that can be recommended that were shown to somebody; mean over
    evaluations."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument(
        "reports",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="what `core evaluate --json` wrote, of other people each",
    )


def run(arguments: argparse.Namespace) -> int:
    """Prints a table for each start and view; returns 0."""
    records = [_read(path) for path in arguments.reports]
    blocks: dict[str, list[str]] = {}
    for row in pool(records):
        title = (
            f"{row.stated} stated, {row.view} view, {row.people} people, "
            f"difference to {row.best_baseline}"
        )
        line = (
            f"{row.policy:<18}{row.hits!s:>22}{signed(row.difference):>26}"
            f"{row.thumbs_down:>8.2f}{row.coverage:>10.3f}"
        )
        blocks.setdefault(
            title, [f"{'policy':<18}{'hits':>22}{'difference':>26}{'down':>8}{'coverage':>10}"]
        ).append(line)
    print(
        "\n\n".join(
            "\n".join([title, "-" * len(lines[0]), *lines]) for title, lines in blocks.items()
        )
    )
    return 0


def pool(records: Sequence[dict[str, Any]]) -> Iterator[Pooled]:
    """Pooled figures by start and view, most hits first.

    `records` as `core.evaluation.report.to_json` makes them. Raises DataError where they differ in
    settings or policies, or judge a person twice.
    """
    settings = records[0]["settings"]
    for record in records:
        _check_alike(settings, record["settings"])
    for stated in settings["stated"]:
        people = [person for record in records for person in record["people"][str(stated)]]
        if len(set(people)) < len(people):
            raise DataError(
                "The evaluations have people in common: pool such as judge different people."
            )
        weights = resamples(len(people), settings["resamples"], settings["seed"])
        for view in settings["views"]:
            groups = [_group(record, stated, view) for record in records]
            if len({frozenset(group) for group in groups}) > 1:
                raise DataError(
                    "The evaluations judge different policies: "
                    "give all the same baselines and names."
                )
            yield from _pooled(stated, view, groups, weights)


def _check_alike(settings: dict[str, Any], other: dict[str, Any]) -> None:
    """DataError where two evaluations were made with different settings."""
    for name in ("stated", "turns", "views", "seed", "least_ratings"):
        if other[name] != settings[name]:
            raise DataError(
                f"The evaluations differ in {name}: {settings[name]} and {other[name]}."
            )


def _pooled(
    stated: int, view: str, groups: Sequence[dict[str, dict[str, Any]]], weights: FloatArray
) -> Iterator[Pooled]:
    hits = {
        name: np.concatenate([group[name]["hits"] for group in groups]).astype(np.float64)
        for name in groups[0]
    }
    baselines = [name for name, result in groups[0].items() if result["is_baseline"]]
    if not baselines:
        raise DataError("The evaluations hold no baseline to compare with.")
    best = max(baselines, key=lambda name: float(hits[name].sum()))
    for name in sorted(hits, key=lambda name: -float(hits[name].sum())):
        sizes = [len(group[name]["hits"]) for group in groups]
        down, coverage = (
            float(
                np.average(
                    [group[name]["metrics"][metric]["value"] for group in groups], weights=sizes
                )
            )
            for metric in ("thumbs_down", "coverage")
        )
        yield Pooled(
            stated=stated,
            view=view,
            policy=name,
            people=len(hits[name]),
            hits=mean_interval(hits[name], weights),
            difference=mean_interval(hits[name] - hits[best], weights),
            best_baseline=best,
            thumbs_down=down,
            coverage=coverage,
        )


def _group(record: dict[str, Any], stated: int, view: str) -> dict[str, dict[str, Any]]:
    return {
        result["policy"]: result
        for result in record["results"]
        if (result["stated"], result["view"]) == (stated, view)
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT_VERSION:
            raise DataError(
                f"{path} is of format {record['format']}, this version reads {FORMAT_VERSION}."
            )
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} is not what `python -m core evaluate --json` writes.") from error
    return record
