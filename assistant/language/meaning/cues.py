"""The cues of taste in a sentence whose titles and facets are known, each read in its place.

"like" may compare, "good" may only describe, "have you seen" asks; negations, strengtheners and
weakeners in front of a cue are counted in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from assistant.language.lexicon import word_class
from assistant.language.meaning.speakers import asides, teller
from assistant.language.meaning.tastes import (
    COPULAS,
    NEGATORS,
    PRONOUNS,
    STRENGTHENERS,
    WEAKENERS,
    Cue,
    CuePhrase,
    Force,
    Teller,
    as_cue_word,
    closes_clause,
    cue_book,
    ends_clause,
    ends_sentence,
    scopes,
)
from assistant.language.meaning.verdicts import (
    describes,
    heads_a_list,
    is_own_deed,
    is_predicate,
    is_too_much,
    judges,
    whose_verdict,
)
from assistant.language.words import (
    Word,
    any_of,
    back_over,
    respelled,
    stands_apart,
    taken_by,
    text_at,
    texts_of,
)

SHORT_SIGHTED: Final = word_class("short_sighted")
"""Cues only when what they speak of follows at once, with thin words between at most."""
_BEFORE_LIKE: Final = word_class("before_like")
_DID: Final = word_class("did")
_THIN: Final = word_class("thin")
_LEADS_BACK: Final = word_class("leads_back")
_TRAILS: Final = word_class("trails")
_IN: Final = frozenset("in into for with to".split())
_BUT: Final = word_class("excepts_one")
_UNIVERSALS: Final = word_class("universals")
_COULD_NOT: Final = frozenset("couldnt cant cannot not".split())
_SUBJECTS: Final = word_class("personal_pronouns")
_OBLIGES: Final = tuple(f" {phrase}" for phrase in word_class("obliges"))
_HOW: Final = word_class("how")
FILM_PRONOUNS: Final = word_class("film_pronouns") | {"theyre", "its"}
_THINKS: Final = word_class("thinks")
_THINK: Final = frozenset("think find feel consider say".split())
_ASK: Final = frozenset("have did do would are ever has you can".split())
_TOO_MUCH: Final = -0.4
"""Strength of what is too much of anything; as "too long" has it."""
_WISHES: Final = (Force.WANT, Force.AVOID)
_ASKABLE: Final = (Force.FEEL, Force.SEEN, Force.WANT)
_DEGREES: Final = dict.fromkeys(WEAKENERS, 0.75) | dict.fromkeys(STRENGTHENERS, 1.2)
"""What a word before a cue multiplies its strength by."""
_NEGATED_WITHIN: Final = {Force.SIMILAR: 1, Force.WANT: 4}
"""Words before a cue in which a negation counts; 5 for the rest."""


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
            cue = _negated(text, words, taken, found, _too(text, words, cue))
            if cue.force is Force.VERDICT and _is_tempered(found, cue):
                found.pop()
            found.append(cue)
    found = _scoped(text, words, taken, [*found, *_excesses(text, words, taken, found)])
    beside = list(asides(text, words, names))
    if not beside:
        return found
    spans = taken_by([(aside.first, aside.last) for aside in beside], len(words))
    kept = [cue for cue in found if 1 not in spans[cue.first : cue.last]]
    return sorted([*kept, *beside], key=lambda cue: cue.first)


def _too(text: str, words: Sequence[Word], cue: Cue) -> Cue:
    """The cue with the "too" before it: "too clever" is no praise, "not too good" negates it."""
    too = cue.first - 1
    praised = cue.force is Force.VERDICT and cue.strength > 0
    said = text_at(words, too) == "too" and not ends_clause(text, words, too, cue.first)
    if not (praised and said) or text_at(words, too - 1) in NEGATORS - {"no"}:
        return cue
    return cue._replace(first=too, strength=_TOO_MUCH, phrase=f"too {cue.phrase}")


def _excesses(
    text: str, words: Sequence[Word], taken: Sequence[int], found: Sequence[Cue]
) -> Iterator[Cue]:
    """What is too much of anything, in any word: "those are too loud", "way too American"."""
    said = taken_by([(cue.first, cue.last) for cue in found], len(words))
    for place in range(len(words) - 1):
        last = place + 2
        if words[place].text != "too" or any((*taken[place:last], *said[place:last])):
            continue
        closes = closes_clause(text, words, last) or text_at(words, last) in ("for", "and")
        if closes and is_too_much(text, words, taken, place):
            phrase = f"too {words[place + 1].text}"
            cue = Cue(place, last, Force.VERDICT, _TOO_MUCH, phrase, backward=True)
            yield _negated(text, words, taken, found, cue)


def _scoped(
    text: str, words: Sequence[Word], taken: Sequence[int], found: Sequence[Cue]
) -> list[Cue]:
    """The cues with the scopes among them: a scope says more than the wishes in it, and less than a
    taste.
    """
    firm = taken_by(
        [(cue.first, cue.last) for cue in found if cue.force not in _WISHES], len(words)
    )
    kept_scopes = [
        scope
        for scope in scopes(text, words, taken)
        if scope.force is Force.FREE
        or not (1 in firm[scope.first : scope.last] or _is_asked(words, scope))
    ]
    spans = taken_by([(scope.first, scope.last) for scope in kept_scopes], len(words))
    kept = [cue for cue in found if 1 not in spans[cue.first : cue.last]]
    return sorted([*kept, *kept_scopes], key=lambda cue: cue.first)


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
    within = taken_by(spans, len(words))
    return any(1 in within[first:last] for first, last in said)


def _is_tempered(found: Sequence[Cue], cue: Cue) -> bool:
    """Whether "not very" or the like stands right before: there it wishes nothing away, but
    negates.
    """
    return bool(found) and found[-1].force is Force.AVOID and found[-1].last == cue.first


def _read(
    text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue, meaning: CuePhrase
) -> Cue | None:
    """The cue in its place; None if it says nothing there."""
    before = text_at(words, cue.first - 1)
    if meaning.deed:
        return cue._replace(backward=True) if is_own_deed(text, words, taken, cue) else None
    if cue.phrase == "like" and before not in _BEFORE_LIKE and _is_own(text, words, cue.first):
        return _comparison(text, words, taken, cue)
    if cue.phrase == "not like" and before in _DID:
        cue = cue._replace(force=Force.FEEL, strength=-0.7)
    if _is_lost(text, words, taken, cue):
        return None
    return (_judgement if meaning.verdict else _felt)(text, words, taken, cue)


def _comparison(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue | None:
    """A "like" that is no verb; None where it compares with no name."""
    feels = text_at(words, cue.first - 1) in ("felt", "feels", "seemed", "seems")
    if feels or not _name_follows(text, words, taken, cue.last):
        return None
    return cue._replace(force=Force.SIMILAR, strength=0.6)


def _is_lost(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a cue that is short-sighted sees no name."""
    return cue.phrase in SHORT_SIGHTED and not _name_follows_thinly(
        text, words, taken, _past_degree(words, cue)
    )


def _judgement(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue | None:
    """What may be a verdict, as one or as a taste of what follows; None where it is a wish: "rom
    coms that aren't cheesy".
    """
    if describes(texts_of(words, cue.first - 8, cue.first)) or _is_required(words, cue.first):
        return None
    if heads_a_list(text, words, taken, cue):
        return _felt(text, words, taken, cue._replace(force=Force.FEEL))
    looks_back = (
        cue.force is Force.VERDICT
        or not _name_follows(text, words, taken, cue.last)
        or is_predicate(words, taken, cue.first)
    )
    return (_verdict if looks_back else _felt)(text, words, taken, cue)


def _is_required(words: Sequence[Word], first: int) -> bool:
    """Whether what is said is what films are to be: "it should be …", "as long as it's …"."""
    before = " ".join(texts_of(words, back_over(_HOW, words, first) - 5, first))
    return before.endswith(_OBLIGES)


def _felt(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue:
    """A taste, a wish or the like in its place: the speaker's, somebody else's, or asked of us."""
    if _is_supposed(words, cue):
        return cue._replace(force=Force.SIMILAR, strength=0.6)
    if _is_asked(words, cue):
        return cue._replace(force=Force.ASKED, strength=0.0)
    if _is_puzzled_at(text, words, cue):
        return cue._replace(strength=-0.5)
    if cue.force not in (Force.FEEL, Force.SEEN):
        return cue
    feels = cue.force is Force.FEEL and cue.strength
    who = teller(text, words, cue.first) if feels else Teller.SPEAKER
    if who is not Teller.SPEAKER:
        cue = cue._replace(strength=0.6 * cue.strength, teller=who)
    backward = _pronoun_follows(words, taken, cue.last) or _object_before(text, words, taken, cue)
    return cue._replace(backward=True) if backward else cue


def _is_supposed(words: Sequence[Word], cue: Cue) -> bool:
    """Whether a liking is only supposed: "if you liked Drive, what else?"."""
    return (
        cue.force is Force.FEEL
        and cue.strength > 0
        and texts_of(words, cue.first - 2, cue.first) == ["if", "you"]
    )


def _is_asked(words: Sequence[Word], cue: Cue) -> bool:
    """Whether a cue tells no taste, but asks for ours; or thinks well of the name: "it's no
    Alien".
    """
    if cue.phrase == "no":
        return text_at(words, cue.first - 1) in ("its", "thats", "is", "was")
    return cue.force in _ASKABLE and " me " not in cue.phrase and _asks(words, cue.first)


def _is_puzzled_at(text: str, words: Sequence[Word], cue: Cue) -> bool:
    """Whether the speaker does not share what everyone likes: "why does everyone love …"."""
    asks_why = any_of(("why", "how"), words, cue.first - 3, cue.first)
    likes = cue.force is Force.FEEL and cue.strength > 0
    return asks_why and likes and teller(text, words, cue.first) is Teller.EVERYONE


def _verdict(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> Cue | None:
    """A verdict in its place: of the speaker, of others, or none."""
    if not judges(text, words, taken, cue):
        return None
    who = whose_verdict(text, words, taken, cue.first)
    return cue._replace(force=Force.VERDICT, backward=True, teller=who)


def _is_own(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a cue is the speaker's own word."""
    return teller(text, words, first) is Teller.SPEAKER


def _object_before(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a verb's object stands before it: "Titanic I hated", "Titanic is a film I never
    liked".
    """
    if cue.force is Force.SEEN and _stands_before(text, words, taken, cue):
        return True  # "Heat I've seen ten times": whatever follows
    closes = closes_clause(text, words, cue.last)
    trails = closes or words[cue.last].text in _TRAILS
    if not trails or (not closes and _name_follows(text, words, taken, cue.last)):
        return False
    for place in range(cue.first - 1, max(cue.first - 9, -1), -1):
        if ends_sentence(text, words, place, place + 1):
            return False
        if taken[place]:
            return place + 1 < cue.first or cue.phrase.split(" ")[0] in ("i", "ive")
        if words[place].text not in _LEADS_BACK:
            return False
    return False


_WATCHERS: Final = frozenset(("i", "ive", "we", "weve"))


def _stands_before(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a name stands right before a verb of the speaker's, and none behind in its clause."""
    said_first = cue.phrase.split(" ")[0] in ("i", "ive", "weve")
    verb = cue.first if said_first else cue.first - 1
    own = said_first or text_at(words, verb) in _WATCHERS
    place = verb - 1
    if place < 0 or not (own and taken[place]) or ends_sentence(text, words, place, verb):
        return False
    last = cue.last
    while last < len(words) and not ends_clause(text, words, last - 1, last):
        if taken[last]:
            return False
        last += 1
    return True


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
    measures = cue.phrase in ("not", "but not") and text_at(words, cue.last) in ("as", "that")
    return cue.last + measures


def _asks(words: Sequence[Word], first: int) -> bool:
    """Whether "have you", "would you" or the like stands before a cue."""
    return any_of(("you", "ya"), words, first - 2, first) and any_of(_ASK, words, first - 3, first)


def _pronoun_follows(words: Sequence[Word], taken: Sequence[int], last: int) -> bool:
    """Whether what a cue speaks of is said behind it by a pronoun, and no name stands near."""
    pronoun = text_at(words, last)
    if taken[last] or pronoun not in PRONOUNS:
        return False
    if pronoun in ("all", "both") and text_at(words, last + 1) in ("of", "the", "my"):
        return text_at(words, last + 2) in ("them", "these", "those")
    return pronoun in ("it", "them") or not any(taken[last : last + 3])


def _thinks_not(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether "didn't think" or the like stands before the name that ends at `place`."""
    while place >= 0 and taken[place]:
        place -= 1
    place -= place > 0 and words[place].text == "that"
    return text_at(words, place) in _THINK and text_at(words, place - 1) in NEGATORS


def _neither(words: Sequence[Word], taken: Sequence[int], place: int) -> bool:
    """Whether "neither" stands before the names that end at `place`: "neither Juno nor Heat worked
    for me".
    """
    while place >= 0 and (taken[place] or words[place].text in ("nor", "or", "and", "the")):
        place -= 1
    return text_at(words, place) == "neither"


def _negated(
    text: str, words: Sequence[Word], taken: Sequence[int], found: Sequence[Cue], cue: Cue
) -> Cue:
    """The cue with the negations, strengtheners and weakeners in front of it counted in."""
    if cue.force in (Force.AVOID, Force.ASKED) or cue.phrase == "how about":
        return cue
    within = _NEGATED_WITHIN.get(cue.force, 5) + (text_at(words, cue.first - 1) in _IN)
    begin = max(found[-1].last if found else 0, cue.first - within)
    negations, factor = _in_front(text, words, taken, (begin, cue.first))
    if cue.force in (Force.SIMILAR, Force.VERDICT):
        negations += _is_tempered(found, cue)
    negations += cue.force is Force.FEEL and text_at(words, cue.last) == "neither"
    strength = max(-1.0, min(1.0, cue.strength * factor))
    if negations % 2 and not _tops(text, words, taken, cue):
        return _turned(cue, strength)
    return cue if strength == cue.strength else cue._replace(strength=strength)


def _tops(text: str, words: Sequence[Word], taken: Sequence[int], cue: Cue) -> bool:
    """Whether a negated cue says that nothing is above: "nothing I love more than", "couldn't love
    it more".
    """
    if texts_of(words, cue.last, cue.last + 2) == ["more", "than"]:
        return True
    if not any_of(_COULD_NOT, words, cue.first - 3, cue.first):
        return False
    place = cue.last
    while place < len(words) and (taken[place] or words[place].text in PRONOUNS):
        place += 1
    return text_at(words, place) in ("more", "enough") and closes_clause(text, words, place + 1)


def _in_front(
    text: str, words: Sequence[Word], taken: Sequence[int], where: tuple[int, int]
) -> tuple[int, float]:
    """How often a range of words that ends before a cue negates it, and the factor by which it
    strengthens it.
    """
    begin, end = where
    negations, factor = 0, 1.0
    for place in range(end - 1, begin - 1, -1):
        if taken[place]:
            negations += _thinks_not(words, taken, place) or _neither(words, taken, place)
            break
        word, before = words[place].text, text_at(words, place - 1)
        if word in _BUT and before in _UNIVERSALS:
            negations += 1  # "anything but boring"
            continue
        joins = word in ("but", "because", "so", "and") and place < end - 1
        if joins or _breaks_off(text, words, place):
            break
        if word in _SUBJECTS and before not in _THINKS:
            negations += before == "nor"
            break
        negations += word in NEGATORS
        factor *= _DEGREES.get(word, 1.0)
    return negations, factor


def _breaks_off(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether no negation before a word reaches beyond it: a clause ends there, or it is a "no"
    that answers, before a sentence on films: "no those are great", "no way too long".
    """
    answers = words[place].text == "no" and _is_on_films(words, place + 1)
    return answers or ends_clause(text, words, place, place + 1)


def _is_on_films(words: Sequence[Word], first: int) -> bool:
    """Whether a sentence on films begins at `first`: "those are …", "way too …"."""
    of_films = text_at(words, first) in FILM_PRONOUNS
    return of_films or any_of(("too",), words, first, first + 3)


def _turned(cue: Cue, strength: float) -> Cue:
    """What a cue of a strength says where it is negated."""
    phrase = f"not {cue.phrase}"
    if cue.phrase.startswith("too "):  # "can't be too long" is no praise
        return cue._replace(force=Force.ASKED, strength=0.0, phrase=phrase, backward=False)
    if cue.force is Force.SEEN:
        return cue._replace(force=Force.WANT, strength=0.0, phrase=phrase)
    if cue.force is Force.WANT:
        return cue._replace(force=Force.AVOID, strength=-0.7, phrase=phrase)
    if cue.force is Force.SIMILAR:
        better = cue.phrase.startswith("as ")  # "not as good as Alien" thinks well of Alien
        return cue._replace(strength=-0.5 if strength > 0 and not better else 0.3, phrase=phrase)
    flipped = -0.7 if 0.55 <= strength < 0.85 else -0.5 if strength > 0 else 0.25
    return cue._replace(strength=flipped, phrase=phrase)


_CLAUSE: Final = 7
"""Words on either side of a name in which its clause must end, if the name is all of it."""
_PERSONS: Final = _SUBJECTS | {"me", "us", "my", "our", "im"}
_REQUESTS: Final = word_class("requests")
_BESIDE_WISHES: Final = (
    word_class("reaches") | word_class("hums") | word_class("beside_wishes") | NEGATORS | _REQUESTS
) - COPULAS
"""Words that leave the one name among them the only thing that can be meant."""


def is_all_of_a_clause(words: Sequence[Word], name: tuple[int, int], named: Sequence[int]) -> bool:
    """Whether a clause holds nothing but one name, and others that are `named` beside it, that
    could be meant: "same but Japanese?", "and not American", "van Damme too!!".
    """
    first, last = name
    while not stands_apart(words, first) and first > name[0] - _CLAUSE:
        first -= 1
    while not stands_apart(words, last) and last < name[1] + _CLAUSE:
        last += 1
    if not (stands_apart(words, first) and stands_apart(words, last)):
        return False
    if any_of(NEGATORS, words, bytes(named[:last]).rfind(1) + 1, last):
        return False  # "French no more"
    beside = {words[place].text for place in range(first, last) if not named[place]}
    asks = beside.isdisjoint(_PERSONS) or not beside.isdisjoint(_REQUESTS)
    return asks and beside <= _BESIDE_WISHES
