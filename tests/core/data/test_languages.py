"""What is spoken in a film: a list by hand, and the facets made of it."""

from __future__ import annotations

import csv
from pathlib import Path

from core.data import facets as languages
from core.data.facets import FAMILIES, FOREIGN, languages_of_films
from core.domain import Facet, Movie


def film(row: int, movie_id: int) -> Movie:
    return Movie(row, movie_id, f"Film {movie_id}", 2000, ())


def test_a_film_has_its_language_its_family_and_is_foreign() -> None:
    # Alien is in English; Spirited Away, The Seventh Seal and The 400 Blows are not.
    found = languages_of_films([film(0, 5618), film(1, 1214), film(2, 1237), film(3, 5971)])
    assert {facet.name: rows.tolist() for facet, rows in found.items()} == {
        "Japanese": [0, 3],
        "Scandinavian": [2],
        "Swedish": [2],
        "foreign language": [0, 2, 3],
    }
    assert set(found) == {Facet("language", facet.name) for facet in found}


def test_films_in_english_have_no_facet() -> None:
    assert languages_of_films([film(0, 1214)]) == {}


def test_the_list_names_each_film_once() -> None:
    with (
        Path(languages.__file__)
        .with_name("languages.csv")
        .open(encoding="utf-8", newline="") as file
    ):
        rows = list(csv.DictReader(file))
    assert len({row["movieId"] for row in rows}) == len(rows) > 400
    spoken = {row["language"] for row in rows}
    assert all(name.istitle() and name.isalpha() for name in spoken)
    assert not spoken & {*FAMILIES, FOREIGN, "English"}
