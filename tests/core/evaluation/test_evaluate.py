"""Sessions, figures, the report and the command, in worlds small enough to play by hand."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from worlds import catalogue_of, checkerboard, ratings_of

from core.commands import evaluate as evaluate_command
from core.domain import Outcome
from core.errors import DataError, SettingsError
from core.evaluation.baselines import Random, fit_baselines
from core.evaluation.evaluate import EvaluationSettings, Report, evaluate, per_person
from core.evaluation.figures import save_figures
from core.evaluation.report import Steered, match_table, table, to_json, to_text
from core.model.calibration import FEATURES, Calibration
from core.model.channels import Fame
from core.rewards import reaction_to
from core.session import SessionState
from core.simulation.replay import (
    SessionRules,
    Sessions,
    View,
    eligible,
    outcome_table,
    play,
    stated_films,
)

LIKE, SHOWN, UP, DOWN, SEEN = (
    Outcome.STATED_LIKE,
    Outcome.SHOWN,
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
)
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Order:
    """Shows films in a fixed order and remembers what it was asked."""

    order: tuple[int, ...]
    name: str = "order"
    asked: list[npt.NDArray[np.int32]] = field(default_factory=list)

    def scores(self, observations: npt.NDArray[np.int32]) -> FloatArray:
        self.asked.append(observations.copy())
        scores = np.zeros(len(self.order), dtype=np.float32)
        scores[list(self.order)] = -np.arange(len(self.order), dtype=np.float32)
        return np.tile(scores, (len(observations), 1))


@dataclass(frozen=True, eq=False)
class Oracle:
    """Knows the checkerboard: the taste is that of the first stated film; its Q is sure of a
    like."""

    n_items: int
    gamma: float = 0.0
    name: str = "oracle"
    gives_q_values: bool = True

    def scores(self, observations: npt.NDArray[np.int32]) -> FloatArray:
        first = (observations[:, :1, 0] - 1) % 2
        liked: FloatArray = (np.arange(self.n_items)[None] % 2 == first).astype(np.float32)
        return liked


def gains(fame: Fame, observations: npt.NDArray[np.int32], gems: float) -> FloatArray:
    gained: FloatArray = fame.knob(torch.from_numpy(observations).long(), gems).numpy()
    return gained


# ---- sessions

# person 1 likes 0, 2; dislikes 1; fair 3; never saw 4. Person 2 likes 1, 4 only.
TWO = ((5, 1, 4, 3, 0), (0, 4.5, 0, 0, 4))
STATED = np.array([[0], [1]])


def test_a_session_by_hand() -> None:
    sessions = play(
        Order((0, 1, 2, 3, 4)), ratings_of(TWO), STATED, SessionRules(4, View.REPLAY, 5)
    )
    assert sessions.shown.tolist() == [[1, 2, 3, 4], [0, 2, 3, 4]]
    assert sessions.outcomes.tolist() == [[DOWN, UP, SEEN, SHOWN], [SHOWN, SHOWN, SHOWN, UP]]
    assert sessions.rewards.tolist() == [[-0.5, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    assert sessions.returns(0.5)[0].tolist() == [0.0, 1.0, 0.0, 0.0]  # −½ + ½ · 1


def test_among_rated_films_a_session_ends_when_none_is_left() -> None:
    sessions = play(Order((0, 1, 2, 3, 4)), ratings_of(TWO), STATED, SessionRules(4, View.RATED, 5))
    assert sessions.shown.tolist() == [[1, 2, 3, -1], [4, -1, -1, -1]]
    assert sessions.outcomes.tolist() == [[DOWN, UP, SEEN, 0], [UP, 0, 0, 0]]
    assert sessions.played.sum() == 4


def test_the_policy_sees_the_transcript_so_far() -> None:
    policy = Order((0, 1, 2, 3, 4))
    play(policy, ratings_of(TWO), STATED, SessionRules(2, View.REPLAY, 5))
    assert [asked.shape for asked in policy.asked] == [(2, 1, 2), (2, 2, 2)]
    assert policy.asked[1][0].tolist() == [[1, LIKE], [2, DOWN]]


def test_from_cold_the_first_transcript_is_empty() -> None:
    policy = Order((0, 1, 2, 3, 4))
    play(policy, ratings_of(TWO), np.zeros((2, 0), dtype=np.int64), SessionRules(2, View.REPLAY, 5))
    assert policy.asked[0].tolist() == [[[0, 0]], [[0, 0]]]


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("n_stated", [0, 2])
def test_sessions_in_step_are_those_of_session_state(view: View, n_stated: int) -> None:
    people, n_items = checkerboard(people=9, films=14, seed=3), 12
    films = stated_films(people, catalogue_of([20] * 14, n_items), n_stated, seed=0)
    policy = Order(tuple(np.random.default_rng(1).permutation(n_items).tolist()))
    sessions = play(policy, people, films, SessionRules(n_items, view, n_items))
    for user in range(people.n_users):
        rows, stars = people.of(user)
        rating = dict(zip(rows.tolist(), stars.tolist(), strict=True))
        state, rewards = SessionState(), []
        for row in films[user]:
            state = state.state(int(row) + 1, LIKE)
        for turn, row in enumerate(sessions.shown[user].tolist()):
            if row < 0:
                break
            assert np.array_equal(
                policy.asked[turn][user], state.observation(max(n_stated + turn, 1))
            )
            state = state.show(row + 1)  # raises for a repeat
            if row in rating:
                state = state.react(row + 1, reaction_to(rating[row]))
            outcome = state.outcome_of(row + 1)
            assert outcome == sessions.outcomes[user, turn]
            assert outcome is not None
            rewards.append(outcome.reward)
        assert sessions.rewards[user, : len(rewards)].tolist() == rewards
        allowed = n_items if view is View.REPLAY else sum(row < n_items for row in rating)
        assert len(rewards) == allowed - n_stated


def test_what_would_happen_to_each_film() -> None:
    assert outcome_table(ratings_of(TWO), 4).tolist() == [
        [UP, DOWN, UP, SEEN],
        [SHOWN, UP, SHOWN, SHOWN],
    ]


# ---- who is judged, and what they say first


def test_people_need_ratings_and_a_like_left_over() -> None:
    people = ratings_of(((5, 5, 1, 1), (5, 1, 1, 0), (0, 0, 0, 5), (5, 0, 0, 0)))
    assert eligible(people, 4, 0, 1).tolist() == [0, 1, 2, 3]
    assert eligible(people, 4, 1, 1).tolist() == [0]
    assert eligible(people, 4, 0, 3).tolist() == [0, 1]
    assert eligible(people, 3, 0, 1).tolist() == [0, 1, 3]  # film 3 cannot be recommended


def test_stated_films_are_liked_different_and_recommendable() -> None:
    people = checkerboard(people=20, films=24)
    catalogue = catalogue_of(range(24, 0, -1), n_items=22)
    films = stated_films(people, catalogue, 3, seed=0)
    assert films.shape == (20, 3)
    assert (films < 22).all()
    for user, chosen in enumerate(films.tolist()):
        rating = dict(zip(*(part.tolist() for part in people.of(user)), strict=True))
        assert len(set(chosen)) == 3
        assert all(rating[row] == 5.0 for row in chosen)


def test_stated_films_of_a_longer_start_begin_with_those_of_a_shorter_one() -> None:
    people, catalogue = checkerboard(people=20, films=24), catalogue_of([9] * 24)
    three = stated_films(people, catalogue, 3, seed=5)
    assert np.array_equal(stated_films(people, catalogue, 1, seed=5), three[:, :1])
    assert np.array_equal(
        stated_films(people.select(np.array([7])), catalogue, 3, seed=5)[0], three[7]
    )
    assert not np.array_equal(stated_films(people, catalogue, 3, seed=6), three)


def test_stated_films_are_drawn_by_popularity() -> None:
    people = ratings_of([(5, 5, 5)] * 3000)
    first = stated_films(people, catalogue_of([6, 3, 1]), 2, seed=0)
    assert np.bincount(first[:, 0]) / 3000 == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
    after_film_0 = first[first[:, 0] == 0, 1]
    assert np.mean(after_film_0 == 1) == pytest.approx(0.75, abs=0.03)


def test_too_few_likes_to_state_is_an_error() -> None:
    with pytest.raises(ValueError, match="person 2 likes 1 recommendable films, fewer than 2"):
        stated_films(ratings_of(((5, 5), (5, 1))), catalogue_of([2, 2]), 2, seed=0)


# ---- figures


def test_figures_of_each_person_by_hand() -> None:
    sessions = Sessions(
        np.array([[1, 2, 3], [4, -1, -1]]),
        np.array([[DOWN, UP, UP], [UP, 0, 0]], dtype=np.int8),
        np.array([[0.5, 0.25, 1.0], [0.75, 0, 0]], dtype=np.float32),
    )
    figures = per_person(
        Oracle(5, gamma=0.5), sessions, STATED, (2, 3), catalogue_of([8, 4, 2, 1, 1])
    )
    assert figures["hits@2"].tolist() == [1, 1]
    assert figures["hits@3"].tolist() == [2, 1]
    assert figures["first_hit"].tolist() == [0, 1]
    assert figures["thumbs_down"].tolist() == [1, 0]
    assert figures["reward"].tolist() == [1.5, 1.0]
    assert figures["popularity_rank"].tolist() == [3.0, 5.0]  # rows 1, 2, 3 are ranks 2, 3, 4
    assert figures["repeats"].tolist() == [0, 0]
    # of 16 ratings films 1, 2, 3 hold a quarter, an eighth, a sixteenth: 2, 3, 4 bits; film 4 a
    # sixteenth
    assert figures["novelty"].tolist() == [3.0, 4.0]
    # returns at γ ½: 0.25, 1.5, 1 against 0.5, 0.25, 1; and 1 against 0.75
    assert figures["q_error"] == pytest.approx([1.5 / 3, 0.25])
    assert "q_error" not in per_person(Order((0,)), sessions, STATED, (3,), catalogue_of([1] * 5))


def test_repeats_are_counted_where_they_happen() -> None:
    sessions = Sessions(
        np.array([[3, 3], [1, -1]]), np.zeros((2, 2), dtype=np.int8), np.zeros((2, 2), np.float32)
    )
    assert per_person(Order((0,)), sessions, STATED, (2,), catalogue_of([1] * 5))[
        "repeats"
    ].tolist() == [1, 1]


# ---- the whole evaluation on the checkerboard

FILMS, TURNS = 12, 4
SETTINGS = EvaluationSettings(stated=(0, 1), turns=TURNS, least_ratings=5, resamples=200)


@pytest.fixture(scope="module")
def report() -> Report:
    train = checkerboard(people=40, films=FILMS)
    baselines = fit_baselines(train, catalogue_of([32] * FILMS), ["random", "popularity", "ease"])
    unseen = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    return evaluate([Oracle(FILMS), *baselines], unseen, catalogue_of([32] * FILMS), SETTINGS)


def test_knowing_the_taste_never_fails_among_rated_films(report: Report) -> None:
    oracle = report.result(1, View.RATED, "oracle").metrics
    ease = report.result(1, View.RATED, "ease").metrics
    available = np.mean([min(TURNS, hits) for hits in _likes_left()])
    assert oracle["hits@4"].value == pytest.approx(available)
    assert ease["hits@4"].value == pytest.approx(available)
    assert oracle["first_hit"] == (1.0, 1.0, 1.0)
    assert report.result(1, View.RATED, "popularity").metrics["hits@4"].value < available - 0.5


def test_the_oracles_q_is_off_only_where_no_liked_film_is_left(report: Report) -> None:
    metrics = report.result(1, View.RATED, "oracle").metrics
    dislikes_shown = metrics["thumbs_down"].value
    assert metrics["q_error"].value <= dislikes_shown * 0.5 + 1e-9


def test_every_policy_is_compared_with_the_best_baseline(report: Report) -> None:
    assert report.best_baseline(1, View.RATED) == "ease"
    assert report.result(1, View.RATED, "ease").differences["hits@4"] == (0.0, 0.0, 0.0)
    assert report.result(1, View.RATED, "oracle").differences["hits@4"].value == pytest.approx(0.0)
    popularity, ease = (report.result(1, View.RATED, name) for name in ("popularity", "ease"))
    by_person = popularity.hits.sum(axis=1) - ease.hits.sum(axis=1)
    assert popularity.differences["hits@4"].value == pytest.approx(by_person.mean())
    assert popularity.differences["hits@4"].high < 0


def test_nothing_is_shown_twice_and_every_figure_has_an_interval(report: Report) -> None:
    assert len(report.results) == 2 * 2 * 4
    for result in report.results:
        assert result.metrics["repeats"] == (0.0, 0.0, 0.0)
        for name, interval in result.metrics.items():
            assert interval.low <= interval.value <= interval.high, name
        assert ("q_error" in result.metrics) == (result.policy == "oracle")


def test_the_same_arguments_give_the_same_report(report: Report) -> None:
    unseen = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    again = evaluate(
        [
            Oracle(FILMS),
            *fit_baselines(
                checkerboard(people=40, films=FILMS),
                catalogue_of([32] * FILMS),
                ["random", "popularity", "ease"],
            ),
        ],
        unseen,
        catalogue_of([32] * FILMS),
        SETTINGS,
    )
    assert to_text(again) == to_text(report)


def test_a_number_of_people_draws_that_many(report: Report) -> None:
    unseen = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    settings = EvaluationSettings(stated=(0,), turns=2, least_ratings=5, people=7, resamples=10)
    few = evaluate([Random(FILMS)], unseen, catalogue_of([32] * FILMS), settings).results[0]
    assert len(few.user_ids) == 7
    assert set(few.user_ids) <= set(report.results[0].user_ids)


def test_nobody_to_judge_is_said() -> None:
    with pytest.raises(DataError, match="Nobody in the ratings can be judged with 3 stated films"):
        evaluate(
            [Random(5)], ratings_of(TWO), catalogue_of([1] * 5), EvaluationSettings(stated=(3,))
        )


def test_names_must_differ() -> None:
    with pytest.raises(SettingsError, match="same name"):
        evaluate([Random(5), Random(5)], ratings_of(TWO), catalogue_of([1] * 5))


@pytest.mark.parametrize(
    "wrong", [{"stated": ()}, {"stated": (-1,)}, {"turns": 0}, {"people": 0}, {"views": ()}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        EvaluationSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("turns", "cuts"), [(20, (5, 10, 20)), (30, (5, 10, 20, 30)), (5, (5,)), (3, (3,))]
)
def test_hits_are_counted_on_the_way_and_at_the_end(turns: int, cuts: tuple[int, ...]) -> None:
    assert EvaluationSettings(turns=turns).cuts == cuts


# ---- what people and programs read


def test_json_holds_the_hits_of_each_person(report: Report) -> None:
    record = json.loads(to_text(report))
    assert record == json.loads(json.dumps(to_json(report)))
    assert set(record["people"]) == {"0", "1"}
    for result in record["results"]:
        ids = record["people"][str(result["stated"])]
        assert len(result["hits"]) == len(ids)
        assert min(ids) >= 1000
        assert np.mean(result["hits"]) == pytest.approx(result["metrics"]["hits@4"]["value"])
        assert sum(result["hits_by_turn"]) == pytest.approx(np.mean(result["hits"]), abs=1e-5)


def test_table_has_a_block_a_start_and_view_best_policy_first(report: Report) -> None:
    blocks = table(report).split("\n\n")
    assert len(blocks) == 4
    title, _, header, *rows = blocks[3].splitlines()
    assert (
        title
        == f"1 stated, rated view, {len(report.results[-1].user_ids)} people, difference to ease"
    )
    assert header.split()[:2] == ["policy", "hits@4"]
    assert {rows[0].split()[0], rows[1].split()[0]} == {"oracle", "ease"}
    assert len(rows) == 4


def test_figures_are_images(report: Report, tmp_path: Path) -> None:
    paths = save_figures(report, tmp_path / "figures")
    assert sorted(path.name for path in paths) == sorted(
        f"{kind}_{stated}_stated_{view}.png"
        for kind in ("hits_by_turn", "hits_vs_coverage")
        for stated in (0, 1)
        for view in ("replay", "rated")
    )
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


ANY = Calibration((0.0,) * len(FEATURES))


@dataclass(frozen=True, eq=False)
class Sure(Oracle):
    """Is always three quarters sure."""

    calibration: Calibration = ANY

    def chances(
        self, transcripts: npt.NDArray[np.int32], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        return np.full(len(rows), 0.75)


def test_a_match_figure_is_judged_on_the_films_people_knew(tmp_path: Path) -> None:
    unseen = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    catalogue = catalogue_of([32] * FILMS)
    report = evaluate(
        [Sure(FILMS), Steered(Sure(FILMS), partial(gains, Fame(catalogue)), 0.5)],
        unseen,
        catalogue,
        SETTINGS,
    )
    result = report.result(1, View.RATED, "oracle")
    assert result.reliability is not None
    # Shown are liked films only, as long as there are any: every film known is a hit but for the
    # last ones.
    known, hits = int(result.reliability.count.sum()), int(result.hits.sum())
    assert result.metrics["match_error"].value == pytest.approx(abs(hits / known - 0.75))
    assert result.reliability.bins == ((0.75, hits / known, known),)
    assert "1 stated, rated  view: 0." in match_table(report)
    assert report.result(1, View.RATED, "oracle+0.5").reliability is None
    assert json.loads(to_text(report))["results"][0]["reliability"] is not None
    names = {path.name for path in save_figures(report, tmp_path, (0.0, 0.5))}
    assert {"match.png", "gems_replay.png", "gems_rated.png"} <= names


def test_without_a_match_figure_nothing_is_said_of_it(report: Report) -> None:
    assert match_table(report) == ""
    assert "match_error" not in report.results[0].metrics


# ---- the command


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    evaluate_command.configure(parser)
    return parser.parse_args(["--bundle", "B", *words])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A training folder and one of unseen people, as MovieLens writes them."""
    paths = []
    for name, people in (
        ("train", checkerboard(40, FILMS)),
        ("unseen", checkerboard(24, FILMS, 1000, 9)),
    ):
        folder = tmp_path / name
        folder.mkdir()
        lines = [
            f"{people.user_ids[user]},{100 + row},{value},1000000000"
            for user, row, value in zip(people.user, people.row, people.value, strict=True)
        ]
        (folder / "ratings.csv").write_text(
            "\n".join(["userId,movieId,rating,timestamp", *lines]) + "\n"
        )
        paths.append(folder)
    return paths[0], paths[1]


def test_the_command_fits_baselines_on_the_training_folder(folders: tuple[Path, Path]) -> None:
    train, unseen = folders
    words = [
        "--ratings",
        str(unseen),
        "--train",
        str(train),
        "--stated",
        "1",
        "--turns",
        "3",
        "--view",
        "rated",
    ]
    arguments = parse(*words, "--baselines", "popularity,ease", "--least-ratings", "5")
    report = evaluate_command.judge(arguments, catalogue_of([32] * FILMS), [Oracle(FILMS)])
    assert [result.policy for result in report.results] == ["oracle", "popularity", "ease"]
    assert report.settings.views == (View.RATED,)
    assert report.best_baseline(1, View.RATED) == "ease"


def test_what_is_left_out_is_a_warning_and_the_rest_is_information(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    train, unseen = folders
    with (unseen / "ratings.csv").open("a") as file:
        file.write("1000,100,ten,1000000000\n")
    words = ["--ratings", str(unseen), "--train", str(train), "--stated", "1", "--turns", "2"]
    arguments = parse(
        *words, "--baselines", "popularity", "--least-ratings", "5", "--skip-bad-rows"
    )
    with caplog.at_level(logging.INFO, "core"):
        evaluate_command.judge(arguments, catalogue_of([32] * FILMS), [Oracle(FILMS)])
    lines = [(record.levelname, record.getMessage()) for record in caplog.records]
    # With so few films a stranger may have the very ratings of a learner: that is another warning.
    lines = [line for line in lines if "it has learned from them" not in line[1]]
    assert [level for level, _ in lines] == ["WARNING", "INFO", "INFO"]
    assert "left out 1 bad rows" in lines[0][1]
    assert lines[2][1] == "fitting popularity"


def test_people_whom_a_baseline_has_learned_from_are_named(
    folders: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    words = ["--ratings", str(folders[0]), "--train", str(folders[0]), "--stated", "1"]
    arguments = parse(*words, "--turns", "2", "--baselines", "popularity", "--least-ratings", "5")
    evaluate_command.judge(arguments, catalogue_of([32] * FILMS), [Oracle(FILMS)])
    (warning,) = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    count = warning.split()[0]
    assert warning.startswith(f"{count} of {count} people are in {folders[0]}, too")


def test_without_training_ratings_there_is_popularity_from_the_bundle(
    folders: tuple[Path, Path],
) -> None:
    arguments = parse(
        "--ratings", str(folders[1]), "--stated", "0", "--turns", "2", "--least-ratings", "5"
    )
    report = evaluate_command.judge(arguments, catalogue_of([32] * FILMS), [Oracle(FILMS)])
    assert {result.policy for result in report.results} == {"oracle", "popularity"}


def test_other_baselines_without_training_ratings_are_refused(folders: tuple[Path, Path]) -> None:
    arguments = parse("--ratings", str(folders[1]), "--baselines", "ease")
    with pytest.raises(SettingsError, match="--baselines ease needs --train DIR"):
        evaluate_command.judge(arguments, catalogue_of([32] * FILMS), [Oracle(FILMS)])


WRONG = [
    ("--stated", "one"),
    ("--view", "sideways"),
    ("--turns", "many"),
    ("--gems", "2"),
    ("--gems", "some"),
]


@pytest.mark.parametrize("words", WRONG)
def test_words_that_cannot_be_read_are_refused(
    words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse("--ratings", "R", *words)
    assert words[1] in capsys.readouterr().err


def _likes_left() -> list[int]:
    """Recommendable likes of each judged person of the checkerboard after one stated film."""
    people = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    judged = eligible(people, FILMS, 1, SETTINGS.least_ratings)
    return [int((people.of(user)[1] >= 4).sum()) - 1 for user in judged]
