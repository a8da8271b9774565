"""What is known of how a name in a line is meant: what its clause and those beside it are made of.

Words are told by what they do (refuse, know, ask, hurt, leave open …, each class once in
directions.toml); `meaning.direction` weighs what is found.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache, cached_property
from types import MappingProxyType
from typing import Final, NamedTuple

from assistant.language.lexicon import table, word_class
from assistant.language.meaning.tastes import NEGATORS, Sign, Teller, cue_book, ends_sentence
from assistant.language.words import PhraseBook, Word, spelled_out, taken_by, text_at


class Direction(Enum):
    """How a name is meant; the value is how labelled lines write it."""

    TOWARDS = "+"
    AWAY = "-"
    KNOWN = "k"
    """Seen or known: not to be shown, and nothing against its kind."""
    NONE = "0"
    """Said in passing, or left open."""


FILM, SHOWN, FACET, WORDS = "film", "shown", "facet", "words"


class Named(NamedTuple):
    """A name in a line and how the rules take it."""

    first: int
    last: int
    kind: str
    """FILM, SHOWN (a film that we put forward), FACET (a genre, a tag or a person) or WORDS of any
    other kind."""
    sign: Sign
    """How the rules of taste take it."""
    held: float = 0.0
    """1 where such films are asked for already, −1 where they are to be spared."""


_MARKS: Final = frozenset(".?!;\n…:()—–")
_PAUSES: Final = _MARKS | {","}
_LIST_WORDS: Final = word_class("list_words")
_NAME: Final = "name"
_NAMES: Final = (_NAME, SHOWN)
_NOT: Final = "not"
_MOST: Final = 12
"""Classes before or behind a name that are looked at."""
_FURTHEST: Final = 30
"""Words on either side of a name that are looked at."""


def _phrases(patterns: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        yield from spelled_out(pattern if "(" in pattern else f"({pattern})")


@cache
def _book() -> PhraseBook[str]:
    """What phrases do to a name: the class that lists them, or what they say of taste."""
    said: dict[str, str] = {}
    for name, patterns in table("directions").items():
        for phrase in _phrases(patterns) if name not in _OPENING else ():
            said.setdefault(" ".join(phrase.split()), name)
    said.update((word, _NOT) for word in NEGATORS if word not in said)
    cues = cue_book()
    for phrase in cues.phrases():
        cue = cues.meaning(phrase)
        sign = "+" if cue.strength > 0 else "-" if cue.strength < 0 else ""
        said.setdefault(phrase, f"{cue.force.name.lower()}{sign}")
    return PhraseBook(said)


_OPENING: Final = ("opens", "opens_before_subjects", "subjects")


@cache
def _opening(name: str) -> frozenset[str]:
    return frozenset(_phrases(table("directions")[name]))


_WINDOW: Final = 3
"""Words, classes or marks on either side of a name that are looked at together."""


def _marks(between: str) -> list[str]:
    return [mark for mark in between if mark in _PAUSES]


class _Trait(NamedTuple):
    """What a phrase of a line does; `what` is "name" for a name, "shown" for one of SHOWN."""

    first: int
    last: int
    what: str

    def place(self) -> int:
        """Where it begins."""
        return self.first


class LineClauses:
    """A line as clauses, and what is said in each.

    `names` are ranges of words, in order; those in `shown` are of films that we put forward.
    """

    def __init__(
        self,
        text: str,
        words: Sequence[Word],
        names: Sequence[tuple[int, int]],
        shown: Container[tuple[int, int]] = (),
    ) -> None:
        self._text, self._words = text, words
        self._named = {place for first, last in names for place in range(first, last)}
        called = [_Trait(*name, SHOWN if name in shown else _NAME) for name in names]
        self._said = sorted([*self._phrases(taken_by(names, len(words))), *called])
        self._inside = taken_by(((one.first + 1, one.last) for one in self._said), len(words))
        self._begins = [0, *(at for at in range(1, len(words)) if self._opens(at))]

    def _phrases(self, taken: Sequence[int]) -> Iterator[_Trait]:
        """What phrases outside of names do; "after all, but" is no "all but"."""
        for one in _book().find(self._words, taken):
            inside = self._text[self._words[one.first].start : self._words[one.last - 1].end]
            if _PAUSES.isdisjoint(inside):
                yield _Trait(one.first, one.last, one.meaning)

    def _opens(self, at: int) -> bool:
        """Whether a clause begins with the word at a place."""
        if self._inside[at]:
            return False
        between = self._text[self._words[at - 1].end : self._words[at].start]
        if not _MARKS.isdisjoint(between) or " - " in between:
            return True
        if "," in between:
            return not self._lists(at)
        word, behind = self._words[at].text, text_at(self._words, at + 1)
        if word in _opening("opens"):
            return True
        return word in _opening("opens_before_subjects") and behind in _opening("subjects")

    def _lists(self, at: int) -> bool:
        """Whether one more name of a list begins at a place."""
        if at - 1 not in self._named:
            return False
        while text_at(self._words, at) in _LIST_WORDS - {"neither", "nor", "also", "either"}:
            at += 1
        return at in self._named

    def around(self, first: int, last: int) -> tuple[int, int, int]:
        """The clause of a name: its number, its first word and the one past its last, as far as
        they are near.
        """
        number = bisect_right(self._begins, first) - 1
        begin, end = self.clause(number)
        return number, max(begin, first - _FURTHEST), max(min(end, last + _FURTHEST), last)

    def said(self, first: int, last: int) -> list[str]:
        """What is said in a range of words, in order, negations joined to what they turn."""
        begin = bisect_left(self._said, first, key=_Trait.place)
        end = bisect_left(self._said, last, key=_Trait.place)
        return _joined([one.what for one in self._said[begin:end]])

    @cached_property
    def _row(self) -> tuple[list[str], dict[int, int]]:
        """What stands in the line, in order: classes, names, marks and plain words, and the places
        of the names by their first words.
        """
        row, places, at = list[str](), dict[int, int](), 0
        said = {one.first: one for one in self._said}
        while at < len(self._words):
            row += _marks(self._text[self._words[at - 1].end : self._words[at].start] if at else "")
            one = said.get(at)
            if one is not None and one.what in _NAMES:
                places[at] = len(row)
            row.append(self._words[at].text if one is None else one.what)
            at = at + 1 if one is None else max(one.last, at + 1)
        row += _marks(self._text[self._words[-1].end :])
        return row, places

    def beside(self, first: int) -> Iterator[str]:
        """What stands right before and behind a name, by its first word, one to three at a time."""
        row, places = self._row
        if (at := places.get(first, -1)) < 0:
            return  # inside of another name
        before = ["", "", "", *row[:at]][-_WINDOW:]
        behind = [*row[at + 1 :], "", "", ""][:_WINDOW]
        for many in range(1, _WINDOW + 1):
            yield f"right before {' '.join(before[-many:])}"
            yield f"right behind {' '.join(behind[:many])}"
        yield f"between {before[-1]} {behind[0]}"
        yield f"between {' '.join(before[-2:])} {' '.join(behind[:2])}"

    def what(self, at: int) -> str:
        """The class of the phrase that the word at a place is part of, or "name"; "" for none."""
        return self._class_of.get(at, "")

    @cached_property
    def _class_of(self) -> dict[int, str]:
        return {at: one.what for one in self._said for at in range(one.first, one.last)}

    @cached_property
    def tones(self) -> frozenset[str]:
        """What the whole line does, by classes that say so wherever they stand."""
        return _TONES.intersection(one.what for one in self._said)

    @property
    def shows(self) -> bool:
        """Whether a film is named that we put forward."""
        return any(one.what == SHOWN for one in self._said)

    def mark(self, last: int) -> str:
        """The question or exclamation mark behind the clause of the word before `last`; "?!" where
        there are several.
        """
        _, end = self.clause(bisect_right(self._begins, last - 1) - 1)
        behind = self._words[end].start if end < len(self._words) else len(self._text)
        marks = [mark for mark in self._text[self._words[end - 1].end : behind] if mark in "?!"]
        return "?!" if len(marks) > 1 and "?" in marks else "".join(marks[:1])

    def begins(self, at: int) -> bool:
        """Whether a clause begins with the word at a place."""
        return self._begins[bisect_right(self._begins, at) - 1] == at

    def goes_on(self, number: int) -> bool:
        """Whether a clause goes on with the sentence of the one before."""
        begin, _ = self.clause(number)
        return begin > 0 and not ends_sentence(self._text, self._words, begin - 1, begin)

    def clause(self, number: int) -> tuple[int, int]:
        """The words of a clause; none for one that is not there."""
        if not 0 <= number < len(self._begins):
            return 0, 0
        ends = [*self._begins[number + 1 : number + 2], len(self._words)]
        return self._begins[number], ends[0]


def _joined(said: Sequence[str]) -> list[str]:
    """Classes with the negations before them: "not", "want" is "not want"."""
    found: list[str] = []
    turned = False
    for what in said:
        if what == _NOT:
            turned = not turned
            if turned:
                found.append(_NOT)
            else:
                found.append("not not")
            continue
        found.append(f"not {what}" if turned and what not in ("degree", *_NAMES) else what)
        turned = turned and what in ("degree", "relative", "anything", *_NAMES)
    return found[-_MOST:]


def clauses_of(text: str, words: Sequence[Word], names: Sequence[Named]) -> LineClauses:
    """A line as clauses around these names."""
    shown = {(name.first, name.last) for name in names if name.kind == SHOWN}
    return LineClauses(text, words, [(name.first, name.last) for name in names], shown)


Told = Mapping[int, Direction]
"""How the films that we put forward are meant, by their first words."""


def traits(clauses: LineClauses, name: Named, told: Told = MappingProxyType({})) -> Iterator[str]:
    """What is known of how a name is meant, in a line that says of what we put forward what it is
    `told`.
    """
    number, begin, end = clauses.around(name.first, name.last)
    before, behind = clauses.said(begin, name.first), clauses.said(name.last, end)
    rule = rule_of(name)
    kind = name.kind
    seen = {f"rule {rule}", f"rule {rule} {kind}", "one"}
    near = ["", *(what for what in before if what not in _COLOURS)]
    seen |= {f"before {what}" for what in before}
    nearest = near[-1]
    seen |= {f"last {nearest}", f"last {nearest} {kind}", f"last {nearest} rule {rule}"}
    seen.add(f"last two {' '.join(near[-2:]).strip()}")
    seen |= {f"behind {what}" for what in behind} | {
        f"behind {what} rule {rule}" for what in behind
    }
    next_said = next(iter(behind), "")
    seen |= {f"next {next_said}", f"next {next_said} {kind}"}
    seen.add(f"opened by {_opener(clauses, begin)}")
    seen.add(f"opened by {_opener(clauses, begin)} rule {rule}")
    turns = sum(what.startswith(("not", "refuses")) for what in before)
    seen.add(f"turns {min(turns, 3)} {kind}")
    seen |= {f"{kind} {trait}" for trait in _beside(clauses, number, rule)}
    seen |= {f"{kind} {trait}" for trait in _of_the_table(clauses, name, before, turns)}
    seen |= {f"{kind} {trait}" for trait in clauses.beside(name.first)}
    turned = (turns + before.count("lacks")) % 2
    seen |= {f"{kind} {trait}, turned {turned}" for trait in _beside_shown(name, told, begin, end)}
    yield from sorted(seen)


def _of_the_table(
    clauses: LineClauses, name: Named, before: Sequence[str], turns: int
) -> Iterator[str]:
    """Traits of a name in a line on what we put forward: what is said of that, and in what tone."""
    subject = next((what for what in before if what in (SHOWN, *_SUBJECTS)), "")
    yield f"of {subject}, turned {turns % 2}"
    yield f"of {subject} by {before[-1] if before else ''}, turned {turns % 2}"
    yield f"marked {clauses.mark(name.last)}"
    if clauses.shows:
        yield f"marked {clauses.mark(name.last)} of {subject}, turned {turns % 2}"
        yield "beside shown"
    yield from (f"line {what}, turned {turns % 2}" for what in clauses.tones)


def _beside_shown(name: Named, told: Told, begin: int, end: int) -> Iterator[str]:
    """Traits of a name beside films that we put forward: what is said of a film that is turned down
    is not wanted, and what is missed in it is.
    """
    if ahead := [at for at in told if begin <= at < name.first]:
        yield f"said of one {told[max(ahead)].value}"
    elif behind := [at for at in told if name.first < at < end]:
        yield f"said before one {told[min(behind)].value}"
    elif ahead := [at for at in told if at < begin]:
        yield f"after one {told[max(ahead)].value}"
    elif told:
        yield f"ahead of one {told[min(told)].value}"


_TONES: Final = frozenset(("corrects", "scoffs", "takes", "wonders"))
_SUBJECTS: Final = ("them",)
"""Classes that stand for films that we put forward."""
_COLOURS: Final = ("degree", "anything", "relative")
"""Classes that turn nothing."""


def _opener(clauses: LineClauses, begin: int) -> str:
    said = clauses.said(begin, begin + 1)
    return said[0] if said else ""


def _beside(clauses: LineClauses, number: int, rule: str) -> Iterator[str]:
    """Traits of the clauses beside that of a name, as far as they name nothing."""
    for where, at in (("after", number + 1), ("ahead", number - 1)):
        said = clauses.said(*clauses.clause(at))
        if SHOWN in said:
            yield f"{where} shown"
        if _NAME in said:
            yield f"{where} named"
            continue
        for what in said:
            yield f"{where} {what}"
            yield f"{where} {what} rule {rule}"


def rule_of(name: Named) -> str:
    """How the rules take a name: the cue's force and its sign."""
    sign = name.sign
    if sign.force is None:
        return "none"
    if sign.idle:
        return "idle"
    way = "+" if sign.strength > 0 else "-" if sign.strength < 0 else ""
    who = "" if sign.teller is Teller.SPEAKER else f" {sign.teller.name.lower()}"
    return f"{sign.force.name.lower()}{way}{who}"
