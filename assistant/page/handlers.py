"""What the page does by the name of what was pressed, imports step by step, files to take along."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator

from assistant.chat import Assistant
from assistant.conversation.library import Library
from assistant.imports.reading import LARGEST
from assistant.page.panels import too_large
from assistant.wording import text
from core.domain import Reaction
from core.errors import DataError

Action = Callable[[str, str, str, str], object]
"""Takes the session, the "id" of what was pressed, its "value" and the number of the "request";
false where nothing was done.

Raises UnknownIdError and DataError as the assistant does, ValueError for a value without sense.
"""

Opening = Callable[[str, str, str], object]
"""The same without a number."""


def actions(assistant: Assistant) -> dict[str, Action]:
    """What is done to a session that is there, by what a button bears in `data-do`."""
    library, edit = assistant.library, assistant.edit
    return {
        "react": lambda session, film, value, _: assistant.react(session, film, Reaction(value)),
        "drop": lambda session, key, _, number: edit(session, key, request=number),
        "flip": lambda session, key, _, number: edit(session, key, flip=True, request=number),
        "more": lambda session, key, _, number: edit(session, key, more=True, request=number),
        "undo": lambda session, _, __, number: assistant.undo(session, number),
        "clear": lambda session, *_: assistant.clear(session),
        "save": lambda session, key, *_: library.save(session, key),
        "unsave": lambda session, key, *_: library.remove(session, key),
        "watched": lambda session, key, value, _: library.watched(session, key, Reaction(value)),
        "confirm": lambda session, _, value, number: library.confirm(
            session, choices(value), number
        ),
        "dismiss": lambda session, *_: library.dismiss(session),
    }


def openings(assistant: Assistant) -> dict[str, Opening]:
    """What may come before a word was typed: where there is no session yet, it begins one."""
    controls, evening = assistant.controls, assistant.evening
    return {
        "films": lambda session, _, value: controls.films(session, int(value)),
        "gems": lambda session, _, value: assistant.steer(session, float(value)),
        "pause": lambda session, _, value: controls.pause(session, value == "on"),
        "open": lambda session, name, _: evening.open(session, name),
        "join": lambda session, name, code: evening.join(session, code, name),
        "guest": lambda session, name, _: evening.add_guest(session, name),
        "leave": lambda session, *_: evening.leave(session),
        "speak": lambda session, number, _: evening.speak_as(session, int(number)),
        "send_away": lambda session, number, _: evening.send_away(session, int(number)),
    }


def choices(text: str) -> dict[int, int]:
    """MovieIds by place of the doubtful row, from JSON; ValueError for anything else."""
    films = json.loads(text or "{}")
    if not isinstance(films, dict) or not all(type(film) is int for film in films.values()):
        raise ValueError("choices are films by place")
    return {int(place): film for place, film in films.items()}


def sorting(library: Library, session: str, data: str, name: str) -> Iterator[str]:
    """Sorts out a file that comes as base64; yields how far it is, as messages to the courier.

    The preview then waits in the store. DataError for a file that is no table of films.
    """
    if len(data) > LARGEST * 4 // 3 + 4:
        raise DataError(too_large())
    try:
        plain = base64.b64decode(data, validate=True)
    except ValueError as error:
        raise DataError(text("page.broken")) from error
    for done, of in library.previewing(session, plain, name):
        words = text("page.rows", done=f"{done:,}", of=f"{of:,}") if of else text("page.waiting")
        yield json.dumps({"done": done, "of": of or 1, "words": words})


def sorted_out(session: str, notice: str) -> str:
    """The last message to the courier: in which session a preview waits, or why there is none."""
    # The number makes every message a new one, so that the same can be said twice.
    return json.dumps({"session": session, "notice": notice, "number": time.time_ns()})


def packed(assistant: Assistant, session: str, what: str) -> dict[str, str]:
    """A file to take along: its name, type and text.

    UnknownIdError for a session that is not known, ValueError for another `what` than "ratings",
    "watchlist" and "everything".
    """
    match what:
        case "ratings":
            name, kind = "marquee-ratings.csv", "text/csv"
            content = assistant.library.ratings_csv(session)
        case "watchlist":
            name, kind = "marquee-watchlist.csv", "text/csv"
            content = assistant.library.watchlist_csv(session)
        case "everything":
            name, kind = "marquee-everything.json", "application/json"
            content = json.dumps(assistant.export(session), ensure_ascii=False, indent=1)
        case _:
            raise ValueError(f"there is no file of “{what[:20]}”")
    return {"name": name, "type": kind, "text": content}
