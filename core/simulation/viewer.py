"""A simulated viewer: opens with tastes and reacts as a real person's ratings say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.ratings import FloatArray, IntArray
from core.domain import Outcome, Reaction
from core.rewards import DISLIKE_BELOW, LIKE_FROM, reaction_to
from core.session import SessionState


@dataclass(frozen=True, slots=True)
class OpeningSettings:
    """What people say before the first film is shown.

    Chosen by hand to cover what the chat meets, from "hello" to a list of ten favourites; not
    fitted to anything.
    """

    likes: tuple[int, ...] = (0, 0, 1, 1, 2, 2, 3, 4, 6, 10)
    """Number of liked films named, each entry equally likely."""
    dislikes: tuple[int, ...] = (0, 0, 0, 0, 1, 2)
    """Number of disliked films named, each entry equally likely."""
    genre_chance: float = 0.3
    """Probability of asking for a genre the person leans to."""
    avoid_chance: float = 0.1
    """Probability of ruling out a genre the person leans away from."""

    @property
    def most(self) -> int:
        """Events in the longest opening."""
        return max(self.likes) + max(self.dislikes) + 2


SILENT = OpeningSettings(likes=(0,), dislikes=(0,), genre_chance=0.0, avoid_chance=0.0)
"""Nothing is said first."""


class Viewer:
    """One person's ratings as answers.

    `rows` and `stars` are the films they rated; films without a rating get no reaction. Films that
    the catalogue does not recommend count as tastes but are not named.
    """

    def __init__(self, rows: IntArray, stars: FloatArray, catalogue: Catalogue) -> None:
        self._stars = dict(zip(rows.tolist(), stars.tolist(), strict=True))
        known = rows < catalogue.n_items
        self._rows, self._known_stars = rows[known], stars[known]
        self._popularity = catalogue.n_ratings[self._rows].astype(np.float64) + 1.0
        self._catalogue = catalogue

    def reaction(self, row: int) -> Reaction | None:
        """Reaction to being shown a film; None for a film the person never rated."""
        stars = self._stars.get(row)
        return None if stars is None else reaction_to(stars)

    def open(self, rng: np.random.Generator, settings: OpeningSettings) -> SessionState:
        """The state after the person has said what they like, drawn from their own history.

        Liked and disliked films are drawn by popularity: people name what is well known. Not all
        likes are given away, so that there is something left to find.
        """
        state = SessionState()
        liked, disliked = self._known_stars >= LIKE_FROM, self._known_stars < DISLIKE_BELOW
        for mask, counts, outcome in (
            (liked, settings.likes, Outcome.STATED_LIKE),
            (disliked, settings.dislikes, Outcome.STATED_DISLIKE),
        ):
            for row in self._draw(rng, mask, int(rng.choice(counts))):
                state = state.state(self._catalogue.movie_token(row), outcome)
        for chance, sign, outcome in (
            (settings.genre_chance, 1.0, Outcome.WANTED),
            (settings.avoid_chance, -1.0, Outcome.AVOIDED),
        ):
            if rng.random() < chance and (token := self._leaning(rng, sign)) is not None:
                state = state.state(token, outcome)
        return state

    def _draw(self, rng: np.random.Generator, mask: npt.NDArray[np.bool_], count: int) -> list[int]:
        places = np.flatnonzero(mask)
        count = min(count, len(places) // 2)
        if count == 0:
            return []
        weights = self._popularity[places]
        drawn: list[int] = self._rows[
            rng.choice(places, size=count, replace=False, p=weights / weights.sum())
        ].tolist()
        return drawn

    def _leaning(self, rng: np.random.Generator, sign: float) -> int | None:
        """A genre drawn by how far its ratings are above (1) or below (−1) the person's mean."""
        if not len(self._rows):
            return None
        genres = [
            index for index, facet in enumerate(self._catalogue.facets) if facet.kind == "genre"
        ]
        membership = self._catalogue.genre_table[self._rows]
        centred = self._known_stars - self._known_stars.mean()
        # Two pseudo-ratings at the mean: one liked western does not make a lover of westerns.
        lean = sign * (centred @ membership) / (membership.sum(0) + 2.0)
        weights = np.clip(lean, 0.0, None)
        if weights.sum() <= 0:
            return None
        return self._catalogue.facet_token(
            genres[int(rng.choice(len(genres), p=weights / weights.sum()))]
        )
