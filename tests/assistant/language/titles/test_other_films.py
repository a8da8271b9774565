"""Names of films with a year or a number that none of the catalogue has."""

from __future__ import annotations

from pathlib import Path

import films
import pytest

from assistant.language.titles.features import FITTED, Fitted, digest, fitted
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.unknown import of_other_films
from assistant.language.words import words
from core.errors import DataError

INDEX = TitleIndex(
    films.small(
        (
            ("Moana", 2016, 60),
            ("Nosferatu", 1922, 45),
            ("Heat", 1995, 300),
            ("Inside Out", 2015, 150),
            ("Inside Out 2", 1992, 0),
            ("Toy Story", 1995, 500),
            ("Toy Story 2", 1999, 300),
        )
    )
)


def others(text: str) -> list[str]:
    said = words(text)
    spans = of_other_films(text, said, INDEX.find(said), INDEX)
    return [text[said[first].start : said[last - 1].end] for first, last in spans]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I loved Moana 2", "Moana 2"),
        ("Nosferatu (2024) was great", "Nosferatu (2024"),
        ("Toy Story part 7", "Toy Story part 7"),
        ("Inside Out 2 was sweet", "Inside Out 2"),
    ],
)
def test_a_year_or_number_of_none_is_of_another_film(text: str, name: str) -> None:
    assert name in others(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nosferatu (1923)",
        "Toy Story 2",
        "Heat 9/10",
        "I watched Heat 3 times",
        "1. Moana 2. Heat",
        "Moana in 2 parts",
    ],
)
def test_years_and_numbers_that_say_something_else_do_not_count(text: str) -> None:
    assert others(text) == []


def test_a_score_is_a_share_of_the_rules_and_the_weights_of_what_is_seen() -> None:
    judge = Fitted({"fame": 2.0, "words 1": -1.0}, 0.5)
    seen = [("fame", 1.5), ("words 1", 1.0), ("never seen before", 1.0)]
    assert judge.score(4.0, seen) == 0.5 * 4.0 + 2.0 * 1.5 - 1.0


def test_weights_that_were_altered_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "titles.json"
    path.write_text(FITTED.read_text(encoding="utf-8").replace('"rules": 0.5', '"rules": 0.6'))
    with pytest.raises(DataError, match="was altered"):
        fitted(path)
    with pytest.raises(DataError, match="holds no weights"):
        fitted(tmp_path / "none.json")
    assert digest({"a": 1.0}, 0.5) != digest({"a": 1.1}, 0.5)
