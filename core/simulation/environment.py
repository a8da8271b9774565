"""The gymnasium environment: one session with one simulated viewer; the only door to gymnasium.

`gymnasium.make("Marquee/Session-v0", people=ratings, catalogue=catalogue)` after `import
core.simulation.environment`.
"""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded

from core.catalogue import BoolArray, Catalogue
from core.data.ratings import IntArray, Ratings
from core.session import Observation, SessionState
from core.simulation.viewer import OpeningSettings, Viewer

ID = "Marquee/Session-v0"


class SessionEnv(gymnasium.Env[Observation, np.int64]):
    """A viewer states tastes, then is shown one film a step and reacts as their ratings say.

    ## Action Space `Discrete(n_items)`: the catalogue row of the film to show. A film in the
    transcript may not be shown: `action_mask()` says which may, and such an action raises
    `gymnasium.error.InvalidAction`.

    ## Observation Space `Box(0, n_tokens − 1, (length, 2), int32)`: the transcript of
    `core.session.SessionState`, one row an event: token, then `core.domain.Outcome`; rows of zeros
    pad the end. Length is 1 + the longest opening + `turns`; the first row names the movie vectors
    that suit the viewer where `vector_sets` is given.

    ## Rewards `Outcome.reward` of the reaction: rated ≥ 4 a thumb up, +1; rated < 3 a thumb
    down, −0.5; rated between or not rated 0. With probability `inattention` the viewer lets a film
    pass without a word, 0.

    ## Starting State The opening of a viewer drawn uniformly: films and genres they like or
    dislike, from their own history. `reset(options={"person": number, "unanswered": rows})` takes a
    certain viewer and films of which they say nothing: a recorded chat can be replayed so.

    ## Episode End Terminated after `turns` films, or when none is left to show. Never truncated:
    the length of the evening is part of the task.

    ## Info `person` (number in `people`) and, after a step, `reaction` ("up", "down", "seen",
    "none" or "passed").
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  # gymnasium declares it so

    def __init__(
        self,
        people: Ratings,
        catalogue: Catalogue,
        *,
        turns: int = 20,
        opening: OpeningSettings | None = None,
        inattention: float = 0.0,
        vector_sets: IntArray | None = None,
        render_mode: str | None = None,
    ) -> None:
        if people.n_users == 0:
            raise ValueError("an environment needs at least one person with ratings")
        self.render_mode = render_mode
        self.turns = turns
        self._people = people
        self._catalogue = catalogue
        self._opening = opening or OpeningSettings()
        self._inattention = inattention
        self._unanswered: frozenset[int] = frozenset()
        self._vector_sets = vector_sets
        self._viewers: dict[int, Viewer] = {}
        self._length = 1 + self._opening.most + turns
        self.action_space = spaces.Discrete(catalogue.n_items)
        self.observation_space = spaces.Box(
            0, catalogue.n_tokens - 1, (self._length, 2), dtype=np.int32
        )
        self._state: SessionState | None = None
        self._person = 0
        self._left = 0

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
        self._state = self._viewer.open(self.np_random, self._opening)
        self._left = self.turns
        return self._observation(), {"person": self._person}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Shows a film; see the class."""
        row = int(action)
        token = self._catalogue.movie_token(row)
        known = self.action_space.contains(np.int64(action))
        if not known or self.state.outcome_of(token) is not None:
            raise InvalidAction(f"film {row} is not one that may be shown now: see action_mask()")
        state = self.state.show(token)
        reaction = self._viewer.reaction(row)
        answer = "none"
        if row in self._unanswered or self._is_inattentive():
            state, answer = state.pass_over(token), "passed"
        elif reaction is not None:
            state, answer = state.react(token, reaction), reaction.value
        self._state = state
        self._left -= 1
        ended = self._left == 0 or not self.action_mask().any()
        info = {"person": self._person, "reaction": answer}
        return self._observation(), state.events[-1].outcome.reward, ended, False, info

    def _is_inattentive(self) -> bool:
        return bool(self._inattention and self.np_random.random() < self._inattention)

    def fork(self) -> SessionEnv:
        """Another environment on the same people, for sessions played in step; it needs a reset."""
        twin = SessionEnv(
            self._people,
            self._catalogue,
            turns=self.turns,
            opening=self._opening,
            inattention=self._inattention,
            vector_sets=self._vector_sets,
            render_mode=self.render_mode,
        )
        twin._viewers = self._viewers
        return twin

    def action_mask(self) -> BoolArray:
        """Films that may be shown, (n_items,)."""
        n_items = self._catalogue.n_items
        mask: npt.NDArray[np.bool_] = np.ones(n_items, dtype=np.bool_)
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
