"""What the page asks of the library: saved films, imports step by step, files to take along. No
page in here.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator

from assistant.chat import Assistant
from assistant.conversation.library import Library
from assistant.imports.reading import LARGEST
from assistant.page.panels import too_large
from assistant.wording import text
from core.domain import Reaction
from core.errors import DataError


def kept(library: Library, session: str, do: str, key: str, value: str) -> str:
    """Does what a button of the watch-list or of an import says; returns what to tell beside the
    conversation.

    Raises UnknownIdError and DataError as the library does, ValueError for a value that makes no
    sense.
    """
    match do:
        case "save":
            library.save(session, key)
        case "unsave":
            library.remove(session, key)
        case "watched":
            library.watched(session, key, Reaction(value))
        case "confirm":
            library.confirm(session, choices(value))
        case "dismiss":
            return "" if library.dismiss(session) else text("page.nothing_to_cancel")
        case _:
            raise ValueError(do)
    return ""


def choices(text: str) -> dict[int, int]:
    """MovieIds by place of the doubtful row, from JSON; ValueError for anything else."""
    told = json.loads(text or "{}")
    if not isinstance(told, dict) or not all(type(film) is int for film in told.values()):
        raise ValueError("choices are films by place")
    return {int(place): film for place, film in told.items()}


def sorting(library: Library, session: str, data: str, name: str) -> Iterator[str]:
    """Sorts out a file that comes as base64; yields how far it is, as messages to the page's
    courier.

    The preview then waits in the store. DataError in one sentence for a file that is no table of
    films.
    """
    if len(data) > LARGEST * 4 // 3 + 4:
        raise DataError(too_large())
    try:
        plain = base64.b64decode(data, validate=True)
    except ValueError as error:
        raise DataError(text("page.broken")) from error
    for done, of in library.previewing(session, plain, name):
        yield json.dumps(
            {"done": done, "of": of, "words": text("page.rows", done=f"{done:,}", of=f"{of:,}")}
        )


def sorted_out(session: str, notice: str) -> str:
    """The last message to the courier: in which session a preview waits, or why there is none."""
    # The number makes every message a new one, so that the same can be told twice.
    return json.dumps({"session": session, "notice": notice, "number": time.time_ns()})


def packed(assistant: Assistant, session: str, what: str) -> dict[str, str]:
    """A file to take along: its name, type and text.

    UnknownIdError for a session that is not known, ValueError for another `what` than "ratings",
    "watchlist" and "everything".
    """
    match what:
        case "ratings":
            name, kind, content = (
                "marquee-ratings.csv",
                "text/csv",
                assistant.library.ratings_csv(session),
            )
        case "watchlist":
            name, kind, content = (
                "marquee-watchlist.csv",
                "text/csv",
                assistant.library.watchlist_csv(session),
            )
        case "everything":
            everything = json.dumps(assistant.export(session), ensure_ascii=False, indent=1)
            name, kind, content = "marquee-everything.json", "application/json", everything
        case _:
            raise ValueError(f"there is no file of “{what[:20]}”")
    return {"name": name, "type": kind, "text": content}
