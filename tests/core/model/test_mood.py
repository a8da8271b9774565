"""Tonight's mood, worked out by hand in a cinema of two genres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import N_ITEMS, cinema
from worlds import transcripts

from core.domain import Outcome
from core.model.mood import MoodPosterior, MoodSettings

CINEMA = cinema()
COMEDY, HORROR = CINEMA.facet_token(0), CINEMA.facet_token(1)
SETTINGS = MoodSettings(
    mass={"genre": 0.5}, slope=0.0, least=2, stray=0.1, stray_up=0.05, passed=0.5, wanted=3.0
)
MOOD = MoodPosterior(CINEMA, SETTINGS)
NEAR = 1e-4
"""The kinds that the settings leave out have a millionth each."""


@torch.no_grad()
def log_posterior(
    *batch: Sequence[tuple[int, int]], mood: MoodPosterior = MOOD, chance: float = 0.5
) -> torch.Tensor:
    """Log probabilities where every film would win a thumb in one case of two."""
    given = torch.from_numpy(transcripts(*batch)).long()
    found: torch.Tensor = mood(given, torch.full(given.shape[:2], chance))
    return found


def posterior(*events: tuple[int, int], mood: MoodPosterior = MOOD) -> list[float]:
    """Of comedies (even rows, odd tokens), of horror films, and of an open evening."""
    found = log_posterior(events, mood=mood)[0].exp()
    return found[[0, 1, -1]].tolist()


def lift(*events: tuple[int, int]) -> np.ndarray:
    with torch.no_grad():
        return MOOD.lift(log_posterior(events))[0].numpy()


def normed(*weights: float) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def test_before_anything_is_said_it_is_the_prior() -> None:
    assert posterior() == pytest.approx([0.25, 0.25, 0.5], abs=NEAR)


def test_a_film_that_is_named_speaks_for_what_it_is() -> None:
    # Comedies have share s of all ratings: given a comedy evening a comedy is named (.9 / s + .1)
    # times as often as on an open one, a horror film .1 times as often.
    rated = CINEMA.n_ratings[:N_ITEMS]
    share = rated[::2].sum() / rated.sum()
    expected = normed(0.25 * (0.9 / share + 0.1), 0.25 * 0.1, 0.5)
    assert posterior((1, Outcome.STATED_LIKE)) == pytest.approx(expected, abs=NEAR)


def test_a_thumb_up_rules_out_what_it_is_beside() -> None:
    assert posterior((1, Outcome.UP)) == pytest.approx(normed(0.25, 0.25 * 0.05, 0.5), abs=NEAR)


def test_silence_on_a_film_speaks_for_the_moods_that_it_is_not_of() -> None:
    # A comedy would have won a thumb with probability .5 on a comedy evening or an open one.
    assert posterior((1, Outcome.SHOWN)) == pytest.approx(
        normed(0.25 * 0.5, 0.25, 0.5 * 0.5), abs=NEAR
    )
    half = 0.5**0.5  # passed over while the talk went on: half the evidence
    assert posterior((1, Outcome.PASSED)) == pytest.approx(
        normed(0.25 * half, 0.25, 0.5 * half), abs=NEAR
    )


@pytest.mark.parametrize(
    "outcome", [Outcome.SEEN, Outcome.DOWN, Outcome.STATED_DISLIKE, Outcome.NOT_TONIGHT]
)
def test_whoever_turns_one_down_or_has_seen_it_may_want_another(outcome: Outcome) -> None:
    assert posterior((1, outcome)) == pytest.approx(posterior(), abs=NEAR)


def test_a_wish_replaces_the_mood_of_before() -> None:
    horror = (2, Outcome.STATED_LIKE), (4, Outcome.STATED_LIKE), (6, Outcome.UP)
    assert posterior(*horror)[1] > 0.6
    assert posterior(*horror, (COMEDY, Outcome.WANTED))[0] > 0.7
    assert posterior((HORROR, Outcome.AVOIDED))[1] < 0.05


def test_a_film_is_lifted_as_far_as_its_moods_have_become_likelier() -> None:
    comedy, horror, any_film = posterior((1, Outcome.UP))
    lifted = lift((1, Outcome.UP))
    assert lifted[6] == pytest.approx((comedy + any_film) / 0.75, abs=NEAR)
    assert lifted[7] == pytest.approx((horror + any_film) / 0.75, abs=NEAR)


def test_before_a_word_no_film_is_lifted() -> None:
    np.testing.assert_allclose(lift(), 1.0, rtol=1e-6)


def test_only_the_last_events_are_tonight() -> None:
    few = MoodPosterior(CINEMA, MoodSettings(mass={"genre": 0.5}, least=2, recent=1))
    both = posterior((1, Outcome.UP), (2, Outcome.UP), mood=few)
    assert both == pytest.approx(posterior((2, Outcome.UP), mood=few))


@pytest.mark.parametrize(
    ("place", "outcome"), [(0, Outcome.DOWN), (1, Outcome.NOT_TONIGHT), (2, Outcome.SEEN)]
)
def test_what_other_answers_tell_is_learned(place: int, outcome: Outcome) -> None:
    learned = MoodPosterior(CINEMA, SETTINGS)
    with torch.no_grad():
        learned.answers[place] = np.log(0.5)
    expected = normed(0.25 * 0.5, 0.25, 0.5)
    assert posterior((1, outcome), mood=learned) == pytest.approx(expected, abs=NEAR)


def test_moods_are_what_films_share_and_a_genre_of_one_decade() -> None:
    shared = [(mood.kind, mood.name, mood.token) for mood in MOOD.moods]
    assert shared == [
        ("genre", "Comedy", COMEDY),
        ("genre", "Horror", HORROR),
        ("tag", "space", CINEMA.facet_token(2)),
        ("decade", "1990s", 0),
        ("decade", "2000s", 0),
        ("pair", "Comedy, 1990s", 0),
        ("pair", "Horror, 2000s", 0),
    ]


def test_where_no_mood_has_enough_films_every_evening_is_open() -> None:
    none = MoodPosterior(CINEMA)  # fifteen films, and the cinema has twelve
    events = (1, Outcome.UP), (2, Outcome.PASSED), (COMEDY, Outcome.WANTED)
    with torch.no_grad():
        found = log_posterior(events, mood=none)
        assert found.shape == (1, 1) and found.exp().item() == 1.0
        np.testing.assert_array_equal(none.lift(found).numpy(), np.ones((1, N_ITEMS)))


def test_the_gradient_is_that_of_finite_differences() -> None:
    given = torch.from_numpy(transcripts([(1, Outcome.UP), (2, Outcome.PASSED)])).long()
    mood = MoodPosterior(CINEMA, SETTINGS)

    def lifted(_: torch.Tensor | None = None) -> torch.Tensor:
        return mood.lift(mood(given, torch.full((1, 2), 0.5)))[0, 5]

    lifted().backward()
    for name, parameter in mood.named_parameters():
        if not parameter.dim() and parameter.grad is not None:
            with torch.no_grad():
                more = float(lifted(parameter.add_(0.01)))
                less = float(lifted(parameter.sub_(0.02)))
                parameter.add_(0.01)
            assert float(parameter.grad) == pytest.approx((more - less) / 0.02, abs=1e-3), name


@given(
    st.lists(
        st.tuples(st.integers(1, N_ITEMS), st.sampled_from([*Outcome])),
        max_size=8,
        unique_by=lambda event: event[0],
    )
)
def test_probabilities_they_are(events: list[tuple[int, int]]) -> None:
    found = log_posterior(events, [], chance=0.3)
    np.testing.assert_allclose(found.exp().sum(dim=1).numpy(), 1.0, rtol=1e-5)
    with torch.no_grad():
        lifted = MOOD.lift(found).numpy()
    assert lifted.shape == (2, N_ITEMS) and (lifted >= 0).all()
    np.testing.assert_allclose(lifted[1], 1.0, rtol=1e-5)
