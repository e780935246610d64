"""The clock runs from the customer's oldest unanswered message."""

from datetime import UTC, datetime, timedelta

import pytest

from supportdesk.domain.due import Turn, next_due, waiting_since
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER, Priority, State


def at(hour: int) -> datetime:
    return datetime(2026, 11, 18, hour, tzinfo=UTC)


def turn(direction: Direction, hour: int, kind: str = "normal") -> Turn:
    return Turn(direction, kind, at(hour))


IN, OUT, NOTE = Direction.IN, Direction.OUT, Direction.NOTE


@pytest.mark.parametrize(
    ("turns", "since"),
    [
        ([], None),
        ([turn(IN, 9)], 9),
        ([turn(IN, 11), turn(IN, 9)], 9),
        ([turn(IN, 9), turn(OUT, 10)], None),
        ([turn(IN, 9), turn(OUT, 10), turn(IN, 11), turn(IN, 12)], 11),
        ([turn(IN, 12), turn(OUT, 10), turn(IN, 9), turn(IN, 11)], 11),
        ([turn(IN, 9), turn(NOTE, 10)], 9),
        ([turn(IN, 9), turn(OUT, 10, "auto_reply")], 9),
        ([turn(IN, 9, "auto_reply")], None),
        ([turn(IN, 9), turn(OUT, 10), turn(IN, 11, "bounce")], None),
        ([turn(IN, 9, "call")], 9),
        ([turn(OUT, 9)], None),
    ],
)
def test_waiting_since(turns: list[Turn], since: int | None) -> None:
    assert waiting_since(turns) == (at(since) if since else None)


@pytest.mark.parametrize(
    ("priority", "hours"), [(Priority.URGENT, 1), (Priority.HIGH, 4), (Priority.NORMAL, 8), (Priority.LOW, 24)]
)
def test_more_urgent_is_due_sooner(priority: Priority, hours: int) -> None:
    assert next_due(State.OPEN, priority, at(0)) == at(0) + timedelta(hours=hours)


def test_nobody_waits() -> None:
    assert next_due(State.OPEN, Priority.URGENT, None) == NEVER


@pytest.mark.parametrize("state", State)
def test_the_clock_runs_only_while_it_is_our_turn(state: State) -> None:
    runs = next_due(state, Priority.NORMAL, at(9)) < NEVER
    assert runs is (state in {State.NEW, State.OPEN})
