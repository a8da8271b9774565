"""Turns and recommendations as the store keeps them, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from assistant.conversation.phrasing import newest, years_label
from assistant.conversation.reasons import (
    SMALL,
    facet_chip,
    fame_chip,
    movie_chip,
    people_of,
    reasons,
)
from assistant.conversation.values import (
    Card,
    Chip,
    ChipKind,
    Exchange,
    Question,
    Reply,
    Understood,
)
from assistant.language.utterance import AmbiguousMention, Context, Span
from core.catalogue import Catalogue
from core.domain import Outcome, Reaction, Reason, Recommendation
from core.model.policy import Choice, Policy
from core.session import SessionState
from core.store import SessionRecord, Shown, Turn

RECOMMENDED = frozenset(
    {Outcome.SHOWN, Outcome.PASSED, *(reaction.outcome for reaction in Reaction)}
)
"""Outcomes that a film can have after it was shown (some can be stated, too)."""

FILMS_OF_TASTE, WITH_DIARY = 40, 12
"""Most films of the taste that go with the latest turns; of more than that, so many: nobody looks
through a diary."""

_TASTE = {
    Outcome.STATED_LIKE: Reaction.UP,
    Outcome.UP: Reaction.UP,
    Outcome.STATED_DISLIKE: Reaction.DOWN,
    Outcome.DOWN: Reaction.DOWN,
    Outcome.SEEN: Reaction.SEEN,
}


def seed_of(seed: int, session: str, number: int) -> int:
    """A number for one turn of one session: the same turn always gambles and reads the same."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{session}:{number}".encode()).digest()[:8], "big")


def recommend(
    policy: Policy, state: SessionState, choices: Iterable[Choice], ids: Iterable[str]
) -> tuple[Recommendation, ...]:
    """Choices of the policy as recommendations with their reasons."""
    catalogue, choices = policy.catalogue, tuple(choices)
    parts = policy.explanations(state, [choice.token for choice in choices], SMALL)
    return tuple(
        Recommendation(
            recommendation_id,
            catalogue.movie(choice.token),
            choice.q_value,
            choice.propensity,
            policy.version,
            reasons(state, catalogue, choice.token, contributions),
            choice.explored,
            choice.match,
        )
        for choice, contributions, recommendation_id in zip(choices, parts, ids, strict=False)
    )


def shown_of(recommendation: Recommendation, position: int, catalogue: Catalogue) -> Shown:
    """A recommendation as the store logs it."""
    told = [
        {
            "text": reason.text,
            "contribution": reason.contribution,
            "key": catalogue.key_of(reason.token) if reason.token else "",
        }
        for reason in recommendation.reasons
    ]
    return Shown(
        id=recommendation.id,
        movie_id=recommendation.movie.movie_id,
        position=position,
        q_value=recommendation.q_value,
        propensity=recommendation.propensity,
        policy_version=recommendation.policy_version,
        explored=recommendation.explored,
        reasons=json.dumps({"match": recommendation.match, "parts": told}, ensure_ascii=False),
    )


def turn_of(
    number: int,
    text: str,
    reply: Reply,
    states: tuple[SessionState, SessionState, SessionState],
    catalogue: Catalogue,
) -> Turn:
    """A turn as the store logs it; the states are those before it, from which the films were
    chosen, and after it.
    """
    before, chosen_from, after = (state.to_json(catalogue) for state in states)
    return Turn(
        number=number,
        text=text,
        understood=reply.understood.to_json(),
        reply=reply.text,
        shown=tuple(
            shown_of(film, place, catalogue) for place, film in enumerate(reply.recommendations)
        ),
        state_before=before,
        state_shown=chosen_from,
        state_after=after,
    )


def card_of(shown: Shown, catalogue: Catalogue) -> Card | None:
    """A logged recommendation as the page draws it; None where this catalogue no longer holds the
    film.
    """
    token = catalogue.token_of_movie_id(shown.movie_id)
    if token is None:
        return None
    record = json.loads(shown.reasons)
    if isinstance(record, list):  # the parts alone, as they were logged before there was a match
        record = {"match": None, "parts": record}
    told = tuple(
        Reason(part["text"], part["contribution"], catalogue.token_of(part["key"]) or 0)
        for part in record["parts"]
    )
    recommendation = Recommendation(
        shown.id,
        catalogue.movie(token),
        shown.q_value,
        shown.propensity,
        shown.policy_version,
        told,
        shown.explored,
        record["match"],
    )
    reaction = Reaction.CLEAR if shown.reaction is None else Reaction(shown.reaction)
    return Card(recommendation, reaction, people=people_of(catalogue, token))


def exchange_of(turn: Turn, catalogue: Catalogue) -> Exchange:
    """A logged turn as the page draws it."""
    cards = (card_of(shown, catalogue) for shown in turn.shown)
    return Exchange(
        turn.number,
        turn.text,
        turn.reply,
        Understood.from_json(turn.understood),
        tuple(card for card in cards if card is not None),
    )


def question_of(mention: AmbiguousMention, catalogue: Catalogue) -> Question:
    """An ambiguous mention as a question that can be stored."""
    return Question(
        tuple(catalogue.key_of(token) for token in mention.tokens),
        tuple(catalogue.movie(token).label for token in mention.tokens),
        mention.strength,
        mention.similar_only,
        mention.seen,
    )


def mention_of(question: Question | None, catalogue: Catalogue) -> AmbiguousMention | None:
    """The open question as the understanding takes it; None where there is none."""
    if question is None:
        return None
    tokens = (catalogue.token_of(key) for key in question.keys)
    known = tuple(token for token in tokens if token is not None)
    if not known:
        return None
    return AmbiguousMention(
        Span(0, 0), known, question.strength, "asked", question.similar_only, question.seen
    )


def replayed(state: SessionState, turns: Sequence[Turn], catalogue: Catalogue) -> SessionState:
    """The state with the reactions that recommended films have now: undo keeps thumbs given to
    earlier turns.
    """
    for shown in (shown for turn in turns for shown in turn.shown):
        token = catalogue.token_of_movie_id(shown.movie_id)
        outcome = None if token is None else state.outcome_of(token)
        if (
            token is None
            or outcome not in RECOMMENDED
            or (shown.reaction is None and outcome is Outcome.PASSED)
        ):
            continue
        state = state.react(
            token, Reaction.CLEAR if shown.reaction is None else Reaction(shown.reaction)
        )
    return state


def latest_taste(
    state: SessionState, catalogue: Catalogue, *, whole: bool
) -> tuple[tuple[Chip, ...], int]:
    """What is held about a person, unless `whole` with the latest films only; and how many films
    were left out.
    """
    films = [token for token in state.tokens(*_TASTE) if catalogue.is_movie(token)]
    hidden = 0 if whole or len(films) <= FILMS_OF_TASTE else len(films) - WITH_DIARY
    left_out = frozenset(films[:hidden])
    events = (
        tuple(event for event in state.events if event.token not in left_out)
        if hidden
        else state.events
    )
    return taste_of(replace(state, events=events), catalogue), hidden


def taste_of(state: SessionState, catalogue: Catalogue) -> tuple[Chip, ...]:
    """What is held about a person, in the order they said it; years and fame last."""
    constraints = state.constraints
    chips = []
    for token, outcome in state.events:
        if catalogue.is_movie(token) and outcome in _TASTE:
            chips.append(movie_chip(catalogue, token, _TASTE[outcome]))
        elif outcome is Outcome.WANTED:
            kind = ChipKind.ONLY if token in constraints.required else ChipKind.WANT
            chips.append(facet_chip(catalogue, token, kind))
        elif outcome is Outcome.AVOIDED:
            kind = ChipKind.NEVER if token in constraints.excluded else ChipKind.AVOID
            chips.append(facet_chip(catalogue, token, kind))
    if constraints.years is not None:
        chips.append(Chip(ChipKind.YEARS, years_label(constraints.years, newest(catalogue))))
    if constraints.best_known_left_out:
        chips.append(fame_chip(ChipKind.LESSER_KNOWN))
    return tuple(chips)


def why_of(
    turn: Turn | None, picks: Sequence[int], catalogue: Catalogue
) -> list[tuple[str, tuple[Reason, ...], float]]:
    """Label, reasons and score of the films of a turn, of all or of the picked places."""
    cards = [card_of(shown, catalogue) for shown in turn.shown] if turn else []
    chosen = [
        card
        for place, card in enumerate(cards)
        if card is not None and (not picks or place in picks)
    ]
    return [
        (card.recommendation.movie.label, card.recommendation.reasons, card.recommendation.q_value)
        for card in chosen
    ]


def open_question(record: SessionRecord) -> Question | None:
    """What the last turn asked."""
    last = record.last
    return Understood.from_json(last.understood).question if last else None


def context_of(
    last: Turn | None,
    shown: tuple[int, ...],
    asked: AmbiguousMention | None,
    state: SessionState,
    catalogue: Catalogue,
) -> Context:
    """What a line may refer to, after the `last` turn, with these films on the table and the wishes
    of a state.
    """
    chips = [
        chip for chip in (Understood.from_json(last.understood).chips if last else ()) if chip.end
    ]
    films = {chip.key: chip for chip in chips if chip.key.startswith("movie:")}
    tokens = [token for key in films if (token := catalogue.token_of(key)) is not None]
    untold = tuple(
        token
        for key, chip in films.items()
        if chip.kind in (ChipKind.NAMED, ChipKind.SEEN, ChipKind.ASIDE)
        if (token := catalogue.token_of(key)) is not None
    )
    kinds = {chip.kind for chip in films.values()}
    mood = _MOODS.get(kinds.pop(), 0.0) if len(kinds) == 1 else 0.0
    wishes = {chip.kind for chip in chips if chip.key not in films}
    spurned = bool(wishes) and wishes <= {ChipKind.AVOID, ChipKind.NEVER} and mood <= 0
    for_children = catalogue.token_of_facet("genre", "Children") in state.constraints.required
    return Context(
        shown, asked, tokens[0] if len(tokens) == 1 else None, untold, mood, spurned, for_children
    )


_MOODS: Final = {ChipKind.LIKE: 0.7, ChipKind.DISLIKE: -0.7}


def shown_films(record: SessionRecord) -> dict[int, Shown]:
    """Every live recommendation of the session by movieId."""
    return {shown.movie_id: shown for turn in record.turns for shown in turn.shown}
