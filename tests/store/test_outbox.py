"""The outbox: a message is in one worker's hands at a time, and a late answer counts for nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from supportdesk.domain.channel import OutboxStatus
from supportdesk.domain.ticket import NEVER
from supportdesk.store import customers, outbox
from supportdesk.store import tables as t
from supportdesk.store.engine import Store, open_store
from supportdesk.store.outbox import LEASE, Claim, claim

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def fill(store: Store, count: int) -> None:
    """Messages 1 to ``count``, due one second after the other from NOW on."""
    with store.write() as conn:
        who = customers.add(conn, "Dana", NOW)
        conn.execute(insert(t.channel).values(kind="email", name="support", settings={}, created_at=NOW))
        conn.execute(insert(t.ticket).values(
            subject="x", state="open", priority="normal", customer_id=who, created_at=NOW, updated_at=NOW,
            next_due_at=NEVER,
        ))  # fmt: skip
        for n in range(count):
            conn.execute(insert(t.message).values(
                ticket_number=1, direction="out", author="a", at=NOW, text=str(n), to_addresses=[], cc_addresses=[]
            ))  # fmt: skip
            row = {"message_id": n + 1, "channel_id": 1, "bcc_addresses": [], "not_before": NOW + timedelta(seconds=n)}
            conn.execute(insert(t.outbox).values(**row))


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store, 5)
    return store


def claimed(store: Store, at: datetime, limit: int = 10, holder: str = "w") -> tuple[Claim, ...]:
    with store.write() as conn:
        return claim(conn, holder, at, limit, None)


def ids(claims: tuple[Claim, ...]) -> list[int]:
    return [each.outbox_id for each in claims]


def test_what_is_due_is_taken_once_and_oldest_first(filled: Store) -> None:
    later = NOW + timedelta(seconds=3)
    assert ids(claimed(filled, later, limit=2)) == [1, 2]
    assert ids(claimed(filled, later)) == [3, 4]
    assert ids(claimed(filled, later)) == []
    with filled.write() as conn:
        assert ids(claim(conn, "w", NOW + timedelta(hours=1), 10, [99])) == []


def test_what_another_transaction_is_taking_is_left_to_it(fresh_postgres: Callable[[], str]) -> None:
    store = open_store(fresh_postgres())
    fill(store, 5)
    later = NOW + timedelta(minutes=1)
    with store.write() as first:
        mine = claim(first, "a", later, 3, None)
        theirs = claimed(store, later, holder="b")
    assert (ids(mine), ids(theirs)) == ([1, 2, 3], [4, 5])
    store.close()


def test_after_its_lease_it_goes_to_another_whose_answer_counts(filled: Store) -> None:
    (first, *_rest) = claimed(filled, NOW, limit=1)
    assert claimed(filled, NOW + timedelta(milliseconds=1)) == ()
    (second, *_others) = claimed(filled, NOW + LEASE + timedelta(seconds=1), limit=1, holder="b")
    assert (second.outbox_id, second.fence) == (first.outbox_id, first.fence + 1)
    with filled.write() as conn:
        assert not outbox.settle(conn, first, status="failed")
        assert outbox.settle(conn, second, status="sent")
        assert not outbox.settle(conn, second, status="failed")
    with filled.read() as conn:
        assert [row.id for row in outbox.rows(conn, OutboxStatus.SENT, 0)] == [first.outbox_id]
        assert outbox.counts(conn) == (4, 0)


def test_the_dead_give_back_what_they_held(filled: Store) -> None:
    claimed(filled, NOW, holder="dead")
    claimed(filled, NOW + timedelta(seconds=1), holder="living")
    with filled.write() as conn:
        assert sorted(outbox.holders(conn)) == ["dead", "living"]
        outbox.release(conn, "dead")
        assert outbox.holders(conn) == ("living",)
    assert ids(claimed(filled, NOW + timedelta(seconds=1))) == [1]


def test_the_ticket_of_a_message_is_where_the_message_is_now(filled: Store) -> None:
    with filled.write() as conn:
        assert outbox.lock_ticket(conn, 2) == 1
        assert outbox.lock_ticket(conn, 99) is None
