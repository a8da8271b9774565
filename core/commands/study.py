"""`python -m core study`: does learning ahead pay? γ > 0 against γ = 0, several seeds, paired.

For each seed the networks of all γ begin with the same pretrained weights and differ in the
discount of the DQN alone. All are judged on the same people held out from the data, both the
checkpoint that validation people chose (what would be shipped) and the weights at the end of the
training (which no choice has evened out). What is done is kept in the folder, so that a study goes
on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.commands.evaluate import starts
from core.commands.split import split
from core.data.ratings import Ratings
from core.data.reading import MovieLens, read, read_ratings
from core.errors import SettingsError
from core.evaluation.evaluate import EvaluationSettings, evaluate
from core.evaluation.report import signed
from core.model.policy import Policy, PolicyScorer
from core.model.qnetwork import QNetwork
from core.simulation.replay import View
from core.statistics import Interval, mean_interval, resamples
from core.training.agent import AgentSettings
from core.training.pretraining import PretrainingSettings
from core.training.train import Training, TrainingSettings, Weights, train

FloatArray = npt.NDArray[np.float64]
KINDS: Final = ("chosen", "last")
"""The checkpoint that validation people chose, and the weights at the end."""

_log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="MovieLens folder of CSV files")
    add("--out", type=Path, required=True, metavar="DIR", help="what is done is kept here")
    add(
        "--gammas",
        type=_numbers,
        default=(0.0, 0.5),
        metavar="G,G",
        help="discounts; the first is the reference",
    )
    add("--seeds", type=int, default=5, metavar="N", help="trainings for each (%(default)s)")
    add(
        "--stated",
        type=starts,
        default=(0, 1, 3),
        metavar="N,N",
        help="films people name first (0,1,3)",
    )
    add(
        "--salt",
        default="study",
        metavar="WORD",
        help="another word, other people held out (%(default)s)",
    )
    add(
        "--steps",
        type=int,
        default=AgentSettings().steps,
        metavar="N",
        help="films shown (%(default)s)",
    )
    add(
        "--rounds",
        type=int,
        default=PretrainingSettings().rounds,
        metavar="N",
        help="of pretraining (%(default)s)",
    )
    add(
        "--least-ratings",
        type=int,
        default=20,
        metavar="N",
        help="people judged need (%(default)s)",
    )
    add("--quiet", action="store_true", help="no progress bar")


def run(arguments: argparse.Namespace) -> int:
    """Trains and judges what is not done yet, then prints the comparison; returns 0."""
    gammas = set(arguments.gammas)
    are_discounts = all(0 <= gamma <= 1 for gamma in gammas)
    if arguments.seeds < 1 or len(gammas) < 2 or not are_discounts:
        raise SettingsError(
            "a study needs --seeds of 1 or more and at least two different --gammas from 0 to 1, "
            "such as 0,.5."
        )
    _remember(arguments)
    if not (arguments.out / "data" / "learn" / "ratings.csv").is_file():
        split(arguments.data, arguments.out / "data", 5, arguments.salt)
    data = read(arguments.out / "data" / "learn")
    people, _ = read_ratings(arguments.out / "data" / "test", data.catalogue)
    for seed in range(arguments.seeds):
        pretrained: Weights | None = None
        for gamma in arguments.gammas:
            record = arguments.out / f"seed-{seed}_gamma-{gamma:g}.json"
            if not record.is_file():
                _log.info("seed %d, gamma %g", seed, gamma)
                training = _train(data, arguments, seed, gamma, pretrained)
                pretrained = training.pretrained
                record.write_text(
                    json.dumps(_judge(training, gamma, data, people, arguments)), encoding="utf-8"
                )
    print(summary(arguments.out, arguments.gammas, arguments.seeds))
    return 0


def _remember(arguments: argparse.Namespace) -> None:
    """Writes what the study is about; SettingsError where the folder holds another one."""
    subject = {
        name: str(getattr(arguments, name))
        for name in ("data", "stated", "salt", "steps", "rounds", "least_ratings")
    }
    path = arguments.out / "study.json"
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        wrong = [name for name, value in subject.items() if known.get(name) != value]
        if wrong:
            raise SettingsError(
                f"{arguments.out} holds a study with another --{wrong[0].replace('_', '-')} "
                f"({known.get(wrong[0])}): go on with that or choose another folder."
            )
    arguments.out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(subject, indent=2) + "\n", encoding="utf-8")


def _train(
    data: MovieLens,
    arguments: argparse.Namespace,
    seed: int,
    gamma: float,
    pretrained: Weights | None,
) -> Training:
    """A training that begins with the seed's pretrained weights, or makes them."""
    settings = TrainingSettings(
        seed=seed,
        agent=AgentSettings(steps=arguments.steps, gamma=gamma),
        pretraining=PretrainingSettings(rounds=arguments.rounds),
    )
    training = train(data, settings, progress=not arguments.quiet, pretrained=pretrained)
    if training.interrupted:
        raise KeyboardInterrupt  # half a training is no part of a study
    return training


def _judge(
    training: Training,
    gamma: float,
    data: MovieLens,
    people: Ratings,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """Per view and kind of weights: hits of each person, mean over the starts, by user id."""
    catalogue = data.catalogue
    scorers = [
        PolicyScorer(Policy(network, catalogue, name), network, gamma, name)
        for name, network in _networks(training).items()
    ]
    settings = EvaluationSettings(
        stated=arguments.stated, least_ratings=arguments.least_ratings, resamples=2
    )
    report = evaluate(scorers, people, data.catalogue, settings)
    record: dict[str, Any] = {"gamma": gamma}
    for view in settings.views:
        for kind in KINDS:
            hits: dict[int, list[int]] = {}
            for stated in arguments.stated:
                result = report.result(stated, view, kind)
                for user, total in zip(
                    result.user_ids.tolist(), result.hits.sum(axis=1).tolist(), strict=True
                ):
                    hits.setdefault(user, []).append(total)
            complete = {
                user: totals
                for user, totals in hits.items()
                if len(totals) == len(arguments.stated)
            }
            record[f"{view.value} {kind}"] = {
                user: float(np.mean(totals)) for user, totals in complete.items()
            }
    return record


def _networks(training: Training) -> dict[str, QNetwork]:
    chosen = training.bundle.network
    last = chosen.twin()
    last.load_state_dict(training.last)
    return dict(zip(KINDS, (chosen, last), strict=True))


def summary(folder: Path, gammas: tuple[float, ...], seeds: int) -> str:
    """A table: hits at the first γ, and the others' differences to it, over all seeds and each."""
    records = {
        (seed, gamma): json.loads(
            (folder / f"seed-{seed}_gamma-{gamma:g}.json").read_text(encoding="utf-8")
        )
        for seed in range(seeds)
        for gamma in gammas
    }
    lines = []
    for view in View:
        for kind in KINDS:
            hits = {
                key: np.array(list(record[f"{view.value} {kind}"].values()), dtype=np.float64)
                for key, record in records.items()
            }
            base = np.mean([hits[seed, gammas[0]] for seed in range(seeds)], axis=0)
            title = f"{view.value} view, {kind} weights, {len(base)} people, {seeds} seeds"
            lines.append(f"{title}: gamma {gammas[0]:g} has {base.mean():.3f} hits")
            for gamma in gammas[1:]:
                each = [hits[seed, gamma] - hits[seed, gammas[0]] for seed in range(seeds)]
                lines.append(f"  gamma {gamma:g}: {signed(paired(each))}; by seed {_by_seed(each)}")
    return "\n".join(lines)


def paired(differences: list[FloatArray]) -> Interval:
    """Mean over people, with its interval, of each person's mean over seeds; (P,) for each seed."""
    mine = np.mean(differences, axis=0)
    return mean_interval(mine, resamples(len(mine), 2000, 0))


def _by_seed(differences: list[FloatArray]) -> str:
    means = np.array([difference.mean() for difference in differences])
    spread = (
        f", standard error {means.std(ddof=1) / np.sqrt(len(means)):.3f}" if len(means) > 1 else ""
    )
    return " ".join(f"{mean:+.3f}" for mean in means) + spread


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of numbers such as 0,.5"
        ) from None
