"""How well films are found in recorded conversations, and whether they are liked.

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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from assistant.language.understand import Understanding
from assistant.language.utterance import MovieMention, Utterance
from core.catalogue import Catalogue
from core.data.dialogs import Gold, Message, Rendering, read_dialogs

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
