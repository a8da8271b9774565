"""From a session state to the films to show: greedy on the Q-values, with gambles of known odds.

A slate is filled card by card: each is chosen as if the films above had been passed over while the
talk went on, which says little. A film that is shown is the best remaining one by the Q-network,
unless it is a gamble.

A network learns, in sessions and from the log, what such a choice is worth: `double_q_targets` (van
Hasselt et al. 2016).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.catalogue import BoolArray, Catalogue
from core.data.typicality import GRADED
from core.model.calibration import Calibration
from core.model.channels import HOPED, SOUGHT
from core.model.qnetwork import QNetwork
from core.rewards import by_outcome
from core.session import Observation, SessionState

FloatArray = npt.NDArray[np.float32]

IntArray = npt.NDArray[np.int64]


class QFunction(Protocol):
    """What a policy asks of a trained network."""

    def q_values(
        self,
        observations: npt.NDArray[np.int32],
        gems: float = 0.0,
        sought: FloatArray | None = None,
    ) -> FloatArray:
        """(B, L, 2) transcripts → (B, n_items) Q-values, unmasked.

        `gems` is the place of the knob between popular films and hidden gems, `sought` (n_items,)
        what each film gains by the words that were asked for.
        """

    def contributions(
        self, observation: Observation, rows: IntArray, gems: float = 0.0
    ) -> FloatArray:
        """Exact parts of Q(observation, row) of n films, (n, 3 + L).

        Without the events, by all of them together, then by each, at the end by the knob.
        """


@dataclass(frozen=True, slots=True)
class Choice:
    """One film that the policy chose to show."""

    token: int
    q_value: float
    """What it was ranked by."""
    propensity: float
    """Probability of this film at this place, given the films placed before it."""
    explored: bool
    """True where the film is not the best remaining one."""
    match: float | None = None
    """Chance in 0 … 1 that the person likes the film once they have seen it; None without a
    calibration."""


Match = Callable[[Observation, IntArray], FloatArray]
"""(L, 2) transcript and (n,) rows → (n,) chances that the person likes these films once they have
seen them."""


class Search(Protocol):
    """What finds films by words (`core.data.search`); both are (n_items,), in nats."""

    def relevance(self, text: str) -> FloatArray:
        """How well each film answers a text word by word."""

    def answer(self, text: str) -> FloatArray:
        """The same by what the text means as well."""

    def alike(self, text: str) -> FloatArray:
        """How far each film is what a text comes near to, 0 … 1."""


WHOLE = -1
"""In place of a token: what the conversation as a whole adds, and no single event of it."""
KNOB = -2
"""In place of a token: what the knob between popular films and hidden gems adds."""
WORDS = -3
"""In place of a token: what a film gains by the words that were asked for."""


class Chances(NamedTuple):
    """What a policy might put at one place of a slate."""

    rows: IntArray
    """(n,) films, best first."""
    probabilities: npt.NDArray[np.float64]
    """(n,), adding up to 1."""

    def of(self, row: int) -> float:
        """Probability of one film; 0 for one that is not among them."""
        return float(self.probabilities[self.rows == row].sum())


class Contribution(NamedTuple):
    """Share of a score that one event has; a diary of thousands makes thousands for each film."""

    token: int
    """The event's; 0 for what owes nothing to the conversation, `WHOLE` for what no single event of
    it carries, `KNOB` for the setting of the session."""
    value: float


@dataclass(frozen=True, slots=True)
class Exploration:
    """How a place of the slate is gambled with."""

    share: float = 0.1
    """Probability that a place is drawn instead of given to the best remaining film, 0 … 1."""
    candidates: int = 20
    """Only the best this many remaining films are drawn from: a person's evening is not spent on
    noise."""
    temperature: float = 0.1
    """Of the softmax over the candidates' Q-values, in units of reward; never below their standard
    deviation, so that a gamble is one wherever Q-values lie far apart."""


_SILENT: Final = by_outcome(lambda outcome: outcome.is_silent) > 0
"""Each says little and they are many: the caller adds up what they come to."""


def _after(state: SessionState, above: Sequence[int]) -> SessionState:
    """The state in which the card below these films is chosen: passed over while the talk went on.

    Had they been looked at without a word, what they share would hardly be wanted, and one named
    film would be followed by one like it and two that everybody loves. On 438 people of
    movielens-mix hits of 9 with silence for all, for the last of three alone and for none are 3.10,
    3.11, 3.08 on evenings with a genre in mind, 2.39, 2.39, 2.44 with a tag, and open ones 3.49,
    3.39, 3.26 with one film stated (first slate .74, .75, .68) and 3.49, 3.54, 3.57 with three.
    People have rated what everybody has seen, so the figures are for it; whoever chooses a film
    tonight has seen it, too.
    """
    for token in above:
        state = state.show(token)
    return state.pass_over(*above)


def _best(scores: FloatArray, count: int) -> IntArray:
    """Places of the `count` highest scores (n,), best first; of equal ones the first."""
    likely = np.arange(len(scores))
    if count < len(scores):
        # Sorting the few that may be among them takes a tenth of sorting the whole catalogue.
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        likely = np.flatnonzero(scores >= least)
    best: IntArray = likely[np.argsort(-scores[likely], kind="stable")[:count]]
    return best


def words_sought(state: SessionState, catalogue: Catalogue) -> str:
    """What films are found by: the names of what is wished for, as far as films are more or less of
    it, and words that no facet holds; "" where no more than genres are.
    """
    wanted = (token for token, outcome in state.events if outcome.wish > 0)
    tokens = filter(catalogue.is_facet, dict.fromkeys((*state.constraints.required, *wanted)))
    graded = [facet for facet in map(catalogue.facet, tokens) if facet.kind in GRADED]
    if not state.sought and all(facet.kind == "genre" for facet in graded):
        return ""
    return " ".join(filter(None, (*(facet.name for facet in graded), state.sought)))


def hoped_for(state: SessionState, catalogue: Catalogue) -> list[int]:
    """Tokens of people and places that are wanted and no musts: "Kevin Costner maybe"."""
    required = state.constraints.required
    wanted = (token for token, outcome in state.events if outcome.wish > 0)
    open_to = (token for token in wanted if catalogue.is_facet(token) and token not in required)
    return [token for token in open_to if catalogue.facet(token).kind not in GRADED]


def is_searched(state: SessionState, catalogue: Catalogue) -> bool:
    """Whether films gain or lose by what is sought: the network alone does not rank them then."""
    told = (words_sought(state, catalogue), state.spared, hoped_for(state, catalogue))
    return any(map(bool, told))


class Policy:
    """A Q-function with a catalogue and a version: what the assistant asks for films."""

    def __init__(
        self,
        q_function: QFunction,
        catalogue: Catalogue,
        version: str,
        exploration: Exploration | None = None,
        *,
        match: Match | None = None,
        search: Search | None = None,
    ) -> None:
        self.catalogue = catalogue
        self.version = version
        self._q_function = q_function
        self._exploration = exploration or Exploration()
        self._match = match
        self._search = search

    def searching(self, search: Search) -> Policy:
        """The same policy with what finds films by words."""
        return Policy(
            self._q_function,
            self.catalogue,
            self.version,
            self._exploration,
            match=self._match,
            search=search,
        )

    def q_values(self, state: SessionState) -> FloatArray:
        """What films are ranked by, (n_items,), unmasked."""
        q_values: FloatArray = self._q_function.q_values(
            state.observation()[None], state.gems, self._sought(state)
        )[0]
        return q_values

    def _sought(self, state: SessionState) -> FloatArray | None:
        """What each film gains by what is sought, (n_items,); None where nothing is."""
        if self._search is None:
            return None
        words = words_sought(state, self.catalogue)
        gains = self._search.answer(words) * np.float32(SOUGHT) if words else None
        for token in hoped_for(state, self.catalogue):
            more = np.float32(HOPED) * self.catalogue.has(token)
            gains = more if gains is None else gains + more
        for phrase in state.spared:
            less = np.float32(-HOPED) * self._search.alike(phrase)
            gains = less if gains is None else gains + less
        return gains

    def available(self, state: SessionState) -> BoolArray:
        """Films that may be shown now, (n_items,): within constraints, not in the transcript, and
        telling of nothing that is to be spared.
        """
        mask = self.catalogue.allowed(state.constraints)
        for phrase in state.spared if self._search else ():
            mask &= ~self._telling_of(phrase)
        taken = np.array(
            [token - 1 for token in state.tokens() if token <= self.catalogue.n_items],
            dtype=np.int64,
        )
        mask[taken] = False
        return mask

    def _telling_of(self, phrase: str) -> BoolArray:
        """Films whose texts hold each word of a phrase, (n_items,)."""
        assert self._search is not None
        found = [self._search.relevance(word) > 0 for word in phrase.split()]
        held: BoolArray = np.logical_and.reduce(found)
        return held

    def choose(
        self, state: SessionState, count: int, rng: np.random.Generator
    ) -> tuple[Choice, ...]:
        """At most `count` films, best first but for gambles; fewer where no more are open.

        Card by card (`_after`), so that a slate is no three copies of one guess.
        """
        before, choices = state, list[Choice]()
        values = scores = self.q_values(state)
        while len(choices) < count:
            rows, chances = self._place(before, scores)
            if not len(rows):
                break
            place = int(rng.choice(len(rows), p=chances))
            token = int(rows[place]) + 1
            choices.append(
                Choice(token, float(values[token - 1]), float(chances[place]), place > 0)
            )
            if len(choices) < count:
                before = _after(state, [choice.token for choice in choices])
                scores = self.q_values(before)
        return self.matched(choices, state)

    def chances(self, state: SessionState, slate: Sequence[int]) -> tuple[Chances, ...]:
        """How likely each film was at each place of a slate of tokens, given those before it.

        The same numbers as the propensities of `choose`: what an off-policy estimate asks of a
        policy that did not choose the slate itself.
        """
        places = []
        for card in range(len(slate)):
            before = _after(state, slate[:card])
            places.append(Chances(*self._place(before, self.q_values(before))))
        return tuple(places)

    def explain(self, state: SessionState, token: int) -> tuple[Contribution, ...]:
        """Exact contributions of 0, `WHOLE`, the events in order, `KNOB` where it is turned, and
        `WORDS` where films are found by them.

        They add up to what ranks the film in `q_values(state)`.
        """
        return self.explanations(state, [token])[0]

    def explanations(
        self, state: SessionState, tokens: Sequence[int], small: float = 0.0
    ) -> tuple[tuple[Contribution, ...], ...]:
        """`explain` for several films, which takes less long at once.

        An event that has less than `small` of every film is no contribution of its own: of a diary
        of thousands, nearly all. It goes to `WHOLE`.
        """
        if not tokens:
            return ()
        observation, rows = state.observation(), np.array(tokens, dtype=np.int64) - 1
        found = self._q_function.contributions(observation, rows, state.gems).astype(np.float64)
        # An observation has one row at least.
        parts, knob = found[:, : 2 + len(state.events)], found[:, -1].tolist()
        sought = self._sought(state)
        tiny = np.abs(parts).max(axis=0) < small
        tiny[:2] = False
        tiny[2:] &= ~_SILENT[observation[: len(state.events), 1]]
        parts[:, 1] += parts[:, tiny].sum(axis=1)
        owners = np.array((0, WHOLE, *state.tokens()))[~tiny].tolist()
        spoken = tuple(tuple(map(Contribution, owners, film)) for film in parts[:, ~tiny].tolist())
        settings = [(KNOB, knob)] if state.gems else []
        if sought is not None:
            settings.append((WORDS, sought[rows].tolist()))
        return tuple(
            (*film, *(Contribution(token, gains[place]) for token, gains in settings))
            for place, film in enumerate(spoken)
        )

    def matched(self, choices: list[Choice], state: SessionState) -> tuple[Choice, ...]:
        """The choices with their chance of being liked."""
        if self._match is None or not choices:
            return tuple(choices)
        rows = np.array([choice.token - 1 for choice in choices], dtype=np.int64)
        chances = self._match(state.observation(), rows).tolist()
        return tuple(
            replace(choice, match=chance) for choice, chance in zip(choices, chances, strict=True)
        )

    def _place(
        self, state: SessionState, scores: FloatArray
    ) -> tuple[IntArray, npt.NDArray[np.float64]]:
        """Films for the next place of a slate, best first, and the probability of each."""
        rows = np.flatnonzero(self.available(state))
        rows = rows[_best(scores[rows], self._exploration.candidates)]
        if not len(rows):
            return rows, np.zeros(0)
        return rows, self._chances(scores[rows])

    def _chances(self, scores: FloatArray) -> npt.NDArray[np.float64]:
        """Probability of each remaining film, best first, for one place."""
        settings = self._exploration
        temperature = max(settings.temperature, float(scores.std()))
        lead = scores.astype(np.float64) - float(scores[0])
        drawn = np.exp(lead / temperature)
        chances: npt.NDArray[np.float64] = settings.share * drawn / drawn.sum()
        chances[0] += 1.0 - settings.share
        chances /= chances.sum()
        return chances


@dataclass(frozen=True, eq=False)
class PolicyScorer:
    """A policy under the evaluation's protocol."""

    policy: Policy
    network: QNetwork
    gamma: float
    name: str = "marquee"
    _: KW_ONLY
    gives_q_values: bool = True
    calibration: Calibration | None = None

    def scores(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """What films are ranked by, (B, n_items), unmasked."""
        return self.network.q_values(observations)

    def chances(
        self, transcripts: npt.NDArray[np.int32], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Match figures of films (B,) for people (B, L, 2): `core.evaluation.evaluate.Matching`."""
        if self.calibration is None:
            return np.full(len(rows), np.nan)
        return self.calibration.chances(self.network, transcripts, rows)


@torch.no_grad()
def double_q_targets(
    online: QNetwork,
    target: QNetwork,
    rewards: Tensor,
    following: Tensor,
    ended: Tensor,
    *,
    discounts: Tensor | float,
) -> Tensor:
    """What the films shown were worth, (B,): r + γ · Q_target(s', argmax over a of Q_online).

    The online network picks the next film and the target network values it, since a maximum over
    thousands of noisy values is far too high.

    Args:
        online: The network that learns.
        target: Its older twin.
        rewards: (B,) float32.
        following: (B, L, 2) transcripts after the film; not looked at where the session ended.
        ended: (B,) bool, true where nothing follows.
        discounts: γ, one for all or (B,).
    """
    worth = torch.zeros_like(rewards)
    going = ~ended
    if bool(going.any()) and bool((torch.as_tensor(discounts) > 0).any()):
        states = following[going]
        worth[going] = target.of(states, online(states).argmax(dim=1))
    targets: Tensor = rewards + discounts * worth
    return targets
