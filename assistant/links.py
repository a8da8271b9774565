"""Spans of words that may name films, and which of them to believe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.lexicon import dictionary
from assistant.words import Word

THRESHOLD: Final = 0.8
"""Log-odds from which a span is taken for a title; chosen on half of the ReDial conversations."""

AS_NEAR: Final = 1.5
"""Points by which two readings of mistyped words have to differ for the first to be taken without asking."""
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
    """Points that it would have besides, if other things than films were not talked of around it."""


def best_set(links: Sequence[Link], n_words: int) -> list[Link]:
    """The non-overlapping links with the most points above the threshold, in order (weighted interval scheduling)."""
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
        if outer is not None and link.last <= outer.last and link.last - link.first < outer.last - outer.first:
            continue
        kept.append(link)
    return kept


def past_article(link: Link, words: Sequence[Word]) -> int:
    """First word of a name, its article aside."""
    return link.first + (words[link.first].text == "the" and link.last - link.first > 1)


def nearest(typed: Sequence[Link], words: Sequence[Word]) -> list[Link]:
    """Of each mistyped span the likeliest reading, with the films of others that are about as likely."""
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
                if not link.also and best.score - link.score < AS_NEAR + _ERROR * (best.typos - link.typos)
            ]
            rows = dict.fromkeys(row for link in near for row in link.rows)
            best = best._replace(rows=tuple(rows))
        found.append(best)
    return found


def beside_exact(
    typed: Sequence[Link], exact: Sequence[Link], words: Sequence[Word], renown: npt.NDArray[np.int64]
) -> list[Link]:
    """Readings as mistyped words of what is no title as it stands; of one hardly known, both are asked about.

    A word that is spelled right and a title, though not meant as one, is none that was mistyped ("I prefer reading");
    a strange one is rather the title that nobody rated than a mistyped one that is hardly likelier ("Mank").
    `renown` is the number of ratings of each film, int64 (n_movies,).
    """
    written = {(link.first, link.last): link for link in exact}
    kept = []
    for link in typed:
        same = written.get((link.first, link.last)) or written.get((past_article(link, words), link.last))
        if same is None:
            kept.append(link)
        elif same.score < THRESHOLD:
            if same.last - same.first > 1 or words[same.first].text not in dictionary():
                kept.append(same._replace(score=link.score) if same.score > link.score - AS_NEAR else link)
        elif renown[same.rows[0]] < _KNOWN and link.typos == 1 and link.score > max(same.score - AS_NEAR, THRESHOLD):
            rows = tuple(dict.fromkeys((*link.rows, *same.rows)))
            kept.append(link._replace(score=max(link.score, same.score), rows=rows))
    return kept
