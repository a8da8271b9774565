"""Whose taste a cue tells: the speaker's, somebody's near to them, a child's, or everyone's.

"My sister is obsessed with …", "Sarah hates …" say nothing of the speaker's own taste, unless they
look for a film together.

Short verdicts beside a name, rather than in a sentence about it:
"Kill Bill 1 yes, Kill Bill 2 no", "everyone loves Titanic but I don't", "not a Titanic fan",
"turned Titanic off": what is said hangs on where the name stands, so no phrase of the lexicon can
tell it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise, takewhile
from typing import Final

from assistant.language.lexicon import table, word_class
from assistant.language.meaning.tastes import (
    NEGATORS,
    Cue,
    Force,
    Teller,
    closes_clause,
    cue_book,
    ends_clause,
)
from assistant.language.words import (
    Word,
    any_of,
    back_over,
    normal,
    spelled_out,
    taken_by,
    text_at,
    texts_of,
)

_FANS: Final = word_class("fans")
_ALIKE: Final = word_class("alike")
_ALIKE_OF: Final = word_class("alike_of")
_ALIKE_NOUNS: Final = word_class("alike_nouns")
_ALIKE_SUFFIXES: Final = frozenset("like ish esque type style y".split())
_PATTERN_NOUNS: Final = word_class("pattern_nouns")
_HELL, _PRAISES = "hell torture nightmare punishment".split(), "recommend praise stress".split()
_FEW: Final = word_class("few")
_STANDS: Final = word_class("stands")
_BEFORE_STANDS: Final = word_class("before_stands")
_NOT_ENOUGH: Final = word_class("not_enough")
_SEES: Final = word_class("sees")
_COUNTS: Final = word_class("counts")
_OVER_AND_OVER: Final = tuple(word_class("over_and_over"))
_HUMS: Final = word_class("hums")
_OFF: Final = frozenset("turned turn switched shut".split())
_TURNS: Final = frozenset("but except not though and i".split())
_NOT_I: Final = word_class("not_i")
_I_DO: Final = ("i did", "i do", "i really did")
_ADVERBS: Final = word_class("adverbs")
CONTRARY: Final = "on the contrary: "
"""Begins the rule of what takes back: it counts against whatever was said before."""
_WAS_NOT: Final = word_class("was_not")
_WATCHES: Final = word_class("watches")
_LEADS_TO: Final = frozenset("in of for to with by on about".split())


@cache
def _short() -> Mapping[str, float]:
    listed = [*table("cues")["beside"].items(), *table("idioms")["beside"].items()]
    said = {normal(phrase): value for pattern, value in listed for phrase in spelled_out(pattern)}
    for phrase in cue_book().phrases():  # "no interest in …", and behind a name "no interest"
        cue, (begin, _, end) = cue_book().meaning(phrase), phrase.rpartition(" ")
        if cue.force is Force.FEEL and cue.strength < 0 and end in _LEADS_TO and " " in begin:
            said.setdefault(begin, cue.strength)
    return said


def asides(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> list[Cue]:
    """The verdicts beside names and over lists of them, in no particular order; `names` are ranges
    of words, in order.
    """
    headings = list(_headings(text, words, names))
    found = [*headings, *_marks(text, words, names)]
    inside = {place for first, last in names for place in range(first, last)}
    over = taken_by([(one.first, one.last) for one in headings], len(words))
    for aside in chain(
        _beside(text, words, names),
        _excesses(text, words, inside),
        _contradictions(text, words, {last for _, last in names}),
    ):
        found += [] if 1 in over[aside.first : aside.last] else [aside]
    return found


def _beside(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> Iterator[Cue]:
    """The short verdicts behind names."""
    for first, last in names:
        if last < len(words):
            for find in (_behind, _pattern, _only_one):
                if (aside := find(text, words, first, last)) is not None:
                    yield aside


HEADING: Final = "over the list: "
"""Begins the rule of a heading: it speaks of all that is listed below it."""
_HEADINGS: Final = dict.fromkeys(word_class("likes_headings"), 0.8) | dict.fromkeys(
    word_class("dislikes_headings"), -0.9
)
MARKS: Final[Mapping[str, float]] = table("cues")["marks"]
"""How much is liked what such an emoji stands beside."""
_MARK: Final = re.compile("|".join(MARKS))
_OPENED: Final = re.compile(rf"\s*(?:{'|'.join(MARKS)})")
_STARS: Final = re.compile(r"[★⭐]")
_OF_STARS: Final = {1: -0.8, 2: -0.6, 3: 0.2}
"""How a film is liked that has so many stars of five; more are 0.8."""
_SIGNED: Final = re.compile(r"(?<![^\s,;])([+−–-])\s*\Z")
_BESIDE: Final = 4
"""Characters before a name in which its sign stands."""
_SIGNS: Final = {"+": 0.8}


def _headings(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> Iterator[Cue]:
    """What stands before a colon over a list: "Likes: …", "bottom 3: …"."""
    inside = {place for first, last in names for place in range(first, last)}
    for last in range(1, len(words)):
        if last - 1 in inside or not text.startswith(":", words[last - 1].end):
            continue
        end = last - words[last - 1].text.isdecimal()
        for first in range(max(end - 4, 0), end):
            strength = _HEADINGS.get(" ".join(texts_of(words, first, end)))
            if strength is not None:
                yield Cue(first, last, Force.FEEL, strength, f"{HEADING}{words[first].text}")
                break


def _marks(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> Iterator[Cue]:
    """Emoji, stars and signs beside names: "Heat 👍", "👎 Cats", "Heat ★★★", "+ Heat"."""
    signed = _signed(text, words, names)
    for number, (first, last) in enumerate(names):
        begin = words[names[number - 1][1] - 1].end if number else 0
        end = words[names[number + 1][0]].start if number + 1 < len(names) else len(text)
        before, after = text[begin : words[first].start], text[words[last - 1].end : end]
        own_line, rest_of_line = before.rpartition("\n")[2], after.partition("\n")[0]
        if strength := signed.get(first, 0.0):
            yield Cue(first, first, Force.FEEL, strength, "signed")
        elif strength := _marked(own_line) if _leads_a_line(text, words[first].start) else 0.0:
            yield Cue(first, first, Force.FEEL, strength, "marked")
        elif strength := _marked(rest_of_line):
            yield _verdict(last, last, strength, "marked")


def _leads_a_line(text: str, start: int) -> bool:
    """Whether marks stand before the names in the line of a character: "👍 Heat 👎 Cats"."""
    return _OPENED.match(text, text.rfind("\n", 0, start) + 1) is not None


def _marked(between: str) -> float:
    """How a film is liked with such marks beside it; 0 where there are none."""
    mark = _MARK.search(between)
    if mark is not None:
        return MARKS[mark[0]]
    stars = len(_STARS.findall(between))
    return _OF_STARS.get(stars, 0.8) if stars else 0.0


def _signed(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> dict[int, float]:
    """The names with a plus or minus before them; a minus alone only marks an item."""
    if "+" not in text:
        return {}
    starts = ((first, words[first].start) for first, _ in names)
    found = (
        (first, _SIGNED.search(text, max(start - _BESIDE, 0), start)) for first, start in starts
    )
    signs = {first: match[1] for first, match in found if match}
    if "+" not in signs.values():
        return {}
    return {first: _SIGNS.get(sign, -0.8) for first, sign in signs.items()}


def _verdict(first: int, last: int, strength: float, rule: str) -> Cue:
    """The verdict of the words [first, last) on what stands before them."""
    return Cue(first, last, Force.VERDICT, strength, rule, backward=True)


def _behind(text: str, words: Sequence[Word], first: int, last: int) -> Cue | None:
    """The verdict right behind a name."""
    against = any_of(NEGATORS, words, first - 4, first) or any_of(_HELL, words, first - 5, first)
    return (
        _fandom(text, words, last, against=against)
        or _was_not(text, words, last)
        or _refused(text, words, last)
        or _watching(words, first, last, against=against)
        or _often(words, first, last)
        or _set_beside(text, words, first, last)
    )


def _fandom(text: str, words: Sequence[Word], last: int, *, against: bool) -> Cue | None:
    """What somebody is to a film: "a Titanic fan"; `against` where it is negated."""
    fan = words[last].text
    if fan not in _FANS or text[words[last - 1].end : words[last].start] != " ":
        return None
    hates = against != fan.startswith("hater")
    return _verdict(last, last + 1, -0.6 if hates else 0.8, f"{'not ' if against else ''}… {fan}")


def _was_not(text: str, words: Sequence[Word], last: int) -> Cue | None:
    """What a film was not, and nothing else: "Heat wasn't", "Heat wasn't it"."""
    end = last + 1 + (text_at(words, last + 1) == "it")
    if words[last].text not in _WAS_NOT or not closes_clause(text, words, end):
        return None
    return _verdict(last, last + 1, -0.5, words[last].text)


_REFUSALS: Final = word_class("refusals")
_REFUSAL_COLOURS: Final = word_class("refusal_colours")
_ROUNDS_NEVER_OFF: Final = word_class("rounds_never_off")


def _refused(text: str, words: Sequence[Word], last: int) -> Cue | None:
    """What turns the name before it away: "… is a no", "… are off the table", "…-free"."""
    if words[last].text == "free" and text[words[last - 1].end : words[last].start] == "-":
        return Cue(last, last + 1, Force.AVOID, -0.8, "… free", backward=True)
    if words[last].text == "never" and closes_clause(text, words, _past_never(words, last)):
        return Cue(last, last + 1, Force.AVOID, -0.8, "… never", backward=True)
    place = last
    while text_at(words, place) in _REFUSAL_COLOURS:
        place += 1
    for end in range(place + 3, place, -1) if place > last else ():
        if " ".join(texts_of(words, place, end)) in _REFUSALS and closes_clause(
            text, words, end + 2 * (texts_of(words, end, end + 2) in (["for", "me"], ["for", "us"]))
        ):
            return Cue(last, end, Force.AVOID, -0.8, "… is a no", backward=True)
    return None


def _past_never(words: Sequence[Word], place: int) -> int:
    """One past what rounds "never" off at a place: "Jim Carrey never ever again"."""
    rounded = takewhile(lambda word: word.text in _ROUNDS_NEVER_OFF, words[place + 1 :])
    return place + 1 + len(list(rounded))


def _watching(words: Sequence[Word], first: int, last: int, *, against: bool) -> Cue | None:
    """What becomes of the watching: "would watch … again", "turned … off", "couldn't wait for … to
    end".
    """
    before, after = text_at(words, first - 1), words[last].text
    waits = any_of(("wait",), words, first - 4, first)
    if after == "again" and before in _WATCHES and not waits:
        rule = f"{'not ' if against else ''}{before} … again"
        return _verdict(last, last + 1, -0.5 if against else 0.5, rule)
    if after == "off" and before in _OFF:
        return _verdict(last, last + 1, -0.6, f"{before} … off")
    if waits and _ends_at_last(words, last):
        return _verdict(last, last + 2, -0.8, "wait for … to end")
    return None


def _ends_at_last(words: Sequence[Word], last: int) -> bool:
    """Whether somebody waits for the end: "couldn't wait for Cats to be over"."""
    behind = texts_of(words, last, last + 3)
    return behind[:2] in (["to", "end"], ["to", "finish"]) or behind == ["to", "be", "over"]


def _set_beside(text: str, words: Sequence[Word], first: int, last: int) -> Cue | None:
    """A phrase that closes the clause of a name: "… yes", "can't recommend … enough"."""
    after = words[last].text
    if after == "enough" and any_of(_PRAISES, words, first - 4, first):
        return _verdict(last, last + 1, 0.9, "can't praise … enough")
    if after == "back" and any_of(("hours", "time"), words, first - 3, first):
        return _verdict(last, last + 1, -0.8, "hours of … back")
    if not _opens(text, words, first):
        return None
    begin = last + (after in _HUMS)
    for end in range(min(begin + 4, len(words)), begin, -1):
        phrase = " ".join(texts_of(words, begin, end))
        if phrase in _short() and closes_clause(text, words, end):
            return _verdict(last, end, _short()[phrase], phrase)
    return None


def _often(words: Sequence[Word], first: int, last: int) -> Cue | None:
    """Having seen a film again and again: "watch … every Christmas", "seen … five times"."""
    if not any_of(_SEES, words, first - 3, first):
        return None
    behind = texts_of(words, last, last + 6)
    if behind[0] == "every" and text_at(words, last + 1) not in ("", "now", "so", "other"):
        return _verdict(last, last + 2, 0.7, "… every")
    if " ".join(behind).startswith(_OVER_AND_OVER):
        return _verdict(last, last + 2, 0.7, "… again and again")
    times = _times(behind)
    if times > 1 and text_at(words, last + times) != "than":
        return _verdict(last, last + times, 0.6, "… times")
    return None


def _times(behind: Sequence[str]) -> int:
    """How many of the words count how often a film was seen, "times" among them; 0 for none."""
    for length, word in enumerate(behind, start=1):
        if word in ("time", "times"):
            return length
        if word not in _COUNTS and not (word.isdecimal() and int(word) > 2):
            return 0
    return 0


def _only_one(text: str, words: Sequence[Word], _first: int, last: int) -> Cue | None:
    """What sets a film apart from its kind: "… is the only horror I can stand"."""
    is_one = words[last].text in ("is", "was", "are") and any_of(_FEW, words, last + 1, last + 4)
    for place in range(last + 2, min(last + 9, len(words) - 1)) if is_one else ():
        if ends_clause(text, words, place - 1, place):
            return None
        behind = texts_of(words, place + 1, place + 4)
        verb = next((word for word in behind if word not in _BEFORE_STANDS), "")
        if words[place].text == "i" and verb in _STANDS:
            end = place + 2 + behind.index(verb)
            return _verdict(last, end, 0.7, f"the only … {verb}")
    return None


def _excesses(text: str, words: Sequence[Word], taken: Container[int]) -> Iterator[Cue]:
    """Any "too …" for the speaker's liking and any "not … enough", whatever the word in between."""
    for place in range(len(words) - 1):
        excess: Cue | None = None
        if place + 1 in taken:
            continue
        if words[place].text in _NOT_ENOUGH:
            excess = _not_enough(text, words, place)
        elif words[place].text == "too" and place:
            excess = _too_much(words, place)
        if excess is not None:
            yield excess


def _too_much(words: Sequence[Word], place: int) -> Cue | None:
    """What is too much for the speaker: "too … for me"."""
    if words[place + 1].text in ("many", "bad"):
        return None
    for last in (place + 2, place + 3):
        for_whom = " ".join(texts_of(words, last, last + 2))
        if for_whom.startswith(("for me", "for my", "for us", "for our")):
            return _verdict(place, last + 2, -0.5, "too … for me")
    return None


def _not_enough(text: str, words: Sequence[Word], place: int) -> Cue | None:
    """What is too little, at the end of a clause: "not … enough"."""
    for last in (place + 2, place + 3):
        if text_at(words, last) == "enough" and closes_clause(text, words, last + 1):
            return _verdict(place, last + 1, -0.5, "not … enough")
    return None


def _pattern(text: str, words: Sequence[Word], first: int, last: int) -> Cue | None:
    """What makes a pattern of a name: "Ocean's Eleven type stuff", "no Blade Runner vibes"."""
    length = _alike(text, words, last)
    if not length:
        return None
    strength = -0.5 if any_of(NEGATORS, words, first - 3, first) else 0.6
    rule = f"… {words[last].text}"
    return Cue(last, last + length, Force.SIMILAR, strength, rule, backward=True)


def _alike(text: str, words: Sequence[Word], last: int) -> int:
    """How many words behind a name make a pattern of it; 0 for none."""
    after, following = words[last].text, text_at(words, last + 1)
    joint = text[words[last - 1].end : words[last].start]
    if joint == "-" and after in _ALIKE_SUFFIXES:
        return 1
    if joint != " ":
        return 0
    closes = closes_clause(text, words, last + 1)
    if after in _ALIKE:
        return int(closes or following in _PATTERN_NOUNS)
    goes_on = after in _ALIKE_OF and following in _ALIKE_NOUNS
    return 2 if goes_on and not closes else 0


def _contradictions(text: str, words: Sequence[Word], ends: Container[int]) -> Iterator[Cue]:
    """What takes back at the end of a clause: "… but I don't", "… except me"; or as a sentence: "I
    didn't.".
    """
    for place, word in enumerate(words):
        if word.text not in _TURNS:
            continue
        opens = place > 0 and (place in ends or ends_clause(text, words, place - 1, place))
        if word.text != "i" or opens:
            contradiction = _contradiction(text, words, place)
            if contradiction is not None:
                yield contradiction


def _contradiction(text: str, words: Sequence[Word], place: int) -> Cue | None:
    """What the words from "but", "except" or "I" at `place` on take back."""
    turn = words[place].text
    first = place + (turn != "i")
    plain = [
        at for at in range(first, min(first + 6, len(words))) if words[at].text not in _ADVERBS
    ]
    for length in range(min(3, len(plain)), 0, -1):
        phrase = " ".join([words[at].text for at in plain[:length]])
        strength = _contrary(turn, phrase)
        last = plain[length - 1] + 1
        if strength and closes_clause(text, words, last):
            return _verdict(place, last, strength, f"{CONTRARY}{phrase}")
    return None


def _contrary(turn: str, phrase: str) -> float:
    """How the speaker feels who says a phrase behind "but" or the like; 0 where it is none."""
    if turn in ("but", "and") and phrase in _I_DO:
        return 0.6
    takes_back = turn != "and" and phrase in _NOT_I
    return -0.6 if takes_back and (turn != "not" or phrase == "me") else 0.0


def _opens(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a name begins its clause: what stands behind it can only be about it."""
    first = back_over(("and", "but", "the", "so"), words, first)
    return first == 0 or any(
        mark in ".?!;\n…," for mark in text[words[first - 1].end : words[first].start]
    )


_EVERYONE: Final = word_class("everyone")
_OLD: Final = frozenset(("old", "olds", "yo"))
_YEARS: Final = frozenset(("year", "years", "yr", "yo", "old"))
_KIDS: Final = word_class("kids")
_KIN: Final = dict.fromkeys(word_class("near"), Teller.NEAR) | dict.fromkeys(_KIDS, Teller.KIDS)
_NEAR_PRONOUNS: Final = word_class("near_pronouns")
_THIRD_PERSON: Final = word_class("third_person")
_OWNERS: Final = word_class("owners")
_THEY_FELT: Final = word_class("they_felt")
_BEFORE_TASTE: Final = word_class("before_taste")


def teller(text: str, words: Sequence[Word], first: int) -> Teller:
    """Who stands before the cue that begins at `first`, behind words that may stand between."""
    place = _before_taste(text, words, first)
    if place < 0:
        return _by_verb(words, first, "")
    word, before = words[place].text, texts_of(words, place - 3, place)
    if ends_clause(text, words, place, place + 1):
        apposed = words[first].text in _THIRD_PERSON and word in _KIN  # "my mum, loves …"
        if not apposed:
            return _by_verb(words, first, "")
    elif word in ("i", "we", "me") or _with_me([*before, word]) or _of_company(before):
        return Teller.SPEAKER
    return _named(words, place) or _by_verb(words, first, word)


def _before_taste(text: str, words: Sequence[Word], first: int) -> int:
    """The place before the words that may stand between somebody and what they feel; −1 for
    none.
    """
    place = first - 1
    while text_at(words, place) in _BEFORE_TASTE and not ends_clause(text, words, place, place + 1):
        place -= 1
    return place


def _named(words: Sequence[Word], place: int) -> Teller | None:
    """Who the word at `place` is, with the words before it; None where it is nobody."""
    word = words[place].text
    if word in _EVERYONE:
        return Teller.EVERYONE
    if word in _OLD and any_of(_YEARS, words, place - 2, place + 1):
        return Teller.KIDS  # "my 6 year old loves …"
    who = kin(word)
    if who is None and text_at(words, place - 2) in _OWNERS:  # "my friend Tom"
        who = kin(words[place - 1].text)
    if who is not None:
        return who
    if word in ("she", "he", "they") and any_of(_KIDS, words, 0, place):
        return Teller.KIDS  # "for my daughter, she loves …"
    they_feel = word == "they" and words[place + 1].text in _THEY_FELT
    return Teller.NEAR if they_feel or word in _NEAR_PRONOUNS else None


def kin(word: str) -> Teller | None:
    """Who a word for kin or friends, or its plural or possessive, speaks of."""
    return _KIN.get(word) or _KIN.get(word.removesuffix("s"))


def _by_verb(words: Sequence[Word], first: int, before: str) -> Teller:
    """Who feels so where nobody is named: the verb alone may say that it is not the speaker."""
    of_another = words[first].text in _THIRD_PERSON and before not in ("who", "that")
    return Teller.NEAR if of_another else Teller.SPEAKER


def _with_me(near: Sequence[str]) -> bool:
    """Whether the speaker is named, too: "me and my wife loved", "neither my wife nor I"."""
    return any(one in ("i", "me") and other in ("and", "nor") for one, other in pairwise(near))


def _of_company(before: Sequence[str]) -> bool:
    """Whether somebody was only there: "watched it with my wife, loved it"."""
    return any(word in ("with", "for", "than", "unlike") for word in before[-2:])
