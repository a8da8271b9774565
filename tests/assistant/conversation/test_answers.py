"""What is said to questions of fact: known things in a sentence, unknown ones with a link."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from films import catalogue, facts_of

from assistant.conversation.answers import answers
from assistant.conversation.reasons import known_of, length
from assistant.conversation.records import details, sentence
from assistant.conversation.suits import Grounds
from assistant.language.utterance import FactQuestion, Topic
from core.data.facts import Film, FilmFacts, Prize, Relation
from core.domain import Reason
from core.model.policy import Policy
from core.session import SessionState

CATALOGUE = catalogue()
ALIEN, TITANIC, MATRIX, UP = 103, 104, 100, 107
"""MovieIds; a token is the row and one, and rows begin at movieId 100."""
FACTS = facts_of(
    Film(movie_id=MATRIX, directors=("Ridley Scott",)),
    Film(
        movie_id=ALIEN,
        imdb_id=78748,
        runtime=117,
        language="English",
        spoken=("English",),
        countries=("the United Kingdom", "the United States"),
        directors=("Ridley Scott",),
        cast=("Sigourney Weaver", "Tom Skerritt", "John Hurt", "Ian Holm"),
        genres=("horror film",),
        moods=("suspenseful",),
        keywords=("android", "cat"),
        all_keywords=("android", "cat"),
        series="Alien",
        place=1,
        age="R",
        prizes=(
            Prize("1979", "Visual Effects", True, ()),
            Prize("1979", "Production Design", False, ()),
        ),
        trailer="abc",
    ),
    Film(
        movie_id=TITANIC,
        language="French",
        spoken=("French", "English"),
        countries=("France",),
        series="Alien",
        place=2,
        relations=(Relation("Remake", ALIEN, is_later=True),),
    ),
)


class Flat:
    """Every film is worth less than the one before it."""

    def q_values(
        self, observations: np.ndarray, gems: float = 0.0, sought: object = None
    ) -> np.ndarray:
        return np.tile(-np.arange(CATALOGUE.n_items, dtype=np.float32), (len(observations), 1))

    def contributions(
        self, observation: np.ndarray, rows: np.ndarray, gems: float = 0.0
    ) -> np.ndarray:
        parts = np.zeros((len(rows), 3 + len(observation)), dtype=np.float32)
        parts[:, 0] = -rows
        return parts


def asked(state: SessionState | None = None, facts: FilmFacts = FACTS) -> Grounds:
    policy = Policy(Flat(), CATALOGUE, "flat-1")
    return Grounds(facts.of(CATALOGUE), policy, state or SessionState())


def told(topic: Topic, *movie_ids: int, detail: str = "", who: str = "") -> str:
    people = FACTS.people.find(who) if who else ()
    films = tuple(movie_id - 99 for movie_id in movie_ids)
    return answers([FactQuestion(topic, films, people, detail)], asked())


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (Topic.LENGTH, "Alien (1979) runs 1 h 57 min (117 min)."),
        (Topic.MAKER, "Alien (1979) was directed by Ridley Scott."),
        (Topic.COUNTRY, "Alien (1979) is from the United Kingdom and the United States."),
        (Topic.LANGUAGE, "Alien (1979) is in English."),
        (Topic.YEAR, "Alien is from 1979."),
        (Topic.TRAILER, "The trailer of Alien (1979): https://www.youtube.com/watch?v=abc"),
        (Topic.PRIZE, "Alien (1979) won an Oscar: Visual Effects. It was nominated for 1 more."),
        (Topic.AGE, "Alien (1979) is rated R in the US: from about 17."),
        (
            Topic.ABOUT,
            "Alien (1979): A suspenseful horror film by Ridley Scott with Sigourney Weaver and "
            "Tom Skerritt. A sketch from keywords, not its plot: android and cat.",
        ),
        (Topic.ORDER, "Alien (1979) is number 1 of 2 of Alien: Alien (1979) and Titanic (1997)."),
    ],
)
def test_what_is_known_is_told(topic: Topic, words: str) -> None:
    assert told(topic, ALIEN) == words


@pytest.mark.parametrize(
    ("topic", "detail", "begins"),
    [
        (Topic.LANGUAGE, "english", "Yes: "),
        (Topic.LANGUAGE, "french", "No: "),
        (Topic.COUNTRY, "france", "No: "),
        (Topic.KEYWORD, "cat", "Yes: “cat”"),
        (Topic.KEYWORD, "dog", "Not that I know"),
        (Topic.MOOD, "scary", "Yes, going by its words: Alien (1979) is scary"),
        (Topic.MOOD, "sad", "I don’t know that Alien (1979) is sad"),
    ],
)
def test_yes_no_and_not_known(topic: Topic, detail: str, begins: str) -> None:
    assert told(topic, ALIEN, detail=detail).startswith(begins)


def test_who_is_in_a_film_and_who_is_not() -> None:
    assert told(Topic.PLAYS, ALIEN, who="Ian Holm") == "Yes, Ian Holm is in Alien (1979)."
    assert told(Topic.PLAYS, ALIEN, who="Ridley Scott").startswith("Yes, Ridley Scott directed")
    assert told(Topic.PLAYS, TITANIC, who="Ian Holm").startswith("Not that I know")


def test_films_of_somebody_are_names_best_known_first() -> None:
    assert told(Topic.FILMS, who="Ridley Scott") == (
        "Ridley Scott directed The Matrix (1999) and Alien (1979)."
    )


def test_what_is_not_known_is_said_with_the_link() -> None:
    assert told(Topic.SOURCE, ALIEN) == (
        "That I don’t know of Alien (1979); its page may: https://www.imdb.com/title/tt0078748/"
    )
    assert told(Topic.LENGTH, UP) == "That I don’t know of Up (2009)."


def test_which_is_better_and_why_not() -> None:
    assert told(Topic.BETTER, TITANIC, ALIEN).startswith("Alien, I’d say.")
    horror = CATALOGUE.token_of_facet("genre", "Horror")
    assert horror is not None
    state = SessionState()
    barred = replace(state.constraints, excluded=(horror,))
    question = FactQuestion(Topic.WHY_NOT, (ALIEN - 99,))
    assert answers([question], asked(state.constrain(barred))) == (
        "Alien (1979) does not fit what you asked for: no horror."
    )
    assert "place 4 of 22" in answers([question], asked())


def test_lengths_as_people_say_them() -> None:
    assert [length(minutes) for minutes in (45, 60, 117)] == ["45 min", "1 h", "1 h 57 min"]


def test_a_card_tells_what_one_asks_first() -> None:
    films = FACTS.of(CATALOGUE)
    assert details(known_of(ALIEN - 99, films), films) == (
        "by Ridley Scott",
        "Sigourney Weaver, Tom Skerritt, John Hurt",
        "1 h 57 min",
        "Alien 1/2",
    )
    assert details(known_of(TITANIC - 99, films), films) == (
        "Tom Hanks",
        "France, French",
        "Alien 2/2",
    )


def test_a_reason_is_a_sentence_and_no_two_are_alike() -> None:
    known = known_of(ALIEN - 99, FACTS.of(CATALOGUE))
    reasons = [Reason("liked by fans of Up", 0.3, 8), Reason("many people like it", 0.2)]
    first = sentence(known, reasons, [])
    assert first == "A suspenseful horror film by Ridley Scott; fans of Up love it."
    second = sentence(known, reasons, [first])
    assert second == "A suspenseful horror film by Ridley Scott; many people like it."
    assert len({first, second, sentence(known, reasons, [first, second])}) == 3
