"""The cue phrases of taste, as they stand in the lexicon, before anything is made of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Final, NamedTuple

from assistant.language.lexicon import (
    background,
    but_for_a_letter,
    dictionary,
    remains_of,
    table,
    word_class,
)
from assistant.language.words import PhraseBook, Word, normal, spelled_out, text_at, texts_of


class Force(Enum):
    """What a cue does."""

    FEEL = auto()
    """Likes or dislikes what follows."""
    VERDICT = auto()
    """Judges what stands before."""
    SEEN = auto()
    WANT = auto()
    SIMILAR = auto()
    AVOID = auto()
    ASKED = auto()
    """The person asks us: says nothing of their taste."""
    FREE = auto()
    """Leaves it open: neither wanted nor to be spared."""


class Teller(Enum):
    """Who feels so."""

    SPEAKER = auto()
    NEAR = auto()
    """Somebody the speaker knows: counts where they watch together."""
    KIDS = auto()
    """The speaker's children, for whom films are chosen."""
    EVERYONE = auto()
    HEARSAY = auto()
    """What the speaker heard of a film, and so may want to see."""


COPULAS: Final = word_class("copulas")
"""Words that join a film to what is said of it."""
NEGATORS: Final = word_class("negators")
STRENGTHENERS: Final = word_class("strengtheners")
WEAKENERS: Final = word_class("weakeners")
PRONOUNS: Final = word_class("pronouns")
IS: Final = frozenset("is are was were".split())

_KINDS: Final = {
    "neutral": Force.ASKED,
    "feel": Force.FEEL,
    "want": Force.WANT,
    "similar": Force.SIMILAR,
    "avoid": Force.AVOID,
    "seen": Force.SEEN,
    "verdict": Force.VERDICT,
}
_DEED: Final = "deed"
_TASTES: Final = (Force.FEEL, Force.SEEN, Force.SIMILAR)


class Cue(NamedTuple):
    """A cue in a sentence, negations counted in."""

    first: int
    last: int
    force: Force
    strength: float
    phrase: str
    backward: bool = False
    """Speaks of what stands before it."""
    teller: Teller = Teller.SPEAKER
    """Who feels so: "my wife loves …"."""

    @property
    def is_against(self) -> bool:
        """Whether it dislikes what it speaks of, or keeps it away."""
        return self.force in (Force.FEEL, Force.AVOID) and self.strength < 0


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
    later: bool = False
    """Turned down for tonight, and no dislike: "Heat isn't funny"."""
    offered: bool = False
    """Of a film that we put forward."""


NAMED: Final = Sign(0.0, "only named")
_UNSEEN: Final = word_class("unseen")
FAIR: Final = 0.2
"""Strength under which a verdict only says that the film was seen: "was okay"."""


def sign_of(cue: Cue, old: Sign) -> Sign:
    """A name's sign after a cue that speaks of it; what was said before counts where the cue only
    tells that it was seen.
    """
    rule = f"{cue.force.name.lower()}: {cue.phrase}"
    if cue.force is Force.SEEN:
        return Sign(old.strength if old.force else cue.strength, rule, cue.force, seen=True)
    wants = cue.force is Force.WANT or cue.teller is Teller.HEARSAY
    similar = cue.force is Force.SIMILAR or (wants and cue.strength > 0)
    idle = cue.phrase in _UNSEEN or (cue.force is Force.WANT and not cue.strength)
    return Sign(cue.strength, rule, cue.force, similar, old.seen, teller=cue.teller, idle=idle)


def judged(cue: Cue, old: Sign) -> Sign:
    """A name's sign after a verdict on it; even a fair one says that the film was seen."""
    fair = cue.force is Force.VERDICT and abs(cue.strength) < FAIR
    return sign_of(cue, old)._replace(seen=old.seen or fair or cue.force is Force.SEEN)


_SENTENCE_ENDS: Final = frozenset(".?!;\n…")
_CLAUSE_ENDS: Final = _SENTENCE_ENDS | frozenset(",:()")


def ends_sentence(text: str, words: Sequence[Word], last: int, first: int) -> bool:
    """Whether a sentence ends between two words (places `last` and `first`)."""
    return _parted(text, words, last, first, _SENTENCE_ENDS)


def ends_clause(text: str, words: Sequence[Word], last: int, first: int) -> bool:
    """Whether a clause ends between two words (places `last` and `first`)."""
    return _parted(text, words, last, first, _CLAUSE_ENDS)


def sentence_ends_within(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a sentence ends behind one of the words [first, last)."""
    return any(ends_sentence(text, words, place, place + 1) for place in range(first, last))


def begins_clause(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a clause, or the text, begins with the word at `first`."""
    return first == 0 or ends_clause(text, words, first - 1, first)


def closes_clause(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a clause, or the text, ends before the word at `last`."""
    return last >= len(words) or ends_clause(text, words, last - 1, last)


def closes_sentence(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a sentence, or the text, ends before the word at `last`."""
    return last >= len(words) or ends_sentence(text, words, last - 1, last)


def _parted(text: str, words: Sequence[Word], last: int, first: int, marks: frozenset[str]) -> bool:
    if last < 0 or first >= len(words):
        return False
    between = text[words[last].end : words[first].start]
    if between == " ":
        return False
    if between == "! " and words[first].text in COPULAS:
        return False  # "Mamma Mia! was …"
    return not marks.isdisjoint(between)


class _Part(Enum):
    """What a word does to the name that it leads to."""

    TURNS = auto()
    """Turns it away; twice is not at all."""
    EXCEEDS = auto()
    """The same, and stands beside anything there is too much of."""
    UNNEEDED = auto()
    """Behind a negation leaves it open."""
    OPEN = auto()
    """Leaves it open."""
    MEASURES = auto()
    """Makes it a matter of degree."""
    LEADS = auto()


@cache
def _parts() -> dict[str, _Part]:
    """The words, and phrases of up to four, that scope is made of."""
    classes = {
        "reaches": _Part.LEADS,
        "measured": _Part.MEASURES,
        "negators": _Part.TURNS,
        "rejects": _Part.TURNS,
        "excesses": _Part.EXCEEDS,
        "unneeded": _Part.UNNEEDED,
        "leaves_open": _Part.OPEN,
    }
    return {normal(phrase): part for name, part in classes.items() for phrase in word_class(name)}


_TURNING: Final = (_Part.TURNS, _Part.EXCEEDS)
_BEGINS: Final = (*_TURNING, _Part.OPEN)


@cache
def _part_book() -> PhraseBook[_Part]:
    return PhraseBook(_parts(), in_normal_form=True)


@cache
def _openings() -> frozenset[str]:
    """The first words of what a scope may begin with."""
    phrases = (phrase for phrase, part in _parts().items() if part in _BEGINS)
    return _UNIVERSALS.union(phrase.partition(" ")[0] for phrase in phrases)


_UNIVERSALS: Final = word_class("universals")
_EXCEPTS_ONE: Final = word_class("excepts_one")
_ASKS_BACK: Final = word_class("asks_back")
_REFUSALS: Final = word_class("refusals")
_REFUSAL_COLOURS: Final = word_class("refusal_colours")
_NEAR: Final = 4
"""Words behind "anything" in which "but" stands."""
_FURTHEST: Final = 14
"""Words between what turns a name away and the name."""
_AWAY, _SOFTLY_AWAY, _TOWARDS = -0.8, -0.5, 0.6
"""Strengths of what scope alone says; by judgement, as those of cues are."""


def scopes(text: str, words: Sequence[Word], taken: Sequence[int]) -> list[Cue]:
    """What words that turn names away, or leave them open, say of the names that they lead to.

    "nothing by", "anything but", "we don't watch", "too many", "doesn't have to be". A scope begins
    with such a word and ends at the name; a comma, a new clause or any word that does not lead on
    ends it before. Two negations cancel out.
    """
    found: list[Cue] = []
    place = 0
    while place < len(words):
        scope = None if taken[place] else _scope(text, words, taken, place)
        if scope is not None:
            found.append(scope)
        place = place + 1 if scope is None else scope.last
    return found


def scope_of(
    text: str, words: Sequence[Word], cues: Sequence[Cue]
) -> Callable[[int], Force | None]:
    """What tells whether the words that begin with a character are kept away or left open."""
    starts, taken = [word.start for word in words], bytearray(len(words) + 1)

    @cache
    def scope(character: int) -> Force | None:
        place = bisect_left(starts, character)
        return turned(text, words, taken, cues, place) if place < len(words) else None

    return scope


def turned(
    text: str, words: Sequence[Word], taken: bytearray, cues: Sequence[Cue], place: int
) -> Force | None:
    """Whether what begins with the word at `place` is kept away (AVOID) or left open (FREE); None
    for neither.

    For names that no cue is given to: years. `taken` is (n + 1,), all 0, and is so afterwards.
    """
    taken[place] = 1
    starts = range(max(place - _FURTHEST, 0), place)
    found = (_scope(text, words, taken, first) for first in starts)
    scope = next(filter(None, found), None)
    taken[place] = 0
    if scope is not None:
        return scope.force if scope.force in (Force.AVOID, Force.FREE) else None
    at = bisect_left(cues, place, key=lambda cue: cue.first)
    for cue in reversed(cues[max(at - _FURTHEST, 0) : at]):
        if cue.last <= place and not cue.backward:
            away = cue.force in (Force.FEEL, Force.AVOID) and cue.strength < 0
            return Force.AVOID if away and _leads(text, words, cue.last, place) else None
    return None


def _leads(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether the words [first, last) lead on to what follows, without a break."""
    plain = all(word.text in _parts() for word in words[first:last])
    return plain and not any(
        ends_clause(text, words, place - 1, place) for place in range(first, last + 1)
    )


def _scope(text: str, words: Sequence[Word], taken: Sequence[int], first: int) -> Cue | None:
    """The scope that begins with the word at `first` and reaches a name; None where none does.

    What only says that something is not needed may stand behind the name.
    """
    if not _begins_scope(words, taken, first):
        return None
    said = list(_led_on(text, words, taken, first))
    last = said[-1][1]
    telling = [span for *span, part in said if part is not _Part.LEADS]
    phrase = " ".join(" ".join(texts_of(words, *span)) for span in telling)
    force, strength = _force_of([part for _, _, part in said])
    if last < len(taken) and taken[last] and not ends_clause(text, words, last - 1, last):
        return Cue(first, last, force, strength, phrase)
    behind = len(telling) > 1 and force is Force.FREE and closes_clause(text, words, last)
    return Cue(first, last, force, strength, phrase, backward=True) if behind else None


def _force_of(parts: Sequence[_Part]) -> tuple[Force, float]:
    """What the parts of a scope come to, and how strongly."""
    turns = sum(part in _TURNING for part in parts)
    if _Part.OPEN in parts or (turns and _Part.UNNEEDED in parts):
        return Force.FREE, 0.0
    if turns % 2 == 0:
        return Force.WANT, _TOWARDS
    return Force.AVOID, _SOFTLY_AWAY if _Part.MEASURES in parts else _AWAY


def _begins_scope(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether the word at `first` turns away, and neither tells of the film before it nor asks:
    "Heat isn't …", "don't you have", "why don't we", "why not".
    """
    if words[first].text not in _openings() or _part_at(words, taken, first)[1] not in _BEGINS:
        return False
    word, before = words[first].text, text_at(words, first - 1)
    tells = first and taken[first - 1] and word in COPULAS
    behind = text_at(words, first + 1)
    inverted = word.endswith("nt") and behind in _ASKS_BACK
    answers = word == "no" and behind == "not"  # "no not horror"
    return not (tells or inverted or answers or before in ("why", "if", "or"))


def _led_on(
    text: str, words: Sequence[Word], taken: Sequence[int], first: int
) -> Iterator[tuple[int, int, _Part]]:
    """The phrases of scope from a word on, each with its first word and the one past its last, up
    to a name, the end of the clause or any other word.
    """
    place = first
    while place < min(first + _FURTHEST, len(words)) and not taken[place]:
        last, part = _part_at(words, taken, place)
        if part is None and _colours(words, taken, place):
            last, part = place + 1, _Part.LEADS
        if part is None or (place > first and ends_clause(text, words, place - 1, place)):
            return
        yield place, last, part
        place = last


def _colours(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether a word of any kind stands between a measure and a name: "not so flaming sad"."""
    measured = _parts().get(text_at(words, place - 1)) is _Part.MEASURES
    return measured and bool(taken[place + 1]) and not background().is_spoken(words[place].text)


def _part_at(words: Sequence[Word], taken: Sequence[int], place: int) -> tuple[int, _Part | None]:
    """One past the longest phrase of scope that begins at a place, and what it does."""
    every = words[place].text in _UNIVERSALS and text_at(words, place - 1) != "after"
    if every and (end := _excepts(words, taken, place + 1)):
        return end, _Part.TURNS
    return _part_book().at(words, place) or (place, None)


def _excepts(words: Sequence[Word], taken: Sequence[int], place: int) -> int:
    """One past the "but" that stands behind "anything" or "any film"; 0 for none."""
    for at in range(place, min(place + _NEAR, len(words))):
        if taken[at]:
            break
        for end in (at + 2, at + 1):
            if " ".join(texts_of(words, at, end)) in _EXCEPTS_ONE:
                return end + (text_at(words, end) == "not")
        if _parts().get(text_at(words, at)) is not _Part.LEADS:
            break
    return 0


_STRETCHED: Final = re.compile(r"(.)\1{2,}")
_SPELL_FROM: Final = 5
"""Letters from which a word is looked at for typing errors."""


@cache
def _cue_words() -> tuple[frozenset[str], dict[str, str]]:
    """The words that cues are made of, and what is left of the long ones without one letter → the
    word.
    """
    words = {word for phrase in cue_book().phrases() for word in phrase.split(" ")}
    words |= NEGATORS | STRENGTHENERS | WEAKENERS
    long = (word for word in words if len(word) >= _SPELL_FROM and word.isalpha())
    return frozenset(words), remains_of(long)


@lru_cache(maxsize=4096)
def as_cue_word(word: str) -> str:
    """The word of a cue that a word is but for a typing error ("dissapointment") or for stress
    ("looove").
    """
    words, remains = _cue_words()
    if word in words:
        return word
    for length in (r"\1", r"\1\1") if _STRETCHED.search(word) else ():
        if (plain := _STRETCHED.sub(length, word)) in words:
            return plain
    if not word.isalpha() or background().is_common(word) or _is_somebodys(word):
        return word
    if len(word) >= _SPELL_FROM:
        return but_for_a_letter(word, remains)
    # so short a word must be right but for a letter left out: "hatd"
    may_lack = len(word) == _SPELL_FROM - 1 and word not in dictionary()
    return remains.get(word, word) if may_lack else word


def _is_somebodys(word: str) -> bool:
    """Whether a word may be a possessive or a plural: "my wife's favourite"."""
    return word[-1] == "s" and word[:-1] in dictionary()


class TasteCue(NamedTuple):
    """A cue phrase in a sentence."""

    first: int
    last: int
    is_taste: bool
    """Speaks of a film that would stand behind it."""
    is_verdict: bool
    """May speak of a film before it."""


class CuePhrase(NamedTuple):
    """What a cue phrase does before it is read in its place."""

    force: Force
    strength: float
    verdict: bool
    """May also judge what stands before it."""
    deed: bool
    """Tells what the person did ("fell asleep"): judges wherever it stands."""


@cache
def cue_book() -> PhraseBook[CuePhrase]:
    """The cue phrases of the lexicon; of a phrase listed twice the first counts."""
    listed = [
        (kind, normal(phrase), strength)
        for kind in (*_KINDS, _DEED)
        for cues in (table("cues"), table("idioms"))
        for pattern, strength in cues.get(kind, {}).items()
        for phrase in spelled_out(pattern)
    ]
    verdicts = {phrase for kind, phrase, _ in listed if kind in ("verdict", _DEED)}
    phrases: dict[str, CuePhrase] = {}
    for kind, phrase, strength in reversed(listed):
        force = _KINDS.get(kind, Force.VERDICT)
        phrases[phrase] = CuePhrase(force, strength, phrase in verdicts, kind == _DEED)
    return PhraseBook(phrases, in_normal_form=True)


def taste_cues(words: Sequence[Word]) -> list[TasteCue]:
    """The cue phrases of a sentence in which no title is known yet, and what turns names away."""
    cues = [
        TasteCue(first, last, cue.force in _TASTES, cue.verdict)
        for first, last, _, cue in cue_book().find(words)
    ]
    turns = [
        TasteCue(found.first, found.last, is_taste=False, is_verdict=False)
        for found in _turning_book().find(words)
    ]
    return sorted([*cues, *turns])


@cache
def _turning_book() -> PhraseBook[_Part]:
    """Of those, what is said of nothing else: "don't" is in many a sentence."""
    turning = {
        phrase: part
        for phrase, part in _parts().items()
        if part in (_Part.TURNS, _Part.OPEN) and not phrase.endswith("nt")
    }
    return PhraseBook(turning, in_normal_form=True)
