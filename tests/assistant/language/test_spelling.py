"""Ordinary words that are typed wrong are put right; names and words that are spelled so stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from assistant.language.reading import Misspellings
from assistant.language.words import Word, words

MISSPELLINGS = Misspellings(
    ["time travel", "vampires", "robot", "giallo", "horor"],
    ["interstellar", "the martian", "jim carrey", "drew carey", "apichatpong weerasethakul"],
)


def no_names(_: str, __: Sequence[Word]) -> Iterator[tuple[int, int]]:
    return iter(())


def right(line: str) -> str:
    return MISSPELLINGS.right(line, words(line), no_names)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("ok wat abuot time travle moveis", "ok what about time travel movies"),
        ("somthing funy", "something funny"),
        ("a documentry, annimated", "a documentary, animated"),
        ("realy scarry moovie", "realy scary movie"),
        ("westurn wiht robbots", "western with robots"),
        ("film abuot vampiers", "film about vampires"),
        ("biografy of a musishan", "biography of a musician"),  # they sound alike
        ("sooo good yesss", "so good yes"),
        ("SOMTHING FUNY", "something funny"),
        ("luv it, gud flim", "love it, good film"),
    ],
)
def test_what_is_typed_wrong_is_put_right(line: str, meant: str) -> None:
    assert right(line) == meant


@pytest.mark.parametrize(
    "line",
    [
        "a giallo with a sleepover",  # rare, and right
        "something by jim carey or drew carey",
        "weerasethakul films",
        "have you got Vampyr or Robott",  # a capital: a name
        "jag vill se en rolig film ikväll",  # another language
        "lol omg tbh",
        "classy, spacey, a goer",
        "",
    ],
)
def test_anything_else_stays(line: str) -> None:
    assert right(line) == line


def test_what_is_a_name_stays() -> None:
    line = "loved travle and abuot"
    assert MISSPELLINGS.right(line, words(line), lambda _, __: [(1, 2)]) == "loved travle and about"
