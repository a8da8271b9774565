"""How a person feels about what they name.

Titles and facets are taken as wholes; each cue ("loved", "was boring", "more like") is given to the
names it speaks of: those that follow in the sentence, or, for verdicts, those just before. Of names
set against each other ("Alien > Aliens") the better is liked; the other is a measure, or lacking.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from assistant.language.lexicon import word_class
from assistant.language.meaning.cues import SHORT_SIGHTED
from assistant.language.meaning.speakers import CONTRARY, HEADING
from assistant.language.meaning.tastes import (
    COPULAS,
    IS,
    NAMED,
    Cue,
    Force,
    Sign,
    Teller,
    ends_sentence,
    judged,
    sentence_ends_within,
    sign_of,
)
from assistant.language.words import Word, any_of, text_at, texts_of

_LIST_WORDS: Final = word_class("list_words")
_FRESH_STARTS: Final = frozenset(("something", "anything", "some"))
_RESETS: Final = word_class("resets")
_ALL_OF: Final = word_class("universals")
_EXCEPTS: Final = frozenset(("except", "except for", "apart from"))
_OTHERWISE: Final = frozenset(("not", "but not", "except", "except for", "never"))
_FRESH: Final = word_class("fresh")
_MANY: Final = frozenset("were are both all them those these arent werent".split())
_TURNS: Final = frozenset(("but", "though", "however"))
_JOINS: Final = frozenset(("and", "but"))
_REACH: Final = 30
"""Words after "I've seen …" in which "but not …" is still about having seen it."""
_STRONG: Final = 0.5
_FAINT: Final = 0.25
"""Strength of a verdict ("was ok, but …") that a later one of the same film takes the place of."""


def signs(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], cues: Sequence[Cue]
) -> list[Sign]:
    """How each of the names is meant, in their order."""
    events: list[tuple[int, int, int | Cue]] = sorted(
        [(first, last, number) for number, (first, last) in enumerate(names)]
        + [(cue.first, cue.last, cue) for cue in cues],
        key=lambda event: (event[0], event[1]),
    )
    walk = _Walk(text, words, names)
    for number, (first, last, event) in enumerate(events):
        walk.come_to(first)
        if isinstance(event, int):
            walk.name(event, first, last)
        elif event.backward:
            walk.look_back(event)
        elif _speaks_of(text, words, events[number + 1 : number + 8], event):
            walk.look_ahead(event)
    return walk.found


class _Walk:
    """A walk through the names and cues of a line, in their order."""

    def __init__(self, text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> None:
        self._text, self._words, self._names = text, words, names
        self.found = [NAMED] * len(names)
        """How each name is meant, so far."""
        self._current: Cue | None = None
        """The cue that the next name is given."""
        self._group: list[int] = []
        """Names since the last cue."""
        self._sentence: list[int] = []
        """Names since the sentence began."""
        self._over: Cue | None = None
        """The heading over the list that the walk is in."""
        self._at = 0
        """One past the last word of the last name or cue."""
        self._watched = -_REACH
        """The same of the last cue of having seen something."""

    def come_to(self, first: int) -> None:
        """Drops the current cue where it does not speak any more at the word `first`."""
        current = self._current
        if current and current.first == current.last == first:
            return  # a mark right before the name
        if current and not _carries(self._text, self._words, self._at, first, current):
            self._current = None
        if ends_sentence(self._text, self._words, self._at - 1, first):
            self._over = None

    def name(self, number: int, first: int, last: int) -> None:
        """Gives the current cue to the name of a number, which takes the words [first, last)."""
        words, found = self._words, self.found
        if _turns_away(words, self._at, first, last) or self._is_instead(first, last):
            self._current = None
        if self._current is not None:
            found[number] = sign_of(self._current, found[number])
            self._current = self._over or self._current
        unsaid = found[number].force in (None, Force.ASKED)
        if number and unsaid and _is_too(words, self._at, first):
            found[number] = found[number - 1]
        if self._group and ends_sentence(self._text, words, self._at - 1, first):
            self._group, self._sentence = [], []
        self._group.append(number)
        self._sentence.append(number)
        self._at = last

    def _is_instead(self, first: int, last: int) -> bool:
        """Whether a name takes the place of those kept away before it: "no westerns, a comedy
        instead".
        """
        cue = self._current
        if cue is None or cue.strength >= 0 or self._at == cue.last:
            return False
        if "," not in self._text[self._words[self._at - 1].end : self._words[first].start]:
            return False
        afresh = text_at(self._words, first - 1) in ("a", "an") and cue.phrase in SHORT_SIGHTED
        return afresh or text_at(self._words, last) in ("instead", "then", "rather")

    def look_back(self, cue: Cue) -> None:
        """Gives a cue to the names before it, or keeps it for those that it introduces."""
        self._current = _goes_on(self._text, self._words, cue, named=bool(self._sentence))
        if self._current is not cue and self._sentence:
            self._judge(cue)
        self._pass(cue)

    def look_ahead(self, cue: Cue) -> None:
        """Keeps a cue for the names that follow."""
        current = self._current
        if cue.phrase.startswith(HEADING):
            self._over = cue
        seen = current is not None and current.force is Force.SEEN
        if cue.force is Force.SEEN and self._has_just_felt():
            self._at = cue.last  # "the worst film I ever saw is …"
            return
        if not (seen and cue.force is Force.FEEL):
            self._group = []
        if cue.phrase in _OTHERWISE and (seen or self._is_in_reach(cue.first)):
            self._current = cue._replace(force=Force.ASKED, strength=0.0, phrase="not seen")
        else:
            parted = "," in self._text[self._words[self._at - 1].end : self._words[cue.first].start]
            self._current = _in_turn(self._words, self._at, cue, current, parted=parted)
        self._pass(cue)

    def _has_just_felt(self) -> bool:
        """Whether a taste of what follows ends where the walk stands."""
        cue = self._current
        return cue is not None and cue.force is Force.FEEL and cue.last == self._at

    def _pass(self, cue: Cue) -> None:
        """Goes on behind a cue."""
        self._at = cue.last
        if cue.force is Force.SEEN:
            self._watched = cue.last

    def _is_in_reach(self, first: int) -> bool:
        """Whether the word `first` is still said of what was seen."""
        last = self._watched
        near = 0 < last <= first < last + _REACH
        return near and not sentence_ends_within(self._text, self._words, last - 1, first)

    def _judge(self, cue: Cue) -> None:
        """Gives a verdict to the names before it: to the last one after "was", to all of a list
        otherwise.
        """
        between = texts_of(self._words, self._names[self._sentence[-1]][1], cue.first)
        between += cue.phrase.split(" ")
        group = self._spoken_of(between)
        if not group:
            return
        many = not _MANY.isdisjoint(between)
        at_once = self._is_at_once(group[-1], cue, between[0])
        for number in group if many else self._of_one(group, at_once=at_once):
            old = self.found[number]
            first_word = cue.teller is Teller.SPEAKER or old.force is None
            newest = at_once and number == group[-1]
            if (newest and first_word) or _replaceable(old, cue, between):
                cue = _against(cue, old)
                self.found[number] = judged(cue, old)

    def _of_one(self, group: Sequence[int], *, at_once: bool) -> Sequence[int]:
        """The names that a verdict on "it" is given to: a list as a whole, if nothing was said of
        it yet.
        """
        listed = _last_list(self._words, self._names, group) if at_once else group
        return listed[-1:] if any(self.found[number].force for number in listed) else listed

    def _spoken_of(self, between: Sequence[str]) -> Sequence[int]:
        """The names that a verdict may be of, with these words between the last of them and its
        end.
        """
        if "both" in between:
            return self._sentence[-2:]
        return self._sentence if "all" in between else self._group

    def _is_at_once(self, number: int, cue: Cue, next_word: str) -> bool:
        """Whether a verdict stands right behind the name of a number, or behind it and "was"."""
        old = self.found[number]
        outdone = old.force is Force.VERDICT and abs(cue.strength) < abs(old.strength) / 2
        joined = next_word in COPULAS and not outdone
        return joined or self._names[number][1] == cue.first


def _in_turn(words: Sequence[Word], at: int, cue: Cue, current: Cue | None, *, parted: bool) -> Cue:
    """A cue in the light of the one before it: examples share its sign, exceptions have the other.

    "I don't like scary films like Saw" dislikes Saw; "I don't like horror, except Alien" likes
    Alien. Of a list that is disliked a part may begin with "anything with". Behind a comma a
    pattern is what is wanted in place of what is kept away: "no gore, like The Others".
    """
    if current is None or not current.is_against:
        return cue
    if _is_item(cue, current, parted=parted):
        return current
    if cue.force is Force.SIMILAR and cue.strength > 0:
        instead = parted and current.force is Force.AVOID and text_at(words, cue.last) != "in"
        fresh = instead or _is_fresh(cue, texts_of(words, at, cue.first))
        return cue if fresh else cue._replace(strength=current.strength)
    if cue.phrase in _EXCEPTS and current.force is Force.FEEL:
        return cue._replace(force=Force.FEEL, strength=0.6)
    return cue


def _is_item(cue: Cue, current: Cue, *, parted: bool) -> bool:
    """Whether a wish only begins one more part of a list that a taste is of: "I hate westerns,
    anything with John Wayne and musicals".
    """
    wants = cue.force is Force.WANT and cue.strength > 0 and current.force is Force.FEEL
    if current.phrase.startswith(HEADING):
        return wants
    return wants and parted and cue.phrase.split(" ")[0] in _ALL_OF


def _is_fresh(cue: Cue, between: Sequence[str]) -> bool:
    """Whether a pattern is a wish of its own, with these words behind what was disliked: "…
    something like Saw".
    """
    goes_on = cue.phrase == "anything like" and len(between) < 2
    return "but" in between or (cue.phrase.split(" ")[0] in _FRESH and not goes_on)


def _speaks_of(
    text: str, words: Sequence[Word], later: Sequence[tuple[int, int, int | Cue]], cue: Cue
) -> bool:
    """Whether any name follows a cue in its sentence; `later` are the next few events."""
    first = next((first for first, _, event in later if not isinstance(event, Cue)), None)
    if cue.phrase.startswith(HEADING):
        return first is not None
    last = cue.last - (cue.last > cue.first)  # a mark takes no word
    return first is not None and not sentence_ends_within(text, words, last, first)


def _goes_on(text: str, words: Sequence[Word], cue: Cue, *, named: bool) -> Cue | None:
    """What a cue that is said behind names says of those that follow; itself, where it is said of
    these.

    These stand behind a colon, or behind a dash where none is `named` before: "hated it: Mamma
    Mia!".
    """
    last = cue.last + (text_at(words, cue.last) == "it")
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
    return text_at(words, last) in COPULAS and any_of(_TURNS, words, at, first)


def _against(cue: Cue, old: Sign) -> Cue:
    """A verdict that takes back what was said before has the opposite sign."""
    takes_back = cue.phrase.startswith(CONTRARY) and old.teller is not Teller.SPEAKER
    if takes_back:
        cue = cue._replace(strength=-0.6 if old.strength > 0 else 0.6)
    if cue.phrase.endswith(" exception") and old.strength > 0:
        cue = cue._replace(strength=-0.6)
    return cue


def _last_list(
    words: Sequence[Word], names: Sequence[tuple[int, int]], group: Sequence[int]
) -> Sequence[int]:
    """The last of the names with those that are listed before it: "Heat and Jaws", but not what
    else was named.
    """
    begin = len(group) - 1
    while begin and _LIST_WORDS.issuperset(
        texts_of(words, names[group[begin - 1]][1], names[group[begin]][0])
    ):
        begin -= 1
    return group[begin:]


def _replaceable(old: Sign, cue: Cue, between: Sequence[str]) -> bool:
    """Whether a verdict counts more than what was said before: of others, faintly, or ahead of a
    strong "but".
    """
    if old.force in (None, Force.SEEN, Force.WANT, Force.ASKED):
        return True
    if abs(old.strength) <= _FAINT < abs(cue.strength):
        return True
    if cue.teller is not Teller.SPEAKER:
        return False
    strong = abs(cue.strength) >= max(_STRONG, abs(old.strength) - _FAINT)
    return (
        old.teller is not Teller.SPEAKER
        or (strong and _is_turned(old, cue, between))
        or cue.phrase.startswith(CONTRARY)
    )


def _is_turned(old: Sign, cue: Cue, between: Sequence[str]) -> bool:
    """Whether a verdict of the other sign is said against the one before: "was slow, but …"."""
    against = old.force is Force.VERDICT and old.strength * cue.strength < 0
    return against and (cue.force is Force.FEEL or "but" in between or "i" in between)


def _carries(text: str, words: Sequence[Word], at: int, first: int, cue: Cue) -> bool:
    """Whether a cue still speaks after the words [at, first)."""
    between = texts_of(words, at, first)
    gap = text[words[at - 1].end : words[first].start] if first < len(words) else ""
    if cue.phrase.startswith(HEADING):
        return _is_listed(gap if at > cue.last else "", between)
    parted = "," in gap
    left = _is_left(cue, between if at != cue.last else (), parted=parted)
    left |= {parted, cue.is_against, "so" in between} == {True}  # "I hate Gigli, so a horror"
    if left or ends_sentence(text, words, at - 1, first):
        return False
    if cue.force is Force.AVOID or cue.phrase in SHORT_SIGHTED:
        return at == cue.last or _LIST_WORDS.issuperset(between)
    return _reaches(cue, between)


def _reaches(cue: Cue, between: Sequence[str]) -> bool:
    """Whether a pattern or a question still speaks behind such words; anything else does."""
    if cue.force is Force.SIMILAR:
        return "but" not in between
    near = len(between) <= (0 if cue.backward else 2) and _JOINS.isdisjoint(between)
    return near or cue.force is not Force.ASKED


def _is_listed(gap: str, between: Sequence[str]) -> bool:
    """Whether a name still stands under a heading, with such text before it."""
    return "\n\n" not in gap and ":" not in gap and (_RESETS - _FRESH_STARTS).isdisjoint(between)


def _is_left(cue: Cue, between: Sequence[str], *, parted: bool) -> bool:
    """Whether the words behind the last name begin another wish, or what it is measured by."""
    resets = _RESETS & set(between)
    disliked = cue.strength < 0 and cue.force is Force.FEEL
    if disliked and between[:1] in (["and"], ["or"]):
        resets -= _FRESH_STARTS  # "I hate Gigli and anything with musicals"
    elif disliked and parted:
        # "I hate Gigli, anything with musicals"; "she hates subtitles, a comedy"
        resets = (resets - _ALL_OF) | ({"a", "an"} & set(between[:1]))
    preferred = cue.phrase.startswith("prefer") and "to" in between
    return "over" in between or preferred or bool(resets)


class _Outcome(NamedTuple):
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
    r"(?:better|funnier|smarter|scarier|cooler|greater|cleverer|stronger|superior|nicer|sharper|"
    r"deeper|richer|tighter|more (?!boring|overrated|annoying|confusing|predictable|than)\w+)"
)
_NOT: Final = (
    r"\b(?:not|isnt|wasnt|arent|werent|aint|never|hardly|doesnt|didnt|dont|cant|couldnt|nowhere)\b"
)
_BETWEEN: Final[tuple[tuple[re.Pattern[str], _Outcome], ...]] = tuple(
    (re.compile(pattern), outcome)
    for pattern, outcome in (
        (
            rf"{_NOT}.* (?:as \w+ as|touch|compare (?:to|with)|come close to|compete with"
            r"|live up to|match)(?: the)?$"
            rf"|{_NOT}.* (?:half (?:the|as)\b|(?:league|ballpark|level) (?:as|of))"
            rf"|(?:hold|holds) a candle to|{_NOT} a patch on"
            r"|\b(?:pales?|paled|pale) (?:in comparison|next|compared|beside)?\b"
            r"|(?:\b(?:is|was|are)|^s) no$",
            _SHORT_OF,
        ),
        (r"\bas \w+ as(?: the)?$", _EQUAL),
        (rf"{_NOT}.* {_BETTER}(?: than| to)(?: the)?$", _AS_SAID),
        (
            rf"\b{_BETTER}(?: \w+){{0,2}} (?:than|to)(?: the)?$|^(?:rather than|instead of)$"
            r"|\b(?:beats?|tops|topped|trumps|destroys|smokes|surpasses|crushes|outclasses"
            r"|wipes the floor with|over)(?: the)?$",
            _OVER,
        ),
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
    mark = text[words[last - 1].end : words[after].start].strip()
    if mark and not mark.strip("<>"):
        return _SIGNS[mark[0]]
    if not 0 < after - last <= _FURTHEST or ends_sentence(text, words, last - 1, after):
        return None
    between = " ".join(texts_of(words, last, after))
    if _TO.match(between) and _PREFERS.search(" ".join(texts_of(words, first - 4, first))):
        return _OVER
    return next((outcome for pattern, outcome in _BETWEEN if pattern.search(between)), None)


def _asks(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a question begins right before a name: "is Alien scarier than Jaws?"."""
    begins = first == 1 or ends_sentence(text, words, first - 2, first - 1)
    return begins and words[first - 1].text in IS


def _above_all(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a name is set above everything: "Die Hard > everything"."""
    if text_at(words, last) not in _ALL:
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
