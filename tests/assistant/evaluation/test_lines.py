"""Understanding is measured by hand-computable rules."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import films
import numpy as np
import pytest

from assistant.__main__ import main
from assistant.evaluation.ask import lines_of
from assistant.evaluation.lines import Tally, read_rows, score_rows
from assistant.evaluation.linking import read_audit, score_linking, score_signs
from assistant.language.understand import Understanding
from core.data.dialogs import Rendering, is_held_out, read_dialogs, with_typos
from core.errors import DataError
from core.model.bundle import Bundle
from core.model.factors import MovieVectors
from core.model.qnetwork import QNetwork

CATALOGUE = films.catalogue()
UNDERSTANDING = Understanding(CATALOGUE)

DIALOG = {
    "conversationId": "1",
    "initiatorWorkerId": 7,
    "respondentWorkerId": 8,
    "movieMentions": {
        "11": "Alien  (1979)",
        "12": "Titanic (1997)",
        "13": "No Such Film (2001)",
        "14": None,
    },
    "initiatorQuestions": {"11": {"liked": 1}, "12": {"liked": 0}},
    "respondentQuestions": {"11": {"liked": 1}, "12": {"liked": 0}},
    "messages": [
        {"senderWorkerId": 7, "text": "I loved @11 but hated @12"},
        {"senderWorkerId": 8, "text": "Have you seen @13 ?"},
        {"senderWorkerId": 7, "text": "no, it is late"},
        {"senderWorkerId": 7, "text": "I saw The Matrix at @99"},
    ],
}


@pytest.fixture
def dialogs(tmp_path: Path) -> Path:
    path = tmp_path / "dialogs.jsonl"
    path.write_text(json.dumps(DIALOG) + "\n", encoding="utf-8")
    return path


def test_tally_by_hand() -> None:
    tally = Tally(hits=6, false=2, missed=4)
    assert (tally.precision, tally.recall) == (0.75, 0.6)
    assert tally.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert Tally().precision == Tally().recall == Tally().f1 == 1.0


def test_rows_are_scored_slot_by_slot() -> None:
    rows = [
        {
            "text": "I loved Alien, hated Titanic",
            "expect": {"likes": ["Alien (1979)"], "dislikes": ["Titanic (1997)"]},
        },
        {"text": "I loved Alien", "expect": {"likes": [], "act": "recommend"}},
        {
            "text": "a comedy from the 90s",
            "expect": {"genres_like": ["Comedy"], "years": [1990, 1999]},
        },
    ]
    report = score_rows(UNDERSTANDING, enumerate(rows, start=1))
    assert (report.rows, report.exact) == (3, 2)
    assert (report.slots["likes"].hits, report.slots["likes"].false) == (1, 1)
    assert report.failures == ["line 2: 'I loved Alien': likes should be [], is ['Alien (1979)']"]


def test_a_bad_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Line 4 .*nonsense"):
        score_rows(UNDERSTANDING, [(4, {"text": "hi", "expect": {"nonsense": []}})])
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "hi", "expect": {}}\n{"text": \n', encoding="utf-8")
    with pytest.raises(DataError, match=r"rows\.jsonl, line 2 is not JSON"):
        list(read_rows(path))


def test_messages_are_rendered_in_four_ways(dialogs: Path) -> None:
    first, *_ = read_dialogs(dialogs, CATALOGUE)
    text, ranges = first.render(Rendering.WITH_YEAR)
    assert text == "I loved Alien (1979) but hated Titanic (1997)"
    assert [text[begin:end] for begin, end in ranges] == ["Alien (1979)", "Titanic (1997)"]
    assert first.render(Rendering.TITLE)[0] == "I loved Alien but hated Titanic"
    assert first.render(Rendering.LOWER)[0] == "i loved alien but hated titanic"
    assert (
        first.render(Rendering.TYPOS)
        == first.render(Rendering.TYPOS)
        != first.render(Rendering.TITLE)
    )


def test_only_labels_that_both_sides_give_count(dialogs: Path) -> None:
    first, second, *_, last = read_dialogs(dialogs, CATALOGUE)
    assert [(film.token is not None, film.liked) for film in first.films] == [
        (True, True),
        (True, False),
    ]
    assert [(film.token, film.liked) for film in second.films] == [(None, None)]
    assert last.films == () and "@99" in last.pieces[0]


def test_linking_and_signs_by_hand(dialogs: Path) -> None:
    messages = list(read_dialogs(dialogs, CATALOGUE))
    counts = score_linking(UNDERSTANDING, messages, Rendering.TITLE)
    # two films found; "The Matrix" is named but not annotated; of two messages without a film one
    # has one found
    assert (counts.hits, counts.false, counts.missed) == (2, 1, 0)
    assert (counts.silent, counts.silent_false) == (2, 1)
    assert [film for _, film in counts.alarms] == ["The Matrix (1999)"]
    signs = score_signs(UNDERSTANDING, messages)
    assert signs["likes"]["right_of_all"] == signs["dislikes"]["right_of_all"] == 1.0


def test_one_command_measures_understanding_and_what_is_recommended_next(
    dialogs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    talk = {
        **DIALOG,
        "movieMentions": {"11": "Alien (1979)", "15": "Heat (1995)", "16": "The Matrix (1999)"},
    }
    talk["messages"] = [
        {"senderWorkerId": 7, "text": "I loved @11"},
        {"senderWorkerId": 8, "text": "Then see @15 or @16"},
    ]
    dialogs.write_text(json.dumps(talk) + "\n", encoding="utf-8")
    vectors = MovieVectors(
        *np.zeros((2, CATALOGUE.n_items, 3), np.float32), *_falling(CATALOGUE.n_items)
    )
    settings = {"hidden": 4, "agent": {"gamma": 0.0}}
    Bundle(CATALOGUE, QNetwork(CATALOGUE, [vectors], hidden=4), settings, {}, "feed").save(
        tmp_path / "model"
    )
    figures = tmp_path / "made" / "figures.json"
    asked = [
        "evaluate",
        "--dialogs",
        str(dialogs),
        "--bundle",
        str(tmp_path / "model"),
        "--json",
        str(figures),
    ]
    assert main(asked) == 0
    printed = capsys.readouterr().out
    assert "sign of likes: mentions 1" in printed
    assert (
        "new films of the recommender, from the titles before: 2 in 1 conversations, 50.0% cannot"
        in printed
    )
    record = json.loads(figures.read_text("utf-8"))
    assert record["title only"]["recall"] == 1.0
    # The network ranks by its prior alone, Alien is named: The Matrix is the best known film left,
    # Heat is unknown.
    policies = record["recall"]["readings"]["titles"]["policies"]
    assert {name: found["recall"]["1"]["value"] for name, found in policies.items()} == {
        "marquee": 0.5,
        "popularity": 0.5,
    }


def test_without_a_policy_only_understanding_is_measured(
    dialogs: Path, tiny_movielens: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--dialogs", str(dialogs), "--data", str(tiny_movielens)]) == 0
    said = capsys.readouterr()
    assert "sign of likes" in said.out and "Recall@" not in said.out
    assert "holds no policy, give --bundle" in said.err


def _falling(count: int) -> np.ndarray:
    """Share of people who like and who have seen each film: the less, the later its row."""
    return np.stack([np.linspace(0.4, 0.1, count), np.linspace(0.5, 0.2, count)]).astype(np.float32)


def test_a_broken_conversation_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"broken\.jsonl, line 1 is not a ReDial conversation"):
        list(read_dialogs(path, CATALOGUE))


def test_half_of_the_conversations_is_held_out() -> None:
    held_out = sum(is_held_out(str(number)) for number in range(2000))
    assert 900 < held_out < 1100


@pytest.mark.parametrize(
    "title", ["Up", "Alien", "The Matrix", "Star Wars: Episode V", "12 Monkeys"]
)
def test_typing_errors_are_one_or_two(title: str) -> None:
    for seed in range(20):
        typed = with_typos(title, Random(seed))
        assert abs(len(typed) - len(title)) <= 2
        assert [letter for letter in typed if letter.isdigit()] == [
            letter for letter in title if letter.isdigit()
        ]
    assert with_typos("Up", Random(0)) == "Up"


def test_the_audit_is_well_formed() -> None:
    audit = read_audit(Path("tests/data/linking_audit.jsonl"))
    assert len(audit) >= 200
    assert 0.5 < sum(audit.values()) / len(audit) < 1.0


def test_ask_tells_what_was_understood() -> None:
    lines = list(
        lines_of(
            UNDERSTANDING.understand("I loved Alien, no romance, from the 90s"),
            CATALOGUE,
            explain=True,
        )
    )
    assert lines[0] == "act       recommend"
    assert any("Alien (1979), +1.00" in line and "feel: loved" in line for line in lines)
    assert any("genre:Romance, none at all" in line for line in lines)
    assert any(line.endswith("1990-1999") for line in lines)


def test_the_command_line(
    tiny_movielens: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["ask", "I loved Toy Story (1995)", "--data", str(tiny_movielens), "--explain"]) == 0
    )
    assert "Toy Story (1995), +1.00" in capsys.readouterr().out
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        '{"text": "I loved Toy Story (1995)", "expect": {"likes": ["Toy Story (1995)"]}}\n', "utf-8"
    )
    figures = tmp_path / "figures.json"
    asked = [
        "evaluate",
        "--utterances",
        str(rows),
        "--data",
        str(tiny_movielens),
        "--json",
        str(figures),
    ]
    assert main(asked) == 0
    assert "exact match: 1 of 1 lines" in capsys.readouterr().out
    assert json.loads(figures.read_text("utf-8"))["exact_match"] == 1.0
    assert (
        main(["evaluate", "--utterances", str(tmp_path / "none"), "--data", str(tiny_movielens)])
        == 2
    )
    assert "none cannot be read" in capsys.readouterr().err
