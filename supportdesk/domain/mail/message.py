"""A parsed mail, as values: every string is already harmless for a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supportdesk.domain.message import Address


class Kind(StrEnum):
    """What sort of sender wrote it; decides who may be answered automatically."""

    NORMAL = "normal"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    REPORT = "report"  # abuse feedback
    BULK = "bulk"
    OWN_LOOP = "own_loop"  # written by this desk


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says. ``status`` is an enhanced code (RFC 3463) such as "5.1.1", or "".

    ``envelope_id`` is what the sender gave the mail as ENVID (RFC 3461 section 4.4), where the report repeats it;
    one that looks like a Message-ID stands in for ``original_message_id`` where the report does not return the mail.
    """

    hard: bool
    status: str
    recipient: str
    original_message_id: str
    envelope_id: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as received; ``size`` is that of the decoded ``data`` in bytes."""

    filename: str
    content_type: str
    size: int
    inline: bool
    content_id: str
    data: bytes


class Headers:
    """Decoded header values by name, case-insensitively, in the order received."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, tuple[str, ...]]) -> None:
        self._values = values

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        values = self._values.get(name.lower())
        return values[0] if values else default

    def all(self, name: str) -> tuple[str, ...]:
        return self._values.get(name.lower(), ())

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail. ``text`` is all of it, ``reply_text`` leaves out the quoted tail and is never empty unless ``text`` is.

    ``defects`` names what was wrong with it; ``body_digest`` (sha256, hex) is the same for the same content whatever
    its headers, so that with ``message_id`` it tells a second delivery from another mail (never the id alone).
    """

    message_id: str  # without angle brackets, as are the two below
    in_reply_to: str
    references: tuple[str, ...]
    date: datetime | None  # UTC; None when absent or unreadable
    from_: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    kind: Kind
    bounce: Bounce | None
    text: str
    reply_text: str
    html: bool
    attachments: tuple[File, ...]
    defects: tuple[str, ...]
    headers: Headers
    body_digest: str
