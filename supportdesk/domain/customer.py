"""A customer: one person across channels, and every earlier contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from supportdesk.domain.ticket import State


@dataclass(frozen=True, slots=True)
class Identity:
    """How a customer is known on a channel. ``kind`` is "email", "phone", "kakao", …"""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's profile."""

    id: int
    name: str
    grade: str
    organization: str
    language: str
    identities: tuple[Identity, ...]
    attributes: Mapping[str, str]
    orders: tuple[Mapping[str, str], ...]
    created_at: datetime
    tickets: int
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """One earlier ticket in a customer's history, newest first."""

    number: int
    subject: str
    preview: str
    channel_kind: str
    state: State
    at: datetime  # last message
    messages: int


def normal_identity(kind: str, value: str) -> str:
    """The one form an identity is kept and looked up in: mail addresses ignore case, phone numbers punctuation."""
    value = value.strip()
    if kind == "email":
        return value.casefold()
    if kind == "phone":
        return "".join(c for c in value if c.isdigit() or c == "+") or value
    return value
