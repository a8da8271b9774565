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
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from assistant.language.meaning.preferences import compared, signs
from assistant.language.meaning.tastes import NAMED, Cue, Force, Sign, Teller
from assistant.language.meaning.traits import (
    FACET,
    FILM,
    SHOWN,
    Direction,
    LineClauses,
    Named,
    Told,
    clauses_of,
    traits,
)
from assistant.language.words import Word
from core.errors import DataError

_BY_RULE: Final = {
    Force.SEEN: Direction.KNOWN,
    Force.FREE: Direction.NONE,
    Force.ASKED: Direction.NONE,
}


def by_rules(name: Named) -> Direction:
    """The direction that the rules give a name."""
    sign = name.sign
    if sign.force is None:
        # What we put forward is spoken of to answer us.
        return Direction.NONE if name.kind == SHOWN else Direction.TOWARDS
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
_LIKELY: Final = (0.8, 0.8)
"""The same where they have read nothing, and a bare name would be a wish, or a film that is liked:
those that are named are liked nineteen times in twenty (ReDial)."""
_ANSWERED: Final = {False: (0.5, 0.6), True: (0.6, 0.85)}
"""The same of a name in a line on a film that we put forward, and of that film; where the rules
have read nothing, and where they have: they were made for lines that stand alone. Of 920 such
lines, cross-validated, 457 of 563 kinds of films are taken right (413 at .9, with 74 more
inverted), and 631 of 849 films."""
_TURNED_ROUND: Final = 0.98
"""The same of what is held already, in such a line: "Psycho isn't violent??" asks for no violence
of who wanted none."""
_TURNED_AWAY: Final = 0.95
"""The same of a kind of film with "no" or "without" before it."""
_DENIED: Final = "avoid: not"
"""Rule of what a film is denied to be: "Seven is great, but a horror film, not a comedy"."""
_KEPT: Final = frozenset((Force.FREE, Force.ASKED))
"""What is left open, or asked, is said to be."""


def settled_way(
    ruled: Direction, chances: Mapping[Direction, float], sure: float = _SURE
) -> Direction:
    """The direction that is likeliest, where that is sure; else the one by the rules."""
    way = max(chances, key=chances.__getitem__)
    return way if chances[way] >= sure else ruled


def _expected(name: Named) -> Direction:
    """The direction that a name has unless it is sure that it has another: who complains speaks of
    what was asked for, and insists on it.
    """
    if name.held:
        return Direction.TOWARDS if name.held > 0 else Direction.AWAY
    return by_rules(name)


def _sure(name: Named, *, answers: bool) -> float:
    """The probability from which on a name has a direction that was not expected."""
    is_denied = answers and name.sign.rule == _DENIED
    if name.sign.force is Force.AVOID and name.kind == FACET and not is_denied:
        return _TURNED_AWAY
    if answers:
        likely = _ANSWERED[name.sign != NAMED][name.kind == SHOWN]
        return _TURNED_ROUND if name.held else likely
    if name.sign != NAMED:
        return _SURE
    return _LIKELY[name.kind == FILM]


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
        clauses = clauses_of(text, words, names)
        told = self._told(clauses, names)
        return [
            self.sign(words, name, list(traits(clauses, name, told)), answers=clauses.shows)
            for name in names
        ]

    def _told(self, clauses: LineClauses, names: Sequence[Named]) -> Told:
        """How the films that we put forward are most likely meant."""
        shown = [name for name in names if name.kind == SHOWN]
        chances = (
            self._weights.chances(list(traits(clauses, one)), by_rules(one)) for one in shown
        )
        return {
            one.first: max(each, key=each.__getitem__)
            for one, each in zip(shown, chances, strict=True)
        }

    def sign(
        self, words: Sequence[Word], name: Named, seen: Sequence[str], *, answers: bool = False
    ) -> Sign:
        """The sign of one name with these traits, in a line that may be on what we put forward."""
        # Whose taste counts is a matter of who chooses.
        if name.sign.teller is Teller.NEAR or (name.sign.force in _KEPT and not answers):
            return name.sign
        ruled = by_rules(name)
        chances = self._weights.chances(seen, ruled)
        expected = _expected(name) if answers else ruled
        way = settled_way(expected, chances, _sure(name, answers=answers))
        bare = name.sign == NAMED or name.sign.force is Force.AVOID
        told = way is not ruled or (name.kind == SHOWN and bare)
        return _sign(way, name) if told else name.sign

    def directions(
        self, text: str, words: Sequence[Word], names: Sequence[Named]
    ) -> list[Direction]:
        """The most likely direction of each name, whatever the rules say."""
        clauses = clauses_of(text, words, names)
        told = self._told(clauses, names)
        chances = (
            self._weights.chances(list(traits(clauses, one, told)), by_rules(one)) for one in names
        )
        return [max(each, key=each.__getitem__) for each in chances]


def _sign(way: Direction, name: Named) -> Sign:
    """The sign of a name that is meant so."""
    rule = f"direction: {way.name.lower()}"
    if name.kind == SHOWN:
        return _OF_SHOWN[way]._replace(rule=rule)
    is_film = name.kind == FILM
    if way is Direction.TOWARDS:
        return Sign(0.6, rule, Force.FEEL) if is_film else Sign(0.0, rule)
    if way is Direction.AWAY:
        return Sign(-0.7, rule, Force.FEEL if is_film else Force.AVOID)
    if way is Direction.NONE:
        return Sign(0.0, rule, Force.FREE, idle=is_film)
    if is_film:
        return Sign(0.5, rule, Force.SIMILAR, similar=True, seen=True)
    return Sign(-0.7, rule, Force.AVOID)


_OF_SHOWN: Final = {
    Direction.TOWARDS: Sign(0.6, "", Force.FEEL),
    Direction.AWAY: Sign(0.0, "", Force.AVOID, later=True),
    Direction.KNOWN: Sign(0.0, "", Force.SEEN, seen=True),
    Direction.NONE: Sign(0.0, "", Force.FREE, idle=True),
}


def meant(  # noqa: PLR0917 — what a reading holds, in its order
    text: str,
    words: Sequence[Word],
    told: Mapping[tuple[int, int], str | float],
    names: Sequence[tuple[int, int]],
    cues: Sequence[Cue],
    judge: Judge,
) -> dict[tuple[int, int], Sign]:
    """How each of the names is meant: by the rules, and where these err by what was learned.

    What is `told` of them: films are FILM or SHOWN, of facets how such films are held.
    """
    of_films = {name: kind for name, kind in told.items() if isinstance(kind, str)}
    kinds = [of_films.get(name, FACET) for name in names]
    named = ruled(text, words, names, cues, kinds=kinds)
    held = {name: one for name, one in told.items() if isinstance(one, float)}
    named = [one._replace(held=held.get((one.first, one.last), 0.0)) for one in named]
    settled = judge.settled(text, words, named)
    return {
        name: sign._replace(offered=of_films.get(name) == SHOWN)
        for name, sign in zip(names, settled, strict=True)
    }


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
