"""What the page says, in one place: `wording.toml`, by area and name, in English.

Code holds names of texts, and no text. Texts are free of HTML signs, so they stand in markup as
they are; what is put into them is for the caller to escape.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def text(name: str, /, **values: object) -> str:
    """A text by its area and name, with what belongs in its braces; KeyError where there is none.

    >>> text("film.elsewhere", title="Alien", site="IMDb")
    'Alien on IMDb'
    """
    words = _named(name)
    if not isinstance(words, str):
        raise KeyError(name)
    return words.format(**values) if values else words


def counted(name: str, count: int, /, **values: object) -> str:
    """A text about a number of things, in the form that goes with the number.

    >>> counted("import.found", 1), counted("import.found", 5000)
    ('1 film found', '5,000 films found')
    """
    return text(f"{name}.{_form(count)}", count=f"{count:,}", **values)


def several(name: str) -> tuple[str, ...]:
    """Texts that belong together, in their order."""
    return tuple(_named(name))


def _form(count: int) -> str:
    """Which form of a text goes with a number; a language with more forms has its rule here."""
    return "one" if count == 1 else "other"


def _named(name: str) -> Any:
    found: Any = _texts()
    for part in name.split("."):
        found = found[part]
    return found


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((files("assistant") / "wording.toml").read_text(encoding="utf-8"))
