"""Which of several films suits the person better, or is the most so, and whether one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.conversation.phrasing import listing
from assistant.conversation.reasons import BILLED, known_of
from assistant.conversation.records import barring, recommend, sentences
from assistant.language.lexicon import as_written, table
from assistant.language.utterance import FactQuestion, Topic
from assistant.wording import text
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.model.policy import Choice, Policy
from core.session import SessionState

_WORKS: Final = 6
"""Films of somebody that are named, the best known first."""
_CLEARLY: Final = 0.03
"""Chances of being liked that are closer than this recommend neither film: the calibration of the
match is not finer."""


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
    """Which of several films is the most so, by what speaks for it; where nothing tells them
    apart, the one that suits the person best.
    """
    catalogue, detail = asked.catalogue, question.detail
    signs = next((mood["signs"].split() for mood in _moods_by(detail)), [])
    named = frozenset((detail, *signs))
    known = [known_of(token, asked.facts) for token in question.films]
    speak = {one.movie.label: one.speaking_for(named) for one in known}
    best = max(speak, key=lambda label: len(speak[label]))
    counts = sorted(map(len, speak.values()))
    if counts[-1] > counts[-2]:
        said = listing([f"“{as_written(word)}”" for word in speak[best][:BILLED]])
        return text("answer.most", film=best, signs=said)
    tied = [
        token
        for token, one in zip(question.films, known, strict=True)
        if len(speak[one.movie.label]) == counts[-1]
    ]
    matched = _matched(tied, asked)
    first = max(matched, key=lambda token: matched[token].q_value) if matched else tied[0]
    form = "answer.most_alike" if counts[-1] else "answer.most_unknown"
    return text(form, film=catalogue.movie(first).label, asked=detail)


def _moods_by(word: str) -> Iterator[Mapping[str, str]]:
    """The moods that a word asks for."""
    moods = table("questions")["moods"].values()
    return (mood for mood in moods if word.replace(" ", "_") in mood["words"].split())


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
