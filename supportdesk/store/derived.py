"""The columns of a ticket that follow from its messages and state. Nothing else writes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from supportdesk.domain.due import ANSWERS, WAITED_FOR, next_due
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER, WAITING_FOR_US, Priority, State
from supportdesk.store import tables as t

PREVIEW_LENGTH = 160
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The statements stand ready: making one takes SQLAlchemy longer than running it, and intake runs them for every mail.
_STATE = (
    select(*(t.ticket.c[name] for name in ("state", "priority", "waiting_since", "version", "closed_at")))
    .where(t.ticket.c.number == bindparam("of_ticket"))
    .with_for_update()
)
_CHANGE = update(t.ticket).where(t.ticket.c.number == bindparam("of_ticket"))


def refresh(conn: Connection, number: int, now: datetime, *, messages: bool) -> int:
    """Recompute a ticket's derived columns (``messages``: its messages changed too) and raise its version.

    Returns the new version, 0 where there is no such ticket any more. Locks the row first, for who files a delivery
    has not looked at the ticket itself.
    """
    row = conn.execute(_STATE, {"of_ticket": number}).first()
    if row is None:
        return 0
    new: dict[str, Any] = _from_messages(conn, number) if messages else {"waiting_since": row.waiting_since}
    new["next_due_at"] = due_at(row.state, row.priority, new["waiting_since"], row.closed_at)
    new |= {"version": row.version + 1, "updated_at": now}
    conn.execute(_CHANGE, {"of_ticket": number, **new})
    version: int = new["version"]
    return version


def due_at(state: str, priority: str, waiting_since: datetime | None, closed_at: datetime | None) -> datetime:
    if closed_at is not None or State(state) not in WAITING_FOR_US:
        return NEVER
    return next_due(State(state), Priority(priority), waiting_since)


def preview_of(text: str) -> str:
    """The first words of a message, on one line."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]


def _facts() -> Select[Any]:
    """What a ticket's columns follow from, in one row: the count, who waits since when, the last public message."""
    m, last = t.message.c, t.message.alias()
    mine = m.ticket_number == bindparam("of_ticket")
    answered = select(func.max(m.at)).where(mine, m.direction == Direction.OUT, m.kind.in_(ANSWERS)).correlate(None)
    asked = (mine, m.direction == Direction.IN, m.kind.in_(WAITED_FOR))
    waiting = select(func.min(m.at)).where(*asked, m.at > func.coalesce(answered.scalar_subquery(), EPOCH))
    public = select(m.id).where(mine, m.direction != Direction.NOTE).order_by(m.at.desc(), m.id.desc()).limit(1)
    found = select(
        select(func.count()).where(mine).scalar_subquery().label("count"),
        waiting.scalar_subquery().label("waiting"),
        public.scalar_subquery().label("last"),
    ).subquery()
    columns = (found.c.count, found.c.waiting, last.c.text, last.c.reply, last.c.at)
    return select(*columns).select_from(found.outerjoin(last, last.c.id == found.c.last))


_FACTS = _facts()


def _from_messages(conn: Connection, number: int) -> dict[str, Any]:
    found = conn.execute(_FACTS, {"of_ticket": number}).one()
    return {
        "message_count": found.count,
        "preview": preview_of(found.reply or found.text) if found.at else "",
        "last_message_at": found.at,
        "waiting_since": found.waiting,
    }
