"""What Marquee remembers: sessions, turns, recommendations and reactions, for the learner too.

Reading order: `records` (the values), `schema` (the tables), `database` (URL → engine,
transactions, locks), `shelf` (watch-list and imported ratings), `session` (one session, under its
lock), `parties` (several at once), `store` (the door), `upkeep` (copies, and what is too old).
SQLite by default, PostgreSQL by URL; the only package that knows SQLAlchemy.
"""

from core.store.parties import Gathering, Parties
from core.store.records import OPTED_OUT, Answer, LoggedStep, Member, Saved, Shown, Statistics, Turn
from core.store.session import SessionRecord
from core.store.store import Day, Store, VersionProgress

__all__ = [
    "OPTED_OUT",
    "Answer",
    "Day",
    "Gathering",
    "LoggedStep",
    "Member",
    "Parties",
    "Saved",
    "SessionRecord",
    "Shown",
    "Statistics",
    "Store",
    "Turn",
    "VersionProgress",
]
