"""Whose taste a cue tells: the speaker's, somebody's near to them, a child's, or everyone's.

"My sister is obsessed with …", "her favourite is …", "Sarah hates …" say nothing of the speaker's own taste, unless
they look for a film together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from assistant.tastes import Teller, ends_clause
from assistant.words import Word

_EVERYONE: Final = frozenset("everyone everybody people critics reviewers viewers audiences most folks others".split())
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
    while place >= 0 and words[place].text in _BETWEEN and not ends_clause(text, words, place, place + 1):
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
    return Teller.NEAR if words[first].text in _THIRD and before not in ("who", "that") else Teller.SPEAKER


def _with_me(near: Sequence[str]) -> bool:
    """Whether the speaker is named, too: "me and my wife loved", "neither my wife nor I"."""
    return any(one in ("i", "me") and other in ("and", "nor") for one, other in pairwise(near))


def _of_company(before: Sequence[str]) -> bool:
    """Whether somebody was only there: "watched it with my wife, loved it"."""
    return any(word in ("with", "for", "than", "unlike") for word in before[-2:])


def together(lower: str) -> bool:
    """Whether the speaker looks for a film with somebody: `lower` is the line in lower case."""
    return _TOGETHER.search(lower) is not None
