"""How fast a desk fills: generated, and through intake."""

import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from benchmarks.desks import generate
from benchmarks.figures import Figure
from benchmarks.setting import Setting
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.intake import take_in
from supportdesk.desk.receiving import InboxSink

BATCH = 100
WORDS = ("환불이 아직 안 됐어요", "please send the invoice again", "배송 조회가 되지 않습니다", "주문번호 A-1029")
SETTINGS = {
    "imap_host": "localhost", "imap_port": 9, "imap_security": "plain", "imap_user": "x", "imap_secret": "env:NONE",
    "smtp_host": "localhost", "smtp_port": 9, "smtp_security": "plain",
}  # fmt: skip
BODY_LINES = 90
"""Lines that make a mail of about 4 KB."""


def measure(setting: Setting) -> Iterator[Figure]:
    tickets = min(setting.desk.tickets, setting.times(50_000, 2_000))
    made = generate(f"sqlite:///{setting.scratch / 'generated.db'}", tickets, setting.home)
    note = f"{made.messages:,} messages with the start of the program"
    budget = None if setting.quick else 20_000
    yield Figure("bulk", "generate", made.messages_per_second or 0, "/s", budget, at_least=True, note=note)
    yield from _intake(setting.scratch, min(setting.desk.tickets, setting.times(3_000, 500)))


def _intake(scratch: Path, mails: int) -> Iterator[Figure]:
    desk = make_desk(f"sqlite:///{scratch / 'intake.db'}", "Acme Support")
    try:
        sink = mail_sink(desk)
        items = [raw_item(desk, n) for n in range(mails)]
        start = time.monotonic()
        for first in range(0, mails, BATCH):
            sink.take(items[first : first + BATCH])
        kept = time.monotonic()
        while take_in(desk):
            pass
        end = time.monotonic()
    finally:
        desk.close()
    size = sum(len(item.raw) for item in items) // mails
    yield Figure("bulk", "inbox: raw bytes kept", mails / (kept - start), "/s", note=f"{size:,} B a mail")
    yield Figure("bulk", "intake: parsed, threaded, indexed", mails / (end - kept), "/s")
    yield Figure("bulk", "both", mails / (end - start), "/s", note="in one process; see sync for all of it")


def mail_sink(desk: Desk) -> InboxSink:
    """The sink of a mailbox, which is added where it is not there yet."""
    name = "bench"
    known = {channel.name: channel for channel in channels.channels(desk)}
    if name not in known:
        channels.add(desk, "email", name, address="help@acme.example", settings=SETTINGS)
        known = {channel.name: channel for channel in channels.channels(desk)}
    return InboxSink(desk, known[name])


def raw_item(desk: Desk, n: int, *, subject: str = "", text: str = "", sender: str = "", answers: str = "") -> RawItem:
    """A mail as a server gives it; three come from one customer. ``answers``: a Message-ID."""
    mail = EmailMessage()
    mail["From"] = sender or f"Customer {n // 3} <customer{n // 3}@example.org>"
    mail["To"] = "help@acme.example"
    mail["Subject"] = subject or f"{WORDS[n % len(WORDS)]} {n // 3}"
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
    mail["Date"] = format_datetime(desk.now())
    mail["Message-ID"] = f"<{n}.{time.time_ns()}@example.org>"
    lines = [f"{WORDS[(n + line) % len(WORDS)]} {n} {line}" for line in range(BODY_LINES)]
    mail.set_content("\n".join([text, *lines]), cte="8bit")
    return RawItem(f"bench/{n}/{time.time_ns()}", mail.as_bytes(), desk.now())
