"""Films for several people: scales of their own, the less happy one decides, numbers worked out by
hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import N_ITEMS, cinema

from core.domain import Constraints, Outcome
from core.model.group import choose_together, fits, open_to_all, ranked
from core.model.policy import FloatArray, IntArray, Policy
from core.session import Observation, SessionState

ALL = np.ones(5, dtype=np.bool_)
ANN, BEN = [4.0, 3.0, 0.0, 1.0, 2.0], [100.0, 130.0, 140.0, 110.0, 120.0]
CINEMA = cinema()
COMEDY, HORROR, SPACE = (CINEMA.facet_token(index) for index in range(3))

people_and_films = st.tuples(st.integers(1, 4), st.integers(1, 9)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(-20, 20).map(float), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


class TestFits:
    def test_0_is_the_median_film_and_1_the_best(self) -> None:
        # Ann: median 2, best 4. Ben, whose values are ten times as far apart and start at 100:
        # median 120, best 140.
        assert fits(np.array([ANN, BEN]), ALL).tolist() == [
            [1.0, 0.5, -1.0, -0.5, 0.0],
            [-1.0, 0.5, 1.0, -0.5, 0.0],
        ]

    def test_films_that_are_not_open_set_no_scale(self) -> None:
        # Without her favourite Ann's best is 3 and her median 1.5.
        mask = np.array([False, True, True, True, True])
        assert fits(np.array([ANN]), mask)[0, 1:].tolist() == [
            1.0,
            -1.0,
            pytest.approx(-1 / 3),
            pytest.approx(1 / 3),
        ]

    def test_to_the_indifferent_everything_is_fine(self) -> None:
        assert fits(np.array([[2.0, 2.0, 2.0]]), ALL[:3]).tolist() == [[1.0, 1.0, 1.0]]

    def test_one_film_is_everybodys_best(self) -> None:
        assert fits(np.array([[-3.0], [8.0]]), ALL[:1]).tolist() == [[1.0], [1.0]]

    def test_nothing_open(self) -> None:
        assert fits(np.array([ANN]), ~ALL).tolist() == [[0.0] * 5]

    @given(people_and_films, st.integers(1, 9), st.integers(-50, 50))
    def test_neither_level_nor_spread_matters(
        self, values: list[list[float]], spread: int, level: int
    ) -> None:
        q_values = np.array(values)
        mask = np.ones(q_values.shape[1], dtype=np.bool_)
        assert fits(q_values * spread + level, mask) == pytest.approx(fits(q_values, mask))


class TestRanked:
    def test_the_less_happy_person_decides(self) -> None:
        # Smallest figures: −1, ½, −1, −½, 0. Films 0 and 2 tie there and in the mean (0): the
        # better known goes first.
        assert ranked(fits(np.array([ANN, BEN]), ALL), ALL).tolist() == [1, 4, 3, 0, 2]

    def test_ties_go_to_the_better_mean(self) -> None:
        assert ranked(np.array([[0.5, 0.5, 0.2], [0.6, 0.9, 1.0]]), ALL[:3]).tolist() == [1, 0, 2]

    def test_a_mean_would_have_let_one_person_pay(self) -> None:
        # Film 0 has the best mean (.5), but leaves Ben with nothing; film 1 gives both .4.
        assert ranked(np.array([[1.0, 0.4], [0.0, 0.4]]), ALL[:2]).tolist() == [1, 0]

    @given(people_and_films)
    def test_nobody_could_be_served_better_than_the_least_happy_one_is(
        self, values: list[list[float]]
    ) -> None:
        figures = np.array(values)
        mask = np.ones(figures.shape[1], dtype=np.bool_)
        order = ranked(figures, mask)
        assert sorted(order.tolist()) == list(range(figures.shape[1]))
        least = figures.min(axis=0)[order]
        assert (np.diff(least) <= 0).all()
        assert ranked(figures[::-1], mask).tolist() == order.tolist(), (
            "who came first does not matter"
        )


class Tastes:
    """Likes pull towards films of the same kind: Q = 1 − .01 row, + 1 for each film liked of the
    same parity."""

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> FloatArray:
        rows = np.arange(N_ITEMS)
        values = np.tile(1 - 0.01 * rows, (len(observations), 1))
        for person, observation in enumerate(observations):
            for token, outcome in observation:
                if outcome == Outcome.STATED_LIKE:
                    values[person] += rows % 2 == (token - 1) % 2
        return values.astype(np.float32)

    def contributions(
        self, observation: Observation, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        raise NotImplementedError


POLICY = Policy(Tastes(), CINEMA, "tastes-1")
COMEDY_FAN = SessionState().state(1, Outcome.STATED_LIKE)
HORROR_FAN = SessionState().state(4, Outcome.STATED_LIKE)


class TestChooseTogether:
    def test_wishes_of_all_hold_and_what_anybody_had_is_out(self) -> None:
        ann = COMEDY_FAN.constrain(Constraints(required=(SPACE,)))  # rows 0 to 3; she named row 0
        ben = HORROR_FAN.constrain(Constraints(excluded=(HORROR,)))  # even rows; he named row 3
        assert np.flatnonzero(open_to_all(POLICY, [ann, ben])).tolist() == [2]
        assert [choice.token for choice in choose_together(POLICY, [ann, ben], 3)] == [3]

    def test_nothing_suits_everybody(self) -> None:
        ann = COMEDY_FAN.constrain(Constraints(required=(COMEDY,)))
        ben = HORROR_FAN.constrain(Constraints(required=(HORROR,)))
        assert choose_together(POLICY, [ann, ben], 3) == ()

    def test_one_person_alone_gets_their_own_best(self) -> None:
        own = POLICY.choose(COMEDY_FAN, 3, np.random.default_rng(0))
        assert [one.token for one in choose_together(POLICY, [COMEDY_FAN], 3)] == [3, 5, 7]
        assert {one.token for one in own} <= set(range(1, N_ITEMS + 1))

    def test_each_persons_figures_stand_in_the_order_of_the_states(self) -> None:
        first, *_ = choose_together(POLICY, [COMEDY_FAN, HORROR_FAN], 1)
        values = [POLICY.q_values(state)[first.token - 1] for state in (COMEDY_FAN, HORROR_FAN)]
        assert first.q_values == tuple(map(float, values))
        mask = open_to_all(POLICY, [COMEDY_FAN, HORROR_FAN])
        both = fits(np.stack([POLICY.q_values(COMEDY_FAN), POLICY.q_values(HORROR_FAN)]), mask)
        assert first.fits == tuple(both[:, first.token - 1])
        assert replace(first, token=1).fits == first.fits

    def test_nobody(self) -> None:
        with pytest.raises(ValueError, match="nobody"):
            choose_together(POLICY, [], 3)
