"""How a person feels about what they name.

Titles and facets are taken as wholes, cues ("loved", "couldn't stand", "was boring", "more like")
are found in the words that are left, and each cue is given to the names it speaks of: those that
follow it in the sentence, or, for verdicts and "loved it", those just before it.

Names set against each other: "Alien > Aliens", "better than Titanic", "Heat over Jaws", "not a
patch on Heat".

The better one is liked; the other one is only a measure, of which nothing is said, or is found
wanting beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from assistant.language.meaning.cues import SHORT_SIGHTED
from assistant.language.meaning.speakers import CONTRARY
from assistant.language.meaning.tastes import COPULAS, Cue, Force, Teller, ends_sentence
from assistant.language.words import Word


class Sign(NamedTuple):
    """How a name is meant."""

    strength: float
    rule: str
    force: Force | None = None
    similar: bool = False
    seen: bool = False
    teller: Teller = Teller.SPEAKER
    """Whose taste it is; the speaker's own word counts more."""
    idle: bool = False
    """Says nothing of the speaker's taste: not seen, asked about, or what another is measured
    by."""


NAMED: Final = Sign(0.0, "only named")

_LIST_WORDS: Final = frozenset(
    "and or nor any the a an also either neither of like movie movies film films both".split()
)
_FRESH_STARTS: Final = frozenset(("something", "anything", "some"))
_RESETS: Final = frozenset(
    "something anything some give show recommend suggest looking instead maybe rather else tonight today now "
    "than".split()
)


def signs(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], cues: Sequence[Cue]
) -> list[Sign]:
    """How each of the names is meant, in their order."""
    events: list[tuple[int, int, int | Cue]] = sorted(
        [(first, last, number) for number, (first, last) in enumerate(names)]
        + [(cue.first, cue.last, cue) for cue in cues],
        key=lambda event: (event[0], event[1]),
    )
    found = [NAMED] * len(names)
    current: Cue | None = None
    group: list[int] = []
    sentence: list[int] = []
    at, watched = 0, -_REACH
    for number, (first, last, event) in enumerate(events):
        if current is not None and not _carries(text, words, at, first, current):
            current = None
        if isinstance(event, int):
            if current is not None and _turns_away(words, at, first, last):
                current = None
            if current is not None:
                found[event] = _sign(current, found[event])
            if (
                event
                and number
                and found[event].force in (None, Force.ASKED)
                and _is_too(words, at, first)
            ):
                found[event] = found[event - 1]
            if group and ends_sentence(text, words, at - 1, first):
                group, sentence = [], []
            group.append(event)
            sentence.append(event)
        elif not event.backward and not _speaks_of(
            text, words, events[number + 1 : number + 8], event
        ):
            continue
        elif event.backward:
            current = _goes_on(text, words, event, named=bool(sentence))
            _judge(words, names, ((), ()) if current is event else (group, sentence), event, found)
        else:
            seen = current is not None and current.force is Force.SEEN
            if (
                current is not None
                and event.force is Force.SEEN
                and current.force is Force.FEEL
                and at == current.last
            ):
                at = last  # "the worst film I ever saw is …"
                continue
            if not (seen and event.force is Force.FEEL):
                group = []
            unseen = event.phrase in _OTHERWISE and (seen or _in_reach(text, words, watched, first))
            turn = _in_turn(words, at, event, current)
            current = (
                event._replace(force=Force.ASKED, strength=0.0, phrase="not seen")
                if unseen
                else turn
            )
        at = last
        watched = last if isinstance(event, Cue) and event.force is Force.SEEN else watched
    return found


_EXCEPTS: Final = frozenset(("except", "except for", "apart from", "but not"))
_FRESH: Final = frozenset("something anything more less some similar same".split())


def _in_turn(words: Sequence[Word], at: int, cue: Cue, current: Cue | None) -> Cue:
    """A cue in the light of the one before it: examples share its sign, exceptions have the other.

    "I don't like scary films like Saw" dislikes Saw; "I don't like horror, except Alien" likes
    Alien.
    """
    if current is None or current.force not in (Force.FEEL, Force.AVOID) or current.strength >= 0:
        return cue
    between = [word.text for word in words[at : cue.first]]
    if cue.force is Force.SIMILAR and cue.strength > 0:
        fresh = cue.phrase.split(" ")[0] in _FRESH and not (
            cue.phrase == "anything like" and len(between) < 2
        )
        return cue if fresh or "but" in between else cue._replace(strength=current.strength)
    if cue.phrase in _EXCEPTS and cue.phrase != "but not" and current.force is Force.FEEL:
        return cue._replace(force=Force.FEEL, strength=0.6)
    return cue


_REACH: Final = 30
"""Words after "I've seen …" in which "but not …" is still about having seen it."""


def _in_reach(text: str, words: Sequence[Word], last: int, first: int) -> bool:
    near = 0 < last <= first < last + _REACH
    return near and not any(
        ends_sentence(text, words, place, place + 1) for place in range(last - 1, first)
    )


def _speaks_of(
    text: str, words: Sequence[Word], later: Sequence[tuple[int, int, int | Cue]], cue: Cue
) -> bool:
    """Whether any name follows a cue in its sentence; `later` are the next few events."""
    for first, _, event in later:
        if not isinstance(event, Cue):
            return not any(
                ends_sentence(text, words, place, place + 1) for place in range(cue.last - 1, first)
            )
    return False


_OTHERWISE: Final = frozenset(("not", "but not", "except", "except for", "never"))


def _goes_on(text: str, words: Sequence[Word], cue: Cue, *, named: bool) -> Cue | None:
    """What a cue that is said behind names says of those that follow; itself, where it is said of
    these.

    These stand behind a colon, or behind a dash where none is `named` before: "hated it: Mamma
    Mia!".
    """
    last = cue.last + (cue.last < len(words) and words[cue.last].text == "it")
    if last < len(words) and words[last - 1].text == "it":
        mark = text[words[last - 1].end : words[last].start].strip()
        if mark == ":" or (mark in ("-", "–", "—") and not named):
            return cue
    return cue._replace(force=Force.ASKED, strength=0.0) if cue.force is Force.VERDICT else None


def _is_too(words: Sequence[Word], at: int, first: int) -> bool:
    """Whether "and so was" or "neither was" stands before a name."""
    said = [word.text for word in words[at:first] if word.text not in ("and", "the")]
    return (
        len(said) == 2
        and said[0] in ("so", "neither")
        and said[1] in ("was", "is", "were", "are", "did", "does")
    )


def _turns_away(words: Sequence[Word], at: int, first: int, last: int) -> bool:
    """Whether "but" begins a clause of its own: "… but Twilight was interesting"."""
    return (
        any(word.text in ("but", "though", "however") for word in words[at:first])
        and last < len(words)
        and words[last].text in COPULAS
    )


def _judge(
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    named: tuple[Sequence[int], Sequence[int]],
    cue: Cue,
    found: list[Sign],
) -> None:
    """Gives a verdict to the names before it: to the last one after "was", to all of a list
    otherwise.

    `named` are the names since the last cue and since the sentence began.
    """
    group, sentence = named
    if not sentence:
        return
    between = [word.text for word in words[names[sentence[-1]][1] : cue.first]] + cue.phrase.split(
        " "
    )
    if "both" in between or "all" in between:
        group = sentence[-2:] if "both" in between else sentence
    if not group:
        return
    many = any(
        word in ("were", "are", "both", "all", "them", "those", "these", "arent", "werent")
        for word in between
    )
    judged = (
        found[group[-1]].force is Force.VERDICT
        and abs(cue.strength) < abs(found[group[-1]].strength) / 2
    )
    at_once = (
        not between[:1]
        or (between[0] in COPULAS and not judged)
        or names[group[-1]][1] == cue.first
    )
    if at_once and not many:
        group = _last_list(words, names, group)
    for number in group if many or not any(found[n].force for n in group) else group[-1:]:
        told = cue.teller is Teller.SPEAKER or found[number].force is None
        if _replaceable(found[number], cue, between) or (at_once and told and number == group[-1]):
            if cue.phrase.startswith(CONTRARY) and found[number].teller is not Teller.SPEAKER:
                cue = cue._replace(strength=-0.6 if found[number].strength > 0 else 0.6)
            if cue.phrase.endswith(" exception") and found[number].strength > 0:
                cue = cue._replace(strength=-0.6)
            fair = cue.force is Force.VERDICT and abs(cue.strength) < _FAIR
            seen = found[number].seen or cue.force is Force.SEEN or fair
            found[number] = _sign(cue, found[number])._replace(seen=seen)


def _last_list(
    words: Sequence[Word], names: Sequence[tuple[int, int]], group: Sequence[int]
) -> Sequence[int]:
    """The last of the names with those that are listed before it: "Heat and Jaws", but not what
    else was named.
    """
    begin = len(group) - 1
    while begin and all(
        word.text in _LIST_WORDS
        for word in words[names[group[begin - 1]][1] : names[group[begin]][0]]
    ):
        begin -= 1
    return group[begin:]


def _replaceable(old: Sign, cue: Cue, between: Sequence[str]) -> bool:
    """Whether a verdict counts more than what was said before: of others, faintly, or ahead of a
    strong "but".
    """
    if old.force in (None, Force.SEEN, Force.WANT, Force.ASKED) or abs(
        old.strength
    ) <= _FAINT < abs(cue.strength):
        return True
    if cue.teller is not Teller.SPEAKER:
        return False
    turned = (
        "but" in between or "i" in between or cue.force is Force.FEEL
    ) and old.force is Force.VERDICT
    turned = turned and old.strength * cue.strength < 0
    strong = abs(cue.strength) >= max(_STRONG, abs(old.strength) - _FAINT)
    return (
        old.teller is not Teller.SPEAKER or (turned and strong) or cue.phrase.startswith(CONTRARY)
    )


_UNSEEN: Final = frozenset(
    (
        "not seen",
        "not have seen",
        "not heard of",
        "never heard of",
        "havent heard of",
        "have not heard of",
    )
)
_STRONG: Final = 0.5
_FAIR: Final = 0.2
"""Strength under which a verdict only says that the film was seen: "was okay"."""
_FAINT: Final = 0.25
"""Strength of a verdict ("was ok, but …") that a later one of the same film takes the place of."""


def _sign(cue: Cue, old: Sign) -> Sign:
    rule = f"{cue.force.name.lower()}: {cue.phrase}"
    if cue.force is Force.SEEN:
        return Sign(old.strength if old.force else cue.strength, rule, cue.force, seen=True)
    wants = cue.force is Force.WANT or cue.teller is Teller.HEARSAY
    similar = cue.force is Force.SIMILAR or (wants and cue.strength > 0)
    idle = cue.phrase in _UNSEEN or (cue.force is Force.WANT and not cue.strength)
    return Sign(cue.strength, rule, cue.force, similar, old.seen, teller=cue.teller, idle=idle)


def _carries(text: str, words: Sequence[Word], at: int, first: int, cue: Cue) -> bool:
    """Whether a cue still speaks after the words [at, first)."""
    if at and ends_sentence(text, words, at - 1, first):
        return False
    between = [word.text for word in words[at:first]]
    instead = "over" in between or (cue.phrase.startswith("prefer") and "to" in between)
    resets = _RESETS & set(between)
    if cue.strength < 0 and cue.force is Force.FEEL and between[:1] in (["and"], ["or"]):
        resets -= _FRESH_STARTS  # "I hate Gigli and anything with musicals"
    if at != cue.last and (instead or resets):  # "give me Alien over Avatar"
        return False
    if cue.force is Force.AVOID or cue.phrase in SHORT_SIGHTED:
        return at == cue.last or all(word in _LIST_WORDS for word in between)
    if cue.force is Force.SIMILAR:
        return "but" not in between
    if cue.force is Force.ASKED:
        return (
            len(between) <= (0 if cue.backward else 2)
            and "and" not in between
            and "but" not in between
        )
    return True


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
_NOT: Final = (
    r"\b(?:not|isnt|wasnt|arent|werent|aint|never|hardly|doesnt|didnt|dont|cant|couldnt|nowhere)\b"
)
_BETWEEN: Final[tuple[tuple[re.Pattern[str], _Outcome], ...]] = tuple(
    (re.compile(pattern), outcome)
    for pattern, outcome in (
        (rf"{_NOT}.* as \w+ as(?: the)?$", _SHORT_OF),
        (
            rf"(?:{_NOT}.* )?(?:hold|holds) a candle to|{_NOT} a patch on|{_NOT}.* (?:league|ballpark|level) (?:as|of)",
            _SHORT_OF,
        ),
        (
            rf"{_NOT}.* (?:touch|compare (?:to|with)|come close to|compete with|live up to|match)(?: the)?$",
            _SHORT_OF,
        ),
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
_TO: Final = re.compile(
    r"^(?:\w+ ){0,2}(?:to|over|than|instead of)(?: the| watching| watch| see)*$"
)
_SIGNS: Final = {">": _OVER, "<": _UNDER}
_ALL: Final = frozenset("everything anything all every any".split())
_FURTHEST: Final = 12
"""Words between two names that are compared."""


def compared(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], signs: Sequence[Sign]
) -> list[Sign]:
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
            found[number + 1] = _changed(
                either[1], outcome.second, outcome.rule, anew=carried or turned
            )
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
    if _TO.match(said) and _PREFERS.search(
        " ".join([word.text for word in words[max(first - 4, 0) : first]])
    ):
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
    return sign._replace(
        strength=strength, rule=rule, force=Force.VERDICT, similar=False, idle=False
    )
