"""The whole circle: talk, log, learn, gate, serve the next policy, and back, in a world where the
answer is known.

Twelve films, and a policy that was taught the wrong favourites. Everybody in this world loves films
10 and 11 and dislikes what the policy shows first; its gambles find that out, and the next policy
knows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from learning_worlds import cinema, random_vectors
from worlds import ratings_of

from core import __main__ as cli
from core.data.ratings import Ratings
from core.domain import Outcome
from core.learning.log import SimulationSettings, read_log, simulate
from core.learning.versions import PolicyEvent, Versions, bundle_folder
from core.model.bundle import Bundle
from core.model.policy import Exploration
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.simulation.environment import SessionEnv
from core.store import Store

CINEMA = cinema()
SETTINGS = {"agent": {"gamma": 0.0}, "hidden": 8}
GAMBLING = Exploration(share=0.5, candidates=12, temperature=1.0)


def everybody(people: int = 20) -> Ratings:
    """All rate everything: 5 stars for the last two films that can be recommended, 1 for the first
    four, else 3."""
    stars = [1.0] * 4 + [3.0] * 6 + [5.0] * 2
    return ratings_of([[*stars, 0, 0]] * people)


@pytest.fixture
def start(tmp_path: Path) -> Bundle:
    """A policy that takes the first films to be the best."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = QNetwork(CINEMA, [random_vectors(12, 4, 0)], hidden=8)
    network.encoder.like_prior[0] = torch.linspace(0.6, 0.1, 12)
    bundle = Bundle(CINEMA, network.eval(), SETTINGS, {"people": 20}, "0" * 64)
    return bundle.save(tmp_path / "start")


def test_a_simulated_conversation_is_logged_as_a_talk_is(start: Bundle) -> None:
    with Store.open("sqlite://") as store:
        settings = SimulationSettings(conversations=12, turns=3, films=2, silence=0.3)
        reward = simulate(start.policy(GAMBLING), everybody(), store, settings)
        log, statistics = read_log(store.log(), CINEMA), store.statistics()
    assert statistics.sessions == 12
    assert len(log.slates) == 12 * 3 and len(log.transitions) == 12 * 3 * 2
    assert not log.left_out
    assert reward == pytest.approx(np.mean([step.reward for step in log.transitions]))
    for slate in log.slates:
        chances = start.policy(GAMBLING).chances(slate.state, slate.tokens)
        expected = [place.of(token - 1) for place, token in zip(chances, slate.tokens, strict=True)]
        assert slate.propensities == pytest.approx(expected)


def test_a_logged_transition_is_a_step_of_the_environment(start: Bundle) -> None:
    """State, reward and next state of a talk without silence, bit for bit."""
    people = everybody()
    with Store.open("sqlite://") as store:
        settings = SimulationSettings(conversations=6, turns=4, films=1, silence=0.0)
        simulate(start.policy(GAMBLING), people, store, settings)
        log = read_log(store.log(), CINEMA)
    environment = SessionEnv(people, CINEMA, turns=4)
    for step in log.transitions:
        environment.reset(options={"person": 0})
        environment._state = step.before
        observation, reward, *_ = environment.step(np.int64(step.token - 1))
        assert (
            reward
            == step.reward
            == (Outcome.UP if step.token > 10 else environment.state.events[-1].outcome).reward
        )
        if step.after is not None:
            np.testing.assert_array_equal(observation, step.after.observation(len(observation)))


def circle(tmp_path: Path, start: Bundle, conversations: int) -> tuple[Versions, list[str]]:
    """Simulate with what serves, then learn; returns the folder and the arguments to learn
    again."""
    store = f"sqlite:///{tmp_path / 'talk.db'}"
    versions = Versions(tmp_path / "policies")
    with Store.open(store) as opened:
        settings = SimulationSettings(conversations, turns=2, films=2)
        simulate(start.policy(GAMBLING), everybody(), opened, settings)
    arguments = [
        "learn",
        "--store",
        store,
        "--policies",
        str(versions.folder),
        "--start",
        str(tmp_path / "start"),
    ]
    return versions, [*arguments, "--exploration", ".5"]


def test_the_next_policy_knows_what_people_liked(
    tmp_path: Path, start: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    versions, arguments = circle(tmp_path, start, 300)
    assert cli.main([*arguments, "--json", str(tmp_path / "verdict.json")]) == 0
    printed = capsys.readouterr().out
    assert "Promoted. Better on conversations it did not learn from." in printed

    # It serves from the folder, says how it passed, and thinks more of the two films that everybody
    # loves.
    adopted, promoted = versions.history()
    assert (adopted.event, promoted.event) == (PolicyEvent.ADOPTED, PolicyEvent.PROMOTED)
    assert (adopted.version, promoted.parent) == (start.version, start.version)
    served = Bundle.load(bundle_folder(versions.folder))
    assert served.version == promoted.version
    assert served.metrics["gate"] == json.loads((tmp_path / "verdict.json").read_text())
    assert served.metrics["gate"]["rewards"]["difference"][1] > 0
    observation = SessionState().observation()[None]
    before, after = (bundle.network.q_values(observation)[0] for bundle in (start, served))
    assert (after - before)[10:].min() > 0.1 > -0.1 > (after - before)[:4].max()

    # And it earns more: from people, and not only by the log's estimate.
    with Store.open("sqlite://") as one, Store.open("sqlite://") as other:
        settings = SimulationSettings(conversations=100, turns=2, films=2, seed=1)
        earned = [
            simulate(bundle.policy(GAMBLING), everybody(), store, settings)
            for bundle, store in ((start, one), (served, other))
        ]
    assert earned[1] > earned[0] + 0.05

    assert cli.main(["versions", "--policies", str(versions.folder), "--back-to", "previous"]) == 0
    assert f"* {start.version}" in capsys.readouterr().out
    assert Bundle.load(bundle_folder(versions.folder)).version == start.version


def test_thumbs_at_random_change_nothing(
    tmp_path: Path, start: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    versions = Versions(tmp_path / "policies")
    rng = np.random.default_rng(0)
    noise = ratings_of(rng.choice([1.0, 3.0, 5.0], size=(200, 14)).tolist())
    with Store.open(f"sqlite:///{tmp_path / 'noise.db'}") as store:
        simulate(start.policy(GAMBLING), noise, store, SimulationSettings(200, turns=2, films=2))
    arguments = [
        "learn",
        "--store",
        f"sqlite:///{tmp_path / 'noise.db'}",
        "--policies",
        str(versions.folder),
    ]
    assert cli.main([*arguments, "--start", str(tmp_path / "start"), "--exploration", ".5"]) == 0
    assert "Refused." in capsys.readouterr().out
    assert versions.serving() == start.version


@pytest.mark.parametrize("conversations", [0, 30])
def test_until_enough_people_have_talked_nothing_is_made(
    tmp_path: Path, start: Bundle, conversations: int, capsys: pytest.CaptureFixture[str]
) -> None:
    versions, arguments = circle(tmp_path, start, conversations)
    assert cli.main(arguments) == 0
    assert "50 are needed: try again when more people have talked" in capsys.readouterr().out
    assert [entry.event for entry in versions.history()] == [PolicyEvent.ADOPTED]


@pytest.mark.parametrize(
    ("option", "value"),
    [("--passes", "0"), ("--anchor", "-1"), ("--exploration", "2"), ("--learning-rate", "nan")],
)
def test_settings_that_make_no_sense(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    arguments = [
        "learn",
        "--store",
        "sqlite://",
        "--policies",
        str(tmp_path / "policies"),
        option,
        value,
    ]
    assert cli.main(arguments) == 2
    assert option in capsys.readouterr().err
    assert not (tmp_path / "policies").exists()


def test_the_simulate_command_fills_a_store(
    tmp_path: Path, start: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "people"
    folder.mkdir()
    rows = [
        f"{person},{100 + film},{5.0 if film > 9 else 1.0},0"
        for person in (1, 2)
        for film in range(12)
    ]
    (folder / "ratings.csv").write_text(
        "\n".join(["userId,movieId,rating,timestamp", *rows, ""]), encoding="utf-8"
    )
    url = f"sqlite:///{tmp_path / 'talk.db'}"
    arguments = [
        "simulate",
        "--bundle",
        str(tmp_path / "start"),
        "--ratings",
        str(folder),
        "--store",
        url,
        "--quiet",
    ]
    assert cli.main([*arguments, "--conversations", "5", "--turns", "2", "--films", "3"]) == 0
    assert f"5 conversations with {start.version}: mean reward a film" in capsys.readouterr().out
    with Store.open(url) as store:
        assert store.statistics().recommendations == 30
    assert cli.main([*arguments, "--films", "0"]) == 2
    assert "--films is 0" in capsys.readouterr().err
