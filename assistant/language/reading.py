"""A line as it is read: in English, spelled right, with the titles that are taken to be in it.

A line in another language is put into English phrase by phrase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Final, Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language import acts
from assistant.language.acts import any_country, lesser_known, well_known
from assistant.language.lexicon import (
    background,
    but_for_a_letter,
    dictionary,
    heard_words,
    proper_names,
    remains_of,
    table,
)
from assistant.language.meaning.measures import any_age, any_length
from assistant.language.meaning.tastes import ends_sentence
from assistant.language.meaning.years import Scope, any_year, eras_named
from assistant.language.titles.links import Link
from assistant.language.utterance import COUNTRY, Act
from assistant.language.words import Found, PhraseBook, Word, normal, spelled_out, taken_by, words
from core.domain import Limit

BLANK: Final = "\x00"
"""Stands for each character of a title."""


_SURE: Final = 5.0
"""Log-odds of a title from which a line like "next" or "help!" is read as one after all."""
_NAMED_IN_THANKS: Final = 4.5
"""The same where thanks are left without it: "thanks, Titanic was great", but not "thanks for the
help"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A line with the titles that are taken to be in it."""

    text: str
    """As typed."""
    read: str
    """The part that is looked at."""
    words: Sequence[Word]
    links: Sequence[Link]
    """In order."""
    series: Sequence[tuple[int, int]]
    """Where well-known series are named."""
    masked: str
    """`read` with the titles blanked out."""
    line: acts.Line
    """The same as patterns want it."""

    @classmethod
    def of(
        cls,
        text: str,
        read: str,
        words: Sequence[Word],
        links: Sequence[Link],
        series: Sequence[tuple[int, int]],
    ) -> Self:
        """Blanks the titles out."""
        pieces, at = [], 0
        for link in links:
            start, end = words[link.first].start, words[link.last - 1].end
            pieces += [read[at:start], BLANK * (end - start)]
            at = end
        masked = "".join([*pieces, read[at:]])
        return cls(text, read, words, links, series, masked, acts.line_of(masked))

    def naming(self, links: Sequence[Link]) -> Self:
        """The same line with these titles."""
        ordered = sorted(links, key=lambda link: link.first)
        return self.of(self.text, self.read, self.words, ordered, self.series)


def taken_in(reading: Reading) -> bytearray:
    """1 for each word that is a part of a title, a series or an era: "pre-war"."""
    taken = taken_by(((link.first, link.last) for link in reading.links), len(reading.words))
    for start, end in (*reading.series, *eras_named(reading.line.lower)):
        for place, word in enumerate(reading.words):
            taken[place] |= start <= word.start and word.end <= end
    return taken


def is_said_to_us(reading: Reading) -> bool:
    """Whether the whole line is an act, a yes or a no rather than a title: "next", "help!" and
    "stop" are films, too.
    """
    line = acts.line_of(reading.read)
    if acts.is_whole("why_not", line):  # "why not Heat?"
        return False
    compared = " over " in line.plain  # "I'd take Heat over Jaws"
    if acts.whole_act(line) is None and (compared or acts.nod(line, None) is None):
        return False
    best = max(link.score for link in reading.links)
    thanked = best >= _NAMED_IN_THANKS and acts.whole_act(reading.line) is Act.THANKS
    return best < _SURE and not thanked


# ---- other languages

_LEAST_HEARD: Final = 2
"""Words of a language, that are no English ones, from which a line of several is taken to be in it;
one is enough where it is half of the line."""
_YEARS_OF: Final = re.compile(
    r"the (?:years\s+(?:of\s+)?)?['’]?(?:19)?(\d0)\b|\b['’]?(?:19)?(\d0)ern?\b"
)
"""What "anni '60" and "80er" come to."""


@cache
def _languages() -> tuple[PhraseBook[str], ...]:
    """The phrases of each language, and the English for them."""
    return tuple(
        PhraseBook(
            {
                phrase: english
                for pattern, english in phrases.items()
                for phrase in spelled_out(pattern)
            }
        )
        for phrases in table("languages").values()
    )


def in_english(text: str, titles: Sequence[tuple[int, int]]) -> str:
    """A line in another language word by word in English; any other line as it is.

    `titles` are ranges of words that films are called by: those with a word that is no phrase of
    the language stay as they are.
    """
    found = words(text)
    tried = [_phrases_of(book, found, titles) for book in _languages()] if found else []
    phrases = max(tried, key=_covered, default=[])
    heard = {
        word.text
        for phrase in phrases
        for word in found[phrase.first : phrase.last]
        if not background().is_common(word.text)
    }
    outside = len(found) - sum(taken_by(titles, len(found)))
    needed = 1 if 2 * _covered(phrases) >= outside else _LEAST_HEARD
    if len(heard) < needed or 3 * _covered(phrases) < outside:
        return text
    pieces, at = [], 0
    for phrase in phrases:
        pieces += [text[at : found[phrase.first].start], phrase.meaning]
        at = found[phrase.last - 1].end
    return _YEARS_OF.sub(
        lambda match: f"the {match[1] or match[2]}s", "".join([*pieces, text[at:]])
    )


def _covered(phrases: Iterable[Found[str]]) -> int:
    """How many words are in phrases."""
    return sum(phrase.last - phrase.first for phrase in phrases)


def _phrases_of(
    book: PhraseBook[str], found: Sequence[Word], titles: Sequence[tuple[int, int]]
) -> list[Found[str]]:
    """The phrases of a language in a line, outside of the titles that are not made of them."""
    spoken = book.find(found)
    every = taken_by(((one.first, one.last) for one in spoken), len(found))
    kept = [title for title in titles if 0 in every[slice(*title)]]
    return book.find(found, taken_by(kept, len(found)))


# ---- misspelt words

_SHORTEST: Final = 3
"""Letters of the shortest word that is put right."""
_ANY_LETTER: Final = 5
"""Letters from which a word may have a wrong letter: shorter ones lack, swap or double one."""
_ANY_WORD: Final = 6
"""Letters from which a word may be meant to be one that is seldom said."""
_TWO_ERRORS: Final = 7
"""Letters from which a word may have two errors."""
_CHATTED: Final = 100
"""Times that a word was heard which one of three letters may be meant to be."""
_SPOKEN: Final = 20
"""Times from which on a word is often said, and an odd one ("lol", "scifi") spelled so."""
_STRETCHED: Final = re.compile(r"(.)\1{2,}")
_DOUBLED: Final = re.compile(r"(.)\1+")
_ENDINGS: Final = ("s", "es", "d", "ed", "ing", "ly", "r", "er", "y")
_REMEMBERED: Final = 10_000


class Misspellings:
    """Ordinary words that are typed wrong: "somthing funy", "documentry".

    A word that is spelled like none is put right where it is near one that talk of films is made
    of, or sounds like it. What is spelled right, however rare, and what may be a name stays.
    """

    def __init__(self, kinds: Iterable[str], names: Iterable[str]) -> None:
        """`kinds` are what films are asked for by, `names` how films and people are called, in
        normal form.
        """
        self._counts = background().counts
        genres = table("constraints")["genres"]
        self._wished = _words_of((*genres, *chain.from_iterable(genres.values())))
        asked = _words_of(kinds)
        self._spoken = {word for word, count in self._counts.items() if count >= _SPOKEN}
        sure = self._spoken | dictionary() | proper_names()
        called = {word for name in names for word in name.split(" ")}
        self._spelled = sure | heard_words() | asked | called
        remains = remains_of(word for word in self._wished if len(word) >= _ANY_LETTER)
        typed = (word for word in self._spelled - sure if but_for_a_letter(word, remains) != word)
        self._spelled = self._spelled.difference(typed) | self._wished  # some are tagged "horor"
        self._shorthand: Mapping[str, str] = table("spelling")["shorthand"]
        meant = (heard_words() | asked | self._counts.keys()) & dictionary()
        meant |= self._wished | self._spoken
        self._near: dict[str, list[str]] = {}
        self._sounds: dict[str, str] = {}
        for word in sorted(filter(str.isalpha, meant), key=self._worth):
            self._near.setdefault(word[0], []).append(word)
            self._sounds[_sound(word)] = word
        self._right = lru_cache(maxsize=_REMEMBERED)(self._look_for)

    def right(
        self,
        text: str,
        found: Sequence[Word],
        names: Callable[[str, Sequence[Word]], Iterable[tuple[int, int]]],
    ) -> str:
        """A text with its words as they are spelled, but for ranges of `names`; as it is where more
        words are strange than can be put right: another language.
        """
        meant = [self._right(word.text) for word in found]
        if all(one in ("", word.text) for word, one in zip(found, meant, strict=True)):
            return text
        taken = taken_by(names(text, found), len(found))
        places = [at for at in _small(text, found) if not taken[at]]
        wrong = [at for at in places if meant[at] not in ("", found[at].text)]
        if [meant[at] for at in places].count("") > len(wrong):
            return text
        return _rewritten(text, [(found[at], meant[at]) for at in wrong])

    def _look_for(self, word: str) -> str:
        """The word that a word is meant to be; "" where nobody knows."""
        if word in self._shorthand:
            return self._shorthand[word]
        if self._is_fine(word):
            return word
        if (plain := self._unstretched(word)) != word:
            return plain
        errors, _, likely = min(self._slips(word), default=(1, 0, ""))
        if errors > 0 and any(word.removesuffix(end) in self._spelled for end in _ENDINGS):
            return word
        alike = self._sounds.get(_sound(word), "") if len(word) >= _ANY_LETTER else ""
        return likely or alike

    def _is_fine(self, word: str) -> bool:
        """Whether a word is spelled so, or nothing to be put right."""
        return word in self._spelled or len(word) < _SHORTEST or not word.isalpha()

    def _unstretched(self, word: str) -> str:
        """The word without stress: "sooo"."""
        if not _STRETCHED.search(word):
            return word
        plain = (_STRETCHED.sub(once, word) for once in (r"\1", r"\1\1"))
        return next((one for one in plain if one in self._spelled), word)

    def _slips(self, word: str) -> Iterator[tuple[int, int, str]]:
        """(errors, how seldom it is said, word) of the words that one may be meant to be; a kind of
        film is an error nearer.
        """
        errors = 2 if len(word) >= _TWO_ERRORS else 1
        near = [*self._near.get(word[0], ()), *self._near.get(word[1], ())]
        ways = process.extract(word, near, scorer=OSA.distance, score_cutoff=errors, limit=None)
        for meant, distance, _ in ways:
            is_kind = meant in self._wished
            seldom = not is_kind and meant not in self._spoken
            if seldom and (distance > 1 or len(word) < _ANY_WORD):
                continue
            if self._is_slip(word, meant):
                yield int(distance) - is_kind, -self._worth(meant), meant

    def _is_slip(self, word: str, meant: str) -> bool:
        """Whether somebody types a word so: all letters of a short one, in their place or swapped,
        one at most left out or doubled.
        """
        swapped = sorted(word) == sorted(meant)
        begins = len(meant) >= _SHORTEST and (word[0] == meant[0] or swapped)
        if not begins or word.removeprefix(meant) in _ENDINGS:  # "spacey" is a word
            return False
        if len(word) == _SHORTEST and self._worth(meant) < _CHATTED:
            return False
        if len(word) >= _ANY_LETTER or len(meant) > len(word):
            return True
        return swapped or (len(meant) < len(word) and _DOUBLED.sub(r"\1", word) == meant)

    def _worth(self, word: str) -> int:
        return self._counts.get(word, 0)


def _rewritten(text: str, words: Iterable[tuple[Word, str]]) -> str:
    """A text with other words in the place of some, which are in order."""
    pieces, end = [], 0
    for word, other in words:
        pieces += [text[end : word.start], other]
        end = word.end
    return "".join([*pieces, text[end:]])


def _words_of(names: Iterable[str]) -> set[str]:
    """The words of names."""
    return {word for name in names for word in normal(name).split(" ")}


def _small(text: str, found: Sequence[Word]) -> Iterator[int]:
    """The places of words but for those with a capital that begins no sentence: names perhaps."""
    loud = text.isupper()
    for place, word in enumerate(found):
        is_name = text[word.start].isupper() and not loud
        if not is_name or place == 0 or ends_sentence(text, found, place - 1, place):
            yield place


@lru_cache(maxsize=_REMEMBERED)
def _sound(word: str) -> str:
    """How a word sounds, roughly."""
    for letters, sound in table("spelling")["sounds"].items():
        word = re.sub(letters, sound, word)
    return word


# ---- numbers of films


def limits_of(text: str, years: tuple[int, int] | None) -> tuple[Limit, ...]:
    """Hard wishes about numbers of films in a line in lower case; `years` as `years_wanted` has
    read them.
    """
    limits = [] if years is None else [Limit("year", *years)]
    limits += [Limit("rank", 1)] if lesser_known(text) else []
    return tuple(limits)


def lifted_of(text: str, scope: Scope) -> tuple[str, ...]:
    """Columns of the earlier limits that a line in lower case lifts."""
    lifts = {
        "year": any_year(text, scope),
        "rank": well_known(text),
        COUNTRY: any_country(text),
        "minutes": any_length(text, scope),
        "age": any_age(text),
    }
    return tuple(column for column, lifted in lifts.items() if lifted)


_TOLD: Final = re.compile(
    r"(?:\b(?:is|are|was|its|thats|runs?)|['’]s)\s+(?:\w+\s+){0,2}(?:over|above|more|at least)\s"
)


def told_of_films(limits: Iterable[Limit], text: str, *, complains: bool) -> Iterator[Limit]:
    """The limits; those of a length that a complaint tells of a film turned round: "Heat is over 2
    hours, I'll fall asleep".
    """
    is_told = complains and _TOLD.search(text) is not None
    for limit in limits:
        is_long = limit.column == "minutes" and limit.low > 0
        yield Limit("minutes", high=limit.low) if is_told and is_long else limit
