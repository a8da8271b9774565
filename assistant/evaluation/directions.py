"""Fitting which words describe films, and which way they and names are meant:
`python -m assistant train-directions`.

Examples are names in labelled lines, of four kinds of files:

    *.txt     one line each: "nothing with {x} in it | x -"; a slot begins with f for a film, s
              for one that was just shown, any other letter for a genre, a tag or a person;
              `Direction` has the signs, of which "o", "n" and "p" of older files are "0"
    *.txt     without labels: words that describe films stand in brackets, [wanted] or {not wanted}
    *.jsonl   labelled lines as `python -m assistant evaluate` takes them, by what is liked there
    ReDial    conversations, of the development half, by what both sides say was liked

A multinomial logistic regression is fitted to them by maximum likelihood with a normal prior, on
top of the direction that the rules of taste give.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from assistant.evaluation.ask import add_catalogue_options, open_catalogue
from assistant.evaluation.linking import fold_of
from assistant.language import described
from assistant.language.meaning.cues import find_cues
from assistant.language.meaning.direction import (
    FITTED,
    DirectionWeights,
    Judge,
    by_rules,
    ruled,
    settled_way,
)
from assistant.language.meaning.tastes import Sign
from assistant.language.meaning.traits import (
    FACET,
    FILM,
    SHOWN,
    WORDS,
    Direction,
    LineClauses,
    Named,
    clauses_of,
    traits,
)
from assistant.language.understand import Understanding
from assistant.language.utterance import Utterance
from assistant.language.words import Word, taken_by, words
from core.data.dialogs import Message, Rendering, read_dialogs
from core.errors import DataError

Floats = npt.NDArray[np.float64]
_RULES: Final = 2.0
"""Log-odds by which the direction of the rules is ahead before anything is learned."""
_SHRINKAGE: Final = 2.0
"""Precision of the normal prior of each weight, around 0."""
_SEEN_OFTEN: Final = 2
"""Examples from which a trait has weights."""
_FOLDS: Final = 5
_IMPORTANCE_OF_TEMPLATES: Final = 3.0
"""What an example counts: a template stands for many lines."""
_IMPORTANCE_OF_BRACKETS: Final = 1.0
"""The same of a description, of which there is one or more a line."""
_IMPORTANCE_OF_DIALOGS: Final = 1.0
"""The same of what people said of a film."""
_LEAST_WEIGHT: Final = 0.02
"""Weights nearer to 0 are left out."""
_LEAST_CHANCE: Final = 1e-12
_SLOT: Final = re.compile(r"\{(\w+)\}")
_OPEN: Final = {"o": "0", "n": "0", "p": "0"}
_WAYS: Final = tuple(Direction)
_KINDS: Final = {"f": FILM, "s": SHOWN, "w": WORDS}
"""By the first letter of a slot."""


class LabelledName(NamedTuple):
    """A name in a line and how it is meant."""

    group: str
    """Its line or conversation; what is fitted and what is judged share none."""
    traits: tuple[str, ...]
    ruled: Direction
    meant: Direction
    importance: float = 1.0


def examples_of_templates(path: Path) -> Iterator[LabelledName]:
    """The slots of the lines of a text file, or what stands in its brackets."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if " | " not in line:
            yield from _of_brackets(Bracketed.of(line))
            continue
        text, _, labels = line.replace("\\n", "\n").rpartition(" | ")
        meant = dict(label.split(" ") for label in labels.split(", "))
        yield from _slots(text, meant)


def _slots(template: str, meant: Mapping[str, str]) -> Iterator[LabelledName]:
    """The slots of one line, each filled with a word that means nothing."""
    slots = _SLOT.findall(template)
    if any(slot.startswith(("year", "decade")) for slot in slots):
        return
    text = _SLOT.sub(lambda match: f"Zq{match[1]}zq", template)
    found = words(text)
    spans = [(at, at + 1) for at, word in enumerate(found) if word.text.startswith("zq")]
    kinds = [_KINDS.get(slot[0], FACET) for slot in slots]
    names = ruled(text, found, spans, find_cues(text, found, spans), kinds=kinds)
    ways = {slot: Direction(_OPEN.get(label, label)) for slot, label in meant.items()}
    pairs = [(name, ways[slot]) for name, slot in zip(names, slots, strict=True) if slot in ways]
    yield from _labelled(template, clauses_of(text, found, names), pairs)


def _labelled(
    template: str, clauses: LineClauses, pairs: Sequence[tuple[Named, Direction]]
) -> Iterator[LabelledName]:
    """Names with their directions as examples; a kind of film may be said in any words."""
    told = {name.first: way for name, way in pairs if name.kind == SHOWN}
    for name, way in pairs:
        kinds = (FACET, WORDS) if name.kind == FACET else (name.kind,)
        for each in (name._replace(kind=kind) for kind in kinds):
            seen = tuple(traits(clauses, each, {} if name.kind == SHOWN else told))
            yield LabelledName(template, seen, by_rules(each), way, _IMPORTANCE_OF_TEMPLATES)


class Bracketed(NamedTuple):
    """A line without its brackets, and the ranges of words in them, with their directions."""

    text: str
    words: Sequence[Word]
    ranges: Sequence[tuple[int, int, Direction]]

    @classmethod
    def of(cls, line: str) -> Bracketed:
        """Reads a line: "[westerns] without {gore}"."""
        parts = _BRACKETS.split(line)
        text = "".join(part[1:-1] if part[:1] in _WAYS_OF else part for part in parts)
        found, at, ranges = words(text), 0, list[tuple[int, int, Direction]]()
        for part in parts:
            way = _WAYS_OF.get(part[:1])
            end = at + len(part) - 2 * (way is not None)
            inside = [i for i, one in enumerate(found) if at < one.end and one.start < end]
            if way is not None and inside:
                ranges.append((inside[0], inside[-1] + 1, way))
            at = end
        return cls(text, found, ranges)

    @property
    def describes(self) -> list[bool]:
        """Whether each word describes films."""
        return [any(a <= at < b for a, b, _ in self.ranges) for at in range(len(self.words))]


_BRACKETS: Final = re.compile(r"(\[[^\]]*\]|\{[^}]*\})")
_WAYS_OF: Final = {"[": Direction.TOWARDS, "{": Direction.AWAY}


def _of_brackets(line: Bracketed) -> Iterator[LabelledName]:
    """What describes films, as words of any kind and as facets."""
    text, found = line.text, line.words
    spans = [(first, last) for first, last, _ in line.ranges]
    ways = [way for _, _, way in line.ranges]
    names = ruled(text, found, spans, find_cues(text, found, spans), kinds=[WORDS] * len(spans))
    for kind in (WORDS, FACET):
        pairs = [(name._replace(kind=kind), way) for name, way in zip(names, ways, strict=True)]
        clauses = clauses_of(text, found, [name for name, _ in pairs])
        for name, way in pairs:
            seen = tuple(traits(clauses, name))
            yield LabelledName(text, seen, by_rules(name), way, _IMPORTANCE_OF_BRACKETS)


def fit_described(lines: Sequence[Bracketed]) -> dict[str, float]:
    """Weights of the traits of words by which they describe films."""
    seen: list[list[str]] = []
    labels: list[bool] = []
    for line in lines:
        row, goes_on = described.row_of(line.text, line.words), False
        for at, describes in enumerate(line.describes):
            found = described.traits(row, line.words, at)
            seen.append(described.behind(found, row[at], goes_on=goes_on))
            labels.append(describes)
            goes_on = describes
    often = _seen_often(seen)
    table = _matrix(seen, {trait: at for at, trait in enumerate(often)})
    signs = np.where(labels, 1.0, -1.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = signs * (table @ weights)
        slope = -signs * expit(-odds)
        cost = np.logaddexp(0.0, -odds).sum() + 0.5 * _SHRINKAGE * float(weights @ weights)
        return float(cost), table.T @ slope + _SHRINKAGE * weights

    found_weights = minimize(loss, np.zeros(len(often)), jac=True, method="L-BFGS-B").x.tolist()
    pairs = zip(often, found_weights, strict=True)
    return {trait: round(one, 2) for trait, one in pairs if abs(one) >= _LEAST_WEIGHT}


def bracketed(paths: Iterable[Path]) -> list[Bracketed]:
    """The lines with brackets, or without any, of text files that have no labels."""
    texts = (
        path.read_text(encoding="utf-8").splitlines() for path in paths if path.suffix == ".txt"
    )
    return [Bracketed.of(line) for line in chain.from_iterable(texts) if " | " not in line]


class Recorder(Judge):
    """Changes no sign, and keeps what there was to be judged."""

    def __init__(self) -> None:
        super().__init__(DirectionWeights({}, 0.0))
        self.seen: dict[tuple[int, int], tuple[Direction, tuple[str, ...]]] = {}
        """By the characters that a name takes."""

    def sign(
        self, words: Sequence[Word], name: Named, seen: Sequence[str], *, answers: bool = False
    ) -> Sign:
        """The sign as it is."""
        span = words[name.first].start, words[name.last - 1].end
        self.seen[span] = by_rules(name), tuple(seen)
        return name.sign

    def at(self, span: tuple[int, int]) -> tuple[Direction | None, tuple[str, ...]]:
        """What there was to be judged in a range of characters, the first of it."""
        near = (each for at, each in self.seen.items() if at[0] < span[1] and span[0] < at[1])
        return next(near, (None, ()))


_SLOTS: Final = {
    "likes": Direction.TOWARDS,
    "genres_like": Direction.TOWARDS,
    "tags_like": Direction.TOWARDS,
    "people_like": Direction.TOWARDS,
    "dislikes": Direction.AWAY,
    "genres_avoid": Direction.AWAY,
    "tags_avoid": Direction.AWAY,
    "people_avoid": Direction.AWAY,
    "seen": Direction.KNOWN,
}


def examples_of_lines(
    understanding: Understanding, recorder: Recorder, rows: Iterable[Mapping[str, Any]]
) -> Iterator[LabelledName]:
    """The names of labelled lines that say which way they are meant."""
    for row in filter(_stands_alone, rows):
        expect = row["expect"]
        ways = {name: way for slot, way in _SLOTS.items() for name in expect.get(slot, ())}
        recorder.seen.clear()
        utterance = understanding.understand(row["text"])
        for span, label, is_film in _labels(utterance, understanding):
            before, seen = recorder.at(span)
            idle = before is Direction.NONE or (is_film and "films" in expect)
            way = ways.get(label, Direction.NONE if idle else None)
            if before and way:
                yield LabelledName(row["text"], seen, before, way)


def _stands_alone(row: Mapping[str, Any]) -> bool:
    return not row.get("context")


def _labels(
    utterance: Utterance, understanding: Understanding
) -> Iterator[tuple[tuple[int, int], str, bool]]:
    """Where names stand, what the catalogue calls them, and whether they are films."""
    catalogue = understanding.catalogue
    for movie in utterance.movies:
        yield movie.span, catalogue.movie(movie.token).label, True
    for facet in utterance.facets:
        yield facet.span, catalogue.facet(facet.token).name, False


def examples_of_dialogs(
    understanding: Understanding, recorder: Recorder, messages: Iterable[Message]
) -> Iterator[LabelledName]:
    """The films of the seeker's messages on whose liking both sides agree."""
    for message in messages:
        liked = [film.liked for film in message.films]
        if not message.by_seeker or not any(one is not None for one in liked):
            continue
        text, ranges = message.render(Rendering.WITH_YEAR)
        recorder.seen.clear()
        understanding.understand(text)
        for span, liking in zip(ranges, liked, strict=True):
            before, seen = recorder.at(span)
            if liking is not None and before in (Direction.TOWARDS, Direction.AWAY):
                way = Direction.TOWARDS if liking else Direction.AWAY
                yield LabelledName(message.conversation, seen, before, way, _IMPORTANCE_OF_DIALOGS)


def fit(examples: Sequence[LabelledName]) -> DirectionWeights:
    """The weights that make the examples most likely, each held near 0 by its prior."""
    often = _seen_often(example.traits for example in examples)
    seen = _matrix([one.traits for one in examples], {trait: at for at, trait in enumerate(often)})
    ruled_so = _one_hot(one.ruled for one in examples)
    meant = _one_hot(one.meant for one in examples)
    importance = np.array([one.importance for one in examples])[:, None]

    def loss(flat: Floats) -> tuple[float, Floats]:
        logits = _RULES * ruled_so + seen @ flat.reshape(len(often), len(_WAYS))
        logits -= logits.max(axis=1, keepdims=True)
        chances = np.exp(logits)
        chances /= chances.sum(axis=1, keepdims=True)
        cost = -(importance * meant * np.log(np.maximum(chances, _LEAST_CHANCE))).sum()
        cost += 0.5 * _SHRINKAGE * float(flat @ flat)
        slope = seen.T @ (importance * (chances - meant))
        return float(cost), slope.ravel() + _SHRINKAGE * flat

    found = minimize(loss, np.zeros(len(often) * len(_WAYS)), jac=True, method="L-BFGS-B").x
    rows = zip(often, found.reshape(-1, len(_WAYS)).tolist(), strict=True)
    weights = {trait: _told(row) for trait, row in rows}
    return DirectionWeights({trait: each for trait, each in weights.items() if each}, _RULES)


def _seen_often(seen: Iterable[Sequence[str]]) -> list[str]:
    """The traits of examples that are seen often enough to be weighed."""
    counts = Counter(chain.from_iterable(seen))
    return sorted(trait for trait, count in counts.items() if count >= _SEEN_OFTEN)


def _one_hot(ways: Iterable[Direction]) -> Floats:
    """(n, directions), 1 for each one's direction."""
    return np.array([[each is way for each in _WAYS] for way in ways], dtype=np.float64)


def _told(row: Sequence[float]) -> dict[str, float]:
    """The weights of a trait that count, by the value of the direction."""
    pairs = zip(_WAYS, row, strict=True)
    return {way.value: round(weight, 2) for way, weight in pairs if abs(weight) >= _LEAST_WEIGHT}


def _matrix(seen: Sequence[Sequence[str]], columns: Mapping[str, int]) -> sparse.csr_array:
    """(n_examples, n_traits), 1 where an example has a trait that has a column."""
    entries = [
        (row, columns[trait])
        for row, found in enumerate(seen)
        for trait in found
        if trait in columns
    ]
    rows, places = zip(*entries, strict=True)
    shape = (len(seen), len(columns))
    return sparse.csr_array((np.ones(len(rows)), (rows, places)), shape=shape)


def cross_validated(examples: Sequence[LabelledName]) -> list[Mapping[Direction, float]]:
    """The chances of each example by weights that were fitted to the other groups."""
    folds = [fold_of(example.group) for example in examples]
    chances: list[Mapping[Direction, float]] = [{}] * len(examples)
    for fold in range(_FOLDS):
        judge = fit([each for each, own in zip(examples, folds, strict=True) if own != fold])
        for place, own in enumerate(folds):
            if own == fold:
                one = examples[place]
                chances[place] = judge.chances(one.traits, one.ruled)
    return chances


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m assistant train-directions`."""
    what = "labelled lines (.txt, .jsonl) and ReDial conversations, of these one half"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=what)
    parser.add_argument("--out", type=Path, default=FITTED, metavar="FILE", help="the weights")
    where = "the weights of what describes films"
    parser.add_argument("--described", type=Path, default=described.FITTED, help=where)
    parser.add_argument("--no-folds", action="store_true", help="skip the cross-validation")
    add_catalogue_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Fits the weights and writes them; 0 on success."""
    recorder = Recorder()
    understanding = Understanding(open_catalogue(arguments), judge=recorder)
    examples = [
        each for path in arguments.files for each in _examples(understanding, recorder, path)
    ]
    if len({each.meant for each in examples}) < 2:
        raise DataError("The files hold no names, or all are meant the same.")
    print(f"{len(examples)} names")
    if not arguments.no_folds:
        print_folds(examples)
    weights = fit(examples)
    record = {"rules": weights.rules, "weights": weights.weights}
    _write(record, arguments.out)
    if lines := bracketed(arguments.files):
        if not arguments.no_folds:
            print_described_folds(lines)
        _write(fit_described(lines), arguments.described)
    return 0


def _write(record: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(record, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _examples(
    understanding: Understanding, recorder: Recorder, path: Path
) -> Iterator[LabelledName]:
    """Those of a file of any kind."""
    if path.suffix == ".txt":
        return examples_of_templates(path)
    with path.open(encoding="utf-8") as file:
        is_dialog = '"conversationId"' in file.readline()
    if is_dialog:
        messages = read_dialogs(path, understanding.catalogue, held_out=False)
        return examples_of_dialogs(understanding, recorder, messages)
    lines = path.read_text(encoding="utf-8").splitlines()
    return examples_of_lines(understanding, recorder, map(json.loads, lines))


def print_folds(examples: Sequence[LabelledName]) -> None:
    """Prints how many names are taken the wrong way, and the other way round, by the rules and by
    what is fitted to the other groups.
    """
    chances = cross_validated(examples)
    opposite = {Direction.TOWARDS, Direction.AWAY}
    for name in ("rules", "fitted"):
        ways = [
            one.ruled if name == "rules" else settled_way(one.ruled, each)
            for one, each in zip(examples, chances, strict=True)
        ]
        pairs = [{way, one.meant} for way, one in zip(ways, examples, strict=True)]
        wrong = sum(len(pair) > 1 for pair in pairs)
        turned = sum(pair == opposite for pair in pairs)
        print(f"{name:<8} wrong {wrong}, turned round {turned} of {len(examples)}")


class Hits(NamedTuple):
    """Telling words that are taken to describe films, that do, and that are both."""

    taken: int
    meant: int
    right: int


def hits(lines: Iterable[Bracketed], weights: described.Weights) -> Hits:
    """Counts the words of lines, as weights read them."""
    taken = meant = right = 0
    for line in lines:
        count = len(line.words)
        read = taken_by(described.described(line.text, line.words, weights), count)
        for at in described.telling(line.words, 0, count, ()):
            is_taken, is_meant = bool(read[at]), line.describes[at]
            taken, meant = taken + is_taken, meant + is_meant
            right += is_taken and is_meant
    return Hits(taken, meant, right)


def print_described_folds(lines: Sequence[Bracketed]) -> None:
    """Prints the same shares for weights that were fitted to the other groups of lines."""
    folds = [fold_of(line.text) for line in lines]
    each = list[Hits]()
    for fold in range(_FOLDS):
        others = [line for line, own in zip(lines, folds, strict=True) if own != fold]
        held = [line for line, own in zip(lines, folds, strict=True) if own == fold]
        each.append(hits(held, fit_described(others)) if held and others else Hits(0, 0, 0))
    taken, meant, right = (sum(counts) for counts in zip(*each, strict=True))
    print(f"described {right} of {taken} taken, of {meant} meant")
