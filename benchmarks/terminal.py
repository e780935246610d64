"""A program in a terminal of its own: what it paints, when, and in how many bytes."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

STYLE = re.compile(rb"\x1b\[[0-9;:]*m")
SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78cDEHMNOZ])")
ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronized output: known, off; as most terminals answer
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # in-band resize: unknown
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}
QUIET = 0.03
"""Seconds without output after which a program has finished painting."""
NOTHING = 0.5
"""Seconds after which a key is believed to paint nothing."""


class NotShownError(Exception):
    """The program ended, or did not show in time what was waited for."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What followed a key: seconds until the last byte, and how many bytes."""

    seconds: float
    size: int


class Terminal:
    """Starts ``command`` in a pty of 120 x 40 cells; ``started`` is the monotonic time just before."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], *, columns: int = 120, rows: int = 40
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.output = bytearray()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(environ), start_new_session=True
        )
        os.close(slave)
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def wait_for(self, text: str, timeout: float = 30.0, *, since: int = 0) -> float:
        """The monotonic time at which ``text`` was on its way to the screen; ``since``: a length of ``output``."""
        wanted = text.encode()
        deadline = time.monotonic() + timeout
        while True:
            at = time.monotonic()
            if wanted in visible(bytes(self.output[since:])):
                return at
            if at > deadline:
                raise NotShownError(f"“{text}” was not shown within {timeout:.0f} s:\n{self.tail()}")
            self._read(min(0.5, deadline - at))

    def press(self, keys: bytes, *, quiet: float = QUIET, timeout: float = NOTHING) -> Painted:
        """Write ``keys`` and read until nothing comes for ``quiet`` seconds, or nothing at all for ``timeout``."""
        before, at = len(self.output), time.monotonic()
        os.write(self._master, keys)
        last = at
        while self._read(quiet if len(self.output) > before else timeout):
            last = time.monotonic()
        return Painted(last - at, len(self.output) - before)

    def settle(self, quiet: float = 0.5, timeout: float = 20.0) -> None:
        """Read until nothing has come for ``quiet`` seconds."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self._read(quiet):
            pass

    def rest(self, seconds: float) -> None:
        """Keep reading for a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def tail(self) -> str:
        """The last of what was shown, without escape sequences."""
        return visible(bytes(self.output)).decode(errors="replace").strip()[-2000:]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self._drain(3.0)
            except NotShownError:
                self.process.kill()
        self.process.wait()
        os.close(self._master)

    def _drain(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise NotShownError("it does not end")
            try:
                self._read(0.05)
            except NotShownError:
                self.process.wait(max(0.1, deadline - time.monotonic()))

    def _read(self, timeout: float) -> bool:
        """Read what is there within ``timeout``; False when nothing came."""
        if not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            found = os.read(self._master, 65536)
        except OSError:  # Linux says so when the other end has been closed
            found = b""
        if not found:
            raise NotShownError(f"the program ended:\n{self.tail()}")
        self.output += found
        self._answer()
        return True

    def _answer(self) -> None:
        start = max(0, self._answered - 16)
        for question, answer in ANSWERS.items():
            at = self.output.find(question, start)
            if at >= 0 and at + len(question) > self._answered:
                os.write(self._master, answer)
        self._answered = len(self.output)


def visible(output: bytes) -> bytes:
    """What can be read of it: pieces that only a change of style separates stay together."""
    return SEQUENCE.sub(b"\n", STYLE.sub(b"", output))
