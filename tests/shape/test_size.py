"""Files and functions stay small enough to be read at once."""

import ast
from pathlib import Path

from tests.shape.tree import functions, modules, name, syntax

GENERATED = "migrations/versions/"
FILE_LINES = 400
FUNCTION_LINES = 80


def written() -> list[Path]:
    """The code people wrote."""
    return [path for path in modules() if not name(path).startswith(GENERATED)]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in written()}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_80_lines() -> None:
    lengths = {
        f"{name(path)}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in written()
        for function in functions(path)
    }
    assert {where: lines for where, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_no_module_is_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common", "base"}
    assert [name(path) for path in modules() if path.stem in drawers] == []


def test_every_module_says_what_it_is() -> None:
    assert [
        name(path) for path in modules("supportdesk") if syntax(path).body and not ast.get_docstring(syntax(path))
    ] == []
