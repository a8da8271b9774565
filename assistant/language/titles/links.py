"""Spans of words that may name films, and which of them to believe.

The year that is said with a title: "Alien (1979)", "the 2017 It", "The Mummy from 1999".

Which film is meant where several are written the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import dictionary
from assistant.language.titles.index import FormKind
from assistant.language.titles.sentence import Sentence
from assistant.language.words import Word
from core.catalogue import Catalogue

_OF_YEARS: Final = frozenset(
    "post pre since before after until from to between and than early late mid".split()
)
"""Before a year that says how old films may be: "post-2015 horror"."""
_VERSIONS: Final = frozenset(
    ("1", "original", "version", "remake", "reboot", "film", "movie", "adaptation")
)
_VAGUE: Final = frozenset(
    "something anything movie movies film films one ones 1 stuff anything things classics".split()
)


def _as_year(word: str) -> int:
    return (
        int(word)
        if len(word) == 4 and word.isascii() and word.isdecimal() and 1880 <= int(word) <= 2040
        else 0
    )


def year_after(sentence: Sentence, last: int) -> tuple[int, int]:
    """(year right behind a title, one past its word); (0, last) where there is none."""
    words = sentence.words
    if not sentence.dated:
        return 0, last
    if last < len(words) and (year := _as_year(words[last].text)):
        if words[last].start - words[last - 1].end <= 3:
            return year, last + 1
    if (
        last + 1 < len(words)
        and words[last].text == "from"
        and (year := _as_year(words[last + 1].text))
    ):
        return (year, last + 2) if words[last - 1].text not in _VAGUE else (0, last)
    return _told_apart(words, last)


def _told_apart(words: Sequence[Word], last: int) -> tuple[int, int]:
    """The same for what tells a film from others of its name: "Suspiria, the 1977 original", "…,
    the one from 1977".
    """
    if last >= len(words) or words[last].text != "the":
        return 0, last
    said = [word.text for word in words[last : last + 4]]
    if len(said) > 2 and said[2] in _VERSIONS and (year := _as_year(said[1])):
        return year, last + 3
    if (
        len(said) > 3
        and said[1] in _VERSIONS
        and said[2] in ("from", "of")
        and (year := _as_year(said[3]))
    ):
        return year, last + 4
    return 0, last


def year_before(sentence: Sentence, first: int) -> int:
    """The year right before a title ("the 2017 It"); one in brackets belongs to what stands before
    it.
    """
    words = sentence.words
    if not sentence.dated or not first:
        return 0
    bracketed = ")" in sentence.text[words[first - 1].end : words[first].start]
    wished = first > 1 and words[first - 2].text in _OF_YEARS
    return 0 if bracketed or wished else _as_year(words[first - 1].text)


def other_versions(words: Sequence[Word], taken: Container[int]) -> Iterator[tuple[int, int, int]]:
    """(first word, one past the last, year) of "the 2017 one" and the like, which name a film by
    its year alone.
    """
    for place in range(len(words) - 2):
        said = words[place : place + 3]
        year = _as_year(said[1].text) if said[0].text == "the" and said[2].text in _VERSIONS else 0
        if year and place not in taken:
            yield place, place + 3, year


THRESHOLD: Final = 0.8
"""Log-odds from which a span is taken for a title; chosen on half of the ReDial conversations."""

AS_NEAR: Final = 1.5
"""Points by which two readings of mistyped words have to differ for the first to be taken without
asking."""
_KNOWN: Final = 3
"""Ratings from which a film is not confused with one whose name is a letter away."""
_ERROR: Final = 1.5
"""Points by which a reading with an error less is likelier than its cues say."""


class Link(NamedTuple):
    """A span of words and the films it may name."""

    first: int
    last: int
    """One past the last word of the title; a year that belongs to it included."""
    rows: tuple[int, ...]
    """Films, most likely first; the rest could hardly be told from the first."""
    score: float
    """Log-odds that a film is named, nats."""
    rule: str
    also: tuple[int, ...] = ()
    """Other films meant by the same words: the rest of a series."""
    typos: int = 0
    withheld: float = 0.0
    """Points that it would have besides, if other things than films were not talked of around
    it."""


def best_set(links: Sequence[Link], n_words: int) -> list[Link]:
    """The non-overlapping links with the most points above the threshold, in order (weighted
    interval scheduling).
    """
    by_end: dict[int, list[Link]] = {}
    for link in _outermost([link for link in links if link.score >= THRESHOLD]):
        by_end.setdefault(link.last, []).append(link)
    if not by_end:
        return []
    best: list[float] = [0.0] * (n_words + 1)
    taken: list[Link | None] = [None] * (n_words + 1)
    for end in range(1, n_words + 1):
        best[end] = best[end - 1]
        for link in by_end.get(end, ()):
            points = best[link.first] + link.score
            if points > best[end]:
                best[end], taken[end] = points, link
    found, end = [], n_words
    while end > 0:
        last = taken[end]
        if last is None:
            end -= 1
        else:
            found.append(last)
            end = last.first
    return found[::-1]


def _outermost(links: list[Link]) -> list[Link]:
    """Without those that lie inside a longer one: "the dark" in "the dark knight"."""
    kept: list[Link] = []
    for link in sorted(links, key=lambda link: (link.first, -link.last, -link.score)):
        outer = kept[-1] if kept else None
        if (
            outer is not None
            and link.last <= outer.last
            and link.last - link.first < outer.last - outer.first
        ):
            continue
        kept.append(link)
    return kept


def past_article(link: Link, words: Sequence[Word]) -> int:
    """First word of a name, its article aside."""
    return link.first + (words[link.first].text == "the" and link.last - link.first > 1)


def nearest(typed: Sequence[Link], words: Sequence[Word]) -> list[Link]:
    """Of each mistyped span the likeliest reading, with the films of others that are about as
    likely.
    """
    spans: dict[tuple[int, int], list[Link]] = {}
    for link in typed:
        spans.setdefault((past_article(link, words), link.last), []).append(link)
    found = []
    for links in spans.values():
        links.sort(key=lambda link: (_ERROR * link.typos - link.score, link.rows[0]))
        best = links[0]
        if not best.also:
            near = [
                link
                for link in links
                if not link.also
                and best.score - link.score < AS_NEAR + _ERROR * (best.typos - link.typos)
            ]
            rows = dict.fromkeys(row for link in near for row in link.rows)
            best = best._replace(rows=tuple(rows))
        found.append(best)
    return found


def beside_exact(
    typed: Sequence[Link],
    exact: Sequence[Link],
    words: Sequence[Word],
    renown: npt.NDArray[np.int64],
) -> list[Link]:
    """Readings as mistyped words of what is no title as it stands; of one hardly known, both are
    asked about.

    A word that is spelled right and a title, though not meant as one, is none that was mistyped ("I
    prefer reading"); a strange one is rather the title that nobody rated than a mistyped one that
    is hardly likelier ("Mank"). `renown` is the number of ratings of each film, int64 (n_movies,).
    """
    written = {(link.first, link.last): link for link in exact}
    kept = []
    for link in typed:
        same = written.get((link.first, link.last)) or written.get(
            (past_article(link, words), link.last)
        )
        if same is None:
            kept.append(link)
        elif same.score < THRESHOLD:
            if same.last - same.first > 1 or words[same.first].text not in dictionary():
                kept.append(
                    same._replace(score=link.score) if same.score > link.score - AS_NEAR else link
                )
        elif (
            renown[same.rows[0]] < _KNOWN
            and link.typos == 1
            and link.score > max(same.score - AS_NEAR, THRESHOLD)
        ):
            rows = tuple(dict.fromkeys((*link.rows, *same.rows)))
            kept.append(link._replace(score=max(link.score, same.score), rows=rows))
    return kept


_DOMINANT: Final = math.log(4.0)
"""A film four times as well known as the others of its name is meant without asking."""
_KNOWN_ENOUGH: Final = math.log(300.0)
"""How much better known another film of the name may be, where "new" or "original" picks one."""
_WHOLE: Final = frozenset((FormKind.FULL, FormKind.ALIAS, FormKind.BARE))
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
    kind: FormKind


def meant(
    candidates: Sequence[Candidate],
    text: str,
    words: Sequence[Word],
    span: tuple[int, int],
    catalogue: Catalogue,
) -> tuple[Candidate, ...]:
    """The films that a span of words may mean, most likely first; more than one where it stays
    unclear.

    `candidates` are sorted by their points.
    """
    (first, last), best = span, candidates[0]
    if len(candidates) == 1 or best.kind is FormKind.SERIES:
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
    candidates: Sequence[Candidate],
    words: Sequence[Word],
    first: int,
    last: int,
    catalogue: Catalogue,
) -> Candidate | None:
    """The newest or oldest film of the name where "the new …", "the original …", "the … remake"
    asks for it.
    """
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
    known = [
        film
        for film in candidates
        if film.kind in _WHOLE and candidates[0].points - film.points < _KNOWN_ENOUGH
    ]
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
