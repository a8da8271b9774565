"""A candidate takes over only where conversations it did not learn from show that it is better."""

from __future__ import annotations

import json
from itertools import chain

import numpy as np
import pytest
from judged import CINEMA, MODEL, Prefers, conversations, policy
from learning_worlds import any_network
from logs import logged

from core.domain import Reaction
from core.learning.gate import GateSettings, Verdict, divided, judge, waits
from core.learning.learner import ServedModel
from core.learning.log import read_log
from core.model.policy import Exploration, Policy
from core.session import SessionState


def verdict(row: int, count: int = 1_500, settings: GateSettings | None = None) -> Verdict:
    return judge(
        policy(row), policy(0, "old-1"), MODEL, conversations(count), settings or GateSettings()
    )


def test_a_better_one_is_promoted() -> None:
    found = verdict(1)
    assert found.promoted
    assert found.rewards["difference"].low > 0
    # Truth: half the films are its favourite (.9 − .1/2 = .85 a film), the others and the serving
    # policy's earn −.35.
    truth = 0.5 + 0.5 * np.exp(1) / (np.exp(1) + 11)
    assert (
        found.rewards["candidate"].low
        < truth * 0.85 - (1 - truth) * 0.35
        < found.rewards["candidate"].high
    )
    assert found.covered == pytest.approx(1.0)


@pytest.mark.parametrize("row", [0, 4], ids=["the same", "no better"])
def test_any_other_is_refused(row: int) -> None:
    found = verdict(row)
    assert not found.promoted
    assert found.reason.startswith("Not shown to be better")


def test_the_same_policy_differs_by_nothing() -> None:
    found = verdict(0)
    assert found.rewards["difference"] == (0.0, 0.0, 0.0)
    assert found.changed == 0.0


def test_too_few_conversations_judge_nobody() -> None:
    settings = GateSettings(least_clients=40)
    assert waits(conversations(39), settings).startswith("39 people to judge by, 40 are needed")
    assert waits(conversations(40), settings) == ""


def test_a_candidate_wins_by_evidence_and_not_by_what_it_promises() -> None:
    """It prefers a film that the log never showed: the serving policy's opinion of that film is all
    there is."""
    certain = Policy(Prefers(0), CINEMA, "old-1", Exploration(share=0.0))
    steps = [
        logged(CINEMA, SessionState(), (1, Reaction.DOWN), session=number, propensity=1.0)
        for number in range(1, 201)
    ]
    log = read_log(chain.from_iterable(steps), CINEMA)
    network = any_network(CINEMA, sets=1)
    model = ServedModel.fit(network, log.slates)
    found = judge(policy(6), certain, model, log, GateSettings())
    assert found.covered < 0.1
    assert found.rewards["candidate"].value == pytest.approx(-0.5)  # what every film earned so far
    assert not found.promoted


def test_those_who_judge_are_never_learned_from() -> None:
    log = conversations(400)
    learning, judging = divided(log, GateSettings())
    assert set(learning.sessions) | set(judging.sessions) == set(log.sessions)
    assert not set(learning.sessions) & set(judging.sessions)
    assert 150 < len(judging.sessions) < 250
    # A longer log leaves everybody on their side.
    later = divided(conversations(600), GateSettings())[1]
    assert set(judging.sessions) < set(later.sessions)


def test_what_was_found_goes_into_json() -> None:
    record = json.loads(json.dumps(verdict(1).to_record(), allow_nan=False))
    assert record["promoted"] is True
    assert len(record["rewards"]["difference"]) == 3
