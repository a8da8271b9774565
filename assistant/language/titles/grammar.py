"""What grammar tells of words being a title.

"Signs was creepy" can't be of signs, "up made me sob" has no other subject; "the lake was frozen",
"in a diner" and "hot fuzz on this blanket" are of the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from assistant.language.lexicon import dictionary, title_class
from assistant.language.titles.sentence import Sentence

OWNERS: Final = title_class("owners")
SEASONS: Final = title_class("seasons_and_months")
SAID_ALONE: Final = title_class("said_alone")
OBJECTS: Final = frozenset(("us", "them", "her", "him"))
"""Pronouns that no sentence begins with before "was": "Us was ok" names a film."""
_SUBJECTLESS: Final = title_class("subjectless")
_PREDICATES: Final = title_class("predicates")
_SINGULAR: Final = title_class("singular_verbs")
_PLURAL: Final = frozenset(("are", "were", "arent", "werent"))
_SINGULAR_IN_S: Final = title_class("singular_in_s")
_TOUCHED: Final = title_class("touching_verbs")
_MAKES: Final = title_class("makes_one")
_MOVED_TO: Final = title_class("moved_to")
_ADVERBS: Final = title_class("adverbs")
_PARTS_OF_FILMS: Final = title_class("parts_of_films")
_PREPOSITIONS: Final = title_class("prepositions")
_ARTICLES: Final = frozenset(("the", "a", "an"))
_A: Final = frozenset(("a", "an"))
_ONE_OF: Final = frozenset(("a", "an", "any", "every", "each"))
_WATCHED: Final = frozenset(("watching", "watched", "rewatching", "rewatched"))
_BE: Final = title_class("forms_of_be")
_PEOPLE_ARE: Final = title_class("people_are")
_PEOPLE: Final = title_class("people")
_SIZES: Final = title_class("sizes")
_OWNED: Final = OWNERS | {"the", "this", "that", "these", "those"}
_WORKS: Final = title_class("said_of_works")
_GENERIC: Final = frozenset(("movie", "film", "comedy", "story"))
_PLACED: Final = title_class("prepositions_of_place")
_HERE: Final = frozenset(("here", "outside", "today", "lately", "nowadays"))
_THESE_DAYS: Final = frozenset(
    ("this", word) for word in ("weekend", "morning", "evening", "week", "afternoon")
)
_NOW: Final = frozenset(
    [("this", "morning"), ("this", "week"), *(("in", word) for word in SEASONS)]
)
_ON_SCREEN: Final = title_class("on_screen")


# ---- built in as only a title is


def stands_out(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of words that are built into a sentence as only a title is."""
    parted = sentence.parted
    if parted[first] and not parted[last]:
        yield from _as_subject(sentence, first, last)
    if _is_rated(sentence, last):
        yield "rated"
    if last - first == 1:
        yield from _word_stands_out(sentence, first)


def _word_stands_out(sentence: Sentence, place: int) -> Iterator[str]:
    word, parted = sentence.words[place].text, sentence.parted
    if len(sentence.words) == 1 and word in _SUBJECTLESS:
        yield "only_word"
    if not place or word not in SAID_ALONE:
        return
    if parted[place] and parted[place + 1] and sentence.is_upper(place):
        yield "listed"
    elif _ends_phrase(sentence, place + 1) and _is_watched(sentence, place):
        yield "watched"


def _as_subject(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of words that begin a sentence and have a verb behind."""
    words = sentence.words
    after = words[last].text
    several = after in _SINGULAR and _is_plural(words[last - 1].text)
    if several and _PREPOSITIONS.isdisjoint([word.text for word in words[first:last]]):
        yield "disagrees"
    verb = last + (after in _ADVERBS and last + 1 < len(words))  # "just annoyed me"
    if _touches(sentence, verb) and words[last - 1].text not in _PARTS_OF_FILMS:
        yield "touched_the" if words[first].text in _ARTICLES else "touched"


def _touches(sentence: Sentence, place: int) -> bool:
    """Whether a verb tells what a film did to somebody: "scared me", "made us laugh"."""
    verb, *rest = (word.text for word in sentence.words[place : place + 4])
    if not rest or rest[0] not in ("me", "us", "my"):
        return False
    if verb in _TOUCHED:
        return True
    return verb in _MAKES and any(
        word in _MOVED_TO or word.removesuffix("ing") in _MOVED_TO for word in rest[1:]
    )


def _is_rated(sentence: Sentence, place: int) -> bool:
    """Whether points follow: "8/10", "4 stars"."""
    words = sentence.words
    if place + 1 >= len(words) or not words[place].text.isdecimal():
        return False
    after = words[place + 1].text
    if after in ("stars", "star"):
        return True
    return after in ("5", "10", "100") and sentence.between(place + 1) == "/"


def _ends_phrase(sentence: Sentence, last: int) -> bool:
    return sentence.parted[last] or sentence.words[last].text in ("and", "or", "but")


def _is_watched(sentence: Sentence, place: int) -> bool:
    """Whether a word is what one watches: "the movie Her", "watched up", "Heat and up"."""
    before = sentence.words[place - 1].text
    if before in ("movie", "film"):
        return True
    if sentence.words[place].text != "up":
        return False
    listed = before in ("and", "or") and place - 2 in sentence.around.explained
    return listed or before in _WATCHED


def is_subject(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a word begins a sentence and its verb follows, at most a "!" between."""
    if last >= len(sentence.words):
        return False
    if first and not any(mark in ".!?;\n" for mark in sentence.between(first)):
        return False
    mark = sentence.between(last).strip()
    if mark == "?":  # "Her? Loved it."
        return sentence.judged(last) and sentence.is_upper(first)
    return mark in ("", "!") and sentence.words[last].text in _PREDICATES


# ---- built in as ordinary words are


def stands_back(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of words without a capital that are built into a sentence as ordinary words are."""
    if not sentence.is_lower(first):
        return
    before = sentence.before(first)
    if last - first == 1:
        yield from _word_stands_back(sentence.words[first].text, before)
    else:
        yield from _phrase_stands_back(sentence, first, last, before)
    listed = before[0] == "and" and before[2] in _A
    if listed and sentence.words[last - 1].text in _GENERIC:
        yield "described"  # "a funny and scary movie"
    yield from _of_several(sentence, first, last)
    if _is_now(sentence, last):
        yield "moment"  # "the mist is lovely here"
    if not sentence.topical and _is_somewhere(sentence, last):
        yield "somewhere"  # "hot fuzz on this blanket"


def _word_stands_back(word: str, before: tuple[str, str, str]) -> Iterator[str]:
    one, two, three = before
    if one in _PEOPLE_ARE:
        yield "state"  # "i'm up"
    elif one in _BE and three in _OWNED and _is_thing(two):
        yield "described"  # "the lake was frozen"
    if one == "the" and word in _PARTS_OF_FILMS:
        yield "described"  # "the score was haunting"
    if word in dictionary() and (_is_owned(one, two) or _is_counted(one, two)):
        yield "thing"  # "in a diner", "a terrible hangover", "their new matrix"


def _phrase_stands_back(
    sentence: Sentence, first: int, last: int, before: tuple[str, str, str]
) -> Iterator[str]:
    words, (one, two, _) = sentence.words, before
    if one in _PEOPLE_ARE or (one in _BE and two in _PEOPLE):
        yield "state"  # "i'm home alone", "we are up in the air"
    the = words[first].text if last - first == 2 else one
    if the == "the" and words[last - 1].text in _PARTS_OF_FILMS:
        yield "described"  # "the score was haunting"
    if one in _A and not sentence.parted[last] and words[last].text in _BE:
        yield "described"  # "a black swan was seen"


def _is_thing(word: str) -> bool:
    """Whether a word is one of the world, and not said of films."""
    return word in dictionary() and word not in _WORKS


def _is_owned(one: str, two: str) -> bool:
    """Whether what stands behind these words is somebody's: "my", "my old"."""
    return one in OWNERS or (one in _SIZES and two in OWNERS)


def _is_counted(one: str, two: str) -> bool:
    """Whether what stands behind these words is one of several: "a", "every", "a terrible"."""
    return one in _ONE_OF or (two in _A and _is_thing(one))


def _of_several(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of a word in the plural that several things are meant by."""
    words = sentence.words
    if not _is_plural(words[last - 1].text):
        return
    if last - first == 1 and any(word.text == "ones" for word in words[last : last + 4]):
        yield "thing"  # "aliens, but friendly ones"
    if not sentence.parted[last] and words[last].text in _PLURAL:
        yield "agrees"  # "dolls are a hard no"


def _is_plural(word: str) -> bool:
    """Whether a word says of several what another says of one."""
    if len(word) < 4 or not word.endswith("s") or word in _SINGULAR_IN_S:
        return False
    return not word.endswith(("ss", "us", "is")) and word[:-1] in dictionary()


def _is_now(sentence: Sentence, place: int) -> bool:
    """Whether how it is now follows, as of no film: "is unbearable today", "is best in spring", or
    where nobody says who is so: "home alone this weekend and …".
    """
    words = sentence.words
    if _is_told_of_oneself(sentence, place):
        return True
    if place >= len(words) or words[place].text not in ("is", "are", "isnt", "arent"):
        return False
    behind = [word.text for word in words[place + 1 : place + 7]]
    return not (_HERE.isdisjoint(behind) and _NOW.isdisjoint(pairwise(behind)))


def _is_told_of_oneself(sentence: Sentence, place: int) -> bool:
    """Whether a time ends what is told before it, and "and" or the end of the line follows."""
    words = sentence.words
    time = tuple(word.text for word in words[place : place + 2])
    end = place + 2
    return time in _THESE_DAYS and (end == len(words) or words[end].text in ("and", "so", "with"))


def _is_somewhere(sentence: Sentence, place: int) -> bool:
    """Whether the place where things are follows: "in the yard", but not "in the theater"."""
    words = sentence.words
    if place + 2 >= len(words) or words[place].text not in _PLACED:
        return False
    if words[place + 1].text not in _OWNED or sentence.parted[place]:
        return False
    where = words[place + 2].text
    return where not in _ON_SCREEN and where in dictionary() and sentence.is_lower(place + 2)
