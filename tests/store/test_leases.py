"""Leases: one holder at a time, and who lost it is known by its fence."""

from datetime import UTC, datetime, timedelta

from supportdesk.store.engine import Store
from supportdesk.store.leases import LASTS, Held, acquire, holder_of, holds, release, renew

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def take(store: Store, holder: str, at: datetime = NOW) -> Held | None:
    with store.write() as conn:
        return acquire(conn, "channel:1", holder, at)


def still(store: Store, held: Held) -> bool:
    with store.write() as conn:
        return holds(conn, held)


def test_one_holds_it_until_it_runs_out(store: Store) -> None:
    first = take(store, "a")
    assert first is not None
    assert take(store, "b") is None
    assert take(store, "b", NOW + LASTS) is None
    second = take(store, "b", NOW + LASTS + timedelta(microseconds=1))
    assert second is not None and second.fence > first.fence
    assert (still(store, first), still(store, second)) == (False, True)


def test_renewing_keeps_it_and_fails_once_lost(store: Store) -> None:
    held = take(store, "a")
    assert held is not None
    later = NOW + LASTS - timedelta(seconds=1)
    with store.write() as conn:
        assert renew(conn, held, later)
    assert take(store, "b", NOW + LASTS + timedelta(seconds=1)) is None
    assert take(store, "b", later + LASTS + timedelta(seconds=1)) is not None
    with store.write() as conn:
        assert not renew(conn, held, later)


def test_no_two_holdings_have_the_same_fence(store: Store) -> None:
    """Or what is left of an earlier holding would pass for the present one."""
    fences = []
    for holder in ("a", "a", "b", "a"):
        held = take(store, holder)
        assert held is not None
        fences.append(held.fence)
        with store.write() as conn:
            release(conn, held)
        assert not still(store, held)
    assert fences == sorted(set(fences))


def test_releasing_what_was_lost_takes_nothing_from_the_new_holder(store: Store) -> None:
    lost = take(store, "a")
    assert lost is not None
    kept = take(store, "b", NOW + timedelta(minutes=5))
    assert kept is not None
    with store.write() as conn:
        release(conn, lost)
    assert still(store, kept)
    with store.read() as conn:
        assert holder_of(conn, "channel:1") == kept
        assert holder_of(conn, "nothing") is None
