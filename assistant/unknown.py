"""Titles that no film of the catalogue has: said back rather than passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assistant.lexicon import background
from assistant.tastes import Cue, Force
from assistant.utterance import Span, UnknownMention
from assistant.words import Word

_QUOTED: Final = re.compile(
    r"[\"“„«](?P<a>[^\"“”„«»\n]{2,60})[\"”»]|(?<!\w)['‘](?P<b>[A-Z0-9][^'‘’\n]{1,60})['’](?!\w)"
)
_TELLING: Final = frozenset((Force.FEEL, Force.SEEN, Force.SIMILAR, Force.ASKED))
_WATCHED: Final = frozenset(("seen", "saw", "watched", "heard", "love", "loved", "like", "liked"))
_STOPS: Final = frozenset(
    "og original new old and or but because when so since though although if while which who is was too as in on at "
    "for".split()
)
_SMALL: Final = frozenset("the a an of and to in on for with from at by s".split())
_MOST: Final = 6


def unknown_titles(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], cues: Sequence[Cue]
) -> tuple[UnknownMention, ...]:
    """Quoted spans, and capitalised or unheard words right after "loved", "seen", "like", that nothing explains."""
    taken = bytearray(len(words) + 1)
    for first, last in names:
        taken[first:last] = b"\x01" * (last - first)
    found: list[UnknownMention] = []
    for match in _QUOTED.finditer(text):
        group = "a" if match["a"] is not None else "b"
        start, end = match.span(group)
        inside = [place for place, word in enumerate(words) if word.start < end and start < word.end]
        if inside and not any(taken[place] for place in inside) and len(inside) <= 8:
            cue = next((cue for cue in reversed(cues) if cue.last <= inside[0]), None)
            found.append(UnknownMention(Span(start, end), cue.strength if cue else 0.0))
            for place in inside:
                taken[place] = 1
    for cue in cues:
        asked = cue.force is Force.ASKED and not any(word in _WATCHED for word in cue.phrase.split(" "))
        if cue.force in _TELLING and not cue.backward and not asked and (mention := _after(text, words, taken, cue)):
            found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.span))


def _after(text: str, words: Sequence[Word], taken: bytearray, cue: Cue) -> UnknownMention | None:
    """What stands right after a cue, if it looks like a title."""
    first = last = cue.last
    heard = background()
    while last < len(words) and last - first < _MOST and not taken[last]:
        word = words[last]
        if last > first and any(mark in ".,;:!?()\n" for mark in text[words[last - 1].end : word.start]):
            break
        upper = text[word.start].isupper()
        if not upper and (word.text in _STOPS or (heard.is_common(word.text) and word.text not in _SMALL)):
            break
        last += 1
    while last > first and words[last - 1].text in _SMALL:
        last -= 1
    telling = [word for word in words[first:last] if word.text not in _SMALL]
    if not telling or all(heard.is_common(word.text) and len(telling) < 2 for word in telling):
        return None
    cased = all(text[word.start].isupper() for word in telling)
    strange = sum(not heard.is_common(word.text) and not heard.nearly(word.text) for word in telling)
    if not (cased or strange == len(telling)) or (not cased and last - first < 1):
        return None
    for place in range(first, last):
        taken[place] = 1
    return UnknownMention(Span(words[first].start, words[last - 1].end), cue.strength)
