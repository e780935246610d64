"""Canned replies: kept, found and filled in for one ticket."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from supportdesk.desk.desk import Desk
from supportdesk.domain import template
from supportdesk.domain.canned import CannedReply
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.event import ActorKind
from supportdesk.domain.safe import safe_line, safe_text
from supportdesk.i18n import N_
from supportdesk.store import customers, people, tickets
from supportdesk.store import tables as t
from supportdesk.store.unit import wake


def canned(desk: Desk) -> tuple[CannedReply, ...]:
    """Those the acting agent may use: everybody's, the teams' and the agent's own; most used first."""
    c = t.canned_reply.c
    with desk.read() as conn:
        return _read(conn, or_(c.owner_id.is_(None), c.owner_id == desk.actor.id))


def get(desk: Desk, shortcut: str) -> CannedReply:
    """By shortcut or id; raises ``NotFound``."""
    for found in canned(desk):
        if shortcut in (found.shortcut, str(found.id)):
            return found
    raise _no_such(shortcut)


def render(desk: Desk, reply: CannedReply, number: int) -> str:
    """Its text for this ticket's customer and the acting agent; what has no value stays visible."""
    with desk.read() as conn:
        return template.render(reply.text, values(desk, conn, number))


def unfilled(desk: Desk, text: str) -> tuple[str, ...]:
    """Placeholders still standing in a text about to be sent."""
    return template.unfilled(text, {})


def values(desk: Desk, conn: Connection, number: int) -> Mapping[str, str]:
    ticket = tickets.ticket(conn, number)
    customer = customers.customer(conn, ticket.customer_id)
    found = {f"customer.{key}": str(value) for key, value in customer.attributes.items()}
    found |= {
        "customer.name": customer.name,
        "customer.grade": customer.grade,
        "ticket.number": str(number),
        "ticket.subject": ticket.subject,
        "desk.name": desk.name,
    }
    if desk.actor.kind is ActorKind.AGENT:
        agent = people.agent(conn, desk.actor.name)
        found |= {"agent.name": agent.name, "agent.signature": agent.signature, "agent.email": agent.email}
    return {key: value for key, value in found.items() if value}


def used(desk: Desk, canned_id: int) -> None:
    """Count one use."""
    c = t.canned_reply.c
    with desk.store.write() as conn:
        conn.execute(update(t.canned_reply).where(c.id == canned_id).values(used=c.used + 1))


def add(
    desk: Desk, shortcut: str, title: str, text: str, *, language: str = "", team: str = "", personal: bool = False
) -> int:
    """Returns the id; raises ``Invalid``, or ``Conflict`` for a shortcut in use."""
    clean = _clean("shortcut", shortcut)
    if not clean or not text.strip():
        raise Invalid(N_("A canned reply needs a shortcut and a text."))
    owner = desk.actor.id if personal else None
    with desk.store.write() as conn:
        if _find(conn, clean, language, owner) is not None:
            raise _taken(clean)
        key = conn.execute(
            insert(t.canned_reply).values(
                shortcut=clean, title=_clean("title", title) or clean, text=_clean("text", text), language=language,
                team_id=people.team_id(conn, team), owner_id=owner,
            )
        ).inserted_primary_key  # fmt: skip
        wake(conn)
        assert key is not None
        made: int = key[0]
        return made


def edit(desk: Desk, canned_id: int, **new: str) -> None:
    """Change any of shortcut, title, text, language. Raises what ``add`` raises, and ``NotFound``."""
    values = {column: _clean(column, value) for column, value in new.items()}
    if not all(values[column].strip() for column in ("shortcut", "text") if column in values):
        raise Invalid(N_("A canned reply needs a shortcut and a text."))
    c = t.canned_reply.c
    with desk.store.write() as conn:
        old = conn.execute(select(c.shortcut, c.language, c.owner_id).where(c.id == canned_id)).first()
        if old is None:
            raise _no_such(str(canned_id))
        shortcut = values.get("shortcut", old.shortcut)
        if _find(conn, shortcut, values.get("language", old.language), old.owner_id) not in (None, canned_id):
            raise _taken(shortcut)
        conn.execute(update(t.canned_reply).where(c.id == canned_id).values(**values))
        wake(conn)


def remove(desk: Desk, canned_id: int) -> None:
    with desk.store.write() as conn:
        conn.execute(delete(t.canned_reply).where(t.canned_reply.c.id == canned_id))
        wake(conn)


def import_(desk: Desk, replies: Iterable[CannedReply]) -> tuple[int, int]:
    """Add or replace by shortcut and language; returns (added, replaced). Ids, owners and counts are not taken."""
    added = replaced = 0
    with desk.store.write() as conn:
        for reply in replies:
            row: dict[str, Any] = {
                "shortcut": _clean("shortcut", reply.shortcut), "title": _clean("title", reply.title),
                "text": _clean("text", reply.text), "language": reply.language,
                "team_id": people.team_id(conn, reply.team),
            }  # fmt: skip
            known = _find(conn, row["shortcut"], reply.language, None)
            if known is None:
                conn.execute(insert(t.canned_reply).values(**row))
                added += 1
            else:
                conn.execute(update(t.canned_reply).where(t.canned_reply.c.id == known).values(**row))
                replaced += 1
        wake(conn)
    return added, replaced


def _clean(column: str, value: str) -> str:
    """A shortcut is typed after ``::``, so it is one word."""
    if column == "text":
        return safe_text(value).strip("\n")
    line = safe_line(value)
    return "-".join(line.split()) if column == "shortcut" else line


def _no_such(shortcut: str) -> NotFound:
    return NotFound(
        N_("There is no canned reply “{shortcut}”."),
        hint=N_("List them with: supportdesk canned list"), shortcut=shortcut,
    )  # fmt: skip


def _taken(shortcut: str) -> Conflict:
    return Conflict(
        N_("There is already a canned reply “{shortcut}”."),
        hint=N_("Change it with: supportdesk canned edit {shortcut}"), shortcut=shortcut,
    )  # fmt: skip


def _find(conn: Connection, shortcut: str, language: str, owner: int | None) -> int | None:
    c = t.canned_reply.c
    mine = c.owner_id.is_(None) if owner is None else c.owner_id == owner
    found: int | None = conn.scalar(select(c.id).where(c.shortcut == shortcut, c.language == language, mine))
    return found


def _read(conn: Connection, which: ColumnElement[bool]) -> tuple[CannedReply, ...]:
    c = t.canned_reply.c
    found = conn.execute(
        select(t.canned_reply, t.team.c.name.label("team"), t.agent.c.login.label("owner"))
        .outerjoin(t.team, t.team.c.id == c.team_id)
        .outerjoin(t.agent, t.agent.c.id == c.owner_id)
        .where(which)
        .order_by(c.used.desc(), c.shortcut, c.language)
    )
    return tuple(
        CannedReply(r.id, r.shortcut, r.title, r.text, r.language, r.team or "", r.owner or "", r.used) for r in found
    )
