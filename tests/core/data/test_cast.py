"""Who plays in which film becomes people one can ask for."""

from pathlib import Path

import numpy as np
import pytest

from core.data.facets import people_of_films, read_cast, with_people
from core.domain import Facet, Movie
from core.errors import DataError

FILMS = (
    Movie(0, 10, "The Matrix", 1999, ()),
    Movie(1, 11, "Léon: The Professional", 1994, (), ("The Professional",)),
    Movie(2, 12, "Heat", 1995, ()),
    Movie(3, 13, "Heat", 1986, ()),
)


def people(
    tmp_path: Path, *lines: str, n_items: int = 4, min_films: int = 1
) -> dict[str, list[int]]:
    file = tmp_path / "cast.csv"
    file.write_text("\n".join(("title,year,cast,genres", *lines)), encoding="utf-8")
    found = people_of_films(read_cast(file, skip=False), FILMS, n_items, min_films=min_films)
    return {name: rows.tolist() for name, rows in found.items()}


def test_films_are_matched_by_title_or_alias_and_year(tmp_path: Path) -> None:
    found = people(
        tmp_path,
        "Matrix,1999,Keanu Reeves|Hugo Weaving,Action",  # without the article
        "The Professional,1994,Jean Reno,",
        "Heat,1995,Al Pacino|Natalie Portman,",
        "Leon: the professional,1995,Natalie Portman,",  # one year off, no accent, other case
        "Heat,1972,Joe Dallesandro,",  # a film the catalogue does not hold
    )
    assert found == {
        "Al Pacino": [2],
        "Hugo Weaving": [0],
        "Jean Reno": [1],
        "Keanu Reeves": [0],
        "Natalie Portman": [1, 2],
    }


def test_only_people_with_enough_recommendable_films_are_kept(tmp_path: Path) -> None:
    lines = ("Heat,1995,Al Pacino|Val Kilmer,", "Heat,1986,Val Kilmer|Burt Reynolds,")
    assert people(tmp_path, *lines, min_films=2) == {"Val Kilmer": [2, 3]}
    assert (
        people(tmp_path, *lines, min_films=2, n_items=3) == {}
    )  # the second film is not recommended


def test_what_is_no_name_is_left_out(tmp_path: Path) -> None:
    assert people(tmp_path, "Heat,1995,Al Pacino (voice)|and||(voices)|  Val   Kilmer ,") == {
        "Al Pacino": [2],
        "Val Kilmer": [2],
    }


def test_a_tag_that_is_a_persons_name_becomes_that_person() -> None:
    facets = {Facet("genre", "Drama"): np.array([0]), Facet("tag", "al pacino"): np.array([1, 2])}
    merged = with_people(facets, {"Al Pacino": np.array([2, 3])})
    assert {facet.key: rows.tolist() for facet, rows in merged.items()} == {
        "genre:Drama": [0],
        "person:Al Pacino": [1, 2, 3],
    }


def test_a_file_that_is_not_such_a_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv cannot be read"):
        read_cast(tmp_path / "nowhere.csv", skip=False)
    file = tmp_path / "cast.csv"
    file.write_text("title,year\nHeat,1995\n", encoding="utf-8")
    with pytest.raises(DataError, match="column 'cast' is missing"):
        read_cast(file, skip=False)
    file.write_text("title,year,cast\nHeat,soon,Al Pacino\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"cast\.csv line 2: year 'soon' is not a whole number"):
        read_cast(file, skip=False)
