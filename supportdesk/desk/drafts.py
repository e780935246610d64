"""Drafts: one per ticket, agent and kind; saved every two seconds and never lost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.desk.desk import Desk
from supportdesk.domain.draft import Draft, DraftKind
from supportdesk.domain.errors import Invalid
from supportdesk.domain.event import ActorKind
from supportdesk.domain.message import Address
from supportdesk.i18n import N_
from supportdesk.store import messages
from supportdesk.store import tables as t
from supportdesk.store.unit import Unit, wake


def save(
    desk: Desk,
    number: int,
    kind: DraftKind,
    text: str,
    *,
    subject: str = "",
    to: Sequence[Address] = (),
    cc: Sequence[Address] = (),
    seen: int = 0,
) -> None:
    """Keep what is written so far. A blank draft is none. ``number`` 0: for a ticket not yet created."""
    if not text.strip():
        discard(desk, number, kind)
        return
    row = {
        "ticket_number": number, "agent_id": _agent_id(desk), "kind": kind.value, "text": text, "subject": subject,
        "to_addresses": messages.pairs(to), "cc_addresses": messages.pairs(cc), "seen": seen, "updated_at": desk.now(),
    }  # fmt: skip
    with desk.store.write() as conn:
        put(conn, row)
        wake(conn)


def put(conn: Connection, row: dict[str, Any]) -> None:
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    key = ("ticket_number", "agent_id", "kind")
    new = {name: value for name, value in row.items() if name not in key}
    conn.execute(dialect.insert(t.draft).values(**row).on_conflict_do_update(index_elements=key, set_=new))


def load(desk: Desk, number: int, kind: DraftKind) -> Draft | None:
    for draft in mine(desk):
        if draft.ticket == number and draft.kind is kind:
            return draft
    return None


def discard(desk: Desk, number: int, kind: DraftKind) -> None:
    with desk.store.write() as conn:
        conn.execute(delete(t.draft).where(*_key(number, _agent_id(desk), kind)))
        wake(conn)


def mine(desk: Desk) -> tuple[Draft, ...]:
    """The agent's own, newest first."""
    with desk.read() as conn:
        return _read(conn, t.draft.c.agent_id == _agent_id(desk))


def of_ticket(conn: Connection, number: int) -> tuple[Draft, ...]:
    """Everybody's on one ticket."""
    return _read(conn, t.draft.c.ticket_number == number)


def use_up(unit: Unit, number: int, kind: DraftKind) -> dict[str, Any] | None:
    """Take away the acting agent's draft because it is now sent; returns what undo has to give back."""
    if unit.actor.kind is not ActorKind.AGENT or unit.actor.id is None:
        return None
    key = _key(number, unit.actor.id, kind)
    row = unit.conn.execute(select(t.draft).where(*key)).first()
    if row is None:
        return None
    unit.conn.execute(delete(t.draft).where(*key))
    return {
        "text": row.text, "subject": row.subject, "to_addresses": row.to_addresses,
        "cc_addresses": row.cc_addresses, "seen": row.seen,
    }  # fmt: skip


def repoint(conn: Connection, source: int, target: int) -> None:
    """Drafts follow a merged ticket; where the agent has one on the target too, both texts are kept."""
    d = t.draft.c
    for row in conn.execute(select(t.draft).where(d.ticket_number == source)).mappings().all():
        there = conn.execute(select(t.draft).where(*_key(target, row["agent_id"], DraftKind(row["kind"])))).first()
        both = {"text": f"{there.text}\n\n{row['text']}", "seen": min(there.seen, row["seen"])} if there else {}
        put(conn, {**row, "ticket_number": target, **both})
    conn.execute(delete(t.draft).where(d.ticket_number == source))


def _read(conn: Connection, which: Any) -> tuple[Draft, ...]:
    found = conn.execute(
        select(t.draft, t.agent.c.login)
        .join(t.agent, t.agent.c.id == t.draft.c.agent_id)
        .where(which)
        .order_by(t.draft.c.updated_at.desc())
    )
    return tuple(
        Draft(
            ticket=r.ticket_number, agent=r.login, kind=DraftKind(r.kind), subject=r.subject, text=r.text,
            to=messages.addresses(r.to_addresses), cc=messages.addresses(r.cc_addresses), seen=r.seen,
            updated_at=r.updated_at,
        )
        for r in found
    )  # fmt: skip


def _key(number: int, agent_id: int, kind: DraftKind) -> tuple[Any, ...]:
    d = t.draft.c
    return (d.ticket_number == number, d.agent_id == agent_id, d.kind == kind.value)


def _agent_id(desk: Desk) -> int:
    if desk.actor.kind is not ActorKind.AGENT or desk.actor.id is None:
        raise Invalid(N_("Only an agent has drafts."), hint=N_("Say who you are with: --agent LOGIN"))
    return desk.actor.id
