"""Turns side by side: what one line takes to understand, another conversation does not wait for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import screening

from assistant.chat import Assistant
from assistant.language.understand import Understanding
from core.domain import Reaction
from core.store import database

LONG = "I loved Alien"


class Slow:
    """Holds the understanding of one line up until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        understand = Understanding.understand

        def slowly(reader: Understanding, text: str, *rest: Any) -> Any:
            if text == LONG:
                self.reached.set()
                assert self.go_on.wait(20)
            return understand(reader, text, *rest)

        monkeypatch.setattr(Understanding, "understand", slowly)


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Assistant]:
    monkeypatch.setattr(database, "WAIT", 1.0)
    films = screening.catalogue(tmp_path / "films")
    with screening.assistant(films, f"sqlite:///{tmp_path / 'c.db'}") as opened:
        yield opened


def test_another_turn_a_thumb_and_the_page_do_not_wait_for_a_long_line(
    chat: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = chat.start(), chat.start()
    first = chat.respond(mine, "something funny").recommendations[0]
    slow = Slow(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(chat.respond, mine, LONG)
        assert slow.reached.wait(20)
        assert chat.respond(other, "I hated Titanic").recommendations
        assert chat.react(mine, first.id, Reaction.UP)
        assert len(chat.history(mine).exchanges) == 1
        slow.go_on.set()
        assert long.result().understood.chips[0].label == "Alien (1979)"
    held = chat.history(mine)
    assert [one.text for one in held.exchanges] == ["something funny", LONG]
    assert held.exchanges[0].cards[0].reaction is Reaction.UP
    liked = {chip.label for chip in held.taste}
    assert {"Alien (1979)", first.movie.label} <= liked


def test_lines_of_one_conversation_are_answered_one_after_another(chat: Assistant) -> None:
    session, lines = chat.start(), [f"I loved {title}" for title in ("Alien", "Heat", "Jaws")]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda line: chat.respond(session, line), lines))
    held = chat.history(session)
    assert sorted(one.text for one in held.exchanges) == sorted(lines)
    shown = [card.recommendation.movie.label for one in held.exchanges for card in one.cards]
    assert len(set(shown)) == len(shown) == 9
    assert {"Alien (1979)", "Heat (1995)", "Jaws (1975)"} <= {chip.label for chip in held.taste}
