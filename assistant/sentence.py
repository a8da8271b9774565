"""A sentence that may name films, with what is computed once for all spans of its words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from assistant.lexicon import Background
from assistant.surroundings import Surroundings
from assistant.tastes import COPULAS, TasteCue, taste_cues
from assistant.words import Word

_COLOURS: Final = frozenset(
    "a an the so really very insanely incredibly extremely ridiculously unbelievably pretty just "
    "such super also quite one 1 of my another both all".split()
)
_SMALL: Final = frozenset("with from over into than that this your what when".split())
"""Words that stay small in lines where all others have capitals."""
_SENSES: Final = frozenset(
    "feel feels felt look looks looked smell smells smelled smelt taste tastes tasted work works worked ride "
    "rides run runs ran sleep sleeps slept eat eats act acts acting cry cried sing sings sang sit sits sat stand "
    "stands stood lie lies lay walk walks walked dance danced drive drives drove swim swims swam fight fights "
    "fought talk talks talked live lives lived treat treats treated shaped spread there around here back down".split()
)
"""Before "like" they compare things, not films: "feels like silk"."""
FILM_TALK: Final = frozenset(
    "movie movies film films flick flicks watch watched watching rewatch rewatched see seen saw actor actors starring "
    "stars director cinema trailer scene plot cast sequel recommend suggest about try tried check out like".split()
)
"""Words that are said of films, among other things."""
_PEOPLE: Final = frozenset(
    "actor actors actress actresses director directors comedian comedians filmmaker singer wrestler".split()
)
_PARTING: Final = frozenset('.,;:!?()[]"\n…/<>|')
"""Marks between words that are not of one phrase."""
_JOINTS: Final = frozenset(("and", "or", "also", "plus", "but", "not", "then"))
"""Words between the films of a list."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, its words, and what is computed once for all its spans."""

    text: str
    words: Sequence[Word]
    surprise: Sequence[float]
    """Running sum of −log probability of the words, (n + 1,); see `Weights.idiom`."""
    capitals: bool
    """Capitals can be trusted: some words have one, most have none."""
    around: Surroundings
    """What else is talked of."""
    after_cues: frozenset[int] = frozenset()
    """Words that stand right behind a cue of taste ("couldn't finish …", "as funny as …")."""
    verdicts: frozenset[int] = frozenset()
    """Words at which a verdict begins ("was great", "sucked")."""
    cue_starts: frozenset[int] = frozenset()
    """Words at which a cue of taste begins."""
    cue_of: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Range of the cue of several words that a word belongs to ("fed up with")."""

    topical: tuple[int, ...] = ()
    """Words that show that films are talked of, in order."""
    people: tuple[int, ...] = ()
    """Words for those who make films: "actor", "director"."""
    parted: Sequence[bool] = (True, True)
    """Whether a mark that parts stands before each word, (n + 1,); so do the beginning and the end."""
    dated: bool = True
    """Some word may be a year."""

    def is_topical(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) shows that films are talked of; so does saying no more."""
        return len(self.words) - (last - first) <= 3 or self.tells_of_films(first, last)

    def tells_of_films(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) may be said of films."""
        return any(not first <= place < last for place in self.topical)

    def judged(self, place: int) -> bool:
        """Whether a taste or a verdict begins at a word."""
        return place in self.verdicts or place in self.cue_starts

    def joined_before(self, first: int) -> int:
        """Where a neighbour in a list ends, if a span begins at `first`; −1 where nothing joins them."""
        place = first
        while place > 0 and self.words[place - 1].text in _JOINTS:
            place -= 1
        return place if place < first or (first and self._has_comma(first)) else -1

    def joined_behind(self, last: int) -> int:
        """Where a neighbour in a list begins, if a span ends before `last`; −1 where nothing joins them."""
        place = last
        while place < len(self.words) and self.words[place].text in _JOINTS:
            place += 1
        return place if place > last or (last < len(self.words) and self._has_comma(last)) else -1

    def _has_comma(self, place: int) -> bool:
        between = self.text[self.words[place - 1].end : self.words[place].start]
        return any(mark in between for mark in ",<>")

    @classmethod
    def of(
        cls, text: str, words: Sequence[Word], heard: Background, idiom: float, named: Iterable[tuple[int, int]]
    ) -> Sentence:
        """Prepares a text; `idiom` is the share of a common word's surprise that counts inside a phrase.

        `named` are the ranges of words that may well be titles.
        """
        sums, before = [0.0], ""
        for word in words:
            surprise = heard.of_next(before, word.text)
            sums.append(sums[-1] + (surprise * idiom if heard.is_common(word.text) else surprise))
            before = word.text
        inner = [word for word in words[1:] if word.text.isalpha() and word.text != "i"]
        upper = sum(text[word.start].isupper() for word in inner)
        first_upper = bool(words) and text[words[0].start].isupper()
        plain = any(len(word.text) > 3 and word.text not in _SMALL and text[word.start].islower() for word in inner)
        some = 0 < upper <= (0.8 if plain else 0.6) * len(inner)
        capitals = some or (first_upper != (upper > 0))  # "Loved heat", "loved Heat", but not "Loved Heat"
        cues = taste_cues(words)
        places = _cue_places(words, cues)
        told = ((cue.first, cue.last) for cue in cues)
        talk = {place for place, word in enumerate(words) if word.text in FILM_TALK}
        topical = sorted(talk | places[1] | places[2] | set(places[3]))
        around = Surroundings.of(words, heard, [*named, *told])
        people = tuple(place for place, word in enumerate(words) if word.text in _PEOPLE)
        dated = any([len(word.text) == 4 and word.text.isdecimal() for word in words])
        return cls(text, words, sums, capitals, around, *places, tuple(topical), people, _parted(text, words), dated)


def _parted(text: str, words: Sequence[Word]) -> list[bool]:
    between = [text[one.end : other.start] for one, other in pairwise(words)]
    return [True, *(marks != " " and not _PARTING.isdisjoint(marks) for marks in between), True]


def _cue_places(
    words: Sequence[Word], cues: Iterable[TasteCue]
) -> tuple[frozenset[int], frozenset[int], frozenset[int], Mapping[int, tuple[int, int]]]:
    after, verdicts, starts = set(), set(), set()
    cue_of: dict[int, tuple[int, int]] = {}
    for cue in cues:
        if cue.last - cue.first > 1:
            cue_of |= dict.fromkeys(range(cue.first, cue.last), (cue.first, cue.last))
        if cue.is_verdict:
            verdicts.add(cue.first)
            place = cue.first - 1
            while place > max(cue.first - 4, 0) and words[place].text in _COLOURS:
                place -= 1
            if place >= 0 and words[place].text in COPULAS:
                verdicts.add(place)
        if cue.is_taste and not (
            cue.first and words[cue.first].text == "like" and words[cue.first - 1].text in _SENSES
        ):
            starts.add(cue.first)
            after.add(cue.last)
            if cue.last < len(words) and words[cue.last].text in ("the", "is", "are", "was"):
                after.add(cue.last + 1)
    return frozenset(after), frozenset(verdicts), frozenset(starts), cue_of
