"""From Q-values to a slate: best first, gambles of known probability, nothing that may not be
shown."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import (
    FACET_OUTCOMES,
    MOVIE_OUTCOMES,
    N_ITEMS,
    any_network,
    cinema,
    conversation,
    conversations,
)

from core.catalogue import Catalogue
from core.domain import Constraints, Limit, Outcome
from core.model.policy import KNOB, WHOLE, Exploration, FloatArray, IntArray, Policy
from core.session import Observation, SessionState

CINEMA = cinema()
COMEDY, HORROR, SPACE = (CINEMA.facet_token(index) for index in range(3))
GREEDY = Exploration(share=0.0)


class Fixed:
    """Q-values that depend on nothing."""

    def __init__(self, values: dict[int, float], other: float = 0.0) -> None:
        self._values = np.full(N_ITEMS, other, dtype=np.float32)
        for row, value in values.items():
            self._values[row] = value

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        return np.tile(self._values, (len(observations), 1))

    def contributions(
        self, observation: Observation, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        parts = np.zeros((len(rows), 3 + len(observation)), dtype=np.float32)
        parts[:, 0] = self._values[rows]
        return parts


def policy(
    values: dict[int, float], exploration: Exploration = GREEDY, other: float = 0.0
) -> Policy:
    return Policy(Fixed(values, other), CINEMA, "fixed-1", exploration)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


class TestGreedy:
    def test_best_first(self) -> None:
        choices = policy({7: 3.0, 2: 2.0, 5: 1.0}).choose(SessionState(), 3, rng())
        assert [choice.token for choice in choices] == [8, 3, 6]
        assert [choice.q_value for choice in choices] == [3.0, 2.0, 1.0]

    def test_is_certain(self) -> None:
        for choice in policy({7: 3.0, 2: 2.0}).choose(SessionState(), 5, rng()):
            assert choice.propensity == 1.0
            assert not choice.explored

    def test_ties_go_to_the_better_known_film(self) -> None:
        assert [choice.token for choice in policy({}).choose(SessionState(), 4, rng())] == [
            1,
            2,
            3,
            4,
        ]


class TestPropensities:
    E = math.e

    def test_of_two_candidates_by_hand(self) -> None:
        # A tenth of the places is drawn by the softmax of (1, 0) at temperature 1, which is (e,
        # 1)/(e + 1).
        explorer = policy(
            {0: 1.0, 1: 0.0}, Exploration(0.1, candidates=2, temperature=1.0), other=-9.0
        )
        first = {
            choice.token: choice
            for seed in range(300)
            for choice in explorer.choose(SessionState(), 1, rng(seed))
        }
        assert set(first) == {1, 2}
        assert first[1].propensity == pytest.approx(0.9 + 0.1 * self.E / (self.E + 1))
        assert first[2].propensity == pytest.approx(0.1 / (self.E + 1))
        assert not first[1].explored and first[2].explored

    def test_temperature_is_in_units_of_reward(self) -> None:
        # (.2, 0) at temperature .1 is (e², 1)/(e² + 1).
        explorer = policy({0: 0.2}, Exploration(1.0, candidates=2, temperature=0.1))
        first = {
            c.token: c.propensity
            for seed in range(100)
            for c in explorer.choose(SessionState(), 1, rng(seed))
        }
        assert first == {
            1: pytest.approx(math.e**2 / (math.e**2 + 1)),
            2: pytest.approx(1 / (math.e**2 + 1)),
        }

    def test_values_that_lie_far_apart_are_gambled_with_all_the_same(self) -> None:
        # (5, 0) at temperature .1 would be certain: their deviation, 2.5, makes it (e², 1)/(e² +
        # 1).
        explorer = policy({0: 5.0}, Exploration(1.0, candidates=2, temperature=0.1))
        drawn = {
            c.token: c.propensity
            for seed in range(100)
            for c in explorer.choose(SessionState(), 1, rng(seed))
        }
        assert drawn == {
            1: pytest.approx(math.e**2 / (math.e**2 + 1)),
            2: pytest.approx(1 / (math.e**2 + 1)),
        }

    def test_the_second_place_is_given_the_first(self) -> None:
        # Whatever film went first, the second place has the two best of the rest as candidates.
        explorer = policy(
            {0: 2.0, 1: 1.0, 2: 0.0}, Exploration(0.5, candidates=2, temperature=1.0), other=-9.0
        )
        weight = {1: math.e**2, 2: math.e, 3: 1.0}
        seen = set()
        for seed in range(300):
            first, second = explorer.choose(SessionState(), 2, rng(seed))
            best, next_best = [token for token in (1, 2, 3) if token != first.token][:2]
            share = 0.5 * weight[second.token] / (weight[best] + weight[next_best])
            assert second.propensity == pytest.approx(
                share + (0.5 if second.token == best else 0.0)
            )
            assert second.explored == (second.token != best)
            seen.add((first.token, second.token))
        assert seen == {(1, 2), (1, 3), (2, 1), (2, 3)}

    def test_those_of_the_first_place_add_up_to_one(self) -> None:
        explorer = policy(
            dict(enumerate(np.linspace(1, 0, N_ITEMS))),
            Exploration(0.9, candidates=6, temperature=0.5),
        )
        first = {
            c.token: c.propensity
            for seed in range(800)
            for c in explorer.choose(SessionState(), 1, rng(seed))
        }
        assert set(first) == set(range(1, 7))  # only candidates are gambled on
        assert sum(first.values()) == pytest.approx(1.0)

    def test_are_the_frequencies(self) -> None:
        explorer = policy({0: 0.3, 1: 0.2, 2: 0.1}, Exploration(0.6, candidates=4, temperature=0.2))
        generator, count = rng(), 6000
        slates = [explorer.choose(SessionState(), 1, generator)[0] for _ in range(count)]
        frequency = Counter(choice.token for choice in slates)
        for choice in set(slates):
            # Four standard errors of a frequency.
            error = 4 * math.sqrt(choice.propensity * (1 - choice.propensity) / count)
            assert frequency[choice.token] / count == pytest.approx(choice.propensity, abs=error)

    @pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
    def test_are_probabilities_however_large_the_values(self, scale: float) -> None:
        explorer = policy({0: scale, 1: -scale}, Exploration(0.3, candidates=5, temperature=0.1))
        for seed in range(20):
            for choice in explorer.choose(SessionState(), 6, rng(seed)):
                assert 0.0 < choice.propensity <= 1.0


class TestAvailable:
    EXPLORER = Policy(
        any_network(CINEMA), CINEMA, "any", Exploration(share=0.9, candidates=5, temperature=1.0)
    )

    @given(state=conversations(CINEMA), count=st.integers(0, 15), seed=st.integers(0, 99))
    def test_nothing_is_shown_twice(self, state: SessionState, count: int, seed: int) -> None:
        tokens = [choice.token for choice in self.EXPLORER.choose(state, count, rng(seed))]
        assert (
            len(set(tokens)) == len(tokens) == min(count, int(self.EXPLORER.available(state).sum()))
        )
        assert not set(tokens) & set(state.tokens())
        assert all(1 <= token <= N_ITEMS for token in tokens)

    @given(
        state=conversations(CINEMA, longest=5),
        years=st.sampled_from([None, (1985, 1995), (2000, 2000), (1900, 1910)]),
        required=st.sets(st.sampled_from([COMEDY, SPACE])),
        excluded=st.sets(st.sampled_from([HORROR])),
        seed=st.integers(0, 99),
    )
    def test_nothing_outside_the_constraints(
        self,
        state: SessionState,
        years: tuple[int, int] | None,
        required: set[int],
        excluded: set[int],
        seed: int,
    ) -> None:
        limits = () if years is None else (Limit("year", *years),)
        constraints = Constraints(limits, tuple(sorted(required)), tuple(sorted(excluded)))
        for choice in self.EXPLORER.choose(state.constrain(constraints), 4, rng(seed)):
            movie = CINEMA.movie(choice.token)
            assert years is None or years[0] <= movie.year <= years[1]
            assert COMEDY not in required or "Comedy" in movie.genres
            assert SPACE not in required or movie.row < 4
            assert HORROR not in excluded or "Horror" not in movie.genres

    def test_fewer_are_left_than_asked_for(self) -> None:
        state = conversation(*((token, Outcome.SHOWN) for token in range(1, N_ITEMS - 1)))
        choices = policy({}).choose(state, 3, rng())
        assert [choice.token for choice in choices] == [N_ITEMS - 1, N_ITEMS]
        assert choices[-1].propensity == 1.0

    def test_nothing_is_left(self) -> None:
        state = SessionState().constrain(Constraints(limits=(Limit("year", 1900, 1910),)))
        assert policy({}).choose(state, 3, rng()) == ()

    def test_none_is_asked_for(self) -> None:
        assert policy({}).choose(SessionState(), 0, rng()) == ()


class TestExplanation:
    def test_names_the_events_in_order_and_adds_up(self) -> None:
        served = Policy(any_network(CINEMA), CINEMA, "any")
        state = conversation((1, Outcome.STATED_LIKE), (COMEDY, Outcome.WANTED), (4, Outcome.DOWN))
        parts = served.explain(state, 6)
        assert [part.token for part in parts] == [0, WHOLE, 1, COMEDY, 4]
        assert sum(part.value for part in parts) == pytest.approx(
            served.q_values(state)[5], abs=1e-4
        )

    def test_of_a_cold_start_names_no_event(self) -> None:
        served = Policy(any_network(CINEMA), CINEMA, "any")
        assert [part.token for part in served.explain(SessionState(), 6)] == [0, WHOLE]

    def test_a_slate_is_explained_film_by_film(self) -> None:
        served = Policy(any_network(CINEMA), CINEMA, "any")
        state = (
            SessionState().state(1, Outcome.STATED_LIKE).state(4, Outcome.STATED_DISLIKE).steer(0.5)
        )
        films = served.explanations(state, [3, 6, 8])
        for token, parts in zip((3, 6, 8), films, strict=True):
            assert [part.token for part in parts] == [0, WHOLE, 1, 4, KNOB]
            assert [part.value for part in parts] == pytest.approx(
                [part.value for part in served.explain(state, token)], rel=1e-5, abs=1e-6
            )
            assert sum(part.value for part in parts) == pytest.approx(
                served.q_values(state)[token - 1], abs=1e-5
            )
        assert served.explanations(state, []) == ()

    def test_what_is_small_in_every_film_counts_as_the_whole(self) -> None:
        served = Policy(any_network(CINEMA), CINEMA, "any")
        state = conversation(
            (1, Outcome.STATED_LIKE),
            (COMEDY, Outcome.WANTED),
            (4, Outcome.PASSED),
            (5, Outcome.DOWN),
        )
        whole = served.explanations(state, [3, 6])
        events = [max(abs(film[place].value) for film in whole) for place in range(2, 6)]
        explained = served.explanations(state, [3, 6], small=sorted(events)[-1] * 0.99)
        largest = state.events[events.index(max(events))].token
        for film, before in zip(explained, whole, strict=True):
            assert [part.token for part in film] == [
                0,
                WHOLE,
                *(t for t in state.tokens() if t in (4, largest)),
            ]
            assert sum(part.value for part in film) == pytest.approx(
                sum(part.value for part in before)
            )

    def test_serves_what_the_network_says(self) -> None:
        network = any_network(CINEMA)
        state = conversation((1, Outcome.STATED_LIKE))
        np.testing.assert_array_equal(
            Policy(network, CINEMA, "any").q_values(state),
            network.q_values(state.observation()[None])[0],
        )


def random_state(rng: np.random.Generator, catalogue: Catalogue) -> SessionState:
    """Films and facets with any outcome that can happen to them, some constraints, any knob."""
    tokens = rng.permutation(np.arange(1, catalogue.n_tokens))[: int(rng.integers(0, 10))]
    state = conversation(
        *(
            (token, outcomes[int(rng.integers(len(outcomes)))])
            for token in tokens.tolist()
            for outcomes in (MOVIE_OUTCOMES if catalogue.is_movie(token) else FACET_OUTCOMES,)
        )
    )
    if rng.random() < 0.3:
        excluded = catalogue.facet_token(int(rng.integers(len(catalogue.facets))))
        state = state.constrain(Constraints(excluded=(excluded,)))
    return state.steer(float(rng.uniform(-1, 1))) if rng.random() < 0.5 else state


def test_every_film_is_the_best_remaining_one_of_the_q_function_unless_it_is_a_gamble() -> None:
    """The network alone ranks: in 1,000 states no rule of the policy comes before it."""
    films = cinema(40, 44)  # enough for genres, decades and pairs to be moods
    network, draw = any_network(films, sets=1), rng(0)
    assert network.mood.moods and network.affinities
    served = Policy(network, films, "any", Exploration(0.5, candidates=8, temperature=0.5))
    gambles = 0
    for number in range(1000):
        state = random_state(draw, films)
        for choice in served.choose(state, 2, rng(number)):
            q_values = network.q_values(state.observation()[None], state.gems)[0]
            open_to = np.where(served.available(state), q_values, -np.inf)
            assert choice.explored == (choice.token - 1 != int(open_to.argmax()))
            gambles += choice.explored
            state = state.show(choice.token).pass_over(choice.token)
    assert 300 < gambles < 1200


class Heard(Fixed):
    """The same, and what was asked of it: outcomes of the films shown, a slate's cards in order."""

    def __init__(self) -> None:
        super().__init__({row: 1.0 - row / 10 for row in range(6)})
        self.outcomes: list[list[Outcome]] = []

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        events = [Outcome(one) for token, one in observations[0].tolist() if token]
        self.outcomes.append(events)
        return super().q_values(observations, gems, sought)


def test_a_card_is_chosen_as_if_those_above_had_been_passed_over() -> None:
    heard = Heard()
    chosen = Policy(heard, CINEMA, "heard-1", GREEDY).choose(SessionState(), 4, rng())
    assert [choice.token for choice in chosen] == [1, 2, 3, 4]
    assert heard.outcomes == [[Outcome.PASSED] * above for above in range(4)]


def test_what_a_slate_might_have_been_is_told_as_it_was_chosen() -> None:
    chosen, told = Heard(), Heard()
    slate = Policy(chosen, CINEMA, "heard-1", GREEDY).choose(SessionState(), 4, rng())
    Policy(told, CINEMA, "heard-1", GREEDY).chances(
        SessionState(), [choice.token for choice in slate]
    )
    assert told.outcomes == chosen.outcomes
