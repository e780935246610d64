"""The columns of a ticket that follow from its messages and state. Nothing else writes them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, Select, Subquery, bindparam, func, select, update

from supportdesk.domain.due import ANSWERS, LOST, WAITED_FOR, Turn, next_due, waiting_since
from supportdesk.domain.message import ACKNOWLEDGEMENT, Direction
from supportdesk.domain.ticket import NEVER, WAITING_FOR_US, Priority, State
from supportdesk.store import tables as t

PREVIEW_LENGTH = 160
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PART = 500
"""Tickets looked at at once: a statement takes only so many values."""

# The statements stand ready: making one takes SQLAlchemy longer than running it, and intake runs them for every mail.
_STATE = (
    select(*(t.ticket.c[name] for name in ("state", "priority", "waiting_since", "version", "closed_at")))
    .where(t.ticket.c.number == bindparam("of_ticket"))
    .with_for_update()
)
_STATED = ("state", "closed_at", "snoozed_until", "version")
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


def refresh_all(conn: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write the states of locked tickets, and what follows from these and from their messages.

    ``rows``: their "number", "state", "priority", "closed_at", "snoozed_until" and new "version".
    """
    facts = {found.number: found for found in _facts_of_many(conn, [row["number"] for row in rows])}
    changed = [
        {"of_ticket": row["number"], "updated_at": now, **{name: row[name] for name in _STATED}}
        | _columns(row["state"], row["priority"], row["closed_at"], _derived(facts[row["number"]]))
        for row in rows
    ]
    if changed:
        conn.execute(_CHANGE, changed)


def of_new(
    state: str, priority: str, closed_at: datetime | None, turns: Sequence[Turn], preview: str
) -> dict[str, Any]:
    """The derived columns of a ticket that is not written yet. ``turns``: its messages; ``preview``: the last one's."""
    public = [turn.at for turn in turns if turn.direction is not Direction.NOTE]
    return _columns(state, priority, closed_at, {
        "message_count": len(turns),
        "preview": preview_of(preview),
        "last_message_at": max(public, default=None),
        "waiting_since": waiting_since(turns),
    })  # fmt: skip


def _columns(state: str, priority: str, closed_at: datetime | None, found: dict[str, Any]) -> dict[str, Any]:
    return found | {"next_due_at": due_at(state, priority, found["waiting_since"], closed_at)}


def due_at(state: str, priority: str, waiting_since: datetime | None, closed_at: datetime | None) -> datetime:
    if closed_at is not None or State(state) not in WAITING_FOR_US:
        return NEVER
    return next_due(State(state), Priority(priority), waiting_since)


def preview_of(text: str) -> str:
    """The first words of a message, on one line."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]


def _facts(of: ColumnElement[Any]) -> tuple[Label[Any], ...]:
    """What the columns of ticket ``of`` follow from: the count, who waits since when, the last public message."""
    m, said, shown = (t.message.alias(name) for name in ("asked", "answered", "shown"))
    counted = select(func.count()).select_from(m).where(m.c.ticket_number == of)
    ours = (said.c.ticket_number == of, said.c.direction == Direction.OUT, said.c.kind.in_(ANSWERS))
    arrived = func.coalesce(said.c.delivery, "").not_in(LOST)
    answered = select(func.max(said.c.at)).where(*ours, arrived).correlate_except(said)
    asked = (m.c.ticket_number == of, m.c.direction == Direction.IN, m.c.kind.in_(WAITED_FOR))
    waiting = select(func.min(m.c.at)).where(*asked, m.c.at > func.coalesce(answered.scalar_subquery(), EPOCH))
    public = (shown.c.ticket_number == of, shown.c.direction != Direction.NOTE, shown.c.kind != ACKNOWLEDGEMENT)
    last = select(shown.c.id).where(*public).order_by(shown.c.at.desc(), shown.c.id.desc()).limit(1)
    return (
        counted.correlate_except(m).scalar_subquery().label("count"),
        waiting.correlate_except(m).scalar_subquery().label("waiting"),
        last.correlate_except(shown).scalar_subquery().label("last"),
    )


def _with_last(found: Subquery) -> Select[Any]:
    last = t.message.alias()
    columns = (last.c.text, last.c.reply, last.c.at)
    return select(*found.c, *columns).select_from(found.outerjoin(last, last.c.id == found.c.last))


_FACTS = _with_last(select(*_facts(bindparam("of_ticket"))).subquery())
_OF_MANY = _with_last(
    select(t.ticket.c.number, *_facts(t.ticket.c.number))
    .where(t.ticket.c.number.in_(bindparam("of_tickets", expanding=True)))
    .subquery()
)


def _facts_of_many(conn: Connection, numbers: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(numbers), PART):
        yield from conn.execute(_OF_MANY, {"of_tickets": numbers[start : start + PART]})


def _from_messages(conn: Connection, number: int) -> dict[str, Any]:
    return _derived(conn.execute(_FACTS, {"of_ticket": number}).one())


def _derived(found: Any) -> dict[str, Any]:
    return {
        "message_count": found.count,
        "preview": preview_of(found.reply or found.text) if found.at else "",
        "last_message_at": found.at,
        "waiting_since": found.waiting,
    }
