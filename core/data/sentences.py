"""NamedMakers that the first paragraph of an encyclopedia's article on a film names.

Only names leave this module: the sentences themselves are somebody's text. A name is a run of words
with capitals, initials and particles ("Guillermo del Toro", "J. J. Abrams"). Of two names that
share one family name ("Joel and Ethan Coen") each gets it; a family name alone is completed from a
name that the paragraph gave before, and else left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_INITIAL: Final = r"(?:[A-Z]\.)+"
_NO_NAME: Final = r"(?!(?:The|It|In|A|An|He|She|His|Her|This|As|Set|They|When)\b)"
_WORD: Final = rf"(?:St\.|{_NO_NAME}[^\W\d_a-z][\w’\-]*(?:'(?!s\b)\w+)*)"
_TOKEN: Final = rf"(?:{_INITIAL}|{_WORD})"
_PARTICLE: Final = r"(?:de|del|della|di|da|dos|du|la|le|van|von|der|den|ter|bin|al|el|ten|y)"
_NAME: Final = rf"{_TOKEN}(?:\s(?:{_PARTICLE}\s)*{_TOKEN})*(?:,? [JS]r\.)?"
_NAMES: Final = rf"(?P<names>{_NAME}(?:(?:, and | and |, | & ){_NAME})*)"
_JOINT: Final = (
    r"(?:(?:and|co|produced|written|directed|edited|scored|narrated|created|shot|adapted"
    r"|executive|photographed)[\s,&\-]*)*"
)
"""What else the same people did, between a participle and "by": "directed and produced by"."""
_ROLE: Final = (
    r"(?:(?:[A-Za-z]+\s){0,3}(?:brothers|sisters|siblings|directors?|filmmakers?|novelist|author|writer"
    r"|playwright)\s)?"
)
_BY: Final = rf"[\s,&\-]+{_JOINT}by\s{_ROLE}{_NAMES}"
_WORK: Final = (
    r"(?:novels?|novellas?|books?|plays?|short stor(?:y|ies)|story|musical|memoirs?|autobiography"
    r"|biography|comics?|manga|poem|article)"
)
_BASED: Final = r"\b(?:based(?:\s\w+ly)?\s(?:up)?on|adapted from|adaptation of|inspired by)\s"

_DIRECTED: Final = re.compile(rf"\bdirected{_BY}")
_DIRECTING: Final = re.compile(rf"(?:^|[.,] ){_NAMES} directed (?:the|it|this)\b")
_WRITTEN: Final = re.compile(rf"\b(?:written|screenplay|adapted){_BY}")
_WROTE_WITH: Final = re.compile(
    rf"\bwrote (?:it |the (?:film |movie )?(?:film|movie|screenplay|script) )?with {_NAMES}"
)
"""Behind the director's name: "directed by Francis Ford Coppola, who co-wrote the screenplay with".
"""
_FROM: Final = (
    re.compile(rf"{_BASED}(?:the )?{_NAMES}['’]s?\s[^.;]{{0,60}}?\b{_WORK}\b"),
    re.compile(rf"{_BASED}[^.;]{{0,120}}?\b{_WORK}\b[^.;]{{0,80}}?\bby\s{_ROLE}{_NAMES}"),
)
_OTHER_FILM: Final = re.compile(
    r"\b(?:remake of|sequel to|follow-up to|version of|prequel to|spin-off of|successor to)\b"
)
"""Behind this, in the same sentence, the makers of another film are named."""
_ORIGIN: Final = re.compile(
    r"\b(?:is|was) an? (?:upcoming )?(?:\d{4} )?(?P<words>(?:[A-Z][a-z]+(?:[- ][A-Z][a-z]+)*"
    r"(?:-language)?[ ,]+)+)"
)
_SENTENCE: Final = re.compile(r"(?<=[a-z\d)])\. (?=[A-Z])")
_SPLIT: Final = re.compile(r",? and |, (?![JS]r\.)| & ")
_COMPANY: Final = re.compile(
    r"\b(?:Productions?|Pictures|Studios?|Films?|Entertainment|Company|Inc|Bros|Animation|Media"
    r"|Times|Magazine|Award|American|British|Canadian)\b"
)


@dataclass(frozen=True, slots=True)
class NamedMakers:
    """Who made a film, by what they did, each in the order of the text."""

    directors: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Of what it is based on."""


def makers_in(text: str) -> NamedMakers:
    """The makers that a paragraph names.

    >>> makers_in("Heat is a 1995 crime film written and directed by Michael Mann.")
    NamedMakers(directors=('Michael Mann',), writers=('Michael Mann',), authors=())
    """
    sentences = _SENTENCE.split(" ".join(text.split()))
    directors = _first(sentences, (_DIRECTED, _DIRECTING), ())
    helpers = _first(sentences, (_WROTE_WITH,), directors)
    writers = (*directors, *helpers) if helpers else _first(sentences, (_WRITTEN,), directors)
    return NamedMakers(directors, writers, _first(sentences, _FROM, (*directors, *writers)))


def origin_in(text: str) -> tuple[str, ...]:
    """The adjectives of a first sentence, before its first noun, "-language" included.

    >>> origin_in("Luck is a 2009 Indian Hindi-language drama film directed by Zoya Akhtar.")
    ('Indian', 'Hindi-language')
    """
    found = _ORIGIN.search(_SENTENCE.split(text)[0])
    words = found["words"].split() if found else []
    parts = (word.split("-") if not word.endswith("language") else [word] for word in words)
    return tuple(part for word in parts for part in word)


def _first(
    sentences: list[str], patterns: tuple[re.Pattern[str], ...], before: tuple[str, ...]
) -> tuple[str, ...]:
    """Names of the first match that is about this film; `before`: who was named already."""
    for sentence in sentences:
        for found in filter(None, (pattern.search(sentence) for pattern in patterns)):
            other = _OTHER_FILM.search(sentence[: found.start()])
            names = () if other else _whole_names(_SPLIT.split(found["names"]), before)
            if names:
                return names
    return ()


def _whole_names(parts: list[str], before: tuple[str, ...]) -> tuple[str, ...]:
    """First and family names of each; what cannot be completed or is a company is left out."""
    families = {name.split()[-1]: name for name in before}
    is_pair = len(parts) == 2 and " " not in parts[0] and " " in parts[1]
    if is_pair and parts[0] not in families:
        parts = [f"{parts[0]} {parts[1].split()[-1]}", parts[1]]
    names = []
    for part in parts:
        known = families.get(part, "")
        name = part if " " in part else known
        if name and not _COMPANY.search(name) and not re.search(r" [A-Z]\.$", name):
            names.append(name)
    return tuple(dict.fromkeys(names))
