"""Names set against each other: "Alien > Aliens", "better than Titanic", "Heat over Jaws", "not a patch on Heat".

The better one is liked; the other one is only a measure, of which nothing is said, or is found wanting beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assistant.preferences import Sign
from assistant.tastes import Force, ends_sentence
from assistant.words import Word


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How two names compare; None leaves a sign as it is."""

    first: float | None
    second: float | None
    rule: str


_OVER: Final = _Outcome(0.6, 0.0, "set above")
_UNDER: Final = _Outcome(0.0, 0.6, "set below")
_SHORT_OF: Final = _Outcome(-0.3, 0.5, "falls short of")
_EQUAL: Final = _Outcome(0.5, 0.5, "as good as")
_ASKED: Final = _Outcome(0.0, 0.0, "asked to compare")
_AS_SAID: Final = _Outcome(None, 0.0, "the measure")

_BETTER: Final = (
    r"(?:better|funnier|smarter|scarier|cooler|greater|cleverer|stronger|superior|nicer|sharper|deeper|richer|tighter|"
    r"more (?!boring|overrated|annoying|confusing|predictable|than)\w+)"
)
_NOT: Final = r"\b(?:not|isnt|wasnt|arent|werent|aint|never|hardly|doesnt|didnt|dont|cant|couldnt|nowhere)\b"
_BETWEEN: Final[tuple[tuple[re.Pattern[str], _Outcome], ...]] = tuple(
    (re.compile(pattern), outcome)
    for pattern, outcome in (
        (rf"{_NOT}.* as \w+ as(?: the)?$", _SHORT_OF),
        (
            rf"(?:{_NOT}.* )?(?:hold|holds) a candle to|{_NOT} a patch on|{_NOT}.* (?:league|ballpark|level) (?:as|of)",
            _SHORT_OF,
        ),
        (rf"{_NOT}.* (?:touch|compare (?:to|with)|come close to|compete with|live up to|match)(?: the)?$", _SHORT_OF),
        (rf"{_NOT}.* half (?:the|as)\b", _SHORT_OF),
        (r"\b(?:pales?|paled|pale) (?:in comparison|next|compared|beside)?\b", _SHORT_OF),
        (r"(?:\b(?:is|was|are)|^s) no$", _SHORT_OF),
        (r"\bas \w+ as(?: the)?$", _EQUAL),
        (rf"{_NOT}.* {_BETTER}(?: than| to)(?: the)?$", _AS_SAID),
        (rf"\b{_BETTER}(?: \w+){{0,2}} (?:than|to)(?: the)?$", _OVER),
        (
            r"\b(?:beats?|tops|topped|trumps|destroys|smokes|surpasses|crushes|outclasses|wipes the floor with|over)"
            r"(?: the)?$",
            _OVER,
        ),
        (r"^(?:rather than|instead of)$", _OVER),
        (r"\bthan(?: \w+){0,2}$", _AS_SAID),
    )
)
"""What stands between two names, and what comes of it; the first that fits counts."""
_PREFERS: Final = re.compile(r"\b(?:prefer|preferred|rather|sooner|choose|chose|pick|take)\b")
_TO: Final = re.compile(r"^(?:\w+ ){0,2}(?:to|over|than|instead of)(?: the| watching| watch| see)*$")
_SIGNS: Final = {">": _OVER, "<": _UNDER}
_ALL: Final = frozenset("everything anything all every any".split())
_FURTHEST: Final = 12
"""Words between two names that are compared."""


def compared(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], signs: Sequence[Sign]) -> list[Sign]:
    """The signs of names in their order, with comparisons counted in."""
    found = list(signs)
    for number, (first, last) in enumerate(names):
        if _above_all(text, words, last):
            found[number] = _changed(found[number], 0.9, "above all")
            continue
        if number + 1 == len(names):
            continue
        after = names[number + 1][0]
        outcome = _outcome(text, words, (first, last, after))
        if outcome is not None:
            outcome = _ASKED if _asks(text, words, first) else outcome
            either = found[number], found[number + 1]
            carried = either[0].rule == either[1].rule and either[0].force is not Force.VERDICT
            found[number] = _changed(either[0], outcome.first, outcome.rule)
            turned = bool(outcome.second) and either[1].force is Force.AVOID  # "Cats is no Chicago"
            found[number + 1] = _changed(either[1], outcome.second, outcome.rule, anew=carried or turned)
    return found


def _outcome(text: str, words: Sequence[Word], place: tuple[int, int, int]) -> _Outcome | None:
    """How the names [first, last) and that from `after` on compare; None where they do not."""
    first, last, after = place
    between = text[words[last - 1].end : words[after].start]
    if between.strip() and not between.strip().strip("<>"):
        return _SIGNS[between.strip()[0]]
    if not 0 < after - last <= _FURTHEST or ends_sentence(text, words, last - 1, after):
        return None
    said = " ".join([word.text for word in words[last:after]])
    if _TO.match(said) and _PREFERS.search(" ".join([word.text for word in words[max(first - 4, 0) : first]])):
        return _OVER
    return next((outcome for pattern, outcome in _BETWEEN if pattern.search(said)), None)


def _asks(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a question begins right before a name: "is Alien scarier than Jaws?"."""
    verb = first > 0 and words[first - 1].text in ("is", "are", "was", "were")
    return verb and (first == 1 or ends_sentence(text, words, first - 2, first - 1))


def _above_all(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a name is set above everything: "Die Hard > everything"."""
    if last >= len(words) or words[last].text not in _ALL:
        return False
    return set(text[words[last - 1].end : words[last].start].strip()) == {">"}


def _changed(sign: Sign, strength: float | None, rule: str, *, anew: bool = False) -> Sign:
    """A sign after a comparison: what was said of the name itself counts more."""
    own = sign.strength != 0 and sign.force not in (None, Force.ASKED, Force.SEEN, Force.SIMILAR)
    if strength is None or (own and not anew):
        return sign
    if strength == 0.0:
        return sign._replace(strength=0.0, rule=rule, force=Force.ASKED, similar=False, idle=True)
    return sign._replace(strength=strength, rule=rule, force=Force.VERDICT, similar=False, idle=False)
