"""Which worker is surely dead: only that of this host whose process is gone, a zombie, or another one by now."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from supportdesk.workers.process import WorkerProcess, is_dead, this_process

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells when a process began")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits until its stdin is closed; not waited for, it stays as a zombie."""
    process = subprocess.Popen(
        [sys.executable, "-Sc", "import sys; sys.stdout.write('x'); sys.stdout.flush(); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.read(1)
    yield process
    process.communicate()


def named(pid: int) -> str:
    from supportdesk.workers.process import _born

    return WorkerProcess(socket.gethostname(), pid, _born(pid)).name


def test_one_is_alive_oneself() -> None:
    me = this_process()
    assert (me.pid, me.host) == (os.getpid(), socket.gethostname())
    assert not is_dead(me.name)


def test_a_process_is_alive_until_it_ends(child: subprocess.Popen[bytes]) -> None:
    name = named(child.pid)
    assert not is_dead(name)
    child.communicate()
    assert is_dead(name)


@needs_proc
def test_a_zombie_is_dead(child: subprocess.Popen[bytes]) -> None:
    name = named(child.pid)
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    child.stdin = None
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert Path(f"/proc/{child.pid}").exists()
    assert is_dead(name)


@needs_proc
def test_another_process_with_the_same_number_is_not_the_same(child: subprocess.Popen[bytes]) -> None:
    assert is_dead(WorkerProcess(socket.gethostname(), child.pid, "1").name)


def test_of_other_hosts_nothing_is_known() -> None:
    assert not is_dead(replace(this_process(), host="elsewhere.example", pid=2**22 + 1).name)


@pytest.mark.parametrize("holder", ["", "x", "::", "a:b", "host:pid:born", f"{socket.gethostname()}:x:1"])
def test_what_names_no_process_is_not_said_to_be_dead(holder: str) -> None:
    assert not is_dead(holder)
