"""Policies judged by evenings as they are served: with a mood, open, rated, with a history; spirit.

Every policy serves the same people; differences are paired, person by person, with the first one.
A policy shows the same first films however long an evening is, so one that is served long is judged
at every shorter length as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.evaluation.evaluate import Matching
from core.model.calibration import Reliability
from core.model.policy import Exploration
from core.simulation.evening import (
    KINDS,
    Evenings,
    FanAnswer,
    Fans,
    Served,
    ServingRules,
    fans_of,
    history_evenings,
    keep_company,
    mood_evenings,
    open_evenings,
    paired_moods,
    serve,
    single_moods,
)
from core.simulation.replay import eligible, outcome_table
from core.simulation.scorer import Scorer
from core.statistics import Interval, catalogue_intervals, mean_interval, resamples

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

PARTS: Final = ("mood", "open", "rated", "history", "spirit")
"""What can be judged."""
_ERAS: Final = (1999, 2006, 2014)
"""First years of eras but for the first: MovieLens showed other films first in each, half stars
came in 2003, and people of 1996–98 are where baselines and network differ most."""
_AMOUNTS: Final = (50, 100, 200, 500)
"""Ratings of a person from which the next group begins."""
_GROUP_DRAWS: Final = 500
"""Resamples behind the intervals of groups, of which there are hundreds."""
_BATCH: Final = 256
"""Transcripts at a time whose match figures are asked for."""
_REST: Final = 50
"""Films of each person, drawn, of which the match figure after a history is asked for: with fifty
people the noise of its error is about .02."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedSettings:
    """What is judged, and how."""

    parts: tuple[str, ...] = PARTS
    stated: tuple[int, ...] = (0, 1, 3)
    """Films named on open and rated evenings."""
    films: tuple[int, ...] = (9, 21)
    """Lengths of an evening, ascending; figures are of each, groups of the first."""
    histories: tuple[int, ...] = (3, 10, 30, 100, 250)
    """Ratings that are known before the first slate."""
    history_films: int = 10
    """Shown after a history."""
    history_ratings: int = 300
    """People with fewer have no history: there must be something left to hit."""
    fans: int = 10
    """Of each kind of mood."""
    turns: int = 5
    """Answers of a fan."""
    least_ratings: int = 20
    """People with fewer ratings of recommendable films have no open or rated evening."""
    gambles: Exploration | None = None
    """Of evenings, histories too; fans are shown the best films."""
    seed: int = 0
    draws: int = 2_000
    """Bootstrap resamples of people."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the people."""

    people: int
    hits: Interval
    difference: Interval
    """To the first policy."""


@dataclass(frozen=True, slots=True)
class GenreShare:
    """Films of a genre among all that were shown."""

    shown: float
    """Share of the films."""
    hits: float
    """Hits a film."""
    thumbs_down: float
    """Thumbs down a film."""


@dataclass(frozen=True, eq=False, kw_only=True)
class EveningResult:
    """One policy on evenings of one kind."""

    evening: str
    """"mood: genre", "open, 1 stated", "rated, 3 stated", "history, 30 known"."""
    policy: str
    evenings: Evenings
    served: Served
    figures: Mapping[int, Mapping[str, Interval]]
    """By length: hits (liked and of the mood), difference (to the first policy), first_slate (share
    of people whose first slate holds a hit), in_mood (share of films), thumbs_down, coverage, gini,
    popularity_rank (1 = best known), match_error where there is a match figure; after a history
    also step (hits less those at the length before)."""
    slates: tuple[float, ...]
    """Hits by slate."""
    groups: Mapping[str, Mapping[str, Group]]
    """By era (years in which half of the ratings were given), by ratings, by mood."""
    genres: Mapping[str, GenreShare]

    @property
    def people(self) -> int:
        """How many people had the evening."""
        return len(self.served.shown)

    @property
    def first(self) -> Mapping[str, Interval]:
        """Figures of the shortest length."""
        return self.figures[min(self.figures)]


@dataclass(frozen=True, eq=False, kw_only=True)
class SpiritResult:
    """One policy with fans who answer in one way."""

    policy: str
    answer: FanAnswer
    fans: Fans
    shown: IntArray
    """Rows, (F, 1 + turns, cards)."""
    in_kind: npt.NDArray[np.bool_]
    """Whether each film is of the fan's kind, (F, 1 + turns, cards)."""

    def share(self, kind: str | None = None) -> float:
        """Share of films after the first slate that keep to the kind; of fans of one kind of mood
        only, if it is named.
        """
        mine = [kind in (None, mood.kind) for mood in self.fans.kinds]
        return float(self.in_kind[np.array(mine, dtype=np.bool_), 1:].mean())


def judge_evenings(
    scorers: Sequence[Scorer],
    people: Ratings,
    catalogue: Catalogue,
    settings: ServedSettings | None = None,
) -> Iterator[EveningResult]:
    """Results in the order of the evenings, then of the policies; a pure function."""
    settings = settings or ServedSettings()
    for evening in _occasions(people, catalogue, settings):
        weights = resamples(evening.evenings.people.n_users, settings.draws, settings.seed)
        compared = _Compared(catalogue, evening.films, weights)
        first = None
        for scorer in scorers:
            served = serve(scorer, evening.evenings, evening.rules(catalogue, settings))
            first = served if first is None else first
            yield compared.result(evening, scorer, served, first)


def judge_histories(
    scorers: Sequence[Scorer],
    people: Ratings,
    catalogue: Catalogue,
    settings: ServedSettings | None = None,
) -> Iterator[EveningResult]:
    """Evenings with more and more ratings known, by policy, then by length.

    Twice: any film may be shown that is not known ("history, 30 known"), and only what nobody knows
    at the longest length ("history, 30 known, same films"), so that lengths compare.
    """
    settings = settings or ServedSettings()
    lengths = settings.histories
    enough = np.flatnonzero(np.diff(people.starts) >= settings.history_ratings)
    if not len(enough) or "history" not in settings.parts:
        return
    people = people.select(enough)
    weights = resamples(people.n_users, settings.draws, settings.seed)
    compared = _Compared(catalogue, (settings.history_films,), weights)
    firsts: dict[str, Served] = {}
    variants = (("", 0), (", same films", max(lengths)))
    for scorer, (words, spare) in product(scorers, variants):
        before: FloatArray | None = None
        for length in lengths:
            name = f"history, {length} known{words}"
            evenings = history_evenings(people, length, spare=spare, seed=settings.seed)
            occasion = _Occasion(name, evenings, (settings.history_films,))
            served = serve(scorer, evenings, occasion.rules(catalogue, settings))
            result = compared.result(occasion, scorer, served, firsts.setdefault(name, served))
            hits, more = _hits(served), {}
            if before is not None:
                more["step"] = mean_interval(hits - before, weights)
            rest = compared.match_of_the_rest(scorer, evenings, settings.seed)
            if rest is not None:
                more["match_rest"] = rest
            before = hits
            yield replace(result, figures=_with(result.figures, more))


def judge_spirit(
    scorers: Sequence[Scorer], catalogue: Catalogue, settings: ServedSettings | None = None
) -> Iterator[SpiritResult]:
    """Fans of every kind of mood that has enough films, by policy, then by answer."""
    settings = settings or ServedSettings()
    fans = fans_of(catalogue, KINDS, settings.fans, settings.seed)
    if not fans.kinds or "spirit" not in settings.parts:
        return
    rules = ServingRules(catalogue.n_items)
    for scorer, answer in product(scorers, FanAnswer):
        shown, in_kind = keep_company(scorer, fans, answer, rules, settings.turns)
        yield SpiritResult(
            policy=scorer.name, answer=answer, fans=fans, shown=shown, in_kind=in_kind
        )


# ---- evenings


@dataclass(frozen=True, eq=False)
class _Occasion:
    """Evenings of one kind and the lengths they are judged at."""

    name: str
    evenings: Evenings
    films: tuple[int, ...]

    def rules(self, catalogue: Catalogue, settings: ServedSettings) -> ServingRules:
        longest = max(self.films)
        return ServingRules(
            catalogue.n_items, longest, gambles=settings.gambles, seed=settings.seed
        )


def _occasions(
    people: Ratings, catalogue: Catalogue, settings: ServedSettings
) -> Iterator[_Occasion]:
    """Every kind of evening that anybody of these people can have, but for histories."""
    if "mood" in settings.parts:
        singles = {kind: single_moods(catalogue, [kind]) for kind in KINDS}
        for kind, moods in (*singles.items(), ("pair", paired_moods(catalogue, KINDS))):
            evenings = mood_evenings(people, catalogue, moods, seed=settings.seed)
            if evenings.people.n_users:
                yield _Occasion(f"mood: {kind}", evenings, settings.films)
    for view, stated in product(("open", "rated"), settings.stated):
        judged = eligible(people, catalogue.n_items, stated, settings.least_ratings)
        if len(judged) and view in settings.parts:
            evenings = open_evenings(
                people.select(judged), catalogue, stated=stated, seed=settings.seed
            )
            evenings = replace(evenings, rated_only=view == "rated")
            yield _Occasion(f"{view}, {stated} stated", evenings, settings.films)


def _with(
    figures: Mapping[int, Mapping[str, Interval]], more: Mapping[str, Interval]
) -> dict[int, Mapping[str, Interval]]:
    """The figures of each length, and some more."""
    return {length: {**theirs, **more} for length, theirs in figures.items()}


def _hits(served: Served) -> FloatArray:
    """Of each person, (P,)."""
    hits: FloatArray = served.hits.sum(axis=1).astype(np.float64)
    return hits


@dataclass(frozen=True, eq=False)
class _Compared:
    """Turns what was served into figures."""

    catalogue: Catalogue
    lengths: tuple[int, ...]
    weights: FloatArray
    """Bootstrap weights of the people, (draws, P)."""

    def result(
        self, occasion: _Occasion, scorer: Scorer, served: Served, first: Served
    ) -> EveningResult:
        """Figures of a policy, compared with the first one's evening."""
        chances = _chances(scorer, occasion.evenings, served)
        shortest = min(self.lengths)
        slates = served.hits[:, : min(shortest, served.shown.shape[1])]
        cards = ServingRules(self.catalogue.n_items).cards
        starts = np.arange(0, slates.shape[1], cards)
        return EveningResult(
            evening=occasion.name,
            policy=scorer.name,
            evenings=occasion.evenings,
            served=served,
            figures={
                length: self._figures(
                    served.first(length),
                    first.first(length),
                    None if chances is None else chances[:, :length],
                )
                for length in self.lengths
            },
            slates=tuple(np.add.reduceat(slates, starts, axis=1, dtype=int).mean(axis=0).tolist()),
            groups=self._groups(occasion.evenings, served.first(shortest), first.first(shortest)),
            genres=_genres(self.catalogue, served.first(shortest)),
        )

    def _figures(
        self, served: Served, first: Served, chances: FloatArray | None
    ) -> dict[str, Interval]:
        shown = served.shown >= 0
        films = np.maximum(shown.sum(axis=1), 1)
        hits = _hits(served)
        cards = ServingRules(self.catalogue.n_items).cards
        per_person = {
            "hits": hits,
            "difference": hits - _hits(first),
            "first_slate": served.hits[:, :cards].any(axis=1),
            "in_mood": served.in_mood.sum(axis=1) / films,
            "thumbs_down": (served.outcomes == Outcome.DOWN).sum(axis=1),
            "popularity_rank": ((served.shown + 1) * shown).sum(axis=1) / films,
        }
        figures = {name: mean_interval(values, self.weights) for name, values in per_person.items()}
        figures["coverage"], figures["gini"] = catalogue_intervals(
            served.shown, self.catalogue.n_items, self.weights
        )
        if chances is not None and not np.isnan(chances).all():
            figures["match_error"] = self._error(chances, served.outcomes == Outcome.UP)
        return figures

    def _error(self, chances: FloatArray, liked: npt.NDArray[np.bool_]) -> Interval:
        """Calibration error of the chances, (P, n), where there are any."""
        person, place = np.nonzero(~np.isnan(chances))
        known = (chances[person, place], liked[person, place])
        return Reliability.of(person, *known, len(chances)).interval(self.weights)

    def match_of_the_rest(self, scorer: Scorer, evenings: Evenings, seed: int) -> Interval | None:
        """Calibration error on films that people know and have not told of; None without match."""
        if not isinstance(scorer, Matching) or scorer.calibration is None:
            return None
        would_be = outcome_table(evenings.people, self.catalogue.n_items)
        left = (would_be != Outcome.SHOWN) & ~evenings.barred(would_be)
        drawn = np.random.default_rng(seed).random(left.shape) * left
        rows = np.argsort(-drawn, axis=1, kind="stable")[:, :_REST]
        places = np.nonzero(np.take_along_axis(left, rows, axis=1))
        chances = np.full(rows.shape, np.nan)
        chances[places] = _asked(scorer, evenings.opening, places[0], rows[places])
        return self._error(chances, np.take_along_axis(would_be, rows, axis=1) == Outcome.UP)

    def _groups(
        self, evenings: Evenings, served: Served, first: Served
    ) -> dict[str, dict[str, Group]]:
        """Hits by era, number of ratings and mood of the people."""
        people = evenings.people
        amounts = np.diff(people.starts)
        middle = [
            int(np.median(people.timestamp[people.starts[user] : people.starts[user + 1]]))
            for user in range(people.n_users)
        ]
        years = np.array(middle).astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
        labels = {
            "era": [_band(year, _ERAS) if year > _NO_TIME else "unknown" for year in years],
            "ratings": [_band(amount, _AMOUNTS) for amount in amounts.tolist()],
            "mood": ["" if mood is None else mood.name for mood in evenings.mood],
        }
        hits, difference = _hits(served), _hits(served) - _hits(first)
        return {
            name: {
                label: self._group(hits, difference, np.flatnonzero(np.array(theirs) == label))
                for label in sorted(set(theirs) - {""})
            }
            for name, theirs in labels.items()
        }

    def _group(self, hits: FloatArray, difference: FloatArray, who: IntArray) -> Group:
        weights = resamples(len(who), min(_GROUP_DRAWS, len(self.weights)), 0)
        return Group(
            len(who), mean_interval(hits[who], weights), mean_interval(difference[who], weights)
        )


_NO_TIME: Final = 1990
"""Ratings without timestamps carry 0, which is 1970."""


def _band(number: int, edges: tuple[int, ...]) -> str:
    """Where a number lies: "–1998", "1999–2005", … "2014–"."""
    place = int(np.searchsorted(edges, number, side="right"))
    low = str(edges[place - 1]) if place else ""
    high = str(edges[place] - 1) if place < len(edges) else ""
    return f"{low}–{high}"


def _genres(catalogue: Catalogue, served: Served) -> dict[str, GenreShare]:
    """Of the films shown, by genre; a film counts for each of its genres."""
    rows = served.shown[served.shown >= 0]
    outcome = served.outcomes[served.shown >= 0]
    names = [facet.name for facet in catalogue.facets if facet.kind == "genre"]
    table = catalogue.genre_table[rows].astype(np.float64)
    films = table.sum(axis=0)
    up, down = ((outcome == one) @ table for one in (Outcome.UP, Outcome.DOWN))
    return {
        name: GenreShare(films[g] / len(rows), up[g] / films[g], down[g] / films[g])
        for g, name in enumerate(names)
        if films[g]
    }


# ---- the match figure


def _chances(scorer: Scorer, evenings: Evenings, served: Served) -> FloatArray | None:
    """Match figures of the films shown as people saw them, (P, films), NaN where they gave no
    verdict; None for a policy without such a figure.

    A film's figure is of before its slate.
    """
    if not isinstance(scorer, Matching) or scorer.calibration is None:
        return None
    cards = ServingRules(0).cards
    events = np.stack([served.shown + 1, served.outcomes], axis=-1).astype(np.int32)
    known = np.isin(served.outcomes, (Outcome.UP, Outcome.DOWN, Outcome.SEEN))
    chances = np.full(served.shown.shape, np.nan)
    for start in range(0, served.shown.shape[1], cards):
        before = np.concatenate([evenings.opening, events[:, :start]], axis=1)
        person, card = np.nonzero(known[:, start : start + cards])
        rows = served.shown[person, start + card]
        chances[person, start + card] = _asked(scorer, before, person, rows)
    return chances


def _asked(
    scorer: Matching, transcripts: npt.NDArray[np.int32], person: IntArray, rows: IntArray
) -> FloatArray:
    """Match figures of films (B,) for the people they belong to, in batches."""
    if not transcripts.shape[1]:
        transcripts = np.zeros((len(transcripts), 1, 2), dtype=np.int32)
    parts = [np.zeros(0)]
    for first in range(0, len(rows), _BATCH):
        batch = slice(first, first + _BATCH)
        parts.append(scorer.chances(transcripts[person[batch]], rows[batch]))
    return np.concatenate(parts)
