"""Q-values: the same however they are computed, told exactly event by event, and a strong baseline
at the start."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learning_worlds import (
    MOVIE_OUTCOMES,
    N_ITEMS,
    any_network,
    cinema,
    conversation,
    conversations,
    random_vectors,
    still_vectors,
    tensor,
)
from worlds import catalogue_of, checkerboard, transcripts

from core.domain import Outcome
from core.evaluation.baselines.posterior import Posterior, PosteriorSettings
from core.model.factors import fit
from core.model.qnetwork import MASKED, QNetwork
from core.session import SessionState

CINEMA = cinema()
COMEDY, HORROR, SPACE = (CINEMA.facet_token(index) for index in range(3))
LIKE, UP, DOWN, SHOWN = Outcome.STATED_LIKE, Outcome.UP, Outcome.DOWN, Outcome.SHOWN
WANTED = Outcome.WANTED
NETWORK = any_network(CINEMA)
LARGER = cinema(40, 44)
"""Enough films for genres, decades and pairs to be moods."""


def worth_alone(network: QNetwork) -> QNetwork:
    """Whatever fame does to a film's value is left out."""
    with torch.no_grad():
        network.familiarity.weight.zero_()
        network.fame.at_rest.zero_()
    return network.eval()


OF_MOODS = any_network(LARGER, sets=2)


class TestOneFilmOrAll:
    @given(
        states=st.lists(conversations(CINEMA, longest=8), min_size=1, max_size=4),
        number=st.sampled_from([None, 0, 1, 2]),
        row=st.integers(0, N_ITEMS - 1),
    )
    def test_of_equals_the_row_of_all(
        self, states: list[SessionState], number: int | None, row: int
    ) -> None:
        batch = torch.cat([tensor(state, length=12, vectors=number) for state in states])
        actions = torch.tensor([(row + place) % N_ITEMS for place in range(len(states))])
        gathered = NETWORK.unmasked(batch).gather(1, actions[:, None])[:, 0]
        np.testing.assert_allclose(
            NETWORK.of(batch, actions).detach().numpy(),
            gathered.detach().numpy(),
            atol=1e-4,
            rtol=1e-4,
        )

    def test_several_films_at_once_are_those_one_by_one(self) -> None:
        batch = torch.cat(
            [
                tensor(conversation((1, LIKE), (COMEDY, Outcome.WANTED)), length=4),
                tensor(conversation((5, DOWN)), length=4),
            ]
        )
        films = torch.tensor([[6, 2, 9], [0, 7, 3]])
        expected = torch.stack([NETWORK.of(batch, films[:, place]) for place in range(3)], dim=1)
        np.testing.assert_allclose(
            NETWORK.of(batch, films).detach().numpy(), expected.detach().numpy(), atol=1e-6
        )

    def test_gradients_agree_too(self) -> None:
        batch = tensor(conversation((1, LIKE), (COMEDY, Outcome.WANTED), (5, DOWN)))
        parameters = list(NETWORK.parameters())
        one = torch.autograd.grad(NETWORK.of(batch, torch.tensor([6])).sum(), parameters)
        of_all = torch.autograd.grad(NETWORK.unmasked(batch)[0, 6], parameters)
        for ours, theirs in zip(one, of_all, strict=True):
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-4)

    def test_a_batch_may_mix_vector_sets(self) -> None:
        state = conversation((1, LIKE), (5, DOWN))
        alone = [
            NETWORK.unmasked(tensor(state, vectors=number)).detach() for number in (2, 0, 1, 2)
        ]
        batch = torch.cat([tensor(state, vectors=number) for number in (2, 0, 1, 2)])
        np.testing.assert_allclose(
            NETWORK.unmasked(batch).detach().numpy(), torch.cat(alone).numpy(), atol=1e-5
        )
        assert not np.allclose(alone[0], alone[1], atol=1e-2)

    def test_arrays_give_what_tensors_give(self) -> None:
        state = conversation((1, LIKE), (5, DOWN))
        values = NETWORK.q_values(state.observation()[None])
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, NETWORK.unmasked(tensor(state)).detach().numpy())

    def test_a_catalogue_without_genres_will_do(self) -> None:
        network = any_network(catalogue_of([3, 2, 1]))
        state = conversation((1, LIKE), (2, DOWN))
        values = network.q_values(state.observation()[None])
        assert np.isfinite(values).all()
        assert network.contributions(state.observation(), np.array([2])).sum() == pytest.approx(
            values[0, 2], abs=1e-5
        )

    def test_the_cold_start_has_a_value(self) -> None:
        assert np.isfinite(NETWORK.q_values(SessionState().observation()[None])).all()


class TestSilence:
    @given(state=conversations(CINEMA), length=st.integers(15, 40))
    def test_padding_changes_no_q_value(self, state: SessionState, length: int) -> None:
        np.testing.assert_allclose(
            NETWORK.q_values(state.observation(length)[None]),
            NETWORK.q_values(state.observation()[None]),
            atol=1e-4,
        )

    @given(state=conversations(CINEMA))
    def test_what_was_taken_back_changes_no_q_value(self, state: SessionState) -> None:
        kept = conversation(
            *(event for event in state.events if event.outcome is not Outcome.RETRACTED)
        )
        np.testing.assert_allclose(
            NETWORK.q_values(state.observation()[None]),
            NETWORK.q_values(kept.observation()[None]),
            atol=1e-4,
        )

    @given(state=conversations(CINEMA))
    def test_naming_the_vectors_from_everyone_changes_no_q_value(self, state: SessionState) -> None:
        # In training the row is there, in serving it is not.
        np.testing.assert_allclose(
            NETWORK.q_values(state.observation(vectors=0)[None]),
            NETWORK.q_values(state.observation()[None]),
            atol=1e-4,
        )


class TestMask:
    @given(state=conversations(CINEMA), number=st.sampled_from([None, 2]))
    def test_holds_the_films_of_the_transcript_and_no_other(
        self, state: SessionState, number: int | None
    ) -> None:
        transcript = tensor(state, length=20, vectors=number)
        masked = NETWORK(transcript)[0].detach() == MASKED
        assert {row + 1 for row in range(N_ITEMS) if masked[row]} == {
            t for t in state.tokens() if t <= N_ITEMS
        }
        np.testing.assert_array_equal(
            NETWORK(transcript)[0, ~masked].detach().numpy(),
            NETWORK.unmasked(transcript)[0, ~masked].detach().numpy(),
        )

    @pytest.mark.parametrize("outcome", MOVIE_OUTCOMES)
    def test_whatever_happened_to_them(self, outcome: Outcome) -> None:
        assert NETWORK(tensor(conversation((4, outcome))))[0, 3].item() == MASKED

    def test_when_everything_was_shown_all_is_masked_and_finite(self) -> None:
        values = NETWORK(tensor(conversation(*((token, SHOWN) for token in range(1, N_ITEMS + 1)))))
        assert (values == MASKED).all() and torch.isfinite(values).all()


class TestContributions:
    @settings(max_examples=300)
    @given(
        state=conversations(CINEMA, longest=15),
        row=st.integers(0, N_ITEMS - 1),
        number=st.sampled_from([None, 1]),
    )
    def test_add_up_to_the_q_value(self, state: SessionState, row: int, number: int | None) -> None:
        observation = state.observation(vectors=number)
        parts = NETWORK.contributions(observation, np.array([row]))[0]
        assert parts.shape == (3 + len(observation),)
        assert parts.sum() == pytest.approx(NETWORK.q_values(observation[None])[0, row], abs=1e-4)

    @settings(max_examples=300)
    @given(
        state=conversations(LARGER, longest=15),
        row=st.integers(0, LARGER.n_items - 1),
        number=st.sampled_from([None, 1]),
        gems=st.sampled_from([-1.0, -0.3, 0.0, 0.5, 1.0]),
    )
    def test_add_up_with_moods_pulls_wishes_and_the_knob(
        self, state: SessionState, row: int, number: int | None, gems: float
    ) -> None:
        observation = state.observation(vectors=number)
        parts = OF_MOODS.contributions(observation, np.array([row]), gems)[0]
        assert parts.sum() == pytest.approx(
            OF_MOODS.q_values(observation[None], gems)[0, row], abs=1e-3, rel=1e-3
        )
        gained = OF_MOODS.knob(observation[None], gems)[0, row]
        assert parts[-1] == pytest.approx(gained if gems else 0.0, abs=1e-6)

    def test_films_at_once_have_the_parts_that_each_has_alone(self) -> None:
        observation = conversation((1, LIKE), (2, DOWN), (COMEDY, Outcome.WANTED)).observation()
        rows = np.array([7, 0, 3])
        together = TestKindsOfPeople.NETWORK.contributions(observation, rows)
        for row, parts in zip(rows, together, strict=True):
            alone = TestKindsOfPeople.NETWORK.contributions(observation, np.array([row]))[0]
            np.testing.assert_allclose(parts, alone, atol=1e-6)

    def test_what_says_nothing_contributes_nothing(self) -> None:
        state = conversation((1, LIKE), (2, Outcome.RETRACTED), (N_ITEMS + 1, LIKE))
        network = any_network(CINEMA, affinities=())
        parts = network.contributions(state.observation(length=5), np.array([7]))[0]
        np.testing.assert_allclose(parts[3:], 0, atol=1e-6)
        assert parts[2] != 0

    def test_a_wanted_genre_speaks_for_its_films_at_the_start(self) -> None:
        # Likings do not vary here, so that all a genre can do is what the facet channel gives.
        network = worth_alone(QNetwork(CINEMA, [still_vectors(N_ITEMS)]))
        wanted, avoided = (
            conversation((COMEDY, outcome)) for outcome in (Outcome.WANTED, Outcome.AVOIDED)
        )
        nothing = network.q_values(SessionState().observation()[None])[0]
        up = network.q_values(wanted.observation()[None])[0] - nothing
        down = network.q_values(avoided.observation()[None])[0] - nothing
        # A fifth for the wish, and a tenth of what is worth more if the gates and the mood let it.
        np.testing.assert_allclose(up[::2], 0.3, atol=1e-6)
        np.testing.assert_allclose(down[::2], -0.3, atol=1e-6)
        np.testing.assert_allclose(up[1::2], 0, atol=1e-6)
        np.testing.assert_allclose(
            network.contributions(wanted.observation(), np.array([0]))[0, 2], up[0], atol=1e-6
        )


class TestKindsOfPeople:
    VECTORS = random_vectors(N_ITEMS, 5, 0)
    NETWORK = worth_alone(QNetwork(CINEMA, [VECTORS], hidden=8))

    def test_before_any_learning_they_foretell_a_little_and_say_where_the_taste_is(self) -> None:
        network, kinds, encoder = self.NETWORK, self.NETWORK.classes, self.NETWORK.encoder
        assert kinds is not None
        batch = tensor(conversation((1, LIKE), (5, DOWN), (2, SHOWN)))
        with torch.no_grad():
            chances = kinds(batch, torch.tensor([0]))
            taste = encoder(batch, kinds.centre(chances, torch.tensor([0])))
            expected = (
                encoder.like_prior[0]
                + taste @ encoder.like[0].T
                + 0.15 * kinds.foretold(chances.bold, 0)
            )
            np.testing.assert_allclose(network.unmasked(batch).numpy(), expected.numpy(), atol=1e-5)
            np.testing.assert_array_equal(network.taste(batch).numpy(), taste.numpy())
        assert (taste - encoder(batch)).abs().max() > 0.01

    def test_each_event_has_the_share_that_it_changed(self) -> None:
        """Film by film, in the order they came: what the kinds say after an event less what they
        said before."""
        network, kinds, encoder = self.NETWORK, self.NETWORK.classes, self.NETWORK.encoder
        assert kinds is not None
        states = (SessionState(), conversation((1, LIKE)), conversation((1, LIKE), (5, DOWN)))
        number = torch.tensor([0])
        with torch.no_grad():
            heard = [kinds(tensor(state), number) for state in states]
            said = [
                float(
                    0.15 * kinds.foretold(chances.bold, 0)[0, 7]
                    + kinds.centre(chances, number)[0] @ encoder.like[0, 7]
                )
                for chances in heard
            ]
            last = tensor(states[-1])
            pulls = encoder.pulls(last, network.taste(last))[0] @ encoder.like[0, 7]
        parts = network.contributions(states[-1].observation(), np.array([7]))[0]
        expected = [
            float(encoder.like_prior[0, 7]) + said[0],
            0.0,
            float(pulls[0]) + said[1] - said[0],
            float(pulls[1]) + said[2] - said[1],
            0.0,
        ]
        assert parts.tolist() == pytest.approx(expected, abs=1e-5)


class TestTonight:
    """Channels beside the worth of a film."""

    NETWORK = QNetwork(LARGER, [still_vectors(40)], hidden=8).eval()
    COMEDIES = torch.arange(40) % 2 == 0

    def test_a_film_is_worth_as_much_more_as_it_has_become_likelier_tonight(self) -> None:
        network, batch = worth_alone(self.NETWORK.twin()), tensor(conversation((1, UP), (3, LIKE)))
        with torch.no_grad():
            lift = network.mood.lift(network.log_mood(batch))
            np.testing.assert_allclose(network.unmasked(batch).numpy(), 0.3 * lift.numpy(), 1e-5)
        assert (lift[0, self.COMEDIES] > 1.2).all() and (lift[0, ~self.COMEDIES] < 0.8).all()

    def test_what_a_film_costs_is_not_lifted(self) -> None:
        hated = worth_alone(QNetwork(LARGER, [still_vectors(40, liked=-0.2)], hidden=8))
        values = hated.q_values(conversation((1, UP), (3, LIKE)).observation()[None])
        np.testing.assert_allclose(values, -0.2, atol=1e-6)

    def test_the_state_says_how_sharply_the_mood_counts(self) -> None:
        sharp, batch = worth_alone(self.NETWORK.twin()), tensor(conversation((1, UP)))
        last = sharp.gates[-1]
        assert isinstance(last, torch.nn.Linear)
        with torch.no_grad():
            lift = sharp.mood.lift(sharp.log_mood(batch))
            last.bias[-1] = np.log(2.0)
            np.testing.assert_allclose(
                sharp.unmasked(batch).numpy(), 0.3 * lift.numpy() ** 2, rtol=1e-4
            )

    def test_every_channel_learns(self) -> None:
        network = any_network(LARGER)
        spoken = conversation(
            (1, LIKE), (2, UP), (3, SHOWN), (6, Outcome.PASSED), (LARGER.facet_token(0), WANTED)
        )
        network.unmasked(tensor(spoken)).square().sum().backward()
        for name in ("strengths", "opening", "wishes", "fits", "mood.log_mass", "fame.at_rest"):
            gradient = network.get_parameter(name).grad
            assert gradient is not None and gradient.abs().max() > 0, name


class TestTwin:
    def test_shares_the_vectors_but_not_the_weights(self) -> None:
        network = any_network(CINEMA)
        twin = network.twin()
        for ours, theirs in zip(network.buffers(), twin.buffers(), strict=True):
            assert ours.data_ptr() == theirs.data_ptr()
        for ours, theirs in zip(network.parameters(), twin.parameters(), strict=True):
            assert ours.data_ptr() != theirs.data_ptr()
            assert torch.equal(ours, theirs)

    def test_goes_its_own_way(self) -> None:
        network = any_network(CINEMA)
        observation = conversation((1, LIKE)).observation()[None]
        before = network.q_values(observation)
        twin = network.twin()
        np.testing.assert_array_equal(twin.q_values(observation), before)
        with torch.no_grad():
            for parameter in twin.parameters():
                parameter.add_(1.0)
        np.testing.assert_array_equal(network.q_values(observation), before)
        assert np.abs(twin.q_values(observation) - before).min() > 0

    def test_weights_alone_are_its_state(self) -> None:
        names = set(any_network(CINEMA).state_dict())
        assert names == {name for name, _ in any_network(CINEMA).named_parameters()} | {"lift"}


class TestStart:
    def test_is_the_posterior_baseline(self) -> None:
        """Before any learning the greedy policy is that of the strongest greedy baseline."""
        people = checkerboard(films=N_ITEMS)
        network = worth_alone(QNetwork(CINEMA, [fit(people, N_ITEMS, 6)]))
        precision = network.encoder.log_precision_liked.detach().exp()
        baseline = Posterior.fit(
            people,
            N_ITEMS,
            PosteriorSettings(
                factors=6,
                joint=True,
                noise=1 / float(precision[UP]),
                stated=float(precision[LIKE] / precision[UP]),
                ignored=float(precision[SHOWN] / precision[UP]),
            ),
        )
        batch = transcripts(
            [],
            [(1, LIKE)],
            [(1, UP), (2, DOWN), (3, SHOWN)],  # of SEEN the baseline thinks otherwise
            [(5, LIKE), (7, LIKE), (2, SHOWN)],
        )
        np.testing.assert_allclose(network.q_values(batch), baseline.scores(batch), atol=1e-3)

    def test_learned_films_of_ones_own_taste_come_first(self) -> None:
        network = QNetwork(CINEMA, [fit(checkerboard(films=N_ITEMS), N_ITEMS, 6)])
        best = network(tensor(conversation((1, LIKE))))[0].argsort(descending=True)[:5]
        assert (best % 2 == 0).all()
