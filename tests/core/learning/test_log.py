"""The log as a learner reads it: slates with their chances, and transitions as the environment
tells them."""

from __future__ import annotations

from dataclasses import replace

from learning_worlds import N_ITEMS, cinema, conversation
from logs import logged

from core.domain import Outcome, Reaction
from core.learning.log import LONGEST, read_log
from core.session import SessionState

CINEMA = cinema()
START = conversation((1, Outcome.STATED_LIKE))


def test_a_slate_is_one_choice_and_a_transition_for_each_film() -> None:
    after = conversation(
        (1, Outcome.STATED_LIKE), (3, Outcome.UP), (5, Outcome.PASSED), (2, Outcome.WANTED)
    )
    log = read_log(
        [
            *logged(CINEMA, START, (3, Reaction.UP), (5, None), propensity=0.9),
            *logged(CINEMA, after, (7, Reaction.DOWN), turn=1),
        ],
        CINEMA,
    )
    first, second = log.slates
    assert (first.state, first.tokens, first.propensities, first.rewards) == (
        START,
        (3, 5),
        (0.9, 0.9),
        (1.0, 0.0),
    )
    assert (second.tokens, second.rewards) == ((7,), (-0.5,))
    up, passed, down = log.transitions
    assert (up.before, up.token, up.reward) == (START, 3, 1.0)
    assert up.after == passed.before == conversation((1, Outcome.STATED_LIKE), (3, Outcome.UP))
    assert (passed.token, passed.reward, passed.after) == (
        5,
        0.0,
        after,
    )  # what was said in between is in it
    assert (down.before, down.reward, down.after) == (after, -0.5, None)


def test_a_film_without_a_word_was_passed_over_only_if_the_talk_went_on() -> None:
    three = ((3, None), (5, None), (7, None))
    after = conversation((1, Outcome.STATED_LIKE), *((token, Outcome.PASSED) for token, _ in three))
    went_on = read_log(
        [*logged(CINEMA, START, *three), *logged(CINEMA, after, (9, None), turn=1)], CINEMA
    )
    ended = read_log(logged(CINEMA, START, *three), CINEMA)
    assert went_on.transitions[1].before.outcome_of(3) is Outcome.PASSED
    assert ended.transitions[1].before.outcome_of(3) is Outcome.SHOWN


def test_starting_afresh_ends_the_conversation() -> None:
    log = read_log(
        [
            *logged(CINEMA, START, (3, Reaction.UP)),
            *logged(CINEMA, SessionState(), (3, Reaction.DOWN), turn=1),
        ],
        CINEMA,
    )
    assert [step.after for step in log.transitions] == [None, None]


def test_the_reward_is_that_of_today_whatever_was_logged() -> None:
    steps = [
        replace(step, reward=17.0) for step in logged(CINEMA, START, (3, Reaction.NOT_TONIGHT))
    ]
    assert read_log(steps, CINEMA).slates[0].rewards == (-0.1,)


def test_what_cannot_be_learned_from_is_counted_and_left_out() -> None:
    beyond = N_ITEMS + 1  # known by title, but not recommended
    broken = [replace(step, state="{}") for step in logged(CINEMA, START, (3, None), session=4)]
    diary = [
        replace(step, state=_many(LONGEST + 1))
        for step in logged(CINEMA, START, (3, None), session=5)
    ]
    log = read_log(
        [
            *logged(CINEMA, START, (3, None), (5, None), session=1, version="old-1+together"),
            *logged(CINEMA, START, (beyond, None), session=2),
            *logged(CINEMA, START, (1, None), session=3),
            *broken,
            *diary,
            *logged(CINEMA, START, (3, Reaction.UP), session=6),
        ],
        CINEMA,
    )
    assert log.sessions == (6,)
    assert log.left_out == {
        "chosen for several people": 2,
        "not among the films of this catalogue": 1,
        "shown before": 1,
        "state cannot be read": 1,
        "more than 1,000 events": 1,
    }


def _many(events: int) -> str:
    """A state of so many events, of one film over and over: the form is what counts here."""
    written = ", ".join(['["movie:100", "stated_like"]'] * events)
    return f'{{"events": [{written}], "years": null, "required": [], "excluded": []}}'


def test_conversations_can_be_taken_apart() -> None:
    log = read_log(
        [
            *logged(CINEMA, START, (3, None), session=1),
            *logged(CINEMA, START, (5, None), session=2),
        ],
        CINEMA,
    )
    assert log.of(frozenset({2})).sessions == (2,)
    assert [step.token for step in log.of(frozenset({1})).transitions] == [3]
