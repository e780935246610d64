"""Priorities sort urgent first; a row is unread while the customer waits."""

from dataclasses import replace
from datetime import UTC, datetime

from supportdesk.domain.ticket import NEVER, Priority, QueueRow, State

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ROW = QueueRow(
    number=1, subject="Printer", preview="", state=State.NEW, priority=Priority.NORMAL, channel_kind="email",
    customer="Dana", grade="", team="", assignee="", created_at=NOW, updated_at=NOW, next_due_at=NEVER,
    snoozed_until=None, waiting_since=None, messages=1, version=1, customer_id=1, channel="support",
)  # fmt: skip


def test_urgent_comes_first() -> None:
    assert sorted(Priority, key=lambda each: each.rank) == ["urgent", "high", "normal", "low"]


def test_a_row_is_unread_while_the_customer_waits() -> None:
    assert (ROW.unread, replace(ROW, waiting_since=NOW).unread) == (False, True)
