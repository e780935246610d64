"""Customers from another system: known by their identities, so that a second import changes instead of doubling."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Identity, normal_identity
from supportdesk.domain.errors import Conflict
from supportdesk.domain.safe import safe_line
from supportdesk.i18n import N_
from supportdesk.store import customers
from supportdesk.store.unit import add_event, wake

BATCH = 500
"""Customers of one transaction."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A customer as another system has them. ``None`` leaves what is known; ``line`` says where it stood."""

    identities: tuple[Identity, ...]
    name: str | None = None
    grade: str | None = None
    language: str | None = None
    organization: str | None = None
    attributes: Mapping[str, str] | None = None
    orders: Sequence[Mapping[str, str]] | None = None
    line: int = 0


def import_(desk: Desk, found: Iterable[Imported]) -> Iterator[tuple[int, int]]:
    """Add or change customers, batch after batch; after each, (added, changed) of it. One commit a batch.

    Raises ``Conflict`` for one whose identities belong to different customers; its batch is not taken then.
    """
    batch: list[Imported] = []
    for each in found:
        batch.append(each)
        if len(batch) == BATCH:
            yield _take(desk, batch)
            batch = []
    if batch:
        yield _take(desk, batch)


def _take(desk: Desk, batch: Sequence[Imported]) -> tuple[int, int]:
    with desk.store.write() as conn:
        known = [_take_one(desk, conn, each) for each in batch]
        changed = sum(known)
        add_event(conn, {
            "at": desk.now(), "actor_kind": desk.actor.kind, "actor_name": desk.actor.name, "actor_id": desk.actor.id,
            "kind": "customers_imported", "ticket_number": None, "ops": None,
            "data": {"added": len(known) - changed, "changed": changed},
        })  # fmt: skip
        wake(conn)
    return len(known) - changed, changed


def _take_one(desk: Desk, conn: Connection, new: Imported) -> bool:
    """Whether the customer was known."""
    owner = _owner(conn, new)
    if owner is None:
        customers.add(
            conn, safe_line(new.name or "") or new.identities[0].value, desk.now(), identities=new.identities,
            grade=safe_line(new.grade or ""), language=safe_line(new.language or ""),
            organization=safe_line(new.organization or ""), attributes=new.attributes, orders=new.orders or (),
        )  # fmt: skip
        return False
    old = customers.customer(conn, owner)
    values: dict[str, Any] = {
        column: safe_line(value)
        for column, value in (("name", new.name), ("grade", new.grade), ("language", new.language))
        if value is not None and safe_line(value)
    }
    if new.organization is not None:
        values["organization_id"] = customers.organization_id(conn, safe_line(new.organization))
    if new.attributes is not None:
        values["attributes"] = {**old.attributes, **new.attributes}
    if new.orders is not None:
        values["orders"] = [dict(order) for order in new.orders]
    if values:
        customers.change(conn, owner, **values)
    mine = {(each.kind, each.value) for each in old.identities}
    more = [each for each in new.identities if (each.kind, normal_identity(each.kind, each.value)) not in mine]
    if more:
        customers.set_identities(conn, owner, [*old.identities, *more])
    return True


def _owner(conn: Connection, new: Imported) -> int | None:
    """Who has one of the identities; raises ``Conflict`` where that is more than one customer."""
    owners = {customers.by_identity(conn, each.kind, each.value) for each in new.identities} - {None}
    if len(owners) > 1:
        one, other = sorted(owner for owner in owners if owner is not None)[:2]
        raise Conflict(
            N_("Line {line} is about two customers, {one} and {other}."),
            hint=N_("If they are one person: supportdesk customer merge {other} {one}"),
            line=new.line, one=one, other=other,
        )  # fmt: skip
    return next(iter(owners), None)
