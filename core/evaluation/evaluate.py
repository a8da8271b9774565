"""Policies judged by whole sessions of unseen people, with paired intervals.

See `core.simulation.replay` for what a session is. Every policy plays the same people with the same
stated films, at each start and in both views. A policy is a `Contender` or a baseline, and each is
compared, person by person, with the baseline that has the most hits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome
from core.errors import DataError, SettingsError
from core.model.calibration import Calibration, Reliability
from core.simulation.replay import (
    SessionRules,
    Sessions,
    View,
    eligible,
    moments,
    play,
    stated_films,
)
from core.simulation.scorer import Contender, Observations, Scorer
from core.statistics import Interval, catalogue_intervals, mean_interval, resamples

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """How to judge."""

    stated: tuple[int, ...] = (0, 1, 3)
    """Starts: how many liked films people name first."""
    turns: int = 20
    """Films shown in a session, at most."""
    views: tuple[View, ...] = (View.REPLAY, View.RATED)
    seed: int = 0
    """Of the stated films, of the people chosen and of the bootstrap."""
    people: int | None = None
    """Only this many of the people, drawn by the seed; None = all."""
    least_ratings: int = 20
    """People with fewer ratings of recommendable films are left out, as MovieLens' own releases up
    to 32M leave out people with fewer than 20: with a short history most films that fit would count
    as misses. People must also like more recommendable films than they state, so that there is
    something to hit."""
    resamples: int = 2000
    """Bootstrap resamples of people."""

    def __post_init__(self) -> None:
        if not self.stated or min(self.stated) < 0:
            raise SettingsError(
                f"stated is {self.stated}: give one or more numbers from 0 on, such as 0,1,3."
            )
        if self.turns < 1:
            raise SettingsError(f"turns is {self.turns}: a session needs at least 1 turn.")
        if self.people is not None and self.people < 1:
            raise SettingsError(f"people is {self.people}: at least 1 person is needed.")
        if not self.views:
            raise SettingsError("no view is given: choose replay, rated or both.")

    @property
    def cuts(self) -> tuple[int, ...]:
        """Turns after which hits are counted."""
        return tuple(sorted({cut for cut in (5, 10, 20) if cut < self.turns} | {self.turns}))


@dataclass(frozen=True, eq=False, kw_only=True)
class Result:
    """One policy at one start in one view."""

    stated: int
    view: View
    policy: str
    is_baseline: bool
    metrics: Mapping[str, Interval]
    """hits@…, first_hit, thumbs_down, reward, coverage, gini, popularity_rank (1 = best known),
    novelty (mean −log2 of the film's share of all training ratings, in bits), repeats, and q_error
    where there are Q-values, of these alone; means over people. match_error where the policy has a
    match figure: its expected calibration error."""
    differences: Mapping[str, Interval]
    """This policy minus the best baseline, person by person; empty where there is no baseline."""
    user_ids: IntArray
    """(P,) the file's ids."""
    hits: IntArray
    """(P, T) 1 where the film shown at that turn was liked."""
    reliability: Reliability | None = None
    """The match figure against what happened, over the films shown that people knew; None without
    one."""


@runtime_checkable
class Matching(Protocol):
    """A scorer that also says how likely people are to like the films once they have seen them."""

    @property
    def calibration(self) -> Calibration | None:
        """None where it cannot say."""

    def chances(self, transcripts: Observations, rows: IntArray) -> FloatArray:
        """Chances (B,) of films (B,) for people (B, L, 2)."""


@dataclass(frozen=True, eq=False)
class Report:
    """All results, in the order start, view, policy."""

    settings: EvaluationSettings
    results: tuple[Result, ...]

    def result(self, stated: int, view: View, policy: str) -> Result:
        """One result; KeyError where it was not measured."""
        for result in self.at(stated, view):
            if result.policy == policy:
                return result
        raise KeyError((stated, view, policy))

    @property
    def starts(self) -> Iterator[tuple[int, View]]:
        """Every start with every view."""
        return product(self.settings.stated, self.settings.views)

    def at(self, stated: int, view: View) -> list[Result]:
        """The results of one start in one view."""
        return [result for result in self.results if (result.stated, result.view) == (stated, view)]

    def without(self, policies: Collection[str]) -> Report:
        """The same report with some policies left out."""
        return replace(
            self, results=tuple(result for result in self.results if result.policy not in policies)
        )

    def best_baseline(self, stated: int, view: View) -> str | None:
        """Baseline with most hits; None where no baseline was measured."""
        baselines = [result for result in self.at(stated, view) if result.is_baseline]
        best = max(baselines, key=lambda result: result.hits.sum(), default=None)
        return None if best is None else best.policy


def evaluate(
    scorers: Sequence[Scorer],
    people: Ratings,
    catalogue: Catalogue,
    settings: EvaluationSettings | None = None,
    *,
    progress: bool = False,
) -> Report:
    """Plays everybody's sessions against every scorer; a pure function of its arguments.

    Args:
        scorers: Policies with different names, contenders and baselines.
        people: Ratings of people whom no scorer was fitted on, rows as in `catalogue`.
        catalogue: Its first `n_items` films can be recommended, its `n_ratings` weigh what people
            state.
        settings: See `EvaluationSettings`.
        progress: Show a progress bar on standard error.

    Raises:
        DataError: Nobody has enough ratings for one of the starts.
        SettingsError: Two scorers have the same name.
    """
    settings = settings or EvaluationSettings()
    names = [scorer.name for scorer in scorers]
    if len(set(names)) < len(names):
        raise SettingsError(
            f"two policies have the same name among {', '.join(names)}: rename one."
        )
    results: list[Result] = []
    total = len(settings.stated) * len(settings.views) * len(scorers)
    with tqdm(total=total, desc="sessions", unit="policy", disable=not progress) as bar:
        for stated in settings.stated:
            judged, films = _start(people, catalogue, stated, settings)
            weights = resamples(judged.n_users, settings.resamples, settings.seed)
            for view in settings.views:
                rules = SessionRules(settings.turns, view, catalogue.n_items)
                group = []
                for scorer in scorers:
                    bar.set_postfix_str(f"{scorer.name}, {stated} stated, {view.value}")
                    sessions = play(scorer, judged, films, rules)
                    figures = per_person(scorer, sessions, films, settings.cuts, catalogue)
                    match = _reliability(scorer, sessions, films)
                    group.append(_Played(scorer, sessions, figures, match))
                    bar.update()
                results += [
                    Result(
                        stated=stated,
                        view=view,
                        policy=played.scorer.name,
                        is_baseline=played.is_baseline,
                        metrics=metrics,
                        differences=differences,
                        user_ids=judged.user_ids,
                        hits=played.hits,
                        reliability=played.reliability,
                    )
                    for played, metrics, differences in _compare(
                        group, weights, catalogue.n_items, settings.turns
                    )
                ]
    return Report(settings, tuple(results))


def per_person(
    scorer: Scorer, sessions: Sessions, stated: IntArray, cuts: Sequence[int], catalogue: Catalogue
) -> dict[str, FloatArray]:
    """Figures of each person, (P,) each; the policy's figure is their mean."""
    hit = sessions.outcomes == Outcome.UP
    played = sessions.played
    turns = np.maximum(played.sum(axis=1), 1)
    figures = {f"hits@{cut}": hit[:, :cut].sum(axis=1) for cut in cuts}
    figures["first_hit"] = hit[:, 0]
    figures["thumbs_down"] = (sessions.outcomes == Outcome.DOWN).sum(axis=1)
    figures["reward"] = sessions.rewards.sum(axis=1)
    figures["popularity_rank"] = ((sessions.shown + 1) * played).sum(axis=1) / turns
    counts = np.maximum(catalogue.n_ratings, 1)
    figures["novelty"] = (np.log2(counts.sum() / counts)[sessions.shown] * played).sum(
        axis=1
    ) / turns
    figures["repeats"] = _repeats(np.concatenate([stated, sessions.shown], axis=1))
    if isinstance(scorer, Contender) and scorer.gives_q_values:
        error = np.abs(sessions.scores - sessions.returns(scorer.gamma))
        figures["q_error"] = (error * played).sum(axis=1) / turns
    return {name: values.astype(np.float64) for name, values in figures.items()}


def _reliability(scorer: Scorer, sessions: Sessions, stated: IntArray) -> Reliability | None:
    """The match figure of the films that people knew; None without such a figure or film."""
    if not isinstance(scorer, Matching) or scorer.calibration is None:
        return None
    known = [moment for moment in moments(sessions, stated) if len(moment.people)]
    if not known:
        return None
    chances = np.concatenate([scorer.chances(moment.transcripts, moment.rows) for moment in known])
    people = np.concatenate([moment.people for moment in known])
    liked = np.concatenate([moment.liked for moment in known])
    return Reliability.of(people, chances, liked, len(stated))


@dataclass(frozen=True, eq=False)
class _Played:
    scorer: Scorer
    sessions: Sessions
    figures: dict[str, FloatArray]
    reliability: Reliability | None = None

    @property
    def is_baseline(self) -> bool:
        return not isinstance(self.scorer, Contender)

    @property
    def hits(self) -> IntArray:
        hits: IntArray = (self.sessions.outcomes == Outcome.UP).astype(np.int64)
        return hits


def _start(
    people: Ratings, catalogue: Catalogue, stated: int, settings: EvaluationSettings
) -> tuple[Ratings, IntArray]:
    """The people judged at this start and the films they state."""
    users = eligible(people, catalogue.n_items, stated, settings.least_ratings)
    if not len(users):
        raise DataError(
            f"Nobody in the ratings can be judged with {stated} stated films: people need at least "
            f"{settings.least_ratings} ratings and {stated + 1} likes among the films that can be "
            "recommended."
        )
    if settings.people is not None and settings.people < len(users):
        rng = np.random.default_rng(settings.seed)
        users = np.sort(rng.permutation(users)[: settings.people])
    judged = people.select(users)
    return judged, stated_films(judged, catalogue, stated, settings.seed)


def _compare(
    group: Sequence[_Played], weights: FloatArray, n_items: int, turns: int
) -> Iterator[tuple[_Played, dict[str, Interval], dict[str, Interval]]]:
    """(policy, its metrics, its differences to the best baseline) at one start in one view."""
    goal = f"hits@{turns}"
    baselines = [played for played in group if played.is_baseline]
    best = max(baselines, key=lambda played: played.figures[goal].mean(), default=None)
    for played in group:
        differences = {} if best is None else _differences(played, best, weights)
        yield played, _metrics(played, weights, n_items), differences


def _metrics(played: _Played, weights: FloatArray, n_items: int) -> dict[str, Interval]:
    """Means over people with their intervals, and the figures that are of all people at once."""
    metrics = {name: mean_interval(values, weights) for name, values in played.figures.items()}
    shown = played.sessions.shown
    metrics["coverage"], metrics["gini"] = catalogue_intervals(shown, n_items, weights)
    if played.reliability is not None:
        metrics["match_error"] = played.reliability.interval(weights)
    return metrics


def _differences(played: _Played, best: _Played, weights: FloatArray) -> dict[str, Interval]:
    """A policy less another one, person by person, in the figures that both have."""
    return {
        name: mean_interval(values - best.figures[name], weights)
        for name, values in played.figures.items()
        if name in best.figures and name != "repeats"
    }


def _repeats(rows: IntArray) -> IntArray:
    """How many films of each person appear a second time, (P,); −1 is no film."""
    ordered = np.sort(rows, axis=1)
    again = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    counts: IntArray = again.sum(axis=1).astype(np.int64)
    return counts
