"""Spans of words that may name films: which of them to believe, and which film is meant.

Where several are written the same, a year may tell it: "Alien (1979)", "the 2017 It".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import dictionary, title_class
from assistant.language.titles.index import FormKind
from assistant.language.titles.sentence import Sentence
from assistant.language.words import Word
from core.catalogue import Catalogue

_BEFORE_YEARS: Final = title_class("before_years")
_VERSIONS: Final = title_class("versions")
_ANY_FILMS: Final = title_class("any_films")


_YEARS: Final = {str(year): year for year in range(1880, 2041)}


def year_after(sentence: Sentence, last: int) -> tuple[int, int]:
    """(year right behind a title, one past its word); (0, last) where there is none."""
    words = sentence.words
    if not sentence.dated or last == len(words):
        return 0, last
    texts = [word.text for word in words[last : last + 4]]
    if texts[0] in _YEARS and words[last].start - words[last - 1].end <= 3:
        return _YEARS[texts[0]], last + 1
    match texts:
        case ["from", year, *_] if year in _YEARS:
            vague = words[last - 1].text in _ANY_FILMS
            return (0, last) if vague else (_YEARS[year], last + 2)
        case ["the", year, version, *_] if year in _YEARS and version in _VERSIONS:
            return _YEARS[year], last + 3  # "Suspiria, the 1977 original"
        case ["the", version, "from" | "of", year] if year in _YEARS and version in _VERSIONS:
            return _YEARS[year], last + 4  # "…, the one from 1977"
    return 0, last


def year_before(sentence: Sentence, first: int) -> int:
    """The year right before a title ("the 2017 It"), but not in brackets; else 0."""
    words = sentence.words
    if not sentence.dated or not first or ")" in sentence.between(first):
        return 0
    if first > 1 and words[first - 2].text in _BEFORE_YEARS:
        return 0
    return _YEARS.get(words[first - 1].text, 0)


def other_versions(words: Sequence[Word], taken: Container[int]) -> Iterator[tuple[int, int, int]]:
    """(first word, one past the last, year) of "the 2017 one" and the like."""
    for place in range(len(words) - 2):
        the, year, version = [word.text for word in words[place : place + 3]]
        named = the == "the" and year in _YEARS and version in _VERSIONS
        if named and place not in taken:
            yield place, place + 3, _YEARS[year]


THRESHOLD: Final = 0.5
"""Log-odds from which a span is taken to name a film, nats; by F1 on the development half of the
ReDial conversations."""

AS_NEAR: Final = 1.5
"""Points by which two readings of mistyped words have to differ for the first to be taken without
asking."""
_KNOWN: Final = 3
"""Ratings from which a film is not confused with one whose name is a letter away."""
_ERROR: Final = 1.5
"""Points by which a reading with an error less is likelier than its cues say."""


ON_THE_TABLE: Final = 9.0
"""Log-odds of a film on the table: more than any title has that lies in the same words."""


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
    by_rules: float = 0.0
    """Its points by the rules alone, those that count in full counted twice."""
    traits: tuple[tuple[str, float], ...] = ()
    """What the fitted weights see of it."""

    @property
    def span(self) -> tuple[int, int]:
        """First word and one past the last."""
        return self.first, self.last


def overlaps(link: Link, others: Iterable[Link]) -> bool:
    """Whether a link shares words with one of the others."""
    return any(link.first < other.last and other.first < link.last for other in others)


def best_set(links: Sequence[Link], n_words: int) -> list[Link]:
    """The links without overlap that have most points, in order (weighted interval scheduling)."""
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


def words_before(words: Sequence[Word], first: int) -> tuple[str, str]:
    """The word before a place and the one before that; "" where there is none."""
    return words[first - 1].text if first else "", words[first - 2].text if first > 1 else ""


def past_article(link: Link, words: Sequence[Word]) -> int:
    """First word of a name, its article aside."""
    return link.first + (words[link.first].text == "the" and link.last - link.first > 1)


def nearest(typed: Sequence[Link], words: Sequence[Word]) -> list[Link]:
    """The likeliest reading of each mistyped span, with the films of others about as likely."""
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
    written = {link.span: link for link in exact}
    kept: list[Link] = []
    for link in typed:
        same = written.get(link.span) or written.get((past_article(link, words), link.last))
        if same is None:
            kept.append(link)
        elif same.score >= THRESHOLD:
            kept += _asked_beside(link, same, renown)
        elif same.last - same.first > 1 or words[same.first].text not in dictionary():
            likelier = same.score > link.score - AS_NEAR
            kept.append(same._replace(score=link.score) if likelier else link)
    return kept


def _asked_beside(typed: Link, exact: Link, renown: npt.NDArray[np.int64]) -> list[Link]:
    """A link with the films of both readings, where the exact one is hardly known; else none."""
    if renown[exact.rows[0]] >= _KNOWN or typed.typos != 1:
        return []
    if typed.score <= max(exact.score - AS_NEAR, THRESHOLD):
        return []
    rows = tuple(dict.fromkeys((*typed.rows, *exact.rows)))
    return [typed._replace(score=max(typed.score, exact.score), rows=rows)]


_DOMINANT: Final = math.log(4.0)
"""A film four times as well known as the others of its name is meant without asking."""
_KNOWN_ENOUGH: Final = math.log(300.0)
"""How much better known another film of the name may be, where "new" or "original" picks one."""
WHOLE: Final = frozenset((FormKind.FULL, FormKind.ALIAS, FormKind.BARE))
_NEWEST: Final = title_class("newest_version")
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
    candidates: Sequence[Candidate], sentence: Sentence, span: tuple[int, int], catalogue: Catalogue
) -> tuple[Candidate, ...]:
    """The films that a span of words may mean, most likely first; more than one where it stays
    unclear.

    `candidates` are sorted by their points.
    """
    best = candidates[0]
    close = [film for film in candidates if best.points - film.points < _DOMINANT]
    if len(candidates) == 1 or best.kind is FormKind.SERIES:
        return tuple(close)
    aged = _of_age(candidates, sentence.words, span, catalogue)
    if aged is not None:
        return (aged,)
    return tuple(_narrowed(close, sentence, span, catalogue) if len(close) > 1 else close)


def _of_age(
    candidates: Sequence[Candidate],
    words: Sequence[Word],
    span: tuple[int, int],
    catalogue: Catalogue,
) -> Candidate | None:
    """The newest or oldest film where "the new …", "the original …", "the … remake" asks for it."""
    pick = _pick_by_age(words, *span)
    if pick is None:
        return None
    least = candidates[0].points - _KNOWN_ENOUGH
    known = [film for film in candidates if film.kind in WHOLE and film.points > least]
    return pick(known, key=lambda film: catalogue.movies[film.row].year) if known else None


def _pick_by_age(words: Sequence[Word], first: int, last: int) -> Callable[..., Candidate] | None:
    one, two = words_before(words, first)
    after = words[last].text if last < len(words) else ""
    if one in _NEWEST or f"{two} {one}" in _NEWEST or not _REMADE.isdisjoint((one, after)):
        return max
    return min if one in _OLDEST else None


def _narrowed(
    close: Sequence[Candidate], sentence: Sentence, span: tuple[int, int], catalogue: Catalogue
) -> Sequence[Candidate]:
    """Of films about as likely those called so as a whole, written just so, or "the old …"."""
    whole = [film for film in close if film.kind in WHOLE] or close
    typed = _as_typed(whole, sentence, span, catalogue) or whole
    before, _ = words_before(sentence.words, span[0])
    if before in _OLD:
        return [min(typed, key=lambda film: catalogue.movies[film.row].year)]
    return typed


def _as_typed(
    candidates: Sequence[Candidate], sentence: Sentence, span: tuple[int, int], catalogue: Catalogue
) -> list[Candidate]:
    """Those written just so, with their mark: "Mother!", "U.F.O.", "Ocean's 11"."""
    start, end = sentence.words[span[0]].start, sentence.words[span[1] - 1].end
    for stop in (end + 1, end):
        typed = sentence.text[start:stop].casefold()
        same = [film for film in candidates if typed in _spellings(film.row, catalogue)]
        if same:
            return same
    return []


def _spellings(row: int, catalogue: Catalogue) -> set[str]:
    movie = catalogue.movies[row]
    return {title.casefold() for title in (movie.title, *movie.aliases)}
