"""The cue phrases of taste, as they stand in the lexicon, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
from assistant.language.words import PhraseBook, Word, normal, spelled_out


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
_UNSEEN: Final = word_class("unseen")
_FAIR: Final = 0.2
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
    fair = cue.force is Force.VERDICT and abs(cue.strength) < _FAIR
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
    """The cue phrases of a sentence in which no title is known yet."""
    return [
        TasteCue(first, last, cue.force in _TASTES, cue.verdict)
        for first, last, _, cue in cue_book().find(words)
    ]
