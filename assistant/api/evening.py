"""Typed endpoints for an evening together: open, join by a code, add a guest, speak, leave.

code = client.predict(session, "Ann", api_name="/open_evening")["code"]
client.predict(another, code, "Ben", api_name="/join_evening")
turn = client.predict(another, "I loved Notting Hill", api_name="/respond")  # films for both
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from assistant.chat import Assistant


class PersonRecord(TypedDict):
    """Somebody of the evening; `speak_as` takes the `number` of those `here`, at this session."""

    number: int
    name: str
    you: bool
    here: bool
    speaks: bool
    tastes: int


class EveningRecord(TypedDict):
    """An evening as this session sees it: without one no people, once expired no code."""

    code: str
    minutes: int
    people: list[PersonRecord]


class EveningEndpoints:
    """The functions behind the endpoints; errors as in `conversation.Endpoints`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._evening = assistant.evening

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Functions with a name, types and a docstring each, as Gradio and MCP show them."""
        return (
            self.evening,
            self.open_evening,
            self.join_evening,
            self.add_guest,
            self.speak_as,
            self.leave_evening,
        )

    def evening(self, session: str) -> EveningRecord:
        """Who looks for a film together with this session, and the code under which others join.

        Args:
            session: id from `start`.
        """
        company = self._assistant.history(session, 1).company
        return {
            "code": company.code,
            "minutes": company.minutes,
            "people": [
                {
                    "number": person.number,
                    "name": person.name,
                    "you": person.you,
                    "here": person.held,
                    "speaks": person.speaks,
                    "tastes": person.tastes,
                }
                for person in company.people
            ],
        }

    def open_evening(self, session: str, name: str = "") -> EveningRecord:
        """Open an evening together; others join it by the code it returns.

        Args:
            session: id from `start`.
            name: how the others see this person; optional.
        """
        self._evening.open(session, name)
        return self.evening(session)

    def join_evening(self, session: str, code: str, name: str = "") -> EveningRecord:
        """Join the evening that a code opens: from the next turn on films are for everybody of it.

        Args:
            session: id from `start`.
            code: from whoever opened the evening; capitals and dashes do not matter.
            name: how the others see this person; optional.
        """
        self._evening.join(session, code, name)
        return self.evening(session)

    def add_guest(self, session: str, name: str = "") -> EveningRecord:
        """Add somebody who speaks through this session; the next thing said is theirs.

        Args:
            session: id from `start`.
            name: how the others see them; optional.
        """
        self._evening.add_guest(session, name)
        return self.evening(session)

    def speak_as(self, session: str, person: int) -> EveningRecord:
        """What is said in this session counts for this person from now on.

        Args:
            session: id from `start`.
            person: `number` of somebody who is `here`.
        """
        self._evening.speak_as(session, person)
        return self.evening(session)

    def leave_evening(self, session: str) -> EveningRecord:
        """Leave the evening; this conversation stays, guests of this session are forgotten.

        Args:
            session: id from `start`.
        """
        self._evening.leave(session)
        return self.evening(session)
