"""What a line does in the conversation: greets, asks why, takes back, answers, or wants films, how
many and how well known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from assistant.language.lexicon import table, word_class
from assistant.language.utterance import Act, Span
from assistant.language.words import normal

_WHOLE_ACTS: Final = {
    "start_over": Act.START_OVER,
    "about_me": Act.ABOUT_ME,
    "undo": Act.UNDO,
    "help": Act.HELP,
    "why_not": Act.WHY,
    "why": Act.WHY,
    "best_pick": Act.WHY,
    "about_you": Act.ABOUT_YOU,
    "more": Act.MORE,
    "greet": Act.GREET,
    "thanks": Act.THANKS,
    "bye": Act.BYE,
    "surprise": Act.RECOMMEND,
    "complain": Act.COMPLAIN,
}
ORDINALS: Final = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
    "sixth": 5,
    "6th": 5,
    "seventh": 6,
    "eighth": 7,
    "ninth": 8,
    "tenth": 9,
}
"""Places, 0-based."""
_ORDINAL: Final = re.compile(
    r"\b(?<!every )(?<!each )(?<!single )(?:the\s+)?("
    + "|".join(ORDINALS)
    + r"|last|middle|latter|former)\b"
    r"(?!\s+(?:few|couple|\d+|four|five|six|ten|twenty|years?|decades?|night|century|time"
    r"|week|weekend|month|minute|thing|half|chance)\b)(?:\s+(?:one|1|two|2|three|3|film|movie|pick|suggestion|and))?"
)
_NUMBERED: Final = re.compile(
    r"(?:\b(?:number|no\.?|nr\.?|option|choice|film|movie)\s*|#)(\d{1,2})\b|\A\s*(\d)\s*[.)!]*\s*\Z"
    r"|\b(?:number|option|choice)\s+(one|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_NUMBERS: Final = r"\d(?:(?:\s*(?:,|&|\+)\s*|\s+)(?:(?:and|n|or)\s+)?\d)*(?!\d)"
_LISTED: Final = re.compile(
    rf"\A\W*({_NUMBERS})\s+(?:i\b|i've|ive|was|were|are|is|look|sound|seen|no)"
    rf"|\b(?:seen|watched|saw|know|not|loved|liked|hated|skip)\s+({_NUMBERS})"
    r"(?=\s*(?:[.,;!?]|\Z|but\b))"
)
"""Numbers that point at the films shown: "1 and 2 I've seen", "I've seen 1 and 3"."""
_DIGIT: Final = re.compile(r"\d")
_OTHERS: Final = re.compile(
    r"\b(?:the\s+)?(?:other(?:\s+(?:two|2|three|3|ones?|films?|movies?))?|others|rest"
    r"|remaining(?:\s+\w+)?)\b"
)
_BOTH: Final = re.compile(r"\b(?:first|last)\s+(two|2|three|3)\b")
_TOGETHER: Final = re.compile(
    r"\b(?:(?<!we )(?<!us )both|(?:the|those|these|them|all) (two|three|four|five|[2-5]))\b"
    r"(?! (?:of us|hours?|minutes?|days?|nights?|years?|decades?))"
)
"""A number of films that are spoken of together: "both", "those two", "all three"."""
_LONGEST: Final = 400
"""Characters of a line that patterns for whole lines are tried on; longer ones tell tastes."""
_LETTER: Final = re.compile(r"\w")
_SAYS: Final = re.compile(r"[\w?]")
_SURROUND: Final = re.compile(r"[^\w?'’]+")


@dataclass(frozen=True, slots=True)
class Line:
    """What the patterns look at."""

    lower: str
    """The text in lower case, titles blanked out."""
    plain: str
    """The same without marks, single spaces, trimmed."""


def line_of(masked: str) -> Line:
    """A text (titles blanked out) as the patterns want it."""
    lower = masked.lower().replace("’", "'")
    return Line(lower, _SURROUND.sub(" ", lower[:_LONGEST]).strip())


_LEAST_RECALLED: Final = 3
"""Words of a description that a film may be found by: "the one with him" tells nothing."""


@cache
def _patterns(section: str) -> dict[str, re.Pattern[str]]:
    joined = {
        name: "|".join(f"(?:{pattern})" for pattern in patterns)
        for name, patterns in table("acts")[section].items()
    }
    if section == "whole":
        return {name: re.compile(rf"(?:{pattern})\s*\??\Z") for name, pattern in joined.items()}
    return {name: re.compile(pattern) for name, pattern in joined.items()}


def recalled(line: Line) -> str:
    """What describes a film that somebody half remembers: of "what's that movie where …" the rest.

    Empty where none is asked for.
    """
    for pattern in table("acts")["recall"]["film"]:
        found = re.search(pattern, line.lower)
        if found is not None and len(found["rest"].split()) >= _LEAST_RECALLED:
            return found["rest"]
    return ""


def is_whole(name: str, line: Line) -> bool:
    """Whether the whole line says this ("yes", "no", "both", "thanks", …)."""
    return len(line.lower) <= _LONGEST and _patterns("whole")[name].match(line.plain) is not None


def holds(name: str, line: Line) -> bool:
    """Whether the line says this anywhere."""
    return _patterns("inside")[name].search(line.lower) is not None


def saved_only(text: str) -> Span | None:
    """Where a line asks for films of the person's list alone; None where it does not, or where the
    list is spoken of otherwise ("put it on my list", "what is on my list?").
    """
    line = line_of(text)
    match = _patterns("inside")["from_list"].search(line.lower)
    spoken_of = holds("any_list", line) or holds("lists", line)
    return None if match is None or spoken_of else Span(*match.span())


def whole_act(line: Line) -> Act | None:
    """The act of a line that is nothing else, but for a word that opens it ("perfect, which would
    you pick?"); None where it is not such a line.
    """
    act = next((act for name, act in _WHOLE_ACTS.items() if is_whole(name, line)), None)
    opening = _OPENING.match(line.plain) if act is None else None
    return whole_act(replace(line, plain=line.plain[opening.end() :])) if opening else act


_PARTING: Final = re.compile(
    r"[.!?;,\n]+\s*(?:(?:and|but|so|then|now|also)\s+)*|\s(?:and|but|then)\s+(?:then\s+|now\s+)?"
)
"""What may stand between two statements."""


def parted(text: str) -> Iterator[tuple[str, str]]:
    """The two parts of a text at each place where a statement may end: the second with blanks for
    the first, so that every character keeps its place.
    """
    for match in _PARTING.finditer(text):
        yield text[: match.start()], " " * match.end() + text[match.end() :]


def decides(line: Line, n_shown: int) -> bool:
    """Whether a line takes a film on the table and closes: "the middle one. deal", "sold"."""
    if not n_shown or len(line.lower) > _LONGEST:
        return False
    rest = line.lower
    for start, end in pointed(line, n_shown).values():
        rest = rest[:start] + " " * (end - start) + rest[end:]
    said, closing = set(normal(rest).split()), word_class("closing")
    points = rest != line.lower or {"that", "1"} <= said or {"this", "1"} <= said
    chosen = points or not said.isdisjoint(word_class("settles"))
    return chosen and bool(said & closing) and said <= closing | word_class("beside_closing")


def settles(line: Line) -> bool:
    """Whether a line chooses the film that was spoken of, without pointing at it: "sold!"."""
    first = next((first for first, _ in parted(line.lower)), line.lower)
    return not pointed(line, 1) and (decides(line, 1) or decides(line_of(first), 1))


def wishes_cleared(text: str) -> str:
    """The text with blanks for what takes all earlier wishes back ("forget all that, just a
    comedy"); empty where nothing does.
    """
    match = _patterns("inside")["clears"].search(text.lower().replace("’", "'"))
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :] if match else ""


def may_act_alone(text: str, n_shown: int) -> bool:
    """Whether a part of a line may be a command or a remark on films shown."""
    line = line_of(text)
    points = n_shown > 0 and (bool(pointed(line, n_shown)) or settles(line))
    commands = whole_act(line) in (Act.UNDO, Act.WHY) or holds("seen_all", line)
    return points or commands or holds("forget", line)


def is_plain_request(line: Line) -> bool:
    """Whether a line asks for films, or leaves them to us, and says nothing of them: "what should I
    watch tonight?".
    """
    return (
        is_whole("surprise", line) or set(line.plain.replace("?", " ").split()) <= _request_words()
    )


@cache
def _request_words() -> frozenset[str]:
    return frozenset(table("acts")["request"]["words"].split())


_AGREES: Final = ("yes", "agree", "both", "takes")
_OPENING: Final = re.compile(
    r"(?:(?:ha(?:ha)+|lol|h+m+|u+[hm]+|oh|well|ah|eh|er+m?|ok|okay|omg|wow|yes|yeah|great|cool"
    r"|nice|fine|alright|sure|then|perfect|awesome|brilliant|lovely|excellent|hello|hi|hey)\s+)+"
)


def nod(line: Line, on_table: bool | None) -> Act | None:
    """The act of a line that only says yes or no; "no" to films on the table asks for others.

    `on_table` None: only lines that cannot hold a title.
    """
    opening = _OPENING.match(line.plain)
    rest = replace(line, plain=line.plain[opening.end() :]) if opening else line
    if any(is_whole(name, rest) for name in (_AGREES if on_table is not None else _AGREES[:2])):
        return Act.AGREE
    if is_whole("no", rest):
        return Act.MORE if on_table else Act.DECLINE
    return Act.DECLINE if not on_table and is_whole("no_film", rest) else None


def series_named(text: str) -> list[tuple[int, int]]:
    """Where well-known series are named in a text; films inside of these names are not meant."""
    series = table("acts")["series"]
    lower = text.lower().replace("’", "'")
    found = [(lower.find(name), len(name)) for name in series["names"] if name in lower]
    for name, pattern in _cased_series().items():
        if match := pattern.search(text):
            if match.start() or match.end() == len(text.rstrip(" .!?")):
                found.append((match.start(), len(name)))
    return [(start, start + length) for start, length in found]


@cache
def _cased_series() -> dict[str, re.Pattern[str]]:
    """Series that are ordinary words in lower case: behind small letters, or at the beginning."""
    names = table("acts")["series"]["cased"]
    return {name: re.compile(rf"(?:\A|(?<=[a-z,] )){name}(?=\W|\Z)") for name in names}


def picks(line: Line, n_shown: int) -> tuple[int, ...]:
    """Places, 0-based, of the films on the table that a line points at by number; only those that
    exist.
    """
    return tuple(pointed(line, n_shown))


def pointed(line: Line, n_shown: int) -> dict[int, tuple[int, int]]:
    """The same with the first and the last-but-one character of the words that point, in the order
    of the line.
    """
    match = _BOTH.search(line.lower)
    found = _run(line.lower, match, n_shown) if match else _one_by_one(line.lower, n_shown)
    match = _OTHERS.search(line.lower)
    if match and (found or holds("others", line)):
        named = {place for place, _ in found}
        found += [(place, match.span()) for place in range(n_shown) if place not in named]
    places_of: dict[int, tuple[int, int]] = {}
    for place, span in found:
        if 0 <= place < n_shown:
            places_of.setdefault(place, span)
    return places_of


def how_many(line: Line) -> int:
    """How many films a line speaks of together ("both" = 2); 0 where it gives no number."""
    match = _TOGETHER.search(line.lower)
    return int(normal(match[1] or "two")) if match else 0


_Pointed = list[tuple[int, tuple[int, int]]]
"""Places of films and the characters that point at each; the places may be out of range."""


def _run(lower: str, both: re.Match[str], n_shown: int) -> _Pointed:
    """What "the first two" or "the last three" points at, and the ordinals beside it."""
    number = int(normal(both[1]))
    places = range(number) if both[0].startswith("first") else range(n_shown - number, n_shown)
    rest = lower[: both.start()] + " " * len(both[0]) + lower[both.end() :]
    # here "middle" is the last
    ordinals = {"former": 0, "latter": n_shown - 1, "last": n_shown - 1, "middle": n_shown - 1}
    return [
        *((place, both.span()) for place in places),
        *((_place(ordinals, other[1]), other.span()) for other in _ORDINAL.finditer(rest)),
    ]


def _one_by_one(lower: str, n_shown: int) -> _Pointed:
    """What ordinals and numbers point at: "the second", "number 3", "1 and 2 I've seen"."""
    last = n_shown - 1
    ordinals = {"former": 0, "latter": last, "last": last, "middle": n_shown // 2}
    numbers = (
        (int(number[0]) - 1, number.span())
        for listed in _LISTED.finditer(lower)
        for number in _DIGIT.finditer(lower, *listed.span(listed.lastindex or 0))
    )
    return [
        *((_place(ordinals, match[1]), match.span()) for match in _ORDINAL.finditer(lower)),
        *(
            (int(match[1] or match[2] or normal(match[3])) - 1, match.span())
            for match in _NUMBERED.finditer(lower)
        ),
        *numbers,
    ]


def _place(relative: Mapping[str, int], ordinal: str) -> int:
    """The place that an ordinal means; `relative` are those that hang on what is shown."""
    return relative[ordinal] if ordinal in relative else ORDINALS[ordinal]


def beyond(line: Line) -> tuple[str, ...]:
    """What the line asks of films that is not known here."""
    needed = table("acts")["beyond_needs"]
    return tuple(
        name
        for name, pattern in _patterns("beyond").items()
        if (name not in needed or any(map(line.lower.__contains__, needed[name])))
        and pattern.search(line.lower)
    )


def titles_only(masked: str, blank: str) -> bool:
    """Whether nothing but titles and what joins them is left of a text whose titles are
    `blank`s.
    """
    rest = _patterns("beside")["titles"].sub(
        " ", masked.replace(blank, " ").lower().replace("’", "'")
    )
    return not _SAYS.search(rest)


def has_words(texts: Sequence[str]) -> bool:
    """Whether any of the texts holds a letter or digit."""
    return any(_LETTER.search(text) for text in texts)


# ---- how many films, and how well known

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


def forgotten(text: str) -> list[tuple[int, int]]:
    """Where a line names what it lets go of: from "forget" to the end of its sentence, or to where
    a wish begins behind a comma.
    """
    pattern = _patterns("inside")["forgotten"]
    return [match.span() for match in pattern.finditer(text.lower().replace("’", "'"))]


def any_country(text: str) -> bool:
    """Whether an earlier wish for films of a country or a language is lifted."""
    return _patterns("inside")["any_country"].search(text.replace("’", "'")) is not None


def count_wanted(text: str) -> int | None:
    """How many films are asked for, 1 … 10; None where no number is given."""
    match = _COUNT.search(text) if _NUMBER_SAID.search(text) else None
    if match is None:
        return None
    said = next(group for group in match.groups() if group)
    number = NUMBERS.get(said) or int(said)
    return min(max(number, 1), 10)
