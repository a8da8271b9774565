"""Reasons: exact parts, grouped and worded, nothing the numbers do not carry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import screening
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.reasons import MOST, REST, headline, reasons
from core.catalogue import Catalogue
from core.domain import Outcome, Reaction, Reason
from core.model.policy import KNOB, Contribution, Policy
from core.session import SessionState


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


MEN_IN_BLACK = 5


def worded(
    films: Catalogue, state: SessionState, *parts: tuple[int, float]
) -> list[tuple[str, float]]:
    """Reasons for Men in Black, a comedy and no horror film."""
    contributions = [Contribution(token, value) for token, value in parts]
    return [
        (reason.text, round(reason.contribution, 3))
        for reason in reasons(state, films, MEN_IN_BLACK, contributions)
    ]


def test_each_kind_of_event_has_its_words(films: Catalogue) -> None:
    comedy, horror = (
        films.token_of_facet("genre", "Comedy") or 0,
        films.token_of_facet("genre", "Horror") or 0,
    )
    state = (
        SessionState()
        .state(1, Outcome.STATED_LIKE)
        .state(3, Outcome.STATED_DISLIKE)
        .state(18, Outcome.SEEN)
        .state(comedy, Outcome.WANTED)
        .state(horror, Outcome.AVOIDED)
        .show(7)
        .show(6)
    )
    for_it = worded(
        films,
        state,
        (0, 0.3),
        (1, 0.9),
        (3, 0.8),
        (18, 0.7),
        (comedy, 0.6),
        (horror, 0.5),
        (7, 0.2),
        (6, 0.2),
    )
    assert for_it == [
        ("liked by fans of Alien", 0.9),
        ("away from Titanic", 0.8),
        ("liked by people who know Heat", 0.7),
        ("comedy, as you asked", 0.6),
        ("away from horror, as you asked", 0.5),
        ("away from what you passed over", 0.4),
        ("many people like it", 0.3),
    ]
    against = worded(
        films, state, (0, -0.3), (1, -0.9), (3, -0.8), (comedy, -0.6), (horror, -0.5), (7, -0.4)
    )
    assert against == [
        ("less liked by fans of Alien", -0.9),
        ("close to Titanic, which you did not like", -0.8),
        ("less liked by people who like comedy", -0.6),
        ("less liked by people who avoid horror", -0.5),
        ("close to what you passed over", -0.4),
        ("not one that everybody talks about", -0.3),
    ]


def test_a_like_of_a_film_that_too_few_have_rated_speaks_for_what_it_is_like(
    films: Catalogue,
) -> None:
    few = replace(films, n_items=films.n_items - 1)
    rare = few.n_items + 1
    state = SessionState().state(rare, Outcome.STATED_LIKE)
    name = few.movie(rare).title
    assert worded(few, state, (0, 0.0), (rare, 0.3))[0] == (f"akin to {name}", 0.3)
    assert worded(few, state, (0, 0.0), (rare, -0.3))[0] == (f"unlike {name}", -0.3)


def test_what_a_film_has_and_what_its_viewers_lean_to_are_told_apart(films: Catalogue) -> None:
    comedy, horror = (
        films.token_of_facet("genre", "Comedy") or 0,
        films.token_of_facet("genre", "Horror") or 0,
    )
    state = SessionState().state(horror, Outcome.WANTED).state(comedy, Outcome.AVOIDED)
    assert worded(films, state, (0, 0.0), (horror, 0.3), (comedy, 0.2))[:2] == [
        ("liked by people who like horror", 0.3),
        ("liked by people who avoid comedy", 0.2),
    ]
    assert worded(films, state, (0, 0.0), (horror, -0.3), (comedy, -0.2))[:2] == [
        ("less liked by people who like horror", -0.3),
        ("comedy, which you wanted less of", -0.2),
    ]


def test_small_and_retracted_parts_are_told_together(films: Catalogue) -> None:
    state = SessionState().state(1, Outcome.STATED_LIKE).state(2, Outcome.STATED_LIKE).retract(2)
    assert worded(films, state, (0, 0.1), (1, 0.004), (2, 0.05)) == [
        ("some people like it", 0.1),
        (REST, 0.054),
    ]


def test_a_long_conversation_gives_a_short_list(films: Catalogue) -> None:
    state = SessionState()
    for token in range(1, 21):
        state = state.state(token, Outcome.STATED_LIKE)
    parts = worded(films, state, (0, 0.1), *((token, 0.01 * token) for token in range(1, 21)))
    assert len(parts) == MOST + 2
    assert parts[-1] == (REST, round(0.01 * sum(range(1, 13)), 3))


def test_the_knob_has_words_of_its_own(films: Catalogue) -> None:
    for gems, value, words in (
        (0.5, 0.1, "less known, as you set it"),
        (0.5, -0.1, "better known than you set it"),
        (-0.5, 0.1, "well known, as you set it"),
        (-0.5, -0.1, "less known than you set it"),
    ):
        assert worded(films, SessionState().steer(gems), (0, 0.3), (KNOB, value)) == [
            ("many people like it", 0.3),
            (words, value),
        ]
    assert worded(films, SessionState().steer(0.5), (0, 0.3), (KNOB, 0.004)) == [
        ("many people like it", 0.3),
        (REST, 0.004),
    ]


@given(st.data())
def test_reasons_of_any_session_add_up(films: Catalogue, data: st.DataObject) -> None:
    """The sum of the reasons is the policy's Q-value, for every session of stated tastes, shows and
    reactions."""
    policy = Policy(screening.Linear(films), films, "v")
    tokens = data.draw(
        st.lists(st.integers(1, films.n_items), unique=True, max_size=films.n_items - 1)
    )
    state = SessionState()
    for token in tokens:
        if data.draw(st.booleans()):
            state = state.state(
                token, data.draw(st.sampled_from([Outcome.STATED_LIKE, Outcome.STATED_DISLIKE]))
            )
        else:
            state = state.show(token).react(token, data.draw(st.sampled_from(list(Reaction))))
    state = state.steer(data.draw(st.sampled_from([-1.0, 0.0, 0.3, 1.0])))
    (choice,) = policy.choose(state, 1, np.random.default_rng(0))
    parts = reasons(state, films, choice.token, policy.explain(state, choice.token))
    assert sum(reason.contribution for reason in parts) == pytest.approx(choice.q_value, abs=1e-4)


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ([(0, 0.4)], "Many people like it."),
        ([(0, 0.4), (1, -0.2)], "Many people like it."),
        ([(0, 0.4), (1, 0.1)], "Liked by fans of Alien."),
        ([(0, 0.4), (1, 0.1), (2, 0.2)], "Liked by fans of The Thing and Alien."),
        ([(0, 0.4), (1, 0.1), (3, 0.2)], "Away from Titanic; liked by fans of Alien."),
    ],
)
def test_the_line_under_the_title(
    films: Catalogue, parts: list[tuple[int, float]], line: str
) -> None:
    state = SessionState()
    for token, outcome in (
        (1, Outcome.STATED_LIKE),
        (2, Outcome.STATED_LIKE),
        (3, Outcome.STATED_DISLIKE),
    ):
        state = state.state(token, outcome)
    assert (
        headline(reasons(state, films, MEN_IN_BLACK, [Contribution(*part) for part in parts]))
        == line
    )


@pytest.mark.parametrize(
    ("one", "other", "line"),
    [
        ("action, as you asked", "comedy, as you asked", "Action and comedy, as you asked."),
        (
            "tagged “sad”, as you asked",
            "tagged “dark”, as you asked",
            "Tagged “sad” and “dark”, as you asked.",
        ),
        (
            "away from horror, as you asked",
            "away from musical, as you asked",
            "Away from horror and musical, as you asked.",
        ),
        (
            "for children, as you asked",
            "action, as you asked",
            "Action for children, as you asked.",
        ),
        (
            "tagged “sad”, as you asked",
            "comedy, as you asked",
            "Tagged “sad”, as you asked; comedy, as you asked.",
        ),
        (
            "away from horror, as you asked",
            "away from Saw",
            "Away from horror, as you asked; away from Saw.",
        ),
        (
            "liked by fans of A",
            "liked by people who know B",
            "Liked by fans of A; liked by people who know B.",
        ),
    ],
)
def test_two_reasons_of_a_kind_are_told_as_one(one: str, other: str, line: str) -> None:
    assert headline([Reason(one, 0.3, 1), Reason(other, 0.2, 2)]) == line
