"""What is said to questions of fact: known things in a sentence, unknown ones with a link."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from films import catalogue, facts_of

from assistant.conversation.answers import answers
from assistant.conversation.reasons import known_of, portraits
from assistant.conversation.records import details, length, sentences
from assistant.conversation.suits import Grounds, chosen
from assistant.language.utterance import FactQuestion, Topic
from assistant.turn import people_asked
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
        (
            Topic.AGE,
            "Alien (1979) is rated R in the US: from about 17. A warning: it is marked “horror”.",
        ),
        (
            Topic.ABOUT,
            "Alien (1979) is a horror film by Ridley Scott with Sigourney Weaver and "
            "Tom Skerritt: android and cat.",
        ),
        (Topic.ORDER, "Alien in order: 1. Alien (1979), 2. Titanic (1997)."),
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
        (Topic.KEYWORD, "dog", "I can’t say"),
        (Topic.MOOD, "scary", "Yes, going by its words: Alien (1979) is scary"),
        (
            Topic.MOOD,
            "sad",
            "Nothing here marks Alien (1979) as sad; it is a horror film by Ridley Scott, rated R",
        ),
        (Topic.MOOD, "romantic", "Nothing here marks Alien (1979) as romantic"),
        (Topic.AGE, "4", "Alien (1979) is rated R in the US: from about 17. So it is not for a 4-"),
    ],
)
def test_yes_no_and_not_known(topic: Topic, detail: str, begins: str) -> None:
    assert told(topic, ALIEN, detail=detail).startswith(begins)


def test_either_or_compares_both_sides() -> None:
    question = FactQuestion(Topic.MOOD, (ALIEN - 99,), detail="funny", instead="scary")
    assert answers([question], asked()) == (
        "Alien (1979) is more scary than funny, going by “horror”."
    )


def test_several_films_are_judged_in_one_sentence() -> None:
    assert told(Topic.MOOD, ALIEN, UP, detail="scary") == (
        "Scary? Yes, Alien (1979); probably not Up (2009)."
    )


@pytest.mark.parametrize(
    ("detail", "least", "best"), [("scary", False, ALIEN), ("scary", True, UP), ("new", False, UP)]
)
def test_a_comparison_names_one_film_and_that_is_it(detail: str, least: bool, best: int) -> None:
    question = FactQuestion(Topic.MOST, (ALIEN - 99, UP - 99), detail=detail, least=least)
    assert chosen(question, asked()) == (best - 99,)
    assert CATALOGUE.movie(best - 99).label in answers([question], asked())


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


def slate(*films: tuple[int, list[Reason]], musts: tuple[int, ...] = ()) -> list[str]:
    facts = FACTS.of(CATALOGUE)
    told = [(known_of(movie_id - 99, facts), reasons) for movie_id, reasons in films]
    return sentences(told, facts, musts)


def test_a_card_says_what_the_film_is_and_who_loves_it() -> None:
    liked = [Reason("liked by fans of Up", 0.3, 8), Reason("many people like it", 0.2)]
    assert slate((ALIEN, liked)) == ["A horror film by Ridley Scott; fans of Up love it."]


def test_two_films_of_one_taste_are_loved_in_one_clause() -> None:
    liked = [Reason("liked by fans of Up", 0.1, 8), Reason("liked by fans of Heat", 0.09, 9)]
    assert slate((ALIEN, liked)) == ["A horror film by Ridley Scott; fans of Up and Heat like it."]


def test_no_two_cards_of_a_slate_give_one_reason() -> None:
    """The second goes on with what it has in common with a liked film, or with a prize. (This pack
    knows no adjective of France.)"""
    up = Reason("liked by fans of Up", 0.3, 8)
    titanic = Reason("liked by fans of Titanic", 0.2, TITANIC - 99)
    assert slate((MATRIX, [up]), (ALIEN, [up]), (TITANIC, [up])) == [
        "An action film by Ridley Scott; fans of Up love it.",
        "A horror film by Ridley Scott, an Oscar winner.",
        "A France drama.",
    ]
    assert slate((MATRIX, [titanic]), (ALIEN, [titanic]))[1] == (
        "A horror film by Ridley Scott; it belongs with Titanic."
    )


def test_a_wish_is_told_unless_every_film_fulfils_it() -> None:
    dark = CATALOGUE.token_of_facet("tag", "dark") or 0
    asked = [Reason("tagged “dark”, as you asked", 0.5, dark)]
    assert slate((ALIEN, asked)) == ["A horror film by Ridley Scott, with “dark” as you asked."]
    assert slate((ALIEN, asked), musts=(dark,)) == [
        "A horror film by Ridley Scott, an Oscar winner."
    ]


def test_what_a_film_lacks_is_no_reason_for_it() -> None:
    spared = [Reason("away from comedy, as you asked", 0.5, 25), Reason("some people like it", 0.1)]
    assert slate((TITANIC, spared)) == ["A France drama; some people like it."]


def test_a_wished_kind_is_told_before_the_most_telling_one() -> None:
    known = replace(
        known_of(ALIEN - 99, FACTS.of(CATALOGUE)),
        kinds=("alien film", "slasher", "horror film"),
        mood="creepy",
    )
    assert portraits(known)[0] == "a creepy alien film by Ridley Scott"
    assert portraits(known, frozenset(("slasher",)))[0] == "a creepy slasher by Ridley Scott"
    assert portraits(replace(known, kinds=("romantic drama",), mood="romantic"))[0] == (
        "a romantic drama by Ridley Scott"
    )


def test_who_was_asked_of_is_remembered_for_he_and_she() -> None:
    def asked_of(topic: Topic, who: str = "") -> tuple[str, ...]:
        people = FACTS.people.find(who) if who else ()
        return people_asked([FactQuestion(topic, (ALIEN - 99,), people)], asked())

    assert asked_of(Topic.MAKER) == ("Ridley Scott",)
    assert asked_of(Topic.CAST)[0] == "Sigourney Weaver"
    assert asked_of(Topic.PLAYS, "Ian Holm") == ("Ian Holm",)
    assert asked_of(Topic.LENGTH) == ()


def test_what_holds_of_several_films_is_one_sentence_with_what_it_goes_by() -> None:
    assert told(Topic.COUNTRY, ALIEN, TITANIC, detail="france") == (
        "Yes, Titanic (France); no, not Alien (the United Kingdom and the United States)."
    )


def test_who_is_to_begin_with_is_named_with_films() -> None:
    assert answers([FactQuestion(Topic.START)], asked()).startswith(
        "I’d start with Ridley Scott: The Matrix (1999) and Alien (1979)"
    )
