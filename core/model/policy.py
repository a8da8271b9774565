"""From a session state to the films to show: greedy on a score, with some gambles of known odds.

The score of a film is its Q-value as far as it is of tonight's mood (`core.model.mood`), what the
conversation pulls it by (`core.model.affinity`) and the wishes for tonight. A slate is filled card
by card: each film is chosen as if those above it had been looked at without a word.

The knob between popular films and hidden gems: one number, and what each film gains by it.

With fame f = ratings of the film / ratings of the best known film, and k films liked so far (named
or thumb up; a wish for a genre or the like counts as much as `A_WISH` of them),

    gain(film) = −w · KNOWN · gems · ln((f + FLOOR) / (NEUTRAL + FLOOR))
                 − (1 − w) · slope · (f − NEUTRAL),
    w = k² / (k² + HALF²),  slope = COLD · gems³

gems runs from −1 (popular films) over 0 (as the policy was trained) to 1 (hidden gems); a film of
fame NEUTRAL stays where it is. The gain is a function of the transcript alone, so `Policy.explain`
is exact and gambles keep their exact propensities.

Why this shape, on validation people of movielens-mix: the logarithm alone shows 1.5 times as many
different films for less than .1 hits in 20 once three films are liked, but from cold, where nothing
tells one obscure film from another, it costs far more; so it waits until a taste is known, and
before that a loss linear in fame, silent among obscure films, stands in for it near the ends of the
knob. Noise that spreads the choice among near-equal Q-values costs more hits for the same number of
films wherever a taste is known (assets/research.md has the figures).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from core.catalogue import BoolArray, Catalogue
from core.domain import Outcome
from core.model.affinity import Affinity
from core.model.mood import Mood
from core.rewards import by_outcome
from core.session import Observation, SessionState

FloatArray = npt.NDArray[np.float32]

KNOWN: Final = 0.5
"""In units of reward, once a taste is known: the end of the knob shows what few have seen."""
COLD: Final = 0.35
"""Before anything is known, at the ends of the knob: from cold, Q-values rise by about that much
from unknown to best known films, so that there fame is out of their order and what is left is how
well those who know a film like it."""
FLOOR: Final = 0.05
"""Fame below this counts little: among films that few have seen, the Q-value decides."""
NEUTRAL: Final = 0.25
"""Fame of a film that neither gains nor loses, about the 150th of movielens-mix."""
HALF: Final = 2.0
"""Films liked at which half of the way to the logarithm is done. From cold 1.5 times the films of
no gain cost .11 hits with 2, .12 with 3 (956 people in three splits)."""
REST: Final = 0.13
"""Gain of this place is part of every served score: silence, which training counts against a film,
leans to films that many have seen."""
REST_HALF: Final = 8.0
"""`HALF` of that gain: where nobody has asked for hidden gems, more films have to be liked before
it speaks.

On 950 people in three splits, against .04 with a half of 3: −.01, +.01 and .00 hits in replay,
+.02, +.01 and +.03 among rated films, with 0, 1 and 3 stated (standard errors .02 and .015). """
A_WISH: Final = 2
"""Films liked that a wish stands for: it says which of the obscure films are worth a look."""
_EVIDENCE: Final = by_outcome(lambda outcome: max(outcome.liking, A_WISH * outcome.wish, 0))
"""Films liked that an event counts as."""


def at_rest(catalogue: Catalogue, observations: npt.NDArray[np.int32], rest: float) -> FloatArray:
    """What each film gains where nobody has turned the knob, float32 (B, n_items)."""
    return gains(catalogue, observations, rest, half=REST_HALF)


def gains(
    catalogue: Catalogue, observations: npt.NDArray[np.int32], gems: float, *, half: float = HALF
) -> FloatArray:
    """What each film gains in (B, L, 2) transcripts at this place of the knob, (B, n_items)."""
    counts = np.maximum(catalogue.n_ratings[: catalogue.n_items], 1).astype(np.float64)
    fame = counts / counts.max(initial=1.0)
    liked = _EVIDENCE[observations[..., 1]].sum(axis=1, dtype=np.float64)[:, None]
    known = liked**2 / (liked**2 + half**2)
    cold = COLD * gems**3 * (fame - NEUTRAL)
    loss = known * KNOWN * gems * np.log((fame + FLOOR) / (NEUTRAL + FLOOR)) + (1 - known) * cold
    gained: FloatArray = (-loss).astype(np.float32)
    return gained


IntArray = npt.NDArray[np.int64]


class QFunction(Protocol):
    """What a policy asks of a trained network."""

    def q_values(self, observations: npt.NDArray[np.int32]) -> FloatArray:
        """(B, L, 2) transcripts → (B, n_items) Q-values, unmasked."""

    def contributions(self, observation: Observation, rows: IntArray) -> FloatArray:
        """Exact parts of Q(observation, row) of n films, (n, 2 + L).

        Without the events, by all of them together, then by each.
        """


@dataclass(frozen=True, slots=True)
class Choice:
    """One film that the policy chose to show."""

    token: int
    q_value: float
    """The score it was ranked by: the Q-value, the pull of the conversation and the wishes."""
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

WHOLE = -1
"""In place of a token: what the conversation as a whole adds, and no single event of it."""
KNOB = -2
"""In place of a token: what the knob between popular films and hidden gems adds."""


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
    """Of the softmax over the candidates' scores, in units of reward; never below the gate of the
    conversation's pull, so that a gamble is no surer of a film than people are to name it."""


WISH: Final = 0.2
"""What a film gains by each wanted facet it has and loses by each it was to be spared, in units of
reward.

Ratings tell what people lean to, not what somebody asks for tonight, so no training can find this
number; it is about the step from the best film to the twentieth after two or three likes, enough
that "something funnier" brings comedies. """
_SILENT: Final = by_outcome(lambda outcome: outcome.is_silent) > 0
"""Each says little and they are many: the caller adds up what they come to."""


class Policy:
    """A Q-function with a catalogue and a version: what the assistant asks for films.

    What it ranks by is the Q-value as far as the film is of tonight's mood (`core.model.mood`),
    what the conversation pulls a film by (`core.model.affinity`; nothing without them), the wishes
    for tonight (`WISH`) and the session's knob between popular films and hidden gems; with the gain
    of `rest`, a place of that knob where nobody has turned it.
    """

    def __init__(
        self,
        q_function: QFunction,
        catalogue: Catalogue,
        version: str,
        exploration: Exploration | None = None,
        *,
        affinity: Affinity | None = None,
        match: Match | None = None,
        mood: Mood | None = None,
        rest: float = 0.0,
    ) -> None:
        self.catalogue = catalogue
        self.version = version
        self._q_function = q_function
        self._exploration = exploration or Exploration()
        self._affinity = affinity
        self._match = match
        self._mood = mood
        self._rest = rest

    def judge(self, observations: Observation) -> tuple[FloatArray, FloatArray]:
        """Scores and the Q-values within them, unmasked: (B, L, 2) → twice (B, n_items)."""
        q_values = self._q_function.q_values(observations)
        scores = q_values.copy()
        if self._rest:
            scores += at_rest(self.catalogue, observations, self._rest)
        if self._mood is not None:
            # A thumb is won by films of the mood only.
            scores *= np.where(scores > 0, self._mood.lift(observations, q_values), 1.0)
        if self._affinity is not None:
            scores += self._affinity.pull(observations)
        for outcome in (Outcome.WANTED, Outcome.AVOIDED):
            gain = np.float32(WISH * outcome.wish)
            for row, place in zip(*np.nonzero(observations[..., 1] == outcome), strict=True):
                scores[row] += gain * self.catalogue.has(int(observations[row, place, 0]))
        return scores, q_values

    def q_values(self, state: SessionState) -> FloatArray:
        """What films are ranked by, (n_items,), unmasked: Q-values, pull, wishes and knob."""
        observations = state.observation()[None]
        q_values: FloatArray = self.judge(observations)[0][0]
        return q_values + self.knob(observations, state.gems)[0] if state.gems else q_values

    def knob(self, observations: Observation, gems: float) -> FloatArray:
        """What each film gains by the knob, (B, L, 2) transcripts → (B, n_items).

        Towards hidden gems it also takes away what films have for being talked of: all of it at the
        end.
        """
        gained = gains(self.catalogue, observations, gems)
        if self._affinity is None or gems < 0:
            return gained
        return gained - gems * self._affinity.talk_prior(observations)

    def available(self, state: SessionState) -> BoolArray:
        """Films that may be shown now, (n_items,): within constraints, not in the transcript."""
        mask = self.catalogue.allowed(state.constraints)
        taken = np.array(
            [token - 1 for token in state.tokens() if token <= self.catalogue.n_items],
            dtype=np.int64,
        )
        mask[taken] = False
        return mask

    def choose(
        self, state: SessionState, count: int, rng: np.random.Generator
    ) -> tuple[Choice, ...]:
        """At most `count` films, best first but for gambles; fewer where no more are open.

        Card by card: each is chosen as if those above it had been looked at without a word, so that
        a slate is no three copies of one guess.
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
            before = before.show(token)
            if len(choices) < count:
                scores = self.q_values(before)
        return self.matched(choices, state)

    def chances(self, state: SessionState, slate: Sequence[int]) -> tuple[Chances, ...]:
        """How likely each film was at each place of a slate of tokens, given those before it.

        The same numbers as the propensities of `choose`: what an off-policy estimate asks of a
        policy that did not choose the slate itself.
        """
        places = []
        for token in slate:
            places.append(Chances(*self._place(state, self.q_values(state))))
            state = state.show(token)
        return tuple(places)

    def explain(self, state: SessionState, token: int) -> tuple[Contribution, ...]:
        """Exact contributions of 0, `WHOLE`, the events in order, and `KNOB` where it is turned.

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
        parts = self._parts(state, observation, rows)
        tiny = np.abs(parts).max(axis=0) < small
        tiny[:2] = False
        tiny[2:] &= ~_SILENT[observation[: len(state.events), 1]]
        parts[:, 1] += parts[:, tiny].sum(axis=1)
        owners = np.array((0, WHOLE, *state.tokens()))[~tiny].tolist()
        spoken = tuple(tuple(map(Contribution, owners, film)) for film in parts[:, ~tiny].tolist())
        if not state.gems:
            return spoken
        gained = self.knob(observation[None], state.gems)[0, rows].tolist()
        return tuple(
            (*film, Contribution(KNOB, gain)) for film, gain in zip(spoken, gained, strict=True)
        )

    def _parts(
        self, state: SessionState, observation: Observation, rows: IntArray
    ) -> npt.NDArray[np.float64]:
        """Parts of the scores but for the knob, (n, 2 + events): of no event, `WHOLE`, of each."""
        parts = self._q_function.contributions(observation, rows).astype(np.float64)
        if self._rest:
            parts[:, 1] += at_rest(self.catalogue, observation[None], self._rest)[0, rows]
        if self._mood is not None:
            # Tonight's mood lifts every part of a film's worth alike.
            q_values = self._q_function.q_values(observation[None])
            lift = self._mood.lift(observation[None], q_values)[0, rows, None]
            parts *= np.where(parts.sum(axis=1, keepdims=True) > 0, lift, 1.0)
        if self._affinity is not None:
            pulls = self._affinity.parts(observation, rows)
            parts[:, 0] += pulls[:, 0]
            parts[:, 2:] += pulls[:, 1:]
        for place, (owner, outcome) in enumerate(state.events, start=2):
            if outcome.wish:
                parts[:, place] += WISH * outcome.wish * self.catalogue.has(owner)[rows]
        return parts[:, : 2 + len(state.events)]  # an observation has one row at least

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
        best = np.argsort(-scores[rows], kind="stable")[: self._exploration.candidates]
        rows = rows[best]
        if not len(rows):
            return rows, np.zeros(0)
        return rows, self._chances(scores[rows], self._temperature(state))

    def _temperature(self, state: SessionState) -> float:
        least = self._exploration.temperature
        if self._affinity is None:
            return least
        return max(least, float(self._affinity.gate(state.observation()[None])[0]))

    def _chances(self, scores: FloatArray, temperature: float) -> npt.NDArray[np.float64]:
        """Probability of each remaining film, best first, for one place."""
        settings = self._exploration
        lead = scores.astype(np.float64) - float(scores[0])
        drawn = np.exp(lead / temperature)
        chances: npt.NDArray[np.float64] = settings.share * drawn / drawn.sum()
        chances[0] += 1.0 - settings.share
        chances /= chances.sum()
        return chances
