"""`python -m core evaluate`: a trained policy against the baselines, on unseen people."""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from core.catalogue import Catalogue
from core.data.ratings import Ratings, fingerprints
from core.data.reading import read_ratings
from core.errors import SettingsError
from core.evaluation.baselines import NAMES, Popularity, fit_baselines
from core.evaluation.evaluate import EvaluationSettings, Report, evaluate
from core.evaluation.evenings import (
    PARTS,
    ServedSettings,
    judge_evenings,
    judge_histories,
    judge_spirit,
)
from core.evaluation.report import (
    Steered,
    curve_table,
    evening_records,
    evening_table,
    history_table,
    match_table,
    spirit_records,
    spirit_table,
    table,
    to_text,
)
from core.model.policy import Exploration
from core.session import GEMS
from core.simulation.replay import View
from core.simulation.scorer import Scorer

Learned = Mapping[Path, frozenset[str]]
"""Fingerprints of the people that each bundle was trained on."""
_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    default = EvaluationSettings()
    add = parser.add_argument
    add("--bundle", type=Path, required=True, metavar="DIR", help="folder of the trained policy")
    add(
        "--ratings",
        type=Path,
        required=True,
        metavar="DIR",
        help="MovieLens folder or .zip of unseen people",
    )
    add(
        "--train",
        type=Path,
        metavar="DIR",
        help="MovieLens folder or .zip that the baselines are fitted on",
    )
    add(
        "--against",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="another policy (repeatable)",
    )
    add(
        "--stated",
        type=starts,
        default=default.stated,
        metavar="N,N",
        help="films people name first (0,1,3)",
    )
    _configure_judging(parser)


def _configure_judging(parser: argparse.ArgumentParser) -> None:
    """Options of how people are judged, and where the figures go."""
    default = EvaluationSettings()
    add = parser.add_argument
    add(
        "--turns",
        type=int,
        default=default.turns,
        metavar="N",
        help="films shown in a session (%(default)s)",
    )
    add(
        "--view",
        type=_views,
        default=default.views,
        metavar="VIEW",
        help="replay,rated (both) or one of them",
    )
    add(
        "--baselines",
        default="all",
        metavar="NAMES",
        help=f"all, none or some of {','.join(NAMES)}",
    )
    add(
        "--gems",
        type=_gems,
        default=(),
        metavar="G,G",
        help="places of the knob to measure as well, -1 to 1: 0,.25,.5",
    )
    add("--people", type=int, metavar="N", help="judge only this many people, drawn by the seed")
    add(
        "--least-ratings",
        type=int,
        default=default.least_ratings,
        metavar="N",
        help="people need (%(default)s)",
    )
    add("--seed", type=int, default=default.seed, metavar="N", help="random seed (%(default)s)")
    add(
        "--served",
        action="store_true",
        help="judge evenings as they are served: with a mood, open, rated, a history, and spirit",
    )
    add(
        "--parts",
        type=_parts,
        default=PARTS,
        metavar="NAMES",
        help=f"what --served judges, some of {','.join(PARTS)} (all)",
    )
    add(
        "--fans",
        type=int,
        default=ServedSettings().fans,
        metavar="N",
        help="fans of each kind of mood that --served asks (%(default)s)",
    )
    add(
        "--gambles",
        action="store_true",
        help="gamble with one place in ten, as the chat does, for --served",
    )
    add(
        "--json",
        type=Path,
        metavar="FILE",
        help="write every figure and each person's hits here; with --served as JSON lines, with "
        "everybody's turns",
    )
    add("--figures", type=Path, metavar="DIR", help="write plots here")
    add("--skip-bad-rows", action="store_true", help="count and leave out rows that cannot be read")


def run(arguments: argparse.Namespace) -> int:
    """Prints the table, writes what was asked for; returns 0."""
    from core.model.bundle import Bundle

    bundle = Bundle.load(arguments.bundle)
    policies: list[Scorer] = [bundle.scorer()]
    learned = {arguments.bundle: bundle.people}
    for folder in arguments.against:
        other = Bundle.load(folder)
        if not _same_films(bundle.catalogue, other.catalogue):
            raise SettingsError(
                f"{folder} recommends other films than {arguments.bundle}: "
                "compare policies trained on the same data."
            )
        policies.append(replace(other.scorer(), name=folder.name))
        learned[folder] = other.people
    if arguments.served:
        serve_evenings(arguments, bundle.catalogue, policies, learned)
        return 0
    knob = bundle.network.knob
    steered = [Steered(policies[0], knob, gems) for gems in arguments.gems if gems]
    report = judge(arguments, bundle.catalogue, [*policies, *steered], learned)
    print(table(report.without({policy.name for policy in steered})))
    _print_more(report, arguments.gems)
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(to_text(report), encoding="utf-8")
    if arguments.figures is not None:
        from core.evaluation.figures import save_figures

        save_figures(report, arguments.figures, arguments.gems)
    return 0


def serve_evenings(
    arguments: argparse.Namespace,
    catalogue: Catalogue,
    policies: Sequence[Scorer],
    learned: Learned,
) -> None:
    """Evenings of everybody in the ratings, served by the policies and the baselines, and fans."""
    _one_thread()
    people = _read(arguments.ratings, catalogue, arguments)
    _warn_of_known(people, learned, catalogue)
    if arguments.people is not None and arguments.people < people.n_users:
        drawn = np.random.default_rng(arguments.seed).permutation(people.n_users)
        people = people.select(np.sort(drawn[: arguments.people]))
    scorers = [*policies, *_baselines(arguments, catalogue, people)]
    settings = ServedSettings(
        parts=arguments.parts,
        stated=arguments.stated,
        least_ratings=arguments.least_ratings,
        fans=arguments.fans,
        gambles=Exploration() if arguments.gambles else None,
        seed=arguments.seed,
    )
    evenings = list(judge_evenings(scorers, people, catalogue, settings))
    histories = list(judge_histories(scorers, people, catalogue, settings))
    spirit = list(judge_spirit(scorers, catalogue, settings))
    tables = (evening_table(evenings), history_table(histories), spirit_table(spirit))
    print("\n\n".join(filter(None, tables)))
    if arguments.json is not None:
        prints = fingerprints(people, catalogue.movie_ids)
        by_id = dict(zip(people.user_ids.tolist(), prints, strict=True))
        _write_lines(
            arguments.json,
            chain(
                evening_records([*evenings, *histories], catalogue, by_id),
                spirit_records(spirit, catalogue),
            ),
        )


def _write_lines(file: Path, records: Iterable[Mapping[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps(record, allow_nan=False, ensure_ascii=False) + "\n")


def _print_more(report: Report, gems: tuple[float, ...]) -> None:
    """The curve of the knob where it is wanted, and the match figure where there is one."""
    name = report.results[0].policy
    if gems:
        print(f"\n{curve_table(report, name, gems)}")
    if matches := match_table(report):
        print(f"\n{matches}")


def judge(
    arguments: argparse.Namespace,
    catalogue: Catalogue,
    policies: Sequence[Scorer],
    learned: Learned = MappingProxyType({}),
) -> Report:
    """Reads the people, fits the baselines and plays all sessions; repeatable to the last digit.

    Raises DataError for unreadable ratings, SettingsError for an unknown baseline or one that needs
    `--train`.
    """
    settings = EvaluationSettings(
        stated=arguments.stated,
        turns=arguments.turns,
        views=arguments.view,
        seed=arguments.seed,
        people=arguments.people,
        least_ratings=arguments.least_ratings,
    )
    _one_thread()
    people = _read(arguments.ratings, catalogue, arguments)
    scorers = [*policies, *_baselines(arguments, catalogue, people)]
    _warn_of_known(people, learned, catalogue)
    return evaluate(scorers, people, catalogue, settings, progress=True)


def _warn_of_known(people: Ratings, learned: Learned, catalogue: Catalogue) -> None:
    """Says where a policy or the baselines have learned from people who are judged."""
    judged = fingerprints(people, catalogue.movie_ids)
    for folder, theirs in learned.items():
        if both := sum(one in theirs for one in judged):
            _log.warning(
                "%d of %d people are in %s, too: it has learned from them, and figures flatter.",
                both,
                len(judged),
                folder,
            )


def _one_thread() -> None:
    """The last digits of sums depend on the number of threads, and draws on the last digits."""
    torch.set_num_threads(1)
    threadpool_limits(limits=1)


def _baselines(
    arguments: argparse.Namespace, catalogue: Catalogue, people: Ratings
) -> tuple[Scorer, ...]:
    wanted = arguments.baselines
    if wanted == "none":
        return ()
    names = NAMES if wanted == "all" else tuple(name.strip() for name in wanted.split(","))
    if arguments.train is None:
        if wanted not in ("all", "popularity"):
            raise SettingsError(
                f"--baselines {wanted} needs --train DIR, the ratings to fit them on; "
                "without it there is popularity."
            )
        return (Popularity.from_catalogue(catalogue),)
    train = _read(arguments.train, catalogue, arguments)
    known = frozenset(fingerprints(train, catalogue.movie_ids))
    _warn_of_known(people, {arguments.train: known}, catalogue)
    return fit_baselines(train, catalogue, names, seed=arguments.seed)


def _read(folder: Path, catalogue: Catalogue, arguments: argparse.Namespace) -> Ratings:
    ratings, report = read_ratings(folder, catalogue, skip_bad_rows=arguments.skip_bad_rows)
    _log.log(logging.INFO if report.is_complete else logging.WARNING, "%s", report)
    return ratings


def _same_films(one: Catalogue, other: Catalogue) -> bool:
    return bool(np.array_equal(one.movie_ids[: one.n_items], other.movie_ids[: other.n_items]))


def starts(text: str) -> tuple[int, ...]:
    """The option --stated: different whole numbers, in order."""
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of whole numbers such as 0,1,3"
        ) from None


def _gems(text: str) -> tuple[float, ...]:
    try:
        places = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of numbers such as 0,.25,.5"
        ) from None
    if not all(GEMS[0] <= place <= GEMS[1] for place in places):
        raise argparse.ArgumentTypeError(
            f"{text!r}: every place must be from {GEMS[0]:g} to {GEMS[1]:g}"
        )
    return places


def _parts(text: str) -> tuple[str, ...]:
    """The option --parts."""
    names = {part.strip() for part in text.split(",")}
    if not names <= set(PARTS):
        raise argparse.ArgumentTypeError(f"{text!r} is not one or more of {','.join(PARTS)}")
    return tuple(part for part in PARTS if part in names)


def _views(text: str) -> tuple[View, ...]:
    names = {part.strip() for part in text.split(",")}
    if not names <= {view.value for view in View}:
        raise argparse.ArgumentTypeError(f"{text!r} is not replay, rated or replay,rated")
    return tuple(view for view in View if view.value in names)
