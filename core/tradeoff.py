"""The knob between popular films and hidden gems, measured: what each place of it costs and brings.

Every place is a policy of its own in an ordinary evaluation (`Steered`), so that it plays the same people with the same
stated films and is compared with the same best baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.baselines.scorer import FloatArray, Observations, Scorer
from core.evaluation import Report
from core.metrics import Interval
from core.replay import View


@dataclass(frozen=True, eq=False)
class Steered:
    """A policy with its knob at one place; its scores are no Q-values any more."""

    scorer: Scorer
    knob: Callable[[Observations, float], FloatArray]
    """`Policy.knob`."""
    gems: float
    is_candidate: bool = True

    @property
    def name(self) -> str:
        """Of the policy, with the place."""
        return name_of(self.scorer.name, self.gems)

    def scores(self, observations: Observations) -> FloatArray:
        """The policy's, and what each film gains by the knob."""
        scores: FloatArray = self.scorer.scores(observations) + self.knob(observations, self.gems)
        return scores


def name_of(policy: str, gems: float) -> str:
    """Name of a policy at a place of the knob, as in "marquee+0.25"; at 0 it is the policy itself."""
    return f"{policy}{gems:+g}" if gems else policy


class Place(NamedTuple):
    """One place of the knob at one start in one view."""

    gems: float
    hits: Interval
    difference: Interval | None
    """Hits minus those of the best baseline, person by person; None without baselines."""
    coverage: float
    """Share of the catalogue shown to somebody."""
    widened: float | None
    """Coverage as a multiple of the best baseline's."""
    gini: float
    popularity_rank: float
    novelty: float
    """In bits."""
    thumbs_down: float


def places(report: Report, policy: str, gems: Sequence[float], stated: int, view: View) -> tuple[Place, ...]:
    """The curve at one start in one view, from an evaluation that measured all places."""
    goal = f"hits@{report.settings.turns}"
    best = report.best_baseline(stated, view)
    bar = None if best is None else report.result(stated, view, best).metrics["coverage"].value
    curve = []
    for place in sorted({0.0, *gems}):
        result = report.result(stated, view, name_of(policy, place))
        value = {name: metric.value for name, metric in result.metrics.items()}
        curve.append(
            Place(
                place,
                result.metrics[goal],
                result.differences.get(goal),
                value["coverage"],
                value["coverage"] / bar if bar else None,
                value["gini"],
                value["popularity_rank"],
                value["novelty"],
                value["thumbs_down"],
            )
        )
    return tuple(curve)


def curve_table(report: Report, policy: str, gems: Sequence[float]) -> str:
    """A block for each start and view, a line a place of the knob; intervals of 95 %."""
    blocks = []
    for stated in report.settings.stated:
        for view in report.settings.views:
            best = report.best_baseline(stated, view) or "no baseline"
            lines = [
                f"popular films (-1) to hidden gems (1), {stated} stated, {view.value} view, against {best}",
                f"{'gems':>6}{'hits':>21}{'difference':>26}{'down':>7}{'coverage':>10}{'times':>7}{'Gini':>8}{'rank':>7}"
                f"{'novelty':>9}",
            ]
            lines += [_line(place) for place in places(report, policy, gems, stated, view)]
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line(place: Place) -> str:
    hits, difference = place.hits, place.difference
    gap = "" if difference is None else f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
    times = "" if place.widened is None else f"{place.widened:.2f}"
    return (
        f"{place.gems:>+6.2f}{f'{hits.value:.2f} [{hits.low:.2f}, {hits.high:.2f}]':>21}{gap:>26}"
        f"{place.thumbs_down:>7.2f}{place.coverage:>10.3f}{times:>7}{place.gini:>8.3f}{place.popularity_rank:>7.0f}"
        f"{place.novelty:>9.2f}"
    )
