"""Tonight's mood, worked out by hand in a cinema of two genres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import N_ITEMS, cinema
from worlds import transcripts

from core.domain import Outcome
from core.model.mood import Mood, MoodSettings

CINEMA = cinema()
COMEDY, HORROR = CINEMA.facet_token(0), CINEMA.facet_token(1)
SETTINGS = MoodSettings(
    mass={"genre": 0.5}, slope=0.0, least=2, stray=0.1, stray_up=0.05, passed=0.5, wanted=3.0
)
MOOD = Mood(CINEMA, SETTINGS)
CHANCES = np.full((1, N_ITEMS), 0.5, dtype=np.float32)
"""Every film would win a thumb in one case of two."""


def posterior(*events: tuple[int, int]) -> list[float]:
    """Of comedies (even rows, odd tokens), of horror films, and of an open evening."""
    found: list[float] = MOOD.posterior(transcripts(events), CHANCES)[0].tolist()
    return found


def normed(*weights: float) -> list[float]:
    return [weight / sum(weights) for weight in weights]


def test_before_anything_is_said_it_is_the_prior() -> None:
    assert posterior() == pytest.approx([0.25, 0.25, 0.5])


def test_a_film_that_is_named_speaks_for_what_it_is() -> None:
    # Comedies have share s of all ratings: given a comedy evening a comedy is named (.9 / s + .1)
    # times as often as on an open one, a horror film .1 times as often.
    rated = CINEMA.n_ratings[:N_ITEMS]
    share = rated[::2].sum() / rated.sum()
    expected = normed(0.25 * (0.9 / share + 0.1), 0.25 * 0.1, 0.5)
    assert posterior((1, Outcome.STATED_LIKE)) == pytest.approx(expected)


def test_a_thumb_up_rules_out_what_it_is_beside() -> None:
    assert posterior((1, Outcome.UP)) == pytest.approx(normed(0.25, 0.25 * 0.05, 0.5))


def test_silence_on_a_film_speaks_for_the_moods_that_it_is_not_of() -> None:
    # A comedy would have won a thumb with probability .5 on a comedy evening or an open one.
    assert posterior((1, Outcome.SHOWN)) == pytest.approx(normed(0.25 * 0.5, 0.25, 0.5 * 0.5))
    half = 0.5**0.5  # passed over while the talk went on: half the evidence
    assert posterior((1, Outcome.PASSED)) == pytest.approx(normed(0.25 * half, 0.25, 0.5 * half))


@pytest.mark.parametrize(
    "outcome", [Outcome.SEEN, Outcome.DOWN, Outcome.STATED_DISLIKE, Outcome.NOT_TONIGHT]
)
def test_whoever_turns_one_down_or_has_seen_it_may_want_another(outcome: Outcome) -> None:
    assert posterior((1, outcome)) == pytest.approx(posterior())


def test_a_wish_replaces_the_mood_of_before() -> None:
    horror = (2, Outcome.STATED_LIKE), (4, Outcome.STATED_LIKE), (6, Outcome.UP)
    assert posterior(*horror)[1] > 0.6
    assert posterior(*horror, (COMEDY, Outcome.WANTED))[0] > 0.7
    assert posterior((HORROR, Outcome.AVOIDED))[1] < 0.05


def test_a_film_is_lifted_as_far_as_its_moods_have_become_likelier() -> None:
    comedy, horror, any_film = posterior((1, Outcome.UP))
    lift = MOOD.lift(transcripts([(1, Outcome.UP)]), CHANCES)[0]
    assert lift[2] == pytest.approx((comedy + any_film) / 0.75)
    assert lift[3] == pytest.approx((horror + any_film) / 0.75)


def test_before_a_word_no_film_is_lifted() -> None:
    np.testing.assert_allclose(MOOD.lift(transcripts([]), CHANCES), 1.0)


def test_only_the_last_events_are_tonight() -> None:
    few = Mood(CINEMA, MoodSettings(mass={"genre": 0.5}, least=2, recent=1))
    both = few.posterior(transcripts([(1, Outcome.UP), (2, Outcome.UP)]), CHANCES)
    last = few.posterior(transcripts([(2, Outcome.UP)]), CHANCES)
    np.testing.assert_allclose(both, last)


@given(
    st.lists(
        st.tuples(st.integers(1, N_ITEMS), st.sampled_from([*Outcome])),
        max_size=8,
        unique_by=lambda event: event[0],
    )
)
def test_probabilities_they_are(events: list[tuple[int, int]]) -> None:
    batch = transcripts(events, [])
    chances = np.full((2, N_ITEMS), 0.3, dtype=np.float32)
    found = MOOD.posterior(batch, chances)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    lift = MOOD.lift(batch, chances)
    assert lift.shape == (2, N_ITEMS) and (lift >= 0).all()
    np.testing.assert_allclose(lift[1], 1.0)
