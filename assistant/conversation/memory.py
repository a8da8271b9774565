"""What was spoken of lately, so that a line can point back at it.

"The second one", "both", "it" and "the others" mean films that somebody named, picked or was shown,
whichever came last of those that the words fit. Every turn is stored with the memory as it stands
after it, under stable names, so a conversation goes on after a restart, and undo takes back what
was spoken of together with its turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from operator import attrgetter
from typing import Any, Final, Self

from assistant.language import acts
from assistant.language.utterance import Act, AmbiguousMention, MovieMention, Span, Utterance
from core.catalogue import Catalogue
from core.session import SessionState

_LATELY: Final = 4
"""Turns for which "it" may mean a film: about as long as two people stay with one."""
_KEPT: Final = 12
"""Most groups of films that are kept: those of four turns in which films are named, picked and
shown."""
_PLACES: Final = 10
"""Places that an ordinal may point at, as many as a slate can have."""


class How(Enum):
    """How films came to be spoken of; the value is what is stored."""

    NAMED = "named"
    """The person named them."""
    PICKED = "picked"
    """The person spoke of them without a name: "the second one"."""
    SHOWN = "shown"
    """Marquee showed them."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Films that were spoken of together, by their stable names."""

    films: tuple[str, ...]
    how: How
    turn: int
    """Number of the turn."""
    beside: tuple[str, ...] = ()
    """Those they were picked from, by place or by name, and that were left."""

    @property
    def is_listed(self) -> bool:
        """Whether the films have places: those that were picked have the places of their list."""
        return self.how is not How.PICKED


@dataclass(frozen=True, slots=True)
class Memory:
    """What a line may point back at, after the turns so far."""

    spoken: tuple[Spoken, ...] = ()
    """Oldest first."""
    turn: int = -1
    """Number of the latest turn; −1 before the first."""
    untold: tuple[str, ...] = ()
    """Films that the last line named without a word on how they are."""
    mood: float = 0.0
    """What the last line said of all of its films, −1 … 1; 0 where it said different things."""
    spurned: bool = False
    """The last line named genres, tags or people only to keep them away."""
    confessed: tuple[str, ...] = ()
    """What Marquee has said it does not know: keys of `utterance.beyond`."""
    people: tuple[str, ...] = ()
    """Who was asked of last, by name: "he" and "she" are the first."""

    for_another: bool = False
    """Films are looked for somebody else, or with them."""

    @property
    def named(self) -> str | None:
        """The film of the last line, if it named exactly one."""
        films = next((one.films for one in self._of_last_turn(How.NAMED)), ())
        return films[0] if len(films) == 1 else None

    @property
    def lately(self) -> tuple[str, ...]:
        """Every film that is remembered, the one spoken of last first."""
        return tuple(dict.fromkeys(film for one in reversed(self.spoken) for film in one.films))

    @property
    def table(self) -> tuple[str, ...]:
        """The films that were shown last."""
        return self._newest(lambda one: one.how is How.SHOWN)

    def meant(self, line: acts.Line, unanswered: Sequence[str] = ()) -> tuple[str, ...]:
        """The films that a line points at, or can point at; `table` where its words tell nothing.

        `unanswered` are those of the table that nothing was said of.
        """
        fitting = self._fitting(line)
        films = () if fitting is None else self._newest(fitting)
        if not films and acts.holds("others", line):
            films = self._newest_beside() or tuple(unanswered)
        return films or self.table

    def _fitting(self, line: acts.Line) -> Callable[[Spoken], bool] | None:
        """What tells the films that a line points at; None where its words do not."""
        count = acts.how_many(line)
        places = acts.picks(line, _PLACES)
        if count:
            return lambda one: len(one.films) == count
        if acts.holds("others", line):
            return None
        if places:
            return lambda one: one.is_listed and len(one.films) > max(places)
        if acts.holds("it", line) or acts.settles(line):
            return self._is_single
        return attrgetter("is_listed") if acts.holds("these", line) else None

    def asks_for_fewer(self, line: acts.Line) -> bool:
        """Whether a line speaks of a number of films of which nothing was spoken: "those two"."""
        count = acts.how_many(line)
        return 0 < count < len(self.table) and len(self.meant(line)) != count

    def beside(self, named: Sequence[str]) -> tuple[str, ...]:
        """The films among which some were spoken of last that are named now, without these."""
        chosen = set(named)
        films = self._newest(lambda one: one.is_listed and not chosen.isdisjoint(one.films))
        return tuple(film for film in films if film not in chosen)

    def shown(self, films: Sequence[str], turn: int) -> Memory:
        """The memory once films are shown, by a turn in which nobody said anything here."""
        return replace(self, turn=turn, untold=(), mood=0.0, spurned=False).with_spoken(
            Spoken(tuple(films), How.SHOWN, turn)
        )

    def with_spoken(self, *spoken: Spoken) -> Memory:
        """The memory with more films that were spoken of, in this order."""
        fresh = (one for one in spoken if one.films)
        return replace(self, spoken=(*self.spoken, *fresh)[-_KEPT:])

    def _newest(self, fits: Callable[[Spoken], bool]) -> tuple[str, ...]:
        return next((one.films for one in reversed(self.spoken) if fits(one)), ())

    def _newest_beside(self) -> tuple[str, ...]:
        return next((one.beside for one in reversed(self.spoken) if one.beside), ())

    def _is_single(self, spoken: Spoken) -> bool:
        return len(spoken.films) == 1 and self.turn - spoken.turn < _LATELY

    def _of_last_turn(self, how: How) -> Iterable[Spoken]:
        return (one for one in self.spoken if one.turn == self.turn and one.how is how)

    # ---- disk

    def to_record(self) -> dict[str, Any]:
        """As plain values for JSON."""
        spoken = [
            {
                "films": list(one.films),
                "how": one.how.value,
                "turn": one.turn,
                "beside": list(one.beside),
            }
            for one in self.spoken
        ]
        return {
            "spoken": spoken,
            "turn": self.turn,
            "untold": list(self.untold),
            "mood": self.mood,
            "spurned": self.spurned,
            "confessed": list(self.confessed),
            "for_another": self.for_another,
            "people": list(self.people),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any] | None) -> Self:
        """Inverse of `to_record`; nothing for None, as turns had it before there was a memory."""
        if record is None:
            return cls()
        spoken = tuple(
            Spoken(tuple(one["films"]), How(one["how"]), one["turn"], tuple(one["beside"]))
            for one in record["spoken"]
        )
        return cls(
            spoken,
            record["turn"],
            tuple(record["untold"]),
            record["mood"],
            record["spurned"],
            tuple(record["confessed"]),
            tuple(record.get("people", ())),  # not in older turns
            bool(record.get("for_another")),
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What one line said of films, wishes and what is not known, as far as it is remembered."""

    named: tuple[tuple[str, float | None], ...] = ()
    """Films by their stable names, and how they were spoken of, −1 … 1; None for no verdict."""
    picked: tuple[str, ...] = ()
    """Films that it pointed at."""
    beside: tuple[str, ...] = ()
    """Those among which it did, and which it left."""
    spurned: bool = False
    confessed: tuple[str, ...] = field(default=())
    """What the reply said it does not know."""
    for_another: bool = False
    """Whether films are looked for somebody else, or with them."""
    people: tuple[str, ...] = ()
    """Who was asked of, or told in answer."""


def remembered(memory: Memory, turn: int, said: Said, shown: Sequence[str]) -> Memory:
    """The memory after a turn: what the line said, then what was shown."""
    verdicts = {verdict for _, verdict in said.named}
    mood = (verdicts.pop() if len(verdicts) == 1 else None) or 0.0
    after = Memory(
        memory.spoken,
        turn,
        untold=tuple(key for key, verdict in said.named if verdict is None),
        mood=mood,
        spurned=said.spurned and mood <= 0,
        confessed=tuple(dict.fromkeys((*memory.confessed, *said.confessed))),
        for_another=memory.for_another or said.for_another,
        people=said.people or memory.people,
    )
    named = tuple(dict.fromkeys(key for key, _ in said.named))
    return after.with_spoken(
        Spoken(named, How.NAMED, turn, memory.beside(named)),
        Spoken(said.picked, How.PICKED, turn, said.beside),
        Spoken(tuple(shown), How.SHOWN, turn),
    )


def picked_places(utterance: Utterance, count: int) -> tuple[int, ...]:
    """Places of the films that a remark is about, all of them where it picks none."""
    picks = utterance.picks or tuple(range(count))
    return tuple(place for place in picks if place < count)


def settled(
    utterance: Utterance,
    question: AmbiguousMention | None,
    state: SessionState,
    catalogue: Catalogue,
) -> Utterance:
    """The line with the film in it that it leaves open but must mean.

    An answer to our question ("the second one", "both", "1972") means films of the question,
    "forget Solaris" the Solaris that was told.
    """
    if utterance.act is Act.FORGET and utterance.ambiguous:
        return _settled_by_taste(utterance, state)
    if question is None or utterance.act is not Act.ANSWER or utterance.movies:
        return utterance
    span = Span(0, len(utterance.text))
    tokens = _answered(utterance, question, catalogue)
    movies = tuple(question.meant(token, span, "answer") for token in tokens)
    if not movies:
        return utterance
    return replace(utterance.without_limit("year"), movies=movies, picks=(), ambiguous=())


def _answered(utterance: Utterance, question: AmbiguousMention, catalogue: Catalogue) -> list[int]:
    """Films of the question that are meant: those at the places, or the first of the years."""
    picked = [question.tokens[place] for place in utterance.picks if place < len(question.tokens)]
    if picked or utterance.years is None:
        return picked
    first, last = utterance.years
    of_years = [token for token in question.tokens if first <= catalogue.movie(token).year <= last]
    return of_years if utterance.picks else of_years[:1]


def _settled_by_taste(utterance: Utterance, state: SessionState) -> Utterance:
    """Names of several films as the one of them that the person has spoken of, if it is one."""
    movies, open_still = list(utterance.movies), []
    for mention in utterance.ambiguous:
        told = ((token, state.outcome_of(token)) for token in mention.tokens)
        known = [token for token, outcome in told if outcome is not None and outcome.is_known]
        if len(known) == 1:
            rule = "the one that was told"
            movies.append(MovieMention(mention.span, known[0], mention.strength, rule))
        else:
            open_still.append(mention)
    return replace(utterance, movies=tuple(movies), ambiguous=tuple(open_still))
