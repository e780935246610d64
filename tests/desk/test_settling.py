"""Outcomes of deliveries as they are written: together, each alone when that fails, and seen by who has to act."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from supportdesk.channels.protocol import Refused, Sent, TemporaryRefusal
from supportdesk.desk import conversation, outgoing, settling, tickets, triage
from supportdesk.desk.desk import Desk
from supportdesk.desk.settling import Outcome
from supportdesk.domain.channel import OutboxStatus
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import NEVER, State
from supportdesk.store import outbox
from supportdesk.store import tables as t
from supportdesk.store.outbox import Claim
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock


def replied(desk: Desk, clock: Clock, count: int = 1, **answer: object) -> tuple[Claim, ...]:
    """Answers to as many customers, claimed."""
    for n in range(1, count + 1):
        receive(desk, mail(f"c{n}@x.example", f"Printer {n}", "black", message_id=f"{n}@x"))
        conversation.reply(desk, n, conversation.Reply("White works", **answer))  # type: ignore[arg-type]
    clock.advance(seconds=10)
    with desk.store.write() as conn:
        return outbox.claim(conn, "w", desk.now(), 100, None)


def statuses(desk: Desk) -> list[tuple[int, OutboxStatus, int]]:
    return sorted((row.ticket, row.status, row.tries) for row in outgoing.outbox(desk))


def test_many_outcomes_are_written_together_with_one_event_each(alice: Desk, clock: Clock) -> None:
    first, second, third, fourth = replied(alice, clock, 4)
    settling.settle(alice, [
        settling.taken(first, Sent("250 ok")),
        settling.later(second, TemporaryRefusal("Busy.", code=451)),
        settling.failed(third, "no such user"),
        settling.untried(fourth),
    ])  # fmt: skip
    assert statuses(alice) == [
        (1, OutboxStatus.SENT, 1), (2, OutboxStatus.QUEUED, 1), (3, OutboxStatus.FAILED, 1), (4, OutboxStatus.QUEUED, 0)
    ]  # fmt: skip
    pages = [tickets.ticket(alice, n) for n in range(1, 5)]
    last = [(page.messages[-1].delivery, page.events[-1].kind) for page in pages]
    assert last == [
        (Delivery.SENT, "sent"), (Delivery.QUEUED, "replied"), (Delivery.FAILED, "send_failed"),
        (Delivery.QUEUED, "replied"),
    ]  # fmt: skip


def test_what_was_not_begun_is_due_at_once_and_what_failed_for_now_is_not(alice: Desk, clock: Clock) -> None:
    first, second = replied(alice, clock, 2)
    trouble = TemporaryRefusal("Busy.", code=451)
    settling.settle(alice, [settling.untried(first), settling.later(second, trouble)])
    with alice.store.write() as conn:
        assert [claim.outbox_id for claim in outbox.claim(conn, "w", alice.now(), 10, None)] == [first.outbox_id]
    clock.advance(seconds=31)
    with alice.store.write() as conn:
        assert [claim.outbox_id for claim in outbox.claim(conn, "w", alice.now(), 10, None)] == [second.outbox_id]


def test_each_try_waits_longer_and_the_last_one_fails(alice: Desk, clock: Clock) -> None:
    (claim,) = replied(alice, clock)
    trouble = TemporaryRefusal("Busy.", code=451)
    waits: list[timedelta] = []
    for tries in range(settling.MOST_TRIES):
        outcome = settling.later(_tried(claim, tries), trouble)
        waits.append(outcome.wait)
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert max(waits) == settling.LONGEST_WAIT
    assert (outcome.status, outcome.delivery, outcome.error) == (OutboxStatus.FAILED, Delivery.FAILED, "Busy.")


def _tried(claim: Claim, tries: int) -> Claim:
    return Claim(**{name: getattr(claim, name) for name in Claim.__slots__} | {"tries": tries})


def test_recipients_put_off_too_often_are_given_up_beside_those_reached(alice: Desk, clock: Clock) -> None:
    (claim,) = replied(alice, clock)
    put_off = Sent("250 ok", (Refused("boss@x.example", 451, "later"),))
    again = settling.taken(claim, put_off)
    assert (again.status, again.remaining) == (OutboxStatus.QUEUED, ("boss@x.example",))
    last = settling.taken(_tried(claim, settling.MOST_TRIES - 1), put_off)
    assert (last.status, last.error) == (OutboxStatus.SENT, "boss@x.example: 451 later")


def test_of_a_lost_lease_nothing_is_written(alice: Desk, clock: Clock) -> None:
    (old,) = replied(alice, clock)
    clock.advance(minutes=6)
    with alice.store.write() as conn:
        (new,) = outbox.claim(conn, "other", alice.now(), 10, None)
    for outcome in (settling.failed(old, "no"), settling.taken(old, Sent()), settling.untried(old)):
        settling.settle(alice, [outcome])
    assert [row.status for row in outgoing.outbox(alice)] == [OutboxStatus.SENDING]
    assert tickets.ticket(alice, 1).events[-1].kind == "replied"
    settling.settle(alice, [settling.taken(new, Sent())])
    assert [row.status for row in outgoing.outbox(alice)] == [OutboxStatus.SENT]


def test_one_that_cannot_be_written_costs_the_others_nothing(
    alice: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = replied(alice, clock, 3)
    outcomes = [settling.failed(claim, f"failure {n}") for n, claim in enumerate(claims)]
    settle = outbox.settle

    def fail_for_one(conn: object, claim: Claim, **values: object) -> bool:
        if claim == claims[1]:
            raise RuntimeError("disk is odd")
        return settle(conn, claim, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "settle", fail_for_one)
    with pytest.raises(RuntimeError, match="disk is odd"):
        settling.settle(alice, outcomes)
    assert [status for _, status, _ in statuses(alice)] == [
        OutboxStatus.FAILED, OutboxStatus.SENDING, OutboxStatus.FAILED
    ]  # fmt: skip


@pytest.mark.parametrize("then", [State.SOLVED, State.PENDING, State.ON_HOLD, None])
def test_an_answer_that_is_lost_is_work_again(alice: Desk, bob: Desk, clock: Clock, then: State | None) -> None:
    (claim,) = replied(alice, clock, then=then, snooze_until=None if then else clock.time + timedelta(days=1))
    assert tickets.ticket(alice, 1).ticket.waiting_since is None
    settling.settle(bob, [settling.failed(claim, "no such user")])
    page = tickets.ticket(alice, 1)
    assert (page.ticket.state, page.ticket.snoozed_until, page.ticket.assignee) == (State.OPEN, None, "alice")
    assert page.ticket.waiting_since == page.messages[0].at
    assert page.ticket.next_due_at < NEVER
    event = page.events[-1]
    assert (event.kind, event.data["author"], event.data["error"]) == ("send_failed", "alice", "no such user")
    assert set(event.data["changes"]) == ({"state"} if then else {"snoozed_until"})


def test_it_is_its_authors_where_it_is_nobodys_and_stays_whose_it_is(alice: Desk, bob: Desk, clock: Clock) -> None:
    first, second = replied(alice, clock, 2)
    triage.assign(alice, 1, "")
    triage.assign(alice, 2, "bob")
    settling.settle(bob, [settling.failed(first, "no"), settling.failed(second, "no")])
    assert [tickets.ticket(alice, n).ticket.assignee for n in (1, 2)] == ["alice", "bob"]


def test_what_a_program_wrote_and_is_lost_calls_nobody(alice: Desk, clock: Clock) -> None:
    (claim,) = replied(alice, clock, then=State.SOLVED)
    with alice.store.write() as conn:
        conn.execute(update(t.message).where(t.message.c.id == claim.message_id).values(agent_id=None))
    settling.settle(alice, [settling.failed(claim, "no such user")])
    assert tickets.ticket(alice, 1).ticket.state is State.SOLVED


def test_nothing_to_settle_is_nothing() -> None:
    outcomes: list[Outcome] = []
    settling.settle(None, outcomes)  # type: ignore[arg-type]  # no desk is needed
    assert outcomes == []
