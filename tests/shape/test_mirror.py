"""Tests mirror the tree: who changes a module knows where its tests are."""

import ast
from pathlib import Path

from tests.shape.tree import ROOT, functions, modules, name

ELSEWHERE = {
    "supportdesk/__main__.py": "tests/test_cli.py runs it",
    "supportdesk/commands/demo.py": "tests/process/test_demo.py runs it",
    "supportdesk/commands/demo_scene.py": "tests/process/test_demo.py runs it",
    "supportdesk/commands/generate.py": "tests/process/test_generate.py runs it",
    "supportdesk/commands/root.py": "tests/test_cli.py runs it",
    "supportdesk/commands/worker.py": "tests/process/test_worker_killed.py runs it",
    "supportdesk/desk/demo/customers.py": "tests/desk/demo/test_stories.py gives them their stories",
    "supportdesk/desk/demo/data.py": "tests/desk/demo/test_stories.py reads them",
    "supportdesk/desk/demo/moments.py": "tests/desk/demo/test_seeding.py finds each of them",
    "supportdesk/desk/demo/staff.py": "tests/desk/demo/test_seeding.py works with them",
    "supportdesk/desk/desk.py": "tests/desk/test_founding.py opens and founds desks",
    "supportdesk/desk/judging.py": "tests/desk/test_filing.py compares what it decides about many and about one",
    "supportdesk/desk/routes.py": "tests/desk/test_conversation.py answers by them",
    "supportdesk/screens/answering.py": "tests/screens/test_composer.py answers, notes and forwards",
    "supportdesk/screens/changes.py": "tests/screens/test_prompts.py makes each of them",
    "supportdesk/screens/command_line.py": "tests/screens/test_queue.py types into it",
    "supportdesk/screens/desk_screen.py": "tests/screens/test_queue.py stands on it",
    "supportdesk/screens/drafting.py": "tests/screens/test_composer.py finds every draft again",
    "supportdesk/screens/editor.py": "tests/screens/test_composer.py leaves for an editor and comes back",
    "supportdesk/screens/everywhere.py": "tests/screens/test_queue.py goes everywhere",
    "supportdesk/screens/help.py": "tests/screens/test_frames.py shows it",
    "supportdesk/screens/inserting.py": "tests/screens/test_composer.py inserts canned replies",
    "supportdesk/screens/outbox.py": "tests/screens/test_posts.py recalls and retries",
    "supportdesk/screens/quarantine.py": "tests/screens/test_posts.py retries and discards",
    "supportdesk/screens/queue_keys.py": "tests/screens/test_queue.py presses them",
    "supportdesk/screens/queue_pages.py": "tests/screens/test_queue.py pages",
    "supportdesk/screens/quoting.py": "tests/screens/test_composer.py quotes",
    "supportdesk/screens/reading.py": "tests/screens/test_ticket.py reads",
    "supportdesk/screens/recent.py": "tests/screens/test_search.py searches again",
    "supportdesk/screens/sending.py": "tests/screens/test_send_sheet.py sends",
    "supportdesk/screens/status_line.py": "tests/screens/test_ticket_frames.py shows it",
    "supportdesk/screens/ticket_tools.py": "tests/screens/test_ticket.py copies, saves and looks at headers",
    "supportdesk/screens/verbs.py": "tests/screens/test_queue.py does each of them",
    "supportdesk/store/blobs.py": "tests/desk/test_intake.py keeps attachments byte for byte",
    "supportdesk/store/bulk_tables.py": "tests/store/test_bulk.py loads by them",
    "supportdesk/store/customers.py": "tests/desk/test_customers.py finds, edits and merges",
    "supportdesk/store/derived.py": "tests/desk/test_undo.py compares every column",
    "supportdesk/store/events.py": "tests/desk/test_feed.py misses none",
    "supportdesk/store/gathering.py": "tests/desk/test_filing.py compares all it writes",
    "supportdesk/store/inbox.py": "tests/desk/test_receiving.py keeps and tests/desk/test_quarantine.py lists",
    "supportdesk/store/known.py": "tests/desk/test_intake.py joins by it",
    "supportdesk/store/ops.py": "tests/desk/test_undo.py takes everything back",
    "supportdesk/store/people.py": "tests/desk/test_people.py looks them up",
    "supportdesk/store/quarantine.py": "tests/desk/test_quarantine.py and tests/desk/test_rescue.py look there",
    "supportdesk/store/reader.py": "tests/desk/test_opening.py compares both readers",
    "supportdesk/store/reconcile.py": "tests/desk/test_reconcile.py compares by it",
    "supportdesk/store/reparse.py": "tests/desk/test_reparse.py rewrites by it",
    "supportdesk/store/revision.py": "tests/store/test_driver.py opens stores of every revision",
    "supportdesk/store/tables/__init__.py": "tests/store/test_migrate.py compares them with the migrations",
    "supportdesk/store/tables/columns.py": "tests/store/test_migrate.py compares them with the migrations",
    "supportdesk/store/tables/tickets.py": "tests/store/test_queue.py explains its indexes",
    "supportdesk/store/tickets.py": "tests/desk/test_tickets.py reads them",
    "supportdesk/store/unit.py": "tests/desk/test_triage.py locks and records by it",
    "supportdesk/store/where.py": "tests/desk/test_queue.py reads queries aloud beside it",
    "supportdesk/widgets/canned_pane.py": "tests/screens/test_composer.py chooses from it",
    "supportdesk/widgets/composer.py": "tests/screens/test_composer.py types into it",
    "supportdesk/widgets/draft_keeper.py": "tests/screens/test_draft_keeper.py keeps and loses nothing",
    "supportdesk/widgets/history_pane.py": "tests/screens/test_ticket.py opens earlier contacts",
    "supportdesk/widgets/keys.py": "tests/screens/test_queue.py presses keys, in bursts too",
    "supportdesk/widgets/list_title.py": "tests/screens/test_frames.py shows it",
    "supportdesk/widgets/preview.py": "tests/screens/test_queue.py reads it",
    "supportdesk/widgets/rows.py": "tests/screens/test_customers.py chooses from them",
    "supportdesk/widgets/search_field.py": "tests/screens/test_search.py types into it",
    "supportdesk/widgets/text_view.py": "tests/screens/test_posts.py looks at raw mail in it",
    "supportdesk/widgets/views_pane.py": "tests/screens/test_queue.py shows views with counts",
    "supportdesk/widgets/words.py": "tests/screens/test_ticket_frames.py shows them in both languages",
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
