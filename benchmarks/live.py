"""The console at work: changes made elsewhere show up, memory stays small, the event loop answers."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from rich.cells import set_cell_size

from benchmarks.bulk import mail_sink, raw_item
from benchmarks.desks import AGENT
from benchmarks.figures import Figure, milliseconds, percentile
from benchmarks.first_row import until_ready
from benchmarks.keys import BACK, DOWN, END, ENTER, HOME, PAGE_DOWN
from benchmarks.setting import Setting
from benchmarks.terminal import Terminal
from supportdesk.app import FIRST_VIEW
from supportdesk.desk import triage, undo
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.desk.intake import take_in
from supportdesk.desk.opening import first_page
from supportdesk.store.driver import driver_reader

ON_SCREEN = 20
"""A change is made to one of so many tickets at the top."""


def measure(setting: Setting) -> Iterator[Figure]:
    report = setting.scratch / "stalls"
    command = (
        sys.executable,
        "-m",
        "benchmarks.watched",
        str(report),
        *setting.arguments(),
    )
    desk = open_desk(setting.desk.url)
    try:
        with Terminal(command, setting.environ) as terminal:
            shown = until_ready(terminal, setting)
            ready = time.monotonic()
            yield Figure("console", "RSS, ready", _rss(terminal), "MB", 80)
            changes = _changes(desk.as_agent(AGENT), terminal, setting.times(25, 2))
            mails = _mails(desk, terminal, setting.times(15, 1))
            _work(terminal, setting.times(20, 1))
            yield Figure("console", "RSS, after work", _rss(terminal), "MB", 80)
    finally:
        desk.close()
    yield _late("a colleague's change on screen: p95", changes)
    if mails:
        yield _late("a mail, from its raw bytes to its words on screen: p95", mails)
    yield from _stalls(report, shown, ready)


def _changes(desk: Desk, terminal: Terminal, times: int) -> list[float]:
    """Seconds from a colleague's verb to its line on screen."""
    found = []
    for n in range(times):
        row = first_page(desk.store.url.url, AGENT, FIRST_VIEW, ON_SCREEN).rows[n % ON_SCREEN]
        subject, before = f"B{n:05}", len(terminal.output)
        began = time.monotonic()
        triage.rename(desk, row.number, subject)
        found.append(terminal.wait_for(subject, since=before) - began)
        undo.undo(desk, row.number)
        terminal.wait_for(set_cell_size(row.subject, 6).rstrip(), since=before)
        terminal.settle(0.3)
    return found


def _mails(desk: Desk, terminal: Terminal, times: int) -> list[float]:
    """Seconds from keeping the bytes of a customer's answer to its first words in the ticket's line on screen.

    The subject is made short before it, so that there is room for them.
    """
    sink, found, alice = mail_sink(desk), [], desk.as_agent(AGENT)
    answerable = _answerable(desk.store.url.url)
    for n in range(times if answerable else 0):
        number, sender, message_id = answerable[n % len(answerable)]
        triage.rename(alice, number, "S")
        terminal.settle(0.3)
        words, before = f"M{time.time_ns() // 1000 % 10**8}", len(terminal.output)
        began = time.monotonic()
        sink.take([raw_item(desk, n, subject="Re: S", text=words, sender=sender, answers=message_id)])
        while take_in(desk):
            pass
        found.append(terminal.wait_for(words, since=before) - began)
        undo.undo(alice, number)
        terminal.settle(0.3)
    return found


def _answerable(url: str) -> list[tuple[int, str, str]]:
    """Tickets at the top that a mail can join: number, the customer's address, a Message-ID."""
    numbers = ", ".join(str(row.number) for row in first_page(url, AGENT, FIRST_VIEW, ON_SCREEN).rows)
    with driver_reader(url) as reader:
        sql = (
            "SELECT ticket_number, min(author_address), max(rfc_message_id) FROM message "
            f"WHERE ticket_number IN ({numbers}) AND direction = 'in' AND rfc_message_id <> '' GROUP BY ticket_number"
        )
        return [(row[0], row[1], row[2]) for row in reader.rows(sql, {})]


def _work(terminal: Terminal, times: int) -> None:
    """What an agent does for a while: walk, read, jump."""
    for _ in range(times):
        for key in (DOWN, DOWN, PAGE_DOWN, DOWN, ENTER, BACK, END, HOME):
            terminal.press(key)
            terminal.rest(0.15)


def _rss(terminal: Terminal) -> float:
    """Resident megabytes, as ``ps`` tells them on every Unix."""
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(terminal.process.pid)], capture_output=True, check=True)
    return int(told.stdout) * 1024 / 1e6


def _late(name: str, seconds: list[float]) -> Figure:
    times = milliseconds(seconds)
    return Figure("console", name, percentile(times, 0.95), "ms", 1000, note=f"median {median(times):.0f} ms")


def _stalls(report: Path, shown: float, ready: float) -> Iterator[Figure]:
    lines = [line.split() for line in report.read_text().splitlines()]
    found = [(float(at), float(late) * 1000) for at, late in lines]
    opening = [late for at, late in found if shown <= at < ready]
    working = [late for at, late in found if at >= ready]
    yield Figure("console", "longest stall, at work", max(working, default=0.0), "ms", 50)
    yield Figure("console", "longest stall, while the store is imported", max(opening, default=0.0), "ms")
