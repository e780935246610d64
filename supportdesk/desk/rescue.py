"""A ticket of what intake could not make one of: whatever can be read of it, with the thing itself as a file."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.conversation import open_ticket
from supportdesk.desk.desk import Desk
from supportdesk.desk.quarantine import waiting
from supportdesk.domain.arrival import Arrival
from supportdesk.domain.channel import UNFETCHABLE, InboxStatus
from supportdesk.domain.event import Receipt
from supportdesk.domain.mail.addresses import parse_address
from supportdesk.domain.mail.headers import decode_words, split_headers
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import _
from supportdesk.store import blobs, customers
from supportdesk.store import quarantine as held
from supportdesk.store import tables as t
from supportdesk.store.messages import File, NewMessage, add_message
from supportdesk.store.quarantine import Source
from supportdesk.store.unit import Unit

NOBODY = Address("unknown@sender.invalid")
"""The sender of what does not say who wrote it."""

CREATED = "created"
"""How such a message came into its ticket: by an agent's hand."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What can be told of it. ``arrival`` None: it cannot be read."""

    raw: bytes | None
    sender: Address
    subject: str
    arrival: Arrival | None = None


def make_ticket(desk: Desk, inbox_id: int) -> Receipt:
    """Open a ticket of what waits in quarantine, the raw thing attached. Undo puts it back into quarantine.

    Raises ``NotFound``, or ``Conflict`` unless it waits there.
    """
    with desk.unit() as unit:
        row = waiting(unit, inbox_id)
        source = held.source(unit.conn, inbox_id)
        found = _found(unit.conn, source, row["sha256"], desk.about.instance)
        identity = found.arrival.identity_kind if found.arrival else "email"
        who = customers.find_or_add(unit.conn, identity, found.sender.address, found.sender.name, unit.now)
        number = open_ticket(
            unit, subject=found.subject, customer_id=who, team_id=source.team_id, channel_id=source.channel_id,
            at=row["received_at"],
        )  # fmt: skip
        text = _text(found, row["cause"], row["error"], row["external_id"])
        new = NewMessage(
            Direction.IN, found.sender.name or found.sender.address, row["received_at"], text, customer_id=who,
            channel_id=source.channel_id, subject=found.subject, author_address=found.sender.address,
            joined_by=CREATED, inbox_id=inbox_id, files=_files(found, inbox_id),
        )  # fmt: skip
        message = add_message(unit, number, _as_written(new, found.arrival))
        _settle(unit, inbox_id, number, found)
        unit.record("created", number, {"message": message, "inbox": inbox_id, "changes": {}}, messages=True)
        return unit.receipt(created=number, message=message)


def _settle(unit: Unit, inbox_id: int, number: int, found: _Found) -> None:
    told = {"sender": found.sender.address[:300], "subject": found.subject[:300], "cause": "", "error": ""}
    unit.update(t.inbox, {"id": inbox_id}, status=InboxStatus.DONE.value, ticket_number=number, **told)


def _found(conn: Connection, source: Source, sha256: str | None, instance: str) -> _Found:
    raw = blobs.get(conn, sha256) if sha256 else None
    if raw is None:
        return _Found(None, NOBODY, _("A mail that could not be fetched"))
    try:
        arrival = KINDS[source.kind].arrive(raw, instance)
    except Exception:  # that is why it is here
        return _from_headers(raw)
    sender = arrival.sender if arrival.sender.address else NOBODY
    return _Found(raw, sender, arrival.subject or _("(no subject)"), arrival)


def _from_headers(raw: bytes) -> _Found:
    """As far as the header can be read, whatever stands below it."""
    fields = dict(reversed(split_headers(raw, 0, len(raw))[0]))
    sender = parse_address(fields.get("from", b""))
    subject = safe_line(decode_words(fields.get("subject", b""))).strip()
    return _Found(raw, sender if sender.address else NOBODY, subject or _("(no subject)"))


def _text(found: _Found, cause: str, error: str, there: str) -> str:
    if found.raw is None or cause == UNFETCHABLE:
        told = _("This mail could not be fetched, the server said: {error}. There it is {there}.")
    elif found.arrival is None:
        told = _("This mail could not be read ({error}). It is attached as it was received.")
    else:
        return found.arrival.text or _("This mail has no text. It is attached as it was received.")
    return told.format(error=error or cause, there=there)


def _files(found: _Found, inbox_id: int) -> tuple[File, ...]:
    if found.raw is None:
        return ()
    arrived = found.arrival.files if found.arrival else ()
    files = [File(each.filename, each.content_type, each.data, each.inline, each.content_id) for each in arrived]
    return (*files, File(f"received-{inbox_id}.eml", "message/rfc822", found.raw))


def _as_written(new: NewMessage, arrival: Arrival | None) -> NewMessage:
    """With what makes an answer, and the same mail once more, find it."""
    if arrival is None:
        return new
    return replace(
        new, kind=arrival.kind.value, html=arrival.html, to=arrival.to, cc=arrival.cc, reply_to=arrival.reply_to,
        dmarc=arrival.dmarc, rfc_message_id=arrival.message_id, references=arrival.references,
        body_digest=arrival.body_digest,
        reply_text=arrival.reply_text if new.text == arrival.text else "",
    )  # fmt: skip
