"""One session, open under its lock, inside one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select, update

from core.domain import Reaction
from core.errors import UnknownIdError
from core.store.records import (
    LONG,
    Answer,
    Shown,
    Turn,
    finite,
    is_id,
    kind_of,
    plainly,
    restored,
    shortened,
    storable,
)
from core.store.schema import (
    CLEARED,
    LIVE,
    UNDONE,
    extras,
    now,
    reactions,
    recommendations,
    requests,
    sessions,
    states,
    turns,
)
from core.store.shelf import Shelf

REQUESTS_KEPT: Final = timedelta(days=1)
"""A reply that was lost is asked for again within seconds; a laptop may have been closed."""

_SHOWN = select(recommendations, reactions.c.reaction, reactions.c.reward).outerjoin(
    reactions, reactions.c.recommendation == recommendations.c.id
)
_OF_TURN = (turns.c.session == recommendations.c.session) & (
    turns.c.number == recommendations.c.turn
)


class SessionRecord:
    """What is on record of one session; made by `Store.session`, of no use after its `with` block.

    Everything read and written here belongs to one transaction, and nobody else changes the session
    meanwhile.
    """

    def __init__(self, connection: Connection, row: Row[Any], *, writable: bool = True) -> None:
        self._connection = connection
        self._number: int = row.number
        self._written_state: str | None = row.state
        self._state = ""
        self._states = Wholes(connection)
        self._next_number: int = row.next_turn
        self._updated_at: datetime = row.updated_at
        self._writable = writable
        self._turns: tuple[Turn, ...] | None = None
        self._last: tuple[Turn | None] | None = None
        self._changed = False
        self._closed = False

    @property
    def version(self) -> tuple[int, datetime]:
        """As of when it was opened: another one as soon as anything of the session has changed."""
        return self._number, self._updated_at

    @property
    def state(self) -> str:
        """JSON of the `SessionState` now; assign to change it."""
        if self._written_state is not None:
            self._state = self._states.restore(self._number, self._written_state)
            self._written_state = None
        return self._state

    @state.setter
    def state(self, state_json: str) -> None:
        self._touch()
        self._state, self._written_state = storable(state_json), None

    @property
    def next_number(self) -> int:
        """Number that the next turn must have."""
        return self._next_number

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The live turns in order, with their present reactions, in two queries."""
        if self._turns is None:
            self._turns = read_turns(self._connection, self._live())
        return self._turns

    def recent(self, count: int) -> tuple[Turn, ...]:
        """The last `count` live turns in order, without reading the ones before them."""
        if self._turns is not None or count <= 0:
            return self.turns[-count:] if count > 0 else ()
        numbers = (
            select(turns.c.number).where(self._live()).order_by(turns.c.number.desc()).limit(count)
        )
        first = min(self._connection.scalars(numbers), default=None)
        if first is None:
            return ()
        return read_turns(self._connection, self._live() & (turns.c.number >= first))

    @property
    def n_turns(self) -> int:
        """Number of live turns."""
        if self._turns is not None:
            return len(self._turns)
        count = select(func.count()).select_from(turns).where(self._live())
        return self._connection.execute(count).scalar_one()

    @property
    def last(self) -> Turn | None:
        """The last live turn, without reading the ones before it; None where there is none."""
        if self._turns is not None:
            return self._turns[-1] if self._turns else None
        if self._last is None:
            self._last = (self._one(select(func.max(turns.c.number)).where(self._live())),)
        return self._last[0]

    @property
    def last_shown(self) -> Turn | None:
        """The last live turn that showed films, None without any; reads no others."""
        last = self.last
        if last is None or last.shown:
            return last
        return self._one(
            select(func.max(recommendations.c.turn)).join(turns, _OF_TURN).where(self._live())
        )

    def add(self, turn: Turn) -> None:
        """Append a turn, with what it shows; the state becomes its `state_after`.

        ValueError unless `turn.number` is `next_number`; StoreError at a recommendation id that is
        taken.
        """
        if turn.number != self._next_number:
            raise ValueError(f"the next turn has number {self._next_number}, not {turn.number}")
        self.state = turn.state_after
        moment = now()
        self._connection.execute(
            insert(turns).values(
                session=self._number,
                number=turn.number,
                status=LIVE,
                text=turn.text,
                understood=turn.understood,
                reply=turn.reply,
                state_before=self._states.keep(self._number, turn.state_before),
                state_shown=self._states.keep(self._number, turn.state_shown),
                state_after=self._states.keep(self._number, turn.state_after),
                created_at=moment,
            )
        )
        if turn.shown:
            self._connection.execute(
                insert(recommendations),
                [
                    {
                        "id": shown.id,
                        "session": self._number,
                        "turn": turn.number,
                        "position": shown.position,
                        "movie_id": shown.movie_id,
                        "q_value": shown.q_value,
                        "propensity": shown.propensity,
                        "policy_version": shown.policy_version,
                        "explored": shown.explored,
                        "reasons": shown.reasons,
                        "shown_at": moment,
                    }
                    for shown in turn.shown
                ],
            )
        self._next_number += 1
        for shown in turn.shown:
            if shown.reaction is not None:
                self.react(shown.id, shown.reaction, shown.reward)

    def undo(self) -> Turn | None:
        """Take the last live turn out of the conversation; None if there is none.

        The turn stays on record as undone; it and its reactions no longer count. The state goes
        back to the turn's `state_before`: reactions to earlier turns that came after it stay on
        record (`turns`), but are not in that state; who wants them there replays them.
        """
        turn = self.last
        if turn is None:
            return None
        self._close_turns(UNDONE, turns.c.number == turn.number)
        self.state = turn.state_before
        return turn

    def clear(self, state_json: str) -> None:
        """Start over: no live turns, extras or imported ratings; watch-list and log stay."""
        self._close_turns(CLEARED)
        self._connection.execute(delete(extras).where(extras.c.session == self._number))
        self.shelf.drop_imported()
        self.state = state_json

    def shown(self, recommendation_id: str) -> Shown:
        """A recommendation of a live turn of this session; UnknownIdError for every other id."""
        query = _SHOWN.join(turns, _OF_TURN).where(
            self._live(), recommendations.c.id == recommendation_id
        )
        row = self._connection.execute(query).one_or_none() if is_id(recommendation_id) else None
        if row is None:
            raise UnknownIdError("This recommendation is not part of the conversation (any more).")
        return _shown(row)

    def react(self, recommendation_id: str, reaction: Reaction | str, reward: float) -> bool:
        """Set the reaction to a recommendation, or take it back; True if something changed.

        The same call twice changes nothing the second time. UnknownIdError as for `shown`;
        ValueError for an unknown reaction and for a reward that is not finite.
        """
        kind, reward = kind_of(reaction), finite("reward", reward)
        before = self.shown(recommendation_id)
        if kind is None:
            reward = 0.0
        if (before.reaction, before.reward) == (kind, reward):
            return False
        self._touch()
        its = reactions.c.recommendation == recommendation_id
        moment = now()
        if kind is None:
            self._connection.execute(delete(reactions).where(its))
        elif before.reaction is None:
            self._connection.execute(
                insert(reactions).values(
                    recommendation=recommendation_id,
                    reaction=kind,
                    reward=reward,
                    created_at=moment,
                    updated_at=moment,
                )
            )
        else:
            self._connection.execute(
                update(reactions).where(its).values(reaction=kind, reward=reward, updated_at=moment)
            )
        return True

    def answered(self, request: str) -> Answer | None:
        """What answered a request, even if it was taken back since; None where nothing did.

        ValueError for a number of another form than an id.
        """
        if not is_id(request):
            raise ValueError("a request's number is 1 to 64 letters, digits, - and _")
        its = (requests.c.session == self._number) & (requests.c.request == request)
        row = self._connection.execute(select(requests).where(its)).one_or_none()
        if row is None:
            return None
        which = (turns.c.session == self._number) & (turns.c.number == row.turn)
        turn = read_turns(self._connection, which) if row.turn is not None else ()
        return Answer(row.reply, turn[0] if turn else None)

    def answer(self, request: str, reply: str, turn: int | None) -> None:
        """Keep what answered a request, for `REQUESTS_KEPT`."""
        self._touch()
        moment, its = now(), requests.c.session == self._number
        old = requests.c.answered_at < moment - REQUESTS_KEPT
        self._connection.execute(delete(requests).where(its, old))
        kept = {
            "session": self._number,
            "request": request,
            "turn": turn,
            "reply": storable(reply),
            "answered_at": moment,
        }
        self._connection.execute(insert(requests).values(kept))

    @property
    def extras(self) -> Mapping[str, str]:
        """Small notes of the session (an open question, say) by key."""
        return read_extras(self._connection, self._number)

    def set_extra(self, key: str, text: str | None) -> None:
        """Write a note; None deletes it."""
        self._touch()
        key = storable(key)
        its = (extras.c.session == self._number) & (extras.c.key == key)
        self._connection.execute(delete(extras).where(its))
        if text is not None:
            note = {
                "session": self._number,
                "key": key,
                "text": storable(text),
                "updated_at": now(),
            }
            self._connection.execute(insert(extras).values(note))

    @property
    def shelf(self) -> Shelf:
        """The watch-list and the imported ratings of the session."""
        return Shelf(self._connection, self._number, self._touch)

    def finish(self) -> None:
        """Write what was kept back to the end (`Store.session` calls this before it commits)."""
        if self._changed:
            # Later than before also where the clock was put back: it tells versions apart.
            state = self._written_state or self._states.keep(self._number, self._state)
            moment = max(now(), self._updated_at + timedelta(microseconds=1))
            self._connection.execute(
                update(sessions)
                .where(sessions.c.number == self._number)
                .values(state=state, next_turn=self._next_number, updated_at=moment)
            )
        self._closed = True

    def _touch(self) -> None:
        if not self._writable:
            raise RuntimeError("this session record is open to be read, not to be changed")
        if self._closed:
            raise RuntimeError("this session record is closed: open it again with Store.session")
        self._changed = True
        self._turns = self._last = None

    def _one(self, number: Select[tuple[int]]) -> Turn | None:
        """The live turn whose number a query gives."""
        found = self._connection.scalar(number)
        if found is None:
            return None
        return read_turns(self._connection, self._live() & (turns.c.number == found))[0]

    def _live(self) -> ColumnElement[bool]:
        return (turns.c.session == self._number) & (turns.c.status == LIVE)

    def _close_turns(self, status: str, *which: ColumnElement[bool]) -> None:
        self._touch()
        self._connection.execute(
            update(turns).where(self._live(), *which).values(status=status, closed_at=now())
        )


class Wholes:
    """States of sessions as they are written: a short one as it is, of a long one what differs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[tuple[int, int], str] = {}
        self._latest: dict[int, tuple[int, str]] = {}

    def restore(self, session: int, written: str) -> str:
        """A state, whole; as written where it cannot be restored, which no reader takes for one."""
        try:
            return restored(written, lambda number: self._whole(session, number))
        except ValueError:
            return written

    def keep(self, session: int, text: str) -> str:
        """What to write for a state; keeps it whole where it is long and like none before."""
        if len(text) < LONG:
            return plainly(text)
        if session not in self._latest:
            query = select(states.c.number, states.c.text).where(states.c.session == session)
            row = self._connection.execute(query.order_by(states.c.number.desc()).limit(1)).first()
            self._latest[session] = (0, "") if row is None else (row.number, row.text)
        number, whole = self._latest[session]
        short = shortened(text, whole, number) if number else None
        if short is None:
            fresh = {"session": session, "number": number + 1, "text": text}
            self._connection.execute(insert(states).values(fresh))
            self._latest[session] = number + 1, text
            return f"@{number + 1}:{len(text)}:0:"
        return short

    def _whole(self, session: int, number: int) -> str:
        if (session, number) not in self._read:
            its = (states.c.session == session) & (states.c.number == number)
            text = self._connection.scalar(select(states.c.text).where(its))
            if text is None:
                raise ValueError(f"state {number} of session {session} is not there")
            self._read[session, number] = text
        return self._read[session, number]


def read_turns(connection: Connection, which: ColumnElement[bool]) -> tuple[Turn, ...]:
    """The turns of one session that fulfil a condition on `turns`, in order, in two queries."""
    shown: dict[int, list[Shown]] = defaultdict(list)
    wholes = Wholes(connection)
    query = _SHOWN.join(turns, _OF_TURN).where(which)
    for row in connection.execute(
        query.order_by(recommendations.c.turn, recommendations.c.position)
    ):
        shown[row.turn].append(_shown(row))
    return tuple(
        Turn(
            number=row.number,
            text=row.text,
            understood=row.understood,
            reply=row.reply,
            shown=tuple(shown[row.number]),
            state_before=wholes.restore(row.session, row.state_before),
            state_after=wholes.restore(row.session, row.state_after),
            state_shown=wholes.restore(row.session, row.state_shown),
            at=row.created_at,
        )
        for row in connection.execute(select(turns).where(which).order_by(turns.c.number))
    )


def read_extras(connection: Connection, session: int) -> Mapping[str, str]:
    """All notes of one session by key, in order of key."""
    query = (
        select(extras.c.key, extras.c.text)
        .where(extras.c.session == session)
        .order_by(extras.c.key)
    )
    return MappingProxyType({row.key: row.text for row in connection.execute(query)})


def _shown(row: Row[tuple[object, ...]]) -> Shown:
    return Shown(
        id=row.id,
        movie_id=row.movie_id,
        position=row.position,
        q_value=row.q_value,
        propensity=row.propensity,
        policy_version=row.policy_version,
        explored=row.explored,
        reasons=row.reasons,
        reaction=row.reaction,
        reward=0.0 if row.reward is None else row.reward,
    )
