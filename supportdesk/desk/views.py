"""Views and their live counts."""

from collections.abc import Iterable
from datetime import UTC, tzinfo

from sqlalchemy import Connection, delete, insert, or_, select, update

from supportdesk.desk.desk import Desk
from supportdesk.desk.queue import where
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.view import BUILTIN, View, saved
from supportdesk.i18n import N_
from supportdesk.store import inbox, outbox, queue
from supportdesk.store import tables as t
from supportdesk.store.reader import SqlReader
from supportdesk.store.unit import wake

CAP = 10_000
"""Counting stops here: a larger queue is "10000+" whatever its size, and stays instant."""

UNCOUNTED = ("all", "spam")
"""Views that nobody works off and whose size grows with the desk."""


def views(desk: Desk) -> tuple[View, ...]:
    """The built-in views, then everybody's, then the agent's own."""
    with desk.read() as conn:
        return BUILTIN + _saved(desk, conn)


def view(desk: Desk, key: str) -> View:
    """Raises ``NotFound``."""
    for found in views(desk):
        if found.key == key:
            return found
    raise NotFound(N_("There is no view “{key}”."), hint=N_("List them with: supportdesk view list"), key=key)


def counts(desk: Desk, keys: Iterable[str] | None = None, *, tz: tzinfo = UTC) -> dict[str, int]:
    """How many tickets each view holds, capped at ``CAP``; plus "outbox" (unsent and failed) and "quarantine"."""
    wanted = set(keys) if keys is not None else None
    with desk.read() as conn:
        reader = SqlReader(conn)
        found = {
            each.key: queue.count(reader, where(desk, reader.dialect, parse(each.query), tz), CAP)
            for each in BUILTIN + _saved(desk, conn)
            if (each.key in wanted if wanted is not None else each.key not in UNCOUNTED)
        }
        if wanted is None or "outbox" in wanted:
            found["outbox"] = sum(outbox.counts(conn))
        if wanted is None or "quarantine" in wanted:
            found["quarantine"] = quarantined(conn)
        return found


def quarantined(conn: Connection) -> int:
    return inbox.count(conn, InboxStatus.QUARANTINE)


def add(desk: Desk, key: str, name: str, query: str, *, personal: bool = False) -> None:
    """Save a view; raises ``Invalid`` for a query that cannot be read, ``Conflict`` for a key in use."""
    parse(query)
    if not key.replace("-", "").replace("_", "").isalnum():
        raise Invalid(N_("“{key}” cannot be the key of a view."), hint=N_("Use letters, digits and -."), key=key)
    with desk.store.write() as conn:
        others = conn.scalar(select(t.view.c.key).where(t.view.c.key == key))  # perhaps another agent's own
        if others is not None or any(each.key == key for each in BUILTIN):
            raise Conflict(
                N_("There is already a view “{key}”."), hint=N_("Change it with: supportdesk view edit {key}"), key=key
            )
        owner = desk.actor.id if personal else None
        conn.execute(insert(t.view).values(key=key, name=name or key, query=query, owner_id=owner))
        wake(conn)


def edit(desk: Desk, key: str, *, name: str | None = None, query: str | None = None) -> None:
    _refuse_builtin(desk, key)
    new = {"name": name, "query": query}
    if query is not None:
        parse(query)
    values = {column: value for column, value in new.items() if value is not None}
    with desk.store.write() as conn:
        if values:
            conn.execute(update(t.view).where(t.view.c.key == key).values(**values))
            wake(conn)


def remove(desk: Desk, key: str) -> None:
    _refuse_builtin(desk, key)
    with desk.store.write() as conn:
        conn.execute(delete(t.view).where(t.view.c.key == key))
        wake(conn)


def _refuse_builtin(desk: Desk, key: str) -> None:
    if view(desk, key).builtin:
        raise Invalid(
            N_("“{key}” is a built-in view."), hint=N_("Add one of your own with: supportdesk view add"), key=key
        )


def _saved(desk: Desk, conn: Connection) -> tuple[View, ...]:
    v = t.view.c
    visible = or_(v.owner_id.is_(None), v.owner_id == desk.actor.id)
    found = conn.execute(select(v.key, v.name, v.query).where(visible).order_by(v.owner_id.is_not(None), v.id))
    return tuple(saved(row.key, row.name, row.query) for row in found)
