"""What goes wrong is told in one plain sentence; whoever runs the page finds the rest in the log."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import screening

from assistant.api.conversation import Endpoints
from assistant.chat import UNREADABLE, Assistant
from assistant.page.ui import Page, readiness
from core.errors import StoreError

SECRET = "my typed secret"
NUMBER = re.compile(r"under ([0-9A-F]{6})\.")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "chat.db"


@pytest.fixture
def chat(tmp_path: Path, database: Path) -> Iterator[Assistant]:
    films = screening.catalogue(tmp_path / "films")
    with screening.assistant(films, f"sqlite:///{database}") as opened:
        yield opened


def say(page: Page, session: str, line: str) -> dict[str, Any]:
    return page.asked({"session": session, "do": "say", "value": line})


def notice(page: str) -> str:
    found = re.search(r'<p class="mq-notice"[^>]*>([^<]*)</p>', page)
    assert found is not None
    return found[1]


def raising(error: Exception) -> Callable[..., None]:
    def fails(*_: object, **__: object) -> None:
        raise error

    return fails


@pytest.mark.parametrize(
    "error", [RuntimeError(SECRET), ValueError(SECRET), KeyError(SECRET), OSError(SECRET)]
)
def test_the_unexpected_is_a_sentence_with_a_number_that_the_log_has_too(
    chat: Assistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    page, session = Page(chat), chat.start()
    monkeypatch.setattr(chat, "respond", raising(error))
    told = notice(say(page, session, SECRET)["page"])
    (number,) = NUMBER.findall(told)
    assert told.startswith("That did not work.") and SECRET not in told
    (record,) = [one for one in caplog.records if number in one.getMessage()]
    assert record.levelno == logging.ERROR
    assert type(error).__name__ in caplog.text and "test_failures.py" in caplog.text
    assert SECRET not in caplog.text


def test_words_for_whoever_runs_it_stay_in_the_log(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page, session = Page(chat), chat.start()
    error = StoreError("The database postgresql://me@db/x failed")
    for name in ("respond", "history", "insights"):
        monkeypatch.setattr(chat, name, raising(error))
    answer = say(page, session, "hello")
    assert answer["session"] == session and "page" not in answer
    kept, drawn = page.opened(session)
    assert kept == session and f'data-session="{session}"' in drawn
    for told in (answer["notice"], notice(drawn), page.insights()):
        assert NUMBER.search(told) and "postgresql" not in told
    assert caplog.text.count("postgresql://me@db/x failed") == 3


def test_the_endpoints_tell_the_same(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(chat, "respond", raising(RuntimeError(SECRET)))
    with pytest.raises(gr.Error, match="That did not work") as raised:
        Endpoints(chat).respond(chat.start(), SECRET)
    assert NUMBER.search(str(raised.value)) and SECRET not in str(raised.value) + caplog.text
    assert not raised.value.print_exception and raised.value.__cause__ is None
    with pytest.raises(gr.Error, match="not known here"):
        Endpoints(chat).undo("nobody")


@pytest.mark.parametrize("put_back", [False, True])
def test_a_database_file_that_is_deleted_is_noticed(
    chat: Assistant, database: Path, caplog: pytest.LogCaptureFixture, put_back: bool
) -> None:
    page, session = Page(chat), chat.start()
    say(page, session, "I loved Alien")
    assert readiness(chat).status_code == 200
    os.rename(database, database.with_suffix(".away"))
    if not put_back:  # another file in its place is no help
        shutil.copy(database.with_suffix(".away"), database)
    assert readiness(chat).status_code == 503
    answer = say(page, session, "something funny")
    assert NUMBER.search(answer["notice"]) and answer["session"] == session
    assert "was deleted or replaced while Marquee runs" in caplog.text
    if put_back:
        os.rename(database.with_suffix(".away"), database)
        assert readiness(chat).status_code == 200
        assert "mq-notice" in say(page, session, "something funny")["page"]


def test_a_turn_is_not_acknowledged_where_the_file_goes_in_between(
    chat: Assistant, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = chat.start()
    monkeypatch.setattr("assistant.chat._written", lambda *_, **__: database.unlink())
    with pytest.raises(StoreError, match="deleted"):
        chat.respond(session, "I loved Alien")


@pytest.mark.parametrize(
    "spoilt",
    [
        'UPDATE marquee_sessions SET state = \'{"events": [["movie:1", \'',
        'UPDATE marquee_sessions SET state = \'{"events": [["movie:1", "adored"]]}\'',
        "UPDATE marquee_turns SET understood = '{}'",
        "UPDATE marquee_recommendations SET reasons = 'none'",
        "INSERT INTO marquee_extras SELECT number, 'steering', '[]', updated_at FROM marquee_sessions",
        "INSERT INTO marquee_extras SELECT number, 'import', '?', updated_at FROM marquee_sessions",
    ],
)
def test_what_cannot_be_read_has_a_way_out(chat: Assistant, database: Path, spoilt: str) -> None:
    page, session = Page(chat), chat.start()
    say(page, session, "I loved Alien")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(spoilt)
    for drawn in (page.opened(session)[1], say(page, session, "something funny")["page"]):
        assert "cannot be read any more" in notice(drawn) and "nothing is deleted" in notice(drawn)
        assert 'data-do="clear"' in drawn and f'data-session="{session}"' in drawn
    page.asked({"session": session, "do": "clear"})
    answer = say(page, session, "something funny")
    assert answer["session"] == session and notice(answer["page"]) == ""
    assert [one.text for one in chat.history(session).exchanges] == ["something funny"]
    kept: Any = chat.export(session)
    assert kept["turns"][0]["text"] == "I loved Alien"
    if "SET state" in spoilt:
        assert kept["extras"][UNREADABLE].startswith('{"events": [["movie:1"')


def test_a_mistake_of_ours_is_not_blamed_on_what_is_kept(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = chat.start()
    monkeypatch.setattr("assistant.chat.take_turn", raising(KeyError("x")))
    with pytest.raises(KeyError):
        chat.respond(session, "I loved Alien")
