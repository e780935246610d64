"""Who waits for the desk, since when, and until when it should have answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER, WAITING_FOR_US, Priority, State

DUE_SOON = timedelta(hours=4)
"""``is:due``: to be answered within this time, or late already."""

ANSWER_WITHIN = {
    Priority.URGENT: timedelta(hours=1),
    Priority.HIGH: timedelta(hours=4),
    Priority.NORMAL: timedelta(hours=8),
    Priority.LOW: timedelta(hours=24),
}
"""On the wall clock, where no SLA says otherwise."""

WAITED_FOR = frozenset({"normal", "call"})
"""Kinds of messages that want an answer. An out-of-office note or a newsletter does not."""

ANSWERS = frozenset({"normal"})
"""Kinds of outgoing messages that are one. An automatic acknowledgement is not."""

LOST = frozenset({"failed", "bounced"})
"""Deliveries of outgoing messages that answered nobody."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What of a message says whose turn it is."""

    direction: Direction
    kind: str
    at: datetime


def waiting_since(turns: Iterable[Turn]) -> datetime | None:
    """When the customer's oldest unanswered message came; None if all are answered. ``turns`` in any order."""
    asked: list[datetime] = []
    answered: datetime | None = None
    for turn in turns:
        if turn.direction is Direction.IN and turn.kind in WAITED_FOR:
            asked.append(turn.at)
        elif turn.direction is Direction.OUT and turn.kind in ANSWERS:
            answered = max(answered, turn.at) if answered else turn.at
    return min((at for at in asked if answered is None or at > answered), default=None)


def next_due(state: State, priority: Priority, waiting_since: datetime | None) -> datetime:
    """When the customer should have an answer; ``NEVER`` if the clock does not run against the desk."""
    if waiting_since is None or state not in WAITING_FOR_US:
        return NEVER
    return waiting_since + ANSWER_WITHIN[priority]
