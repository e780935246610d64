"""The verbs that speak: a new ticket, a reply, a note, a forward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from supportdesk.desk import drafts
from supportdesk.desk.desk import Desk
from supportdesk.desk.routes import Route, own_addresses, route_for, sender_of
from supportdesk.desk.triage import Changes, change_snooze, change_state, change_tags, clean_tags, set_ticket
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, Invalid
from supportdesk.domain.event import ActorKind, Receipt
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.recipients import reply_recipients
from supportdesk.domain.safe import safe_line, safe_text
from supportdesk.domain.subject import base_subject
from supportdesk.domain.ticket import NEVER, Priority, State
from supportdesk.domain.tokens import message_id
from supportdesk.i18n import N_, ngettext
from supportdesk.store import customers, messages, people
from supportdesk.store import tables as t
from supportdesk.store.messages import File as NewFile
from supportdesk.store.messages import NewMessage, add_message
from supportdesk.store.unit import Unit

__all__ = ["NewFile", "NewTicket", "Reply", "create", "default_recipients", "forward", "note", "reply"]

RECALL_WINDOW = timedelta(seconds=10)
"""How long a reply stays in the desk, so that it can be taken back."""


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket opened by hand: for a customer on the phone (IN), to write to one (OUT), or as a reminder (NOTE).

    Either ``customer`` or ``address`` names who it is about; an unknown address becomes a customer.
    """

    subject: str
    text: str
    customer: int | None = None
    address: Address | None = None
    identity_kind: str = "email"
    channel: str = ""
    team: str = ""
    priority: Priority = Priority.NORMAL
    tags: tuple[str, ...] = ()
    direction: Direction = Direction.IN
    files: tuple[NewFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. ``to`` and ``cc`` None: whoever takes part in the conversation. ``then``: state afterwards."""

    text: str
    to: tuple[Address, ...] | None = None
    cc: tuple[Address, ...] | None = None
    bcc: tuple[Address, ...] = ()
    files: tuple[NewFile, ...] = ()
    then: State | None = None
    snooze_until: datetime | None = None
    send_at: datetime | None = None
    kind: str = field(default="normal")


def create(desk: Desk, new: NewTicket) -> Receipt:
    """Open a ticket. Raises ``Invalid`` without a subject or customer, ``NotFound`` for unknown names."""
    subject = safe_line(new.subject).strip()
    if not subject:
        raise Invalid(N_("A ticket needs a subject."))
    with desk.unit() as unit:
        customer_id = _customer(unit, new)
        number = open_ticket(
            unit, subject=subject, customer_id=customer_id, priority=new.priority,
            team_id=people.team_id(unit.conn, new.team), channel_id=_channel_id(unit, new.channel),
            state=State.OPEN if new.direction is Direction.OUT else State.NEW,
        )  # fmt: skip
        change_tags(unit, number, clean_tags(new.tags))
        message = _first_message(desk, unit, number, customer_id, subject, new)
        unit.record("created", number, {"subject": subject, "changes": {}}, messages=True)
        return unit.receipt(created=number, message=message)


def reply(desk: Desk, number: int, answer: Reply, *, seen: int | None = None) -> Receipt:
    """Answer the customer: queued for ``RECALL_WINDOW``, then sent by a worker.

    ``seen`` is the last message the author knew of: if something public arrived since, nothing is sent and a
    ``Conflict`` tells so, its facts holding the "messages". Uses up the author's draft.
    """
    text = _said(answer.text, answer.files)
    with desk.unit() as unit:
        row = unit.lock(number)
        if seen is not None:
            _refuse_unseen(unit, number, seen)
        route = route_for(unit.conn, row)
        message = _write_reply(desk, unit, row, route, text, answer)
        changes = _after_reply(desk, unit, row, answer)
        draft = drafts.use_up(unit, number, DraftKind.REPLY)
        data = {"changes": changes, "message": message, "draft": draft, "to": [a.address for a in route.to]}
        unit.record("replied", number, data, messages=True)
        return unit.receipt(message=message)


def note(desk: Desk, number: int, text: str, files: Sequence[NewFile] = ()) -> Receipt:
    """Write for the team alone."""
    said = _said(text, files)
    with desk.unit() as unit:
        unit.lock(number)
        new = NewMessage(Direction.NOTE, desk.actor.name, unit.now, said, agent_id=desk.actor.id, files=tuple(files))
        message = add_message(unit, number, new)
        draft = drafts.use_up(unit, number, DraftKind.NOTE)
        unit.record("noted", number, {"changes": {}, "message": message, "draft": draft}, messages=True)
        return unit.receipt(message=message)


def forward(desk: Desk, number: int, to: Sequence[Address], text: str, files: Sequence[NewFile] = ()) -> Receipt:
    """Send to somebody outside the conversation; their answer joins the ticket."""
    said = _said(text, files)
    if not to:
        raise Invalid(N_("A forward needs a recipient."))
    with desk.unit() as unit:
        row = unit.lock(number)
        route = route_for(unit.conn, row, kind="email").addressed(tuple(to), ())
        new = _outgoing(desk, unit, row, route, said, tuple(files), kind="forward")
        message = _queue(desk, unit, row, route, new, unit.now + RECALL_WINDOW, ())
        draft = drafts.use_up(unit, number, DraftKind.FORWARD)
        data = {"changes": {}, "message": message, "draft": draft, "to": [a.address for a in to]}
        unit.record("forwarded", number, data, messages=True)
        return unit.receipt(message=message)


def default_recipients(desk: Desk, number: int, *, all: bool = True) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(To, Cc) an answer would have; ``all`` False: the sender alone."""
    with desk.read() as conn:
        return recipients(conn, number, everybody=all)


def recipients(conn: Any, number: int, *, everybody: bool) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    m = t.message.c
    last = conn.execute(
        select(m.author, m.author_address, m.reply_to, m.to_addresses, m.cc_addresses)
        .where(m.ticket_number == number, m.direction == Direction.IN, m.author_address != "")
        .order_by(m.at.desc(), m.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return customer_addresses(conn, number), ()
    return reply_recipients(
        author=Address(last.author_address, last.author), reply_to=last.reply_to,
        to=messages.addresses(last.to_addresses), cc=messages.addresses(last.cc_addresses),
        own=own_addresses(conn), everybody=everybody,
    )  # fmt: skip


def customer_addresses(conn: Any, number: int) -> tuple[Address, ...]:
    """Where a customer who never wrote here can be reached by mail."""
    found = conn.execute(
        select(t.identity.c.value, t.customer.c.name)
        .join(t.ticket, t.ticket.c.customer_id == t.identity.c.customer_id)
        .join(t.customer, t.customer.c.id == t.identity.c.customer_id)
        .where(t.ticket.c.number == number, t.identity.c.kind == "email")
        .order_by(t.identity.c.id)
        .limit(1)
    ).first()
    return (Address(found.value, found.name),) if found else ()


def open_ticket(
    unit: Unit,
    *,
    subject: str,
    customer_id: int,
    priority: Priority = Priority.NORMAL,
    team_id: int | None = None,
    channel_id: int | None = None,
    state: State = State.NEW,
    at: datetime | None = None,
) -> int:
    """Insert a ticket without messages; returns its number. The caller adds the message and records the event."""
    number: int = unit.insert(
        t.ticket, subject=subject[:500], state=state.value, priority=priority.value, customer_id=customer_id,
        team_id=team_id, channel_id=channel_id, created_at=at or unit.now, updated_at=unit.now, version=0,
        message_count=0, preview="", next_due_at=NEVER,
    )  # fmt: skip
    return number


def _said(text: str, files: Sequence[NewFile]) -> str:
    said = safe_text(text).strip("\n")
    if not said.strip() and not files:
        raise Invalid(N_("There is nothing written yet."))
    return said


def _customer(unit: Unit, new: NewTicket) -> int:
    if new.customer is not None:
        return customers.current(unit.conn, new.customer)
    if new.address is None or not new.address.address:
        raise Invalid(N_("A ticket needs a customer."), hint=N_("Name one with: --from ADDRESS or --customer ID"))
    return customers.find_or_add(unit.conn, new.identity_kind, new.address.address, new.address.name, unit.now)


def _channel_id(unit: Unit, name: str) -> int | None:
    if not name:
        return None
    found: int | None = unit.conn.scalar(select(t.channel.c.id).where(t.channel.c.name == name))
    if found is None:
        raise Invalid(
            N_("There is no channel “{name}”."), hint=N_("List them with: supportdesk channel list"), name=name
        )
    return found


def _first_message(desk: Desk, unit: Unit, number: int, customer_id: int, subject: str, new: NewTicket) -> int:
    text = _said(new.text, new.files)
    if new.direction is Direction.OUT:
        row = unit.lock(number)
        route = route_for(unit.conn, row, kind=new.identity_kind)
        if new.address is not None:
            route = route.addressed((new.address,), ())
        made = _outgoing(desk, unit, row, route, text, new.files)
        return _queue(desk, unit, row, route, made, unit.now + RECALL_WINDOW, ())
    author = new.address.name if new.address and new.address.name else customers.customer(unit.conn, customer_id).name
    if new.direction is Direction.NOTE:
        author = desk.actor.name
    incoming = new.direction is Direction.IN
    return add_message(unit, number, NewMessage(
        new.direction, author, unit.now, text, subject=subject, files=new.files, joined_by="created",
        author_address=new.address.address if new.address and incoming else "",
        customer_id=customer_id if incoming else None, agent_id=None if incoming else desk.actor.id,
        channel_id=_channel_id(unit, new.channel),
    ))  # fmt: skip


def _refuse_unseen(unit: Unit, number: int, seen: int) -> None:
    unseen = messages.public_since(unit.conn, number, seen)
    if unseen:
        raise Conflict(
            ngettext(
                "{count} new message arrived while you were writing.",
                "{count} new messages arrived while you were writing.",
                len(unseen),
            ),
            hint=N_("Read it, then send again."),
            count=len(unseen), messages=unseen,
        )  # fmt: skip


def _write_reply(desk: Desk, unit: Unit, row: Mapping[str, Any], route: Route, text: str, answer: Reply) -> int:
    to, cc = recipients(unit.conn, row["number"], everybody=True)
    route = route.addressed(answer.to if answer.to is not None else to, answer.cc if answer.cc is not None else cc)
    if not route.to:
        raise Invalid(
            N_("Nobody to send this to: the customer has no address on this channel."),
            hint=N_("Name a recipient, or write a note instead."),
        )
    new = _outgoing(desk, unit, row, route, text, answer.files, kind=answer.kind)
    return _queue(desk, unit, row, route, new, answer.send_at or unit.now + RECALL_WINDOW, answer.bcc)


def _outgoing(
    desk: Desk,
    unit: Unit,
    row: Mapping[str, Any],
    route: Route,
    text: str,
    files: tuple[NewFile, ...],
    kind: str = "normal",
) -> NewMessage:
    base = base_subject(row["subject"]) or row["subject"]
    prefix = "Fwd" if kind == "forward" else "Re"
    return NewMessage(
        Direction.OUT, sender_of(unit.conn, desk.actor), unit.now, text, kind=kind, agent_id=_agent_id(desk),
        channel_id=route.channel_id, subject=f"{prefix}: {base}" if row["message_count"] else row["subject"],
        to=route.to, cc=route.cc, references=route.references, delivery=Delivery.QUEUED, files=files,
    )  # fmt: skip


def _agent_id(desk: Desk) -> int | None:
    return desk.actor.id if desk.actor.kind is ActorKind.AGENT else None


def _queue(
    desk: Desk, unit: Unit, row: Mapping[str, Any], route: Route, new: NewMessage, not_before: datetime,
    bcc: Sequence[Address],
) -> int:  # fmt: skip
    """Message and outbox row in one transaction: what is shown as queued will be sent."""
    message = add_message(unit, row["number"], new)
    token = message_id(desk.about.key, row["number"], message, route.domain)
    messages.set_rfc_message_id(unit.conn, message, token)
    unit.insert(
        t.outbox, holds={"status": "queued"}, message_id=message, channel_id=route.channel_id, status="queued",
        bcc_addresses=messages.pairs(bcc), not_before=not_before, tries=0,
    )  # fmt: skip
    return message


def _after_reply(desk: Desk, unit: Unit, row: Mapping[str, Any], answer: Reply) -> Changes:
    """The state asked for, else open what is new; whoever answers an unowned ticket owns it."""
    changes: Changes = {}
    state = answer.then or (State.OPEN if row["state"] == State.NEW else State(row["state"]))
    if state != row["state"]:
        changes |= change_state(unit, row, state)
    agent_id = _agent_id(desk)
    if row["assignee_id"] is None and agent_id is not None:
        set_ticket(unit, row["number"], assignee_id=agent_id)
        changes["assignee"] = ["", desk.actor.name]
    if answer.snooze_until is not None:
        changes |= change_snooze(unit, row, answer.snooze_until)
    return changes
