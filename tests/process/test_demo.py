"""Tests of the demonstration as a program: it lives, it says what happened, and it leaves nothing behind."""

import codecs
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pyte
import pytest

from supportdesk.desk.conversation import NewTicket, create
from supportdesk.desk.desk import open_desk
from supportdesk.desk.founding import make_desk
from supportdesk.domain.message import Address
from supportdesk.store import events
from tests.process.console import Console
from tests.process.correspondence import CHECKOUT

COMMAND = [sys.executable, "-m", "supportdesk", "demo"]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, cwd=CHECKOUT, timeout=100)


class Demo(Console):
    """``supportdesk demo`` on a terminal."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(120, 40)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.chdir(CHECKOUT)
            environment = {**os.environ, "TERM": "xterm-256color", "SUPPORTDESK_LANG": "en"}
            os.execve(sys.executable, COMMAND, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))

    def child(self) -> psutil.Process:
        """The process behind it."""
        found = psutil.Process(self.pid).children()
        assert len(found) == 1
        return found[0]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demonstration makes its directory."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def demo(temporary: Path) -> Iterator[Demo]:
    console = Demo()
    yield console
    if psutil.pid_exists(console.pid):
        console.close()


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@pytest.mark.serial
def test_without_a_terminal_it_says_what_happened(temporary: Path) -> None:
    done = run("--headless", "5", "--tickets", "60")
    happened = json.loads(done.stdout)
    assert set(happened) == {"seconds", "tickets", "received", "replied", "sent", "joined", "open", "errors"}
    assert done.returncode == 0, happened
    assert happened["seconds"] == 5 and happened["errors"] == []
    assert all(happened[name] > 0 for name in ("received", "replied", "sent", "joined", "open"))
    assert happened["tickets"] > 60
    assert list(temporary.iterdir()) == []


@pytest.mark.serial
def test_too_short_to_see_anything_is_a_failure(temporary: Path) -> None:
    done = run("--headless", "0.1", "--tickets", "5")
    assert done.returncode == 1 and json.loads(done.stdout)["joined"] == 0


def test_a_store_of_ones_own_is_kept(store_url: str) -> None:
    for _ in range(2):  # the second time it goes on with what is there
        assert "tickets" in json.loads(run("--headless", "0.5", "--tickets", "40", "--store", store_url).stdout)
    desk = open_desk(store_url)
    with desk.read() as conn:
        created = [event for event in events.since(conn, events.START, 10_000) if event.kind == "created"]
    desk.close()
    assert 40 <= len(created) < 80


def test_a_real_desk_is_left_alone(fresh_sqlite: Callable[[], str]) -> None:
    url = fresh_sqlite()
    desk = make_desk(url, "Acme")
    create(desk, NewTicket("Real", "Hello", address=Address("kim@real.example")))
    done = run("--headless", "0.5", "--store", url)
    assert done.returncode == 4 and "real desk" in done.stderr
    desk.close()


def test_without_a_terminal_the_console_does_not_open(temporary: Path) -> None:
    done = run("--tickets", "3")
    assert done.returncode == 2 and "terminal" in done.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.serial
def test_the_queue_lives_and_nothing_stays_behind(demo: Demo, temporary: Path) -> None:
    demo.see("Acme Support", "alice", "환불이 아직 안 됐어요")
    child = demo.child()
    (made,) = temporary.glob("supportdesk-demo-*")
    assert made.stat().st_mode & 0o777 == 0o700
    demo.until(lambda: re.search(r"\d+ new|new ▲", demo.screen) is not None, "news on the screen", 40)
    demo.press("\x11")
    assert wait_for(lambda: gone(child))
    assert wait_for(lambda: not list(temporary.iterdir()))


@pytest.mark.serial
def test_leaving_before_it_has_begun_leaves_nothing(temporary: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "--behind", "--tickets", "50000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=CHECKOUT
    ) as child:
        assert child.stdout is not None and json.loads(child.stdout.readline())["done"] > 0
        assert len(list(temporary.iterdir())) == 1
        child.terminate()
        child.wait(20)
    assert list(temporary.iterdir()) == []


@pytest.mark.serial
def test_a_killed_console_takes_the_rest_with_it(demo: Demo, temporary: Path) -> None:
    demo.see("Acme Support", "alice")
    child = demo.child()
    demo.kill()
    assert wait_for(lambda: gone(child))
    assert wait_for(lambda: not list(temporary.iterdir()))
