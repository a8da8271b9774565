"""A simulated viewer: opens with tastes and reacts as a real person's ratings say.

On an *open* evening any film that they like will do. On one with a *mood* they want films of one
kind tonight (a genre, a decade, a tag, a director …, a genre of one decade): they open with films
of it, or say it, or both, and of other films they have no word, or "not tonight", or now and
then a thumb down. On a *rated* evening only films that they rated may be shown: whoever knows
whatever they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue
from core.data.ratings import FloatArray, IntArray
from core.domain import Outcome, Reaction
from core.model.mood import KINDS, SharedMood
from core.rewards import DISLIKE_BELOW, LIKE_FROM, REWARDS, reaction_to
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


@dataclass(frozen=True, slots=True)
class EveningSettings:
    """Which evenings people have, and what they do on them."""

    mood: float = 0.65
    """Share of the evenings with a mood, of people who like enough films of one."""
    rated: float = 0.2
    """Share of the evenings among rated films; what is left is open."""
    kinds: tuple[str, ...] = KINDS
    """Kinds of moods, each as likely as the others; within one every mood that a person likes
    enough films of is."""
    least: int = 6
    """Films of a mood that the person likes."""
    named: tuple[int, ...] = (0, 1, 1, 2, 2, 2, 3, 3, 4)
    """Number of liked films of the mood named, each entry equally likely."""
    says: float = 0.25
    """Probability of saying the mood in words; where no film is named, always."""
    strays: float = 0.1
    """Share of the films named that have nothing to do with the mood: .14 in ReDial's development
    dialogs, by the likelihood of the next film that is liked given those named."""
    dislikes: float = 0.1
    """Probability of naming a film that they dislike."""
    not_tonight: float = 0.1
    """Of films beside the mood."""
    down: float = 0.03
    """Of films beside the mood."""
    up: float = 0.05
    """Of films beside the mood that they like: now and then a thumb is for the film alone."""
    diary: float = 0.15
    """Share of the evenings without a mood before which the person brings ratings."""
    diaries: tuple[int, ...] = (10, 20, 40)
    """Number of ratings brought, each entry equally likely; at most half of what they rated."""
    wordless: float = 0.1
    """Share of the films they rated of which people say that they have seen them, and no more."""

    @property
    def brought(self) -> int:
        """Ratings in the longest diary."""
        return max(self.diaries) if self.diary else 0

    @property
    def most(self) -> int:
        """Events in the longest opening of an evening with a mood; 0 where there are none."""
        return max(1, *self.named) + 2 if self.mood else 0


OPEN = EveningSettings(mood=0.0, rated=0.0, diary=0.0, wordless=0.0)
"""Every evening is open, and every film that they know gets a verdict."""


@dataclass(frozen=True, slots=True)
class Tonight:
    """One person's evening."""

    mood: SharedMood | None = None
    """None on an open evening."""
    rated_only: bool = False


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

    @property
    def rated(self) -> IntArray:
        """Rows of the films that they rated, of those that can be recommended."""
        return self._rows

    def reaction(self, row: int) -> Reaction | None:
        """Reaction to being shown a film; None for a film the person never rated."""
        stars = self._stars.get(row)
        return None if stars is None else reaction_to(stars)

    def answer(
        self, row: int, tonight: Tonight, settings: EveningSettings, rng: np.random.Generator
    ) -> Reaction | None:
        """Reaction to being shown a film tonight; None for no word."""
        if not _fits(row, tonight):
            drawn = rng.random()
            if drawn < settings.not_tonight:
                return Reaction.NOT_TONIGHT
            if drawn < settings.not_tonight + settings.down:
                return Reaction.DOWN
            liked = self.reaction(row) is Reaction.UP
            return Reaction.UP if liked and drawn > 1.0 - settings.up else None
        reaction = self.reaction(row)
        if reaction is not None and settings.wordless and rng.random() < settings.wordless:
            return Reaction.SEEN
        return reaction

    def rewards(self, rows: IntArray, tonight: Tonight, settings: EveningSettings) -> FloatArray:
        """What showing each of these films (n,) is worth tonight, in the mean over `answer`."""
        beside = (
            settings.not_tonight * Outcome.NOT_TONIGHT.reward + settings.down * Outcome.DOWN.reward
        )
        verdicts = REWARDS * (1.0 - settings.wordless)
        reactions = (self.reaction(row) for row in rows.tolist())
        rewards = np.array(
            [0.0 if reaction is None else verdicts[reaction.outcome] for reaction in reactions],
            dtype=np.float32,
        )
        if tonight.mood is None:
            return rewards
        fits = np.isin(rows, tonight.mood.films)
        alone = settings.up * np.array([reward > 0 for reward in rewards.tolist()])
        return np.where(fits, rewards, beside + alone).astype(np.float32)

    def tonight(
        self,
        rng: np.random.Generator,
        settings: EveningSettings,
        moods: tuple[SharedMood, ...],
        films_of: sparse.csr_matrix,
    ) -> Tonight:
        """An evening drawn for this person; `films_of` CSR (moods, n_items) of 0 and 1."""
        drawn = rng.random()
        if drawn < settings.rated:
            return Tonight(rated_only=True)
        if drawn >= settings.rated + settings.mood:
            return Tonight()
        liked = np.zeros(films_of.shape[1], dtype=np.float32)
        liked[self._rows[self._known_stars >= LIKE_FROM]] = 1.0
        enough = np.flatnonzero(films_of @ liked >= settings.least).tolist()
        kinds = sorted({moods[number].kind for number in enough} & {*settings.kinds})
        if not kinds:
            return Tonight()
        kind = kinds[int(rng.integers(len(kinds)))]
        fitting = [number for number in enough if moods[number].kind == kind]
        return Tonight(moods[fitting[int(rng.integers(len(fitting)))]])

    def open_with(
        self, rng: np.random.Generator, mood: SharedMood, settings: EveningSettings
    ) -> SessionState:
        """The state after they have named films of tonight's mood, or said it, or both.

        The films are drawn by popularity; most of what they like of the mood is left to find.
        """
        state = SessionState()
        of_mood = np.isin(self._rows, mood.films)
        count = int(rng.choice(settings.named))
        says = mood.token > 0 and (count == 0 or rng.random() < settings.says)
        liked = self._known_stars >= LIKE_FROM
        count = count or int(not says)
        strayed = int((rng.random(count) < settings.strays).sum())
        for mask, number in ((liked & of_mood, count - strayed), (liked & ~of_mood, strayed)):
            for row in self._draw(rng, mask, number):
                state = state.state(self._catalogue.movie_token(row), Outcome.STATED_LIKE)
        if rng.random() < settings.dislikes:
            for row in self._draw(rng, self._known_stars < DISLIKE_BELOW, 1):
                state = state.state(self._catalogue.movie_token(row), Outcome.STATED_DISLIKE)
        return state.state(mood.token, Outcome.WANTED) if says else state

    def bring(
        self, state: SessionState, rng: np.random.Generator, settings: EveningSettings
    ) -> SessionState:
        """The state after the person has brought ratings of theirs, now and then."""
        if not settings.diary or rng.random() >= settings.diary:
            return state
        count = min(int(rng.choice(settings.diaries)), len(self._rows) // 2)
        places = rng.choice(len(self._rows), size=count, replace=False)
        stars = self._known_stars[places].tolist()
        films = self._rows[places].tolist()
        return state.recall(
            (self._catalogue.movie_token(row), reaction_to(star).outcome.statement)
            for row, star in zip(films, stars, strict=True)
        )

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


def _fits(row: int, tonight: Tonight) -> bool:
    """Whether a film is one of tonight's."""
    if tonight.mood is None:
        return True
    films = tonight.mood.films
    place = int(np.searchsorted(films, row))
    return place < len(films) and int(films[place]) == row
