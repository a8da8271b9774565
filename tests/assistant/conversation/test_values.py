"""Every kind of chip knows what it says."""

from __future__ import annotations

import pytest

from assistant.conversation.values import Chip, ChipKind
from core.domain import Outcome, Reaction

WANTED = [ChipKind.WANT, ChipKind.ONLY]
SPARED = [ChipKind.AVOID, ChipKind.NEVER]


@pytest.mark.parametrize("kind", ChipKind)
def test_every_kind_answers_every_question(kind: ChipKind) -> None:
    assert kind.sign in "+−✓◷×·?" and len(kind.sign) == 1
    assert ChipKind(kind.value) is kind
    liked = kind in (ChipKind.LIKE, ChipKind.TAKEN)
    assert kind.liking == liked - (kind is ChipKind.DISLIKE)
    assert kind.wish == (kind in WANTED) - (kind in SPARED)
    assert kind.is_soft_wish == (kind in (ChipKind.WANT, ChipKind.AVOID))
    limits = [ChipKind.YEARS, ChipKind.LESSER_KNOWN, ChipKind.LENGTH, ChipKind.AGE]
    conditions = [ChipKind.ONLY, ChipKind.NEVER, ChipKind.SAVED, *limits]
    assert kind.is_hard_wish == (kind in conditions)
    assert kind.is_unclear == (kind in (ChipKind.ASIDE, ChipKind.AMBIGUOUS, ChipKind.UNKNOWN))
    flippable = [ChipKind.LIKE, ChipKind.TAKEN, ChipKind.DISLIKE, *WANTED, *SPARED]
    assert kind.is_flippable == (kind in flippable)


@pytest.mark.parametrize("kind", ChipKind)
def test_the_sign_goes_with_what_the_kind_means(kind: ChipKind) -> None:
    if kind.liking + kind.wish > 0 or (kind.is_hard_wish and kind.wish == 0):
        assert kind.sign == "+"
    if kind.liking + kind.wish < 0:
        assert kind.sign == "−"
    if kind.is_unclear:
        assert kind.sign in "?·"


@pytest.mark.parametrize("reaction", Reaction)
def test_every_reaction_has_a_chip(reaction: Reaction) -> None:
    kind = ChipKind.of_film(reaction.outcome)
    assert kind.liking == reaction.liking
    assert (kind is ChipKind.LATER) == (reaction is Reaction.NOT_TONIGHT)
    assert kind.liking or kind in (ChipKind.LATER, ChipKind.SEEN)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.is_statement])
def test_a_statement_has_the_chip_of_its_liking(outcome: Outcome) -> None:
    assert ChipKind.of_film(outcome).liking == outcome.liking


def test_a_wish_is_soft_or_hard() -> None:
    for wanted in (True, False):
        for hard in (True, False):
            kind = ChipKind.of_wish(wanted=wanted, hard=hard)
            assert kind.wish == (1 if wanted else -1)
            assert (kind.is_soft_wish, kind.is_hard_wish) == (not hard, hard)


def test_a_chip_knows_whether_it_is_a_film() -> None:
    assert Chip(ChipKind.LIKE, "Alien (1979)", "movie:1214").is_film
    assert not Chip(ChipKind.WANT, "comedy", "genre:Comedy").is_film
    assert not Chip(ChipKind.UNKNOWN, "Alein").is_film
