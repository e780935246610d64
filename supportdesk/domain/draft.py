"""A half-written answer. Every keystroke is worth keeping."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supportdesk.domain.message import Address


class DraftKind(StrEnum):
    """What the text will become. One of each kind per ticket and agent."""

    REPLY = "reply"
    NOTE = "note"
    FORWARD = "forward"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Draft:
    """Kept in the store, one per (ticket, agent, kind); survives merges, take-overs and kill -9.

    ``seen`` is the id of the last message its author had on screen when starting to write: newer ones
    are what arrived meanwhile. ``ticket`` is 0 for a ticket not yet created.
    """

    ticket: int
    agent: str
    kind: DraftKind
    subject: str
    text: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    seen: int
    updated_at: datetime
