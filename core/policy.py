"""From a session state to the films to show: greedy on Q with a little exploration of known propensity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from core.catalogue import BoolArray, Catalogue
from core.domain import Outcome
from core.gems import gains
from core.session import Observation, SessionState

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


class QFunction(Protocol):
    """What a policy asks of a trained network."""

    def q_values(self, observations: npt.NDArray[np.int32]) -> FloatArray:
        """(B, L, 2) transcripts → (B, n_items) Q-values, unmasked."""

    def contributions(self, observation: Observation, row: int) -> FloatArray:
        """Exact parts of Q(observation, row), (2 + L,): without the events, by all of them together, then by each."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One film that the policy chose to show."""

    token: int
    q_value: float
    propensity: float
    """Probability of this film at this place, given the films placed before it."""
    explored: bool
    """True where the film is not the best remaining one."""
    match: float | None = None
    """Chance in 0 … 1 that the person likes the film once they have seen it; None without a calibration."""


Match = Callable[[Observation, IntArray], FloatArray]
"""(L, 2) transcript and (n,) rows → (n,) chances that the person likes these films once they have seen them."""

WHOLE = -1
"""In place of a token: what the conversation as a whole adds, and no single event of it."""
KNOB = -2
"""In place of a token: what the knob between popular films and hidden gems adds."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Share of a Q-value that one event of the transcript has."""

    token: int
    """The event's; 0 for what owes nothing to the conversation, `WHOLE` for what no single event of it carries,
    `KNOB` for the setting of the session."""
    value: float


@dataclass(frozen=True, slots=True)
class Exploration:
    """How a place of the slate is gambled with."""

    share: float = 0.1
    """Probability that a place is drawn instead of given to the best remaining film, 0 … 1."""
    candidates: int = 20
    """Only the best this many remaining films are drawn from: a person's evening is not spent on noise."""
    temperature: float = 0.1
    """Of the softmax over the candidates' Q-values, in units of reward."""


WISH: Final = 0.2
"""What a film gains by each wanted facet it has and loses by each it was to be spared, in units of reward.

Ratings tell what people lean to, not what somebody asks for tonight, so no training can find this number; it is about
the step from the best film to the twentieth after two or three likes, enough that "something funnier" brings comedies.
"""
_WISHES: Final = MappingProxyType({Outcome.WANTED: WISH, Outcome.AVOIDED: -WISH})


class Policy:
    """A Q-function with a catalogue and a version: what the assistant asks for films.

    What it ranks by is the Q-value, the wishes for tonight (`WISH`) and the session's knob between popular films and
    hidden gems (`core.gems`); without wishes and with the knob at 0, the Q-value alone.
    """

    def __init__(
        self,
        q_function: QFunction,
        catalogue: Catalogue,
        version: str,
        exploration: Exploration | None = None,
        match: Match | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.version = version
        self._q_function = q_function
        self._exploration = exploration or Exploration()
        self._match = match

    def q_values(self, state: SessionState) -> FloatArray:
        """Q(s, ·), the wishes for tonight and the knob, (n_items,), unmasked."""
        q_values: FloatArray = self._q_function.q_values(state.observation()[None])[0]
        for token, outcome in state.events:
            if outcome in _WISHES:
                q_values = q_values + self.catalogue.has(token).astype(np.float32) * np.float32(_WISHES[outcome])
        if state.gems:
            q_values = q_values + gains(self.catalogue, state.observation()[None], state.gems)[0]
        return q_values

    def available(self, state: SessionState) -> BoolArray:
        """Films that may be shown now, (n_items,): within the constraints and not in the transcript."""
        mask = self.catalogue.allowed(state.constraints)
        taken = np.array([token - 1 for token in state.tokens() if token <= self.catalogue.n_items], dtype=np.int64)
        mask[taken] = False
        return mask

    def choose(self, state: SessionState, count: int, rng: np.random.Generator) -> tuple[Choice, ...]:
        """At most `count` different films, best first but for gambles; fewer where the constraints leave fewer."""
        q_values = self.q_values(state)
        order = np.flatnonzero(self.available(state))
        order = order[np.argsort(-q_values[order], kind="stable")][: self._exploration.candidates + count]
        remaining = [int(row) for row in order]
        choices: list[Choice] = []
        while remaining and len(choices) < count:
            chances = self._chances(q_values[remaining])
            place = int(rng.choice(len(remaining), p=chances))
            row = remaining.pop(place)
            choices.append(Choice(row + 1, float(q_values[row]), float(chances[place]), place > 0))
        return self._matched(choices, state)

    def explain(self, state: SessionState, token: int) -> tuple[Contribution, ...]:
        """Exact contributions of 0, `WHOLE`, the events in order, and `KNOB` where it is turned.

        They add up to what ranks the film in `q_values(state)`.
        """
        parts = self._q_function.contributions(state.observation(), token - 1)
        wishes = (
            _WISHES[outcome] if outcome in _WISHES and self.catalogue.has(owner)[token - 1] else 0.0
            for owner, outcome in state.events
        )
        owners = (0, WHOLE, *state.tokens())
        spoken = (
            Contribution(owner, float(part) + wish)
            for owner, part, wish in zip(owners, parts, chain((0.0, 0.0), wishes), strict=False)
        )
        if not state.gems:
            return tuple(spoken)
        gained = gains(self.catalogue, state.observation()[None], state.gems)[0, token - 1]
        return (*spoken, Contribution(KNOB, float(gained)))

    def _matched(self, choices: list[Choice], state: SessionState) -> tuple[Choice, ...]:
        """The choices with their chance of being liked."""
        if self._match is None or not choices:
            return tuple(choices)
        rows = np.array([choice.token - 1 for choice in choices], dtype=np.int64)
        chances = self._match(state.observation(), rows).tolist()
        return tuple(replace(choice, match=chance) for choice, chance in zip(choices, chances, strict=True))

    def _chances(self, q_values: FloatArray) -> npt.NDArray[np.float64]:
        """Probability of each remaining film, best first, for one place."""
        settings = self._exploration
        head = q_values[: settings.candidates].astype(np.float64)
        drawn = np.exp((head - head[0]) / settings.temperature)
        chances = np.zeros(len(q_values))
        chances[: len(head)] = settings.share * drawn / drawn.sum()
        chances[0] += 1.0 - settings.share
        chances /= chances.sum()
        return chances
