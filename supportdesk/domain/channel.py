"""Channels and the two tables between them and the desk: inbox and outbox, as seen by people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

SIMULATED = "simulated-"
"""Begins the kinds whose customers are played by a program."""


def medium(kind: str) -> str:
    """What people call a channel's kind: a simulated one by what it plays."""
    return kind.removeprefix(SIMULATED)


@dataclass(frozen=True, slots=True)
class Channel:
    """An account on a kind of channel. ``settings`` holds references to secrets, never secrets."""

    id: int
    kind: str
    name: str
    address: str
    team: str
    settings: Mapping[str, Any]
    paused: bool
    last_contact: datetime | None
    error: str
    error_at: datetime | None
    retry_at: datetime | None = None  # until then its server is left alone


class InboxStatus(StrEnum):
    """What became of something received. Nothing is ever dropped without a row that says so."""

    PENDING = "pending"
    DONE = "done"
    DUPLICATE = "duplicate"  # a second delivery of a message the desk already has
    QUARANTINE = "quarantine"
    SKIPPED = "skipped"
    DISCARDED = "discarded"  # by an agent, from quarantine


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One raw thing received, and what it became."""

    id: int
    channel: str
    external_id: str
    received_at: datetime
    status: InboxStatus
    cause: str
    error: str
    attempts: int
    ticket: int | None
    sha256: str
    size: int
    sender: str
    subject: str


UNFETCHABLE = "unfetchable"
"""The cause of what the server would not hand out: of such a mail the desk has nothing, or its header alone."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One folder of a mailbox compared with the desk: ``on_server`` is all of its mails, each in one of the others.

    ``skipped``: how many for which reason. ``gone``: how many the desk has that the server lists no more.
    """

    channel: str
    folder: str
    uidvalidity: int
    on_server: int
    stored: int
    quarantined: int
    skipped: Mapping[str, int]
    unknown: tuple[int, ...]
    gone: int


class OutboxStatus(StrEnum):
    """Where a message to be sent stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # for good; an agent decides
    RECALLED = "recalled"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message on its way out."""

    id: int
    ticket: int
    message: int
    channel: str
    status: OutboxStatus
    not_before: datetime
    tries: int
    error: str
    to: tuple[str, ...]
    subject: str
