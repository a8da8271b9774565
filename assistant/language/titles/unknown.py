"""Titles that no film of the catalogue has, and people that none is known of: said back rather than
passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.language.lexicon import background, dictionary
from assistant.language.meaning.tastes import COPULAS, Cue, Force, ends_clause, ends_sentence
from assistant.language.utterance import Span, UnknownMention
from assistant.language.words import Word, taken_by

_QUOTED: Final = re.compile(
    r"[\"“„«](?P<a>[^\"“”„«»\n]{2,60})[\"”»]|(?<!\w)['‘](?P<b>[A-Z0-9][^'‘’\n]{1,60})['’](?!\w)"
)
_TELLING: Final = (Force.FEEL, Force.SEEN, Force.SIMILAR, Force.ASKED)
_WATCHED: Final = frozenset(("seen", "saw", "watched", "heard", "love", "loved", "like", "liked"))
_STOPS: Final = frozenset(
    "og original new old and or but because when so since though although if while which who is was too as in on at "
    "for".split()
)
_TOO: Final = frozenset("too also as well please".split())
_SMALL: Final = frozenset("the a an of and to in on for with from at by s".split())
_JOINTS: Final = frozenset(("and", "or", "also", "plus"))
_ARTICLES: Final = frozenset(
    "a an the such really very so just pure total complete absolute absolutely".split()
)
_MOST: Final = 6
_MADE: Final = frozenset(
    "anything something everything nothing films film movies movie stuff work one 1 ones more directed made written "
    "comedy comedies thriller thrillers horror horrors drama dramas western westerns classic classics".split()
)
"""Before "by" and "with", that lead to whoever made films or is in them."""
_NAME: Final = 3
"""Most words of a person's name."""


def unknown_titles(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]], cues: Sequence[Cue]
) -> tuple[UnknownMention, ...]:
    """Quoted spans, and capitalised or unheard words right after "loved", "seen", "like", that
    nothing explains.
    """
    taken = taken_by(names, len(words))
    found: list[UnknownMention] = []
    for match in _QUOTED.finditer(text):
        group = "a" if match["a"] is not None else "b"
        start, end = match.span(group)
        inside = [
            place for place, word in enumerate(words) if word.start < end and start < word.end
        ]
        if inside and not any(taken[place] for place in inside) and len(inside) <= 8:
            cue = next((cue for cue in reversed(cues) if cue.last <= inside[0]), None)
            found.append(UnknownMention(Span(start, end), cue.strength if cue else 0.0))
            for place in inside:
                taken[place] = 1
    for cue in cues:
        asked = cue.force is Force.ASKED and not any(
            word in _WATCHED for word in cue.phrase.split(" ")
        )
        if (
            cue.force in _TELLING
            and not cue.backward
            and not asked
            and (mention := _after(text, words, taken, cue))
        ):
            found += [mention, *_behind(text, words, taken, mention)]
        elif (
            cue.backward
            and cue.force is Force.VERDICT
            and (mention := _judged(text, words, taken, cue))
        ):
            found.append(mention)
    found += _people(text, words, taken)
    if not cues and (added := _added(text, words, taken)):
        found.append(added)
    if not cues and (listed := _all_listed(text, words, taken)):
        found += listed
    return tuple(sorted(found, key=lambda mention: mention.span))


def _after(text: str, words: Sequence[Word], taken: bytearray, cue: Cue) -> UnknownMention | None:
    """What stands right after a cue, if it looks like a title."""
    first = last = cue.last
    heard = background()
    while last < len(words) and last - first < _MOST and not taken[last]:
        word = words[last]
        if last > first and any(
            mark in ".,;:!?()\n" for mark in text[words[last - 1].end : word.start]
        ):
            break
        upper = text[word.start].isupper()
        if not upper and (
            word.text in _STOPS or (heard.is_common(word.text) and word.text not in _SMALL)
        ):
            break
        last += 1
    while last > first and words[last - 1].text in _SMALL:
        last -= 1
    telling = [word for word in words[first:last] if word.text not in _SMALL]
    if not telling or all(heard.is_common(word.text) and len(telling) < 2 for word in telling):
        return None
    cased = all(text[word.start].isupper() for word in telling)
    strange = sum(
        not heard.is_common(word.text) and not heard.nearly(word.text) for word in telling
    )
    if len(telling) == 1 and not cased and telling[0].text in dictionary():
        return None
    if not (cased or strange == len(telling)) or (not cased and last - first < 1):
        return None
    for place in range(first, last):
        taken[place] = 1
    return UnknownMention(Span(words[first].start, words[last - 1].end), cue.strength)


def _judged(text: str, words: Sequence[Word], taken: bytearray, cue: Cue) -> UnknownMention | None:
    """A name of several words before "is a masterpiece" or the like, all of them with capitals."""
    last = cue.first
    while last > 0 and (words[last - 1].text in COPULAS or words[last - 1].text in _ARTICLES):
        last -= 1
    first = last
    while first > 0 and not taken[first - 1] and not ends_clause(text, words, first - 1, first):
        first -= 1
    named = first < last < cue.first and last - first <= _MOST and not any(taken[first:last])
    return _mention(text, words, taken, (first, last), cue.strength) if named else None


def _people(text: str, words: Sequence[Word], taken: bytearray) -> Iterator[UnknownMention]:
    """Names behind "anything by", "films with" or "starring"."""
    heard, shouted = background(), text.isupper()
    for place in range(1, len(words)):
        leads = (
            words[place - 1].text in ("by", "with") and place > 1 and words[place - 2].text in _MADE
        )
        compared = (
            words[place - 1].text in ("more", "less") and text[words[place].start].isupper()
        )  # "more Ozu"
        if not leads and not compared and words[place - 1].text != "starring":
            continue
        last = place
        while last < min(place + _NAME, len(words)) and not taken[last]:
            upper = text[words[last].start].isupper() and not shouted
            if (last > place and ends_clause(text, words, last - 1, last)) or not (
                upper or not heard.is_common(words[last].text)
            ):
                break
            last += 1
        name = words[place:last]
        cased = len(name) > 1 and all(text[word.start].isupper() for word in name) and not shouted
        cased = cased or (
            len(name) == 1 and text[name[0].start].isupper() and name[0].text not in dictionary()
        )
        known = [word for word in name if word.text in dictionary()]
        if (cased and len(known) < len(name)) or (len(name) > 1 and not known):
            taken[place:last] = b"\x01" * len(name)
            yield UnknownMention(Span(name[0].start, name[-1].end), 0.0)


def _added(text: str, words: Sequence[Word], taken: bytearray) -> UnknownMention | None:
    """The title of a line that adds one: "A Brighter Summer Day too"."""
    first, last = 0, len(words)
    while first < last and words[first].text in _JOINTS:
        first += 1
    while last > first and words[last - 1].text in _TOO:
        last -= 1
    adds = 1 < last - first <= _MOST and last - first < len(words) and not any(taken[first:last])
    return _mention(text, words, taken, (first, last), 0.0) if adds else None


def _behind(
    text: str, words: Sequence[Word], taken: bytearray, mention: UnknownMention
) -> Iterator[UnknownMention]:
    """What is listed behind a title that is not known, films that are known passed over."""
    place = next(
        (place for place, word in enumerate(words) if word.start >= mention.span.end), len(words)
    )
    if _joins(text, words, place):
        yield from _titles_from(text, words, taken, place, mention.strength)


def _all_listed(text: str, words: Sequence[Word], taken: bytearray) -> list[UnknownMention]:
    """The titles of a line that is nothing but a list of them."""
    parts = sum(_joins(text, words, place) for place in range(1, len(words)))
    if not parts or not text[words[0].start].isupper():
        return []
    trial = bytearray(taken)
    found = list(_titles_from(text, words, trial, 0, 0.0))
    whole = all(trial[place] or words[place].text in _JOINTS for place in range(len(words)))
    return (
        found
        if whole
        and (len(found) > 1 or any(taken))
        and any(" " in text[slice(*mention.span)] for mention in found)
        else []
    )


def _titles_from(
    text: str, words: Sequence[Word], taken: bytearray, place: int, strength: float
) -> Iterator[UnknownMention]:
    """Capitalised names from a word on, as long as commas or "and" join them."""
    while place < len(words):
        first = place
        while first < len(words) and words[first].text in _JOINTS:
            first += 1
        last = first
        while (
            last < len(words)
            and (last == first or not _joins(text, words, last))
            and not taken[last]
        ):
            if last > first and ends_sentence(text, words, last - 1, last):
                break
            last += 1
        joined = place == 0 or _joins(text, words, place)
        if last > first:
            mention = (
                _mention(text, words, taken, (first, last), strength)
                if joined and last - first <= _MOST
                else None
            )
            if mention is None:
                return
            yield mention
        while last < len(words) and taken[last]:
            last += 1
        if last == place:
            return
        place = last


def _joins(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether a list goes on at a word: behind a comma, or with "and"."""
    if not 0 < place < len(words):
        return False
    return words[place].text in _JOINTS or "," in text[words[place - 1].end : words[place].start]


def _mention(
    text: str, words: Sequence[Word], taken: bytearray, span: tuple[int, int], strength: float
) -> UnknownMention | None:
    """Words as a title that no film has, if all but the small ones have capitals and some are never
    said else.
    """
    first, last = span
    telling = [word for word in words[first:last] if word.text not in _SMALL]
    heard = background()
    if not telling or not all(text[word.start].isupper() for word in telling):
        return None
    rare = [word for word in telling if not heard.is_common(word.text)]
    if not rare or (len(telling) == 1 and rare[0].text in dictionary()):
        return None
    for place in range(first, last):
        taken[place] = 1
    return UnknownMention(Span(words[first].start, words[last - 1].end), strength)
