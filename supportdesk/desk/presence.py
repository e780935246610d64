"""Who is looking at what: said every few seconds, forgotten when it stops."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from supportdesk.desk.desk import Desk
from supportdesk.domain.event import ActorKind
from supportdesk.domain.people import Presence
from supportdesk.store import tables as t
from supportdesk.store.unit import wake

FORGOTTEN_AFTER = timedelta(seconds=15)


def touch(desk: Desk, number: int, doing: str) -> None:
    """Say that the acting agent is "reading" or "replying"; to be repeated every 5 s."""
    if desk.actor.kind is not ActorKind.AGENT:
        return
    now = desk.now()
    row = {"ticket_number": number, "agent_id": desk.actor.id, "doing": doing, "since": now, "seen_at": now}
    dialect = postgresql if desk.store.dialect == "postgresql" else sqlite
    try:
        with desk.store.write() as conn:
            before = conn.scalar(select(t.presence.c.doing).where(*_mine(desk, number)))
            new = {"doing": doing, "seen_at": now} | ({"since": now} if before != doing else {})
            key = ["ticket_number", "agent_id"]
            conn.execute(dialect.insert(t.presence).values(**row).on_conflict_do_update(index_elements=key, set_=new))
            if before != doing:
                wake(conn)
    except IntegrityError:
        return  # the ticket was taken back a moment ago: nobody can be on it


def leave(desk: Desk, number: int) -> None:
    with desk.store.write() as conn:
        conn.execute(delete(t.presence).where(*_mine(desk, number)))
        wake(conn)


def present(desk: Desk, numbers: Sequence[int] | None = None) -> dict[int, tuple[Presence, ...]]:
    """The other agents on those tickets, or on any."""
    with desk.read() as conn:
        return others(desk, conn, numbers)


def others(desk: Desk, conn: Connection, numbers: Sequence[int] | None) -> dict[int, tuple[Presence, ...]]:
    p = t.presence.c
    query = (
        select(p.ticket_number, t.agent.c.login, p.doing, p.since)
        .join(t.agent, t.agent.c.id == p.agent_id)
        .where(p.seen_at > desk.now() - FORGOTTEN_AFTER)
        .order_by(p.since)
    )
    if desk.actor.id is not None:
        query = query.where(p.agent_id != desk.actor.id)
    if numbers is not None:
        query = query.where(p.ticket_number.in_(list(numbers)))
    found: dict[int, tuple[Presence, ...]] = {}
    for r in conn.execute(query):
        found[r.ticket_number] = (*found.get(r.ticket_number, ()), Presence(r.ticket_number, r.login, r.doing, r.since))
    return found


def _mine(desk: Desk, number: int) -> tuple[ColumnElement[bool], ...]:
    return (t.presence.c.ticket_number == number, t.presence.c.agent_id == desk.actor.id)
