"""The notebook runs from start to end, as somebody would who opens it for the first time."""

from __future__ import annotations

from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "assets" / "notebooks" / "train_and_explore.ipynb"

FILMS = ("Toy Story (1995)", "Matrix, The (1999)", "Alien (1979)", "Titanic (1997)")
GENRES = ("Comedy", "Sci-Fi", "Horror", "Romance")


@pytest.fixture
def small_movielens(tmp_path: Path) -> Path:
    """A MovieLens folder of 120 people that are made up."""
    folder = tmp_path / "small"
    folder.mkdir()
    _write_checkerboard(folder)
    return folder


def _write_checkerboard(folder: Path) -> None:
    """120 people who each love one genre and rate about half of 200 films, among them those that
    the notebook names."""
    rng = np.random.default_rng(0)
    titles = [
        *FILMS,
        *(f"Film {number} ({1980 + number % 40})" for number in range(len(FILMS), 200)),
    ]
    genre = np.arange(200) % len(GENRES)
    movies = [f'{row + 1},"{title}",{GENRES[genre[row]]}' for row, title in enumerate(titles)]
    ratings = []
    for person in range(120):
        for row in np.flatnonzero(rng.random(200) < np.where(np.arange(200) < 40, 0.8, 0.4)):
            stars = (
                4.5
                if genre[row] == person % len(GENRES)
                else float(rng.choice([1.0, 2.5, 3.5, 4.0]))
            )
            ratings.append(f"{person + 1},{row + 1},{stars},{1_000_000_000 + row}")
    (folder / "movies.csv").write_text(
        "\n".join(["movieId,title,genres", *movies, ""]), encoding="utf-8"
    )
    (folder / "ratings.csv").write_text(
        "\n".join(["userId,movieId,rating,timestamp", *ratings, ""]), encoding="utf-8"
    )


def test_it_runs_from_start_to_end(
    small_movielens: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "MARQUEE_DATA": str(small_movielens),
        "MARQUEE_NOTEBOOK_STEPS": "400",
        "MARQUEE_NOTEBOOK_DIMENSIONS": "16",
        "MARQUEE_NOTEBOOK_OUT": str(tmp_path / "policy"),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "OMP_NUM_THREADS": "1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook,
        timeout=280,  # of a cell; a busy machine is no failure
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    ).execute()

    printed, complaints = (_said(notebook, stream) for stream in ("stdout", "stderr"))
    assert "check_env is content" in printed
    assert "like: Alien (1979)" in printed and "dislike: Titanic (1997)" in printed
    assert "-0.5" in printed and "+1.0" in printed  # the two thumbs, as rewards in the store
    assert complaints == "", "a first reader should see no warnings"
    assert (tmp_path / "policy" / "manifest.json").is_file()


def _said(notebook: nbformat.NotebookNode, stream: str) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.get("name") == stream)


def test_it_is_committed_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) > 10
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


def test_every_variable_that_it_reads_is_told_in_its_first_cell() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    told, *rest = (cell.source for cell in notebook.cells)
    names = {word.split('"')[0] for cell in rest for word in cell.split('environ.get("')[1:]}
    assert names == {
        "MARQUEE_DATA",
        "MARQUEE_NOTEBOOK_STEPS",
        "MARQUEE_NOTEBOOK_DIMENSIONS",
        "MARQUEE_NOTEBOOK_OUT",
    }
    assert all(f"`{name}`" in told for name in names)
