"""The last searches of this user on this machine: newest first, readable by nobody else."""

import os
from pathlib import Path

from supportdesk.domain.safe import safe_line
from supportdesk.paths import paths, private_directory

KEPT = 20


def recent_searches() -> tuple[str, ...]:
    """None there, or unreadable: none."""
    try:
        lines = _path().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(line for line in map(safe_line, lines) if line)[:KEPT]


def remember_search(text: str) -> None:
    """Keep a search that led somewhere. That it cannot be kept is nobody's problem."""
    text = safe_line(text)
    if not text:
        return
    lines = [text, *(line for line in recent_searches() if line != text)][:KEPT]
    path = _path()
    try:
        private_directory(path.parent)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return


def _path() -> Path:
    return paths().state / "searches"
