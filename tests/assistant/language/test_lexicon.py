"""The word lists are well-formed, and say what the code expects of them."""

from __future__ import annotations

import math
import re

import pytest

from assistant.language.lexicon import Background, background, table
from assistant.language.titles.features import Weights
from assistant.language.words import normal, spelled_out


@pytest.mark.parametrize(
    "section", ["feel", "verdict", "seen", "want", "similar", "avoid", "neutral"]
)
def test_cues_have_a_strength(section: str) -> None:
    cues = table("cues")[section]
    assert cues
    assert all(-1 <= strength <= 1 and normal(phrase) for phrase, strength in cues.items())


def test_idioms_spell_out_to_phrases_with_a_strength() -> None:
    for section, patterns in table("idioms").items():
        for pattern, strength in patterns.items():
            assert -1 <= strength <= 1, pattern
            assert "(" not in "".join(spelled_out(pattern)), (
                f"choices do not nest: [{section}] {pattern}"
            )


def test_likes_and_dislikes_are_both_well_covered() -> None:
    feel = table("cues")["feel"]
    assert sum(strength > 0 for strength in feel.values()) >= 50
    assert sum(strength < 0 for strength in feel.values()) >= 50


def test_patterns_of_acts_compile() -> None:
    for section in ("whole", "inside"):
        for patterns in table("acts")[section].values():
            assert all(re.compile(pattern) for pattern in patterns)


def test_nicknames_name_a_title_and_a_year() -> None:
    for label in table("franchises")["nicknames"].values():
        assert re.fullmatch(r".+ \((?:19|20)\d\d\)", label), label


def test_weights_are_complete() -> None:
    weights = Weights()
    assert weights.fame > 0 and weights.told > 0 and 0 < weights.idiom <= 1
    for mark in (
        "quotes",
        "capitals",
        "year",
        "near_year",
        "other_year",
        "list",
        "shown",
        "typo",
        "more_typos",
    ):
        assert math.isfinite(weights.mark(mark))
    assert weights.mark("year") > weights.mark("near_year") > 0 > weights.mark("other_year")


def test_common_words_surprise_less() -> None:
    heard = background()
    assert heard.of_word("movie") < heard.of_word("kitchen") < heard.of_word("zorblax")
    assert heard.is_common("kitchen") and not heard.is_common("zorblax")


def test_surprise_by_hand() -> None:
    heard = Background({"a": 6, "b": 2, "a b": 3})
    assert heard.of_word("a") == pytest.approx(math.log(8 / 6))
    assert heard.of_word("c") == pytest.approx(math.log(8 / 0.3))
    # (3 + 25 · 2/8) / (6 + 25) = 9.25 / 31
    assert heard.of_next("a", "b") == pytest.approx(math.log(31 / 9.25))
    assert heard.of_next("b", "a") == pytest.approx(math.log(8 / 6))


def test_words_near_common_ones() -> None:
    heard = background()
    assert heard.nearly("moive") and heard.nearly("awsome")
    assert not heard.nearly("zorblax")
