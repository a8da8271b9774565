"""What is turned away in any words, what numbers behind films say, whose films they are for."""

from __future__ import annotations

import pytest
import shipped

from assistant.chat import Assistant
from assistant.language.acts import decides, line_of
from assistant.language.meaning.measures import ages_of_children, minutes_wanted
from assistant.language.words import rated
from core.domain import Limit
from core.model.policy import Exploration
from core.session import SessionState


@pytest.fixture(scope="module")
def assistant() -> Assistant:
    return shipped.assistant(Exploration(share=0))


def talk(assistant: Assistant, *lines: str) -> list[dict[str, str]]:
    """The chips of each line: kind by label."""
    session = assistant.start()
    replies = [assistant.respond(session, line) for line in lines]
    return [{chip.label: chip.kind.value for chip in one.understood.chips} for one in replies]


@pytest.mark.parametrize(
    ("line", "ages"),
    [
        ("my son (9) picks tonight", [9]),
        ("we've got the grandkids over, 4 and 6", [4, 6]),
        ("the kids (3, 6, 9) want dinosaurs", [3, 6, 9]),
        ("she's 8 and she wants magic", [8]),
        ("coaching u13 boys", [13]),
        ("it's for a 12yo", [12]),
        ("my nephew is eleven, spies please", [11]),
        ("typing for mr. olsen (88)", []),
        ("my friends and 3 dogs", []),
        ("a 10 year old classic", []),
        ("alien was 9/10", []),
    ],
)
def test_the_ages_of_children(line: str, ages: list[int]) -> None:
    assert ages_of_children(line) == ages


@pytest.mark.parametrize(
    ("line", "low", "high"),
    [
        ("comedy. 80 min.", 1, 80),
        ("ninety. not more.", 1, 90),
        ("an hour twenty is my limit", 1, 80),
        ("i have to leave in an hour and three quarters", 1, 105),
        ("around 2.5 hours", 135, 165),
        ("a thriller, 1:40 tops", 1, 100),
        ("up to 100 is fine", 1, 100),
    ],
)
def test_lengths_however_they_are_said(line: str, low: int, high: int) -> None:
    assert minutes_wanted(line, [], lambda _: None) == Limit("minutes", low, high)


def test_five_films_are_no_minutes() -> None:
    assert minutes_wanted("up to 5 films", [], lambda _: None) is None


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Alien 9, Titanic 3, Jaws 8.5", "Alien 9/10, Titanic 3/10, Jaws 8/10"),
        ("Ex Machina = A+. Lucy = F.", "Ex Machina 10/10. Lucy 1/10."),
        ("Jaws ***** Titanic *", "Jaws 10/10 Titanic 2/10"),
        ("Heat 7/10, Cube 9", "Heat 7/10, Cube 9/10"),
        ("loved Jaws 2", "loved Jaws 2"),
    ],
)
def test_numbers_grades_and_stars_are_ratings(line: str, read: str) -> None:
    assert rated(line, lambda _: False) == read


def test_the_number_of_a_sequel_is_no_rating() -> None:
    assert rated("Jaws 2, Rocky 3", lambda _: True) == "Jaws 2, Rocky 3"


@pytest.mark.parametrize("line", ["the middle one. deal", "3rd. good night", "that one then"])
def test_who_takes_a_film_wants_no_others(line: str) -> None:
    assert decides(line_of(line), 3)
    assert not decides(line_of(line), 0)


@pytest.mark.parametrize("line", ["the middle one was good", "the third, but funnier", "thanks"])
def test_other_remarks_take_none(line: str) -> None:
    assert not decides(line_of(line), 3)


def test_what_is_turned_away_in_any_words_is_held_and_let_go(assistant: Assistant) -> None:
    _, spared, forgotten = talk(
        assistant, "a drama please", "nothing volcanic", "forget the volcanic thing"
    )
    assert spared == {"“volcanic”": "avoid"}
    assert forgotten == {"“volcanic”": "lifted"}


def test_films_that_tell_of_it_are_left_out(assistant: Assistant) -> None:
    policy = assistant._policy
    state = SessionState()
    left = policy.available(state.spare("submarine"))
    assert 0 < left.sum() < policy.available(state).sum()
    assert not policy._telling_of("submarine")[left].any()


def test_spared_words_are_written_and_read(assistant: Assistant) -> None:
    catalogue = assistant._policy.catalogue
    state = SessionState().spare("drill sergeants", "capes")
    assert SessionState.from_json(state.to_json(catalogue), catalogue) == state


def test_a_line_half_understood_goes_on_with_films(assistant: Assistant) -> None:
    session = assistant.start()
    assistant.respond(session, "a drama please")
    reply = assistant.respond(session, "kids as heroes maybe")
    assert len(reply.recommendations) == 3
    assert all("Drama" in film.movie.genres for film in reply.recommendations)


def test_a_complaint_about_length_dislikes_no_film(assistant: Assistant) -> None:
    _, chips = talk(assistant, "a war film", "they're all too long")
    assert "length" in chips.values()
    assert "dislike" not in chips.values()


def test_whom_the_film_is_for_is_remembered(assistant: Assistant) -> None:
    _, chips = talk(
        assistant, "it's for my dad, westerns", "he says Heat is the best film there is"
    )
    assert chips["Heat (1995)"] == "like"


def test_what_is_said_in_unknown_words_is_no_praise(assistant: Assistant) -> None:
    (chips,) = talk(assistant, "Sin City has aged like milk")
    assert chips["Sin City (2005)"] in ("seen", "dislike")


@pytest.mark.parametrize(
    "line", ["I've been through all of Hitchcock", "Hitchcock I know inside out, other thrillers"]
)
def test_who_has_seen_them_all_wants_none_of_them(assistant: Assistant, line: str) -> None:
    (chips,) = talk(assistant, line)
    assert chips["films by Alfred Hitchcock"] == "never"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("tom henks film", "Tom Hanks"),
        ("cary grant please", "Cary Grant"),
        ("Whoopi!", "Whoopi Goldberg"),
    ],
)
def test_names_of_people_are_put_right(assistant: Assistant, line: str, name: str) -> None:
    (chips,) = talk(assistant, line)
    assert chips == {name: "only"}


def test_what_is_turned_away_wins_over_what_is_named(assistant: Assistant) -> None:
    (chips,) = talk(assistant, "the last one was a musical, I don't want a musical")
    assert chips == {"musicals": "never"}
