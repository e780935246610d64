"""Tests of synthetic desks: believable, the same for the same seed, and every row as the rules have it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, func, select

from supportdesk.desk import search
from supportdesk.desk.conversation import NewTicket, create
from supportdesk.desk.demo.synthetic import generate
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.domain.message import Address
from supportdesk.store import bulk_tables, derived
from supportdesk.store import tables as t
from supportdesk.store.tables import metadata

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DERIVED = ("message_count", "preview", "last_message_at", "waiting_since", "next_due_at")
CHANCE = ("rfc_message_id", "xid")
SMALL = 400


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    opened = open_desk(store_url, clock=lambda: NOW)
    found_desk(opened, "Acme Support")
    yield opened
    opened.close()


def derived_columns(conn: Connection) -> dict[int, tuple[object, ...]]:
    k = t.ticket.c
    return {row[0]: tuple(row[1:]) for row in conn.execute(select(k.number, *(k[name] for name in DERIVED)))}


def dump(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables a load writes, without what is by chance: the desk's own key signs Message-IDs."""
    with desk.read() as conn:
        return {
            name: sorted(
                (tuple(row) for row in conn.execute(select(*(c for c in table.c if c.name not in CHANCE)))), key=repr
            )
            for name, table in metadata.tables.items()
            if name in bulk_tables.COLUMNS
        }


@pytest.mark.parametrize("per_ticket", [1, 3])
def test_derived_columns_are_those_of_the_rules(desk: Desk, per_ticket: int) -> None:
    generate(desk, 300, messages=per_ticket)
    with desk.store.write() as conn:
        loaded = derived_columns(conn)
        for number in loaded:
            derived.refresh(conn, number, NOW, messages=True)
        assert derived_columns(conn) == loaded


def test_a_desk_has_every_kind_of_ticket(desk: Desk) -> None:
    written = generate(desk, SMALL)
    k = t.ticket.c
    with desk.read() as conn:
        states = {row[0]: row[1] for row in conn.execute(select(k.state, func.count()).group_by(k.state))}
        customers = conn.scalar(select(func.count()).select_from(t.customer))
        grades = set(conn.scalars(select(t.customer.c.grade)))
        assert conn.scalar(select(func.count()).select_from(t.message)) == written
    assert sum(states.values()) == SMALL and customers == SMALL // 5
    assert 2.5 * SMALL < written < 3.5 * SMALL
    still_open = sum(states.get(state, 0) for state in ("new", "open", "pending", "on_hold"))
    assert 0.01 * SMALL < still_open < 0.10 * SMALL
    assert states["closed"] > 0.8 * SMALL and {"", "Silver"} <= grades


def test_what_was_said_is_found(desk: Desk) -> None:
    generate(desk, SMALL)
    for word in ("환불", "배송", "refund", "parcel"):
        m = t.message.c
        with desk.read() as conn:
            said = conn.scalar(select(func.count()).where((m.text + m.subject).ilike(f"%{word}%"))) or 0
        assert said > 0
        assert len(search.search(desk, word, limit=0)) == said


def test_the_same_seed_gives_the_same_desk(fresh_store: Callable[[], str]) -> None:
    dumps = []
    for seed in (7, 7, 8):
        opened = open_desk(fresh_store(), clock=lambda: NOW)
        found_desk(opened, "Acme Support")
        generate(opened, SMALL, seed=seed)
        dumps.append(dump(opened))
        opened.close()
    assert dumps[0] == dumps[1]
    assert dumps[0]["message"] != dumps[2]["message"]


def test_what_is_there_stays_and_the_rest_goes_on(desk: Desk) -> None:
    by_hand = create(desk, NewTicket("By hand", "Hello", address=Address("dana@post.example", "Dana"))).created
    assert by_hand is not None
    for round_ in (1, 2):
        generate(desk, SMALL)
        with desk.read() as conn:
            numbers = list(conn.scalars(select(t.ticket.c.number).order_by(t.ticket.c.number)))
        assert numbers == list(range(by_hand, by_hand + round_ * SMALL + 1))
    after = create(desk, NewTicket("Again", "Hello", address=Address("zebulon@post.example", "Zebulon"))).created
    assert after is not None and after > numbers[-1]
    assert [hit.ticket for hit in search.search(desk, "zebulon")] == [after]
