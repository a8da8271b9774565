"""Plots of an evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from core.evaluation.evaluate import Report, Result
from core.evaluation.report import name_of, places
from core.simulation.replay import View

_COLOURS: Final = matplotlib.colormaps["tab20"]
_MARKERS: Final = "osv^D<>PXphdH8"
_STYLES: Final = tuple(
    (_COLOURS((2 * place + place // 10) % 20), _MARKERS[place % 14]) for place in range(40)
)
"""Colour and marker of each policy, in order; policies beyond forty are not drawn."""

_ENOUGH: Final = 20
"""Films that a bin of the match figure needs to be drawn: the share among fewer is chance."""


def save_figures(report: Report, folder: Path, gems: Sequence[float] = ()) -> tuple[Path, ...]:
    """Writes plots as PNG and gives their paths.

    For each start and view: hits by turn, and hits against coverage. Where the policy has a match
    figure: how it agrees with what happened. With places of the knob in `gems`: what they cost and
    bring.
    """
    folder.mkdir(parents=True, exist_ok=True)
    policy = report.results[0].policy
    main = report.without({name_of(policy, place) for place in gems if place})
    figures: dict[str, Figure] = {}
    for stated, view in main.starts:
        results, start = main.at(stated, view), f"{stated}_stated_{view.value}"
        figures[f"hits_by_turn_{start}"] = hits_by_turn(results)
        figures[f"hits_vs_coverage_{start}"] = hits_vs_coverage(results, report.settings.turns)
    if report.results[0].reliability is not None:
        own = [result for result in main.results if result.policy == policy]
        figures["match"] = match_figure(own)
    for view in report.settings.views if gems else ():
        figures[f"gems_{view.value}"] = gems_curve(report, policy, gems, view)
    return tuple(_saved(figure, folder / f"{name}.png") for name, figure in figures.items())


def _saved(figure: Figure, path: Path) -> Path:
    FigureCanvasAgg(figure).print_png(path)  # type: ignore[no-untyped-call]
    return path


def match_figure(results: Sequence[Result]) -> Figure:
    """Match figure against share liked, a line a start and view; on the diagonal it is right."""
    figure = Figure(figsize=(6, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1.0, linestyle=":")
    for result, (colour, marker) in zip(results, _STYLES, strict=False):
        if result.reliability is not None:
            bins = [entry for entry in result.reliability.bins if entry[2] >= _ENOUGH]
            chance, liked, films = zip(*bins, strict=True) if bins else ((), (), ())
            label = f"{result.stated} stated, {result.view.value}: {result.reliability.error:.3f}"
            axes.plot(chance, liked, color=colour, linewidth=1.0, label=label)
            axes.scatter(
                chance, liked, s=[4 + 0.02 * count for count in films], color=colour, marker=marker
            )
    axes.set(xlabel="match figure", ylabel="share of the films liked", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Match figure and expected calibration error")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", frameon=False)
    return figure


def gems_curve(report: Report, policy: str, gems: Sequence[float], view: View) -> Figure:
    """Hits against coverage along the knob, a line a start; crosses are the best baselines."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    goal = f"hits@{report.settings.turns}"
    for stated, (colour, marker) in zip(report.settings.stated, _STYLES, strict=False):
        curve = places(report, policy, gems, stated, view)
        covered, hits = [place.coverage for place in curve], [place.hits.value for place in curve]
        axes.plot(covered, hits, color=colour, marker=marker, label=f"{stated} stated")
        for place in curve:
            where = (place.coverage, place.hits.value)
            axes.annotate(
                f"{place.gems:+g}", where, textcoords="offset points", xytext=(4, 4), fontsize=8
            )
        if (best := report.best_baseline(stated, view)) is not None:
            bar = report.result(stated, view, best).metrics
            label = f"{best}, {stated} stated"
            axes.plot(
                bar["coverage"].value,
                bar[goal].value,
                color=colour,
                marker="x",
                linestyle="",
                label=label,
            )
    axes.set(
        xlabel="share of the catalogue shown to somebody",
        ylabel=f"films liked of {report.settings.turns} shown",
    )
    axes.set_title(f"Popular films (-1) to hidden gems (+1), {view.value} view")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small", frameon=False)
    return figure


def hits_by_turn(results: Sequence[Result]) -> Figure:
    """Hits so far, mean over people, by turn; a line a policy, baselines dashed."""
    figure, axes = _canvas(results)
    for result, (colour, _) in zip(results, _STYLES, strict=False):
        total = result.hits.mean(axis=0).cumsum()
        dash, width = ("--", 1.0) if result.is_baseline else ("-", 2.0)
        turns = range(1, len(total) + 1)
        axes.plot(turns, total, color=colour, linestyle=dash, linewidth=width, label=result.policy)
    axes.set(xlabel="films shown", ylabel="films liked")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(loc="outside right upper", fontsize="small")
    return figure


def hits_vs_coverage(results: Sequence[Result], turns: int) -> Figure:
    """A point a policy: share of the catalogue shown to somebody against hits.

    Policies with less than half the most hits (random) are left out: they would squeeze all others
    into one spot.
    """
    figure, axes = _canvas(results)
    goal = f"hits@{turns}"
    most = max((result.metrics[goal].value for result in results), default=0.0)
    for result, (colour, marker) in zip(results, _STYLES, strict=False):
        hits, coverage = result.metrics[goal].value, result.metrics["coverage"].value
        if hits >= most / 2:
            shape, size = (marker, 6) if result.is_baseline else ("*", 13)
            axes.plot(
                coverage,
                hits,
                color=colour,
                marker=shape,
                markersize=size,
                linestyle="",
                label=result.policy,
            )
    axes.set(
        xlabel="share of the catalogue shown to somebody", ylabel=f"films liked of {turns} shown"
    )
    figure.legend(loc="outside right upper", fontsize="small")
    return figure


def _canvas(results: Sequence[Result]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(_title(results))
    axes.grid(alpha=0.3)
    return figure, axes


def _title(results: Sequence[Result]) -> str:
    if not results:
        return ""
    first = results[0]
    view = "any film" if first.view is View.REPLAY else "among rated films"
    start = f"{first.stated} stated" if first.stated else "from cold"
    return f"{start}, {view}, {len(first.user_ids)} people"
