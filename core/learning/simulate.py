"""Conversations with simulated viewers, written into a store as real ones are.

For whoever wants to see the whole circle before anybody has come: people from ratings open with
their tastes, get a slate a turn from the policy that would serve, and thumb what they know. What is
logged (states, propensities, reactions) is what the chat would have logged, so `python -m core
learn` can go on from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.policy import Policy
from core.session import SessionState
from core.simulation.viewer import OpeningSettings, Viewer
from core.store import Shown, Store, Turn


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """How much is talked."""

    conversations: int = 500
    turns: int = 5
    films: int = 3
    """A turn."""
    silence: float = 0.1
    """Share of known films that people do not thumb."""
    seed: int = 0


def simulate(
    policy: Policy,
    people: Ratings,
    store: Store,
    settings: SimulationSettings,
    *,
    progress: bool = False,
) -> float:
    """Plays the conversations of people drawn at random; returns the mean reward a film."""
    rng = np.random.default_rng(settings.seed)
    rewards = [
        reward
        for _ in tqdm(range(settings.conversations), "conversations", disable=not progress)
        for reward in _converse(policy, people, store, settings, rng)
    ]
    return float(np.mean(rewards)) if rewards else 0.0


def _converse(
    policy: Policy,
    people: Ratings,
    store: Store,
    settings: SimulationSettings,
    rng: np.random.Generator,
) -> list[float]:
    catalogue = policy.catalogue
    viewer = Viewer(*people.of(int(rng.integers(people.n_users))), catalogue)
    state, rewards = viewer.open(rng, OpeningSettings()), []
    session = store.start(SessionState().to_json(catalogue))
    for number in range(settings.turns):
        state = state.pass_over(*state.tokens(Outcome.SHOWN))
        choices = policy.choose(state, settings.films, rng)
        if not choices:
            break
        shown, films = state, []
        for position, choice in enumerate(choices):
            films.append(
                Shown(
                    id=store.new_id(),
                    movie_id=catalogue.movie(choice.token).movie_id,
                    position=position,
                    q_value=choice.q_value,
                    propensity=choice.propensity,
                    policy_version=policy.version,
                    explored=choice.explored,
                    reasons="[]",
                )
            )
            shown = shown.show(choice.token)
        with store.session(session) as record:
            record.add(_turn(number, tuple(films), (state, shown), catalogue))
            state = shown
            for choice, film in zip(choices, films, strict=True):
                reaction = viewer.reaction(choice.token - 1)
                if reaction is None or rng.random() < settings.silence:
                    rewards.append(0.0)
                    continue
                record.react(film.id, reaction, reaction.reward)
                rewards.append(reaction.reward)
                state = state.react(choice.token, reaction)
            record.state = state.to_json(catalogue)
    return rewards


def _turn(
    number: int,
    films: tuple[Shown, ...],
    states: tuple[SessionState, SessionState],
    catalogue: Catalogue,
) -> Turn:
    """A turn without words: nothing was typed, nothing is said."""
    before, after = (state.to_json(catalogue) for state in states)
    return Turn(
        number=number,
        text="",
        understood="{}",
        reply="",
        shown=films,
        state_before=before,
        state_after=after,
        state_shown=before,
    )
