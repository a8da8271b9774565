"""Which way a name is meant: towards films of it, away from them, as known already, or not at all.

What a name is said with is learned rather than ruled: the words of its clause and of those beside
it, by what they do (refuse, know, ask, hurt, leave open …, each class once in directions.toml),
how negations stand before them, who speaks, and what the rules of taste read. A multinomial
logistic regression weighs these traits; it was fitted by `python -m assistant train-directions` to
labelled lines, and overrules the rules where it is sure. Weights: `models/directions.json`.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from assistant.language.lexicon import background, table, word_class
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.preferences import compared, signs
from assistant.language.meaning.tastes import NAMED, NEGATORS, Cue, Force, Sign, Teller, cue_book
from assistant.language.words import PhraseBook, Word, spelled_out, taken_by, text_at
from core.errors import DataError


class Direction(Enum):
    """How a name is meant; the value is how labelled lines write it."""

    TOWARDS = "+"
    AWAY = "-"
    KNOWN = "k"
    """Seen or known: not to be shown, and nothing against its kind."""
    NONE = "0"
    """Said in passing, or left open."""


FILM, FACET, WORDS = "film", "facet", "words"


class Named(NamedTuple):
    """A name in a line and how the rules take it."""

    first: int
    last: int
    kind: str
    """FILM, FACET (a genre, a tag or a person) or WORDS of any other kind."""
    sign: Sign
    """How the rules of taste take it."""


_MARKS: Final = frozenset(".?!;\n…:()—–")
_LIST_WORDS: Final = word_class("list_words")
_NAME: Final = "name"
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


class _Trait(NamedTuple):
    """What a phrase of a line does; `what` is "name" for a name."""

    first: int
    last: int
    what: str

    def place(self) -> int:
        """Where it begins."""
        return self.first


class LineClauses:
    """A line as clauses, and what is said in each; `names` are ranges of words, in order."""

    def __init__(self, text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]) -> None:
        self._text, self._words = text, words
        self._named = {place for first, last in names for place in range(first, last)}
        found = _book().find(words, taken_by(names, len(words)))
        self._said = sorted(
            [_Trait(one.first, one.last, one.meaning) for one in found]
            + [_Trait(first, last, _NAME) for first, last in names]
        )
        self._inside = taken_by(((one.first + 1, one.last) for one in self._said), len(words))
        self._read = taken_by(((one.first, one.last) for one in self._said), len(words))
        self._begins = [0, *(at for at in range(1, len(words)) if self._opens(at))]

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

    def begins(self, at: int) -> bool:
        """Whether a clause begins with the word at a place."""
        return self._begins[bisect_right(self._begins, at) - 1] == at

    def is_read(self, at: int) -> bool:
        """Whether the word at a place is part of a name or of a phrase of some class."""
        return bool(self._read[at])

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
        found.append(f"not {what}" if turned and what not in ("degree", _NAME) else what)
        turned = turned and what in ("degree", "relative", "anything", _NAME)
    return found[-_MOST:]


def traits(clauses: LineClauses, name: Named) -> Iterator[str]:
    """What is known of how a name is meant."""
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
    yield from sorted(seen)


_COLOURS: Final = ("degree", "anything", "relative")
"""Classes that turn nothing."""


def _opener(clauses: LineClauses, begin: int) -> str:
    said = clauses.said(begin, begin + 1)
    return said[0] if said else ""


def _beside(clauses: LineClauses, number: int, rule: str) -> Iterator[str]:
    """Traits of the clauses beside that of a name, as far as they name nothing."""
    for where, at in (("after", number + 1), ("ahead", number - 1)):
        said = clauses.said(*clauses.clause(at))
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


_BY_RULE: Final = {
    Force.SEEN: Direction.KNOWN,
    Force.FREE: Direction.NONE,
    Force.ASKED: Direction.NONE,
}


def by_rules(name: Named) -> Direction:
    """The direction that the rules give a name."""
    sign = name.sign
    if sign.force is None:
        return Direction.TOWARDS
    if sign.idle or sign.teller in (Teller.NEAR, Teller.EVERYONE):
        return Direction.NONE
    if sign.strength:
        return Direction.TOWARDS if sign.strength > 0 else Direction.AWAY
    return _BY_RULE.get(sign.force, Direction.TOWARDS)


Weights = Mapping[str, Mapping[str, float]]
"""By trait, then by the value of a direction."""


class DirectionWeights:
    """The weights of `python -m assistant train-directions`."""

    def __init__(self, weights: Weights, rules: float) -> None:
        self.weights = weights
        self.rules = rules
        """Log-odds that the direction by the rules starts from."""

    def chances(self, seen: Sequence[str], ruled: Direction) -> dict[Direction, float]:
        """The probability of each direction of a name with these traits."""
        scores = {way: self.rules * (way is ruled) for way in Direction}
        for trait in seen:
            for value, weight in self.weights.get(trait, {}).items():
                scores[Direction(value)] += weight
        most = max(scores.values())
        odds = {way: math.exp(score - most) for way, score in scores.items()}
        return {way: one / sum(odds.values()) for way, one in odds.items()}


FITTED: Final = Path(__file__).parents[3] / "models" / "directions.json"
"""Where the weights lie, beside the bundle."""


@cache
def fitted(path: Path = FITTED) -> DirectionWeights:
    """The weights of a file. DataError for one that is not there or holds none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return DirectionWeights(record["weights"], float(record["rules"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} holds no weights for directions: {error!r}. "
            "Run python -m assistant train-directions."
        ) from error


_SURE: Final = 0.9
"""Probability from which the rules are overruled where they have read something."""
_LIKELY: Final = (0.6, 0.8)
"""The same where they have read nothing, and a bare name would be a wish, or a film that is liked:
those that are named are liked nineteen times in twenty (ReDial)."""
_KEPT: Final = frozenset((Force.FREE, Force.ASKED))
"""What is left open, or asked, is said to be."""


def settled_way(
    ruled: Direction, chances: Mapping[Direction, float], sure: float = _SURE
) -> Direction:
    """The direction that is likeliest, where that is sure; else the one by the rules."""
    way = max(chances, key=chances.__getitem__)
    return way if chances[way] >= sure else ruled


_MOST_NAMES: Final = 40
"""Names of a line from which on it is a list, of which the rules tell enough."""


class Judge:
    """Puts right the signs that the rules of taste give names, where the weights are sure."""

    def __init__(self, weights: DirectionWeights) -> None:
        self._weights = weights

    def settled(self, text: str, words: Sequence[Word], names: Sequence[Named]) -> list[Sign]:
        """The signs of the names of a line, in their order."""
        if len(names) > _MOST_NAMES:
            return [name.sign for name in names]
        clauses = LineClauses(text, words, [(name.first, name.last) for name in names])
        return [
            self.sign(words, name, by_rules(name), list(traits(clauses, name))) for name in names
        ]

    def sign(
        self, words: Sequence[Word], name: Named, ruled: Direction, seen: Sequence[str]
    ) -> Sign:
        """The sign of one name with these traits."""
        # Whose taste counts is a matter of who chooses.
        if name.sign.teller is Teller.NEAR or name.sign.force in _KEPT:
            return name.sign
        likely = _LIKELY[name.kind == FILM]
        sure = likely if name.sign == NAMED else _SURE
        way = settled_way(ruled, self._weights.chances(seen, ruled), sure)
        return name.sign if way is ruled else _sign(way, name)

    def directions(
        self, text: str, words: Sequence[Word], names: Sequence[Named]
    ) -> list[Direction]:
        """The most likely direction of each name, whatever the rules say."""
        clauses = LineClauses(text, words, [(name.first, name.last) for name in names])
        chances = (
            self._weights.chances(list(traits(clauses, one)), by_rules(one)) for one in names
        )
        return [max(each, key=each.__getitem__) for each in chances]


_PLAIN: Final = word_class("reaches") | word_class("measured") | word_class("ends_spared")
_SHORTEST: Final = 3
"""Letters of the shortest word that films can be turned away by."""
_TURNS: Final = frozenset(("not", "refuses", "feel-", "avoid-", "verdict-"))


def spare_words(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Ranges of words that mean something, in clauses that turn anything away."""
    clauses = LineClauses(text, words, names)
    means = [_means(clauses, word, at) for at, word in enumerate(words)]
    found, at = [], 0
    while at < len(words):
        last = at
        while last < len(words) and means[last] and (last == at or not clauses.begins(last)):
            last += 1
        if last > at and _is_turned(clauses, at):
            found.append((at, last))
        at = max(last, at + 1)
    return found


def _is_turned(clauses: LineClauses, at: int) -> bool:
    """Whether anything is turned away before a word, in its clause or in the one before: "nothing
    where a parent dies", but not "fair enough".
    """
    number, begin, _ = clauses.around(at, at + 1)
    said = chain(clauses.said(begin, at), clauses.said(*clauses.clause(number - 1)))
    return not _TURNS.isdisjoint(_plain(said))


def _plain(said: Iterable[str]) -> Iterator[str]:
    return (what.removeprefix("not ") for what in said)


def _means(clauses: LineClauses, word: Word, at: int) -> bool:
    """Whether a word may be what films are turned away by."""
    if clauses.is_read(at) or len(word.text) < _SHORTEST or word.text in _PLAIN:
        return False
    return word.text.isalpha() and background().counts.get(word.text, 0) < _SAID_OFTEN


_SAID_OFTEN: Final = 20
"""Times in the background from which a word is said of anything."""


def _sign(way: Direction, name: Named) -> Sign:
    """The sign of a name that is meant so."""
    rule = f"direction: {way.name.lower()}"
    if way is Direction.TOWARDS:
        return Sign(0.6, rule, Force.FEEL) if name.kind == FILM else Sign(0.0, rule)
    if way is Direction.AWAY:
        return Sign(-0.7, rule, Force.FEEL if name.kind == FILM else Force.AVOID)
    if way is Direction.NONE:
        return Sign(0.0, rule, Force.FREE, idle=name.kind == FILM)
    if name.kind == FILM:
        return Sign(0.5, rule, Force.SIMILAR, similar=True, seen=True)
    return Sign(-0.7, rule, Force.AVOID)


def meant(  # noqa: PLR0917 — what a reading holds, in its order
    text: str,
    words: Sequence[Word],
    titles: Sequence[tuple[int, int]],
    names: Sequence[tuple[int, int]],
    cues: Sequence[Cue],
    judge: Judge,
) -> dict[tuple[int, int], Sign]:
    """How each of the names, of which `titles` are films, is meant: by the rules, and where these
    err by what was learned.
    """
    kinds = [FILM if name in titles else FACET for name in names]
    settled = judge.settled(text, words, ruled(text, words, names, cues, kinds=kinds))
    return dict(zip(names, settled, strict=True))


def ruled(
    text: str,
    words: Sequence[Word],
    names: Sequence[tuple[int, int]],
    cues: Sequence[Cue],
    *,
    kinds: Sequence[str],
) -> list[Named]:
    """The names as the rules take them."""
    felt = compared(text, words, names, signs(text, words, names, cues))
    return [Named(*span, kind, sign) for span, kind, sign in zip(names, kinds, felt, strict=True)]


def turned_away(
    text: str, words: Sequence[Word], names: Sequence[tuple[int, int]]
) -> list[tuple[tuple[int, int], Direction]]:
    """Ranges of words outside of `names` that may be turned away, and how they are meant."""
    kept = spare_words(text, words, names)
    spans = sorted([*names, *kept])
    kinds = [WORDS if span in kept else FACET for span in spans]
    named = ruled(text, words, spans, find_cues(text, words, spans), kinds=kinds)
    ways = Judge(fitted()).directions(text, words, named)
    return [
        ((name.first, name.last), way)
        for name, way in zip(named, ways, strict=True)
        if name.kind == WORDS
    ]
