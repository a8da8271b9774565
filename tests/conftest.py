"""What every test stands on: one thread, who runs what, and a MovieLens folder small enough to know
by heart."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

torch.set_num_threads(1)
settings.register_profile("marquee", deadline=None)  # a busy machine is no failure
settings.load_profile("marquee")

TINY = {
    "movies.csv": """movieId,title,genres
1,Toy Story (1995),Animation|Comedy
2,"Matrix, The (1999)",Action|Sci-Fi
3,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Fantasy|Sci-Fi
4,\"\"\"Great Performances\"\" Cats (1998)",Musical
5,Nameless,(no genres listed)
6,Up  (2009),Animation|Comedy
""",
    "ratings.csv": """userId,movieId,rating,timestamp
20,2,4.5,1000000020
20,1,0.5,1000000021
10,1,4.0,1000000010
10,2,5.0,1000000011
10,3,3.0,1000000012
30,2,3.5,1000000030
30,6,2.0,1000000031
""",
    "links.csv": """movieId,imdbId,tmdbId
1,0114709,862
2,0133093,603
3,0112682,
""",
    "tags.csv": """userId,movieId,tag,timestamp
10,1,Time Travel,1
20,2,time  travel,2
20,3,time-travel,3
10,2,to see,4
20,1,to see,5
20,3,to see,6
10,2,sci-fi,7
20,1,sci fi,8
20,3,sci-fi,9
""",
}


BROWSER = "tests/browser/"
LONG = (
    BROWSER,
    "tests/test_notebook.py",
    "tests/core/learning/",
    "tests/core/training/",
    "tests/assistant/conversation/test_shipped_reasons.py",
    "tests/test_papers.py",
)
"""What takes longest comes first: at the end no process waits for another that has just begun."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        of = (number for number, start in enumerate(LONG) if item.nodeid.startswith(start))
        return next(of, len(LONG))

    items.sort(key=place)


class ByFile(LoadScopeScheduling):
    """A file is run by one process, and all files of the browser by the same: two would start the
    app twice, and two browsers beside two apps leave each other no room."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


@pytest.fixture
def tiny_movielens(tmp_path: Path) -> Path:
    """A MovieLens folder: 6 films, 3 people, 7 ratings; by evidence the films are 2, 1, 3, 6, 4,
    5."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in TINY.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
