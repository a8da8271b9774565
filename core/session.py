"""The conversation so far, as a value.

`SessionState` is a transcript: an ordered tuple of (token, what happened to it) with one entry a
token, plus the hard constraints. Every transition returns a new value; undo is the previous value.
The environment and the chat both use these transitions and the observation made here, so training
and serving cannot drift apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.domain import Constraints, Limit, Outcome, Reaction

Observation = npt.NDArray[np.int32]
"""Shape (length, 2): token and Outcome; rows of zeros pad the end."""

GEMS: Final = (-1.0, 1.0)
"""Ends of the knob: popular films, hidden gems."""
_RUN = 8
"""Films in a row with one outcome from which the JSON writes them as one entry."""


class Event(NamedTuple):
    """One entry of the transcript."""

    token: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SessionState:
    """An immutable transcript with constraints; equal transcripts are equal states."""

    events: tuple[Event, ...] = ()
    constraints: Constraints = field(default_factory=Constraints)
    gems: float = 0.0
    """Popular films (−1) … as the policy was trained (0) … hidden gems (1): a setting of the
    session, no event."""
    sought: str = ""
    """Words of a wish that no facet holds, as typed: films are found by them."""
    spared: tuple[str, ...] = ()
    """Words, one phrase each, that films must not tell of: "drill sergeants"."""

    # ---- transitions

    def state(self, token: int, outcome: Outcome) -> SessionState:
        """The person states a taste: a film liked, disliked or seen, a facet wanted or avoided.

        A token already in the transcript keeps its place and takes the new outcome (people change
        their mind). Raises ValueError for an outcome that cannot be stated.
        """
        if not (outcome.is_statement or outcome.wish):
            raise ValueError(f"{outcome.name} cannot be stated")
        return self._with(token, outcome)

    def recall(
        self, statements: Iterable[tuple[int, Outcome]], again: frozenset[int] = frozenset()
    ) -> SessionState:
        """Films that the person rated elsewhere, each as by `state`, thousands in one step.

        They go before everything else (people knew them before they came). Films that were taken
        back, and the tokens of `again`, take their new outcome in place; of every other film in the
        transcript what it says stands. Of a film named twice the last outcome counts. ValueError
        for an outcome that cannot be stated of a film.
        """
        rated = dict(statements)
        if wrong := {outcome.name for outcome in rated.values() if not outcome.is_statement}:
            raise ValueError(f"{', '.join(sorted(wrong))} cannot be stated of a film")

        def now(token: int, outcome: Outcome) -> Outcome:
            changes = outcome is Outcome.RETRACTED or token in again
            return rated.get(token, outcome) if changes else outcome

        events = tuple(Event(token, now(token, outcome)) for token, outcome in self.events)
        there = set(self.tokens())
        fresh = (Event(token, outcome) for token, outcome in rated.items() if token not in there)
        return replace(self, events=(*fresh, *events))

    def show(self, token: int) -> SessionState:
        """A film is recommended; ValueError if it is in the transcript already."""
        if any(event.token == token for event in self.events):
            raise ValueError(f"token {token} is in the transcript already")
        return replace(self, events=(*self.events, Event(token, Outcome.SHOWN)))

    def react(self, token: int, reaction: Reaction) -> SessionState:
        """The person reacts to a film; ValueError if it was never shown."""
        if self.outcome_of(token) is None:
            raise ValueError(f"token {token} was never shown")
        return self._with(token, reaction.outcome)

    def pass_over(self, *tokens: int) -> SessionState:
        """The talk went on without a word about these films; only those SHOWN change."""
        unanswered = {Event(token, Outcome.SHOWN) for token in tokens}
        events = tuple(
            Event(event.token, Outcome.PASSED) if event in unanswered else event
            for event in self.events
        )
        return replace(self, events=events)

    def retract(self, token: int) -> SessionState:
        """The person takes back what they said of a token; a film stays in, so it is not shown."""
        if self.outcome_of(token) is None:
            return self
        return self._with(token, Outcome.RETRACTED)

    def without(self, events: Collection[Event]) -> SessionState:
        """Without what was only assumed while films were chosen: no transition of its own."""
        return replace(self, events=tuple(event for event in self.events if event not in events))

    def constrain(self, constraints: Constraints) -> SessionState:
        """New hard constraints in place of the old ones."""
        return replace(self, constraints=constraints)

    def unbound(self, token: int) -> SessionState:
        """Without the condition that a facet is of; what is said of it stays."""

        def others(tokens: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(other for other in tokens if other != token)

        held = self.constraints
        eased = replace(held, required=others(held.required), excluded=others(held.excluded))
        return self.constrain(eased)

    def cleared(self) -> SessionState:
        """Everything taken back; the films stay in the transcript, so none is shown again."""
        state = self
        for token in self.tokens():
            state = state.retract(token)
        return state.constrain(Constraints()).seek("").spare()

    def steer(self, gems: float) -> SessionState:
        """Another place of the knob between popular films and hidden gems, or ValueError."""
        low, high = GEMS
        if not low <= gems <= high:  # NaN is not within any bounds
            raise ValueError(f"gems is {gems}, but must be a number from {low:g} to {high:g}")
        return replace(self, gems=float(gems))

    def seek(self, words: str) -> SessionState:
        """Other words in place of those that films were found by; none for no words."""
        return replace(self, sought=words)

    def spare(self, *phrases: str) -> SessionState:
        """Other phrases in place of those that films must not tell of."""
        return replace(self, spared=phrases)

    # ---- reading

    def outcome_of(self, token: int) -> Outcome | None:
        """What happened to a token; None where it is not in the transcript."""
        return next((event.outcome for event in self.events if event.token == token), None)

    def tokens(self, *outcomes: Outcome) -> tuple[int, ...]:
        """Tokens in order, of these outcomes only (of any, if none is named)."""
        if not outcomes:
            return tuple([token for token, _ in self.events])
        return tuple([token for token, outcome in self.events if outcome in outcomes])

    def observation(self, length: int | None = None, *, vectors: int | None = None) -> Observation:
        """The transcript as int32 (length, 2), padded with zeros; None = as long as needed.

        `vectors` puts a first row in front that says which fold's movie vectors the encoder is to
        use (training people must meet vectors fitted on other people). ValueError if the transcript
        is longer than `length`.
        """
        head = () if vectors is None else (Event(vectors, Outcome.VECTORS),)
        rows = (*head, *self.events)
        if length is None:
            length = max(len(rows), 1)
        if len(rows) > length:
            raise ValueError(f"{len(rows)} events do not fit an observation of {length}")
        observation = np.zeros((length, 2), dtype=np.int32)
        # Number by number: from thousands of tuples with an enum in each, numpy takes ten times as
        # long.
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=2 * len(rows))
        observation[: len(rows)] = flat.reshape(-1, 2)
        return observation

    # ---- disk

    def to_json(self, catalogue: Catalogue) -> str:
        """JSON with stable names in place of tokens, so that a later catalogue can read it."""

        def keys(tokens: Iterable[int]) -> list[str]:
            return [catalogue.key_of(token) for token in tokens]

        among, either = self.constraints.among, self.constraints.either
        return json.dumps(
            {
                "events": list(_written(self.events, catalogue)),
                "limits": [[one.column, one.low, one.high] for one in self.constraints.limits],
                "required": keys(self.constraints.required),
                "excluded": keys(self.constraints.excluded),
                "gems": self.gems,
                **({"sought": self.sought} if self.sought else {}),
                **({"spared": list(self.spared)} if self.spared else {}),
                **({} if among is None else {"among": keys(among)}),
                **({"either": list(map(keys, either))} if either else {}),
            }
        )

    @classmethod
    def from_json(cls, text: str, catalogue: Catalogue) -> SessionState:
        """Inverse of `to_json` but for what the catalogue no longer holds, or ValueError."""
        try:
            record = json.loads(text)
            events = tuple(
                Event(token, outcome)
                for written, outcome in (
                    (written, Outcome[name.upper()]) for written, name in record["events"]
                )
                for token in _read(written, catalogue)
                if token is not None
            )
            constraints = Constraints(
                tuple(one for one in _limits(record) if catalogue.measures(one.column)),
                _tokens(record["required"], catalogue),
                _tokens(record["excluded"], catalogue),
                _tokens(record["among"], catalogue) if "among" in record else None,
                tuple(_tokens(group, catalogue) for group in record.get("either", ())),
            )
            gems = float(record.get("gems", 0.0))  # not in older sessions
            sought = str(record.get("sought", ""))
            spared = tuple(map(str, record.get("spared", ())))
        except (KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise ValueError(f"not a session state: {error!r}") from error
        return cls(events, constraints, sought=sought, spared=spared).steer(gems)

    def _with(self, token: int, outcome: Outcome) -> SessionState:
        event = Event(token, outcome)
        if self.outcome_of(token) is None:
            return replace(self, events=(*self.events, event))
        return replace(
            self, events=tuple(event if old.token == token else old for old in self.events)
        )


def _limits(record: Mapping[str, Any]) -> tuple[Limit, ...]:
    """Limits of a written state; older sessions wrote two of them under names of their own."""
    if "limits" in record:
        limits = [Limit(str(column), int(low), int(high)) for column, low, high in record["limits"]]
    else:
        years, left_out = record["years"], int(record.get("best_known_left_out", 0))
        limits = [Limit("rank", left_out)] if left_out > 0 else []
        limits += [] if years is None else [Limit("year", int(years[0]), int(years[1]))]
    return tuple(sorted(limits, key=attrgetter("column")))


def _written(
    events: Iterable[Event], catalogue: Catalogue
) -> Iterator[tuple[str | list[int], str]]:
    """Events with stable names; a long run of films with one outcome is one entry of movieIds.

    Every turn keeps its states, so the size of a diary of thousands of films counts: 6 bytes a film
    in place of 30.
    """
    for outcome, run in groupby(events, key=itemgetter(1)):
        tokens, name = [token for token, _ in run], outcome.name.lower()
        if len(tokens) >= _RUN and max(tokens) <= len(catalogue.movies):
            yield [catalogue.movies[token - 1].movie_id for token in tokens], name
        else:
            yield from ((catalogue.key_of(token), name) for token in tokens)


def _read(written: str | list[int], catalogue: Catalogue) -> Iterable[int | None]:
    """Inverse of `_written` for one entry: tokens, None for what the catalogue no longer holds."""
    if isinstance(written, list):
        return (catalogue.token_of_movie_id(movie_id) for movie_id in written)
    return (catalogue.token_of(written),)


def _tokens(keys: Iterable[str], catalogue: Catalogue) -> tuple[int, ...]:
    found = (catalogue.token_of(key) for key in keys)
    return tuple(sorted(token for token in found if token is not None))


# ---- what films are chosen from for one slate

_FOR_CHILDREN: Final = 0.35
"""Share of the films of a wish from which on it speaks of children, too: 85 % of Pixar's films,
half of the animated ones and a fifth of musicals are for them."""


def elsewhere(
    state: SessionState,
    shown: Sequence[int],
    catalogue: Catalogue,
    room: Callable[[SessionState], int] | None,
    wanted: int,
) -> SessionState:
    """The state without the kinds that most of the films shown were of, for one slate.

    What was asked for outright stays, and as many kinds are left out as still leave `wanted` films:
    `room` counts them.
    """
    constraints = state.constraints
    kinds = _common_kinds(shown, catalogue)
    left_out = [kind for kind in kinds if kind not in constraints.required]
    for count in range(len(left_out), 0, -1):
        excluded = tuple(sorted({*constraints.excluded, *left_out[:count]}))
        changed = state.constrain(replace(constraints, excluded=excluded))
        if room is None or room(changed) >= wanted:
            return changed
    return state


def _common_kinds(films: Sequence[int], catalogue: Catalogue) -> list[int]:
    """Genres that most of the films are of, the commonest first."""
    facets = (facet for token in films for facet in catalogue.facets_of(token))
    kinds = Counter(facet for facet in facets if catalogue.facet(facet).kind == "genre")
    return [kind for kind, count in kinds.most_common() if 2 * count > len(films)]


def for_adults(state: SessionState, catalogue: Catalogue) -> SessionState:
    """The state that films are chosen from: films for children stand back, as if less of them was
    wanted, where nobody has spoken of children, or of films that they see.

    Whoever asks for something light and short is no child; among everybody's ratings the best known
    films of that kind are for children.
    """
    children = catalogue.token_of_facet("genre", "Children")
    told = state.sought or state.constraints.limit("age") is not None
    if children is None or told:  # words that films are found by tell what they are
        return state
    held = state.outcome_of(children)
    if held is not None and held is not Outcome.RETRACTED:
        return state
    if any(_is_for_children(event, children, catalogue) for event in state.events):
        return state
    return state.state(children, Outcome.AVOIDED)


def _is_for_children(event: Event, children: int, catalogue: Catalogue) -> bool:
    """Whether a film that is liked is for children, or a good part of the films that are wanted."""
    token, outcome = event
    has = catalogue.has(children)
    if catalogue.is_movie(token):
        return outcome.liking > 0 and token <= len(has) and bool(has[token - 1])
    films = catalogue.has(token)
    return outcome.wish > 0 and int(films.sum()) > 0 and float(has[films].mean()) >= _FOR_CHILDREN
