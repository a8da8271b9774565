"""One turn: what a line means, what it changes, which films it brings, and in what words.

understand → interpret → plan → choose films → phrase → `Turn`. The store is read and not written:
what is to be written is in the `TakenTurn`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from assistant.conversation.answers import Asked, answers
from assistant.conversation.interpret import Interpretation, interpret, reactions_in_words, table_of
from assistant.conversation.phrasing import films_words
from assistant.conversation.plan import (
    cold,
    films_now,
    lifts,
    settings_of,
    settled,
    suggestions,
    unheard,
)
from assistant.conversation.records import context_of, question_of, seed_of, tokens_of, turn_of
from assistant.conversation.replies import Situation, reply_text
from assistant.conversation.together import Slate, Talk, films_for, passed_over
from assistant.conversation.values import Reply, Understood
from assistant.language.utterance import LONGEST_TEXT, Act, Utterance
from core.catalogue import Catalogue
from core.data.facts import CatalogueFacts
from core.domain import Constraints, Reaction
from core.model.policy import Policy
from core.session import SessionState
from core.store import Shown, Turn

if TYPE_CHECKING:
    from assistant.language.understand import Understanding


@dataclass(frozen=True, slots=True)
class Scene:
    """What a turn starts from."""

    talk: Talk
    state: SessionState
    """What is known of the person who speaks."""
    last_shown: Turn | None
    """Their latest turn that showed films."""
    policy: Policy
    facts: CatalogueFacts
    """What is known of the films."""
    usual: int
    """Films a turn for whoever has not chosen a number."""
    seed: int
    """Of the server; with session and turn it decides what is left to chance."""

    @property
    def catalogue(self) -> Catalogue:
        """The films and facets that tokens stand for."""
        return self.policy.catalogue

    @property
    def number(self) -> int:
        """Number of the turn."""
        return self.talk.record.next_number

    @property
    def variant(self) -> int:
        """Which of several wordings: never the same for two turns in a row."""
        return seed_of(self.seed, self.talk.session, 0) // 97 + self.number


@dataclass(frozen=True, slots=True)
class TakenTurn:
    """What a turn came to."""

    reply: Reply
    turn: Turn
    """The turn as the store logs it."""
    reactions: tuple[tuple[Shown, Reaction], ...]
    """What the line said of recommended films; each film as it was before."""
    slate: Slate


def understand(text: str, scene: Scene, understanding: Understanding) -> Utterance:
    """What a line says, with what it leaves open filled in from the conversation."""
    on_table = tokens_of(scene.last_shown, scene.catalogue)
    context = context_of(scene.talk.record.last, on_table, scene.state, scene.catalogue)
    utterance = understanding.understand(text[:LONGEST_TEXT], context)
    return settled(utterance, context.asked, scene.state, scene.catalogue)


def take_turn(
    utterance: Utterance, scene: Scene, ids: Iterable[str], *, preface: str = ""
) -> TakenTurn:
    """The turn that answers a line.

    Args:
        utterance: the line.
        scene: what the turn starts from.
        ids: fresh recommendation ids; one is taken for each film.
        preface: what the reply begins with.
    """
    record, catalogue = scene.talk.record, scene.catalogue
    table = table_of(record, scene.state, utterance, scene.last_shown, scene.policy)
    step = interpret(utterance, scene.state, table)
    wanted, held_back = films_now(settings_of(scene.talk), utterance, step, scene.usual)
    slate = Slate((), step.state)
    if wanted:
        # Nobody has to answer to every film: what stays without a word when the next ones come
        # says little.
        step = replace(step, state=passed_over(step.state))
        slate = _chosen(step.state, wanted, scene, ids)
    situation = _situation(utterance, step, slate, scene, wanted=wanted, held_back=held_back)
    reactions = reactions_in_words(record, step, catalogue)
    reply = _phrased(utterance, step, situation, scene)
    replaced = tuple((film.id, film.reaction or Reaction.CLEAR.value) for film, _ in reactions)
    fits = slate.shared.fits if slate.shared else ()
    reply = Reply(
        preface + reply.text, replace(reply.understood, replaced=replaced, fits=fits), slate.films
    )
    states = (scene.state, step.state, slate.after)
    turn = turn_of(scene.number, utterance.text, reply, states, catalogue)
    return TakenTurn(reply, turn, reactions, slate)


def _chosen(state: SessionState, wanted: int, scene: Scene, ids: Iterable[str]) -> Slate:
    """The films; the same turn of the same session gambles the same."""
    rng = np.random.default_rng(seed_of(scene.seed, scene.talk.session, scene.number))
    return films_for(scene.talk, state, wanted, scene.policy, rng=rng, ids=ids)


def _situation(
    utterance: Utterance,
    step: Interpretation,
    slate: Slate,
    scene: Scene,
    *,
    wanted: int,
    held_back: bool,
) -> Situation:
    """What the reply is about, beyond the chips."""
    constraints, shown = step.state.constraints, len(slate.films)
    return Situation(
        variant=scene.variant,
        shown=shown,
        asked_for=wanted,
        films=films_words(constraints, scene.catalogue, shown if shown == wanted else 2),
        wished=constraints != Constraints(),
        cold=cold(step.state),
        first=scene.last_shown is None,
        more=utterance.act is Act.MORE,
        beyond=utterance.beyond,
        unheard=unheard(utterance, step),
        lift=lifts(step.state, scene.policy) if wanted and not shown else (),
        people=1 + len(scene.talk.others),
        held_back=held_back,
    )


def _phrased(
    utterance: Utterance, step: Interpretation, situation: Situation, scene: Scene
) -> Reply:
    """The words of the reply, what was understood, and what the person might say next."""
    catalogue = scene.catalogue
    question = question_of(utterance.ambiguous[0], catalogue) if utterance.ambiguous else None
    text = reply_text(
        utterance, step, situation, question, last=scene.last_shown, catalogue=catalogue
    )
    told = answers(utterance.questions, Asked(scene.facts, scene.policy, step.state))
    if told:
        says_more = situation.is_for_films or any(not chip.kind.is_unclear for chip in step.chips)
        text = f"{told}\n{text}" if says_more else told
    facets = frozenset(map(catalogue.key_of, filter(catalogue.is_facet, step.state.tokens())))
    lines = suggestions(utterance, step, situation.shown, question or situation.lift, facets)
    return Reply(text, Understood(utterance.act.value, step.chips, question, lines))
