"""Evenings as they are served, in worlds small enough to know every answer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from learning_worlds import N_ITEMS, cinema
from worlds import ratings_of

from core.domain import Outcome
from core.evaluation.evenings import evening_table, judge_evenings
from core.model.mood import SharedMood, catalogue_moods
from core.simulation.evening import Evenings, ServingRules, mood_evenings, open_evenings, serve

CINEMA = cinema()
COMEDIES = SharedMood("genre", "Comedy", np.arange(0, N_ITEMS, 2))
RULES = ServingRules(N_ITEMS, slates=2, cards=2)


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


def test_cards_are_chosen_as_if_those_above_were_looked_at_without_a_word() -> None:
    scorer = InOrder()
    serve(scorer, person(5, 5, 5, 0, 1, 5), RULES)
    like, shown, passed, up = Outcome.STATED_LIKE, Outcome.SHOWN, Outcome.PASSED, Outcome.UP
    assert [asked[0].tolist() for asked in scorer.asked] == [
        [[1, like]],
        [[1, like], [2, shown]],
        [[1, like], [2, passed], [3, up]],
        [[1, like], [2, passed], [3, up], [4, shown]],
    ]


def test_an_open_evening_takes_any_film_and_a_rated_one_only_those_rated() -> None:
    people = ratings_of([[5, 5, 0, 4, 5, 0]])
    anything = serve(InOrder(), open_evenings(people, CINEMA, stated=0), RULES)
    assert anything.shown.tolist() == [[0, 1, 2, 3]] and anything.hits.sum() == 3
    rated = serve(InOrder(), open_evenings(people, CINEMA, stated=0, rated_only=True), RULES)
    assert rated.shown.tolist() == [[0, 1, 3, 4]] and rated.hits.sum() == 4


def test_moods_are_those_that_enough_films_share() -> None:
    moods = catalogue_moods(CINEMA, ["genre", "tag", "decade"], least=4)
    named = {(mood.kind, mood.name): len(mood.films) for mood in moods}
    assert named[("tag", "space")] == 4
    assert named[("decade", "1990s")] == named[("decade", "2000s")] == N_ITEMS // 2
    assert named[("genre", "Comedy")] == N_ITEMS // 2
    assert not [kind for kind, _ in named if kind == "pair"], "nobody asked for these"


def test_people_have_an_evening_if_they_like_enough_of_a_mood() -> None:
    horror = SharedMood("genre", "Horror", np.arange(1, N_ITEMS, 2))
    fan = [1.0, 5.0] * (N_ITEMS // 2)
    evenings = mood_evenings(
        ratings_of([fan, [5.0] * 2 + [0.0] * (N_ITEMS - 2)]), CINEMA, [horror], stated=2, least=3
    )
    assert evenings.people.n_users == 1 and evenings.mood == (horror,)
    assert set(evenings.stated[0].tolist()) <= set(horror.films.tolist())


def test_the_table_compares_with_the_first_policy() -> None:
    people = ratings_of([[5.0] * N_ITEMS, [5.0, 1.0] * (N_ITEMS // 2)])
    second = InOrder()
    second.name = "again"
    results = list(
        judge_evenings([InOrder(), second], people, CINEMA, stated=(0,), least_ratings=1, draws=20)
    )
    assert {one.evening for one in results} >= {"open, 0 stated", "rated, 0 stated"}
    assert all(one.difference.value == 0 for one in results)
    assert len(evening_table(results).splitlines()) == 1 + len(results)
