"""`python -m core split`: one data set in two, by person, to judge a policy on unseen people."""

from __future__ import annotations

import argparse
import csv
import shutil
from contextlib import ExitStack
from pathlib import Path

from core.config import check_options
from core.data.ratings import fold_of
from core.errors import DataError

_OF_PEOPLE = ("ratings.csv", "tags.csv")
_OF_FILMS = ("movies.csv", "links.csv")


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    add = parser.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="MovieLens folder of CSV files")
    add("--out", type=Path, required=True, metavar="DIR", help="gets the folders learn and test")
    add(
        "--parts",
        type=int,
        default=5,
        metavar="N",
        help="one person in N goes to test (%(default)s)",
    )
    add(
        "--part",
        type=int,
        default=0,
        metavar="K",
        help="which of the N parts, from 0 on (%(default)s)",
    )
    add(
        "--salt",
        default="held-out",
        metavar="WORD",
        help="another word, other people (%(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the folders `learn` and `test` and prints how many people went where; returns 0."""
    check_options(arguments, "parts", low=2)
    check_options(arguments, "part", low=0, high=arguments.parts - 1)
    people = split(arguments.data, arguments.out, arguments.parts, arguments.salt, arguments.part)
    print(
        f"{people[0]} people in {arguments.out / 'learn'}, {people[1]} in {arguments.out / 'test'}"
    )
    return 0


def split(data: Path, out: Path, parts: int, salt: str, part: int = 0) -> tuple[int, int]:
    """Writes `learn` and `test` below `out`; returns how many people have ratings in each.

    One person in `parts` goes to `test`: by a hash of salt and id they are of number `part`, 0 …
    parts − 1.

    Both get all films and links; ratings and tags go with their person, so that no tag of a test
    person is learned from. Raises DataError where ratings.csv or movies.csv is missing, or a table
    has no column userId or something else in it.
    """
    for name in ("movies.csv", "ratings.csv"):
        if not (data / name).is_file():
            raise DataError(
                f"{data} holds no {name}: give an unpacked MovieLens folder of CSV files."
            )
    for side in ("learn", "test"):
        (out / side).mkdir(parents=True, exist_ok=True)
        for name in _OF_FILMS:
            if (data / name).is_file():
                shutil.copyfile(data / name, out / side / name)
    counts = [
        _split_rows(data / name, out, parts, salt, part)
        for name in _OF_PEOPLE
        if (data / name).is_file()
    ]
    return counts[0]


def _split_rows(path: Path, out: Path, parts: int, salt: str, part: int) -> tuple[int, int]:
    """Sends the rows of one table to the two folders by the person in their column userId."""
    people: tuple[set[int], set[int]] = (set(), set())
    with ExitStack() as files:
        source = csv.reader(files.enter_context(path.open(encoding="utf-8-sig", newline="")))
        header = next(source, [])
        if "userId" not in header:
            raise DataError(f"{path} has no column userId: its first line names the columns.")
        sides = [out / side / path.name for side in ("learn", "test")]
        writers = [
            csv.writer(
                files.enter_context(side.open("w", encoding="utf-8", newline="")),
                lineterminator="\n",
            )
            for side in sides
        ]
        for writer in writers:
            writer.writerow(header)
        column = header.index("userId")
        for row in filter(None, source):
            person = row[column] if column < len(row) else ""
            if not person.isdecimal():
                raise DataError(f"{path}, line {source.line_num}: {person!r} is no userId.")
            user_id = int(person)
            is_test = fold_of(user_id, parts, salt) == part
            people[is_test].add(user_id)
            writers[is_test].writerow(row)
    return len(people[0]), len(people[1])
