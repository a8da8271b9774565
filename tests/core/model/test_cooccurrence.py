"""How much oftener than chance people who like one film like another, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from worlds import catalogue_of, checkerboard

from core.data.dialogs import RecordedTalk
from core.model.cooccurrence import Cooccurrence, CooccurrenceSettings, log_lift, log_lift_of_met

LIKES = sparse.csr_matrix([[1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=np.float32)
"""Seven likes: two people like films 0 and 1, one likes 1 and 2, one likes 2."""


class TestLogLift:
    def test_by_hand(self) -> None:
        lifts = log_lift(LIKES, caution=1.0)
        # Who likes film 0 gave 4 of all 7 likes, and three people like film 1: 12/7 would be
        # chance, and two like both.
        assert math.isclose(lifts[0, 1], math.log((2 + 1) / (12 / 7 + 1)), rel_tol=1e-6)
        # Who likes film 2 gave 3 of 7, and two people like film 0: 6/7 would be chance, and nobody
        # likes both.
        assert math.isclose(lifts[2, 0], math.log(1 / (6 / 7 + 1)), rel_tol=1e-6)

    def test_of_a_film_to_itself_is_none(self) -> None:
        assert not log_lift(LIKES, caution=1.0).diagonal().any()

    def test_is_none_where_nobody_likes_anything(self) -> None:
        assert not log_lift(sparse.csr_matrix((2, 3), dtype=np.float32), caution=1.0).any()

    def test_caution_keeps_a_single_person_from_saying_much(self) -> None:
        said = [log_lift(LIKES, caution=caution)[0, 1] for caution in (0.1, 1.0, 10.0)]
        assert said == sorted(said, reverse=True) and said[-1] > 0


class TestFit:
    RATINGS, CATALOGUE = checkerboard(), catalogue_of([40] * 12)

    def test_company_is_that_of_the_people_who_like_a_film(self) -> None:
        cooccurrence = Cooccurrence.fit(self.RATINGS, self.CATALOGUE)
        kin = cooccurrence.of @ cooccurrence.to.T
        even, odd = [row for row in range(2, 12, 2)], [row for row in range(1, 12, 2)]
        assert kin[0, even].min() > kin[0, odd].max()

    def test_is_the_best_approximation_of_its_rank(self) -> None:
        lifts = log_lift(self.RATINGS.likes(), 1.0)
        cooccurrence = Cooccurrence.fit(self.RATINGS, self.CATALOGUE, CooccurrenceSettings(rank=2))
        left, singular, right = np.linalg.svd(lifts)
        np.testing.assert_allclose(
            cooccurrence.of @ cooccurrence.to.T, left[:, :2] * singular[:2] @ right[:2], atol=1e-5
        )

    def test_repeats(self) -> None:
        one, other = (Cooccurrence.fit(self.RATINGS, self.CATALOGUE, seed=4) for _ in range(2))
        np.testing.assert_array_equal(one.of, other.of)

    def test_of_a_single_film_is_nothing(self) -> None:
        cooccurrence = Cooccurrence.fit(checkerboard(films=1), catalogue_of([40]))
        assert cooccurrence.of.shape == (1, 128) and not cooccurrence.of.any()

    def test_only_the_best_known_have_company(self) -> None:
        cooccurrence = Cooccurrence.fit(
            self.RATINGS, self.CATALOGUE, CooccurrenceSettings(max_items=6)
        )
        assert cooccurrence.of[:6].any() and not cooccurrence.of[6:].any()

    def test_films_named_in_one_conversation_are_together(self) -> None:
        dialogs = sparse.csr_matrix(np.eye(12, dtype=np.float32)[[0, 1, 2]] + np.eye(12)[[5, 5, 3]])
        fitted = Cooccurrence.fit(self.RATINGS, self.CATALOGUE, talk=RecordedTalk(dialogs=dialogs))
        assert fitted.named_together is not None
        lifts = fitted.named_together.toarray()
        # Films 0 and 5 share one of the three conversations, in which a third of all names fall;
        # film 5 is named in two, so 2/3 would be chance.
        assert lifts[0, 5] == pytest.approx(math.log(2 / (2 / 3 + 1)))
        assert (
            lifts[0, 3] == 0
            and Cooccurrence.fit(self.RATINGS, self.CATALOGUE).named_together is None
        )


class TestLogLiftOfMet:
    def test_is_the_log_lift_where_films_met_more_often_than_by_chance(self) -> None:
        met, lifts = log_lift_of_met(LIKES, caution=1.0).toarray(), log_lift(LIKES, caution=1.0)
        # Films 1 and 2 met once; of 3 people who like film 1, with 3/7 of all likes, 9/7 would be
        # chance. Films 0 and 2 never met.
        assert met[0, 1] == lifts[0, 1] > 0
        assert lifts[2, 1] < 0 and met[2, 1] == 0 == met[0, 2]

    @given(st.integers(0, 99))
    def test_is_never_below_zero(self, seed: int) -> None:
        likes = sparse.random(9, 7, 0.3, "csr", np.float32, seed)
        likes.data[:] = 1.0
        met, lifts = log_lift_of_met(likes, 1.0).toarray(), log_lift(likes, 1.0)
        together = (likes.T @ likes).toarray() > 0
        np.testing.assert_allclose(met, np.where(together, np.maximum(lifts, 0), 0), atol=1e-6)
