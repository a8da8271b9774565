"""Evenings together: who speaks, films for all, and what each browser gets to see of it.

Everybody is a session of their own. A turn that shows films shows the same ones to all: in each
person's record stand the films with that person's Q-values, reasons and figures, and their
reactions count for them alone. Nothing that one person said is written into the record of another;
what one sees of the others is read from theirs.

Opening, joining and leaving an evening together, and who speaks at a browser.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final, TypeVar

import numpy as np

from assistant.conversation.records import (
    exchange_of,
    memory_of,
    recommend,
    replayed,
    reply_of,
    taste_of,
    turn_of,
)
from assistant.conversation.values import (
    TOGETHER,
    Card,
    Company,
    Exchange,
    Opinion,
    Person,
    Reply,
    Understood,
)
from assistant.wording import several
from core.catalogue import Catalogue
from core.domain import Outcome, Reaction, Recommendation
from core.errors import SettingsError, UnknownIdError
from core.model.group import SHARED, choose_together
from core.model.policy import Choice, Policy
from core.session import SessionState
from core.store import Answer, Gathering, Member, SessionRecord, Shown, Store, Turn
from core.store.records import is_id

Thought = TypeVar("Thought")

SPEAKER: Final = "speaker"
"""Extra of a browser's own session: number of the person who speaks there."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's side of a conversation, and everybody who shares the evening."""

    session: str
    """Id of the session that speaks: the browser's own, or that of a guest."""
    record: SessionRecord
    others: tuple[SessionRecord, ...]
    gathering: Gathering

    @property
    def own(self) -> SessionRecord:
        """The record of the session whose browser this is."""
        return self.gathering.records[self.gathering.own]

    @property
    def local(self) -> tuple[SessionRecord, ...]:
        """Records of the people at this browser, its own first."""
        members = (self.gathering.records[one.number] for one in self.gathering.held)
        return (self.own, *(record for record in members if record is not self.own))

    def owner_of(self, recommendation_id: str) -> SessionRecord:
        """The record here to which a film was recommended; the browser's own if it was to none."""
        own, *guests = self.local
        for record in guests:
            with suppress(UnknownIdError):
                record.shown(recommendation_id)
                return record
        return own


@contextmanager
def open_talk(store: Store, session: str) -> Iterator[Talk]:
    """A session's conversation and its evening, under their locks. UnknownIdError if unknown."""
    with store.parties.gathered(session) as gathering:
        yield talk_of(session, gathering)


@contextmanager
def read_talk(store: Store, session: str) -> Iterator[Talk]:
    """The same as of one moment, to be read: it waits for nobody."""
    with store.parties.seen(session) as gathering:
        yield talk_of(session, gathering)


def talk_of(session: str, gathering: Gathering) -> Talk:
    """The conversation of whoever speaks at a session's browser."""
    speaker, records = _speaker(gathering), gathering.records
    if speaker is None:
        return Talk(session, records[gathering.own], (), gathering)
    others = tuple(records[one.number] for one in gathering.people if one != speaker)
    return Talk(speaker.session, records[speaker.number], others, gathering)


def taken_once(
    store: Store,
    session: str,
    request: str,
    steps: tuple[Callable[[Talk], Thought], Callable[[Talk, Thought], Reply]],
    catalogue: Catalogue,
    *,
    side: Callable[[Talk], SessionRecord] = attrgetter("record"),
) -> Reply:
    """A turn in two steps, thought out past all locks, then written in one short transaction.

    With the number of a `request` that was answered within a day nothing is done again: it gives
    the same reply. Whoever gets none may send it again, whatever became of it. `side` is the record
    that gets the turn. SettingsError for a number that is no 1 to 64 letters, digits, "-" and "_".
    """
    if request and not is_id(request):
        raise SettingsError("A request's number is 1 to 64 letters, digits, - and _.")
    think, write = steps

    def thought(gathering: Gathering) -> Thought | Answer:
        talk = talk_of(session, gathering)
        before = side(talk).answered(request) if request else None
        return think(talk) if before is None else before

    def written(gathering: Gathering, thought: Thought | Answer) -> Reply:
        if isinstance(thought, Answer):
            return reply_of(thought, catalogue)
        talk = talk_of(session, gathering)
        record = side(talk)
        number = record.next_number
        reply = write(talk, thought)
        if request:
            record.answer(request, reply.text, number if record.next_number > number else None)
        return reply

    return store.parties.considered(session, thought, written)


def _speaker(gathering: Gathering) -> Member | None:
    """Who speaks: the person last chosen at this browser, as long as they are there."""
    if not gathering.people:
        return None
    chosen = gathering.records[gathering.own].extras.get(SPEAKER)
    own = next(one for one in gathering.people if one.number == gathering.own)
    return next((one for one in gathering.held if str(one.number) == chosen), own)


# ---- films for all


@dataclass(frozen=True, slots=True)
class Shared:
    """One slate for everybody: what it is to the person who asked, and to each of the others."""

    choices: tuple[Choice, ...]
    fits: tuple[float, ...]
    others: tuple[tuple[SessionState, tuple[Choice, ...], tuple[float, ...]], ...]
    """State from which it was chosen, films and figures of each."""


@dataclass(frozen=True, slots=True)
class Slate:
    """The films of a turn."""

    films: tuple[Recommendation, ...]
    after: SessionState
    """The state once they are shown."""
    shared: Shared | None = None
    """What they are to the others; None where the person is alone."""


def choose_for_all(
    policy: Policy, state: SessionState, others: Iterable[SessionState], count: int
) -> Shared:
    """The films that the least happy one likes most."""
    states = [state, *map(passed_over, others)]
    chosen = choose_together(policy, states, count)
    sides = [
        (
            one,
            policy.matched(
                [Choice(film.token, film.q_values[place], 1.0, False) for film in chosen], one
            ),
            tuple(film.fits[place] for film in chosen),
        )
        for place, one in enumerate(states)
    ]
    return Shared(sides[0][1], sides[0][2], tuple(sides[1:]))


def passed_over(state: SessionState) -> SessionState:
    """The state once the talk went on without a word about the films on the table."""
    return state.pass_over(*state.tokens(Outcome.SHOWN))


def films_for(
    talk: Talk,
    state: SessionState,
    count: int,
    policy: Policy,
    *,
    rng: np.random.Generator,
    ids: Iterable[str],
) -> Slate:
    """Films for one person, or for everybody of the evening."""
    if not talk.others:
        choices = policy.choose(state, count, rng)
        return Slate(recommend(policy, state, choices, ids), _shown(state, choices))
    others = (SessionState.from_json(record.state, policy.catalogue) for record in talk.others)
    shared = choose_for_all(policy, state, others, count)
    films = _recommended(policy, state, shared.choices, ids)
    return Slate(films, _shown(state, shared.choices), shared)


def _shown(state: SessionState, choices: Iterable[Choice]) -> SessionState:
    for choice in choices:
        state = state.show(choice.token)
    return state


def _recommended(
    policy: Policy, state: SessionState, choices: Sequence[Choice], ids: Iterable[str]
) -> tuple[Recommendation, ...]:
    """Films of a shared slate as one person's recommendations, marked as chosen for several."""
    films = recommend(policy, state, choices, ids)
    return tuple(replace(film, policy_version=f"{film.policy_version}{SHARED}") for film in films)


def turns_of_others(
    records: Sequence[SessionRecord], shared: Shared, policy: Policy, ids: Iterable[str]
) -> tuple[Turn, ...]:
    """The slate as a turn of each of those who did not ask; an id is taken for each film."""
    catalogue = policy.catalogue
    turns = []
    for record, (state, choices, fits) in zip(records, shared.others, strict=True):
        before, after = SessionState.from_json(record.state, catalogue), _shown(state, choices)
        films = _recommended(policy, state, choices, ids)
        keys = [catalogue.key_of(choice.token) for choice in choices]
        memory = memory_of(record.last).shown(keys, record.next_number)
        understood = Understood(TOGETHER, fits=fits, memory=memory)
        reply = Reply(for_everybody(len(films), len(records) + 1), understood, films)
        states = (before, state, after)
        turns.append(turn_of(record.next_number, "", reply, states, catalogue))
    return tuple(turns)


def for_everybody(count: int, people: int) -> str:
    """The line before films that another person asked for: "Three for both of you:"."""
    numbers = several("reply.numbers")
    everybody = "both" if people == 2 else f"all {numbers[people]}"
    return f"{numbers[count].capitalize()} for {everybody} of you:"


def last_of(talk: Talk) -> list[SessionRecord]:
    """The records whose last turn "undo" here takes back: the newest one and its twins."""
    newest = max(talk.local, key=lambda record: _moment(record.last))
    if newest.last is None or not _films(newest.last):
        return [newest]
    everybody = talk.gathering.records.values()
    twins = [
        record for record in everybody if record.last and _films(record.last) == _films(newest.last)
    ]
    return [newest, *(record for record in twins if record is not newest)]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What it comes to when somebody's last turn is taken back."""

    session: int
    """Number of the session."""
    state: str
    """JSON of the state then."""
    replaced: tuple[tuple[str, str], ...]
    """Reactions as they were before that turn, by id of the film."""


def taken_back(talk: Talk, catalogue: Catalogue) -> tuple[TakenBack, ...]:
    """The newest turn at this browser without which it would be: all sides of a shared one."""
    return tuple(
        _without(turn, record, catalogue)
        for record in last_of(talk)
        if (turn := record.last) is not None
    )


def _without(turn: Turn, record: SessionRecord, catalogue: Catalogue) -> TakenBack:
    gems = SessionState.from_json(record.state, catalogue).gems
    replaced = Understood.from_json(turn.understood).replaced
    before = dict(replaced)
    turns = [
        replace(one, shown=tuple(_as_it_was(shown, before) for shown in one.shown))
        for one in record.turns[:-1]
    ]
    state = SessionState.from_json(turn.state_before, catalogue).steer(gems)
    number, _ = record.version
    return TakenBack(number, replayed(state, turns, catalogue).to_json(catalogue), replaced)


def _as_it_was(shown: Shown, before: Mapping[str, str]) -> Shown:
    if shown.id not in before:
        return shown
    reaction = Reaction(before[shown.id])
    is_none = reaction is Reaction.CLEAR
    return replace(shown, reaction=None if is_none else reaction.value, reward=reaction.reward)


def take_back(talk: Talk, back: Sequence[TakenBack]) -> None:
    """Writes it down."""
    for one in back:
        record = talk.gathering.records[one.session]
        record.undo()
        for recommendation_id, reaction in one.replaced:
            record.react(recommendation_id, reaction, Reaction(reaction).reward)
        record.state = one.state


def _films(turn: Turn) -> frozenset[int]:
    """The films of a shared turn, the same in everybody's record; empty for any other turn."""
    return frozenset(
        shown.movie_id for shown in turn.shown if shown.policy_version.endswith(SHARED)
    )


_NO_FILMS: Final = frozenset[int]()


def _moment(turn: Turn | None) -> datetime:
    return (turn and turn.at) or datetime.min.replace(tzinfo=UTC)


# ---- what a browser sees


def exchanges_of(
    talk: Talk, latest: int | None, catalogue: Catalogue
) -> tuple[tuple[Exchange, ...], int]:
    """The conversation at this browser, and how many turns before it were not read."""
    gathering, own = talk.gathering, talk.gathering.own
    turns = {
        number: record.turns if latest is None else record.recent(latest)
        for number, record in gathering.records.items()
    }
    earlier = talk.own.n_turns - len(turns[own])
    if not gathering.people:
        return tuple(exchange_of(turn, catalogue) for turn in turns[own]), earlier
    first = turns[own][0] if earlier and turns[own] else None
    lines = _lines(turns, gathering, since=_moment(first))
    drawn = [_exchange(turn, number, turns, gathering, catalogue) for turn, number in lines]
    return tuple(replace(one, number=earlier + place) for place, one in enumerate(drawn)), earlier


def _lines(
    turns: Mapping[int, Sequence[Turn]], gathering: Gathering, since: datetime
) -> list[tuple[Turn, int]]:
    """What was typed at this browser, in order, each turn with the number of its person; of the
    guests what was said since then, and no films that the browser's own turns show already.
    """
    own = gathering.own
    shared = {_films(turn) for turn in turns[own]} - {_NO_FILMS}
    lines = [(turn, own) for turn in turns[own]]
    for guest in (member.number for member in gathering.held if member.number != own):
        fresh = (turn for turn in turns[guest] if _moment(turn) >= since)
        lines += [(turn, guest) for turn in fresh if _films(turn) not in shared]
    return sorted(lines, key=lambda line: _moment(line[0]))


def _exchange(
    turn: Turn,
    number: int,
    turns: Mapping[int, Sequence[Turn]],
    gathering: Gathering,
    catalogue: Catalogue,
) -> Exchange:
    """One turn with what it was to the others, in the words of whoever asked at this browser."""
    own = exchange_of(turn, catalogue)
    worded, speaker = own, number
    opinions: dict[int, list[Opinion]] = defaultdict(list)
    for member, twin in _twins(turn, number, turns, gathering):
        theirs = exchange_of(twin, catalogue)
        is_local = member in gathering.held
        if is_local and theirs.understood.act != TOGETHER:
            worded, speaker = theirs, member.number
        for card in _fitted(theirs):
            opinion = Opinion(member.name, card, is_local)
            opinions[card.recommendation.movie.row].append(opinion)
    cards = tuple(
        replace(card, others=tuple(opinions[card.recommendation.movie.row]))
        for card in _fitted(own)
    )
    if worded.understood.act == TOGETHER or speaker == gathering.own:
        return replace(worded, cards=cards)
    names = {member.number: member.name for member in gathering.people}
    return replace(worded, cards=cards, speaker=names[speaker])


def _twins(
    turn: Turn, number: int, turns: Mapping[int, Sequence[Turn]], gathering: Gathering
) -> Iterator[tuple[Member, Turn]]:
    """The others to whom a turn of this person showed its films, with that turn of theirs."""
    films = _films(turn)
    if films == _NO_FILMS:
        return
    for member in gathering.people:
        twin = next((one for one in turns[member.number] if _films(one) == films), None)
        if twin is not None and member.number != number:
            yield member, twin


def _fitted(exchange: Exchange) -> tuple[Card, ...]:
    """The cards with the figures of the turn; as they are where there are none."""
    fits = exchange.understood.fits
    if len(fits) != len(exchange.cards):  # a film that this catalogue no longer holds
        return exchange.cards
    return tuple(replace(card, fit=fit) for card, fit in zip(exchange.cards, fits, strict=True))


def company_of(talk: Talk, catalogue: Catalogue) -> Company:
    """The evening as everybody of it sees it."""
    gathering = talk.gathering
    if not gathering.people:
        return Company()
    people = tuple(_person(member, talk, catalogue) for member in gathering.people)
    until = gathering.code_until
    seconds = 0 if until is None else max(int((until - datetime.now(UTC)).total_seconds()), 0)
    return Company(people, gathering.code, -(-seconds // 60), gathering.revision)


def _person(member: Member, talk: Talk, catalogue: Catalogue) -> Person:
    """One person of the evening as the person of this browser sees them."""
    record = talk.gathering.records[member.number]
    taste = taste_of(SessionState.from_json(record.state, catalogue), catalogue)
    return Person(
        number=member.number,
        name=member.name,
        you=record is talk.own,
        held=member in talk.gathering.held,
        speaks=record is talk.record,
        tastes=len(taste),
        wishes=tuple(chip for chip in taste if chip.kind.is_hard_wish),
    )


class Evening:
    """Opening, joining and leaving an evening. Errors are those of `core.store.Parties`."""

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
        """The next lines here are of this person. UnknownIdError for somebody elsewhere."""
        with self._store.parties.gathered(session) as gathering:
            if person not in map(attrgetter("number"), gathering.held):
                raise UnknownIdError("That person does not speak through this browser (any more).")
            gathering.records[gathering.own].set_extra(SPEAKER, str(person))

    def revision(self, session: str) -> str:
        """Changes whenever the page of this evening would; "" without one."""
        return self._store.parties.revision(session)
