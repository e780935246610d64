"""``supportdesk intake``: the inbox as received, what became of it, and a door for a mail server's pipe."""

import hashlib
from typing import TYPE_CHECKING

import click

from supportdesk.commands import crash, forms, output
from supportdesk.commands.arguments import NUMBER, Word, piped
from supportdesk.commands.options import ALL, json_option, limit_option, system_desk, with_desk, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.receipts import told
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import DeskError, Invalid, TemporaryFailure, Unreachable
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.group(help=_("Look at what came in, and at what became of it."))
def intake() -> None:
    pass


@intake.command("list", help=_("List what was received, newest first."))
@click.option("--status", type=Word(InboxStatus), help=_("Only those."))
@click.option("--channel", metavar="NAME", default="", help=_("Only of this channel."))
@limit_option
@json_option
@with_reading_desk
def list_received(desk: "Desk", status: InboxStatus | None, channel: str, limit: int, as_json: bool) -> None:
    from supportdesk.desk import channels, quarantine

    if channel:
        channels.channel(desk, channel)
    found = quarantine.inbox(desk, status=status, channel=channel, limit=0 if limit == ALL else limit)
    columns = [
        Column("id", _("Id"), right=True),
        Column("received_at", _("Received"), from_width=100),
        Column("channel", _("Channel"), from_width=70),
        Column("status", _("Status")),
        Column("cause", _("Cause")),
        Column("ticket", "#", right=True),
        Column("sender", _("From"), folds=True, from_width=60),
        Column("subject", _("Subject"), folds=True),
    ]
    output.emit(map(forms.received, found), columns, as_json, empty=_("Nothing was received."))


@intake.command(help=_("Show what became of something received."))
@click.argument("id", type=NUMBER)
@json_option
@with_reading_desk
def show(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import quarantine

    titles = {
        "id": _("Id"),
        "channel": _("Channel"),
        "external_id": _("There"),
        "received_at": _("Received"),
        "status": _("Status"),
        "cause": _("Cause"),
        "error": _("Error"),
        "attempts": _("Attempts"),
        "ticket": _("Ticket"),
        "sender": _("From"),
        "subject": _("Subject"),
        "size": _("Bytes"),
    }
    output.emit_one(forms.received(quarantine.get(desk, id)), titles, as_json)


@intake.command(help=_("Print it as it was received, byte for byte."))
@click.argument("id", type=NUMBER)
@with_reading_desk
def raw(desk: "Desk", id: int) -> None:
    from supportdesk.desk import quarantine

    output.raw(quarantine.raw(desk, id))


@intake.command(help=_("Let a worker try once more to make a ticket of what is in quarantine."))
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def retry(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import quarantine

    told(quarantine.retry(desk, id), as_json)


@intake.command(help=_("Take it out of quarantine without a ticket; the bytes stay."))
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def discard(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import quarantine

    told(quarantine.discard(desk, id), as_json)


@intake.command(help=_("Take in one message from stdin, for a mail server's pipe; exit code 75 asks it to try again."))
@click.option("--channel", metavar="NAME", required=True, help=_("The channel it belongs to."))
def deliver(channel: str) -> None:
    message = piped()
    if not message.strip():
        raise Invalid("There is no message.", hint="Pipe one in, as it was received.")
    try:
        with system_desk() as desk:
            _keep(desk, channel, message)
    except Unreachable as trouble:
        raise TemporaryFailure(trouble.message, trouble.hint, **trouble.facts) from trouble
    except DeskError:
        raise
    except Exception as error:  # any other exit code and the mail server would return the mail to its sender
        raise TemporaryFailure("{reason}", reason=crash.report(error)) from error


def _keep(desk: "Desk", name: str, message: bytes) -> None:
    """Keep the bytes; the same message once more, after an answer that got lost, stays one."""
    from supportdesk.channels.protocol import RawItem
    from supportdesk.desk import channels
    from supportdesk.desk.receiving import InboxSink

    digest = hashlib.sha256(message).hexdigest()
    sink = InboxSink(desk, channels.channel(desk, name))
    sink.take([RawItem(f"delivered/{digest}", message, desk.now())])
