"""The cues of taste in a sentence whose titles and facets are known, each read in its place.

"like" may compare, "good" may only describe, "have you seen" asks; negations, strengtheners and
weakeners in front of a cue are counted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from assistant.language.meaning.speakers import asides, teller
from assistant.language.meaning.tastes import (
    Cue,
    CuePhrase,
    Force,
    Teller,
    as_cue_word,
    cue_book,
    ends_clause,
    ends_sentence,
    words_of,
)
from assistant.language.meaning.verdicts import (
    describes,
    heads_a_list,
    is_hearsay,
    is_own_deed,
    is_predicate,
    judges,
)
from assistant.language.words import Word, respelled, taken_by

_VERB_SUBJECTS: Final = frozenset(
    "i we they also really did do does dont didnt doesnt id actually especially always still who both not never "
    "absolutely just to would you and im kinda quite mostly only if".split()
)
_DID: Final = frozenset("did do does would will could i really".split())
SHORT_SIGHTED: Final = frozenset(
    [
        "but not",
        "except for",
        *"no nothing not never enough minus less more especially except skip try fancy ugh boo yuck".split(),
    ]
)
"""Cues only when what they speak of follows at once, with thin words between at most."""
_ASKABLE: Final = (Force.FEEL, Force.SEEN, Force.WANT)
_THIN: Final = frozenset(
    "the a an any more other such too very really kind of silly stupid sad bad good long big boring cheesy of those "
    "these movie movies film films with w about another old new or and please stuff cheap dumb crappy like anything "
    "something that are is too overly so in from".split()
)


def find_cues(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> list[Cue]:
    """The cues of a sentence; `names` are the ranges of words that titles and facets take, in
    order.
    """
    taken = taken_by(names, len(words))
    words = respelled(words, taken, as_cue_word)
    found: list[Cue] = []
    for first, last, phrase, meaning in cue_book().find(words, taken):
        cue = _read(
            text, words, taken, Cue(first, last, meaning.force, meaning.strength, phrase), meaning
        )
        if cue is not None:
            cue = _negated(text, words, taken, found, cue)
            if cue.force is Force.VERDICT and _is_tempered(found, cue):
                found.pop()
            found.append(cue)
    beside = list(asides(text, words, names))
    if not beside:
        return found
    kept = [
        cue
        for cue in found
        if not any(cue.first < aside.last and aside.first < cue.last for aside in beside)
    ]
    return sorted([*kept, *beside], key=lambda cue: cue.first)


def may_be_cues(
    text: str,
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    spans: Sequence[tuple[int, int]],
) -> bool:
    """Whether any of these spans of words may belong to a cue; to tell is quicker than to read them
    all.
    """
    taken = taken_by(names, len(words))
    said = [
        (first, last)
        for first, last, _, _ in cue_book().find(respelled(words, taken, as_cue_word), taken)
    ]
    said += [(aside.first, aside.last) for aside in asides(text, words, names)]
    return any(first < end and begin < last for begin, end in spans for first, last in said)


def _is_tempered(found: Sequence[Cue], cue: Cue) -> bool:
    """Whether "not very" or the like stands right before: there it wishes nothing away, but
    negates.
    """
    return bool(found) and found[-1].force is Force.AVOID and found[-1].last == cue.first


def _read(
    text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue, meaning: CuePhrase
) -> Cue | None:
    """The cue in its place; None if it says nothing there."""
    before = words[cue.first - 1].text if cue.first else ""
    name_follows = _name_follows(text, words, taken, cue.last)
    if meaning.deed:
        return cue._replace(backward=True) if is_own_deed(text, words, taken, cue) else None
    if cue.phrase == "like" and before not in _VERB_SUBJECTS and _is_own(text, words, cue.first):
        compares = name_follows and before not in ("felt", "feels", "seemed", "seems")
        return cue._replace(force=Force.SIMILAR, strength=0.6) if compares else None
    if cue.phrase == "not like" and before in _DID:
        cue = cue._replace(force=Force.FEEL, strength=-0.7)
    wished = meaning.verdict and describes(
        [word.text for word in words[max(cue.first - 8, 0) : cue.first]]
    )
    lost = cue.phrase in SHORT_SIGHTED and not _name_follows_thinly(
        text, words, taken, _past_degree(words, cue)
    )
    if lost or wished:  # "rom coms that aren't cheesy" judges none
        return None
    if meaning.verdict and heads_a_list(text, words, taken, cue):
        return _felt(text, words, taken, cue._replace(force=Force.FEEL))
    if meaning.verdict and (
        cue.force is Force.VERDICT or not name_follows or is_predicate(words, taken, cue.first)
    ):
        return _verdict(text, words, taken, cue)
    return _felt(text, words, taken, cue)


def _felt(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue:
    """A taste, a wish or the like in its place: the speaker's, somebody else's, or asked of us."""
    if (
        cue.phrase == "no"
        and cue.first
        and words[cue.first - 1].text in ("its", "thats", "is", "was")
    ):
        return cue._replace(force=Force.ASKED, strength=0.0)  # "it's no Alien" thinks well of it
    if (
        cue.force is Force.FEEL
        and cue.strength > 0
        and [word.text for word in words[max(cue.first - 2, 0) : cue.first]] == ["if", "you"]
    ):
        return cue._replace(force=Force.SIMILAR, strength=0.6)  # "if you liked Drive, what else?"
    if cue.force in _ASKABLE and " me " not in cue.phrase and _asks(words, cue.first):
        return cue._replace(force=Force.ASKED, strength=0.0)
    who = (
        teller(text, words, cue.first)
        if cue.force is Force.FEEL and cue.strength
        else Teller.SPEAKER
    )
    if who is not Teller.SPEAKER:
        if who is Teller.EVERYONE:
            puzzled = any(
                word.text in ("why", "how") for word in words[max(cue.first - 3, 0) : cue.first]
            )
            if puzzled and cue.strength > 0:
                return cue._replace(strength=-0.5)
        cue = cue._replace(strength=0.6 * cue.strength, teller=who)
    backward = cue.force in (Force.FEEL, Force.SEEN) and _pronoun_follows(words, taken, cue.last)
    backward = backward or (
        cue.force in (Force.FEEL, Force.SEEN) and _object_before(text, words, taken, cue)
    )
    return cue._replace(backward=True) if backward else cue


def _verdict(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue | None:
    """A verdict in its place: of the speaker, of others, or none."""
    if not judges(text, words, taken, cue):
        return None
    told = is_hearsay(text, words, taken, cue.first)
    teller_of = {"told": Teller.EVERYONE, "heard": Teller.HEARSAY}.get(told, Teller.SPEAKER)
    return cue._replace(force=Force.VERDICT, backward=True, teller=teller_of)


_LEADS_BACK: Final = frozenset(
    "i ive we really did do didnt dont didn not never also just absolutely honestly actually personally that which is "
    "was are were a an the 1 one movie film movies films ones something of those definitely ones always have has thing "
    "my very much only kinda truly totally can cant could couldnt".split()
)
_TRAILS: Final = frozenset(
    "much at either too as very lot though lol anymore the when so back tho a 1 2".split()
)


def _is_own(text: str, words: Sequence[Word], first: int) -> bool:
    return teller(text, words, first) is Teller.SPEAKER


def _object_before(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verb's object stands before it: "Titanic I hated", "Titanic is a film I never
    liked".
    """
    closes = cue.last >= len(words) or ends_clause(text, words, cue.last - 1, cue.last)
    if not closes and (
        _name_follows(text, words, taken, cue.last) or words[cue.last].text not in _TRAILS
    ):
        return False
    for place in range(cue.first - 1, max(cue.first - 9, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return False
        if taken[place]:
            return place + 1 < cue.first or cue.phrase.split(" ")[0] in ("i", "ive")
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


def _past_degree(words: Sequence[Word], cue: Cue) -> int:
    """The place behind a cue and the "as" or "that" of "not as violent"."""
    degree = (
        cue.phrase in ("not", "but not")
        and cue.last < len(words)
        and words[cue.last].text in ("as", "that")
    )
    return cue.last + degree


def _asks(words: Sequence[Word], first: int) -> bool:
    before = [word.text for word in words[max(first - 3, 0) : first]]
    return any(word in ("you", "ya") for word in before[-2:]) and any(
        word in ("have", "did", "do", "would", "are", "ever", "has", "you", "can")
        for word in before
    )


def _pronoun_follows(words: Sequence[Word], taken: Sequence[int], last: int) -> bool:
    if last >= len(words) or taken[last]:
        return False
    pronouns = words_of("pronouns")
    if words[last].text not in pronouns:
        return False
    if (
        words[last].text in ("all", "both")
        and last + 1 < len(words)
        and words[last + 1].text in ("of", "the", "my")
    ):
        return any(word.text in ("them", "these", "those") for word in words[last + 2 : last + 3])
    return not any(taken[last : last + 3]) or words[last].text in ("it", "them")


def _thinks_not(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether "didn't think" or the like stands before the name that ends at `place`."""
    while place >= 0 and taken[place]:
        place -= 1
    place -= place > 0 and words[place].text == "that"
    thinks = place > 0 and words[place].text in ("think", "find", "feel", "consider", "say")
    return thinks and words[place - 1].text in words_of("negators")


def _neither(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether "neither" stands before the names that end at `place`: "neither Juno nor Heat worked
    for me".
    """
    while place >= 0 and (taken[place] or words[place].text in ("nor", "or", "and", "the")):
        place -= 1
    return place >= 0 and words[place].text == "neither"


_IN: Final = frozenset("in into for with to".split())
_SUBJECTS: Final = frozenset("i we you they he she".split())
_THINKS: Final = frozenset("think say believe that sure know guess mean didnt dont because".split())
_NEGATED_WITHIN: Final = {Force.SIMILAR: 1, Force.WANT: 4}
"""Words before a cue in which a negation counts; 5 for the rest."""


def _negated(
    text: str, words: Sequence[Word], taken: Sequence[int], found: Sequence[Cue], cue: Cue
) -> Cue:
    """The cue with the negations, strengtheners and weakeners in front of it counted in."""
    if cue.force in (Force.AVOID, Force.ASKED) or cue.phrase == "how about":
        return cue
    within = _NEGATED_WITHIN.get(cue.force, 5) + (
        cue.first > 0 and words[cue.first - 1].text in _IN
    )
    begin = max(found[-1].last if found else 0, cue.first - within)
    negations, factor = 0, 1.0
    for place in range(cue.first - 1, begin - 1, -1):
        if taken[place]:
            negations += _thinks_not(words, taken, place) or _neither(words, taken, place)
            break
        if ends_clause(text, words, place, place + 1):
            break
        word = words[place].text
        if word in ("but", "because", "so", "and") and place < cue.first - 1:
            break
        if word in _SUBJECTS and (place == 0 or words[place - 1].text not in _THINKS):
            negations += place > 0 and words[place - 1].text == "nor"
            break
        negations += word in words_of("negators")
        factor *= (
            1.2
            if word in words_of("strengtheners")
            else 0.75
            if word in words_of("weakeners")
            else 1.0
        )
    if cue.force in (Force.SIMILAR, Force.VERDICT) and _is_tempered(found, cue):
        negations += 1
    negations += (
        cue.force is Force.FEEL and cue.last < len(words) and words[cue.last].text == "neither"
    )
    strength = max(-1.0, min(1.0, cue.strength * factor))
    if negations % 2 == 0:
        return cue if strength == cue.strength else cue._replace(strength=strength)
    phrase = f"not {cue.phrase}"
    if cue.force is Force.SEEN:
        return cue._replace(force=Force.WANT, strength=0.0, phrase=phrase)
    if cue.force is Force.WANT:
        return cue._replace(force=Force.AVOID, strength=-0.7, phrase=phrase)
    if cue.force is Force.SIMILAR:
        better = cue.phrase.startswith("as ")  # "not as good as Alien" thinks well of Alien
        return cue._replace(strength=-0.5 if strength > 0 and not better else 0.3, phrase=phrase)
    flipped = -0.7 if 0.55 <= strength < 0.85 else -0.5 if strength > 0 else 0.25
    return cue._replace(strength=flipped, phrase=phrase)
