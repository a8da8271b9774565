"""What the recommender of a conversation names next, against what a policy would have named.

Every film that the recommender brings up for the first time is a *point*: from the conversation
before that message each policy ranks the catalogue, films named before left out, and the rank of
that film counts. A film that cannot be recommended (not in the catalogue, or with too few ratings)
is a miss. The conversation is read in two ways:

*Titles*: every film named before by either side is a stated like; nothing else is known, neither
words nor answers to the questionnaires, which were given after the conversation.

*Text*: the seeker's messages are understood as in the chat; films the recommender named are
recommendations, and what the seeker says of them is a reaction. Wishes about genres, tags and
people count, hard ones put all other films last.

The command is `python -m assistant recall`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np
import numpy.typing as npt

from assistant.conversation.interpret import Referents, interpret
from assistant.evaluation.ask import DEFAULT_BUNDLE, add_baseline_options, write_figures
from assistant.language.understand import Understanding
from assistant.language.utterance import Context
from core.catalogue import Catalogue
from core.data.dialogs import Gold, Message, Part, Rendering, read_dialogs
from core.data.names import FilmNames, title_key
from core.data.reading import read_ratings
from core.domain import Constraints, Outcome
from core.errors import DataError
from core.evaluation.baselines import NAMES, Popularity, fit_baselines
from core.model.bundle import Bundle
from core.session import SessionState
from core.simulation.scorer import Contender, Scorer
from core.statistics import FloatArray, Interval, resamples

CUTS: Final = (1, 10, 50)
"""Recall is given at these ranks."""
_CHUNK: Final = 128
"""Points scored at a time: bounds memory at chunk × n_items × 10 bytes and what the policy itself
needs."""
_RESAMPLES: Final = 1000
_NEVER: Final = np.iinfo(np.int64).max
"""Rank of a film that cannot be recommended."""

IntArray = npt.NDArray[np.int64]
Named = int | str
"""A film that was named: its token, or its title where the catalogue does not know it."""


class Knowledge(Enum):
    """What is known of the conversation before a point."""

    TITLES = "titles"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Point:
    """The recommender is about to name a film for the first time."""

    conversation: str
    state: SessionState
    """The conversation before that message, as read."""
    named: tuple[int, ...]
    """Tokens of the films named before, in order; they are not ranked."""
    film: int | None
    """Token of the film; None where the catalogue does not know it."""


@dataclass(frozen=True, eq=False)
class Replay:
    """Ranks of one policy."""

    ranks: IntArray
    """(points,) rank of the film among those that can be recommended, 1 = first; a huge number
    where it is not one."""
    conversation: IntArray
    """(points,) number of the conversation."""


@dataclass(frozen=True, slots=True)
class Recall:
    """Figures of one policy in one reading."""

    policy: str
    reading: Knowledge
    at: Mapping[int, Interval]
    """Rank → share of the points whose film is ranked so high, with a 95 % interval over
    conversations."""
    differences: Mapping[int, Interval]
    """The same for this policy minus the best baseline at that rank, paired; empty where there is
    no baseline."""


def named_film(film: Gold, names: FilmNames) -> Named:
    """The token of the film that is meant; what it is called where the catalogue has none."""
    row = names.meant(film.title, film.year)
    return title_key(film.title) if row is None else row + 1


def points_of(
    messages: Iterable[Message],
    catalogue: Catalogue,
    reading: Knowledge,
    understanding: Understanding | None = None,
) -> Iterator[Point]:
    """Points of conversations whose messages come in order, one conversation after the other.

    `understanding` is needed to read the text. Several new films of one message share the
    conversation before it.
    """
    names = FilmNames(catalogue.movies)
    for conversation, talk in groupby(messages, key=lambda message: message.conversation):
        listener = _Titles() if reading is Knowledge.TITLES else _Text(catalogue, understanding)
        before: dict[Named, None] = {}  # in order
        for message in talk:
            films = dict.fromkeys(named_film(film, names) for film in message.films)
            if not message.by_seeker:
                tokens = _tokens(before)
                for film in films:
                    if film not in before:
                        token = film if isinstance(film, int) else None
                        yield Point(conversation, listener.state, tokens, token)
            before |= films
            listener.hear(message, _tokens(films))


def _tokens(films: Iterable[Named]) -> tuple[int, ...]:
    """Those of the films that the catalogue knows."""
    return tuple(film for film in films if isinstance(film, int))


class _Titles:
    """Every film named is liked."""

    def __init__(self) -> None:
        self.state = SessionState()

    def hear(self, message: Message, films: Sequence[int]) -> None:
        for token in films:
            self.state = self.state.state(token, Outcome.STATED_LIKE)


class _Text:
    """What the chat would make of the conversation."""

    def __init__(self, catalogue: Catalogue, understanding: Understanding | None) -> None:
        if understanding is None:
            raise ValueError("reading the text needs an understanding")
        self.state = SessionState()
        self._catalogue = catalogue
        self._understanding = understanding
        self._last: tuple[int, ...] = ()
        self._issued: frozenset[int] = frozenset()

    def hear(self, message: Message, films: Sequence[int]) -> None:
        if message.by_seeker:
            self._seeker(message.render(Rendering.WITH_YEAR)[0])
        else:
            self._recommender([token for token in films if self.state.outcome_of(token) is None])

    def _seeker(self, text: str) -> None:
        utterance = self._understanding.understand(text, Context(self._last))
        table = Referents(
            self._catalogue, self._last, self._issued, lambda state: self._room(state.constraints)
        )
        self.state = interpret(utterance, self.state, table).state

    def _recommender(self, fresh: Sequence[int]) -> None:
        if fresh:
            self.state = self.state.pass_over(*self.state.tokens(Outcome.SHOWN))
            for token in fresh:
                self.state = self.state.show(token)
            self._last = tuple(fresh)
            self._issued |= set(fresh)

    def _room(self, constraints: Constraints) -> int:
        return int(self._catalogue.allowed(constraints).sum())


def replay(scorer: Scorer, points: Sequence[Point], catalogue: Catalogue) -> Replay:
    """Ranks the film of every point; equal scores stand in the order of the catalogue."""
    ranks = np.full(len(points), _NEVER, dtype=np.int64)
    # Conversations of like length together: little padding.
    order = sorted(range(len(points)), key=lambda place: len(points[place].state.events))
    for first in range(0, len(order), _CHUNK):
        chosen = order[first : first + _CHUNK]
        ranks[chosen] = _ranks(scorer, [points[place] for place in chosen], catalogue)
    conversations = list(dict.fromkeys(point.conversation for point in points))
    number = {name: index for index, name in enumerate(conversations)}
    return Replay(ranks, np.array([number[point.conversation] for point in points], dtype=np.int64))


def _ranks(scorer: Scorer, points: Sequence[Point], catalogue: Catalogue) -> IntArray:
    """(points,) rank of each point's film among those that were not named before."""
    length = max(1, *(len(point.state.events) for point in points))
    observations = np.stack([point.state.observation(length) for point in points])
    scores = np.array(scorer.scores(observations), dtype=np.float64)
    ranks = np.full(len(points), _NEVER, dtype=np.int64)
    for place, (row, point) in enumerate(zip(scores, points, strict=True)):
        row[~catalogue.allowed(point.state.constraints)] -= np.ptp(row) + 1.0
        taken = {*point.named, *point.state.tokens()}
        row[[token - 1 for token in taken if token <= catalogue.n_items]] = -np.inf
        if _can_be_recommended(point.film, catalogue):
            wanted = point.film - 1
            ranks[place] = 1 + (row > row[wanted]).sum() + (row[:wanted] == row[wanted]).sum()
    return ranks


def _can_be_recommended(film: int | None, catalogue: Catalogue) -> TypeGuard[int]:
    return film is not None and film <= catalogue.n_items


def outside(points: Sequence[Point], catalogue: Catalogue) -> float:
    """Share of the points whose film cannot be recommended."""
    misses = sum(not _can_be_recommended(point.film, catalogue) for point in points)
    return misses / max(len(points), 1)


def recalls(
    scorers: Sequence[Scorer],
    points: Sequence[Point],
    catalogue: Catalogue,
    reading: Knowledge,
    *,
    seed: int = 0,
) -> tuple[Recall, ...]:
    """Figures of every policy; those with `gives_q_values` are candidates, the others baselines.

    Recall is a ratio of sums, so whole conversations are drawn for its interval and for that of the
    difference.
    """
    played = [replay(scorer, points, catalogue) for scorer in scorers]
    conversation = played[0].conversation
    weights = resamples(int(conversation.max()) + 1, _RESAMPLES, seed)
    size = np.bincount(conversation).astype(np.float64)
    hits = {cut: [_hits(mine, cut) for mine in played] for cut in CUTS}
    best = _best_baseline(scorers, hits)
    return tuple(
        Recall(
            scorer.name,
            reading,
            {cut: _ratio(hits[cut][place], size, weights) for cut in CUTS},
            {cut: _ratio(hits[cut][place] - bar, size, weights) for cut, bar in best.items()},
        )
        for place, scorer in enumerate(scorers)
    )


def _hits(played: Replay, cut: int) -> FloatArray:
    """(conversations,) points of which the film is ranked up to `cut`."""
    return np.bincount(played.conversation, played.ranks <= cut).astype(np.float64)


def _best_baseline(
    scorers: Sequence[Scorer], hits: Mapping[int, Sequence[FloatArray]]
) -> dict[int, FloatArray]:
    """By rank the hits of the baseline that has most of them; empty without a baseline."""
    bars = [
        place
        for place, scorer in enumerate(scorers)
        if not (isinstance(scorer, Contender) and scorer.gives_q_values)
    ]
    if not bars:
        return {}
    return {cut: max((of_all[place] for place in bars), key=np.sum) for cut, of_all in hits.items()}


def _ratio(hits: FloatArray, size: FloatArray, weights: FloatArray) -> Interval:
    shares = (weights @ hits) / np.maximum(weights @ size, 1.0)
    low, high = np.percentile(shares, (2.5, 97.5))
    return Interval(float(hits.sum() / size.sum()), float(low), float(high))


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add = parser.add_argument
    talks = "ReDial conversations, a .jsonl file or a folder"
    add("--dialogs", type=Path, required=True, metavar="FILE", help=talks)
    policy = "the policy (default: %(default)s)"
    add("--bundle", type=Path, default=DEFAULT_BUNDLE, metavar="DIR", help=policy)
    parts = [part.value for part in Part]
    add("--part", choices=parts, default=Part.ALL.value, help="of the conversations")
    add("--json", type=Path, metavar="FILE", help="write the figures here as JSON")
    add_baseline_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prints the table, writes what was asked for; returns 0."""
    bundle = Bundle.load(arguments.bundle)
    figures = measure(
        bundle,
        Understanding(bundle.catalogue),
        arguments.dialogs,
        Part(arguments.part),
        train=arguments.train,
        baselines=arguments.baselines,
    )
    write_figures(arguments.json, figures)
    return 0


def measure(
    bundle: Bundle,
    understanding: Understanding,
    dialogs: Path,
    part: Part = Part.ALL,
    *,
    train: Path | None = None,
    baselines: Sequence[str] = NAMES,
) -> dict[str, Any]:
    """Prints and returns Recall of the bundle's policy and the baselines, in both readings.

    Without `train` the only baseline is popularity, from the catalogue's counts. Raises DataError
    where a file cannot be read or holds no point, SettingsError for an unknown baseline.
    """
    catalogue = bundle.catalogue
    read = read_dialogs(dialogs, catalogue)
    messages = [message for message in read if part.holds(message.conversation)]
    known = bundle.conversations & {message.conversation for message in messages}
    if known:
        print(
            f"The bundle has learned from {len(known)} of these conversations: figures flatter.",
            file=sys.stderr,
        )
    scorers = [bundle.scorer(), *_fitted(baselines, train, catalogue)]
    figures: dict[str, Any] = {}
    for reading in Knowledge:
        points = list(points_of(messages, catalogue, reading, understanding))
        if not points:
            raise DataError(
                f"In {dialogs} ({part.value}) no recommender names a film: "
                "there is nothing to rank."
            )
        results = recalls(scorers, points, catalogue, reading)
        talks, share = len({point.conversation for point in points}), outside(points, catalogue)
        print(
            f"\nnew films of the recommender, from the {reading.value} before: "
            f"{len(points)} in {talks} conversations, {share:.1%} cannot be recommended (misses)"
        )
        print(table(results))
        figures[reading.value] = {
            "points": len(points),
            "conversations": talks,
            "outside": share,
            "policies": {result.policy: _record(result) for result in results},
        }
    return {"part": part.value, "readings": figures}


def _fitted(baselines: Sequence[str], train: Path | None, catalogue: Catalogue) -> list[Scorer]:
    """What the policy is compared with."""
    if train is None:
        return [Popularity.from_catalogue(catalogue)]
    ratings, read = read_ratings(train, catalogue)
    print(read, file=sys.stderr)
    return [*fit_baselines(ratings, catalogue, baselines)]


def table(results: Sequence[Recall]) -> str:
    """A line a policy, best Recall@10 first, with the difference to the best baseline at 10."""
    cuts = "".join(f"{f'Recall@{cut}':>24}" for cut in CUTS)
    lines = [f"{'policy':<18}{cuts}{'difference at 10':>28}"]
    for result in sorted(results, key=lambda result: -result.at[10].value):
        figures = "".join(f"{result.at[cut]!s:>24}" for cut in CUTS)
        difference = _signed(result.differences[10]) if 10 in result.differences else ""
        lines.append(f"{result.policy:<18}{figures}{difference:>28}")
    return "\n".join(lines)


def _record(result: Recall) -> dict[str, Any]:
    return {
        "recall": {str(cut): interval._asdict() for cut, interval in result.at.items()},
        "difference": {
            str(cut): interval._asdict() for cut, interval in result.differences.items()
        },
    }


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
