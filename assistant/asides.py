"""Short verdicts that stand beside a name rather than in a sentence about it.

"Kill Bill 1 yes, Kill Bill 2 no", "everyone loves Titanic but I don't", "not a Titanic fan", "turned Titanic off":
what is said hangs on where the name stands, so no phrase of the lexicon can tell it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from assistant.lexicon import table
from assistant.phrases import spelled_out
from assistant.tastes import Cue, Force, ends_clause, words_of
from assistant.words import Word, normal

_FANS: Final = frozenset("fan fans lover lovers person guy girl gal buff nut fanatic hater haters".split())
_ALIKE: Final = frozenset(
    "vibe vibes type types style esque ish like likes energy territory adjacent levels kinda".split()
)
_ALIKE_MORE: Final = frozenset("kind sort sorta kinds".split())
_STUFF: Final = frozenset(
    "of stuff thing things movie movies film films flick flicks story stories vibe vibes comedy comedies thriller "
    "thrillers horror drama dramas mood feel humor humour action please but with for and or pls tonight without".split()
)
_OFF: Final = frozenset("turned turn switched shut".split())
_CONTRARY: Final = frozenset("but except not though".split())
_NOT_I: Final = frozenset(
    phrase.strip()
    for phrase in (
        "i dont, i didnt, i do not, i did not, not me, me, for me, not for me, im not, i wasnt, i cant, not anymore, "
        "not any more, no longer, i disagree, i dont agree, i dont see it, i dont get it, i didnt get it"
    ).split(",")
)
_I_DO: Final = frozenset(("i did", "i do", "i really did"))
_ADVERBS: Final = frozenset("just really still personally honestly sadly totally myself simply truly".split())
CONTRARY: Final = "on the contrary: "
"""Begins the rule of what takes back: it counts against whatever was said before."""
_WASNT: Final = frozenset("isnt wasnt arent werent didnt doesnt aint".split())
_WATCH: Final = frozenset("watch see rewatch rewatching watching".split())


@cache
def _short() -> Mapping[str, float]:
    listed = [*table("cues")["beside"].items(), *table("idioms")["beside"].items()]
    return {normal(phrase): strength for pattern, strength in listed for phrase in spelled_out(pattern)}


def asides(text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> Iterator[Cue]:
    """The verdicts beside names, in no particular order; `names` are ranges of words, in order."""
    for first, last in names:
        if last < len(words) and (found := _behind(text, words, first, last)) is not None:
            length, strength, phrase = found
            yield Cue(last, last + length, Force.VERDICT, strength, phrase, backward=True)
        if last < len(words) and (length := _alike(text, words, last)):
            against = any(word.text in words_of("negators") for word in words[max(first - 3, 0) : first])
            strength, phrase = (-0.5 if against else 0.6), f"… {words[last].text}"
            yield Cue(last, last + length, Force.SIMILAR, strength, phrase, backward=True)
    yield from _contradictions(text, words, {last for _, last in names})


def _behind(text: str, words: Sequence[Word], first: int, last: int) -> tuple[int, float, str] | None:
    """(words, strength, rule) of the verdict right behind a name."""
    after = words[last].text
    before = words[first - 1].text if first else ""
    against = any(word.text in words_of("negators") for word in words[max(first - 4, 0) : first])
    if after in _FANS and text[words[last - 1].end : words[last].start] == " ":
        hates = against != after.startswith("hater")
        return 1, -0.6 if hates else 0.8, f"{'not ' if against else ''}… {after}"
    if after in _WASNT and _closes(text, words, last + 1):
        return 1, -0.5, after
    if (
        after == "again"
        and before in _WATCH
        and not any(word.text == "wait" for word in words[max(first - 4, 0) : first])
    ):
        return 1, -0.5 if against else 0.5, f"{'not ' if against else ''}{before} … again"
    if after == "off" and before in _OFF:
        return 1, -0.6, f"{before} … off"
    for length in (3, 2, 1) if _opens(text, words, first) else ():
        phrase = " ".join([word.text for word in words[last : last + length]])
        if last + length <= len(words) and phrase in _short() and _closes(text, words, last + length):
            return length, _short()[phrase], phrase
    return None


def _alike(text: str, words: Sequence[Word], last: int) -> int:
    """How many words behind a name make a pattern of it: "Ocean's Eleven type stuff", "Blade Runner vibes"."""
    after = words[last].text
    joint = text[words[last - 1].end : words[last].start]
    if joint == "-" and after in ("like", "ish", "esque", "type", "style", "y"):
        return 1
    if joint != " " or after not in _ALIKE | _ALIKE_MORE:
        return 0
    following = words[last + 1].text if last + 1 < len(words) else ""
    closes = not following or ends_clause(text, words, last, last + 1)
    if after in ("like", "likes", "kinda") or after in _ALIKE_MORE:
        return 2 if following in ("stuff", "things", "movies", "films", "thing", "of") and not closes else 0
    return 1 if closes or following in _STUFF else 0


def _contradictions(text: str, words: Sequence[Word], ends: Container[int]) -> Iterator[Cue]:
    """What takes back at the end of a clause: "… but I don't", "… except me"; or as a sentence: "I didn't."."""
    for place, word in enumerate(words):
        contrary = word.text in _CONTRARY or word.text == "and"
        alone = place > 0 and word.text == "i" and (place in ends or ends_clause(text, words, place - 1, place))
        if not (contrary or alone):
            continue
        first = place + contrary
        said = [word for word in words[first : first + 6] if word.text not in _ADVERBS]
        for length in (3, 2, 1):
            phrase = " ".join([word.text for word in said[:length]])
            yes = word.text in ("but", "and") and phrase in _I_DO
            no = word.text != "and" and phrase in _NOT_I and (word.text != "not" or phrase == "me")
            last = (
                next((n + 1 for n in range(first, len(words)) if words[n] is said[length - 1]), 0)
                if said[length - 1 :]
                else 0
            )
            if (yes or no) and last and _closes(text, words, last):
                yield Cue(place, last, Force.VERDICT, 0.6 if yes else -0.6, f"{CONTRARY}{phrase}", backward=True)
                break


def _opens(text: str, words: Sequence[Word], first: int) -> bool:
    """Whether a name begins its clause: what stands behind it can only be about it."""
    while first and words[first - 1].text in ("and", "but", "the", "so"):
        first -= 1
    return first == 0 or any(mark in ".?!;\n…," for mark in text[words[first - 1].end : words[first].start])


def _closes(text: str, words: Sequence[Word], last: int) -> bool:
    """Whether a clause, or the text, ends before the word at `last`."""
    return last >= len(words) or ends_clause(text, words, last - 1, last)
