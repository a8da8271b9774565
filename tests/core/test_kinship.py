"""What a conversation pulls each film by: sums by hand, exact parts, and a world where the right answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import N_ITEMS, N_MOVIES, any_kinship, cinema, conversation, conversations
from worlds import catalogue_of, checkerboard

from core.domain import Outcome
from core.factors import ease_weights
from core.kinship import Company, Kinship, KinshipSettings
from core.session import SessionState

CINEMA = cinema()
COMEDY, SPACE = CINEMA.facet_token(0), CINEMA.facet_token(2)
KINSHIP = any_kinship(CINEMA)
LIKE = Outcome.STATED_LIKE


def pull(state: SessionState, kinship: Kinship = KINSHIP) -> np.ndarray:
    return kinship.pull(state.observation()[None])[0]


def gate(*events: tuple[int, Outcome]) -> float:
    return float(KINSHIP.gate(conversation(*events).observation()[None])[0])


def silent() -> Kinship:
    """Nobody's taste and no appeal: only what films are about is left."""
    nothing = np.zeros((N_ITEMS, 2), dtype=np.float32)
    return Kinship(CINEMA, Company(nothing, nothing, nothing[:, 0]))


class TestGate:
    def test_closes_with_every_film_that_is_answered(self) -> None:
        assert gate((1, LIKE), (2, LIKE)) == pytest.approx(0.25)
        assert gate((1, LIKE), (2, Outcome.UP)) == pytest.approx(0.025)
        answered = (3, Outcome.SHOWN), (2, Outcome.DOWN), (4, Outcome.SEEN)
        assert gate((1, LIKE), *answered) == pytest.approx(0.25 * 0.1**3)

    def test_is_closed_where_nothing_pulls(self) -> None:
        assert gate() == 0
        assert gate((3, Outcome.STATED_DISLIKE)) == 0
        assert gate((3, Outcome.SHOWN), (2, Outcome.DOWN)) == 0

    def test_closes_more_slowly_where_something_is_asked_for(self) -> None:
        assert gate((COMEDY, Outcome.WANTED), (2, Outcome.UP)) == pytest.approx(0.15)
        assert gate((COMEDY, Outcome.AVOIDED), (2, Outcome.UP), (3, Outcome.UP)) == pytest.approx(0.09)

    def test_stays_open_where_the_talk_goes_on(self) -> None:
        silent = (1, Outcome.PASSED), (2, Outcome.RETRACTED), (3, Outcome.NOT_TONIGHT)
        assert gate((4, LIKE), *silent) == pytest.approx(0.25)


class TestPull:
    def test_of_nothing_said_is_none(self) -> None:
        np.testing.assert_array_equal(pull(SessionState()), 0)

    def test_whatever_is_said_brings_the_appeal(self) -> None:
        # A film that no other shares anything with: what is left is how readily each film is named.
        lonely = Kinship(CINEMA, replace(KINSHIP.company, of=0 * KINSHIP.company.of))
        added = lonely.pull(conversation((5, LIKE)).observation()[None])[0]
        np.testing.assert_allclose(added[9], 0.25 * KINSHIP.company.appeal[9], rtol=1e-6)

    def test_of_a_liked_film_by_hand(self) -> None:
        # Film 0 is a comedy in space, and so is film 2; film 4 is a comedy elsewhere, film 1 horror in space.
        added = pull(conversation((1, LIKE)), silent())
        assert added[2] == pytest.approx(0.25 * (2.2 + 3.8))
        assert added[4] == pytest.approx(0.25 * 2.2)
        assert added[1] == pytest.approx(0.25 * 3.8)
        assert added[5] == 0.0

    def test_of_the_people_who_like_it_by_hand(self) -> None:
        company = KINSHIP.company
        expected = 0.25 * (
            company.appeal[9] + 49 * company.of[4] @ company.to[9]
        )  # comedy 4 and horror 9 share nothing
        assert pull(conversation((5, LIKE)))[9] == pytest.approx(expected, abs=1e-5)

    def test_likes_share_their_say(self) -> None:
        one, other = pull(conversation((1, LIKE)), silent()), pull(conversation((4, LIKE)), silent())
        both = pull(conversation((1, LIKE), (4, LIKE)), silent())
        np.testing.assert_allclose(both, (one + other) / math.sqrt(2), atol=1e-6)

    def test_a_thumb_up_is_a_like(self) -> None:
        liked, thumbed = pull(conversation((1, LIKE)), silent()), pull(conversation((1, Outcome.UP)), silent())
        np.testing.assert_allclose(thumbed, liked * 0.1, atol=1e-6)

    def test_a_film_that_cannot_be_recommended_pulls_by_what_it_is_about(self) -> None:
        assert N_MOVIES > N_ITEMS
        added = pull(conversation((N_ITEMS + 1, LIKE)), silent())  # row 12: a comedy
        np.testing.assert_allclose(added, [0.25 * 2.2 * (row % 2 == 0) for row in range(N_ITEMS)], atol=1e-6)

    def test_wishes_by_hand(self) -> None:
        wanted = pull(conversation((COMEDY, Outcome.WANTED)), silent())
        np.testing.assert_allclose(wanted, [0.25 * 3.7 * (row % 2 == 0) for row in range(N_ITEMS)], atol=1e-6)
        tagged = pull(conversation((COMEDY, Outcome.WANTED), (SPACE, Outcome.AVOIDED)), silent())
        assert tagged[:5] == pytest.approx(
            [0.25 * (3.7 - 4.4), 0.25 * -4.4, 0.25 * (3.7 - 4.4), 0.25 * -4.4, 0.25 * 3.7]
        )

    @pytest.mark.parametrize(
        "outcome", [Outcome.STATED_DISLIKE, Outcome.PASSED, Outcome.RETRACTED, Outcome.NOT_TONIGHT]
    )
    def test_of_anything_else_is_none(self, outcome: Outcome) -> None:
        np.testing.assert_array_equal(pull(conversation((1, outcome))), pull(SessionState()))

    def test_the_row_of_the_vector_set_is_no_film(self) -> None:
        state = conversation((4, LIKE))
        np.testing.assert_array_equal(KINSHIP.pull(state.observation(vectors=1)[None])[0], pull(state))

    @given(state=conversations(CINEMA), length=st.integers(14, 20))
    def test_batching_and_padding_change_nothing(self, state: SessionState, length: int) -> None:
        batch = np.stack([conversation((2, LIKE)).observation(length), state.observation(length)])
        np.testing.assert_allclose(KINSHIP.pull(batch)[1], pull(state), atol=1e-5)

    @given(state=conversations(CINEMA), row=st.integers(0, N_ITEMS - 1))
    def test_its_parts_add_up(self, state: SessionState, row: int) -> None:
        parts = KINSHIP.parts(state.observation(), np.array([row]))[0]
        assert len(parts) == 1 + len(state.observation())
        assert parts.sum() == pytest.approx(pull(state)[row], abs=1e-5)

    def test_a_part_is_the_events_own(self) -> None:
        observation = conversation((1, LIKE), (COMEDY, Outcome.WANTED), (3, Outcome.PASSED)).observation()
        parts = silent().parts(observation, np.array([4, 5]))
        assert parts[0] == pytest.approx([0.0, 0.25 * 2.2, 0.25 * 3.7, 0.0])
        assert parts[1] == pytest.approx(silent().parts(observation, np.array([5]))[0])

    def test_of_another_catalogue_is_refused(self) -> None:
        with pytest.raises(ValueError, match="company of 12 films, 11 can be recommended"):
            Kinship(cinema(n_items=11), KINSHIP.company)


class TestFit:
    RATINGS, CATALOGUE = checkerboard(), catalogue_of([40] * 12)

    def test_company_is_that_of_the_people_who_like_a_film(self) -> None:
        company = Company.fit(self.RATINGS, self.CATALOGUE)
        kin = company.of @ company.to.T
        even, odd = [row for row in range(2, 12, 2)], [row for row in range(1, 12, 2)]
        assert kin[0, even].min() > kin[0, odd].max()

    def test_is_the_best_approximation_of_its_rank(self) -> None:
        weights = ease_weights(self.RATINGS.likes().toarray(), 200.0)
        company = Company.fit(self.RATINGS, self.CATALOGUE, KinshipSettings(rank=3))
        left, singular, right = np.linalg.svd(weights)
        np.testing.assert_allclose(company.of @ company.to.T, left[:, :3] * singular[:3] @ right[:3], atol=1e-5)

    def test_repeats(self) -> None:
        one, other = (Company.fit(self.RATINGS, self.CATALOGUE, seed=4) for _ in range(2))
        np.testing.assert_array_equal(one.of, other.of)

    def test_of_a_single_film_is_nothing(self) -> None:
        company = Company.fit(checkerboard(films=1), catalogue_of([40]))
        assert company.of.shape == (1, 128) and not company.of.any()

    def test_only_the_best_known_have_company(self) -> None:
        company = Company.fit(self.RATINGS, self.CATALOGUE, KinshipSettings(max_items=6))
        assert company.of[:6].any() and not company.of[6:].any()
