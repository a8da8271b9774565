"""What the page asks for: one request a press, answered with what changed; anybody may post
anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import screening

from assistant.chat import Assistant
from assistant.page.ui import Page

OPENING = "I loved Alien and The Thing but hated Titanic"


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Assistant]:
    with screening.assistant(
        screening.catalogue(tmp_path / "films"), f"sqlite:///{tmp_path / 'chat.db'}"
    ) as assistant:
        yield assistant


@pytest.fixture
def page(chat: Assistant) -> Page:
    return Page(chat)


def said(page: Page, text: str, session: str = "", **more: object) -> dict[str, object]:
    return page.asked({"session": session, "do": "say", "value": text, **more})


def marks(drawn: object) -> dict[str, str]:
    return dict(re.findall(r'data-part="([^"]+)" data-mark="([^"]+)"', str(drawn)))


def test_the_first_line_begins_a_session_and_the_page_bears_its_id(page: Page) -> None:
    answer = said(page, OPENING)
    assert answer["session"] and f'data-session="{answer["session"]}"' in str(answer["page"])
    again = said(page, "more", str(answer["session"]))
    assert again["session"] == answer["session"] and 'data-turns="2"' in str(again["page"])


def test_what_the_browser_holds_is_not_sent_again(page: Page) -> None:
    first = said(page, OPENING)
    second = said(page, "hello", str(first["session"]), held=marks(first["page"]))
    assert not [name for name in marks(second["page"]) if name.startswith("film-")]
    assert (
        str(second["page"]).count("data-same") >= 6
        and len(str(second["page"])) < len(str(first["page"])) / 2
    )
    reloaded, whole = page.opened(first["session"])
    assert reloaded == first["session"] and "data-same" not in whole


def test_what_is_typed_in_a_session_that_is_gone_begins_another(page: Page) -> None:
    answer = said(page, OPENING, "gone")
    assert answer["session"] not in ("", "gone")
    assert "That conversation is not here any more" in str(answer["page"])


def test_looking_costs_nothing_while_nothing_happens(page: Page, chat: Assistant) -> None:
    session = str(said(page, OPENING)["session"])
    assert page.asked({"session": session, "do": "look", "value": ""}) == {}
    chat.evening.open(session, "Ann")
    answer = page.asked({"session": session, "do": "look", "value": ""})
    live = re.findall(r'data-live="([^"]+)"', str(answer["page"]))
    assert live and page.asked({"session": session, "do": "look", "value": live[0]}) == {}


def test_a_file_to_take_along_comes_instead_of_a_page(page: Page) -> None:
    session = str(said(page, OPENING)["session"])
    answer = page.asked({"session": session, "do": "fetch", "value": "ratings"})
    assert list(answer) == ["file"]
    assert "That did not work." in str(
        page.asked({"session": session, "do": "fetch", "value": "passwords"})["page"]
    )


@pytest.mark.parametrize(
    "sent",
    [
        *(None, "say", [], 7, {}),
        {"do": "nonsense"},
        {"do": ["say"], "value": {"a": 1}, "session": 3, "held": "all"},
        {"do": "react", "id": "stolen", "value": "up"},
        {"do": "react", "id": "stolen", "value": "<b>"},
        {"do": "films", "value": "many"},
        {"do": "confirm", "value": "{"},
        {"do": "undo", "held": {"taste": ["x"], "turn-0": None}},
        {"do": "look", "value": "x", "session": "nobody"},
    ],
)
def test_nonsense_gets_a_page_and_no_error(page: Page, sent: object) -> None:
    answer = page.asked(sent)
    assert answer == {} or str(answer["page"]).startswith('<div class="mq-page" data-session=')
    assert "<b>" not in str(answer.get("page", ""))


def test_forgetting_leaves_nobody(page: Page, chat: Assistant) -> None:
    session = str(said(page, OPENING)["session"])
    answer = page.asked({"session": session, "do": "forget"})
    assert answer["session"] == "" and "Everything about this conversation is deleted." in str(
        answer["page"]
    )
    assert page.opened(session)[0] == ""
