"""A reply may be lost on its way: the same request, sent again, is answered and not taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import screening

from assistant.chat import Assistant
from assistant.page.ui import Page
from core.errors import SettingsError
from core.store import session as of_store


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Assistant]:
    films = screening.catalogue(tmp_path / "films")
    with screening.assistant(films, f"sqlite:///{tmp_path / 'c.db'}", gambles=0.5) as opened:
        yield opened


def lines(chat: Assistant, session: str) -> list[str]:
    return [one.text for one in chat.history(session).exchanges]


def test_the_same_number_gives_the_stored_turn_again(chat: Assistant) -> None:
    session = chat.start()
    first = chat.respond(session, "I loved Alien", "n-1")
    again = chat.respond(session, "I loved Alien", "n-1")
    assert again == first and lines(chat, session) == ["I loved Alien"]
    other = chat.respond(session, "I loved Alien", "n-2")
    assert other != first and lines(chat, session) == ["I loved Alien"] * 2
    assert chat.respond(session, "whatever it says", "n-1") == first


def test_sent_at_once_it_is_taken_once(chat: Assistant) -> None:
    session = chat.start()
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: chat.respond(session, "I loved Alien", "n"), range(4)))
    assert lines(chat, session) == ["I loved Alien"]
    assert len({reply.recommendations[0].id for reply in replies}) == 1


def test_what_is_taken_back_is_taken_back_once(chat: Assistant) -> None:
    session = chat.start()
    for line in ("I loved Alien", "something funny"):
        chat.respond(session, line)
    first = chat.respond(session, "undo", "n")
    assert chat.respond(session, "undo", "n") == first
    assert lines(chat, session) == ["I loved Alien"]


def test_a_turn_taken_back_since_does_not_come_back(chat: Assistant) -> None:
    session = chat.start()
    first = chat.respond(session, "I loved Alien", "n")
    chat.undo(session)
    assert chat.respond(session, "I loved Alien", "n") == first
    assert lines(chat, session) == []


def test_a_number_counts_in_its_own_session_and_for_a_day(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = chat.start(), chat.start()
    chat.respond(one, "I loved Alien", "n")
    chat.respond(other, "I loved Alien", "n")
    assert lines(chat, other) == ["I loved Alien"]
    today = of_store.now
    monkeypatch.setattr(of_store, "now", lambda: today() + timedelta(days=1, seconds=1))
    chat.respond(one, "something funny", "m")
    chat.respond(one, "I loved Alien", "n")
    assert lines(chat, one) == ["I loved Alien", "something funny", "I loved Alien"]


def test_what_is_pressed_twice_is_done_once(chat: Assistant) -> None:
    session = chat.start()
    chat.respond(session, "I loved Alien and Heat")
    key = "movie:1"
    for press in (
        lambda: chat.edit(session, key, flip=True, request="flip"),
        lambda: chat.edit(session, key, more=True, request="more"),
        lambda: chat.edit(session, key, request="drop"),
    ):
        before = len(lines(chat, session))
        assert press() == press() and len(lines(chat, session)) == before + 1
    assert [chat.undo(session, "u") for _ in range(3)] == [True] * 3
    assert len(lines(chat, session)) == 3
    assert [chat.undo(session, "nothing") for _ in range(2)] == [True] * 2


def test_nothing_to_take_back_stays_nothing(chat: Assistant) -> None:
    session = chat.start()
    assert [chat.undo(session, "u") for _ in range(2)] == [False] * 2


def test_an_import_is_taken_in_once(chat: Assistant) -> None:
    session = chat.start()
    for name, data in (
        ("ratings.csv", b"Name,Rating\nAlien,5\n"),
        ("watchlist.csv", b"Name\nHeat\n"),
    ):
        chat.library.preview(session, data, name)
        first = chat.library.confirm(session, {}, name[:5])
        assert chat.library.confirm(session, {}, name[:5]) == first
    assert len(lines(chat, session)) == 2
    assert len(chat.history(session).saved) == 1


def test_a_line_that_takes_back_and_goes_on_does_each_once(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reply is lost, or the machine dies, between the two."""
    session = chat.start()
    for line in ("I loved Alien", "something funny"):
        chat.respond(session, line)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(Assistant, "_turn", interrupted)
        chat.respond(session, "undo and something with westerns", "n")
    assert lines(chat, session) == ["I loved Alien"]
    first = chat.respond(session, "undo and something with westerns", "n")
    assert chat.respond(session, "undo and something with westerns", "n") == first
    assert len(lines(chat, session)) == 2 and first.recommendations


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", ["no number", "x" * 65, "é", "a\0b"])
def test_numbers_have_a_form(chat: Assistant, number: str) -> None:
    with pytest.raises(SettingsError, match="request"):
        chat.respond(chat.start(), "I loved Alien", number)


def test_the_page_sends_a_line_again_under_its_number(chat: Assistant) -> None:
    page, session = Page(chat), chat.start()
    sent: dict[str, Any] = {
        "session": session,
        "do": "say",
        "request": "n",
        "value": "I loved Alien",
    }
    assert page.asked(sent)["session"] == page.asked(sent)["session"] == session
    assert lines(chat, session) == ["I loved Alien"]
