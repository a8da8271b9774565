"""A sentence that may name films, with what is computed once for all spans of its words.

Whoever talks of films uses few words beyond those of film talk. "The hunters traced the deer into
the woods" holds four that are hardly ever said there: a title in it needs more evidence than in
"saw it in the woods".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import Background, dictionary, title_class
from assistant.language.meaning.tastes import COPULAS, TasteCue, taste_cues
from assistant.language.words import Word

FloatArray = npt.NDArray[np.float32]

FILM_TALK: Final = title_class("film_talk")
_ONLY_OF_FILMS: Final = title_class("only_of_films")
_EFFECTS: Final = title_class("effects_of_films")
_FILM_PEOPLE: Final = title_class("film_people")
_THINGS_SEEN: Final = title_class("things_seen")
_SEES: Final = frozenset(("saw", "seen", "watch", "watched", "watching"))
_BE: Final = frozenset(("was", "were", "be", "been"))
_STARTERS: Final = title_class("sentence_starters")
_SMALL: Final = title_class("small_in_titles")
_DEGREES: Final = title_class("degrees")
_COMPARED: Final = title_class("compared_by_like")
_JOINTS: Final = title_class("list_joints")
_OPENING: Final = frozenset('.:;!?"\n…')
"""Marks behind which any word may have a capital."""
_QUOTES: Final = frozenset("\"'“”‘’«»„`*_")
_PARTING: Final = frozenset('.,;:!?()[]"\n…/<>|')
"""Marks between words that are not of one phrase."""
_RARE: Final = 9.2
"""Surprise from which a word is rare in film talk: heard a handful of times at most."""
_NEAR: Final = 14
"""Words before and behind that are looked at; what a film is about is told further on."""
_BESIDE: Final = 0.15
"""Share that a rare word counts where a word of films is said."""
_ENOUGH: Final = 6
"""Rare words from which no further one counts."""
_ABROAD: Final = title_class("function_words_abroad")
_FOREIGN: Final = 3
"""Different ones that are no English words from which a sentence is of another language."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words of a sentence by what they tell of its topic."""

    rare: Sequence[float]
    """Running sum of how rare in film talk the words are, 0 … 1 each, (n + 1,)."""
    film_talk: tuple[int, ...]
    """Places of words that are hardly said but of films."""
    explained: frozenset[int]
    """Places of words that may well be of titles, or of tastes; none of them is rare."""

    @classmethod
    def of(
        cls, words: Sequence[Word], heard: Background, explained: frozenset[int]
    ) -> Surroundings:
        """Looks through a sentence."""
        rare = [
            float(heard.of_word(word.text) >= _RARE and _is_of_other_things(word.text))
            if place not in explained
            else 0.0
            for place, word in enumerate(words)
        ]
        talk = tuple(
            place
            for place, word in enumerate(words)
            if word.text in _ONLY_OF_FILMS and not _sees_things(words, place)
        )
        return cls([0.0, *accumulate(rare)], talk, explained)

    def strangeness(self, first: int, last: int) -> float:
        """How many words around [first, last) are rare in film talk, 0 … 6; few where films are."""
        if not self.rare[-1]:
            return 0.0
        begin, end = max(first - _NEAR, 0), min(last + _NEAR, len(self.rare) - 1)
        around = self.rare[end] - self.rare[begin] - (self.rare[last] - self.rare[first])
        rare = min(around, _ENOUGH)
        return rare * _BESIDE if self.of_films(first, last) else rare

    def of_films(self, first: int, last: int) -> bool:
        """Whether a word besides [first, last) is hardly said but of films."""
        return any(not first <= place < last for place in self.film_talk)


def _sees_things(words: Sequence[Word], place: int) -> bool:
    """Whether things are seen, and no film: "saw a frozen duck pond"; or stars are given."""
    word, before = words[place].text, words[place - 1].text if place else ""
    if word == "stars" and before.isdecimal():
        return True
    if word == "seen" and before in _BE:
        return True
    if word not in _SEES or place + 2 >= len(words) or words[place + 1].text not in _THINGS_SEEN:
        return False
    return not any(word.text in _ONLY_OF_FILMS for word in words[place + 2 : place + 7])


def _is_of_other_things(word: str) -> bool:
    return word in dictionary() and word not in _EFFECTS


class CuePlaces(NamedTuple):
    """Where tastes and verdicts stand in a sentence."""

    after: frozenset[int]
    """Words that stand right behind a cue of taste ("couldn't finish …", "as funny as …")."""
    verdicts: frozenset[int]
    """Words at which a verdict begins ("was great", "sucked")."""
    starts: frozenset[int]
    """Words at which a cue of taste begins."""
    ranges: Mapping[int, tuple[int, int]]
    """Range of the cue of several words that a word belongs to ("fed up with")."""

    @classmethod
    def of(cls, words: Sequence[Word], cues: Iterable[TasteCue]) -> CuePlaces:
        """Sorts the cues of a sentence."""
        after: set[int] = set()
        verdicts: set[int] = set()
        starts: set[int] = set()
        ranges: dict[int, tuple[int, int]] = {}
        for cue in cues:
            if cue.last - cue.first > 1:
                ranges |= dict.fromkeys(range(cue.first, cue.last), (cue.first, cue.last))
            if cue.is_verdict:
                verdicts |= _verdict_starts(words, cue.first)
            if cue.is_taste and not _compares(words, cue.first):
                starts.add(cue.first)
                after.add(cue.last)
                if cue.last < len(words) and words[cue.last].text in ("the", "is", "are", "was"):
                    after.add(cue.last + 1)
        return cls(frozenset(after), frozenset(verdicts), frozenset(starts), ranges)


def _verdict_starts(words: Sequence[Word], first: int) -> set[int]:
    """The words at which a verdict may be taken to begin: at itself, or at "was" before it."""
    place = first - 1
    while place > max(first - 4, 0) and words[place].text in _DEGREES:
        place -= 1
    return {first, place} if place >= 0 and words[place].text in COPULAS else {first}


def _compares(words: Sequence[Word], place: int) -> bool:
    """Whether a cue is a "like" that compares things: "feels like silk"."""
    return place > 0 and words[place].text == "like" and words[place - 1].text in _COMPARED


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, its words, and what is computed once for all its spans."""

    text: str
    words: Sequence[Word]
    surprise: Sequence[float]
    """Running sum of −log probability of the words, (n + 1,); see `Weights.idiom`."""
    capitals: bool
    """Capitals can be trusted: some words have one, most have none."""
    has_capitals: bool
    """Some word has one."""
    around: Surroundings
    """What else is talked of."""
    cues: CuePlaces
    topical: frozenset[int]
    """Words that show that films are talked of."""
    people: tuple[int, ...]
    """Words for those who make films: "actor", "director"."""
    parted: Sequence[bool]
    """Whether a mark that parts stands before each word, (n + 1,); so do the beginning and the
    end."""
    abroad: frozenset[int]
    """Words that hold a sentence of another language than English together; none in English."""
    dated: bool
    """Some word may be a year."""
    titled: FloatArray
    """Probability that each word belongs to a title, by what the line says, (n,)."""

    @classmethod
    def of(
        cls,
        text: str,
        words: Sequence[Word],
        heard: Background,
        idiom: float,
        named: Iterable[tuple[int, int]],
        *,
        titled: FloatArray,
    ) -> Sentence:
        """Prepares a text; `idiom` is the share of a common word's surprise that counts inside a
        phrase.

        `named` are the ranges of words that may well be titles; `titled` are chances.
        """
        found = taste_cues(words)
        cues = CuePlaces.of(words, found)
        ranges = [*named, *((cue.first, cue.last) for cue in found)]
        explained = frozenset(place for first, last in ranges for place in range(first, last))
        talk = {place for place, word in enumerate(words) if word.text in FILM_TALK}
        return cls(
            text,
            words,
            _running_surprise(words, heard, idiom),
            _trusts_capitals(text, words),
            any([text[word.start].isupper() for word in words]),
            Surroundings.of(words, heard, explained),
            cues,
            cues.verdicts.union(cues.starts, cues.ranges, talk),
            tuple(place for place, word in enumerate(words) if word.text in _FILM_PEOPLE),
            _parted(text, words),
            _abroad(words),
            any([len(word.text) == 4 and word.text.isdecimal() for word in words]),
            titled,
        )

    def reads_as_title(self, first: int, last: int) -> float:
        """Log-odds, nats, that the words [first, last) are a title by what the line says; 0 where
        it does not say so: of short statements, which talk lacks, the tagger knows little.
        """
        chance = min(float(self.titled[first:last].mean()), _SUREST)
        return math.log(chance / (1 - chance)) if chance > _HALF else 0.0

    # ---- letters and marks

    def is_upper(self, place: int) -> bool:
        """Whether a word begins with a capital."""
        return self.text[self.words[place].start].isupper()

    def is_lower(self, place: int) -> bool:
        """Whether a word begins with a small letter."""
        return self.text[self.words[place].start].islower()

    def between(self, place: int) -> str:
        """What is typed between a word and the one before it."""
        return self.text[self.words[place - 1].end : self.words[place].start]

    def is_quoted(self, first: int, last: int) -> bool:
        """Whether quotes stand right before and right behind [first, last)."""
        start, end = self.words[first].start, self.words[last - 1].end
        if not start or self.text[start - 1] not in _QUOTES:
            return False
        return self.text[end : end + 1] in _QUOTES

    def is_set_off(self, place: int) -> bool:
        """Whether a word has a quote before it or a number behind it; hardly any has."""
        start = self.words[place].start
        if start and self.text[start - 1] in _QUOTES:
            return True
        return place + 1 < len(self.words) and self.words[place + 1].text.isdecimal()

    def mark_of_case(self, first: int, last: int) -> str:
        """The mark that capitals make of the words [first, last); "" where they tell nothing."""
        if not self.capitals:
            return ""
        begins = first == 0 or not _OPENING.isdisjoint(self.between(first))
        if last - first == 1 and self._in_name(first, begins):
            return "in_name"
        initials = self._initials(first, last, begins)
        upper = sum([initial.isupper() for initial in initials])
        if upper == len(initials):
            return "capitals" if initials else ""
        return "" if upper else "lower"

    def _initials(self, first: int, last: int, begins: bool) -> list[str]:
        """First letters of the words that have a capital in a title and a small one elsewhere."""
        telling = [word for word in self.words[first + 1 : last] if len(word.text) > 3]
        if not begins:
            telling.append(self.words[first])
        initials = [self.text[word.start] for word in telling]
        return [initial for initial in initials if not initial.isdecimal()]

    def _in_name(self, place: int, begins: bool) -> bool:
        """Whether a capitalised word has another one beside it, with but a space between."""
        if not self.is_upper(place):
            return False
        behind = place + 1
        if behind < len(self.words) and self.between(behind) == " " and self._may_name(behind):
            return True
        if place < 2 or begins or self.between(place) != " ":
            return False
        end = self.words[place - 1].end
        owns = self.text[end - 2 : end] in ("'s", "’s")  # "Cronenberg's Fly"
        return not owns and self._may_name(place - 1)

    def _may_name(self, place: int) -> bool:
        return self.is_upper(place) and self.words[place].text not in _STARTERS

    # ---- what is talked of

    def is_topical(self, first: int, last: int) -> bool:
        """Whether others than the words [first, last) are of films, or hardly any are left."""
        return len(self.words) - (last - first) <= 3 or self.tells_of_films(first, last)

    def tells_of_films(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) may be said of films."""
        return any(not first <= place < last for place in self.topical)

    def judged(self, place: int) -> bool:
        """Whether a taste or a verdict begins at a word."""
        return place in self.cues.verdicts or place in self.cues.starts

    # ---- neighbours

    def before(self, first: int) -> tuple[str, str, str]:
        """The three words before a span, the nearest first; "" beyond a mark that parts."""
        words, parted = self.words, self.parted
        if parted[first]:
            return "", "", ""
        if parted[first - 1]:
            return words[first - 1].text, "", ""
        if parted[first - 2]:
            return words[first - 1].text, words[first - 2].text, ""
        return words[first - 1].text, words[first - 2].text, words[first - 3].text

    def joined_before(self, first: int) -> int:
        """Where a neighbour in a list ends, before a span's `first`; −1 where none is joined."""
        place = first
        while place > 0 and self.words[place - 1].text in _JOINTS:
            place -= 1
        return place if place < first or (first and self._has_comma(first)) else -1

    def joined_behind(self, last: int) -> int:
        """Where a neighbour in a list begins, behind a span's `last`; −1 where none is joined."""
        place = last
        while place < len(self.words) and self.words[place].text in _JOINTS:
            place += 1
        return place if place > last or (last < len(self.words) and self._has_comma(last)) else -1

    def _has_comma(self, place: int) -> bool:
        between = self.between(place)
        return any(mark in between for mark in ",<>")


_HALF: Final = 0.5
_SUREST: Final = 0.995
"""Chances are held so far from 1."""


def _running_surprise(words: Sequence[Word], heard: Background, idiom: float) -> list[float]:
    sums = [0.0]
    for word in words:
        surprise = heard.of_word(word.text)
        sums.append(sums[-1] + (surprise * idiom if heard.is_common(word.text) else surprise))
    return sums


def _trusts_capitals(text: str, words: Sequence[Word]) -> bool:
    """Whether whoever typed a text sets capitals where they belong."""
    inner = [word for word in words[1:] if word.text.isalpha() and word.text != "i"]
    upper = sum(text[word.start].isupper() for word in inner)
    if words and text[words[0].start].isupper() != (upper > 0):
        return True  # "Loved heat", "loved Heat", but not "Loved Heat"
    return 0 < upper <= (0.8 if _has_small_word(text, inner) else 0.6) * len(inner)


def _abroad(words: Sequence[Word]) -> frozenset[int]:
    """The places of other languages' function words, if several are no English words."""
    places = [place for place, word in enumerate(words) if word.text in _ABROAD]
    foreign = {words[place].text for place in places} - dictionary()
    return frozenset(places) if len(foreign) >= _FOREIGN else frozenset()


def _has_small_word(text: str, words: Sequence[Word]) -> bool:
    """Whether some word is small that would have a capital in a title."""
    telling = (word for word in words if len(word.text) > 3 and word.text not in _SMALL)
    return any(text[word.start].islower() for word in telling)


def _parted(text: str, words: Sequence[Word]) -> list[bool]:
    between = [text[one.end : other.start] for one, other in pairwise(words)]
    return [True, *(marks != " " and not _PARTING.isdisjoint(marks) for marks in between), True]
