"""``supportdesk outbox``: what has not left, what failed, and what to do about it."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.arguments import NUMBER, Word
from supportdesk.commands.options import ALL, json_option, limit_option, with_desk, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.receipts import told
from supportdesk.domain.channel import OutboxStatus
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.group(help=_("Look at messages on their way out, recall them, try them again."))
def outbox() -> None:
    pass


@outbox.command("list", help=_("List the messages on their way out and those that left, newest first."))
@click.option("--status", type=Word(OutboxStatus), help=_("Only those."))
@limit_option
@json_option
@with_reading_desk
def list_messages(desk: "Desk", status: OutboxStatus | None, limit: int, as_json: bool) -> None:
    from supportdesk.desk import outgoing

    found = outgoing.outbox(desk, status=status, limit=0 if limit == ALL else limit)
    columns = [
        Column("id", _("Id"), right=True),
        Column("ticket", "#", right=True),
        Column("status", _("Status")),
        Column("not_before", _("Not before"), from_width=110),
        Column("tries", _("Tries"), right=True, from_width=120),
        Column("channel", _("Channel"), from_width=100),
        Column("to", _("To"), folds=True),
        Column("subject", _("Subject"), folds=True, from_width=80),
        Column("error", _("Error"), folds=True),
    ]
    output.emit(map(forms.outgoing, found), columns, as_json, empty=_("The outbox is empty."))


@outbox.command(help=_("Take back a message that has not left; its text becomes the draft again."))
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def recall(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import outgoing

    told(outgoing.recall(desk, id), as_json)


@outbox.command(help=_("Try a message that failed once more, now."))
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def retry(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import outgoing

    told(outgoing.retry(desk, id), as_json)
