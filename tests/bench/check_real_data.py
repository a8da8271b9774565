"""What holds on real ratings: the data set reads as it should, and training pays.

    PYTHONPATH=. python tests/bench/check_real_data.py ML_LATEST_SMALL [MOVIELENS_MIX]

Takes about two minutes on one core. Ends with the first claim that does not hold, else with 0.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from core.__main__ import main
from core.data.reading import read, read_ratings
from core.evaluation.baselines import fit_baselines
from core.evaluation.evaluate import EvaluationSettings, Report, evaluate
from core.model.bundle import Bundle
from core.simulation.replay import View
from core.training.agent import AgentSettings

STARTS = (0, 1, 3)


def hits(report: Report, policy: str) -> float:
    """Hits among 20 films, the mean over the starts."""
    return float(
        np.mean([report.result(n, View.REPLAY, policy).metrics["hits@20"].value for n in STARTS])
    )


def mix_reads_as_its_readme_says(folder: Path) -> None:
    data = read(folder)
    catalogue = data.catalogue
    assert (len(data.ratings), data.ratings.n_users) == (306_796, 2_752)
    assert (data.report.n_rated, len(catalogue.movies)) == (15_038, 88_443)
    assert data.report.bad_rows == ()
    assert catalogue.n_items == int((catalogue.n_ratings >= 5).sum())
    matrix = next(movie for movie in catalogue.movies if movie.label == "The Matrix (1999)")
    shared = {catalogue.facet(token).name for token in catalogue.facets_of(matrix.row + 1)}
    assert {"Sci-Fi", "cyberpunk", "virtual reality", "keanu reeves"} <= shared
    private = {"to see", "imdb top 250", "overrated", "seen more than once", "sci-fi", "comedy"}
    assert private.isdisjoint(facet.name for facet in catalogue.facets if facet.kind == "tag")


def parted(folder: Path, into: Path) -> None:
    """One person in five becomes a stranger, whom no training meets."""
    header, *lines = (folder / "ratings.csv").read_text(encoding="utf-8").splitlines()
    for name, strangers in (("learners", False), ("strangers", True)):
        (into / name).mkdir()
        for table in ("movies.csv", "links.csv"):
            shutil.copy(folder / table, into / name / table)
        kept = [line for line in lines if (int(line.partition(",")[0]) % 5 == 0) == strangers]
        (into / name / "ratings.csv").write_text("\n".join([header, *kept, ""]), encoding="utf-8")


def training_pays(folder: Path) -> None:
    """A short training beats popularity by 15 %, and the baselines stand in their order."""
    with tempfile.TemporaryDirectory() as home:
        here = Path(home)
        parted(folder, here)
        steps = str(AgentSettings().learning_starts + 2000)
        arguments = ["--data", str(here / "learners"), "--out", str(here / "model"), "--quiet"]
        small = ["--steps", steps, "--rounds", "0", "--dimensions", "32", "--folds", "2"]
        assert main(["train", *arguments, *small]) == 0
        bundle = Bundle.load(here / "model")
        learners, _ = read_ratings(here / "learners", bundle.catalogue)
        strangers, _ = read_ratings(here / "strangers", bundle.catalogue)
    names = ("popularity", "item-knn", "ease", "posterior")
    scorers = [bundle.scorer(), *fit_baselines(learners, bundle.catalogue, names)]
    settings = EvaluationSettings(stated=STARTS, views=(View.REPLAY,), resamples=10)
    report = evaluate(scorers, strangers, bundle.catalogue, settings)
    figures = {name: hits(report, name) for name in ("marquee", *names)}
    print(figures)
    assert figures["marquee"] >= 1.15 * figures["popularity"]
    order = [figures[name] for name in names]
    assert order == sorted(order) and order[-1] > 1.2 * order[0]
    assert all(result.metrics["repeats"].value == 0 for result in report.results)


if __name__ == "__main__":
    training_pays(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        mix_reads_as_its_readme_says(Path(sys.argv[2]))
    print("all of it holds")
