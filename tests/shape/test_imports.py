"""What starting costs: which packages each door of the program imports, asked of a new Python each time."""

import json
import subprocess
import sys

import pytest

from tests.shape.tree import PACKAGE, module_name, modules

HEAVY = frozenset({"sqlalchemy", "sqlmodel", "pydantic", "alembic", "imapclient", "aiosmtplib", "keyring", "psycopg"})
IMPORTED = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
ours = {"supportdesk", "__main__"}
tops = {name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__spec__", None)}
print(json.dumps(sorted(tops - ours - sys.stdlib_module_names)))
"""


def imported(*names: str) -> set[str]:
    """Packages of others that importing ``names`` brings along."""
    before = _run()
    others = _run(*names) - before
    # The compiled halves of packages, and the standard library's record of how this platform's Python was built.
    return {top for top in others if not top.endswith("__mypyc") and not top.startswith("_sysconfigdata")}


def _run(*names: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", IMPORTED, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return set(found)


def of(folder: str) -> list[str]:
    """Every module below a folder of the package."""
    return [module_name(path) for path in modules(f"supportdesk/{folder}")]


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (["supportdesk.cli"], set()),
        (["supportdesk.i18n", "supportdesk.config", "supportdesk.paths", "supportdesk.keymap"], set()),
        (["supportdesk.commands.root"], {"click"}),
        (of("commands"), {"click"}),
        (of("domain"), {"selectolax", "markdown_it", "mdurl", "linkify_it"}),
    ],
    ids=["cli", "settings", "root", "commands", "domain"],
)
def test_a_door_brings_no_more_than_it_may(names: list[str], allowed: set[str]) -> None:
    assert imported(*names) <= allowed


@pytest.mark.parametrize("folder", ["app", "screens", "widgets"])
def test_the_console_paints_before_it_imports_the_store(folder: str) -> None:
    names = [f"supportdesk.{folder}"] if folder == "app" else of(folder)
    assert imported(*names) & HEAVY == set()


def test_the_first_page_needs_no_sqlalchemy() -> None:
    assert imported("supportdesk.desk.opening") & HEAVY <= {"psycopg"}


def test_the_desk_needs_neither_mail_servers_nor_migrations() -> None:
    assert imported(*of("desk")) & {"alembic", "imapclient", "aiosmtplib", "keyring", "textual", "click"} == set()


EACH_ALONE = """
import importlib, sys
for name in sys.argv[1:]:
    for loaded in [loaded for loaded in sys.modules if loaded.startswith("supportdesk")]:
        if not loaded.startswith("supportdesk.store"):  # tables can be made once
            del sys.modules[loaded]
    importlib.import_module(name)
"""


def test_every_module_can_be_imported_first() -> None:
    names = [module_name(path) for path in modules("supportdesk") if path != PACKAGE / "__main__.py"]
    done = subprocess.run([sys.executable, "-c", EACH_ALONE, *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
