"""A ticket with all that belongs on its screen, read in one consistent picture."""

from dataclasses import dataclass

from sqlalchemy import select

from supportdesk.desk import drafts, presence
from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Customer
from supportdesk.domain.draft import Draft
from supportdesk.domain.errors import NotFound
from supportdesk.domain.event import Event
from supportdesk.domain.message import Message
from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import Ticket
from supportdesk.i18n import N_
from supportdesk.store import blobs, customers, events, messages, tickets
from supportdesk.store import tables as t


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Messages and events oldest first; drafts of all agents; the other agents looking at it."""

    ticket: Ticket
    customer: Customer
    messages: tuple[Message, ...]
    events: tuple[Event, ...]
    drafts: tuple[Draft, ...]
    present: tuple[Presence, ...]


def ticket(desk: Desk, number: int) -> TicketPage:
    """Raises ``NotFound``. A merged ticket is shown as it is left: it points to its target."""
    with desk.read() as conn:
        found = tickets.ticket(conn, number)
        return TicketPage(
            ticket=found,
            customer=customers.customer(conn, found.customer_id),
            messages=messages.of_ticket(conn, number),
            events=events.of_ticket(conn, number),
            drafts=drafts.of_ticket(conn, number),
            present=presence.others(desk, conn, [number]).get(number, ()),
        )


def tags(desk: Desk, numbers: list[int]) -> dict[int, tuple[str, ...]]:
    with desk.read() as conn:
        return tickets.tags(conn, numbers)


def since(desk: Desk, number: int, message_id: int) -> tuple[Message, ...]:
    """Public messages newer than one: what arrived while an answer was written."""
    with desk.read() as conn:
        return messages.public_since(conn, number, message_id)


def attachment(desk: Desk, attachment_id: int) -> bytes:
    """Raises ``NotFound``."""
    with desk.read() as conn:
        sha256 = conn.scalar(select(t.attachment.c.sha256).where(t.attachment.c.id == attachment_id))
        if sha256 is None:
            raise NotFound(N_("There is no attachment {id}."), id=attachment_id)
        return blobs.get(conn, sha256)


def raw(desk: Desk, message_id: int) -> bytes | None:
    """A message as it was received; None for one written here."""
    with desk.read() as conn:
        sha256 = conn.scalar(
            select(t.inbox.c.sha256)
            .join(t.message, t.message.c.inbox_id == t.inbox.c.id)
            .where(t.message.c.id == message_id)
        )
        return blobs.get(conn, sha256) if sha256 is not None else None
