"""How each policy fares by day: what it showed, what people made of it, what it reached."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from core.domain import Reaction
from core.store.schema import UNDONE, reactions, recommendations, turns


@dataclass(frozen=True, slots=True)
class Day:
    """One policy on one day. Undone turns are not counted."""

    day: str
    """UTC, "2026-11-24"."""
    shown: int
    """Films recommended."""
    reacted: int
    """Of those, films that have a reaction."""
    liked: int
    """Of those, thumbs up."""
    reward: float
    """Of all of them together, in units of one thumb up."""


@dataclass(frozen=True, slots=True)
class VersionProgress:
    """One policy over its days."""

    version: str
    days: tuple[Day, ...]
    """In order."""
    films: int
    """Different films it has recommended."""

    @property
    def total(self) -> Day:
        """All days as one, under the name of the first."""
        first = self.days[0].day if self.days else ""
        counts = ((day.shown, day.reacted, day.liked, day.reward) for day in self.days)
        shown, reacted, liked, reward = (
            (sum(column) for column in zip(*counts, strict=True)) if self.days else (0,) * 4
        )
        return Day(first, int(shown), int(reacted), int(liked), float(reward))


def read_progress(connection: Connection, *, utc_dates: bool) -> tuple[VersionProgress, ...]:
    """Every version that recommended something, in order of its first day.

    `utc_dates` says that the database holds times as UTC text (SQLite); otherwise they are turned
    to UTC there.
    """
    shown_at = recommendations.c.shown_at
    day = func.date(shown_at if utc_dates else func.timezone("UTC", shown_at)).label("day")
    of_turn = (turns.c.session == recommendations.c.session) & (
        turns.c.number == recommendations.c.turn
    )
    counted = recommendations.join(turns, of_turn).outerjoin(
        reactions, reactions.c.recommendation == recommendations.c.id
    )
    version = recommendations.c.policy_version
    query = (
        select(
            version,
            day,
            func.count().label("shown"),
            func.count(reactions.c.reaction).label("reacted"),
            func.sum(case((reactions.c.reaction == Reaction.UP.value, 1), else_=0)).label("liked"),
            func.coalesce(func.sum(reactions.c.reward), 0.0).label("reward"),
        )
        .select_from(counted)
        .where(turns.c.status != UNDONE)
        .group_by(version, day)
        .order_by(day, version)
    )
    days: dict[str, list[Day]] = {}
    for row in connection.execute(query):
        day_of_version = Day(
            str(row.day), int(row.shown), int(row.reacted), int(row.liked), float(row.reward)
        )
        days.setdefault(row.policy_version, []).append(day_of_version)
    reached = select(version, func.count(func.distinct(recommendations.c.movie_id))).select_from(
        counted
    )
    films = {
        name: int(count)
        for name, count in connection.execute(
            reached.where(turns.c.status != UNDONE).group_by(version)
        )
    }
    return tuple(
        VersionProgress(name, tuple(its), films.get(name, 0)) for name, its in days.items()
    )
