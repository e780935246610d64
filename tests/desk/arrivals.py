"""Putting things on a test desk the way the world does: tickets by phone, mail through the raw inbox."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, conversation, intake
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.message import Address

_uids = iter(range(1, 1_000_000))


def open_ticket(
    desk: Desk, subject: str = "Printer", text: str = "It prints black", who: str = "dana@x.example"
) -> int:
    """A ticket that an agent took down for a customer; its number."""
    new = conversation.NewTicket(subject, text, address=Address(who, "Dana Reyes"), channel="support")
    made = conversation.create(desk, new).created
    assert made is not None
    return made


def mail(
    sender: str,
    subject: str,
    body: str,
    *,
    message_id: str = "",
    references: Sequence[str] = (),
    headers: dict[str, str] | None = None,
    to: str = "support@desk.example",
) -> bytes:
    """A raw mail."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    if message_id:
        made["Message-ID"] = f"<{message_id}>"
    if references:
        made["In-Reply-To"] = f"<{references[-1]}>"
        made["References"] = " ".join(f"<{each}>" for each in references)
    for name, value in (headers or {}).items():
        made[name] = value
    made.set_content(body)
    return made.as_bytes()


def receive(desk: Desk, *raws: bytes, at: datetime | None = None) -> None:
    """Through the sink of the channel ``support`` and intake, as a worker does."""
    keep(desk, *raws, at=at)
    while intake.take_in(desk):
        pass


def keep(desk: Desk, *raws: bytes, at: datetime | None = None) -> None:
    """Received on the channel ``support``, and waiting for intake."""
    sink = InboxSink(desk, channels.channel(desk, "support"))
    items = []
    for raw in raws:
        uid = next(_uids)
        items.append(RawItem(f"INBOX/7/{uid}", raw, at or desk.now(), "INBOX", 7, uid, len(raw)))
    sink.take(items)
