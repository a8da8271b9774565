"""Titles that no film of the catalogue has, and people that none is known of: said back rather than
passed over.

A name that films have is another one's with a year or a number that none of them has: "Heat
(2022)", "Moana 2".
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.language.lexicon import background, dictionary, title_class
from assistant.language.meaning.tastes import COPULAS, Cue, Force, ends_clause, ends_sentence
from assistant.language.titles.index import FormKind, Match, TitleIndex
from assistant.language.utterance import Span, UnknownMention
from assistant.language.words import Word, taken_by, texts_of

_QUOTED: Final = re.compile(
    r"[\"“„«](?P<a>[^\"“”„«»\n]{2,60})[\"”»]|(?<!\w)['‘](?P<b>[A-Z0-9][^'‘’\n]{1,60})['’](?!\w)"
)
_TELLING: Final = (Force.FEEL, Force.SEEN, Force.SIMILAR, Force.ASKED)
_WATCHED: Final = title_class("watched_or_liked")
_AFTER_TITLE: Final = title_class("after_unknown_title")
_SMALL: Final = title_class("small_words")
_BEFORE_VERDICT: Final = COPULAS | title_class("before_verdict_nouns")
_MADE: Final = title_class("made_by")
_TOO: Final = frozenset(("too", "also", "as", "well", "please"))
_JOINTS: Final = frozenset(("and", "or", "also", "plus"))
_ENDS: Final = frozenset(".,;:!?()\n")
_MOST: Final = 6
"""Most words of a title."""
_MOST_QUOTED: Final = 8
_FURTHEST: Final = 3
"""Words between a name and the verdict on it: "Gladiator 2 was a bit meh"."""
_MOST_OF_NAME: Final = 3
"""Most words of a person's name."""


_ASKS_FOR: Final = title_class("asks_for_it")
_LONGEST_REQUEST: Final = 4
"""Words of the longest of these."""


@dataclass(frozen=True)
class _Line:
    """A line of which some words are explained."""

    text: str
    words: Sequence[Word]
    taken: bytearray
    """1 for each word that is explained, (n + 1,)."""

    def is_upper(self, place: int) -> bool:
        """Whether a word begins with a capital."""
        return self.text[self.words[place].start].isupper()

    def marks_before(self, place: int) -> str:
        """What is typed between a word and the one before it."""
        return self.text[self.words[place - 1].end : self.words[place].start]

    def words_of(self, start: int, end: int) -> tuple[int, int]:
        """(first word, one past the last) of those with any of the characters [start, end)."""
        first = bisect_right(self.words, start, key=lambda word: word.end)
        return first, bisect_left(self.words, end, key=lambda word: word.start)

    def joins(self, place: int) -> bool:
        """Whether a list goes on at a word: behind a comma, or with "and"."""
        if not 0 < place < len(self.words):
            return False
        return self.words[place].text in _JOINTS or "," in self.marks_before(place)

    def past_joints(self, place: int) -> int:
        """The first word from a place on that is no "and" or the like."""
        while place < len(self.words) and self.words[place].text in _JOINTS:
            place += 1
        return place

    def past_taken(self, place: int) -> int:
        """The first word from a place on that nothing explains."""
        while self.taken[place]:
            place += 1
        return place

    def telling(self, first: int, last: int) -> list[int]:
        """The words of [first, last) that have capitals in a title."""
        return [place for place in range(first, last) if self.words[place].text not in _SMALL]

    def take(self, first: int, last: int, strength: float) -> UnknownMention:
        """Mentions the words [first, last), which are explained from now on."""
        self.taken[first:last] = b"\x01" * (last - first)
        return UnknownMention(Span(self.words[first].start, self.words[last - 1].end), strength)

    def title(self, first: int, last: int, strength: float) -> list[UnknownMention]:
        """Mentions words, if all but the small ones have capitals and some are never said else."""
        telling = self.telling(first, last)
        if not telling or not all(map(self.is_upper, telling)):
            return []
        texts = [self.words[place].text for place in telling]
        rare = [word for word in texts if not background().is_common(word)]
        if not rare or (len(texts) == 1 and texts[0] in dictionary()):
            return []
        return [self.take(first, last, strength)]


def unknown_titles(
    text: str,
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    cues: Sequence[Cue],
    index: TitleIndex,
) -> tuple[UnknownMention, ...]:
    """Films of a known name that none of the `index` is, quoted spans, and names or unheard words
    behind "loved", that nothing explains.
    """
    line = _Line(text, words, taken_by(names, len(words)))
    found = list(_of_known_name(line, cues, index))
    found += _quoted(line, cues)
    for cue in cues:
        found += _beside_cue(line, cue)
    found += _people(line)
    found += _asked(line)
    if not cues:
        found += _added(line)
        found += _all_listed(line)
    return tuple(sorted(found, key=lambda mention: mention.span))


# ---- a year or a number that no film of the name has

_YEAR: Final = re.compile(r"(?:18|19|20)\d\d")
_PARTS: Final = frozenset(("part", "chapter", "episode", "vol"))
_INSTALMENT: Final = re.compile(r"[2-9]")
_COUNTED: Final = title_class("counted_nouns") | title_class("units") | {"out"}
_GOES_ON: Final = re.compile(r"[/%$:*+–-]|[.)\]]\s*\w")
"""Behind a number that tells no instalment: "Heat 9/10", "1. Heat 2. Jaws"."""
_FAMOUS: Final = 20
"""Ratings of a film from which an instalment of it may be meant that came after the catalogue."""
_KNOWN: Final = 3
"""Ratings from which a film of a numbered name is known under it, whenever it came."""


def of_other_films(
    text: str, words: Sequence[Word], matches: Sequence[Match], index: TitleIndex
) -> list[tuple[int, int]]:
    """The spans of words, out of forms found in them, that name films which the index lacks."""
    ends = ((match, _end_of_other(text, words, match, index)) for match in matches)
    return [(match.first, end) for match, end in ends if end]


def _end_of_other(text: str, words: Sequence[Word], match: Match, index: TitleIndex) -> int:
    """One past the last word of a name that begins with a form and is of no film that has it; 0
    where one may be meant.
    """
    if index.forms(match.key)[0].kind is FormKind.SERIES:
        return 0
    if _is_before_its_first(match, index):
        return match.last
    if match.last >= len(words):
        return 0
    if _has_year_of_none(text, words, match, index):
        return match.last + 1
    place = match.last + (words[match.last].text in _PARTS)
    return place + 1 if _has_number_of_none(text, words, match, place, index) else 0


def _is_before_its_first(match: Match, index: TitleIndex) -> bool:
    """Whether a form names an instalment that is older than the known film it would go on with:
    "Inside Out 2" of 1992.
    """
    stem, _, number = index.text(match.key).rpartition(" ")
    key = index.key_of(stem) if _INSTALMENT.fullmatch(number) else None
    if key is None or index.renown[index.best_row(match.key)] >= _KNOWN:
        return False
    years, first = index.catalogue.years, index.best_row(key)
    newest = max(years[form.row] for form in index.forms(match.key))
    return bool(index.renown[first] >= _FAMOUS and newest < years[first])


def _has_year_of_none(text: str, words: Sequence[Word], match: Match, index: TitleIndex) -> bool:
    """Whether a year in brackets follows that no film of a form is within a year of."""
    year, behind = words[match.last], words[match.last - 1]
    if not _YEAR.fullmatch(year.text) or text[behind.end : year.start].lstrip() != "(":
        return False
    movies = index.catalogue.movies
    years = [movies[form.row].year for form in index.forms(match.key)]
    return all(abs(int(year.text) - other) > 1 for other in years)


def _has_number_of_none(
    text: str, words: Sequence[Word], match: Match, place: int, index: TitleIndex
) -> bool:
    """Whether the word at a place is the number of an instalment that no film of a form has."""
    if not _tells_instalment(text, words, place, words[match.last - 1].end):
        return False
    form, number = index.text(match.key), words[place].text
    if form.rpartition(" ")[2].isdecimal() or index.renown[index.best_row(match.key)] < _FAMOUS:
        return False
    bare = form.removeprefix("the ")
    names = (f"{name} {number}" for name in (bare, f"the {bare}"))
    return all(index.key_of(name) is None for name in names)


def _tells_instalment(text: str, words: Sequence[Word], place: int, end: int) -> bool:
    """Whether a word is the number of an instalment of the film whose name ends at a character."""
    if place >= len(words) or not _INSTALMENT.fullmatch(words[place].text):
        return False
    part = text[end : words[place].start].strip(" :,-–").lower()
    if part and part not in (*_PARTS, "vol."):
        return False
    if not part and text[end : words[place].start] != " ":
        return False
    counted = place + 1 < len(words) and words[place + 1].text in _COUNTED
    return not counted and _GOES_ON.match(text, words[place].end) is None


def _of_known_name(line: _Line, cues: Sequence[Cue], index: TitleIndex) -> Iterator[UnknownMention]:
    """Names that films have with what none of them has, if they stand out or are liked."""
    spans = of_other_films(line.text, line.words, index.find(line.words), index)
    for first, last in sorted(spans, key=lambda span: (span[0], -span[1])):
        if any(line.taken[first:last]):
            continue
        before = any(cue.last == first and not cue.backward for cue in cues)
        named = [place for place in line.telling(first, last) if not _is_number(line, place)]
        if before or all(map(line.is_upper, named)):
            yield line.take(first, last, _strength_of(cues, first, last))


def _strength_of(cues: Sequence[Cue], first: int, last: int) -> float:
    """How liked the words [first, last) are by the cue right before, or the verdict behind them."""
    before = [cue for cue in cues if cue.last == first and not cue.backward]
    behind = [cue for cue in cues if cue.backward and 0 <= cue.first - last <= _FURTHEST]
    return next((cue.strength for cue in (*before, *behind)), 0.0)


def _is_number(line: _Line, place: int) -> bool:
    return line.words[place].text.isdecimal() or line.words[place].text in _PARTS


def _quoted(line: _Line, cues: Sequence[Cue]) -> Iterator[UnknownMention]:
    """What stands in quotes, liked as the cue before it says."""
    for match in _QUOTED.finditer(line.text):
        start, end = match.span("b" if match["a"] is None else "a")
        first, last = line.words_of(start, end)
        if not 0 < last - first <= _MOST_QUOTED or any(line.taken[first:last]):
            continue
        strengths = (cue.strength for cue in reversed(cues) if cue.last <= first)
        mention = line.take(first, last, next(strengths, 0.0))
        yield replace(mention, span=Span(start, end))


def _beside_cue(line: _Line, cue: Cue) -> Iterator[UnknownMention]:
    """What is named before or behind a cue of taste."""
    if cue.backward:
        yield from _judged(line, cue) if cue.force is Force.VERDICT else ()
    elif cue.force in _TELLING and not _asks_something_else(cue):
        for mention in _after(line, cue):
            yield mention
            yield from _behind(line, mention)


def _asks_something_else(cue: Cue) -> bool:
    """Whether a question is not whether somebody has seen or likes what follows."""
    return cue.force is Force.ASKED and _WATCHED.isdisjoint(cue.phrase.split(" "))


def _after(line: _Line, cue: Cue) -> Iterator[UnknownMention]:
    """What stands right after a cue, if it looks like a title."""
    first = last = cue.last
    while last - first < _MOST and _may_go_on(line, first, last):
        last += 1
    while last > first and line.words[last - 1].text in _SMALL:
        last -= 1
    if _looks_like_title(line, line.telling(first, last)):
        yield line.take(first, last, cue.strength)


def _may_go_on(line: _Line, first: int, place: int) -> bool:
    """Whether a word may belong to the title that begins at `first`."""
    if place >= len(line.words) or line.taken[place]:
        return False
    if place > first and not _ENDS.isdisjoint(line.marks_before(place)):
        return False
    if line.is_upper(place):
        return True
    word = line.words[place].text
    return word not in _AFTER_TITLE and (word in _SMALL or not background().is_common(word))


def _looks_like_title(line: _Line, telling: Sequence[int]) -> bool:
    """Whether words are never said but in names, or have capitals and are seldom said."""
    heard, texts = background(), [line.words[place].text for place in telling]
    if not texts or (len(texts) == 1 and heard.is_common(texts[0])):
        return False
    if all(map(line.is_upper, telling)):
        return True
    if len(texts) == 1 and texts[0] in dictionary():
        return False
    return not any(map(heard.is_common, texts)) and not any(map(heard.nearly, texts))


def _judged(line: _Line, cue: Cue) -> Iterator[UnknownMention]:
    """A name of several words before "is a masterpiece" or the like, all of them with capitals."""
    text, words, taken = line.text, line.words, line.taken
    last = cue.first
    while last > 0 and words[last - 1].text in _BEFORE_VERDICT:
        last -= 1
    first = last
    while first > 0 and not taken[first - 1] and not ends_clause(text, words, first - 1, first):
        first -= 1
    if last < cue.first and 0 < last - first <= _MOST and not any(taken[first:last]):
        yield from line.title(first, last, cue.strength)


def _people(line: _Line) -> Iterator[UnknownMention]:
    """Names behind "anything by", "films with" or "starring"."""
    shouted = line.text.isupper()
    for place in range(1, len(line.words)):
        if not _leads_to_person(line, place):
            continue
        last = place
        while last - place < _MOST_OF_NAME and _may_name(line, place, last, shouted):
            last += 1
        if _looks_like_person(line, place, last, shouted):
            yield line.take(place, last, 0.0)


def _leads_to_person(line: _Line, place: int) -> bool:
    """Whether whoever made films, or is in them, may be named from a word on."""
    before = line.words[place - 1].text
    if before in ("more", "less"):
        return line.is_upper(place)  # "more Ozu"
    if before in ("by", "with"):
        return place > 1 and line.words[place - 2].text in _MADE
    return before == "starring"


def _may_name(line: _Line, first: int, place: int, shouted: bool) -> bool:
    """Whether a word may be of the name from `first` on, by its capital if not `shouted`."""
    if place >= len(line.words) or line.taken[place]:
        return False
    if place > first and ends_clause(line.text, line.words, place - 1, place):
        return False
    upper = line.is_upper(place) and not shouted
    return upper or not background().is_common(line.words[place].text)


def _looks_like_person(line: _Line, first: int, last: int, shouted: bool) -> bool:
    """Whether words have the capitals of a name, or several are no words of English."""
    spelled = [word.text in dictionary() for word in line.words[first:last]]
    if len(spelled) > 1 and not any(spelled):
        return True
    if shouted and len(spelled) > 1:
        return False
    return not all(spelled) and all(map(line.is_upper, range(first, last)))


def _asked(line: _Line) -> Iterator[UnknownMention]:
    """Names that are nothing but asked for: "Anora? Longlegs?"."""
    first = 0
    for place in range(1, len(line.words) + 1):
        end = line.words[place].start if place < len(line.words) else len(line.text)
        marks = line.text[line.words[place - 1].end : end]
        if "?" in marks:
            first = _past_request(line, first, place)
            if place - first <= _MOST and not any(line.taken[first:place]):
                yield from line.title(first, place, 0.0)
            first = place
        elif not _ENDS.isdisjoint(marks):
            first = place


def _past_request(line: _Line, first: int, last: int) -> int:
    """The first of the words [first, last) that is asked for: behind "do you have"."""
    ends = range(min(first + _LONGEST_REQUEST, last - 1), first, -1)
    said = ((end, " ".join(texts_of(line.words, first, end))) for end in ends)
    return next((end for end, request in said if request in _ASKS_FOR), first)


def _added(line: _Line) -> Iterator[UnknownMention]:
    """The title of a line that adds one: "A Brighter Summer Day too"."""
    words = line.words
    first, last = line.past_joints(0), len(words)
    while last > first and words[last - 1].text in _TOO:
        last -= 1
    adds = 1 < last - first <= min(_MOST, len(words) - 1)
    if adds and not any(line.taken[first:last]):
        yield from line.title(first, last, 0.0)


def _behind(line: _Line, mention: UnknownMention) -> Iterator[UnknownMention]:
    """What is listed behind a title that is not known, films that are known passed over."""
    places = (place for place, word in enumerate(line.words) if word.start >= mention.span.end)
    place = next(places, len(line.words))
    if line.joins(place):
        yield from _titles_from(line, place, mention.strength)


def _all_listed(line: _Line) -> list[UnknownMention]:
    """The titles of a line that is nothing but a list of them, at least one of several words."""
    places = range(len(line.words))
    if not any(map(line.joins, places)) or not line.is_upper(0):
        return []
    trial = replace(line, taken=bytearray(line.taken))
    found = list(_titles_from(trial, 0, 0.0))
    several = len(found) > 1 or any(line.taken)
    if not several or not any(" " in line.text[slice(*mention.span)] for mention in found):
        return []
    whole = all(trial.taken[place] or line.words[place].text in _JOINTS for place in places)
    return found if whole else []


def _titles_from(line: _Line, place: int, strength: float) -> Iterator[UnknownMention]:
    """Capitalised names from a word on, as long as commas or "and" join them."""
    while place < len(line.words):
        first = last = line.past_joints(place)
        while _is_listed_on(line, first, last):
            last += 1
        if last > first:
            joined = place == 0 or line.joins(place)
            fits = joined and last - first <= _MOST
            found = line.title(first, last, strength) if fits else []
            if not found:
                return
            yield from found
        last = line.past_taken(last)
        if last == place:
            return
        place = last


def _is_listed_on(line: _Line, first: int, place: int) -> bool:
    """Whether a word belongs to the name in a list that begins at `first`."""
    if place >= len(line.words) or line.taken[place]:
        return False
    if place == first:
        return True
    return not line.joins(place) and not ends_sentence(line.text, line.words, place - 1, place)
