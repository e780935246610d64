"""The outbox as people see it: what has not left, what failed, and what to do about it."""

from sqlalchemy import select, update

from supportdesk.desk.desk import Desk
from supportdesk.desk.undo import undo_event
from supportdesk.domain.channel import OutboxRow, OutboxStatus
from supportdesk.domain.errors import Conflict
from supportdesk.domain.event import Receipt
from supportdesk.domain.message import Delivery
from supportdesk.i18n import N_
from supportdesk.store import outbox as store
from supportdesk.store import tables as t


def outbox(desk: Desk, *, status: OutboxStatus | None = None, limit: int = 100) -> tuple[OutboxRow, ...]:
    """Newest first; ``limit`` 0 is all."""
    with desk.read() as conn:
        return store.rows(conn, status, limit)


def unsent(desk: Desk) -> tuple[int, int]:
    """(on their way, failed for good)."""
    with desk.read() as conn:
        return store.counts(conn)


def recall(desk: Desk, outbox_id: int) -> Receipt:
    """Take a message back that has not left; its text becomes the author's draft again. ``Conflict`` if too late."""
    e = t.event.c
    with desk.unit() as unit:
        number = store.lock_ticket(unit.conn, outbox_id)
        row = store.locked(unit.conn, outbox_id)
        written = unit.conn.execute(
            select(t.event)
            .where(e.ticket_number == number, e.undone_by.is_(None), e.kind.in_(("replied", "forwarded", "created")))
            .order_by(e.id.desc())
        )
        event = next((found for found in written if found.data.get("message") == row["message_id"]), None)
        if event is None or event.ops is None:
            raise Conflict(N_("This message cannot be recalled."), hint=N_("Pause its channel to hold it back."))
        undo_event(unit, event._mapping)
        return unit.receipt()


def retry(desk: Desk, outbox_id: int) -> Receipt:
    """Try a failed message once more, now. ``Conflict`` where it has not failed."""
    with desk.unit() as unit:
        number = store.lock_ticket(unit.conn, outbox_id)
        row = store.locked(unit.conn, outbox_id)
        if row["status"] != OutboxStatus.FAILED:
            raise Conflict(N_("This message has not failed: it is {status}."), status=row["status"])
        unit.conn.execute(
            update(t.outbox)
            .where(t.outbox.c.id == outbox_id)
            .values(status=OutboxStatus.QUEUED.value, tries=0, error="", not_before=unit.now)
        )
        queued = {"delivery": Delivery.QUEUED.value, "error": ""}
        unit.conn.execute(update(t.message).where(t.message.c.id == row["message_id"]).values(**queued))
        unit.record("retried", number, {"message": row["message_id"], "changes": {}}, undoable=False, messages=True)
        return unit.receipt()
