"""How well films are found in recorded conversations, and whether they are liked.

*Linking.* A film is found if a mention that overlaps its name is of the catalogue's film of that
title and year. Precision counts every other mention as a false alarm, though conversations also
name films that nobody annotated; `audit` is a list of false alarms that a person has looked at:
their share of named films is taken for all. A name that was annotated as another film of the same
title counts in the audited precision only where the list says that the annotation is plainly wrong.
A name the catalogue does not hold is left out on both sides. Asking which of several films is meant
is neither right nor wrong, but the film counts as not found.

*Sign.* Mentions in the seeker's own messages of films on whose liking both questionnaires agree.

*Fitting.* `python -m assistant train` fits what a span of words weighs as a title: a logistic
regression over the cues of `assistant.language.titles.features`, on top of half the points that the
rules give. Its examples are the spans that are weighed in labelled lines and in the development
half of conversations; a span is one where its film is named there, or was found so by a person.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from assistant.evaluation.ask import add_catalogue_options, open_catalogue
from assistant.language.titles.features import FITTED, Fitted, Trait, digest
from assistant.language.titles.index import TitleIndex
from assistant.language.titles.linker import TitleLinker
from assistant.language.titles.links import Link
from assistant.language.understand import Understanding
from assistant.language.utterance import MovieMention, Utterance
from assistant.language.words import Word, words
from core.catalogue import Catalogue
from core.data.dialogs import Gold, Message, Rendering, read_dialogs
from core.errors import DataError

Alarm = tuple[str, str]
"""(message, film); the message as it is with plain titles, so that what was looked at in one
rendering is known in all."""


@dataclass(slots=True)
class Linking:
    """Counts of one rendering."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    asked: int = 0
    """Of the missed: those for which the right film is among those asked about."""
    silent: int = 0
    """Messages that name no film."""
    silent_false: int = 0
    """Of these: messages in which a film was found."""
    alarms: list[Alarm] = field(default_factory=list)
    """False alarms outside of any annotated name."""
    homonyms: list[Alarm] = field(default_factory=list)
    """Names that were annotated as another film."""

    def figures(self) -> dict[str, float]:
        """Precision, recall (also with films asked about), F1, share of silent messages hit."""
        precision = self.hits / max(self.hits + self.false, 1)
        recall = self.hits / max(self.hits + self.missed, 1)
        return {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / max(precision + recall, 1e-9),
            "recall_with_questions": (self.hits + self.asked) / max(self.hits + self.missed, 1),
            "film_in_message_without": self.silent_false / max(self.silent, 1),
        }


class Name(NamedTuple):
    """A film that a message names."""

    span: tuple[int, int]
    """Characters of the message."""
    token: int | None
    """Catalogue token; None where the catalogue has no such film."""


def score_linking(
    understanding: Understanding, messages: Sequence[Message], rendering: Rendering
) -> Linking:
    """Links every message in one rendering."""
    counts = Linking()
    for message in messages:
        text, ranges = message.render(rendering)
        names = [Name(span, film.token) for span, film in zip(ranges, message.films, strict=True)]
        plain, _ = message.render(Rendering.TITLE)
        _count(counts, plain, understanding.understand(text), names, understanding.catalogue)
    return counts


def _count(
    counts: Linking, plain: str, utterance: Utterance, names: Sequence[Name], catalogue: Catalogue
) -> None:
    """Counts one message: what was found in it against the films that it names."""
    found: set[int] = set()
    for mention in utterance.movies:
        right = _named(names, mention.span, (mention.token, *mention.also)) - found
        touched = [name.token for name in names if _overlap(name.span, mention.span)]
        if right:
            found.add(min(right))
        elif None not in touched:
            counts.false += 1
            alarms = counts.homonyms if touched else counts.alarms
            alarms.append((plain, catalogue.movie(mention.token).label))
    doubted = set().union(
        *(_named(names, doubt.span, doubt.tokens) for doubt in utterance.ambiguous)
    )
    counts.hits += len(found)
    counts.missed += sum(name.token is not None for name in names) - len(found)
    counts.asked += len(doubted - found)
    if not names:
        counts.silent += 1
        counts.silent_false += bool(utterance.movies)


def _named(names: Sequence[Name], span: tuple[int, int], tokens: Sequence[int]) -> set[int]:
    """Places of the names in a stretch of text that are one of these films."""
    return {
        place
        for place, name in enumerate(names)
        if name.token in tokens and _overlap(name.span, span)
    }


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def score_signs(
    understanding: Understanding, messages: Iterable[Message]
) -> dict[str, dict[str, float]]:
    """Of likes and of dislikes: mentions, share that got any sign, and share right among those."""
    counts = {"likes": [0, 0, 0], "dislikes": [0, 0, 0]}
    for message in messages:
        for film, mention in signed(understanding, message) if message.by_seeker else ():
            tally = counts["likes" if film.liked else "dislikes"]
            tally[0] += 1
            tally[1] += mention.strength != 0
            tally[2] += mention.strength > 0 if film.liked else mention.strength < 0
    return {
        name: {
            "mentions": mentions,
            "told": with_sign / max(mentions, 1),
            "right_of_told": right / max(with_sign, 1),
            "right_of_all": right / max(mentions, 1),
        }
        for name, (mentions, with_sign, right) in counts.items()
    }


def signed(understanding: Understanding, message: Message) -> list[tuple[Gold, MovieMention]]:
    """Films of a message on whose liking both sides agree, with the mention that names them."""
    if not any(film.liked is not None for film in message.films):
        return []
    text, ranges = message.render(Rendering.WITH_YEAR)
    mentions = understanding.understand(text).movies
    return [
        (film, mention)
        for span, film in zip(ranges, message.films, strict=True)
        if film.liked is not None and film.token is not None
        for mention in mentions
        if _overlap(span, mention.span) and mention.token == film.token
    ]


def print_dialogs(
    understanding: Understanding, path: Path, held_out: bool | None, audit: Path | None = None
) -> dict[str, Any]:
    """Prints and returns all figures of a file or folder of conversations."""
    messages = list(read_dialogs(path, understanding.catalogue, held_out=held_out))
    known = read_audit(audit) if audit is not None else {}
    figures: dict[str, Any] = {}
    columns = f"{'precision':>10}{'audited':>9}{'recall':>8}{'F1':>7}{'asked':>8}{'silent':>8}"
    print(f"{'titles written as':<32}{columns}")
    for rendering in Rendering:
        counts = score_linking(understanding, messages, rendering)
        row: dict[str, Any] = {**counts.figures(), **_audited(counts, known)}
        figures[rendering.value] = row
        audited = f"{row['audited_precision']:.3f}" if "audited_precision" in row else "-"
        print(
            f"{rendering.value:<32}{row['precision']:>10.3f}{audited:>9}{row['recall']:>8.3f}"
            f"{row['f1']:>7.3f}{row['recall_with_questions']:>8.3f}"
            f"{row['film_in_message_without']:>8.4f}"
        )
    figures["sign"] = score_signs(understanding, messages)
    for name, row in figures["sign"].items():
        print(f"sign of {name}: " + ", ".join(f"{key} {value:.3f}" for key, value in row.items()))
    return figures


def _audited(counts: Linking, known: Mapping[Alarm, bool]) -> dict[str, float]:
    """How many false alarms a person has looked at, and the precision by what they found."""
    looked_at = [known[alarm] for alarm in map(_alarm_key, counts.alarms) if alarm in known]
    figures: dict[str, float] = {"alarms": len(counts.alarms), "alarms_looked_at": len(looked_at)}
    if looked_at:
        named = len(counts.alarms) * sum(looked_at) / len(looked_at)
        named += sum(known.get(_alarm_key(homonym), False) for homonym in counts.homonyms)
        figures["audited_precision"] = (counts.hits + named) / max(counts.hits + counts.false, 1)
    return figures


_YEAR: Final = re.compile(r"\(\d{4}\)")


def _alarm_key(alarm: Alarm) -> Alarm:
    """What is written the same: letters and digits only, no years added."""
    message, film = alarm
    plain = re.sub(r"[@'’]", "", _YEAR.sub(" ", message.lower()))
    return " ".join(re.findall(r"\w+", plain)), film


def read_audit(path: Path) -> dict[Alarm, bool]:
    """Whether the film is named after all, from JSON lines {"text", "film", "named"}."""
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines if line.strip())
    return {_alarm_key((row["text"], row["film"])): bool(row["named"]) for row in rows}


# ---- fitting the weights

_RULES: Final = 0.5
"""Share of the rules' points that counts, beside what is fitted: with .5 both err less than either
(5-fold cross-validation over dialogs)."""
_SHRINKAGE: Final = 4.0
"""Precision of the normal prior of each weight, around 0."""
_SEEN_OFTEN: Final = 8
"""Examples from which a trait has a weight of its own."""
_FOLDS: Final = 5
_IMPORTANCE: Final = {Rendering.WITH_YEAR: 0.3}
"""What an example counts; a title with its year is found anyway."""
_IMPORTANCE_OF_LINES: Final = 1.0
"""The same of labelled lines: three in four of them name no film, as people seldom do here."""
_NAMED_SLOTS: Final = ("likes", "dislikes", "seen", "similar", "films", "likes_has", "dislikes_has")
Floats = npt.NDArray[np.float64]


class Example(NamedTuple):
    """A span that was weighed."""

    group: str
    """Conversation or line; what is fitted and what is judged share none."""
    by_rules: float
    traits: tuple[Trait, ...]
    named: bool
    importance: float


def examples_of_dialogs(
    linker: TitleLinker, messages: Iterable[Message], known: Mapping[Alarm, bool]
) -> Iterator[Example]:
    """The spans of messages in all renderings, but for those inside a longer name, or of a name
    that the catalogue does not hold.
    """
    named = {alarm for alarm, is_named in known.items() if is_named}
    for message in messages:
        plain, _ = message.render(Rendering.TITLE)
        for rendering in Rendering if message.films else (Rendering.TITLE, Rendering.LOWER):
            text, ranges = message.render(rendering)
            names = [
                Name(span, film.token) for span, film in zip(ranges, message.films, strict=True)
            ]
            found = words(text)
            for link in linker.candidates(text, found):
                verdict = _verdict(link, found, names)
                if verdict is None:
                    continue
                label = linker.index.catalogue.movies[link.rows[0]].label
                is_named = verdict or _alarm_key((plain, label)) in named
                importance = _IMPORTANCE.get(rendering, 1.0)
                yield Example(
                    message.conversation, link.by_rules, link.traits, is_named, importance
                )


def _verdict(link: Link, found: Sequence[Word], names: Sequence[Name]) -> bool | None:
    """Whether a span is of a film that is named there; None where nothing is learned from it."""
    span = (found[link.first].start, found[link.last - 1].end)
    touched = [name for name in names if _overlap(name.span, span)]
    if {name.token for name in touched} & {row + 1 for row in (*link.rows, *link.also)}:
        return True
    inside = any(
        name.span[0] <= span[0] and span[1] <= name.span[1] and name.span != span
        for name in touched
    )
    return None if inside or any(name.token is None for name in touched) else False


def examples_of_lines(
    linker: TitleLinker, rows: Iterable[tuple[int, Mapping[str, Any]]]
) -> Iterator[Example]:
    """The spans of labelled lines that say which films they name, or that they name none."""
    movies = linker.index.catalogue.movies
    for number, row in rows:
        expect = row["expect"]
        if not _tells_films(row):
            continue
        named = {label.lower() for slot in _NAMED_SLOTS for label in expect.get(slot, ())}
        none_named = "films" in expect and not named
        for link in linker.candidates(row["text"], words(row["text"])):
            is_named = any(movies[each].label.lower() in named for each in (*link.rows, *link.also))
            if is_named or none_named:
                yield Example(
                    f"line {number}", link.by_rules, link.traits, is_named, _IMPORTANCE_OF_LINES
                )


def _tells_films(row: Mapping[str, Any]) -> bool:
    """Whether a line says by itself which films it names."""
    unclear = row.get("context") or row["expect"].get("ambiguous")
    return not unclear and any(slot in row["expect"] for slot in _NAMED_SLOTS)


def fit(examples: Sequence[Example]) -> Fitted:
    """The weights that make the examples most likely, each held near 0 by its prior."""
    counts = Counter(name for example in examples for name, _ in example.traits)
    columns = {name: at for at, name in enumerate(sorted(counts)) if counts[name] >= _SEEN_OFTEN}
    columns = {name: at for at, name in enumerate(columns)}
    seen = _matrix(examples, columns)
    offsets = _RULES * np.array([example.by_rules for example in examples])
    named = np.array([example.named for example in examples], dtype=np.float64)
    importance = np.array([example.importance for example in examples])

    def loss(weights: Floats) -> tuple[float, Floats]:
        logits = offsets + seen @ weights
        wrong = importance * (1 / (1 + np.exp(-logits)) - named)
        cost = importance @ (np.logaddexp(0.0, logits) - named * logits)
        cost += 0.5 * _SHRINKAGE * (weights @ weights)
        return float(cost), seen.T @ wrong + _SHRINKAGE * weights

    found = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B").x
    return Fitted(
        {name: rounded for name, at in columns.items() if (rounded := round(float(found[at]), 2))},
        _RULES,
    )


def _matrix(examples: Sequence[Example], columns: Mapping[str, int]) -> sparse.csr_array:
    """(n_examples, n_traits) of the traits that have a column."""
    entries = [
        (row, columns[name], value)
        for row, example in enumerate(examples)
        for name, value in example.traits
        if name in columns
    ]
    rows, places, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_array((values, (rows, places)), shape=(len(examples), len(columns)))


def cross_validated(examples: Sequence[Example]) -> Floats:
    """Log-odds of each example, (n,), by weights that were fitted to the other groups."""
    folds = np.array([fold_of(example.group) for example in examples])
    scores = np.zeros(len(examples))
    for fold in range(_FOLDS):
        judge = fit([each for each, own in zip(examples, folds, strict=True) if own != fold])
        for place in np.flatnonzero(folds == fold).tolist():
            scores[place] = judge.score(examples[place].by_rules, examples[place].traits)
    return scores


def fold_of(group: str) -> int:
    """The fifth of all conversations and lines that one belongs to."""
    return hashlib.sha256(f"fold:{group}".encode()).digest()[0] % _FOLDS


def calibration_error(scores: Floats, named: Floats) -> float:
    """Expected calibration error over ten equal steps of probability, 0 … 1."""
    chance = 1 / (1 + np.exp(-scores))
    steps = np.minimum((chance * 10).astype(int), 9)
    gaps = [
        abs(float(chance[steps == step].sum() - named[steps == step].sum()))
        for step in range(10)
        if (steps == step).any()
    ]
    return sum(gaps) / max(len(scores), 1)


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of `python -m assistant train`."""
    what = "labelled lines and ReDial conversations, JSON lines; of these the development half"
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=what)
    audited = "false alarms that a person has looked at"
    parser.add_argument("--audit", type=Path, metavar="FILE", help=audited)
    parser.add_argument("--out", type=Path, default=FITTED, metavar="FILE", help="the weights")
    parser.add_argument("--no-folds", action="store_true", help="skip the cross-validation")
    add_catalogue_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Fits the weights and writes them; 0 on success."""
    linker = TitleLinker(TitleIndex(open_catalogue(arguments)), Fitted({}, 1.0))
    known = read_audit(arguments.audit) if arguments.audit is not None else {}
    examples = [each for path in arguments.files for each in _examples(linker, path, known)]
    if len({each.named for each in examples}) < 2:
        raise DataError("The files name no film, or hold nothing else.")
    print(f"{len(examples)} spans, {sum(each.named for each in examples)} of them titles")
    if not arguments.no_folds:
        _print_folds(examples)
    write_weights(arguments.out, fit(examples))
    return 0


def _examples(linker: TitleLinker, path: Path, known: Mapping[Alarm, bool]) -> Iterator[Example]:
    """Those of a file of either kind."""
    with path.open(encoding="utf-8") as file:
        is_dialog = '"conversationId"' in file.readline()
    if is_dialog:
        messages = read_dialogs(path, linker.index.catalogue, held_out=False)
        return examples_of_dialogs(linker, messages, known)
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    return examples_of_lines(linker, ((number, json.loads(line)) for number, line in lines))


def _print_folds(examples: Sequence[Example]) -> None:
    named = np.array([each.named for each in examples], dtype=np.float64)
    by_rules = np.array([each.by_rules for each in examples])
    for name, scores in (("rules", by_rules), ("fitted", cross_validated(examples))):
        wrong = float(np.mean((scores > 0) != (named > 0)))
        error = calibration_error(scores, named)
        print(f"{name:<8} wrong {wrong:.4f}, calibration error {error:.4f}")


def write_weights(path: Path, weights: Fitted) -> None:
    """Writes the weights as JSON, with the digest by which an altered file is known."""
    record = {
        "rules": weights.rules,
        "weights": weights.weights,
        "digest": digest(weights.weights, weights.rules),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=0, sort_keys=True) + "\n", encoding="utf-8")
