"""Conversations: writing a message with its attachments and references, and reading them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from supportdesk.domain.channel import OutboxStatus, medium
from supportdesk.domain.message import Address, Attachment, Delivery, Direction, Message
from supportdesk.store import blobs, search_index
from supportdesk.store import tables as t
from supportdesk.store.unit import Unit

LONGEST_REFERENCES = 100


@dataclass(frozen=True, slots=True)
class File:
    """A file about to be attached."""

    filename: str
    content_type: str
    data: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message about to be written. ``reply_text`` "" means all of ``text`` is the reply."""

    direction: Direction
    author: str
    at: datetime
    text: str
    kind: str = "normal"
    author_address: str = ""
    agent_id: int | None = None
    customer_id: int | None = None
    channel_id: int | None = None
    subject: str = ""
    reply_text: str = ""
    html: bool = False
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: str = ""
    dmarc: str = ""
    rfc_message_id: str = ""
    references: tuple[str, ...] = ()
    body_digest: str = ""
    joined_by: str = ""
    delivery: Delivery | None = None
    inbox_id: int | None = None
    files: tuple[File, ...] = ()


def add_message(unit: Unit, number: int, new: NewMessage) -> int:
    """Write a message into a ticket and make it findable; returns its id. The caller records the event."""
    message_id: int = unit.insert(t.message, ticket_number=number, **columns(new))
    for position, ref in enumerate(new.references[-LONGEST_REFERENCES:]):
        unit.insert(t.message_reference, message_id=message_id, position=position, ref=ref)
    sums = blobs.put_all(unit.conn, [file.data for file in new.files])
    for file, sha256 in zip(new.files, sums, strict=True):
        unit.insert(
            t.attachment, message_id=message_id, sha256=sha256, filename=file.filename, size=len(file.data),
            content_type=file.content_type, inline=file.inline, content_id=file.content_id,
        )  # fmt: skip
    names = [file.filename for file in new.files]
    unit.index(message_id, search_index.message_text(new.author, new.subject, new.text, names))
    return message_id


def columns(new: NewMessage) -> dict[str, Any]:
    """Its row, without the ticket."""
    heads = new.text.startswith(new.reply_text)
    return {
        "direction": new.direction.value,
        "kind": new.kind,
        "author": new.author,
        "author_address": new.author_address,
        "agent_id": new.agent_id,
        "customer_id": new.customer_id,
        "at": new.at,
        "channel_id": new.channel_id,
        "subject": new.subject,
        "text": new.text,
        "visible_length": len(new.reply_text) if new.reply_text and heads else None,
        "reply": new.reply_text if new.reply_text and not heads else None,
        "html": new.html,
        "to_addresses": pairs(new.to),
        "cc_addresses": pairs(new.cc),
        "reply_to": new.reply_to,
        "dmarc": new.dmarc or None,
        "rfc_message_id": new.rfc_message_id,
        "body_digest": new.body_digest,
        "joined_by": new.joined_by,
        "delivery": new.delivery.value if new.delivery else None,
        "inbox_id": new.inbox_id,
    }


def pairs(addresses: Sequence[Address]) -> list[list[str]]:
    """Addresses as JSON."""
    return [[a.address, a.name] for a in addresses]


def addresses(found: Sequence[Sequence[str]]) -> tuple[Address, ...]:
    return tuple(Address(address, name) for address, name in found)


def of_ticket(conn: Connection, number: int) -> tuple[Message, ...]:
    """Oldest first."""
    return _read(conn, t.message.c.ticket_number == number)


def by_ids(conn: Connection, ids: Sequence[int]) -> tuple[Message, ...]:
    return _read(conn, t.message.c.id.in_(ids))


def public_since(conn: Connection, number: int, message_id: int) -> tuple[Message, ...]:
    """Public messages newer than ``message_id``: what arrived meanwhile."""
    m = t.message.c
    return _read(conn, (m.ticket_number == number) & (m.id > message_id) & (m.direction != Direction.NOTE))


def last_id(conn: Connection, number: int) -> int:
    return conn.scalar(select(func.max(t.message.c.id)).where(t.message.c.ticket_number == number)) or 0


def reply_of(text: str, visible_length: int | None, reply: str | None) -> str:
    """A message without its quoted tail."""
    if reply is not None:
        return reply
    return text if visible_length is None else text[:visible_length]


def _read(conn: Connection, which: ColumnElement[bool]) -> tuple[Message, ...]:
    m, o = t.message.c, t.outbox.c
    queued = (o.message_id == m.id) & (o.status == OutboxStatus.QUEUED)
    found = conn.execute(
        select(
            t.message,
            t.channel.c.name.label("channel"),
            t.channel.c.kind.label("channel_kind"),
            t.channel.c.settings.label("channel_settings"),
            o.not_before,
        )
        .outerjoin(t.channel, t.channel.c.id == m.channel_id)
        .outerjoin(t.outbox, queued)
        .where(which)
        .order_by(m.at, m.id)
    ).all()
    files = _attachments(conn, [row.id for row in found])
    return tuple(_message(row, tuple(files.get(row.id, ()))) for row in found)


def _message(r: Any, files: tuple[Attachment, ...]) -> Message:
    return Message(
        id=r.id, ticket=r.ticket_number, direction=Direction(r.direction), kind=r.kind, author=r.author,
        author_address=r.author_address, author_id=r.customer_id if r.direction == Direction.IN else r.agent_id,
        at=r.at, channel=r.channel or "", channel_kind=medium(r.channel_kind or ""), subject=r.subject, text=r.text,
        reply_text=reply_of(r.text, r.visible_length, r.reply), html=r.html, to=addresses(r.to_addresses),
        cc=addresses(r.cc_addresses), attachments=files, delivery=Delivery(r.delivery) if r.delivery else None,
        not_before=r.not_before, error=r.error, joined_by=r.joined_by, inbox_id=r.inbox_id, reply_to=r.reply_to,
        dmarc=_trusted(r.dmarc, r.channel_settings),
    )  # fmt: skip


def _trusted(dmarc: str | None, settings: Mapping[str, Any] | None) -> str:
    """The result, if it is by the host the channel trusts: a sender can write the field too."""
    host, _, result = (dmarc or "").partition(" ")
    return result if host and host == str((settings or {}).get("dmarc_host") or "").lower() else ""


def _attachments(conn: Connection, ids: Sequence[int]) -> dict[int, list[Attachment]]:
    a = t.attachment.c
    found: dict[int, list[Attachment]] = {}
    for start in range(0, len(ids), 500):
        for r in conn.execute(select(t.attachment).where(a.message_id.in_(ids[start : start + 500])).order_by(a.id)):
            made = Attachment(r.id, r.filename, r.content_type, r.size, r.inline, r.sha256)
            found.setdefault(r.message_id, []).append(made)
    return found


def set_rfc_message_id(conn: Connection, message_id: int, value: str) -> None:
    """Give a fresh message the Message-ID that carries its own id."""
    conn.execute(t.message.update().where(t.message.c.id == message_id).values(rfc_message_id=value))
