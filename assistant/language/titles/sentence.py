"""A sentence that may name films, with what is computed once for all spans of its words.

What the words around a title tell of what is talked of: films, or anything else.

Whoever talks of films uses few words beyond those of film talk. "The hunters traced the deer into
the woods" holds four that are hardly ever said there: a title in it needs more evidence than in
"saw it in the woods".

What the capitals of a span of words say: a title, a part of somebody's name, neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final

from assistant.language.lexicon import Background, dictionary
from assistant.language.meaning.tastes import COPULAS, TasteCue, taste_cues
from assistant.language.words import Word

_FILM_TALK: Final = frozenset(
    "movie movies film films flick flicks cinema trailer trailers watch watched watching rewatch rewatched seen saw "
    "actor actors actress starring sequel sequels remake remakes prequel prequels trilogy franchise recommend "
    "recommendation recommendations suggest suggestion suggestions plot director directed comedy comedies thriller "
    "thrillers horror romcom romcoms westerns documentary animated netflix soundtrack scene "
    "scenes characters critics comedians musical musicals oldie starred stars cinematography screenplay superhero dvd "
    "superheroes blockbuster cgi adaptation series theaters theatres episodes oscar oscars".split()
)
"""Words that are hardly said but of films."""
_SEES: Final = frozenset("saw seen watch watched watching".split())
_SOME: Final = frozenset("a an so some many my his their our people kids".split())
_BE: Final = frozenset("was were be been".split())
_OF_FILMS_TOO: Final = frozenset(
    "candle patch league ballpark compare compares compared beats tops topped trumps destroys smokes surpasses crushes "
    "outclasses pales comparison superior miles basically better worse blew blown mind palms sweat chills goosebumps "
    "tears sobbed bawled cried weeping rave raves raved hype hyped stressed tense gripping haunting stunning snooze "
    "bore dull drags dragged pacing acting twist twists ending endings sequence finale opening masterpiece overlong "
    "pretentious predictable cheesy corny campy gory violent violence bloody creepy emotional moving touching "
    "sweet scared scary terrifying terrified creepy creeped freaked grossed intense sob chilling disturbing "
    "heartbreaking hilarious".split()
)
"""Rare ones that tell what a film did to somebody, or measure it by another."""
_RARE: Final = 9.2
"""Surprise from which a word is rare in film talk: heard a handful of times at most."""
_NEAR: Final = 14
"""Words before and behind that are looked at; what a film is about is told further on."""
_BESIDE: Final = 0.15
"""Share that a rare word counts where a word of films is said."""
_ENOUGH: Final = 6
"""Rare words from which no further one counts."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The words of a sentence by what they tell of its topic."""

    rare: Sequence[float]
    """Running sum of how rare in film talk the words are, 0 … 1 each, (n + 1,)."""
    film_talk: tuple[int, ...]
    """Places of words that are hardly said but of films."""
    told: frozenset[int] = frozenset()
    """Places of words that may well be of titles, or of tastes."""

    @classmethod
    def of(
        cls, words: Sequence[Word], heard: Background, told: Iterable[tuple[int, int]]
    ) -> Surroundings:
        """Looks through a sentence; of the words in ranges that are `told`, titles perhaps or
        tastes, none is rare.
        """
        told_of = frozenset(place for first, last in told for place in range(first, last))
        rare = [
            float(
                heard.of_word(word.text) >= _RARE
                and place not in told_of
                and _is_of_other_things(word.text)
            )
            for place, word in enumerate(words)
        ]
        talk = tuple(
            place
            for place, word in enumerate(words)
            if word.text in _FILM_TALK and not _sees_things(words, place)
        )
        return cls([0.0, *accumulate(rare)], talk, told_of)

    def strangeness(self, first: int, last: int) -> float:
        """How many words around [first, last) are rare in film talk, 0 … 6; few count where a word
        of films is said.
        """
        if not self.rare[-1]:
            return 0.0
        begin, end = max(first - _NEAR, 0), min(last + _NEAR, len(self.rare) - 1)
        rare = min(
            self.rare[end] - self.rare[begin] - (self.rare[last] - self.rare[first]), _ENOUGH
        )
        return rare * _BESIDE if self.of_films(first, last) else rare

    def of_films(self, first: int, last: int) -> bool:
        """Whether a word besides [first, last) is hardly said but of films, or a title may stand
        right beside.
        """
        return any(not first <= place < last for place in self.film_talk)


def _sees_things(words: Sequence[Word], place: int) -> bool:
    """Whether things are seen, and no film: "saw a frozen duck pond", "was seen near Ghent"; or
    stars are given.
    """
    said, before = words[place].text, words[place - 1].text if place else ""
    if said == "stars" and before.isdecimal():
        return True
    if said == "seen" and before in _BE:
        return True
    if said not in _SEES or place + 2 >= len(words) or words[place + 1].text not in _SOME:
        return False
    return not any(word.text in _FILM_TALK for word in words[place + 2 : place + 7])


def _is_of_other_things(word: str) -> bool:
    return word in dictionary() and word not in _OF_FILMS_TOO


_OPENING: Final = frozenset('.:;!?"\n…')
"""Marks behind which any word may have a capital."""


def capitals_of(text: str, words: Sequence[Word], first: int, last: int) -> str:
    """The mark that capitals make of the words [first, last), where they can be trusted; "" where
    they tell nothing.
    """
    begins = first == 0 or not _OPENING.isdisjoint(text[words[first - 1].end : words[first].start])
    if _in_name(text, words, first, last, begins):
        return "in_name"
    telling = [
        word
        for place, word in enumerate(words[first:last])
        if not (place == 0 and begins)
        and (place == 0 or len(word.text) > 3)
        and not text[word.start].isdecimal()
    ]
    if not telling:
        return ""
    upper = sum(text[word.start].isupper() for word in telling)
    return "capitals" if upper == len(telling) else "" if upper else "lower"


def _in_name(text: str, words: Sequence[Word], first: int, last: int, begins: bool) -> bool:
    """Whether a single capitalised word has another one right before or behind it, with but a space
    between.
    """
    if last - first > 1 or not text[words[first].start].isupper():
        return False
    if last < len(words) and text[words[first].end : words[last].start] == " ":
        after = words[last]
        if text[after.start].isupper() and after.text not in _STARTERS:
            return True
    if first > 1 and not begins and text[words[first - 1].end : words[first].start] == " ":
        before = words[first - 1]
        owns = text[before.end - 2 : before.end] in ("'s", "’s")  # "Cronenberg's Fly"
        return text[before.start].isupper() and not owns and before.text not in _STARTERS
    return False


_STARTERS: Final = frozenset(
    "i a the and or is was it have did do you if my what that this not yes no oh ok okay but so we he she they how im "
    "movie film like liked love loved seen saw watch watched hate hated both also maybe one 1 ive there".split()
)


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
    """Whether a mark that parts stands before each word, (n + 1,); so do the beginning and the
    end."""
    dated: bool = True
    """Some word may be a year."""

    def is_topical(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) shows that films are talked of; so does
        saying no more.
        """
        return len(self.words) - (last - first) <= 3 or self.tells_of_films(first, last)

    def tells_of_films(self, first: int, last: int) -> bool:
        """Whether anything besides the words [first, last) may be said of films."""
        return any(not first <= place < last for place in self.topical)

    def judged(self, place: int) -> bool:
        """Whether a taste or a verdict begins at a word."""
        return place in self.verdicts or place in self.cue_starts

    def joined_before(self, first: int) -> int:
        """Where a neighbour in a list ends, if a span begins at `first`; −1 where nothing joins
        them.
        """
        place = first
        while place > 0 and self.words[place - 1].text in _JOINTS:
            place -= 1
        return place if place < first or (first and self._has_comma(first)) else -1

    def joined_behind(self, last: int) -> int:
        """Where a neighbour in a list begins, if a span ends before `last`; −1 where nothing joins
        them.
        """
        place = last
        while place < len(self.words) and self.words[place].text in _JOINTS:
            place += 1
        return place if place > last or (last < len(self.words) and self._has_comma(last)) else -1

    def _has_comma(self, place: int) -> bool:
        between = self.text[self.words[place - 1].end : self.words[place].start]
        return any(mark in between for mark in ",<>")

    @classmethod
    def of(
        cls,
        text: str,
        words: Sequence[Word],
        heard: Background,
        idiom: float,
        named: Iterable[tuple[int, int]],
    ) -> Sentence:
        """Prepares a text; `idiom` is the share of a common word's surprise that counts inside a
        phrase.

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
        plain = any(
            len(word.text) > 3 and word.text not in _SMALL and text[word.start].islower()
            for word in inner
        )
        some = 0 < upper <= (0.8 if plain else 0.6) * len(inner)
        capitals = some or (
            first_upper != (upper > 0)
        )  # "Loved heat", "loved Heat", but not "Loved Heat"
        cues = taste_cues(words)
        places = _cue_places(words, cues)
        told = ((cue.first, cue.last) for cue in cues)
        talk = {place for place, word in enumerate(words) if word.text in FILM_TALK}
        topical = sorted(talk | places[1] | places[2] | set(places[3]))
        around = Surroundings.of(words, heard, [*named, *told])
        people = tuple(place for place, word in enumerate(words) if word.text in _PEOPLE)
        dated = any([len(word.text) == 4 and word.text.isdecimal() for word in words])
        return cls(
            text,
            words,
            sums,
            capitals,
            around,
            *places,
            tuple(topical),
            people,
            _parted(text, words),
            dated,
        )


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
