"""What the enums know about themselves."""

from __future__ import annotations

import inspect

import pytest

from core.domain import Outcome, Reaction


def properties(enum: type) -> list[str]:
    return [name for name, _ in inspect.getmembers(enum, lambda one: isinstance(one, property))]


@pytest.mark.parametrize("member", [*Outcome, *Reaction])
def test_every_member_answers_every_property(member: Outcome | Reaction) -> None:
    assert member.liking in (-1, 0, 1)
    assert -0.5 <= member.reward <= 1
    for name in properties(type(member)):
        assert getattr(member, name) is not None, name


@pytest.mark.parametrize(
    ("outcome", "liking", "wish", "stated", "known", "silent"),
    [
        (Outcome.PADDING, 0, 0, False, False, False),
        (Outcome.STATED_LIKE, 1, 0, True, True, False),
        (Outcome.STATED_DISLIKE, -1, 0, True, True, False),
        (Outcome.WANTED, 0, 1, False, False, False),
        (Outcome.AVOIDED, 0, -1, False, False, False),
        (Outcome.SHOWN, 0, 0, False, False, True),
        (Outcome.UP, 1, 0, False, True, False),
        (Outcome.DOWN, -1, 0, False, True, False),
        (Outcome.SEEN, 0, 0, True, True, False),
        (Outcome.NOT_TONIGHT, 0, 0, False, False, False),
        (Outcome.RETRACTED, 0, 0, False, False, False),
        (Outcome.VECTORS, 0, 0, False, False, False),
        (Outcome.PASSED, 0, 0, False, False, True),
    ],
)
def test_what_an_outcome_says(  # noqa: PLR0917, a row of the table
    outcome: Outcome, liking: int, wish: int, stated: bool, known: bool, silent: bool
) -> None:
    assert (outcome.liking, outcome.wish) == (liking, wish)
    assert (outcome.is_statement, outcome.is_known, outcome.is_silent) == (stated, known, silent)


def test_the_numbers_of_outcomes_are_those_of_the_bundle_format() -> None:
    assert [outcome.value for outcome in Outcome] == list(range(13))
    assert Outcome(6) is Outcome.UP and Outcome["UP"] == 6


@pytest.mark.parametrize(
    ("reaction", "statement", "once_seen", "seen"),
    [
        (Reaction.UP, Outcome.STATED_LIKE, Reaction.SEEN_LOVED, False),
        (Reaction.DOWN, Outcome.STATED_DISLIKE, Reaction.SEEN_HATED, False),
        (Reaction.SEEN, Outcome.SEEN, Reaction.SEEN, True),
        (Reaction.SEEN_LOVED, Outcome.STATED_LIKE, Reaction.SEEN_LOVED, True),
        (Reaction.SEEN_HATED, Outcome.STATED_DISLIKE, Reaction.SEEN_HATED, True),
    ],
)
def test_what_a_reaction_says_of_a_film_that_is_known(
    reaction: Reaction, statement: Outcome, once_seen: Reaction, seen: bool
) -> None:
    assert (reaction.statement, reaction.once_seen) == (statement, once_seen)
    assert reaction.is_seen is seen
    assert Reaction(reaction.value) is reaction
