from pathlib import Path

import pytest

from core.__main__ import main
from core.commands.split import split
from core.data.reading import read, read_ratings
from core.errors import DataError


def test_every_person_goes_to_one_side_with_all_they_wrote(
    tiny_movielens: Path, tmp_path: Path
) -> None:
    whole = read(tiny_movielens, min_ratings=1)
    learn, test = split(tiny_movielens, tmp_path, 2, "held-out")
    sides = [read_ratings(tmp_path / side, whole.catalogue)[0] for side in ("learn", "test")]
    assert (learn, test) == (sides[0].n_users, sides[1].n_users)
    ids = [set(side.user_ids.tolist()) for side in sides]
    assert ids[0] | ids[1] == set(whole.ratings.user_ids.tolist())
    assert not ids[0] & ids[1]
    assert len(sides[0]) + len(sides[1]) == len(whole.ratings)


def test_the_sides_are_those_of_the_ratings_themselves(
    tiny_movielens: Path, tmp_path: Path
) -> None:
    whole = read(tiny_movielens, min_ratings=1)
    split(tiny_movielens, tmp_path, 2, "salt")
    others, held_out = whole.ratings.split(0, 2, "salt")
    for side, expected in (("learn", others), ("test", held_out)):
        found = read_ratings(tmp_path / side, whole.catalogue)[0]
        assert found.user_ids.tolist() == expected.user_ids.tolist()


def test_the_parts_share_the_people_out(tiny_movielens: Path, tmp_path: Path) -> None:
    def people(folder: Path) -> set[str]:
        lines = (folder / "ratings.csv").read_text(encoding="utf-8").splitlines()[1:]
        return {line.partition(",")[0] for line in lines}

    parts = []
    for part in range(3):
        split(tiny_movielens, tmp_path / str(part), 3, "salt", part)
        parts.append(people(tmp_path / str(part) / "test"))
    assert set.union(*parts) == people(tiny_movielens)
    assert sum(map(len, parts)) == len(people(tiny_movielens))


def test_a_row_without_a_person_is_named(tiny_movielens: Path, tmp_path: Path) -> None:
    with (tiny_movielens / "ratings.csv").open("a", encoding="utf-8") as file:
        file.write("nobody,1,4.0,1\n")
    with pytest.raises(DataError, match="'nobody' is no userId"):
        split(tiny_movielens, tmp_path, 2, "salt")


@pytest.mark.parametrize(
    "table",
    [
        "movieId,userId,rating,timestamp\n2,20,4.5,1\n1,20,0.5,2\n1,10,4.0,3\n2,30,3.5,4\n",
        '"userId","movieId","rating","timestamp"\n"20","2","4.5","1"\n"10","1","4.0","3"\n'
        '"30","2","3.5","4"\n',
    ],
)
def test_people_are_told_apart_by_their_column_wherever_it_stands(
    table: str, tiny_movielens: Path, tmp_path: Path
) -> None:
    """As pandas writes an indexed table, and as R quotes every field."""
    (tiny_movielens / "ratings.csv").write_text(table, encoding="utf-8")
    catalogue = read(tiny_movielens, min_ratings=1).catalogue
    split(tiny_movielens, tmp_path, 2, "salt")
    ids = [
        set(read_ratings(tmp_path / side, catalogue)[0].user_ids.tolist())
        for side in ("learn", "test")
        if len((tmp_path / side / "ratings.csv").read_text().splitlines()) > 1
    ]
    assert set.union(*ids) == {10, 20, 30} and sum(map(len, ids)) == 3


def test_a_table_without_people_is_named(tiny_movielens: Path, tmp_path: Path) -> None:
    (tiny_movielens / "ratings.csv").write_text("film,stars\n1,4.0\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no column userId"):
        split(tiny_movielens, tmp_path, 2, "salt")


def test_what_cannot_be_split_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["split", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "movies.csv" in capsys.readouterr().err
    assert (
        main(["split", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--parts", "1"])
        == 2
    )
    assert "--parts is 1: give 2 or more." in capsys.readouterr().err
    assert (
        main(["split", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--part", "5"]) == 2
    )
    assert "--part is 5: give 0 to 4." in capsys.readouterr().err
