"""Which of several films suits the person better, or is the most so, and whether one does.

How far a film is scary, slow or in colour: the typicality of what would say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from assistant.conversation.phrasing import capitalised, distinct, listing
from assistant.conversation.reasons import BILLED, Known, known_of, noted_as, portraits
from assistant.conversation.records import barring, length, recommend, sentences
from assistant.conversation.values import Shade
from assistant.language.leftover import (
    has_signs,
    is_plain_fact,
    moods_of,
    opposite,
    quality_of,
    said_of,
    signs_of,
)
from assistant.language.lexicon import as_written, table
from assistant.language.utterance import FactQuestion, Topic
from assistant.language.words import normal
from assistant.wording import several, text
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts, Fact
from core.data.search import WordIndex
from core.data.telling import leaning, themes
from core.data.typicality import GRADED
from core.domain import Reaction
from core.model.policy import Choice, Policy
from core.session import SessionState

_WORKS: Final = 6
"""Films of somebody that are named, the best known first."""
_CLEARLY: Final = 0.03
"""Chances of being liked that are closer than this recommend neither film: the calibration of the
match is not finer."""
FILMS: Final = 3
"""Films of which a question is answered at once."""
_SO: Final = 0.5
"""Degree from which on a film is so."""
SOME: Final = 0.25
"""Degree from which on it is so somewhat."""
_OFTEN: Final = 0.3
"""Share of the films of its years from which on a film may be so with nobody saying it."""
_CLEARER: Final = 0.2
"""Difference of degrees of which one is said to be the greater."""
_LIKELY: Final = 0.3
"""How far a film leans to what it is asked to be, rather than to the opposite, from which on that
is a guess worth telling."""
_UNLIKELY: Final = 0.0
"""The same for the guess that it is not so."""
_RARE: Final = 0.8
"""Place among all films from which on one may be what only few are."""
_NEAR: Final = 0.7
"""Likeness from which on a facet is what a word says, "twist ending" for a twist."""
_VERDICTS: Final[Mapping[str, tuple[str, ...]]] = {
    "several_yes": ("mood", "mood_plain", "mood_fact"),
    "several_probably": ("mood_by_now", "mood_likely"),
    "several_some": ("mood_some", "mood_partly"),
    "several_unsure": ("mood_of_its_time", "mood_unsure"),
    "several_other": ("mood_other",),
    "several_no": ("mood_not", "mood_past"),
}
"""Verdicts on several films by the sentences that are said of one."""
_MANNERS: Final = (Fact.MOOD, Fact.TECHNIQUE, Fact.KIND)
"""What says how a film is made."""
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
    words: WordIndex | None = None
    """What finds facets by what words mean."""

    @property
    def catalogue(self) -> Catalogue:
        """The films."""
        return self.policy.catalogue


def sketched(known: Known) -> dict[str, str]:
    """A film, and what it is, who is in it and how long it runs, for a sentence of its own."""
    long = [length(known.film.runtime)] if known.film.runtime else []
    sketch = capitalised(", ".join([f"{portraits(known)[0]}{starring(known)}", *long]))
    return {"film": known.movie.title, "sketch": sketch}


def starring(known: Known) -> str:
    """The two whom people know best: " with Ann Lee and Bo Ek"."""
    cast = known.film.cast[:2] or known.people[:2]
    return text("answer.with", names=listing(cast)) if cast else ""


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


def chosen(question: FactQuestion, asked: Grounds) -> tuple[int, ...]:
    """The films that an answer is about: of several that are compared, the one that it names."""
    if question.topic is Topic.BETTER:
        ranked = sorted(_matched(question.films, asked).values(), key=lambda one: -one.q_value)
        return tuple(one.token for one in ranked[:1]) or question.films
    if question.topic is not Topic.MOST:
        return question.films
    measured = _measured(question, asked)
    return (measured[0] if measured else _most(question, asked)[0],)


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
    if measured := _measured(question, asked):
        token, column, number = measured
        film = asked.catalogue.movie(token).label
        if column == "minutes":
            return text("answer.most_minutes", film=film, number=number)
        return text("answer.most_year", film=film)
    return _most(question, asked)[1]


def _most(question: FactQuestion, asked: Grounds) -> tuple[int, str]:
    """The film that is the most so by what speaks for it, and what is said of it."""
    catalogue, detail = asked.catalogue, question.detail
    if question.than:
        return _most_like(question, asked)
    known = {token: known_of(token, asked.facts) for token in question.films}
    signs = _signs_near(detail, asked)
    quality = quality_of(detail)
    shades = {token: shade(quality, one, asked.facts, signs) for token, one in known.items()}
    ranked = sorted(shades, key=lambda token: shades[token].weight, reverse=not question.least)
    best, label = shades[ranked[0]], catalogue.movie(ranked[0]).label
    if abs(best.weight - shades[ranked[1]].weight) >= _APART:
        form = "answer.least" if question.least else "answer.most"
        return ranked[0], text(form, film=label, asked=detail, signs=quoted(best.signs))
    tied = [token for token in ranked if abs(shades[token].weight - best.weight) < _APART]
    tied.sort(key=lambda token: _leaning(quality, known[token], asked, signs))
    first = tied[0 if question.least else -1]
    form = "answer.most_alike" if best.degree else "answer.most_likely"
    values = {"film": catalogue.movie(first).label, "portrait": portrayed(known[first])}
    return first, text(form, **values)


def _most_like(question: FactQuestion, asked: Grounds) -> tuple[int, str]:
    """The film that those who like another one like most, beyond what everybody does."""
    plain = SessionState()
    fond = plain.state(question.than, Reaction.UP.statement)
    gain = asked.policy.q_values(fond) - asked.policy.q_values(plain)
    films = [token for token in question.films if token <= len(gain)] or [question.films[0]]
    best = max(films, key=lambda token: float(gain[token - 1 : token].sum()))
    shared = _shared(best, question.than, asked)
    form = "answer.most_like_by" if shared else "answer.most_like"
    film, other = asked.catalogue.movie(best).label, asked.catalogue.movie(question.than).title
    return best, text(form, film=film, other=other, shared=listing(shared[:BILLED]))


def _shared(one: int, other: int, asked: Grounds) -> list[str]:
    """What two films are both about, what tells most of the first before all else."""
    found = about(known_of(other, asked.facts), asked)
    return [name for name in about(known_of(one, asked.facts), asked) if name in found]


def about(known: Known, asked: Grounds) -> list[str]:
    """What a film is about, rather than how it is told: of its themes those that somebody has noted
    as a keyword, or what such a thing is called more closely.
    """
    names = asked.facts.facts.names
    found = [theme.name for theme in themes(asked.catalogue, known.movie.row)]
    told = [name for name in found if any(map(names(Fact.KEYWORD).find, noted_as(name)))]
    return [
        name
        for name in told
        if not (moods_of(name) or any(names(fact).find(name) for fact in _MANNERS))
    ]


def _signs_near(word: str, asked: Grounds) -> frozenset[str]:
    """What says that a film is as a word says that the lexicon has no mood for."""
    quality = quality_of(word)
    signs = signs_of(quality)
    if signs != {quality} or asked.words is None:
        return signs
    near = (one for one in asked.words.near(word) if one.likeness >= _NEAR)
    names = (asked.catalogue.facet(one.token).name for one in near)
    return signs | {normal(name).replace(" ", "_") for name in names}


def _leaning(
    quality: str, known: Known, asked: Grounds, signs: frozenset[str] = frozenset()
) -> float:
    """How far a film is likely to be so rather than the opposite, by all that is known of it: −1 …
    1 where nothing tells. Of what has no opposite only the most likely films may be so.
    """
    catalogue, row = asked.catalogue, known.movie.row
    so = _facets_called(catalogue, signs or signs_of(quality))
    against = _facets_called(catalogue, signs_of(opposite(quality)))
    if row >= catalogue.n_items or not so:
        return -1.0
    likely = float(leaning(catalogue, so)[row])
    other = float(leaning(catalogue, against)[row]) if against else _RARE
    return min(likely - other, likely - _RARE / 2)


def _measured(question: FactQuestion, asked: Grounds) -> tuple[int, str, int] | None:
    """Which of several films is the longest, newest …, with what is measured and its number; None
    where no number tells.
    """
    for column, words in table("questions")["measures"].items():
        more = question.detail in words["more"].split()
        if not (more or question.detail in words["less"].split()):
            continue
        if not asked.catalogue.measures(column):
            return None
        numbers = asked.catalogue.numbers(column)
        ranked = sorted(
            (number, token)
            for token in question.films
            if token <= len(numbers) and (number := int(numbers[token - 1])) > 0
        )
        if not ranked:
            return None
        number, token = ranked[-1 if more != question.least else 0]
        return token, column, number
    return None


# ---- how far a film is so


def shade(
    quality: str, known: Known, facts: CatalogueFacts, signs: frozenset[str] = frozenset()
) -> Shade:
    """How far a film is so, by the typicality of what says it; a word that no facet is called by
    counts half.

    What nothing speaks for is told by what speaks against it: a film is in colour as far as it is
    not black and white. Of a plain fact it is enough that somebody says it.
    """
    signs = signs or signs_of(quality)
    if not signs and (other := opposite(quality)):
        return Shade(1.0 - shade(other, known, facts).degree)
    told = dict.fromkeys(known.speaking_for(signs), _SAID)
    catalogue = facts.catalogue
    if known.movie.row < catalogue.n_items:
        for index in _facets_called(catalogue, signs):
            if degree := float(catalogue.degrees[index, known.movie.row]):
                facet = catalogue.facets[index]
                told[facet.name.lower()] = max(degree, _SAID * is_plain_fact(quality))
    ranked = sorted(told, key=lambda name: -told[name])
    first, second = (*(told[name] for name in ranked), 0.0, 0.0)[:2]
    spoken = distinct(name for name in ranked if told[name] >= _FAINT)
    return Shade(1.0 - (1.0 - first) * (1.0 - second / 2), spoken, sum(told.values()))


def share_around(quality: str, known: Known, facts: CatalogueFacts) -> float:
    """Share of the films of a film's years that are so, 0 … 1."""
    catalogue = facts.catalogue
    near = np.abs(catalogue.years[: catalogue.n_items] - known.movie.year) <= _YEARS
    named = _facets_called(catalogue, signs_of(quality))
    so = [catalogue.has(catalogue.facet_token(index)) for index in named]
    return float(np.any(so, axis=0)[near].mean()) if so and near.any() else 0.0


def quoted(signs: Sequence[str]) -> str:
    """What says so, as it is written: “creepy” and “ghosts”."""
    return listing([f"“{as_written(word)}”" for word in signs[:BILLED]])


@lru_cache(maxsize=256)
def _facets_called(catalogue: Catalogue, names: frozenset[str]) -> tuple[int, ...]:
    """Numbers of the graded facets with one of these names in normal form, ascending."""
    by_name = _graded(catalogue)
    return tuple(sorted(index for name in names for index in by_name.get(name, ())))


@lru_cache(maxsize=2)
def _graded(catalogue: Catalogue) -> dict[str, list[int]]:
    """Numbers of the graded facets by their names in normal form."""
    found: dict[str, list[int]] = {}
    for index, facet in enumerate(catalogue.facets):
        if facet.kind in GRADED:
            found.setdefault(normal(facet.name).replace(" ", "_"), []).append(index)
    return found


def moods(question: FactQuestion, asked: Grounds) -> str:
    """How far each of several films is so, in one sentence."""
    groups: dict[str, list[str]] = {verdict: [] for verdict in _VERDICTS}
    for token in question.films[:FILMS]:
        known = known_of(token, asked.facts)
        form = _form(question.detail, known, asked, _shades(question.detail, known, asked))
        verdict = next(one for one, forms in _VERDICTS.items() if form in forms)
        groups[verdict].append(known.movie.label)
    other = said_of(opposite(question.detail))
    parts = [
        text(f"answer.{one}", films=listing(films), other=other)
        for one, films in groups.items()
        if films
    ]
    said = capitalised("; ".join(parts))
    return text("answer.moods", mood=capitalised(said_of(question.detail)), verdicts=said)


def _shades(detail: str, known: Known, asked: Grounds) -> tuple[Shade, Shade]:
    """How far a film is so, and how far the opposite."""
    so, against = (
        shade(one, known, asked.facts) if one else Shade(0.0) for one in (detail, opposite(detail))
    )
    return so, against


def mood(known: Known, detail: str, asked: Grounds) -> str:
    """How far a film is scary, sad …, by what speaks for it and for the opposite."""
    other = opposite(detail)
    so, against = _shades(detail, known, asked)
    values = {
        "film": known.movie.label,
        "mood": said_of(detail),
        "other": said_of(other),
        "signs": quoted(so.signs),
        "against": quoted(against.signs),
        "portrait": portrayed(known),
        "year": known.movie.year,
        "long": f", {length(known.film.runtime)}" if known.film.runtime else "",
    }
    return text(f"answer.{_form(detail, known, asked, (so, against))}", **values)


def _form(detail: str, known: Known, asked: Grounds, shades: tuple[Shade, Shade]) -> str:
    """The name of the sentence that says how far a film is so."""
    so, against = shades
    silent = not so.signs and not against.signs
    if silent and (dated := _dated(detail, known, asked)):
        return dated
    if so.degree >= _SO:
        return _form_of_yes(detail, so, against)
    if against.degree >= _SO and against.signs:
        return "mood_other"
    if so.degree >= SOME:
        return "mood_some"
    lean = _leaning(detail, known, asked)
    guess = "mood_likely" if lean >= _LIKELY else "mood_unsure"
    return "mood_not" if lean < _UNLIKELY else guess


def _form_of_yes(detail: str, so: Shade, against: Shade) -> str:
    if not so.signs:
        return "mood_plain"
    if is_plain_fact(detail):
        return "mood_fact"
    return "mood_partly" if against.degree > so.degree + _CLEARER else "mood"


def _dated(detail: str, known: Known, asked: Grounds) -> str:
    """The sentence for what nothing marks in a film and its years tell; "" where they do not."""
    other = opposite(detail)
    if other and opposite(other) == detail and not all(map(has_signs, (detail, other))):
        marked = detail if has_signs(detail) else other
        usual = share_around(marked, known, asked.facts) >= _OFTEN
        if usual:
            return "mood_of_its_time"
        return "mood_past" if marked == detail else "mood_by_now"
    return ""


def rather(question: FactQuestion, known: Known, asked: Grounds) -> str:
    """Which of two things a film is more."""
    one, other = question.detail, question.instead
    shades = {name: shade(name, known, asked.facts) for name in (one, other)}
    more, less = sorted(shades, key=lambda name: -shades[name].degree)
    values = {"film": known.movie.label, "more": said_of(more), "less": said_of(less)}
    values |= {"signs": quoted(shades[more].signs), "others": quoted(shades[less].signs)}
    if shades[more].degree < SOME:
        film = known.movie.label
        return text("answer.rather_neither", film=film, portrait=portrayed(known))
    both = shades[less].degree > shades[more].degree - _CLEARER and shades[less].signs
    return text("answer.rather_both" if both else "answer.rather", **values)


def portrayed(known: Known) -> str:
    """What a film is, with its rating: "an animated film by Don Hall, rated PG"."""
    rated = text("answer.rated", rating=known.film.age) if known.film.age else ""
    return f"{portraits(known)[0]}{rated}"


def _worth(token: int, asked: Grounds) -> str:
    """Whether people like a film, and whether it suits the person."""
    label = asked.catalogue.movie(token).label
    choice = _matched((token,), asked).get(token)
    if choice is None or choice.match is None:
        return text("answer.few_ratings", film=label)
    usual = _matched((token,), replace(asked, state=SessionState()))[token].match or 0
    return text(
        "answer.worth",
        film=label,
        liked=round(10 * usual),
        bet=several("answer.bets")[sum(choice.match >= least for least in _BETS)],
        match=_percent(choice),
        reason=_because(choice, asked),
    )


_BETS: Final = (0.45, 0.65)  # chances of being liked


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
    rank = int((asked.policy.q_values(asked.state) > choice.q_value).sum()) + 1
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
