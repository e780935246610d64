"""A desk with two agents, two teams and a mailbox, on each store in turn."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from supportdesk.desk import channels
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff

MAILBOX = {
    "imap_host": "127.0.0.1", "imap_security": "plain", "imap_user": "u", "imap_secret": "env:NONE",
    "smtp_host": "127.0.0.1", "smtp_security": "plain",
}  # fmt: skip


@dataclass
class Clock:
    """A clock that tests move; every look at it is a little later than the one before."""

    time: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        self.time += timedelta(microseconds=1)
        return self.time

    def advance(self, **span: float) -> None:
        self.time += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store_url: str, clock: Clock) -> Iterator[Desk]:
    """The desk itself, as the system; agents ``alice`` (Billing) and ``bob`` (Shipping), channel ``support``."""
    made = make_desk(store_url, "Acme Support", clock=clock)
    staff(made, "alice", "Alice Kim", "alice@desk.example", ["Billing"])
    staff(made, "bob", "Bob Lee", "bob@desk.example", ["Shipping"])
    channels.add(made, "email", "support", address="support@desk.example", settings=MAILBOX)
    yield made
    made.close()


@pytest.fixture
def alice(desk: Desk) -> Desk:
    return desk.as_agent("alice")


@pytest.fixture
def bob(desk: Desk) -> Desk:
    return desk.as_agent("bob")
