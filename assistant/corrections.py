"""Lines that put right which film was meant: "no, The Heat", "not Alien, Aliens", "I meant the 1995 one"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from assistant import acts
from assistant.title_index import Kind, TitleIndex
from assistant.utterance import Act, Context, MovieMention, Span, Utterance
from assistant.words import normal, words

_OPENS: Final = re.compile(
    r"\A\W*(?:oh|ah|ok|wait|well|hm+)?\W*(?:no|nope|nah|not|sorry|oops|wrong|actually|i (?:meant?|said))\b"
)
_TITLE: Final = re.compile(r"\x00+")
_FILLERS: Final = frozenset(
    "oh ah ok wait well hm hmm no nope nah not sorry oops wrong actually i mean meant said that this one the film "
    "movie it was but rather instead version of with from a X Y".split()
)
"""Words of a correction besides the titles: Y is the film that was named before, X another one."""
_PUTS_RIGHT: Final = re.compile(
    r"\b(?:meant?|said|sorry|oops|wrong|not (?:that|this)(?: one| film| movie)?)\b"
    r"|\b(?:no|nope|nah)\s*[,.;:!-]+\s*(?:the |a )?X"
)
_OLD: Final = frozenset("old older oldest original og".split())
_NEW: Final = frozenset("new newer newest latest remake recent".split())
_WHOLE: Final = (Kind.FULL, Kind.ALIAS, Kind.BARE)
_YEAR: Final = re.compile(r"\b(?:18|19|20)\d\d\b")


class Corrections:
    """Knows the films that go by one name, with and without its article."""

    def __init__(self, index: TitleIndex) -> None:
        self._index = index

    def may_be_meant(self, lower: str, context: Context) -> frozenset[int]:
        """Rows of the films that a line which is but a correction may mean, told by the film named last."""
        if context.named is None or not _OPENS.match(lower):
            return frozenset()
        title = normal(self._index.catalogue.movies[context.named - 1].title).split(" ")
        others = {word.text for word in words(lower)} - _FILLERS - set(title)
        return frozenset() if others else frozenset(self._namesakes(context.named - 1))

    def corrected(self, utterance: Utterance, line: acts.Line, context: Context) -> Utterance | None:
        """The film that is meant in place of the one that was named last, spoken of in the same way; else None."""
        if context.named is None or utterance.ambiguous or utterance.facets:
            return None
        if utterance.movies:
            said = line.lower
            for movie in utterance.movies:
                said = _TITLE.sub("Y" if movie.token == context.named else "X", said, count=1)
            meant, instead = _set_right(utterance.movies, said, context.named)
        else:
            row, instead = self._told_by_age(line.lower, context.named - 1), context.named
            span = Span(0, len(utterance.text))
            meant = None if row is None else MovieMention(span, row + 1, 0.0, "of the same name")
        if meant is None:
            return None
        meant = replace(meant, strength=context.mood, similar_only=False, idle=False, rule=f"{meant.rule}; instead")
        return replace(utterance, act=Act.RECOMMEND, movies=(meant,), years=None, beyond=(), instead=(instead,))

    def _told_by_age(self, said: str, named: int) -> int | None:
        """Row of the film called as the row `named`, as "no, the 1995 one" or "I meant the old one" tells it."""
        telling = set(re.findall(r"\w+", said)) - _FILLERS
        if not _OPENS.match(said) or len(telling) != 1:
            return None
        (word,), years = telling, self._index.catalogue.years
        rows = [row for row in self._namesakes(named) if row != named]
        if _YEAR.fullmatch(word):
            near = [row for row in rows if abs(years[row] - int(word)) <= 1]
            return min(near, key=lambda row: (abs(years[row] - int(word)), row), default=None)
        rated = [row for row in rows if self._index.renown[row]]
        if word in _OLD:
            return min((row for row in rated if years[row] < years[named]), key=lambda row: years[row], default=None)
        if word in _NEW:
            return max((row for row in rated if years[row] > years[named]), key=lambda row: years[row], default=None)
        return None

    def _namesakes(self, row: int) -> Iterable[int]:
        bare = normal(self._index.catalogue.movies[row].title).removeprefix("the ")
        for name in (bare, f"the {bare}"):
            key = self._index.key_of(name)
            if key is not None:
                yield from (form.row for form in self._index.forms(key) if form.kind in _WHOLE)


def _set_right(movies: Sequence[MovieMention], said: str, named: int) -> tuple[MovieMention | None, int]:
    """The film that is meant and the token of the one that is not, where a line says nothing else; else None."""
    if len(movies) > 2 or not set(re.findall(r"\w+", said)) <= _FILLERS:
        return None, named
    turned_down = re.findall(r"\bnot (?:the )?([XY])\b", said)
    if len(movies) == 1:
        right = movies[0].token != named and not turned_down and _PUTS_RIGHT.search(said)
        return (movies[0] if right else None), named
    if len(turned_down) != 1 or {"X", "Y"} - set(re.findall("[XY]", said)):
        return None, named
    meant, other = sorted(movies, key=lambda movie: (movie.token == named) == (turned_down == ["Y"]))
    return meant, other.token
