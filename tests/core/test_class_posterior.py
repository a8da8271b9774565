"""Which kinds a person may be of: Bayes' rule by hand, and what it foretells."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import cinema, conversation, conversations, random_vectors, tensor

from core.class_posterior import ClassPosterior
from core.domain import Outcome
from core.latent_classes import LatentClasses
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


def chances(*events: tuple[int, Outcome], classes: LatentClasses = TWO) -> list[float]:
    with torch.no_grad():
        found: list[float] = ClassPosterior([classes], 3)(tensor(conversation(*events)), SET)[0].tolist()
    return found


class TestByHand:
    def test_before_anything_is_said_the_shares_count(self) -> None:
        assert chances() == pytest.approx([0.75, 0.25])

    def test_a_like_and_a_film_not_known(self) -> None:
        # .75 · .5 · (1 − .5) : .25 · .1 · (1 − .8)
        odds = np.array([0.75 * 0.5 * 0.5, 0.25 * 0.1 * 0.2])
        assert chances((1, Outcome.UP), (2, Outcome.SHOWN)) == pytest.approx(odds / odds.sum(), rel=1e-5)
        assert chances((1, Outcome.STATED_LIKE), (2, Outcome.SHOWN)) == pytest.approx(odds / odds.sum(), rel=1e-5)

    def test_a_dislike_and_a_film_that_was_fair(self) -> None:
        odds = np.array([0.75 * 0.1 * 0.2, 0.25 * 0.3 * 0.1])
        assert chances((1, Outcome.DOWN), (2, Outcome.SEEN)) == pytest.approx(odds / odds.sum(), rel=1e-5)
        assert chances((1, Outcome.STATED_DISLIKE), (2, Outcome.SEEN)) == pytest.approx(odds / odds.sum(), rel=1e-5)

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
        posterior = ClassPosterior([TWO], 3)
        with torch.no_grad():
            foretold = posterior.foretold(posterior(tensor(SessionState()), SET), 0)[0].tolist()
        # Film 0: .75 · (.5 − .5 · .1) + .25 · (.1 − .5 · .3)
        assert foretold[0] == pytest.approx(0.75 * 0.45 - 0.25 * 0.05)

    def test_fits_have_one_vote_each(self) -> None:
        both = LatentClasses(
            2, np.tile(TWO.prior, 2), *(np.tile(table, (2, 1)) for table in (TWO.liked, TWO.disliked, TWO.fair))
        )
        assert chances((1, Outcome.UP), classes=both) == pytest.approx([*chances((1, Outcome.UP))] * 2)
        one, two = ClassPosterior([TWO], 3), ClassPosterior([both], 3)
        state = tensor(conversation((1, Outcome.UP)))
        with torch.no_grad():
            assert two.foretold(two(state, SET), 0)[0].tolist() == pytest.approx(
                one.foretold(one(state, SET), 0)[0].tolist()
            )


class TestAnyTranscript:
    POSTERIOR = ClassPosterior([random_vectors(12, 4, seed).classes or TWO for seed in (0, 1)], 12)

    @given(conversations(CINEMA), st.integers(0, 1))
    def test_the_chances_of_each_fit_add_up_to_one(self, state: SessionState, number: int) -> None:
        with torch.no_grad():
            found = self.POSTERIOR(tensor(state), torch.tensor([number]))
        assert found.view(2, 3).sum(dim=1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)

    @given(conversations(CINEMA), st.integers(0, 1))
    def test_the_last_step_is_the_whole(self, state: SessionState, number: int) -> None:
        with torch.no_grad():
            steps = self.POSTERIOR.steps(tensor(state)[0], number)
            whole = self.POSTERIOR(tensor(state), torch.tensor([number]))[0]
        assert len(steps) == 1 + len(tensor(state)[0])
        assert steps[-1].tolist() == pytest.approx(whole.tolist(), abs=1e-5)

    def test_each_transcript_is_read_with_its_own_set(self) -> None:
        state = conversation((1, Outcome.UP), (2, Outcome.DOWN))
        both = torch.cat([tensor(state)] * 2)
        with torch.no_grad():
            together = self.POSTERIOR(both, torch.tensor([0, 1]))
            apart = [self.POSTERIOR(tensor(state), torch.tensor([number]))[0] for number in (0, 1)]
        assert together.tolist() == [pytest.approx(one.tolist()) for one in apart]
        assert not torch.allclose(together[0], together[1])

    def test_some_films_or_all(self) -> None:
        chances = torch.rand(2, 6)
        numbers, films = torch.tensor([0, 1]), torch.tensor([[3, 0], [5, 5]])
        some = self.POSTERIOR.of(chances, numbers, films)
        for row in (0, 1):
            everything = self.POSTERIOR.foretold(chances[row], row)
            assert some[row].tolist() == pytest.approx(everything[films[row]].tolist())
            assert self.POSTERIOR.foretold(chances[row], row, films[row]).tolist() == pytest.approx(some[row].tolist())

    def test_a_diary_of_thousands_is_read_without_losing_anything(self) -> None:
        """Films the person rated elsewhere, over and over: logs that add up to hundreds, chances that stay chances."""
        state = tensor(SessionState()).repeat(1, 5_000, 1)
        state[..., 0], state[..., 1] = 1, int(Outcome.STATED_LIKE)
        with torch.no_grad():
            found = self.POSTERIOR(state, SET)
        assert torch.isfinite(found).all()
        assert found.view(2, 3).sum(dim=1).tolist() == pytest.approx([1.0, 1.0])
