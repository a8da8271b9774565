"""The house: who may import whom, who alone may open which door, and how large a room may be.

All of it is read from the source text; nothing is imported. A new module has to be listed in the reading order of its
package (the docstring of `core/__init__.py` or `assistant/__init__.py`), below everything that it imports.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "assistant")

DOORS = {
    "pandas": ("core.movielens",),
    "stable_baselines3": ("core.agent",),
    "gymnasium": ("core.environment",),
    "sqlalchemy": ("core.store",),
    "safetensors": ("core.bundle",),
    "rapidfuzz": ("assistant.typing_errors",),
    "gradio": ("assistant.cards", "assistant.theme", "assistant.ui", "assistant.api", "app"),
    "torch": ("core",),
}
"""Library → the modules (or whole packages) that alone may import it."""

CODE_IN_DATA = ("pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal")
"""Modules that run what a file tells them to."""

NEVER_CALLED = re.compile(
    r"eval|exec|__import__|torch\.(load|save)|.*\.(read_pickle|to_pickle|load_replay_buffer|save_replay_buffer)|os\.system"
)
"""Names of calls, as they are written. `DQN.load` and `np.load` are caught by their own rules below."""

LONGEST_MODULE, LONGEST_FUNCTION = 300, 50


def name_of(path: Path) -> str:
    """core/store/schema.py → core.store.schema; a package is its own name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {
    name_of(path): path
    for path in sorted([ROOT / "app.py", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))])
}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"))


def imported(name: str) -> Iterator[str]:
    """Full names of what a module imports anywhere in its text, inside functions and for type checking too."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively: write the full name"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in SOURCES else str(node.module)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def unit(name: str) -> str:
    """The module or sub-package directly below core or assistant: core.store.schema → store; the package itself: ""."""
    return name.split(".")[1] if "." in name else ""


def reading_order(package: str) -> list[str]:
    """Names at the beginning of the lines of the package's docstring, two or more spaces before what they are."""
    docstring = ast.get_docstring(tree(package)) or ""
    return re.findall(r"^(\w+) {2,}\S", docstring, flags=re.MULTILINE)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reading_order_lists_every_module_once(package: str) -> None:
    listed = reading_order(package)
    there = {unit(name) for name in SOURCES if name.startswith(f"{package}.")}
    assert len(listed) == len(set(listed))
    assert sorted(there - set(listed)) == [], f"list these in {package}/__init__.py, below what they import"
    assert sorted(set(listed) - there) == [], f"{package}/__init__.py lists modules that are gone"


@pytest.mark.parametrize("name", [name for name in SOURCES if unit(name)])
def test_a_module_imports_only_what_stands_above_it(name: str) -> None:
    package = name.partition(".")[0]
    order = reading_order(package)
    place = order.index(unit(name)) if unit(name) in order else len(order)
    below = {
        other
        for other in imported(name)
        if within(other, (package,)) and unit(other) != unit(name) and unit(other) not in order[:place]
    }
    assert not below - {package}, f"{name} imports from below itself in the reading order of {package}"


@pytest.mark.parametrize("package", ["core.baselines", "core.movielens", "core.store"])
def test_a_sub_package_has_no_circles(package: str) -> None:
    members = {name for name in SOURCES if within(name, (package,))}
    left = {name: {other for other in imported(name) if other in members - {name}} for name in members}
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys()}
        assert free, f"these import each other in circles: {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def test_core_never_imports_the_conversation() -> None:
    assert [
        name for name in SOURCES if within(name, ("core",)) for other in imported(name) if "assistant" in other
    ] == []


def test_nothing_imports_the_page_or_the_command_lines() -> None:
    entrances = ("app", "core.__main__", "assistant.__main__")
    assert [(name, other) for name in SOURCES for other in imported(name) if other in entrances] == []


@pytest.mark.parametrize("library", DOORS)
def test_there_is_only_one_door_to(library: str) -> None:
    users = {name for name in SOURCES if any(within(other, (library,)) for other in imported(name))}
    assert {name for name in users if not within(name, DOORS[library])} == set()
    assert users, f"nothing imports {library} any more: drop the rule"


def test_the_seam_needs_no_page() -> None:
    """The conversation can be had without gradio: nothing that `assistant.chat` needs comes near it."""
    needed, new = set[str](), {"assistant.chat"}
    while new:
        needed |= new
        new = {other for name in new for other in imported(name) if other in SOURCES} - needed
    assert not {name for name in needed for other in imported(name) if within(other, ("gradio",))}


@pytest.mark.parametrize("name", SOURCES)
class TestEveryModule:
    def test_runs_nothing_that_a_file_holds(self, name: str) -> None:
        assert not [other for other in imported(name) if within(other, CODE_IN_DATA)]
        for call in (node for node in ast.walk(tree(name)) if isinstance(node, ast.Call)):
            written = ast.unparse(call.func)
            assert not NEVER_CALLED.fullmatch(written), f"line {call.lineno} calls {written}"
            assert not re.fullmatch(r"\w*DQN\.load|(np|numpy)\.load", written), f"line {call.lineno} calls {written}"
            for keyword in call.keywords:
                opened = keyword.arg in ("allow_pickle", "shell") and ast.unparse(keyword.value) != "False"
                assert not opened, f"line {call.lineno} sets {keyword.arg}"

    def test_is_no_longer_than_one_can_read(self, name: str) -> None:
        lines = SOURCES[name].read_text(encoding="utf-8").count("\n")
        assert lines <= LONGEST_MODULE, f"{name} has {lines} lines"

    def test_has_no_function_longer_than_a_page(self, name: str) -> None:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                told = node.body[0] if ast.get_docstring(node) else None
                first = node.lineno if told is None else node.lineno + 1 + (told.end_lineno or 0) - told.lineno
                lines = (node.end_lineno or first) - first + 1
                assert lines < LONGEST_FUNCTION, f"{node.name} has {lines} lines"

    def test_says_what_it_is(self, name: str) -> None:
        assert ast.get_docstring(tree(name))


@pytest.mark.parametrize("name", [name for name in SOURCES if within(name, PACKAGES)])
def test_importing_does_nothing(name: str) -> None:
    """A module's own lines define things; work happens in functions (`__main__` guards its one call)."""
    allowed = (
        ast.Import,
        ast.ImportFrom,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assign,
        ast.AnnAssign,
    )
    for node in tree(name).body:
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        registered = isinstance(node, ast.Expr) and ast.unparse(node).startswith("gymnasium.register(")
        guard = isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
        assert isinstance(node, allowed) or docstring or registered or guard, f"line {node.lineno}"
