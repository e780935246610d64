"""Tests mirror the tree: who changes a module knows where its tests are."""

import ast
from pathlib import Path

from tests.shape.tree import ROOT, functions, modules, name

ELSEWHERE = {
    "supportdesk/__main__.py": "tests/test_cli.py runs it",
    "supportdesk/commands/root.py": "tests/test_cli.py runs it",
    "supportdesk/desk/desk.py": "tests/desk/test_founding.py opens and founds desks",
    "supportdesk/desk/routes.py": "tests/desk/test_conversation.py answers by them",
    "supportdesk/store/blobs.py": "tests/desk/test_intake.py keeps attachments byte for byte",
    "supportdesk/store/bulk_tables.py": "tests/store/test_bulk.py loads by them",
    "supportdesk/store/customers.py": "tests/desk/test_customers.py finds, edits and merges",
    "supportdesk/store/derived.py": "tests/desk/test_undo.py compares every column",
    "supportdesk/store/events.py": "tests/desk/test_feed.py misses none",
    "supportdesk/store/inbox.py": "tests/desk/test_receiving.py keeps and tests/desk/test_quarantine.py lists",
    "supportdesk/store/known.py": "tests/desk/test_intake.py joins by it",
    "supportdesk/store/ops.py": "tests/desk/test_undo.py takes everything back",
    "supportdesk/store/outbox.py": "tests/desk/test_deliver.py claims and settles",
    "supportdesk/store/people.py": "tests/desk/test_people.py looks them up",
    "supportdesk/store/reader.py": "tests/desk/test_opening.py compares both readers",
    "supportdesk/store/revision.py": "tests/store/test_driver.py opens stores of every revision",
    "supportdesk/store/search_index.py": "tests/desk/test_search.py finds and forgets",
    "supportdesk/store/tables/__init__.py": "tests/store/test_migrate.py compares them with the migrations",
    "supportdesk/store/tables/columns.py": "tests/store/test_migrate.py compares them with the migrations",
    "supportdesk/store/tables/tickets.py": "tests/store/test_queue.py explains its indexes",
    "supportdesk/store/tickets.py": "tests/desk/test_tickets.py reads them",
    "supportdesk/store/unit.py": "tests/desk/test_triage.py locks and records by it",
    "supportdesk/store/where.py": "tests/desk/test_queue.py reads queries aloud beside it",
}


def is_tested(path: Path) -> bool:
    """Whether ``test_NAME.py``, or a family ``test_NAME_*.py``, stands where the module or the package would."""
    place = path.parent if path.name == "__init__.py" else path.with_suffix("")
    folder = ROOT / "tests" / place.parent.relative_to(ROOT / "supportdesk")
    return (folder / f"test_{place.name}.py").is_file() or any(folder.glob(f"test_{place.name}_*.py"))


def does_something(path: Path) -> bool:
    """Values alone (dataclasses, enums, constants) are tested by whoever uses them."""
    return any(not _is_trivial(function) for function in functions(path))


def _is_trivial(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    return not body or (len(body) == 1 and isinstance(body[0], ast.Return) and function.name.startswith("__"))


def test_every_module_that_does_something_has_its_tests() -> None:
    sources = [path for path in modules("supportdesk") if does_something(path)]
    assert [name(path) for path in sources if not is_tested(path) and name(path) not in ELSEWHERE] == []


def test_the_list_of_exceptions_is_true() -> None:
    for listed, reason in ELSEWHERE.items():
        assert (ROOT / listed).is_file(), f"{listed} is gone"
        assert not is_tested(ROOT / listed), f"{listed} has its own test now"
        assert (ROOT / reason.split()[0]).exists(), f"{reason.split()[0]} is gone"
