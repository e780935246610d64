"""The SQL of lists: on a desk with thousands of tickets each finds its rows through an index, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import event, insert

from supportdesk.desk import customers, deliver, intake, outgoing, queue, tick, tickets, views
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import NEVER, OPEN_STATES, State
from supportdesk.domain.view import BUILTIN
from supportdesk.store import events
from supportdesk.store import tables as t
from supportdesk.store.bulk_tables import gather_statistics

TICKETS, CUSTOMERS, AGENTS = 4000, 200, 12
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SHARES = {"new": 3, "open": 5, "pending": 4, "on_hold": 1, "solved": 20, "closed": 62, "spam": 5}


@pytest.fixture
def alice(store_url: str) -> Iterator[Desk]:
    """A desk most of whose tickets are long closed, as in life; the planner knows what there is."""
    desk = make_desk(store_url, "Acme", clock=lambda: NOW)
    for number in range(AGENTS):
        staff(desk, "alice" if number == 0 else f"agent{number}", "A", "", [f"Team {number % 3}"])
    random = Random(1)
    with desk.store.write() as conn:
        people = [{"name": f"c{n}", "created_at": NOW, "attributes": {}, "orders": []} for n in range(CUSTOMERS)]
        conn.execute(insert(t.customer), people)
        conn.execute(insert(t.ticket), [_ticket(random) for _ in range(TICKETS)])
        conn.execute(insert(t.message), [_message(number) for number in range(1, TICKETS + 1)])
        conn.execute(insert(t.event), [_event(number) for number in range(1, TICKETS + 1)])
    gather_statistics(desk.store)
    yield desk.as_agent("alice")
    desk.close()


def _ticket(random: Random) -> dict[str, Any]:
    state = State(random.choices(list(SHARES), list(SHARES.values()))[0])
    is_open = state in OPEN_STATES
    return {
        "subject": "s", "state": state.value, "priority": random.choice(("urgent", "high", "normal", "low")),
        "customer_id": random.randint(1, CUSTOMERS), "team_id": random.choice((None, 1, 2, 3)),
        "assignee_id": random.choice((None, *range(1, AGENTS + 1))), "created_at": NOW,
        "updated_at": NOW - timedelta(minutes=random.randint(0, 500_000)), "closed_at": None if is_open else NOW,
        "snoozed_until": NOW + timedelta(days=1) if is_open and random.random() < 0.2 else None,
        "next_due_at": NOW + timedelta(minutes=random.randint(-900, 5000)) if is_open else NEVER,
    }  # fmt: skip


def _message(number: int) -> dict[str, Any]:
    return {"ticket_number": number, "direction": "in", "author": "c", "at": NOW, "text": "x", "to_addresses": [],
            "cc_addresses": [], "rfc_message_id": f"{number}@x"}  # fmt: skip


def _event(number: int) -> dict[str, Any]:
    return {"xid": 0, "at": NOW, "actor_kind": "agent", "actor_name": "alice", "actor_id": 1, "kind": "created",
            "ticket_number": number, "data": {}, "batch": ""}  # fmt: skip


@contextmanager
def plans(desk: Desk) -> Iterator[list[str]]:
    """How the store finds what is asked for meanwhile: one text for each SELECT or UPDATE that names a big table."""
    asked: list[tuple[str, Any]] = []
    found: list[str] = []

    def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if any(name in statement for name in ("ticket", "message", "event", "outbox", "inbox")):
            asked.append((statement, parameters))

    event.listen(desk.store.engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", keep)
    explain = "EXPLAIN QUERY PLAN " if desk.store.dialect == "sqlite" else "EXPLAIN "
    with desk.read() as conn:
        if desk.store.dialect == "postgresql":
            for way in ("seqscan", "bitmapscan", "sort"):  # at this size they would be as good
                conn.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        for statement, parameters in asked:
            rows = conn.exec_driver_sql(explain + statement, parameters).all()
            found.append("\n".join(str(row[3] if desk.store.dialect == "sqlite" else row[0]) for row in rows))


def scans(plan: str) -> list[str]:
    """Where a big table is read from one end to the other."""
    big = ("ticket", "message", "event", "inbox", "outbox")
    lines = [line.strip() for line in plan.splitlines()]
    whole = [line for line in lines if any(f"Seq Scan on {name} " in line for name in big)]
    is_a_subquery = {line.removeprefix(word) for line in lines for word in ("MATERIALIZE ", "CO-ROUTINE ")}
    return whole + [
        line for line in lines
        if line.startswith("SCAN ") and " USING " not in line and line.removeprefix("SCAN ") not in is_a_subquery
        and line.removeprefix("SCAN ") in (*big, "t", "m")
    ]  # fmt: skip


def sorts_before_the_limit(plan: str) -> bool:
    """Whether rows are put in order before the first of them are taken. The page itself may be sorted again."""
    lines = plan.splitlines()
    if any("MATERIALIZE" in line for line in lines):
        inner = lines[: next(i for i, line in enumerate(lines) if line.strip().startswith("SCAN t") and i > 1)]
        return any("TEMP B-TREE" in line for line in inner)
    below = lines[next(i for i, line in enumerate(lines) if "Limit" in line) :]
    return any("Sort" in line.partition("(cost")[0] for line in below[:2])


INDEXES = {
    "mine": {"ix_ticket_open_assignee"},
    "unassigned": {"ix_ticket_open_unassigned", "ix_ticket_open_assignee"},
    "open": {"ix_ticket_open_due", "ix_ticket_open_updated"},
    "due": {"ix_ticket_open_due"},
    "overdue": {"ix_ticket_open_due"},
    "pending": {"ix_ticket_open_state", "ix_ticket_open_updated", "ix_ticket_state"},
    "snoozed": {"ix_ticket_open_snoozed", "ix_ticket_open_updated", "ix_ticket_open_due"},
    "spam": {"ix_ticket_state"},
    "all": {"ix_ticket_updated"},
}


def test_pages_of_the_builtin_views_come_in_order_from_their_indexes(alice: Desk) -> None:
    for view in BUILTIN:
        with plans(alice) as found:
            first = queue.page(alice, parse(view.query), sort=view.sort, limit=20)
            queue.page(alice, parse(view.query), sort=view.sort, after=first.rows[-1], limit=20)
            queue.page(alice, parse(view.query), sort=view.sort, before=queue.LAST, limit=20)
        assert len(found) == 3
        for plan in found:
            assert any(index in plan for index in INDEXES[view.key]), f"{view.key}:\n{plan}"
            assert not scans(plan), f"{view.key}:\n{plan}"
            assert not sorts_before_the_limit(plan), f"{view.key}:\n{plan}"


def test_counts_of_the_views_read_only_their_indexes(alice: Desk) -> None:
    keys = [view.key for view in BUILTIN if view.key not in views.UNCOUNTED]
    for key in keys:
        with plans(alice) as found:
            counted = views.counts(alice, [key])
        assert counted[key] > 0
        (plan,) = found
        assert any(index in plan for index in INDEXES[key]), f"{key}:\n{plan}"
        assert not scans(plan), f"{key}:\n{plan}"
    with plans(alice) as found:
        views.counts(alice, ["outbox", "quarantine"])
    assert [scans(plan) for plan in found] == [[], []]


@pytest.mark.parametrize("key", [SortKey.DUE, SortKey.UPDATED, SortKey.CREATED, SortKey.NUMBER])
def test_every_other_order_has_its_index_too(alice: Desk, key: SortKey) -> None:
    for sort in (Sort(key), Sort(key, descending=True)):
        with plans(alice) as found:
            page = queue.page(alice, parse(""), sort=sort, limit=20)
            queue.page(alice, parse(""), sort=sort, before=page.rows[-1], limit=20)
        for plan in found:
            assert not sorts_before_the_limit(plan), plan


def test_a_ticket_its_customers_history_and_the_feed_come_from_indexes(alice: Desk) -> None:
    with alice.read() as conn:
        cursor = events.now(conn)
    with plans(alice) as found:
        tickets.ticket(alice, 17)
        customers.history(alice, 5)
        with alice.read() as conn:
            events.since(conn, cursor, 100)
    assert [plan for plan in found if scans(plan)] == []
    assert any("ix_ticket_customer" in plan for plan in found)
    assert any("ix_event_feed" in plan for plan in found)
    assert any("ix_message_ticket" in plan for plan in found)


def test_what_workers_ask_twice_a_second_costs_no_scan(alice: Desk) -> None:
    with plans(alice) as found:
        intake.take_in(alice)
        deliver.deliver_due(alice, lambda channel: pytest.fail("nothing is due"))
        tick.tick(alice)
        outgoing.unsent(alice)
    assert len(found) >= 4
    assert [plan for plan in found if scans(plan)] == []
