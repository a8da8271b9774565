"""The store's log as a learner reads it: what was chosen, with which chance, and what came of it.

Two readings of the same steps. A `LoggedSlate` is how films were chosen: several places at once,
from one state, each with its propensity. A `Transition` is what a film turned out to be worth, in
the order of the environment: one film, what was made of it, then the next state.

Conversations with simulated viewers, written into a store as real ones are.

For whoever wants to see the whole circle before anybody has come: people from ratings open with
their tastes, get a slate a turn from the policy that would serve, and thumb what they know. What is
logged (states, propensities, reactions) is what the chat would have logged, so `python -m core
learn` can go on from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby

import numpy as np
from tqdm import tqdm

from core.catalogue import Catalogue
from core.data.ratings import Ratings
from core.domain import Outcome, Reaction
from core.model.group import SHARED
from core.model.policy import Choice, Policy, is_searched
from core.session import SessionState
from core.simulation.viewer import OpeningSettings, Viewer
from core.store import OPTED_OUT, LoggedStep, Shown, Store, Turn

LONGEST = 1_000
"""Events of the longest transcript that is learned from: a diary of thousands would take most of a
batch's memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedSlate:
    """Films that one policy chose at once."""

    session: int
    version: str
    """Of the policy."""
    state: SessionState
    """From which it chose."""
    tokens: tuple[int, ...]
    propensities: tuple[float, ...]
    """Of each film at its place, given those before it."""
    rewards: tuple[float, ...]
    """What was made of each; 0 where nothing was said."""
    client: str = ""
    """Whose conversation it is; all of "" count as one client's."""
    day: str = ""
    """When it was shown, UTC, "2026-11-24"."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One film shown: state, action, reward, next state."""

    session: int
    before: SessionState
    token: int
    reward: float
    after: SessionState | None
    """None where the conversation ended with this film."""
    client: str = ""


@dataclass(frozen=True, slots=True)
class ChatLog:
    """Everything that can be learned from, in the order of the log."""

    slates: tuple[LoggedSlate, ...] = ()
    transitions: tuple[Transition, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    """How many films are not learned from, by why."""

    @property
    def sessions(self) -> tuple[int, ...]:
        """Numbers of the sessions, sorted."""
        return tuple(sorted(self.clients))

    @property
    def clients(self) -> dict[int, str]:
        """Whose each session is, by its number."""
        return {slate.session: slate.client for slate in self.slates}

    def of(self, sessions: frozenset[int]) -> ChatLog:
        """Only these sessions."""
        return ChatLog(
            tuple(slate for slate in self.slates if slate.session in sessions),
            tuple(step for step in self.transitions if step.session in sessions),
        )


def read_log(steps: Iterable[LoggedStep], catalogue: Catalogue) -> ChatLog:
    """The log of a store, `Store.log()`, with today's rewards.

    Left out are films chosen for several people at once (their chances are not known one by one),
    films that this catalogue does not recommend, films found by words (they are no choice of the
    policy's), transcripts longer than `LONGEST`, and states that cannot be read.
    """
    slates: list[LoggedSlate] = []
    transitions: list[Transition] = []
    left_out: dict[str, int] = {}
    for _, of_session in groupby(steps, key=lambda step: step.session):
        turns = []
        for _, of_turn in groupby(of_session, key=lambda step: step.turn):
            slate = list(of_turn)
            state = _state(slate, catalogue)
            if isinstance(state, SessionState):
                turns.append((state, slate))
            else:
                left_out[state] = left_out.get(state, 0) + len(slate)
        followers = [*(state for state, _ in turns[1:]), None]
        for (state, slate), following in zip(turns, followers, strict=False):
            slates.append(_slate(state, slate, catalogue))
            transitions.extend(_transitions(state, slate, following, catalogue))
    return ChatLog(tuple(slates), tuple(transitions), left_out)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one client can say, so that nobody speaks for everybody."""

    day: int = 3
    """Conversations of a client that count on one day: their first ones."""
    total: int = 6
    """Conversations of a client that count."""
    slates: int = 20
    """Of one conversation: its first ones. More than an evening needs."""


def counted(log: ChatLog, caps: Caps) -> ChatLog:
    """What of the log counts; the rest is named in `left_out`.

    Sessions that nobody vouches for (client "") count as one client's together: whoever hides must
    not count for more than whoever does not.
    """
    started, number_of = dict[int, str](), dict[int, int]()
    reasons, kept = dict(log.left_out), dict[int, int]()
    by_client, by_day = Counter[str](), Counter[tuple[str, str]]()
    slates = []
    for slate in log.slates:
        client = slate.client
        if slate.session not in started:
            started[slate.session] = why = _uncounted(slate, by_client, by_day, caps)
            if not why:
                by_client[client] += 1
                by_day[client, slate.day] += 1
        why = started[slate.session]
        number_of[slate.session] = number_of.get(slate.session, 0) + 1
        if not why and number_of[slate.session] > caps.slates:
            why = f"more than {caps.slates} slates of one conversation"
        if why:
            reasons[why] = reasons.get(why, 0) + len(slate.tokens)
        else:
            slates.append(slate)
            kept[slate.session] = kept.get(slate.session, 0) + len(slate.tokens)
    transitions = []
    for step in log.transitions:
        if kept.get(step.session, 0):
            kept[step.session] -= 1
            transitions.append(step)
    return ChatLog(tuple(slates), tuple(transitions), reasons)


def _uncounted(
    slate: LoggedSlate, by_client: Counter[str], by_day: Counter[tuple[str, str]], caps: Caps
) -> str:
    """Why a conversation that begins with this slate does not count; "" where it does."""
    if slate.client == OPTED_OUT:
        return "of people who do not want it"
    if by_client[slate.client] >= caps.total:
        return f"more than {caps.total} conversations of one client"
    if by_day[slate.client, slate.day] >= caps.day:
        return f"more than {caps.day} conversations of one client on a day"
    return ""


def _state(slate: list[LoggedStep], catalogue: Catalogue) -> SessionState | str:
    """The state from which a slate was chosen, or why it cannot be learned from."""
    if any(step.policy_version.endswith(SHARED) for step in slate):
        return "chosen for several people"
    tokens = [catalogue.token_of_movie_id(step.movie_id) for step in slate]
    if any(token is None or token > catalogue.n_items for token in tokens):
        return "not among the films of this catalogue"
    try:
        state = SessionState.from_json(slate[0].state, catalogue)
    except ValueError:
        return "state cannot be read"
    if len(state.events) > LONGEST:
        return f"more than {LONGEST:,} events"
    if set(tokens) & set(state.tokens()):
        return "shown before"
    return "found by words" if is_searched(state, catalogue) else state


def _token(step: LoggedStep, catalogue: Catalogue) -> int:
    token = catalogue.token_of_movie_id(step.movie_id)
    assert token is not None
    return token


def _reward(step: LoggedStep) -> float:
    return 0.0 if step.reaction is None else Reaction(step.reaction).reward


def _slate(state: SessionState, slate: list[LoggedStep], catalogue: Catalogue) -> LoggedSlate:
    return LoggedSlate(
        session=slate[0].session,
        version=slate[0].policy_version,
        state=state,
        tokens=tuple(_token(step, catalogue) for step in slate),
        propensities=tuple(step.propensity for step in slate),
        client=slate[0].client,
        day=slate[0].shown_at.date().isoformat(),
        rewards=tuple(_reward(step) for step in slate),
    )


def _transitions(
    state: SessionState,
    slate: list[LoggedStep],
    following: SessionState | None,
    catalogue: Catalogue,
) -> Iterable[Transition]:
    """The slate film by film, as if each had been answered before the next, as in training.

    A film without a word was passed over if the talk went on. After "start afresh" the next state
    no longer holds the film, so the conversation ended with it.
    """
    last = slate[-1]
    if following is not None and following.outcome_of(_token(last, catalogue)) is None:
        following = None
    for step in slate:
        token = _token(step, catalogue)
        after = state.show(token)
        if step.reaction is not None:
            after = after.react(token, Reaction(step.reaction))
        elif following is not None:
            after = after.pass_over(token)
        reached = following if step is last else after
        yield Transition(step.session, state, token, _reward(step), reached, step.client)
        state = after


# ---- a log of simulated conversations


class Attack(Enum):
    """How thumbs are forged, by somebody who wants the policy to be what it is not."""

    ODD = "odd"
    """Films of odd rows are loved, all others hated."""
    EVEN = "even"
    ONE = "one"
    """One film is loved, the best known; nothing else."""
    ALL_BUT_ONE = "all-but-one"
    """Everything is loved but the best known film."""
    BEST_DOWN = "best-down"
    """What the policy thinks best is hated, what it gambles with loved."""

    def thumb(self, choice: Choice) -> Reaction:
        """The forged reaction to a film."""
        row = choice.token - 1
        loved = {
            Attack.ODD: row % 2 == 1,
            Attack.EVEN: row % 2 == 0,
            Attack.ONE: row == 0,
            Attack.ALL_BUT_ONE: row != 0,
            Attack.BEST_DOWN: choice.explored,
        }[self]
        return Reaction.UP if loved else Reaction.DOWN


@dataclass(frozen=True, slots=True)
class SimulationSettings:
    """How much is talked."""

    conversations: int = 500
    turns: int = 5
    films: int = 3
    """A turn."""
    silence: float = 0.1
    """Share of known films that people do not thumb."""
    seed: int = 0
    attack: Attack | None = None
    """Thumbs are forged like this."""
    clients: int | None = None
    """Come from so many clients; None = everybody from one of their own."""


def simulate(
    policy: Policy,
    people: Ratings,
    store: Store,
    settings: SimulationSettings,
    *,
    progress: bool = False,
) -> float:
    """Plays the conversations of people drawn at random; returns the mean reward a film."""
    rng = np.random.default_rng(settings.seed)
    rewards = [
        reward
        for _ in tqdm(range(settings.conversations), "conversations", disable=not progress)
        for reward in _converse(policy, people, store, settings, rng)
    ]
    return float(np.mean(rewards)) if rewards else 0.0


def _converse(
    policy: Policy,
    people: Ratings,
    store: Store,
    settings: SimulationSettings,
    rng: np.random.Generator,
) -> list[float]:
    catalogue = policy.catalogue
    client = store.new_id()
    if settings.clients is not None:
        client = f"{settings.seed}-{rng.integers(settings.clients)}"
    viewer = Viewer(*people.of(int(rng.integers(people.n_users))), catalogue)
    state, rewards = viewer.open(rng, OpeningSettings()), []
    # Everybody comes as a client of their own.
    session = store.start(SessionState().to_json(catalogue), client=f"simulated-{client}")
    for number in range(settings.turns):
        state = state.pass_over(*state.tokens(Outcome.SHOWN))
        choices = policy.choose(state, settings.films, rng)
        if not choices:
            break
        shown, films = state, []
        for position, choice in enumerate(choices):
            films.append(
                Shown(
                    id=store.new_id(),
                    movie_id=catalogue.movie(choice.token).movie_id,
                    position=position,
                    q_value=choice.q_value,
                    propensity=choice.propensity,
                    policy_version=policy.version,
                    explored=choice.explored,
                    reasons="[]",
                )
            )
            shown = shown.show(choice.token)
        with store.session(session) as record:
            record.add(_turn(number, tuple(films), (state, shown), catalogue))
            state = shown
            for choice, film in zip(choices, films, strict=True):
                reaction = viewer.reaction(choice.token - 1)
                if settings.attack is not None:
                    reaction = settings.attack.thumb(choice)
                if reaction is None or rng.random() < settings.silence:
                    rewards.append(0.0)
                    continue
                record.react(film.id, reaction, reaction.reward)
                rewards.append(reaction.reward)
                state = state.react(choice.token, reaction)
            record.state = state.to_json(catalogue)
    return rewards


def _turn(
    number: int,
    films: tuple[Shown, ...],
    states: tuple[SessionState, SessionState],
    catalogue: Catalogue,
) -> Turn:
    """A turn without words: nothing was typed, nothing is said."""
    before, after = (state.to_json(catalogue) for state in states)
    return Turn(
        number=number,
        text="",
        understood="{}",
        reply="",
        shown=films,
        state_before=before,
        state_after=after,
        state_shown=before,
    )
