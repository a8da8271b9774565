"""The words of a turn's reply: which of the wordings answers which act."""

from __future__ import annotations

from assistant import replies, small_talk
from assistant.dialogue import Question
from assistant.explanations import facet_words
from assistant.interpretation import Interpretation
from assistant.people import name_of, people_of
from assistant.records import taste_of, why_of
from assistant.replies import Situation
from assistant.utterance import Act, Utterance
from core.catalogue import Catalogue
from core.store import Turn

_FACTS = 3
"""Films of which a question is answered at once."""
_TAGS = 4
"""Tags that are told of each."""


def said(
    utterance: Utterance,
    step: Interpretation,
    situation: Situation,
    question: Question | None,
    *,
    last: Turn | None,
    catalogue: Catalogue,
) -> str:
    """What is said in answer to a line.

    Args:
        utterance: the line.
        step: what it did.
        situation: what the reply is about, beyond that.
        question: what is asked back, if anything.
        last: the latest turn that showed films.
        catalogue: to name films and facets.
    """
    words = ""
    if utterance.act is Act.BEYOND:
        told = [_facts(token, catalogue) for token in _asked_about(utterance, last, catalogue)]
        told.append(replies.not_known(utterance.beyond, last is not None, told_of=any(told)))
        if last is None and not utterance.movies:
            told.append(small_talk.INVITATION)
        words = " ".join(part for part in told if part)
    elif situation.asked_for or situation.held_back or step.chips:
        words = replies.answer(step.chips, situation, question)
    elif utterance.act is Act.WHY:
        words = replies.why(why_of(last, utterance.picks, catalogue))
    elif utterance.act is Act.ABOUT_ME:
        words = replies.about_me(taste_of(step.state, catalogue), situation.films, situation.wished)
    elif utterance.act is Act.START_OVER:
        words = small_talk.started_over()
    elif utterance.act is Act.AGREE:
        words = small_talk.agreed(_picked(last, utterance.picks, catalogue), last is not None, situation.variant)
    return words or small_talk.small_talk(utterance.act, situation.variant)


def _asked_about(utterance: Utterance, last: Turn | None, catalogue: Catalogue) -> list[int]:
    """Tokens of the films that a question is about: those it names, or those of the table that it points at."""
    if utterance.movies:
        return [mention.token for mention in utterance.movies][:_FACTS]
    shown = last.shown if last else ()
    found = (catalogue.token_of_movie_id(shown[place].movie_id) for place in utterance.picks if place < len(shown))
    return [token for token in found if token is not None][:_FACTS]


def _facts(token: int, catalogue: Catalogue) -> str:
    film = catalogue.movie(token)
    return replies.facts(film.title, film.year, people_of(catalogue, token), _tags(token, catalogue))


def _tags(token: int, catalogue: Catalogue) -> list[str]:
    """What viewers call a film, people aside, in the words that they give to the fewest films."""
    tags = [tag for tag in catalogue.facets_of(token) if catalogue.facet(tag).kind == "tag"]
    tags.sort(key=lambda tag: int(catalogue.facet_sizes[tag - catalogue.facet_token(0)]))
    return [facet_words(catalogue, tag) for tag in tags if not name_of(catalogue.facet(tag))][:_TAGS]


def _picked(last: Turn | None, picks: tuple[int, ...], catalogue: Catalogue) -> list[str]:
    """Titles of the films at these places of a turn."""
    shown = last.shown if last else ()
    tokens = (catalogue.token_of_movie_id(shown[place].movie_id) for place in picks if place < len(shown))
    return [catalogue.movie(token).title for token in tokens if token is not None]
