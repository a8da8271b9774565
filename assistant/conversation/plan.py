"""What a turn does with what was understood: how many films, which suggestions, which wish to
lift.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.conversation.interpret import Interpretation
from assistant.conversation.phrasing import LESSER_KNOWN
from assistant.conversation.reasons import facet_words
from assistant.conversation.small_talk import EXAMPLES
from assistant.conversation.values import Chip, ChipKind, Question
from assistant.language.acts import is_plain_request, line_of
from assistant.language.utterance import (
    Act,
    AmbiguousMention,
    FacetMention,
    MovieMention,
    Span,
    Utterance,
)
from core.catalogue import Catalogue
from core.domain import Outcome
from core.errors import UnknownIdError
from core.model.policy import Policy
from core.session import SessionState

TALK = frozenset(
    {
        Act.GREET,
        Act.HELP,
        Act.WHY,
        Act.ABOUT_ME,
        Act.ABOUT_YOU,
        Act.AGREE,
        Act.DECLINE,
        Act.COMPLAIN,
        Act.BEYOND,
        Act.REACT,
        Act.THANKS,
        Act.BYE,
        Act.OFF_TOPIC,
        Act.EMPTY,
        Act.START_OVER,
        Act.UNDO,
    }
)
"""Acts that are answered in words, unless the line tells tastes or wishes as well."""

YEARS_KEY = "years"
"""Key that stands for the wish about years where a chip is edited."""

_NUDGES = (
    ("Something funnier", "genre:Comedy"),
    ("Something scarier", "genre:Horror"),
    ("No horror", "genre:Horror"),
)
"""What a person might want next, and the facet it is about."""

_UNCLEAR = frozenset({ChipKind.AMBIGUOUS, ChipKind.UNKNOWN, ChipKind.ASIDE})
_TELLING = frozenset(
    {
        Outcome.STATED_LIKE,
        Outcome.STATED_DISLIKE,
        Outcome.UP,
        Outcome.DOWN,
        Outcome.SEEN,
        Outcome.WANTED,
        Outcome.AVOIDED,
    }
)


def told(chips: tuple[Chip, ...]) -> bool:
    """Whether a line told anything that was understood."""
    return any(chip.kind not in _UNCLEAR for chip in chips)


def cold(state: SessionState) -> bool:
    """Whether nothing is known of the person's taste."""
    return not state.tokens(*_TELLING)


def films_wanted(utterance: Utterance, step: Interpretation, usual: int) -> int:
    """How many films this turn should show; 0 where it only talks.

    A line of which nothing was understood is asked about first, unless there is a taste to go by.
    """
    if told(step.chips):
        return utterance.count or usual
    if utterance.act in TALK or utterance.ambiguous or (utterance.unknown and cold(step.state)):
        return 0
    return utterance.count or usual


def unheard(utterance: Utterance, step: Interpretation) -> bool:
    """Whether a line asks for films and says something of them of which nothing was understood."""
    understood = (
        step.chips
        or utterance.beyond
        or utterance.count
        or utterance.any_year
        or utterance.well_known
    )
    return (
        utterance.act is Act.RECOMMEND
        and not understood
        and not is_plain_request(line_of(utterance.text))
    )


def settled(
    utterance: Utterance, asked: AmbiguousMention | None, state: SessionState, catalogue: Catalogue
) -> Utterance:
    """The line with the film in it that it leaves open but must mean.

    An answer to our question ("the second one", "both", "1972") means films of the question,
    "forget Solaris" the Solaris that was told.
    """
    if utterance.act is Act.FORGET and utterance.ambiguous:
        return _held(utterance, state)
    if asked is None or utterance.act is not Act.ANSWER or utterance.movies:
        return utterance
    tokens = [asked.tokens[place] for place in utterance.picks if place < len(asked.tokens)]
    if not tokens and utterance.years is not None:
        first, last = utterance.years
        tokens = [token for token in asked.tokens if first <= catalogue.movie(token).year <= last]
    if not tokens:
        return utterance
    tokens = tokens if utterance.picks else tokens[:1]
    span = Span(0, len(utterance.text))
    movies = tuple(
        MovieMention(span, token, asked.strength, "answer", asked.similar_only, asked.seen)
        for token in tokens
    )
    return replace(utterance, movies=movies, years=None, picks=(), ambiguous=())


def _held(utterance: Utterance, state: SessionState) -> Utterance:
    """Names of several films as the one of them that the person has told of, where they have told
    of one.
    """
    movies, open_still = list(utterance.movies), []
    for mention in utterance.ambiguous:
        held = [token for token in mention.tokens if state.outcome_of(token) in _TELLING]
        if len(held) == 1:
            movies.append(
                MovieMention(mention.span, held[0], mention.strength, "the one that was told")
            )
        else:
            open_still.append(mention)
    return replace(utterance, movies=tuple(movies), ambiguous=tuple(open_still))


def edited(key: str, state: SessionState, catalogue: Catalogue, *, flip: bool) -> Utterance:
    """The line that a person would type to take back, or turn round, what a chip stands for.

    UnknownIdError where nothing of that name is held.
    """
    if key == YEARS_KEY and state.constraints.years is not None and not flip:
        return Utterance("Any year", Act.RECOMMEND, any_year=True)
    if key == LESSER_KNOWN and state.constraints.best_known_left_out and not flip:
        return Utterance("Well-known ones too", Act.RECOMMEND, well_known=True)
    token = catalogue.token_of(key)
    outcome = None if token is None else state.outcome_of(token)
    if token is None or outcome not in _TELLING:
        raise UnknownIdError("That is not held (any more), so there is nothing to change.")
    film = catalogue.is_movie(token)
    name = catalogue.movie(token).label if film else facet_words(catalogue, token)
    disliked = outcome in (Outcome.STATED_DISLIKE, Outcome.DOWN, Outcome.AVOIDED)
    if flip:
        text = f"{'I like' if disliked else 'I don’t like'} {name}"
    else:
        text = f"Forget {name}"
    span = Span(len(text) - len(name), len(text))
    strength = 1.0 if disliked else -1.0
    act = Act.RECOMMEND if flip else Act.FORGET
    if film:
        return Utterance(text, act, movies=(MovieMention(span, token, strength, "chip"),))
    return Utterance(text, act, facets=(FacetMention(span, token, strength, False, "chip"),))


def likened(key: str, state: SessionState, catalogue: Catalogue) -> Utterance:
    """The line that a person would type to ask for more like a film of the conversation;
    UnknownIdError for others.
    """
    token = catalogue.token_of(key)
    if token is None or not catalogue.is_movie(token) or state.outcome_of(token) is None:
        raise UnknownIdError("This film is not part of the conversation (any more).")
    text = f"More like {catalogue.movie(token).label}"
    span = Span(len("More like "), len(text))
    return Utterance(
        text, Act.RECOMMEND, movies=(MovieMention(span, token, 0.0, "chip", similar_only=True),)
    )


def lifts(state: SessionState, policy: Policy) -> tuple[str, ...]:
    """Wishes each of which, lifted alone, leaves films to show, as a person would type it."""
    constraints, catalogue = state.constraints, policy.catalogue
    eased = []
    if constraints.years is not None:
        eased.append(("any year", replace(constraints, years=None)))
    if constraints.best_known_left_out:
        eased.append(("well-known ones too", replace(constraints, best_known_left_out=0)))
    for name, tokens in (("required", constraints.required), ("excluded", constraints.excluded)):
        for token in tokens:
            fewer = tuple(other for other in tokens if other != token)
            changed = (
                replace(constraints, required=fewer)
                if name == "required"
                else replace(constraints, excluded=fewer)
            )
            eased.append((f"forget {facet_words(catalogue, token)}", changed))
    return tuple(
        wish for wish, changed in eased if policy.available(state.constrain(changed)).any()
    )


def suggestions(
    utterance: Utterance,
    step: Interpretation,
    shown: int,
    way_out: Question | tuple[str, ...],
    facets: frozenset[str],
) -> tuple[str, ...]:
    """At most four lines the person might say next.

    Args:
        utterance: what they said.
        step: what it did.
        shown: films that this turn shows.
        way_out: the open question, or the wishes of `lifts`; an empty tuple where all is well.
        facets: keys of the facets they spoke of already.
    """
    if isinstance(way_out, Question):
        return way_out.labels[:4]
    if way_out:
        return tuple(f"{wish[:1].upper()}{wish[1:]}" for wish in way_out[:3])
    if not shown:
        if utterance.act is Act.AGREE and (
            not cold(step.state) or step.state.tokens(Outcome.SHOWN)
        ):
            return ("More", "Why the first one?", "What do you know about me?")
        if cold(step.state):
            return EXAMPLES if utterance.act not in (Act.THANKS, Act.BYE) else ()
        return ("More", "What do you know about me?")
    wishes = [line for line, facet in _NUDGES if facet not in facets][:1]
    wishes.append("From the 90s" if step.state.constraints.years is None else "Any year")
    return ("More", *wishes, "Why the first one?" if shown > 1 else "Why this one?")
