"""The values that go into the store and come out of it, checked before a database sees them."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core.domain import Reaction

OPTED_OUT: Final = "-"
"""In place of a client: of somebody who does not want to be learned from."""

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
"""Stands for each character that no database text can hold; see `storable`."""

_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def storable(text: str) -> str:
    r"""`text` as the store writes it: NUL and lone surrogates become U+FFFD, the rest stays.

    PostgreSQL refuses NUL in text and neither database can encode half a surrogate pair, yet a JSON
    request can hold both. SQLite would take NUL; it is replaced there too, so that a log reads the
    same from either database.

    >>> storable("a\0b") == "a\N{REPLACEMENT CHARACTER}b"
    True
    """
    return _NOT_STORABLE.sub(REPLACEMENT, text)


LONG: Final = 2_000
"""Characters of a state from which on the difference is kept: an evening's state has fewer, a diary
of thousands of films has a hundred thousand."""
_LEAST_SAVED: Final = 8
"""A difference is at most one part in so many of what it stands for; else a new whole is kept."""


def shortened(text: str, whole: str, number: int) -> str | None:
    """A state as its difference from another, which has this number; None where that is long.

    >>> shortened("[1, 2, 3, 4, 5, 9, 7, 8]", "[1, 2, 3, 4, 5, 6, 7, 8]", 3)
    '@3:16:7:9'
    """
    before = _common(text, whole)
    after = _common(text[before:][::-1], whole[before:][::-1])
    middle = text[before : len(text) - after]
    return (
        f"@{number}:{before}:{after}:{middle}" if _LEAST_SAVED * len(middle) <= len(text) else None
    )


def plainly(text: str) -> str:
    """A state as itself, told from a difference."""
    return f"@:{text}" if text.startswith("@") else text


def restored(text: str, whole: Callable[[int], str]) -> str:
    """Inverse of both; `whole` gives a state by its number. ValueError for what neither wrote."""
    if not text.startswith("@"):
        return text
    if text.startswith("@:"):
        return text[2:]
    number, before, after, middle = text[1:].split(":", 3)
    other = whole(int(number))
    return other[: int(before)] + middle + other[len(other) - int(after) :]


def _common(one: str, other: str) -> int:
    """Length of the longest common beginning, by halving: a comparison of slices is one memcmp."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def is_id(value: object) -> bool:
    """Whether any value has the form of the store's ids: 1–64 letters, digits, "-" and "_"."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def finite(name: str, value: float) -> float:
    """`value` as a plain float (numpy scalars too); ValueError for NaN and infinities."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, not {number}")
    return number


def kind_of(reaction: Reaction | str | None) -> str | None:
    """Value of a reaction as stored, None for CLEAR and for none; ValueError for another word."""
    if reaction is None:
        return None
    known = reaction if isinstance(reaction, Reaction) else Reaction(reaction)
    return None if known is Reaction.CLEAR else known.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A recommendation as logged, with the reaction it has now.

    Raises ValueError for a number that is not finite, a propensity outside (0, 1], an id of another
    form than `Store.new_id` gives, a negative position, a reaction that does not exist, or a reward
    without a reaction.
    """

    id: str
    """Opaque and unique in the store: `Store.new_id()`."""
    movie_id: int
    """MovieLens movieId."""
    position: int
    """Place in the slate, 0-based."""
    q_value: float
    propensity: float
    """Probability in (0, 1] with which the policy put this film at this place."""
    policy_version: str
    explored: bool
    reasons: str
    """JSON: what went into the choice, in the words of whoever recommends."""
    reaction: str | None = None
    """Value of `core.domain.Reaction`; None = no reaction, or taken back."""
    reward: float = 0.0
    """In units of one thumb up; 0 without a reaction."""

    def __post_init__(self) -> None:
        if not is_id(self.id):
            raise ValueError(f"{self.id!r} is no recommendation id: take one from Store.new_id()")
        movie_id, position = operator.index(self.movie_id), operator.index(self.position)
        if position < 0:
            raise ValueError(f"position must be 0 or more, not {position}")
        propensity = finite("propensity", self.propensity)
        if not 0.0 < propensity <= 1.0:
            raise ValueError(f"propensity must be in (0, 1], not {propensity}")
        reaction, reward = kind_of(self.reaction), finite("reward", self.reward)
        if reaction is None and reward != 0.0:
            raise ValueError(f"a reward of {reward} without a reaction")
        # Plain types: sqlite3 would write a numpy integer as bytes.
        plain: dict[str, object] = {
            "movie_id": movie_id,
            "position": position,
            "q_value": finite("q_value", self.q_value),
            "propensity": propensity,
            "policy_version": storable(self.policy_version),
            "explored": bool(self.explored),
            "reasons": storable(self.reasons),
            "reaction": reaction,
            "reward": reward,
        }
        for name, value in plain.items():
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange, its texts as `storable` writes them.

    ValueError if two films share a place or an id.
    """

    number: int
    """0-based, increasing, never reused within a session, not even after undo or clear."""
    text: str
    """What the person typed; "" for the opening turn."""
    understood: str
    """JSON."""
    reply: str
    """What Marquee said."""
    shown: tuple[Shown, ...]
    """In order of position."""
    state_before: str
    """JSON of the `SessionState` before the turn; undo goes back to it."""
    state_after: str
    """JSON right after the turn, before any reaction to it."""
    state_shown: str
    """JSON of the state from which the policy chose: before, plus what was understood."""
    at: datetime | None = field(default=None, compare=False)
    """When it was added, UTC; the store fills it in."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", operator.index(self.number))
        for name in ("text", "understood", "reply", "state_before", "state_after", "state_shown"):
            object.__setattr__(self, name, storable(getattr(self, name)))
        shown = tuple(sorted(self.shown, key=lambda one: one.position))
        places, ids = {one.position for one in shown}, {one.id for one in shown}
        if min(len(places), len(ids)) < len(shown):
            raise ValueError(f"turn {self.number} shows two films at one place, or under one id")
        object.__setattr__(self, "shown", shown)


@dataclass(frozen=True, slots=True)
class Answer:
    """What answered a request."""

    reply: str
    turn: Turn | None
    """None where a turn was taken back, and none made."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A film on the watch-list."""

    movie_id: int
    """MovieLens movieId."""
    saved_at: datetime
    """UTC."""
    watched_at: datetime | None = None
    """UTC; None while it is still to be watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedStep:
    """One recommendation that counts, as the learner reads it."""

    session: int
    """Number of the session in this store. Not its id: who holds that can speak in the session."""
    turn: int
    position: int
    recommendation_id: str
    state: str
    """JSON of the `SessionState` from which the policy chose (`Turn.state_shown`)."""
    movie_id: int
    q_value: float
    propensity: float
    policy_version: str
    explored: bool
    reaction: str | None
    """Value of `core.domain.Reaction`, None without one."""
    reward: float
    shown_at: datetime
    """UTC."""
    reacted_at: datetime | None
    """UTC, of the latest change; None without a reaction."""
    client: str = ""
    """Whose conversation it is, as a salted hash; "" where nobody vouches for it."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the store holds, in numbers, without undone turns and all that was in them."""

    sessions: int
    turns: int
    recommendations: int
    reactions: Mapping[str, int]
    """Count by value of `core.domain.Reaction` (without "clear"), zeros included."""
    total_reward: float
    """In units of one thumb up."""


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an evening together."""

    number: int
    """Number of their session in this store: what a page may know of somebody else."""
    session: str
    """Id of their session. Who holds it can speak in it, so it never leaves the server for another
    person's page."""
    name: str
    """As they gave it, at most 24 characters; unlike every other name of the party."""
    host: int | None
    """Number of the session through whose browser this person speaks; None where they came with
    their own."""
