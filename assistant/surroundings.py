"""What the words around a title tell of what is talked of: films, or anything else.

Whoever talks of films uses few words beyond those of film talk. "The hunters traced the deer into the woods" holds
four that are hardly ever said there: a title in it needs more evidence than in "saw it in the woods".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from assistant.lexicon import Background, dictionary
from assistant.words import Word

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
    def of(cls, words: Sequence[Word], heard: Background, told: Iterable[tuple[int, int]]) -> Surroundings:
        """Looks through a sentence; of the words in ranges that are `told`, titles perhaps or tastes, none is rare."""
        told_of = frozenset(place for first, last in told for place in range(first, last))
        rare = [
            float(heard.of_word(word.text) >= _RARE and place not in told_of and _is_of_other_things(word.text))
            for place, word in enumerate(words)
        ]
        talk = tuple(
            place for place, word in enumerate(words) if word.text in _FILM_TALK and not _sees_things(words, place)
        )
        return cls([0.0, *accumulate(rare)], talk, told_of)

    def strangeness(self, first: int, last: int) -> float:
        """How many words around [first, last) are rare in film talk, 0 … 6; few count where a word of films is said."""
        if not self.rare[-1]:
            return 0.0
        begin, end = max(first - _NEAR, 0), min(last + _NEAR, len(self.rare) - 1)
        rare = min(self.rare[end] - self.rare[begin] - (self.rare[last] - self.rare[first]), _ENOUGH)
        return rare * _BESIDE if self.of_films(first, last) else rare

    def of_films(self, first: int, last: int) -> bool:
        """Whether a word besides [first, last) is hardly said but of films, or a title may stand right beside."""
        return any(not first <= place < last for place in self.film_talk)


def _sees_things(words: Sequence[Word], place: int) -> bool:
    """Whether things are seen, and no film: "saw a frozen duck pond", "was seen near Ghent"; or stars are given."""
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
