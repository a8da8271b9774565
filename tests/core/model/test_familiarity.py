"""Does this person know whatever they are shown? Hand-computed, and what it does to the ranking."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from learning_worlds import cinema, conversation, random_vectors, tensor
from torch import Tensor

from core.domain import Outcome
from core.model.channels import Familiarity
from core.model.factors import MovieVectors
from core.model.qnetwork import QNetwork

UP, DOWN, SEEN, SHOWN = Outcome.UP, Outcome.DOWN, Outcome.SEEN, Outcome.SHOWN
KNOWN = st.lists(st.sampled_from([UP, DOWN, SEEN]), max_size=20)


def counts(*outcomes: Outcome) -> Tensor:
    table = torch.zeros(1, len(Outcome))
    for outcome in outcomes:
        table[0, outcome] += 1
    return table


def chance(*outcomes: Outcome) -> float:
    with torch.no_grad():
        return float(Familiarity().chance(counts(*outcomes))[0])


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((), 0.0998),  # 1 / (1 + e^2.2)
        ((UP, DOWN, SEEN, UP, UP), 0.4013),  # 1 / (1 + e^(2.2 − 5 · .36))
        ((UP,) * 10, 0.8022),
        ((UP,) * 10 + (SHOWN,), 0.2142),  # 1 / (1 + e^(2.2 − 3.6 + 2.7))
    ],
)
def test_by_hand(outcomes: tuple[Outcome, ...], expected: float) -> None:
    assert chance(*outcomes) == pytest.approx(expected, abs=1e-4)


@given(KNOWN)
def test_each_film_they_know_makes_it_likelier_and_one_they_do_not_makes_it_less_so(
    known: list[Outcome],
) -> None:
    assert chance(*known, SHOWN) < chance(*known) < chance(*known, UP)


@given(KNOWN)
def test_what_was_named_without_being_shown_says_nothing(known: list[Outcome]) -> None:
    assert chance(*known, Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.WANTED) == chance(
        *known
    )


def test_among_equally_liked_films_they_are_led_to_the_lesser_known_one() -> None:
    catalogue = cinema()
    base = random_vectors(catalogue.n_items, 5, 0)
    like, prior, seen = base.like.copy(), base.like_prior.copy(), base.seen_prior.copy()
    famous, obscure = 10, 11
    like[obscure], prior[obscure] = like[famous], prior[famous]
    seen[famous], seen[obscure] = 0.9, 0.2
    same = base.seen.copy()
    same[obscure] = same[famous]
    network = QNetwork(catalogue, [MovieVectors(like, same, prior, seen)], hidden=8).eval()

    def lead(*outcomes: Outcome) -> float:
        state = conversation(
            *((number, outcome) for number, outcome in enumerate(outcomes, start=1))
        )
        with torch.no_grad():
            values = (network.unmasked(tensor(state)) - network.fame(tensor(state)))[0]
        return float(values[obscure] - values[famous])

    assert lead(*[UP] * 8) == pytest.approx(0.5 * (0.9 - 0.2) * chance(*[UP] * 8), abs=1e-4)
    assert lead(*[UP] * 8) > lead(UP) > lead(SHOWN) > 0
    np.testing.assert_allclose(lead(*[SHOWN] * 8), 0.0, atol=1e-4)
