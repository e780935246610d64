"""The door for a mail server's pipe. It must never answer what would make the server give a mail back.

Exit codes are those of sysexits.h as mail servers read them: 75 asks to try again, 0 takes responsibility.
"""

import hashlib
from typing import TYPE_CHECKING

import click

from supportdesk.commands import crash
from supportdesk.commands.arguments import piped
from supportdesk.commands.options import system_desk
from supportdesk.domain.errors import DeskError, Invalid, NotFound, TemporaryFailure
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.command(help=_("Take in one message from stdin, for a mail server's pipe; exit code 75 asks it to try again."))
@click.option("--channel", metavar="NAME", required=True, help=_("The channel it belongs to."))
def deliver(channel: str) -> None:
    """Only what no second try can mend is another answer than 75: no message, no such channel."""
    message = _message()
    if not message.strip():
        raise Invalid("There is no message.", hint="Pipe one in, as it was received.")
    try:
        with system_desk() as desk:
            _keep(desk, channel, message)
    except NotFound:
        raise
    except DeskError as trouble:  # also what is wrong with a file of settings somebody is just writing
        raise TemporaryFailure(trouble.message, trouble.hint, **trouble.facts) from trouble
    except Exception as error:
        raise TemporaryFailure("{reason}", reason=crash.report(error)) from error


def _message() -> bytes:
    try:
        return piped()
    except OSError as error:
        raise TemporaryFailure("The message cannot be read: {reason}.", reason=error.strerror or error) from error


def _keep(desk: "Desk", name: str, message: bytes) -> None:
    """Keep the bytes; the same message once more, after an answer that got lost, stays one."""
    from supportdesk.channels.protocol import RawItem
    from supportdesk.desk import channels
    from supportdesk.desk.receiving import InboxSink

    digest = hashlib.sha256(message).hexdigest()
    sink = InboxSink(desk, channels.channel(desk, name))
    sink.take([RawItem(f"delivered/{digest}", message, desk.now())])
