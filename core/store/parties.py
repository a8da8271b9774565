"""Evenings together: sessions that look for a film for all of them, joined by a code.

A party is a code and its members. Each member is a session like any other, with a transcript, a log
and an id of its own; nothing of one person is written into the record of another. Somebody without
a browser of their own can take part through the browser of a member, their host.

Locks, always in this order: the sessions' locks of this process by id, the party's row, the
sessions' rows by id.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from core.errors import PartyError, UnknownIdError
from core.store.database import Database, Locks, busy
from core.store.records import OPTED_OUT, Member, is_id, storable
from core.store.schema import members, now, parties, sessions, wrong_codes
from core.store.session import SessionRecord

Thought = TypeVar("Thought")
Result = TypeVar("Result")

MOST_MEMBERS: Final = 6
"""People of one evening: more rows of buttons than that no card has room for."""
LONGEST_NAME: Final = 24

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs that nobody mistakes for one another: no 0 and O, no 1, I and L."""
CODE_SIGNS: Final = 8
"""31⁸ = 853 billion codes. With 100 open at once and `WRONG_A_CLIENT` tries, somebody who guesses
day and night for a year from 30 addresses has a chance of 1 in 270 to get into one of them."""
CODE_LASTS: Final = timedelta(hours=1)

WRONG_EACH: Final = 5
"""Wrong codes of one session within `WRONG_WINDOW`; after that it has to wait."""
WRONG_A_CLIENT: Final = 20
"""Wrong codes of one client's sessions together within `WRONG_WINDOW`, since anybody can start
sessions. Nobody else has to wait for them."""
WRONG_WINDOW: Final = timedelta(minutes=10)

_TRIES: Final = 20
_THOUGHTS: Final = (False, False, True, True)
"""How often `considered` thinks at most; True: while nobody of this process can come in between."""
_NOBODY: Final = "You are not in an evening together."


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Everybody of an evening, each open under the lock of their session.

    Of somebody alone it holds their one session and no code.
    """

    own: int
    """Number of the session that asked."""
    people: tuple[Member, ...]
    """In the order they came."""
    records: dict[int, SessionRecord]
    """By number of the session."""
    code: str = ""
    """Empty without a party and where it has expired."""
    code_until: datetime | None = None
    revision: str = ""
    """What `Parties.revision` said when the records were opened."""

    @property
    def version(self) -> tuple[object, ...]:
        """Another one as soon as who is there, or anything of anybody's session, has changed."""
        return self.people, *(record.version for record in self.records.values())

    def finish(self) -> None:
        """Write what was kept back to the end."""
        for record in self.records.values():
            record.finish()

    @property
    def held(self) -> tuple[Member, ...]:
        """The member that asked, and their guests."""
        return tuple(one for one in self.people if self.own in (one.number, one.host))


class Parties:
    """Opens, joins and leaves evenings; safe for many threads and many processes."""

    def __init__(self, database: Database, locks: Locks) -> None:
        self._database = database
        self._locks = locks
        self._thoughts = Locks()

    @contextmanager
    def seen(self, session_id: str) -> Iterator[Gathering]:
        """A session and all that share its evening, as of one moment, to be read.

        Waits for nobody, and nobody waits for it. UnknownIdError and StoreError as for `gathered`.
        """
        with self._database.read() as connection:
            own, party = _who(connection, session_id)
            row = _lock(connection, party, writable=False)
            yield _gathered(connection, session_id, own, party, row, writable=False)

    def considered(
        self,
        session_id: str,
        think: Callable[[Gathering], Thought],
        write: Callable[[Gathering, Thought], Result],
    ) -> Result:
        """Go on with a session where that takes thought: think, then write, all of it or nothing.

        `think` reads as of one moment, past all locks but that of other thoughts on this session.
        `write` gets what it came to, where nothing has changed since; else there is another try,
        the last ones with the locks of this process held, yet never with the database's.

        Raises as `gathered` does; StoreError where it was changed during every try.
        """
        with self._thoughts.hold(session_id):
            for undisturbed in _THOUGHTS:
                with self._held(session_id) if undisturbed else nullcontext():
                    with self.seen(session_id) as seen:
                        thought = think(seen)
                    with (
                        nullcontext() if undisturbed else self._held(session_id),
                        self._locked(session_id) as (_, _, gathering),
                    ):
                        if gathering.version == seen.version:
                            result = write(gathering, thought)
                            gathering.finish()
                            return result
        raise busy("This conversation")

    @contextmanager
    def gathered(self, session_id: str) -> Iterator[Gathering]:
        """Go on with a session and all that share its evening, locked, in one transaction.

        Raises UnknownIdError for an id that was not issued (or forgotten), StoreError when the
        database fails.
        """
        with self._gathering(session_id) as (_, _, gathering):
            yield gathering
            gathering.finish()

    def open(self, session_id: str, name: str) -> str:
        """The code under which others join this session's evening, a new one if need be.

        A code that has expired is replaced. `name` counts for a new evening only.
        """
        with self._gathering(session_id) as (connection, party, gathering):
            if gathering.code:
                return gathering.code
            code, until = _new_code(), now() + CODE_LASTS
            if party is not None:
                connection.execute(
                    update(parties)
                    .where(parties.c.number == party)
                    .values(code=code, code_until=until)
                )
                return code
            made = connection.execute(
                insert(parties).values(code=code, code_until=until, created_at=now())
            )
            key = made.inserted_primary_key
            assert key is not None
            _add(connection, int(key[0]), gathering.own, name)
            return code

    def join(self, session_id: str, code: str, name: str) -> None:
        """Become a member of the evening that a code opens; an evening one is in is left for it.

        PartyError for a code that opens nothing now, after too many of them, and where there is no
        room.
        """
        self._try(session_id, code)
        self.leave(session_id, quiet=True)
        with self._locks.hold(session_id), self._database.write() as connection:
            party = connection.scalar(_open_party(code).with_for_update())
            if party is None:
                raise PartyError(_UNOPENED)
            _add(connection, party, _who(connection, session_id)[0], name)

    def add_guest(self, session_id: str, guest_id: str, name: str) -> int:
        """Make a session a guest of this one, speaking through its browser; returns its number.

        Opens an evening where there is none. PartyError where there is no room.
        """
        self.open(session_id, "")
        with self._gathering(session_id) as (connection, party, gathering):
            assert party is not None
            number, _ = _who(connection, guest_id)
            _add(connection, party, number, name, host=gathering.own)
            return number

    def leave(self, session_id: str, *, quiet: bool = False) -> None:
        """Go out of the evening. Guests go too, with all that is held about them.

        PartyError where there is none, unless `quiet`.
        """
        with self._gathering(session_id) as (connection, party, gathering):
            if party is None and not quiet:
                raise PartyError(_NOBODY)
            _forget_guests(connection, gathering.own)
            connection.execute(delete(members).where(members.c.session == gathering.own))
            _close_if_empty(connection, party)
        self._database.wipe_deleted()

    def send_away(self, session_id: str, number: int) -> None:
        """Delete everything about a guest of this session. UnknownIdError for anybody else."""
        with self._gathering(session_id) as (connection, _, gathering):
            if number not in {one.number for one in gathering.held} - {gathering.own}:
                raise UnknownIdError("That is no guest of yours (any more).")
            connection.execute(delete(sessions).where(sessions.c.number == number))
        self._database.wipe_deleted()

    def forget(self, session_id: str, before: datetime | None = None) -> bool:
        """Delete everything about a session and its guests, from the log too, and nothing else.

        Not where somebody of the evening spoke since `before`; returns whether it did.
        """
        with self._gathering(session_id) as (connection, party, gathering):
            moments = (record.version[1] for record in gathering.records.values())
            if before is not None and max(moments) >= before:
                return False
            _forget_guests(connection, gathering.own)
            connection.execute(delete(sessions).where(sessions.c.number == gathering.own))
            _close_if_empty(connection, party)
            return True

    def revision(self, session_id: str) -> str:
        """Changes whenever anything visible to the evening does; "" without one. Locks nothing."""
        with self._database.read() as connection:
            _, party = _who(connection, session_id)
            if party is None:
                return ""
            return _revision(connection, party)

    def _try(self, session_id: str, code: str) -> None:
        """Counts a wrong code, in a transaction that outlives the refusal."""
        with self._database.write() as connection:
            (session, joined), moment = _who(connection, session_id), now()
            too_many = _tried_too_often(connection, session, moment)
            opened = None if too_many else connection.scalar(_open_party(code))
            if opened is not None and opened == joined:
                raise PartyError("You are in that evening already: the code is for the others.")
            if opened is None and not too_many:
                connection.execute(insert(wrong_codes).values(session=session, tried_at=moment))
        if too_many:
            raise PartyError("That were too many wrong codes: try again in ten minutes.")
        if opened is None:
            raise PartyError(_UNOPENED)

    @contextmanager
    def _gathering(self, session_id: str) -> Iterator[tuple[Connection, int | None, Gathering]]:
        """Everybody locked. Who they are is read before there is a lock, and again under it."""
        for _ in range(_TRIES):
            with (
                self._held(session_id) as ids,
                self._locked(session_id) as (connection, party, gathering),
            ):
                if _ids(gathering.people, session_id) == ids:
                    yield connection, party, gathering
                    return
        raise busy("This evening")

    @contextmanager
    def _held(self, session_id: str) -> Iterator[list[str]]:
        """The locks of this process of everybody who is there now."""
        with self._database.read() as before:
            ids = _ids(_members(before, _who(before, session_id)[1]), session_id)
        with ExitStack() as stack:
            for one in ids:
                stack.enter_context(self._locks.hold(one))
            yield ids

    @contextmanager
    def _locked(self, session_id: str) -> Iterator[tuple[Connection, int | None, Gathering]]:
        """Everybody as they are in a writing transaction, their rows locked."""
        with self._database.write() as connection:
            own, party = _who(connection, session_id)
            row = _lock(connection, party)
            yield connection, party, _gathered(connection, session_id, own, party, row)


_UNOPENED: Final = "No evening is open under that code (any more): check it, or ask for a new one."


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIGNS))


def _tried_too_often(connection: Connection, session: int, moment: datetime) -> bool:
    """Whether a session, or its client's together, gave too many wrong codes; forgets old ones."""
    connection.execute(delete(wrong_codes).where(wrong_codes.c.tried_at < moment - WRONG_WINDOW))
    count = select(func.count()).select_from(wrong_codes)
    own = connection.execute(count.where(wrong_codes.c.session == session)).scalar_one()
    client = connection.scalar(select(sessions.c.client).where(sessions.c.number == session))
    if client in ("", OPTED_OUT, None):
        return own >= WRONG_EACH
    theirs = count.join(sessions, sessions.c.number == wrong_codes.c.session)
    together = connection.execute(theirs.where(sessions.c.client == client)).scalar_one()
    return own >= WRONG_EACH or together >= WRONG_A_CLIENT


def _open_party(code: str) -> Any:
    """Number of the party that a code, typed in any case and grouping, opens now."""
    plain = re.sub(r"[\s-]", "", code).upper()[: 2 * CODE_SIGNS]
    return select(parties.c.number).where(
        parties.c.code == storable(plain), parties.c.code_until > now()
    )


def _who(connection: Connection, session_id: str) -> tuple[int, int | None]:
    """Number of a session, and of its party."""
    query = select(sessions.c.number, members.c.party)
    query = query.outerjoin(members, members.c.session == sessions.c.number).where(
        sessions.c.id == session_id
    )
    row = connection.execute(query).one_or_none() if is_id(session_id) else None
    if row is None:
        raise UnknownIdError("This session is not known here (any more): start a new one.")
    return row.number, row.party


def _revision(connection: Connection, party: int) -> str:
    query = select(sessions.c.number, sessions.c.updated_at).join(
        members, members.c.session == sessions.c.number
    )
    rows = connection.execute(query.where(members.c.party == party).order_by(sessions.c.number))
    return f"{party}.{'.'.join(f'{number}-{moment.timestamp():.6f}' for number, moment in rows)}"


def _lock(connection: Connection, party: int | None, *, writable: bool = True) -> Row[Any] | None:
    """The row of a party; locked, unless it is only read."""
    if party is None:
        return None
    query = select(parties).where(parties.c.number == party)
    return connection.execute(query.with_for_update() if writable else query).one_or_none()


def _gathered(
    connection: Connection,
    session_id: str,
    own: int,
    party: int | None,
    row: Row[Any] | None,
    *,
    writable: bool = True,
) -> Gathering:
    """Everybody who is there, their rows locked unless they are only read."""
    people = _members(connection, party)
    query = select(sessions).where(sessions.c.id.in_(_ids(people, session_id)))
    query = query.order_by(sessions.c.id)
    rows = connection.execute(query.with_for_update() if writable else query).all()
    is_open = row is not None and row.code_until > now()
    return Gathering(
        own=own,
        people=people,
        records={one.number: SessionRecord(connection, one, writable=writable) for one in rows},
        code=row.code if row is not None and is_open else "",
        code_until=row.code_until if row is not None and is_open else None,
        revision="" if party is None else _revision(connection, party),
    )


def _ids(people: Iterable[Member], session_id: str) -> list[str]:
    return sorted({session_id, *(one.session for one in people)})


def _members(connection: Connection, party: int | None) -> tuple[Member, ...]:
    query = select(sessions.c.number, sessions.c.id, members.c.name, members.c.host)
    query = query.join(sessions, sessions.c.number == members.c.session).where(
        members.c.party == party
    )
    order = query.order_by(members.c.joined_at, sessions.c.number)
    return tuple(Member(*row) for row in connection.execute(order)) if party is not None else ()


def _add(
    connection: Connection, party: int, session: int, name: str, host: int | None = None
) -> None:
    """One more member, under a name of their own."""
    there = _members(connection, party)
    if session in {one.number for one in there}:
        raise PartyError("That person is in this evening already.")
    if len(there) >= MOST_MEMBERS:
        raise PartyError(f"That evening is full: {MOST_MEMBERS} people have joined it.")
    taken = {one.name for one in there}
    wanted = " ".join(storable(name).split())[:LONGEST_NAME].strip() or f"Person {len(there) + 1}"
    names = [
        wanted,
        *(f"{wanted[: LONGEST_NAME - 3]} {number}" for number in range(2, MOST_MEMBERS + 2)),
    ]
    free = next(one for one in names if one not in taken)
    connection.execute(
        insert(members).values(session=session, party=party, name=free, host=host, joined_at=now())
    )


def _forget_guests(connection: Connection, host: int) -> None:
    guests = select(members.c.session).where(members.c.host == host)
    connection.execute(delete(sessions).where(sessions.c.number.in_(guests)))


def _close_if_empty(connection: Connection, party: int | None) -> None:
    if party is not None and not _members(connection, party):
        connection.execute(delete(parties).where(parties.c.number == party))
