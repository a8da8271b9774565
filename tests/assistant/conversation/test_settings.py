"""Steering without words: films a turn, a pause, and lines to press."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.conversation.library import SessionSettings, next_lines
from assistant.conversation.values import Card, Exchange, Understood
from assistant.language.understand import Understanding
from core.catalogue import Catalogue
from core.domain import Recommendation
from core.errors import SettingsError


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return screening.catalogue(tmp_path_factory.mktemp("films"))


@pytest.fixture
def chat(films: Catalogue, tmp_path: Path) -> Iterator[Assistant]:
    with screening.assistant(films, f"sqlite:///{tmp_path / 'chat.db'}") as assistant:
        yield assistant


def shown(films: Catalogue, *tokens: int) -> Exchange:
    cards = (
        Card(Recommendation(str(token), films.movie(token), 0.0, 1.0, "v")) for token in tokens
    )
    return Exchange(0, "", "", Understood("recommend"), tuple(cards))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_so_many_films_a_turn_until_it_is_changed(chat: Assistant, count: int) -> None:
    session = chat.start()
    assert chat.history(session).films == 3
    chat.controls.films(session, count)
    assert len(chat.respond(session, "I loved Alien").recommendations) == count
    assert len(chat.respond(session, "more").recommendations) == count
    assert len(chat.respond(session, "two comedies").recommendations) == 2, (
        "a number that is said goes first"
    )
    assert chat.history(session).films == count


def test_a_number_out_of_range_is_told(chat: Assistant) -> None:
    session = chat.start()
    for count in (-1, 6, 1000):
        with pytest.raises(SettingsError, match="from 1 to 5"):
            chat.controls.films(session, count)
    assert SessionSettings(films=0).films == 0


def test_paused_it_listens_and_waits_to_be_asked(chat: Assistant) -> None:
    session = chat.start()
    chat.controls.pause(session, True)
    reply = chat.respond(session, "I loved Alien")
    assert reply.recommendations == ()
    assert "Alien" in reply.text
    assert "Films are paused" in reply.text
    assert [chip.label for chip in chat.history(session).taste] == ["Alien (1979)"]
    for line in ("more", "recommend something", "two comedies"):
        assert chat.respond(session, line).recommendations, line
    assert chat.respond(session, "I hated Titanic").recommendations == (), (
        "asking once does not end the pause"
    )
    chat.controls.pause(session, False)
    assert chat.respond(session, "I loved Jaws").recommendations


def test_the_settings_of_one_are_not_those_of_another_and_end_with_a_fresh_start(
    chat: Assistant,
) -> None:
    one, other = chat.start(), chat.start()
    chat.controls.films(one, 1)
    chat.controls.pause(one, True)
    assert (chat.history(one).films, chat.history(one).paused) == (1, True)
    assert (chat.history(other).films, chat.history(other).paused) == (3, False)
    chat.clear(one)
    assert (chat.history(one).films, chat.history(one).paused) == (3, False)


def test_lines_to_press_fit_the_films_on_the_table(films: Catalogue) -> None:
    # Alien (1979), The Thing (1982), Titanic (1997): before 1970 is older than all of them.
    assert next_lines(shown(films, 1, 2, 3)) == (
        "Something funnier",
        "Something from before 1970",
        "Lesser known ones",
        "Surprise me",
        "Just one film",
        "More like The Thing",
    )
    assert next_lines(shown(films, 15))[1] == "Lesser known ones", (
        "Casablanca is of 1942: nothing older is offered"
    )
    assert "Just one film" not in next_lines(shown(films, 1))
    assert next_lines(shown(films)) == ()
    nameless = replace(
        shown(films, 1).cards[0].recommendation, movie=replace(films.movie(1), year=0)
    )
    assert len(next_lines(replace(shown(films), cards=(Card(nameless),)))) == 3


def test_every_line_to_press_is_understood(films: Catalogue) -> None:
    understanding = Understanding(films)
    for line in next_lines(shown(films, 1, 2, 3)):
        heard = understanding.understand(line)
        assert heard.act.value == "recommend", line
    older = understanding.understand("Something from before 1970").years
    assert older is not None
    assert older[1] == 1969
    assert understanding.understand("Just one film").count == 1
    assert understanding.understand("Lesser known ones").limit("rank")
    assert [
        mention.token for mention in understanding.understand("More like The Thing").movies
    ] == [2]
