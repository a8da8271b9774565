"""A question of fact is a topic of a referent: what is asked, of which films and people."""

from __future__ import annotations

import pytest
from films import catalogue, facts_of

from assistant.language.understand import Understanding
from assistant.language.utterance import Act, Context, Topic, Utterance
from core.data.facts import Film

CATALOGUE = catalogue()
FACTS = facts_of(
    Film(
        movie_id=103,
        language="English",
        countries=("the United Kingdom",),
        directors=("Ridley Scott",),
        cast=("Sigourney Weaver", "Tom Skerritt"),
        genres=("horror film",),
        all_keywords=("android", "cat"),
    ),
    Film(
        movie_id=104,
        language="French",
        countries=("France",),
        cast=("Vanessa Paris",),
        all_keywords=("paris",),
    ),
    others={"the United Kingdom": ("British",), "France": ("French",)},
)
UNDERSTANDING = Understanding(CATALOGUE, FACTS)
TABLE = ("Up", "Titanic", "Amelie")


def token(title: str) -> int:
    return next(CATALOGUE.movie_token(one.row) for one in CATALOGUE.movies if one.title == title)


def read(text: str, *shown: str, named: str = "") -> Utterance:
    context = Context(tuple(map(token, shown)), named=token(named) if named else None)
    return UNDERSTANDING.understand(text, context)


def asked(text: str, *shown: str, named: str = "") -> list[tuple[str, list[str], str]]:
    """Topic, titles and detail of each question."""
    return [
        (one.topic.value, [CATALOGUE.movie(film).title for film in one.films], one.detail)
        for one in read(text, *shown, named=named).questions
    ]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("how long is Alien?", "length"),
        ("Alien runtime", "length"),
        ("can you tell me how many minutes Alien has", "length"),
        ("who's behind Alien?", "maker"),
        ("whose film is Alien?", "maker"),
        ("who is in Alien", "cast"),
        ("gimme the cast of Alien", "cast"),
        ("what's Alien about?", "about"),
        ("plot of Alien please", "about"),
        ("what language do they speak in Alien?", "language"),
        ("where is Alien from?", "country"),
        ("when did Alien come out", "year"),
        ("how old is Alien?", "year"),
        ("is Alien suitable for kids?", "age"),
        ("did Alien win any Oscars?", "prize"),
        ("is there a sequel to Alien?", "sequel"),
        ("which order do I watch the Alien series in?", "order"),
        ("show me the trailer of Alien", "trailer"),
        ("is Alien any good?", "worth"),
        ("why not Alien?", "why_not"),
    ],
)
def test_a_topic_is_asked_of_a_film_that_is_named(text: str, topic: str) -> None:
    utterance = read(text)
    assert (utterance.act, [one[0] for one in asked(text)]) == (Act.ASK, [topic])
    assert asked(text)[0][1] == ["Alien"] and not utterance.facets
    assert all(mention.idle for mention in utterance.movies)


@pytest.mark.parametrize(
    ("text", "topic", "detail"),
    [
        ("is Alien scary?", "mood", "scary"),
        ("how violent is Alien?", "mood", "violent"),
        ("is Alien british?", "country", "british"),
        ("is Alien in French?", "language", "french"),
        ("does Alien have a cat?", "keyword", "cat"),
        ("who was the captain in Alien?", "cast", "role"),
    ],
)
def test_a_question_may_name_what_it_asks_for(text: str, topic: str, detail: str) -> None:
    assert asked(text) == [(topic, ["Alien"], detail)]


@pytest.mark.parametrize(
    ("text", "films"),
    [
        ("how long is the second one?", ["Titanic"]),
        ("who directed #3", ["Amelie"]),
        ("length?", list(TABLE)),
        ("how long are they?", list(TABLE)),
    ],
)
def test_films_on_the_table_are_pointed_at(text: str, films: list[str]) -> None:
    assert [one[1] for one in asked(text, *TABLE)] == [films]


@pytest.mark.parametrize(
    ("text", "topic", "detail", "instead"),
    [
        ("is the first gory or more slow?", "mood", "violent", "slow"),
        ("is it funny at all or deadly serious?", "mood", "funny", "serious"),
        ("is there anything sad in the first?", "mood", "sad", ""),
        ("is the first one ok for a four year old or are there scary bits?", "age", "4", ""),
        ("would the first frighten a toddler?", "age", "3", ""),
        ("does the first have a dragon?", "keyword", "dragon", ""),
        ("what is about the first?", "about", "", ""),
    ],
)
def test_how_a_film_on_the_table_is_may_be_asked_in_many_ways(
    text: str, topic: str, detail: str, instead: str
) -> None:
    (question,) = read(text, "Up").questions
    assert (question.topic.value, question.detail, question.instead) == (topic, detail, instead)
    assert question.films == (token("Up"),)


def test_the_least_so_and_the_longest_are_compared_as_well() -> None:
    (question,) = read("which one is least scary?", *TABLE).questions
    assert (question.topic, question.detail, question.least) == (Topic.MOST, "scary", True)
    (question,) = read("which of these is the shortest?", *TABLE).questions
    assert (question.topic, question.detail) == (Topic.MOST, "short")


def test_it_is_the_film_of_the_line_or_of_the_last_one() -> None:
    assert asked("Alien? who directed it?", *TABLE) == [("maker", ["Alien"], "")]
    assert asked("and how long is it", *TABLE, named="Alien") == [("length", ["Alien"], "")]
    assert asked("how long is it?") == []


def test_people_are_asked_about() -> None:
    (question,) = read("what else has Sigourney Weaver done?").questions
    assert question.topic is Topic.FILMS
    assert [FACTS.people.names[code] for code in question.people] == ["Sigourney Weaver"]
    (question,) = read("is Tom Skerritt in Alien?").questions
    assert (question.topic, question.films) == (Topic.PLAYS, (token("Alien"),))


def test_a_rare_family_name_is_somebody_unless_it_is_a_place() -> None:
    (question,) = read("what else did Skerritt make?").questions
    assert (question.topic, question.people) == (Topic.FILMS, FACTS.people.find("Tom Skerritt"))
    assert asked("is Alien set in Paris?") == [("setting", ["Alien"], "paris")]


def test_i_is_no_film_of_that_name() -> None:
    assert not read("what can I watch with my three kids").questions


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("what else has he made?", "Ridley Scott"),
        ("what other films has she done?", "Sigourney Weaver"),
        ("what else did she direct?", "Sigourney Weaver"),
    ],
)
def test_he_and_she_are_who_was_asked_of_last(text: str, who: str) -> None:
    (question,) = UNDERSTANDING.understand(text, Context(people=(who,))).questions
    assert (question.topic, question.people) == (Topic.FILMS, FACTS.people.find(who))
    assert not read(text).questions


def test_the_director_of_a_film_is_somebody() -> None:
    line = "what else has the director of the first one made?"
    (question,) = read(line, "Alien", "Up").questions
    assert (question.topic, question.people) == (Topic.FILMS, FACTS.people.find("Ridley Scott"))
    assert asked("who is the director of Alien?") == [("maker", ["Alien"], "")]


def test_two_films_may_be_weighed_in_a_clause_of_its_own() -> None:
    line = read("Alien or Titanic, which is better for me?")
    assert [one.topic for one in line.questions] == [Topic.BETTER]
    assert not any(movie.strength for movie in line.movies)


def test_two_films_are_weighed() -> None:
    assert asked("which is better for me, Alien or Titanic?") == [
        ("better", ["Alien", "Titanic"], "")
    ]


def test_what_else_a_line_tells_counts() -> None:
    utterance = read("loved Titanic. who directed Alien?")
    assert [(one.token, one.strength > 0) for one in utterance.movies] == [(token("Titanic"), True)]
    assert [one.topic for one in utterance.questions] == [Topic.MAKER]


@pytest.mark.parametrize(
    "text",
    [
        "something like Alien with a good cast",
        "a film by the director of Alien?",
        "not too long please",
        "I loved the cast of Alien",
        "Alien is too long",
        "more",
        "who made you?",
        "a long movie",
    ],
)
def test_wishes_and_tastes_are_no_questions(text: str) -> None:
    assert read(text, *TABLE).questions == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("is the first one confusing?", "confusing"),
        ("is the first one hard to follow? my dad gets lost", "hard to follow"),
        ("would my grandmother enjoy the first one?", ""),
        ("the first one, does the hero survive?", ""),
    ],
)
def test_a_question_about_a_film_shown_is_no_verdict_on_it(line: str, said: str) -> None:
    understood = read(line, *TABLE)
    assert understood.act is Act.ASK
    (question,) = understood.questions
    assert (question.topic, question.films) == (Topic.OTHER, (token("Up"),))
    assert question.detail == said


@pytest.mark.parametrize("opening", ["Perfect.", "Great!", "Oh nice."])
def test_praise_that_leads_to_a_question_is_none_of_the_film(opening: str) -> None:
    understood = read(f"{opening} What's the first one about?", *TABLE)
    assert understood.act is Act.ASK
    assert not any(movie.strength for movie in understood.movies)


@pytest.mark.parametrize(
    ("line", "how"),
    [
        ("which of these is the darkest?", "dark"),
        ("which one is the saddest", "sad"),
        ("wich one is funnier", "funny"),
        ("which of them is the most accurate?", "accurate"),
        ("what's the most exciting one of those", "exciting"),
        ("which of those three would make me cry the most?", "cry"),
        ("which one has the best visuals?", "visuals"),
    ],
)
def test_a_comparison_is_asked_of_what_was_shown(line: str, how: str) -> None:
    (question,) = read(line, *TABLE).questions
    assert question.topic is Topic.MOST
    assert question.films == tuple(map(token, TABLE))
    assert question.detail == how


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Alien isn't British, is it?", [("country", ["Alien"], "british")]),
        ("Alien is scary, right?", [("mood", ["Alien"], "scary")]),
        (
            "who made Alien, and is it scary?",
            [("maker", ["Alien"], ""), ("mood", ["Alien"], "scary")],
        ),
        (
            "who made Alien and is it scary?",
            [("maker", ["Alien"], ""), ("mood", ["Alien"], "scary")],
        ),
    ],
)
def test_a_statement_with_a_tag_asks_and_an_and_joins_questions(
    text: str, told: list[tuple[str, list[str], str]]
) -> None:
    assert asked(text) == told and not read(text).facets


def test_or_not_asks_of_the_film_that_was_spoken_of() -> None:
    assert asked("black and white or not?", named="Alien") == [
        ("mood", ["Alien"], "black_and_white")
    ]


def test_what_films_can_be_wished_for_by_can_be_asked_of_the_table() -> None:
    (question,) = read("are any of these from the 80s?", *TABLE).questions
    assert question.topic is Topic.KIND and len(question.films) == len(TABLE)
    assert [(one.column, one.low, one.high) for one in question.limits] == [("year", 1980, 1989)]


def test_the_films_shown_are_measured_by_another_one() -> None:
    (question,) = read("which is the most like Alien?", *TABLE).questions
    assert (question.topic, question.than) == (Topic.MOST, token("Alien"))
    assert len(question.films) == len(TABLE)


def test_a_request_in_the_form_of_a_question_asks_nothing_of_the_film_it_names() -> None:
    assert not read("are there any good films about space that aren't Alien?").questions
    asks_and_wishes = read("is Alien scary? got more like Titanic or Up?")
    assert [one.topic for one in asks_and_wishes.questions] == [Topic.MOOD]
    assert [movie.similar_only for movie in asks_and_wishes.movies] == [True, True]


def test_he_is_who_made_the_film_that_was_spoken_of() -> None:
    (question,) = read("what else did he make?", named="Alien").questions
    assert (question.topic, question.people) == (Topic.FILMS, FACTS.people.find("Ridley Scott"))


def test_whose_films_to_begin_with_may_be_asked_beside_a_wish() -> None:
    utterance = read("who makes the best horror movies?")
    assert [one.topic for one in utterance.questions] == [Topic.START] and utterance.facets


@pytest.mark.parametrize(
    "text", ["a good film but not Titanic", "good films, no Titanic please", "great, no Titanic"]
)
def test_what_is_to_be_good_asks_nothing(text: str) -> None:
    assert UNDERSTANDING.understand(text).questions == ()
