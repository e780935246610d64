"""The terminal the console is drawn on, which may go away: a window that is closed, a connection that breaks."""

import contextlib
import select
from typing import IO, TYPE_CHECKING, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from io import TextIOWrapper

    from textual.app import App

GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class TerminalDriver(LinuxDriver):
    """Textual's own, but for what is written when the terminal is gone: it is forgotten.

    Otherwise the thread that writes ends with the first error, and the program waits for it for ever.
    """

    def __init__(
        self, app: "App[object]", *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("TextIOWrapper", Forgetful(cast("IO[str]", self._file)))

    def is_gone(self) -> bool:
        """Whether nobody is at the other end any more."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        return any(event & GONE for _fd, event in poll.poll(0))


class Forgetful:
    """As much of a file as Textual needs to write to; what cannot be written is forgotten."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def isatty(self) -> bool:
        return self._file.isatty()
