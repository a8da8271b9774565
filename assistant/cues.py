"""The cues of taste in a sentence whose titles and facets are known, each read in its place.

"like" may compare, "good" may only describe, "have you seen" asks; negations, strengtheners and weakeners in front of
a cue are counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from assistant.asides import asides
from assistant.lexicon import table
from assistant.tastes import COPULAS, Cue, Force, cue_book, ends_clause, ends_sentence
from assistant.words import Word, normal

_VERB_SUBJECTS: Final = frozenset(
    "i we they also really did do does dont didnt doesnt id actually especially always still who both not never "
    "absolutely just to would u you and im kinda quite mostly only if".split()
)
_DID: Final = frozenset("did do does would will could i really".split())
_SAID_IN_PASSING: Final = frozenset("ok okay alright nice cool sweet fine lit fire mid slow interesting".split())
"""Verdicts only behind "is" or "was"; alone they are an answer to something else."""
SHORT_SIGHTED: Final = frozenset(
    [
        "but not",
        "except for",
        *"no nothing not never enough minus less more especially except skip try fancy ugh boo yuck".split(),
    ]
)
"""Cues only when what they speak of follows at once, with thin words between at most."""
_THIN: Final = frozenset(
    "the a an any more other such too very really kind of silly stupid sad bad good long big boring cheesy of those "
    "these movie movies film films with w about another old new or and please stuff cheap dumb crappy like anything "
    "something that are is too overly so in from".split()
)


@cache
def _words_of(kind: str) -> frozenset[str]:
    return frozenset(normal(phrase) for phrase in table("cues")["words"][kind])


def find_cues(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> list[Cue]:
    """The cues of a sentence; `names` are the ranges of words that titles and facets take, in order."""
    taken = bytearray(len(words) + 1)
    for first, last in names:
        taken[first:last] = b"\x01" * (last - first)
    found: list[Cue] = []
    for first, last, phrase, (force, strength, verdict) in cue_book().find(words, lambda place: not taken[place]):
        cue = _read(text, words, taken, Cue(first, last, force, strength, phrase), verdict)
        if cue is not None:
            found.append(_negated(text, words, taken, found, cue))
    beside = list(asides(text, words, names))
    if not beside:
        return found
    kept = [cue for cue in found if not any(cue.first < aside.last and aside.first < cue.last for aside in beside)]
    return sorted([*kept, *beside], key=lambda cue: cue.first)


def _read(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue, verdict: bool) -> Cue | None:
    """The cue in its place; None if it says nothing there."""
    before = words[cue.first - 1].text if cue.first else ""
    name_follows = _name_follows(text, words, taken, cue.last)
    if cue.phrase == "like" and before not in _VERB_SUBJECTS and not _said_by(words, cue.first):
        compares = name_follows and before not in ("felt", "feels", "seemed", "seems")
        return replace(cue, force=Force.SIMILAR, strength=0.6) if compares else None
    if cue.phrase == "not like" and before in _DID:
        cue = replace(cue, force=Force.FEEL, strength=-0.7)
    describes = verdict and _describes([word.text for word in words[max(cue.first - 8, 0) : cue.first]])
    lost = cue.phrase in SHORT_SIGHTED and not _name_follows_thinly(text, words, taken, cue.last)
    if lost or describes:  # "rom coms that aren't cheesy" judges none
        return None
    if verdict and (cue.force is Force.VERDICT or not name_follows or _is_predicate(words, taken, cue.first)):
        judges = _judges(text, words, taken, cue)
        return replace(cue, force=Force.VERDICT, backward=True) if judges else None
    if cue.force in (Force.FEEL, Force.SEEN, Force.WANT) and _asks(words, cue.first):
        return replace(cue, force=Force.ASKED, strength=0.0)
    if cue.force is Force.FEEL and cue.strength > 0 and (said_by := _said_by(words, cue.first)):
        if said_by == "everyone":
            puzzled = any(word.text in ("why", "how") for word in words[max(cue.first - 3, 0) : cue.first])
            force, strength = (Force.FEEL, -0.5) if puzzled else (Force.ASKED, 0.0)
            return replace(cue, force=force, strength=strength, others=True)
        cue = replace(cue, strength=0.6 * cue.strength, others=True)
    backward = cue.force in (Force.FEEL, Force.SEEN) and _pronoun_follows(words, taken, cue.last)
    backward = backward or (cue.force is Force.FEEL and _object_before(text, words, taken, cue))
    return replace(cue, backward=backward)


def _describes(before: Sequence[str]) -> bool:
    """Whether words lead to what films are wanted to be: "… that aren't too …", "romantic but not …"."""
    place = len(before) - 1
    while place >= 0 and before[place] in _HOW:
        place -= 1
    if place < 1:
        return False
    negated = "not" in before[place:]
    if before[place] == "but":
        return negated and not COPULAS & set(before[:place])
    plain = before[place] in ("are", "arent", "isnt") or (before[place] == "is" and negated)
    return plain and before[place - 1] in ("that", "which")


_HOW: Final = frozenset("not too very so overly really super all".split())
_EVERYONE: Final = frozenset("everyone everybody people ppl critics most folks others".split())
_NEAR_ONES: Final = frozenset(
    "wife husband kids kid son daughter boyfriend girlfriend bf gf mom mum dad brother sister parents friends friend "
    "family children partner".split()
)
_OPEN_TO: Final = frozenset("do does did really just all always still absolutely also seem seems to".split())
_LEADS_BACK: Final = frozenset(
    "i ive we really did do didnt dont didn not never also just absolutely honestly actually personally that which is "
    "was are were a an the 1 one movie film movies films ones something of those definitely ones always have has thing "
    "my very much only kinda truly totally can cant could couldnt".split()
)
_TRAILS: Final = frozenset("much at either too as very lot though lol anymore the when so back tho a 1 2".split())


def _said_by(words: Sequence[Word], first: int) -> str:
    """Whether the subject of a verb is "everyone" or somebody "near"; empty for the speaker."""
    place = first - 1
    while place >= 0 and words[place].text in _OPEN_TO:
        place -= 1
    if place < 0:
        return ""
    return "everyone" if words[place].text in _EVERYONE else "near" if words[place].text in _NEAR_ONES else ""


def _object_before(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verb's object stands before it: "Titanic I hated", "Titanic is a film I never liked"."""
    closes = cue.last >= len(words) or ends_clause(text, words, cue.last - 1, cue.last)
    if not closes and (_name_follows(text, words, taken, cue.last) or words[cue.last].text not in _TRAILS):
        return False
    for place in range(cue.first - 1, max(cue.first - 9, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return False
        if taken[place]:
            return place + 1 < cue.first
        if words[place].text not in _LEADS_BACK:
            return False
    return False


def _name_follows(text: str, words: Sequence[Word], taken: Sequence[int], last: int) -> bool:
    """Whether a name stands within four words, in the same clause."""
    for place in range(last, min(last + 4, len(words))):
        if place and ends_sentence(text, words, place - 1, place):
            return False
        if taken[place]:
            return True
    return False


def _name_follows_thinly(text: str, words: Sequence[Word], taken: Sequence[int], last: int) -> bool:
    """Whether a name stands right behind, or behind words that only colour it."""
    for place in range(last, min(last + 5, len(words))):
        if place and ends_sentence(text, words, place - 1, place):
            return False
        if taken[place]:
            return True
        if words[place].text not in _THIN and not words[place].text.isdecimal():
            return False
    return False


def _judges(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verdict is a predicate: after a name or a pronoun, with or without "was"; or all that is said."""
    ends = cue.last >= len(words)
    if cue.phrase in _SAID_IN_PASSING and not any(
        word.text in COPULAS for word in words[max(cue.first - 3, 0) : cue.first]
    ):
        return ends and cue.first > 0 and bool(taken[cue.first - 1])
    if cue.first == 0:
        return ends or ends_clause(text, words, cue.last - 1, cue.last)
    if cue.phrase.split(" ")[0] in COPULAS or cue.phrase.endswith(" me"):
        return True
    if ends_clause(text, words, cue.first - 1, cue.first) and (
        ends or ends_clause(text, words, cue.last - 1, cue.last)
    ):
        return True
    return _behind_a_subject(text, words, taken, cue)


def _behind_a_subject(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    for place in range(cue.first - 1, max(cue.first - 5, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return place + 1 == cue.first
        if taken[place]:
            joined = place == cue.first - 1 or words[place + 1].text in COPULAS or words[place + 1].text in _DOES
            return joined or cue.strength < 0
        if words[place].text in COPULAS or words[place].text in _words_of("pronouns"):
            return True
    return False


_DOES: Final = frozenset(
    "did didnt does doesnt do dont never really just always still totally had kept can cant".split()
)


def _is_predicate(words: Sequence[Word], taken: Sequence[int], first: int) -> bool:
    """Whether a name stands right before: "Heat is my favourite …", but not "my favourite is Heat"."""
    if any(word.text in ("is", "are", "was", "were") for word in words[first + 1 : first + 5]):
        return False
    for place in range(first - 1, max(first - 5, -1), -1):
        if taken[place]:
            return place == first - 1 or any(word.text in COPULAS for word in words[place + 1 : first])
        if words[place].text not in COPULAS and words[place].text not in _OF_MANY:
            return False
    return False


_OF_MANY: Final = frozenset("one 1 two 2 three 3 some of another also definitely probably still always among".split())


def _asks(words: Sequence[Word], first: int) -> bool:
    before = [word.text for word in words[max(first - 3, 0) : first]]
    return any(word in ("you", "u", "ya") for word in before[-2:]) and any(
        word in ("have", "did", "do", "would", "are", "ever", "has", "you", "u", "can") for word in before
    )


def _pronoun_follows(words: Sequence[Word], taken: Sequence[int], last: int) -> bool:
    if last >= len(words) or taken[last]:
        return False
    pronouns = _words_of("pronouns")
    if words[last].text not in pronouns:
        return False
    return not any(taken[last : last + 3]) or words[last].text in ("it", "them")


def _thinks_not(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether "didn't think" or the like stands before the name that ends at `place`."""
    while place >= 0 and taken[place]:
        place -= 1
    thinks = place > 0 and words[place].text in ("think", "find", "feel", "consider")
    return thinks and words[place - 1].text in _words_of("negators")


_SUBJECTS: Final = frozenset("i we you they he she".split())
_THINKS: Final = frozenset("think say believe that sure know guess mean didnt dont because".split())
_NEGATED_WITHIN: Final = {Force.SIMILAR: 1, Force.WANT: 4}
"""Words before a cue in which a negation counts; 5 for the rest."""


def _negated(text: str, words: Sequence[Word], taken: Sequence[int], found: Sequence[Cue], cue: Cue) -> Cue:
    """The cue with the negations, strengtheners and weakeners in front of it counted in."""
    if cue.force in (Force.AVOID, Force.ASKED) or cue.phrase == "how about":
        return cue
    begin = max(found[-1].last if found else 0, cue.first - _NEGATED_WITHIN.get(cue.force, 5))
    negations, factor = 0, 1.0
    for place in range(cue.first - 1, begin - 1, -1):
        if taken[place]:
            negations += _thinks_not(words, taken, place)
            break
        if ends_clause(text, words, place, place + 1):
            break
        word = words[place].text
        if word in ("but", "because", "so", "and") and place < cue.first - 1:
            break
        if word in _SUBJECTS and (place == 0 or words[place - 1].text not in _THINKS):
            break
        negations += word in _words_of("negators")
        factor *= 1.2 if word in _words_of("strengtheners") else 0.75 if word in _words_of("weakeners") else 1.0
    if cue.force is Force.SIMILAR and found and found[-1].force is Force.AVOID and found[-1].last == cue.first:
        negations += 1
    strength = max(-1.0, min(1.0, cue.strength * factor))
    if negations % 2 == 0:
        return replace(cue, strength=strength)
    phrase = f"not {cue.phrase}"
    if cue.force is Force.SEEN:
        return replace(cue, force=Force.WANT, strength=0.0, phrase=phrase)
    if cue.force is Force.WANT:
        return replace(cue, force=Force.AVOID, strength=-0.7, phrase=phrase)
    if cue.force is Force.SIMILAR:
        return replace(cue, strength=-0.5 if strength > 0 else 0.3, phrase=phrase)
    flipped = -0.7 if 0.55 <= strength < 0.85 else -0.5 if strength > 0 else 0.25
    return replace(cue, strength=flipped, phrase=phrase)
