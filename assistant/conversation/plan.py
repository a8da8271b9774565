"""What a turn does with what was understood: number of films, suggestions, a wish to lift.

How a person steers a session without words: films a turn, a pause, lines for one press.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from assistant.conversation.interpret import Interpretation, without
from assistant.conversation.phrasing import LIMIT_WORDS, capitalised
from assistant.conversation.reasons import facet_words, label_of
from assistant.conversation.small_talk import EXAMPLES
from assistant.conversation.together import Talk, open_talk
from assistant.conversation.values import Exchange, Question
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
from core.domain import Constraints, Outcome
from core.errors import SettingsError, UnknownIdError
from core.model.policy import Policy
from core.session import SessionState
from core.store import Store

"""Key that stands for the wish about years where a chip is edited."""

_NUDGES = (
    ("Something funnier", "genre:Comedy"),
    ("Something scarier", "genre:Horror"),
    ("No horror", "genre:Horror"),
)
"""What a person might want next, and the facet it is about."""


def says_taste(outcome: Outcome | None) -> bool:
    """Whether an outcome of a token says something of the person's taste."""
    return outcome is not None and (outcome.is_known or outcome.wish != 0)


def cold(state: SessionState) -> bool:
    """Whether nothing is known of the person's taste."""
    return not any(says_taste(outcome) for _, outcome in state.events)


def films_wanted(utterance: Utterance, step: Interpretation, usual: int) -> int:
    """How many films this turn should show; 0 where it only talks, or answers a question.

    A line of which nothing was understood is asked about first, unless there is a taste to go by.
    """
    if utterance.questions and not utterance.wishes:
        return 0
    understood = any(not chip.kind.is_unclear for chip in step.chips)
    puzzling = utterance.ambiguous or (utterance.unknown and cold(step.state))
    if not understood and (utterance.act.is_talk or puzzling):
        return 0
    return utterance.count or usual


def unheard(utterance: Utterance, step: Interpretation) -> bool:
    """Whether a line asks for films and says something of them of which nothing was understood."""
    wishes = (utterance.beyond, utterance.count, utterance.lifted)
    if utterance.act is not Act.RECOMMEND or step.chips or any(wishes):
        return False
    return not is_plain_request(line_of(utterance.text))


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
    movies = tuple(
        MovieMention(span, token, question.strength, "answer", question.similar_only, question.seen)
        for token in _answered(utterance, question, catalogue)
    )
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
        known = [token for token in mention.tokens if says_taste(state.outcome_of(token))]
        if len(known) == 1:
            rule = "the one that was told"
            movies.append(MovieMention(mention.span, known[0], mention.strength, rule))
        else:
            open_still.append(mention)
    return replace(utterance, movies=tuple(movies), ambiguous=tuple(open_still))


def edited(key: str, state: SessionState, catalogue: Catalogue, *, flip: bool) -> Utterance:
    """The line that a person would type to take back, or turn round, what a chip stands for.

    UnknownIdError where nothing of that name is held.
    """
    lifting = None if flip else _lifting(key, state.constraints)
    if lifting is not None:
        return lifting
    token = catalogue.token_of(key)
    outcome = None if token is None else state.outcome_of(token)
    if token is None or outcome is None or not says_taste(outcome):
        raise UnknownIdError("That is not held (any more), so there is nothing to change.")
    disliked = outcome.liking + outcome.wish < 0  # one of the two is 0
    strength = 1.0 if disliked else -1.0
    if not flip:
        return _line("Forget", token, strength, catalogue, act=Act.FORGET)
    return _line("I like" if disliked else "I don’t like", token, strength, catalogue)


def _line(
    start: str,
    token: int,
    strength: float,
    catalogue: Catalogue,
    *,
    act: Act = Act.RECOMMEND,
    similar_only: bool = False,
) -> Utterance:
    """A line about one film or facet, as it is understood: "Forget Alien (1979)"."""
    name = label_of(catalogue, token)
    text = f"{start} {name}"
    span = Span(len(text) - len(name), len(text))
    if catalogue.is_movie(token):
        movie = MovieMention(span, token, strength, "chip", similar_only)
        return Utterance(text, act, movies=(movie,))
    facet = FacetMention(span, token, strength, required=False, rule="chip")
    return Utterance(text, act, facets=(facet,))


def _lifting(key: str, constraints: Constraints) -> Utterance | None:
    """The line that lifts the limit of a chip; None where `key` stands for no limit there is."""
    for column, words in LIMIT_WORDS.items():
        if key == words.key and constraints.limit(column) is not None:
            return Utterance(capitalised(words.lift), Act.RECOMMEND, lifted=(column,))
    return None


def likened(key: str, state: SessionState, catalogue: Catalogue) -> Utterance:
    """The line that asks for more like a film of the conversation; UnknownIdError for others."""
    token = catalogue.token_of(key)
    if token is None or not catalogue.is_movie(token) or state.outcome_of(token) is None:
        raise UnknownIdError("This film is not part of the conversation (any more).")
    return _line("More like", token, 0.0, catalogue, similar_only=True)


def lifts(state: SessionState, policy: Policy) -> tuple[str, ...]:
    """Wishes each of which, lifted alone, leaves films to show, as a person would type it."""
    constraints = state.constraints
    eased = [
        (words.lift, state.constrain(constraints.without(column)))
        for column, words in LIMIT_WORDS.items()
        if constraints.limit(column) is not None
    ]
    for token in (*constraints.required, *constraints.excluded):
        eased.append((f"forget {facet_words(policy.catalogue, token)}", without(state, token)))
    return tuple(wish for wish, changed in eased if policy.available(changed).any())


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
        return tuple(map(capitalised, way_out[:3]))
    if not shown:
        return _after_talk(utterance.act, step.state)
    wishes = [line for line, facet in _NUDGES if facet not in facets][:1]
    wishes.append("From the 90s" if step.state.constraints.limit("year") is None else "Any year")
    return ("More", *wishes, "Why the first one?" if shown > 1 else "Why this one?")


def _after_talk(act: Act, state: SessionState) -> tuple[str, ...]:
    """What the person might say after a turn without films."""
    is_cold = cold(state)
    if act is Act.AGREE and (not is_cold or state.tokens(Outcome.SHOWN)):
        return ("More", "Why the first one?", "What do you know about me?")
    if is_cold:
        return EXAMPLES if act not in (Act.THANKS, Act.BYE) else ()
    return ("More", "What do you know about me?")


# ---- settings of a session

FILMS: Final = (1, 5)
"""Films a turn that a person can choose."""

_EXTRA: Final = "steering"
_OLDEST: Final = 1940
"""Nobody is offered something from before the sound film had found its feet."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """The settings of one session. SettingsError for a number of films out of its range."""

    films: int = 0
    """Films a turn, 1 to 5; 0 where the person has not chosen."""
    paused: bool = False
    """No films until they are asked for."""

    def __post_init__(self) -> None:
        low, high = FILMS
        if self.films and not low <= self.films <= high:
            raise SettingsError(
                f"Films a turn is {self.films}, but must be a whole number from {low} to {high}."
            )


def settings_of(talk: Talk) -> SessionSettings:
    """The settings of the session whose browser speaks; the defaults where there are none."""
    text = talk.own.extras.get(_EXTRA)
    return SessionSettings(**json.loads(text)) if text else SessionSettings()


def films_now(
    settings: SessionSettings, utterance: Utterance, step: Interpretation, usual: int
) -> tuple[int, bool]:
    """How many films this turn shows, and whether it shows none because of the pause.

    While it is paused films come when they are asked for outright ("more", "recommend something",
    "two comedies"), and not for a taste that is told.
    """
    wanted = films_wanted(utterance, step, settings.films or usual)
    plain_request = utterance.act is Act.RECOMMEND and not step.chips
    outright = utterance.act is Act.MORE or utterance.count or plain_request
    held_back = settings.paused and wanted > 0 and not outright
    return (0 if held_back else wanted), held_back


def next_lines(exchange: Exchange) -> tuple[str, ...]:
    """Lines that turn the films of a turn in some direction; none where it showed none."""
    movies = [card.recommendation.movie for card in exchange.cards]
    if not movies:
        return ()
    lines = ["Something funnier", "Lesser known ones", "Surprise me"]
    years = [movie.year for movie in movies if movie.year]
    if years and (before := min(years) // 10 * 10) > _OLDEST:
        lines.insert(1, f"Something from before {before}")
    if len(movies) > 1:
        lines += ["Just one film", f"More like {movies[1].title}"]
    return tuple(lines)


class Controls:
    """Sets what a session is steered by. UnknownIdError for a session that is not known."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def films(self, session: str, count: int) -> None:
        """So many films a turn from now on. SettingsError out of 1 to 5."""
        self._set(session, films=count)

    def pause(self, session: str, paused: bool) -> None:
        """No films until they are asked for, or films as ever."""
        self._set(session, paused=paused)

    def _set(self, session: str, **changes: int) -> None:
        with open_talk(self._store, session) as talk:
            changed = SessionSettings(**asdict(settings_of(talk)) | changes)
            talk.own.set_extra(_EXTRA, json.dumps(asdict(changed)))
