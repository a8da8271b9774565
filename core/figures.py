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

from core.evaluation import Report, Result
from core.replay import View

_COLOURS: Final = matplotlib.colormaps["tab20"]
_MARKERS: Final = "osv^D<>PXphdH8"
_STYLES: Final = tuple((_COLOURS((2 * place + place // 10) % 20), _MARKERS[place % 14]) for place in range(40))
"""Colour and marker of each policy, in order; policies beyond forty are not drawn."""


def save_figures(report: Report, folder: Path) -> tuple[Path, ...]:
    """Writes, for each start and view, hits by turn and hits against coverage, as PNG; gives the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for stated in report.settings.stated:
        for view in report.settings.views:
            results = [result for result in report.results if (result.stated, result.view) == (stated, view)]
            for kind, figure in (
                ("hits_by_turn", hits_by_turn(results)),
                ("hits_vs_coverage", hits_vs_coverage(results, report.settings.turns)),
            ):
                path = folder / f"{kind}_{stated}_stated_{view.value}.png"
                FigureCanvasAgg(figure).print_png(path)  # type: ignore[no-untyped-call]
                paths.append(path)
    return tuple(paths)


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

    Policies with less than half the most hits (random) are left out: they would squeeze all others into one spot.
    """
    figure, axes = _canvas(results)
    goal = f"hits@{turns}"
    most = max((result.metrics[goal].value for result in results), default=0.0)
    for result, (colour, marker) in zip(results, _STYLES, strict=False):
        hits, coverage = result.metrics[goal].value, result.metrics["coverage"].value
        if hits >= most / 2:
            shape, size = (marker, 6) if result.is_baseline else ("*", 13)
            axes.plot(coverage, hits, color=colour, marker=shape, markersize=size, linestyle="", label=result.policy)
    axes.set(xlabel="share of the catalogue shown to somebody", ylabel=f"films liked of {turns} shown")
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
