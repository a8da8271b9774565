"""Kinds of people: rates that can be worked out by hand, and two tastes that are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import checkerboard, ratings_of

from core.model.factors import ClassSettings, LatentClasses, fit_classes

ONE = ClassSettings(classes=1, fits=1, smoothing=0.0)


def seats(people: int) -> np.ndarray:
    """Even people on one side, odd ones on the other."""
    return np.array([[1.0 - 2.0 * (person % 2)] for person in range(people)], dtype=np.float32)


def test_one_class_is_everybody() -> None:
    # Four people and three films: film 0 liked by two and disliked by one, film 1 fair for one,
    # film 2 never seen.
    ratings = ratings_of([[5, 0, 0], [4, 3, 0], [1, 0, 0], [0, 2, 0]])
    classes = fit_classes(ratings, 3, seats(4), ONE)
    assert classes.prior.tolist() == [1.0]
    assert classes.liked[0].tolist() == pytest.approx([2 / 4, 1e-5, 1e-5])
    assert classes.disliked[0].tolist() == pytest.approx([1 / 4, 1 / 4, 1e-5])
    assert classes.fair[0].tolist() == pytest.approx([1e-5, 1 / 4, 1e-5])
    assert classes.unseen[0].tolist() == pytest.approx([1 / 4, 2 / 4, 1.0], abs=1e-4)


def test_two_tastes_become_two_classes() -> None:
    classes = fit_classes(
        checkerboard(people=80), 12, seats(80), ClassSettings(classes=2, fits=1, smoothing=1.0)
    )
    even = int(classes.liked[0, 0] < classes.liked[1, 0])
    assert classes.prior.tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    assert classes.liked[even, ::2].min() > 0.6
    assert classes.liked[even, 1::2].max() < 0.1
    assert classes.disliked[1 - even, ::2].min() > 0.6
    assert classes.disliked[1 - even, 1::2].max() < 0.1


def test_smoothing_pulls_a_class_to_what_is_usual() -> None:
    ratings = checkerboard(people=80)
    rough, smooth = (
        fit_classes(ratings, 12, seats(80), ClassSettings(classes=2, fits=1, smoothing=smoothing))
        for smoothing in (1.0, 40.0)
    )
    assert np.ptp(smooth.liked, axis=0).mean() < 0.8 * np.ptp(rough.liked, axis=0).mean()


def test_fits_begin_from_different_people_and_each_adds_up() -> None:
    people = ratings_of(
        np.random.default_rng(0).choice([0.0, 2.0, 3.0, 5.0], size=(60, 10)).tolist()
    )
    tastes = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
    classes = fit_classes(people, 10, tastes, ClassSettings(classes=5, fits=3))
    assert classes.prior.shape == (15,) and classes.liked.shape == (15, 10)
    assert classes.prior.reshape(3, 5).sum(axis=1) == pytest.approx(np.ones(3))
    assert not np.allclose(classes.liked[:5], classes.liked[5:10])
    assert (classes.liked + classes.disliked + classes.fair + classes.unseen) == pytest.approx(
        1.0, abs=2e-4
    )


def test_same_seed_same_classes() -> None:
    def fitted(seed: int) -> LatentClasses:
        tastes = np.random.default_rng(1).normal(size=(40, 4)).astype(np.float32)
        return fit_classes(checkerboard(), 12, tastes, ClassSettings(classes=4), seed=seed)

    np.testing.assert_array_equal(fitted(0).liked, fitted(0).liked)
    assert not np.array_equal(fitted(0).liked, fitted(1).liked)


@pytest.mark.parametrize(("people", "classes"), [(1, 1), (7, 1), (40, 10), (1_000, 96)])
def test_no_more_classes_than_people_can_fill(people: int, classes: int) -> None:
    assert ClassSettings().for_people(people).classes == classes


def test_films_beyond_those_that_can_be_recommended_are_left_out() -> None:
    classes = fit_classes(ratings_of([[5, 5], [1, 5]]), 1, seats(2), ONE)
    assert classes.liked.shape == (1, 1)
