"""What the clock does: snoozed tickets wake up."""

from sqlalchemy import select

from supportdesk.desk.desk import Desk
from supportdesk.desk.triage import change_snooze
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.store import tables as t

BATCH = 200


def tick(desk: Desk) -> int:
    """Do what is due; returns how many tickets changed. Call until 0."""
    k = t.ticket.c
    due = select(k.number).where(k.closed_at.is_(None), k.snoozed_until.is_not(None), k.snoozed_until <= desk.now())
    with desk.read() as conn:
        numbers = list(conn.scalars(due.order_by(k.number).limit(BATCH)))
    if not numbers:
        return 0
    with desk.unit() as unit:
        for number in numbers:
            try:
                row = unit.lock(number)
            except (Conflict, NotFound):
                continue  # merged or taken back since
            if row["snoozed_until"] is not None and row["snoozed_until"] <= unit.now:
                unit.record("woke", number, {"changes": change_snooze(unit, row, None)}, undoable=False)
    return len(numbers)
