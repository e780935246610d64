"""The project's files, as the shape tests look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "supportdesk"
CODE = ("supportdesk", "tests", "benchmarks", "scripts", "migrations")


def modules(*folders: str) -> list[Path]:
    """Python files below ``folders`` of the project (all code by default), sorted."""
    return sorted(path for folder in folders or CODE for path in (ROOT / folder).rglob("*.py"))


def name(path: Path) -> str:
    """As it is written in a failure: relative to the project."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """ "supportdesk.domain.ticket" for its file; a package for its ``__init__.py``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(syntax(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def project_files() -> list[Path]:
    """What belongs to the project: files git keeps or would keep. Empty outside a checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else []
    return sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})
