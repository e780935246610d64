"""The columns of a ticket that follow from its messages and state. Nothing else writes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from supportdesk.domain.due import ANSWERS, WAITED_FOR, next_due
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER, WAITING_FOR_US, Priority, State
from supportdesk.store import tables as t

PREVIEW_LENGTH = 160


def refresh(conn: Connection, number: int, now: datetime, *, messages: bool) -> int:
    """Recompute a ticket's derived columns (``messages``: its messages changed too) and raise its version.

    Returns the new version. Locks the row first, for who files a delivery has not looked at the ticket itself.
    """
    c = t.ticket.c
    row = conn.execute(
        select(c.state, c.priority, c.waiting_since, c.version, c.closed_at).where(c.number == number).with_for_update()
    ).one()
    new: dict[str, Any] = _from_messages(conn, number) if messages else {"waiting_since": row.waiting_since}
    new["next_due_at"] = due_at(row.state, row.priority, new["waiting_since"], row.closed_at)
    new |= {"version": row.version + 1, "updated_at": now}
    conn.execute(update(t.ticket).where(t.ticket.c.number == number).values(**new))
    version: int = new["version"]
    return version


def due_at(state: str, priority: str, waiting_since: datetime | None, closed_at: datetime | None) -> datetime:
    if closed_at is not None or State(state) not in WAITING_FOR_US:
        return NEVER
    return next_due(State(state), Priority(priority), waiting_since)


def preview_of(text: str) -> str:
    """The first words of a message, on one line."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]


def _from_messages(conn: Connection, number: int) -> dict[str, Any]:
    m = t.message.c
    mine = m.ticket_number == number
    count = conn.scalar(select(func.count()).where(mine)) or 0
    public = select(m.text, m.reply, m.at).where(mine, m.direction != Direction.NOTE)
    last = conn.execute(public.order_by(m.at.desc(), m.id.desc()).limit(1)).first()
    answered = (
        select(func.max(m.at))
        .where(mine, m.direction == Direction.OUT, m.kind.in_(ANSWERS))
        .correlate(None)
        .scalar_subquery()
    )
    waiting = conn.scalar(
        select(func.min(m.at)).where(
            mine,
            m.direction == Direction.IN,
            m.kind.in_(WAITED_FOR),
            m.at > func.coalesce(answered, datetime.min.replace(year=1970, tzinfo=NEVER.tzinfo)),
        )
    )
    return {
        "message_count": count,
        "preview": preview_of(last.reply or last.text) if last else "",
        "last_message_at": last.at if last else None,
        "waiting_since": waiting,
    }
