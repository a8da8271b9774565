"""Words that describe films are counted as brackets say they do."""

from __future__ import annotations

import pytest

from assistant.evaluation.directions import Bracketed, Hits, hits, print_described_folds


def test_what_is_taken_is_held_against_what_stands_in_brackets() -> None:
    lines = [Bracketed.of("[comets] and {towns}"), Bracketed.of("comets, grandma")]
    comets_alone = {"one": -5.0, "is comets": 10.0}

    assert hits(lines, comets_alone) == Hits(taken=2, meant=2, right=1)
    assert hits(lines, {"one": -5.0}) == Hits(taken=0, meant=2, right=0)


def test_folds_count_every_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("comets", "pirates", "nuns", "robots", "spies", "dragons", "ghosts", "clowns")
    print_described_folds([Bracketed.of(f"please find [{name}] tonight") for name in names * 3])

    assert capsys.readouterr().out.endswith(f"of {3 * len(names)} meant\n")
