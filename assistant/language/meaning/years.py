"""Years of films in plain words.

How many films are wanted, and how well known they should be, in plain words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from assistant.language.lexicon import word_class
from assistant.language.meaning.tastes import Force
from core.domain import Limit

NUMBERS: Final = dict(
    zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True)
) | {
    "a couple of": 2,
    "couple of": 2,
    "a couple": 2,
    "a few": 3,
    "twenty": 20,
    "another": 1,
    "a dozen": 10,
}
NUMBER: Final = r"(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twenty)"
_COUNT: Final = re.compile(
    r"\b(?:give|show|find|recommend|suggest|gimme|list|need|want|tell|get|name)\s+(?:me\s+|us\s+)?"
    r"(?:just\s+|only\s+|like\s+|another\s+|about\s+)?"
    r"(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|twenty|a couple of|a couple|a few"
    r"|a dozen|another)\b"
    r"(?!\s*(?:years?|stars?|%))"
    r"|\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+"
    r"(?:more|other|good|great|new|different|funny|scary)*\s*"
    r"(?:movies|films|flicks|suggestions|recommendations|recs|ideas|options|picks|titles|more"
    r"|others|comedies|thrillers"
    r"|horrors)\b"
    r"|\A\s*([2-9]|two|three|four|five|six|seven|eight|nine|ten)\s+(?:[a-z'-]+\s+){0,3}"
    r"(?:movies|films|flicks|comedies|thrillers|horrors|dramas|westerns|musicals|documentaries"
    r"|cartoons|classics|ones)\b"
    r"|\b(?:just|only)\s+(one|two|three|[1-5])\b(?!\s+of)(?!\s*(?:years?|stars?|hours?|h\b|min"
    r"|%))|\btop\s+(\d{1,2}|three|five|ten)\b"
)
_NUMBER_SAID: Final = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twenty|couple|few|dozen|another)\b"
)
"""Most lines hold none of these, and so ask for no number of films."""
_LESSER_KNOWN: Final = re.compile(
    r"\b(?:not|nothing|isn'?t|less|without)\s+(?:\w+\s+){0,2}"
    r"(?:popular|famous|well[- ]known|mainstream|obvious|hyped)\b"
    r"|\b(?:hidden|less(?:er)?[- ]known|little[- ]known|overlooked|obscure|underrated"
    r"|under the radar|niche)\b"
    r"(?:\s+(?:gems?|movies?|films?|stuff|ones?))?|\bgems?\b|\bdeep cuts?\b"
    r"|\b(?:nobody|no one|few people)\s+(?:knows?|has seen|talks about)\b"
    r"|\b(?:something|anything|films?|movies?|ones?)\s+(?:that\s+)?i(?:'ve"
    r"|\s+have)?\s+(?:probably\s+)?"
    r"(?:never|not|haven'?t)\s+heard\s+of\b"
    r"|\b(?:no|not|without|except)\s+(?:(?:a|any|more|big|the|another|hollywood"
    r"|american)\s+)*blockbusters?\b"
    r"|\bless(?:er)? (?:popular|famous|mainstream)\b|\boff the beaten\b"
    r"|\btoo (?:popular|famous|well[- ]known|mainstream|obvious|hyped)\b"
)
_VERDICT: Final = re.compile(
    r"(?:\b(?:is|was|are|were|be|such)|'s)\s+"
    r"(?:(?:a|an|one|really|so|very|pretty|quite|way|such|criminally|kind of)\s+)*\Z"
)
"""Before "underrated" or "a gem": somebody judges a film and asks for nothing."""
_NOT_OBSCURE: Final = re.compile(
    r"\b(?:(?:less|not|nothing|isn'?t)\s+(?:(?:so|that|too|as|very|quite)\s+)?|too\s+)"
    r"(?:obscure|unknown|niche|underground)\b"
)
_BETTER_KNOWN: Final = re.compile(
    r"\b(?:more|better|well)[- ](?:popular|known|famous|mainstream)\b|\b(?:popular|famous"
    r"|mainstream)\s+"
    r"(?:ones?|films?|movies?|stuff)\b|\b(?:popular|famous|mainstream)(?:\s+\w+)?\s+(?:is"
    r"|are)\s+(?:fine|ok(?:ay)?|good)\b"
    r"|\b(?:never|not|haven'?t)(?: even)? heard of (?:any|either|them|these|those|it|that one"
    r"|this one)\b"
)


def limits_of(text: str, years: tuple[int, int] | None) -> tuple[Limit, ...]:
    """Hard wishes about numbers of films in a line in lower case; `years` as `years_wanted` has
    read them.
    """
    limits = [] if years is None else [Limit("year", *years)]
    limits += [Limit("rank", 1)] if lesser_known(text) else []
    return tuple(limits)


def lifted_of(text: str, scope: Scope) -> tuple[str, ...]:
    """Columns of the earlier limits that a line in lower case lifts."""
    lifts = {"year": any_year(text, scope), "rank": well_known(text)}
    return tuple(column for column, lifted in lifts.items() if lifted)


def lesser_known(text: str) -> bool:
    """Whether films are wanted that not everybody knows."""
    rest = _NOT_OBSCURE.sub(" ", text)
    return any(
        not _VERDICT.search(rest, max(match.start() - 40, 0), match.start())
        for match in _LESSER_KNOWN.finditer(rest)
    )


def well_known(text: str) -> bool:
    """Whether an earlier wish for lesser known films is lifted."""
    if _NOT_OBSCURE.search(text):
        return True
    return _BETTER_KNOWN.search(text) is not None and not lesser_known(text)


def count_wanted(text: str) -> int | None:
    """How many films are asked for, 1 … 10; None where no number is given."""
    match = _COUNT.search(text) if _NUMBER_SAID.search(text) else None
    if match is None:
        return None
    said = next(group for group in match.groups() if group)
    number = NUMBERS.get(said) or int(said)
    return min(max(number, 1), 10)


_DECADES: Final = {
    "twenties": 1920,
    "thirties": 1930,
    "forties": 1940,
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
    "noughties": 2000,
}
_YEAR: Final = r"((?:18|19|20)\d\d)"
_CENTURIES: Final = ("18", "19", "20")
"""One of these stands in whatever holds a year."""
_DECADE: Final = (
    r"(?:(?P<early>early|mid|late)[\s-]*)?(?:the\s+)?(?:(?P<long>(?:18|19|20)\d0)['’]?s"
    r"|['’]?(?P<short>\d0)['’]?s"
    r"|(?P<word>" + "|".join(_DECADES) + r"))\b"
)
_DECADE_RE: Final = re.compile(r"(?<![\w])" + _DECADE)
_MOVEMENTS: Final = {
    "french new wave": (1958, 1969),
    "nouvelle vague": (1958, 1969),
    "new hollywood": (1967, 1980),
    "golden age of hollywood": (1930, 1959),
    "german expressionism": (1919, 1933),
    "italian neorealism": (1943, 1954),
}
"""First and last year of what was made under a name of its own, as histories of film have it."""
_MOVEMENT: Final = re.compile(rf"\b(?:{'|'.join(_MOVEMENTS)})\b")
_NO_AGE: Final = re.compile(
    r"\bnew (?:wave|age|york|zealand|orleans|jersey|mexico|england|delhi|to)\b"
)
"""They hold "new" and tell nothing of the year."""
_OF_YEARS: Final = re.compile(
    r"\d|year|yr|decade|old|new|vague|expressionism|neorealism|recent|modern|century|silent"
    r"|vintage|classic|ties\b|latest|current|golden"
)
"""Most lines hold none of these, and so say nothing of years."""
_DATED: Final = re.compile(rf"\b{_YEAR}\b|(?<![\w]){_DECADE}")
_RANGE: Final = re.compile(
    rf"\b(?:between|from)\s+{_YEAR}\s*(?:and|to|-|–|till|until|through)\s*{_YEAR}\b"
    rf"|\b{_YEAR}\s*(?:-|–|to)\s*{_YEAR}\b"
)
_BEFORE: Final = re.compile(
    rf"\b(?:before|pre|earlier than|older than"
    rf"|prior to)[\s-]*(?:the\s+(?:year\s+)?)?{_YEAR}(?!\d)(?!['’]?s)"
)
_UNTIL: Final = re.compile(rf"\b(?:until|up to|no later than|by)\s+{_YEAR}\b(?!['’]?s)")
_AFTER: Final = re.compile(
    rf"\b(?:after|post|past|newer than|later than|more recent than)[\s-]*(?:the year\s+)?{_YEAR}\b"
    r"(?!['’]?s)"
)
_SINCE: Final = re.compile(
    rf"\b(?:since|from)\s+{_YEAR}\s+(?:on|onwards?|or later|or newer|and later)\b"
    rf"|\bsince\s+{_YEAR}\b(?!['’]?s)"
    rf"|\b{_YEAR}\s+(?:or later|or newer|and later|onwards?)\b"
)
_ONE_YEAR: Final = re.compile(
    rf"\b(?:from|in|of|year|made in|released in|came out in)\s+{_YEAR}\b(?!['’]?s)"
    rf"|\A\s*(?:(?:and|or|what about|how about|maybe|try)\s+)?{_YEAR}\s*\??\s*\Z"
    rf"|\b{_YEAR}\s+(?:movies?|films?|flicks?)\b"
)
_AND_LATER: Final = re.compile(
    r"\s*(?:(?:or|and) (?:later|newer|after|more recent|up|beyond|on)|onwards?)\b"
)
_AND_EARLIER: Final = re.compile(r"\s*(?:or|and) (?:earlier|older|before)\b")
"""Behind a decade: "from the 80s on"."""
_BEFORE_IT: Final = re.compile(r"\b(?:before|pre)\s*-?\s*(?:the\s+)?\Z")
_AFTER_IT: Final = re.compile(r"\b(?:after|post)\s*-?\s*(?:the\s+)?\Z")
_SINCE_IT: Final = re.compile(r"\bsince\s+(?:the\s+)?\Z")
"""Before a decade: "since the 80s"."""
_LED: Final = re.compile(r"\b(?:before|pre|after|post|since)\s*-?\s*(?:the\s+)?\Z")
_AGED: Final = re.compile(
    r"\b(?:(?:not|no|nothing)\s+(?:more\s+)?(?:old|older)\s+than"
    r"|(?:at most|max(?:imum)?|less than|under|up to|within(?: the)?)"
    rf"|not\s+(?:over|more than))\s+{NUMBER}\s*(?:years?|yrs?)(?:\s+(?:old|ago))?\b(?!\s*olds?\b)"
)
_LAST_YEARS: Final = re.compile(
    rf"\b(?:last|past|previous)\s+(?:{NUMBER}|few|couple of|couple)\s+years?\b"
)
_LAST_DECADES: Final = re.compile(rf"\b(?:last|past)\s+(?:{NUMBER}\s+)?decades?\b")
_SILENT: Final = re.compile(r"\bsilent\s+(?:movies?|films?|era|cinema|comed\w+)\b")
_SILENT_UNTIL: Final = 1929
_THIS_CENTURY: Final = re.compile(r"\b(?:this|the 21st|21st|twenty-first)\s+century\b")
_LAST_CENTURY: Final = re.compile(r"\b(?:last|the 20th|20th|twentieth)\s+century\b")
_THAN: Final = r"(?:even|much|way|a bit|something|anything|but|slightly|little)"
_OLDER: Final = re.compile(
    rf"(?:\A|\b{_THAN}\s+)older\b(?!\s+than)|(?<!not )\btoo (?:new|recent|modern)\b"
)
_NEWER: Final = re.compile(
    rf"(?:\A|\b{_THAN}\s+)(?:newer|more recent|more modern)\b(?!\s+than)|(?<!not )\btoo old\b"
)
_THIS_YEAR: Final = re.compile(r"\bthis\s+year\b")
_NEW: Final = re.compile(
    r"\b(?:something|anything|somethin|sth|stuff)\s+(?:that'?s\s+)?(?:more\s+)?(?:new|newer"
    r"|recent|modern|current)\b"
    r"|\b(?:new|newer|recent|modern|latest|newest|current)\s+(?:\w+\s+){0,1}"
    r"(?:movies?|films?|flicks?|releases?|ones|stuff|comed\w+|thrillers?|horror|sci-?fi|dramas?"
    r"|action)\b"
    r"|\b(?:more\s+recent|newer)\b(?!\s+than)(?!\s+\x00)"
)
_OLD: Final = re.compile(
    r"\b(?:something|anything|stuff)\s+(?:that'?s\s+)?(?:really\s+)?(?:old|older|vintage"
    r"|classic)\b(?!\s+than)"
    r"|\b(?:old|older|vintage|golden age|old school|classic)\s+(?:\w+\s+){0,1}"
    r"(?:movies?|films?|flicks?|ones|stuff|crap|comed\w+|thrillers?|horror|westerns?|sci-?fi"
    r"|dramas?|hollywood)\b"
    r"|\bsilent\s+(?:movies?|films?|era)\b|\bolder\b(?!\s+than)|\bold\s*,"
)
_OLD_AT_ALL: Final = re.compile(r"\bold(?:er)?\b(?!\s+than)")
"""Turned away it asks for newer ones: "nothing old"."""
_ANY_YEAR: Final = re.compile(
    r"\b(?:any|whatever|every)\s+(?:year|decade|era|age|period)s?\b"
    r"|\b(?:year|decade|era|age)\s+(?:doesn'?t|does not)\s+matter\b"
    r"|\b(?:doesn'?t|does not|don'?t)\s+(?:matter|care)\s+"
    r"(?:when|what year|which year|how old|about the (?:year|decade|era))\b"
    r"|\b(?:from|of)\s+any\s+(?:time|year|decade)\b|\bcan be (?:old"
    r"|new)\W+(?:or\W+)?(?:can be )?(?:old|new)\b"
    r"|\bold or new\b|\bnew or old\b|\bno matter (?:when|how old)\b"
    r"|\b(?:old|new|classic|recent)(?:er)?\s+(?:\w+\s+)?(?:is|are|would be)\s+(?:fine|ok|okay"
    r"|good|welcome|cool)\b"
    r"|\bany time period\b|\bforget (?:about )?the (?:year|decade|era|\d0s)\b"
)
_BORN: Final = re.compile(rf"\bborn\W+(?:in\s+|around\s+)?{_YEAR}\b")
_SINCE_BIRTH: Final = re.compile(r"\bsince (?:i was|my) b")
_BEFORE_LIFE: Final = re.compile(r"\bbefore i was born|\bolder than (?:me|i am|myself)\b")
OLDEST: Final = 1880
_OLD_UNTIL: Final = 1979
"""Last year of what counts as an old film; by judgement."""
_NEW_SPAN: Final = 5
"""Years that count as recent."""


_SAID_AGE: Final = (
    r"(?:\d{1,2}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[\s-](?:one|two|three|four|five|six"
    r"|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_PEOPLE: Final = "|".join(
    sorted(word_class("near") | word_class("kids") | set("man lady woman folks people".split()))
)
_OF_PEOPLE: Final = re.compile(
    rf"(?<!older than )(?<!old than )\b{_SAID_AGE}[\s-]*(?:years?|yrs?|months?)[\s-]*olds?\b"
    r"(?!\s+(?:\w+\s+)?(?:movies?|films?|flicks?|classics?)\b)"
    rf"|\b{_SAID_AGE}[\s-]*y/?o\b|\b(?:ages?|aged|turn(?:s|ed|ing)?)\s+{_SAID_AGE}\b"
    r"|\b(?:in|from)\s+(?:my|our|his|her|their)\s+(?:(?:early|mid|late)[\s-]+)?(?:['’]?\d0['’]?s|"
    + "|".join(_DECADES)
    + rf")\b|\bold(?:er)?\s+(?:{_PEOPLE})\b"
    r"|(?:\b(?:i|he|she|we|you)(?:['’]?m|['’]?s|['’]?re|\s+am|\s+is|\s+are)?|"
    rf"\b(?:{_PEOPLE})\s+(?:is|are))\s+(?:(?:getting|way|far|just|a bit|much)\s+)*too\s+old\b"
)
"""The age of people, which is none of films: "my 7 year old", "aged 6", "in our 60s"."""


def of_films(text: str) -> str:
    """A line in lower case with blanks for the age of people: every character keeps its place."""
    needed = ("old", "age", "yo", "y/o", "turn", "0s", "0's", "ties")
    if not any(map(text.__contains__, needed)):
        return text
    limits = [match.span() for match in _AGED.finditer(text)]
    pieces, at = [], 0
    for match in _OF_PEOPLE.finditer(text):
        if any(first <= match.start() < last for first, last in limits):
            continue  # "not more than 10 years old"
        pieces += [text[at : match.start()], " " * (match.end() - match.start())]
        at = match.end()
    return "".join([*pieces, text[at:]])


Scope = Callable[[int], Force | None]
"""How what begins with a character is meant: kept away (AVOID), left open (FREE), or wanted."""


def years_wanted(text: str, newest: int, scope: Scope) -> tuple[int, int] | None:
    """First and last year asked for; None where nothing is said of years.

    `text` is in lower case with titles blanked out; `newest` is the year of the newest film known.
    """
    text = _ANY_YEAR.sub(" ", of_films(text))
    if born := _BORN.search(text):
        if span := _of_a_life(text, int(born[1]), newest, scope):
            return span
        text = text[: born.start()] + text[born.end() :]  # tells how old somebody is
    spans = list(_spans(text, newest, scope)) if _OF_YEARS.search(text) else []
    if not spans:
        return None
    first, last = spans[0]
    for more_first, more_last in spans[1:]:
        overlap = max(first, more_first), min(last, more_last)
        if overlap[0] <= overlap[1]:
            first, last = overlap
        else:
            first, last = min(first, more_first), max(last, more_last)
    return first, last


def _of_a_life(text: str, year: int, newest: int, scope: Scope) -> tuple[int, int] | None:
    """The years wanted by whoever was born in `year`: "nothing older than me"; None where no such
    wish is said.
    """
    before = _BEFORE_LIFE.search(text)
    if _SINCE_BIRTH.search(text) or (before and scope(before.start()) is Force.AVOID):
        return year, newest
    return (OLDEST, year - 1) if before else None


def last_years_named(text: str) -> list[tuple[int, int]]:
    """Where "the last five years" or the like is said: no film of that name is meant."""
    return [match.span() for match in _LAST_YEARS.finditer(text)]


def is_dated(text: str) -> bool:
    """Whether a year or a decade is said, which tells more than "older" or "too old"."""
    return _DATED.search(of_films(text)) is not None


def compared(text: str) -> int:
    """−1 where films older than those on the table are wanted, 1 for newer ones, 0 where neither is
    said.
    """
    text = of_films(text)
    return -1 if _OLDER.search(text) else 1 if _NEWER.search(text) else 0


def any_year(text: str, scope: Scope) -> bool:
    """Whether an earlier wish about years is lifted."""
    named = (*_DECADE_RE.finditer(text), *_ONE_YEAR.finditer(text))
    left_open = any(scope(match.start()) is Force.FREE for match in named)
    return left_open or _ANY_YEAR.search(text) is not None


def _number(said: str | None, default: int) -> int:
    return default if said is None else NUMBERS.get(said) or int(said)


def _year_in(match: re.Match[str]) -> int:
    return int(next(group for group in match.groups() if group))


def _between(match: re.Match[str]) -> tuple[int, int]:
    first, last = sorted(int(group) for group in match.groups() if group)
    return first, last


def _spans(text: str, newest: int, scope: Scope) -> Iterator[tuple[int, int]]:
    """Every span of years that is named; what one pattern has read the next ones do not see.

    Each is tried where one of the pieces of text stands that it cannot do without.
    """
    found: list[tuple[int, int]] = []

    def read(
        pattern: re.Pattern[str],
        meaning: Callable[[re.Match[str]], tuple[int, int] | None],
        *needed: str,
    ) -> None:
        nonlocal text
        if not any(map(text.__contains__, needed)):
            return
        pieces, at = [], 0
        for match in pattern.finditer(text):
            left_open = scope(match.start()) is Force.FREE
            if not left_open and (span := meaning(match)) is not None:
                found.append(span)
            pieces += [text[at : match.start()], " " * (match.end() - match.start())]
            at = match.end()
        text = "".join([*pieces, text[at:]])

    def avoided(match: re.Match[str]) -> bool:
        led = _LED.search(text, max(match.start() - 16, 0), match.start())
        return scope(led.start() if led else match.start()) is Force.AVOID

    read(_RANGE, _between, *_CENTURIES)
    read(_MOVEMENT, lambda match: _MOVEMENTS[match[0]], *_MOVEMENTS)
    read(_NO_AGE, lambda _: None, "new ")
    read(_SINCE, lambda match: (_year_in(match), newest), *_CENTURIES)
    read(_UNTIL, lambda match: (OLDEST, _year_in(match)), *_CENTURIES)
    read(
        _AFTER, lambda match: _since(_year_in(match) + 1, newest, away=avoided(match)), *_CENTURIES
    )
    read(
        _BEFORE, lambda match: _since(_year_in(match), newest, away=not avoided(match)), *_CENTURIES
    )
    read(
        _DECADE_RE,
        lambda match: _but(match, newest) if avoided(match) else _decade_span(match, newest),
        "0",
        "ties",
    )
    read(_AGED, lambda match: (newest - _number(match[1], 10) + 1, newest), "year", "yr")
    read(_LAST_YEARS, lambda match: (newest - _number(match[1], 3) + 1, newest), "year")
    read(_LAST_DECADES, lambda match: (newest - 10 * _number(match[1], 1) + 1, newest), "decade")
    read(_THIS_CENTURY, lambda _: (2000, newest), "century")
    read(_LAST_CENTURY, lambda _: (OLDEST, 1999), "century")
    read(_SILENT, lambda _: (OLDEST, _SILENT_UNTIL), "silent")
    read(_THIS_YEAR, lambda _: (newest, newest), "year")
    read(_ONE_YEAR, lambda match: (_year_in(match), _year_in(match)), *_CENTURIES)
    yield from found
    old, new = (OLDEST, _OLD_UNTIL), (newest - _NEW_SPAN + 1, newest)
    later = (_OLD_UNTIL + 1, newest)
    for pattern, wanted, away in ((_OLD_AT_ALL, None, later), (_NEW, new, old), (_OLD, old, later)):
        match = pattern.search(text)
        span = match and (away if avoided(match) else wanted)
        if span:
            yield span
            return


def _since(year: int, newest: int, *, away: bool) -> tuple[int, int]:
    """The years from one on, or those before it."""
    return (OLDEST, year - 1) if away else (year, newest)


def _but(match: re.Match[str], newest: int) -> tuple[int, int] | None:
    """The years that are left where a decade is avoided, if they are one span: "nothing before the
    80s".
    """
    first, last = _decade_span(match, newest)
    if first == OLDEST:
        return last + 1, newest
    return (OLDEST, first - 1) if last == newest else None


def _decade_span(match: re.Match[str], newest: int) -> tuple[int, int]:
    """The years that a decade means, with what stands around it: "before the 80s", "the late 90s
    on".
    """
    first, last = _decade(match)
    before = match.string[max(match.start() - 16, 0) : match.start()]
    after = match.string[match.end() : match.end() + 24]
    if _BEFORE_IT.search(before):
        return OLDEST, first - 1
    if _AFTER_IT.search(before):
        return last + 1, newest
    if _SINCE_IT.search(before) or _AND_LATER.match(after):
        return first, newest
    if _AND_EARLIER.match(after):
        return OLDEST, last
    return first, min(last, max(newest, first))


def _decade(match: re.Match[str]) -> tuple[int, int]:
    """First and last year of a decade, of a part of it, or of a century: "the 1900s"."""
    if match["long"]:
        first = int(match["long"])
    elif match["word"]:
        first = _DECADES[match["word"]]
    else:
        short = int(match["short"])
        first = 2000 + short if short < 20 else 1900 + short
    is_century = match["long"] and first % 100 == 0 and first < 2000
    last = first + (99 if is_century else 9)
    parts = {"early": (first, first + 3), "mid": (first + 3, first + 6), "late": (first + 6, last)}
    return parts.get(match["early"], (first, last))
