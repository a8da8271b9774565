"""The match figure: chances that hold for people who had no part in fitting them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from learning_worlds import any_network, cinema, conversation, vectors_of
from worlds import transcripts

from core.domain import Outcome
from core.model.calibration import (
    FEATURES,
    Calibration,
    Leniency,
    Reliability,
    approval,
    evidence,
    verdicts,
)
from core.model.policy import Policy
from core.model.qnetwork import QNetwork
from core.simulation.replay import Sessions, moments

UP, DOWN, SEEN, SHOWN, LIKE = (
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
    Outcome.SHOWN,
    Outcome.STATED_LIKE,
)
CINEMA = cinema()


def test_the_evidence_by_hand() -> None:
    # Everybody of the two films has the same taste: nothing is learned about it from what was
    # shown.
    small = cinema(n_items=2, n_movies=2)
    nothing = [[0.0], [0.0]]
    vectors = vectors_of(nothing, nothing, [0.299, 0.1], [0.398, 0.4])
    network = QNetwork(small, [vectors])
    leniency = Leniency(0.0, 1.0, 2.0)
    people = transcripts([(2, DOWN)], [(2, UP)], [])
    features = evidence(network, people, np.array([[0], [0], [1]]), leniency)[:, 0]
    share = 0.101 / 0.402
    lean = 0.1 - share * 0.4
    assert features[:, FEATURES.index("approval")] == pytest.approx(
        [math.log(3), math.log(3), math.log(101 / 301)], abs=1e-5
    )
    assert approval(vectors) == pytest.approx([math.log(3), math.log(101 / 301)], abs=1e-5)
    assert features[:, FEATURES.index("fame")] == pytest.approx(np.log([0.4, 0.4, 0.402]), abs=1e-5)
    assert features[:, FEATURES.index("lean")] == pytest.approx(
        [0.299 - 0.75 * 0.398] * 2 + [lean], abs=1e-6
    )
    # One verdict on a film that a quarter like: precision p (1 − p) against the prior's 1 / 2.
    usual = 101 / 402
    total = 0.5 + usual * (1 - usual)
    assert features[:, FEATURES.index("leniency")] == pytest.approx(
        [-usual / total, (1 - usual) / total, 0.0], abs=1e-5
    )
    known = usual * (1 - usual) / total
    assert features[:, FEATURES.index("known")] == pytest.approx([known, known, 0.0], abs=1e-5)
    assert features[:, FEATURES.index("known_lean")] == pytest.approx(
        features[:, FEATURES.index("lean")] * features[:, FEATURES.index("known")]
    )


def test_statements_and_reactions_count_alike_and_seen_says_nothing() -> None:
    network, leniency = any_network(CINEMA), Leniency()
    said = transcripts(
        [(2, LIKE), (3, Outcome.STATED_DISLIKE)],
        [(2, UP), (3, DOWN)],
        [(2, SEEN), (3, SEEN)],
        [(2, SHOWN), (CINEMA.facet_token(0), Outcome.WANTED)],
    )
    stated, reacted, seen, silent = (
        leniency.of(*(column[None] for column in person))
        for person in zip(*verdicts(network, said), strict=True)
    )
    assert stated == reacted
    assert stated[1] > 0
    for nothing in (seen, silent):
        assert [float(value[0]) for value in nothing] == [0.0, 0.0]


def test_the_more_verdicts_the_less_is_left_to_the_prior() -> None:
    leniency = Leniency(0.0, 1.0, 1.0)
    found = [leniency.of(np.zeros((1, n)), np.ones((1, n))) for n in (1, 10, 1000)]
    pleased, known = np.array(found)[..., 0].T
    # n thumbs up where half are usual: n/2 over 1 + n/4.
    assert pleased == pytest.approx([0.4, 5 / 3.5, 500 / 251])
    assert known == pytest.approx([0.2, 2.5 / 3.5, 250 / 251])


def test_the_fit_finds_how_much_people_differ() -> None:
    rng = np.random.default_rng(0)
    person, approvals = np.repeat(np.arange(2_000), 20), rng.normal(size=40_000)
    pleased = rng.normal(scale=0.7, size=2_000)
    chances = 1 / (1 + np.exp(-(0.3 + 0.9 * approvals + pleased[person])))
    found = Leniency.fit(person, approvals, rng.random(40_000) < chances)
    # A regression on everybody sees the effects shrunk a little by what it does not know.
    assert (found.constant, found.weight) == pytest.approx((0.3, 0.9), abs=0.12)
    assert found.variance == pytest.approx(0.49, abs=0.1)
    assert Leniency.fit(person, approvals, np.ones(40_000, dtype=np.bool_)) == Leniency()


def test_conditions_count_as_much_as_they_are_said_to() -> None:
    # Twice as much is as if there had been two of each.
    features = np.stack([np.ones(6), np.arange(6.0)], axis=1)
    liked = np.array([False, True, False, True, True, False])
    once = Calibration.fit(np.repeat(features, 2, axis=0), np.repeat(liked, 2))
    assert once is not None
    twice = Calibration.fit(features, liked, np.full(6, 2.0))
    assert twice is not None and twice.weights == pytest.approx(once.weights)


def test_the_taste_may_be_given() -> None:
    network, figure = any_network(CINEMA), Calibration((0.2, 0.5, -0.1, 1.0, 0.4, -0.6, 0.1))
    transcript, rows = conversation((1, LIKE), (4, DOWN)).observation(), np.array([2, 5])
    with torch.inference_mode():
        taste = network.taste(torch.from_numpy(transcript[None]).long())
    given = figure.of_one(network, transcript, rows, taste)
    assert given.tolist() == figure.of_one(network, transcript, rows).tolist()
    assert figure.of_one(network, transcript, rows, taste + 1).tolist() != given.tolist()


def test_the_record_of_another_version_is_none() -> None:
    figure = Calibration((0.2, 0.5, -0.1, 1.0, 0.4, -0.6, 0.1), Leniency(1.1, 0.9, 0.5))
    assert Calibration.from_record(figure.to_record()) == figure
    older = ("constant", "approval", "fame", "lean", "likes", "dislikes")
    assert Calibration.from_record(dict.fromkeys(older, 0.5)) is None
    assert Calibration.from_record(None) is None
    with pytest.raises(KeyError):
        Calibration.from_record({"weights": figure.to_record()["weights"]})


def test_a_fit_finds_the_chances_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    true = np.array([0.3, 1.0, -0.5, 2.0, 0.8, -1.0])

    def world(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        features = np.concatenate([np.ones((count, 1)), rng.normal(size=(count, 5))], axis=1)
        chances = 1 / (1 + np.exp(-features @ true))
        return features, chances, rng.random(count) < chances

    features, _, liked = world(20_000)
    fitted = Calibration.fit(features, liked)
    assert fitted is not None
    assert fitted.weights == pytest.approx(true, abs=0.12)
    features, _, liked = world(20_000)
    chances = 1 / (1 + np.exp(-features @ np.array(fitted.weights)))
    assert Reliability.of(np.zeros(20_000, np.int64), chances, liked, 1).error < 0.015


@pytest.mark.parametrize("answer", [True, False])
def test_without_both_answers_there_is_no_figure(answer: bool) -> None:
    assert Calibration.fit(np.ones((5, len(FEATURES))), np.full(5, answer)) is None
    assert Calibration.fit(np.ones((0, len(FEATURES))), np.zeros(0, dtype=np.bool_)) is None


def test_the_error_by_hand() -> None:
    # Person 0: .9 liked, .92 not; person 1: .15 not. Bins: |1.82 − 1| + |.15 − 0| over three films.
    chances, liked = np.array([0.9, 0.92, 0.15]), np.array([True, False, False])
    figure = Reliability.of(np.array([0, 0, 1]), chances, liked, 2)
    assert figure.error == pytest.approx((0.82 + 0.15) / 3)
    assert figure.bins == ((0.15, 0.0, 1), (0.91, 0.5, 2))
    assert figure.errors(np.array([[0.0, 2.0]])) == pytest.approx([0.15])  # only person 1, twice
    assert Reliability.of(np.array([0]), np.array([1.0]), np.array([True]), 1).error == 0.0


def test_moments_are_those_who_knew_the_film() -> None:
    sessions = Sessions(
        np.array([[1, 2], [3, -1]]),
        np.array([[SHOWN, UP], [DOWN, 0]], dtype=np.int8),
        np.zeros((2, 2), np.float32),
    )
    first, second = moments(sessions, np.array([[0], [4]]))
    assert (first.people.tolist(), first.rows.tolist(), first.liked.tolist()) == ([1], [3], [False])
    assert first.transcripts.tolist() == [[[5, LIKE]]]
    assert (second.people.tolist(), second.rows.tolist(), second.liked.tolist()) == (
        [0],
        [2],
        [True],
    )
    assert second.transcripts.tolist() == [[[1, LIKE], [2, SHOWN]]]


def test_from_cold_the_first_moment_has_an_empty_transcript() -> None:
    sessions = Sessions(
        np.array([[1]]), np.array([[UP]], dtype=np.int8), np.zeros((1, 1), np.float32)
    )
    (only,) = moments(sessions, np.zeros((1, 0), dtype=np.int64))
    assert only.transcripts.tolist() == [[[0, 0]]]


def test_the_policy_gives_each_choice_its_chance_and_the_knob_and_wishes_leave_it() -> None:
    network = any_network(CINEMA)
    figure = Calibration((0.2, 0.5, -0.1, 1.0, 0.4, -0.6, 0.1))
    match = lambda transcript, rows: figure.of_one(network, transcript, rows)  # noqa: E731
    policy = Policy(network, CINEMA, "any", match=match)
    state = conversation((1, LIKE), (4, DOWN))
    for choice in policy.choose(state, 4, np.random.default_rng(0)):
        alone = figure.chances(network, state.observation()[None], np.array([choice.token - 1]))
        assert choice.match == pytest.approx(alone[0], abs=1e-6)
        assert 0 < choice.match < 1
    steered = {
        choice.token: choice.match
        for choice in policy.choose(state.steer(1.0), 10, np.random.default_rng(0))
    }
    plain = {
        choice.token: choice.match for choice in policy.choose(state, 10, np.random.default_rng(0))
    }
    assert steered == plain


def test_without_a_calibration_there_is_no_figure() -> None:
    choices = Policy(any_network(CINEMA), CINEMA, "any").choose(
        conversation((1, LIKE)), 2, np.random.default_rng(0)
    )
    assert [choice.match for choice in choices] == [None, None]


def test_each_person_is_read_with_their_own_vectors() -> None:
    network = any_network(CINEMA)
    rows = np.array([[3]])
    plain, other = (
        evidence(network, conversation((1, LIKE)).observation(vectors=n)[None], rows, Leniency())
        for n in (0, 2)
    )
    assert not np.allclose(plain, other)
    assert torch.is_grad_enabled()
