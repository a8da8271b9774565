"""How it learns, as HTML: what serves, what people made of its films, how it was trained.

Every number is read from the store and from the manifest of the policy when the page is opened.
Charts are small SVG drawings, each with a table that says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from assistant.conversation.values import Insights, signed
from assistant.wording import text
from core.learning.versions import Entry
from core.store import Day, VersionProgress

_DAYS: Final = 60
"""Days of the charts; more would be thinner than a line."""
_WIDTH, _HEIGHT = 320, 90
_EXAM: Final = ("validation_hits", "validation_reward")
"""Figures of the training that people kept out of it gave; the others say how far it was."""


def page(insights: Insights) -> str:
    """The whole tab."""
    return (
        f'<div class="mq-insights"><h2>{text("insights.title")}</h2>{_now(insights)}'
        f"{_versions(insights)}{_gates(insights)}{_training(insights.manifest)}</div>"
    )


def _now(insights: Insights) -> str:
    """What serves, and what is on record."""
    statistics = insights.statistics
    reactions = sum(statistics.reactions.values())
    facts = (
        ("policy", insights.version),
        ("films", f"{insights.n_items:,}"),
        ("conversations", f"{statistics.sessions:,}"),
        ("shown", f"{statistics.recommendations:,}"),
        ("reactions", f"{reactions:,}"),
        ("rewards", signed(statistics.total_reward) if reactions else text("insights.no_rewards")),
    )
    listed = "".join(
        f"<div><dt>{text(f'insights.{name}')}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts
    )
    return f'<dl class="mq-facts">{listed}</dl><p>{text("insights.rewarded")}</p>'


def _versions(insights: Insights) -> str:
    """Each policy that recommended something here."""
    title = f"<section><h3>{text('insights.made_of')}</h3>"
    if not insights.progress:
        return f"{title}<p>{text('insights.nothing')}</p></section>"
    columns = ("policy", "shown", "reactions", "liked_of_these", "reward", "different")
    rows = "".join(_row(one, insights) for one in insights.progress)
    charts = "".join(_charts(one) for one in insights.progress)
    return (
        f"{title}{_wide_table(text('insights.policies'), columns, rows)}"
        f"<p>{text('insights.counted')}</p>{charts}</section>"
    )


def _wide_table(label: str, columns: Sequence[str], rows: str) -> str:
    """A table that scrolls by itself on a phone; `columns` are names of texts, `rows` markup."""
    head = "".join(f'<th scope="col">{text(f"insights.{name}")}</th>' for name in columns)
    return (
        f'<div class="mq-scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="mq-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(one: VersionProgress, insights: Insights) -> str:
    total = one.total
    name = escape(one.version)
    if one.version == insights.version:
        name = text("insights.serves", version=name)
    figures = (
        f"{total.shown:,}",
        f"{total.reacted:,}",
        share(total.liked, total.reacted),
        signed(total.reward / total.shown),
        f"{one.films:,} ({share(one.films, insights.n_items)})",
    )
    cells = "".join(f"<td>{figure}</td>" for figure in figures)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _charts(one: VersionProgress) -> str:
    """Like rate and reward a film over the days; a single day makes no chart."""
    days = one.days[-_DAYS:]
    if len(days) < 2:
        return ""
    liked = [day.liked / day.reacted if day.reacted else None for day in days]
    reward = [day.reward / day.shown for day in days]
    rows = "".join(
        f'<tr><th scope="row">{day.day}</th><td>{day.shown}</td>'
        f"<td>{share(day.liked, day.reacted)}</td><td>{signed(day.reward / day.shown)}</td></tr>"
        for day in days
    )
    name = escape(one.version)
    columns = ("day", "shown", "liked", "reward")
    table = _wide_table(text("insights.by_day_spoken", version=name), columns, rows)
    return (
        f"<figure><figcaption>{text('insights.by_day', version=name)}</figcaption>"
        '<div class="mq-charts">'
        f"{_chart(text('insights.liked_chart'), liked, days, 0.0, 1.0)}"
        f"{_chart(text('insights.reward'), reward, days, -0.5, 1.0)}</div>"
        f'<details data-keep="days-{name}"><summary>{text("insights.as_table")}</summary>'
        f"{table}</details></figure>"
    )


def _chart(
    name: str, values: Sequence[float | None], days: Sequence[Day], low: float, high: float
) -> str:
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
    words = escape(_in_words(name, values, days))
    zero = f'<path class="mq-axis" d="M0 {height(0):.1f}H{_WIDTH}"/>'
    return (
        f'<div><svg viewBox="-3 -3 {_WIDTH + 6} {_HEIGHT + 6}" role="img" aria-label="{words}">'
        f'{zero}<path class="mq-line" d="{"".join(path)}"/></svg><p>{words}</p></div>'
    )


def _in_words(name: str, values: Sequence[float | None], days: Sequence[Day]) -> str:
    """What a chart shows, for those who do not see it."""
    known = [value for value in values if value is not None]
    if not known:
        return text("insights.no_chart", name=name)
    return text(
        "insights.chart",
        name=name,
        first_day=days[0].day,
        last_day=days[-1].day,
        first=f"{known[0]:.2f}",
        last=f"{known[-1]:.2f}",
        least=f"{min(known):.2f}",
        most=f"{max(known):.2f}",
    )


def _gates(insights: Insights) -> str:
    """Which policies were let in and which not, newest first; of a single one how it passed."""
    title = f"<section><h3>{text('insights.gate')}</h3>"
    if not insights.history:
        gate = insights.manifest.get("gate")
        judged = _judged(gate) if isinstance(gate, Mapping) else text("insights.no_gate")
        return f"{title}<p>{judged}</p></section>"
    rows = "".join(_gate(entry) for entry in reversed(insights.history))
    columns = ("policy", "event", "day", "parent", "judged")
    table = _wide_table(text("insights.gate"), columns, rows)
    return f"{title}<p>{text('insights.gated')}</p>{table}</section>"


def _gate(entry: Entry) -> str:
    event = text(f"insights.{entry.event.name.lower()}")
    return (
        f'<tr><th scope="row">{escape(entry.version)}</th><td>{event}</td>'
        f"<td>{escape(entry.at[:10])}</td><td>{escape(entry.parent or '–')}</td>"
        f"<td>{_judged(entry.gate)}</td></tr>"
    )


def _judged(gate: Mapping[str, Any]) -> str:
    """What the gate found, in words; a dash where there was none."""
    difference = gate.get("rewards", {}).get("difference")
    if not difference:
        return "–"
    value, low, high = (f"{number:+.3f}".replace("-", "−") for number in difference)
    return text(
        "insights.difference",
        value=value,
        low=low,
        high=high,
        conversations=f"{gate['sessions']:,}",
    )


def _training(manifest: Mapping[str, Any]) -> str:
    """How the policy was made, by its manifest."""
    facts = "".join(
        f"<div><dt>{text(f'insights.{name}')}</dt><dd>{_figure(manifest[name])}</dd></div>"
        for name in ("people", "ratings", "steps")
        if name in manifest
    )
    validation = manifest.get("validation")
    held_out = validation if isinstance(validation, Mapping) else {}
    figures = {text(f"insights.{name}"): held_out[name] for name in _EXAM if name in held_out}
    exam = _table(text("insights.exam"), figures) if figures else ""
    return (
        f"<section><h3>{text('insights.trained')}</h3>"
        f'<dl class="mq-facts">{facts}</dl>{exam}</section>'
    )


def _table(name: str, figures: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(str(key).replace("_", " "))}</th>'
        f"<td>{_figure(value)}</td></tr>"
        for key, value in figures.items()
        if isinstance(value, int | float | str)
    )
    return f'<table class="mq-table"><caption>{name}</caption><tbody>{rows}</tbody></table>'


def _figure(value: object) -> str:
    if isinstance(value, bool):
        return text("insights.yes") if value else text("insights.no")
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.2f}".replace("-", "−") if isinstance(value, float) else escape(str(value))


def share(part: int, whole: int) -> str:
    """A share as people read it.

    >>> share(1, 8), share(1, 1000), share(0, 0)
    ('12 %', 'under 1 %', '–')
    """
    if 0 < 100 * part < whole:
        return text("insights.hardly")
    return f"{100 * part / whole:.0f} %" if whole else "–"
