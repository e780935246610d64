"""Customers: one person across channels, edited, merged and taken apart again."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from supportdesk.desk.desk import Desk
from supportdesk.domain.analyzer import term
from supportdesk.domain.customer import Contact, Customer, Identity, normal_identity
from supportdesk.domain.errors import Conflict, Invalid
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import N_
from supportdesk.store import customers, search_index
from supportdesk.store import tables as t
from supportdesk.store.unit import add_event, wake


def customer(desk: Desk, customer_id: int) -> Customer:
    """Raises ``NotFound``."""
    with desk.read() as conn:
        return customers.customer(conn, customer_id)


def find(desk: Desk, text: str, limit: int = 50) -> tuple[Customer, ...]:
    """Customers whose name or identities contain every word, newest first."""
    terms = [found for found in (term(word) for word in text.split()) if found is not None]
    with desk.read() as conn:
        return customers.customers(conn, customers.find(conn, terms, limit))


def history(desk: Desk, customer_id: int, limit: int = 100) -> tuple[Contact, ...]:
    """Every contact on any channel, newest first."""
    with desk.read() as conn:
        return customers.history(conn, customer_id, limit)


def add(
    desk: Desk, name: str, identities: Sequence[Identity], *, grade: str = "", language: str = "",
    organization: str = "", attributes: Mapping[str, str] | None = None, orders: Sequence[Mapping[str, str]] = (),
) -> int:  # fmt: skip
    """Returns the id; raises ``Conflict`` where an identity is somebody's already."""
    with desk.store.write() as conn:
        for identity in identities:
            _refuse_taken(conn, identity, 0)
        made = customers.add(
            conn, safe_line(name), desk.now(), identities=identities, grade=safe_line(grade),
            language=safe_line(language), organization=safe_line(organization), attributes=_safe(attributes or {}),
            orders=[_safe(order) for order in orders],
        )  # fmt: skip
        wake(conn)
        return made


def edit(
    desk: Desk, customer_id: int, *, name: str | None = None, grade: str | None = None, language: str | None = None,
    organization: str | None = None, identities: Sequence[Identity] | None = None,
    attributes: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Change what is given; ``attributes`` are added to those there are, empty values take one away.

    Raises ``NotFound``, or ``Conflict`` where an identity is somebody else's or the customer was merged.
    """
    with desk.store.write() as conn:
        customers.lock(conn, [customer_id])
        old = _unmerged(customers.customer(conn, customer_id))
        new: dict[str, Any] = {"name": name, "grade": grade, "language": language}
        values: dict[str, Any] = {column: safe_line(value) for column, value in new.items() if value is not None}
        if organization is not None:
            values["organization_id"] = customers.organization_id(conn, safe_line(organization))
        if attributes is not None:
            together = {**old.attributes, **_safe(attributes)}
            values["attributes"] = {key: value for key, value in together.items() if value}
        if values:
            customers.change(conn, customer_id, **values)
        if identities is not None:
            for identity in identities:
                _refuse_taken(conn, identity, customer_id)
            customers.set_identities(conn, customer_id, identities)
        _record(desk, conn, "customer_edited", {"customer": customer_id})


def merge(desk: Desk, source: int, into: int) -> None:
    """Make two customers one: identities and tickets move, and the event knows which, for ``unmerge``."""
    if source == into:
        raise Invalid(N_("A customer cannot be merged into itself."), hint=N_("Name another customer."))
    with desk.store.write() as conn:
        customers.lock(conn, (source, into))
        for each in sorted((source, into)):
            _unmerged(customers.customer(conn, each))
        tickets = list(conn.scalars(select(t.ticket.c.number).where(t.ticket.c.customer_id == source)))
        identities = list(conn.scalars(select(t.identity.c.id).where(t.identity.c.customer_id == source)))
        _hand_over(conn, source, into, tickets, identities)
        conn.execute(update(t.customer).where(t.customer.c.id == source).values(merged_into=into))
        data = {"source": source, "into": into, "tickets": tickets, "identities": identities}
        _record(desk, conn, "customer_merged", data)


def unmerge(desk: Desk, source: int) -> None:
    """Take a merge of customers back: what came with it returns. Raises ``Conflict`` unless it is the last one."""
    e = t.event.c
    with desk.store.write() as conn:
        customers.lock(conn, {source, customers.customer(conn, source).merged_into or source})
        into = customers.customer(conn, source).merged_into
        if into is None:
            raise Conflict(N_("Customer {id} is not merged into another."), id=source)
        _unmerged(customers.customer(conn, into))
        of_no_ticket = e.ticket_number.is_(None)  # few, and found by their index
        merges = conn.execute(select(e.data).where(of_no_ticket, e.kind == "customer_merged").order_by(e.id.desc()))
        data = next(row.data for row in merges if row.data["source"] == source)
        conn.execute(update(t.customer).where(t.customer.c.id == source).values(merged_into=None))
        _hand_over(conn, into, source, data["tickets"], data["identities"])
        _record(desk, conn, "customer_unmerged", {"source": source, "from": into})


def _unmerged(found: Customer) -> Customer:
    if found.merged_into is not None:
        raise Conflict(
            N_("Customer {id} was merged into customer {into}."),
            hint=N_("Name customer {into}, or take the merge back with: supportdesk customer unmerge {id}"),
            id=found.id, into=found.merged_into,
        )  # fmt: skip
    return found


def _safe(values: Mapping[str, str]) -> dict[str, str]:
    return {safe_line(str(key)): safe_line(str(value)) for key, value in values.items()}


def _hand_over(conn: Any, source: int, into: int, tickets: Sequence[int], identities: Sequence[int]) -> None:
    for each in (source, into):
        search_index.remove_customer(conn, each)
    for table, column, ids in ((t.ticket, t.ticket.c.number, tickets), (t.identity, t.identity.c.id, identities)):
        for start in range(0, len(ids), 500):
            part = column.in_(ids[start : start + 500])
            conn.execute(update(table).where(part, table.c.customer_id == source).values(customer_id=into))
    for each in (source, into):
        search_index.add_customer(conn, each)


def _refuse_taken(conn: Any, identity: Identity, customer_id: int) -> None:
    owner = customers.by_identity(conn, identity.kind, normal_identity(identity.kind, identity.value))
    if owner is not None and owner != customer_id:
        raise Conflict(
            N_("{value} belongs to customer {id}."),
            hint=N_("Merge the two with: supportdesk customer merge"), value=identity.value, id=owner,
        )  # fmt: skip


def _record(desk: Desk, conn: Any, kind: str, data: Mapping[str, Any]) -> None:
    add_event(conn, {
        "at": desk.now(), "actor_kind": desk.actor.kind, "actor_name": desk.actor.name, "actor_id": desk.actor.id,
        "kind": kind, "ticket_number": None, "data": dict(data), "ops": None,
    })  # fmt: skip
