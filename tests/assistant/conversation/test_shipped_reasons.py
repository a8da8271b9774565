"""The policy that ships, in a thousand conversations at random: the reasons shown for a film add up
to its score."""

from __future__ import annotations

import numpy as np
import pytest
import shipped

from assistant.conversation.reasons import reasons
from core.domain import Outcome
from core.model.policy import Policy
from core.session import Event, SessionState

OF_FILMS = (
    Outcome.STATED_LIKE,
    Outcome.STATED_DISLIKE,
    Outcome.UP,
    Outcome.DOWN,
    Outcome.SEEN,
    Outcome.SHOWN,
    Outcome.PASSED,
    Outcome.NOT_TONIGHT,
    Outcome.RETRACTED,
)
OF_FACETS = (Outcome.WANTED, Outcome.AVOIDED, Outcome.RETRACTED)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return shipped.bundle().policy()


def anybody(policy: Policy, rng: np.random.Generator) -> SessionState:
    """Up to thirty events: films, the well known ones more often, and now and then a facet; any
    place of the knob."""
    catalogue = policy.catalogue
    events: dict[int, Outcome] = {}
    for _ in range(int(rng.integers(31))):
        if rng.random() < 0.2:
            token = catalogue.facet_token(int(rng.integers(len(catalogue.facets))))
            events[token] = OF_FACETS[rng.integers(len(OF_FACETS))]
        else:
            token = 1 + int(catalogue.n_items * rng.random() ** 3)
            events[token] = OF_FILMS[rng.integers(len(OF_FILMS))]
    state = SessionState(tuple(Event(*event) for event in events.items()))
    return state.steer(float(rng.uniform(-1, 1))) if rng.random() < 0.5 else state


def test_the_reasons_of_a_thousand_conversations_add_up(policy: Policy) -> None:
    rng = np.random.default_rng(2026)
    off = []
    for _ in range(1_000):
        state = anybody(policy, rng)
        scores = policy.q_values(state)
        best = int(np.where(policy.available(state), scores, -np.inf).argmax())
        token = 1 + (best if rng.random() < 0.5 else int(rng.integers(policy.catalogue.n_items)))
        parts = reasons(state, policy.catalogue, token, policy.explain(state, token))
        off.append(abs(sum(reason.contribution for reason in parts) - float(scores[token - 1])))
    assert len(off) == 1_000
    assert max(off) < 1e-4
