"""Reading the journal: a ticket's history, and the feed that misses nothing."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, tuple_

from supportdesk.domain.errors import Invalid
from supportdesk.domain.event import Actor, ActorKind, Event
from supportdesk.i18n import N_
from supportdesk.store import tables as t

START = "0:0"
_XMIN = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def of_ticket(conn: Connection, number: int) -> tuple[Event, ...]:
    """Oldest first."""
    e = t.event.c
    found = conn.execute(select(t.event).where(e.ticket_number == number).order_by(e.id))
    return tuple(event_of(row._mapping) for row in found)


def since(conn: Connection, cursor: str, limit: int) -> tuple[Event, ...]:
    """Events after a cursor, oldest first. On Postgres only those no running transaction can still precede."""
    e = t.event.c
    xid, event_id = parse_cursor(cursor)
    query = select(t.event).where(tuple_(e.xid, e.id) > (xid, event_id))
    if conn.dialect.name == "postgresql":
        query = query.where(e.xid < literal_column(_XMIN))
    return tuple(event_of(row._mapping) for row in conn.execute(query.order_by(e.xid, e.id).limit(limit)))


def now(conn: Connection) -> str:
    """The cursor after everything that can be read now."""
    e = t.event.c
    if conn.dialect.name != "postgresql":
        return f"0:{conn.scalar(select(func.max(e.id))) or 0}"
    xmin: ColumnElement[int] = literal_column(_XMIN)
    last = conn.execute(select(e.xid, e.id).where(e.xid < xmin).order_by(e.xid.desc(), e.id.desc()).limit(1)).first()
    return f"{last.xid}:{last.id}" if last else START


def parse_cursor(cursor: str) -> tuple[int, int]:
    """Raise ``Invalid`` for anything but a cursor that an event carried."""
    xid, colon, event_id = cursor.partition(":")
    if not (colon and _is_key(xid) and _is_key(event_id)):
        raise Invalid(
            N_("“{cursor}” is not a cursor."), hint=N_("Use the “cursor” of an event, or leave it out."), cursor=cursor
        )
    return int(xid), int(event_id)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 2**63


def event_of(r: Any) -> Event:
    return Event(
        id=r["id"], cursor=f"{r['xid']}:{r['id']}", at=r["at"],
        actor=Actor(ActorKind(r["actor_kind"]), r["actor_name"], r["actor_id"]), kind=r["kind"],
        ticket=r["ticket_number"], data=r["data"], batch=r["batch"], undoable=r["ops"] is not None,
        undone=r["undone_by"] is not None,
    )  # fmt: skip
