"""``supportdesk ticket list`` and ``show``."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from supportdesk.commands import forms, output
from supportdesk.commands.arguments import ticket_argument
from supportdesk.commands.options import chosen_config, json_option, limit_option, with_reading_desk
from supportdesk.commands.output import Column
from supportdesk.commands.times import zone
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER
from supportdesk.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rich.text import Text

    from supportdesk.desk.desk import Desk
    from supportdesk.desk.listing import Listed
    from supportdesk.desk.tickets import TicketPage
    from supportdesk.domain.message import Message

WHO = {Direction.IN: N_("customer"), Direction.OUT: N_("reply"), Direction.NOTE: N_("note, only the team sees this")}


@click.command("list", help=_("List the tickets of a view, or those that meet a query; without either, all."))
@click.option("--view", metavar="V", default="all", help=_("The key of a view: mine, unassigned, open, …"))
@click.option("--query", metavar="Q", default="", help=_("Conditions and words, as in the console's search."))
@limit_option
@json_option
def list_tickets(view: str, query: str, limit: int, as_json: bool) -> None:
    from supportdesk.desk.listing import listing  # not the whole desk: a script starts this often

    config = chosen_config()
    found = listing(
        config.store, config.agent, guessed=config.agent_is_guess, view=view, query=query, limit=limit,
        tz=zone(config.timezone),
    )  # fmt: skip
    with closing(found):
        if as_json:
            output.emit(map(forms.listed, found), (), True)
        else:
            output.emit(map(_row, found), _columns(), False, empty=_("No tickets."))


@click.command(help=_("Show a ticket with its conversation, its history and its links."))
@ticket_argument
@json_option
@with_reading_desk
def show(desk: "Desk", ticket: int, as_json: bool) -> None:
    from supportdesk.desk import tickets

    page = tickets.ticket(desk, ticket)
    if as_json:
        output.ndjson([forms.ticket(page)])
    else:
        output.show(*_shown(page))


def _columns() -> list[Column]:
    return [
        Column("number", "#", right=True),
        Column("state", _("State")),
        Column("priority", _("Priority"), from_width=60),
        Column("due", _("Due"), from_width=100),
        Column("assignee", _("Agent"), from_width=80),
        Column("team", _("Team"), from_width=120),
        Column("customer", _("Customer"), folds=True, from_width=50),
        Column("subject", _("Subject"), folds=True),
    ]


def _row(item: "Listed") -> dict[str, object]:
    row = item.row
    return {
        "number": row.number,
        "state": row.state.value,
        "priority": row.priority.value,
        "due": row.next_due_at if row.next_due_at < NEVER else None,
        "assignee": row.assignee or None,
        "team": row.team or None,
        "customer": f"{row.customer} {row.grade}".rstrip(),
        "subject": row.subject,
    }


def _shown(page: "TicketPage") -> "Iterator[Text]":
    from rich.text import Text

    ticket = page.ticket
    yield Text(f"#{ticket.number}  {ticket.subject}", style="bold")
    facts = (
        ticket.state.value, ticket.priority.value, ticket.team or None, ticket.assignee or None, ticket.channel or None
    )  # fmt: skip
    yield Text(" · ".join(fact for fact in facts if fact))
    yield Text(f"{page.customer.name} {page.customer.grade}".rstrip() + f" ({page.customer.id})")
    if ticket.tags:
        yield Text(" ".join(ticket.tags))
    if ticket.next_due_at < NEVER:
        yield Text(_("due {at}").format(at=_at(ticket.next_due_at)))
    if ticket.snoozed_until:
        yield Text(_("snoozed until {at}").format(at=_at(ticket.snoozed_until)))
    if ticket.merged_into:
        yield Text(_("merged into #{number}").format(number=ticket.merged_into))
    for link in ticket.links:
        yield Text(f"{link.kind.value} #{link.number}  {link.subject}")
    for message in page.messages:
        yield from _said(message)


def _said(message: "Message") -> "Iterator[Text]":
    from rich.text import Text

    head = [_at(message.at), message.author, _(WHO[message.direction])]
    head += [message.channel] if message.channel else []
    head += [message.delivery.value] if message.delivery else []
    yield Text(f"\n{message.id}  {', '.join(head)}", style="bold")
    if message.error:
        yield Text(message.error)
    yield Text(message.text)
    for file in message.attachments:
        yield Text(f"+ {file.filename} ({file.content_type}, {file.size})")


def _at(at: "datetime") -> str:
    return output.utc(at.replace(microsecond=0))
