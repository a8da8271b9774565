"""Films are found however they are written, and only where one is meant."""

from __future__ import annotations

import films
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.titles.index import FormKind, TitleIndex, written_forms
from assistant.language.titles.linker import TitleLinker
from assistant.language.titles.links import THRESHOLD, Link, best_set
from assistant.language.words import words
from core.data.dialogs import with_typos
from core.domain import Movie

CATALOGUE = films.catalogue()
LINKER = TitleLinker(TitleIndex(CATALOGUE))


def found(text: str) -> list[str]:
    """Labels of the films a text names; homonyms that cannot be told apart are joined by "or"."""
    return [
        " or ".join(CATALOGUE.movies[row].label for row in link.rows)
        for link in LINKER.link(text, words(text))
    ]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I loved The Matrix", "The Matrix (1999)"),
        ("matrix was great", "The Matrix (1999)"),
        ("Matrix, The", "The Matrix (1999)"),
        ("I loved walle", "WALL·E (2008)"),
        ("wall-e is cute", "WALL·E (2008)"),
        ("loved fury road", "Mad Max: Fury Road (2015)"),
        (
            "empire strikes back is the best",
            "Star Wars: Episode V - The Empire Strikes Back (1980)",
        ),
        ("I liked T2", "Terminator 2: Judgment Day (1991)"),
        ("terminator 2 rocks", "Terminator 2: Judgment Day (1991)"),
        ("godfather 2", "The Godfather: Part II (1974)"),
        ("rocky two was good", "Rocky II (1979)"),
        ("Solyaris is slow", "Solaris (1972)"),
        ("Le Fabuleux destin d'Amélie Poulain", "Amelie (2001)"),
        ("the good the bad & the ugly", "The Good, the Bad and the Ugly (1966)"),
        ("il buono il brutto il cattivo", "The Good, the Bad and the Ugly (1966)"),
    ],
)
def test_ways_to_write_a_title(text: str, label: str) -> None:
    assert found(text) == [label]


@pytest.mark.parametrize(
    "text", ["I love the matirx", "titanc was boring", "i liked the good the bad and the uggly"]
)
def test_typing_errors_are_seen_through(text: str) -> None:
    assert len(found(text)) == 1


def test_numbers_must_agree() -> None:
    assert found("I loved Rocky 3") == []


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("I like Solaris", ["Solaris (2002) or Solaris (1972)"]),
        ("I like Solaris (1972)", ["Solaris (1972)"]),
        ("I like Solaris 1971", ["Solaris (1972)"]),
        ("I like the 1972 Solaris", ["Solaris (1972)"]),
        ("I like the new Solaris", ["Solaris (2002)"]),
        ("I loved The Thing", ["The Thing (1982)"]),  # ten times as well known as the other
        ("I loved The Thing from 2011", ["The Thing (2011)"]),
    ],
)
def test_homonyms(text: str, labels: list[str]) -> None:
    assert found(text) == labels


@pytest.mark.parametrize(
    "text",
    [
        "I loved it",
        "what's up",
        "we stood up",
        "the thing is, I am tired",
        "after all these years I still laugh",
        "in the thing that we call life",
        "my dog is called up by the army",
        "call me Amelie",
        "my daughter amelie is ten",
        "Amelie from work likes westerns",
        "the rock is late",
        "",
        "...",
    ],
)
def test_ordinary_sentences_name_no_film(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'I watched "It" yesterday',
        "I saw the movie It",
        "I liked Up and Titanic",
        "loved Up",  # a capital tells where the line has begun without one
    ],
)
def test_a_cue_makes_a_short_word_a_title(text: str) -> None:
    assert found(text)


def test_a_series_means_its_films() -> None:
    (link,) = LINKER.link("I love Star Wars", words("I love Star Wars"))
    assert [CATALOGUE.movies[row].year for row in (*link.rows, *link.also)] == [1977, 1980]


def test_a_film_on_the_table_is_more_likely_to_be_meant() -> None:
    text = "it scared me"
    assert not LINKER.link("why up", words("why up"))
    assert LINKER.link("why up", words("why up"), shown=frozenset({7}))
    assert not LINKER.link(text, words(text), shown=frozenset({7}))


def test_written_forms_of_a_known_film() -> None:
    forms = dict(written_forms(Movie(0, 1, "The Godfather: Part II", 1974, ()), known=True))
    assert forms["the godfather part 2"] is FormKind.FULL
    assert forms["godfather part 2"] is FormKind.BARE
    assert forms["godfather 2"] is FormKind.NUMBER
    assert forms["godfather"] is FormKind.HEAD


def test_an_obscure_film_goes_by_its_whole_titles_only() -> None:
    forms = dict(written_forms(Movie(0, 1, "The Long: Way", 1974, ()), known=False))
    assert set(forms) == {"the long way", "long way"}


def test_the_longest_title_wins_over_those_inside() -> None:
    inner = [Link(0, 1, (1,), 5.0, ""), Link(2, 3, (2,), 5.0, "")]
    outer = Link(0, 3, (3,), THRESHOLD + 0.1, "")
    assert best_set([*inner, outer], 3) == [outer]


def test_of_overlapping_titles_the_likelier_set_is_taken() -> None:
    links = [Link(0, 2, (1,), 3.0, ""), Link(1, 3, (2,), 4.0, ""), Link(2, 4, (3,), 2.0, "")]
    assert best_set(links, 4) == [links[0], links[2]]


@settings(max_examples=60)
@given(
    st.sampled_from([movie for movie in CATALOGUE.movies if len(movie.title) > 9]),
    st.randoms(use_true_random=False),
)
def test_one_or_two_typing_errors_never_name_another_film(movie: Movie, typist: object) -> None:
    for label in found(f"I watched {with_typos(movie.title, typist)} yesterday"):  # type: ignore[arg-type]
        assert movie.title.split(":")[0] in label or movie.title == "Solaris"


@given(st.text(max_size=200))
def test_links_never_overlap(text: str) -> None:
    said = words(text)
    end = 0
    for link in LINKER.link(text, said):
        assert end <= link.first < link.last <= len(said)
        end = link.last
