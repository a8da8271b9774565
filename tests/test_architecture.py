"""The house: who may import whom, who alone may open which door, and how large a room may be.

All of it is read from the source text; nothing is imported. A new module belongs in the package
whose stage of the flow it is; a new package gets its place in ORDER.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "assistant")

DOORS = {
    "pandas": ("core.data",),
    "stable_baselines3": ("core.training.agent",),
    "gymnasium": ("core.simulation.environment",),
    "sqlalchemy": ("core.store",),
    "safetensors": ("core.model.bundle", "core.model.tagger", "core.training.meanings"),
    "rapidfuzz": ("assistant.language.titles.spelling", "assistant.language.reading"),
    "gradio": ("assistant.page", "assistant.api", "app"),
    "torch": ("core",),
}
"""Library → the modules (or whole packages) that alone may import it."""

CODE_IN_DATA = ("pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal")
"""Modules that run what a file tells them to."""

NEVER_CALLED = re.compile(
    r"eval|exec|__import__|torch\.(load|save)|.*\.(read_pickle|to_pickle|load_replay_buffer|save_replay_buffer)|os\.system"
)
"""Names of calls, as they are written. `DQN.load` and `np.load` are caught by their own rules
below."""

LONGEST_MODULE, LONGEST_FUNCTION = 500, 75
MOST_PACKAGES, MOST_MODULES, MOST_IN_ALL = 20, 12, 150
"""Modules count without the `__init__` of a package, which only says what the package is for."""

ORDER = (
    "core",
    "core.data",
    "core.store",
    "core.model",
    "core.simulation",
    "core.training",
    "core.evaluation.baselines",
    "core.evaluation",
    "core.learning",
    "core.commands",
    "assistant.wording",
    "assistant.language.lexicon",
    "assistant.language.words",
    "assistant.language.utterance",
    "assistant.language.acts",
    "assistant.language.meaning",
    "assistant.language.titles",
    "assistant.language",
    "assistant.imports",
    "assistant.conversation",
    "assistant",
    "assistant.api",
    "assistant.page",
    "assistant.evaluation",
)
"""The flow: packages, and the root nouns of `assistant` by themselves. Each imports only what
stands before it."""

ENTRANCES = ("app", "core.__main__", "assistant.__main__")


def name_of(path: Path) -> str:
    """core/store/schema.py → core.store.schema; a package is its own name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


SOURCES = {
    name_of(path): path
    for path in sorted(
        [ROOT / "app.py", *(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))]
    )
}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(SOURCES[name].read_text(encoding="utf-8"))


def imported(name: str) -> Iterator[str]:
    """Full names of what a module imports anywhere in its text, inside functions and for type
    checking too."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively: write the full name"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in SOURCES else str(node.module)


def is_package(name: str) -> bool:
    return SOURCES[name].name == "__init__.py"


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def place(name: str) -> int:
    """How far along the flow a module stands: its own place in ORDER, or that of its package."""
    package = name if is_package(name) else name.rpartition(".")[0]
    return ORDER.index(name) if name in ORDER else ORDER.index(package)


INSIDE = [name for name in SOURCES if within(name, PACKAGES) and name not in ENTRANCES]


@pytest.mark.parametrize("name", INSIDE)
def test_a_module_imports_only_what_stands_before_it(name: str) -> None:
    """A package sees the packages before it; modules inside a package may use each other."""
    ahead = {other for other in imported(name) if other in SOURCES and place(other) > place(name)}
    assert not ahead, f"{name} imports what stands behind it: {sorted(ahead)}"


def test_modules_import_each_other_in_no_circle() -> None:
    """Late imports and imports for type checking count."""
    left = {name: {other for other in imported(name) if other in SOURCES} for name in SOURCES}
    while left:
        free = {name for name, needs in left.items() if not (needs - {name}) & left.keys()}
        assert free, f"these import each other in circles: {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def test_there_are_few_packages_of_few_modules() -> None:
    members = Counter(name.rpartition(".")[0] for name in SOURCES if not is_package(name))
    del members[""]
    assert {package: count for package, count in members.items() if count > MOST_MODULES} == {}
    assert len([name for name in SOURCES if is_package(name)]) <= MOST_PACKAGES
    assert sum(members.values()) <= MOST_IN_ALL


def test_no_two_classes_share_a_name() -> None:
    names = Counter(
        node.name for name in SOURCES for node in tree(name).body if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_core_never_imports_the_conversation() -> None:
    assert [
        name
        for name in SOURCES
        if within(name, ("core",))
        for other in imported(name)
        if "assistant" in other
    ] == []


def test_nothing_imports_the_page_or_the_command_lines() -> None:
    assert [
        (name, other) for name in SOURCES for other in imported(name) if other in ENTRANCES
    ] == []


@pytest.mark.parametrize("library", DOORS)
def test_there_is_only_one_door_to(library: str) -> None:
    users = {name for name in SOURCES if any(within(other, (library,)) for other in imported(name))}
    assert {name for name in users if not within(name, DOORS[library])} == set()
    assert users, f"nothing imports {library} any more: drop the rule"


def test_the_seam_needs_no_page() -> None:
    """The conversation can be had without gradio: nothing that `assistant.chat` needs comes near
    it."""
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
            assert not re.fullmatch(r"\w*DQN\.load|(np|numpy)\.load", written), (
                f"line {call.lineno} calls {written}"
            )
            for keyword in call.keywords:
                opened = (
                    keyword.arg in ("allow_pickle", "shell")
                    and ast.unparse(keyword.value) != "False"
                )
                assert not opened, f"line {call.lineno} sets {keyword.arg}"

    def test_is_no_longer_than_one_can_read(self, name: str) -> None:
        lines = SOURCES[name].read_text(encoding="utf-8").count("\n")
        assert lines <= LONGEST_MODULE, f"{name} has {lines} lines"

    def test_has_no_function_longer_than_a_page(self, name: str) -> None:
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                told = node.body[0] if ast.get_docstring(node) else None
                first = (
                    node.lineno
                    if told is None
                    else node.lineno + 1 + (told.end_lineno or 0) - told.lineno
                )
                lines = (node.end_lineno or first) - first + 1
                assert lines < LONGEST_FUNCTION, f"{node.name} has {lines} lines"

    def test_says_what_it_is(self, name: str) -> None:
        assert ast.get_docstring(tree(name))


@pytest.mark.parametrize("name", [name for name in SOURCES if within(name, PACKAGES)])
def test_importing_does_nothing(name: str) -> None:
    """A module's own lines define things; work happens in functions (`__main__` guards its one
    call)."""
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
        registered = isinstance(node, ast.Expr) and ast.unparse(node).startswith(
            "gymnasium.register("
        )
        guard = isinstance(node, ast.If) and ast.unparse(node.test) in (
            "TYPE_CHECKING",
            "__name__ == '__main__'",
        )
        assert isinstance(node, allowed) or docstring or registered or guard, f"line {node.lineno}"
