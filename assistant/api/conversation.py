"""Typed endpoints on the `Assistant`: for `gradio_client`, plain HTTP and, as tools, for MCP.

from gradio_client import Client
client = Client("http://127.0.0.1:7860")
session = client.predict(api_name="/start")
turn = client.predict(session, "I loved Alien, hated Titanic", api_name="/respond")
client.predict(session, turn["recommendations"][0]["id"], "up", api_name="/react")
"""

from __future__ import annotations

import json
import logging
import secrets
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from pathlib import Path
from typing import Any, Final, Literal, ParamSpec, TypedDict, TypeVar

import gradio as gr
from gradio.context import LocalContext
from gradio.events import api

from assistant.chat import Assistant
from assistant.conversation.values import Chip, History, Reply
from assistant.wording import text as wording
from core.domain import Reaction, Recommendation
from core.errors import BusyError, MarqueeError

_LOGGER: Final = logging.getLogger(__name__)
_FRAMES: Final = 8
"""Of a stack in the log, those nearest to the error."""

_FOLLOWING: Final = ("preview_import",)
"""Endpoints that follow the work of another thread, and have none."""

Work = Callable[[str], AbstractContextManager[None]]
"""What makes a thread's work that of a client, by its address; BusyError for too much at once."""

P = ParamSpec("P")
R = TypeVar("R")

ReactionName = Literal["up", "down", "seen", "seen_loved", "seen_hated", "not_tonight", "clear"]


class ChipRecord(TypedDict):
    """One thing that was understood, by its stable `key`, and where in the text it stands."""

    kind: str
    sign: str
    label: str
    key: str
    start: int
    end: int


class ReasonRecord(TypedDict):
    """One part of the score; the parts of a film add up to its `q_value`."""

    text: str
    contribution: float


class FilmRecord(TypedDict):
    """A recommended film: `react` takes its `id`, the watch-list its `key`."""

    id: str
    key: str
    movie_id: int
    title: str
    year: int
    genres: list[str]
    q_value: float
    match: float | None
    propensity: float
    explored: bool
    policy_version: str
    reasons: list[ReasonRecord]
    reaction: str


class TurnRecord(TypedDict):
    """One turn: what was typed, how it was understood, the reply and its films."""

    text: str
    act: str
    understood: list[ChipRecord]
    reply: str
    question: list[str]
    suggestions: list[str]
    recommendations: list[FilmRecord]


class HistoryRecord(TypedDict):
    """A whole conversation, the taste held now, and where the knob of `steer` stands."""

    turns: list[TurnRecord]
    taste: list[ChipRecord]
    gems: float


def add(assistant: Assistant, work: Work, *more: Callable[..., Any]) -> None:
    """Add the endpoints, and `more` of the same kind, to the `gr.Blocks` that is being built.

    Each is `work` of its client.
    """
    for endpoint in (*Endpoints(assistant).all(), *map(_in_words, more)):
        follows = endpoint.__name__ in _FOLLOWING
        taken = endpoint if follows else in_turn(endpoint, work)
        api(taken, api_name=endpoint.__name__, concurrency_limit=8)


def whose() -> str:
    """Address of the client whose request is at hand; "" where none is."""
    client = getattr(LocalContext.request.get(None), "client", None)
    return str(client.host) if client else ""


def in_turn(function: Callable[P, R], work: Work) -> Callable[P, R]:
    """The function as work of whoever asks for it."""

    @wraps(function)
    def taken(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with work(whose()):
                return function(*args, **kwargs)
        except BusyError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return taken


def begun(assistant: Assistant) -> str:
    """A new conversation of whoever the request at hand comes from; returns its id.

    Who asks not to be tracked (Global Privacy Control, Do Not Track) is not learned from.
    """
    request = LocalContext.request.get(None)
    headers = getattr(request, "headers", None) or {}
    refuses = "1" in (headers.get("sec-gpc"), headers.get("dnt"))
    return assistant.start(whose(), learned_from=not refuses)


def _in_words(function: Callable[P, R]) -> Callable[P, R]:
    """Errors that are meant for guests reach the caller; of all others a number."""

    @wraps(function)
    def endpoint(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            # Without Gradio's traceback, which would quote what was typed.
            raise gr.Error(in_plain_words(error), print_exception=False) from None

    return endpoint


def in_plain_words(error: Exception) -> str:
    """An error as one sentence for a guest.

    What is meant for whoever runs this, or for nobody, is in the log under the number that the
    sentence gives.
    """
    if isinstance(error, MarqueeError) and error.for_guests:
        return str(error)
    number = secrets.token_hex(3).upper()
    _LOGGER.error("%s: %s", number, traced(error))
    return wording("page.failed", number=number)


def traced(error: BaseException | None) -> str:
    """Kinds and places of an error and of what led to it.

    Messages only where they are meant for whoever runs this: any other may quote what was typed.
    """
    parts: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames)]
        tells = isinstance(error, MarqueeError) and not error.for_guests
        kind = f"{type(error).__name__}: {error}" if tells else type(error).__name__
        parts.append(f"{kind} ({' < '.join(places)})")
        error = error.__cause__ or error.__context__
    return "; from ".join(parts)


class Endpoints:
    """The functions behind the endpoints. Every error is one sentence."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Functions with a name, types and a docstring each, as Gradio and MCP show them."""
        return (
            self.start,
            self.respond,
            self.react,
            self.history,
            self.edit,
            self.steer,
            self.undo,
            self.clear,
            self.forget,
            self.export,
        )

    @_in_words
    def start(self) -> str:
        """Start a conversation about films. Returns the session id that the other endpoints
        take.
        """
        return begun(self._assistant)

    @_in_words
    def respond(self, session: str, text: str, request: str = "") -> TurnRecord:
        """Say something in plain words ("I loved Alien, hated Titanic, something from the 90s") and
        get films.

        Args:
            session: id from `start`.
            text: what the person says.
            request: a number of your own for this line (1 to 64 letters, digits, - and _): where no
                reply arrives, send it again with the same one, and it is not said twice; optional.
        """
        return turn_record(text, self._assistant.respond(session, text, request))

    @_in_words
    def react(self, session: str, recommendation_id: str, reaction: ReactionName) -> bool:
        """React to a recommended film: "up", "down", "seen", "seen_loved", "seen_hated",
        "not_tonight", or "clear".

        Args:
            session: id from `start`.
            recommendation_id: `id` of a film that `respond` recommended in this session.
            reaction: what they think of it; "seen…" if they knew it, "clear" to take it back.

        Returns:
            Whether anything changed: the same reaction twice changes nothing.
        """
        return self._assistant.react(session, recommendation_id, Reaction(reaction))

    @_in_words
    def history(self, session: str) -> HistoryRecord:
        """Everything said and shown in a conversation, with the reactions as they are now, and the
        taste held.

        Args:
            session: id from `start`.
        """
        return history_record(self._assistant.history(session))

    @_in_words
    def edit(self, session: str, key: str, flip: bool = False, request: str = "") -> TurnRecord:
        """Take back something held about the person, or turn it round, by the `key` of its chip.

        Args:
            session: id from `start`.
            key: for example "movie:1214" or "genre:Comedy"; "years" for the wish about years.
            flip: turn a like into a dislike (and the other way round) instead of forgetting it.
            request: a number of your own, as for `respond`; optional.
        """
        reply = self._assistant.edit(session, key, flip=flip, request=request)
        return turn_record("", reply)

    @_in_words
    def steer(self, session: str, gems: float) -> float:
        """Turn the knob between popular films and hidden gems; it counts from the next turn on.
        Returns its new place.

        Args:
            session: id from `start`.
            gems: −1 (popular) to 1 (hidden gems); 0 is how the policy was trained.
        """
        return self._assistant.steer(session, gems)

    @_in_words
    def undo(self, session: str, request: str = "") -> bool:
        """Take the last turn back. Returns False where there is none.

        Args:
            session: id from `start`.
            request: a number of your own, as for `respond`; optional.
        """
        return self._assistant.undo(session, request)

    @_in_words
    def clear(self, session: str) -> bool:
        """Start afresh under the same session id.

        Args:
            session: id from `start`.
        """
        self._assistant.clear(session)
        return True

    @_in_words
    def forget(self, session: str) -> bool:
        """Delete everything about the session; its id is of no use afterwards.

        Args:
            session: id from `start`.
        """
        self._assistant.forget(session)
        return True

    @_in_words
    def export(self, session: str) -> dict[str, Any]:
        """Everything held about the session.

        Args:
            session: id from `start`.
        """
        # Through JSON: a database's column names are str subclasses, which Gradio's encoder refuses
        # as keys.
        exported: dict[str, Any] = json.loads(json.dumps(self._assistant.export(session)))
        return exported


def turn_record(text: str, reply: Reply) -> TurnRecord:
    """A reply as plain JSON."""
    understood = reply.understood
    return {
        "text": text,
        "act": understood.act,
        "understood": [_chip(chip) for chip in understood.chips],
        "reply": reply.text,
        "question": list(understood.question.labels) if understood.question else [],
        "suggestions": list(understood.suggestions),
        "recommendations": [_film(film, Reaction.CLEAR) for film in reply.recommendations],
    }


def history_record(history: History) -> HistoryRecord:
    """A conversation as plain JSON."""
    turns = []
    for exchange in history.exchanges:
        turn = turn_record(exchange.text, Reply(exchange.reply, exchange.understood))
        turn["recommendations"] = [
            _film(card.recommendation, card.reaction) for card in exchange.cards
        ]
        turns.append(turn)
    return {"turns": turns, "taste": [_chip(chip) for chip in history.taste], "gems": history.gems}


def _chip(chip: Chip) -> ChipRecord:
    return {
        "kind": chip.kind.value,
        "sign": chip.kind.sign,
        "label": chip.label,
        "key": chip.key,
        "start": chip.start,
        "end": chip.end,
    }


def _film(film: Recommendation, reaction: Reaction) -> FilmRecord:
    return {
        "id": film.id,
        "key": f"movie:{film.movie.movie_id}",
        "movie_id": film.movie.movie_id,
        "title": film.movie.title,
        "year": film.movie.year,
        "genres": list(film.movie.genres),
        "q_value": film.q_value,
        "match": film.match,
        "propensity": film.propensity,
        "explored": film.explored,
        "policy_version": film.policy_version,
        "reasons": [
            {"text": reason.text, "contribution": reason.contribution} for reason in film.reasons
        ],
        "reaction": "" if reaction is Reaction.CLEAR else reaction.value,
    }
