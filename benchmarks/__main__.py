"""``python -m benchmarks``: measure, show the table, exit 1 where a budget is over."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import bulk, commands, first_row, keys, live, outgoing, reads, sync
from benchmarks.desks import sqlite_desk
from benchmarks.figures import Figure, as_json, shown
from benchmarks.postgres import postgres_desk
from benchmarks.setting import Setting

MEASURES: dict[str, Callable[[Setting], Iterator[Figure]]] = {
    "first-row": first_row.measure,
    "commands": commands.measure,
    "keys": keys.measure,
    "reads": reads.measure,
    "live": live.measure,
    "bulk": bulk.measure,
    "outgoing": outgoing.measure,
    "sync": sync.measure,
}
LARGE, SMALL = 1_000_000, 10_000


def main() -> int:
    chosen = _arguments()
    with ExitStack() as stack:
        setting = _setting(chosen, stack)
        figures = list(_measured(chosen.only or list(MEASURES), setting))
    print(json.dumps(as_json(figures), ensure_ascii=False, indent=1) if chosen.json else shown(figures))
    return 1 if any(figure.over for figure in figures) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure against the budgets.")
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help=f"{SMALL:,} tickets and few repetitions")
    parser.add_argument("--tickets", type=int, metavar="N", help=f"size of the desk (default {LARGE:,})")
    parser.add_argument("--runs", type=int, metavar="N", help="rounds of what starts a program (default 9)")
    parser.add_argument("--postgres", action="store_true", help="the reads and the sync on Postgres too")
    parser.add_argument("--fresh", action="store_true", help="generate the desk anew")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def _setting(chosen: argparse.Namespace, stack: ExitStack) -> Setting:
    tickets: int = chosen.tickets or (SMALL if chosen.quick else LARGE)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="supportdesk-bench-")))
    home, scratch = folder / "home", folder / "scratch"
    home.mkdir()
    scratch.mkdir()
    _tell(f"a desk of {tickets:,} tickets")
    desk = sqlite_desk(tickets, home, fresh=chosen.fresh)
    there = stack.enter_context(postgres_desk(tickets, home, fresh=chosen.fresh)) if chosen.postgres else None
    return Setting(desk, home, scratch, chosen.runs or (3 if chosen.quick else 9), chosen.quick, there)


def _measured(names: Sequence[str], setting: Setting) -> Iterator[Figure]:
    for name in names:
        began = time.monotonic()
        yield from MEASURES[name](setting)
        _tell(f"{name}: {time.monotonic() - began:.0f} s")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
