"""The gymnasium environment: one session with one simulated viewer; the only door to gymnasium.

`gymnasium.make("Marquee/Session-v0", people=ratings, catalogue=catalogue)` after `import
core.simulation.environment`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Self

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded
from scipy import sparse

from core.catalogue import BoolArray, Catalogue
from core.data.ratings import FloatArray, IntArray, Ratings
from core.domain import Outcome, Reaction
from core.model.mood import SharedMood, catalogue_moods, mood_table
from core.session import Observation, SessionState
from core.simulation.viewer import OPEN, EveningSettings, OpeningSettings, Tonight, Viewer

ID = "Marquee/Session-v0"


@dataclass(frozen=True, eq=False)
class _Moods:
    """Those of a catalogue, in the order of `core.model.mood.MoodPosterior`."""

    moods: tuple[SharedMood, ...] = ()
    films_of: sparse.csr_matrix = field(default_factory=lambda: sparse.csr_matrix((0, 0)))

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        moods = catalogue_moods(catalogue)
        return cls(moods, mood_table(moods, catalogue.n_items))

    def number(self, mood: SharedMood | None) -> int:
        """Place of a mood, −1 for none."""
        return next((place for place, one in enumerate(self.moods) if one is mood), -1)


class SessionEnv(gymnasium.Env[Observation, np.int64]):
    """A viewer states tastes, then is shown one film a step and reacts as their ratings say.

    With `cards` films a slate they look at a whole slate before they react, as in the chat: until
    then its films are SHOWN, after it those without a word are PASSED. (In the chat the films above
    a card count as PASSED at once. Learned from so, a policy leans to what everybody loves.)

    ## Action Space `Discrete(n_items)`: the catalogue row of the film to show. A film in the
    transcript may not be shown: `action_mask()` says which may, and such an action raises
    `gymnasium.error.InvalidAction`.

    ## Observation Space `Box(0, n_tokens − 1, (length, 2), int32)`: the transcript of
    `core.session.SessionState`, one row an event: token, then `core.domain.Outcome`; rows of zeros
    pad the end. Length is 1 + the longest opening + `turns`; the first row names the movie vectors
    that suit the viewer where `vector_sets` is given.

    ## Rewards `Outcome.reward` of the reaction: rated ≥ 4 a thumb up, +1; rated < 3 a thumb
    down, −0.5; rated between or not rated 0; a film beside tonight's mood mostly no word, 0. With
    probability `inattention` the viewer lets a film pass without a word, 0.

    ## Starting State The opening of a viewer drawn uniformly, on an evening drawn by `evenings`:
    films and genres they like or dislike, from their own history. `reset(options={"person": number,
    "tonight": Tonight, "unanswered": rows})` takes a certain viewer, a certain evening, and films
    of which they say nothing: a recorded chat can be replayed so.

    ## Episode End Terminated after `turns` films, or when none is left to show. Never truncated:
    the length of the evening is part of the task.

    ## Info `person` (number in `people`), `mood` (number of tonight's mood, −1 without one) and,
    after a step, `reaction` ("up", "down", "seen", "not_tonight", "none" or "passed").
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  # gymnasium declares it so

    def __init__(
        self,
        people: Ratings,
        catalogue: Catalogue,
        *,
        turns: int = 20,
        cards: int = 1,
        opening: OpeningSettings | None = None,
        evenings: EveningSettings = OPEN,
        inattention: float = 0.0,
        vector_sets: IntArray | None = None,
        render_mode: str | None = None,
    ) -> None:
        if people.n_users == 0:
            raise ValueError("an environment needs at least one person with ratings")
        self.render_mode = render_mode
        self.turns = turns
        self.cards = cards
        self._people = people
        self._catalogue = catalogue
        self._evenings = evenings
        self._moods = _Moods.of(catalogue) if evenings.mood else _Moods()
        self._opening = opening or OpeningSettings()
        self._inattention = inattention
        self._unanswered: frozenset[int] = frozenset()
        self._vector_sets = vector_sets
        self._viewers: dict[int, Viewer] = {}
        self._length = 1 + max(self._opening.most + evenings.brought, evenings.most) + turns
        self.action_space = spaces.Discrete(catalogue.n_items)
        self.observation_space = spaces.Box(
            0, catalogue.n_tokens - 1, (self._length, 2), dtype=np.int32
        )
        self._state: SessionState | None = None
        self._person = 0
        self._left = 0
        self._pending: dict[int, Reaction | None] = {}
        """Films of the slate that is not complete yet, and what will be said of them."""
        self.tonight = Tonight()
        """The evening; not for a policy to see."""

    @property
    def state(self) -> SessionState:
        """The transcript so far. Raises `gymnasium.error.ResetNeeded` before the first reset."""
        if self._state is None:
            raise ResetNeeded("call reset() before using the environment")
        return self._state

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begins a session; see the class."""
        super().reset(seed=seed)
        options = options or {}
        chosen = options.get("person")
        self._unanswered = frozenset(options.get("unanswered", ()))
        self._person = (
            int(self.np_random.integers(self._people.n_users)) if chosen is None else int(chosen)
        )
        self.tonight = options.get("tonight") or self._viewer.tonight(
            self.np_random, self._evenings, self._moods.moods, self._moods.films_of
        )
        mood = self.tonight.mood
        if mood is None:
            opened = self._viewer.open(self.np_random, self._opening)
            self._state = self._viewer.bring(opened, self.np_random, self._evenings)
        else:
            self._state = self._viewer.open_with(self.np_random, mood, self._evenings)
        self._pending = {}
        self._left = self.turns
        return self._observation(), {"person": self._person, "mood": self._moods.number(mood)}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Shows a film; see the class."""
        row = int(action)
        token = self._catalogue.movie_token(row)
        known = self.action_space.contains(np.int64(action))
        if not known or self.state.outcome_of(token) is not None or self._is_barred(row):
            raise InvalidAction(f"film {row} is not one that may be shown now: see action_mask()")
        self._state = self.state.show(token)
        answer = self._answer(row)
        self._pending[token] = answer
        self._left -= 1
        ended = self._left == 0 or not self.action_mask().any()
        if ended or len(self._pending) >= self.cards:
            self._react()
        passed = row in self._unanswered
        info = {
            "person": self._person,
            "mood": self._moods.number(self.tonight.mood),
            "reaction": answer.value if answer else ("passed" if passed else "none"),
        }
        reward = Outcome.SHOWN.reward if answer is None else answer.outcome.reward
        return self._observation(), reward, ended, False, info

    def rewards(self, rows: IntArray) -> FloatArray:
        """What showing each of these films (n,) would be worth tonight, float32 (n,)."""
        return self._viewer.rewards(rows, self.tonight, self._evenings)

    def verdicts(self, rows: IntArray) -> FloatArray:
        """What it would be worth on an evening on which any film will do, float32 (n,)."""
        return self._viewer.rewards(rows, Tonight(), OPEN)

    def _answer(self, row: int) -> Reaction | None:
        if self._is_inattentive():
            self._unanswered |= {row}
        if row in self._unanswered:
            return None
        return self._viewer.answer(row, self.tonight, self._evenings, self.np_random)

    def _react(self) -> None:
        """The slate is complete: what is said of each of its films."""
        state = self.state
        for token, reaction in self._pending.items():
            if reaction is not None:
                state = state.react(token, reaction)
            elif self.cards > 1 or token - 1 in self._unanswered:
                state = state.pass_over(token)
        self._state, self._pending = state, {}

    def _is_barred(self, row: int) -> bool:
        return self.tonight.rated_only and self._viewer.reaction(row) is None

    def _is_inattentive(self) -> bool:
        return bool(self._inattention and self.np_random.random() < self._inattention)

    def fork(self) -> SessionEnv:
        """Another environment on the same people, for sessions played in step; it needs a reset."""
        twin = copy.copy(self)
        twin._np_random, twin._np_random_seed = None, None
        twin._state, twin._pending, twin._unanswered = None, {}, frozenset()
        return twin

    def action_mask(self) -> BoolArray:
        """Films that may be shown, (n_items,)."""
        n_items = self._catalogue.n_items
        mask: npt.NDArray[np.bool_] = np.ones(n_items, dtype=np.bool_)
        if self.tonight.rated_only:
            mask[:] = False
            mask[self._viewer.rated] = True
        mask[[token - 1 for token in self.state.tokens() if token <= n_items]] = False
        return mask

    def render(self) -> str | None:
        """The transcript in words, one line an event."""
        if self.render_mode != "ansi":
            return None
        return "\n".join(
            f"{outcome.name.lower():16}{self._name(token)}" for token, outcome in self.state.events
        )

    @property
    def _viewer(self) -> Viewer:
        if self._person not in self._viewers:
            self._viewers[self._person] = Viewer(*self._people.of(self._person), self._catalogue)
        return self._viewers[self._person]

    def _observation(self) -> Observation:
        number = None if self._vector_sets is None else int(self._vector_sets[self._person])
        return self.state.observation(self._length, vectors=number)

    def _name(self, token: int) -> str:
        if self._catalogue.is_movie(token):
            return self._catalogue.movie(token).label
        return self._catalogue.facet(token).name


gymnasium.register(ID, entry_point="core.simulation.environment:SessionEnv")
