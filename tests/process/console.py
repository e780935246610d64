"""The console as its users have it: a process on a real pseudo-terminal, driven by keys, read from the screen."""

import codecs
import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyte

from tests.process.correspondence import CHECKOUT

KEYS = {"Enter": "\r", "Esc": "\x1b", "Ctrl+S": "\x13", "Ctrl+P": "\x10", "Up": "\x1b[A", "Down": "\x1b[B", "Tab": "\t"}
PATIENCE = 20.0


class Console:
    """A running console. ``press`` types, ``see`` waits for words on the screen."""

    def __init__(self, store_url: str, agent: str, *, columns: int = 120, rows: int = 40, language: str = "en") -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self._fd = pty.fork()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)  # before the console asks
            environment = {
                **os.environ,
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "SUPPORTDESK_LANG": language,
            }
            os.chdir(CHECKOUT)
            command = [sys.executable, "-m", "supportdesk", "--store", store_url, "--agent", agent]
            os.execve(sys.executable, command, environment)

    def press(self, *keys: str) -> None:
        """Type keys by name ("Enter", "Ctrl+S") or as text."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key).encode())
            self._read(0.05)

    @property
    def screen(self) -> str:
        """What is on it now, a line each."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def see(self, *words: str, seconds: float = PATIENCE) -> float:
        """Wait until all words are on the screen; returns how many seconds that took."""
        return self.until(lambda: all(word in self.screen for word in words), f"{words} on the screen", seconds)

    def see_no(self, word: str, seconds: float = PATIENCE) -> float:
        return self.until(lambda: word not in self.screen, f"{word!r} gone from the screen", seconds)

    def until(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
        start = time.monotonic()
        while not holds():
            if time.monotonic() - start > seconds:
                raise AssertionError(f"not {what} within {seconds} s:\n{self.screen}")
            self._read(0.1)
        return time.monotonic() - start

    def kill(self) -> None:
        """As if the machine had lost power."""
        os.kill(self.pid, signal.SIGKILL)
        self._reap()

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        self._reap()

    def _reap(self) -> None:
        """Drain the terminal until the process is gone: it may wait for someone to read what it writes."""
        deadline = time.monotonic() + 10
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            self._read(0.05)
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
        os.close(self._fd)

    def _read(self, seconds: float) -> None:
        """Take in what the console writes within ``seconds``, and at once what is there."""
        while select.select([self._fd], [], [], seconds)[0]:
            try:
                data = os.read(self._fd, 65536)
            except OSError:
                return
            if not data:
                return
            self._stream.feed(self._decoder.decode(data))
            seconds = 0.0


@contextmanager
def open_console(store_url: str, agent: str, **how: int | str) -> Iterator[Console]:
    console = Console(store_url, agent, **how)  # type: ignore[arg-type]
    try:
        yield console
    finally:
        with contextlib.suppress(ChildProcessError, OSError):
            console.close()
