"""Recorded conversations about films in ReDial's format, as sentences whose films are known.

A message names films as "@id"; `movieMentions` gives each id its name ("The Shining  (1980)") and
the two questionnaires say whether the seeker has seen and liked it. A message can be rendered in
four ways (title with year, title only, lower case without punctuation, with typing errors), so that
linking can be measured on each.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any, Final

from assistant.language.words import normal
from core.catalogue import Catalogue
from core.errors import DataError

SALT: Final = "marquee-redial"
_MENTION: Final = re.compile(r"@(\d+)")
_NAME: Final = re.compile(r"(.*?)\s*(?:\((\d{4})\))?\s*\Z", re.DOTALL)
_ARTICLE: Final = re.compile(r"^(?:the|an?) ")


class Rendering(Enum):
    """How the films of a message are written."""

    WITH_YEAR = "title with year"
    TITLE = "title only"
    LOWER = "lower case without punctuation"
    TYPOS = "one or two typos a title"


@dataclass(frozen=True, slots=True)
class Gold:
    """A film that a message names."""

    title: str
    year: int
    token: int | None
    """Catalogue token; None where the catalogue has no film of that title and year."""
    liked: bool | None
    """What seeker and recommender agree on of the seeker's taste; None where they do not."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: pieces of text with a film between each two of them."""

    conversation: str
    by_seeker: bool
    pieces: tuple[str, ...]
    films: tuple[Gold, ...]
    """`len(films) == len(pieces) − 1`."""

    def render(self, rendering: Rendering) -> tuple[str, tuple[tuple[int, int], ...]]:
        """The message as typed, and the characters of each film's title and written year."""
        typist = Random(f"{SALT}:{self.conversation}:{self.pieces}")
        text, ranges = "", []
        for number, piece in enumerate(self.pieces):
            text += _written(piece, rendering)
            if number < len(self.films):
                name = _name(self.films[number], rendering, typist)
                ranges.append((len(text), len(text) + len(name)))
                text += name
        return text, tuple(ranges)


def read_dialogs(
    path: Path, catalogue: Catalogue, *, held_out: bool | None = None
) -> Iterator[Message]:
    """Messages of a ReDial file, or of all .jsonl files of a folder.

    `held_out` picks half of the conversations by a salted hash of their id: False for the half to
    develop on, True for the other, None for both. Raises DataError naming file and line for a line
    that is not such a conversation.
    """
    films = _FilmTable(catalogue)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise DataError(f"{path} holds no .jsonl file of conversations.")
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                dialog = json.loads(line)
                if held_out is None or is_held_out(str(dialog["conversationId"])) == held_out:
                    yield from _messages(dialog, films)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise DataError(
                    f"{file}, line {number} is not a ReDial conversation: {error!r}."
                ) from error


def is_held_out(conversation: str) -> bool:
    """Whether a conversation belongs to the half that is looked at only once."""
    return hashlib.sha256(f"{SALT}:{conversation}".encode()).digest()[0] % 2 == 1


class _FilmTable:
    """Normal title and year → catalogue token, without any of the linker's cleverness."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._tokens: dict[tuple[str, int], int] = {}
        for movie in reversed(catalogue.movies):  # so that the better known film is kept
            for title in (movie.title, *movie.aliases):
                self._tokens[title_key(title), movie.year] = movie.row + 1

    def token(self, title: str, year: int) -> int | None:
        key = title_key(title)
        near = (year, year - 1, year + 1) if year else ()
        tokens = (self._tokens.get((key, candidate)) for candidate in near)
        return next((token for token in tokens if token is not None), None)


def title_key(title: str) -> str:
    """What two spellings of one title have in common: normal, without a leading article."""
    return _ARTICLE.sub("", normal(title))


def _messages(dialog: Mapping[str, Any], films: _FilmTable) -> Iterator[Message]:
    names = dialog["movieMentions"] or {}
    seeker = dialog["initiatorWorkerId"]
    for message in dialog["messages"]:
        pieces, mentioned, end = [""], [], 0
        for match in _MENTION.finditer(message["text"]):
            name = names.get(match[1])
            if name is None:
                continue
            pieces[-1] += message["text"][end : match.start()]
            pieces.append("")
            end = match.end()
            mentioned.append(_gold(name, _liked(dialog, match[1]), films))
        pieces[-1] += message["text"][end:]
        yield Message(
            str(dialog["conversationId"]),
            message["senderWorkerId"] == seeker,
            tuple(pieces),
            tuple(mentioned),
        )


def _gold(name: str, liked: bool | None, films: _FilmTable) -> Gold:
    """The film of a name such as "The Shining  (1980)"."""
    parts = _NAME.match(name)
    title, year = (parts[1], int(parts[2] or 0)) if parts else (name, 0)
    return Gold(title, year, films.token(title, year), liked)


def _liked(dialog: Mapping[str, Any], movie: str) -> bool | None:
    """What both questionnaires say; None where they differ, or say nothing."""
    one, other = (
        ((dialog.get(side) or {}).get(movie) or {}).get("liked")
        for side in ("initiatorQuestions", "respondentQuestions")
    )
    return bool(one) if one == other and one in (0, 1) else None


def _written(piece: str, rendering: Rendering) -> str:
    if rendering is not Rendering.LOWER:
        return piece
    return re.sub(r"[^\w\s]+", lambda mark: "" if mark[0] in "'’" else " ", piece).lower()


def _name(film: Gold, rendering: Rendering, typist: Random) -> str:
    if rendering is Rendering.WITH_YEAR and film.year:
        return f"{film.title} ({film.year})"
    if rendering is Rendering.TYPOS:
        return with_typos(film.title, typist)
    return _written(film.title, rendering)


def with_typos(title: str, typist: Random) -> str:
    """One or two typing errors (one in a title of up to 6 characters).

    A letter is left out, doubled, swapped with the one before, or another is struck. Digits and
    first letters of words stay, and so do titles of fewer than 3 letters.
    """
    letters = list(title)
    for _ in range(1 if len(title) <= 6 else typist.randint(1, 2)):
        places = [i for i in range(2, len(letters)) if "".join(letters[i - 2 : i + 1]).isalpha()]
        if not places:
            break
        place = typist.choice(places)
        match typist.randrange(4):
            case 0:
                del letters[place]
            case 1:
                letters.insert(place, letters[place])
            case 2:
                letters[place - 1 : place + 1] = letters[place], letters[place - 1]
            case _:
                letters[place] = typist.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)
