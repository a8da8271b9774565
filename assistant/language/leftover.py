"""What is left of a line once all that was understood is taken out of it.

Words that mean something and that no rule knows are one of two things. Where they stand as what a
film is to have ("about …", "something with …", "… movies", a clause of their own) films can be
found by them, as far as films hold such words. Elsewhere they can only be said back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from assistant.language.lexicon import heard_words, word_class
from assistant.language.meaning.tastes import NEGATORS, begins_clause, closes_clause, ends_clause
from assistant.language.utterance import Act, Utterance
from assistant.language.words import Word, stands_apart, text_at
from assistant.language.words import words as words_of

_STORY: Final = 25
"""Words from which on a line tells a story: it is full of words that mean something, and nobody
wants them read back."""
_SHORTEST: Final = 3
"""Letters of the shortest word that may mean something."""
_ENDINGS: Final = ("s", "es", "d", "ed", "ing")
"""What the forms of a known word end in."""
_APART: Final = 1
"""Known words between two strange ones of one phrase: "drill and sergeants"."""
_OWN_CLAUSE: Final = 4
"""Words of a clause that is all a wish: "vineyards, sun, Tuscany"."""
_SCENES: Final = word_class("scenes")
_DESCRIBES: Final = word_class("describes")
_BESIDE: Final = word_class("beside_described")
_NOUNS: Final = word_class("film_nouns")
_REQUESTS: Final = word_class("requests")
_GOES_ON: Final = frozenset(("and", "or"))
_LEADS: Final = word_class("reaches") | word_class("measured")
_ENDS_SPARED: Final = word_class("ends_spared") | _LEADS | NEGATORS


class Leftover(NamedTuple):
    """What is left, phrase by phrase."""

    sought: Sequence[str] = ()
    """Words that films can be found by."""
    strange: Sequence[str] = ()
    """Words that nothing is made of."""
    spared: Sequence[str] = ()
    """Words that are turned away: "no drill sergeants"."""


def leftover(utterance: Utterance, knows: Callable[[str], bool]) -> Leftover:
    """What is left of a line; `knows` says whether films hold such words."""
    if "series" in utterance.beyond or utterance.act is Act.BEYOND:
        return Leftover()
    text, found = utterance.text, words_of(utterance.text)
    phrases = list(_strange_phrases(utterance, found)) if len(found) <= _STORY else []
    sought: list[str] = []
    strange: list[str] = []
    goes_on = -1
    away = list(_turned_away(utterance, found)) if len(found) <= _STORY else []
    for first, last in phrases:
        if any(begin <= first < end for begin, end in away):
            continue
        phrase = text[found[first].start : found[last - 1].end]
        joined = goes_on == first - 1 and text_at(found, goes_on) in _GOES_ON
        is_wish = utterance.act is Act.RECOMMEND and (
            joined or _is_described(utterance, found, first, last)
        )
        if is_wish and knows(phrase):
            sought.append(phrase)
            goes_on = last
        else:
            strange.append(phrase)
    spared = [" ".join(word.text for word in found[begin:end]) for begin, end in away]
    return Leftover(sought, strange, spared)


def _turned_away(utterance: Utterance, found: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Ranges of words that mean something and to which a scope that turns away leads: "without all
    the fighting", "nothing haunted".
    """
    spans = utterance.spans
    taken = [any(start < word.end and word.start < end for start, end in spans) for word in found]
    for begin, word in enumerate(found):
        if word.text not in NEGATORS or taken[begin]:
            continue
        first = begin + 1
        while text_at(found, first) in _LEADS and not ends_clause(
            utterance.text, found, first - 1, first
        ):
            first += 1
        last = first
        while last < len(found) and not taken[last] and _may_be_spared(utterance, found, last):
            last += 1
        if last > first and not taken[min(last, len(found) - 1)]:  # "not so flaming sad"
            yield first, last


def _may_be_spared(utterance: Utterance, found: Sequence[Word], place: int) -> bool:
    """Whether a word goes on what is turned away."""
    word = found[place].text
    parted = ends_clause(utterance.text, found, place - 1, place)
    return not parted and len(word) >= _SHORTEST and word not in _ENDS_SPARED


def _strange_phrases(utterance: Utterance, found: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Ranges of words outside of all that was found that no rule knows."""
    strange = [place for place, word in enumerate(found) if _is_strange(utterance, word)]
    while strange:
        first = last = strange.pop(0)
        while strange and strange[0] - last <= 1 + _APART and not stands_apart(found, strange[0]):
            last = strange.pop(0)
        yield first, last + 1


def _is_strange(utterance: Utterance, word: Word) -> bool:
    spans = utterance.spans
    inside = any(start < word.end and word.start < end for start, end in spans)
    named = (utterance.text[start:end].lower() for start, end in spans)
    return not inside and means_something(word.text) and word.text not in named


def means_something(word: str) -> bool:
    """Whether a word is one that no rule knows in any of its forms, and no adverb."""
    if len(word) < _SHORTEST or not word.isalpha() or word.endswith("ly"):
        return False
    stems = (word, *(word.removesuffix(end) for end in _ENDINGS if word.endswith(end)))
    return heard_words().isdisjoint((*stems, *(f"{stem}e" for stem in stems)))


def _is_described(utterance: Utterance, found: Sequence[Word], first: int, last: int) -> bool:
    """Whether a phrase stands where a film is described, and is not turned away."""
    text = utterance.text
    begin = next(place for place in range(first, -1, -1) if begins_clause(text, found, place))
    before = [word.text for word in found[begin:first]]
    if not NEGATORS.isdisjoint(before):
        return False
    lead = first - len(list(takewhile(_BESIDE.__contains__, before[::-1])))
    if _is_of_films(utterance, found, last):
        return True
    if lead > begin:
        return _leads(found, lead)
    is_short = last - begin <= _OWN_CLAUSE
    return is_short and closes_clause(text, found, last) and _may_list(found, begin)


def _may_list(found: Sequence[Word], begin: int) -> bool:
    """Whether a clause of its own may be a wish: in a line of few words, or behind a request, but
    not in "six of us, beers, pizza, need something silly".
    """
    asked = any(word.text in _REQUESTS for word in found[:begin])
    return asked or len(found) <= _OWN_CLAUSE


def _leads(found: Sequence[Word], place: int) -> bool:
    """Whether "about", "set in" or the like stands before the word at a place."""
    before, earlier = text_at(found, place - 1), text_at(found, place - 2)
    return before in _DESCRIBES or (before == "in" and earlier in _SCENES)


def _is_of_films(utterance: Utterance, found: Sequence[Word], place: int) -> bool:
    """Whether "movies", or a kind of film, stands at a place: "pool movies", "architecture
    documentaries".
    """
    if stands_apart(found, place):
        return False
    begins = (facet.span.start for facet in utterance.facets)
    return found[place].text in _NOUNS or found[place].start in begins
