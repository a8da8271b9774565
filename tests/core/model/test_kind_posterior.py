"""Which kinds a person may be of: Bayes' rule by hand, and what it foretells."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import cinema, conversation, conversations, random_vectors, tensor

from core.domain import Outcome
from core.model.encoder import ClassPosterior, KindChances
from core.model.factors import LatentClasses, MovieVectors
from core.session import SessionState

CINEMA = cinema()
SET = torch.tensor([0])


def rates(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


TWO = LatentClasses(
    fits=1,
    prior=np.array([0.75, 0.25], dtype=np.float32),
    liked=rates([0.5, 0.1, 0.2], [0.1, 0.6, 0.2]),
    disliked=rates([0.1, 0.2, 0.1], [0.3, 0.1, 0.2]),
    fair=rates([0.1, 0.2, 0.1], [0.2, 0.1, 0.1]),
)
"""Two kinds of people and three films."""


def posterior_of(classes: LatentClasses | None) -> ClassPosterior:
    """Beside vectors of two dimensions: liking film 0 goes with the first, having seen film 1 with
    the second."""
    like, seen = np.zeros((2, 3, 2), dtype=np.float32)
    like[0, 0], seen[1, 1] = 0.5, 0.25
    like_prior, seen_prior = (
        np.array([0.4, 0.2, 0.2], np.float32),
        np.array([0.7, 0.6, 0.4], np.float32),
    )
    return ClassPosterior([MovieVectors(like, seen, like_prior, seen_prior, classes)])


def both(*events: tuple[int, Outcome], classes: LatentClasses = TWO) -> KindChances:
    with torch.no_grad():
        found: KindChances = posterior_of(classes)(tensor(conversation(*events)), SET)
    return found


def chances(*events: tuple[int, Outcome], classes: LatentClasses = TWO) -> list[float]:
    found: list[float] = both(*events, classes=classes).bold[0].tolist()
    return found


class TestByHand:
    def test_before_anything_is_said_the_shares_count(self) -> None:
        assert chances() == pytest.approx([0.75, 0.25])

    def test_a_like_and_a_film_not_known(self) -> None:
        # .75 · .5 · (1 − .5) : .25 · .1 · (1 − .8)
        odds = np.array([0.75 * 0.5 * 0.5, 0.25 * 0.1 * 0.2])
        assert chances((1, Outcome.UP), (2, Outcome.SHOWN)) == pytest.approx(
            odds / odds.sum(), rel=1e-5
        )
        assert chances((1, Outcome.STATED_LIKE), (2, Outcome.SHOWN)) == pytest.approx(
            odds / odds.sum(), rel=1e-5
        )

    def test_a_dislike_and_a_film_that_was_seen_whatever_was_made_of_it(self) -> None:
        # Film 2 is seen by .1 + .2 + .2 of the first kind and .6 + .1 + .1 of the second.
        odds = np.array([0.75 * 0.1 * 0.5, 0.25 * 0.3 * 0.8])
        assert chances((1, Outcome.DOWN), (2, Outcome.SEEN)) == pytest.approx(
            odds / odds.sum(), rel=1e-5
        )
        assert chances((1, Outcome.STATED_DISLIKE), (2, Outcome.SEEN)) == pytest.approx(
            odds / odds.sum(), rel=1e-5
        )

    def test_passing_over_a_film_says_a_tenth_of_not_knowing_it(self) -> None:
        odds = np.array([0.75 * 0.5**0.1, 0.25 * 0.2**0.1])
        assert chances((2, Outcome.PASSED)) == pytest.approx(odds / odds.sum(), rel=1e-5)

    @pytest.mark.parametrize("outcome", [Outcome.NOT_TONIGHT, Outcome.RETRACTED])
    def test_a_mood_says_nothing(self, outcome: Outcome) -> None:
        assert chances((1, outcome)) == pytest.approx([0.75, 0.25])

    def test_facets_and_the_number_of_the_vectors_say_nothing(self) -> None:
        assert chances((15, Outcome.WANTED)) == pytest.approx([0.75, 0.25])
        assert chances((1, Outcome.VECTORS)) == pytest.approx([0.75, 0.25])

    def test_the_reward_foretold_is_the_mean_over_the_kinds(self) -> None:
        with torch.no_grad():
            foretold = posterior_of(TWO).foretold(both().bold, 0)[0].tolist()
        # Film 0: .75 · (.5 − .5 · .1) + .25 · (.1 − .5 · .3)
        assert foretold[0] == pytest.approx(0.75 * 0.45 - 0.25 * 0.05)

    def test_fits_have_one_vote_each(self) -> None:
        twice = LatentClasses(
            2,
            np.tile(TWO.prior, 2),
            *(np.tile(table, (2, 1)) for table in (TWO.liked, TWO.disliked, TWO.fair)),
        )
        assert chances((1, Outcome.UP), classes=twice) == pytest.approx(
            [*chances((1, Outcome.UP))] * 2
        )
        one, two = posterior_of(TWO), posterior_of(twice)
        state = tensor(conversation((1, Outcome.UP)))
        with torch.no_grad():
            of_one, of_two = one(state, SET), two(state, SET)
            assert two.foretold(of_two.bold, 0)[0].tolist() == pytest.approx(
                one.foretold(of_one.bold, 0)[0].tolist()
            )
            assert two.centre(of_two, SET)[0].tolist() == pytest.approx(
                one.centre(of_one, SET)[0].tolist()
            )

    def test_events_are_believed_less_for_the_place_of_the_taste(self) -> None:
        # caution .6: .75 · (.5 · .5)^.6 : .25 · (.1 · .2)^.6
        odds = np.array([0.75 * 0.25**0.6, 0.25 * 0.02**0.6])
        found = both((1, Outcome.UP), (2, Outcome.SHOWN)).cautious[0].tolist()
        assert found == pytest.approx(odds / odds.sum(), rel=1e-5)

    def test_a_taste_is_expected_most_of_the_way_to_that_of_the_kinds(self) -> None:
        # Film 0 is liked by .5 and .1 where .4 do, with .5 a unit of taste: the kinds are at .2 and
        # −.6. Film 1 is known to .5 and .8 where .6 do, with .25 a unit: at −.4 and .8. Reach .7 of
        # their mean:
        posterior = posterior_of(TWO)
        expected = [0.7 * (0.75 * 0.2 - 0.25 * 0.6), 0.7 * (-0.75 * 0.4 + 0.25 * 0.8)]
        with torch.no_grad():
            assert posterior.centre(both(), SET)[0].tolist() == pytest.approx(expected, abs=1e-6)

    def test_vectors_without_kinds_are_refused(self) -> None:
        with pytest.raises(ValueError, match="for 1 sets of 3 films"):
            posterior_of(None)


class TestAnyTranscript:
    POSTERIOR = ClassPosterior([random_vectors(12, 4, seed) for seed in (0, 1)])

    @given(conversations(CINEMA), st.integers(0, 1))
    def test_the_chances_of_each_fit_add_up_to_one(self, state: SessionState, number: int) -> None:
        with torch.no_grad():
            found = self.POSTERIOR(tensor(state), torch.tensor([number]))
        for share in found:
            assert share.view(2, 3).sum(dim=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)

    @given(conversations(CINEMA), st.integers(0, 1))
    def test_the_last_step_is_the_whole(self, state: SessionState, number: int) -> None:
        with torch.no_grad():
            steps = self.POSTERIOR.steps(tensor(state)[0], number)
            whole = self.POSTERIOR(tensor(state), torch.tensor([number]))
        for step, all_of_it in zip(steps, whole, strict=True):
            assert len(step) == 1 + len(tensor(state)[0])
            assert step[-1].tolist() == pytest.approx(all_of_it[0].tolist(), abs=1e-5)

    def test_each_transcript_is_read_with_its_own_set(self) -> None:
        state = conversation((1, Outcome.UP), (2, Outcome.DOWN))
        both = torch.cat([tensor(state)] * 2)
        with torch.no_grad():
            together = self.POSTERIOR(both, torch.tensor([0, 1])).bold
            apart = [
                self.POSTERIOR(tensor(state), torch.tensor([number])).bold[0] for number in (0, 1)
            ]
        assert together.tolist() == [pytest.approx(one.tolist()) for one in apart]
        assert not torch.allclose(together[0], together[1])

    def test_some_films_or_all(self) -> None:
        chances, films = torch.rand(2, 6), torch.tensor([[3, 0], [5, 5]])
        for row in (0, 1):
            everything = self.POSTERIOR.foretold(chances[row], row)
            some = self.POSTERIOR.foretold(chances[row], row, films[row])
            assert some.tolist() == pytest.approx(everything[films[row]].tolist())

    def test_a_diary_of_thousands_is_read_without_losing_anything(self) -> None:
        """Films the person rated elsewhere, over and over: logs that add up to hundreds, chances
        that stay chances."""
        state = tensor(SessionState()).repeat(1, 5_000, 1)
        state[..., 0], state[..., 1] = 1, int(Outcome.STATED_LIKE)
        with torch.no_grad():
            found = self.POSTERIOR(state, SET).bold
        assert torch.isfinite(found).all()
        assert found.view(2, 3).sum(dim=1).tolist() == pytest.approx([1.0, 1.0])
