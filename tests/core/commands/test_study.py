"""The study of learning ahead: paired, repeatable, and never done twice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.commands import study as study_command

PEOPLE, FILMS = 60, 40


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tastes, two in three films rated."""
    made = tmp_path_factory.mktemp("tastes")
    rated = np.random.default_rng(0).random((PEOPLE, FILMS)) < 2 / 3
    movies = [f"{film + 1},Film {film} ({1980 + film}),Comedy" for film in range(FILMS)]
    ratings = [
        f"{person + 1},{film + 1},{5.0 if (person + film) % 2 == 0 else 1.0},1000000000"
        for person, film in np.argwhere(rated).tolist()
    ]
    (made / "movies.csv").write_text(
        "\n".join(["movieId,title,genres", *movies, ""]), encoding="utf-8"
    )
    (made / "ratings.csv").write_text(
        "\n".join(["userId,movieId,rating,timestamp", *ratings, ""]), encoding="utf-8"
    )
    return made


def study(folder: Path, out: Path, *more: str) -> int:
    few = (
        "--seeds",
        "1",
        "--steps",
        "64",
        "--rounds",
        "0",
        "--stated",
        "0,1",
        "--least-ratings",
        "5",
        "--quiet",
    )
    return main(["study", "--data", str(folder), "--out", str(out), *few, *more])


def test_a_study_goes_on_where_it_was_stopped(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    trained = []
    real = study_command.train

    def train(*arguments: object, **keywords: object) -> object:
        trained.append(keywords["pretrained"])
        if len(trained) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(study_command, "train", train)
    assert study(folder, tmp_path) == 130
    capsys.readouterr()
    assert study(folder, tmp_path) == 0
    first = capsys.readouterr().out
    assert len(trained) == 3  # the one that was done is not done again
    assert trained[0] is None and trained[1] is not None
    assert study(folder, tmp_path) == 0
    assert len(trained) == 3 and capsys.readouterr().out == first
    lines = first.splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines[::2]] == [
        "replay view",
        "replay view",
        "rated view",
        "rated view",
    ]
    record = json.loads((tmp_path / "seed-0_gamma-0.5.json").read_text())
    test_people = {
        int(line.split(",")[0]) for line in _rows(tmp_path / "data" / "test" / "ratings.csv")
    }
    learners = {
        int(line.split(",")[0]) for line in _rows(tmp_path / "data" / "learn" / "ratings.csv")
    }
    judged = {int(user) for user in record["replay chosen"]}
    assert judged and judged <= test_people and not judged & learners


def test_a_folder_holds_one_study(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "study.json").write_text(json.dumps({"data": "elsewhere"}))
    assert study(folder, tmp_path) == 2
    assert "holds a study with another --data (elsewhere)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("--gammas", "0.5"), ("--gammas", "0,2"), ("--gammas", "0,0"), ("--seeds", "0")]
)
def test_a_study_needs_two_discounts_and_a_seed(
    folder: Path, tmp_path: Path, words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert study(folder, tmp_path, *words) == 2
    assert "at least two different --gammas from 0 to 1" in capsys.readouterr().err


def test_the_interval_is_over_people_of_their_mean_over_seeds() -> None:
    # Two seeds that disagree by 2 on everybody: each person's mean is 1, so there is nothing to be
    # unsure of.
    same = study_command.paired([np.array([0.0, 0.0, 0.0]), np.array([2.0, 2.0, 2.0])])
    assert same == (1.0, 1.0, 1.0)
    mixed = study_command.paired([np.array([1.0, 0.0, -1.0, 4.0])])
    assert mixed.value == 1.0
    assert mixed.low < 0 < mixed.high


def _rows(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:]
