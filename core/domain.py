"""The nouns: what a film is, what can happen to it, what a person can say about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from operator import attrgetter
from typing import Final, Self


class Outcome(IntEnum):
    """What happened to a token: the second column of an observation.

    The numbers are part of the bundle format (the encoder has one learned row per outcome): append,
    never renumber. Beside its number a member has what it says of the person's liking and what it
    earned.
    """

    PADDING = 0
    """No event: the rest of the row is empty."""
    STATED_LIKE = 1, +1
    """The person named the film as one they like."""
    STATED_DISLIKE = 2, -1
    """The person named the film as one they dislike."""
    WANTED = 3
    """The person asked for this genre, tag or person."""
    AVOIDED = 4
    """The person asked to be spared this genre, tag or person."""
    SHOWN = 5
    """Recommended, and nothing to say of it: not answered yet, or looked at and not known."""
    UP = 6, +1, 1.0
    """Recommended, thumb up."""
    DOWN = 7, -1, -0.5
    """Recommended, thumb down."""
    SEEN = 8
    """Seen already and found fair: neither thumb."""
    NOT_TONIGHT = 9, 0, -0.1
    """Not in the mood now; says little about taste."""
    RETRACTED = 10
    """Once stated, then taken back: no evidence, but still not to be recommended."""
    VECTORS = 11
    """Not an event of the conversation: its token says which fold's movie vectors to use (training
    only)."""
    PASSED = 12
    """Recommended, and the talk went on without a word about it: says far less than SHOWN."""

    _value_: int
    liking: int
    """+1 where it says that the film is liked, −1 where it says that it is not, else 0."""
    reward: float
    """What showing a film that came to this was worth, in units of one thumb up.

    A hit counts 1, as in the evaluation. A thumb down costs half a hit: among the first 20 films
    that popularity shows to held-out people of ml-latest-small hits are about fifteen times as many
    as thumbs down (`core evaluate`: 6.89 and 0.42 from cold), so the sign matters more than the
    size. "Not tonight" costs a turn's patience and says little of taste. A film that was known
    already and loved or hated is evidence of the taste, but showing it earned nothing.
    """

    def __new__(cls, number: int, liking: int = 0, reward: float = 0.0) -> Self:
        """A member with its number, its liking and its reward."""
        member = int.__new__(cls, number)
        member._value_, member.liking, member.reward = number, liking, reward
        return member

    @property
    def wish(self) -> int:
        """+1 for a facet that is wanted, −1 for one that is to be spared, else 0."""
        return (self is Outcome.WANTED) - (self is Outcome.AVOIDED)

    @property
    def is_statement(self) -> bool:
        """Whether a person states it of a film in words: liked, disliked or seen."""
        return self in (Outcome.STATED_LIKE, Outcome.STATED_DISLIKE, Outcome.SEEN)

    @property
    def is_known(self) -> bool:
        """Whether it says that the person has seen the film, or judges it as if they had."""
        return self.liking != 0 or self is Outcome.SEEN

    @property
    def is_silent(self) -> bool:
        """Whether the film was recommended and nobody had a word for it."""
        return self in (Outcome.SHOWN, Outcome.PASSED)

    @property
    def is_answer(self) -> bool:
        """Whether it is a verdict, or a look without one, on a film that was recommended."""
        return self in (Outcome.SHOWN, Outcome.UP, Outcome.DOWN)

    @property
    def is_event(self) -> bool:
        """Whether it says something of the person: no padding, not taken back, no vectors."""
        return self not in (Outcome.PADDING, Outcome.RETRACTED, Outcome.VECTORS)

    @property
    def statement(self) -> Outcome:
        """The same said in words of a film that is known: liked, disliked or seen."""
        if not self.liking:
            return Outcome.SEEN
        return Outcome.STATED_LIKE if self.liking > 0 else Outcome.STATED_DISLIKE


class Reaction(Enum):
    """What a person does to a recommendation. Values are what the store and the API write."""

    UP = "up", Outcome.UP
    DOWN = "down", Outcome.DOWN
    SEEN = "seen", Outcome.SEEN
    """Known already, and fair."""
    SEEN_LOVED = "seen_loved", Outcome.STATED_LIKE
    """Known already, and loved: says as much of the person's taste as a stated like, and is no
    merit of ours."""
    SEEN_HATED = "seen_hated", Outcome.STATED_DISLIKE
    """Known already, and hated."""
    NOT_TONIGHT = "not_tonight", Outcome.NOT_TONIGHT
    CLEAR = "clear"
    """Takes the reaction back."""

    _value_: str
    outcome: Outcome
    """The outcome that this reaction leaves in the transcript."""

    def __new__(cls, value: str, outcome: Outcome = Outcome.SHOWN) -> Self:
        """A member with what it leaves in the transcript, and nothing said as the default."""
        member = object.__new__(cls)
        member._value_, member.outcome = value, outcome
        return member

    @property
    def liking(self) -> int:
        """+1 where the film is liked, −1 where it is not, else 0."""
        return self.outcome.liking

    @property
    def reward(self) -> float:
        """Reward in [−0.5, 1]; CLEAR gives what no reaction gives, 0."""
        return self.outcome.reward

    @property
    def is_seen(self) -> bool:
        """Whether it says that the film was known already."""
        return self.outcome.is_statement

    @property
    def statement(self) -> Outcome:
        """What it says of a film that is known: STATED_LIKE, STATED_DISLIKE or SEEN."""
        return self.outcome.statement

    @property
    def once_seen(self) -> Reaction:
        """The same of a film that was known already: SEEN_LOVED, SEEN_HATED or SEEN."""
        if not self.liking:
            return Reaction.SEEN
        return Reaction.SEEN_LOVED if self.liking > 0 else Reaction.SEEN_HATED


@dataclass(frozen=True, slots=True)
class Movie:
    """One film of the catalogue, as people see it."""

    row: int
    """Row in the catalogue, 0-based; rows are in order of evidence, so a smaller row is a better
    known film."""
    movie_id: int
    """MovieLens movieId: stable across catalogues and what the store writes."""
    title: str
    """Title as people write it, without the year: "The Matrix"."""
    year: int
    """Year of release; 0 where MovieLens gives none."""
    genres: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    """Other titles, from parentheses in the MovieLens title: "La Cité des enfants perdus"."""
    imdb_id: int = 0
    """IMDb number without "tt"; 0 where unknown."""
    tmdb_id: int = 0
    """TMDB number; 0 where unknown."""

    @property
    def label(self) -> str:
        """Title and year: "The Matrix (1999)"; the bare title where the year is unknown."""
        return f"{self.title} ({self.year})" if self.year else self.title


@dataclass(frozen=True, slots=True)
class Facet:
    """What many films share and a person can ask for: a genre, a tag, a director, a language."""

    kind: str
    """"genre", "tag", "person" (of the cast), "director", "language", "country", "subgenre",
    "keyword", "series" or "source"."""
    name: str
    """As shown: "Sci-Fi", "time travel", "Sigourney Weaver"."""
    aliases: tuple[str, ...] = field(default=(), compare=False)
    """What else people call it: "heist" the heist film, "South Korean" what is from South Korea."""

    @property
    def key(self) -> str:
        """Stable name that the store writes: "genre:Sci-Fi"."""
        return f"{self.kind}:{self.name}"

    @property
    def is_theme(self) -> bool:
        """Whether films have it where somebody thought of it, and others may well be like them."""
        return self.kind in ("tag", "keyword", "subgenre")


@dataclass(frozen=True, slots=True)
class Limit:
    """A hard wish about a number of each film, both ends included: from 1990 to 1999."""

    column: str
    """Which number: a column of the catalogue, "year", "rank" (0 is the best known film), "minutes"
    or "age" (from which the film is suitable)."""
    low: int = 0
    high: int = 2**31 - 1

    def holds(self, number: int) -> bool:
        """Whether a number is within."""
        return self.low <= number <= self.high


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a film must fulfil to be shown at all; tokens are those of facets."""

    limits: tuple[Limit, ...] = ()
    """At most one a column, in the order of their columns; a film whose number is unknown is left
    out."""
    required: tuple[int, ...] = ()
    """Facet tokens a film must all have, sorted."""
    excluded: tuple[int, ...] = ()
    """Facet tokens none of which a film may have, sorted."""
    among: tuple[int, ...] | None = None
    """Tokens of the only films that may be shown, sorted; None where there is no such list."""
    either: tuple[tuple[int, ...], ...] = ()
    """Required tokens of which one is enough, a group each: Korean or Indonesian."""

    @property
    def musts(self) -> tuple[tuple[int, ...], ...]:
        """Groups of required tokens, of each of which a film must have one."""
        grouped = (tuple(filter(self.required.__contains__, group)) for group in self.either)
        groups = tuple(filter(None, grouped))
        alone = set(self.required).difference(*groups)
        return *groups, *((token,) for token in self.required if token in alone)

    def limit(self, column: str) -> Limit | None:
        """The limit on a column; None where there is none."""
        return next((limit for limit in self.limits if limit.column == column), None)

    def within(self, limit: Limit) -> Constraints:
        """With this limit in place of any other on its column."""
        others = self.without(limit.column).limits
        return replace(self, limits=tuple(sorted((*others, limit), key=attrgetter("column"))))

    def without(self, column: str) -> Constraints:
        """Without the limit on a column."""
        return replace(self, limits=tuple(one for one in self.limits if one.column != column))


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of the sum that films are ranked by."""

    text: str
    """In words: "close to Alien"."""
    contribution: float
    """Share of that sum; the reasons of a recommendation add up to it."""
    token: int = 0
    """The event's token this comes from; 0 for what does not depend on the conversation."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One film shown to a person, as logged."""

    id: str
    """Opaque, issued by the server, unique across sessions."""
    movie: Movie
    q_value: float
    """What it was ranked by: the policy's Q(s, a), the expected discounted reward of showing it
    now, and what the conversation, its wishes and the knob between popular films and hidden gems
    add."""
    propensity: float
    """Probability in (0, 1] with which the policy put this film at this place of the slate."""
    policy_version: str
    reasons: tuple[Reason, ...] = field(default=())
    explored: bool = False
    """True when it was a gamble, not the best guess."""
    match: float | None = None
    """Chance in 0 … 1 that this person likes the film once they have seen it, calibrated on people
    held out (`core.model.calibration`); None where the bundle has no calibration."""


FOREIGN: Final = "foreign language"
"""The facet of all films that people who speak English see with subtitles."""
FAMILIES: Final = frozenset(("Scandinavian", "Indian"))
"""Names for several languages that people ask for as one."""
