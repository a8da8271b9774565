"""How long films may run, and for what age they must be fit, in plain words.

Every amount of time becomes one word, "#", so that what stands around it is read alike for "90
minutes", "an hour and a half" and "1h45"; what it says there stands in lexicon/measures.toml. What
turns a wish round is told by the scope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from typing import Final

from assistant.language.acts import NUMBERS
from assistant.language.lexicon import table, word_class
from assistant.language.meaning.tastes import (
    NEGATORS,
    Force,
    begins_clause,
    closes_clause,
    sentence_ends_within,
)
from assistant.language.meaning.years import Scope
from assistant.language.utterance import FacetMention
from assistant.language.words import (
    AMOUNT,
    Found,
    PhraseBook,
    Word,
    amount_phrases,
    back_over,
    stands_apart,
    text_at,
    with_amounts,
    words,
    words_apart,
)
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

_STEP: Final = 10
"""Minutes to which a bound is rounded that is told by the films on the table."""
_APART: Final = 20
"""Minutes from the middle one of them on, the shortest or longest is by itself."""

# ---- lengths

_WORD: Final = r"\d(?:\.\d+)?|an?|one|two|three|four|five|six"
_HALF: Final = r"\s+and\s+(?P<{0}>a\s+half|three\s+quarters|a\s+quarter)"
_TENS: Final = "|".join(table("measures")["numbers"])
_REST: Final = r"[0-5]\d|ten|fifteen|twenty|thirty|forty|fifty"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.])(?:(?P<hours>{_WORD})(?:{_HALF.format('half')})?[\s-]*(?:hours?|hrs?|h)(?![a-z])"
    rf"(?:{_HALF.format('more')}|\s*(?:and\s+)?(?P<rest>{_REST})\b(?:\s*(?:minutes?|mins?|m)\b)?)?"
    rf"|(?P<minutes>\d{{2,3}}|(?:a\s+)?(?:{_TENS}|twenty|thirty|forty|fifty))"
    r"(?=[\s-]*(?:minutes?|mins?)\b|\s*(?:and|to|-|–|or)\s*\d{2,3}[\s-]*(?:minutes?|mins?)\b)"
    r"(?:[\s-]*(?:minutes?|mins?)\b)?"
    r"|(?P<clock>[1-4]):(?P<past>[0-5]\d)(?![\d:])"
    r"|(?P<bare>an?|one|two|three|four|[1-4])(?=\s+(?:and|to|or)\s+\w+\s+hours?\b))"
)
_FRACTIONS: Final = {"a half": 30, "three quarters": 45, "a quarter": 15}
_OF_LENGTH: Final = re.compile(
    r"hour|min|hr|\dh|\d h|\d:\d|long|short|quick|epic|length|runtime|time|up to"
    rf"|over|under|below|above|max|{_TENS}"
)
"""Most lines hold none of these."""
_JOINS: Final = frozenset(("and", "to", "or"))
_COMPARED: Final = frozenset(("than", "over", "above", "beyond"))
_BARE: Final = range(60, 241)
"""Numbers that are minutes of a film even where nobody says so: "no longer than 95"."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """A line with its amounts of time, and what is said of lengths in it."""

    text: str
    words: Sequence[Word]
    minutes: Mapping[int, int]
    """By the place of the word that stands for the amount."""
    said: Sequence[Found[str]]

    def of(self, name: str) -> Iterator[Found[str]]:
        """Where something is said."""
        return (one for one in self.said if one.meaning == name)

    def amounts(self, one: Found[str]) -> list[int]:
        """Minutes that a phrase holds."""
        return [self.minutes[at] for at in range(one.first, one.last) if at in self.minutes]


@lru_cache(maxsize=4)
def _read(text: str) -> _Measured:
    """A line in lower case, read."""
    amounts = {match.start(): _minutes(match) for match in _AMOUNT.finditer(text)}
    phrases = amount_phrases("length")
    found = with_amounts(words_apart(text), [match.span() for match in _AMOUNT.finditer(text)])
    if not amounts:
        found = _bare_amounts(text, found, amounts)
    found = phrases.plain(found)
    places = {at: amounts[word.start] for at, word in enumerate(found) if word.start in amounts}
    return _Measured(text, found, places, phrases.book.find(found))


def _bare_amounts(text: str, found: list[Word], amounts: dict[int, int]) -> list[Word]:
    """The words with numbers as amounts that are minutes where they stand: "Ninety."."""
    numbers = table("measures")["numbers"]
    for at, word in enumerate(found):
        number = numbers.get(word.text, int(word.text) if word.text.isdecimal() else 0)
        if number not in _BARE:
            continue
        alone = begins_clause(text, found, at) and closes_clause(text, found, at + 1)
        if (alone and not word.text.isdecimal()) or _is_led_to(text, found, at):
            amounts[word.start] = number
            found[at] = Word(AMOUNT, word.start, word.end)
    return found


def _is_led_to(text: str, found: Sequence[Word], at: int) -> bool:
    """Whether a number is one of minutes by the word before it: "no longer than 95", "nothing over
    100", "a quick 80"; not "under 90 films" or "my nan is over 80".
    """
    before, earlier = text_at(found, at - 1), text_at(found, at - 2)
    if before in ("to", "than"):
        return earlier in ("up", "longer", "shorter") and not _counts(found, at + 1)
    starts = begins_clause(text, found, at - 1) or earlier in _word_set("bare_behind", "length")
    ends = closes_clause(text, found, at + 1) and text[found[at].end : found[at].end + 1] != "%"
    return before in _word_set("bare_leads", "length") and starts and ends


def _counts(found: Sequence[Word], place: int) -> bool:
    """Whether a number before the word at a place counts films or years."""
    return text_at(found, place) in _FILMS | {"years", "yrs", "year"}


def amounts_in(text: str) -> list[tuple[int, int]]:
    """Where amounts of time stand in a text in lower case."""
    return [match.span() for match in _AMOUNT.finditer(text)]


def minutes_wanted(text: str, shown: Sequence[int], scope: Scope) -> Limit | None:
    """The length asked for; None where nothing is said of it.

    `text` is in lower case with titles blanked out; `shown` are the minutes of the films on the
    table, of which "shorter" and "too long" are meant.
    """
    if not _OF_LENGTH.search(text):
        return None
    line = _read(text)
    if line.minutes:
        return _of_amounts(line, scope)
    return _compared(line, sorted(shown), scope) or _vague(line, scope)


def any_length(text: str, scope: Scope) -> bool:
    """Whether an earlier wish for a length is lifted."""
    if not _OF_LENGTH.search(text):
        return False
    line = _read(text)
    adjectives = re.finditer(r"\b(?:short|long|quick|epic)\b", text)
    return any(line.of("any")) or any(scope(match.start()) is Force.FREE for match in adjectives)


def _minutes(match: re.Match[str]) -> int:
    """An amount of time in minutes."""
    if said := match["minutes"]:
        return _number(said.removeprefix("a ").strip())
    if match["clock"]:
        return 60 * int(match["clock"]) + int(match["past"])
    hours = match["hours"] or match["bare"]
    number = float(NUMBERS.get(hours, 1 if hours in ("a", "an") else 0) or hours)
    part = " ".join((match["half"] or match["more"] or "").split())
    return round(60 * number) + _FRACTIONS.get(part, 0) + _number(match["rest"] or "0")


def _number(said: str) -> int:
    """A number in digits or a word."""
    more = {"ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
    return int(said) if said.isdecimal() else table("measures")["numbers"].get(said) or more[said]


def _of_amounts(line: _Measured, scope: Scope) -> Limit | None:
    """The limit that is told by amounts of time."""
    ways = (_from_to, _at_least, _at_most, _about, _alone)
    return next(filter(None, (way(line, scope) for way in ways)), None)


def _from_to(line: _Measured, _: Scope) -> Limit | None:
    """As in "100 to 120 minutes"."""
    for at, minutes in line.minutes.items():
        last = at + 1 + (text_at(line.words, at + 1) in _JOINS)
        if last in line.minutes:
            return Limit("minutes", *sorted((minutes, line.minutes[last])))
    return None


def _at_least(line: _Measured, scope: Scope) -> Limit | None:
    for one in line.of("at_least"):
        force, (minutes, *_) = scope(line.words[one.first].start), line.amounts(one)
        if force is not Force.FREE:
            away = force is Force.AVOID or _is_turned(line, one)
            return Limit("minutes", 1, minutes) if away else Limit("minutes", minutes)
    return None


def _at_most(line: _Measured, scope: Scope) -> Limit | None:
    found = None
    for one in line.of("at_most"):  # "an hour and a half, so under 95 minutes": the last is meant
        away = scope(line.words[one.first].start) is Force.AVOID
        (minutes, *_) = line.amounts(one)
        found = Limit("minutes", minutes) if away else Limit("minutes", 1, minutes)
    return found


def _about(line: _Measured, scope: Scope) -> Limit | None:
    """Turned away, it is too long: "not three hours long"."""
    for one in line.of("about"):
        minutes = line.amounts(one)[0]
        shortest = max(minutes - _ABOUT, 1)
        if scope(line.words[one.first].start) is Force.AVOID:
            return Limit("minutes", 1, shortest)
        return Limit("minutes", shortest, minutes + _ABOUT)
    return None


def _alone(line: _Measured, _: Scope) -> Limit | None:
    """An amount that is all of a clause."""
    for at, minutes in line.minutes.items():
        starts = begins_clause(line.text, line.words, at)
        if starts and closes_clause(line.text, line.words, at + 1):
            return Limit("minutes", 1, minutes)
    return None


def _is_turned(line: _Measured, least: Found[str]) -> bool:
    """Whether a clause denies its "more than" in any words: "nobody sits through more than #"."""
    if _COMPARED.isdisjoint(least.phrase.split(" ")):
        return False
    first = least.first
    while not begins_clause(line.text, line.words, first):
        first -= 1
    before = [word.text for word in line.words[first : least.first]]
    turns = sum(word in NEGATORS for word in takewhile("but".__ne__, before[::-1]))
    return turns % 2 == 1


def _compared(line: _Measured, shown: Sequence[int], scope: Scope) -> Limit | None:
    """Shorter or longer than the films on the table."""
    if not shown or "\x00" in line.text:
        return None
    middle = shown[len(shown) // 2]
    least = shown[0] if middle - shown[0] <= _APART else middle
    most = shown[-1] if shown[-1] - middle <= _APART else middle
    shorter = Limit("minutes", 1, (least - 1) // _STEP * _STEP)
    longer = Limit("minutes", (most // _STEP + 1) * _STEP)
    ways = {"shorter": shorter, "longer": longer, "too_long": shorter, "too_short": longer}
    for one in line.said:
        if one.meaning in ways and scope(line.words[one.first].start) is None:
            return ways[one.meaning]
    return None


_VAGUE: Final = {
    "short": (Limit("minutes", 1, _SHORT), Limit("minutes", _SHORT + 1)),
    "long": (Limit("minutes", _EPIC), Limit("minutes", 1, _NOT_TOO_LONG)),
    "shortest": (Limit("minutes", 1, _SHORT), None),
    "longest": (Limit("minutes", _EPIC), None),
    "too_long": (None, Limit("minutes", 1, _NOT_TOO_LONG)),
}
"""What is short or long by judgement: wanted, and turned away."""


def _vague(line: _Measured, scope: Scope) -> Limit | None:
    """Short or long by judgement."""
    for one in line.said:
        if one.meaning not in _VAGUE or not _is_wish(line, one):
            continue
        forces = {scope(line.words[at].start) for at in range(one.first, one.last)}
        wanted, away = _VAGUE[one.meaning]
        if Force.FREE not in forces:
            limit = away if Force.AVOID in forces or one.phrase.startswith("nothing ") else wanted
            if limit is not None:
                return limit
    return None


def _is_wish(line: _Measured, one: Found[str]) -> bool:
    """Whether "a short" is all that is said of the film, and no "short story"."""
    if one.phrase.rpartition(" ")[2] not in ("short", "quick", "long"):
        return True
    behind = text_at(line.words, one.last)
    return behind in _GOES_ON or closes_clause(line.text, line.words, one.last)


_GOES_ON: Final = ("and", "but", "please", "tonight", "for")
# ---- ages

_FOR_CHILDREN: Final = "genre:Children"
_FOR_ALL: Final = AGES["G"]
_GUIDANCE: Final = AGES["PG"]
_FROM: Final = ((17, None), (14, AGES["TV-14"]), (13, AGES["PG-13"]), (4, _GUIDANCE), (0, _FOR_ALL))
"""Age of the youngest viewer → age of the highest rating that is fit, None for any.

The Motion Picture Association's own words: PG-13 "may be inappropriate for children under 13", R
asks for a parent with everybody under 17, PG only that parents look: Frozen and Moana are PG. Below
4, where the British Board of Film Classification's lowest class begins to hold ("U: suitable for
four years and over"), only G will do."""
_OLDEST_CHILD: Final = 17
_RATING: Final = re.compile(
    r"(?<![\w-])(?:(?P<sure>nc-?17|pg[\s-]?13|pg|tv-?ma)(?![\w-])"
    r"|(?P<r>r)(?:[\s-]?rated\b|\s+(?:films?|movies?)\b)"
    r"|rated[\s-](?P<rated>r|g|pg[\s-]?13|pg)\b|(?P<g>g)[\s-]rated\b|(?<=no )(?P<bare>r)\b"
    r"|(?P<from>12|15|18)a?(?:s\b|[\s-]?(?:rated|cert\w*)\b)"
    r"|(?:rated|cert\w*)\s+(?P<class>12|15|18)\b"
    r"|(?:above|over|beyond|higher than|more than)\s+(?P<beyond>an?\s+(?:12|15|18))a?\b"
    r"(?!\s*(?:years?|yrs?|films?|movies?)\b))"
)
"""Those of the US, and the British ones that are ages."""
_BEYOND: Final = re.compile(r"\b(?:above|over|beyond|higher than|more than)\s+(?:a\s+)?\Z")
_TURNED_AWAY: Final = re.compile(r"\b(?:no|nothing|never|without|\w*n[o'’]?t)\b[^.!?;]*\Z")
_GLUED: Final = re.compile(r"(\d{1,2})(?:yo|yrs?|y)?\Z|u(1\d|[5-9])\Z")
"""An age in one word: "12yo", "u13"."""
_FILMS: Final = word_class("film_nouns") | {"classic", "classics"}
_NOT_AT_SCHOOL: Final = re.compile(r"\b(?:toddlers?|preschoolers?)\b")
_FURTHEST: Final = 5
"""Words between a child and its age."""


_OF_ANY_AGE: Final = re.compile("rat(?:ed|ing)| is |kid|child|age|bed|asleep|home|left|grown|adult")
"""Most lines hold none of these."""


def age_wanted(text: str, scope: Scope) -> Limit | None:
    """The age that films must be fit for; None where nothing is said of it."""
    highest = list(_ages_said(text, scope))
    return Limit("age", 0, min(highest)) if highest else None


def any_age(text: str) -> bool:
    """Whether an earlier wish for an age is lifted."""
    return _OF_ANY_AGE.search(text) is not None and bool(
        amount_phrases("age").book.find(words(text))
    )


def _ages_said(text: str, scope: Scope) -> Iterator[int]:
    """The highest age of a rating that each part of a line allows."""
    yield from (age for one in _RATING.finditer(text) if (age := _rating(text, one, scope)) >= 0)
    for age in ages_of_children(text):
        fit = next(fit for start, fit in _FROM if age >= start)
        if fit is not None:
            yield fit
    if _NOT_AT_SCHOOL.search(text):
        yield _FOR_ALL


def ages_of_children(text: str) -> list[int]:
    """How old the children are that a line in lower case speaks of: "my 6 year old", "(9)", "U13",
    "the grandkids, 4 and 6".
    """
    found = words(text)
    ages = [_age(word.text) for word in found]
    if not any(ages):
        return []
    told: list[int] = []
    for at, age in enumerate(ages):
        if age and (_is_an_age(text, found, at) or _goes_on(found, at, told)):
            told.append(at)
    return [ages[at] for at in (*_led_up(found, ages, told[0]), *told)] if told else []


def _led_up(found: Sequence[Word], ages: Sequence[int], place: int) -> Iterator[int]:
    """Numbers of a list that ends with an age: "a 4 and a 6 year old"."""
    last = place
    while (at := back_over(_word_set("joins"), found, last) - 1) >= 0:
        if at == last - 1 or not ages[at]:
            return
        yield at
        last = at


def _age(word: str) -> int:
    """The age of a child that a word may say; 0 for none."""
    glued = _GLUED.match(word)
    number = int(glued[1] or glued[2]) if glued else table("measures")["numbers"].get(word, 0)
    return number if number <= _OLDEST_CHILD else 0


def _goes_on(found: Sequence[Word], at: int, told: Sequence[int]) -> bool:
    """Whether a number goes on a list of ages: "(3, 6, 9)", "5 and 8"."""
    before = at - 1 - (text_at(found, at - 1) == "and")
    return bool(told) and told[-1] == before


def _is_an_age(text: str, found: Sequence[Word], at: int) -> bool:
    """Whether a number is how old a child is."""
    if found[at].text[0] == "u" or found[at].text[-1] in "yors":
        return not found[at].text.isalpha()
    old = _years_old().at(found, at + 1)
    if old is not None:
        behind = (text_at(found, old[0]), text_at(found, old[0] + 1))
        return _FILMS.isdisjoint(behind)
    ends = stands_apart(found, at + 1) or text_at(found, at + 1) in _word_set("behind")
    before = text_at(found, at - 1)
    am = before == "am" and text_at(found, at - 2) == "i"
    return ends and (am or before in _word_set("aged") or _is_of_a_child(text, found, at))


def _is_of_a_child(text: str, found: Sequence[Word], at: int) -> bool:
    """Whether a child is spoken of right before a number: "my son (9)", "she's 8"."""
    place = at - 1
    least = max(at - _FURTHEST, 0)
    while place > least and _stands_between(found[place].text):
        place -= 1
    if place < 0 or sentence_ends_within(text, found, place, at):
        return False
    before = found[place].text
    is_pronoun = before in _word_set("pronouns") and (
        place < at - 1 or before.endswith(("s", "re"))
    )
    return is_pronoun or before in word_class("kids") or before in _word_set("young")


def _stands_between(word: str) -> bool:
    return word in _word_set("between") or _age(word) > 0


@cache
def _word_set(name: str, section: str = "age") -> frozenset[str]:
    """The words of a class of ages, or lengths."""
    return frozenset(table("measures")[section][name].split())


@cache
def _years_old() -> PhraseBook[bool]:
    """What makes an age of the number before it."""
    return PhraseBook(dict.fromkeys(table("measures")["age"]["old"], True))


def _rating(text: str, match: re.Match[str], scope: Scope) -> int:
    """The highest age that a rating allows where it stands; −1 where it bounds nothing."""
    said = next(filter(None, match.groups()))
    highest = AGES.get(re.sub(r"pg[\s-]?13", "pg-13", said).upper(), AGES["R"])
    if match["beyond"]:
        return _class(int(said.split()[-1]), away=False)
    if said.isdecimal():
        return _class(int(said), away=scope(match.start()) is Force.AVOID)
    beyond = _BEYOND.search(text, max(match.start() - 16, 0), match.start())
    if beyond:
        return highest
    away = bool(match["bare"]) or scope(match.start()) is Force.AVOID
    # Nobody asks for films that are fit for grown-ups at most.
    if away or (highest >= AGES["R"] and _TURNED_AWAY.search(text, 0, match.start())):
        return max(age for age in AGES.values() if age < highest)
    return highest if highest < AGES["R"] else -1


def _class(age: int, *, away: bool) -> int:
    """The same of a British class: who may see a 12 may see PG-13."""
    fit = max(age, AGES["PG-13"]) - away
    return max(one for one in AGES.values() if one <= fit) if away or age < AGES["R"] else -1


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
