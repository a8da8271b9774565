"""Text becomes comparable words, each of which knows where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.words import PhraseBook, normal, spelled_out, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WALL·E", "Wall-E"),
        ("Alien³", "alien 3"),
        ("Rocky II", "rocky two"),
        ("Amélie", "amelie"),
        ("Dumb & Dumber", "dumb and dumber"),
        ("rock 'n' roll", "rock and roll"),
        ("Schindler’s List", "schindlers list"),
        ("E.T.", "ET"),
        ("L.A. Confidential", "LA confidential"),
        ("terminator2", "Terminator 2"),
        ("The 1st", "the first"),
        ("Œuvre", "oeuvre"),
    ],
)
def test_spellings_of_the_same_title_are_the_same(one: str, other: str) -> None:
    assert normal(one) == normal(other)


def test_what_matters_stays_apart() -> None:
    assert normal("Alien") != normal("Aliens")
    assert normal("Rocky II") != normal("Rocky III")
    assert normal("90s") == "90s"


def test_words_know_their_place() -> None:
    text = "Loved Alien³, E.T. & Amélie"
    assert [text[word.start : word.end] for word in words(text)] == [
        "Loved",
        "Alien",
        "³",
        "E.T.",
        "&",
        "Amélie",
    ]


@given(st.text(max_size=300))
def test_spans_lie_inside_the_text_in_order(text: str) -> None:
    end = 0
    for word in words(text):
        assert end <= word.start < word.end <= len(text)
        assert word.text and " " not in word.text
        end = word.end


@given(st.text(alphabet="abcdefghij AEIVX&'.-,:;!?()/\"0123456789é", max_size=60))
def test_the_normal_form_is_that_of_its_words(text: str) -> None:
    assert normal(text) == " ".join(word.text for word in words(text))


def test_patterns_stand_for_all_their_phrases() -> None:
    assert list(spelled_out("(fell|dozed) off (in|)")) == [
        "fell off in",
        "fell off ",
        "dozed off in",
        "dozed off ",
    ]
    assert list(spelled_out("plain")) == ["plain"]


def test_the_longest_phrase_of_free_words_is_found() -> None:
    book = PhraseBook({"not": 1, "not a fan": 2, "fan of": 3})
    said = words("not a fan of it")
    assert [(found.first, found.last, found.meaning) for found in book.find(said)] == [(0, 3, 2)]
    assert [found.meaning for found in book.find(said, [0, 1, 0, 0, 0])] == [1, 3]
    assert [found.meaning for found in book.find(words("not a film"))] == [1]
