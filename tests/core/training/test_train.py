"""From ratings to a bundle: honest, repeatable, and never lost to Ctrl-C."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.__main__ import main
from core.commands.train import plot_curve, write_curve
from core.data.reading import MovieLens, read
from core.domain import Outcome, Reaction
from core.errors import DataError
from core.model.bundle import Bundle
from core.model.factors import FactorSettings
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.simulation.viewer import OpeningSettings
from core.training.agent import AgentSettings
from core.training.pretraining import PretrainingSettings
from core.training.train import Training, TrainingSettings, fit_films, git_revision, train
from core.training.validation import CurvePoint, Examiner, ExamSettings

PEOPLE, FILMS = 40, 30
PNG = b"\x89PNG\r\n\x1a\n"

QUICK = TrainingSettings(
    turns=5,
    hidden=8,
    validation_folds=4,
    checks=3,
    factors=FactorSettings(dimensions=4, folds=2),
    pretraining=PretrainingSettings(rounds=0),
    opening=OpeningSettings(likes=(0, 1, 2), dislikes=(0, 1)),
    agent=AgentSettings(
        steps=480,
        gamma=0.5,
        learning_rate=1e-3,
        batch_size=16,
        buffer_size=480,
        learning_starts=80,
        environments=8,
        target_interval=80,
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MovieLens files of two tastes: even people love even films and hate odd ones; two in three
    are rated."""
    made = tmp_path_factory.mktemp("checkerboard")
    rated = np.random.default_rng(0).random((PEOPLE, FILMS)) < 2 / 3
    movies = [
        f"{film + 1},Film {film} ({1980 + film}),{('Comedy', 'Horror')[film % 2]}"
        for film in range(FILMS)
    ]
    ratings = [
        f"{person + 1},{film + 1},{5.0 if (person + film) % 2 == 0 else 1.0},{1_000_000_000 + film}"
        for person, film in np.argwhere(rated).tolist()
    ]
    (made / "movies.csv").write_text(
        "\n".join(["movieId,title,genres", *movies, ""]), encoding="utf-8"
    )
    (made / "ratings.csv").write_text(
        "\n".join(["userId,movieId,rating,timestamp", *ratings, ""]), encoding="utf-8"
    )
    return made


@pytest.fixture(scope="module")
def data(folder: Path) -> MovieLens:
    return read(folder, min_ratings=1)


@pytest.fixture(scope="module")
def trained(data: MovieLens) -> Training:
    """One training by `QUICK`, for all that only look at what came of it."""
    return train(data, QUICK, progress=False)


def command(folder: Path, out: Path, *more: str) -> int:
    """`python -m core train` with few films and dimensions; quiet."""
    few = (
        "--steps",
        "128",
        "--rounds",
        "0",
        "--dimensions",
        "4",
        "--folds",
        "2",
        "--min-ratings",
        "1",
        "--quiet",
    )
    return main(["train", "--data", str(folder), "--out", str(out), *few, *more])


def points(out: Path) -> list[dict[str, float]]:
    with (out / "curve.csv").open(newline="", encoding="utf-8") as file:
        return [
            {name: float(text or "nan") for name, text in row.items()}
            for row in csv.DictReader(file)
        ]


class TestTraining:
    def test_the_same_seed_gives_the_same_bundle(
        self, data: MovieLens, trained: Training, tmp_path: Path
    ) -> None:
        for name, training in (("first", trained), ("second", train(data, QUICK, progress=False))):
            training.bundle.save(tmp_path / name)
        for path in sorted((tmp_path / "first").iterdir()):
            assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name

    def test_another_seed_gives_another(self, data: MovieLens, trained: Training) -> None:
        assert QUICK.seed != 1
        first = trained.bundle.network
        second = train(data, replace(QUICK, seed=1), progress=False).bundle.network
        assert any(
            not torch.equal(ours, theirs)
            for ours, theirs in zip(first.parameters(), second.parameters(), strict=True)
        )

    def test_the_curve_is_measured_before_and_at_each_check(self, trained: Training) -> None:
        assert [point.step for point in trained.curve] == [0, 160, 320, 480]
        start, *later = trained.curve
        assert start.training_hits is None and start.loss is None
        for point in later:
            assert point.training_hits is not None and 0 <= point.training_hits <= QUICK.turns
            assert 0 <= point.validation_hits <= 9
            # A thumb up earns 1 and nothing earns more, a thumb down costs ½.
            assert (
                point.validation_hits - 0.5 * 9 <= point.validation_reward <= point.validation_hits
            )
            assert point.loss is not None and point.loss > 0
        assert not trained.interrupted

    def test_the_best_checkpoint_is_kept(
        self, data: MovieLens, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verdicts = iter([(1.0, 1.0), (3.0, 2.0), (4.0, 1.5), (1.0, 1.0)])
        weights: list[dict[str, torch.Tensor]] = []

        def examine(_: Examiner, network: QNetwork) -> tuple[float, float]:
            weights.append({name: value.clone() for name, value in network.state_dict().items()})
            return next(verdicts)

        monkeypatch.setattr(Examiner, "examine", examine)
        bundle = train(data, QUICK, progress=False).bundle
        assert (
            bundle.metrics["validation"]["step"] == 160
        )  # most reward, not most hits, not the last
        for name, value in bundle.network.state_dict().items():
            assert torch.equal(value, weights[1][name])
        assert any(not torch.equal(weights[1][name], weights[3][name]) for name in weights[1])

    def test_the_bundle_tells_what_it_is(self, data: MovieLens, trained: Training) -> None:
        bundle = trained.bundle
        assert bundle.fingerprint == data.fingerprint
        assert bundle.metrics["people"] == PEOPLE
        assert bundle.metrics["ratings"] == len(data.ratings)
        assert bundle.metrics["steps"] == 480
        assert bundle.metrics["interrupted"] is False
        assert bundle.settings["agent"]["gamma"] == bundle.gamma == 0.5
        assert bundle.settings["turns"] == 5
        json.dumps([dict(bundle.settings), dict(bundle.metrics)], allow_nan=False)  # NaN is no JSON

    def test_reinforcement_learning_goes_on_from_given_weights_as_from_its_own_pretraining(
        self, data: MovieLens
    ) -> None:
        settings = replace(
            QUICK, pretraining=PretrainingSettings(rounds=2, sessions=32, candidates=10)
        )
        whole = train(data, settings, progress=False)
        rest = train(data, settings, progress=False, pretrained=whole.pretrained)
        assert whole.last.keys() == rest.last.keys()
        for name, value in whole.last.items():
            assert torch.equal(value, rest.last[name]), name
        assert rest.curve[0].step == 0 and len(rest.curve) < len(whole.curve)

    def test_the_match_figure_is_fitted_to_validation_people(
        self, data: MovieLens, trained: Training
    ) -> None:
        # A checkerboard is easy: who likes comedies likes the next one and hates all horror.
        bundle = trained.bundle
        assert bundle.calibration is not None
        comedies, horror = (
            [film.row for film in data.catalogue.movies if film.genres == (genre,)]
            for genre in ("Comedy", "Horror")
        )
        state = SessionState()
        for row in comedies[:3]:
            state = state.show(row + 1).react(row + 1, Reaction.UP)
        transcripts = np.repeat(state.observation()[None], 2, axis=0)
        comedy, other = bundle.scorer().chances(transcripts, np.array([comedies[3], horror[3]]))
        assert comedy > 0.8
        assert comedy > other + 0.15

    def test_a_start_that_stays_the_best_has_no_loss(
        self, data: MovieLens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        verdicts = iter([(2.0, 2.0), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)])
        monkeypatch.setattr(Examiner, "examine", lambda *_: next(verdicts))
        train(data, QUICK, progress=False).bundle.save(tmp_path / "model")

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is not JSON")

        manifest = json.loads(
            (tmp_path / "model" / "manifest.json").read_text(), parse_constant=refuse
        )
        assert manifest["metrics"]["validation"]["step"] == 0
        assert manifest["metrics"]["validation"]["loss"] is None

    def test_learned_tastes_are_recommended(self, trained: Training, tmp_path: Path) -> None:
        bundle = trained.bundle.save(tmp_path / "model")
        catalogue = bundle.catalogue
        liked = catalogue.token_of_movie_id(1)
        assert liked is not None
        observation = np.array([[[liked, Outcome.STATED_LIKE]]], dtype=np.int32)
        best = np.argsort(-bundle.network.q_values(observation)[0])[:8]
        assert {catalogue.movies[row].genres for row in best} == {("Comedy",)}


class TestPretraining:
    ROUNDS = replace(
        QUICK,
        pretraining=PretrainingSettings(
            rounds=2, sessions=16, states=3, candidates=8, batch_size=16
        ),
        agent=replace(QUICK.agent, steps=80),
        checks=1,
    )

    def test_its_rounds_count_back_to_film_0(self, data: MovieLens) -> None:
        curve = train(data, self.ROUNDS, progress=False).curve
        assert [point.step for point in curve] == [0, -1, 0, 80]

    def test_the_same_seed_gives_the_same_bundle(self, data: MovieLens, tmp_path: Path) -> None:
        first, second = (
            train(data, self.ROUNDS, progress=False).bundle.save(tmp_path / name) for name in "ab"
        )
        assert first.version == second.version


class TestVectors:
    def test_everybody_meets_vectors_fitted_on_others(self, data: MovieLens) -> None:
        sets, affinities, set_of = fit_films(data.ratings, data.catalogue, QUICK, progress=False)
        assert len(sets) == len(affinities) == 1 + 2
        assert set(set_of.tolist()) == {1, 2}  # nobody meets set 0, which is from everyone
        for number in (1, 2):
            others = data.ratings.select(np.flatnonzero(set_of != number))
            expected = np.asarray(others.likes().mean(axis=0)).ravel()
            np.testing.assert_allclose(sets[number].like_prior, expected, atol=1e-6)

    def test_the_examiner_reads_each_person_with_their_own_set(self, data: MovieLens) -> None:
        sets, _, set_of = fit_films(data.ratings, data.catalogue, QUICK, progress=False)
        number_of = dict(zip(data.ratings.user_ids.tolist(), set_of.tolist(), strict=True))
        asked: list[np.ndarray] = []

        class Spy(QNetwork):
            def q_values(
                self, observations: np.ndarray, gems: float = 0.0, sought: object = None
            ) -> np.ndarray:
                asked.append(observations[:, 0])
                return super().q_values(observations, gems)

        network = Spy(data.catalogue, sets, hidden=4)
        hits, reward = Examiner(data.ratings, data.catalogue, number_of, ExamSettings()).examine(
            network
        )
        assert 0 < reward <= hits <= 9
        # Evenings with a mood, then open and rated ones from three starts, of nine films each; in
        # each batch the sets of the people in order.
        assert len(asked) % 9 == 0 and len(asked) >= 6 * 9
        for heads in asked:
            assert (heads[:, 1] == Outcome.VECTORS).all()
        np.testing.assert_array_equal(asked[-6 * 9][:, 0], set_of)


class TestRefusal:
    def test_too_few_people(self, data: MovieLens) -> None:
        few = replace(data, ratings=data.ratings.select(np.arange(7)))
        with pytest.raises(DataError, match="Only 7 people rated films, at least 8 needed"):
            train(few, QUICK, progress=False)

    def test_too_few_films(self, data: MovieLens) -> None:
        with pytest.raises(
            DataError, match=r"Only 30 films have enough ratings .* a session shows 30"
        ):
            train(data, replace(QUICK, turns=30), progress=False)

    def test_nothing_liked(self, data: MovieLens) -> None:
        bored = replace(
            data, ratings=replace(data.ratings, value=np.minimum(data.ratings.value, 3.5))
        )
        with pytest.raises(DataError, match="nothing to learn to find"):
            train(bored, QUICK, progress=False)

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("--gamma", "1.5"),
            ("--gamma", "-0.1"),
            ("--gamma", "nan"),
            ("--learning-rate", "2"),
            ("--steps", "0"),
            ("--n-steps", "0"),
            ("--dimensions", "0"),
            ("--folds", "1"),
            ("--rounds", "-1"),
            ("--min-ratings", "0"),
            ("--seed", "-1"),
            ("--seed", "4294967296"),
        ],
    )
    def test_settings_out_of_range(
        self,
        folder: Path,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        option: str,
        value: str,
    ) -> None:
        assert command(folder, tmp_path / "model", option, value) == 2
        message = capsys.readouterr().err
        assert option in message and value in message and message.count("\n") == 1
        assert not (tmp_path / "model").exists()

    def test_no_ratings_there(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert command(tmp_path / "nowhere", tmp_path / "model") == 2
        assert "nowhere" in capsys.readouterr().err

    def test_too_few_films_on_the_command_line(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command(folder, tmp_path / "model", "--min-ratings", "100") == 2
        assert "--min-ratings" in capsys.readouterr().err


class TestCommand:
    def test_writes_a_bundle_and_its_curve(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "model"
        assert command(folder, out) == 0
        bundle = Bundle.load(out)
        printed = capsys.readouterr().out
        assert printed.startswith("Done.") and bundle.version in printed and str(out) in printed
        assert (out / "curve.png").read_bytes().startswith(PNG)
        measured = points(out)
        assert [point["step"] for point in measured] == [0, 64, 128]
        best = max(measured, key=lambda point: point["validation_reward"])
        kept = bundle.metrics["validation"]
        assert {name: kept[name] for name in ("step", "validation_hits", "validation_reward")} == {
            name: best[name] for name in ("step", "validation_hits", "validation_reward")
        }
        assert bundle.metrics["steps"] == 128

    def test_the_curve_file_holds_what_was_measured(self, tmp_path: Path) -> None:
        curve = (CurvePoint(0, None, None, 3.5, 3.25), CurvePoint(64, 2.0, 0.125, 4.0, 3.75))
        write_curve(curve, tmp_path / "curve.csv")
        lines = (tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines()
        assert lines == [
            "step,training_hits,loss,validation_hits,validation_reward",
            "0,,,3.5,3.25",
            "64,2.0,0.125,4.0,3.75",
        ]
        plot_curve(curve, tmp_path / "curve.png")
        assert (tmp_path / "curve.png").read_bytes().startswith(PNG)

    def test_shows_its_progress(
        self, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = [
            "train",
            "--data",
            str(folder),
            "--out",
            str(tmp_path / "model"),
            "--steps",
            "128",
            "--rounds",
            "0",
        ]
        assert main([*arguments, "--dimensions", "4", "--folds", "2", "--min-ratings", "1"]) == 0
        bar = capsys.readouterr().err
        assert "learning" in bar and "hits=" in bar and "/128" in bar


class TestInterruption:
    @pytest.fixture(autouse=True)
    def control_c(self) -> Iterator[None]:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
        signal.signal(signal.SIGINT, before)

    @staticmethod
    def interrupt_at(check: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Ctrl-C in the middle of check number `check`, counted from 0."""
        examine, count = Examiner.examine, 0

        def interrupted(examiner: Examiner, network: QNetwork) -> tuple[float, float]:
            nonlocal count
            count += 1
            if count > check:
                signal.raise_signal(signal.SIGINT)
            return examine(examiner, network)

        monkeypatch.setattr(Examiner, "examine", interrupted)

    def test_keeps_the_best_checkpoint(
        self,
        folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.interrupt_at(1, monkeypatch)
        out = tmp_path / "model"
        assert command(folder, out) == 130
        assert capsys.readouterr().out.startswith("Stopped early; the best checkpoint is kept.")
        bundle = Bundle.load(out)
        assert bundle.metrics["interrupted"] is True
        assert bundle.metrics["validation"]["step"] == 0
        assert [point["step"] for point in points(out)] == [0]
        assert (out / "curve.png").read_bytes().startswith(PNG)

    def test_before_the_first_check_the_starting_policy_is_kept(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.interrupt_at(0, monkeypatch)
        out = tmp_path / "model"
        assert command(folder, out) == 130
        bundle = Bundle.load(out)
        assert bundle.metrics["validation"] is None
        assert np.isfinite(bundle.network.q_values(np.zeros((1, 1, 2), dtype=np.int32))).all()
        assert points(out) == []

    def test_in_the_middle_of_learning(
        self, data: MovieLens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        # Between checks: the signal comes while a gradient step runs.
        steps = 0
        original = torch.nn.functional.mse_loss

        def loss(value: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
            nonlocal steps
            steps += 1
            if steps == 25:
                signal.raise_signal(signal.SIGINT)
            return original(value, target)

        monkeypatch.setattr(torch.nn.functional, "mse_loss", loss)
        training = train(data, QUICK, progress=False)
        assert training.interrupted
        assert [point.step for point in training.curve] == [0, 160]
        saved = training.bundle.save(tmp_path / "model")
        assert saved.metrics["validation"]["step"] in (0, 160)


def test_the_revision_of_the_code_is_a_short_hash_or_nothing() -> None:
    revision = git_revision().removesuffix("+")
    assert revision == "" or (len(revision) >= 12 and set(revision) <= set("0123456789abcdef"))
