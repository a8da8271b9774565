"""Labelled lines of the roles of words: how they are written, varied and judged."""

from __future__ import annotations

from pathlib import Path
from random import Random

import films
import pytest

from assistant.evaluation.roles import (
    any_title,
    as_marked,
    bracketed,
    filled,
    judge,
    marked,
    read_labelled,
    varied,
)
from assistant.language.meaning.roles import FITTED, LABELS
from core.errors import DataError
from core.model.tagger import NAME, WordTagger

DATA = Path(__file__).parents[2] / "data"
CATALOGUE = films.catalogue()


def roles(text: str, spans: tuple[tuple[int, int, str], ...]) -> list[tuple[str, str]]:
    return [(text[start:end], role) for start, end, role in spans]


def test_a_marked_line_tells_what_its_words_do() -> None:
    line = marked("<Jaws>k? {that}- is too [silly]- || complain wish")
    assert line.text == f"{NAME}? that is too silly"
    assert roles(line.text, line.spans) == [(NAME, "Fk"), ("that", "R-"), ("silly", "W-")]
    assert line.acts == {"complain", "wish"}
    assert line.rest == {"O"}


def test_what_is_asked_is_an_act_beside_asking() -> None:
    assert marked("how long is {it}0 || ask:length").acts == {"ask", "ask:length"}


def test_titles_may_be_written_out_or_be_others() -> None:
    assert marked("<Jaws>+ please || wish", str).text == "Jaws please"
    other = marked("<Jaws>+ please || wish", lambda _: "Once Upon a Time")
    assert roles(other.text, other.spans) == [("Once Upon a Time", "F+")]


def test_any_title_is_written_as_what_it_replaces() -> None:
    called = any_title(CATALOGUE)
    known = {movie.title for movie in CATALOGUE.movies}
    assert all(called("Jaws") in {*known, "Jaws"} for _ in range(9))
    assert all(called("jaws").islower() for _ in range(9))


@pytest.mark.parametrize("line", ["[silly]-", "[silly]- || ", "[silly]- || sings"])
def test_a_line_without_what_it_does_is_refused(line: str) -> None:
    with pytest.raises(DataError, match="ends with"):
        marked(line)


def test_of_a_line_with_brackets_only_its_descriptions_are_known() -> None:
    line = bracketed("[westerns] but no {gore}, like Heat")
    assert roles(line.text, line.spans) == [("westerns", "W+"), ("gore", "W-")]
    assert line.acts is None
    assert "W+" not in line.rest
    assert "F+" in line.rest


def test_a_template_is_filled_with_names_and_nothing_else_of_it_is_known() -> None:
    line = filled("nothing with {x} after {f} | x -, f k", ["jazz"], Random(0))
    assert line is not None
    assert line.text == f"nothing with jazz after {NAME}"
    assert roles(line.text, line.spans) == [("jazz", "W-"), (NAME, "Fk")]
    assert line.rest == frozenset()
    assert filled("since {year} | year +", ["jazz"], Random(0)) is None


def test_brackets_become_marks() -> None:
    assert as_marked("[westerns], no {gore}") == "[westerns]+, no [gore]-"


def test_variants_hold_no_marks_and_are_the_same_for_the_same_seed() -> None:
    lines = ["no [gore]- in {it}0, like <Heat>+", "[jazz]+ please"]
    texts = varied(lines, ["snow"], str, 12)
    assert texts == varied(lines, ["snow"], str, 12)
    assert len(set(texts)) == 12
    assert not any(sign in text for text in texts for sign in "[]{}<>")


def test_all_labelled_lines_can_be_read() -> None:
    lines = read_labelled([DATA / "roles", DATA / "roles_closed.txt"], ["jazz"])
    assert len(lines) > 8_000
    assert all(role in LABELS.roles for line in lines for _, _, role in line.spans)


def test_the_reader_that_ships_knows_lines_that_nobody_fitted_it_to() -> None:
    lines = [
        marked("nothing with [clowns]- in it || wish"),
        marked("{the second one}- looks [gloomy]- || complain wish"),
        marked("a [road movie]+ with [Jeff Bridges]+ || wish"),
    ]
    figures = judge(WordTagger.load(FITTED), lines)
    assert figures["directions"] == {"R right": 1, "W right": 4}
