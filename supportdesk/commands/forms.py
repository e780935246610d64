"""What the desk's things look like as JSON: the keys are the command line's contract, see the manual.

A text that is empty is ""; a thing that is not there (no team, no assignee, no due time) is null.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from supportdesk.domain.ticket import NEVER

if TYPE_CHECKING:
    from supportdesk.desk.listing import Listed
    from supportdesk.desk.search import Hit
    from supportdesk.desk.tickets import TicketPage
    from supportdesk.domain.channel import Channel, InboxRow, OutboxRow, Standing
    from supportdesk.domain.customer import Contact, Customer
    from supportdesk.domain.event import Event
    from supportdesk.domain.message import Address, Attachment, Message
    from supportdesk.domain.ticket import QueueRow, Ticket

Json = dict[str, object]


def listed(item: "Listed") -> Json:
    """A ticket in a list."""
    row = item.row
    whose: Json = {"id": row.customer_id, "name": row.customer, "grade": row.grade}
    return {**_ticket(row, whose, item.tags), "messages": row.messages}


def ticket(page: "TicketPage") -> Json:
    """A ticket in full."""
    found = page.ticket
    whose: Json = {"id": page.customer.id, "name": page.customer.name, "grade": page.customer.grade}
    return {
        **_ticket(found, whose, found.tags),
        "messages": [message(each) for each in page.messages],
        "events": [_recorded(each) for each in page.events],
        "merged_into": found.merged_into,
        "links": [
            {"number": link.number, "kind": link.kind.value, "subject": link.subject, "state": link.state.value}
            for link in found.links
        ],
        "version": found.version,
    }


def _ticket(found: "QueueRow | Ticket", customer: Json, tags: Sequence[str]) -> Json:
    return {
        "number": found.number,
        "subject": found.subject,
        "state": found.state.value,
        "priority": found.priority.value,
        "team": found.team or None,
        "assignee": found.assignee or None,
        "customer": customer,
        "channel": found.channel or None,
        "tags": list(tags),
        "created_at": found.created_at,
        "updated_at": found.updated_at,
        "next_due_at": found.next_due_at if found.next_due_at < NEVER else None,
        "snoozed_until": found.snoozed_until,
    }


def message(found: "Message") -> Json:
    return {
        "id": found.id,
        "direction": found.direction.value,
        "author": found.author,
        "at": found.at,
        "channel": found.channel or None,
        "text": found.text,
        "reply_text": found.reply_text,
        "to": [address(each) for each in found.to],
        "cc": [address(each) for each in found.cc],
        "attachments": [attachment(each) for each in found.attachments],
        "delivery": found.delivery.value if found.delivery else None,
        "error": found.error,
        "joined_by": found.joined_by,
    }


def address(found: "Address") -> Json:
    return {"name": found.name, "address": found.address}


def attachment(found: "Attachment") -> Json:
    return {
        "id": found.id,
        "filename": found.filename,
        "content_type": found.content_type,
        "size": found.size,
        "inline": found.inline,
    }


def event(found: "Event") -> Json:
    """A change as the feed gives it, with the cursor to go on from."""
    return {"cursor": found.cursor, **_recorded(found), "ticket": found.ticket}


def _recorded(found: "Event") -> Json:
    return {
        "id": found.id,
        "at": found.at,
        "actor": found.actor.name,
        "kind": found.kind,
        "data": dict(found.data),
    }


def customer(found: "Customer", history: "Iterable[Contact] | None" = None) -> Json:
    """A customer; ``tickets`` is the history, or in a list their count."""
    return {
        "id": found.id,
        "name": found.name,
        "grade": found.grade,
        "organization": found.organization,
        "language": found.language,
        "identities": [{"kind": each.kind, "value": each.value} for each in found.identities],
        "attributes": dict(found.attributes),
        "orders": [dict(order) for order in found.orders],
        "tickets": found.tickets if history is None else [contact(each) for each in history],
        "merged_into": found.merged_into,
    }


def contact(found: "Contact") -> Json:
    return {
        "number": found.number,
        "subject": found.subject,
        "state": found.state.value,
        "channel": found.channel_kind or None,
        "at": found.at,
        "messages": found.messages,
    }


def hit(found: "Hit") -> Json:
    return {
        "ticket": found.ticket,
        "message": found.message,
        "at": found.at,
        "customer": found.customer,
        "snippet": found.snippet,
    }


def received(found: "InboxRow") -> Json:
    """Something received, as it stands in the inbox."""
    return {
        "id": found.id,
        "channel": found.channel,
        "external_id": found.external_id,
        "received_at": found.received_at,
        "status": found.status.value,
        "cause": found.cause or None,
        "attempts": found.attempts,
        "ticket": found.ticket,
        "error": found.error,
        "sender": found.sender,
        "subject": found.subject,
        "size": found.size,
    }


def standing(found: "Standing") -> Json:
    """A folder compared with the desk; ``on_server`` is ``stored`` + ``quarantined`` + ``skipped`` + ``unknown``."""
    return {
        "channel": found.channel,
        "folder": found.folder,
        "uidvalidity": found.uidvalidity,
        "on_server": found.on_server,
        "stored": found.stored,
        "quarantined": found.quarantined,
        "skipped": sum(found.skipped.values()),
        "reasons": dict(found.skipped),
        "unknown": list(found.unknown),
        "gone": found.gone,
    }


def outgoing(found: "OutboxRow") -> Json:
    """A message on its way out, as it stands in the outbox."""
    return {
        "id": found.id,
        "ticket": found.ticket,
        "message": found.message,
        "channel": found.channel,
        "status": found.status.value,
        "not_before": found.not_before,
        "tries": found.tries,
        "error": found.error,
        "to": list(found.to),
        "subject": found.subject,
    }


def channel(found: "Channel") -> Json:
    return {
        "name": found.name,
        "kind": found.kind,
        "address": found.address,
        "team": found.team or None,
        "paused": found.paused,
        "last_contact": found.last_contact,
        "error": found.error,
        "error_at": found.error_at,
        "retry_at": found.retry_at,
    }
