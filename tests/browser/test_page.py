"""Everything else a person does on the page: by keyboard, on a phone, in the dark, in a hurry."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from theatre import DESKTOP, OPENING, PHONE, answered, chips, films, on_both, say, thumb, unfold


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def press_until(page: Page, key: str, selector: str, limit: int = 80) -> None:
    """Presses a key until what has the focus fits."""
    for _ in range(limit):
        if focused(page, selector):
            return
        page.keyboard.press(key)
    pytest.fail(f"{limit} times {key} never reached {selector}")


@on_both
def test_the_main_path_by_keyboard_alone(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    press_until(page, "Tab", "#mq-line")
    page.keyboard.type(OPENING)
    page.keyboard.press("Enter")
    turn = page.locator(".mq-turn:not(.mq-pending)").first
    expect(turn.get_by_role("article")).to_have_count(3)
    assert focused(page, "#mq-line")
    press_until(page, "Shift+Tab", "button[data-reaction=up]")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelectorAll('.mq-taste .mq-chip').length === 4")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == label
    assert focused(page, "[aria-pressed=true]")
    press_until(page, "Tab", "summary")
    page.keyboard.press("Enter")
    expect(page.locator(".mq-why[open] tbody tr").first).to_be_visible()


@on_both
def test_a_thumb_is_taken_back_by_pressing_it_again(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    thumb(turn, 2, "Thumb up").click()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(4)
    thumb(turn, 2, "Thumb up").click()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(3)
    expect(thumb(turn, 2, "Thumb up")).to_have_attribute("aria-pressed", "false")


@on_both
def test_rapid_clicks_are_all_kept(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    expect(turn.get_by_role("article")).to_have_count(3)
    page.evaluate(
        """() => {
            const press = (place, reaction) =>
                document.querySelectorAll('.mq-film')[place].querySelector(`[data-reaction=${reaction}]`).click();
            press(0, 'up'); press(1, 'down'); press(2, 'seen');
            press(0, 'down'); press(1, 'down'); press(1, 'not_tonight');
        }"""
    )
    answered(page)
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(
        5
    )  # "not tonight" says nothing of taste
    page.reload()
    expect(thumb(turn, 0, "Thumb down")).to_have_attribute("aria-pressed", "true")
    expect(thumb(turn, 1, "Not tonight")).to_have_attribute("aria-pressed", "true")
    expect(thumb(turn, 2, "Seen it")).to_have_attribute("aria-pressed", "true")


@on_both
def test_why_adds_up_and_stays_open(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    why = turn.locator(".mq-why").first
    why.locator("summary").click()
    parts = [
        float(text.replace("−", "-"))
        for text in why.locator("tbody td:last-child").all_inner_texts()
    ]
    total = float(why.locator("tfoot td:last-child").inner_text().replace("−", "-"))
    assert sum(parts) == pytest.approx(
        total, abs=0.005 * (len(parts) + 1)
    )  # each is rounded to two places
    thumb(turn, 1, "Thumb up").click()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(4)
    expect(why).to_have_attribute("open", "")


@on_both
def test_undo_clear_and_forget(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    say(page, OPENING)
    say(page, "from the 90s")
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(4)
    page.get_by_role("button", name="Undo last turn").click()
    expect(page.locator(".mq-turn")).to_have_count(1)
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(3)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Start afresh").click()
    expect(page.locator(".mq-turn")).to_have_count(0)
    expect(page.get_by_text("What shall we watch tonight?")).to_be_visible()
    say(page, OPENING)
    page.get_by_role("button", name="Forget me").click()
    expect(page.get_by_text("Everything about this conversation is deleted.")).to_be_visible()
    page.reload()
    expect(page.locator(".mq-turn")).to_have_count(0)


@on_both
def test_chips_of_taste_can_be_turned_round_and_taken_back(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    say(page, OPENING)
    unfold(page, "Your taste")
    page.get_by_role("button", name="Turn round: Titanic (1997)").click()
    expect(page.locator(".mq-taste .mq-chip[data-kind=like]")).to_have_count(3)
    answered(page)
    page.get_by_role("button", name="Take back: Alien (1979)").click()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(2)
    answered(page)
    page.reload()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(2)


@on_both
def test_examples_and_quick_replies_talk(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    page.get_by_role("button", name="A comedy from the 80s").click()
    turn = page.locator(".mq-turn:not(.mq-pending)").first
    expect(turn.get_by_role("article")).to_have_count(3)
    assert all(1980 <= int(film[-5:-1]) <= 1989 for film in films(turn))
    page.get_by_role("button", name="More", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".mq-turn:not(.mq-pending)")).to_have_count(2)
    assert focused(page, "#mq-line") is (
        look is DESKTOP
    )  # a phone's keyboard would cover the films


@on_both
def test_a_question_is_answered_by_a_button(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    asked = say(page, "I loved Solaris")
    expect(asked.locator(".mq-says")).to_contain_text("Which Solaris")
    page.get_by_role("button", name="Solaris (1972)").click()
    turn = page.locator(".mq-turn:not(.mq-pending)").nth(1)
    expect(turn.get_by_role("article")).to_have_count(3)
    assert chips(turn) == ["+Solaris (1972)"]


@on_both
def test_odd_lines_are_shown_as_typed(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    for text in (
        "<b>bold</b><script>window.hacked = 1</script>",
        "${window.hacked = 1}`{{this}}",
        "🍿",
        "",
        "word " * 2000,
    ):
        turn = say(page, text)
        assert text.strip()[:200] in turn.locator(".mq-you").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator(".mq-you b").count() == 0


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_phone_needs_no_sideways_scrolling_and_no_small_targets(
    visit: Callable[..., Page], look: str
) -> None:
    page = visit(**PHONE, color_scheme=look)
    turn = say(page, OPENING)
    turn.locator(".mq-why summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    boxes = [button.bounding_box() for button in turn.get_by_role("button").all()]
    assert len(boxes) >= 12
    assert min(box["height"] for box in boxes if box) >= 44
    assert min(box["width"] for box in boxes if box) >= 44
    dark = page.evaluate("document.body.classList.contains('dark')")
    assert dark is (look == "dark")
    ink, paper = page.evaluate(
        "() => { const style = getComputedStyle(document.querySelector('.mq-says p'));"
        " const body = getComputedStyle(document.body); return [style.color, body.backgroundColor]; }"
    )
    assert contrast(ink, paper) >= 7


def test_the_page_says_what_it_keeps(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.locator(".mq-consent")).to_contain_text(
        "keeps this conversation, the films it showed and your thumbs"
    )


@on_both
def test_a_forged_event_gets_one_plain_sentence(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    say(page, OPENING)
    page.evaluate(
        """() => {
            const button = document.querySelector('.mq-act');
            button.dataset.id = 'stolen';
            button.click();
        }"""
    )
    expect(page.locator(".mq-notice")).to_contain_text("not part of the conversation")
    expect(page.locator("[aria-pressed=true]")).to_have_count(0)


def contrast(ink: str, paper: str) -> float:
    """Contrast ratio of two CSS colours "rgb(r, g, b)" as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return sum(
            weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
        )

    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@on_both
def test_a_turn_leaves_alone_what_it_does_not_change(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    first = say(page, OPENING)
    first.locator(".mq-why summary").first.click()
    page.evaluate(
        "window.film = document.querySelector('.mq-film'); window.fold = document.querySelector('.mq-data')"
    )
    answers: list[int] = []
    film = re.compile('data-part="film-[^"]+" data-mark')
    page.on(
        "response",
        lambda got: (
            "component_server" in got.url and answers.append(len(film.findall(got.json()["page"])))
        ),
    )
    say(page, "more")
    thumb(first, 0, "Thumb up").click()
    answered(page)
    assert page.evaluate("window.film === document.querySelector('.mq-film')")
    assert page.evaluate("window.fold === document.querySelector('.mq-data')")
    expect(first.locator(".mq-why").first).to_have_attribute("open", "")
    assert answers == [3, 1]  # films drawn
    for _ in range(6):
        say(page, "more")
    expect(page.locator(".mq-turn")).to_have_count(6)
    expect(page.locator(".mq-turn").last.locator(".mq-you")).to_be_in_viewport()
    expect(page.locator(".mq-earlier")).to_contain_text("2 earlier turns")
    shown = page.locator(".mq-log").inner_html()
    page.reload()
    expect(page.locator(".mq-turn")).to_have_count(6)
    fold = "element => { element.querySelectorAll('details').forEach((one) => one.removeAttribute('open')) }"
    page.locator(".mq-log").evaluate(fold)
    assert page.locator(".mq-log").inner_html() == shown


@on_both
def test_the_other_tab_and_back_shows_the_page_as_it_was_left(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    thumb(turn, 1, "Thumb up").click()
    say(page, "more")
    page.get_by_role("tab", name="Insights").click()
    expect(page.locator(".mq-insights")).to_be_visible()
    page.get_by_role("tab", name="Conversation").click()
    expect(page.locator(".mq-turn")).to_have_count(2)
    expect(thumb(turn, 1, "Thumb up")).to_have_attribute("aria-pressed", "true")
    assert len(films(say(page, "more"))) == 3
    expect(page.locator(".mq-turn")).to_have_count(3)


@on_both
def test_when_no_answer_comes_it_says_so_and_goes_on(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    page.route("**/component_server/**", lambda route: route.fulfill(json=None))
    page.get_by_label("Message", exact=True).fill("something from the 90s")
    page.keyboard.press("Enter")
    expect(page.locator(".mq-notice")).to_have_text("No answer came. Please try again.")
    expect(page.get_by_text("something from the 90s")).to_be_visible()
    thumb(turn, 0, "Thumb up").click()
    answered(page)
    page.unroute("**/component_server/**")
    assert all(
        1990 <= int(film[-5:-1]) <= 1999 for film in films(say(page, "something from the 90s"))
    )
    expect(page.locator(".mq-turn")).to_have_count(2)
    expect(page.locator(".mq-notice")).to_be_empty()
    expect(thumb(turn, 0, "Thumb up")).to_have_attribute("aria-pressed", "false")


def test_a_line_whose_reply_is_lost_is_not_said_twice(visit: Callable[..., Page]) -> None:
    page, lost = visit(), list[int]()
    say(page, OPENING)

    def lose_one(route: Route) -> None:
        answer = route.fetch()  # the server has taken the line
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(1)
            route.fulfill(json=None)

    page.route("**/component_server/**", lose_one)
    say(page, "something from the 90s")
    assert lost
    page.unroute("**/component_server/**")
    page.reload()
    expect(page.locator(".mq-turn")).to_have_count(2)


def test_two_tabs_of_one_browser_share_the_conversation(visit: Callable[..., Page]) -> None:
    page = visit()
    turn = say(page, OPENING)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator(".mq-turn")).to_have_count(1)
    say(other, "more")
    thumb(turn, 0, "Thumb up").click()
    expect(page.locator(".mq-turn")).to_have_count(2)
    expect(thumb(turn, 0, "Thumb up")).to_have_attribute("aria-pressed", "true")
