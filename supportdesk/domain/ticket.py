"""A ticket: its states and priorities, and how it looks in a queue and in full."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""``next_due_at`` of a ticket nobody waits for: a value, so that one index serves every order by due time."""


class State(StrEnum):
    """Where a ticket stands. A merged ticket keeps its state and points to its target."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"  # waiting for the customer
    ON_HOLD = "on_hold"  # waiting for a third party
    SOLVED = "solved"
    CLOSED = "closed"
    SPAM = "spam"


OPEN_STATES = frozenset({State.NEW, State.OPEN, State.PENDING, State.ON_HOLD})
"""States in which work is left; all others set ``closed_at``."""

WAITING_FOR_US = frozenset({State.NEW, State.OPEN})
"""States in which the clock runs against the desk."""


class Priority(StrEnum):
    """How much it hurts. ``rank`` sorts urgent first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


class LinkKind(StrEnum):
    """How one ticket refers to another."""

    RELATED = "related"
    CONTINUES = "continues"  # a follow-up that became a ticket of its own
    SPLIT = "split"  # this ticket was split off the other


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of a queue: what an agent needs to choose the next ticket."""

    number: int
    subject: str
    preview: str  # first words of the last message
    state: State
    priority: Priority
    channel: str  # name of the channel it came in on, "" when opened by hand
    channel_kind: str  # "email", "kakao", "phone", …; "" when opened by hand
    customer_id: int
    customer: str
    grade: str  # "", "VIP", …
    team: str
    assignee: str  # agent login, "" when unassigned
    created_at: datetime
    updated_at: datetime
    next_due_at: datetime
    snoozed_until: datetime | None
    waiting_since: datetime | None  # the customer's oldest unanswered message
    messages: int
    version: int

    @property
    def unread(self) -> bool:
        """Whether the last word is the customer's."""
        return self.waiting_since is not None


@dataclass(frozen=True, slots=True)
class Link:
    """The other end of a link, as seen from one ticket."""

    number: int
    subject: str
    state: State
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket in full, without its messages."""

    number: int
    subject: str
    state: State
    priority: Priority
    team: str
    assignee: str
    customer_id: int
    channel: str  # name of the channel it came in on, "" when opened by hand
    channel_kind: str
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    next_due_at: datetime
    snoozed_until: datetime | None
    waiting_since: datetime | None
    merged_into: int | None
    links: tuple[Link, ...]
    messages: int
    version: int
