"""What a person keeps beyond the conversation: a watch-list and the ratings they brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from core.store.records import Saved, finite
from core.store.schema import imported, now, watchlist

_AT_ONCE: Final = 500
"""Rows named in one statement: SQLite takes 32,766 values."""


class Shelf:
    """Watch-list and imported ratings of one session; of no use after its transaction."""

    def __init__(self, connection: Connection, session: int, touch: Callable[[], None]) -> None:
        self._connection = connection
        self._session = session
        self._touch = touch
        self._its = watchlist.c.session == session

    # ---- the watch-list

    @property
    def saved(self) -> tuple[Saved, ...]:
        """The watch-list, in the order in which films were saved."""
        return tuple(
            Saved(**row._asdict()) for row in read_watchlist(self._connection, self._session)
        )

    def save(self, movie_id: int) -> bool:
        """Put a film on the watch-list; False where it is there already."""
        self._touch()
        if (
            self._connection.scalar(select(watchlist.c.movie_id).where(self._film(movie_id)))
            is not None
        ):
            return False
        self._connection.execute(
            insert(watchlist).values(
                session=self._session, movie_id=movie_id, saved_at=now(), watched_at=None
            )
        )
        return True

    def remove(self, movie_id: int) -> bool:
        """Take a film off the watch-list; False where it was not on it."""
        self._touch()
        return bool(
            self._connection.execute(delete(watchlist).where(self._film(movie_id))).rowcount
        )

    def mark(self, movie_id: int, *, watched: bool) -> bool:
        """Mark a film of the watch-list as watched, or not; False where that changes nothing."""
        self._touch()
        other = watchlist.c.watched_at.is_(None) if watched else watchlist.c.watched_at.is_not(None)
        moment = now() if watched else None
        marked = update(watchlist).where(self._film(movie_id), other).values(watched_at=moment)
        return bool(self._connection.execute(marked).rowcount)

    def _film(self, movie_id: int) -> Any:
        return self._its & (watchlist.c.movie_id == int(movie_id))

    # ---- imported ratings

    @property
    def imported(self) -> Mapping[int, float | None]:
        """Imported stars (0.5–5) by movieId; None for a film that was only watched."""
        rows = read_imported(self._connection, self._session)
        return MappingProxyType({row.movie_id: row.stars for row in rows})

    def merged(self, stars: Mapping[int, float | None]) -> Mapping[int, float | None]:
        """What is to be kept of these films, of which ratings are brought.

        A film that was only watched keeps the stars it has: a rating stays until a newer one comes.
        """
        before = self.imported if None in stars.values() else {}
        return {film: before.get(film) if value is None else value for film, value in stars.items()}

    def add_imported(self, stars: Mapping[int, float | None]) -> None:
        """Keep ratings, `merged` with older ones of these films; ValueError outside 0.5–5."""
        self._touch()
        stars = self.merged(stars)
        for value in stars.values():
            if value is not None and not 0.5 <= finite("stars", value) <= 5.0:
                raise ValueError(f"stars must be from 0.5 to 5, not {value}")
        moment = now()
        rest = iter(stars.items())
        while some := list(islice(rest, _AT_ONCE)):
            films = [int(movie_id) for movie_id, _ in some]
            self._connection.execute(
                delete(imported).where(
                    imported.c.session == self._session, imported.c.movie_id.in_(films)
                )
            )
            self._connection.execute(
                insert(imported),
                [
                    {
                        "session": self._session,
                        "movie_id": int(film),
                        "stars": value,
                        "imported_at": moment,
                    }
                    for film, value in some
                ],
            )

    def drop_imported(self) -> None:
        """Delete all imported ratings."""
        self._touch()
        self._connection.execute(delete(imported).where(imported.c.session == self._session))


def read_watchlist(connection: Connection, session: int) -> list[Row[Any]]:
    """movie_id, saved_at, watched_at of a watch-list, in the order of saving."""
    columns = (watchlist.c.movie_id, watchlist.c.saved_at, watchlist.c.watched_at)
    query = select(*columns).where(watchlist.c.session == session)
    return list(connection.execute(query.order_by(watchlist.c.saved_at, watchlist.c.movie_id)))


def read_imported(connection: Connection, session: int) -> list[Row[Any]]:
    """movie_id, stars, imported_at of the imported ratings, by movieId."""
    columns = (imported.c.movie_id, imported.c.stars, imported.c.imported_at)
    query = select(*columns).where(imported.c.session == session)
    return list(connection.execute(query.order_by(imported.c.movie_id)))
