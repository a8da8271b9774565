"""What grammar tells of words being a title.

"Signs was creepy" can't be of signs, "up made me sob" has no other subject; "the lake was frozen",
"in a diner" and "hot fuzz on this blanket" are of the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from assistant.language.lexicon import dictionary
from assistant.language.titles.sentence import Sentence

OBJECTS: Final = frozenset(("us", "them", "her", "him"))
"""Pronouns that no sentence begins with before "was": "Us was ok" names a film."""
_PREDICATES: Final = frozenset(
    "was is wasnt isnt has had broke made makes scared got gets blew blows moved destroyed wrecked hit hits ruined "
    "touched deserves really".split()
)
_SINGULAR: Final = frozenset("is was has isnt wasnt hasnt doesnt".split())
_PLURAL: Final = frozenset("are were arent werent".split())
_ONE_ALL_THE_SAME: Final = frozenset(
    "news series means politics physics mathematics maths economics ethics athletics gymnastics sports species lens "
    "mechanics dynamics headquarters crossroads yes always perhaps sometimes besides thanks hours minutes days weeks "
    "months years dollars bucks pounds euros miles".split()
)
"""Words with an s at their end that are said of one thing, or of an amount."""
_TOUCHED: Final = frozenset(
    "scared bored destroyed wrecked moved freaked grossed creeped terrified traumatized traumatised disappointed "
    "surprised charmed hooked haunted gutted blew broke crushed devastated floored annoyed confused touched "
    "underwhelmed impressed stunned shook rocked".split()
)
_ADVERBS: Final = frozenset(
    "just really totally completely absolutely honestly literally kinda so also".split()
)
_MOVED_TO: Final = frozenset(
    "cry sob weep bawl laugh cringe yawn cackle howl chuckle giggle ugly tear chills goosebumps nightmares "
    "anxiety".split()
)
"""What a film makes one do, or gives one."""
_PARTS_OF_FILMS: Final = frozenset(
    "score cast lead villain hero ending script opening director star".split()
)
_ARTICLES: Final = frozenset("the a an".split())
_ANY: Final = frozenset("any every each".split())
_IN: Final = frozenset("in of on at with for from by to".split())
_A: Final = frozenset(("a", "an"))
SAID_ALONE: Final = frozenset("up us her him them it".split())
"""Titles of one word that sentences are made of, and that stand out in some."""
_SUBJECTLESS: Final = frozenset("up us her him them saw".split())
"""Words that nobody says and nothing else, but as a title."""
_WATCHED: Final = frozenset("watching watched rewatching rewatched".split())
_BE: Final = frozenset("is was are were am isnt wasnt arent werent".split())
_PEOPLE_ARE: Final = frozenset("im youre theyre hes shes weve".split())
_PEOPLE: Final = frozenset("i you he she we they everyone everybody people".split())
_OWNERS: Final = frozenset("my our his her their your".split())
_SIZES: Final = frozenset("new old good nice big little small whole own".split())
_OWNED: Final = frozenset("the my our his her their your this that these those".split())
_MADE_FOR_THE_SCREEN: Final = frozenset(
    "movie movies film films flick 1 ones classic masterpiece favorite favourite favorites favourites fave fav best "
    "worst comedy drama thriller horror romance musical western series sequel remake cartoon animation documentary "
    "recommendation suggestion pick choice option answer guess vote winner loser rest other others last first second "
    "third next name title movie's latest newest oldest original obsession weakness jam addiction crush taste fallback "
    "rewatch top number idea turn problem exception".split()
)
_GENERIC: Final = frozenset(("movie", "film", "comedy", "story"))
_WHERE: Final = frozenset(
    "in on at near behind under over inside outside beside across with".split()
)
_HERE: Final = frozenset("here outside today lately nowadays".split())
_SEASONS: Final = frozenset(
    "spring summer autumn fall winter january february march april may june july august september october november "
    "december".split()
)
_SPANS: Final = frozenset("morning week".split())
_ON_SCREEN: Final = frozenset(
    "tv telly theater theaters theatre theatres cinema cinemas movies screen plane flight list bed end ending middle "
    "weekend evening night morning other others sequel original movie film first second last background drive "
    "dvd same beginning couch airplane big whole lead title role main cast".split()
)
"""Places where films are seen, or stand."""


def stands_out(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of words that are built into a sentence as only a title is."""
    text, words = sentence.text, sentence.words
    joined, begins = not sentence.parted[last], sentence.parted[first]
    if joined and begins:
        after = words[last].text
        if (
            after in _SINGULAR
            and _is_plural(words[last - 1].text)
            and not _IN & {word.text for word in words[first:last]}
        ):
            yield "disagrees"
        verb = last + (after in _ADVERBS and last + 1 < len(words))  # "just annoyed me"
        if words[verb].text in _TOUCHED or words[verb].text in (
            "made",
            "makes",
            "gave",
            "gives",
            "had",
            "got",
        ):
            if _touches(sentence, verb) and words[last - 1].text not in _PARTS_OF_FILMS:
                yield "touched_the" if words[first].text in _ARTICLES else "touched"
    if _is_rated(sentence, last):
        yield "rated"
    if last - first > 1:
        return
    word, ends = words[first].text, not joined or words[last].text in ("and", "or", "but")
    if len(words) == 1 and word in _SUBJECTLESS:
        yield "only_word"
    if word not in SAID_ALONE or not first:
        return
    before = words[first - 1].text
    listed = begins and not joined and text[words[first].start].isupper()
    watched = word == "up" and (
        before in _WATCHED or (before in ("and", "or") and first - 2 in sentence.around.told)
    )
    if listed or (ends and (watched or before in ("movie", "film"))):
        yield "listed" if listed else "watched"


def stands_back(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of words without a capital that are built into a sentence as ordinary words are."""
    text, words = sentence.text, sentence.words
    if not text[words[first].start].islower():
        return
    before = ["", "", ""]
    place = first
    while place > first - 3 and not sentence.parted[place]:
        place -= 1
        before[first - place - 1] = words[place].text
    one, two, three = before
    single = last - first == 1
    if one in _PEOPLE_ARE or (not single and one in _BE and two in _PEOPLE):
        yield "state"  # "i'm home alone", "we are up in the air"
    elif (
        single
        and one in _BE
        and three in _OWNED
        and two in dictionary()
        and two not in _MADE_FOR_THE_SCREEN
    ):
        yield "described"  # "the lake was frozen"
    if (
        words[last - 1].text in _PARTS_OF_FILMS
        and (words[first].text if last - first == 2 else one) == "the"
    ):
        yield "described"  # "the score was haunting"
    owned = one in _OWNERS or (one in _SIZES and two in _OWNERS)
    counted = (
        one in _A
        or one in _ANY
        or (two in _A and one in dictionary() and one not in _MADE_FOR_THE_SCREEN)
    )
    if single and (owned or counted) and words[first].text in dictionary():
        yield "thing"  # "in a diner", "a terrible hangover", "their new matrix"
    if not single and one in _A and not sentence.parted[last] and words[last].text in _BE:
        yield "described"  # "a black swan was seen"
    if one == "and" and three in _A and words[last - 1].text in _GENERIC:
        yield "described"  # "a funny and scary movie"
    yield from _of_several(sentence, first, last)
    if _is_now(sentence, last):
        yield "moment"  # "the mist is lovely here"
    if not sentence.topical and _is_somewhere(sentence, last):
        yield "somewhere"  # "hot fuzz on this blanket"


def _of_several(sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """Marks of a word in the plural that several things are meant by."""
    words = sentence.words
    if not _is_plural(words[last - 1].text):
        return
    if last - first == 1 and any(word.text == "ones" for word in words[last : last + 4]):
        yield "thing"  # "aliens, but friendly ones"
    if not sentence.parted[last] and words[last].text in _PLURAL:
        yield "agrees"  # "dolls are a hard no"


def is_subject(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a word begins a sentence and its verb follows, with at most a "!" of the title
    between.
    """
    text, words = sentence.text, sentence.words
    if last >= len(words):
        return False
    mark = text[words[last - 1].end : words[last].start].strip()
    asked = (
        mark == "?" and sentence.judged(last) and text[words[first].start].isupper()
    )  # "Her? Loved it."
    begins = first == 0 or any(
        mark in ".!?;\n" for mark in text[words[first - 1].end : words[first].start]
    )
    return begins and (asked or (words[last].text in _PREDICATES and mark in ("", "!")))


def _is_plural(word: str) -> bool:
    """Whether a word says of several what another says of one."""
    if len(word) < 4 or word[-1] != "s" or word[-2] in "sui" or word in _ONE_ALL_THE_SAME:
        return False
    return word[:-1] in dictionary()


def _touches(sentence: Sentence, place: int) -> bool:
    """Whether the verb at `place` tells what a film did to somebody: "scared me", "made us
    laugh".
    """
    verb, *rest = (word.text for word in sentence.words[place : place + 4])
    if not rest or rest[0] not in ("me", "us", "my"):
        return False
    if verb in _TOUCHED:
        return True
    return any(word in _MOVED_TO or word.rstrip("ing") in _MOVED_TO for word in rest[1:])


def _is_rated(sentence: Sentence, place: int) -> bool:
    """Whether points follow: "8/10", "4 stars"."""
    words, text = sentence.words, sentence.text
    if place + 1 >= len(words) or not words[place].text.isdecimal():
        return False
    if words[place + 1].text in ("stars", "star"):
        return True
    between = text[words[place].end : words[place + 1].start]
    return between == "/" and words[place + 1].text in ("5", "10", "100")


def _is_now(sentence: Sentence, place: int) -> bool:
    """Whether how it is here or now follows, as of no film: "is unbearable today", "is best in
    spring".
    """
    words = sentence.words
    if place >= len(words) or words[place].text not in ("is", "are", "isnt", "arent"):
        return False
    behind = [word.text for word in words[place + 1 : place + 7]]
    return any(
        word in _HERE
        or (word in _SEASONS and before == "in")
        or (word in _SPANS and before == "this")
        for before, word in pairwise(["", *behind])
    )


def _is_somewhere(sentence: Sentence, place: int) -> bool:
    """Whether the place where things are follows: "in the yard", but not "in the theater"."""
    words, text = sentence.words, sentence.text
    if (
        place + 2 >= len(words)
        or words[place].text not in _WHERE
        or words[place + 1].text not in _OWNED
    ):
        return False
    if sentence.parted[place]:
        return False
    where = words[place + 2]
    return (
        text[where.start].islower() and where.text in dictionary() and where.text not in _ON_SCREEN
    )
