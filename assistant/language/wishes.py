"""Genres, tags and people that were named, with the signs they were said with, as wishes.

What films can be wished for by, they can be asked for by: moods, comparisons, kinds.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

from assistant.language.clauses import FILM, WEAK, Clause, phrases_of_topics
from assistant.language.leftover import moods_of
from assistant.language.lexicon import dictionary, table, word_class, words_of
from assistant.language.meaning.facets import Term
from assistant.language.meaning.tastes import NAMED, Force, Sign, Teller, cue_book
from assistant.language.meaning.verdicts import complains, turns_down
from assistant.language.titles.links import Link
from assistant.language.utterance import SEEN_ALL, Context, FacetMention, FactQuestion, Span, Topic
from assistant.language.words import (
    Found,
    Word,
    any_of,
    clause_around,
    stands_apart,
    text_at,
    texts_of,
)
from core.catalogue import Catalogue

Signs = Mapping[tuple[int, int], Sign]
"""How each name is meant, by its first word and the one past its last."""
_ASKED_OF_US: Final = frozenset(("recommend", "suggest"))
"""After "can you"; after "I" they praise a film."""
_EXISTENTIAL: Final = frozenset(
    [
        *((verb, "there") for verb in ("is", "are", "isnt", "arent", "theres")),
        ("what", "are"),
        ("whats", "a"),
        ("is", "a"),
        ("what", "good"),
        ("which", "are"),
    ]
)
_NONE_AT_ALL: Final = -0.9
"""Strength from which on no such film is shown."""
_TOO_MUCH: Final = -0.6
_CRUSHING: Final = -0.7
_A_LITTLE: Final = frozenset(("little", "bit", "slightly", "somewhat", "touch"))
"""Before a genre: some of it is welcome, it need not be of that genre."""
_EVERY: Final = frozenset(("all", "every", "everything"))
"""Behind "I've seen": none of these is wanted any more."""
_RATHER: Final = word_class("rather")
_HEDGES: Final = word_class("hedges")
_ALLOWED: Final = tuple(word_class("allowed"))
_LIST: Final = 20
"""Words of a list in front of a name, at the head of which "I've seen" may stand."""
_SAW: Final = frozenset(("seen", "saw", "watched"))
_EXHAUSTS: Final = word_class("exhausts")
_CORRECTIONS: Final = word_class("corrections")
_DEGREE: Final = 4
"""Words between a facet and the same again that limits it."""
_SELDOM: Final = 0.5
"""How often films have two moods at once, by chance 1, where one is the contrary of the other: .31
for sad and feel-good films, 10 for sad and depressing ones."""
_OR_ELSE: Final = 4
"""Words between two facets, one of which is "or"."""
_CLAUSE: Final = 8
"""Words beside a name in which it is said that all of it was seen."""

_TODDLER: Final = "3"
"""Years of a toddler."""


def is_idle(sign: Sign, *, together: bool) -> bool:
    """Whether a sign says nothing of the taste that films are chosen for."""
    of_somebody = sign.teller is Teller.NEAR and not together
    return sign.idle or of_somebody or sign.teller is Teller.EVERYONE


def held(terms: Sequence[Found[Term]], context: Context) -> dict[tuple[int, int], float]:
    """How films of the facets that are named are wished for already, by their words: 1, −1 or 0."""
    return {(term.first, term.last): context.held_of(term.meaning.tokens) for term in terms}


def span_of(found: Sequence[Word], named: Link | Found[Term]) -> Span:
    """The characters that a title or a facet takes."""
    return Span(found[named.first].start, found[named.last - 1].end)


def _counts(said: FacetMention | None, wish: Wish, *, again: bool) -> bool:
    """Whether a wish counts beside what was said before: "the first is a comedy, I don't want
    comedy" is against it, "a western, no cowboys" is not.
    """
    return said is None or (again and wish.strength < 0 < said.strength)


def of_facets(
    found: Sequence[Word],
    terms: Sequence[Found[Term]],
    signs: Signs,
    complaints: Container[int],
    *,
    together: bool,
) -> tuple[FacetMention, ...]:
    """Genres, tags and people, each once; what somebody near can't stand is kept away, too.

    `complaints` are the first words of those that there is too much of.
    """
    mentions: dict[int, FacetMention] = {}
    phrases: set[str] = set()
    alternatives = _alternatives(found, terms)
    limited, limits = _limited(found, terms)
    for term in _corrected(found, terms):
        if term.first in limits:
            continue
        sign = _own_sign(term, signs[term.first, term.last])
        if sign.strength >= 0 and is_idle(sign, together=together):
            continue
        wish = _wish(found, term, sign, complaints)
        if wish is None:
            continue
        if wish.strength > 0 and term.first in limited:
            wish = wish.softly("not too much of it")
        span = span_of(found, term)
        for token in term.meaning.facets(wish.strength):
            if _counts(mentions.get(token), wish, again=term.phrase in phrases):
                choice = alternatives.get(term.first, 0) if wish.strength > 0 else 0
                mentions[token] = FacetMention(span, token, *wish, choice, *_whence(term.meaning))
        phrases.add(term.phrase)
    return tuple(mentions.values())


def _whence(term: Term) -> tuple[str, str]:
    """The part of the world of which a facet is one country, and the country that is missing."""
    return term.region if len(term.tokens) > 1 else "", term.missing


def _own_sign(term: Found[Term], sign: Sign) -> Sign:
    """How a facet is meant; what says how much by itself ("sadder") needs no guess."""
    guessed = sign.rule.startswith("direction: ")
    return NAMED if guessed and term.meaning.strength is not None else sign


def _corrected(found: Sequence[Word], terms: Sequence[Found[Term]]) -> Sequence[Found[Term]]:
    """The facets without those that the line takes back before it names others: "a comedy, no wait,
    a drama".
    """
    said = f" {' '.join(texts_of(found, 0, len(found)))} "
    at = max((said.rfind(f" {phrase} ") for phrase in _CORRECTIONS), default=-1)
    place = said[: at + 1].count(" ") - 1 if at >= 0 else -1
    behind = [term for term in terms if term.first > place]
    return behind or terms


class Wish(NamedTuple):
    """How much films of a facet are wanted."""

    strength: float
    required: bool
    rule: str

    def softly(self, why: str) -> Wish:
        """The same without being a must."""
        return Wish(self.strength, False, f"{self.rule}; {why}")


def _wish(
    found: Sequence[Word], term: Found[Term], sign: Sign, complaints: Container[int]
) -> Wish | None:
    """The wish for a facet with its sign in its place; None where there is none."""
    if sign.force is Force.ASKED:
        if not (_is_request(sign.rule) or _is_sought(found, term)):
            return None
        sign = NAMED  # "can you show me a western?" wants one
    if sign.force is None:
        if _is_scolded(found, term.first):
            return None  # "dreadful action film" asks for none
        if term.first in complaints:
            return Wish(_TOO_MUCH, True, "too much of it")
    wish = _wish_of(term, _used_up(found, term, _from_there(found, term, sign)))
    if sign.force is Force.FREE or wish.rule.endswith("dont mind"):  # "I don't mind subtitles"
        return Wish(0.0, False, wish.rule)
    if wish.strength > 0 and wish.required and _is_soft(found, term):
        return wish.softly("rather so")
    return wish


def _from_there(found: Sequence[Word], term: Found[Term], sign: Sign) -> Sign:
    """A facet's sign; where films are from is no part of a pattern: "like Heat, from Korea"."""
    is_from = term.meaning.is_place and text_at(found, term.first - 1) == "from"
    return NAMED if is_from and sign.force is Force.SIMILAR else sign


def _used_up(found: Sequence[Word], term: Found[Term], sign: Sign) -> Sign:
    """A facet's sign; it is to be kept away where all films of it were seen."""
    every = any_of(_EVERY, found, term.first - 4, term.last + 4)
    ahead = term.first - 1 - (text_at(found, term.first - 1) == "the")
    is_every = text_at(found, ahead) in _EVERY and any_of(
        _SAW, found, term.first - _LIST, term.first
    )
    if not (is_every or _is_exhausted(found, term) or (every and sign.force is Force.SEEN)):
        return sign
    return Sign(-1.0, SEEN_ALL, Force.AVOID)


def _is_exhausted(found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether the clause of a name says that all of it was seen: "Ghibli I know inside out"."""
    first, last = clause_around(found, term.first, term.last, _CLAUSE)
    clause = f" {' '.join(texts_of(found, first, last))} "
    return any(f" {phrase} " in clause for phrase in _EXHAUSTS)


def _is_scene(found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether a place is where a film plays, wherever it was made: "set in Italy"."""
    before = texts_of(found, term.first - _SETTING, term.first)
    return term.meaning.is_place and "in" in before and not _PLAYS.isdisjoint(before)


_SETTING: Final = 3
_PLAYS: Final = frozenset(("set", "takes", "taking", "happens", "plays", "playing", "filmed"))


def _is_soft(found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether a little of it will do, or other films will, too: "preferably French"; of people and
    places wherever the clause says so.
    """
    before, behind = term.first - 3, " ".join(texts_of(found, term.last, term.last + 2))
    is_little = any_of(_A_LITTLE, found, before + 1, term.first)
    if _is_scene(found, term):
        return True
    if term.meaning.roles or term.meaning.is_place:
        first, last = clause_around(found, term.first, term.last, _CLAUSE)
        if any_of(_HEDGES, found, first, last):
            return True  # "Kevin Costner maybe", "set in Italy or Greece perhaps"
    return is_little or any_of(_RATHER, found, before, term.first) or behind.startswith(_ALLOWED)


def of_others(
    found: Sequence[Word], terms: Sequence[Found[Term]], signs: Signs, *, together: bool
) -> tuple[FacetMention, ...]:
    """What somebody near to the speaker likes, where no film is looked for together: "she likes
    romcoms, I don't".
    """
    if together:
        return ()
    return tuple(
        FacetMention(span_of(found, term), token, 0.0, False, sign.rule)
        for term in terms
        if (sign := signs[term.first, term.last]).teller is Teller.NEAR and sign.strength > 0
        for token in term.meaning.tokens
    )


def _is_scolded(found: Sequence[Word], first: int) -> bool:
    """Whether a crushing word stands right before: nobody wishes for a dreadful film; a bad or
    stupid one perhaps.
    """
    before = text_at(found, first - 1)
    if before not in cue_book() or before in ("bad", "stupid"):
        return False
    cue = cue_book().meaning(before)
    return cue.verdict and cue.strength <= _CRUSHING


def _is_request(rule: str) -> bool:
    """Whether what is asked of us is to find films: "can you recommend …", not "do you like …"."""
    phrase = rule.removeprefix("asked: ")
    return phrase in _ASKED_OF_US or (
        phrase in cue_book() and cue_book().meaning(phrase).force is Force.WANT
    )


def _is_sought(found: Sequence[Word], term: Found[Term]) -> bool:
    """Whether the question is if there are such films: "is there a good comedy?", not "is it a good
    comedy?".
    """
    before = texts_of(found, term.first - 5, term.first)
    return any(pair in _EXISTENTIAL for pair in pairwise(before))


def _wish_of(term: Found[Term], sign: Sign) -> Wish:
    """The wish for a facet as its own words or its sign say it."""
    own, firm = term.meaning.strength, term.meaning.firm
    if own is not None and sign.force is not Force.AVOID:
        return Wish(own, own <= _NONE_AT_ALL, f"comparative: {term.phrase}")
    if sign.force is None:
        return Wish(0.8, firm, "wanted")
    if sign.strength < 0:
        none_at_all = -0.55 if sign.force is Force.AVOID else _NONE_AT_ALL
        return Wish(sign.strength, sign.strength <= none_at_all, sign.rule)
    is_region = len(term.meaning.tokens) > 1 and bool(term.meaning.region)
    required = firm and sign.force is Force.WANT and ("more" not in sign.rule or is_region)
    return Wish(sign.strength or 0.5, required, sign.rule)


def _alternatives(found: Sequence[Word], terms: Sequence[Found[Term]]) -> dict[int, int]:
    """First words of facets of which one will do, and the number of their choice: those joined by
    "or", those of a list that ends so, places joined by "and", and the countries of a region.
    """
    either: dict[int, int] = {}
    for group, said in _lists(found, terms):
        of_places = "and" in said and all(term.meaning.is_place for term in group)
        if "or" in said or of_places:
            either |= dict.fromkeys((term.first for term in group), group[0].first + 1)
        else:
            either |= {term.first: term.first + 1 for term in group if term.meaning.region}
    return either


def _lists(
    found: Sequence[Word], terms: Sequence[Found[Term]]
) -> list[tuple[list[Found[Term]], set[str]]]:
    """Facets that are parts of one list, and the words between them."""
    lists: list[tuple[list[Found[Term]], set[str]]] = []
    for term in terms:
        joint = _joint(found, lists[-1][0][-1], term) if lists else None
        if joint is None:
            lists.append(([term], set()))
        else:
            lists[-1][0].append(term)
            lists[-1][1].update(joint)
    return lists


def _joint(found: Sequence[Word], one: Found[Term], other: Found[Term]) -> set[str] | None:
    """The words between two facets that are parts of one list; None where they are of none.

    Between places a comma is enough, and between others no more than "or" and its company.
    """
    between = texts_of(found, one.last, other.first)
    if "or" in between and len(between) <= _OR_ELSE:
        return set(between)
    of_places = one.meaning.is_place and other.meaning.is_place
    listed = between == ["and"] or (not between and stands_apart(found, other.first))
    return set(between) if of_places and listed else None


def _limited(found: Sequence[Word], terms: Sequence[Found[Term]]) -> tuple[set[int], set[int]]:
    """First words of facets that are wanted to a degree, and of those that say so: "scary, but not
    scary scary".
    """
    wanted: set[int] = set()
    limits: set[int] = set()
    for one, other in pairwise(terms):
        between = texts_of(found, one.last, other.first)
        again = one.phrase == other.phrase and len(between) <= _DEGREE
        if again and ("not" in between or one.first in limits):
            wanted |= {one.first} - limits
            limits.add(other.first)
    return wanted, limits


def complaints(
    text: str,
    found: Sequence[Word],
    titles: Sequence[tuple[int, int]],
    terms: Sequence[Found[Term]],
) -> set[int]:
    """The first words of the terms that there is too much of."""
    ends = frozenset(last for _, last in titles)
    firsts = [term.first for term in terms]
    return {
        first
        for first in firsts
        if complains(text, found, ends, first) or turns_down(text, found, first)
    }


def is_contrary(one: int, other: int, catalogue: Catalogue) -> bool:
    """Whether two facets are different moods that films seldom have together."""
    moods = moods_of(catalogue.facet(one).name), moods_of(catalogue.facet(other).name)
    differ = all(moods) and moods[0].isdisjoint(moods[1])
    return differ and catalogue.lift(one, other) < _SELDOM


# ---- how a film is asked to be


def superlative(texts: Sequence[str]) -> str:
    """What a comparison is by, as the plain word: "darkest" and "most dark" are "dark"; of "the
    best visuals" the noun.
    """
    for before, word, behind in zip(("", *texts), texts, (*texts[1:], ""), strict=False):
        if word in ("most", "more", "least"):
            return behind if behind not in ("", FILM) else next(filter(is_mood, texts), "")
        if word in ("best", "better"):
            plain = "" if behind in ("", FILM, "of", "for", "to") else behind
        else:
            plain = _compared(word, before)
        if plain:
            return plain
    return ""


def _compared(word: str, before: str) -> str:
    """The plain word of "darkest", or of a "darker" behind "is"."""
    if word.endswith("est"):
        return _plain(word[:-3])
    return _plain(word[:-2]) if word.endswith("er") and before in words_of("looks") else ""


def _plain(stem: str) -> str:
    """The word whose forms begin with what is left of a comparative: "sadd", "funni", "strang"."""
    forms = [stem, stem[:-1], f"{stem[:-1]}y", f"{stem}e"]
    if stem[-1:] == "i":
        forms = [f"{stem[:-1]}y"]
    elif stem[-1:] != stem[-2:-1]:
        forms = [stem, f"{stem}e"]
    known = (form for form in forms if is_mood(form))
    return next(known, "") or next((form for form in forms if form in dictionary()), "")


def is_mood(word: str) -> bool:
    """Whether a word asks how a film is."""
    return bool(mood_in([word]))


def mood_in(texts: Sequence[str]) -> str:
    """The mood that some of these words ask for; "" for none."""
    for size in (3, 2, 1):
        for at in range(len(texts) - size + 1):
            if mood := _moods().get("_".join(texts[at : at + size])):
                return mood
    return ""


@cache
def _moods() -> dict[str, str]:
    """Mood by the words that ask for it, joined by "_"."""
    moods = table("questions")["moods"]
    return {word: name for name, mood in moods.items() for word in mood["words"].split()}


def is_measure(word: str) -> bool:
    """Whether a number of a film tells it: "long", "new"."""
    measures = table("questions")["measures"].values()
    return any(word in words.split() for ways in measures for words in ways.values())


def age_in(texts: Sequence[str]) -> str:
    """How old somebody is for whom a clause asks, as a number; "" where it does not say."""
    for at, word in enumerate(texts):
        behind = texts[at + 1] if at + 1 < len(texts) else ""
        if word.isdecimal() and behind in words_of("ages"):
            return word
    if not words_of("toddlers").isdisjoint(texts):
        return _TODDLER
    numbers = [word for word in texts if word.isdecimal()]
    about = not words_of("children").isdisjoint(texts)
    return numbers[-1] if numbers and about else ""


def most_of(clause: Clause, shown: tuple[int, ...]) -> FactQuestion | None:
    """A question which of the films on the table is the most so: "which is the saddest?"."""
    texts = [bone.text for bone in clause.bones]
    pointed, detail = clause.films(), superlative(texts) if clause.compares else ""
    if len(shown) < 2 or not detail:
        return None
    others = [token for token in pointed if token not in shown]
    if detail in words_of("alike"):
        return FactQuestion(Topic.MOST, shown, detail="like", than=others[0]) if others else None
    if others or _is_of_a_topic(clause, detail):
        return None
    films = pointed if len(pointed) > 1 else shown
    return FactQuestion(Topic.MOST, films, detail=detail, least="least" in texts)


def _is_of_a_topic(clause: Clause, detail: str) -> bool:
    """Whether a comparison is of something that has a topic of its own."""
    told = {phrase.meaning for phrase in phrases_of_topics().find(clause.words)} - set(WEAK)
    return bool(told) and not (is_mood(detail) or is_measure(detail))
