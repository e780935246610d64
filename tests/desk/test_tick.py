"""The clock: snoozed tickets wake when their time has come, once."""

from datetime import timedelta

import pytest

from supportdesk.desk import queue, tick, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import State
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock


def test_what_is_due_wakes_and_the_rest_sleeps_on(alice: Desk, desk: Desk, clock: Clock) -> None:
    soon, later = open_ticket(alice), open_ticket(alice)
    triage.snooze(alice, soon, clock.time + timedelta(hours=1))
    triage.snooze(alice, later, clock.time + timedelta(days=1))
    assert tick.tick(desk) == 0
    clock.advance(hours=1)
    assert (tick.tick(desk), tick.tick(desk)) == (1, 0)
    assert tickets.ticket(alice, soon).ticket.snoozed_until is None
    assert [(e.kind, e.actor.name) for e in tickets.ticket(alice, soon).events][-1] == ("woke", "system")
    assert [row.number for row in queue.page(alice, parse("is:snoozed")).rows] == [later]


def test_a_solved_or_woken_ticket_is_left_alone(alice: Desk, desk: Desk, clock: Clock) -> None:
    solved, woken = open_ticket(alice), open_ticket(alice)
    for number in (solved, woken):
        triage.snooze(alice, number, clock.time + timedelta(hours=1))
    triage.set_state(alice, solved, State.SOLVED)
    triage.snooze(alice, woken, None)
    clock.advance(hours=2)
    assert tick.tick(desk) == 0
    undo.undo(alice, solved)
    assert tick.tick(desk) == 1


def test_more_than_a_batch_wakes_too(alice: Desk, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [open_ticket(alice) for _ in range(5)]
    triage.snooze(alice, numbers, clock.time + timedelta(hours=1))
    clock.advance(hours=1)
    monkeypatch.setattr(tick, "BATCH", 2)
    assert [tick.tick(desk) for _ in range(4)] == [2, 2, 1, 0]
