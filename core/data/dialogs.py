"""Recorded conversations about films in ReDial's format, as sentences whose films are known.

A message names films as "@id"; `movieMentions` gives each id its name ("The Shining  (1980)") and
the two questionnaires say whether the seeker has seen and liked it. A message can be rendered in
four ways (title with year, title only, lower case without punctuation, with typing errors), so that
linking can be measured on each.

Conversations tell which films people name, and which they name in one breath. How often each film
is named in all of a collection may also come as a table with the columns `movieName` and
`nbMentions`, as ReDial has one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.catalogue import Catalogue
from core.data.formats import NAME, WHOLE, Table, read_csv
from core.data.names import FilmNames
from core.errors import DataError

FloatArray = npt.NDArray[np.float32]

SALT: Final = "marquee-redial"
_MENTION: Final = re.compile(r"@(\d+)")
_NAME: Final = re.compile(r"(.*?)\s*(?:\((\d{4})\))?\s*\Z", re.DOTALL)
THIRD: Final = "redial-recall"
"""Salt of the conversations that are held out."""
PARTS: Final = 3
_COUNTS: Final = {"movieName": NAME, "nbMentions": WHOLE}


class Part(Enum):
    """Which conversations."""

    DEVELOPMENT = "dev"
    """Two thirds, which may be learned from."""
    HELD_OUT = "held-out"
    """The third for the figures that are reported: nothing is learned from it."""
    ALL = "all"

    def holds(self, conversation: str) -> bool:
        """Whether a conversation belongs to this part."""
        return self is Part.ALL or (third_of(conversation) == 0) == (self is Part.HELD_OUT)


def third_of(conversation: str) -> int:
    """Third 0, 1 or 2 of a conversation, by a salted hash of its id; third 0 is held out."""
    digest = hashlib.sha256(f"{THIRD}:{conversation}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PARTS


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
    """Catalogue token; None where the catalogue has no film of just that title and year."""
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
    films = FilmNames(catalogue.movies)
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


@dataclass(frozen=True, eq=False)
class RecordedTalk:
    """Which films people name."""

    mentions: FloatArray | None = None
    """How often each film that can be recommended is named, float32 (n_items,); None where nobody
    has counted."""
    dialogs: sparse.csr_matrix | None = None
    """CSR float32 (conversations, n_items), 1 where a conversation names the film."""
    conversations: frozenset[str] = frozenset()
    """Ids of these conversations."""


def read_talk(catalogue: Catalogue, counts: Path | None, dialogs: Sequence[Path]) -> RecordedTalk:
    """What may be learned from a table of counts and from files or folders of conversations.

    The third of the conversations that is held out is left out, and its mentions are taken off the
    counts, which are of the whole collection that the conversations are part of. Raises DataError
    where a file cannot be read.
    """
    names = FilmNames(catalogue.movies)
    messages = [message for path in dialogs for message in read_dialogs(path, catalogue)]
    learned, others = (
        [message for message in messages if part.holds(message.conversation)]
        for part in (Part.DEVELOPMENT, Part.HELD_OUT)
    )
    mentions = None
    if counts is not None:
        told = _named(others, names, catalogue.n_items).sum(axis=0)
        mentions = np.maximum(_counted(counts, names, catalogue.n_items) - np.ravel(told), 0.0)
    if not learned:
        return RecordedTalk(mentions)
    named = _named(learned, names, catalogue.n_items)
    named.data[:] = 1.0
    return RecordedTalk(mentions, named, frozenset(message.conversation for message in learned))


def _named(messages: Iterable[Message], names: FilmNames, n_items: int) -> sparse.csr_matrix:
    """How often each conversation names each film, CSR float32 (conversations, n_items)."""
    number: dict[str, int] = {}
    places: list[tuple[int, int]] = []
    for message in messages:
        row = number.setdefault(message.conversation, len(number))
        films = (names.meant(film.title, film.year) for film in message.films)
        places += [(row, film) for film in films if film is not None and film < n_items]
    rows, films_named = np.array(places, dtype=np.int64).reshape(-1, 2).T
    ones = np.ones(len(places), dtype=np.float32)
    return sparse.csr_matrix((ones, (rows, films_named)), shape=(len(number), n_items))


def _counted(path: Path, names: FilmNames, n_items: int) -> FloatArray:
    """How often each film is named by the table, float32 (n_items,)."""
    try:
        with path.open("rb") as stream:
            table: Table = read_csv(stream, path.name, _COUNTS, skip=False)
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror or error}; give a CSV of movieName,nbMentions."
        ) from error
    counted = np.zeros(n_items, dtype=np.float32)
    for name, count in zip(table.frame["movieName"], table.frame["nbMentions"], strict=True):
        row = names.meant(*_parted(name))
        if row is not None and row < n_items:
            counted[row] += count
    return counted


def is_held_out(conversation: str) -> bool:
    """Whether a conversation belongs to the half that is looked at only once."""
    return hashlib.sha256(f"{SALT}:{conversation}".encode()).digest()[0] % 2 == 1


def _messages(dialog: Mapping[str, Any], films: FilmNames) -> Iterator[Message]:
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


def _gold(name: str, liked: bool | None, films: FilmNames) -> Gold:
    """The film of a name such as "The Shining  (1980)"."""
    title, year = _parted(name)
    row = films.exact(title, year)
    return Gold(title, year, None if row is None else row + 1, liked)


def _parted(name: str) -> tuple[str, int]:
    """Title, and year or 0, of a name; some are written as addresses are: "Why Him%3F (2016)"."""
    parts = _NAME.match(unquote(name))
    return (parts[1], int(parts[2] or 0)) if parts else (name, 0)


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
