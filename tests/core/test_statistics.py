"""Intervals, concentration and coverage, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.statistics import catalogue_intervals, coverage, gini, mean_interval, resamples


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([3, 3, 3, 3], 0.0),
        ([0, 0, 0, 8], 0.75),  # one of four has all: (n − 1) / n
        ([1, 3], 0.25),  # mean absolute difference 2·2/4 = 1, over 2 · mean 2
        ([0, 1, 2], 4 / 9),  # differences 1, 2, 1 both ways: 8 / (9 · 2 · 1)
        ([0, 0], 0.0),
    ],
)
def test_gini_of_small_catalogues(counts: list[int], expected: float) -> None:
    assert gini(counts) == pytest.approx(expected)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any))
def test_gini_is_half_the_relative_mean_absolute_difference(counts: list[int]) -> None:
    array = np.array(counts, dtype=float)
    difference = np.abs(array[:, None] - array).mean()
    assert gini(counts) == pytest.approx(difference / (2 * array.mean()))
    assert gini(counts[::-1]) == pytest.approx(gini(counts))


def test_coverage_is_the_share_of_films_shown_at_all() -> None:
    assert coverage([0, 5, 1, 0, 0]) == pytest.approx(0.4)


def test_resamples_draw_as_many_people_as_there_are_and_repeat_under_a_seed() -> None:
    weights = resamples(7, 100, seed=3)
    assert weights.shape == (100, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert np.array_equal(weights, np.rint(weights))
    assert np.array_equal(weights, resamples(7, 100, seed=3))
    assert not np.array_equal(weights, resamples(7, 100, seed=4))


def test_interval_of_equal_values_has_no_width() -> None:
    interval = mean_interval(np.full(9, 2.5), resamples(9, 200, seed=0))
    assert interval == pytest.approx((2.5, 2.5, 2.5))


def test_interval_of_two_people_spans_both() -> None:
    # the mean of a resample of {0, 1} is 0, ½ or 1 with probability ¼, ½, ¼
    weights = resamples(2, 2000, seed=0)
    assert mean_interval([0.0, 1.0], weights) == (0.5, 0.0, 1.0)
    shares = [float(np.mean(weights @ [0.0, 1.0] / 2 == mean)) for mean in (0.0, 0.5, 1.0)]
    assert shares == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_interval_of_many_people_is_that_of_the_normal_distribution() -> None:
    values = np.tile([0.0, 1.0], 200)  # standard error ½ / √400 = 0.025
    value, low, high = mean_interval(values, resamples(400, 2000, seed=0))
    assert value == 0.5
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.004)


def test_paired_difference_is_narrow_where_policies_err_on_the_same_people() -> None:
    weights = resamples(300, 500, seed=1)
    hard = np.random.default_rng(0).normal(5.0, 3.0, 300)
    better = hard + 0.2
    alone, paired = mean_interval(better, weights), mean_interval(better - hard, weights)
    assert alone.high - alone.low > 0.5
    assert paired == pytest.approx((0.2, 0.2, 0.2))


def test_coverage_and_gini_count_films_never_shown_and_pass_over_ended_turns() -> None:
    shown = np.array([[0, 1], [0, -1]])  # film 0 twice, film 1 once, films 2 and 3 never
    covered, concentration = catalogue_intervals(shown, 4, resamples(2, 50, seed=0))
    assert covered.value == coverage([2, 1, 0, 0])
    assert concentration.value == pytest.approx(gini([2, 1, 0, 0]))
    assert covered.low <= covered.value <= covered.high


def test_interval_of_coverage_holds_the_coverage_itself() -> None:
    # every person sees films of their own: a resample always covers less
    shown = np.arange(60).reshape(30, 2)
    covered, concentration = catalogue_intervals(shown, 100, resamples(30, 300, seed=0))
    assert covered.value == 0.6
    assert covered.low < 0.6 < covered.high < 1.0
    assert concentration.value == pytest.approx(gini([1] * 60 + [0] * 40))


def test_nothing_shown_covers_nothing() -> None:
    covered, concentration = catalogue_intervals(np.full((3, 2), -1), 5, resamples(3, 20, seed=0))
    assert covered == (0.0, 0.0, 0.0)
    assert concentration == (0.0, 0.0, 0.0)
