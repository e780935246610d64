"""Intake: from raw bytes to a ticket. Nothing raises out of it: what cannot be read goes to quarantine.

Parsing happens outside any transaction; each raw thing is then taken in under a savepoint of its own, so that
one bad message costs its neighbours nothing, and a killed process leaves all of them waiting as they were.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.conversation import open_ticket
from supportdesk.desk.desk import Desk
from supportdesk.desk.triage import Changes, change_snooze, change_state
from supportdesk.domain.arrival import Arrival, Kind
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Delivery, Direction
from supportdesk.domain.threading import Decision, Rule, decide, lookups
from supportdesk.domain.ticket import LinkKind, State
from supportdesk.i18n import N_
from supportdesk.store import customers, inbox
from supportdesk.store import tables as t
from supportdesk.store.engine import is_store_trouble
from supportdesk.store.inbox import Pending
from supportdesk.store.known import known, own_message_sent_as, second_delivery
from supportdesk.store.messages import File, NewMessage, add_message
from supportdesk.store.unit import Unit

log = logging.getLogger(__name__)

BATCH = 100
MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=30)
MOST_TICKETS_AN_HOUR = 20
"""Tickets one sender may open in an hour; more look like a loop and wait in quarantine."""


@dataclass(frozen=True, slots=True)
class _Source:
    """The channel something came in on."""

    id: int
    kind: str
    team_id: int | None


def take_in(desk: Desk, limit: int = BATCH) -> int:
    """Take in what waits, oldest first; returns how many things were dealt with. Call until 0.

    What another worker has in hand is left to it.
    """
    with desk.read() as conn:
        waiting = inbox.pending(conn, desk.now(), limit)
        sources = {r.id: _Source(r.id, r.kind, r.team_id) for r in conn.execute(select(t.channel))}
    if not waiting:
        return 0
    read = [(item, sources[item.channel_id], _read(desk, item, sources[item.channel_id])) for item in waiting]
    with desk.unit() as unit:
        ours = inbox.still_pending(unit.conn, [item.id for item in waiting])
        for item, source, arrival in read:
            if item.id in ours:
                unit.actor = desk.actor
                _take_in_one(desk, unit, item, source, arrival)
    return len(ours)


def _read(desk: Desk, item: Pending, source: _Source) -> Arrival | Exception:
    try:
        return KINDS[source.kind].arrive(item.raw, desk.about.instance)
    except Exception as error:
        log.exception("inbox %d cannot be read", item.id)
        return error


def _take_in_one(desk: Desk, unit: Unit, item: Pending, source: _Source, arrival: Arrival | Exception) -> None:
    if isinstance(arrival, Exception):
        _quarantine(unit, item, "unreadable", str(arrival))
        return
    trouble = _filed(desk, unit, item, source, arrival)
    if isinstance(trouble, Conflict):  # its ticket was merged between the look and the lock: look again
        trouble = _filed(desk, unit, item, source, arrival)
    if trouble is not None:
        log.error("inbox %d cannot be taken in", item.id, exc_info=trouble)
        _try_later(unit, item, trouble)


def _filed(desk: Desk, unit: Unit, item: Pending, source: _Source, arrival: Arrival) -> Exception | None:
    """None once it is filed; else what went wrong, and nothing of it is left."""
    try:
        with unit.conn.begin_nested():
            _file(desk, unit, item, source, arrival)
    except Exception as error:
        if isinstance(error, DBAPIError) and is_store_trouble(error):
            raise  # no fault of this mail
        unit.forget()
        unit.actor = desk.actor
        return error
    return None


def _file(desk: Desk, unit: Unit, item: Pending, source: _Source, arrival: Arrival) -> None:
    told = {"sender": arrival.sender.address[:300], "subject": arrival.subject[:300]}
    if arrival.kind is Kind.OWN_LOOP:
        inbox.settle(unit.conn, item.id, status=InboxStatus.SKIPPED.value, cause="own_loop", **told)
        return
    same = second_delivery(unit.conn, arrival.message_id, arrival.body_digest)
    if same is not None:
        inbox.settle(unit.conn, item.id, status=InboxStatus.DUPLICATE.value, ticket_number=same, **told)
        return
    number = _bounced(unit, item, source, arrival) if arrival.kind is Kind.BOUNCE else None
    if number is None:
        number = _converse(desk, unit, item, source, arrival)
    if number is None:
        _quarantine(unit, item, "rate", N_("This sender opened too many tickets within an hour."), **told)
        return
    inbox.settle(unit.conn, item.id, status=InboxStatus.DONE.value, ticket_number=number, cause="", error="", **told)


def _converse(desk: Desk, unit: Unit, item: Pending, source: _Source, arrival: Arrival) -> int | None:
    """Join a ticket or open one; None where the sender opens too many."""
    looked = lookups(arrival.facts, desk.about.key)
    found = known(unit.conn, looked, arrival.sender.address, arrival.identity_kind)
    decision = decide(arrival.facts, looked, found, unit.now)
    who = customers.find_or_add(unit.conn, arrival.identity_kind, arrival.sender.address, arrival.sender.name, unit.now)
    unit.actor = Actor(ActorKind.CUSTOMER, arrival.sender.name or arrival.sender.address, who)
    if decision.ticket is not None:
        return _join(unit, item, source, arrival, who, decision.ticket, decision.rule)
    if _opens_too_many(unit, who):
        return None
    return _open(unit, item, source, arrival, who, decision)


def _join(unit: Unit, item: Pending, source: _Source, arrival: Arrival, who: int, number: int, rule: Rule) -> int:
    row = unit.lock(number)
    message = add_message(unit, number, _message(item, source, arrival, who, rule))
    changes: Changes = {}
    if arrival.kind in (Kind.NORMAL, Kind.BULK):
        if row["state"] not in (State.NEW, State.OPEN, State.SPAM):
            changes |= change_state(unit, row, State.OPEN)
        if row["snoozed_until"] is not None:
            changes |= change_snooze(unit, row, None)
    data = {"message": message, "rule": rule.value, "changes": changes}
    unit.record("received", number, data, undoable=False, messages=True)
    return number


def _open(unit: Unit, item: Pending, source: _Source, arrival: Arrival, who: int, decision: Decision) -> int:
    subject = arrival.subject or N_("(no subject)")
    number = open_ticket(
        unit, subject=subject, customer_id=who, team_id=source.team_id, channel_id=source.id, at=item.received_at
    )
    message = add_message(unit, number, _message(item, source, arrival, who, Rule.NEW))
    if decision.continues is not None:
        unit.insert(t.ticket_link, from_number=number, to_number=decision.continues, kind=LinkKind.CONTINUES.value)
    data = {"message": message, "rule": Rule.NEW.value, "suggestion": decision.suggestion, "changes": {}}
    unit.record("created", number, data, undoable=False, messages=True)
    return number


def _bounced(unit: Unit, item: Pending, source: _Source, arrival: Arrival) -> int | None:
    """File a delivery report at the message it is about; None where that is none of ours."""
    report = arrival.bounce
    sent = own_message_sent_as(unit.conn, report.message_id) if report else None
    if report is None or sent is None:
        return None
    message_id, number = sent
    target = unit.conn.scalar(select(t.ticket.c.merged_into).where(t.ticket.c.number == number)) or number
    row = unit.lock(target)
    add_message(unit, target, _message(item, source, arrival, None, Rule.TOKEN))
    changes: Changes = {}
    if report.hard:
        words = " ".join(part for part in (report.status, report.recipient) if part)
        failed = {"delivery": Delivery.BOUNCED.value, "error": words}
        unit.conn.execute(t.message.update().where(t.message.c.id == message_id).values(**failed))
        if row["closed_at"] is not None or row["state"] in (State.PENDING, State.ON_HOLD):
            changes = change_state(unit, row, State.OPEN)
    data = {"message": message_id, "hard": report.hard, "status": report.status, "changes": changes}
    unit.record("bounced", target, data, undoable=False, messages=True)
    return target


def _message(item: Pending, source: _Source, arrival: Arrival, who: int | None, rule: Rule) -> NewMessage:
    return NewMessage(
        Direction.IN, arrival.sender.name or arrival.sender.address, item.received_at, arrival.text,
        kind=arrival.kind.value, author_address=arrival.sender.address, customer_id=who, channel_id=source.id,
        subject=arrival.subject, reply_text=arrival.reply_text, html=arrival.html, to=arrival.to, cc=arrival.cc,
        reply_to=arrival.reply_to, rfc_message_id=arrival.message_id, references=arrival.references,
        body_digest=arrival.body_digest, joined_by=rule.value, inbox_id=item.id,
        files=tuple(File(f.filename, f.content_type, f.data, f.inline, f.content_id) for f in arrival.files),
    )  # fmt: skip


def _opens_too_many(unit: Unit, who: int) -> bool:
    k = t.ticket.c
    recent = select(func.count()).where(k.customer_id == who, k.created_at > unit.now - timedelta(hours=1))
    return (unit.conn.scalar(recent) or 0) >= MOST_TICKETS_AN_HOUR


def _quarantine(unit: Unit, item: Pending, cause: str, error: str, **told: Any) -> None:
    attempts = item.attempts + 1
    values = {"cause": cause, "error": error[:1000], "attempts": attempts, **told}
    inbox.settle(unit.conn, item.id, status=InboxStatus.QUARANTINE.value, **values)
    unit.record("quarantined", None, {"inbox": item.id, "cause": cause}, undoable=False)


def _try_later(unit: Unit, item: Pending, error: Exception) -> None:
    attempts = item.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        _quarantine(unit, item, "failed", f"{type(error).__name__}: {error}")
        return
    later = unit.now + RETRY_AFTER * 2 ** (attempts - 1)
    inbox.settle(unit.conn, item.id, attempts=attempts, retry_at=later, error=type(error).__name__)
