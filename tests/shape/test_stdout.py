"""One module owns stdout and stderr."""

import ast
from pathlib import Path

from tests.shape.tree import modules, name, syntax

OWNERS = {
    "supportdesk/commands/output.py": "it is the one",
    "supportdesk/cli.py": "answers --version before importing anything, and asks whether stdout is a terminal",
}


def written_in(path: Path) -> list[int]:
    """Lines that print, echo, or touch the standard streams."""
    return [node.lineno for node in ast.walk(syntax(path)) if isinstance(node, ast.expr) and _writes(node)]


def _writes(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="print")):
            return True
        case ast.Attribute(value=ast.Name(id="click"), attr="echo" | "secho" | "echo_via_pager"):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr" | "__stdout__" | "__stderr__"):
            return True
    return False


def test_nothing_else_writes_to_the_terminal() -> None:
    found = {name(path): written_in(path) for path in modules("supportdesk") if name(path) not in OWNERS}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_the_owners_are_still_there() -> None:
    for path in modules("supportdesk"):
        if name(path) in OWNERS:
            assert written_in(path), f"{name(path)} no longer writes: take it off the list"
    assert set(OWNERS) <= {name(path) for path in modules("supportdesk")}
