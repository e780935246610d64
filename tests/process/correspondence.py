"""Mails as the mailbox of a small firm gets them, and a desk that fetches them from a real server."""

import sys
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from supportdesk.desk import channels
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk, staff
from supportdesk.store import tables as t
from tests.services.dovecot import Dovecot
from tests.services.smtp import SmtpSink

FOLDERS = ("INBOX", "고객문의")
SUPPORT = "support@desk.example"
PROGRAM = [sys.executable, "-m", "supportdesk"]
CHECKOUT = Path(__file__).resolve().parents[2]


def mails(count: int = 50) -> dict[str, list[bytes]]:
    """Per folder: three fifths new matters (every third Korean, every fifth with an attachment), then their answers."""
    found: dict[str, list[bytes]] = {folder: [] for folder in FOLDERS}
    matters = count * 3 // 5
    for i in range(matters):
        korean = i % 3 == 0
        subject = f"환불 문의 {i}" if korean else f"Question {i}"
        body = f"주문번호 A-{1000 + i} 환불이 아직 안 됐어요." if korean else f"My order A-{1000 + i} has not arrived."
        found[FOLDERS[i % 2]].append(_mail(i, subject, body, f"matter-{i}", attach=i % 5 == 0))
    for i in range(count - matters):
        subject = f"Re: 환불 문의 {i}" if i % 3 == 0 else f"Re: Question {i}"
        answer = _mail(i, subject, f"Any news? ({i})", f"again-{i}", parent=f"matter-{i}")
        found[FOLDERS[i % 2]].append(answer)
    return found


def _mail(i: int, subject: str, body: str, message_id: str, *, parent: str = "", attach: bool = False) -> bytes:
    made = EmailMessage()
    made["From"] = f"고객{i} <customer{i}@mail.example>" if i % 3 == 0 else f"Customer {i} <customer{i}@mail.example>"
    made["To"], made["Subject"] = SUPPORT, subject
    made["Message-ID"] = f"<{message_id}@mail.example>"
    if parent:
        made["In-Reply-To"] = made["References"] = f"<{parent}@mail.example>"
    made.set_content(body, charset="euc-kr" if i % 6 == 0 else "utf-8")
    if attach:
        made.add_attachment(bytes(range(256)) * 4, maintype="application", subtype="pdf", filename=f"영수증 {i}.pdf")
    return made.as_bytes()


def parents(found: dict[str, list[bytes]]) -> dict[str, str]:
    """Message-ID of each answer among ``mails``, with the one it answers; without brackets."""
    heads = (message_from_bytes(raw) for raws in found.values() for raw in raws)
    return {head["Message-ID"].strip("<>"): head["In-Reply-To"].strip("<>") for head in heads if head["In-Reply-To"]}


def desk_on(store_url: str, dovecot: Dovecot, smtp: SmtpSink) -> Desk:
    """A desk whose channel ``support`` is the mailbox ``support`` of these servers; agents alice and bob."""
    dovecot.create_folder("support", FOLDERS[1])
    desk = make_desk(store_url, "Acme Support")
    for login, name in (("alice", "Alice Kim"), ("bob", "Bob Lee")):
        staff(desk, login, name, f"{login}@desk.example", ["Billing"])
    settings = {
        "imap_host": dovecot.host, "imap_port": str(dovecot.imap_port), "imap_security": "plain",
        "imap_user": "support", "imap_secret": "env:SUPPORT_SECRET", "folder": list(FOLDERS), "poll": "1",
        "smtp_host": smtp.host, "smtp_port": str(smtp.port), "smtp_security": "plain",
    }  # fmt: skip
    channels.add(desk, "email", "support", address=SUPPORT, settings=settings)
    return desk


def stored_raws(desk: Desk) -> Counter[bytes]:
    """Every raw mail of the inbox."""
    with desk.read() as conn:
        return Counter(conn.scalars(select(t.blob.c.data).join(t.inbox, t.inbox.c.sha256 == t.blob.c.sha256)))


def messages_by_id(desk: Desk) -> Counter[str]:
    """How often each received Message-ID became a message."""
    with desk.read() as conn:
        return Counter(conn.scalars(select(t.message.c.rfc_message_id).where(t.message.c.direction == "in")))


def tickets_by_id(desk: Desk) -> dict[str, int]:
    """The ticket of each received Message-ID."""
    m = t.message.c
    with desk.read() as conn:
        found = conn.execute(select(m.rfc_message_id, m.ticket_number).where(m.direction == "in"))
        return {row[0]: row[1] for row in found}
