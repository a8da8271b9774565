"""The taste posterior: against hand-worked cases and a direct solution in double precision."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import (
    N_ITEMS,
    any_network,
    cinema,
    conversation,
    conversations,
    random_vectors,
    tensor,
    vectors_of,
)

from core.domain import Outcome
from core.model.encoder import TasteEncoder
from core.session import SessionState

CINEMA = cinema()
COMEDY, HORROR, SPACE = (CINEMA.facet_token(index) for index in range(3))
UP, DOWN, SHOWN = Outcome.UP, Outcome.DOWN, Outcome.SHOWN
SILENT = (Outcome.PADDING, Outcome.RETRACTED, Outcome.VECTORS)
OF_FACETS = (Outcome.WANTED, Outcome.AVOIDED)
DoubleArray = npt.NDArray[np.float64]


def observe(
    encoder: TasteEncoder, outcome: Outcome, liked: tuple[float, float], seen: tuple[float, float]
) -> None:
    """Sets what an outcome says: (observed value, precision) of liking and of having seen."""
    with torch.no_grad():
        for (value, precision), values, logs in (
            (liked, encoder.liked, encoder.log_precision_liked),
            (seen, encoder.has_seen, encoder.log_precision_seen),
        ):
            values[outcome] = value
            logs[outcome] = float(np.log(precision))


def observations(
    encoder: TasteEncoder, state: SessionState, number: int = 0
) -> list[tuple[torch.Tensor, ...]]:
    """(vector, residual, precision) of each thing a transcript says, in double precision, one after
    the other."""
    like, seen = encoder.like_table[number].double(), encoder.seen_table[number].double()
    observed: list[tuple[torch.Tensor, ...]] = []
    for token, outcome in state.events:
        if outcome in SILENT or (CINEMA.is_movie(token) and token > CINEMA.n_items):
            continue
        row = token if CINEMA.is_movie(token) else token - len(CINEMA.movies) + CINEMA.n_items
        residual = encoder.liked[outcome].double() - encoder.like_expected[number, row].double()
        if outcome is not Outcome.SEEN:  # seen is no verdict
            precision = encoder.log_precision_liked[outcome].double().exp()
            observed.append((like[row], residual, precision))
        if outcome not in OF_FACETS:
            residual = (
                encoder.has_seen[outcome].double() - encoder.seen_expected[number, row].double()
            )
            observed.append(
                (seen[row], residual, encoder.log_precision_seen[outcome].double().exp())
            )
    return observed


def direct(
    encoder: TasteEncoder, state: SessionState, number: int = 0, centre: torch.Tensor | None = None
) -> torch.Tensor:
    """The posterior mean (I / spread + Σ p x xᵀ)⁻¹ (centre / spread + Σ p r x), differentiable."""
    spread = encoder.log_spread.double().exp()
    system = torch.eye(encoder.dimensions, dtype=torch.float64) / spread
    right = (
        torch.zeros(encoder.dimensions, dtype=torch.float64)
        if centre is None
        else centre.double() / spread
    )
    for vector, residual, precision in observations(encoder, state, number):
        system = system + precision * torch.outer(vector, vector)
        right = right + precision * residual * vector
    solution: torch.Tensor = torch.linalg.solve(system, right)
    return solution


@pytest.fixture(scope="module")
def encoder() -> TasteEncoder:
    return any_network(CINEMA).encoder


class TestPosterior:
    def one_film(self) -> TasteEncoder:
        # One dimension; the film is liked by 20 %, more with a taste > 0. Having seen it says
        # nothing of the taste.
        encoder = TasteEncoder(cinema(1, 2), [vectors_of([[0.5]], [[0.0]], [0.2], [0.7])])
        observe(encoder, UP, liked=(1.0, 10.0), seen=(1.0, 10.0))
        observe(encoder, DOWN, liked=(0.0, 10.0), seen=(1.0, 10.0))
        return encoder

    def test_one_observation_by_hand(self) -> None:
        # x p r / (1 + p x²) = .5 · 10 · (1 − .2) / (1 + 10 · .25) = 4 / 3.5
        taste = self.one_film()(tensor(conversation((1, UP))))
        assert taste.item() == pytest.approx(4 / 3.5, rel=1e-6)

    def test_a_thumb_down_by_hand(self) -> None:
        # .5 · 10 · (0 − .2) / 3.5
        assert self.one_film()(tensor(conversation((1, DOWN)))).item() == pytest.approx(
            -1 / 3.5, rel=1e-6
        )

    def test_having_seen_is_an_observation_too(self) -> None:
        encoder = TasteEncoder(cinema(1, 2), [vectors_of([[0.0]], [[0.5]], [0.2], [0.7])])
        observe(encoder, UP, liked=(1.0, 10.0), seen=(1.0, 4.0))
        # .5 · 4 · (1 − .7) / (1 + 4 · .25) = .6 / 2
        assert encoder(tensor(conversation((1, UP)))).item() == pytest.approx(0.3, rel=1e-6)

    def test_about_a_centre_by_hand(self) -> None:
        # z ~ N(.4, .5): .4 + .5 · x p (r − x · .4) / (1 + .5 · p x²) = .4 + .5 · .5 · 10 · (.8 −
        # .2) / 2.25
        encoder = TasteEncoder(
            cinema(1, 2), [vectors_of([[0.5]], [[0.0]], [0.2], [0.7])], spread=0.5
        )
        observe(encoder, UP, liked=(1.0, 10.0), seen=(1.0, 10.0))
        transcript, centre = tensor(conversation((1, UP))), torch.tensor([[0.4]])
        taste = encoder(transcript, centre)
        assert taste.item() == pytest.approx(0.4 + 1.5 / 2.25, rel=1e-6)
        assert encoder.pulls(transcript, taste).sum().item() == pytest.approx(1.5 / 2.25, rel=1e-5)
        assert encoder(tensor(SessionState()), centre).item() == pytest.approx(0.4)

    @given(state=conversations(CINEMA))
    def test_about_a_centre_equals_the_direct_solution(self, state: SessionState) -> None:
        encoder, centre = any_network(CINEMA).encoder, torch.linspace(-0.5, 1.0, 5)
        taste = encoder(tensor(state), centre[None])[0]
        np.testing.assert_allclose(
            taste.detach().numpy(),
            direct(encoder, state, centre=centre).detach().numpy(),
            atol=2e-5,
        )
        pulls = encoder.pulls(tensor(state), taste[None])[0].sum(0)
        np.testing.assert_allclose(
            (centre + pulls).detach().numpy(), taste.detach().numpy(), atol=1e-4
        )

    def test_a_wanted_genre_pulls_towards_its_films_by_hand(self) -> None:
        # Films 0 and 2 are comedies, liked by .6 and .2; film 1 is not, liked by .2. Weighed by
        # that, comedies are at (.6, 0) / .8 = (.75, 0) and all films at (.6, .2) / 1: comedies lean
        # by (.15, −.2), in unit length (.6, −.8). That lean is observed as 2 with precision 1, so
        # the taste goes 2 / (1 + 1) along it.
        catalogue = cinema(3, 3)
        vectors = vectors_of([[1, 0], [0, 1], [0, 0]], [[0, 0]] * 3, [0.6, 0.2, 0.2], [0.9] * 3)
        encoder = TasteEncoder(catalogue, [vectors])
        observe(encoder, Outcome.WANTED, liked=(2.0, 1.0), seen=(1.0, 10.0))
        taste = encoder(tensor(conversation((catalogue.facet_token(0), Outcome.WANTED))))
        np.testing.assert_allclose(taste.detach().numpy(), [[0.6, -0.8]], rtol=1e-5)

    def test_a_facet_without_recommendable_films_says_nothing(self) -> None:
        catalogue = cinema(1, 2)  # the only horror film is not recommendable
        encoder = TasteEncoder(catalogue, [random_vectors(1, 3, 0)])
        taste = encoder(tensor(conversation((catalogue.facet_token(1), Outcome.WANTED))))
        np.testing.assert_array_equal(taste.detach().numpy(), 0)

    def test_nothing_is_known_at_the_start(self, encoder: TasteEncoder) -> None:
        np.testing.assert_array_equal(
            encoder(tensor(SessionState())).detach().numpy(), np.zeros((1, 5))
        )
        assert encoder(torch.zeros(1, 0, 2, dtype=torch.int64)).abs().max() == 0

    @given(state=conversations(CINEMA))
    def test_equals_the_direct_solution(self, state: SessionState) -> None:
        encoder = any_network(CINEMA).encoder
        taste = encoder(tensor(state))[0].detach().numpy()
        np.testing.assert_allclose(taste, direct(encoder, state).detach().numpy(), atol=2e-5)

    @pytest.mark.parametrize("dimensions", [2, 30])
    def test_the_small_and_the_large_system_agree(self, dimensions: int) -> None:
        # With 2 dimensions the system of the dimensions is solved, with 30 that of the
        # observations.
        encoder = any_network(CINEMA, dimensions=dimensions).encoder
        state = conversation((1, UP), (4, DOWN), (7, SHOWN), (COMEDY, Outcome.WANTED))
        expected = direct(encoder, state).detach().numpy()
        np.testing.assert_allclose(encoder(tensor(state))[0].detach().numpy(), expected, atol=1e-5)
        # Events that say nothing change which system is the smaller one, but not the answer.
        longer = tensor(
            conversation(*state.events, *((token, Outcome.RETRACTED) for token in range(8, 13)))
        ).repeat(1, 4, 1)
        longer[:, 9:, 1] = int(Outcome.RETRACTED)
        np.testing.assert_allclose(encoder(longer)[0].detach().numpy(), expected, atol=1e-5)


class TestGradient:
    @pytest.mark.parametrize("dimensions", [3, 40])
    def test_is_that_of_the_direct_solution(self, dimensions: int) -> None:
        encoder = any_network(CINEMA, dimensions=dimensions).encoder
        state = conversation(
            (1, Outcome.STATED_LIKE),
            (2, Outcome.STATED_DISLIKE),
            (HORROR, Outcome.AVOIDED),
            (4, UP),
            (5, DOWN),
            (6, SHOWN),
            (7, Outcome.SEEN),
            (8, Outcome.NOT_TONIGHT),
        )
        weight = torch.linspace(-1, 1, dimensions)
        centre = torch.linspace(1, -0.5, dimensions).requires_grad_()
        parameters = [*encoder.parameters(), centre]
        found = torch.autograd.grad(
            (encoder(tensor(state), centre[None])[0] * weight).sum(), parameters
        )
        expected = torch.autograd.grad(
            (direct(encoder, state, centre=centre) * weight).sum(), parameters
        )
        for ours, theirs in zip(found, expected, strict=True):
            assert theirs.abs().max() > 1e-3
            np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-4, rtol=1e-3)


class TestPulls:
    @given(state=conversations(CINEMA), number=st.sampled_from([None, 1]))
    def test_add_up_to_the_taste(self, state: SessionState, number: int | None) -> None:
        encoder = any_network(CINEMA).encoder
        transcript = tensor(state, vectors=number)
        taste = encoder(transcript)
        pulls = encoder.pulls(transcript, taste)
        assert pulls.shape == (1, transcript.shape[1], 5)
        np.testing.assert_allclose(pulls.sum(1).detach().numpy(), taste.detach().numpy(), atol=1e-4)

    def test_each_event_pulls_along_its_own_vectors(self, encoder: TasteEncoder) -> None:
        transcript = tensor(conversation((3, UP), (13, UP), (4, Outcome.RETRACTED)))
        pulls = encoder.pulls(transcript, encoder(transcript))[0].detach()
        plane = torch.stack([encoder.like[0, 2], encoder.seen[0, 2]])
        outside = pulls[0] - torch.linalg.lstsq(plane.T, pulls[0, :, None]).solution[:, 0] @ plane
        assert pulls[0].norm() > 0.1
        assert outside.norm() < 1e-5
        assert pulls[1:].abs().max() == 0


class TestTranscript:
    @given(state=conversations(CINEMA), random=st.randoms(use_true_random=False))
    def test_the_order_of_events_does_not_matter(self, state: SessionState, random: object) -> None:
        encoder = any_network(CINEMA).encoder
        events = list(state.events)
        random.shuffle(events)  # type: ignore[attr-defined]
        shuffled = encoder(tensor(conversation(*events)))
        np.testing.assert_allclose(
            shuffled.detach().numpy(), encoder(tensor(state)).detach().numpy(), atol=1e-4
        )

    @given(states=st.lists(conversations(CINEMA, longest=6), min_size=1, max_size=4))
    def test_padding_and_company_do_not_matter(self, states: list[SessionState]) -> None:
        encoder = any_network(CINEMA).encoder
        batch = encoder(torch.cat([tensor(state, length=20) for state in states])).detach().numpy()
        alone = torch.cat([encoder(tensor(state)) for state in states]).detach().numpy()
        np.testing.assert_allclose(batch, alone, atol=1e-4)

    @given(state=conversations(CINEMA, longest=6))
    def test_what_was_taken_back_says_nothing(self, state: SessionState) -> None:
        encoder = any_network(CINEMA).encoder
        kept = conversation(
            *(event for event in state.events if event.outcome is not Outcome.RETRACTED)
        )
        np.testing.assert_allclose(
            encoder(tensor(state)).detach().numpy(),
            encoder(tensor(kept)).detach().numpy(),
            atol=1e-5,
        )

    @pytest.mark.parametrize("token", [13, 14])
    @pytest.mark.parametrize("outcome", [Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.SEEN])
    def test_films_without_evidence_say_nothing(
        self, encoder: TasteEncoder, token: int, outcome: Outcome
    ) -> None:
        assert token > N_ITEMS
        assert encoder(tensor(conversation((token, outcome)))).abs().max() == 0

    def test_seen_is_no_verdict(self, encoder: TasteEncoder) -> None:
        """It moves the taste as far as what people watch says, and not by what they like."""
        state = conversation((1, Outcome.SEEN))
        before = encoder(tensor(state)).detach().clone()
        with torch.no_grad():
            encoder.liked[Outcome.SEEN] += 5.0
        try:
            np.testing.assert_array_equal(encoder(tensor(state)).detach(), before)
        finally:
            with torch.no_grad():
                encoder.liked[Outcome.SEEN] -= 5.0

    def test_the_vectors_row_chooses_the_folds_vectors(self) -> None:
        sets = [random_vectors(N_ITEMS, 5, number) for number in range(3)]
        together = TasteEncoder(CINEMA, sets)
        state = conversation((1, UP), (2, DOWN), (COMEDY, Outcome.WANTED))
        batch = torch.cat([tensor(state, vectors=number) for number in (2, 0, 1)])
        tastes = together(batch).detach().numpy()
        assert together.vector_set(batch).tolist() == [2, 0, 1]
        for taste, number in zip(tastes, (2, 0, 1), strict=True):
            alone = TasteEncoder(CINEMA, [sets[number]])(tensor(state))[0].detach().numpy()
            np.testing.assert_allclose(taste, alone, atol=1e-6)
        # Without the row it is set 0, the one from everyone.
        np.testing.assert_allclose(
            together(tensor(state))[0].detach().numpy(), tastes[1], atol=1e-6
        )


DIARY_FILMS, DIARY_DIMENSIONS = 6000, 32


@pytest.fixture(scope="module")
def large() -> TasteEncoder:
    catalogue = cinema(DIARY_FILMS, DIARY_FILMS)
    return TasteEncoder(catalogue, [random_vectors(DIARY_FILMS, DIARY_DIMENSIONS, 0)])


class TestLongTranscripts:
    @staticmethod
    def diary(length: int) -> SessionState:
        outcomes = (Outcome.STATED_LIKE, Outcome.SEEN, Outcome.STATED_DISLIKE)
        return conversation(*((token, outcomes[token % 3]) for token in range(1, length + 1)))

    def test_a_diary_of_5000_films_is_read_whole(self, large: TasteEncoder) -> None:
        state = self.diary(5000)
        outcome = np.array([event.outcome for event in state.events])
        liked, seen = (
            large.liked.detach().numpy()[outcome],
            large.has_seen.detach().numpy()[outcome],
        )
        logs = (large.log_precision_liked, large.log_precision_seen)
        precision = np.concatenate([rows.exp().detach().numpy()[outcome] for rows in logs])
        precision[: len(outcome)][outcome == Outcome.SEEN] = 0.0  # seen is no verdict
        residual = np.concatenate(
            [liked - large.like_prior[0, :5000].numpy(), seen - large.seen_prior[0, :5000].numpy()]
        )
        vectors = np.concatenate(
            [large.like[0, :5000].numpy(), large.seen[0, :5000].numpy()]
        ).astype(np.float64)
        system = np.eye(DIARY_DIMENSIONS) + (vectors * precision[:, None]).T @ vectors
        expected = np.linalg.solve(system, vectors.T @ (precision * residual))
        np.testing.assert_allclose(large(tensor(state))[0].detach().numpy(), expected, atol=1e-4)
