"""Which words of a line describe films.

"My wife and I just finished dinner, could you find us something where women over fifty find love?"
describes films by five of its words. Which ones is learned: every word has what stands around it
(words, and what phrases do, each class once in directions.toml), whether the word before describes
films, and how common it is; a logistic regression weighs these traits, and of all ways to read the
line the likeliest counts. It was fitted by `python -m assistant train-directions` to lines with
brackets in them (1,247; the figures here are cross-validated). Weights: `models/described.json`.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from math import exp, log1p
from pathlib import Path
from typing import Final

from assistant.language.lexicon import background, table, word_class
from assistant.language.meaning.traits import LineClauses
from assistant.language.utterance import FacetMention, Span
from assistant.language.words import Word, normal
from core.data.search import stems
from core.errors import DataError

_WINDOW: Final = 3
"""Words on either side of a word that are looked at together."""
_COMMON: Final = (1, 5, 20, 100)
"""Times in the background at which a word is one of another kind."""
_ENDINGS: Final = (2, 3)
"""Letters at the end of a word that tell what it is."""
_LONG: Final = 4
"""A line is of one length for so many words, and of the last from sixteen on."""

_LEANING: Final = 0.3
"""Log-odds by which a word rather describes films: it takes .85 of those that tell something
and do, and .86 of what is taken does; .79 and .89 without."""

Weights = Mapping[str, float]
"""Log-odds of describing films, by trait."""
Row = Sequence[str]
"""What each word of a line does: its class, or itself."""


def row_of(text: str, words: Sequence[Word]) -> Row:
    """What each word of a line does."""
    clauses = LineClauses(text, words, ())
    return [clauses.what(at) or word.text for at, word in enumerate(words)]


def traits(row: Row, words: Sequence[Word], at: int) -> list[str]:
    """What is known of a word of a line, but for the word before."""
    padded = [*[""] * _WINDOW, *row, *[""] * _WINDOW]
    here, word = at + _WINDOW, words[at].text
    count = background().counts.get(word, 0)
    seen = {"one", f"is {row[at]}", f"common {sum(count >= least for least in _COMMON)}"}
    seen |= {f"ends {word[-letters:]}" for letters in _ENDINGS}
    for many in range(1, _WINDOW + 1):
        seen.add(f"before {' '.join(padded[here - many : here])}")
        seen.add(f"behind {' '.join(padded[here + 1 : here + 1 + many])}")
        seen.add(f"at -{many} {padded[here - many]}")
        seen.add(f"at {many} {padded[here + many]}")
    seen.add(f"between {padded[here - 1]} {padded[here + 1]}")
    seen.add(f"with {padded[here - 1]} {row[at]}")
    seen.add(f"long {min(len(words) // _LONG, _LONG)}")
    return sorted(seen)


def behind(seen: Sequence[str], word: str, *, goes_on: bool) -> list[str]:
    """The same behind a word that describes films, or does not."""
    before = f"after {'one' if goes_on else 'none'}"
    return [*seen, before, f"{before} {word}"]


def described(
    text: str, words: Sequence[Word], weights: Weights | None = None
) -> list[tuple[int, int]]:
    """Ranges of words that describe films, in order: the likeliest reading of the line (Viterbi).

    `weights` are the fitted ones, unless given.
    """
    given, row = fitted() if weights is None else weights, row_of(text, words)
    best: dict[bool, tuple[float, tuple[bool, ...]]] = {False: (0.0, ())}
    for at, word in enumerate(row):
        seen = traits(row, words, at)
        found: dict[bool, tuple[float, tuple[bool, ...]]] = {}
        for goes_on, (so_far, path) in best.items():
            known = (given.get(one, 0.0) for one in behind(seen, word, goes_on=goes_on))
            odds = _LEANING + sum(known)
            for describes in (False, True):
                score = so_far - _surprise(odds if describes else -odds)
                if describes not in found or score > found[describes][0]:
                    found[describes] = score, (*path, describes)
        best = found
    return _runs(max(best.values())[1])


def _surprise(odds: float) -> float:
    """−log of the probability of what has these log-odds."""
    return log1p(exp(-odds)) if odds > 0 else log1p(exp(odds)) - odds


def _runs(describes: Sequence[bool]) -> list[tuple[int, int]]:
    """Ranges of places that hold."""
    found, first = list[tuple[int, int]](), 0
    for holds, run in groupby(describes):
        last = first + len(list(run))
        if holds:
            found.append((first, last))
        first = last
    return found


def telling(words: Sequence[Word], first: int, last: int, taken: Container[int]) -> list[int]:
    """Places in a range of words, outside of those taken, that tell something of a film."""
    others = ((at, words[at].text) for at in range(first, last) if at not in taken)
    return [
        at for at, word in others if word not in _READ_ELSEWHERE and word.isalpha() and stems(word)
    ]


_READ_ELSEWHERE: Final = word_class("reaches") | word_class("measured") | word_class("negators")
"""Words of amounts, of how much and of what turns a name away: "not too long"."""
STORY: Final = 3
"""Telling words beside the name of a kind of film from which on a description is a story: in "an
innocent man is accused of a crime" the crime asks for no crime film."""


def without_stories(
    facets: Sequence[FacetMention], text: str, found: Sequence[Word]
) -> tuple[FacetMention, ...]:
    """Kinds of films that are only part of a story that is told are no musts."""
    musts = [facet for facet in facets if facet.required and facet.strength > 0]
    stories = _stories(text, found, [facet.span for facet in musts]) if musts else []
    told = [one for one in musts if any(a <= one.span.start < b for a, b in stories)]
    return tuple(
        replace(facet, required=False, rule=f"{facet.rule}; in a story") if facet in told else facet
        for facet in facets
    )


def _stories(text: str, found: Sequence[Word], spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Ranges of characters in which a story is told, beside facets at these spans.

    What stands ahead of it is what kind of film it is: "a western where nobody …".
    """
    named = {at for at, word in enumerate(found) for a, b in spans if a <= word.start < b}
    told = [(telling(found, *span, named), span[1]) for span in described(text, found)]
    long = [(tells[0], last) for tells, last in told if len(tells) >= STORY]
    return [(found[first].start, found[last - 1].end) for first, last in long]


FITTED: Final = Path(__file__).parents[2] / "models" / "described.json"
"""Where the weights lie, beside the bundle."""


@cache
def fitted(path: Path = FITTED) -> Weights:
    """The weights of a file. DataError for one that is not there or holds none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {str(trait): float(weight) for trait, weight in record.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError(
            f"{path} holds no weights for descriptions: {error!r}. "
            "Run python -m assistant train-directions."
        ) from error


# ---- what is looked for where a film is asked to be so


def quality_of(word: str) -> str:
    """The mood that a word asks for; the word itself where it is of none."""
    written = word.replace(" ", "_")
    moods = table("questions")["moods"].items()
    return next((name for name, mood in moods if written in mood["words"].split()), written)


def said_of(quality: str) -> str:
    """How it is said that a film is so: "in colour", "a film that ends well"."""
    mood = table("questions")["moods"].get(quality, {})
    return str(mood.get("said", quality.replace("_", " ")))


def has_signs(quality: str) -> bool:
    """Whether anything says that a film is so, rather than not the opposite."""
    return bool(signs_of(quality))


def opposite(quality: str) -> str:
    """What a film is instead; "" where nothing is known to be."""
    mood = table("questions")["moods"].get(quality, {})
    return str(mood.get("against", ""))


@cache
def signs_of(quality: str) -> frozenset[str]:
    """The facets, moods and keywords that say that a film is so, in normal form joined by "_"."""
    mood = table("questions")["moods"].get(quality)
    return frozenset((quality,) if mood is None else mood["signs"].split())


def is_plain_fact(quality: str) -> bool:
    """Whether a film is so or not, and not more or less: in colour, silent, animated."""
    return bool(table("questions")["moods"].get(quality, {}).get("fact"))


def moods_of(name: str) -> frozenset[str]:
    """The moods that a film is in by a facet of this name."""
    sign = normal(name).replace(" ", "_")
    moods = table("questions")["moods"]
    return frozenset(mood for mood, one in moods.items() if sign in one["signs"].split())
