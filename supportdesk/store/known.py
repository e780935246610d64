"""What the desk knows about the ids, numbers and people a message names: the look-ups behind threading."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from supportdesk.domain.message import Direction
from supportdesk.domain.threading import Candidate, Known, Lookups
from supportdesk.store import tables as t


def known(conn: Connection, looked: Lookups, sender: str, identity_kind: str) -> Known:
    """Answer ``lookups`` with a handful of set queries."""
    by_id = _tickets_with(conn, looked.message_ids)
    by_reference = _tickets_referring(conn, looked.references)
    numbers = {*looked.numbers, *by_id.values(), *by_reference.values()}
    now_at = _where_now(conn, numbers)
    if not now_at:
        return Known({}, {}, {})
    return Known(
        by_message_id={ref: now_at.get(number, number) for ref, number in by_id.items()},
        by_reference={ref: now_at.get(number, number) for ref, number in by_reference.items()},
        tickets=_candidates(conn, now_at),
        sender_is_agent=_is_agent(conn, sender),
        sender_organization=_organization(conn, identity_kind, sender),
    )


def second_delivery(conn: Connection, message_id: str, body_digest: str) -> int | None:
    """The ticket of a message that has both this Message-ID and this body."""
    m = t.message.c
    if not message_id or not body_digest:
        return None
    found: int | None = conn.scalar(
        select(m.ticket_number)
        .where(m.rfc_message_id == message_id, m.body_digest == body_digest, m.direction == Direction.IN)
        .limit(1)
    )
    return found


def own_message_sent_as(conn: Connection, message_id: str) -> tuple[int, int] | None:
    """(message id, ticket) of an outgoing message."""
    m = t.message.c
    if not message_id:
        return None
    found = conn.execute(
        select(m.id, m.ticket_number).where(m.rfc_message_id == message_id, m.direction == Direction.OUT).limit(1)
    ).first()
    return (found.id, found.ticket_number) if found else None


def _tickets_with(conn: Connection, ids: Sequence[str]) -> dict[str, int]:
    m = t.message.c
    if not ids:
        return {}
    return {
        r[0]: r[1] for r in conn.execute(select(m.rfc_message_id, m.ticket_number).where(m.rfc_message_id.in_(ids)))
    }


def _tickets_referring(conn: Connection, refs: Sequence[str]) -> dict[str, int]:
    if not refs:
        return {}
    r = t.message_reference.c
    found = conn.execute(
        select(r.ref, t.message.c.ticket_number)
        .join(t.message, t.message.c.id == r.message_id)
        .where(r.ref.in_(refs))
        .order_by(r.message_id.desc())
    )
    return {row[0]: row[1] for row in found}


def _where_now(conn: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Each existing number with the number of the ticket it is now in."""
    k = t.ticket.c
    wanted = list(numbers)
    if not wanted:
        return {}
    found = conn.execute(select(k.number, k.merged_into).where(k.number.in_(wanted)))
    return {row.number: row.merged_into or row.number for row in found}


def _candidates(conn: Connection, now_at: dict[int, int]) -> dict[int, Candidate]:
    targets = set(now_at.values())
    if not targets:
        return {}
    k = t.ticket.c
    found = conn.execute(
        select(k.number, k.subject, k.closed_at, k.last_message_at, t.organization.c.name)
        .join(t.customer, t.customer.c.id == k.customer_id)
        .outerjoin(t.organization, t.organization.c.id == t.customer.c.organization_id)
        .where(k.number.in_(targets))
    )
    people, subjects, writers = _participants(conn, targets), _subjects(conn, targets), _writers(conn, targets)
    made = {
        r.number: Candidate(
            r.number,
            (r.subject, *subjects.get(r.number, ())),
            r.closed_at,
            r.last_message_at,
            frozenset(people.get(r.number, ())),
            r.name or "",
            frozenset(writers.get(r.number, ())) & people.get(r.number, set()),
        )
        for r in found
    }
    # by the target's own number too: between two looks a ticket may have been merged into it
    return made | {number: made[target] for number, target in now_at.items() if target in made}


def _participants(conn: Connection, numbers: Iterable[int]) -> dict[int, set[str]]:
    """Who wrote or was written to, and the customer's own addresses; never the desk's."""
    m, k, i = t.message.c, t.ticket.c, t.identity.c
    wanted = list(numbers)
    found: dict[int, set[str]] = {}
    conversation = select(m.ticket_number, m.author_address, m.to_addresses, m.cc_addresses)
    for row in conn.execute(conversation.where(m.ticket_number.in_(wanted), m.direction != Direction.NOTE)):
        others = (address for address, _name in (*row.to_addresses, *row.cc_addresses))
        found.setdefault(row.ticket_number, set()).update({row.author_address, *others})
    identities = select(k.number, i.value).join(t.identity, i.customer_id == k.customer_id)
    for number, value in conn.execute(identities.where(k.number.in_(wanted))):
        found.setdefault(number, set()).add(value)
    own = set(conn.scalars(select(t.channel.c.address)))
    return {number: {address.casefold() for address in people} - own - {""} for number, people in found.items()}


def _subjects(conn: Connection, numbers: Iterable[int]) -> dict[int, set[str]]:
    """The subjects of the messages: an agent may have renamed the ticket."""
    m = t.message.c
    found: dict[int, set[str]] = {}
    said = select(m.ticket_number, m.subject).where(m.ticket_number.in_(list(numbers)), m.subject != "").distinct()
    for number, subject in conn.execute(said):
        found.setdefault(number, set()).add(subject)
    return found


def _writers(conn: Connection, numbers: Iterable[int]) -> dict[int, set[str]]:
    """Addresses somebody wrote from."""
    m = t.message.c
    found: dict[int, set[str]] = {}
    said = select(m.ticket_number, m.author_address).distinct()
    for number, address in conn.execute(said.where(m.ticket_number.in_(list(numbers)), m.direction == Direction.IN)):
        found.setdefault(number, set()).add(address.casefold())
    return found


def _is_agent(conn: Connection, sender: str) -> bool:
    a = t.agent.c
    if not sender:
        return False
    return conn.scalar(select(a.id).where(func.lower(a.email) == sender.lower(), a.active).limit(1)) is not None


def _organization(conn: Connection, kind: str, sender: str) -> str:
    i, c, o = t.identity.c, t.customer.c, t.organization.c
    found = conn.scalar(
        select(o.name)
        .join(t.customer, c.organization_id == o.id)
        .join(t.identity, i.customer_id == c.id)
        .where(i.kind == kind, i.value == sender.casefold())
    )
    return found or ""
