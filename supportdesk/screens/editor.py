"""Writing in the editor of one's choice, with the terminal all to itself."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from supportdesk.domain.safe import safe_text

if TYPE_CHECKING:
    from textual.app import App


def write_in_editor(app: "App[None]", text: str) -> str | None:
    """The text as the editor left it; None where the terminal cannot be lent or there is no editor.

    The file is readable by this user alone and gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="supportdesk-") as directory:
        path = Path(directory) / "answer.txt"
        path.write_text(text, encoding="utf-8")
        try:
            with app.suspend():
                subprocess.run([*editor(), str(path)], check=False)  # noqa: S603 - the agent's own editor
        except (SuspendNotSupported, OSError):
            return None
        return safe_text(path.read_text(encoding="utf-8", errors="replace")).rstrip("\n")


def editor() -> list[str]:
    """``$VISUAL``, ``$EDITOR`` or vi, with its options."""
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
