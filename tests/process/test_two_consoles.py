"""Two agents at two consoles of one desk: they see each other, and nothing either wrote is lost."""

from collections.abc import Iterator

import pytest

from supportdesk.desk import channels, drafts, tickets, triage
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.ticket import Priority
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import MAILBOX
from tests.process.console import Console, open_console

SAVED_WITHIN = 2.0
"""Seconds a draft may be behind the keyboard."""


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """Three tickets, agents alice and bob."""
    made = make_desk(store_url, "Acme Support")
    staff(made, "alice", "Alice Kim", "alice@desk.example", ["Billing"])
    staff(made, "bob", "Bob Lee", "bob@desk.example", ["Billing"])
    channels.add(made, "email", "support", address="support@desk.example", settings=MAILBOX)
    for i in range(1, 4):
        receive(made, mail(f"Dana <dana{i}@x.example>", f"Matter {i}", f"words of {i}", message_id=f"m{i}@x"))
    yield made
    made.close()


def open_ticket(console: Console, number: int) -> None:
    console.see("ALL OPEN", "Matter 3")
    console.press(":", str(number), "Enter")
    console.see(f"words of {number}", f"#{number} ")


def test_a_change_in_one_console_shows_in_the_other_within_a_second(desk: Desk, store_url: str) -> None:
    with open_console(store_url, "alice", columns=160) as alices, open_console(store_url, "bob", columns=160) as bobs:
        for console in (alices, bobs):
            console.see("ALL OPEN", "Matter 1", "Matter 3", "no worker")
        alices.press("m")
        alices.see("assign", "alice")
        assert bobs.see("alice", seconds=10) <= 1.0


def test_two_answering_one_ticket_see_each_other_and_the_second_sees_the_first(desk: Desk, store_url: str) -> None:
    with open_console(store_url, "alice") as alices, open_console(store_url, "bob") as bobs:
        open_ticket(alices, 1)
        alices.press("r", "Alice's answer")
        alices.see("Alice's answer")
        open_ticket(bobs, 1)
        bobs.see("alice is replying")
        bobs.press("r", "Bob's answer")
        alices.see("bob is replying")
        alices.press("Ctrl+S")
        alices.see("Enter send")
        alices.press("Enter")
        alices.see("queued")
        bobs.press("Ctrl+S")
        bobs.see("Enter send", "Alice's answer")
        assert [m.text for m in tickets.ticket(desk, 1).messages] == ["words of 1", "Alice's answer"]
        bobs.press("Enter")
        bobs.until(lambda: len(tickets.ticket(desk, 1).messages) == 3, "Bob's answer sent")


def test_a_draft_survives_the_death_of_the_console(desk: Desk, store_url: str) -> None:
    typed = "세 시간 동안 쓴 답장, and three hours of typing"
    with open_console(store_url, "alice") as console:
        open_ticket(console, 2)
        console.press("r", typed)
        console.see("three hours")
        bob = desk.as_agent("bob")
        triage.set_priority(bob, 2, Priority.URGENT)
        alice = desk.as_agent("alice")

        def saved() -> bool:
            draft = drafts.load(alice, 2, DraftKind.REPLY)
            return draft is not None and draft.text == typed

        assert console.until(saved, "draft saved", 10) <= SAVED_WITHIN + 1.0
        console.kill()
    with open_console(store_url, "alice") as console:
        open_ticket(console, 2)
        console.press("r")
        console.see("three hours of typing", "세 시간 동안")


def test_leaving_in_any_way_keeps_the_draft_at_once(desk: Desk, store_url: str) -> None:
    with open_console(store_url, "alice") as console:
        open_ticket(console, 3)
        console.press("r", "half a word")
        console.see("half a word")
        console.close()
    draft = drafts.load(desk.as_agent("alice"), 3, DraftKind.REPLY)
    assert draft is not None and draft.text == "half a word"
