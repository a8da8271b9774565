"""Whose taste a cue tells: the speaker's, somebody's near to them, a child's, or everyone's.

"My sister is obsessed with …", "her favourite is …", "Sarah hates …" say nothing of the speaker's
own taste, unless they look for a film together.

Short verdicts that stand beside a name rather than in a sentence about it.

"Kill Bill 1 yes, Kill Bill 2 no", "everyone loves Titanic but I don't", "not a Titanic fan",
"turned Titanic off": what is said hangs on where the name stands, so no phrase of the lexicon can
tell it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from assistant.language.lexicon import table
from assistant.language.meaning.tastes import Cue, Force, Teller, ends_clause, words_of
from assistant.language.words import Word, normal, spelled_out

_FANS: Final = frozenset(
    "fan fans lover lovers person guy girl gal buff nut fanatic hater haters".split()
)
_ALIKE: Final = frozenset(
    "vibe vibes type types style esque ish like likes energy territory adjacent levels kinda".split()
)
_ALIKE_MORE: Final = frozenset("kind sort sorta kinds".split())
_STUFF: Final = frozenset(
    "of stuff thing things movie movies film films flick flicks story stories vibe vibes comedy comedies thriller "
    "thrillers horror drama dramas mood feel humor humour action please but with for and or pls tonight without".split()
)
_HELL: Final = frozenset("hell torture nightmare punishment".split())
_PRAISES: Final = frozenset("recommend praise stress oversell".split())
_FEW: Final = frozenset("only 1 few rare single first".split())
_STANDS: Final = frozenset(
    "stand like liked love loved enjoy enjoyed tolerate watch bear rewatch".split()
)
_VERBS_OPEN: Final = frozenset(
    "can could actually really ever truly have kinda genuinely always would will do did".split()
)
_NOT_ENOUGH: Final = frozenset("not isnt wasnt arent werent never hardly".split())
_SEES: Final = frozenset("watch watched watching see seen saw rewatch rewatched".split())
_COUNTS: Final = frozenset(
    "about like at least over nearly maybe easily around probably a an so many several countless hundred hundreds "
    "thousand million dozen dozens of and the for almost literally far too".split()
)
_OVER_AND_OVER: Final = (
    "any day",
    "any time",
    "anytime",
    "on repeat",
    "over and over",
    "again and again",
    "religiously",
    "all the time",
)
_HUMS: Final = frozenset("hmm hm um uhm er eh oh well mm mmm uh".split())
_OFF: Final = frozenset("turned turn switched shut".split())
_CONTRARY: Final = frozenset("but except not though".split())
_TURNS: Final = _CONTRARY | {"and", "i"}
_NOT_I: Final = frozenset(
    phrase.strip()
    for phrase in (
        "i dont, i didnt, i do not, i did not, not me, me, for me, not for me, im not, i wasnt, i cant, not anymore, "
        "not any more, no longer, it wasnt, it was not, "
        "it isnt, it didnt, it did not, they werent, i disagree, i dont agree, "
        "i dont see it, i dont get it, i didnt get it"
    ).split(",")
)
_I_DO: Final = frozenset(("i did", "i do", "i really did"))
_ADVERBS: Final = frozenset(
    "just really still personally honestly sadly totally myself simply truly".split()
)
CONTRARY: Final = "on the contrary: "
"""Begins the rule of what takes back: it counts against whatever was said before."""
_WASNT: Final = frozenset("isnt wasnt arent werent didnt doesnt aint".split())
_WATCH: Final = frozenset("watch see rewatch rewatching watching".split())


@cache
def _short() -> Mapping[str, float]:
    listed = [*table("cues")["beside"].items(), *table("idioms")["beside"].items()]
    return {
        normal(phrase): strength for pattern, strength in listed for phrase in spelled_out(pattern)
    }


def asides(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> Iterator[Cue]:
    """The verdicts beside names, in no particular order; `names` are ranges of words, in order."""
    for first, last in names:
        if last < len(words) and (found := _behind(text, words, first, last)) is not None:
            length, strength, phrase = found
            yield Cue(last, last + length, Force.VERDICT, strength, phrase, backward=True)
        if last < len(words) and (length := _alike(text, words, last)):
            against = any(
                word.text in words_of("negators") for word in words[max(first - 3, 0) : first]
            )
            strength, phrase = (-0.5 if against else 0.6), f"… {words[last].text}"
            yield Cue(last, last + length, Force.SIMILAR, strength, phrase, backward=True)
        if exception := _only_one(text, words, last):
            yield exception
    yield from _excesses(
        text, words, {place for first, last in names for place in range(first, last)}
    )
    yield from _contradictions(text, words, {last for _, last in names})


def _behind(
    text: str, words: Sequence[Word], first: int, last: int
) -> tuple[int, float, str] | None:
    """(words, strength, rule) of the verdict right behind a name."""
    after = words[last].text
    before = words[first - 1].text if first else ""
    against = any(word.text in words_of("negators") for word in words[max(first - 4, 0) : first])
    against = against or any(word.text in _HELL for word in words[max(first - 5, 0) : first])
    if after in _FANS and text[words[last - 1].end : words[last].start] == " ":
        hates = against != after.startswith("hater")
        return 1, -0.6 if hates else 0.8, f"{'not ' if against else ''}… {after}"
    if after in _WASNT and _closes(text, words, last + 1 + _says_it(words, last + 1)):
        return 1, -0.5, after
    if (
        after == "again"
        and before in _WATCH
        and not any(word.text == "wait" for word in words[max(first - 4, 0) : first])
    ):
        return 1, -0.5 if against else 0.5, f"{'not ' if against else ''}{before} … again"
    if after == "off" and before in _OFF:
        return 1, -0.6, f"{before} … off"
    if any(word.text == "wait" for word in words[max(first - 4, 0) : first]) and _ends_at_last(
        words, last
    ):
        return 2, -0.8, "wait for … to end"
    return _often(words, first, last) or _set_beside(text, words, first, last)


def _ends_at_last(words: Sequence[Word], last: int) -> bool:
    """Whether somebody waits for the end: "couldn't wait for Cats to be over"."""
    said = [word.text for word in words[last : last + 3]]
    return said[:2] == ["to", "end"] or said[:2] == ["to", "finish"] or said == ["to", "be", "over"]


def _says_it(words: Sequence[Word], place: int) -> bool:
    return place < len(words) and words[place].text == "it"


def _set_beside(
    text: str, words: Sequence[Word], first: int, last: int
) -> tuple[int, float, str] | None:
    """(words, strength, rule) of a phrase that closes the clause of a name: "… yes", "can't
    recommend … enough".
    """
    if words[last].text == "enough" and _PRAISES & {
        word.text for word in words[max(first - 4, 0) : first]
    }:
        return 1, 0.9, "can't praise … enough"
    if words[last].text == "back" and any(
        word.text in ("hours", "time") for word in words[max(first - 3, 0) : first]
    ):
        return 1, -0.8, "hours of … back"
    hums = int(words[last].text in _HUMS)
    for length in (4, 3, 2, 1) if _opens(text, words, first) else ():
        end = last + hums + length
        phrase = " ".join([word.text for word in words[last + hums : end]])
        if end <= len(words) and phrase in _short() and _closes(text, words, end):
            return hums + length, _short()[phrase], phrase
    return None


def _often(words: Sequence[Word], first: int, last: int) -> tuple[int, float, str] | None:
    """(words, strength, rule) of having seen a film again and again: "watch … every Christmas",
    "seen … five times".
    """
    if not any(word.text in _SEES for word in words[max(first - 3, 0) : first]):
        return None
    said = [word.text for word in words[last : last + 6]]
    if said[:1] == ["every"] and said[1:2] and said[1] not in ("now", "so", "other"):
        return 2, 0.7, "… every"
    if " ".join(said).startswith(_OVER_AND_OVER):
        return 2, 0.7, "… again and again"
    for length, word in enumerate(said, start=1):
        if word in ("time", "times"):
            told = length > 1 and (
                last + length >= len(words) or words[last + length].text != "than"
            )
            return (length, 0.6, "… times") if told else None
        if word not in _COUNTS and not (word.isdecimal() and int(word) > 2):
            return None
    return None


def _only_one(text: str, words: Sequence[Word], last: int) -> Cue | None:
    """What sets a film apart from its kind: "… is the only horror I can stand"."""
    said = [word.text for word in words[last : last + 12]]
    if said[:1] not in (["is"], ["was"], ["are"]) or not _FEW & set(said[1:4]):
        return None
    for place in range(last + 2, min(last + 9, len(words) - 1)):
        if ends_clause(text, words, place - 1, place):
            return None
        verb = next(
            (word.text for word in words[place + 1 : place + 4] if word.text not in _VERBS_OPEN), ""
        )
        if words[place].text == "i" and verb in _STANDS:
            end = place + 1 + [word.text for word in words[place + 1 : place + 4]].index(verb) + 1
            return Cue(last, end, Force.VERDICT, 0.7, f"the only … {verb}", backward=True)
    return None


def _excesses(text: str, words: Sequence[Word], taken: Container[int]) -> Iterator[Cue]:
    """Any "too …" for the speaker's liking and any "not … enough", whatever the word in between."""
    for place, word in enumerate(words[:-1]):
        if (
            word.text == "too"
            and place
            and place + 1 not in taken
            and words[place + 1].text not in ("many", "bad")
        ):
            for last in (place + 2, place + 3):
                rest = " ".join([after.text for after in words[last : last + 3]])
                if rest.startswith(("for me", "for my", "for us", "for our")):
                    yield Cue(place, last + 2, Force.VERDICT, -0.5, "too … for me", backward=True)
                    break
        elif word.text in _NOT_ENOUGH and place + 1 not in taken:
            for last in (place + 2, place + 3):
                if (
                    last < len(words)
                    and words[last].text == "enough"
                    and _closes(text, words, last + 1)
                ):
                    yield Cue(place, last + 1, Force.VERDICT, -0.5, "not … enough", backward=True)
                    break


def _alike(text: str, words: Sequence[Word], last: int) -> int:
    """How many words behind a name make a pattern of it: "Ocean's Eleven type stuff", "Blade Runner
    vibes".
    """
    after = words[last].text
    joint = text[words[last - 1].end : words[last].start]
    if joint == "-" and after in ("like", "ish", "esque", "type", "style", "y"):
        return 1
    if joint != " " or after not in _ALIKE | _ALIKE_MORE:
        return 0
    following = words[last + 1].text if last + 1 < len(words) else ""
    closes = not following or ends_clause(text, words, last, last + 1)
    if after in ("like", "likes", "kinda") or after in _ALIKE_MORE:
        return (
            2
            if following in ("stuff", "things", "movies", "films", "thing", "of") and not closes
            else 0
        )
    return 1 if closes or following in _STUFF else 0


def _contradictions(text: str, words: Sequence[Word], ends: Container[int]) -> Iterator[Cue]:
    """What takes back at the end of a clause: "… but I don't", "… except me"; or as a sentence: "I
    didn't.".
    """
    for place, word in enumerate(words):
        if word.text not in _TURNS:
            continue
        contrary = word.text != "i"
        alone = (
            place > 0
            and word.text == "i"
            and (place in ends or ends_clause(text, words, place - 1, place))
        )
        if not (contrary or alone):
            continue
        first = place + contrary
        said = [word for word in words[first : first + 6] if word.text not in _ADVERBS]
        for length in (3, 2, 1):
            phrase = " ".join([word.text for word in said[:length]])
            yes = word.text in ("but", "and") and phrase in _I_DO
            no = word.text != "and" and phrase in _NOT_I and (word.text != "not" or phrase == "me")
            if not (yes or no) or len(said) < length:
                continue
            last = next(n + 1 for n in range(first, len(words)) if words[n] is said[length - 1])
            if _closes(text, words, last):
                yield Cue(
                    place,
                    last,
                    Force.VERDICT,
                    0.6 if yes else -0.6,
                    f"{CONTRARY}{phrase}",
                    backward=True,
                )
                break


def _opens(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a name begins its clause: what stands behind it can only be about it."""
    while first and words[first - 1].text in ("and", "but", "the", "so"):
        first -= 1
    return first == 0 or any(
        mark in ".?!;\n…," for mark in text[words[first - 1].end : words[first].start]
    )


def _closes(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a clause, or the text, ends before the word at `last`."""
    return last >= len(words) or ends_clause(text, words, last - 1, last)


_EVERYONE: Final = frozenset(
    "everyone everybody people critics reviewers viewers audiences most folks others".split()
)
_KIDS: Final = frozenset(
    "kids kid son daughter sons daughters children child toddler twins grandkids niece nephew".split()
)
_NEAR: Final = frozenset(
    "wife husband boyfriend girlfriend bf gf mom mum mommy mummy dad daddy brother sister parents friends friend "
    "family partner roommate flatmate cousin uncle aunt grandma grandpa gran mother father boss colleague colleagues "
    "coworker coworkers neighbor neighbour ex fiance fiancee bestie mate mates buddy bro sis hubby missus teacher "
    "nan granny grandmother grandfather siblings spouse crush date laws inlaws in-laws".split()
)
_NEAR_BY_NAME: Final = frozenset("she he hes shes her his their hers".split())
_THIRD: Final = frozenset(
    "loves likes hates adores enjoys despises detests loathes dislikes digs worships cherishes appreciates".split()
)
"""Verbs in the third person: nobody speaks so of themselves."""
_OWNERS: Final = frozenset("my our his her their your best".split())
_PAST: Final = frozenset("love loved like liked enjoyed enjoy adore adored hate hated".split())
_BETWEEN: Final = frozenset(
    "do does did doesnt dont didnt really just all always still absolutely also seem seems to is are was were has have "
    "had been s so totally completely super such a an big huge kinda pretty very quite never not cant keeps kept wont "
    "shut up about thinks at all time actually secretly both goes on keep only ever".split()
)
_TOGETHER: Final = re.compile(
    r"\b(?:we|us|we'?re|we'?ll|together|both of us|coming (?:over|round|around)|visiting|(?:date|movie|family) night"
    r"|with (?:her|him|them|my|the|our)|for (?:her|him|them|us))\b"
)


def teller(text: str, words: Sequence[Word], first: int) -> Teller:
    """Who stands before the cue that begins at `first`, behind words that may stand between."""
    place = first - 1
    while (
        place >= 0
        and words[place].text in _BETWEEN
        and not ends_clause(text, words, place, place + 1)
    ):
        place -= 1
    if place < 0:
        return _by_verb(words, first, "")
    word, before = words[place].text, [one.text for one in words[max(place - 3, 0) : place]]
    if ends_clause(text, words, place, place + 1):
        apposed = words[first].text in _THIRD and word in _NEAR | _KIDS  # "my mum, loves …"
        if not apposed:
            return _by_verb(words, first, "")
    elif word in ("i", "we", "me") or _with_me([*before, word]) or _of_company(before):
        return Teller.SPEAKER
    return _named(words, place, before) or _by_verb(words, first, word)


def _named(words: Sequence[Word], place: int, before: Sequence[str]) -> Teller | None:
    """Who the word at `place` is, with the words before it; None where it is nobody."""
    word = words[place].text
    if word in _EVERYONE:
        return Teller.EVERYONE
    owned = before[-1:] if len(before) > 1 and before[-2] in _OWNERS else []
    for kin in (word, *owned):  # "my friend Tom"
        if kin in _KIDS or kin.removesuffix("s") in _KIDS:
            return Teller.KIDS
        if kin in _NEAR or kin.removesuffix("s") in _NEAR:
            return Teller.NEAR
    if word in ("she", "he", "they") and any(one.text in _KIDS for one in words[:place]):
        return Teller.KIDS  # "for my daughter, she loves …"
    said = word in _NEAR_BY_NAME or (word == "they" and words[place + 1].text in _PAST)
    return Teller.NEAR if said else None


def _by_verb(words: Sequence[Word], first: int, before: str) -> Teller:
    return (
        Teller.NEAR
        if words[first].text in _THIRD and before not in ("who", "that")
        else Teller.SPEAKER
    )


def _with_me(near: Sequence[str]) -> bool:
    """Whether the speaker is named, too: "me and my wife loved", "neither my wife nor I"."""
    return any(one in ("i", "me") and other in ("and", "nor") for one, other in pairwise(near))


def _of_company(before: Sequence[str]) -> bool:
    """Whether somebody was only there: "watched it with my wife, loved it"."""
    return any(word in ("with", "for", "than", "unlike") for word in before[-2:])


def together(lower: str) -> bool:
    """Whether the speaker looks for a film with somebody: `lower` is the line in lower case."""
    return _TOGETHER.search(lower) is not None
