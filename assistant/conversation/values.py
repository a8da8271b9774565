"""The values of a conversation: what a turn was, as the page, the API and the store see it.

A turn's `Understood` is what is written to the store as JSON, with stable names ("movie:1214",
"genre:Sci-Fi") in place of tokens, so that a conversation outlives the bundle it was held with.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, Final, NamedTuple, Self

from assistant.conversation.memory import Memory
from assistant.imports.preview import Preview
from assistant.language.meaning.people import region_of, regions_within
from assistant.language.utterance import AmbiguousMention, Span
from core.catalogue import Catalogue
from core.domain import Constraints, Movie, Outcome, Reaction, Recommendation
from core.learning.versions import Entry
from core.session import SessionState
from core.store import Statistics, VersionProgress


class ChipKind(Enum):
    """What a chip says was understood; the value is what is stored."""

    LIKE = "like", "+", +1
    TAKEN = "for tonight", "+", +1
    DISLIKE = "dislike", "−", -1
    NAMED = "named", "+"
    SEEN = "seen", "✓"
    LATER = "not tonight", "◷"
    WANT = "want", "+"
    ONLY = "only", "+"
    AVOID = "avoid", "−"
    NEVER = "never", "−"
    YEARS = "years", "+"
    LESSER_KNOWN = "lesser known", "+"
    WORDS = "words", "+"
    LENGTH = "length", "+"
    AGE = "age", "+"
    SAVED = "saved", "+"
    LIFTED = "lifted", "×"
    FORGOTTEN = "forgotten", "×"
    ASIDE = "aside", "·"
    AMBIGUOUS = "ambiguous", "?"
    UNKNOWN = "unknown", "?"

    _value_: str
    sign: str
    """+ wanted, − not wanted, ✓ seen, ◷ put off, × taken back, · left aside, ? unclear."""
    liking: int
    """+1 for a film that is liked, −1 for one that is not, else 0."""

    def __new__(cls, value: str, sign: str = "", liking: int = 0) -> Self:
        """A member with its sign and its liking."""
        member = object.__new__(cls)
        member._value_, member.sign, member.liking = value, sign, liking
        return member

    @classmethod
    def of_film(cls, outcome: Outcome) -> ChipKind:
        """LIKE, DISLIKE, LATER or SEEN, for a film of this outcome."""
        if outcome.liking:
            return cls.LIKE if outcome.liking > 0 else cls.DISLIKE
        return cls.LATER if outcome is Outcome.NOT_TONIGHT else cls.SEEN

    @classmethod
    def of_wish(cls, *, wanted: bool, hard: bool) -> ChipKind:
        """The wish for a facet, or against it; a hard one is a condition."""
        if wanted:
            return cls.ONLY if hard else cls.WANT
        return cls.NEVER if hard else cls.AVOID

    @property
    def wish(self) -> int:
        """+1 for a facet that is wanted, −1 for one that is to be spared, else 0."""
        return (self in (ChipKind.WANT, ChipKind.ONLY)) - (self in (ChipKind.AVOID, ChipKind.NEVER))

    @property
    def is_soft_wish(self) -> bool:
        """Whether it is a wish that is no condition: more of a facet, or less."""
        return self in (ChipKind.WANT, ChipKind.AVOID)

    @property
    def is_hard_wish(self) -> bool:
        """Whether it is a condition: a film that does not fulfil it is never shown."""
        return self in (ChipKind.ONLY, ChipKind.NEVER, ChipKind.SAVED) or self.is_limit

    @property
    def is_limit(self) -> bool:
        """Whether it bounds a number of the films."""
        kinds = (ChipKind.YEARS, ChipKind.LESSER_KNOWN, ChipKind.LENGTH, ChipKind.AGE)
        return self in kinds

    @property
    def is_unclear(self) -> bool:
        """Whether nothing was taken from it: no film or several, or what is no taste of theirs."""
        return self in (ChipKind.AMBIGUOUS, ChipKind.UNKNOWN, ChipKind.ASIDE)

    @property
    def is_flippable(self) -> bool:
        """Whether it can be turned round: like into dislike, more into less."""
        return bool(self.liking or self.wish)


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that was understood."""

    kind: ChipKind
    label: str
    """For people: "Alien (1979)", "comedies", "1990–1999"."""
    key: str = ""
    """Stable name of the token or of the wish for lesser known films; empty for other chips."""
    start: int = 0
    """Where it was found: `text[start:end]`; 0, 0 where it came from no particular words."""
    end: int = 0

    @property
    def is_film(self) -> bool:
        """Whether it stands for a film that the catalogue held then."""
        return self.key.startswith("movie:")


@dataclass(frozen=True, slots=True)
class Question:
    """A name that fits several films, put back to the person."""

    keys: tuple[str, ...]
    """Stable names of the candidates, best first."""
    labels: tuple[str, ...]
    """The candidates for people, in the same order."""
    strength: float
    """What the person said of it, −1 … 1."""
    similar_only: bool = False
    seen: bool = False
    taken: bool = False
    """They choose it for tonight."""


TOGETHER = "together"
"""Act of a turn that shows films somebody else of the evening asked for."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What one line was taken to mean."""

    act: str
    """Value of `utterance.Act`."""
    chips: tuple[Chip, ...] = ()
    question: Question | None = None
    suggestions: tuple[str, ...] = ()
    """What the person might say next, as they would type it."""
    replaced: tuple[tuple[str, str], ...] = ()
    """Recommendation ids and reactions that this line changed, as they were: for undo."""
    fits: tuple[float, ...] = ()
    """How each film suits this person, in an evening together (`core.model.group.Fits`)."""
    memory: Memory = field(default_factory=Memory)
    """What was spoken of up to here, for the lines that come."""

    def to_json(self) -> str:
        """JSON for the store."""
        record = asdict(self)
        record["memory"] = self.memory.to_record()
        record["chips"] = [{**asdict(chip), "kind": chip.kind.value} for chip in self.chips]
        return json.dumps(record, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Understood:
        """Inverse of `to_json`; ValueError for anything else."""
        try:
            record = json.loads(text)
            question = record["question"]
            return cls(
                record["act"],
                tuple(Chip(**{**chip, "kind": ChipKind(chip["kind"])}) for chip in record["chips"]),
                None
                if question is None
                else Question(
                    **{
                        **question,
                        "keys": tuple(question["keys"]),
                        "labels": tuple(question["labels"]),
                    }
                ),
                tuple(record["suggestions"]),
                tuple(
                    (recommendation, reaction) for recommendation, reaction in record["replaced"]
                ),
                tuple(record.get("fits", ())),  # not in older turns
                Memory.from_record(record.get("memory")),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an understood turn: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one line."""

    text: str
    understood: Understood
    recommendations: tuple[Recommendation, ...] = ()

    @property
    def unresolved(self) -> tuple[str, ...]:
        """Titles that no film is known for, as typed."""
        return tuple(chip.label for chip in self.understood.chips if chip.kind is ChipKind.UNKNOWN)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """Names that fit several films, as typed."""
        return tuple(
            chip.label for chip in self.understood.chips if chip.kind is ChipKind.AMBIGUOUS
        )


@dataclass(frozen=True, slots=True)
class Card:
    """A film on the page: what was recommended and what the person did with it."""

    recommendation: Recommendation
    reaction: Reaction = Reaction.CLEAR
    """CLEAR where there is none."""
    fit: float | None = None
    """How the film suits this person, in an evening together (`core.model.group.Fits`)."""
    others: tuple[Opinion, ...] = ()
    """What it is to the others of the evening."""
    people: tuple[str, ...] = ()
    """Who is named with the film, best known first."""
    details: tuple[str, ...] = ()
    """What else stands under the title, a few words each: maker, cast, length, origin, series."""
    imdb_id: int = 0
    """Of the film's page, where the film itself has none."""
    because: str = ""
    """Why this film, in one sentence; empty where only the reasons tell."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A film of an evening together, as one of the others has it."""

    name: str
    card: Card
    held: bool = False
    """Whether they speak through this browser, and so react here."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of an evening together, as everybody of it sees them."""

    number: int
    """Stands for the person; opens nothing."""
    name: str
    you: bool = False
    """The person whose browser this is."""
    held: bool = False
    """Speaks through this browser: the person, or a guest of theirs."""
    speaks: bool = False
    """What is typed here counts as said by them."""
    tastes: int = 0
    """How many tastes they have told, reactions included."""
    wishes: tuple[Chip, ...] = ()
    """What a film must fulfil for them: it holds for everybody."""


@dataclass(frozen=True, slots=True)
class Company:
    """An evening together."""

    people: tuple[Person, ...] = ()
    code: str = ""
    """Opens it to others; empty where it has expired."""
    minutes: int = 0
    """How long the code still does."""
    revision: str = ""
    """Changes whenever anything does that somebody of it could see."""


@dataclass(frozen=True, slots=True)
class SavedFilm:
    """A film on the watch-list."""

    movie: Movie
    watched: bool = False
    opinion: Reaction = Reaction.CLEAR
    """UP (loved), SEEN (fine), DOWN (hated); CLEAR where nothing is known."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn as the page draws it."""

    number: int
    text: str
    reply: str
    understood: Understood
    cards: tuple[Card, ...] = ()
    speaker: str = ""
    """The guest who typed it; empty where it was the person of this browser."""
    musts: tuple[int, ...] = ()
    """Facet tokens that every film of it had to have."""


@dataclass(frozen=True, slots=True)
class History:
    """All that is needed to draw a conversation again."""

    session: str
    exchanges: tuple[Exchange, ...]
    taste: tuple[Chip, ...]
    """What is held about the person now, in the order they said it."""
    earlier: int = 0
    """Turns before `exchanges` that were not read."""
    gems: float = 0.0
    """Where the knob between popular films (−1) and hidden gems (1) stands."""
    company: Company = field(default_factory=Company)
    """Who looks for a film together; nobody where the person is alone."""
    films: int = 3
    """Films a turn."""
    paused: bool = False
    """Whether films wait until they are asked for."""
    hidden: int = 0
    """Films that were rated before those in `taste` and are not in it."""
    saved: tuple[SavedFilm, ...] = ()
    """The watch-list."""
    pending: Preview | None = None
    """An import that waits to be confirmed."""
    unreadable: bool = False
    """Whether there is more, which cannot be understood."""


@dataclass(frozen=True, slots=True)
class Insights:
    """How the policy fares and was trained, for the page that tells it."""

    version: str
    """Version of the policy that serves."""
    n_items: int
    """Films it can recommend."""
    statistics: Statistics
    progress: tuple[VersionProgress, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """Figures of the training: `core.model.bundle.Bundle.metrics`."""
    history: tuple[Entry, ...] = ()
    """What happened to the policies of the folder that is served from; nothing for a single one."""


class Shade(NamedTuple):
    """How far a film is scary, slow or the like."""

    degree: float
    """0 … 1."""
    signs: tuple[str, ...] = ()
    """What says so, the strongest first."""
    weight: float = 0.0
    """How much does: what tells films apart that are all so."""


class Ruling(NamedTuple):
    """Whether something holds of a film."""

    how: str
    """yes, partly, no, or not_known."""
    said: str
    """The sentence of one film."""
    note: str = ""
    """What it goes by, beside the title of one of several."""


def question_of(mention: AmbiguousMention, catalogue: Catalogue) -> Question:
    """An ambiguous mention as a question that can be stored."""
    keys = tuple(map(catalogue.key_of, mention.tokens))
    labels = tuple(catalogue.movie(token).label for token in mention.tokens)
    how = (mention.strength, mention.similar_only, mention.seen, mention.taken)
    return Question(keys, labels, *how)


def mention_of(question: Question | None, catalogue: Catalogue) -> AmbiguousMention | None:
    """The open question as the understanding takes it; None where there is none."""
    if question is None:
        return None
    known = tokens_of_keys(question.keys, catalogue)
    if not known:
        return None
    how = (question.similar_only, question.seen, question.taken)
    return AmbiguousMention(Span(0, 0), known, question.strength, "asked", *how)


def tokens_of_keys(keys: Iterable[str], catalogue: Catalogue) -> tuple[int, ...]:
    """Tokens of stable names, without those that this catalogue does not hold."""
    found = map(catalogue.token_of, keys)
    return tuple(token for token in found if token is not None)


LIKED_FROM = 0.2
"""Strength from which a film is liked or, negated, disliked; in between it is seen and fair.

The words people use ("loved", "was fine", "couldn't stand") are far from this on either side; see
the lexicon. """


def reaction_of(strength: float | None, *, seen: bool = False) -> Reaction:
    """Reaction to a recommended film that somebody speaks of with this strength."""
    if strength is not None and strength >= LIKED_FROM:
        return Reaction.UP
    if strength is not None and strength <= -LIKED_FROM:
        return Reaction.DOWN
    return Reaction.SEEN if seen or strength is not None else Reaction.CLEAR


def says_taste(outcome: Outcome | None) -> bool:
    """Whether an outcome of a token says something of the person's taste."""
    return outcome is not None and (outcome.is_known or outcome.wish != 0)


def cold(state: SessionState) -> bool:
    """Whether nothing is known of the person's taste."""
    return not any(says_taste(outcome) for _, outcome in state.events)


# ---- chips of parts of the world

REGION: Final = "region:"
"""Stands before a part of the world, where its chip is edited."""


def region_chip(region: str, kind: ChipKind, start: int = 0, end: int = 0) -> Chip:
    """Chip for a part of the world whose countries are asked for, or turned away, all at once."""
    return Chip(kind, f"{region} films", f"{REGION}{region}", start, end)


def region_chips(constraints: Constraints, catalogue: Catalogue) -> list[Chip]:
    """Chips for the parts of the world that are asked for, and for those turned away."""
    wanted = filter(None, (region_of(group, catalogue) for group in constraints.either))
    spared, _ = regions_within(constraints.excluded, catalogue)
    return [
        *(region_chip(region, ChipKind.ONLY) for region in wanted),
        *(region_chip(region, ChipKind.NEVER) for region in spared),
    ]


def wish_key(token: int, wishes: Constraints, catalogue: Catalogue) -> str:
    """Stands for a must where its chip is edited: that of its part of the world, or its own."""
    regions = (region_of(group, catalogue) for group in wishes.either if token in group)
    region = next(filter(None, regions), "")
    return f"{REGION}{region}" if region else catalogue.key_of(token)


SAID: Final = 0.005
"""Values below this would read "0.00"."""


def signed(value: float) -> str:
    """Two places and a sign: "+0.31" or "−0.04", with a true minus sign; "0.00" has none.

    >>> signed(0.314), signed(-0.04), signed(-0.001)
    ('+0.31', '−0.04', '0.00')
    """
    return "0.00" if abs(value) < SAID else f"{value:+.2f}".replace("-", "−")
