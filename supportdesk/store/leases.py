"""Who may do a thing at a time, across processes and machines; and which workers live."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.store import tables as t

LASTS = timedelta(seconds=30)
_OVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A lease as held: ``fence`` tells this holding from every other."""

    name: str
    holder: str
    fence: int


def acquire(conn: Connection, name: str, holder: str, now: datetime) -> Held | None:
    """Take a lease that is free, run out, or already ours; None where somebody else has it."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    new = dialect.insert(t.lease).values(name=name, holder=holder, fence=1, until=now + LASTS)
    changed = {"holder": holder, "fence": t.lease.c.fence + 1, "until": now + LASTS}
    free = (t.lease.c.until < now) | (t.lease.c.holder == holder)
    conn.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed, where=free))
    found = conn.execute(select(t.lease).where(t.lease.c.name == name)).one()
    return Held(name, holder, found.fence) if found.holder == holder else None


def holder_of(conn: Connection, name: str) -> Held | None:
    found = conn.execute(select(t.lease).where(t.lease.c.name == name)).first()
    return Held(name, found.holder, found.fence) if found else None


def renew(conn: Connection, held: Held, now: datetime) -> bool:
    """False where the lease was lost."""
    done = conn.execute(update(t.lease).where(*_same(held)).values(until=now + LASTS))
    return bool(done.rowcount)


def holds(conn: Connection, held: Held) -> bool:
    """Whether it is still ours; on Postgres locked against a take-over until this transaction ends."""
    found = conn.execute(select(t.lease.c.fence).where(*_same(held)).with_for_update()).first()
    return found is not None


def release(conn: Connection, held: Held) -> None:
    """Let go. The row stays, so that no later holding gets the same fence."""
    conn.execute(update(t.lease).where(*_same(held)).values(holder="", until=_OVER))


def seen(conn: Connection, worker: str, host: str, now: datetime) -> None:
    """Say that a worker lives."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = dialect.insert(t.worker).values(name=worker, host=host, last_seen=now)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"last_seen": now, "host": host}))


def gone(conn: Connection, worker: str) -> None:
    conn.execute(delete(t.worker).where(t.worker.c.name == worker))


def _same(held: Held) -> tuple[ColumnElement[bool], ...]:
    c = t.lease.c
    return (c.name == held.name, c.holder == held.holder, c.fence == held.fence)
