"""What a person keeps, on a desk and on a phone: films saved and seen before, ratings brought along
and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from theatre import OPENING, PHONE, answered, films, on_both, opened, say, thumb, unfold

RATINGS = """Date,Name,Year,Letterboxd URI,Rating
2024-01-01,Heat,1995,https://boxd.it/1,4.5
2024-01-01,Casablanca,1942,https://boxd.it/2,3
2024-01-01,Solaris,,https://boxd.it/3,5
2024-01-01,A Film <b>Nobody</b> Made,1999,https://boxd.it/4,4
2024-01-01,Jaws,19x5,https://boxd.it/5,4
"""


def pressed(page: Page) -> list[str | None]:
    return [
        button.get_attribute("aria-label")
        for button in page.locator(".mq-film [aria-pressed=true]").all()
    ]


def bring(page: Page, path: Path) -> None:
    """Chooses a file by its button."""
    unfold(page, "Your data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import ratings").click()
    chooser.value.set_files(path)


@on_both
def test_seen_it_asks_how_it_was(visit: Callable[..., Page], look: dict[str, Any]) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    title = films(turn)[0].rpartition(" (")[0]
    loved = turn.get_by_role("button", name=f"Loved it: {title}", exact=True)
    expect(loved).to_be_hidden()
    thumb(turn, 0, "Seen it").click()
    answered(page)
    assert pressed(page) == [f"Seen it: {title}", f"Fine: {title}"]
    loved.click()
    answered(page)
    expect(page.locator(".mq-taste .mq-chip[data-kind=like]")).to_have_count(3)
    page.reload()
    expect(loved).to_have_attribute("aria-pressed", "true")
    assert pressed(page) == [f"Seen it: {title}", f"Loved it: {title}"]
    loved.click()
    answered(page)
    assert pressed(page) == [f"Seen it: {title}", f"Fine: {title}"]
    thumb(turn, 0, "Seen it").click()
    answered(page)
    assert pressed(page) == []
    expect(loved).to_be_hidden()
    if look is PHONE:
        assert page.evaluate("document.documentElement.scrollWidth") == 390


@on_both
def test_more_like_this_is_said_for_the_person(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    first = say(page, OPENING)
    film = films(first)[1]
    thumb(first, 1, "More like this").click()
    second = page.locator(".mq-turn:not(.mq-pending)").nth(1)
    expect(second.get_by_role("article")).to_have_count(3)
    answered(page)
    expect(second.locator(".mq-you")).to_have_text(f"You: More like {film}")
    expect(thumb(first, 1, "Thumb up")).to_have_attribute("aria-pressed", "true")
    assert not set(films(second)) & set(films(first))


@on_both
def test_a_watch_list_is_kept_watched_and_cleared(
    visit: Callable[..., Page], look: dict[str, Any]
) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    label = films(turn)[0]
    title = label.rpartition(" (")[0]
    for place in (0, 1):
        thumb(turn, place, "Save for later").click()
    answered(page)
    unfold(page, "Watch-list")
    saved = page.locator(".mq-saved > li")
    expect(saved).to_have_count(2)
    expect(thumb(turn, 0, "Save for later")).to_have_text("Saved")
    page.reload()
    opened(page)
    unfold(page, "Watch-list")
    expect(saved).to_have_count(2)
    page.get_by_role("button", name=f"Watched: {title}", exact=True).click()
    answered(page)
    expect(saved.first).to_have_attribute("data-film", label)
    saved.first.get_by_role("button", name="Loved it").click()
    answered(page)
    expect(thumb(turn, 0, "Thumb up")).to_have_attribute("aria-pressed", "true")
    page.reload()
    opened(page)
    unfold(page, "Watch-list")
    expect(saved.first.get_by_role("button", name="Loved it")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("button", name=f"Remove from the watch-list: {title}", exact=True).click()
    answered(page)
    expect(saved).to_have_count(1)
    thumb(turn, 1, "Save for later").click()
    answered(page)
    expect(saved).to_have_count(0)
    expect(page.locator(".mq-watchlist")).to_contain_text("Nothing yet")


@on_both
def test_a_watch_list_outlives_the_app(
    visit: Callable[..., Page], app: Any, look: dict[str, Any]
) -> None:
    page = visit(**look)
    turn = say(page, OPENING)
    labels = films(turn)
    for place in (0, 2):
        thumb(turn, place, "Save for later").click()
    answered(page)
    unfold(page, "Watch-list")
    page.get_by_role("button", name=f"Watched: {labels[2].rpartition(' (')[0]}", exact=True).click()
    answered(page)
    app.stop()
    app.start()
    page.reload()
    opened(page)
    unfold(page, "Watch-list")
    saved = page.locator(".mq-saved > li")
    expect(saved).to_have_count(2)
    assert [one.get_attribute("data-film") for one in saved.all()] == [labels[0], labels[2]]
    expect(saved.nth(1).locator("[aria-pressed=true]").first).to_have_attribute(
        "data-do", "watched"
    )
    saved.first.get_by_role("button", name="Remove").click()
    answered(page)
    expect(saved).to_have_count(1)


@on_both
def test_ratings_are_brought_along_and_taken_away(
    visit: Callable[..., Page], tmp_path: Path, look: dict[str, Any]
) -> None:
    page = visit(**look)
    file = tmp_path / "ratings.csv"
    file.write_text(RATINGS, encoding="utf-8")
    bring(page, file)
    preview = page.locator(".mq-import")
    expect(preview).to_contain_text(
        "2 films found, 1 row is doubtful, 1 film is not known here, 1 note on lines"
    )
    page.reload()
    opened(page)
    expect(preview).to_be_visible()
    for name in ("Which film is it?", "Not known here", "Could not be read"):
        unfold(page, name)
    expect(preview).to_contain_text("A Film <b>Nobody</b> Made (1999)")
    expect(preview).to_contain_text("Line 6: “19x5” is no year for Jaws.")
    preview.get_by_label("Solaris (1972)").check()
    if look is PHONE:
        boxes = [button.bounding_box() for button in preview.get_by_role("button").all()]
        assert min(box["height"] for box in boxes if box) >= 44
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    preview.get_by_role("button", name="Import 2 films").click()
    expect(preview).to_have_count(0)
    answered(page)
    turn = page.locator(".mq-turn").last
    expect(turn).to_be_in_viewport()
    expect(turn.locator(".mq-says")).to_contain_text(
        "I know 3 films of yours now: 2 you liked and 1 you found fair"
    )
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(3)
    assert not {"Heat (1995)", "Casablanca (1942)", "Solaris (1972)"} & set(
        films(say(page, "surprise me"))
    )

    unfold(page, "Your data")
    with page.expect_download() as download:
        page.get_by_role("button", name="The films you have seen").click()
    assert download.value.suggested_filename == "marquee-ratings.csv"
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert rows[0] == "Title,Year,Rating,imdbID,tmdbID"
    assert rows[1].startswith("Heat,1995,4.5,tt0113277,")
    assert len(rows) == 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Export everything").click()
    held = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert len(held["imported"]) == 3 and held["turns"][0]["text"] == "Import of ratings.csv"


@on_both
def test_an_import_can_be_cancelled_or_undone(
    visit: Callable[..., Page], tmp_path: Path, look: dict[str, Any]
) -> None:
    page = visit(**look)
    file = tmp_path / "ratings.csv"
    file.write_text(RATINGS, encoding="utf-8")
    bring(page, file)
    page.locator(".mq-import").get_by_role("button", name="Cancel").click()
    expect(page.locator(".mq-import")).to_have_count(0)
    answered(page)
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(0)
    bring(page, file)
    expect(page.locator(".mq-confirm")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(2)
    page.get_by_role("button", name="Undo last turn").click()
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(0)
    page.reload()
    expect(page.locator(".mq-turn")).to_have_count(0)
    expect(page.locator(".mq-import")).to_have_count(0)


@on_both
def test_a_file_that_cannot_be_read_gets_one_plain_sentence(
    visit: Callable[..., Page], tmp_path: Path, look: dict[str, Any]
) -> None:
    page = visit(**look)
    for name, data, message in (
        ("ratings.csv", b"", "ratings.csv is empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" * 30, "photo.csv has no column of titles"),
        ("zip.csv", b"PK\x03\x04....", "unpack it and choose the ratings.csv"),
        ("large.csv", b"title\n" + b"x\n" * 2_000_001, "more than 4 MB: import it in parts"),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        bring(page, file)
        expect(page.locator(".mq-main")).to_contain_text(message)
        expect(page.locator(".mq-import")).to_have_count(0)
        answered(page)
    say(page, OPENING)


@on_both
def test_thousands_of_ratings_are_sorted_out_with_progress(
    visit: Callable[..., Page], tmp_path: Path, look: dict[str, Any]
) -> None:
    page = visit(**look)
    file = tmp_path / "ratings.csv"
    rows = "".join(f"2024-01-01,Nobody Made This {number},1999,u,3\n" for number in range(4_997))
    file.write_text(RATINGS.replace("Jaws,19x5", "Jaws,1975") + rows, encoding="utf-8")
    page.evaluate(
        """() => {
            window.told = new Set();
            document.addEventListener('marquee:progress', (event) => window.told.add(event.detail.words));
        }"""
    )
    bring(page, file)
    expect(page.locator(".mq-import")).to_contain_text("4,998 films are not known here")
    told = [words for words in page.evaluate("[...window.told]") if words]
    assert [words for words in told if words.endswith(" of 5,002 rows")]
