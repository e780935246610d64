"""What runs behind a demonstration: a desk, its workers, and the simulated customers; and the process they run in.

That process is the console's child. It lives as long as its stdin is open, which ends with the console however the
console ends, and then takes the desk it made away again.
"""

import json
import logging
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from supportdesk.commands import output
from supportdesk.domain.errors import Conflict, DeskError
from supportdesk.i18n import N_, sentence

if TYPE_CHECKING:
    from supportdesk.desk.demo.account import Account

BEHIND = "--behind"
"""The hidden option that makes a demo command the child."""
ENDS_WITHIN = 15.0
Done = Callable[[int], None]
Child: TypeAlias = "subprocess.Popen[bytes]"


class Scene:
    """A demonstration desk that lives between ``start`` and ``stop``. ``url`` "": a store of its own."""

    def __init__(self, url: str, tickets: int, pace: float, done: Done) -> None:
        self._directory = "" if url else tempfile.mkdtemp(prefix="supportdesk-demo-")  # 0700
        self.url = url or f"sqlite:///{self._directory}/desk.db"
        self.errors: list[str] = []
        try:
            self._open(tickets, pace, done)
        except BaseException:
            self._remove()
            raise

    def _open(self, tickets: int, pace: float, done: Done) -> None:
        from supportdesk.desk.demo import account, crowd, seeding, staff, synthetic
        from supportdesk.desk.founding import make_desk
        from supportdesk.workers.run import Workers

        self._desk = make_desk(self.url, "Acme Support")
        if account.is_empty(self._desk):
            account.call_invented(self._desk)
            if tickets > seeding.TICKETS:
                synthetic.generate(self._desk, tickets - seeding.TICKETS, done=done)
            seeding.seed(self._desk, min(tickets, seeding.TICKETS))
        if not account.is_invented(self._desk):
            raise Conflict(
                N_("This store holds a real desk: invented customers must not write to it."),
                hint=N_("Leave --store out, or name an empty store."),
            )
        self._errors = _Errors(self.errors)
        self._began = account.cursor(self._desk)
        self._workers = Workers(self._desk, [name for name, _address in staff.CHANNELS.values()])
        self._crowd = crowd.Crowd(self._desk, self._failed, pace)

    def start(self) -> None:
        logging.getLogger().addHandler(self._errors)
        self._workers.start()
        self._crowd.start()

    def stop(self) -> "Account":
        """End it; returns what happened."""
        from supportdesk.desk.demo.account import account

        self._crowd.stop()
        self._workers.stop()
        logging.getLogger().removeHandler(self._errors)
        happened = account(self._desk, self._began)
        self._desk.close()
        self._remove()
        return happened

    def _failed(self, error: Exception) -> None:
        self.errors.append(f"{type(error).__name__}: {error}")

    def _remove(self) -> None:
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)


class _Errors(logging.Handler):
    """Collects what the workers could not do."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:
        self._errors.append(record.getMessage())


def run_behind(url: str, tickets: int) -> None:
    """Be the child: say on stdout how far it is and where the desk is, one JSON object a line, until stdin ends."""
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(128 + signal.SIGTERM))
    try:
        scene = Scene(url, tickets, 1.0, lambda count: _tell({"done": count}))
    except DeskError as error:
        _tell({"error": sentence(error)})
        return
    try:
        scene.start()
        _tell({"store": scene.url})
        sys.stdin.buffer.read()
    finally:
        scene.stop()


def _tell(what: dict[str, object]) -> None:
    output.ndjson([what])


@contextmanager
def behind(url: str, tickets: int) -> Iterator[Child]:
    """The child runs while the block runs."""
    command = [sys.executable, "-m", "supportdesk", "demo", BEHIND, "--tickets", str(tickets)]
    with subprocess.Popen(  # noqa: S603 - this program
        command + (["--store", url] if url else []),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            _end(child)


def desk_of(child: Child, done: Done | None) -> str:
    """The URL of its store, as soon as the desk is there. Raises what the child raised."""
    assert child.stdout is not None
    for line in child.stdout:
        said = json.loads(line)
        if "store" in said:
            return str(said["store"])
        if "error" in said:
            raise DeskError("{error}", error=said["error"])
        if done is not None:
            done(int(said["done"]))
    raise DeskError(N_("The demonstration could not be started."), hint=N_("Look into the log: supportdesk paths"))


def _end(child: Child) -> None:
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        child.terminate()


def run_for(seconds: float, url: str, tickets: int) -> dict[str, object]:
    """Without a terminal: let it live so long and say what happened."""
    logging.getLogger().addHandler(logging.NullHandler())
    scene = Scene(url, tickets, min(1.0, seconds / 60), lambda _count: None)
    scene.start()
    threading.Event().wait(seconds)
    happened = scene.stop()
    return {"seconds": seconds, **happened.shown(), "errors": scene.errors}
