"""What came in, as it stands in the inbox: the list, one of them, and its bytes."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.arguments import NUMBER, Word
from supportdesk.commands.options import ALL, json_option, limit_option, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.domain.channel import InboxStatus
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.command("list", help=_("List what was received, newest first."))
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


@click.command(help=_("Show what became of something received."))
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


@click.command(help=_("Print it as it was received, byte for byte."))
@click.argument("id", type=NUMBER)
@click.option(
    "--whole", is_flag=True, help=_("If it was over the size limit, fetch what was left on the server, for this once.")
)
@with_reading_desk
def raw(desk: "Desk", id: int, whole: bool) -> None:
    from supportdesk.desk import channels, quarantine

    row, kept = quarantine.get(desk, id), quarantine.raw(desk, id)
    if whole and row.size > len(kept):
        from supportdesk.workers import reconcile

        kept = reconcile.whole(desk, channels.channel(desk, row.channel), row)
    output.raw(kept)
