"""Words of titles said of everyday life: people, places, amounts and things.

"Carol from work", "I live in Philadelphia", "21 year old student", "the birds are singing", "psycho
thrillers" name no film, whatever films are called so; the words around show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from assistant.language.lexicon import background, dictionary, title_class
from assistant.language.titles.grammar import OWNERS
from assistant.language.titles.sentence import Sentence
from assistant.language.words import Word

_PEOPLE_DO: Final = title_class("people_do")
_RELATIONS: Final = title_class("relations")
_NAMED: Final = _RELATIONS | {"name"}
_IS_CALLED: Final = title_class("is_called")
_KIN_BY_NAME: Final = title_class("kin_by_name")
_KIN: Final = _RELATIONS | title_class("elders")
_YOUNG: Final = title_class("young")
_AGES: Final = title_class("ages")
_COMPANY: Final = title_class("company")
_ASKS_WHO: Final = title_class("asks_who")
_LIVES_IN: Final = title_class("lives_in")
_GOES_TO: Final = title_class("goes_to")
_COMES_FROM: Final = title_class("comes_from")
_UNITS: Final = title_class("units")
_BEFORE_AMOUNTS: Final = title_class("before_amounts")
_AFTER_AMOUNTS: Final = title_class("after_amounts")
_STATES: Final = title_class("states")
_IS: Final = title_class("is_of_something")
_LOOKS: Final = _IS | title_class("looks")
_BE: Final = title_class("is_of_somebody")
_SOMEBODY: Final = title_class("somebody")
_CHOICES: Final = title_class("choices")
_OF_FILMS: Final = title_class("verdicts_on_films")
_ON_AIR: Final = title_class("on_air")
_BEST: Final = frozenset(("best", "worst"))
_OF_THE_WORLD: Final = title_class("best_of_the_world")
_LANGUAGES: Final = title_class("languages")
_CALLS: Final = frozenset(("calls", "call", "called"))
_OCCASIONS: Final = title_class("occasions")
_WISHES: Final = title_class("wish_for_occasion")
_THINGS: Final = title_class("things")
_HYPHENS: Final = frozenset("-‐‑")
_ALIKE: Final = title_class("alike")


class _Spot(NamedTuple):
    """The words [first, last) of a sentence and what stands right beside them."""

    sentence: Sentence
    first: int
    last: int
    texts: Sequence[str]
    """The words themselves."""
    before: str
    """"" behind a mark; so are the others."""
    before_that: str
    after: str
    after_that: str

    @classmethod
    def of(cls, sentence: Sentence, first: int, last: int) -> _Spot:
        """Looks around a span."""
        words = sentence.words
        before, before_that, _ = sentence.before(first)
        after = "" if sentence.parted[last] else words[last].text
        after_that = words[last + 1].text if after and last + 1 < len(words) else ""
        texts = [word.text for word in words[first:last]]
        return cls(sentence, first, last, texts, before, before_that, after, after_that)

    @property
    def is_small_word(self) -> bool:
        """Whether it is a single word without a capital."""
        return self.last - self.first == 1 and self.sentence.is_lower(self.first)

    @property
    def is_judged(self) -> bool:
        """Whether a taste or a verdict begins right behind."""
        return self.sentence.judged(self.last)


def everyday(sentence: Sentence, first: int, last: int, *, ordinary: bool) -> Iterator[str]:
    """Marks of everyday life of [first, last); `ordinary` where the words are everyday ones."""
    spot = _Spot.of(sentence, first, last)
    if _is_somebody(spot):
        yield "person"
    yield from _of_places(spot)
    if _is_amount(spot):
        yield "amount"
    yield from _of_statements(spot, ordinary)
    if spot.before and spot.is_small_word:
        yield from _of_states(spot)
    if _is_all_of_it(spot) or _is_occasion(spot):
        yield "state"
    yield from _of_compounds(spot)


# ---- people


def _is_somebody(spot: _Spot) -> bool:
    """Whether the words name or mean a person."""
    return _acts(spot) or _is_introduced(spot) or _is_aged(spot) or _is_kin(spot.texts)


def _acts(spot: _Spot) -> bool:
    """Whether what stands behind is said of people: "Laura likes comedies", "Carol from work"."""
    after, after_that = spot.after, spot.after_that
    if after in _PEOPLE_DO or (not spot.before and f"{after} {after_that}" in _COMPANY):
        return True
    # "the usual suspects who leave dirty mugs"
    return after == "who" and after_that != "" and after_that not in _ASKS_WHO


def _is_introduced(spot: _Spot) -> bool:
    """Whether somebody is called so: "my son Oliver", "my name is Max", "call me Carol"."""
    before, before_that = spot.before, spot.before_that
    if before in _KIN_BY_NAME or (before in _RELATIONS and before_that in OWNERS):
        return True
    if before in _IS_CALLED and before_that in _NAMED:
        return True
    if (before_that, before) in (("call", "me"), ("me", "and")):
        return True
    # "our cat is called amelie"
    called = before == "called" and spot.first > 2
    return called and spot.sentence.words[spot.first - 3].text in _RELATIONS


def _is_aged(spot: _Spot) -> bool:
    """Whether an age follows: "the kids are 6", "my twins are only 4"."""
    if spot.texts[-1] not in _YOUNG or spot.after not in _IS:
        return False
    return spot.after_that.isdecimal() or spot.after_that in _AGES


def _is_kin(texts: Sequence[str]) -> bool:
    """Whether the words are "my uncle", "mum and dad", "the in-laws" or the like."""
    if texts[-2:] == ["in", "laws"]:
        return True
    kin = [word for word in texts if word not in OWNERS and word != "and"]
    return 0 < len(kin) < len(texts) and _KIN.issuperset(kin)


# ---- places and amounts


def _of_places(spot: _Spot) -> Iterator[str]:
    """Marks of where one lives, goes or comes from, or is, where it is a place."""
    if len(spot.texts) <= 2 and _leads_to_place(spot.before, spot.before_that):
        yield "place"


def _leads_to_place(before: str, before_that: str) -> bool:
    if before in ("in", "at", "near"):
        return before_that in _LIVES_IN
    if before == "from" and before_that in _COMES_FROM:
        return True
    return before in ("to", "from", "for") and before_that in _GOES_TO


def _is_amount(spot: _Spot) -> bool:
    """Whether something is counted: "21 year old", "127 hours of work", "in 8 miles"."""
    texts = spot.texts
    if all([word.isdecimal() for word in texts]):
        return spot.after in _UNITS
    counted = len(texts) == 2 and texts[0].isdecimal() and texts[1] in _UNITS
    return counted and (spot.before in _BEFORE_AMOUNTS or spot.after in _AFTER_AMOUNTS)


# ---- what is the case, and of what


def _of_statements(spot: _Spot, ordinary: bool) -> Iterator[str]:
    """Marks of what is said of the words, behind them."""
    stated = spot.after in _IS and not spot.is_judged
    if stated and _is_in_state(spot, ordinary):
        yield "state"
    if (stated and _does(spot)) or _is_of_the_world(spot):
        yield "of_the_world"


def _is_in_state(spot: _Spot, ordinary: bool) -> bool:
    """Whether behind "is" stands how something is that is no film: "is closed"."""
    if spot.after_that in _STATES:
        return True
    return ordinary and not _of_film(spot.sentence.words, spot.last + 1)


def _does(spot: _Spot) -> bool:
    """Whether behind "is" stands what somebody, or no film, is doing: "teething"."""
    word = spot.after_that
    if not word.endswith("ing") or word in _ON_AIR or spot.sentence.judged(spot.last + 1):
        return False
    return word in dictionary() and not background().is_common(word)


def _of_film(words: Sequence[Word], place: int) -> bool:
    """Whether what begins at a word is said of films: "a classic", "on Netflix"."""
    return any(word.text in _OF_FILMS for word in words[place : place + 5])


def _is_of_the_world(spot: _Spot) -> bool:
    """Whether no film is meant by what follows: "… is the worst time", "… is Spanish for"."""
    behind = [word.text for word in spot.sentence.words[spot.last : spot.last + 6]]
    if len(behind) < 4 or behind[0] not in _IS:
        return False
    return _is_name(*behind[1:3]) or _is_best(*behind[2:4]) or _is_called(behind)


def _is_name(one: str, two: str) -> bool:
    return (one, two) == ("the", "name") or (one in _LANGUAGES and two == "for")


def _is_best(one: str, two: str) -> bool:
    return one in _BEST and two in _OF_THE_WORLD


def _is_called(behind: Sequence[str]) -> bool:
    return behind[1] == "what" and not _CALLS.isdisjoint(behind)


def _of_states(spot: _Spot) -> Iterator[str]:
    """Marks of a word that says how somebody or something is."""
    if spot.before in _LOOKS and spot.sentence.judged(spot.first):
        yield "state"  # "she is gorgeous"
    if spot.before in _BE and (spot.before_that in _SOMEBODY or _is_of_owned(spot)):
        yield "state"  # "you are immortal", "life is hard", "my hands are frozen"


def _is_all_of_it(spot: _Spot) -> bool:
    """Whether all of it is so: "lies, all of it"."""
    behind = [word.text for word in spot.sentence.words[spot.last : spot.last + 3]]
    return behind[:1] == ["all"] and behind[2:] == ["it"]


def _is_occasion(spot: _Spot) -> bool:
    """Whether films are wanted for it: "date night, we need …"."""
    if spot.before or spot.texts[-1] not in _OCCASIONS:
        return False
    words = spot.sentence.words
    return spot.last < len(words) and words[spot.last].text in _WISHES


def _is_of_owned(spot: _Spot) -> bool:
    """Whether it is said of what is somebody's, and no film: "my hands are"."""
    first, words = spot.first, spot.sentence.words
    if first < 3 or spot.sentence.parted[first - 2] or words[first - 3].text not in OWNERS:
        return False
    return spot.before_that not in _CHOICES and not _of_film(words, max(first - 4, 0))


# ---- parts of something else


def _of_compounds(spot: _Spot) -> Iterator[str]:
    """Marks of words that are a part of what is meant: "psycho thrillers"."""
    if _in_compound(spot.sentence, spot.first, spot.last):
        yield "in_compound"
    if [spot.before] == spot.texts:
        yield "part"  # "hate hate hate …"
    if spot.after in _THINGS and not spot.is_judged:
        yield "part"


def _in_compound(sentence: Sentence, first: int, last: int) -> bool:
    """Whether a hyphen ties the words to others: "Ant" in "Ant-Mn", but not in "Ant-like"."""
    if first > 0 and sentence.between(first) in _HYPHENS:
        return True
    words = sentence.words
    return (
        last < len(words) and sentence.between(last) in _HYPHENS and words[last].text not in _ALIKE
    )
