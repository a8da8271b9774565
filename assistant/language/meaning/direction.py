"""Which way a name is meant: towards films of it, away from them, as known already, or not at all.

The rules of taste read cues; what the whole line does to each of its words is learned
(`meaning.roles`). Both are weighed: a direction counts by its learned probability, the one by the
rules more, and the likeliest counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from assistant.language.meaning.preferences import compared, signs
from assistant.language.meaning.roles import LACKED, WORDS, Direction, LineRoles
from assistant.language.meaning.tastes import NAMED, Cue, Force, Sign, Teller
from assistant.language.words import Word

FILM, SHOWN, FACET = "film", "shown", "facet"


class Named(NamedTuple):
    """A name in a line and how the rules take it."""

    first: int
    last: int
    kind: str
    """FILM, SHOWN (a film that we put forward) or FACET (a genre, a tag or a person)."""
    sign: Sign
    """How the rules of taste take it."""
    lacks: bool = False
    """Whether a complaint denies it of films: "none of those is set in England" wants England."""
    held: float = 0.0
    """1 where such films are asked for already, −1 where they are to be spared."""


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


_RULED: Final = {FACET: 60.0, SHOWN: 20.0, FILM: 200.0}
"""Odds by which the direction counts more that the rules read from a cue. Of 221 and 225 names of
kinds and of films in the lines of two writers whom the reader was not fitted to, 194 and 153 are
taken right by the reader alone, 183 and 152 with these, 152 and 122 by the rules: talk is read
better without rules. But of 240 short statements of every form, which talk lacks, 210 are right
with a tenth of these odds, 234 with them."""
_WEAK: Final = frozenset(("avoid: not", "avoid: hardly"))
_LOOSELY: Final = {(FACET, Force.SIMILAR), (FACET, Force.VERDICT)}
_WEAKLY: Final = 2.0
"""The same of what is only denied, "that is hardly about the teacher" wants one, of what is
likened, "too much like a stage play" wants none, and of kinds of films beside a verdict: "gentle
films where nothing much happens"."""
_HELD: Final = 4.0
"""The same of what is held already: who complains speaks of it, and insists."""


def likeliest(ways: Mapping[Direction, float], name: Named) -> Direction:
    """The direction of a name that is likeliest by its learned chances, the rules and what is
    held.
    """
    odds = dict(ways)
    if name.sign != NAMED:
        is_loose = (name.kind, name.sign.force) in _LOOSELY
        is_weak = name.lacks or is_loose or name.sign.rule in _WEAK
        odds[by_rules(name)] *= _WEAKLY if is_weak else _RULED[name.kind]
    if name.lacks and name.held < 0:
        odds[Direction.TOWARDS] /= LACKED  # "that isn't horror?" is said by who asked for none
    if name.held:
        odds[Direction.TOWARDS if name.held > 0 else Direction.AWAY] *= _HELD
    return max(odds, key=odds.__getitem__)


_KINDS: Final = {FACET: WORDS}
"""The kind of role that a name is known to have."""
_OPEN: Final = frozenset((Force.FREE, Force.ASKED))


def settled(name: Named, roles: LineRoles) -> Sign:
    """The sign of a name: that of the rules, unless another direction is likelier."""
    if _is_settled(name):
        return name.sign
    if name.kind == FACET and name.sign.force is Force.FEEL and not name.sign.strength:
        return _sign(Direction.NONE, name)  # "I don't mind subtitles"
    way = likeliest(roles.ways(name.first, name.last, _KINDS.get(name.kind, "")), name)
    if way is Direction.NONE and name.kind == FILM and name.sign == NAMED and roles.opens:
        return name.sign  # "what about Heat?" puts it forward
    told = way is not by_rules(name) or (name.kind == SHOWN and _is_open(name.sign, way))
    return _sign(way, name) if told else name.sign


def _is_settled(name: Named) -> bool:
    """Whether the form of the sentence tells: whose taste counts, what stands under a heading, what
    is left open, by which another is measured, or was not seen.
    """
    is_measure = name.kind in (FILM, SHOWN) and name.sign.idle
    is_open = name.kind == FACET and name.sign.force in _OPEN
    of_others = name.sign.teller in (Teller.NEAR, Teller.EVERYONE)
    return is_measure or is_open or of_others or _HEADED in name.sign.rule


def _is_open(sign: Sign, way: Direction) -> bool:
    """Whether a sign does not say how a film that we put forward is: "looks ok" is said of one that
    was not seen.
    """
    fair = sign.seen and way is Direction.TOWARDS and sign.force is Force.VERDICT
    return sign == NAMED or sign.force is Force.AVOID or fair


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
    Direction.TOWARDS: Sign(0.6, "", Force.SIMILAR, similar=True),
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
    roles: LineRoles,
) -> dict[tuple[int, int], Sign]:
    """How each of the names is meant.

    What is `told` of them: films are FILM or SHOWN, of facets how such films are held.
    """
    of_films = {name: kind for name, kind in told.items() if isinstance(kind, str)}
    held = {name: one for name, one in told.items() if isinstance(one, float)}
    kinds = [of_films.get(name, FACET) for name in names]
    named = ruled(text, words, names, cues, kinds=kinds)
    named = [
        one._replace(
            held=held.get((one.first, one.last), 0.0),
            lacks=one.kind == FACET and one.first in roles.denied,
        )
        for one in _listed(named)
    ]
    return {
        (name.first, name.last): settled(name, roles)._replace(offered=name.kind == SHOWN)
        for name in named
    }


def _listed(named: Sequence[Named]) -> Iterator[Named]:
    """The names, those of a list with a heading as it says: "Dislikes: comedies, horror"."""
    heading = NAMED
    for one in named:
        heading = one.sign if _HEADED in one.sign.rule else heading
        yield one._replace(sign=heading) if one.sign == NAMED else one


_HEADED: Final = "over the list"


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
