"""The knob between popular films and hidden gems: what films gain, told exactly, and its curve."""

from __future__ import annotations

import json
import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import (
    any_affinity,
    any_network,
    cinema,
    conversation,
    conversations,
    still_vectors,
    tensor,
)
from worlds import catalogue_of, checkerboard, transcripts

from core.catalogue import Catalogue
from core.domain import Outcome
from core.evaluation.baselines import fit_baselines
from core.evaluation.evaluate import EvaluationSettings, evaluate
from core.evaluation.report import Steered, curve_table, places
from core.model.channels import COLD, KNOWN, REST, Fame
from core.model.policy import KNOB, WHOLE, Exploration, FloatArray, Policy
from core.model.qnetwork import QNetwork
from core.session import SessionState
from core.simulation.replay import View

LIKE, UP, SHOWN = Outcome.STATED_LIKE, Outcome.UP, Outcome.SHOWN
CINEMA = cinema()
NETWORK = any_network(CINEMA)
SERVED = Policy(NETWORK, CINEMA, "any", Exploration(0.3, candidates=5, temperature=0.5))

# fame 1, a quarter (neutral) and a twentieth of the best known film
THREE = catalogue_of([400, 100, 20])


def gains(catalogue: Catalogue, observations: np.ndarray, gems: float) -> FloatArray:
    found: FloatArray = Fame(catalogue).knob(torch.from_numpy(observations).long(), gems).numpy()
    return found


@torch.no_grad()
def at_rest(catalogue: Catalogue, observations: np.ndarray) -> FloatArray:
    found: FloatArray = Fame(catalogue)(torch.from_numpy(observations).long()).numpy()
    return found


def test_what_films_gain_by_hand() -> None:
    # Nothing known: −.35 · (f − .25). Two liked: half of that, and half of −.5 · ln((f + .05) /
    # .3).
    gained = gains(THREE, transcripts([], [(1, LIKE), (2, UP), (1, SHOWN)]), 1.0)
    cold = [-0.2625, 0.0, 0.07]
    assert gained[0] == pytest.approx(cold, abs=1e-6)
    logarithm = [-0.5 * math.log(1.05 / 0.3), 0.0, -0.5 * math.log(0.1 / 0.3)]
    assert gained[1] == pytest.approx(
        [(one + other) / 2 for one, other in zip(cold, logarithm, strict=True)], abs=1e-6
    )
    halfway = gains(THREE, transcripts([]), 0.5)[0]
    assert halfway == pytest.approx([-0.75 * 0.35 / 8, 0.0, 0.2 * 0.35 / 8], abs=1e-6)


def test_at_rest_more_films_have_to_be_liked_before_fame_counts_by_its_logarithm() -> None:
    # Eight liked are half of the way; three are 9 / 73.
    eight, three = at_rest(THREE, transcripts([(1, UP)] * 8, [(1, UP)] * 3))
    cold = -COLD * REST**3 * 0.75
    logarithm = -KNOWN * REST * math.log(1.05 / 0.3)
    assert eight[0] == pytest.approx((cold + logarithm) / 2, abs=1e-6)
    assert three[0] == pytest.approx(cold + 9 / 73 * (logarithm - cold), abs=1e-6)
    np.testing.assert_allclose(
        at_rest(THREE, transcripts([])), gains(THREE, transcripts([]), REST), atol=1e-7
    )


def test_a_wish_tells_as_much_as_two_likes() -> None:
    wished = transcripts([(4, Outcome.WANTED)])
    np.testing.assert_array_equal(
        gains(THREE, wished, 0.7), gains(THREE, transcripts([(1, UP), (2, UP)]), 0.7)
    )


def test_towards_hidden_gems_being_talked_of_counts_less() -> None:
    affinity = any_affinity(CINEMA)
    served = QNetwork(
        CINEMA, [still_vectors(CINEMA.n_items)], hidden=8, affinities=(affinity,)
    ).eval()
    said = conversation((1, LIKE)).observation()[None]
    talk_prior = served.knob(said, 0.5) - gains(CINEMA, said, 0.5)
    # Film 0 has 140 ratings: of somebody who likes it the talk prior counts 140 / 160.
    np.testing.assert_allclose(
        talk_prior[0], -0.5 * 0.25 * 140 / 160 * affinity.cooccurrence.talk_prior, atol=1e-6
    )
    np.testing.assert_array_equal(served.knob(said, -0.5), gains(CINEMA, said, -0.5))


@given(state=conversations(CINEMA), gems=st.floats(-1, 1))
def test_the_other_end_of_the_knob_is_the_mirror_image(state: SessionState, gems: float) -> None:
    observation = state.observation()[None]
    np.testing.assert_allclose(
        gains(CINEMA, observation, -gems), -gains(CINEMA, observation, gems), atol=1e-7
    )
    falling = gains(CINEMA, observation, abs(gems))[0]
    assert (
        np.diff(falling) >= -1e-7
    ).all()  # rows are in order of fame: the less known, the more gained


@given(state=conversations(CINEMA), gems=st.floats(-1, 1), token=st.integers(1, CINEMA.n_items))
def test_the_knob_owns_what_it_adds(state: SessionState, gems: float, token: int) -> None:
    steered = state.steer(gems)
    parts = SERVED.explain(steered, token)
    assert sum(part.value for part in parts) == pytest.approx(
        SERVED.q_values(steered)[token - 1], abs=1e-4
    )
    knob = [part.value for part in parts if part.token == KNOB]
    difference = SERVED.q_values(steered)[token - 1] - SERVED.q_values(state)[token - 1]
    assert sum(knob) == pytest.approx(difference, abs=1e-5)
    assert len(knob) == (gems != 0)


def test_at_nought_nothing_changes() -> None:
    state = conversation((1, LIKE))
    np.testing.assert_array_equal(SERVED.q_values(state.steer(0.0)), SERVED.q_values(state))


def test_propensities_are_those_of_the_steered_values() -> None:
    state = conversation((1, LIKE)).steer(1.0)
    values = SERVED.q_values(state)
    values[0] = -np.inf
    order = np.argsort(-values, kind="stable")[:5]
    temperature = max(0.5, float(values[order].std()))
    weight = np.exp((values[order].astype(np.float64) - values[order[0]]) / temperature)
    chances = 0.3 * weight / weight.sum() + 0.7 * (np.arange(5) == 0)
    seen = {}
    for seed in range(400):
        (choice,) = SERVED.choose(state, 1, np.random.default_rng(seed))
        seen[choice.token - 1] = choice.propensity
    assert seen == pytest.approx(dict(zip(order.tolist(), chances.tolist(), strict=True)))


@pytest.mark.parametrize("gems", [-1.1, 2.0, math.nan, math.inf])
def test_the_knob_has_ends(gems: float) -> None:
    with pytest.raises(ValueError, match="from -1 to 1"):
        SessionState().steer(gems)


def test_the_state_is_written_with_the_knob_and_older_ones_are_read_without() -> None:
    state = conversation((1, LIKE)).steer(-0.25)
    text = state.to_json(CINEMA)
    assert SessionState.from_json(text, CINEMA) == state
    record = json.loads(text)
    del record["gems"]
    assert SessionState.from_json(json.dumps(record), CINEMA) == state.steer(0.0)


# ---- its curve

FILMS = 12
PLACES = (-1.0, 0.5)


class Indifferent:
    """Every film is as good as any other."""

    name = "indifferent"

    def scores(self, observations: np.ndarray) -> FloatArray:
        return np.zeros((len(observations), FILMS), dtype=np.float32)


def test_the_curve_measures_every_place_against_the_same_baseline() -> None:
    train = checkerboard(people=40, films=FILMS)
    catalogue = catalogue_of(list(range(10 * FILMS, 0, -10)))
    (ease,) = fit_baselines(train, catalogue, ["ease"])
    knob = partial(gains, catalogue)
    policies = [Steered(Indifferent(), knob, gems) for gems in (0.0, *PLACES)]
    settings = EvaluationSettings(
        stated=(1,), turns=3, views=(View.REPLAY,), least_ratings=5, resamples=50
    )
    people = checkerboard(people=24, films=FILMS, first_id=1000, seed=9)
    report = evaluate([*policies, ease], people, catalogue, settings)
    curve = places(report, "indifferent", PLACES, 1, View.REPLAY)
    assert [place.gems for place in curve] == [-1.0, 0.0, 0.5]
    bar = report.result(1, View.REPLAY, "ease").metrics
    for place in curve:
        assert place.difference is not None
        assert place.difference.value == pytest.approx(place.hits.value - bar["hits@3"].value)
        assert place.widened == pytest.approx(place.coverage / bar["coverage"].value)
    ranks = [place.popularity_rank for place in curve]
    assert ranks == sorted(ranks)
    assert ranks[0] < ranks[-1]
    block = curve_table(report, "indifferent", PLACES).splitlines()
    assert block[0].endswith("1 stated, replay view, against ease")
    assert [line.split()[0] for line in block[2:]] == ["-1.00", "+0.00", "+0.50"]


@given(state=conversations(CINEMA), token=st.integers(1, CINEMA.n_items))
def test_where_nobody_has_turned_it_fame_counts_for_the_whole_conversation(
    state: SessionState, token: int
) -> None:
    restless = NETWORK.twin()
    with torch.no_grad():
        restless.fame.at_rest.zero_()
        weights = NETWORK.fame(tensor(state))[0].numpy()
    # No mood has enough films here, so that nothing multiplies it.
    gained = SERVED.q_values(state) - Policy(restless, CINEMA, "any").q_values(state)
    np.testing.assert_allclose(gained, weights, atol=1e-4)
    parts = SERVED.explain(state, token)
    assert all(part.token != KNOB for part in parts)
    whole = next(part.value for part in parts if part.token == WHOLE)
    without = Policy(restless, CINEMA, "any").explain(state, token)
    assert whole - next(part.value for part in without if part.token == WHOLE) == pytest.approx(
        weights[token - 1], abs=1e-4
    )
