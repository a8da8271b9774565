"""Which of several films suits the person better, or is the most so, and whether one does.

How far a film is scary, slow or in colour: the typicality of what would say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from assistant.conversation.phrasing import listing
from assistant.conversation.reasons import BILLED, Known, known_of
from assistant.conversation.records import barring, recommend, sentences
from assistant.language.lexicon import as_written, table
from assistant.language.utterance import FactQuestion, Topic
from assistant.language.words import normal
from assistant.wording import text
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.data.typicality import GRADED
from core.model.policy import Choice, Policy
from core.session import SessionState

_WORKS: Final = 6
"""Films of somebody that are named, the best known first."""
_CLEARLY: Final = 0.03
"""Chances of being liked that are closer than this recommend neither film: the calibration of the
match is not finer."""
_SAID: Final = 0.5
"""Degree of a word of a film of which no typicality is known."""
_FAINT: Final = 0.2
"""Degree below which a word is one of many, or a slip."""
_APART: Final = 0.1
"""Weights that are closer than this tell no two films apart."""
_YEARS: Final = 4
"""Films so many years apart were made alike."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What answers are drawn from."""

    facts: CatalogueFacts
    policy: Policy
    state: SessionState
    """What is known of the person who asks."""

    @property
    def catalogue(self) -> Catalogue:
        """The films."""
        return self.policy.catalogue


# ---- what suits the person


def _matched(tokens: Sequence[int], asked: Grounds) -> dict[int, Choice]:
    """The films that can be recommended, with score and match."""
    values = asked.policy.q_values(asked.state)
    choices = [
        Choice(token, float(values[token - 1]), 1.0, explored=False)
        for token in tokens
        if token <= asked.catalogue.n_items
    ]
    return {choice.token: choice for choice in asked.policy.matched(choices, asked.state)}


def _percent(choice: Choice | None) -> str:
    if choice is None or choice.match is None:
        return ""
    return text("answer.percent", percent=f"{100 * choice.match:.0f}")


def _because(choice: Choice, asked: Grounds) -> str:
    """The strongest reasons, as a sentence."""
    (film,) = recommend(asked.policy, asked.state, [choice], [""])
    known = known_of(choice.token, asked.facts)
    return sentences([(known, film.reasons)], asked.facts, asked.state.constraints.required)[0]


def better(tokens: Sequence[int], asked: Grounds) -> str:
    """Which of several films suits the person, with a reason."""
    found = sorted(_matched(tokens, asked).values(), key=lambda choice: -choice.q_value)
    if len(found) < 2:
        return text("answer.no_ranking")
    labels = [f"{asked.catalogue.movie(one.token).label}{_percent(one)}" for one in found[:_WORKS]]
    best = found[0]
    close = best.match is not None and abs(best.match - (found[1].match or 0)) < _CLEARLY
    return text(
        "answer.better_close" if close else "answer.better",
        film=asked.catalogue.movie(best.token).title,
        reason=_because(best, asked),
        matches=listing(labels),
    )


def most(question: FactQuestion, asked: Grounds) -> str:
    """Which of several films is the most so, or the least; where nothing tells them apart, the one
    that suits the person best.
    """
    catalogue, detail = asked.catalogue, question.detail
    if measured := _measured(question, asked):
        return measured
    known = {token: known_of(token, asked.facts) for token in question.films}
    shades = {token: shade(quality_of(detail), one, asked.facts) for token, one in known.items()}
    ranked = sorted(shades, key=lambda token: shades[token].weight, reverse=not question.least)
    best, label = shades[ranked[0]], catalogue.movie(ranked[0]).label
    if abs(best.weight - shades[ranked[1]].weight) >= _APART:
        if question.least:
            return text("answer.least", film=label, asked=detail)
        return text("answer.most", film=label, signs=quoted(best.signs))
    tied = [token for token in ranked if abs(shades[token].weight - best.weight) < _APART]
    matched = _matched(tied, asked)
    first = max(matched, key=lambda token: matched[token].q_value) if matched else tied[0]
    form = "answer.most_alike" if best.degree else "answer.most_unknown"
    return text(form, film=catalogue.movie(first).label, asked=detail)


def _measured(question: FactQuestion, asked: Grounds) -> str:
    """Which of several films is the longest, newest …; "" where no number tells."""
    for column, words in table("questions")["measures"].items():
        more = question.detail in words["more"].split()
        if not (more or question.detail in words["less"].split()):
            continue
        if not asked.catalogue.measures(column):
            return ""
        numbers = asked.catalogue.numbers(column)
        ranked = sorted(
            (number, token)
            for token in question.films
            if token <= len(numbers) and (number := int(numbers[token - 1])) > 0
        )
        if not ranked:
            return ""
        number, token = ranked[-1 if more != question.least else 0]
        film = asked.catalogue.movie(token).label
        return text(f"answer.most_{column}", film=film, asked=question.detail, number=number)
    return ""


# ---- how far a film is so


class Shade(NamedTuple):
    """How far a film is scary, slow or the like."""

    degree: float
    """0 … 1."""
    signs: tuple[str, ...] = ()
    """What says so, the strongest first."""
    weight: float = 0.0
    """How much does: what tells films apart that are all so."""


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
    return bool(_signs(quality))


def opposite(quality: str) -> str:
    """What a film is instead; "" where nothing is known to be."""
    mood = table("questions")["moods"].get(quality, {})
    return str(mood.get("against", ""))


def shade(quality: str, known: Known, facts: CatalogueFacts) -> Shade:
    """How far a film is so, by the typicality of what says it; a word that no facet is called by
    counts half.

    What nothing speaks for is told by what speaks against it: a film is in colour as far as it is
    not black and white.
    """
    signs = _signs(quality)
    if not signs and (other := opposite(quality)):
        return Shade(1.0 - shade(other, known, facts).degree)
    told = dict.fromkeys(known.speaking_for(signs), _SAID)
    catalogue = facts.catalogue
    if known.movie.row < catalogue.n_items:
        for index in _facets_called(catalogue, signs):
            if degree := float(catalogue.degrees[index, known.movie.row]):
                facet = catalogue.facets[index]
                told[facet.name.lower() if facet.kind == "genre" else facet.name] = degree
    ranked = sorted(told, key=lambda name: -told[name])
    first, second = (*(told[name] for name in ranked), 0.0, 0.0)[:2]
    spoken = distinct(name for name in ranked if told[name] >= _FAINT)
    return Shade(1.0 - (1.0 - first) * (1.0 - second / 2), spoken, sum(told.values()))


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """Those of the words, in order, of which no part was said before: after "murder" no "child
    murder".
    """
    kept, said = [], set[str]()
    for word in words:
        parts = {part.rstrip("s") for part in normal(word).split()}
        if parts.isdisjoint(said):
            kept.append(word)
            said |= parts
    return tuple(kept)


def share_around(quality: str, known: Known, facts: CatalogueFacts) -> float:
    """Share of the films of a film's years that are so, 0 … 1."""
    catalogue = facts.catalogue
    near = np.abs(catalogue.years[: catalogue.n_items] - known.movie.year) <= _YEARS
    named = _facets_called(catalogue, _signs(quality))
    so = [catalogue.has(catalogue.facet_token(index)) for index in named]
    return float(np.any(so, axis=0)[near].mean()) if so and near.any() else 0.0


def quoted(signs: Sequence[str]) -> str:
    """What says so, as it is written: “creepy” and “ghosts”."""
    return listing([f"“{as_written(word)}”" for word in signs[:BILLED]])


@lru_cache(maxsize=256)
def _signs(quality: str) -> frozenset[str]:
    mood = table("questions")["moods"].get(quality)
    return frozenset((quality,) if mood is None else mood["signs"].split())


@lru_cache(maxsize=256)
def _facets_called(catalogue: Catalogue, names: frozenset[str]) -> tuple[int, ...]:
    """Numbers of the graded facets with one of these names in normal form."""
    return tuple(
        index
        for index, facet in enumerate(catalogue.facets)
        if facet.kind in GRADED and normal(facet.name).replace(" ", "_") in names
    )


def _worth(token: int, asked: Grounds) -> str:
    """Whether a film suits the person."""
    label = asked.catalogue.movie(token).label
    choice = _matched((token,), asked).get(token)
    if choice is None:
        return text("answer.few_ratings", film=label)
    rank = _rank(choice, asked)
    match = text("answer.match", percent=_percent(choice)) if choice.match is not None else ""
    place = text("answer.rank", rank=f"{rank:,}", count=f"{asked.catalogue.n_items:,}")
    return text(
        "answer.worth", film=label, match=match, place=place, reason=_because(choice, asked)
    )


def _rank(choice: Choice, asked: Grounds) -> int:
    """Place of a film among all that can be recommended, from 1."""
    return int((asked.policy.q_values(asked.state) > choice.q_value).sum()) + 1


def _why_not(token: int, asked: Grounds) -> str:
    """What bars a film, or ranks it lower."""
    movie, catalogue = asked.catalogue.movie(token), asked.catalogue
    choice = _matched((token,), asked).get(token)
    if choice is None:
        return text("answer.few_ratings", film=movie.label)
    outcome = asked.state.outcome_of(token)
    if outcome is not None and outcome.is_known:
        return text("answer.known", film=movie.label)
    if outcome is not None and outcome.is_event:
        return text("answer.was_shown", film=movie.label)
    barred = barring(token, asked.state.constraints, catalogue)
    if barred:
        return text("answer.barred", film=movie.label, wishes=listing(barred))
    rank = _rank(choice, asked)
    (film,) = recommend(asked.policy, asked.state, [choice], [""])
    against = [reason.text for reason in film.reasons if reason.contribution < 0][:2]
    form = "answer.ranked_against" if against else "answer.ranked"
    return text(
        form,
        film=movie.label,
        rank=f"{rank:,}",
        count=f"{catalogue.n_items:,}",
        against=listing(against),
        match=_percent(choice),
    )


OF_TASTE: Final[Mapping[Topic, Callable[[int, Grounds], str]]] = {
    Topic.WORTH: _worth,
    Topic.WHY_NOT: _why_not,
}
