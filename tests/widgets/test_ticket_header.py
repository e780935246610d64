from dataclasses import replace
from datetime import UTC, datetime, timedelta

from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import NEVER, Priority, State, Ticket
from supportdesk.widgets.ticket_header import due_words, facts, present_words

NOW = datetime(2026, 11, 21, 9, 42, tzinfo=UTC)
TICKET = Ticket(
    number=4, subject="환불", state=State.ON_HOLD, priority=Priority.URGENT, team="Billing", assignee="", customer_id=1,
    channel="support", channel_kind="email", tags=("vip",), created_at=NOW, updated_at=NOW, closed_at=None,
    next_due_at=NEVER, snoozed_until=None, waiting_since=None, merged_into=None, links=(), messages=3, version=1,
)  # fmt: skip


def test_the_facts_are_said_in_words() -> None:
    assert facts(TICKET).plain == "on hold, urgent, Billing, nobody's, +vip"
    assert facts(replace(TICKET, merged_into=9)).plain.endswith("merged into #9")


def test_until_when_and_how_late() -> None:
    assert due_words(TICKET, NOW).plain == ""
    assert due_words(replace(TICKET, next_due_at=NOW + timedelta(minutes=192)), NOW).plain == "due in 03:12"
    assert due_words(replace(TICKET, next_due_at=NOW - timedelta(minutes=130)), NOW).plain == "late by 02:10"
    snoozed = replace(TICKET, snoozed_until=NOW + timedelta(hours=5))
    assert due_words(snoozed, NOW).plain == "snoozed until 14:42"


def test_who_is_on_it_writers_first_absent_ones_last() -> None:
    bob, eve = Presence(4, "bob", "reading", NOW), Presence(4, "eve", "replying", NOW)
    assert present_words((bob, eve), ["bob", "kim"]) == "eve is replying, bob is reading, kim has a draft"
