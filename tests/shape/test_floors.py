"""The floors of the house: the contracts in pyproject.toml, and what they must be able to see."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shape.tree import ROOT

LINT = (sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        LINT, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder), "PATH": ""}
    )


def test_every_floor_imports_only_lower_ones() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("domain/safe.py", "import supportdesk.store.unit", "A floor imports only lower ones"),
        ("domain/safe.py", "import sqlalchemy", "The domain is pure"),
        ("channels/__init__.py", "import supportdesk.store", "A floor imports only lower ones"),
        ("widgets/__init__.py", "import supportdesk.store.engine", "The console reaches the store"),
        ("screens/__init__.py", "import supportdesk.workers", "Screens and workers"),
        ("desk/triage.py", "import click", "Only the console draws"),
        ("commands/output.py", "import alembic", "Alembic is for migrating"),
        ("commands/output.py", "import supportdesk.cli", "A floor imports only lower ones"),
        ("attic.py", "", "A floor imports only lower ones"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copytree(ROOT / "supportdesk", tmp_path / "supportdesk", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "supportdesk" / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert contract in done.stdout
    broken = [text for text in done.stdout.splitlines() if text.startswith(contract) and "BROKEN" in text]
    assert broken or file == "attic.py", done.stdout[-2000:]
