"""One recorded change, by whom and when: audit, live screens, undo and reports all read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class ActorKind(StrEnum):
    """Who may change a desk."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"  # workers, rules, the clock


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. ``name`` is an agent's login, a customer's name or a worker's name."""

    kind: ActorKind
    name: str
    id: int | None = None


SYSTEM = Actor(ActorKind.SYSTEM, "system")


@dataclass(frozen=True, slots=True)
class Event:
    """A change as it was made.

    ``kind`` is in the past tense ("assigned", "replied", "merged"). ``data`` holds for each aspect that
    changed its [old, new] pair under "changes", and what else explains it. ``cursor`` orders events for
    a reader of the feed.
    """

    id: int
    cursor: str
    at: datetime
    actor: Actor
    kind: str
    ticket: int | None
    data: Mapping[str, Any]
    batch: str  # events with one batch are undone together
    undoable: bool
    undone: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a verb answers: the events it wrote, the tickets it changed and their new versions."""

    events: tuple[int, ...]
    versions: Mapping[int, int]
    message: int | None = None  # id of a message it created
    created: int | None = None  # number of a ticket it created
