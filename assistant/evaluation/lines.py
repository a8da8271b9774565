"""Measuring the conversation: labelled lines, and recorded conversations.

Of a conversation it is measured how well its films and signs are found
(`assistant.evaluation.linking`) and, with a bundle, whether the policy and the baselines would have
named the films that the recommender names next (`assistant.evaluation.recall`).

A file of labelled lines holds one JSON object a line: `{"text", "context"?, "expect"}`. `expect`
names slots; a slot that is absent is not scored, an empty list asserts that nothing was found.
Slots of films and names:

    likes, dislikes, seen, similar    "Title (year)" of films (a pattern is among the likes, too)
    films                             all films, with or without a word on how they are
    likes_has, dislikes_has           films that must be among them, where a series means many
    genres_like, genres_avoid, tags_like, tags_avoid, people_like, people_avoid
    ambiguous, unknown                the words as typed
    beyond                            what is not known here ("length", "streaming", …)
    years [first, last] or null, act, count, picks [0-based], any_year

`context` is `{"shown": [films], "asked": [films], "named": [films]}`; `named` are those of the last
line that it said nothing of. A name given as a person may be a tag of the catalogue, too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assistant.evaluation.ask import (
    DEFAULT_BUNDLE,
    add_baseline_options,
    add_catalogue_options,
    open_catalogue,
    write_figures,
)
from assistant.evaluation.linking import print_dialogs
from assistant.evaluation.recall import measure
from assistant.language.understand import Understanding
from assistant.language.utterance import AmbiguousMention, Context, MovieMention, Span, Utterance
from assistant.language.words import normal
from core.catalogue import Catalogue
from core.data.dialogs import Part
from core.errors import DataError
from core.model.bundle import Bundle

_SETS: Final = (
    *("likes", "dislikes", "seen", "similar", "films", "ambiguous", "unknown", "beyond"),
    *("genres_like", "genres_avoid", "tags_like", "tags_avoid", "people_like", "people_avoid"),
)
"""Slots that hold names in any order."""
_HAS: Final = {"likes_has": "likes", "dislikes_has": "dislikes", "tags_like_has": "tags_like"}
_VALUES: Final = frozenset(("years", "act", "count", "picks", "any_year"))


@dataclass(slots=True)
class Tally:
    """Hits, false alarms and misses of one slot."""

    hits: int = 0
    false: int = 0
    missed: int = 0

    def add(self, other: Tally) -> None:
        """Counts another tally in."""
        self.hits += other.hits
        self.false += other.false
        self.missed += other.missed

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.hits / (self.hits + self.false) if self.hits + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        return self.hits / (self.hits + self.missed) if self.hits + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.hits + self.false + self.missed
        return 2 * self.hits / total if total else 1.0


@dataclass(slots=True)
class LinesReport:
    """What a file of labelled lines came to."""

    rows: int = 0
    exact: int = 0
    slots: dict[str, Tally] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """One line a row that is not exactly right: line number, text, slot, expected and found."""

    @property
    def share(self) -> float:
        """Share of rows of which every slot asked for is exactly right."""
        return self.exact / self.rows if self.rows else 1.0


def slots_of(utterance: Utterance, catalogue: Catalogue) -> dict[str, Any]:
    """What an utterance holds, in the words of a labelled line."""
    found: dict[str, Any] = {name: [] for name in _SETS}
    for mention in utterance.movies:
        labels = [catalogue.movie(token).label for token in (mention.token, *mention.also)]
        for slot in _slots_of_film(mention):
            found[slot] += labels
    for wish in utterance.facets:
        facet = catalogue.facet(wish.token)
        for slot in _slots_of_facet(facet.kind, wish.strength):
            found[slot].append(facet.name)
    return found | {
        "ambiguous": [_typed(utterance, mention.span) for mention in utterance.ambiguous],
        "unknown": [_typed(utterance, mention.span) for mention in utterance.unknown],
        "beyond": list(utterance.beyond),
        "years": None if utterance.years is None else list(utterance.years),
        "act": utterance.act.value,
        "count": utterance.count,
        "picks": list(utterance.picks),
        "any_year": "year" in utterance.lifted,
    }


def _slots_of_film(mention: MovieMention) -> Iterator[str]:
    yield "films"
    if mention.strength > 0:
        yield "likes"
        if mention.similar_only:
            yield "similar"
    if mention.strength < 0:
        yield "dislikes"
    if mention.seen:
        yield "seen"


def _slots_of_facet(kind: str, strength: float) -> tuple[str, ...]:
    """None for a facet that is allowed, not wished for."""
    if not strength:
        return ()
    side = "like" if strength > 0 else "avoid"
    return (f"genres_{side}",) if kind == "genre" else (f"tags_{side}", f"people_{side}")


def _typed(utterance: Utterance, span: Span) -> str:
    return utterance.text[span.start : span.end]


def score_rows(
    understanding: Understanding, rows: Iterable[tuple[int, Mapping[str, Any]]]
) -> LinesReport:
    """Scores labelled lines, given as (line number, row). DataError for a row that is not one."""
    report = LinesReport()
    tokens = {
        movie.label.lower(): movie.row + 1 for movie in reversed(understanding.catalogue.movies)
    }
    for number, row in rows:
        try:
            context = _context(row.get("context") or {}, tokens)
            utterance = understanding.understand(row["text"], context)
            wrong = _score(
                slots_of(utterance, understanding.catalogue), row["expect"], report.slots
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"Line {number} is not a labelled line: {error!r}.") from error
        report.rows += 1
        report.exact += not wrong
        report.failures += [f"line {number}: {row['text']!r}: {problem}" for problem in wrong]
    return report


def _score(
    found: Mapping[str, Any], expect: Mapping[str, Any], slots: dict[str, Tally]
) -> list[str]:
    """Counts one row into the slots; returns a sentence for each that is not exactly right."""
    wrong = []
    for slot, wanted in expect.items():
        value = found[_HAS.get(slot, slot)]
        counts = _compare(slot, wanted, value)
        slots.setdefault(slot, Tally()).add(counts)
        if counts.false or counts.missed:
            wrong.append(f"{slot} should be {wanted}, is {value}")
    return wrong


def _compare(slot: str, wanted: Any, found: Any) -> Tally:
    """Hits, false alarms and misses of one row's slot; a value counts as one of each."""
    if slot in _VALUES:
        right = found == wanted
        return Tally(int(right), int(not right), int(not right))
    have, want = ({normal(name) for name in names} for names in (found, wanted))
    false = len(have - want) if slot in _SETS else 0
    return Tally(len(have & want), false, len(want - have))


def _context(record: Mapping[str, Any], tokens: Mapping[str, int]) -> Context:
    shown = tuple(tokens[label.lower()] for label in record.get("shown", ()))
    choices = tuple(tokens[label.lower()] for label in record.get("asked", ()))
    named = tuple(tokens[label.lower()] for label in record.get("named", ()))
    question = AmbiguousMention(Span(0, 0), choices, 1.0, "asked") if choices else None
    return Context(shown, question, named[0] if len(named) == 1 else None, named)


def read_rows(path: Path) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """Labelled lines, numbered from 1. DataError naming file and line for bad JSON."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DataError(
            f"{path} cannot be read: {error.strerror}. Give a .jsonl file of labelled lines."
        ) from error
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8."
        ) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise DataError(f"{path}, line {number} is not JSON: {error}.") from error


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m assistant evaluate`."""
    talks = "ReDial conversations, a .jsonl file or a folder"
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--utterances", type=Path, metavar="FILE", help="labelled lines, JSON lines")
    what.add_argument("--dialogs", type=Path, metavar="FILE", help=talks)
    add = parser.add_argument
    halves = ("development", "held-out", "both")
    add("--half", choices=halves, default="both", help="of the dialogs, for titles and signs")
    next_films = "of the dialogs, for the films named next"
    parts = [part.value for part in Part]
    add("--part", choices=parts, default=Part.ALL.value, help=next_films)
    audited = "false alarms that a person has looked at"
    add("--audit", type=Path, metavar="FILE", help=audited)
    add("--json", type=Path, metavar="FILE", help="write the figures here as JSON")
    add_catalogue_options(parser)
    add_baseline_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Runs the evaluation and prints it; 0 on success."""
    if arguments.utterances is not None:
        understanding = Understanding(open_catalogue(arguments))
        figures = _print_rows(score_rows(understanding, read_rows(arguments.utterances)))
    else:
        figures = _print_dialogs(arguments)
    write_figures(arguments.json, figures)
    return 0


def _print_dialogs(arguments: argparse.Namespace) -> dict[str, Any]:
    """How well conversations are understood and, with a policy, whether it names their films."""
    bundle = None if arguments.data is not None else Bundle.load(arguments.bundle or DEFAULT_BUNDLE)
    understanding = Understanding(open_catalogue(arguments) if bundle is None else bundle.catalogue)
    half = {"development": False, "held-out": True, "both": None}[arguments.half]
    figures = print_dialogs(understanding, arguments.dialogs, half, arguments.audit)
    if bundle is None:
        print("no recall: a MovieLens folder holds no policy, give --bundle", file=sys.stderr)
        return figures
    recall = measure(
        bundle,
        understanding,
        arguments.dialogs,
        Part(arguments.part),
        train=arguments.train,
        baselines=arguments.baselines,
    )
    return figures | {"recall": recall}


def _print_rows(report: LinesReport) -> dict[str, Any]:
    print(f"{'slot':<14}{'precision':>10}{'recall':>8}{'F1':>8}")
    for slot, tally in sorted(report.slots.items()):
        print(f"{slot:<14}{tally.precision:>10.3f}{tally.recall:>8.3f}{tally.f1:>8.3f}")
    print(f"exact match: {report.exact} of {report.rows} lines, {report.share:.1%}")
    print(*report.failures, sep="\n")
    return {
        "rows": report.rows,
        "exact_match": report.share,
        "slots": {
            slot: {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
            for slot, tally in sorted(report.slots.items())
        },
        "failures": report.failures,
    }
