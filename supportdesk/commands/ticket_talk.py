"""``supportdesk ticket create|reply|note|forward``: the text is an argument, or piped in."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supportdesk.commands import times
from supportdesk.commands.arguments import (
    PRIORITY,
    STATE,
    Word,
    attach_option,
    files,
    recipients,
    said,
    text_argument,
    ticket_argument,
)
from supportdesk.commands.options import chosen_config, json_option, with_desk
from supportdesk.commands.receipts import told
from supportdesk.domain.errors import Invalid
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.ticket import Priority
from supportdesk.i18n import _

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.ticket import State

EMAIL, PHONE = "email", "phone"


@click.command(help=_("Open a ticket for a customer who called or wrote; with --to, write to one. Prints its number."))
@click.option("--subject", metavar="S", required=True, help=_("What it is about."))
@click.option("--from", "from_", metavar="ADDRESS", help=_("Who it is from: Kim <kim@example.com>, +82 10-1234-5678."))
@click.option("--to", metavar="ADDRESS", help=_("Send the text to this address."))
@click.option("--customer", metavar="ID", type=click.IntRange(min=1), help=_("A customer there is already."))
@click.option("--direction", type=Word(Direction), help=_("Who speaks: the customer, the desk, or a note."))
@click.option("--channel", metavar="NAME", default="", help=_("The channel it came in on."))
@click.option("--team", metavar="TEAM", default="", help=_("The team it goes to."))
@click.option("--priority", type=PRIORITY, default=Priority.NORMAL, help=_("How much it hurts."))
@click.option("--tag", "tags", metavar="TAG", multiple=True, help=_("A tag; may be repeated."))
@click.option("--text", "text_option", metavar="TEXT", help=_("The text, instead of as an argument or piped in."))
@attach_option
@text_argument
@json_option
@with_desk
def create(
    desk: "Desk", subject: str, from_: str | None, to: str | None, customer: int | None, direction: Direction | None,
    channel: str, team: str, priority: Priority, tags: tuple[str, ...], text_option: str | None,
    attached: tuple[Path, ...], text: str | None, as_json: bool,
) -> None:  # fmt: skip
    from supportdesk.desk import conversation

    if from_ and to:
        raise Invalid(
            "--from and --to exclude each other.", hint="Say who writes: the customer (--from) or you (--to)."
        )
    kind, address = _known_as(from_ or to or "")
    new = conversation.NewTicket(
        subject, said(text_option if text is None else text), customer=customer, address=address, identity_kind=kind,
        channel=channel, team=team, priority=priority, tags=tags,
        direction=direction or (Direction.OUT if to else Direction.IN), files=files(attached),
    )  # fmt: skip
    told(conversation.create(desk, new), as_json)


@click.command(help=_("Answer the customer: sent after 10 seconds, until then “ticket undo” takes it back."))
@ticket_argument
@text_argument
@click.option("--text", "text_option", metavar="TEXT", help=_("The text, instead of as an argument or piped in."))
@click.option("--canned", metavar="SHORTCUT", help=_("A canned reply, filled in for this customer, is the text."))
@click.option("--to", metavar="ADDRESS", multiple=True, help=_("Instead of whoever takes part."))
@click.option("--cc", metavar="ADDRESS", multiple=True, help=_("Instead of whoever gets copies."))
@click.option("--bcc", metavar="ADDRESS", multiple=True, help=_("Copies the others do not see."))
@click.option("--then", "state", type=STATE, help=_("The state afterwards."))
@click.option("--snooze", metavar="WHEN", help=_("Hide the ticket until then."))
@click.option("--at", metavar="WHEN", help=_("Send it then."))
@click.option("--seen", metavar="MESSAGE", type=click.IntRange(min=0), help=_("Refuse if newer messages are there."))
@attach_option
@json_option
@with_desk
def reply(
    desk: "Desk", ticket: int, text: str | None, text_option: str | None, canned: str | None, to: tuple[str, ...],
    cc: tuple[str, ...], bcc: tuple[str, ...], state: "State | None", snooze: str | None, at: str | None,
    seen: int | None, attached: tuple[Path, ...], as_json: bool,
) -> None:  # fmt: skip
    from supportdesk.desk import conversation

    answer = conversation.Reply(
        _filled(desk, canned, ticket) if canned else said(text_option if text is None else text),
        to=recipients(to) if to else None, cc=recipients(cc) if cc else None, bcc=recipients(bcc),
        files=files(attached), then=state, snooze_until=_when(desk, snooze), send_at=_when(desk, at),
    )  # fmt: skip
    told(conversation.reply(desk, ticket, answer, seen=seen), as_json)


@click.command(help=_("Write for the team alone."))
@ticket_argument
@text_argument
@click.option("--text", "text_option", metavar="TEXT", help=_("The text, instead of as an argument or piped in."))
@attach_option
@json_option
@with_desk
def note(
    desk: "Desk", ticket: int, text: str | None, text_option: str | None, attached: tuple[Path, ...], as_json: bool
) -> None:
    from supportdesk.desk import conversation

    written = said(text_option if text is None else text)
    told(conversation.note(desk, ticket, written, files(attached)), as_json)


@click.command(help=_("Send to somebody outside the conversation; the answer joins the ticket."))
@ticket_argument
@text_argument
@click.option("--to", metavar="ADDRESS", multiple=True, required=True, help=_("May be repeated."))
@attach_option
@json_option
@with_desk
def forward(
    desk: "Desk", ticket: int, text: str | None, to: tuple[str, ...], attached: tuple[Path, ...], as_json: bool
) -> None:
    from supportdesk.desk import conversation

    told(conversation.forward(desk, ticket, recipients(to), said(text), files(attached)), as_json)


def _known_as(written: str) -> tuple[str, Address | None]:
    """The kind of an identity and the address: what has no ``@`` is a phone number if it can be one."""
    if not written:
        return EMAIL, None
    if "@" in written:
        return EMAIL, recipients([written])[0]
    if any(c.isdigit() for c in written) and all(c.isdigit() or c in "+-() ./" for c in written):
        return PHONE, Address(written.strip())
    raise Invalid('"{value}" is not an address.', hint="Write kim@example.com or +82 10-1234-5678.", value=written)


def _filled(desk: "Desk", shortcut: str, ticket: int) -> str:
    """A canned reply's text for the customer. Raises Invalid while a placeholder is left, for nobody proofreads it."""
    from supportdesk.desk import canned

    found = canned.get(desk, shortcut)
    text = canned.render(desk, found, ticket)
    left = canned.unfilled(desk, text)
    if left:
        raise Invalid(
            "The canned reply has no value for {names}.",
            hint="Fill in the customer with: supportdesk customer edit",
            names=", ".join(left),
        )
    canned.used(desk, found.id)
    return text


def _when(desk: "Desk", text: str | None) -> datetime | None:
    return times.moment(text, desk.now(), times.zone(chosen_config().timezone)) if text else None
