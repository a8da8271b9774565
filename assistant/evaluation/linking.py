"""How well films are found in recorded conversations, and how well it is told whether they are
liked.

*Linking.* A film is found if a mention that overlaps its name is of the catalogue's film of that
title and year. Precision counts every other mention as a false alarm, though conversations also
name films that nobody annotated; `audit` is a list of false alarms that a person has looked at:
their share of named films is taken for all. A name that was annotated as another film of the same
title counts in the audited precision only where the list says that the annotation is plainly wrong.
A name the catalogue does not hold is left out on both sides. Asking which of several films is meant
is neither right nor wrong, but the film counts as not found.

*Sign.* Mentions in the seeker's own messages of films on whose liking both questionnaires agree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assistant.evaluation.dialogs import Gold, Message, Rendering, read_dialogs
from assistant.language.understand import Understanding
from assistant.language.utterance import MovieMention, Utterance


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
    alarms: list[tuple[str, str]] = field(default_factory=list)
    """(message, film) of each false alarm outside of any annotated name; the message as it is with
    plain titles, so that what was looked at in one rendering is known in all."""
    homonyms: list[tuple[str, str]] = field(default_factory=list)
    """(message, film) of each name that was annotated as another film."""

    def figures(self) -> dict[str, float]:
        """Precision, recall, F1, share of missed films that are asked about, and of silent messages
        with a film.
        """
        precision = self.hits / max(self.hits + self.false, 1)
        recall = self.hits / max(self.hits + self.missed, 1)
        return {
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / max(precision + recall, 1e-9),
            "recall_with_questions": (self.hits + self.asked) / max(self.hits + self.missed, 1),
            "film_in_message_without": self.silent_false / max(self.silent, 1),
        }


def score_linking(
    understanding: Understanding, messages: Sequence[Message], rendering: Rendering
) -> Linking:
    """Links every message in one rendering."""
    counts = Linking()
    for message in messages:
        text, ranges = message.render(rendering)
        utterance = understanding.understand(text)
        plain, _ = message.render(Rendering.TITLE)
        _count(
            counts, plain, utterance, list(zip(ranges, message.films, strict=True)), understanding
        )
    return counts


def _count(
    counts: Linking,
    plain: str,
    utterance: Utterance,
    named: Sequence[tuple[tuple[int, int], Gold]],
    understanding: Understanding,
) -> None:
    found: set[int] = set()
    asked: set[int] = set()
    false_before = counts.false
    for mention in utterance.movies:
        touched = [number for number, (span, _) in enumerate(named) if _overlap(span, mention.span)]
        right = [
            n
            for n in touched
            if named[n][1].token in (mention.token, *mention.also) and n not in found
        ]
        if right:
            found.add(right[0])
            counts.hits += 1
        elif not touched:
            counts.false += 1
            counts.alarms.append((plain, understanding.catalogue.movie(mention.token).label))
        elif all(named[n][1].token is not None for n in touched):
            counts.false += 1
            counts.homonyms.append((plain, understanding.catalogue.movie(mention.token).label))
    for question in utterance.ambiguous:
        asked |= {
            n
            for n, (span, film) in enumerate(named)
            if _overlap(span, question.span) and film.token in question.tokens
        }
    known = {number for number, (_, film) in enumerate(named) if film.token is not None}
    counts.missed += len(known - found)
    counts.asked += len(known & asked - found)
    if not named:
        counts.silent += 1
        counts.silent_false += counts.false > false_before


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def score_signs(
    understanding: Understanding, messages: Iterable[Message]
) -> dict[str, dict[str, float]]:
    """Of likes and of dislikes: mentions, share told with any sign, and share right among those
    told.
    """
    counts = {True: [0, 0, 0], False: [0, 0, 0]}
    for message in messages:
        if not message.by_seeker:
            continue
        for film, mention in signed(understanding, message):
            tally = counts[bool(film.liked)]
            tally[0] += 1
            tally[1] += mention.strength != 0
            tally[2] += mention.strength > 0 if film.liked else mention.strength < 0
    return {
        name: {
            "mentions": tally[0],
            "told": tally[1] / max(tally[0], 1),
            "right_of_told": tally[2] / max(tally[1], 1),
            "right_of_all": tally[2] / max(tally[0], 1),
        }
        for name, tally in (("likes", counts[True]), ("dislikes", counts[False]))
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
    print(
        f"{'titles written as':<32}{'precision':>10}{'audited':>9}{'recall':>8}{'F1':>7}{'asked':>8}{'silent':>8}"
    )
    for rendering in Rendering:
        counts = score_linking(understanding, messages, rendering)
        row: dict[str, Any] = dict(counts.figures())
        looked_at = [known[alarm] for alarm in map(_alarm_key, counts.alarms) if alarm in known]
        row["alarms"], row["alarms_looked_at"] = len(counts.alarms), len(looked_at)
        if looked_at:
            named = len(counts.alarms) * sum(looked_at) / len(looked_at)
            named += sum(known.get(_alarm_key(homonym), False) for homonym in counts.homonyms)
            row["audited_precision"] = (counts.hits + named) / max(counts.hits + counts.false, 1)
        figures[rendering.value] = row
        audited = f"{row['audited_precision']:.3f}" if looked_at else "-"
        print(
            f"{rendering.value:<32}{row['precision']:>10.3f}{audited:>9}{row['recall']:>8.3f}{row['f1']:>7.3f}"
            f"{row['recall_with_questions']:>8.3f}{row['film_in_message_without']:>8.4f}"
        )
    figures["sign"] = score_signs(understanding, messages)
    for name, row in figures["sign"].items():
        print(f"sign of {name}: " + ", ".join(f"{key} {value:.3f}" for key, value in row.items()))
    return figures


_YEAR: Final = re.compile(r"\(\d{4}\)")


def _alarm_key(alarm: tuple[str, str]) -> tuple[str, str]:
    """What is written the same: letters and digits only, no years added."""
    return " ".join(
        re.findall(r"\w+", re.sub(r"[@'’]", "", _YEAR.sub(" ", alarm[0].lower())))
    ), alarm[1]


def read_audit(path: Path) -> dict[tuple[str, str], bool]:
    """(message, film) → whether the film is named after all, from JSON lines {"text", "film",
    "named"}.
    """
    rows = (
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    )
    return {_alarm_key((row["text"], row["film"])): bool(row["named"]) for row in rows}
