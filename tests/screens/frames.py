"""Screens as plain text, compared with the files in ``frames/``: a change of what people see is a readable diff.

``UPDATE_FRAMES=1 pytest tests/screens/test_frames.py`` writes them anew.
"""

import os
from pathlib import Path

from rich.cells import cell_len
from textual.app import App

FRAMES = Path(__file__).with_name("frames")


def frame(app: App[int]) -> str:
    """The screen, a line per row. Every line is as wide as the terminal, or the cells of some glyph are miscounted."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    assert {cell_len(line) for line in lines} == {app.size.width}
    return "\n".join(line.rstrip() for line in lines) + "\n"


def assert_frame(app: App[int], name: str) -> None:
    """The screen is as it was when somebody last looked at it and found it good."""
    path, shown = FRAMES / f"{name}.txt", frame(app)
    if os.environ.get("UPDATE_FRAMES"):
        FRAMES.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.exists(), f"no frame {path.name}: look at the screen, then run with UPDATE_FRAMES=1"
    assert shown == path.read_text(encoding="utf-8")
