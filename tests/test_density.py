"""Against density: how much a function decides, an expression joins, a module lists.

Decisions are counted as radon counts them: one, and one more for each branch, loop, comprehension,
condition of one, `and` and `or`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from radon.complexity import cc_visit
from radon.visitors import Function

ROOT = Path(__file__).parents[1]
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for path in [
        ROOT / "app.py",
        *(path for name in ("core", "assistant") for path in sorted((ROOT / name).rglob("*.py"))),
    ]
}
LANGUAGE = "assistant/language/"
"""Rooms where a sentence is read by rules: not all of them name every condition yet."""

MOST_DECISIONS = 12
MANY = 10
"""Above this a function counts as dense: one in fifty may be, outside the rooms of language one in
a hundred."""
EXCEPTIONS: dict[str, str] = {}
"""Functions that may decide more, by "file:name", each with its reason; at most five."""

MOST_OPERATORS = 2
"""`and` and `or` in one expression, unless every part of it is a name."""
MOST_WORDS = 5
"""Words of a set in Python: longer ones are data, and stand in the lexicon once."""


def functions(file: str) -> list[Function]:
    blocks = cc_visit(FILES[file].read_text(encoding="utf-8"))
    return [block for block in blocks if isinstance(block, Function)]


EVERY = [(file, one) for file in FILES for one in functions(file)]


def crowded(expression: ast.BoolOp) -> bool:
    """Whether an expression joins more than two conditions that have no names."""
    parts = list(_parts(expression))
    return len(parts) - 1 > MOST_OPERATORS and not all(map(_is_named, parts))


def _parts(expression: ast.BoolOp) -> Iterator[ast.expr]:
    for part in expression.values:
        if isinstance(part, ast.BoolOp):
            yield from _parts(part)
        else:
            yield part


def _is_named(part: ast.expr) -> bool:
    while isinstance(part, ast.UnaryOp):
        part = part.operand
    return isinstance(part, ast.Name | ast.Attribute)


def expressions(tree: ast.Module) -> Iterator[ast.BoolOp]:
    """Outermost chains of `and` and `or`."""
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.BoolOp)]
    within = {id(part) for node in joined for part in node.values}
    return (node for node in joined if id(node) not in within)


def words_of_a_set(node: ast.AST) -> int:
    """How many words a set holds that is written out; 0 for anything else."""
    match node:
        case ast.Call(func=ast.Name(id="set" | "frozenset"), args=[ast.Call() as call]):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Constant(value=str(text)), attr="split")
                ):
                    return len(text.split())
        case (
            ast.Set(elts=parts)
            | ast.Call(
                func=ast.Name(id="set" | "frozenset"),
                args=[ast.Set(elts=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts)],
            )
        ):
            return sum(isinstance(getattr(part, "value", None), str) for part in parts)
    return 0


def test_no_function_decides_too_much() -> None:
    wrong = [
        f"{file}:{one.lineno} {one.fullname} decides {one.complexity} things"
        for file, one in EVERY
        if f"{file}:{one.fullname}" not in EXCEPTIONS and one.complexity > MOST_DECISIONS
    ]
    assert wrong == []
    assert len(EXCEPTIONS) <= 5 and EXCEPTIONS.keys() <= {f"{f}:{o.fullname}" for f, o in EVERY}


def test_few_functions_are_dense() -> None:
    dense = [file for file, one in EVERY if one.complexity > MANY]
    elsewhere = [file for file in dense if not file.startswith(LANGUAGE)]
    assert len(dense) <= 0.02 * len(EVERY)
    assert len(elsewhere) <= 0.01 * sum(not file.startswith(LANGUAGE) for file, _ in EVERY)


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith(LANGUAGE)])
def test_conditions_have_names(file: str) -> None:
    tree = ast.parse(FILES[file].read_text(encoding="utf-8"))
    assert [node.lineno for node in expressions(tree) if crowded(node)] == []


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith(LANGUAGE)])
def test_no_word_list_stands_in_python(file: str) -> None:
    tree = ast.parse(FILES[file].read_text(encoding="utf-8"))
    lists = [node.lineno for node in ast.walk(tree) if words_of_a_set(node) > MOST_WORDS]
    assert lists == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a and b or c and d", False),
        ("x == 1 and y == 2 and z == 3", False),
        ("x == 1 and y == 2 and z == 3 or w", True),
        ("a and not b and c.d or e", False),
    ],
)
def test_a_crowded_expression_is_found(text: str, found: bool) -> None:
    (outermost,) = expressions(ast.parse(text))
    assert crowded(outermost) is found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a", "b"}', 2),
        ('frozenset("a b c d e f".split())', 6),
        ('frozenset(("a", "b", "c"))', 3),
        ('{"a": 1}', 0),
        ("set(words)", 0),
    ],
)
def test_a_set_of_words_is_found(text: str, words: int) -> None:
    counts = [words_of_a_set(node) for node in ast.walk(ast.parse(text))]
    assert max(counts) == words
