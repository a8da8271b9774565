"""`python -m core train`: ratings in, a bundle and its learning curve out."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import logging
from pathlib import Path

from core.config import check_options
from core.data.dialogs import read_talk
from core.data.facts import FilmFacts
from core.data.reading import read
from core.model.factors import FactorSettings
from core.training.agent import AgentSettings
from core.training.pretraining import PretrainingSettings
from core.training.train import TrainingSettings, train
from core.training.validation import CurvePoint

_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    settings, agent = TrainingSettings(), AgentSettings()
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="MovieLens folder or .zip")
    add("--facts", type=Path, metavar="DIR", help="pack of what is known of films, to ask for")
    _configure_talk(parser)
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the trained bundle")
    add(
        "--seed",
        type=int,
        default=settings.seed,
        metavar="N",
        help="same seed, same bundle (%(default)s)",
    )
    add(
        "--steps",
        type=int,
        default=agent.steps,
        metavar="N",
        help="films shown in training (%(default)s)",
    )
    add(
        "--rounds",
        type=int,
        default=settings.pretraining.rounds,
        metavar="N",
        help="of pretraining (%(default)s)",
    )
    add(
        "--gamma",
        type=float,
        default=agent.gamma,
        metavar="G",
        help="discount, 0 = greedy (%(default)s)",
    )
    add(
        "--n-steps",
        type=int,
        default=agent.n_steps,
        metavar="N",
        help="rewards summed a target (%(default)s)",
    )
    add(
        "--learning-rate",
        type=float,
        default=agent.learning_rate,
        metavar="R",
        help="(%(default)s)",
    )
    add(
        "--dimensions",
        type=int,
        default=FactorSettings().dimensions,
        metavar="N",
        help="of a taste (%(default)s)",
    )
    add(
        "--folds",
        type=int,
        default=FactorSettings().folds,
        metavar="N",
        help="cross-fitting folds (%(default)s)",
    )
    add(
        "--min-ratings",
        type=int,
        default=5,
        metavar="N",
        help="evidence to be recommended (%(default)s)",
    )
    add("--skip-bad-rows", action="store_true", help="count and leave out rows that cannot be read")
    add("--quiet", action="store_true", help="no progress bar")


def _configure_talk(parser: argparse.ArgumentParser) -> None:
    """Options of what recorded conversations tell."""
    add = parser.add_argument
    counts = "CSV of movieName,nbMentions: how often films are named in conversations"
    add("--mentions", type=Path, metavar="FILE", help=counts)
    talks = "ReDial conversations (.jsonl, or a folder): which films are named together; repeatable"
    add("--dialogs", type=Path, action="append", default=[], metavar="FILE", help=talks)


def run(arguments: argparse.Namespace) -> int:
    """Trains, writes the bundle and its curve (CSV, PNG); 130 where Ctrl-C ended it, else 0."""
    settings = _settings(arguments)
    data = read(
        arguments.data,
        facts=None if arguments.facts is None else FilmFacts.open(arguments.facts),
        skip_bad_rows=arguments.skip_bad_rows,
        min_ratings=arguments.min_ratings,
    )
    _log.log(logging.INFO if data.report.is_complete else logging.WARNING, "%s", data.report)
    talk = read_talk(data.catalogue, arguments.mentions, arguments.dialogs)
    training = train(data, settings, talk=talk, progress=not arguments.quiet)
    # Whoever chose the checkpoint was not learned from: they sit on the panel of what learns on.
    panel = data.ratings.split(0, settings.validation_folds, "validation")[1]
    bundle = dataclasses.replace(training.bundle, panel=panel).save(arguments.out)
    write_curve(training.curve, arguments.out / "curve.csv")
    plot_curve(training.curve, arguments.out / "curve.png")
    best = bundle.metrics["validation"]
    outcome = "Stopped early; the best checkpoint is kept." if training.interrupted else "Done."
    print(f"{outcome} Version {bundle.version} in {arguments.out}, validation: {best}")
    return 130 if training.interrupted else 0


def write_curve(curve: tuple[CurvePoint, ...], path: Path) -> None:
    """The learning curve as CSV, one line a check."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in dataclasses.fields(CurvePoint)])
        writer.writerows(dataclasses.astuple(point) for point in curve)


def plot_curve(curve: tuple[CurvePoint, ...], path: Path) -> None:
    """The learning curve as PNG: hits in training and on validation people, and the loss."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.5), layout="constrained")
    hits, loss = figure.subplots(1, 2)
    for axes, name, label in (
        (hits, "validation_hits", "validation people, greedy"),
        (hits, "training_hits", "training people, exploring"),
        (loss, "loss", None),
    ):
        known = [
            (point.step, value) for point in curve if (value := getattr(point, name)) is not None
        ]
        # The loss of the pretraining is a sum over candidates: another scale.
        known = [pair for pair in known if name != "loss" or pair[0] > 0]
        axes.plot(
            [step for step, _ in known], [value for _, value in known], marker=".", label=label
        )
    hits.set(xlabel="films shown in training", ylabel="thumbs up a session", title="Hits")
    hits.legend(frameon=False)
    loss.set(
        xlabel="films shown in training",
        ylabel="squared temporal difference",
        title="Loss of the DQN",
    )
    figure.savefig(path, dpi=120)


def _settings(arguments: argparse.Namespace) -> TrainingSettings:
    check_options(arguments, "gamma", "learning_rate", low=0, high=1)
    check_options(arguments, "steps", "n_steps", "dimensions", "min_ratings", low=1)
    check_options(arguments, "seed", low=0, high=2**32 - 1)
    check_options(arguments, "rounds", low=0)
    check_options(arguments, "folds", low=2, why=", each person must meet others' vectors")
    agent = AgentSettings(
        steps=arguments.steps,
        gamma=arguments.gamma,
        n_steps=arguments.n_steps,
        learning_rate=arguments.learning_rate,
    )
    factors = FactorSettings(dimensions=arguments.dimensions, folds=arguments.folds)
    pretraining = PretrainingSettings(rounds=arguments.rounds)
    return TrainingSettings(
        seed=arguments.seed, agent=agent, factors=factors, pretraining=pretraining
    )
