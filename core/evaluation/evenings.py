"""Policies judged by evenings as they are served: with a mood of each kind, open ones, rated ones.

Every policy serves the same people; differences are paired, person by person, with the first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.model.mood import KINDS, SharedMood, catalogue_moods
from core.simulation.evening import (
    Evenings,
    Served,
    ServingRules,
    mood_evenings,
    open_evenings,
    serve,
)
from core.simulation.replay import eligible
from core.simulation.scorer import Scorer
from core.statistics import Interval, mean_interval, resamples

_TOO_COMMON: Final = frozenset({"Drama", "Comedy"})
"""Genres of a third of all films: whoever names two of them has said next to nothing."""


@dataclass(frozen=True, slots=True)
class EveningResult:
    """One policy on evenings of one kind."""

    evening: str
    """"mood: genre", "open, 1 stated", "rated, 3 stated"."""
    people: int
    policy: str
    hits: Interval
    """Films liked (and of the mood) of an evening."""
    difference: Interval
    """To the first policy."""
    slates: tuple[float, ...]
    """Hits by slate."""
    first_slate: float
    """Share of people whose first slate holds a hit."""
    in_mood: float
    """Share of the films shown that are of the mood."""
    thumbs_down: float


def judge_evenings(
    scorers: Sequence[Scorer],
    people: Ratings,
    catalogue: Catalogue,
    *,
    stated: Sequence[int] = (0, 1, 3),
    least_ratings: int = 20,
    seed: int = 0,
    draws: int = 2_000,
) -> Iterator[EveningResult]:
    """Results in the order of the evenings, then of the policies; a pure function."""
    rules = ServingRules(catalogue.n_items)
    for name, evenings in _evenings(people, catalogue, stated, least_ratings, seed):
        weights = resamples(evenings.people.n_users, draws, seed)
        first = None
        for scorer in scorers:
            served = serve(scorer, evenings, rules)
            hits = served.hits.sum(axis=1).astype(np.float64)
            first = hits if first is None else first
            yield EveningResult(
                evening=name,
                people=len(hits),
                policy=scorer.name,
                hits=mean_interval(hits, weights),
                difference=mean_interval(hits - first, weights),
                slates=_by_slate(served, rules),
                first_slate=float(served.hits[:, : rules.cards].any(axis=1).mean()),
                in_mood=float(served.in_mood.mean()),
                thumbs_down=float((served.outcomes == Outcome.DOWN).sum(axis=1).mean()),
            )


def evening_table(results: Sequence[EveningResult]) -> str:
    """The results as text, a line each."""
    lines = [
        f"{'evening':<18}{'people':>7}  {'policy':<18}{'hits of 9':>21}{'difference':>25}"
        f"{'by slate':>17}{'first':>7}{'mood':>6}{'down':>6}"
    ]
    for one in results:
        difference = one.difference
        apart = f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
        slates = " ".join(f"{hits:.2f}" for hits in one.slates)
        lines.append(
            f"{one.evening:<18}{one.people:>7}  {one.policy:<18}{one.hits!s:>21}{apart:>25}"
            f"{slates:>17}{one.first_slate:>7.3f}{one.in_mood:>6.0%}{one.thumbs_down:>6.2f}"
        )
    return "\n".join(lines)


def _evenings(
    people: Ratings, catalogue: Catalogue, stated: Sequence[int], least_ratings: int, seed: int
) -> Iterator[tuple[str, Evenings]]:
    """Every kind of evening that anybody of these people can have."""
    for kind in KINDS:
        evenings = mood_evenings(people, catalogue, _moods(catalogue, kind), seed=seed)
        if evenings.people.n_users:
            yield f"mood: {kind}", evenings
    for view, rated_only in (("open", False), ("rated", True)):
        for count in stated:
            judged = eligible(people, catalogue.n_items, count, least_ratings)
            if len(judged):
                yield (
                    f"{view}, {count} stated",
                    open_evenings(
                        people.select(judged),
                        catalogue,
                        stated=count,
                        seed=seed,
                        rated_only=rated_only,
                    ),
                )


def _moods(catalogue: Catalogue, kind: str) -> list[SharedMood]:
    return [mood for mood in catalogue_moods(catalogue, [kind]) if mood.name not in _TOO_COMMON]


def _by_slate(served: Served, rules: ServingRules) -> tuple[float, ...]:
    slates = served.hits.reshape(-1, rules.slates, rules.cards)
    return tuple(slates.sum(axis=2).mean(axis=0).tolist())
