"""What a line does in the conversation: greets, asks why, takes back, answers, or wants films."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from assistant.lexicon import table
from assistant.utterance import Act

_WHOLE_ACTS: Final = {
    "start_over": Act.START_OVER,
    "about_me": Act.ABOUT_ME,
    "undo": Act.UNDO,
    "help": Act.HELP,
    "why_not": Act.WHY,
    "why": Act.WHY,
    "more": Act.MORE,
    "greet": Act.GREET,
    "thanks": Act.THANKS,
    "bye": Act.BYE,
}
_ORDINALS: Final = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "sixth": 5,
    "6th": 5,
    "seventh": 6,
    "eighth": 7,
    "ninth": 8,
    "tenth": 9,
}
_ORDINAL: Final = re.compile(
    r"\b(?:the\s+)?("
    + "|".join(_ORDINALS)
    + r"|last|middle|latter|former)\b(?:\s+(?:one|1|two|2|three|3|film|movie|pick|suggestion|and))?"
)
_NUMBERED: Final = re.compile(
    r"(?:\b(?:number|no\.?|option|choice|film|movie)\s*|#)(\d{1,2})\b|\A\s*(\d)\s*[.)!]*\s*\Z"
)
_BOTH: Final = re.compile(r"\b(?:first|last)\s+(two|2|three|3)\b")
_LONGEST: Final = 400
"""Characters of a line that patterns for whole lines are tried on; longer ones tell tastes."""
_SURROUND: Final = re.compile(r"[^\w?'’]+")


@dataclass(frozen=True, slots=True)
class Line:
    """What the patterns look at."""

    lower: str
    """The text in lower case, titles blanked out."""
    plain: str
    """The same without marks, single spaces, trimmed."""


def line_of(masked: str) -> Line:
    """A text (titles blanked out) as the patterns want it."""
    lower = masked.lower().replace("’", "'")
    return Line(lower, _SURROUND.sub(" ", lower[:_LONGEST]).strip())


@cache
def _patterns(section: str) -> dict[str, re.Pattern[str]]:
    joined = {
        name: "|".join(f"(?:{pattern})" for pattern in patterns) for name, patterns in table("acts")[section].items()
    }
    if section == "whole":
        return {name: re.compile(rf"(?:{pattern})\s*\??\Z") for name, pattern in joined.items()}
    return {name: re.compile(pattern) for name, pattern in joined.items()}


def is_whole(name: str, line: Line) -> bool:
    """Whether the whole line says this ("yes", "no", "both", "thanks", …)."""
    return len(line.lower) <= _LONGEST and _patterns("whole")[name].match(line.plain) is not None


def holds(name: str, line: Line) -> bool:
    """Whether the line says this anywhere."""
    return _patterns("inside")[name].search(line.lower) is not None


def whole_act(line: Line) -> Act | None:
    """The act of a line that is nothing else; None where it is not such a line."""
    return next((act for name, act in _WHOLE_ACTS.items() if is_whole(name, line)), None)


def picks(line: Line, n_shown: int) -> tuple[int, ...]:
    """Places, 0-based, of the films on the table that a line points at by number; only those that exist."""
    found: list[int] = []
    if match := _BOTH.search(line.lower):
        number = {"two": 2, "2": 2, "three": 3, "3": 3}[match[1]]
        found = list(range(number)) if match[0].startswith("first") else list(range(n_shown - number, n_shown))
    else:
        for match in _ORDINAL.finditer(line.lower):
            place = {"last": n_shown - 1, "latter": n_shown - 1, "former": 0, "middle": n_shown // 2}.get(match[1])
            found.append(_ORDINALS[match[1]] if place is None else place)
        for match in _NUMBERED.finditer(line.lower):
            found.append(int(match[1] or match[2]) - 1)
    return tuple(place for place in dict.fromkeys(found) if 0 <= place < n_shown)


def titles_only(masked: str, blank: str) -> bool:
    """Whether nothing but titles and what joins them is left of a text whose titles are `blank`s."""
    rest = re.sub(
        r"\b(?:and|or|also|n|the|maybe|plus|then|hi|hey|hello|ok|well)\b", " ", masked.replace(blank, " ").lower()
    )
    return not re.search(r"\w|\?", rest)


def has_words(texts: Sequence[str]) -> bool:
    """Whether any of the texts holds a letter or digit."""
    return any(re.search(r"\w", text) for text in texts)
