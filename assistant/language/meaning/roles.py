"""What each word of a line does: says how films are to be, names one, points at one, or talks.

"I'm 34, my brain is fried, nothing too silly" asks for nothing silly and says no more of films.
Which words do what, and which way they are meant, is learned from lines that people labelled
(`tests/data/roles`), by a network that reads the whole line (`core.model.tagger`); it was fitted by
`python -m assistant train-roles`. Weights: `models/reader.safetensors`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from assistant.language.lexicon import word_class
from assistant.language.words import Word, stands_apart
from assistant.language.words import words as words_of
from core.model.tagger import NAME, Labels, Tags, Token, WordTagger

FloatArray = npt.NDArray[np.float32]


class Direction(Enum):
    """How a name is meant; the value is how labelled lines write it."""

    TOWARDS = "+"
    AWAY = "-"
    KNOWN = "k"
    """Seen or known: not to be shown, and nothing against its kind."""
    NONE = "0"
    """Said in passing, asked, or left open."""


WORDS, FILM, POINTS = "W", "F", "R"
"""Kinds of roles: words that say how films are, titles, and words that point at films shown."""
TALK: Final = "O"
"""The role of a word that does nothing."""
TOPICS: Final = (
    *("about", "length", "maker", "cast", "when", "where", "language", "age", "how", "good"),
    *("which", "why", "watch", "order", "films", "called", "self", "else"),
)
"""What a line may ask."""
_ASKS: Final = "ask:"
LABELS: Final = Labels(
    roles=(TALK, "W+", "W-", "W0", "F+", "F-", "Fk", "F0", "R+", "R-", "Rk", "R0"),
    acts=(
        *("wish", "more", "complain", "react", "take", "keep", "again", "count"),
        *("undo", "reset", "drop", "hello", "bye", "chat", "ask"),
        *(f"{_ASKS}{topic}" for topic in TOPICS),
    ),
)
"""Roles are a kind and a direction."""
_OF_KIND: Final = {
    kind: [place for place, role in enumerate(LABELS.roles) if role[0] == kind]
    for kind in (TALK, WORDS, FILM, POINTS)
}
"""Where the roles of a kind stand."""
_KINDS: Final = list(_OF_KIND.items())
_WANTED, _SPARED, _LIKED = (LABELS.roles.index(role) for role in ("W+", "W-", "F+"))
_SURELY: Final = 0.85
"""Probability from which words say how films are to be, whatever the rules make of them: praise of
a film is told from a wish less surely than a complaint."""
_OF_WAY: Final = {
    way: [place for place, role in enumerate(LABELS.roles) if role[1:] == way.value]
    for way in Direction
}
_RATHER: Final = 0.3
"""Share of what a name does by its kind from which on no other kind counts."""
_LEAST: Final = 1e-3
"""Weight of a word that does nothing, beside others of a name."""

_NO_QUESTION: Final = ("wish", "more", "complain", "take")
_LIKELY: Final = 0.5
_SURE: Final = {"take": 0.6}
"""Probabilities from which a line does something, where it is awkward to be wrong."""
_FEW: Final = 4
_TALK: Final = 0.97
"""Probability that a word does nothing from which the name of a kind of film asks for none."""


class Role(NamedTuple):
    """Words of a line that do one thing."""

    first: int
    last: int
    way: Direction

    def is_said_by(self, words: Sequence[Word], first: int, last: int) -> bool:
        """Whether a part of a description says all that it does: "gangster" of "gangster stuff",
        but not "game" of "board game".
        """
        outside = {*range(self.first, self.last)} - {*range(first, last)}
        inside = self.first <= first and last <= self.last
        return inside and all(words[at].text in _SAY_NOTHING for at in outside)


_SAY_NOTHING: Final = word_class("reaches") | word_class("measured") | word_class("film_nouns")


@dataclass(frozen=True)
class LineRoles:
    """What the words of a line do."""

    chances: FloatArray
    """Probability of each of `LABELS.roles` of each word, (words, roles)."""
    acts: Mapping[str, float]
    """Probability of each of `LABELS.acts`."""
    denied: frozenset[int] = frozenset()
    """Places of the words that a complaint denies of films: "none of those is set in England"."""

    def ways(self, first: int, last: int, kind: str = "") -> dict[Direction, float]:
        """How a name in a range of words is meant, one of a kind where that is known: of 579
        descriptions in lines that nothing was fitted to 513 are taken right so, 507 otherwise.
        """
        inside = self.chances[first:last]
        heed = 1 - inside[:, 0] + _LEAST
        mean = (inside * heed[:, None]).sum(axis=0) / heed.sum()
        described = mean[_OF_KIND.get(kind, [])]
        if described.sum() > _RATHER * mean[1:].sum():
            mean = np.zeros_like(mean)
            mean[_OF_KIND[kind]] = described
        odds = {way: float(mean[places].sum()) for way, places in _OF_WAY.items()}
        total = sum(odds.values()) or 1.0
        return {way: one / total for way, one in odds.items()}

    def chance(self, kind: str, way: Direction) -> FloatArray:
        """Probability of a role of each word, (words,)."""
        return self.chances[:, LABELS.roles.index(f"{kind}{way.value}")]

    @property
    def does(self) -> frozenset[str]:
        """The acts that the line rather does than not."""
        return frozenset(act for act, one in self.acts.items() if one > _SURE.get(act, _LIKELY))

    @property
    def topic(self) -> str:
        """What the line asks, one of `TOPICS`; "" where it asks nothing, or wishes as well."""
        if "ask" not in self.does or not self.does.isdisjoint(_NO_QUESTION):
            return ""
        best = max(TOPICS, key=lambda topic: self.acts[f"{_ASKS}{topic}"])
        return best if self.acts[f"{_ASKS}{best}"] > _LIKELY else ""

    @property
    def opens(self) -> bool:
        """Whether the line says little more than a name: four words at most."""
        return len(self.chances) <= _FEW

    @property
    def only_wishes(self) -> bool:
        """Whether the line asks for films of some kind, and for no answer: "what's a good heist
        movie that isn't Heat?".
        """
        return self.only_seeks and "wish" in self.does and bool(self.meant)

    @property
    def only_seeks(self) -> bool:
        """Whether the line wants films, and no answer: "anything like Heat or Ronin"."""
        return not self.does.isdisjoint(("wish", "more")) and "ask" not in self.does

    @property
    def asks(self) -> bool:
        """Whether the line may ask for anything: who only says what they saw in the cinema does
        not.
        """
        return "react" not in self.does or not self.does.isdisjoint(("ask", "wish", "more"))

    def is_talk(self, first: int, last: int) -> bool:
        """Whether a single word that may name a kind of film is said of anything else."""
        return last - first == 1 and float(self.chances[first, 0]) > _TALK

    def described(self) -> list[Role]:
        """The words that say how films are."""
        return list(self._runs(WORDS))

    @cached_property
    def meant(self) -> frozenset[int]:
        """Places of the words that say how films are to be, or not to be."""
        wanted, spared = self.chances[:, _WANTED], self.chances[:, _SPARED]
        return frozenset(np.flatnonzero((wanted > _SURELY) | (spared > _LIKELY)).tolist())

    def pointing(self) -> list[Role]:
        """The words that point at films shown."""
        return list(self._runs(POINTS))

    def _runs(self, kind: str) -> Iterator[Role]:
        for (found, way), places in groupby(range(len(self.chances)), key=self._best.__getitem__):
            run = list(places)
            if found == kind:
                yield Role(run[0], run[-1] + 1, way)

    @cached_property
    def _best(self) -> list[tuple[str, Direction]]:
        """The likeliest kind of role of each word, and the likeliest direction of that kind."""
        kinds = np.stack([self.chances[:, places].sum(axis=1) for places in _OF_KIND.values()])
        found = list[tuple[str, Direction]]()
        for row, kind in zip(self.chances, kinds.argmax(axis=0), strict=True):
            name, places = _KINDS[kind]
            role = LABELS.roles[max(places, key=row.__getitem__)]
            found.append((name, Direction(role[1:] or Direction.NONE.value)))
        return found


_REMEMBERED: Final = 64
"""Lines whose titles are remembered: a line is looked through for titles several times."""


class RoleReader:
    """Reads what the words of lines do. Thread-safe: nothing changes after construction."""

    def __init__(self, tagger: WordTagger) -> None:
        self._tagger = tagger
        self._titled = lru_cache(_REMEMBERED)(self._read_titles)

    def titled(self, text: str) -> FloatArray:
        """Probability that each of the words of a line, as it is typed, belongs to a title."""
        return self._titled(text)

    def _read_titles(self, text: str) -> FloatArray:
        found = words_of(text)
        chances = _of_words(found, self._tagger.tags(text), range(len(text) + 1))
        titled: FloatArray = chances[:, _OF_KIND[FILM]].sum(axis=1)
        return titled

    def read(
        self, text: str, words: Sequence[Word], films: Collection[tuple[int, int]] = ()
    ) -> LineRoles:
        """What the words of a line do.

        Args:
            text: the line.
            words: its words.
            films: ranges of words that are titles.
        """
        named = sorted((words[a].start, words[b - 1].end) for a, b in films)
        masked, shifts = _masked(text, named)
        tags = self._tagger.tags(masked)
        chances = self._by_sentence(masked, shifts, words, _of_words(words, tags, shifts))
        denied = _denied(words) if tags.acts["complain"] > _LIKELY else []
        chances[np.ix_(denied, [_WANTED, _LIKED])] *= LACKED
        chances /= chances.sum(axis=1, keepdims=True)
        return LineRoles(chances, tags.acts, frozenset(denied))

    def _by_sentence(
        self, text: str, places: Sequence[int], words: Sequence[Word], whole: FloatArray
    ) -> FloatArray:
        """The roles of words by the whole line and by their sentence alone, (words, roles): the
        geometric mean. Far words lead astray: in lines of several sentences 172 of 213 words of
        descriptions are right so, 169 by the line alone, and 168 of 185 other names, 161.
        """
        edges = [0, *(match.end() for match in _ENDS.finditer(text)), len(text)]
        _, *inner, _ = edges
        if not inner:
            return whole
        alone = whole.copy()
        for first, last in pairwise(edges):
            tags = self._tagger.tags(text[first:last])
            inside = [places[first] <= word.start < places[last] for word in words]
            alone[inside] = _of_words(words, tags, places[first : last + 1])[inside]
        mean: FloatArray = np.sqrt(whole * alone)
        mean /= mean.sum(axis=1, keepdims=True)
        return mean


_ENDS: Final = re.compile(r"[.!?;\n]+\s+(?=\S)")
LACKED: Final = 8.0
"""Odds by which what a complaint denies of films is wanted: of 117 such descriptions in labelled
lines 107 are, and of 76 that are denied in other lines 3."""
_DENIES: Final = word_class("was_not") | {"none", "hardly"}
_IS: Final = word_class("copulas") | {"thats"}


def _denied(words: Sequence[Word]) -> list[int]:
    """Places of the words that stand behind "isn't", "is not", "none of" in their clause."""
    found, denies = list[int](), False
    for at, word in enumerate(words):
        denies = denies and not stands_apart(words, at)
        if denies:
            found.append(at)
        before = words[at - 1].text if at else ""
        denies |= word.text in _DENIES or (word.text == "not" and before in _IS)
    return found


def _masked(text: str, named: Sequence[tuple[int, int]]) -> tuple[str, list[int]]:
    """A text with one sign for each title, and where each of its characters comes from."""
    pieces, places, at = list[str](), list[int](), 0
    for start, end in named:
        if start < at:
            continue
        pieces += [text[at:start], NAME]
        places += [*range(at, start), start]
        at = end
    return "".join([*pieces, text[at:]]), [*places, *range(at, len(text) + 1)]


def _of_words(words: Sequence[Word], tags: Tags, places: Sequence[int]) -> FloatArray:
    """The roles of words by those of the tokens that they begin in; talk where none was read."""
    chances = np.zeros((len(words), len(LABELS.roles)), np.float32)
    chances[:, 0] = 1
    spans = [_span(token, places) for token in tags.tokens]
    at = 0
    for number, word in enumerate(words):
        while at < len(spans) and spans[at][1] <= word.start:
            at += 1
        if at < len(spans) and spans[at][0] < word.end:
            chances[number] = tags.roles[at]
    return chances


def _span(token: Token, places: Sequence[int]) -> tuple[int, int]:
    return places[token.start], places[token.end]


FITTED: Final = Path(__file__).parents[3] / "models" / "reader.safetensors"
"""Where the weights lie, beside the bundle."""


@cache
def reader(path: Path = FITTED) -> RoleReader:
    """The reader of a file. DataError for one that is not there or holds none."""
    return RoleReader(WordTagger.load(path))
