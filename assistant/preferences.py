"""How a person feels about what they name.

Titles and facets are taken as wholes, cues ("loved", "couldn't stand", "was boring", "more like") are found in the
words that are left, and each cue is given to the names it speaks of: those that follow it in the sentence, or, for
verdicts and "loved it", those just before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.cues import SHORT_SIGHTED, Cue, ends_sentence
from assistant.tastes import COPULAS, Force
from assistant.words import Word


@dataclass(frozen=True, slots=True)
class Sign:
    """How a name is meant."""

    strength: float
    rule: str
    force: Force | None = None
    similar: bool = False
    seen: bool = False


NAMED: Final = Sign(0.0, "only named")

_LIST_WORDS: Final = frozenset(
    "and or nor any the a an also either neither of like movie movies film films both".split()
)
_RESETS: Final = frozenset(
    "something anything some give show recommend suggest looking instead maybe rather else tonight today now".split()
)


def signs(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], cues: Sequence[Cue]) -> list[Sign]:
    """How each of the names is meant, in their order."""
    events: list[tuple[int, int, int | Cue]] = sorted(
        [(first, last, number) for number, (first, last) in enumerate(names)]
        + [(cue.first, cue.last, cue) for cue in cues],
        key=lambda event: (event[0], event[1]),
    )
    found = [NAMED] * len(names)
    current: Cue | None = None
    group: list[int] = []
    at = 0
    for number, (first, last, event) in enumerate(events):
        if current is not None and not _carries(text, words, at, first, current):
            current = None
        if isinstance(event, int):
            if current is not None and _turns_away(words, at, first, last):
                current = None
            if current is not None:
                found[event] = _sign(current, found[event])
            if group and ends_sentence(text, words, at - 1, first):
                group = []
            group.append(event)
        elif not event.backward and not _speaks_of(text, words, events[number + 1 : number + 8], event):
            continue
        elif event.backward:
            _judge(words, names, group, event, found)
            current = replace(event, force=Force.ASKED, strength=0.0) if event.force is Force.VERDICT else None
        else:
            seen = current is not None and current.force is Force.SEEN
            if not (seen and event.force is Force.FEEL):
                group = []
            unseen = seen and event.phrase in _OTHERWISE
            current = replace(event, force=Force.ASKED, strength=0.0, phrase="not seen") if unseen else event
        at = last
    return found


def _speaks_of(text: str, words: Sequence[Word], later: Sequence[tuple[int, int, int | Cue]], cue: Cue) -> bool:
    """Whether any name follows a cue in its sentence; `later` are the next few events."""
    for first, _, event in later:
        if not isinstance(event, Cue):
            return not any(ends_sentence(text, words, place, place + 1) for place in range(cue.last - 1, first))
    return False


_OTHERWISE: Final = frozenset(("not", "but not", "except", "except for", "never"))


def _turns_away(words: Sequence[Word], at: int, first: int, last: int) -> bool:
    """Whether "but" begins a clause of its own: "… but Twilight was interesting"."""
    return (
        any(word.text in ("but", "though", "however") for word in words[at:first])
        and last < len(words)
        and words[last].text in COPULAS
    )


def _judge(
    words: Sequence[Word], names: Sequence[tuple[int, int]], group: Sequence[int], cue: Cue, found: list[Sign]
) -> None:
    """Gives a verdict to the names before it: to the last one after "was", to all of a list otherwise."""
    if not group:
        return
    between = [word.text for word in words[names[group[-1]][1] : cue.first]] + cue.phrase.split(" ")
    many = any(word in ("were", "are", "both", "all", "them", "those", "these", "arent", "werent") for word in between)
    at_once = not between[:1] or between[0] in COPULAS or names[group[-1]][1] == cue.first
    for number in group if many or not any(found[n].force for n in group) else group[-1:]:
        old = found[number]
        neutral = old.force in (None, Force.SEEN, Force.WANT, Force.ASKED)
        if neutral or (at_once and number == group[-1]):
            found[number] = replace(_sign(cue, old), seen=old.seen or cue.force is Force.SEEN)


def _sign(cue: Cue, old: Sign) -> Sign:
    rule = f"{cue.force.name.lower()}: {cue.phrase}"
    if cue.force is Force.SEEN:
        return Sign(old.strength if old.force else cue.strength, rule, cue.force, seen=True)
    return Sign(cue.strength, rule, cue.force, similar=cue.force is Force.SIMILAR, seen=old.seen)


def _carries(text: str, words: Sequence[Word], at: int, first: int, cue: Cue) -> bool:
    """Whether a cue still speaks after the words [at, first)."""
    if at and ends_sentence(text, words, at - 1, first):
        return False
    between = [word.text for word in words[at:first]]
    if any(word in _RESETS for word in between) and at != cue.last:
        return False
    if cue.force is Force.AVOID or cue.phrase in SHORT_SIGHTED:
        return at == cue.last or all(word in _LIST_WORDS for word in between)
    if cue.force is Force.SIMILAR:
        return "but" not in between
    if cue.force is Force.ASKED:
        return len(between) <= (0 if cue.backward else 2) and "and" not in between and "but" not in between
    return True
