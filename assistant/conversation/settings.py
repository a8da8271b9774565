"""How a person steers a session without words: films a turn, a pause, lines for one press."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from assistant.conversation.interpret import Interpretation
from assistant.conversation.plan import films_wanted
from assistant.conversation.together import Talk, open_talk
from assistant.conversation.values import Exchange
from assistant.language.utterance import Act, Utterance
from core.errors import SettingsError
from core.store import Store

FILMS: Final = (1, 5)
"""Films a turn that a person can choose."""

_EXTRA: Final = "steering"
_OLDEST: Final = 1940
"""Nobody is offered something from before the sound film had found its feet."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The settings of one session. SettingsError for a number of films out of its range."""

    films: int = 0
    """Films a turn, 1 to 5; 0 where the person has not chosen."""
    paused: bool = False
    """No films until they are asked for."""

    def __post_init__(self) -> None:
        low, high = FILMS
        if self.films and not low <= self.films <= high:
            raise SettingsError(
                f"Films a turn is {self.films}, but must be a whole number from {low} to {high}."
            )


def settings_of(talk: Talk) -> SessionSettings:
    """The settings of the session whose browser speaks; the defaults where there are none."""
    text = talk.own.extras.get(_EXTRA)
    return SessionSettings(**json.loads(text)) if text else SessionSettings()


def films_now(
    settings: SessionSettings,
    utterance: Utterance,
    step: Interpretation,
    usual: int,
    *,
    complaint: bool = False,
) -> tuple[int, bool]:
    """How many films this turn shows, and whether it shows none because of the pause.

    While it is paused films come when they are asked for outright ("more", "recommend something",
    "two comedies"), and not for a taste that is told. A `complaint` about films asks for others.
    """
    usual = settings.films or usual
    wanted = usual if complaint else films_wanted(utterance, step, usual)
    plain_request = utterance.act is Act.RECOMMEND and not step.chips
    outright = utterance.act is Act.MORE or utterance.count or plain_request
    held_back = settings.paused and wanted > 0 and not outright
    return (0 if held_back else wanted), held_back


def next_lines(exchange: Exchange) -> tuple[str, ...]:
    """Lines that turn the films of a turn in some direction; none where it showed none."""
    movies = [card.recommendation.movie for card in exchange.cards]
    if not movies:
        return ()
    lines = ["Something funnier", "Lesser known ones", "Surprise me"]
    years = [movie.year for movie in movies if movie.year]
    if years and (before := min(years) // 10 * 10) > _OLDEST:
        lines.insert(1, f"Something from before {before}")
    if len(movies) > 1:
        lines += ["Just one film", f"More like {movies[1].title}"]
    return tuple(lines)


class Controls:
    """Sets what a session is steered by. UnknownIdError for a session that is not known."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def films(self, session: str, count: int) -> None:
        """So many films a turn from now on. SettingsError out of 1 to 5."""
        self._set(session, films=count)

    def pause(self, session: str, paused: bool) -> None:
        """No films until they are asked for, or films as ever."""
        self._set(session, paused=paused)

    def _set(self, session: str, **changes: int) -> None:
        with open_talk(self._store, session) as talk:
            changed = SessionSettings(**asdict(settings_of(talk)) | changes)
            talk.own.set_extra(_EXTRA, json.dumps(asdict(changed)))
