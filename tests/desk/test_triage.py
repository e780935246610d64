"""Triage: each verb changes one thing, tells of it, and refuses what was overtaken."""

import threading
from datetime import timedelta

import pytest

from supportdesk.desk import queue, structure, tickets, triage
from supportdesk.desk.desk import Desk
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import NEVER, Priority, State
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock


def test_every_verb_changes_its_aspect_and_records_old_and_new(alice: Desk, clock: Clock) -> None:
    number = open_ticket(alice)
    until = clock.time + timedelta(hours=2)
    triage.take(alice, number)
    triage.set_priority(alice, number, Priority.HIGH)
    triage.set_team(alice, number, "Billing")
    triage.add_tags(alice, number, ["VIP", "two words"])
    triage.rename(alice, number, "Printer prints black")
    triage.snooze(alice, number, until)
    page = tickets.ticket(alice, number)
    found = page.ticket
    assert (found.assignee, found.priority, found.team, found.tags, found.subject, found.snoozed_until) == (
        "alice", Priority.HIGH, "Billing", ("two-words", "vip"), "Printer prints black", until
    )  # fmt: skip
    assert [e.data["changes"] for e in page.events[1:]] == [
        {"assignee": ["", "alice"]}, {"priority": ["normal", "high"]}, {"team": ["", "Billing"]},
        {"tags": [[], ["two-words", "vip"]]}, {"subject": ["Printer", "Printer prints black"]},
        {"snoozed_until": [None, until.isoformat()]},
    ]  # fmt: skip


def test_the_same_again_is_no_change(alice: Desk) -> None:
    number = open_ticket(alice)
    assert triage.set_priority(alice, number, Priority.NORMAL).events == ()


@pytest.mark.parametrize("state", [State.SOLVED, State.CLOSED, State.SPAM])
def test_states_without_work_left_close_and_wake(alice: Desk, clock: Clock, state: State) -> None:
    number = open_ticket(alice)
    triage.snooze(alice, number, clock.time + timedelta(days=1))
    triage.set_state(alice, number, state)
    ticket = tickets.ticket(alice, number).ticket
    assert ticket.closed_at is not None
    assert ticket.snoozed_until is None
    assert ticket.next_due_at == NEVER


def test_reopening_starts_the_clock_again(alice: Desk) -> None:
    number = open_ticket(alice)
    due = tickets.ticket(alice, number).ticket.next_due_at
    triage.set_state(alice, number, State.SOLVED)
    triage.set_state(alice, number, State.OPEN)
    ticket = tickets.ticket(alice, number).ticket
    assert (ticket.closed_at, ticket.next_due_at) == (None, due)


def test_a_stale_change_of_the_same_aspect_is_a_conflict_that_says_who(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    seen = {number: tickets.ticket(alice, number).ticket.version}
    triage.assign(bob, number, "bob")
    with pytest.raises(Conflict, match="bob"):
        triage.assign(alice, number, "alice", expect=seen)
    assert tickets.ticket(alice, number).ticket.assignee == "bob"


def test_a_stale_change_of_another_aspect_goes_through(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    seen = {number: tickets.ticket(alice, number).ticket.version}
    triage.assign(bob, number, "bob")
    triage.set_priority(alice, number, Priority.URGENT, expect=seen)
    ticket = tickets.ticket(alice, number).ticket
    assert (ticket.assignee, ticket.priority) == ("bob", Priority.URGENT)


def test_a_conflict_on_one_of_many_changes_none(alice: Desk, bob: Desk) -> None:
    numbers = [open_ticket(alice) for _ in range(3)]
    seen = {n: tickets.ticket(alice, n).ticket.version for n in numbers}
    triage.set_state(bob, numbers[1], State.PENDING)
    with pytest.raises(Conflict):
        triage.set_state(alice, numbers, State.SOLVED, expect=seen)
    assert [tickets.ticket(alice, n).ticket.state for n in numbers] == [State.NEW, State.PENDING, State.NEW]


def test_unknown_names_are_named(alice: Desk) -> None:
    number = open_ticket(alice)
    with pytest.raises(NotFound, match="nobody"):
        triage.assign(alice, number, "nobody")
    with pytest.raises(NotFound, match="Nowhere"):
        triage.set_team(alice, number, "Nowhere")
    with pytest.raises(NotFound, match="#999"):
        triage.take(alice, 999)


def test_only_agents_take(desk: Desk) -> None:
    with pytest.raises(Invalid):
        triage.take(desk, open_ticket(desk))


def test_snoozing_into_the_past_is_refused(alice: Desk, clock: Clock) -> None:
    with pytest.raises(Invalid):
        triage.snooze(alice, open_ticket(alice), clock.time - timedelta(minutes=1))


def test_a_merged_ticket_points_to_its_target(alice: Desk) -> None:
    source, into = open_ticket(alice), open_ticket(alice)
    structure.merge(alice, [source], into)
    with pytest.raises(Conflict, match=f"#{into}"):
        triage.take(alice, source)


def test_no_update_is_lost_under_concurrency(alice: Desk, bob: Desk) -> None:
    """Forty read-modify-writes of the tags of one ticket from four threads."""
    number = open_ticket(alice)

    def tag(desk: Desk, names: list[str]) -> None:
        for name in names:
            triage.add_tags(desk, number, [name])

    threads = [
        threading.Thread(target=tag, args=(desk, [f"{i}-{j}" for j in range(10)]))
        for i, desk in enumerate([alice, bob, alice, bob])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tickets.ticket(alice, number).ticket.tags) == 40


def test_the_queue_shows_what_changed(alice: Desk) -> None:
    number = open_ticket(alice, "Subject", "First words\n\nof the message")
    triage.take(alice, number)
    (row,) = queue.page(alice, parse("is:mine")).rows
    assert (row.number, row.assignee, row.preview, row.customer, row.messages, row.unread) == (
        number, "alice", "First words of the message", "Dana Reyes", 1, True
    )  # fmt: skip
