"""Evenings as they are served, in worlds small enough to know every answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from learning_worlds import N_ITEMS, cinema
from worlds import catalogue_of, ratings_of

from core.domain import Outcome
from core.model.policy import Exploration
from core.simulation.evening import (
    Evenings,
    FanAnswer,
    Fans,
    ServingRules,
    SharedMood,
    fans_of,
    history_evenings,
    keep_company,
    mood_evenings,
    open_evenings,
    paired_moods,
    serve,
    single_moods,
)

CINEMA = cinema()
COMEDIES = SharedMood("genre", "Comedy", np.arange(0, N_ITEMS, 2))
RULES = ServingRules(N_ITEMS, films=4, cards=2)


class InOrder:
    """Best film first, and one fewer point for each film that was looked at in vain."""

    name = "in-order"

    def __init__(self) -> None:
        self.asked: list[npt.NDArray[np.int32]] = []

    def scores(self, observations: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        self.asked.append(observations.copy())
        ranked = -np.arange(N_ITEMS, dtype=np.float32)
        return np.tile(ranked, (len(observations), 1))


def person(*stars: float) -> Evenings:
    """One person who names film 0 and wants comedies (films 0, 2, 4 …)."""
    people = ratings_of([stars])
    return Evenings(people, np.array([[0]]), (COMEDIES,))


def test_a_film_counts_when_it_is_liked_and_of_the_mood() -> None:
    # Films 1 (horror, liked), 2 (comedy, liked), 3 (horror, not rated), 4 (comedy, disliked).
    served = serve(InOrder(), person(5, 5, 5, 0, 1, 5), RULES)
    assert served.shown.tolist() == [[1, 2, 3, 4]]
    passed = Outcome.PASSED
    assert served.outcomes.tolist() == [[passed, Outcome.UP, passed, Outcome.DOWN]]
    assert served.in_mood.tolist() == [[False, True, False, True]]
    assert served.hits.sum() == 1


def test_cards_are_chosen_as_if_those_above_had_been_passed_over() -> None:
    scorer = InOrder()
    serve(scorer, person(5, 5, 5, 0, 1, 5), RULES)
    like, passed, up = Outcome.STATED_LIKE, Outcome.PASSED, Outcome.UP
    assert [asked[0].tolist() for asked in scorer.asked] == [
        [[1, like]],
        [[1, like], [2, passed]],
        [[1, like], [2, passed], [3, up]],
        [[1, like], [2, passed], [3, up], [4, passed]],
    ]


def test_an_open_evening_takes_any_film_and_a_rated_one_only_those_rated() -> None:
    people = ratings_of([[5, 5, 0, 4, 5, 0]])
    anything = serve(InOrder(), open_evenings(people, CINEMA, stated=0), RULES)
    assert anything.shown.tolist() == [[0, 1, 2, 3]] and anything.hits.sum() == 3
    rated = serve(InOrder(), open_evenings(people, CINEMA, stated=0, rated_only=True), RULES)
    assert rated.shown.tolist() == [[0, 1, 3, 4]] and rated.hits.sum() == 4


def test_moods_are_those_that_enough_films_share() -> None:
    moods = single_moods(CINEMA, ["genre", "tag", "decade"], least=4)
    named = {(mood.kind, mood.name): len(mood.films) for mood in moods}
    assert named[("tag", "space")] == 4
    assert named[("decade", "1990s")] == named[("decade", "2000s")] == N_ITEMS // 2
    assert ("genre", "Comedy") not in named, "too common to be a mood"


def test_people_have_an_evening_if_they_like_enough_of_a_mood() -> None:
    horror = SharedMood("genre", "Horror", np.arange(1, N_ITEMS, 2))
    fan = [1.0, 5.0] * (N_ITEMS // 2)
    evenings = mood_evenings(
        ratings_of([fan, [5.0] * 2 + [0.0] * (N_ITEMS - 2)]), CINEMA, [horror], stated=2, least=3
    )
    assert evenings.people.n_users == 1 and evenings.mood == (horror,)
    assert set(evenings.stated[0].tolist()) <= set(horror.films.tolist())


def test_the_kind_of_a_mood_is_drawn_before_the_mood() -> None:
    """Of a hundred pairs and one genre, half the people are in the mood for the genre."""
    films = np.arange(N_ITEMS)
    moods = [SharedMood("pair", str(number), films) for number in range(100)]
    moods.append(SharedMood("genre", "Horror", films))
    evenings = mood_evenings(ratings_of([[5.0] * N_ITEMS] * 400), CINEMA, moods)
    genres = sum(mood is not None and mood.kind == "genre" for mood in evenings.mood)
    assert 160 < genres < 240


def test_pairs_are_two_facets_that_say_more_than_either() -> None:
    # Comedies are of the 1990s, horror of the 2000s: these say the same. Four films are in space.
    kinds = ["genre", "tag", "decade"]
    pairs = {pair.name: pair.films.tolist() for pair in paired_moods(CINEMA, kinds, least=2)}
    assert pairs == {
        "Comedy × space": [0, 2],
        "Horror × space": [1, 3],
        "space × 1990s": [0, 2],
        "space × 2000s": [1, 3],
    }
    assert {pair.kind for pair in paired_moods(CINEMA, kinds, least=2)} == {
        "genre × tag",
        "tag × decade",
    }
    assert paired_moods(CINEMA, kinds, least=3) == ()


def test_the_last_slate_may_be_shorter() -> None:
    assert ServingRules(9, films=10).slates == (3, 3, 3, 1)
    assert ServingRules(9, films=9).slates == (3, 3, 3)
    served = serve(InOrder(), person(5, 5, 5, 0, 1, 5), ServingRules(N_ITEMS, films=3, cards=2))
    assert served.shown.tolist() == [[1, 2, 3]]
    assert served.first(2).shown.tolist() == [[1, 2]]


def test_a_short_evening_is_the_beginning_of_a_long_one() -> None:
    evening = person(5, 5, 5, 0, 1, 5, 5, 5)
    short = serve(InOrder(), evening, ServingRules(N_ITEMS, films=3))
    long = serve(InOrder(), evening, ServingRules(N_ITEMS, films=7)).first(3)
    assert short.shown.tolist() == long.shown.tolist()
    assert short.outcomes.tolist() == long.outcomes.tolist()


def test_when_nothing_is_left_the_slate_stays_empty() -> None:
    evenings = open_evenings(ratings_of([[5, 0, 4]]), CINEMA, stated=0, rated_only=True)
    served = serve(InOrder(), evenings, ServingRules(N_ITEMS, films=4, cards=2))
    assert served.shown.tolist() == [[0, 2, -1, -1]]
    assert served.outcomes[0, 2:].tolist() == [Outcome.PADDING] * 2
    assert served.hits.sum() == 2 and served.in_mood.sum() == 2


def test_gambles_are_drawn_among_the_best_and_the_same_for_every_policy() -> None:
    people = ratings_of([[5.0] * N_ITEMS] * 200)
    evenings = open_evenings(people, CINEMA, stated=0)
    gambles = Exploration(share=0.5, candidates=3, temperature=1e9)
    rules = ServingRules(N_ITEMS, films=1, cards=1, gambles=gambles)
    shown = serve(InOrder(), evenings, rules).shown[:, 0]
    assert set(shown.tolist()) == {0, 1, 2}
    # Two thirds of every second place are another film than the best.
    assert 0.23 < (shown > 0).mean() < 0.43
    assert serve(InOrder(), evenings, rules).shown[:, 0].tolist() == shown.tolist()
    cold = ServingRules(N_ITEMS, films=1, cards=1, gambles=replace(gambles, temperature=0.01))
    assert set(serve(InOrder(), evenings, cold).shown[:, 0].tolist()) == {0}
    never = ServingRules(N_ITEMS, films=1, cards=1, gambles=replace(gambles, share=0.0))
    assert set(serve(InOrder(), evenings, never).shown[:, 0].tolist()) == {0}


# ---- history


def dated(stars: list[float], times: list[int]) -> Evenings:
    people = ratings_of([stars])
    people.timestamp[:] = times
    return history_evenings(people, 3)


def test_the_first_ratings_are_known_as_the_chat_imports_them() -> None:
    evenings = dated([5, 2, 3, 4, 3.5], [50, 20, 30, 10, 40])
    assert evenings.opening[0].tolist() == [
        [4, Outcome.STATED_LIKE],
        [2, Outcome.STATED_DISLIKE],
        [3, Outcome.SEEN],
    ]
    served = serve(InOrder(), evenings, ServingRules(N_ITEMS, films=2))
    assert served.shown.tolist() == [[0, 4]]
    assert served.outcomes.tolist() == [[Outcome.UP, Outcome.SEEN]]


def test_films_that_are_spared_are_neither_known_nor_shown() -> None:
    people = ratings_of([[5.0] * N_ITEMS])
    people.timestamp[:] = np.arange(N_ITEMS)
    evenings = history_evenings(people, 1, spare=4)
    assert evenings.opening[0].tolist() == [[1, Outcome.STATED_LIKE]]
    assert serve(InOrder(), evenings, ServingRules(N_ITEMS, films=2)).shown.tolist() == [[4, 5]]


def test_a_history_may_hold_films_that_cannot_be_recommended() -> None:
    people = ratings_of([[0] * N_ITEMS + [5, 1]])
    evenings = history_evenings(people, 2)
    assert sorted(evenings.opening[0, :, 0].tolist()) == [N_ITEMS + 1, N_ITEMS + 2]
    assert serve(InOrder(), evenings, ServingRules(N_ITEMS, films=1)).shown.tolist() == [[0]]


def test_a_history_too_short_is_an_error() -> None:
    with pytest.raises(ValueError, match="fewer than 3 ratings"):
        history_evenings(ratings_of([[5, 5]]), 3)


# ---- spirit

EVEN = Fans((COMEDIES,), (np.arange(0, N_ITEMS, 2),))
"""A fan of films 0, 2, 4 … who names 0, 2 and 4."""
SLATE = np.array([[True, False, True]])


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        (FanAnswer.NOTHING, ["PASSED", "PASSED", "PASSED"]),
        (FanAnswer.ONE_UP, ["UP", "PASSED", "PASSED"]),
        (FanAnswer.ALL_UP, ["UP", "PASSED", "UP"]),
        (FanAnswer.ONE_DOWN, ["DOWN", "PASSED", "PASSED"]),
        (FanAnswer.SEEN, ["SEEN", "SEEN", "SEEN"]),
        (FanAnswer.LOVED, ["STATED_LIKE", "PASSED", "STATED_LIKE"]),
        (FanAnswer.ALSO, ["PASSED", "PASSED", "PASSED"]),
    ],
)
def test_what_fans_answer_to_a_slate(answer: FanAnswer, outcomes: list[str]) -> None:
    assert [Outcome(one).name for one in answer.of(SLATE)[0]] == outcomes


def test_fans_answer_and_see_the_next_slate() -> None:
    scorer = InOrder()
    shown, in_kind = keep_company(
        scorer, EVEN, FanAnswer.ONE_UP, ServingRules(N_ITEMS, cards=2), turns=2
    )
    assert shown.tolist() == [[[1, 3], [5, 6], [7, 8]]]
    assert in_kind.tolist() == [[[False, False], [False, True], [False, True]]]
    like, passed = Outcome.STATED_LIKE, Outcome.PASSED
    assert scorer.asked[-1][0].tolist() == [
        [1, like],
        [3, like],
        [5, like],
        [2, passed],
        [4, passed],
        [6, passed],
        [7, Outcome.UP],
        [8, passed],
    ]


def test_fans_who_name_another_film_name_one_that_is_new() -> None:
    scorer = InOrder()
    shown, _ = keep_company(scorer, EVEN, FanAnswer.ALSO, ServingRules(N_ITEMS, cards=3), turns=1)
    assert shown.tolist() == [[[1, 3, 5], [7, 8, 9]]], "film 6 is named, not shown"
    assert scorer.asked[3][0, -1].tolist() == [7, Outcome.STATED_LIKE]


def test_fans_are_drawn_from_kinds_with_many_films() -> None:
    world = cinema(n_items=100, n_movies=100)
    fans = fans_of(world, ["genre", "tag", "decade"], count=5)
    assert [mood.name for mood in fans.kinds] == ["Horror", "1990s", "2000s"], "4 films in space"
    assert all(
        sorted(films.tolist()) == mood.films.tolist()
        for films, mood in zip(fans.loved, fans.kinds, strict=True)
    )
    assert len(fans_of(world, ["decade"], count=1).kinds) == 1
    assert fans_of(catalogue_of([5] * 9), ["genre", "decade"]).kinds == ()
