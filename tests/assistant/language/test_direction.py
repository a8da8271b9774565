"""Which way names are meant, learned from lines and overruling the rules where that is sure."""

from __future__ import annotations

import pytest

from assistant.language.leftover import turned_away
from assistant.language.meaning.direction import DirectionWeights, Judge, fitted, settled_way
from assistant.language.meaning.tastes import NAMED, Force, Sign, Teller
from assistant.language.meaning.traits import FACET, FILM, Direction, Named
from assistant.language.words import words


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("nothing where a parent dies", ["parent dies"]),
        ("no drill sergeants please", ["drill sergeants"]),
        ("fair enough", []),  # what turns away stands behind it
        ("a heist with vineyards", []),
    ],
)
def test_words_are_turned_away_behind_what_turns_away(text: str, away: list[str]) -> None:
    found = words(text)
    ways = turned_away(text, found, [])
    turned = [span for span, way in ways if way is Direction.AWAY]
    assert [" ".join(word.text for word in found[slice(*span)]) for span in turned] == away


def test_rules_that_have_read_something_are_overruled_where_it_is_sure() -> None:
    chances = {Direction.AWAY: 0.85, Direction.TOWARDS: 0.15}
    assert settled_way(Direction.TOWARDS, chances) is Direction.TOWARDS
    assert settled_way(Direction.TOWARDS, chances, 0.8) is Direction.AWAY


def sign_of(text: str, place: tuple[int, int], sign: Sign, kind: str = FACET) -> Sign:
    return Judge(fitted()).settled(text, words(text), [Named(*place, kind, sign)])[0]


def test_a_bare_name_follows_what_was_learned() -> None:
    assert sign_of("I am vetoing anything with vampires", (5, 6), NAMED).force is Force.AVOID
    assert sign_of("the little one was inconsolable after Bambi", (6, 7), NAMED, FILM).strength < 0
    assert sign_of("a comedy", (1, 2), NAMED) is NAMED


@pytest.mark.parametrize(
    "sign",
    [
        Sign(0.0, "asked", Force.ASKED),
        Sign(0.0, "free", Force.FREE),
        Sign(0.7, "x", teller=Teller.NEAR),
    ],
)
def test_what_is_asked_left_open_or_somebody_elses_is_kept(sign: Sign) -> None:
    assert sign_of("I am vetoing anything with vampires", (5, 6), sign) is sign


def test_weights_add_up_to_chances() -> None:
    weights: DirectionWeights = fitted()
    chances = weights.chances([], Direction.TOWARDS)
    assert sum(chances.values()) == pytest.approx(1.0)
    assert max(chances, key=chances.__getitem__) is Direction.TOWARDS
