"""Words of titles said of everyday life: people, places, amounts and things, told by the words
around them.

"Carol from work", "I live in Philadelphia", "21 year old student", "the birds are singing", "psycho
thrillers" name no film, whatever films are called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from assistant.language.lexicon import background, dictionary, places
from assistant.language.titles.sentence import Sentence
from assistant.language.words import Word

_DOES_AS_PEOPLE_DO: Final = frozenset(
    "likes loves wants hates says said thinks prefers enjoys needs told recommended suggested picked chose asked asks "
    "knows cancelled canceled called visits visited hosts snores works lives".split()
)
_RELATIONS: Final = frozenset(
    "son daughter wife husband friend mate brother sister boyfriend girlfriend boss cousin uncle aunt dog cat "
    "colleague neighbour neighbor buddy nephew niece kid baby puppy partner fiance fiancee gf bf bro sis toddler "
    "roommate flatmate".split()
)
_TITLED: Final = frozenset("aunt auntie aunty uncle cousin grandma grandpa granny nan nana".split())
"""Kin that is called by its name: "aunt Carrie"."""
_ELDERS: Final = frozenset(
    "mum mom mam dad father mother gran grandma grandpa granddad nan parents".split()
)
_YOUNG: Final = frozenset("kid kids child children boy boys girl girls twins son daughter".split())
_OWNERS: Final = frozenset("my our his her their your".split())
_AGED: Final = frozenset("both only just about almost nearly aged young small little older".split())
_COMPANY: Final = frozenset(
    (
        "and i",
        "and me",
        "and my",
        *(
            f"from {place}"
            for place in "work school accounting hr sales finance legal church class".split()
        ),
    )
)
_IN_PLACES: Final = frozenset(
    "live lives lived living born based stuck up staying stay work working weekend holiday holidays here flat".split()
)
_TO_PLACES: Final = frozenset(
    "flying fly trip travel travelling traveling moved move moving going went go holiday flight flights drive "
    "driving commute tickets been".split()
)
_AT: Final = frozenset("in via near across through around outside throughout".split())
_FROM: Final = frozenset(
    "am im i'm greetings hello hi hailing writing calling come comes originally back far".split()
)
_UNITS: Final = frozenset(
    "year years yr yrs hour hours hr hrs minute minutes min mins mile miles day days night nights week weeks month "
    "months people person kids adults children square feet foot dollars bucks pounds euros percent times films movies "
    "pm am oclock degrees km metres meters inches pages episodes seasons stars of points guests drinks beers".split()
)
_AMOUNT_BEFORE: Final = frozenset(
    "for in about under over than after last past took takes around within me us of these those only every least most "
    "maximum max have got is".split()
)
_AMOUNT_AFTER: Final = frozenset(
    "of from to ago long later until till before max left maximum or tops only".split()
)
_STATES: Final = frozenset(
    "open closed over late here there cold broken packed asleep ill sick on off full empty busy done ready gone "
    "tiny tired hungry home away out waiting tomorrow tonight today cancelled canceled next upset alive dead drunk "
    "back locked overdue singing ringing sleeping crying barking raining snowing visiting arriving leaving burning "
    "boiling cooking calling".split()
)
_IS: Final = frozenset("is are was were isnt arent".split())
_LOOKS: Final = _IS | {"looks", "looked", "so", "very", "really", "shes", "hes", "its", "thats"}
_BE: Final = frozenset("am im is are was were youre theyre hes shes".split())
_WHO: Final = frozenset("i you he she we they people everyone everybody life love who".split())
_CHOICES: Final = frozenset(
    "guess answer vote idea turn fave fav top number obsession weakness jam addiction crush taste fallback rewatch "
    "next last first second third other".split()
)
"""What one calls a film that is named behind: "my guess is Heat"."""
_OF_FILMS_WHO: Final = frozenset(
    "is was are were stars starred plays played made makes directed directs wrote else".split()
)
"""Behind "who" they ask for the people of a film; anything else is said of people."""
_BEST: Final = frozenset(("best", "worst"))
_OF_THE_WORLD: Final = frozenset(
    "time times place places city cities town towns country countries season month day days hour way ways food "
    "dish restaurant player players team teams singer band song album holiday weather job school teacher dog cat "
    "friend friends feeling".split()
)
"""What is the best or the worst, and no film: "is the worst time to be outside"."""
_LANGUAGES: Final = frozenset(
    "spanish french italian german latin greek russian japanese chinese polish dutch".split()
)
_CALLS: Final = frozenset(("calls", "call", "called"))
_ON_SCREENS: Final = frozenset(
    "playing streaming showing airing screening trending missing filming".split()
)
_WHEN: Final = frozenset(
    "spring summer autumn winter january february april june july august september october november december".split()
)
_OCCASIONS: Final = frozenset("night nights evening weekend party day".split())
_OF_US: Final = frozenset(
    "i im we were she shes he hes they need want give show something anything no so whats what".split()
)
"""After an occasion, what one wants for it: "date night, we need …"."""
_THINGS: Final = frozenset(
    "action thriller thrillers horror horrors comedy comedies drama dramas romance romances killer killers guy guys "
    "girl girls man men woman women people person kid kids stuff things thing costume costumes picture pictures party "
    "parties trip trips game games lady food music house room car cars road office skills fan club show shows "
    "accident amount amounts plot plots line lines vibes vibe genre genres weekend morning evening afternoon season "
    "invasion museum museums restaurant cafe hotel airport invasions attack attacks fight fights battle battles "
    "forest forests adventure adventures fantasy sex".split()
)
"""Plain nouns: a title right before one is a part of what it names ("psycho thrillers", "a Frozen
party")."""

_OF_FILMS: Final = frozenset(
    "movie movies film films flick 1 ones classic classics masterpiece favorite favourite favorites favourites best "
    "comedy drama thriller horror romance musical western series sequel remake cartoon animation anime documentary "
    "recommend recommendation recommended suggestion suggestions pick choice option netflix hulu prime disney dvd list "
    "about with by from like similar another also directed starring based watch watched seen good great awesome "
    "amazing excellent fantastic wonderful terrible awful funny hilarious scary sad underrated overrated rated "
    "better worse what which terrifying intense gripping disturbing heartbreaking".split()
)
_HYPHENS: Final = frozenset("-‐‑")
_ALIKE: Final = frozenset("like style esque ish type level inspired themed".split())
"""Behind a hyphen they leave the name what it is: "Alien-like"."""


def everyday(sentence: Sentence, first: int, last: int, *, ordinary: bool) -> Iterator[str]:
    """Marks of everyday life that the words [first, last) bear; `ordinary` where they themselves
    are everyday ones.
    """
    text, words, parted, judged = sentence.text, sentence.words, sentence.parted, sentence.judged
    before = "" if parted[first] else words[first - 1].text
    before_that = "" if not before or parted[first - 1] else words[first - 2].text
    after = "" if parted[last] else words[last].text
    after_that = words[last + 1].text if after and last + 1 < len(words) else ""
    aged = (
        words[last - 1].text in _YOUNG
        and after in _IS
        and (after_that.isdecimal() or after_that in _AGED)
    )
    named = (
        before == "called" and first > 2 and words[first - 3].text in _RELATIONS
    )  # "our cat is called amelie"
    if (
        aged
        or named
        or _is_person(before, before_that, after, after_that)
        or _is_kin(words[first:last])
    ):
        yield "person"
    yield from _of_places(before, before_that, words[first:last])
    if _is_amount(words[first:last], before, after):
        yield "amount"
    if (
        after in _IS
        and not judged(last)
        and (after_that in _STATES or (ordinary and not _is_of_film(words, last + 1)))
    ):
        yield "state"
    does = after in _IS and _does(after_that) and not judged(last) and not judged(last + 1)
    if does or _is_of_the_world(words[first:last], words[last : last + 6]):
        yield "of_the_world"
    if (
        last - first == 1
        and before in _LOOKS
        and judged(first)
        and text[words[first].start].islower()
    ):
        yield "state"  # "she is gorgeous"
    if last - first == 1 and before in _BE and text[words[first].start].islower():
        owned = (
            first > 2
            and words[first - 3].text in _OWNERS
            and not parted[first - 2]
            and before_that not in _CHOICES
        )
        if before_that in _WHO or (owned and not _is_of_film(words, max(first - 4, 0))):
            yield "state"  # "you are immortal", "life is hard", "my hands are frozen"
    if last + 2 < len(words) and words[last].text == "all" and words[last + 2].text == "it":
        yield "state"  # "lies, all of it"
    if (
        not before
        and words[last - 1].text in _OCCASIONS
        and last < len(words)
        and words[last].text in _OF_US
    ):
        yield "state"
    if _in_compound(text, words, first, last):
        yield "in_compound"
    if last - first == 1 and before == words[first].text:
        yield "part"  # "hate hate hate …"
    if after in _THINGS and not judged(last):
        yield "part"


def _is_of_the_world(span: Sequence[Word], behind: Sequence[Word]) -> bool:
    """Whether what stands behind is said of no film: "… is the worst time", "… nice in April", "…
    is Spanish for".
    """
    said = [word.text for word in behind]
    if any(one == "in" and other in _WHEN for one, other in pairwise(said)):
        return " ".join(word.text for word in span) in places()
    if len(said) < 4 or said[0] not in _IS:
        return False
    named = said[1:3] == ["the", "name"] or (said[2] == "for" and said[1] in _LANGUAGES)
    return (
        named
        or (said[2] in _BEST and said[3] in _OF_THE_WORLD)
        or (said[1] == "what" and not _CALLS.isdisjoint(said))
    )


def _does(word: str) -> bool:
    """Whether a word tells what somebody or something other than a film is doing: "teething"."""
    if not word.endswith("ing") or word in _ON_SCREENS:
        return False
    return word in dictionary() and not background().is_common(word)


def _is_person(before: str, before_that: str, after: str, after_that: str) -> bool:
    """Whether somebody is called so: "my son Oliver", "Carol from work", "my name is Max", "Laura
    likes comedies".
    """
    if after in _DOES_AS_PEOPLE_DO or (not before and f"{after} {after_that}" in _COMPANY):
        return True
    if after == "who" and after_that and after_that not in _OF_FILMS_WHO:
        return True  # "the usual suspects who leave dirty mugs"
    named = before in ("is", "was", "called", "named", "name", "names", "its") and before_that in (
        "name",
        *_RELATIONS,
    )
    related = before in _RELATIONS and before_that in _OWNERS
    related = related or before in _TITLED
    return named or related or (before_that, before) in (("call", "me"), ("me", "and"))


def _is_kin(span: Sequence[Word]) -> bool:
    """Whether the words are "my uncle", "mum and dad", "the in-laws" or the like."""
    if [word.text for word in span[-2:]] == ["in", "laws"]:
        return True
    kin = [word.text for word in span if word.text not in _OWNERS and word.text != "and"]
    return 0 < len(kin) < len(span) and all(word in _RELATIONS or word in _ELDERS for word in kin)


def _is_of_film(words: Sequence[Word], place: int) -> bool:
    """Whether what is said from a word on is said of films: "a classic", "my favourite", "on
    Netflix".
    """
    return any(word.text in _OF_FILMS for word in words[place : place + 5])


def _of_places(before: str, before_that: str, span: Sequence[Word]) -> Iterator[str]:
    """Marks of where one lives, goes or comes from, or is, where it is a place."""
    goes = before in ("to", "from", "for") and before_that in _TO_PLACES
    lives = before in ("in", "at", "near") and before_that in _IN_PLACES
    if len(span) <= 2 and (goes or lives or (before == "from" and before_that in _FROM)):
        yield "place"
    elif before in _AT and " ".join(word.text for word in span) in places():
        yield "there"


def _is_amount(span: Sequence[Word], before: str, after: str) -> bool:
    """Whether something is counted: "21 year old", "127 hours of work", "in 8 miles"."""
    if all(word.text.isdecimal() for word in span):
        return after in _UNITS
    counted = len(span) == 2 and span[0].text.isdecimal() and span[1].text in _UNITS
    return counted and (before in _AMOUNT_BEFORE or after in _AMOUNT_AFTER)


def _in_compound(text: str, words: Sequence[Word], first: int, last: int) -> bool:
    """Whether a hyphen ties the words to others: "Ant" in "Ant-Mn", but not in "Ant-like"."""
    before = first > 0 and text[words[first - 1].end : words[first].start] in _HYPHENS
    after = last < len(words) and text[words[last - 1].end : words[last].start] in _HYPHENS
    return before or (after and words[last].text not in _ALIKE)
