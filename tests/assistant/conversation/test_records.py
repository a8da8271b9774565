"""Recommendations as the store keeps them: what a card showed comes back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import screening

from assistant.conversation.records import card_of, recommend, shown_of
from core.catalogue import Catalogue
from core.domain import Outcome
from core.model.policy import Exploration, Policy
from core.session import SessionState


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


def half_of_row(_: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """A match figure that tells the row: 0.5 for row 0, less for later ones."""
    return (0.5 / (1 + rows)).astype(np.float32)


@pytest.mark.parametrize("match", [half_of_row, None])
def test_a_card_comes_back_with_its_match_figure(films: Catalogue, match: object) -> None:
    policy = Policy(screening.Linear(films), films, "v", Exploration(share=0.0), match=match)  # type: ignore[arg-type]
    state = SessionState().state(1, Outcome.STATED_LIKE)
    choices = policy.choose(state, 3, np.random.default_rng(0))
    for place, film in enumerate(recommend(policy, state, choices, ("a", "b", "c"))):
        assert film.match == (None if match is None else pytest.approx(0.5 / (1 + film.movie.row)))
        card = card_of(shown_of(film, place, films), films)
        assert card is not None and card.recommendation == film


def test_a_card_logged_before_there_was_a_match_figure(films: Catalogue) -> None:
    policy = Policy(screening.Linear(films), films, "v")
    state = SessionState()
    (film,) = recommend(policy, state, policy.choose(state, 1, np.random.default_rng(0)), ("a",))
    logged = shown_of(film, 0, films)
    older = replace(logged, reasons=json.dumps(json.loads(logged.reasons)["parts"]))
    card = card_of(older, films)
    assert card is not None and card.recommendation == film and film.match is None
