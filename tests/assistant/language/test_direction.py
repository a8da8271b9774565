"""Which way names are meant: by the rules of taste, and by what was learned of whole lines."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.language.leftover import turned_away
from assistant.language.meaning.direction import FACET, FILM, SHOWN, Named, likeliest, settled
from assistant.language.meaning.roles import LABELS, Direction, LineRoles, reader
from assistant.language.meaning.tastes import NAMED, Force, Sign, Teller
from assistant.language.words import words


def roles_of(**chances: float) -> LineRoles:
    """One word that has these roles: W for words, F for films; p, m, k, z for the direction."""
    signs = {"p": "+", "m": "-", "k": "k", "z": "0"}
    row = np.zeros((1, len(LABELS.roles)), np.float32)
    for name, chance in chances.items():
        row[0, LABELS.roles.index(f"{name[0]}{signs[name[1]]}")] = chance
    row[0, 0] = 1 - row.sum()
    return LineRoles(row, {})


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ("nothing where a parent dies", ["parent dies"]),
        ("no drill sergeants please", ["drill sergeants"]),
        ("fair enough", []),
        ("a heist with vineyards", []),
    ],
)
def test_words_are_turned_away_behind_what_turns_away(text: str, away: list[str]) -> None:
    found = words(text)
    ways = turned_away(text, found, [])
    turned = [span for span, way in ways if way is Direction.AWAY]
    assert [" ".join(word.text for word in found[slice(*span)]) for span in turned] == away


def test_rules_that_have_read_something_count_for_more_than_a_bare_name() -> None:
    ways = {Direction.AWAY: 0.7, Direction.TOWARDS: 0.3}
    wanted = Sign(0.6, "want: x", Force.WANT)
    assert likeliest(ways, Named(0, 1, FACET, NAMED)) is Direction.AWAY
    assert likeliest(ways, Named(0, 1, FACET, wanted)) is Direction.TOWARDS


def test_who_complains_insists_on_what_was_asked_for() -> None:
    ways = {Direction.AWAY: 0.6, Direction.TOWARDS: 0.3}
    assert likeliest(ways, Named(0, 1, FACET, NAMED)) is Direction.AWAY
    assert likeliest(ways, Named(0, 1, FACET, NAMED, held=1.0)) is Direction.TOWARDS


def test_a_sign_is_kept_where_its_direction_is_the_likeliest() -> None:
    ruled = Sign(-0.9, "avoid: no", Force.AVOID)
    assert settled(Named(0, 1, FACET, ruled), roles_of(Wm=0.9)) is ruled
    assert settled(Named(0, 1, FACET, NAMED), roles_of(Wp=0.9)) is NAMED
    turned = settled(Named(0, 1, FACET, NAMED), roles_of(Wm=0.9))
    assert (turned.force, turned.strength) == (Force.AVOID, -0.7)


def test_what_a_film_that_we_put_forward_is_turned_down_for_is_no_dislike() -> None:
    turned = settled(Named(0, 1, SHOWN, NAMED), roles_of(Rm=0.9))
    assert turned.later
    assert not turned.strength
    assert settled(Named(0, 1, FILM, NAMED), roles_of(Fm=0.9)).strength < 0


def test_a_film_that_looks_ok_was_not_seen() -> None:
    fair = Sign(0.1, "verdict: ok", Force.VERDICT, seen=True)
    assert not settled(Named(0, 1, SHOWN, fair), roles_of(Rp=0.9)).seen


def test_the_taste_of_somebody_near_is_theirs() -> None:
    hers = Sign(0.7, "x", teller=Teller.NEAR)
    assert settled(Named(0, 1, FACET, hers), roles_of(Wm=0.99)) is hers


def test_words_that_do_nothing_count_for_little_in_a_name() -> None:
    row = np.zeros((2, len(LABELS.roles)), np.float32)
    row[0, 0] = 1.0
    row[1, LABELS.roles.index("R-")] = 0.8
    row[1, 0] = 0.2
    ways = LineRoles(row, {}).ways(0, 2)
    assert ways[Direction.AWAY] == pytest.approx(1.0, abs=0.01)
    assert sum(ways.values()) == pytest.approx(1.0)


def test_titles_are_one_sign_for_the_reader_whatever_they_say() -> None:
    text = "Kill Bill was too violent for us"
    found = words(text)
    named = reader().read(text, found, [(0, 2)])
    assert named.chances.shape == (len(found), len(LABELS.roles))
    assert named.chances.sum(axis=1) == pytest.approx(np.ones(len(found)), abs=1e-4)
    assert np.array_equal(named.chances[0], named.chances[1])
