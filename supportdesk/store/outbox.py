"""Messages on their way out: queueing, claiming with a lease, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal_column, select, update

from supportdesk.domain.channel import OutboxRow, OutboxStatus
from supportdesk.domain.errors import NotFound
from supportdesk.i18n import N_
from supportdesk.store import tables as t

LEASE = timedelta(minutes=5)
"""Longer than any single delivery may take; after it another worker repeats with the same Message-ID."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message this worker may send until its lease ends. ``fence`` must accompany its outcome."""

    outbox_id: int
    message_id: int
    channel_id: int
    fence: int
    tries: int
    bcc: tuple[str, ...]
    remaining: tuple[str, ...] | None  # only these are left to reach
    error: str  # of earlier tries


def rows(conn: Connection, status: OutboxStatus | None, limit: int) -> tuple[OutboxRow, ...]:
    """Newest first."""
    o, m = t.outbox.c, t.message.c
    query = (
        select(
            o.id, o.message_id, o.status, o.not_before, o.tries, o.error, m.ticket_number, m.subject,
            m.to_addresses, t.channel.c.name.label("channel"),
        )
        .join(t.message, m.id == o.message_id)
        .join(t.channel, t.channel.c.id == o.channel_id)
        .order_by(o.id.desc())
    )  # fmt: skip
    if status is not None:
        query = query.where(o.status == status.value)
    found = conn.execute(query.limit(limit) if limit else query)
    return tuple(
        OutboxRow(
            id=r.id, ticket=r.ticket_number, message=r.message_id, channel=r.channel, status=OutboxStatus(r.status),
            not_before=r.not_before, tries=r.tries, error=r.error, to=tuple(a[0] for a in r.to_addresses),
            subject=r.subject,
        )
        for r in found
    )  # fmt: skip


def lock_ticket(conn: Connection, outbox_id: int) -> int | None:
    """Lock the ticket a message is in, before the row itself, as undo does; returns its number."""
    o, m, k = t.outbox.c, t.message.c, t.ticket.c
    here = select(k.number).join(t.message, m.ticket_number == k.number).join(t.outbox, o.message_id == m.id)
    conn.execute(here.where(o.id == outbox_id).with_for_update(of=t.ticket))
    found: int | None = conn.scalar(here.where(o.id == outbox_id))  # read again: it may have been merged meanwhile
    return found


def lock_tickets(conn: Connection, outbox_ids: Sequence[int]) -> dict[int, int]:
    """As ``lock_ticket`` for many, in the order of the numbers; the number of each."""
    o, m, k = t.outbox.c, t.message.c, t.ticket.c
    here = select(o.id, k.number).join(t.message, o.message_id == m.id).join(t.ticket, m.ticket_number == k.number)
    here = here.where(o.id.in_(outbox_ids)).order_by(k.number)
    conn.execute(here.with_for_update(of=t.ticket)).all()
    return {row.id: row.number for row in conn.execute(here)}


def locked(conn: Connection, outbox_id: int) -> Mapping[str, Any]:
    """One row, locked; raises ``NotFound``."""
    found = conn.execute(select(t.outbox).where(t.outbox.c.id == outbox_id).with_for_update()).first()
    if found is None:
        raise NotFound(
            N_("There is no message {id} in the outbox."), hint=N_("List them with: supportdesk outbox list"),
            id=outbox_id,
        )  # fmt: skip
    return dict(found._mapping)


def counts(conn: Connection) -> tuple[int, int]:
    """(not sent yet, failed for good)."""
    o = t.outbox.c
    per_status = select(o.status, func.count()).where(o.status.in_(("queued", "sending", "failed")))
    found = {row[0]: int(row[1]) for row in conn.execute(per_status.group_by(o.status))}
    return found.get("queued", 0) + found.get("sending", 0), found.get("failed", 0)


def claim(
    conn: Connection, holder: str, now: datetime, limit: int, channels: Sequence[int] | None
) -> tuple[Claim, ...]:
    """Take messages that are due and that nobody holds, oldest first. Also those whose holder died."""
    o = t.outbox.c
    due = (
        select(o.id)
        .where(
            o.status.in_((literal_column("'queued'"), literal_column("'sending'"))),  # as the partial index says it
            o.not_before <= now,
            (o.lease_until.is_(None)) | (o.lease_until < now),
        )
        .order_by(o.not_before, o.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if channels is not None:
        due = due.where(o.channel_id.in_(channels))
    taken = conn.execute(
        update(t.outbox)
        .where(o.id.in_(due.scalar_subquery()))
        .values(status=OutboxStatus.SENDING.value, lease_until=now + LEASE, holder=holder, fence=o.fence + 1)
        .returning(o.id, o.message_id, o.channel_id, o.fence, o.tries, o.bcc_addresses, o.remaining, o.error)
    ).all()
    return tuple(_claim(r) for r in sorted(taken, key=lambda r: int(r.id)))


def _claim(r: Any) -> Claim:
    remaining = tuple(r.remaining) if r.remaining is not None else None
    bcc = tuple(address[0] for address in r.bcc_addresses)
    return Claim(r.id, r.message_id, r.channel_id, r.fence, r.tries, bcc, remaining, r.error)


def settle(conn: Connection, claim: Claim, **values: Any) -> bool:
    """Write the outcome of a claim; False where its lease was lost to another worker."""
    o = t.outbox.c
    done = conn.execute(
        update(t.outbox)
        .where(o.id == claim.outbox_id, o.fence == claim.fence, o.status == OutboxStatus.SENDING.value)
        .values(lease_until=None, **values)
    )
    return bool(done.rowcount)


_SENT = (
    update(t.outbox)
    .where(t.outbox.c.id == bindparam("of_outbox"))
    .values(status=OutboxStatus.SENT.value, lease_until=None, tries=bindparam("made"), error=bindparam("said"))
)


def settle_sent(conn: Connection, done: Sequence[tuple[Claim, str]]) -> frozenset[int]:
    """Write for many at once that they are sent, with the error of each; returns those whose lease was not lost."""
    o = t.outbox.c
    ids = [claim.outbox_id for claim, _ in done]
    held = select(o.id, o.fence).where(o.id.in_(ids), o.status == OutboxStatus.SENDING.value).with_for_update()
    fences = {row.id: row.fence for row in conn.execute(held)} if ids else {}
    ours = [(claim, error) for claim, error in done if fences.get(claim.outbox_id) == claim.fence]
    if ours:
        rows = [{"of_outbox": claim.outbox_id, "made": claim.tries + 1, "said": error} for claim, error in ours]
        conn.execute(_SENT, rows)
    return frozenset(claim.outbox_id for claim, _ in ours)


def holders(conn: Connection) -> tuple[str, ...]:
    """Workers that hold messages."""
    o = t.outbox.c
    return tuple(conn.scalars(select(o.holder).where(o.status == OutboxStatus.SENDING.value).distinct()))


def release(conn: Connection, holder: str) -> None:
    """Give back what a dead worker held, without waiting for its lease to end."""
    o = t.outbox.c
    held = (o.status == OutboxStatus.SENDING.value, o.holder == holder)
    conn.execute(update(t.outbox).where(*held).values(status=OutboxStatus.QUEUED.value, lease_until=None))
