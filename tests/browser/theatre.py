"""What a person does on the page and what they see, by the names a person would use."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

DESKTOP: dict[str, Any] = {}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}
OPENING = "I loved Alien and The Thing but hated Titanic"

on_both = pytest.mark.parametrize("look", [DESKTOP, PHONE], ids=["desktop", "phone"])


def unfold(page: Page, *names: str) -> None:
    """Opens folds that are not open yet: on a phone all of them, and after a reload again."""
    for name in names:
        summary = page.locator("summary", has_text=name)
        if summary.locator("..").get_attribute("open") is None:
            summary.click()


def opened(page: Page) -> None:
    """Waits until the page was drawn for its person: what is unfolded before is folded again."""
    page.locator(".mq-page[data-session]").wait_for()


def say(page: Page, text: str) -> Locator:
    """Types a line, presses Enter, waits for the answer; returns the turn."""
    drawn = page.locator(".mq-page")
    turns = drawn.get_attribute("data-turns") or ""
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")
    expect(drawn).not_to_have_attribute("data-turns", turns)
    turn = page.locator(f"[data-part=turn-{int(drawn.get_attribute('data-turns') or 0) - 1}]")
    expect(turn.locator(".mq-says p").first).not_to_be_empty()
    answered(page)
    return turn


def answered(page: Page) -> None:
    """Waits until every press was answered and drawn."""
    page.wait_for_function("document.querySelector('[aria-busy=true]') === null")


def films(turn: Locator) -> list[str]:
    """ "The Matrix (1999)" for each film of a turn."""
    return [card.get_attribute("data-film") or "" for card in turn.get_by_role("article").all()]


def chips(turn: Locator) -> list[str]:
    """ "+Alien (1979)" for each thing that was understood."""
    found = turn.get_by_label("What I understood").get_by_role("listitem").all()
    return [
        f"{chip.locator('b').inner_text()}{(chip.text_content() or '').rpartition(': ')[2]}"
        for chip in found
    ]


def thumb(turn: Locator, place: int, name: str) -> Locator:
    """A button under the film at a place of a turn, by the start of its name."""
    return turn.get_by_role("article").nth(place).locator(f"button[aria-label^='{name}']")
