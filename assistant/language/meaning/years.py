"""Years of films in plain words.

Every year, decade and era becomes one word, "#"; what is said around it stands in
lexicon/measures.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from assistant.language.lexicon import table, word_class
from assistant.language.meaning.tastes import Force, sentence_ends_within
from assistant.language.words import (
    AMOUNT,
    NUMBER_SAID,
    Found,
    PhraseBook,
    Word,
    amount_phrases,
    normal,
    spelled_out,
    taken_by,
    with_amounts,
    words,
    words_apart,
)

OLDEST: Final = 1880
_DECADES: Final[Mapping[str, int]] = table("measures")["decades"]
_DATE: Final = re.compile(
    r"(?<!\w)(?:(?:the\s+)?(?:(?P<part>early|mid|late)[\s-]*)?(?:the\s+)?"
    r"(?:(?P<long>(?:18|19|20)\d0)['’]?s|['’]?(?P<short>\d0)['’]?s"
    rf"|(?P<word>{'|'.join(_DECADES)}))\b"
    r"|(?:the\s+year\s+)?(?P<year>(?:18|19|20)\d\d)(?P<on>\+)?(?!\w)(?!['’]s)"
    r"|['’](?P<ending>\d\d)(?![\w'’])"
    r"|(?:the\s+)?(?P<back>last|past|previous)\s+"
    rf"(?:(?:(?P<years_back>{NUMBER_SAID})|few|couple of|couple)\s+(?:years?|yrs?)"
    rf"|(?:(?P<tens_back>{NUMBER_SAID})\s+)?(?P<tens>decades?))\b"
    r"|(?:this|the current)\s+(?P<now>year|decade)\b)"
)
"""A decade, or a part of it; a year; the last years; this one."""
_PARTS: Final = {"early": (0, 3), "mid": (3, 6), "late": (6, 9)}
_A_FEW: Final = 3
_UNITS: Final = {"year": 1, "decade": 10}
_ANY_LATER: Final = 9999


@cache
def _eras() -> PhraseBook[tuple[int, int]]:
    """First and last year of what was made under a name of its own."""
    return PhraseBook(
        {
            phrase: (max(first, OLDEST), last)
            for pattern, (first, last) in table("measures")["eras"].items()
            for phrase in spelled_out(pattern)
        }
    )


class _Date(NamedTuple):
    """A year or a span of them."""

    first: int
    last: int
    back: int = 0
    """Years up to now, where it is the last so many."""
    unit: int = 0
    """10 for this decade, 1 for this year."""
    is_named: bool = False
    """Goes by a name of its own, or by no number: "pre-war", "the last five years"."""
    is_year: bool = False
    """A number that may be anything: it needs a word that makes a date of it."""

    def years(self, newest: int) -> tuple[int, int]:
        """First and last year, where `newest` is that of the newest film."""
        if self.back:
            return newest - self.back + 1, newest
        if self.unit:
            return newest - newest % self.unit, newest
        return self.first, min(self.last, max(newest, self.first))


@dataclass(frozen=True, slots=True)
class _Dated:
    """A line with its dates, and what is said around them."""

    text: str
    words: Sequence[Word]
    dates: Mapping[int, _Date]
    """By the place of the word that stands for the date."""
    said: Sequence[Found[str]]

    def of(self, one: Found[str]) -> list[_Date]:
        """The dates of a phrase."""
        return [self.dates[at] for at in range(one.first, one.last) if at in self.dates]

    def spans(self) -> Iterator[tuple[tuple[int, int], _Date]]:
        """Where each date stands."""
        for at, date in self.dates.items():
            yield (self.words[at].start, self.words[at].end), date

    def rest(self) -> str:
        """The line with blanks for its dates, and for what is said around them."""
        ranges = [
            *((one.first, one.last) for one in self.said),
            *((at, at + 1) for at in self.dates),
        ]
        spans = [(self.words[first].start, self.words[last - 1].end) for first, last in ranges]
        return _blanked(self.text, sorted(spans))


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with blanks for ranges of characters in order: every other one keeps its place."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], " " * (end - max(start, at))]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


@lru_cache(maxsize=4)
def _read(text: str) -> _Dated:
    """A line in lower case, read."""
    if not _OF_YEARS.search(text):
        return _Dated(text, (), {}, ())
    every, phrases = words_apart(text), amount_phrases("years")
    dates = dict(_dates(text, every))
    if not dates:
        return _Dated(text, (), {}, ())
    found = phrases.plain(with_amounts(every, sorted(dates)))
    starts = {start: date for (start, _), date in dates.items()}
    places = {at: starts[word.start] for at, word in enumerate(found) if word.text == AMOUNT}
    said = [one for one in phrases.book.find(found) if _holds(text, found, one)]
    return _Dated(text, found, places, said)


def _holds(text: str, found: Sequence[Word], one: Found[str]) -> bool:
    """Whether a phrase is in one piece, and a bare "1990 1995" or "1990" a span or all that is
    said.
    """
    if one.meaning == "alone":
        return one.first == 0 and one.last == len(found)
    if one.phrase == f"{AMOUNT} {AMOUNT}":
        between = text[found[one.first].end : found[one.last - 1].start]
        return between.strip() in ("-", "–", "—")
    return not sentence_ends_within(text, found, one.first, one.last - 1)


def _dates(text: str, found: Sequence[Word]) -> Iterator[tuple[tuple[int, int], _Date]]:
    """Where each date stands, and which it is; a part of an era is none."""
    eras = [
        ((found[one.first].start, found[one.last - 1].end), one.meaning)
        for one in _eras().find(found)
    ]
    taken = taken_by((span for span, _ in eras), len(text))
    yield from ((span, _Date(*meaning, is_named=True)) for span, meaning in eras)
    for match in _DATE.finditer(text):
        if not any(taken[match.start() : match.end()]):
            yield match.span(), _date(match)


def _full(ending: int, *, since: int) -> int:
    """A year of which the last two digits are said; from which on they are of the last century."""
    return ending + (1900 if ending >= since else 2000)


def _date(match: re.Match[str]) -> _Date:
    """The date that is said."""
    if match["year"] or match["ending"]:
        year = int(match["year"] or 0) or _full(int(match["ending"]), since=30)
        return _Date(year, _ANY_LATER if match["on"] else year, is_year=not match["on"])
    if match["now"]:
        return _Date(0, 0, unit=_UNITS[match["now"]])
    return _last_years(match) if match["back"] else _decade(match)


def _last_years(match: re.Match[str]) -> _Date:
    """As in "the last five years", "the past decade"."""
    said = match["years_back"] or match["tens_back"]
    unit, some = (10, 1) if match["tens"] else (1, _A_FEW)
    return _Date(0, 0, back=unit * _number(said, some), is_named=True)


def _decade(match: re.Match[str]) -> _Date:
    """A decade or a part of it; "the 1900s" are a century."""
    first = int(match["long"] or 0) or _DECADES.get(match["word"], 0)
    first = first or _full(int(match["short"]), since=20)
    is_century = match["long"] and first % 100 == 0 and first < 2000
    since, until = _PARTS.get(match["part"], (0, 99 if is_century else 9))
    return _Date(first + since, first + until)


_NO_AGE: Final = re.compile(
    r"\bnew (?:wave|age|york|zealand|orleans|jersey|mexico|england|delhi|to)\b"
)
"""They hold "new" and tell nothing of the year."""
_AGED: Final = re.compile(
    r"\b(?:(?:not|no|nothing)\s+(?:more\s+)?(?:old|older)\s+than"
    r"|(?:at most|max(?:imum)?|less than|under|up to|within(?: the)?)"
    rf"|not\s+(?:over|more than))\s+({NUMBER_SAID})\s*(?:years?|yrs?)(?:\s+(?:old|ago))?\b"
    r"(?!\s*olds?\b)"
)
_NEW: Final = re.compile(
    r"\b(?:something|anything|somethin|sth|stuff)\s+(?:that'?s\s+)?(?:more\s+)?(?:new|newer"
    r"|recent|modern|current)\b"
    r"|\b(?:new|newer|recent|modern|latest|newest|current)\s+(?:\w+\s+){0,1}"
    r"(?:movies?|films?|flicks?|releases?|ones|stuff|comed\w+|thrillers?|horror|sci-?fi|dramas?"
    r"|action)\b"
)
_RECENT: Final = re.compile(r"\b(?:more\s+(?:recent|modern|current)|newer)\b(?!\s+than)(?!\s+\x00)")
"""Newer than something that was not said."""
_OLD: Final = re.compile(
    r"\b(?:something|anything|stuff)\s+(?:that'?s\s+)?(?:really\s+)?(?:old|older|vintage"
    r"|classic)\b(?!\s+than)"
    r"|\b(?:old|older|vintage|golden age|old school|classic)\s+(?:\w+\s+){0,1}"
    r"(?:movies?|films?|flicks?|ones|stuff|crap|comed\w+|thrillers?|horror|westerns?|sci-?fi"
    r"|dramas?|hollywood)\b"
    r"|\bsilent\s+(?:movies?|films?|era)\b|\bolder\b(?!\s+than)|\bold\s*,"
)
_OLD_AT_ALL: Final = re.compile(r"\b(?:old(?:er)?|ancient)\b(?!\s+than)")
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
_OF_YEARS: Final = re.compile(
    r"\d|year|yr|decade|old|new|vague|expressionism|neorealism|recent|modern|century|silent"
    r"|vintage|classic|ties\b|latest|current|golden|ancient|dated|war\b|talkie|sound|millen"
)
"""Most lines hold none of these, and so say nothing of years."""
_BORN: Final = re.compile(r"\bborn\W+(?:in\s+|around\s+)?((?:18|19|20)\d\d)\b")
_AGED_NOW: Final = re.compile(r"\bi(?:['’]?m|\s+am)\s+(?:now\s+)?(\d\d)\b(?!\s*(?:min|%|hour))")
_SINCE_BIRTH: Final = re.compile(r"\bsince (?:i was|my) b")
_BEFORE_LIFE: Final = re.compile(r"\bbefore i was born|\bolder than (?:me|i am|myself)\b")
_OLD_UNTIL: Final = 1979
"""Last year of what counts as an old film where one is wanted; by judgement."""
_NOT_OLD: Final = 25
"""Years of what counts as not old where old films are turned away: so long many have lived."""
_NEW_SPAN: Final = 5
_RECENT_SPAN: Final = 15
"""Years of what is new, and of what is newer than films of which none was named."""


_SAID_AGE: Final = (
    r"(?:\d{1,2}|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[\s-](?:one|two|three|four|five|six"
    r"|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen)"
)
_PEOPLE: Final = "|".join(sorted(word_class("near") | word_class("kids") | word_class("persons")))
_OF_PEOPLE: Final = re.compile(
    rf"(?<!older than )(?<!old than )\b{_SAID_AGE}[\s-]*(?:years?|yrs?|months?)[\s-]*olds?\b"
    r"(?!\s+(?:\w+\s+)?(?:movies?|films?|flicks?|classics?)\b)"
    rf"|\b{_SAID_AGE}[\s-]*y/?o\b|\b(?:ages?|aged|turn(?:s|ed|ing)?)\s+{_SAID_AGE}\b"
    r"|\b(?:in|from)\s+(?:my|our|his|her|their)\s+(?:(?:early|mid|late)[\s-]+)?(?:['’]?\d0['’]?s|"
    + "|".join(_DECADES)
    + rf")\b|\bold(?:er|est)?\s+(?:{_PEOPLE})\b"
    r"|\bold(?:er|est)\s+(?:one|1)s?\s+(?:likes?|loves?|wants?|hates?|is|has|can|prefers?)\b"
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


def years_wanted(
    text: str, newest: int, scope: Scope, shown: Sequence[int] = ()
) -> tuple[int, int] | None:
    """First and last year asked for; None where nothing is said of years.

    `text` is in lower case with titles blanked out; `newest` is the year of the newest film known,
    `shown` are those of the films on the table, of which "older" and "newer" are meant.
    """
    text = of_films(text)
    text = _blanked(text, (match.span() for match in _ANY_YEAR.finditer(text)))
    if not _OF_YEARS.search(text):
        return None
    if span := _of_a_life(text, newest, scope):
        return span
    if born := _BORN.search(text):
        text = _blanked(text, [born.span()])  # tells how old somebody is
    line = _read(text)
    span = _joined(_spans(line, newest, scope))
    if span is None and shown and (way := compared(text)):
        return _beyond(sorted(shown), way, newest, lately=" than " not in text)
    return span or _vague(line.rest(), newest, scope)  # a year tells more than "old"


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """What several spans have in common, else all that they reach over."""
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


@cache
def _times_of_life() -> PhraseBook[tuple[int, int]]:
    """Between which ages somebody is at a time of life."""
    return PhraseBook(
        {
            phrase: (since, until)
            for pattern, (since, until) in table("measures")["life"].items()
            for phrase in spelled_out(pattern)
        }
    )


def _of_a_life(text: str, newest: int, scope: Scope) -> tuple[int, int] | None:
    """The years wanted by whoever says when they were born, or how old they are: "nothing older
    than me", "from when I was a kid"; None where no such wish is said.
    """
    born, aged = _BORN.search(text), _AGED_NOW.search(text)
    if born:
        year = int(born[1])
    elif aged:
        year = newest - int(aged[1])
    else:
        return None
    before = _BEFORE_LIFE.search(text)
    if _SINCE_BIRTH.search(text) or (before and scope(before.start()) is Force.AVOID):
        return year, newest
    if before:
        return OLDEST, year - 1
    for one in _times_of_life().find(words(text)):
        since, until = one.meaning
        return year + since, min(year + until, newest)
    return None


def bounded_years(text: str) -> list[tuple[int, int]]:
    """Where a line in lower case says from when on or until when films are to be, "after 2005": its
    first word is no title.
    """
    line = _read(text)
    told = (one for one in line.said if one.first not in line.dates)
    return [(line.words[one.first].start, line.words[one.last - 1].end) for one in told]


def eras_named(text: str) -> list[tuple[int, int]]:
    """Where a time goes by a name ("pre-war", "the last five years"): of nothing else are its words
    said.
    """
    return [span for span, date in _read(text).spans() if date.is_named]


_THAN_THESE: Final = r"(?!\s+than\b(?!\s+(?:these|those|this|that|them|it)\b))"
_NOT: Final = r"(?<!nothing )(?<!not )(?<!no )"
_SEEM: Final = (
    r"\b(?:those|these|they)(?:['’]re)?"
    r"(?:\s+(?:are|all|look|seem|feel|so|too|really|pretty|very|a bit))*\s+"
)
_OLDER: Final = re.compile(rf"{_NOT}\bolder\b{_THAN_THESE}|(?<!not )\btoo (?:new|recent|modern)\b")
_NEWER: Final = re.compile(
    rf"{_NOT}\b(?:newer|more recent|more modern)\b{_THAN_THESE}|(?<!not )\btoo old\b"
    rf"|{_SEEM}(?:old|ancient|dated)\b"
)
_STEP: Final = 5
"""Years to which a bound is rounded that is told by the films on the table."""
_APART: Final = 10
"""Years from the middle one of them on, the first or last is by itself."""


def compared(text: str) -> int:
    """−1 where films older than those on the table are wanted, 1 for newer ones, 0 where neither is
    said.
    """
    text = of_films(text)
    return -1 if _OLDER.search(text) else 1 if _NEWER.search(text) else 0


def _beyond(shown: Sequence[int], way: int, newest: int, *, lately: bool) -> tuple[int, int]:
    """The years before or behind those of the films on the table, which are in order: of the
    outermost, unless it stands alone. Newer than several is what was made `lately`.
    """
    first, middle, last = shown[0], shown[len(shown) // 2], shown[-1]
    if way < 0:
        bound = first if middle - first <= _APART else middle
        return OLDEST, bound // _STEP * _STEP - 1
    bound = middle if newest - last < _STEP and last - middle <= _APART else last
    recent = newest - _RECENT_SPAN + 1
    since = min((bound // _STEP + 1) * _STEP, newest)
    if lately and len(shown) > 1:
        since = max(since, recent)
    return (min(since, recent) if last - middle > _APART else since), newest


def any_year(text: str, scope: Scope) -> bool:
    """Whether an earlier wish about years is lifted."""
    line = _read(of_films(text))
    starts = [line.words[one.first].start for one in line.said]
    starts += [line.words[at].start for at in line.dates if not line.dates[at].is_year]
    left_open = any(scope(start) is Force.FREE for start in starts)
    return left_open or _ANY_YEAR.search(text) is not None


def _number(said: str | None, default: int) -> int:
    return default if said is None else int(normal(said))


def _spans(line: _Dated, newest: int, scope: Scope) -> list[tuple[int, int]]:
    """Every span of years that is named, as what is said around it makes it."""
    phrases = list(line.said)
    told = taken_by(((one.first, one.last) for one in phrases), len(line.words))
    phrases += [
        Found(at, at + 1, AMOUNT, "in")
        for at, date in line.dates.items()
        if not (told[at] or date.is_year)
    ]
    told_by = (_meant(line, one, newest, scope) for one in sorted(phrases))
    aged = (_number(match[1], 10) for match in _AGED.finditer(line.text))
    return [*filter(None, told_by), *((newest - years + 1, newest) for years in aged)]


def _meant(line: _Dated, one: Found[str], newest: int, scope: Scope) -> tuple[int, int] | None:
    """The years that a phrase means; None where it leaves them open."""
    force = scope(line.words[one.first].start)
    dates = [date.years(newest) for date in line.of(one)]
    span = (min(first for first, _ in dates), max(last for _, last in dates))
    if force is Force.FREE:
        return None
    return _bounded(one.meaning, span, newest, away=force is Force.AVOID)


def _bounded(how: str, span: tuple[int, int], newest: int, *, away: bool) -> tuple[int, int] | None:
    """The years on one side of a span, or within it; where those are turned away, the others: None
    where they are not in one piece.
    """
    first, last = span
    sides = {
        "before": (OLDEST, first - 1),
        "until": (OLDEST, last),
        "after": (last + 1, newest),
        "since": (first, newest),
    }
    first, last = sides.get(how, span)
    if not away:
        return first, last
    if first == OLDEST:
        return last + 1, newest
    return (OLDEST, first - 1) if last >= newest else None


def _vague(text: str, newest: int, scope: Scope) -> tuple[int, int] | None:
    """Old or new by judgement."""
    text = _NO_AGE.sub(lambda match: " " * len(match[0]), text)
    old, new = (OLDEST, _OLD_UNTIL), (newest - _NEW_SPAN + 1, newest)
    recent, later = (newest - _RECENT_SPAN + 1, newest), (newest - _NOT_OLD + 1, newest)
    kinds = (
        (_OLD_AT_ALL, None, later),
        (_RECENT, recent, old),
        (_NEW, new, old),
        (_OLD, old, later),
    )
    for pattern, wanted, away in kinds:
        match = pattern.search(text)
        is_away = match is not None and scope(match.start()) is Force.AVOID
        span = match and (away if is_away else wanted)
        if span:
            return span
    return None
