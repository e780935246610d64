"""A message (public) or a note (internal), with what an agent needs to read and answer it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ACKNOWLEDGEMENT = "acknowledgement"
"""The kind of message that tells a customer by itself that a mail has come."""


class Direction(StrEnum):
    """From the customer, to the customer, or for the team alone."""

    IN = "in"
    OUT = "out"
    NOTE = "note"


class Delivery(StrEnum):
    """What became of an outgoing message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class Address:
    """A person on a channel: an e-mail address, a phone number or a chat identity, with the name shown."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; its bytes are the blob ``sha256``. ``size`` is in bytes."""

    id: int
    filename: str
    content_type: str
    size: int
    inline: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation, oldest first in a ticket."""

    id: int
    ticket: int
    direction: Direction
    kind: str  # "normal", "auto_reply", "bounce", "report", "bulk", "own_loop", "call"
    author: str  # shown name
    author_address: str  # where it came from, "" for agents
    author_id: int | None  # agent id for out/note, customer id for in
    at: datetime
    channel: str
    channel_kind: str
    subject: str
    text: str  # all of it, safe for a terminal
    reply_text: str  # without the quoted tail; "" never: an empty reply shows all
    html: bool
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    attachments: tuple[Attachment, ...]
    delivery: Delivery | None
    not_before: datetime | None  # of a queued reply: until then it can be recalled
    error: str  # of a failed delivery, the server's own words
    joined_by: str  # "created", "message-id", "references", "token", "plus-address", "subject", "merge", …
    inbox_id: int | None  # the raw it was made of
    reply_to: str = ""  # where answers go, if elsewhere than to the author
    dmarc: str = ""  # "pass", "fail" or another result of the host the channel trusts (RFC 8601), "" without one
