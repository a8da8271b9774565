"""Logged steps by hand, in the cinema of `learning_worlds`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.catalogue import Catalogue
from core.domain import Reaction
from core.session import SessionState
from core.store import LoggedStep

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def logged(
    catalogue: Catalogue,
    state: SessionState,
    *films: tuple[int, Reaction | None],
    session: int = 1,
    turn: int = 0,
    propensity: float = 0.5,
    version: str = "old-1",
    client: str | None = None,
    day: int = 0,
) -> list[LoggedStep]:
    """A slate of (token, reaction), as `Store.log` gives it."""
    return [
        LoggedStep(
            session=session,
            turn=turn,
            position=position,
            recommendation_id=f"{session}-{turn}-{position}",
            state=state.to_json(catalogue),
            movie_id=catalogue.movie(token).movie_id,
            q_value=0.3,
            propensity=propensity,
            policy_version=version,
            explored=False,
            reaction=None if reaction is None else reaction.value,
            reward=0.0 if reaction is None else reaction.reward,
            shown_at=NOON + timedelta(days=day),
            reacted_at=None if reaction is None else NOON,
            client=f"client-{session}" if client is None else client,
        )
        for position, (token, reaction) in enumerate(films)
    ]
