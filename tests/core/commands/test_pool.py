"""Evaluations of one recipe on different people, taken together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.__main__ import main
from core.commands.pool import pool
from core.errors import DataError


def report(
    people: list[int], ours: list[int], popular: list[int], down: float = 0.0, coverage: float = 0.5
) -> dict[str, Any]:
    """What an evaluation of two policies on these people would write."""

    def result(policy: str, hits: list[int], is_baseline: bool) -> dict[str, Any]:
        metrics = {"thumbs_down": {"value": down}, "coverage": {"value": coverage}}
        head = {"stated": 0, "view": "replay", "policy": policy, "is_baseline": is_baseline}
        return {**head, "hits": hits, "metrics": metrics}

    settings = {
        "stated": [0],
        "turns": 20,
        "views": ["replay"],
        "seed": 0,
        "least_ratings": 20,
        "resamples": 200,
    }
    results = [result("marquee", ours, False), result("popularity", popular, True)]
    return {"format": 1, "settings": settings, "people": {"0": people}, "results": results}


ONE = report([1, 2], [3, 5], [2, 4], down=1.0, coverage=0.2)
OTHER = report([3, 4, 5, 6], [6, 6, 6, 6], [4, 4, 4, 4], down=0.25)


def test_people_count_alike_whichever_evaluation_judged_them() -> None:
    best, second = pool([ONE, OTHER])
    assert (best.policy, best.people, best.best_baseline) == ("marquee", 6, "popularity")
    assert best.hits.value == pytest.approx((3 + 5 + 4 * 6) / 6)
    assert best.difference.value == pytest.approx((1 + 1 + 4 * 2) / 6)
    assert best.difference.low < best.difference.value < best.difference.high
    assert best.thumbs_down == pytest.approx((2 * 1.0 + 4 * 0.25) / 6)
    assert best.coverage == pytest.approx((2 * 0.2 + 4 * 0.5) / 6)
    assert second.difference == (0, 0, 0)


def test_one_evaluation_alone_is_what_it_was() -> None:
    best, _ = pool([OTHER])
    assert best.hits == (6, 6, 6)
    assert best.difference == (2, 2, 2)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (report([2, 3], [1, 1], [1, 1]), "people in common"),
        ({**OTHER, "settings": {**OTHER["settings"], "turns": 10}}, "differ in turns: 20 and 10"),
        ({**OTHER, "results": OTHER["results"][:1]}, "different policies"),
    ],
)
def test_what_does_not_belong_together_is_refused(other: dict[str, Any], reason: str) -> None:
    with pytest.raises(DataError, match=reason):
        list(pool([ONE, other]))


def test_without_a_baseline_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(DataError, match="no baseline"):
        list(pool([{**ONE, "results": ONE["results"][:1]}]))


def test_the_command_prints_a_table_of_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "one.json", tmp_path / "other.json"]
    for file, record in zip(files, (ONE, OTHER), strict=True):
        file.write_text(json.dumps(record), encoding="utf-8")
    assert main(["pool", *map(str, files)]) == 0
    title, _, _, marquee, popularity = capsys.readouterr().out.splitlines()
    assert title == "0 stated, replay view, 6 people, difference to popularity"
    assert marquee.split()[:2] == ["marquee", "5.333"]
    assert popularity.split()[:2] == ["popularity", "3.667"]


@pytest.mark.parametrize("content", [None, "{", '{"format": 2}', "[]"])
def test_a_file_that_is_no_evaluation_is_named(
    content: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "odd.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert main(["pool", str(file)]) == 2
    assert str(file) in capsys.readouterr().err
