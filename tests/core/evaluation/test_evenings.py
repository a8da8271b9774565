"""Figures of evenings, histories and spirit by hand, their tables and their JSON lines."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from learning_worlds import N_ITEMS, cinema
from worlds import ratings_of

from core.commands import evaluate as evaluate_command
from core.data.ratings import fingerprints
from core.evaluation.evenings import (
    EveningResult,
    ServedSettings,
    judge_evenings,
    judge_histories,
    judge_spirit,
)
from core.evaluation.report import (
    evening_records,
    evening_table,
    history_table,
    spirit_records,
    spirit_table,
)
from core.model.calibration import FEATURES, Calibration
from core.simulation.evening import FanAnswer

CINEMA = cinema()


@dataclass(frozen=True, eq=False)
class Shelf:
    """Shows films in a fixed order, and is always as sure that they are liked."""

    order: Sequence[int]
    name: str = "shelf"
    sure: float | None = None

    def scores(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        scores = np.full(N_ITEMS, -99.0, dtype=np.float32)
        scores[list(self.order)] = -np.arange(len(self.order))
        return np.tile(scores, (len(observations), 1))

    @property
    def calibration(self) -> Calibration | None:
        return None if self.sure is None else Calibration((0.0,) * len(FEATURES))

    def chances(
        self, transcripts: npt.NDArray[np.int32], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        assert len(transcripts) == len(rows)
        return np.full(len(rows), self.sure)


UPWARDS = Shelf(range(N_ITEMS))
DOWNWARDS = Shelf(range(N_ITEMS)[::-1], "backwards")
PEOPLE = ratings_of(
    [
        #   0  1  2  3  4  5  6  7  8  9  10 11
        [5, 1, 5, 3, 0, 0, 0, 0, 0, 0, 0, 5],
        [1, 1, 1, 1, 4, 5, 0, 0, 5, 0, 0, 0],
    ]
)
OPEN = ServedSettings(parts=("open",), stated=(0,), films=(3, 6), least_ratings=1, draws=50, fans=2)


@pytest.fixture(scope="module")
def results() -> list[EveningResult]:
    return list(judge_evenings([UPWARDS, DOWNWARDS], PEOPLE, CINEMA, OPEN))


def test_figures_of_an_evening_by_hand(results: list[EveningResult]) -> None:
    # Upwards: person 0 has up, down, up, seen and two films unknown; person 1 four downs, two ups.
    one = results[0]
    assert (one.evening, one.policy, one.people) == ("open, 0 stated", "shelf", 2)
    short = {name: figure.value for name, figure in one.figures[3].items()}
    assert short["hits"] == (2 + 0) / 2 and short["difference"] == 0
    assert short["first_slate"] == 0.5
    assert short["thumbs_down"] == (1 + 3) / 2
    assert short["popularity_rank"] == 2.0
    assert short["coverage"] == 3 / N_ITEMS
    assert short["gini"] == pytest.approx(1 - 3 / N_ITEMS), "three films twice, nine never"
    assert short["in_mood"] == 1.0
    assert one.figures[6]["hits"].value == (2 + 2) / 2
    assert one.figures[6]["thumbs_down"].value == (1 + 4) / 2
    assert one.slates == (1.0,)


def test_differences_are_to_the_first_policy(results: list[EveningResult]) -> None:
    # Backwards: films 11, 10, 9: a hit for person 0 and none for person 1.
    other = results[1]
    assert other.first["hits"].value == 0.5
    assert other.first["difference"].value == 0.5 - 1.0
    assert other.first["popularity_rank"].value == 11.0


def test_a_match_figure_is_compared_with_what_became_of_the_films() -> None:
    scorers = [UPWARDS, Shelf(range(N_ITEMS), "sure", 0.75)]
    unsure, sure = judge_evenings(scorers, PEOPLE, CINEMA, OPEN)
    assert "match_error" not in unsure.first
    # Of the six films shown first all are known and two are liked; of twelve ten, and four.
    assert sure.first["match_error"].value == pytest.approx(0.75 - 2 / 6)
    assert sure.figures[6]["match_error"].value == pytest.approx(0.75 - 4 / 10)


def test_groups_are_people_by_era_by_ratings_and_by_mood(results: list[EveningResult]) -> None:
    assert results[0].groups["era"].keys() == {"unknown"}, "their ratings have no time"
    assert results[0].groups["ratings"]["–49"].hits.value == 1.0
    assert results[0].groups["mood"] == {}
    many = ratings_of([[5.0] * N_ITEMS] * 3)
    many.timestamp[:] = np.repeat([880_000_000, 1_300_000_000, 1_500_000_000], N_ITEMS)
    (result,) = judge_evenings([UPWARDS], many, CINEMA, OPEN)
    eras = {name: group.people for name, group in result.groups["era"].items()}
    assert eras == {"–1998": 1, "2006–2013": 1, "2014–": 1}


def test_genres_are_those_of_the_films_shown(results: list[EveningResult]) -> None:
    # Films 0, 1, 2 for both: four comedies with two hits and two thumbs down, two horror films.
    comedy, horror = (results[0].genres[name] for name in ("Comedy", "Horror"))
    assert (comedy.shown, comedy.hits, comedy.thumbs_down) == (4 / 6, 2 / 4, 2 / 4)
    assert (horror.shown, horror.hits, horror.thumbs_down) == (2 / 6, 0.0, 2 / 2)


def test_evenings_have_moods_of_every_kind_and_of_two_together() -> None:
    world = cinema(n_items=90, n_movies=90)
    fans = ratings_of([[1.0, 5.0] * 45] * 2 + [[5.0] * 90])
    settings = ServedSettings(parts=("mood", "rated"), stated=(1,), films=(3,), draws=10)

    @dataclass(frozen=True, eq=False)
    class Wide(Shelf):
        def scores(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
            return np.tile(-np.arange(90, dtype=np.float32), (len(observations), 1))

    results = list(judge_evenings([Wide([])], fans, world, settings))
    assert [one.evening for one in results] == ["mood: genre", "mood: decade", "rated, 1 stated"]
    horror = results[0]
    assert horror.people == 3 and horror.groups["mood"].keys() == {"Horror"}
    assert horror.first["in_mood"].value == pytest.approx(1 / 3, abs=0.2)


# ---- history

DIARY = ratings_of(
    [
        #   0  1  2  3  4  5  6  7
        [5, 5, 1, 5, 5, 5, 0, 5],
        [5, 5, 5, 5, 1, 5, 5, 0],
        [5, 5, 0, 0, 0, 0, 0, 0],
    ]
)
DIARY.timestamp[:] = np.arange(len(DIARY))
SHORT = ServedSettings(histories=(1, 3), history_films=2, history_ratings=7, draws=50)


def test_histories_by_hand() -> None:
    """With one film known upwards shows films 1 and 2, with three films 3 and 4."""
    results = list(judge_histories([UPWARDS], DIARY, CINEMA, SHORT))
    named = {one.evening: one.first for one in results}
    assert results[0].people == 2, "the third has two ratings"
    assert {name: first["hits"].value for name, first in named.items()} == {
        "history, 1 known": 1.5,
        "history, 3 known": 1.5,
        "history, 1 known, same films": 1.5,
        "history, 3 known, same films": 1.5,
    }
    assert named["history, 3 known"]["step"].value == 0
    assert "step" not in named["history, 1 known"]
    shown = [one.served.shown.tolist() for one in results]
    assert shown == [[[1, 2], [1, 2]], *[[[3, 4], [3, 4]]] * 3]


def test_the_match_figure_is_judged_after_a_history_too() -> None:
    results = list(judge_histories([Shelf(range(N_ITEMS), sure=1.0)], DIARY, CINEMA, SHORT))
    error = {one.evening: one.first["match_error"].value for one in results}
    rest = {one.evening: one.first["match_rest"].value for one in results}
    assert error["history, 1 known"] == pytest.approx(1 / 4), "one of four shown is disliked"
    assert rest["history, 1 known"] == pytest.approx(2 / 12), "films 1 to 7 of both, less two"
    assert rest["history, 3 known"] == pytest.approx(1 / 8)


def test_nobody_with_enough_ratings_has_no_history() -> None:
    assert list(judge_histories([UPWARDS], PEOPLE, CINEMA)) == []


# ---- spirit


def test_spirit_is_the_share_of_later_films_of_the_kind() -> None:
    world = cinema(n_items=100, n_movies=100)

    @dataclass(frozen=True, eq=False)
    class Odd(Shelf):
        """Horror alone, and a comedy first of all."""

        def scores(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
            scores = np.where(np.arange(100) % 2 == 1, 1.0, 0.0)
            scores[[0, 2, 4, 6, 8, 10, 12]] = 2.0
            return np.tile(scores.astype(np.float32), (len(observations), 1))

    settings = ServedSettings(fans=1, turns=2, seed=3)
    results = list(judge_spirit([Odd([])], world, settings))
    assert [one.answer for one in results] == list(FanAnswer)
    nothing = results[0]
    assert [mood.kind for mood in nothing.fans.kinds] == ["genre", "decade"]
    # Horror fans name three of it; then come seven comedies and two horror films.
    assert nothing.in_kind[0].sum(axis=1).tolist() == [0, 0, 2]
    assert nothing.share("genre") == 2 / 6
    assert nothing.share() == pytest.approx(nothing.in_kind[:, 1:].mean())
    lines = spirit_table(results).splitlines()
    assert len(lines) == 1 + 3 and "33%" in lines[1] and lines[3].split()[1] == "all"
    record = next(spirit_records(results, world))
    assert record["mood"] == {"kind": "genre", "name": "Horror"}
    assert record["share"] == pytest.approx(2 / 6)
    assert len(record["turns"]) == 3 and record["turns"][0][0] == [100, False]


# ---- tables and JSON lines


def test_a_block_for_each_evening_and_a_line_for_each_policy(results: list[EveningResult]) -> None:
    lines = evening_table(results).splitlines()
    assert lines[0] == "open, 0 stated, 2 people"
    assert lines[1].split()[:6] == ["policy", "hits", "of", "3", "difference", "of"]
    assert [line.split()[0] for line in lines[2:]] == ["shelf", "backwards"]
    assert "match" not in lines[1], "nobody has a match figure"
    history = list(judge_histories([UPWARDS], DIARY, CINEMA, SHORT))
    assert len(history_table(history).splitlines()) == 1 + 4
    assert evening_table([]) == history_table([]) == spirit_table([]) == ""


def test_lines_tell_everybodys_turns(results: list[EveningResult]) -> None:
    prints = dict(
        zip(PEOPLE.user_ids.tolist(), fingerprints(PEOPLE, CINEMA.movie_ids), strict=True)
    )
    records = list(evening_records(results, CINEMA, prints))
    assert [one["record"] for one in records] == ["figures", "evening", "evening"] * 2
    assert records[0]["figures"]["3"]["hits"]["value"] == 1.0
    assert records[0]["groups"]["ratings"]["–49"]["people"] == 2
    assert records[0]["genres"]["Comedy"]["hits"] == 0.5
    first = records[1]
    assert first["person"] == prints[1] and first["mood"] is None and first["stated"] == []
    assert first["turns"] == [
        [[100, "up"], [101, "down"], [102, "up"]],
        [[103, "seen"], [104, "passed"], [105, "passed"]],
    ]
    json.dumps(records, allow_nan=False)


def test_the_command_writes_tables_and_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{PEOPLE.user_ids[user]},{100 + row},{stars},1000000000"
        for user, row, stars in zip(PEOPLE.user, PEOPLE.row, PEOPLE.value, strict=True)
    ]
    header = "userId,movieId,rating,timestamp"
    (tmp_path / "ratings.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    file = tmp_path / "new" / "lines.jsonl"
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    words = ["--bundle", "B", "--ratings", str(tmp_path), "--served", "--parts", "rated,open"]
    words += ["--stated", "1", "--least-ratings", "1", "--baselines", "none", "--json", str(file)]
    evaluate_command.serve_evenings(parser.parse_args(words), CINEMA, [UPWARDS], {})
    assert capsys.readouterr().out.startswith("open, 1 stated, 2 people")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [one["evening"] for one in lines if one["record"] == "figures"] == [
        "open, 1 stated",
        "rated, 1 stated",
    ]


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--bundle", "B", "--ratings", "R", "--parts", "open,closed"])
    assert "open,closed" in capsys.readouterr().err
