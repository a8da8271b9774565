"""How long films may run, and for what age they must be fit, in plain words.

Every amount of time in a line becomes a mark, so that what stands around it is read alike for "90
minutes", "an hour and a half" and "1h45". What turns a wish round is told by the scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from assistant.language.lexicon import word_class
from assistant.language.meaning.tastes import Force
from assistant.language.meaning.years import NUMBERS, Scope
from assistant.language.utterance import FacetMention
from core.catalogue import Catalogue
from core.data.facts import AGES
from core.domain import Limit

_SHORT: Final = 90
"""Minutes up to which a film is short: a fifth of those that can be recommended are."""
_NOT_TOO_LONG: Final = 110
"""Minutes that are not too long: the median is 105."""
_EPIC: Final = 150
"""Minutes from which a film is long: one in fifteen is."""
_ABOUT: Final = 15
"""Minutes by which a film may miss a length that is only about so much."""

# ---- lengths

_TENS: Final = {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
_WORD: Final = r"\d(?:\.\d+)?|an?|one|two|three|four|five|six"
_HALF: Final = r"\s+and\s+a\s+half"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.])(?:(?P<hours>{_WORD})(?P<half>{_HALF})?[\s-]*(?:hours?|hrs?|h)(?![a-z])"
    rf"(?P<more>{_HALF})?(?:\s*(?:and\s+)?(?P<rest>[0-5]\d)\b(?:\s*(?:minutes?|mins?|m)\b)?)?"
    rf"|(?P<minutes>\d{{2,3}}|(?:a\s+)?(?:{'|'.join(_TENS)}))"
    r"(?=[\s-]*(?:minutes?|mins?)\b|\s*(?:and|to|-|–|or)\s*\d{2,3}[\s-]*(?:minutes?|mins?)\b)"
    r"(?:[\s-]*(?:minutes?|mins?)\b)?"
    r"|(?P<bare>an?|one|two|three|four|[1-4])(?=\s+(?:and|to|or)\s+\w+\s+hours?\b))"
)
_MARK: Final = "\x01"
_TIME: Final = f"{_MARK}+"
_ROUGHLY: Final = r"(?:(?:about|around|roughly|like|maybe|just|only)\s+)*"
_BETWEEN: Final = re.compile(rf"({_TIME})\s*(?:and|to|-|–|or)\s*({_TIME})")
_AT_MOST: Final = re.compile(
    rf"\b(?:under|below|less than|shorter than|at most|max(?:imum)?(?: of)?|up to|within|fits? in"
    rf"|(?:have|has|got|only have|there's|there is)(?: only)?)\s+{_ROUGHLY}({_TIME})"
    rf"|({_TIME})\s*(?:max|tops|at (?:the )?most|or (?:less|shorter|under)|limit)\b"
    rf"|\A\W*(?:(?:just|only|maybe)\s+)*({_TIME})\W*\Z"
)
_AT_LEAST: Final = re.compile(
    rf"\b(?:over|above|beyond|(?:more|longer) than|at least|min(?:imum)?(?: of)?)"
    rf"\s+{_ROUGHLY}({_TIME})|({_TIME})\s*(?:or (?:more|longer|over)|at least|plus|minimum)\b"
)
_ROUND: Final = re.compile(
    rf"\b(?:about|around|roughly)\s+({_TIME})"
    rf"|({_TIME})(?:\s+long)?\s+(?:\w+\s+)?(?:films?|movies?|flicks?|comed\w+|thrillers?|dramas?)"
)
_NOT_LONG: Final = re.compile(r"\b(?:too|very|so|that|super|overly)\s+long\b(?!\s+ago)")
_NOT_SHORT: Final = re.compile(r"\btoo\s+short\b")
_THING: Final = r"(?:something|anything|nothing|films?|movies?|ones?|be|a|but|and)"
_KIND: Final = r"(?:films?|movies?|flicks?|ones?|comed\w+|thrillers?|dramas?)"
_IS_SHORT: Final = re.compile(
    rf"\b{_THING}\s+(?:that'?s\s+)?(?:(?:really|very|quite|nice and)\s+)?(?P<short>short|quick)"
    rf"(?:\s+{_KIND}|\W*\Z|\s+(?:and|but|please|tonight|for)\b)"
)
_IS_LONG: Final = re.compile(
    rf"\b{_THING}\s+(?:that'?s\s+)?(?:really\s+|very\s+|quite\s+)?(?P<long>long)"
    rf"(?:\s+{_KIND}|\W*\Z|\s+(?:and|please|tonight)\b)"
    r"|\b(?:an|some|proper|real|big|sweeping)\s+(?P<epic>epics?)(?:\s+(?:films?|movies?))?\W*\Z"
)
_SHORTER: Final = re.compile(r"\bshorter\b(?!\s+(?:than|version|cut))")
_LONGER: Final = re.compile(r"\blonger\b(?!\s+(?:than|version|cut))")
_ANY_LENGTH: Final = re.compile(
    r"\bany\s+(?:length|runtime)\b|\b(?:length|runtime)\s+(?:doesn'?t|does not|isn'?t|is not)\b"
    r"|\b(?:no matter|don'?t care|doesn'?t matter|do not care)\s+(?:how long|about the length)\b"
    r"|\bforget\s+(?:about\s+)?the\s+(?:length|runtime|time limit)\b"
    r"|\b(?:however long|(?:can|may) be long)\b|\blong(?:er)? (?:ones |films |movies )?(?:is|are)"
    r" (?:fine|ok|okay|good)\b"
)
_OF_LENGTH: Final = re.compile(r"hour|min|hr|\dh|\d h|long|short|quick|epic|length|runtime")
"""Most lines hold none of these, and so say nothing of lengths."""


def minutes_wanted(text: str, shown: Sequence[int], scope: Scope) -> Limit | None:
    """The length asked for; None where nothing is said of it.

    `text` is in lower case with titles blanked out; `shown` are the minutes of the films on the
    table, of which "shorter" and "too long" are meant.
    """
    if not _OF_LENGTH.search(text):
        return None
    amounts: list[tuple[int, int, int]] = []

    def marked(match: re.Match[str]) -> str:
        amounts.append((match.start(), match.end(), _minutes(match)))
        return _MARK * (match.end() - match.start())

    said = _AMOUNT.sub(marked, text)
    at = {start: minutes for start, _, minutes in amounts}
    if amounts:
        return _of_amounts(said, at, scope)
    return _in_words(text, sorted(shown), scope)


def any_length(text: str, scope: Scope) -> bool:
    """Whether an earlier wish for a length is lifted."""
    words = re.finditer(r"\b(?:short|long|quick|epic)\b", text)
    return bool(_ANY_LENGTH.search(text)) or any(
        scope(match.start()) is Force.FREE for match in words
    )


def _minutes(match: re.Match[str]) -> int:
    """An amount of time in minutes."""
    if said := match["minutes"]:
        return int(said) if said.isdecimal() else _TENS[said.removeprefix("a ").strip()]
    hours = match["hours"] or match["bare"]
    number = float(NUMBERS.get(hours, 1 if hours in ("a", "an") else 0) or hours)
    half = 30 if match["half"] or match["more"] else 0
    return round(60 * number) + half + int(match["rest"] or 0)


def _of_amounts(said: str, at: dict[int, int], scope: Scope) -> Limit | None:
    """The limit that is told by amounts of time, which are marks in `said`."""

    def amount(match: re.Match[str]) -> int:
        return at[next(match.start(place) for place in (1, 2, 3) if match[place])]

    if both := _BETWEEN.search(said):
        low, high = sorted((at[both.start(1)], at[both.start(2)]))
        return Limit("minutes", low, high)
    if (least := _AT_LEAST.search(said)) and scope(least.start()) is not Force.FREE:
        away = scope(least.start()) is Force.AVOID
        minutes = at[least.start(1) if least[1] else least.start(2)]
        return Limit("minutes", 1, minutes) if away else Limit("minutes", minutes)
    if most := _AT_MOST.search(said):
        away = scope(most.start()) is Force.AVOID
        return Limit("minutes", amount(most)) if away else Limit("minutes", 1, amount(most))
    if round_it := _ROUND.search(said):
        minutes = at[round_it.start(1) if round_it[1] else round_it.start(2)]
        return Limit("minutes", max(minutes - _ABOUT, 1), minutes + _ABOUT)
    return None


def _in_words(text: str, shown: Sequence[int], scope: Scope) -> Limit | None:
    """The limit that is told without an amount: "not too long", "something shorter", "an epic"."""
    return _compared(text, shown, scope) or _vague(text, scope)


def _compared(text: str, shown: Sequence[int], scope: Scope) -> Limit | None:
    """Shorter or longer than the films on the table."""
    if not shown or "\x00" in text:
        return None
    middle = shown[len(shown) // 2]
    for pattern, limit in (
        (_SHORTER, Limit("minutes", 1, middle - 1)),
        (_LONGER, Limit("minutes", middle + 1)),
        (_NOT_LONG, Limit("minutes", 1, middle - 1)),
        (_NOT_SHORT, Limit("minutes", middle + 1)),
    ):
        found = pattern.search(text)
        if found and scope(found.start()) is None and not _turned(text, found.start()):
            return limit
    return None


def _turned(text: str, start: int) -> bool:
    """Whether "not", "nothing" or the like stands right before: "not too long"."""
    return re.search(r"(?:\bnot|n't|\bnothing|\bisnt|\bno)\s+\Z", text[:start]) is not None


def _vague(text: str, scope: Scope) -> Limit | None:
    """Short or long by judgement."""
    long = _NOT_LONG.search(text)
    if long and (scope(long.start()) is Force.AVOID or _turned(text, long.start())):
        return Limit("minutes", 1, _NOT_TOO_LONG)
    for pattern, limit, away in (
        (_IS_SHORT, Limit("minutes", 1, _SHORT), Limit("minutes", _SHORT + 1)),
        (_IS_LONG, Limit("minutes", _EPIC), Limit("minutes", 1, _NOT_TOO_LONG)),
    ):
        if match := pattern.search(text):
            start = next(match.start(name) for name, said in match.groupdict().items() if said)
            force = scope(start)
            return None if force is Force.FREE else away if force is Force.AVOID else limit
    return None


# ---- ages

_FOR_CHILDREN: Final = "genre:Children"
_FOR_ALL: Final = AGES["G"]
_GUIDANCE: Final = AGES["PG"]
_FROM: Final = ((17, None), (14, AGES["TV-14"]), (13, AGES["PG-13"]), (5, _GUIDANCE), (0, _FOR_ALL))
"""Age of the youngest viewer → age of the highest rating that is fit, None for any.

The Motion Picture Association's own words: PG-13 "may be inappropriate for children under 13", R
asks for a parent with everybody under 17, PG only that parents look. Below 5, when the British
Board of Film Classification's lowest class begins to hold ("U: suitable for four years and over"),
only G will do."""
_RATING: Final = re.compile(
    r"(?<![\w-])(?:(?P<sure>nc-?17|pg[\s-]?13|pg|tv-?ma)(?![\w-])"
    r"|(?P<r>r)(?:[\s-]?rated\b|\s+(?:films?|movies?)\b)"
    r"|rated[\s-](?P<rated>r|g|pg[\s-]?13|pg)\b|(?P<g>g)[\s-]rated\b|(?<=no )(?P<bare>r)\b)"
)
_BEYOND: Final = re.compile(r"\b(?:above|over|beyond|higher than|more than)\s+(?:a\s+)?\Z")
_YEARS_OLD: Final = re.compile(
    r"\b(?P<old>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)"
    r"[\s-]*(?:years?|yrs?)[\s-]*olds?\b"
    r"(?!\s+(?:\w+\s+)?(?:movies?|films?|flicks?|classics?)\b)"
    r"|\b(?P<yo>\d{1,2})[\s-]*y/?o\b"
    r"|\b(?:aged?|i'?m|i am|s?he is|s?he's|they are|they're)\s+(?P<aged>\d{1,2})\b"
    r"(?!\s*(?:min|hour|\d))"
    rf"|\b(?:{'|'.join(sorted(word_class('kids')))}|boys?|girls?)(?:'s)?,?"
    r"\s+(?:are|is)?"
    r"\s*(?:only\s+)?(?P<child>\d{1,2})(?:\s*(?:and|&|,)\s*(?P<other>\d{1,2}))?\b"
)
_NOT_AT_SCHOOL: Final = re.compile(r"\b(?:toddlers?|preschoolers?)\b")
_ANY_AGE: Final = re.compile(
    r"\bany\s+(?:age\s+)?rating\b|\b(?:r[\s-]rated|r|adult (?:films?|stuff)) is (?:fine|ok|okay)\b"
    r"|\bkids are (?:in bed|asleep|gone)\b|\bforget (?:about )?the (?:kids|children|rating|age)\b"
)


def age_wanted(text: str, scope: Scope) -> Limit | None:
    """The age that films must be fit for; None where nothing is said of it."""
    highest = list(_ages_said(text, scope))
    return Limit("age", 0, min(highest)) if highest else None


def any_age(text: str) -> bool:
    """Whether an earlier wish for an age is lifted."""
    return _ANY_AGE.search(text) is not None


def _ages_said(text: str, scope: Scope) -> Iterator[int]:
    """The highest age of a rating that each part of a line allows."""
    yield from filter(
        lambda age: age >= 0, (_rating(text, one, scope) for one in _RATING.finditer(text))
    )
    for match in _YEARS_OLD.finditer(text):
        ages = [NUMBERS.get(age) or int(age) for age in match.groups() if age]
        fit = next(fit for start, fit in _FROM if min(ages) >= start)
        if fit is not None:
            yield fit
    if _NOT_AT_SCHOOL.search(text):
        yield _FOR_ALL


def _rating(text: str, match: re.Match[str], scope: Scope) -> int:
    """The highest age that a rating allows where it stands; −1 where it bounds nothing."""
    said = next(filter(None, match.groups()))
    highest = AGES.get(re.sub(r"pg[\s-]?13", "pg-13", said).upper(), AGES["R"])
    beyond = _BEYOND.search(text, max(match.start() - 16, 0), match.start())
    if beyond:
        return highest
    if match["bare"] or scope(match.start()) is Force.AVOID:
        return max(age for age in AGES.values() if age < highest)
    return highest if highest < AGES["R"] else -1


# ---- both


def measures_of(
    text: str,
    catalogue: Catalogue,
    shown: Sequence[int],
    facets: Sequence[FacetMention],
    scope: Scope,
) -> tuple[Limit, ...]:
    """The limits on what the catalogue measures, of a line in lower case.

    `shown` are the films on the table, `facets` what else the line asks for: who looks for films
    for children wants none that is unfit for a child.
    """
    limits = []
    if (minutes := catalogue.columns.get("minutes")) is not None:
        known = [int(minutes[token - 1]) for token in shown if token <= len(minutes)]
        limits.append(minutes_wanted(text, [one for one in known if one > 0], scope))
    if catalogue.measures("age"):
        wanted = (catalogue.facet(one.token).key for one in facets if one.strength > 0)
        child = Limit("age", 0, _GUIDANCE) if _FOR_CHILDREN in wanted else None
        limits.append(age_wanted(text, scope) or child)
    return tuple(filter(None, limits))


def lifted_measures(text: str, scope: Scope) -> tuple[str, ...]:
    """Columns whose earlier limit a line in lower case lifts."""
    said = {"minutes": any_length(text, scope), "age": any_age(text)}
    return tuple(column for column, lifted in said.items() if lifted)
