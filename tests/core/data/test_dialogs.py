"""Which films recorded conversations name, and how films are found by loose names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from core.catalogue import Catalogue
from core.data.dialogs import Part, read_talk
from core.data.names import FilmNames
from core.domain import Movie
from core.errors import DataError

MOVIES = tuple(
    Movie(row, 100 + row, title, year, (), aliases)
    for row, (title, year, aliases) in enumerate(
        [
            ("Star Wars: Episode IV - A New Hope", 1977, ()),
            ("Jumanji", 1995, ()),
            ("Jumanji: Welcome to the Jungle", 2017, ()),
            ("Avengers: Infinity War - Part I", 2018, ()),
            ("Alien", 1979, ()),
            ("Aliens", 1986, ()),
            ("Why Him?", 2016, ()),
            ("Spirited Away", 2001, ("Sen to Chihiro: Kamikakushi",)),
            ("Kill Bill: Vol. 2", 2004, ()),
            ("Seen by Few", 2001, ()),
        ]
    )
)
CATALOGUE = Catalogue(
    MOVIES,
    (),
    sparse.csr_matrix((0, len(MOVIES)), dtype=np.bool_),
    np.arange(len(MOVIES), 0, -1, dtype=np.int64),
    9,
)
NAMES = FilmNames(MOVIES)
LEARNED, LEARNED_TOO, HELD_OUT = "391", "1", "15875"


class TestFilmNames:
    @pytest.mark.parametrize(
        ("title", "year", "row"),
        [
            ("Jumanji", 1995, 1),
            ("jumanji", 1996, 1),
            ("Jumanji", 2017, 2),
            ("Jumanji", 0, 1),
            ("Avengers: Infinity War", 2018, 3),
            ("The Avengers", 2018, 3),
            ("Star Wars", 0, 0),
            ("Star Wars: Episode IV", 1978, 0),
            ("Sen to Chihiro", 2001, 7),
            ("Kill Bill: Volume II", 2004, 8),
            ("Jumanji", 2005, None),
            ("Ali", 1979, None),  # no word of its own
            ("Welcome to the Jungle", 2017, None),
            ("?!", 0, None),
        ],
    )
    def test_a_name_means_a_film_or_one_that_adds_a_subtitle(
        self, title: str, year: int, row: int | None
    ) -> None:
        assert NAMES.meant(title, year) == row

    def test_exact_names_have_the_whole_title_and_a_year(self) -> None:
        assert NAMES.exact("Alien", 1980) == 4
        assert NAMES.exact("Jumanji", 2017) is None and NAMES.exact("Alien", 0) is None


def talk(folder: Path, *conversations: tuple[str, Sequence[str]]) -> Path:
    """A file of conversations, each a message that names these films."""
    lines = [
        json.dumps(
            {
                "conversationId": name,
                "initiatorWorkerId": 7,
                "movieMentions": {str(number): film for number, film in enumerate(films)},
                "messages": [
                    {
                        "text": " ".join(f"@{number}" for number in range(len(films))),
                        "senderWorkerId": 7,
                    }
                ],
            }
        )
        for name, films in conversations
    ]
    (folder / "talk.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "talk.jsonl"


def counts(folder: Path, *rows: tuple[str, int]) -> Path:
    text = "\n".join(f"{name},{count}" for name, count in [("movieName", "nbMentions"), *rows])
    (folder / "counts.csv").write_text(text + "\n", encoding="utf-8")
    return folder / "counts.csv"


class TestReadTalk:
    def test_without_files_nothing_is_told(self) -> None:
        told = read_talk(CATALOGUE, None, [])
        assert (told.mentions, told.dialogs, told.conversations) == (None, None, frozenset())

    def test_mentions_add_up_by_film(self, tmp_path: Path) -> None:
        file = counts(
            tmp_path,
            ("Jumanji (2017)", 5),
            ("Jumanji: Welcome to the Jungle  (2017)", 2),
            ("Why Him%3F (2016)", 3),
            ("Nothing Known (1999)", 9),
            ("Seen by Few (2001)", 1),  # cannot be recommended
        )
        mentions = read_talk(CATALOGUE, file, []).mentions
        assert mentions is not None and mentions.tolist() == [0, 0, 7, 0, 0, 0, 3, 0, 0]

    def test_a_conversation_names_a_film_once_or_not(self, tmp_path: Path) -> None:
        file = talk(
            tmp_path,
            (LEARNED, ("Alien (1979)", "Star Wars", "Alien (1979)")),
            (LEARNED_TOO, ("Seen by Few (2001)", "Aliens (1986)")),
        )
        told = read_talk(CATALOGUE, None, [file])
        assert told.dialogs is not None and told.conversations == {LEARNED, LEARNED_TOO}
        assert told.dialogs.toarray().tolist() == [
            [1, 0, 0, 0, 1, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 0, 0, 0],
        ]

    def test_what_is_held_out_is_not_learned(self, tmp_path: Path) -> None:
        assert Part.HELD_OUT.holds(HELD_OUT)
        file = talk(
            tmp_path,
            (HELD_OUT, ("Alien (1979)", "Alien (1979)", "Aliens (1986)")),
            (LEARNED, ("Alien (1979)",)),
        )
        told = read_talk(
            CATALOGUE, counts(tmp_path, ("Alien (1979)", 9), ("Aliens (1986)", 0)), [file]
        )
        assert told.conversations == {LEARNED} and told.dialogs is not None
        assert told.mentions is not None and told.mentions[[4, 5]].tolist() == [7, 0]

    def test_a_file_that_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"none\.csv cannot be read"):
            read_talk(CATALOGUE, tmp_path / "none.csv", [])
        with pytest.raises(DataError, match=r"holds no \.jsonl file"):
            read_talk(CATALOGUE, None, [tmp_path / "none.jsonl"])
