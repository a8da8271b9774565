"""Lessons while people talk: the next policy serves without a restart, and a retrain that fails
harms nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import films
import numpy as np
import pytest
import screening
import torch

import app
from assistant import retraining as lessons
from assistant.chat import Assistant
from assistant.retraining import Following, Learn, Retraining, begin, in_a_process
from core.config import Settings
from core.errors import SettingsError
from core.learning.versions import PolicyEvent, Versions
from core.model.bundle import Bundle
from core.model.factors import MovieVectors
from core.model.policy import Exploration
from core.model.qnetwork import QNetwork

GREEDY = Exploration(share=0.0)
SETTINGS = {"agent": {"gamma": 0.0}, "hidden": 4}


def bundle(seed: int) -> Bundle:
    catalogue = films.catalogue()
    rng = np.random.default_rng(seed)
    like, seen = rng.normal(0, 0.3, (2, catalogue.n_items, 3)).astype(np.float32)
    vectors = MovieVectors(
        like, seen, *rng.uniform(0, 0.5, (2, catalogue.n_items)).astype(np.float32)
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = QNetwork(catalogue, [vectors], hidden=4)
    return Bundle(catalogue, network.eval(), SETTINGS, {"people": seed}, "0" * 64)


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    Versions(tmp_path / "policies").add(bundle(0), PolicyEvent.ADOPTED)
    return tmp_path / "policies"


@pytest.fixture
def assistant(policies: Path, tmp_path: Path) -> Iterator[Assistant]:
    with Assistant.open(
        policies, f"sqlite:///{tmp_path / 'talk.db'}", exploration=GREEDY
    ) as opened:
        yield opened


def retraining(
    assistant: Assistant, policies: Path, learn: Learn, hours: float = 1.0
) -> Retraining:
    return Retraining(assistant, policies, learn, hours=hours, exploration=GREEDY)


def promote(policies: Path, seed: int = 1) -> Learn:
    def learn() -> int:
        Versions(policies).add(bundle(seed), PolicyEvent.PROMOTED)
        return 0

    return learn


def test_the_next_policy_serves_in_the_middle_of_a_conversation(
    assistant: Assistant, policies: Path
) -> None:
    session = assistant.start()
    before = assistant.respond(session, "I loved Alien").recommendations
    retraining(assistant, policies, promote(policies)).retrain()
    after = assistant.respond(session, "more").recommendations
    first, second = Versions(policies).history()
    assert {film.policy_version for film in before} == {first.version}
    assert {film.policy_version for film in after} == {second.version} == {assistant.version}
    insights = assistant.insights()
    assert insights.manifest["people"] == 1
    assert [entry.event for entry in insights.history] == [
        PolicyEvent.ADOPTED,
        PolicyEvent.PROMOTED,
    ]
    assert len({film.movie.movie_id for film in (*before, *after)}) == 6  # nothing is shown twice


def test_a_candidate_that_was_refused_serves_nobody(assistant: Assistant, policies: Path) -> None:
    version = assistant.version

    def learn() -> int:
        Versions(policies).add(bundle(1), PolicyEvent.REFUSED)
        return 0

    retraining(assistant, policies, learn).retrain()
    assert assistant.version == version


def test_going_back_is_heard_of_at_the_next_lesson(assistant: Assistant, policies: Path) -> None:
    first = assistant.version
    retraining(assistant, policies, promote(policies)).retrain()
    Versions(policies).roll_back(first)
    retraining(assistant, policies, lambda: 2).retrain()
    assert assistant.version == first


@pytest.mark.parametrize("error", [SettingsError("no such store."), OSError("no memory left")])
def test_a_lesson_that_fails_is_one_line(
    assistant: Assistant, policies: Path, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def learn() -> int:
        raise error

    version = assistant.version
    retraining(assistant, policies, learn).retrain()
    assert capsys.readouterr().err == f"Marquee's lesson failed: {error}\n"
    assert assistant.version == version
    assert assistant.respond(assistant.start(), "I loved Alien").recommendations


def test_another_catalogue_needs_a_restart(
    assistant: Assistant, policies: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fewer = bundle(1)
    foreign = replace(fewer, catalogue=screening.catalogue(tmp_path / "other"))

    with pytest.raises(SettingsError, match="knows other films: restart Marquee"):
        assistant.hand_over(foreign.policy(), {})


def test_lessons_come_by_the_clock_and_end_with_the_app(
    assistant: Assistant, policies: Path
) -> None:
    twice, count = threading.Event(), 0

    def learn() -> int:
        nonlocal count
        count += 1
        if count == 2:
            twice.set()
        return 0

    with retraining(assistant, policies, learn, hours=0.01 / 3_600) as running:
        assert twice.wait(10)
    running._thread.join(10)
    assert not running._thread.is_alive()


def test_an_empty_folder_begins_with_the_bundle_that_ships(tmp_path: Path) -> None:
    bundle(0).save(tmp_path / "shipped")
    begin(tmp_path / "policies", tmp_path / "shipped")
    begin(tmp_path / "policies", tmp_path / "shipped")  # a second start changes nothing
    assert [entry.event for entry in Versions(tmp_path / "policies").history()] == [
        PolicyEvent.ADOPTED
    ]


def test_a_single_bundle_cannot_be_learned_on_in_place(tmp_path: Path) -> None:
    bundle(0).save(tmp_path / "shipped")
    with pytest.raises(
        SettingsError,
        match=r"needs a folder of policies, and MARQUEE_BUNDLE=.*shipped is a single one",
    ):
        begin(tmp_path / "shipped")


def test_a_lesson_is_the_command_in_a_process_of_its_own(
    assistant: Assistant, policies: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    session = assistant.start()
    assistant.respond(session, "I loved Alien")
    learn = in_a_process(policies, f"sqlite:///{tmp_path / 'talk.db'}", GREEDY)
    assert learn() == 0
    assert "people to judge by, 50 are needed" in capfd.readouterr().out
    assert [entry.event for entry in Versions(policies).history()] == [PolicyEvent.ADOPTED]


def test_without_hours_there_are_no_lessons(assistant: Assistant) -> None:
    assert isinstance(app._retraining(assistant, Settings(), GREEDY), nullcontext)
    with_hours = Settings(bundle=Path("policies"), learn_hours=24.0)
    assert isinstance(app._retraining(assistant, with_hours, GREEDY), Retraining)


def test_what_another_process_lets_in_is_served_soon(
    assistant: Assistant, policies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lessons.LOOK <= 60
    monkeypatch.setattr(lessons, "LOOK", 0.01)
    handed = threading.Event()
    hand_over = assistant.hand_over
    monkeypatch.setattr(assistant, "hand_over", lambda *one: (hand_over(*one), handed.set()))
    with Following(assistant, policies, GREEDY):
        promote(policies)()
        assert handed.wait(20)
    assert assistant.version == Versions(policies).serving()
