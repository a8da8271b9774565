"""A line may put right which film was meant by the last one, put a film off, or speak of the one
just named."""

from __future__ import annotations

import films
import pytest

from assistant.conversation.interpret import Referents, interpret
from assistant.language.understand import Understanding
from assistant.language.utterance import Act, Context
from core.domain import Outcome
from core.session import SessionState

_FILMS = (
    ("Heat", 1995, 420),
    ("The Heat", 2013, 60),
    ("Alien", 1979, 500),
    ("Aliens", 1986, 450),
    ("Dune", 2021, 90),
    ("Dune", 1984, 130),
    ("Titanic", 1997, 700),
)
HEAT, THE_HEAT, ALIEN, ALIENS, NEW_DUNE, OLD_DUNE, TITANIC = range(1, 8)
CATALOGUE = films.small(_FILMS)
UNDERSTANDING = Understanding(CATALOGUE)


@pytest.mark.parametrize(
    ("named", "text", "meant", "instead"),
    [
        (HEAT, "no, The Heat", THE_HEAT, HEAT),
        (THE_HEAT, "no, Heat", HEAT, THE_HEAT),
        (HEAT, "not Heat, The Heat", THE_HEAT, HEAT),
        (ALIEN, "not Alien, Aliens", ALIENS, ALIEN),
        (ALIEN, "Aliens, not Alien", ALIENS, ALIEN),
        (ALIENS, "I meant Alien", ALIEN, ALIENS),
        (ALIENS, "sorry, Alien", ALIEN, ALIENS),
        (TITANIC, "oops, I meant Aliens", ALIENS, TITANIC),
        (ALIEN, "not Aliens, Alien", ALIEN, ALIENS),  # it was right before
        (NEW_DUNE, "no, the 1984 one", OLD_DUNE, NEW_DUNE),
        (NEW_DUNE, "I meant the old one", OLD_DUNE, NEW_DUNE),
        (OLD_DUNE, "no, the new one", NEW_DUNE, OLD_DUNE),
    ],
)
def test_the_film_that_is_meant_takes_the_place_of_the_last_one(
    named: int, text: str, meant: int, instead: int
) -> None:
    read = UNDERSTANDING.understand(text, Context(named=named, mood=-1.0))
    assert [(movie.token, movie.strength) for movie in read.movies] == [(meant, -1.0)]
    assert read.instead == (instead,)


@pytest.mark.parametrize(
    ("named", "text"),
    [
        (TITANIC, "not Alien"),
        (TITANIC, "no Alien please"),
        (TITANIC, "loved Alien"),
        (TITANIC, "not Alien, Heat"),
        (TITANIC, "no, something from 1984"),
        (TITANIC, "no, the old one"),  # there is but one
        (ALIEN, "not Alien"),
        (ALIEN, "no"),
        (ALIEN, "I meant that Aliens was boring"),
    ],
)
def test_other_lines_put_nothing_right(named: int, text: str) -> None:
    assert UNDERSTANDING.understand(text, Context(named=named, mood=1.0)).instead == ()
    assert UNDERSTANDING.understand(text).instead == ()


def test_a_word_of_the_last_title_is_no_film_in_another_line() -> None:
    assert (
        UNDERSTANDING.understand(
            "no, something with more heat", Context(named=HEAT, mood=1.0)
        ).movies
        == ()
    )


def test_what_was_said_of_the_wrong_film_is_taken_back() -> None:
    state = SessionState().state(NEW_DUNE, Outcome.STATED_LIKE)
    read = UNDERSTANDING.understand("no, the 1984 one", Context(named=NEW_DUNE, mood=1.0))
    step = interpret(read, state, Referents(CATALOGUE))
    assert step.state.outcome_of(NEW_DUNE) is Outcome.RETRACTED
    assert step.state.outcome_of(OLD_DUNE) is Outcome.STATED_LIKE


@pytest.mark.parametrize(
    "text", ["not Aliens tonight", "Aliens? not tonight", "not Aliens, not tonight"]
)
def test_a_film_that_is_put_off_is_not_disliked(text: str) -> None:
    on_table = UNDERSTANDING.understand(text, Context(shown=(HEAT, ALIENS)))
    assert (on_table.act, on_table.picks, on_table.later, on_table.movies) == (
        Act.REACT,
        (1,),
        True,
        (),
    )
    (named,) = UNDERSTANDING.understand(text).movies
    assert (named.token, named.strength, named.idle) == (ALIENS, 0.0, True)


def test_what_is_said_of_a_film_stands_though_it_is_put_off() -> None:
    (movie,) = UNDERSTANDING.understand(
        "loved Aliens, but not tonight", Context(shown=(ALIENS,))
    ).movies
    assert (movie.token, movie.strength) == (ALIENS, 1.0)


@pytest.mark.parametrize("text", ["that was great"])
def test_what_that_was_is_said_of_one_film(text: str) -> None:
    several = UNDERSTANDING.understand(text, Context(shown=(HEAT, ALIENS)))
    assert [mention.tokens for mention in several.ambiguous] == [(HEAT, ALIENS)]
    (last,) = UNDERSTANDING.understand(text, Context(shown=(HEAT, ALIENS), named=TITANIC)).movies
    assert last.token == TITANIC and last.strength > 0
