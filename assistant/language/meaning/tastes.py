"""The cue phrases of taste, as they stand in the lexicon, before anything is made of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Final, NamedTuple

from assistant.language.lexicon import background, dictionary, shortened, table
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


COPULAS: Final = frozenset(
    "is was were are aint isnt wasnt arent werent be been looks looked sounds sounded seems seemed felt feels found "
    "thought think find look seem sound its thats being s theyre are both all".split()
)
"""Words that join a film to what is said of it."""

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


_SENTENCE_ENDS: Final = frozenset(".?!;\n…")
_CLAUSE_ENDS: Final = _SENTENCE_ENDS | frozenset(",:()")


def ends_sentence(text: str, words: Sequence[Word], last: int, first: int) -> bool:
    """Whether a sentence ends between two words (places `last` and `first`)."""
    return _parted(text, words, last, first, _SENTENCE_ENDS)


def ends_clause(text: str, words: Sequence[Word], last: int, first: int) -> bool:
    """Whether a clause ends between two words (places `last` and `first`)."""
    return _parted(text, words, last, first, _CLAUSE_ENDS)


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
    words |= {
        word for kind in ("negators", "strengtheners", "weakeners") for word in words_of(kind)
    }
    long = sorted(word for word in words if len(word) >= _SPELL_FROM and word.isalpha())
    return frozenset(words), {
        short: word for word in reversed(long) for short in (word, *shortened(word))
    }


@lru_cache(maxsize=4096)
def as_cue_word(word: str) -> str:
    """The word of a cue that a word is but for a typing error ("dissapointment") or for stress
    ("looove").
    """
    words, remains = _cue_words()
    if word in words:
        return word
    if _STRETCHED.search(word):
        for length in (r"\1", r"\1\1"):
            if (plain := _STRETCHED.sub(length, word)) in words:
                return plain
    if (
        not word.isalpha()
        or background().is_common(word)
        or (word[-1] == "s" and word[:-1] in dictionary())
    ):
        return word  # the last is somebody's: "my wife's favourite"
    if len(word) < _SPELL_FROM:  # so short a word must be right but for a letter left out: "hatd"
        return (
            word if len(word) < _SPELL_FROM - 1 or word in dictionary() else remains.get(word, word)
        )
    return next((remains[short] for short in (word, *shortened(word)) if short in remains), word)


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a list of cues.toml: negators, strengtheners, weakeners, pronouns."""
    return frozenset(normal(phrase) for phrase in table("cues")["words"][kind])


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
