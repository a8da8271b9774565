"""Typed endpoints for what a person keeps: watch-list, imports, exports.

Films go by key: "movie:" and the movie_id.

turn = client.predict(session, "I loved Alien", api_name="/respond")
client.predict(session, turn["recommendations"][0]["key"], api_name="/save")
found = client.predict(session, "r.csv", open("r.csv").read(), api_name="/preview_import")
client.predict(session, {}, api_name="/confirm_import")
print(client.predict(session, "ratings", api_name="/export_csv"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypedDict

from assistant.api.conversation import TurnRecord, turn_record
from assistant.chat import Assistant
from assistant.imports.preview import Preview
from core.domain import Reaction
from core.errors import DataError

OpinionName = Literal["loved", "fine", "hated", "not_watched"]

_OPINIONS: Final[Mapping[str, Reaction]] = MappingProxyType(
    {
        "loved": Reaction.UP,
        "fine": Reaction.SEEN,
        "hated": Reaction.DOWN,
        "not_watched": Reaction.CLEAR,
    }
)


class SavedRecord(TypedDict):
    """A film on the watch-list; `opinion` is "loved", "fine", "hated", or "" where unknown."""

    key: str
    title: str
    year: int
    watched: bool
    opinion: str


class DoubtRecord(TypedDict):
    """A row that may mean several `films` (movie_ids): pick one by the row's `place`, or none."""

    place: int
    row: str
    films: list[int]
    titles: list[str]


class PreviewRecord(TypedDict):
    """What an import would do: nothing is done before `confirm_import`."""

    kind: str
    out_of: int
    matched: int
    doubtful: list[DoubtRecord]
    unknown: list[str]
    problems: list[str]


class LibraryEndpoints:
    """The functions behind the endpoints; errors as in `conversation.Endpoints`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._library = assistant.library

    def all(self) -> tuple[Callable[..., Any], ...]:
        """Functions with a name, types and a docstring each, as Gradio and MCP show them."""
        return (
            self.more_like,
            self.save,
            self.unsave,
            self.watched,
            self.watchlist,
            self.preview_import,
            self.confirm_import,
            self.cancel_import,
            self.export_csv,
        )

    def more_like(self, session: str, key: str, request: str = "") -> TurnRecord:
        """Get more films like one of the conversation; to ask for that is a thumb up for it.

        Args:
            session: id from `start`.
            key: `key` of a film that was recommended or named, for example "movie:1214".
            request: a number of your own, as for `respond`; optional.
        """
        return turn_record("", self._assistant.edit(session, key, more=True, request=request))

    def save(self, session: str, key: str) -> bool:
        """Put a film on the watch-list. Returns False where it is there already.

        Args:
            session: id from `start`.
            key: `key` of a film, for example "movie:1214".
        """
        return self._library.save(session, key)

    def unsave(self, session: str, key: str) -> bool:
        """Take a film off the watch-list. Returns False where it was not on it.

        Args:
            session: id from `start`.
            key: `key` of a film on the watch-list.
        """
        return self._library.remove(session, key)

    def watched(self, session: str, key: str, opinion: OpinionName = "fine") -> bool:
        """Mark a film of the watch-list as watched: "loved", "fine", "hated", or "not_watched" to
        take it back.

        Args:
            session: id from `start`.
            key: `key` of a film on the watch-list.
            opinion: how it was.

        Returns:
            Whether anything changed.
        """
        if opinion not in _OPINIONS:
            raise DataError(
                f"“{str(opinion)[:20]}” is no opinion: say loved, fine, hated or not_watched."
            )
        return self._library.watched(session, key, _OPINIONS[opinion])

    def watchlist(self, session: str) -> list[SavedRecord]:
        """The watch-list, in the order in which films were saved.

        Args:
            session: id from `start`.
        """
        return [
            {
                "key": f"movie:{film.movie.movie_id}",
                "title": film.movie.title,
                "year": film.movie.year,
                "watched": film.watched,
                "opinion": _opinion_name(film.opinion),
            }
            for film in self._assistant.history(session, 1).saved
        ]

    def preview_import(self, session: str, name: str, text: str) -> PreviewRecord:
        """See what a file of ratings would tell: an export of Letterboxd or IMDb, or any CSV with
        titles.

        Args:
            session: id from `start`.
            name: of the file; "watchlist.csv" makes it a watch-list.
            text: what is in it.
        """
        # Half a surrogate pair, which JSON can carry, is no text that can be written.
        return _preview(
            self._library.preview(session, text.encode("utf-8", errors="replace"), name)
        )

    def confirm_import(
        self, session: str, choices: dict[str, int], request: str = ""
    ) -> TurnRecord:
        """Take in what `preview_import` told. It is a turn: `undo` takes it back.

        Args:
            session: id from `start`.
            choices: movie_id by `place` of a doubtful row ({"0": 1214}); others are left out.
            request: a number of your own, as for `respond`; optional.
        """
        if not isinstance(choices, dict) or not all(
            str(place).isdecimal() and type(film) is int for place, film in choices.items()
        ):
            raise DataError('Choices are films by place, as in {"0": 1214}.')
        picked = {int(place): film for place, film in choices.items()}
        return turn_record("", self._library.confirm(session, picked, request))

    def cancel_import(self, session: str) -> bool:
        """Let go of what `preview_import` told. Returns False where nothing waits.

        Args:
            session: id from `start`.
        """
        return self._library.dismiss(session)

    def export_csv(self, session: str, what: Literal["ratings", "watchlist"] = "ratings") -> str:
        """The films the person has seen, or the watch-list, as CSV that letterboxd.com/import
        takes.

        Args:
            session: id from `start`.
            what: "ratings" or "watchlist".
        """
        if what not in ("ratings", "watchlist"):
            raise DataError(f"There is no file of “{str(what)[:20]}”: say ratings or watchlist.")
        if what == "ratings":
            return self._library.ratings_csv(session)
        return self._library.watchlist_csv(session)


def _opinion_name(opinion: Reaction) -> str:
    """How a film was, as `watched` takes it; "" where nothing is known."""
    if opinion is Reaction.CLEAR:
        return ""
    return next(name for name, reaction in _OPINIONS.items() if reaction is opinion)


def _preview(preview: Preview) -> PreviewRecord:
    return {
        "kind": preview.kind.value,
        "out_of": preview.out_of,
        "matched": len(preview.matched),
        "doubtful": [
            {
                "place": place,
                "row": doubt.label,
                "films": list(doubt.films),
                "titles": list(doubt.films_as_told),
            }
            for place, doubt in enumerate(preview.ambiguous)
        ],
        "unknown": list(preview.unmatched),
        "problems": list(preview.problems),
    }
