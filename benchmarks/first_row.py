"""How soon the console shows its first ticket, beside the first row of a bare Textual app."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.cells import set_cell_size

from benchmarks.desks import AGENT
from benchmarks.figures import Figure, interleaved, milliseconds, spread
from benchmarks.setting import Setting
from benchmarks.terminal import Terminal
from supportdesk.app import FIRST_VIEW
from supportdesk.desk.opening import first_page

BARE = "row"
SHOWN = 8
"""Cells of a subject that are never cut off."""


def measure(setting: Setting) -> Iterator[Figure]:
    bare = (sys.executable, str(Path(__file__).with_name("bare_app.py")), BARE)
    console = setting.command()
    wanted = first_subject(setting.desk.url)
    shown_after(setting, bare, f"{BARE} 0")  # compiles modules, and brings files into memory
    shown_after(setting, console, wanted)
    found = interleaved(
        [lambda: shown_after(setting, bare, f"{BARE} 0"), lambda: shown_after(setting, console, wanted)], setting.runs
    )
    plain, ours = (milliseconds(seconds) for seconds in found)
    yield Figure("first row", "bare Textual app", median(plain), "ms", note=spread(plain))
    yield Figure("first row", "console", median(ours), "ms", note=spread(ours))
    yield Figure("first row", "ratio", median(ours) / median(plain), "x", 1.45)


def shown_after(setting: Setting, command: Sequence[str], text: str) -> float:
    """Seconds from the start of a program until it has painted ``text``."""
    with Terminal(command, setting.environ) as terminal:
        return terminal.wait_for(text) - terminal.started


def until_ready(terminal: Terminal, setting: Setting) -> float:
    """Wait for the first ticket, then for what follows it: counts, workers, screens. The time of the first ticket."""
    shown = terminal.wait_for(first_subject(setting.desk.url))
    terminal.wait_for("worker")
    terminal.settle(1.0)
    return shown


def first_subject(url: str) -> str:
    """The head of the subject at the top of the view the console begins with."""
    rows = first_page(url, AGENT, FIRST_VIEW, 1).rows
    if not rows:
        raise SystemExit("No ticket of the desk is open: there is nothing to wait for.")
    return set_cell_size(rows[0].subject, SHOWN).rstrip()
