"""Customers and their identities."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from supportdesk.domain.analyzer import Term, fts5_query, tsquery
from supportdesk.domain.channel import medium
from supportdesk.domain.customer import Contact, Customer, Identity, normal_identity
from supportdesk.domain.errors import NotFound
from supportdesk.domain.ticket import State
from supportdesk.i18n import N_
from supportdesk.store import search_index
from supportdesk.store import tables as t
from supportdesk.store.where import SEARCH

PART = 500
"""Customers read at once: a statement takes only so many values."""


def by_identity(conn: Connection, kind: str, value: str) -> int | None:
    i = t.identity.c
    found: int | None = conn.scalar(
        select(i.customer_id).where(i.kind == kind, i.value == normal_identity(kind, value))
    )
    return found


def find_or_add(conn: Connection, kind: str, value: str, name: str, now: datetime) -> int:
    """The customer known by an identity; made on first contact. Two workers at once make one."""
    i = t.identity.c
    known = select(i.customer_id).where(i.kind == kind, i.value == normal_identity(kind, value))
    found: int | None = conn.scalar(known.with_for_update(read=True))  # while customers are merged: whose it is then
    if found is not None:
        return found
    try:
        with conn.begin_nested():
            return add(conn, name or value, now, identities=[Identity(kind, value)])
    except IntegrityError:
        again = by_identity(conn, kind, value)
        assert again is not None
        return again


def add(
    conn: Connection,
    name: str,
    now: datetime,
    *,
    identities: Iterable[Identity] = (),
    grade: str = "",
    language: str = "",
    organization: str = "",
    attributes: Mapping[str, str] | None = None,
    orders: Sequence[Mapping[str, str]] = (),
) -> int:
    """Add a customer; returns the id."""
    values = {
        "name": name,
        "grade": grade,
        "language": language,
        "organization_id": organization_id(conn, organization),
        "attributes": dict(attributes or {}),
        "orders": [dict(order) for order in orders],
        "created_at": now,
    }
    key = conn.execute(insert(t.customer).values(**values)).inserted_primary_key
    assert key is not None
    _insert_identities(conn, key[0], identities)
    search_index.add_customer(conn, key[0])
    made: int = key[0]
    return made


def _insert_identities(conn: Connection, customer_id: int, identities: Iterable[Identity]) -> None:
    """Each once, however often and in whatever spelling it is named."""
    unique = dict.fromkeys((i.kind, normal_identity(i.kind, i.value)) for i in identities)
    if unique:
        rows = [{"customer_id": customer_id, "kind": kind, "value": value} for kind, value in unique]
        conn.execute(insert(t.identity), rows)


def organization_id(conn: Connection, name: str) -> int | None:
    """The id of an organization, made where it is new; None for ""."""
    if not name:
        return None
    found: int | None = conn.scalar(select(t.organization.c.id).where(t.organization.c.name == name))
    if found is not None:
        return found
    key = conn.execute(insert(t.organization).values(name=name)).inserted_primary_key
    assert key is not None
    made: int = key[0]
    return made


def customer(conn: Connection, customer_id: int) -> Customer:
    """Raise ``NotFound``. A merged customer is shown as it was, with ``merged_into``."""
    found = customers(conn, [customer_id])
    if not found:
        raise NotFound(
            N_("There is no customer {id}."), hint=N_("Find one with: supportdesk customer list"), id=customer_id
        )
    return found[0]


def lock(conn: Connection, ids: Iterable[int]) -> None:
    """Against other merges until the end, in the order of the ids."""
    c = t.customer.c
    conn.execute(select(c.id).where(c.id.in_(list(ids))).order_by(c.id).with_for_update())


def current(conn: Connection, customer_id: int) -> int:
    """The customer that this one is now; raises ``NotFound``."""
    into = customer(conn, customer_id).merged_into
    return customer_id if into is None else current(conn, into)


def customers(conn: Connection, ids: Sequence[int]) -> tuple[Customer, ...]:
    """In the order of ``ids``; unknown ones are left out."""
    parts = (ids[start : start + PART] for start in range(0, len(ids), PART))
    return tuple(found for part in parts for found in _customers(conn, part))


def _customers(conn: Connection, ids: Sequence[int]) -> tuple[Customer, ...]:
    c = t.customer.c
    identities: dict[int, list[Identity]] = {}
    for row in conn.execute(select(t.identity).where(t.identity.c.customer_id.in_(ids)).order_by(t.identity.c.id)):
        identities.setdefault(row.customer_id, []).append(Identity(row.kind, row.value))
    per_customer = select(t.ticket.c.customer_id, func.count()).where(t.ticket.c.customer_id.in_(ids))
    tickets = {row[0]: row[1] for row in conn.execute(per_customer.group_by(t.ticket.c.customer_id))}
    query = (
        select(t.customer, func.coalesce(t.organization.c.name, "").label("organization"))
        .outerjoin(t.organization, t.organization.c.id == c.organization_id)
        .where(c.id.in_(ids))
    )
    found = {
        r.id: Customer(
            id=r.id, name=r.name, grade=r.grade, organization=r.organization, language=r.language,
            identities=tuple(identities.get(r.id, ())), attributes=r.attributes, orders=tuple(r.orders),
            created_at=r.created_at, tickets=tickets.get(r.id, 0), merged_into=r.merged_into,
        )
        for r in conn.execute(query)
    }  # fmt: skip
    return tuple(found[i] for i in ids if i in found)


def find(conn: Connection, terms: Sequence[Term], limit: int) -> tuple[int, ...]:
    """Ids of customers whose name or identities contain all terms, newest first; without terms, the newest."""
    c = t.customer.c
    if not terms:
        return tuple(conn.scalars(select(c.id).where(c.merged_into.is_(None)).order_by(c.id.desc()).limit(limit)))
    dialect = conn.dialect.name
    query = fts5_query(terms) if dialect == "sqlite" else tsquery(terms)
    matching = SEARCH[dialect].format(table="customer_search", query=":query")
    sql = text(
        f"SELECT id FROM customer WHERE merged_into IS NULL AND id IN ({matching}) ORDER BY id DESC LIMIT :limit"  # noqa: S608
    )
    return tuple(conn.scalars(sql, {"query": query, "limit": limit}))


def history(conn: Connection, customer_id: int, limit: int) -> tuple[Contact, ...]:
    """The customer's tickets, newest first."""
    k = t.ticket.c
    found = conn.execute(
        select(
            k.number, k.subject, k.preview, func.coalesce(t.channel.c.kind, "").label("kind"), k.state,
            func.coalesce(k.last_message_at, k.created_at).label("at"), k.message_count,
        )
        .outerjoin(t.channel, t.channel.c.id == k.channel_id)
        .where(k.customer_id == customer_id, k.merged_into.is_(None))
        .order_by(k.number.desc())
        .limit(limit)
    )  # fmt: skip
    return tuple(
        Contact(r.number, r.subject, r.preview, medium(r.kind), State(r.state), r.at, r.message_count) for r in found
    )


def change(conn: Connection, customer_id: int, **values: Any) -> None:
    """Change a profile and keep it findable."""
    search_index.remove_customer(conn, customer_id)
    conn.execute(update(t.customer).where(t.customer.c.id == customer_id).values(**values))
    search_index.add_customer(conn, customer_id)


def set_identities(conn: Connection, customer_id: int, identities: Iterable[Identity]) -> None:
    search_index.remove_customer(conn, customer_id)
    conn.execute(delete(t.identity).where(t.identity.c.customer_id == customer_id))
    _insert_identities(conn, customer_id, identities)
    search_index.add_customer(conn, customer_id)
