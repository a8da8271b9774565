"""The main path, as a person walks it: talk, get films, thumb them, refine, come back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from theatre import OPENING, answered, chips, films, say, thumb

from core.domain import Reaction
from core.store import Store


def test_talk_thumb_refine_reload_restart(visit: Callable[..., Page], app: object) -> None:
    page = visit()
    first = say(page, OPENING)
    assert chips(first) == ["+Alien (1979)", "+The Thing (1982)", "−Titanic (1997)"]
    shown = films(first)
    assert len(set(shown)) == 3
    assert not set(shown) & {"Alien (1979)", "The Thing (1982)", "Titanic (1997)"}
    expect(first.locator(".mq-says")).to_contain_text("Alien and The Thing")

    thumb(first, 0, "Thumb down").click()
    thumb(first, 1, "Thumb up").click()
    answered(page)
    expect(page.locator(".mq-taste .mq-chip")).to_have_count(5)

    second = say(page, "something funnier, from the 90s")
    assert len(films(second)) == 3
    assert all(1990 <= int(film[-5:-1]) <= 1999 for film in films(second))
    expect(second.locator(".mq-says")).to_contain_text("from the 90s")
    assert not set(films(second)) & set(shown)

    def kept() -> None:
        expect(page.locator(".mq-turn")).to_have_count(2)
        expect(thumb(first, 0, "Thumb down")).to_have_attribute("aria-pressed", "true")
        expect(thumb(first, 1, "Thumb up")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("[aria-pressed=true]")).to_have_count(2)
        assert films(first) == shown

    kept()
    page.reload()
    kept()
    app.stop()  # type: ignore[attr-defined]
    app.start()  # type: ignore[attr-defined]
    page.reload()
    kept()

    more = say(page, "more")
    assert all(1990 <= int(film[-5:-1]) <= 1999 for film in films(more))
    with Store.open(app.database) as store:  # type: ignore[attr-defined]
        steps = list(store.log())
    newest = max(step.session for step in steps)  # other tests talked to this server before
    logged = [(step.reaction, step.reward) for step in steps if step.session == newest]
    assert logged[:3] == [("down", Reaction.DOWN.reward), ("up", Reaction.UP.reward), (None, 0.0)]
    assert logged[:2] == [("down", -0.5), ("up", 1.0)]


def test_gradio_client_holds_the_same_conversation(app: object, browser: object) -> None:
    """In a process of its own: the client leaves its event loops to the garbage collector."""
    import subprocess
    import sys

    script = f"""
from gradio_client import Client
client = Client({app.url!r}, verbose=False)
session = client.predict(api_name="/start")
turn = client.predict(session, {OPENING!r}, api_name="/respond")
assert [c["sign"] + c["label"] for c in turn["understood"]] == ["+Alien (1979)", "+The Thing (1982)", "−Titanic (1997)"]
films = turn["recommendations"]
assert len(films) == 3, films
assert client.predict(session, films[0]["id"], "down", api_name="/react")
assert client.predict(session, films[1]["id"], "up", api_name="/react")
turn = client.predict(session, "something funnier, from the 90s", api_name="/respond")
assert len(turn["recommendations"]) == 3
assert all(1990 <= film["year"] <= 1999 for film in turn["recommendations"])
turns = client.predict(session, api_name="/history")["turns"]
assert [film["reaction"] for film in turns[0]["recommendations"]] == ["down", "up", ""]
print("held")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "held", done.stderr
