"""The word lists are well-formed, and say what the code expects of them."""

from __future__ import annotations

import math
import re

import pytest

from assistant.language.lexicon import Background, background, table, title_class, word_class
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


def test_word_classes_are_in_normal_form_and_name_no_word_twice() -> None:
    for name, written in table("word_classes").items():
        listed = [phrase.replace("_", " ") for phrase in written.split()]
        assert listed == [normal(phrase) for phrase in listed], name
        assert len(set(listed)) == len(listed), name
        assert set(listed) == word_class(name)


def test_nicknames_name_a_title_and_a_year() -> None:
    for label in table("franchises")["nicknames"].values():
        assert re.fullmatch(r".+ \((?:19|20)\d\d\)", label), label


def test_classes_of_titles_are_in_normal_form() -> None:
    as_typed = {"correction_fillers"}
    for name, written in table("title_classes").items():
        listed = written.split()
        assert listed and len(listed) == len(set(listed)), name
        assert all(normal(word) == word or name in as_typed for word in title_class(name)), name


def test_no_two_classes_of_titles_are_the_same() -> None:
    classes = [title_class(name) for name in table("title_classes")]
    assert len(classes) == len(set(classes))


def test_weights_are_complete() -> None:
    weights = Weights()
    assert weights.fame > 0 and weights.per_surprise > 0 and 0 < weights.idiom <= 1
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
    heard = Background({"a": 6, "b": 2})
    assert heard.of_word("a") == pytest.approx(math.log(8 / 6))
    assert heard.of_word("c") == pytest.approx(math.log(8 / 0.3))


def test_words_near_common_ones() -> None:
    heard = background()
    assert heard.nearly("moive") and heard.nearly("awsome")
    assert not heard.nearly("zorblax")
