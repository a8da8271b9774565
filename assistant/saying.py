"""The words of a turn's reply: which of the wordings answers which act."""

from __future__ import annotations

from assistant import replies, small_talk
from assistant.dialogue import Question
from assistant.interpretation import Interpretation
from assistant.records import taste_of, why_of
from assistant.replies import Situation
from assistant.utterance import Act, Utterance
from core.catalogue import Catalogue
from core.store import Turn


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
    if situation.asked_for or situation.held_back or step.chips:
        words = replies.answer(step.chips, situation, question)
    elif utterance.act is Act.WHY:
        words = replies.why(why_of(last, utterance.picks, catalogue))
    elif utterance.act is Act.ABOUT_ME:
        words = replies.about_me(taste_of(step.state, catalogue), situation.films, situation.wished)
    elif utterance.act is Act.START_OVER:
        words = small_talk.started_over()
    elif utterance.act is Act.AGREE:
        words = small_talk.agreed(_picked(last, utterance.picks, catalogue), last is not None, situation.variant)
    elif utterance.act is Act.BEYOND:
        unknown = replies.not_known(utterance.beyond, last is not None)
        words = unknown if last else f"{unknown} {small_talk.INVITATION}"
    return words or small_talk.small_talk(utterance.act, situation.variant)


def _picked(last: Turn | None, picks: tuple[int, ...], catalogue: Catalogue) -> list[str]:
    """Titles of the films at these places of a turn."""
    shown = last.shown if last else ()
    tokens = (catalogue.token_of_movie_id(shown[place].movie_id) for place in picks if place < len(shown))
    return [catalogue.movie(token).title for token in tokens if token is not None]
