"""Opening, joining and leaving an evening together, and who speaks at a browser."""

from __future__ import annotations

from operator import attrgetter

from assistant.together import SPEAKER
from core.catalogue import Catalogue
from core.errors import UnknownIdError
from core.session import SessionState
from core.store import Store


class Evening:
    """Opening, joining and leaving an evening together. Errors are those of `core.store.Parties`."""

    def __init__(self, store: Store, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue

    def open(self, session: str, name: str = "") -> str:
        """The code under which others join; a new one where there is none that is valid."""
        return self._store.parties.open(session, name)

    def join(self, session: str, code: str, name: str = "") -> None:
        """Join the evening that a code opens. PartyError for a code that opens nothing."""
        self._store.parties.join(session, code, name)

    def leave(self, session: str) -> None:
        """Leave; the own conversation stays, guests at this browser are forgotten."""
        self._store.parties.leave(session)

    def add_guest(self, session: str, name: str = "") -> None:
        """Somebody who speaks through this browser; the next line is theirs."""
        guest = self._store.start(SessionState().to_json(self._catalogue))
        try:
            number = self._store.parties.add_guest(session, guest, name)
        except Exception:
            self._store.forget(guest)
            raise
        self.speak_as(session, number)

    def send_away(self, session: str, person: int) -> None:
        """Forget a guest of this browser and everything about them."""
        self._store.parties.send_away(session, person)

    def speak_as(self, session: str, person: int) -> None:
        """What is typed at this browser counts for this person from now on. UnknownIdError for somebody elsewhere."""
        with self._store.parties.gathered(session) as gathering:
            if person not in map(attrgetter("number"), gathering.held):
                raise UnknownIdError("That person does not speak through this browser (any more).")
            gathering.records[gathering.own].set_extra(SPEAKER, str(person))

    def revision(self, session: str) -> str:
        """Changes whenever the page of this evening would; "" without one."""
        return self._store.parties.revision(session)
