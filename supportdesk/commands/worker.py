"""``supportdesk worker``: receive, take in, deliver and mind the clock, until stopped."""

import logging
import signal
import threading
from typing import TYPE_CHECKING

import click

from supportdesk.commands import output
from supportdesk.commands.crash import without_secrets
from supportdesk.commands.options import with_system_desk
from supportdesk.i18n import _, ngettext

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.command(help=_("Receive mail, make tickets of it, deliver replies and mind the clock, until stopped."))
@click.option("--once", is_flag=True, help=_("Take all there is, deliver all that is due, and end."))
@click.option("--channel", "names", multiple=True, metavar="NAME", help=_("Only this channel; may be repeated."))
@with_system_desk
def worker(desk: "Desk", once: bool, names: tuple[str, ...]) -> None:
    from supportdesk.workers.run import Workers

    _log_to_stderr()
    workers = Workers(desk, names)
    if once:
        received = workers.once()
        output.say(ngettext("{count} message received.", "{count} messages received.", received).format(count=received))
        return
    stopped = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda _number, _frame: stopped.set())
    workers.start()
    output.say(_("Working for {desk}. Stop with Ctrl+C.").format(desk=desk.name))
    while not stopped.wait(1.0):
        pass
    workers.stop()


def _log_to_stderr() -> None:
    """A worker's diary goes where a service manager keeps it; it never names a secret."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(threadName)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class _Discreet(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
