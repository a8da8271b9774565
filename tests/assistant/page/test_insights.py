"""What the page tells of how it learns: the numbers of the store and the manifest, and nothing
where there are none."""

from __future__ import annotations

import re
from types import MappingProxyType

from elements import Elements

from assistant.conversation.values import Insights
from assistant.page.insights import page
from core.learning.versions import Entry, PolicyEvent
from core.store import Day, Statistics, VersionProgress

NOTHING = Statistics(
    0, 0, 0, MappingProxyType({"up": 0, "down": 0, "seen": 0, "not_tonight": 0}), 0.0
)
SOME = Statistics(
    4, 9, 12, MappingProxyType({"up": 3, "down": 1, "seen": 1, "not_tonight": 0}), 2.5
)
DAYS = (
    Day("2026-03-02", 6, 2, 1, 0.5),
    Day("2026-03-03", 2, 0, 0, 0.0),
    Day("2026-03-04", 4, 3, 2, 2.0),
)


def test_an_honest_empty_page() -> None:
    tab = Elements(page(Insights("abc123", 6135, NOTHING, ())))
    text = " ".join(tab.texts)
    assert "Nothing yet: nobody has been shown a film here." in text
    assert "This policy has not learned from the thumbs here yet." in text
    assert "none yet" in text
    assert tab.of("svg") == tab.of("table") == []


def test_the_numbers_of_each_policy() -> None:
    tab = Elements(page(Insights("new", 1000, SOME, (VersionProgress("old<b>", DAYS, 10),))))
    cells = [text for text in tab.texts if text in ("12", "5", "60 %", "+0.21", "10 (1 %)")]
    # 12 films shown, 5 reacted to, 3 of 5 liked, 2.5 / 12 reward a film, 10 of 1,000 films.
    assert cells[-5:] == ["12", "5", "60 %", "+0.21", "10 (1 %)"]
    assert "old<b>" in tab.texts
    assert "serves now" not in " ".join(tab.texts)


def test_charts_say_in_words_what_they_draw() -> None:
    html = page(Insights("v", 1000, SOME, (VersionProgress("v", DAYS, 10),)))
    drawings = Elements(html).of("svg", role="img")
    assert [drawing["aria-label"] for drawing in drawings] == [
        "Liked of the reactions from 2026-03-02 to 2026-03-04: first 0.50, last 0.67, between 0.50 and 0.67.",
        "Reward a film from 2026-03-02 to 2026-03-04: first 0.08, last 0.50, between 0.00 and 0.50.",
    ]
    lines = re.findall(r'class="mq-line" d="([^"]*)"', html)
    assert lines[0] == "M0.0 45.0M320.0 30.0", "a day without reactions leaves a gap"
    assert (
        lines[1] == "M0.0 55.0L160.0 60.0L320.0 30.0"
    )  # 0 is two thirds of the way down from 1 to −½


def test_one_day_makes_no_chart() -> None:
    assert (
        Elements(page(Insights("v", 10, SOME, (VersionProgress("v", DAYS[:1], 3),)))).of("svg")
        == []
    )


def test_gate_results_where_the_manifest_has_them() -> None:
    manifest = {
        "people": 2752,
        "validation": {"loss": 0.18, "validation_hits": 6.4924},
        "gate": {"rewards": {"difference": [0.0214, 0.004, 0.0391]}, "sessions": 1749},
    }
    text = " ".join(Elements(page(Insights("v", 10, NOTHING, (), manifest))).texts)
    assert "2,752" in text
    assert (
        "On people kept out of learning Films they liked a session 6.49" in text
        and "0.18" not in text
    )
    assert (
        "What learning from thumbs came to +0.021 (+0.004 to +0.039), 1,749 conversations" in text
    )


def test_every_policy_that_was_let_in_or_not_the_newest_first() -> None:
    gate = {"rewards": {"difference": [-0.001, -0.02, 0.018]}, "sessions": 60}
    history = (
        Entry("aaa", PolicyEvent.ADOPTED, "2026-03-02T10:00:00+00:00"),
        Entry("bbb<i>", PolicyEvent.REFUSED, "2026-03-03T10:00:00+00:00", "aaa", gate),
    )
    texts = Elements(page(Insights("aaa", 10, NOTHING, (), history=history))).texts
    words = " ".join(texts)
    assert "bbb<i> refused 2026-03-03 aaa −0.001 (−0.020 to +0.018), 60 conversations" in words
    assert words.index("bbb<i>") < words.index("aaa brought in 2026-03-02 – –")
