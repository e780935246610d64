"""Mails taken in together and one by one leave the same desk, whatever they say of one another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from supportdesk.channels.kinds import Kind
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, conversation, intake, judging, structure, triage
from supportdesk.desk.conversation import NewTicket, Reply
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.message import Address
from supportdesk.domain.ticket import State
from supportdesk.store import tables as t
from tests.desk.conftest import MAILBOX

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SENDERS = (
    "Dana <dana@x.example>",
    "D. Reyes <DANA@x.example>",
    "eve@evil.example",
    "new@y.example",
    "alice@desk.example",
)
SUBJECTS = ("Printer", "Re: Printer", "Invoice", "[#1] Printer", "[#2] x", "")
IDS = ("", "a@x", "b@x", "c@x", "old@x")
UNREADABLE = "this cannot be read"
BODIES = ("one", "two", UNREADABLE)
SENT = "sent"
"""Stands for the Message-ID of the reply in the desk."""
TABLES = (
    t.ticket, t.ticket_link, t.message, t.message_reference, t.attachment, t.customer, t.identity, t.event, t.inbox,
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    {"Auto-Submitted": "auto-replied"},
    {"List-Id": "<x.example>"},
    {"X-Supportdesk-Loop": "acme"},
)


@dataclass(frozen=True)
class Letter:
    sender: str
    subject: str
    message_id: str
    references: tuple[str, ...]
    body: str
    headers: dict[str, str]
    hours: int  # since it was received
    cc: str
    file: bool

    def raw(self, sent: str) -> bytes:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = self.sender, "support@desk.example", self.subject
        made["Message-ID"] = f"<{self.message_id}>" if self.message_id else None
        made["References"] = " ".join(f"<{sent if ref == SENT else ref}>" for ref in self.references)
        made["Cc"] = self.cc
        for name, value in self.headers.items():
            made[name] = value
        made.set_content(self.body)
        if self.file:
            made.add_attachment(b"pdf", maintype="application", subtype="pdf", filename="receipt.pdf")
            made.set_boundary("B")  # else another each time
        for name in [name for name, value in made.items() if not value]:
            del made[name]
        return made.as_bytes()


@dataclass(frozen=True)
class Report:
    """A delivery report about the reply in the desk, or about nobody's mail."""

    status: str
    about: str

    def raw(self, sent: str) -> bytes:
        about = sent if self.about == SENT else self.about
        return (
            "From: MAILER-DAEMON@x.example\r\nTo: support@desk.example\r\nSubject: Undelivered Mail\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
            "--B\r\nContent-Type: text/plain\r\n\r\nIt says.\r\n"
            "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
            f"Final-Recipient: rfc822; dana@x.example\r\nStatus: {self.status}\r\n\r\n"
            f"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--B--\r\n"
        ).encode()


letters = st.builds(
    Letter, sender=st.sampled_from(SENDERS), subject=st.sampled_from(SUBJECTS), message_id=st.sampled_from(IDS),
    references=st.lists(st.sampled_from((*IDS[1:], SENT, "unseen@x")), max_size=2).map(tuple),
    body=st.sampled_from(BODIES), headers=st.sampled_from(HEADERS), hours=st.sampled_from((0, 0, 2, 24 * 30)),
    cc=st.sampled_from(("", "eve@evil.example")), file=st.booleans(),
)  # fmt: skip
reports = st.builds(Report, st.sampled_from(("5.1.1", "4.2.2", "2.0.0")), st.sampled_from((SENT, "strange@x")))
batches = st.lists(st.one_of(letters, letters, letters, reports), min_size=1, max_size=12)


@contextmanager
def furnished(url: str) -> Iterator[tuple[Desk, str]]:
    """A desk with a solved ticket that was answered, a merged one and a snoozed one; and the answer's Message-ID."""
    desk = make_desk(url, "Acme Support", clock=lambda: NOW)
    with desk.store.write() as conn:
        for key, value in (("instance", "acme"), ("key", "00" * 32)):
            conn.execute(update(t.meta).where(t.meta.c.key == key).values(value=value))
    desk.__dict__.pop("about", None)
    staff(desk, "alice", "Alice Kim", "alice@desk.example", [])
    channels.add(desk, "email", "support", address="support@desk.example", settings=MAILBOX)
    alice = desk.as_agent("alice")
    take(desk, [Letter("dana@x.example", "Printer", "old@x", (), "black", {}, 3, "", False).raw("")], [3], 1)
    for subject in ("Invoice", "Invoice again"):
        conversation.create(alice, NewTicket(subject, "please", address=Address("dana@x.example"), channel="support"))
    reply = conversation.reply(alice, 1, Reply("white?", then=State.SOLVED))
    structure.merge(alice, [2], 3)
    triage.snooze(alice, 3, NOW + timedelta(days=1))
    with desk.read() as conn:
        sent = conn.scalar(select(t.message.c.rfc_message_id).where(t.message.c.id == reply.message))
    assert sent
    yield desk, sent
    desk.close()


def take(desk: Desk, raws: list[bytes], hours: list[int], limit: int) -> None:
    items = [
        RawItem(f"{uid}", raw, NOW - timedelta(hours=old), "INBOX", 7, uid, len(raw))
        for uid, (raw, old) in enumerate(zip(raws, hours, strict=True), start=taken(desk) + 1)
    ]
    InboxSink(desk, channels.channel(desk, "support")).take(items)
    while intake.take_in(desk, limit):
        pass


def taken(desk: Desk) -> int:
    with desk.read() as conn:
        return conn.scalar(select(func.max(t.inbox.c.uid))) or 0


def everything(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """All rows, but for what is another each time: Postgres' transaction ids and the names of undo batches."""
    found = {}
    with desk.read() as conn:
        for table in TABLES:
            rows = conn.execute(select(table).order_by(*table.primary_key)).mappings()
            found[table.name] = [{name: row[name] for name in row if name not in ("xid", "batch")} for row in rows]
    return found


def left_by(url: str, batch: list[Letter | Report], limit: int) -> dict[str, list[dict[str, Any]]]:
    with furnished(url) as (desk, sent):
        hours = [each.hours if isinstance(each, Letter) else 0 for each in batch]
        take(desk, [each.raw(sent) for each in batch], hours, limit)
        return everything(desk)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some mails cannot be read, two tickets an hour are many, and no batch may fail and be taken in one by one."""
    arrive, trouble = Kind.arrive, intake._trouble

    def arrive_but(kind: Kind, raw: bytes, instance: str) -> Any:
        if UNREADABLE.encode() in raw:
            raise ValueError("no sense in it")
        return arrive(kind, raw, instance)

    def no_trouble(*arguments: Any) -> Exception | None:
        found = trouble(*arguments)
        if found is not None:
            raise found
        return None

    monkeypatch.setattr(Kind, "arrive", arrive_but)
    monkeypatch.setattr(intake, "_trouble", no_trouble)
    monkeypatch.setattr(judging, "MOST_TICKETS_AN_HOUR", 2)


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
QUICK = [Phase.explicit, Phase.generate]
"""Without shrinking: an example takes long, and tells enough as it is."""


@pytest.mark.usefixtures("strict")
@given(batch=batches)
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW, phases=QUICK)
def test_together_is_as_one_by_one(fresh_sqlite: Callable[[], str], batch: list[Letter | Report]) -> None:
    assert left_by(fresh_sqlite(), batch, 100) == left_by(fresh_sqlite(), batch, 1)


@pytest.mark.usefixtures("strict")
@given(batch=batches)
@settings(max_examples=6, deadline=None, suppress_health_check=SLOW, phases=QUICK)
def test_and_on_postgres(fresh_postgres: Callable[[], str], batch: list[Letter | Report]) -> None:
    assert left_by(fresh_postgres(), batch, 100) == left_by(fresh_postgres(), batch, 1)
