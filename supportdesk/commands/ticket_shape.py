"""``supportdesk ticket merge|unmerge|split|link|unlink|undo``."""

from typing import TYPE_CHECKING

import click

from supportdesk.commands.arguments import LINK, NUMBER, flat, ticket_argument, tickets_argument
from supportdesk.commands.options import json_option, with_desk
from supportdesk.commands.receipts import told
from supportdesk.domain.errors import Invalid
from supportdesk.domain.ticket import LinkKind
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk

Groups = tuple[tuple[int, ...], ...]


@click.command(help=_("Merge tickets into the last one named, or into that of --into."))
@tickets_argument
@click.option("--into", metavar="N", type=NUMBER, help=_("The ticket that stays."))
@json_option
@with_desk
def merge(desk: "Desk", tickets: Groups, into: int | None, as_json: bool) -> None:
    from supportdesk.desk import structure

    numbers = [each for group in tickets for each in group]
    if into is None and len(numbers) < 2:
        raise Invalid("Into which ticket?", hint="Write: supportdesk ticket merge {number} --into N", number=numbers[0])
    target = numbers.pop() if into is None else into
    told(structure.merge(desk, numbers, target), as_json)


@click.command(help=_("Take the merge of a ticket back: what came with it returns."))
@ticket_argument
@json_option
@with_desk
def unmerge(desk: "Desk", ticket: int, as_json: bool) -> None:
    from supportdesk.desk import structure

    told(structure.unmerge(desk, ticket), as_json)


@click.command(help=_("Move messages (their ids) of a ticket into a new one. Prints its number."))
@ticket_argument
@click.argument("messages", metavar="MESSAGE…", nargs=-1, required=True, type=NUMBER)
@click.option("--subject", metavar="S", default="", help=_("Of the new ticket; by default the same."))
@json_option
@with_desk
def split(desk: "Desk", ticket: int, messages: tuple[int, ...], subject: str, as_json: bool) -> None:
    from supportdesk.desk import structure

    told(structure.split(desk, ticket, flat([messages]), subject), as_json)


@click.command(help=_("Link a ticket to another."))
@ticket_argument
@click.argument("other", metavar="OTHER", type=NUMBER)
@click.option("--kind", type=LINK, default=LinkKind.RELATED, help=_("How the one refers to the other."))
@json_option
@with_desk
def link(desk: "Desk", ticket: int, other: int, kind: LinkKind, as_json: bool) -> None:
    from supportdesk.desk import structure

    told(structure.link(desk, ticket, other, kind), as_json)


@click.command(help=_("Remove the link between two tickets."))
@ticket_argument
@click.argument("other", metavar="OTHER", type=NUMBER)
@json_option
@with_desk
def unlink(desk: "Desk", ticket: int, other: int, as_json: bool) -> None:
    from supportdesk.desk import structure

    told(structure.unlink(desk, ticket, other), as_json)


@click.command(help=_("Take back your last change, with all that was done in the same stroke; N: on that ticket."))
@click.argument("ticket", metavar="[N]", type=NUMBER, required=False)
@json_option
@with_desk
def undo(desk: "Desk", ticket: int | None, as_json: bool) -> None:
    from supportdesk.desk import undo as undoing

    told(undoing.undo(desk, ticket), as_json)
