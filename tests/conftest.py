"""What every test stands on: one thread, and a MovieLens folder small enough to know by heart."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import settings

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


@pytest.fixture
def tiny_movielens(tmp_path: Path) -> Path:
    """A MovieLens folder: 6 films, 3 people, 7 ratings; by evidence the films are 2, 1, 3, 6, 4,
    5."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in TINY.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
