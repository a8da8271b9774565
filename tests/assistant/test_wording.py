"""What the page says stands in one place, ready to be translated, and everything in that place is
said."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from assistant.conversation.values import ChipKind
from assistant.language.lexicon import table
from assistant.language.utterance import Act
from assistant.wording import counted, several, text
from core.learning.versions import PolicyEvent

ROOT = Path(__file__).resolve().parents[2]
PAGE = (*("cards", "sidebar", "panels", "evening"), *("insights", "handlers", "theme", "ui"))
"""Modules that draw the page; `drawings` knows no words."""
SPEAKERS = (
    *(f"page/{name}" for name in PAGE),
    *(
        f"conversation/{name}"
        for name in ("answers", "plan", "reasons", "records", "replies", "suits", "together")
    ),
    "chat",
    "turn",
    "api/conversation",
    "imports/queue",
    "page/guard",
)
"""Modules that say what stands in the file."""
SCRIPTS = ("composer", "conversation", "courier", "drawing")
NAMES = frozenset({"IMDb", "TMDB", "IBM Plex Sans", "Montserrat"})
FOR_PROGRAMMERS = {"ValueError", "SettingsError", "KeyError", "print"}
"""What is raised or printed by these is read in a terminal, or nowhere."""


def module(name: str) -> ast.Module:
    return ast.parse((ROOT / "assistant" / f"{name}.py").read_text(encoding="utf-8"))


def texts(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Name and text of everything that the page can say; those of a list share the name."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            yield from (
                (f"{path}{key}", one) for one in ([value] if isinstance(value, str) else value)
            )


ENGLISH = tuple(
    texts(tomllib.loads((files("assistant") / "wording.toml").read_text(encoding="utf-8")))
)


class Visible(HTMLParser):
    """What a person sees or hears of a piece of markup."""

    HEARD = (
        "aria-label",
        "title",
        "placeholder",
        "alt",
        "data-sure",
        "data-sorry",
        "aria-valuetext",
    )

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen += [value for name, value in attrs if name in self.HEARD and value]

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Strings of a module, with NUL for what is put into them; docstrings and what programmers read
    are left out."""
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            apart.add(id(node.value))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in FOR_PROGRAMMERS:
            apart |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.JoinedStr):
            apart |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and id(node) not in apart:
            parts = (
                str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values
            )
            yield node.lineno, "".join(parts)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart
        ):
            yield node.lineno, node.value


def english(literal: str) -> list[str]:
    """Words that a person meets: in markup, or a phrase or a capital letter where there is no
    markup."""
    if "<" in literal or '="' in literal:
        # A piece may begin and end inside of a tag: what stands before its first ">" are
        # attributes.
        whole = literal if literal.lstrip("\0").startswith("<") else f"<p {literal}"
        unfinished = '"' * (whole.count('"') % 2)
        seen = Visible(f"{whole}{unfinished}>").seen
        return [said for said in seen if re.search(r"[A-Za-z]{2,}", said)]
    return [literal] if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+\b", literal) else []


@pytest.mark.parametrize("name", PAGE)
def test_no_english_is_left_in_the_modules_of_the_page(name: str) -> None:
    lines = literals(module(f"page/{name}"))
    found = ((line, said) for line, literal in lines for said in english(literal))
    assert [(line, said) for line, said in found if said.strip(" \0") not in NAMES] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_english_is_left_in_the_scripts(name: str) -> None:
    script = re.sub(r"(^|\s)//.*", "", (ROOT / "assets" / f"{name}.js").read_text(encoding="utf-8"))
    quoted = [match[1] for match in re.findall(r"(['\"`])(.*?)\1", script)]
    code = re.compile(
        r"Enter|[\w-]+:?[\w-]*|mq-\w+( mq-\w+)*|\S*[.:(\[].*"
    )  # keys, events, classes, selectors
    assert quoted and [one for one in quoted if english(one) and not code.fullmatch(one)] == []


@pytest.mark.parametrize(
    ("literal", "said"),
    [
        ('<p class="mq-notice">Nothing yet</p>', ["Nothing yet"]),
        ('<button title="\0">Save</button>', ["Save"]),
        ('data-id="\0" title="Take back">\0</button>', ["Take back"]),
        ("Nothing left to undo.", ["Nothing left to undo."]),
        ("Conversation", ["Conversation"]),
        ('<li class="mq-chip" data-kind="\0">\0</li>', []),
        ("not_tonight", []),
    ],
)
def test_it_would_be_found(literal: str, said: list[str]) -> None:
    assert english(literal) == said


def test_every_text_is_said() -> None:
    said: set[str] = set()
    for name in SPEAKERS:
        tree = module(name)
        constants = {literal for _, literal in literals(tree)}
        said |= constants
        begun = {
            literal.partition(".")[0]
            for literal in constants
            if re.fullmatch(r"[a-z]+\.\0", literal)
        }
        words = constants | {
            kind.name.lower() for kinds in (ChipKind, PolicyEvent, Act) for kind in kinds
        }
        words |= {*table("acts")["beyond"], "series", "topic"}
        said |= {f"{area}.{word}" for area in begun for word in words}
    assert [name for name, _ in ENGLISH if re.sub(r"\.(one|other)$", "", name) not in said] == []


def fields(words: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(words) if field}


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_text_gets_what_belongs_in_its_braces(name: str) -> None:
    known = dict(ENGLISH)
    for call in (node for node in ast.walk(module(name)) if isinstance(node, ast.Call)):
        said = getattr(call.func, "id", "")
        if said not in ("text", "wording", "counted") or not isinstance(call.args[0], ast.Constant):
            continue
        given = {keyword.arg for keyword in call.keywords} | (
            {"count"} if said == "counted" else set()
        )
        for form in (".one", ".other") if said == "counted" else ("",):
            assert fields(known[f"{call.args[0].value}{form}"]) == given, f"line {call.lineno}"


@pytest.mark.parametrize(("name", "words"), ENGLISH)
def test_texts_stand_in_markup_as_they_are(name: str, words: str) -> None:
    assert words and not set(words) & set('<>&"')


def test_numbers_choose_the_form() -> None:
    assert [counted("import.confirm", count) for count in (0, 1, 2, 5000)] == [
        *("Import 0 films", "Import 1 film", "Import 2 films", "Import 5,000 films")
    ]


def test_what_is_not_there_is_an_error() -> None:
    for name in ("film.nothing", "film", "nothing.up", "talk.earlier"):
        with pytest.raises(KeyError):
            text(name)
    assert len(several("steer.places")) == 5


def test_every_kind_of_chip_is_told_to_a_screen_reader() -> None:
    assert all(text(f"kind.{kind.name.lower()}") for kind in ChipKind)
