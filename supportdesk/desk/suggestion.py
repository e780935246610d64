"""The ticket a new one may belong to: intake had a sign of it, but not enough to join without asking."""

from dataclasses import dataclass

from sqlalchemy import select

from supportdesk.desk.desk import Desk
from supportdesk.desk.tickets import TicketPage
from supportdesk.domain.message import ACKNOWLEDGEMENT, Direction
from supportdesk.domain.ticket import LinkKind, State
from supportdesk.store import tables as t


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A ticket to join instead."""

    number: int
    subject: str
    state: State


def suggested(page: TicketPage) -> int | None:
    """Its number: named in the subject by a stranger, or answered about something else long after.

    None once an agent has settled it by an answer, or the ticket is merged or closed.
    """
    ticket = page.ticket
    if ticket.merged_into is not None or ticket.closed_at is not None:
        return None
    if any(message.direction is Direction.OUT and message.kind != ACKNOWLEDGEMENT for message in page.messages):
        return None
    created = next((event for event in page.events if event.kind == "created"), None)
    named: int | None = created.data.get("suggestion") if created is not None else None
    older = (link.number for link in ticket.links if link.kind is LinkKind.CONTINUES and link.number < ticket.number)
    return named or next(older, None)


def suggestion(desk: Desk, page: TicketPage) -> Suggestion | None:
    """The suggested ticket as it is now, the one it was merged into where it was."""
    number = suggested(page)
    if number is None:
        return None
    k = t.ticket.c
    columns = select(k.number, k.subject, k.state, k.merged_into)
    with desk.read() as conn:
        row = conn.execute(columns.where(k.number == number)).first()
        if row is not None and row.merged_into is not None:
            row = conn.execute(columns.where(k.number == row.merged_into)).first()
    if row is None or row.number == page.ticket.number:
        return None
    return Suggestion(row.number, row.subject, State(row.state))
