"""How it learns, as HTML: the policy that serves, what people made of its films, and how it was trained.

Every number is read from the store and from the manifest of the policy when the page is opened. Charts are small SVG
drawings, each with a table that says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from assistant.replies import signed
from core.store import Day, Statistics, VersionProgress

_DAYS: Final = 60
"""Days of the charts; more would be thinner than a line."""
_WIDTH, _HEIGHT = 320, 90


@dataclass(frozen=True, slots=True)
class Insights:
    """What the page tells."""

    version: str
    """Version of the policy that serves."""
    n_items: int
    """Films it can recommend."""
    statistics: Statistics
    progress: tuple[VersionProgress, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """Figures of the training: `core.bundle.Bundle.metrics`."""


def page(insights: Insights) -> str:
    """The whole tab."""
    return (
        f'<div class="mq-insights"><h2>How Marquee learns</h2>{_now(insights)}{_versions(insights)}'
        f"{_training(insights.manifest)}</div>"
    )


def _now(insights: Insights) -> str:
    """What serves, and what is on record."""
    held = insights.statistics
    reactions = sum(held.reactions.values())
    facts = (
        ("Policy", insights.version),
        ("Films it can recommend", f"{insights.n_items:,}"),
        ("Conversations", f"{held.sessions:,}"),
        ("Films shown", f"{held.recommendations:,}"),
        ("Reactions", f"{reactions:,}"),
        ("Sum of rewards", signed(held.total_reward) if reactions else "none yet"),
    )
    listed = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    return (
        f'<dl class="mq-facts">{listed}</dl><p>A thumb up is a reward of +1, a thumb down −0.5, “not tonight” −0.1. '
        "Each film is logged with the probability with which it was chosen, so that a later policy can learn from it."
        "</p>"
    )


def _versions(insights: Insights) -> str:
    """Each policy that recommended something here."""
    if not insights.progress:
        return (
            "<section><h3>What people made of its films</h3><p>Nothing yet: nobody has been shown a film here. Talk a "
            "little, thumb a few films, and come back.</p></section>"
        )
    rows = "".join(_row(one, insights) for one in insights.progress)
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Policy", "Films shown", "Reactions", "Liked of these", "Reward a film", "Different films")
    )
    charts = "".join(_charts(one) for one in insights.progress)
    return (
        "<section><h3>What people made of its films</h3>"
        '<div class="mq-scroll" tabindex="0" role="region" aria-label="Policies"><table class="mq-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        "<p>“Reward a film” counts films without a reaction as 0. Films chosen for several people at once count as a "
        f"policy of their own (“+together”).</p>{charts}</section>"
    )


def _row(one: VersionProgress, insights: Insights) -> str:
    total = one.total
    serves = " (serves now)" if one.version == insights.version else ""
    cells = (
        f"{total.shown:,}",
        f"{total.reacted:,}",
        share(total.liked, total.reacted),
        signed(total.reward / total.shown),
        f"{one.films:,} ({share(one.films, insights.n_items)})",
    )
    told = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(one.version)}{serves}</th>{told}</tr>'


def _charts(one: VersionProgress) -> str:
    """Like rate and reward a film over the days; a single day makes no chart."""
    days = one.days[-_DAYS:]
    if len(days) < 2:
        return ""
    liked = [day.liked / day.reacted if day.reacted else None for day in days]
    reward = [day.reward / day.shown for day in days]
    rows = "".join(
        f'<tr><th scope="row">{day.day}</th><td>{day.shown}</td><td>{share(day.liked, day.reacted)}</td>'
        f"<td>{signed(day.reward / day.shown)}</td></tr>"
        for day in days
    )
    name = escape(one.version)
    return (
        f'<figure><figcaption>{name}, day by day</figcaption><div class="mq-charts">'
        f"{_chart('Liked of the reactions', liked, days, 0.0, 1.0)}"
        f"{_chart('Reward a film', reward, days, -0.5, 1.0)}</div>"
        f'<details data-keep="days-{name}"><summary>The same as a table</summary><div class="mq-scroll" tabindex="0" '
        f'role="region" aria-label="{name} day by day"><table class="mq-table"><thead><tr><th scope="col">Day</th>'
        '<th scope="col">Films shown</th><th scope="col">Liked</th><th scope="col">Reward a film</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></details></figure>"
    )


def _chart(name: str, values: Sequence[float | None], days: Sequence[Day], low: float, high: float) -> str:
    """A line over the days, drawn from `low` to `high`; days without a value leave a gap."""
    step = _WIDTH / max(len(values) - 1, 1)

    def height(value: float) -> float:
        return _HEIGHT * (1 - (min(max(value, low), high) - low) / (high - low))

    path, pen = [], "M"
    for place, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        path.append(f"{pen}{place * step:.1f} {height(value):.1f}")
        pen = "L"
    known = [value for value in values if value is not None]
    told = (
        f"{name} from {days[0].day} to {days[-1].day}: first {known[0]:.2f}, last {known[-1]:.2f}, "
        f"between {min(known):.2f} and {max(known):.2f}."
        if known
        else f"{name}: no reactions in these days."
    )
    zero = f'<path class="mq-axis" d="M0 {height(0):.1f}H{_WIDTH}"/>'
    return (
        f'<div><svg viewBox="-3 -3 {_WIDTH + 6} {_HEIGHT + 6}" role="img" aria-label="{escape(told)}">{zero}'
        f'<path class="mq-line" d="{"".join(path)}"/></svg><p>{escape(told)}</p></div>'
    )


def _training(manifest: Mapping[str, Any]) -> str:
    """How the policy was made, as its manifest tells it, and how it passed its gate where that is on record."""
    rows = [(name, manifest[name]) for name in ("people", "ratings", "steps") if name in manifest]
    told = "".join(f"<div><dt>{name.capitalize()}</dt><dd>{_figure(value)}</dd></div>" for name, value in rows)
    validation, gate = (manifest.get(name) for name in ("validation", "gate"))
    exam = _table("On people kept out of learning", validation) if isinstance(validation, Mapping) else ""
    passed = (
        _table("How it passed its gate", gate)
        if isinstance(gate, Mapping)
        else "<p>No gate result is on record for this policy.</p>"
    )
    return f'<section><h3>How it was trained</h3><dl class="mq-facts">{told}</dl>{exam}{passed}</section>'


def _table(name: str, figures: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(str(key).replace("_", " "))}</th><td>{_figure(value)}</td></tr>'
        for key, value in figures.items()
        if isinstance(value, int | float | str)
    )
    return f'<table class="mq-table"><caption>{name}</caption><tbody>{rows}</tbody></table>'


def _figure(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.2f}".replace("-", "−") if isinstance(value, float) else escape(str(value))


def share(part: int, whole: int) -> str:
    """A share as people read it.

    >>> share(1, 8), share(0, 0)
    ('12 %', '–')
    """
    return f"{100 * part / whole:.0f} %" if whole else "–"
