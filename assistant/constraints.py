"""How many films are wanted, and how well known they should be, in plain words."""

from __future__ import annotations

import re
from typing import Final

NUMBERS: Final = dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True)) | {
    "a couple of": 2,
    "couple of": 2,
    "a couple": 2,
    "a few": 3,
    "twenty": 20,
    "another": 1,
    "a dozen": 10,
}
NUMBER: Final = r"(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_COUNT: Final = re.compile(
    r"\b(?:give|show|find|recommend|suggest|gimme|list|need|want|tell|get|name)\s+(?:me\s+|us\s+)?"
    r"(?:just\s+|only\s+|like\s+|another\s+|about\s+)?"
    r"(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twenty|a couple of|a couple|a few|a dozen|another)\b"
    r"(?!\s*(?:years?|stars?|%))"
    r"|\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+"
    r"(?:more|other|good|great|new|different|funny|scary)*\s*"
    r"(?:movies|films|flicks|suggestions|recommendations|recs|ideas|options|picks|titles|more|others|comedies|thrillers"
    r"|horrors)\b"
    r"|\A\s*([2-9]|two|three|four|five|six|seven|eight|nine|ten)\s+(?:[a-z'-]+\s+){0,3}"
    r"(?:movies|films|flicks|comedies|thrillers|horrors|dramas|westerns|musicals|documentaries|cartoons|classics|ones)\b"
    r"|\b(?:just|only)\s+(one|two|three|[1-5])\b(?!\s+of)(?!\s*(?:years?|stars?|hours?|h\b|min|%))|\btop\s+(\d{1,2}|three|five|ten)\b"
)
_NUMBER_SAID: Final = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twenty|couple|few|dozen|another)\b"
)
"""Most lines hold none of these, and so ask for no number of films."""
_LESSER_KNOWN: Final = re.compile(
    r"\b(?:not|nothing|isn'?t|less|without)\s+(?:\w+\s+){0,2}"
    r"(?:popular|famous|well[- ]known|mainstream|obvious|hyped)\b"
    r"|\b(?:hidden|less(?:er)?[- ]known|little[- ]known|overlooked|obscure|underrated|under the radar|niche)\b"
    r"(?:\s+(?:gems?|movies?|films?|stuff|ones?))?|\bgems?\b|\bdeep cuts?\b"
    r"|\b(?:nobody|no one|few people)\s+(?:knows?|has seen|talks about)\b"
    r"|\b(?:something|anything|films?|movies?|ones?)\s+(?:that\s+)?i(?:'ve|\s+have)?\s+(?:probably\s+)?"
    r"(?:never|not|haven'?t)\s+heard\s+of\b"
    r"|\b(?:no|not|without|except)\s+(?:(?:a|any|more|big|the|another|hollywood|american)\s+)*blockbusters?\b"
    r"|\bless(?:er)? (?:popular|famous|mainstream)\b|\boff the beaten\b"
)
_VERDICT: Final = re.compile(
    r"(?:\b(?:is|was|are|were|be|such)|'s)\s+"
    r"(?:(?:a|an|one|really|so|very|pretty|quite|way|such|criminally|kind of)\s+)*\Z"
)
"""Before "underrated" or "a gem": somebody judges a film and asks for nothing."""
_NOT_OBSCURE: Final = re.compile(
    r"\b(?:(?:less|not|nothing|isn'?t)\s+(?:(?:so|that|too|as|very|quite)\s+)?|too\s+)"
    r"(?:obscure|unknown|niche|underground)\b"
)
_BETTER_KNOWN: Final = re.compile(
    r"\b(?:more|better|well)[- ](?:popular|known|famous|mainstream)\b|\b(?:popular|famous|mainstream)\s+"
    r"(?:ones?|films?|movies?|stuff)\b|\b(?:popular|famous|mainstream)(?:\s+\w+)?\s+(?:is|are)\s+(?:fine|ok(?:ay)?|good)\b"
    r"|\b(?:never|not|haven'?t)(?: even)? heard of (?:any|either|them|these|those|it|that one|this one)\b"
)


def lesser_known(text: str) -> bool:
    """Whether films are wanted that not everybody knows."""
    rest = _NOT_OBSCURE.sub(" ", text)
    return any(
        not _VERDICT.search(rest, max(match.start() - 40, 0), match.start()) for match in _LESSER_KNOWN.finditer(rest)
    )


def well_known(text: str) -> bool:
    """Whether an earlier wish for lesser known films is lifted."""
    if _NOT_OBSCURE.search(text):
        return True
    return _BETTER_KNOWN.search(text) is not None and not lesser_known(text)


def count_wanted(text: str) -> int | None:
    """How many films are asked for, 1 … 10; None where no number is given."""
    match = _COUNT.search(text) if _NUMBER_SAID.search(text) else None
    if match is None:
        return None
    said = next(group for group in match.groups() if group)
    number = NUMBERS.get(said) or int(said)
    return min(max(number, 1), 10)
