"""The values of an import."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from core.domain import Outcome, Reaction
from core.rewards import reaction_to

STATED_BY: Final = MappingProxyType(
    {Reaction.UP: Outcome.STATED_LIKE, Reaction.SEEN: Outcome.SEEN, Reaction.DOWN: Outcome.STATED_DISLIKE}
)
"""What a rating states, by the reaction that its stars would have been (`core.rewards.reaction_to`)."""


def stated_by(stars: float | None) -> Outcome:
    """What a rating of 0.5–5 stars says of the taste; a film that was only watched is seen."""
    return Outcome.SEEN if stars is None else STATED_BY[reaction_to(stars)]


class Kind(Enum):
    """What a file holds; the value is what is stored."""

    RATINGS = "ratings"
    """Films with stars; a film without them was watched."""
    WATCHLIST = "watchlist"
    """Films to watch."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file that can be read."""

    line: int
    """Line in the file, 1 is the first."""
    title: str
    """As written; may be empty where there is an id."""
    year: int = 0
    """0 where not given."""
    stars: float | None = None
    """0.5–5; None where not given."""
    imdb_id: int = 0
    """Number without "tt"; 0 where not given."""
    tmdb_id: int = 0

    @property
    def label(self) -> str:
        """Title and year for people; the IMDb id where there is no title."""
        if not self.title:
            return f"tt{self.imdb_id:07d}" if self.imdb_id else f"TMDB {self.tmdb_id}"
        return f"{self.title} ({self.year})" if self.year else self.title


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """What was read of a file."""

    name: str
    kind: Kind
    out_of: int
    """Best rating on the file's scale: 5, 10 or 100."""
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    """One sentence for each line that could not be read."""
