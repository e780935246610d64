"""What comes in and goes out, whatever the channel: the form intake and delivery work with."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supportdesk.domain.message import Address
from supportdesk.domain.threading import MailFacts


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """An attachment as received."""

    filename: str
    content_type: str
    data: bytes
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class BounceReport:
    """Which message of ours did not arrive, as far as the report tells; bare Message-ID, "" if it does not."""

    message_id: str
    recipient: str
    hard: bool
    status: str  # RFC 3463, such as "5.1.1", or ""


class Kind(StrEnum):
    """What sort of arrival it is; values are those stored with a message."""

    NORMAL = "normal"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    REPORT = "report"
    BULK = "bulk"
    OWN_LOOP = "own_loop"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A received message, parsed and safe for a terminal. ``sender`` is known as (identity_kind, address)."""

    identity_kind: str
    sender: Address
    subject: str
    text: str
    reply_text: str
    facts: MailFacts
    kind: Kind = Kind.NORMAL
    html: bool = False
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: str = ""
    dmarc: str = ""  # "host result", as the receiving server wrote it
    message_id: str = ""
    references: tuple[str, ...] = ()
    body_digest: str = ""
    files: tuple[ArrivedFile, ...] = ()
    bounce: BounceReport | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """A message about to leave. ``at`` and ``message_id`` are fixed, so that a second try is the same message."""

    message_id: str
    at: datetime
    sender: Address
    reply_to: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    text: str
    references: tuple[str, ...]
    instance: str  # of the desk, for loop detection
    files: tuple[ArrivedFile, ...] = ()
    automatic: bool = False
