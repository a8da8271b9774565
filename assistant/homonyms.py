"""Which film is meant where several are written the same."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from assistant.title_index import Kind
from assistant.words import Word
from core.catalogue import Catalogue

_DOMINANT: Final = math.log(4.0)
"""A film four times as well known as the others of its name is meant without asking."""
_KNOWN_ENOUGH: Final = math.log(300.0)
"""How much better known another film of the name may be, where "new" or "original" picks one."""
_WHOLE: Final = frozenset((Kind.FULL, Kind.ALIAS, Kind.BARE))
_NEWEST: Final = frozenset(("new", "newer", "newest", "latest", "recent", "live action"))
_OLDEST: Final = frozenset(("older", "og", "original"))
_OLD: Final = frozenset(("old", "first", "classic"))
"""Picks the oldest of those that could be meant anyway, but no film for its age alone."""
_REMADE: Final = frozenset(("remake", "reboot"))


class Candidate(NamedTuple):
    """A film of a written form."""

    points: float
    """How likely it is meant, nats."""
    row: int
    kind: Kind


def meant(
    candidates: Sequence[Candidate], text: str, words: Sequence[Word], span: tuple[int, int], catalogue: Catalogue
) -> tuple[Candidate, ...]:
    """The films that a span of words may mean, most likely first; more than one where it stays unclear.

    `candidates` are sorted by their points.
    """
    (first, last), best = span, candidates[0]
    if len(candidates) == 1 or best.kind is Kind.SERIES:
        return tuple(film for film in candidates if best.points - film.points < _DOMINANT)
    aged = _of_age(candidates, words, first, last, catalogue)
    if aged is not None:
        return (aged,)
    close = [film for film in candidates if best.points - film.points < _DOMINANT]
    if len(close) > 1:
        close = [film for film in close if film.kind in _WHOLE] or close
        close = _as_typed(close, text, words[first].start, words[last - 1].end, catalogue) or close
    if len(close) > 1 and first and words[first - 1].text in _OLD:
        close = [min(close, key=lambda film: catalogue.movies[film.row].year)]
    return tuple(close)


def _of_age(
    candidates: Sequence[Candidate], words: Sequence[Word], first: int, last: int, catalogue: Catalogue
) -> Candidate | None:
    """The newest or oldest film of the name where "the new …", "the original …", "the … remake" asks for it."""
    one = words[first - 1].text if first else ""
    two = f"{words[first - 2].text} {one}" if first > 1 else ""
    after = words[last].text if last < len(words) else ""
    pick: Callable[..., Candidate]
    if one in _NEWEST or two in _NEWEST or one in _REMADE or after in _REMADE:
        pick = max
    elif one in _OLDEST:
        pick = min
    else:
        return None
    known = [film for film in candidates if film.kind in _WHOLE and candidates[0].points - film.points < _KNOWN_ENOUGH]
    return pick(known, key=lambda film: catalogue.movies[film.row].year) if known else None


def _as_typed(
    candidates: Sequence[Candidate], text: str, start: int, end: int, catalogue: Catalogue
) -> list[Candidate]:
    """Those written just so, with their mark: "Mother!", "U.F.O.", "Ocean's 11"."""
    for stop in (end + 1, end):
        typed = text[start:stop].casefold()
        same = [film for film in candidates if typed in _spellings(film.row, catalogue)]
        if same:
            return same
    return []


def _spellings(row: int, catalogue: Catalogue) -> set[str]:
    movie = catalogue.movies[row]
    return {title.casefold() for title in (movie.title, *movie.aliases)}
