"""What waits in quarantine: try it once more, make a ticket of it, or let it be."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands.arguments import NUMBER
from supportdesk.commands.options import json_option, with_desk
from supportdesk.commands.receipts import told
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk


@click.command(
    help=_("Let a worker try once more to make a ticket of it; what could not be fetched is fetched from the server.")
)
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def retry(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import channels, quarantine

    row = quarantine.get(desk, id)
    if not quarantine.must_be_fetched(row):
        told(quarantine.retry(desk, id), as_json)
        return
    from supportdesk.workers.reconcile import fetch_again

    told(fetch_again(desk, channels.channel(desk, row.channel), row), as_json)


@click.command(help=_("Take it out of quarantine without a ticket; the bytes stay, and undo brings it back."))
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def discard(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import quarantine

    told(quarantine.discard(desk, id), as_json)


@click.command(
    help=_("Open a ticket of whatever can be read of it, with the mail itself as a file; undo takes it back.")
)
@click.argument("id", type=NUMBER)
@json_option
@with_desk
def ticket(desk: "Desk", id: int, as_json: bool) -> None:
    from supportdesk.desk import rescue

    told(rescue.make_ticket(desk, id), as_json)
