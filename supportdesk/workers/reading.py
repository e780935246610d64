"""Parsing in a process of its own, beside the one that writes: for a backlog of mail.

The process knows nothing of the desk but its instance id. It ends when its other end of the connection is closed, so
also when the worker is killed. What it was reading when it dies is read by the worker itself; nothing is lost.
"""

import contextlib
import logging
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING

from supportdesk.channels.kinds import KINDS
from supportdesk.domain.arrival import Arrival
from supportdesk.domain.errors import DeskError

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.desk.intake import Waiting
    from supportdesk.desk.judging import Read

log = logging.getLogger(__name__)

SLOW = 2.0
"""Seconds of computing that one mail may take."""
STUCK = 2
"""Times as long, and the kernel ends a process that does not even notice that it is slow."""
END = 5.0
"""Seconds to wait for the end of a process that should end by itself."""
PAUSE = 0.2
"""Seconds between looks while something is received."""
ENOUGH = 3
"""Full batches after which a process of its own pays off: its start costs as much as reading two."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A mail that cannot be read: why, and for the log where. ``slow``: it would have taken too long."""

    error: str
    trace: str = ""
    slow: bool = False


class _TooSlow(BaseException):
    """Not an Exception: a parser that goes on after any of these has to stop all the same."""


Answer = Arrival | Failed


def serve(connection: Connection, slow: float) -> None:
    """Read lists of (kind, raw, instance id), answer each with a list of ``Answer``, until the other end is closed.

    ``slow``: seconds of computing that one of them may take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, for the worker, which then closes its end
    signal.signal(signal.SIGVTALRM, _give_up)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send([_read(kind, raw, instance, slow) for kind, raw, instance in connection.recv()])


def main(descriptor: int, slow: float) -> None:
    """What the process runs: ``serve`` on a socket it was given."""
    with Connection(descriptor) as connection:
        serve(connection, slow)


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise _TooSlow


def _read(kind: str, raw: bytes, instance: str, slow: float) -> Answer:
    signal.setitimer(signal.ITIMER_PROF, slow * STUCK)
    signal.setitimer(signal.ITIMER_VIRTUAL, slow)
    try:
        return KINDS[kind].arrive(raw, instance)
    except _TooSlow:
        return Failed(_took(slow), slow=True)
    except Exception as error:
        return Failed(str(error), traceback.format_exc())
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _took(seconds: float) -> str:
    return f"Reading it took more than {seconds:g} s."


class Reader:
    """The process, started when first asked. To be used as a context; one list is in work at a time."""

    def __init__(self, instance: str) -> None:
        self._instance = instance
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def begin(self, mails: Sequence[tuple[str, bytes]]) -> None:
        """Have a list of (kind, raw) read; the answers are fetched with ``answers``."""
        with contextlib.suppress(OSError):  # it has died: ``answers`` will tell
            self._connected().send([(kind, raw, self._instance) for kind, raw in mails])

    def answers(self) -> list[Answer] | None:
        """Those to the last list; None where the process died over it."""
        try:
            found: list[Answer] = self._connected().recv()
        except (EOFError, OSError):
            return None
        return found

    def died_slowly(self) -> bool:
        """After None: whether it was stopped because it took too long. The next list is for a new process."""
        process = self._process
        self._end()
        return process is not None and process.returncode == -signal.SIGPROF

    def _connected(self) -> Connection:
        if self._connection is None:
            ours, theirs = socket.socketpair()
            with theirs:
                there = theirs.fileno()
                # not with -m: what it answers would belong to a module called __main__
                command = [sys.executable, "-c", f"from {__name__} import main; main({there}, {SLOW})"]
                self._process = subprocess.Popen(command, pass_fds=[there], stdin=subprocess.DEVNULL)  # noqa: S603
            self._connection = Connection(ours.detach())
        return self._connection

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            try:
                self._process.wait(END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Intake:
    """Takes in what waits: a little in this process alone, a backlog with one that reads beside it."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def take_in(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Until nothing waits that is not in another worker's hands; returns how much was dealt with."""
        from supportdesk.desk import intake

        done = full = 0
        while not stopped() and (waiting := intake.look(self._desk)):
            full = full + 1 if intake.is_full(waiting) else 0
            if full < ENOUGH:
                settled = intake.settle(self._desk, [intake.read_here(self._desk, each) for each in waiting])
            else:
                settled, full = self._backlog(waiting, stopped), 0
            done += settled
            if not settled:
                break
        return done

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Take in what comes while the block runs, and the rest when it is done."""
        done, given_up = threading.Event(), threading.Event()
        thread = threading.Thread(target=self._keep, args=(done, given_up), name="intake", daemon=True)
        thread.start()
        try:
            yield
            done.set()
            thread.join()
        except BaseException:
            given_up.set()
            raise
        self.take_in()

    def _keep(self, done: threading.Event, given_up: threading.Event) -> None:
        try:
            while not (done.is_set() or given_up.is_set()):
                self.take_in(given_up.is_set)
                done.wait(PAUSE)
        except DeskError as error:
            log.warning("intake: %s", error)  # what is left is taken in at the end, and raises then
        except Exception:
            log.exception("intake failed")

    def _backlog(self, waiting: list["Waiting"], stopped: Callable[[], bool]) -> int:
        """While one batch is written, the next is being read."""
        from supportdesk.desk import intake

        done = 0
        with Reader(self._desk.about.instance) as reader:
            _begin(reader, waiting)
            while waiting:
                following = [] if stopped() else intake.look(self._desk, after=waiting[-1].item.id)
                read = self._answered(reader, waiting)
                if following:
                    _begin(reader, following)
                done += intake.settle(self._desk, read)
                waiting = following
        return done

    def _answered(self, reader: Reader, waiting: list["Waiting"]) -> list["Read"]:
        from supportdesk.desk import intake

        found = reader.answers()
        if found is not None:
            return [_as_read(each, answer) for each, answer in zip(waiting, found, strict=True)]
        if not reader.died_slowly():
            log.warning("the process that reads mail has died; reading here")
            return [intake.read_here(self._desk, each) for each in waiting]
        return [self._alone(reader, each) for each in waiting]

    def _alone(self, reader: Reader, waiting: "Waiting") -> "Read":
        """One of a list that had a mail the process got stuck over."""
        from supportdesk.desk import intake

        _begin(reader, [waiting])
        if (found := reader.answers()) is not None:
            return _as_read(waiting, found[0])
        if reader.died_slowly():
            return _as_read(waiting, Failed(_took(SLOW * STUCK), slow=True))
        return intake.read_here(self._desk, waiting)


def _begin(reader: Reader, waiting: Sequence["Waiting"]) -> None:
    reader.begin([(each.source.kind, each.item.raw) for each in waiting])


def _as_read(waiting: "Waiting", answer: Answer) -> "Read":
    from supportdesk.desk.judging import Read, TooSlow

    if isinstance(answer, Failed):
        log.error("inbox %d cannot be read: %s\n%s", waiting.item.id, answer.error, answer.trace)
        return Read(waiting.item, waiting.source, TooSlow(answer.error) if answer.slow else ValueError(answer.error))
    return Read(waiting.item, waiting.source, answer)
