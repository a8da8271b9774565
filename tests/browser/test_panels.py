"""What stands beside the conversation, steering first; and axe-core, which finds nothing serious in
any of it."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from theatre import OPENING, PHONE, answered, films, on_both, opened, say, thumb, unfold

HOW = "no axe-core here: `pip install -r requirements-dev.txt` brings one, then run the tests again"


@on_both
def test_films_a_turn_and_pause(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    unfold(page, "Steer")
    two = page.get_by_role("button", name="2 films a turn")
    two.click()
    expect(two).to_have_attribute("aria-current", "true")
    answered(page)
    assert len(films(say(page, OPENING))) == 2
    pause = page.get_by_role("button", name="Pause recommendations")
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "true")
    turn = say(page, "I loved Heat")
    assert films(turn) == []
    expect(turn).to_contain_text("Films are paused")
    page.reload()
    opened(page)
    unfold(page, "Steer")
    expect(pause).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="2 films a turn")).to_have_attribute(
        "aria-current", "true"
    )
    assert len(films(say(page, "more"))) == 2
    pause.click()
    expect(pause).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@on_both
def test_quick_replies_turn_the_films(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    shown = films(say(page, OPENING))
    second = shown[1].rpartition(" (")[0]
    for line, first in (
        (f"More like {second}", "Quick replies"),
        ("Just one film", "Quick replies"),
    ):
        turns = page.locator(".mq-turn:not(.mq-pending)").count()
        page.get_by_role("group", name=first).get_by_role("button", name=line, exact=True).click()
        expect(page.locator(".mq-turn:not(.mq-pending)")).to_have_count(turns + 1)
        answered(page)
    assert len(films(page.locator(".mq-turn").last)) == 1
    oldest = min(int(film[-5:-1]) for film in films(page.locator(".mq-turn").last)) // 10 * 10
    page.get_by_role("button", name=f"Something from before {oldest}").click()
    expect(page.locator(".mq-turn:not(.mq-pending)")).to_have_count(4)
    answered(page)
    assert all(int(film[-5:-1]) < oldest for film in films(page.locator(".mq-turn").last))


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe.min.js, from the package that carries it."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HOW)
        pytest.skip(HOW)
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds, serious or critical, each with where."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(axe)
    found = page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(
    "look", [{}, PHONE | {"color_scheme": "dark"}], ids=["desktop", "phone in the dark"]
)
def test_no_serious_violation(visit: Callable[..., Page], axe: str, look: dict[str, Any]) -> None:
    page = visit(**look)
    assert violations(page, axe) == []
    turn = say(page, OPENING)
    thumb(turn, 0, "Thumb up").click()
    thumb(turn, 1, "Thumb down").click()
    answered(page)
    assert violations(page, axe) == []
    for summary in page.locator("summary").all():
        if summary.locator("..").get_attribute("open") is None:
            summary.click()
    guest = page.locator("form[data-do=guest]")
    guest.get_by_role("textbox").fill("Ben")
    guest.get_by_role("button").click()
    page.locator(".mq-speakers").wait_for()
    turn = say(page, "I loved Notting Hill, no horror, xyzzyplugh")
    turn.locator(".mq-why summary").first.click()
    answered(page)
    assert violations(page, axe) == []


def test_it_would_find_one(visit: Callable[..., Page], axe: str) -> None:
    page = visit()
    page.evaluate(
        "document.querySelector('#mq-line').closest('form').querySelector('label').remove()"
    )
    page.evaluate("document.querySelector('#mq-line').removeAttribute('placeholder')")
    assert [found.partition(" ")[0] for found in violations(page, axe)] == ["label"]


@pytest.mark.parametrize(
    "look", [{}, PHONE | {"color_scheme": "dark"}], ids=["desktop", "phone in the dark"]
)
def test_insights_tell_what_the_store_holds(
    visit: Callable[..., Page], axe: str, look: dict[str, Any]
) -> None:
    page = visit(**look)
    thumb(say(page, OPENING), 0, "Thumb up").click()
    answered(page)
    page.get_by_role("tab", name="Insights").click()
    told = page.locator(".mq-insights")
    expect(told.get_by_role("heading", name="How Marquee learns")).to_be_visible()
    expect(told.locator("tbody").first).to_contain_text("(serves now)")
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("tab", name="Conversation").click()
    expect(page.locator(".mq-film").first).to_be_visible()


@on_both
def test_the_slider_from_popular_films_to_hidden_gems(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    unfold(page, "Steer")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    answered(page)
    expect(page.locator(".mq-knob small")).to_contain_text("hidden gems")
    gems = films(say(page, OPENING))
    page.reload()
    opened(page)
    unfold(page, "Steer")
    expect(slider).to_have_value("1")
    slider.fill("-1")
    answered(page)
    expect(page.locator(".mq-knob small")).to_contain_text("popular films")
    fresh = visit(**look)
    assert films(say(fresh, OPENING)) != gems
