"""Holding: what a dead worker held is taken over at once, what a living one holds is left to it."""

from supportdesk.desk import conversation, holding, outgoing
from supportdesk.desk.desk import Desk
from supportdesk.desk.health import health
from supportdesk.domain.channel import OutboxStatus
from supportdesk.store import outbox
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock


def dead(*holders: str) -> holding.IsDead:
    return lambda holder: holder in holders


def test_a_lease_is_taken_from_the_dead_and_not_from_the_living(desk: Desk) -> None:
    first = holding.acquire(desk, "channel:1", "a", dead())
    assert first is not None
    assert holding.acquire(desk, "channel:1", "b", dead()) is None
    second = holding.acquire(desk, "channel:1", "b", dead("a"))
    assert second is not None and second.fence > first.fence
    assert not holding.renew(desk, first)
    holding.release(desk, first)
    assert holding.renew(desk, second)


def test_what_was_released_is_free(desk: Desk) -> None:
    held = holding.acquire(desk, "channel:1", "a", dead())
    assert held is not None
    holding.release(desk, held)
    assert not holding.renew(desk, held)
    assert holding.acquire(desk, "channel:1", "b", dead()) is not None


def test_a_lease_that_ran_out_is_anybodys(desk: Desk, clock: Clock) -> None:
    assert holding.acquire(desk, "channel:1", "a", dead()) is not None
    clock.advance(seconds=31)
    assert holding.acquire(desk, "channel:1", "b", dead()) is not None


def test_what_the_dead_had_begun_to_send_goes_again(alice: Desk, clock: Clock) -> None:
    for _ in range(2):
        conversation.reply(alice, open_ticket(alice), conversation.Reply("x"))
    clock.advance(seconds=10)
    with alice.store.write() as conn:
        outbox.claim(conn, "dead", clock.time, 1, None)
        outbox.claim(conn, "living", clock.time, 1, None)
    holding.release_dead(alice, dead("dead"))
    assert [row.status for row in outgoing.outbox(alice)] == [OutboxStatus.SENDING, OutboxStatus.QUEUED]


def test_a_worker_is_alive_while_it_says_so(desk: Desk, clock: Clock) -> None:
    holding.alive(desk, "w1", "host")
    holding.alive(desk, "w2", "host")
    clock.advance(seconds=20)
    holding.alive(desk, "w2", "host")
    clock.advance(seconds=20)
    assert [(worker.name, worker.alive) for worker in health(desk).workers] == [("w1", False), ("w2", True)]
    assert health(desk).alive == 1
    holding.gone(desk, "w2")
    clock.advance(days=1)
    assert health(desk).workers == ()
