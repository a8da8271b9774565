"""Tonight for two: two browsers and a code, or two people at one browser; each sees what the other
does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from theatre import answered, films, on_both, say, thumb, unfold

ANN, BEN = "I loved Alien and The Thing", "I loved Notting Hill and Groundhog Day"


def invite(page: Page, name: str) -> str:
    """Asks for a code and reads it."""
    unfold(page, "Tonight for two")
    form = page.locator("form[data-do=open]")
    form.get_by_label("Your first name (optional)").fill(name)
    form.get_by_role("button", name="Invite with a code").click()
    return page.locator(".mq-code").inner_text()


def join(page: Page, code: str, name: str) -> None:
    unfold(page, "Tonight for two")
    form = page.locator("form[data-do=join]")
    form.get_by_label("Your first name (optional)").fill(name)
    form.get_by_label("Code").fill(code)
    form.get_by_role("button", name="Join").click()
    answered(page)


def figures(page: Page) -> list[list[int]]:
    """How each film of the last turn suits each person, by film."""
    cards = page.locator(".mq-turn").last.get_by_role("article").all()
    return [
        [
            int(text)
            for text in re.findall(
                r"(\d+) of 100", " ".join(card.locator(".mq-fit").all_text_contents())
            )
        ]
        for card in cards
    ]


@on_both
def test_two_browsers_find_a_film_and_see_each_others_thumbs(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    ann, ben = visit(**look), visit(**look)
    say(ann, ANN)
    code = invite(ann, "Ann")
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", code)
    join(ben, code.lower(), "Ben")
    expect(ann.locator(".mq-evening li")).to_have_count(2)
    say(ben, BEN)
    expect(ann.locator(".mq-turn")).to_have_count(2)
    hers, his = ann.locator(".mq-turn").last, ben.locator(".mq-turn").last
    assert films(hers) == films(his)
    assert len(films(hers)) == 3
    expect(hers.locator(".mq-you")).to_have_count(0)  # she did not ask
    for mine, theirs in zip(figures(ann), figures(ben), strict=True):
        assert mine == theirs[::-1]
        assert all(0 <= figure <= 100 for figure in mine)

    for page, other, place, name in (
        (ann, ben, 0, "Thumb up"),
        (ben, ann, 1, "Thumb down"),
        (ann, ben, 2, "Seen it"),
    ):
        thumb(page.locator(".mq-turn").last, place, name).click()
        said = other.locator(".mq-turn").last.get_by_role("article").nth(place).locator(".mq-said")
        said.wait_for(timeout=5_000)
    expect(ben.locator(".mq-said[data-reaction=up]")).to_have_text("good idea")
    expect(ann.locator(".mq-said[data-reaction=down]")).to_have_text("not for me")
    expect(ben.locator(".mq-turn").last.locator("[aria-pressed=true]")).to_have_count(
        1
    )  # his own alone
    assert ben.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_being_typed_survives_what_the_other_does(visit: Callable[..., Page]) -> None:
    ann, ben = visit(), visit()
    join(ben, invite(ann, ""), "")
    say(ben, BEN)
    expect(ann.locator(".mq-turn")).to_have_count(1)
    name = ann.locator("form[data-do=guest] input")
    name.fill("Ca")
    ann.get_by_label("Message", exact=True).fill("half a li")
    thumb(ben.locator(".mq-turn").last, 0, "Thumb up").click()
    expect(ann.locator(".mq-said")).to_have_count(1)
    expect(name).to_have_value("Ca")
    expect(ann.get_by_label("Message", exact=True)).to_have_value("half a li")


@on_both
def test_two_people_at_one_browser(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    say(page, ANN)
    unfold(page, "Tonight for two")
    form = page.locator("form[data-do=guest]")
    form.get_by_role("textbox").fill("Ben")
    form.get_by_role("button", name="Add them here").click()
    speaking = page.get_by_role("group", name="Who is speaking?")
    expect(speaking.get_by_role("button", name="Ben")).to_have_attribute("aria-pressed", "true")
    turn = say(page, BEN)
    expect(turn.locator(".mq-you")).to_contain_text("Ben")
    assert len(figures(page)[0]) == 2
    group = turn.get_by_role("group", name=re.compile("Ben’s reaction to"))
    expect(group).to_have_count(3)
    group.first.get_by_role("button", name=re.compile("Thumb down")).click()
    thumb(turn, 0, "Thumb up").click()
    answered(page)
    expect(page.get_by_role("article").locator("[aria-pressed=true]")).to_have_count(2)
    speaking.get_by_role("button", name="You").click()
    expect(page.locator(".mq-taste .mq-chip[data-kind=like]")).to_have_count(3)
    page.reload()
    expect(speaking.get_by_role("button", name="You")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("article").locator("[aria-pressed=true]")).to_have_count(2)
    page.on("dialog", lambda dialog: dialog.accept())
    unfold(page, "Tonight for two")
    page.get_by_role("button", name="Take out Ben").click()
    expect(speaking).to_have_count(0)
    expect(page.locator(".mq-evening li")).to_have_count(1)


@on_both
def test_wrong_codes_leaving_and_forgetting(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    ann, ben = visit(**look), visit(**look)
    join(ben, "AAAA-AAAA", "Ben")
    expect(ben.locator(".mq-notice")).to_contain_text("No evening is open under that code")
    join(ben, invite(ann, "<b>Ann</b>"), "Ben")
    expect(ben.locator(".mq-evening li").first).to_contain_text("<b>Ann</b>")
    say(ben, BEN)
    expect(ann.locator(".mq-turn")).to_have_count(1)
    for page in (ann, ben):
        page.on("dialog", lambda dialog: dialog.accept())
    ann.get_by_role("button", name="Forget me").click()
    expect(ann.locator(".mq-notice")).to_contain_text(
        "Everything about this conversation is deleted."
    )
    expect(ben.locator(".mq-evening li")).to_have_count(1)
    expect(ben.locator(".mq-film")).to_have_count(3)
    unfold(ben, "Tonight for two")
    ben.get_by_role("button", name="Leave").click()
    expect(ben.locator(".mq-evening li")).to_have_count(0)
    expect(ben.locator(".mq-film")).to_have_count(3)
