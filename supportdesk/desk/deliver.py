"""Delivery: from the outbox to the channel. At least once, always the same Message-ID."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select, update

from supportdesk.channels.kinds import KINDS
from supportdesk.channels.protocol import PermanentRefusal, Sender, Sent, TemporaryRefusal
from supportdesk.desk import channels
from supportdesk.desk.desk import Desk
from supportdesk.domain.arrival import ArrivedFile, Departure
from supportdesk.domain.channel import Channel, OutboxStatus
from supportdesk.domain.errors import DeskError
from supportdesk.domain.message import Address, Delivery, Message
from supportdesk.domain.tokens import plus_address
from supportdesk.store import blobs, messages, outbox
from supportdesk.store import tables as t
from supportdesk.store.outbox import Claim

log = logging.getLogger(__name__)

BATCH = 20
MOST_TRIES = 12
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=4)

Senders = Callable[[Channel], Sender]


def deliver_due(
    desk: Desk, senders: Senders, *, holder: str = "", only: Sequence[int] | None = None, limit: int = BATCH
) -> int:
    """Send what is due and free, on channels that are not paused; returns how many were tried. Call until 0."""
    open_channels = {c.id: c for c in channels.channels(desk) if not c.paused and (only is None or c.id in only)}
    with desk.store.write() as conn:
        claims = outbox.claim(conn, holder, desk.now(), limit, list(open_channels))
    for claim in claims:
        _send(desk, claim, open_channels[claim.channel_id], senders)
    return len(claims)


def _send(desk: Desk, claim: Claim, channel: Channel, senders: Senders) -> None:
    try:
        wire, message = _compose(desk, claim, channel)
        everybody = (*(a.address for a in (*message.to, *message.cc)), *claim.bcc)
        sent = senders(channel).send(wire, channel.address, everybody if claim.remaining is None else claim.remaining)
    except TemporaryRefusal as refusal:
        _later(desk, claim, refusal)
    except PermanentRefusal as refusal:
        _failed(desk, claim, refusal.text or str(refusal))
    except DeskError as trouble:
        _later(desk, claim, trouble)
    except Exception as error:  # or one message that cannot be composed would hold up all the others
        log.exception("message %d cannot be sent", claim.message_id)
        _later(desk, claim, error)
    else:
        _sent(desk, claim, sent)


def _sent(desk: Desk, claim: Claim, sent: Sent) -> None:
    """Done, but for recipients put off beside others that were taken: those alone are tried again."""
    put_off = [each.recipient for each in sent.refused if each.temporary]
    refused = [f"{each.recipient}: {each.code} {each.text}" for each in sent.refused if not each.temporary]
    error = "; ".join(filter(None, [claim.error if claim.remaining is not None else "", *refused]))
    if put_off and claim.tries + 1 < MOST_TRIES:
        _queue_again(desk, claim, error, remaining=put_off)
        return
    gave_up = [f"{each.recipient}: {each.code} {each.text}" for each in sent.refused if each.temporary]
    _settle(desk, claim, OutboxStatus.SENT, Delivery.SENT, "sent", "; ".join(filter(None, [error, *gave_up])))


def _compose(desk: Desk, claim: Claim, channel: Channel) -> tuple[bytes, Message]:
    with desk.read() as conn:
        message = messages.by_ids(conn, [claim.message_id])[0]
        files = tuple(ArrivedFile(a.filename, a.content_type, blobs.get(conn, a.sha256)) for a in message.attachments)
        r = t.message_reference.c
        refs = conn.scalars(select(r.ref).where(r.message_id == message.id).order_by(r.position))
        rfc_message_id = conn.scalar(select(t.message.c.rfc_message_id).where(t.message.c.id == message.id)) or ""
        departure = Departure(
            message_id=rfc_message_id, at=message.at, sender=Address(channel.address, message.author),
            reply_to=_reply_to(desk, channel, message.ticket), to=message.to, cc=message.cc,
            subject=message.subject, text=message.text, references=tuple(refs), instance=desk.about.instance,
            files=files, automatic=message.kind not in ("normal", "forward"),
        )  # fmt: skip
    return KINDS[channel.kind].depart(departure), message


def _reply_to(desk: Desk, channel: Channel, number: int) -> str:
    """Where the mailbox takes plus addresses, an answer finds home even when its headers are rewritten."""
    return plus_address(desk.about.key, number, channel.address) if channel.settings.get("plus_address") else ""


def _later(desk: Desk, claim: Claim, trouble: Exception) -> None:
    """Try again, later each time; after ``MOST_TRIES`` it has failed."""
    log.warning("message %d not delivered, try %d: %s", claim.message_id, claim.tries + 1, trouble)
    if claim.tries + 1 >= MOST_TRIES:
        _failed(desk, claim, str(trouble))
    else:
        _queue_again(desk, claim, str(trouble), remaining=claim.remaining)


def _queue_again(desk: Desk, claim: Claim, error: str, *, remaining: Sequence[str] | None) -> None:
    wait = min(FIRST_WAIT * 2**claim.tries, LONGEST_WAIT)
    left = list(remaining) if remaining is not None else None
    with desk.store.write() as conn:
        outbox.settle(
            conn, claim, status=OutboxStatus.QUEUED.value, tries=claim.tries + 1, error=error[:500], remaining=left,
            not_before=desk.now() + wait,
        )  # fmt: skip


def _failed(desk: Desk, claim: Claim, error: str) -> None:
    """For good. Where others have it already, the message is sent and the error says who has not."""
    if claim.remaining is not None:
        _settle(desk, claim, OutboxStatus.SENT, Delivery.SENT, "sent", f"{', '.join(claim.remaining)}: {error}")
    else:
        _settle(desk, claim, OutboxStatus.FAILED, Delivery.FAILED, "send_failed", error)


def _settle(desk: Desk, claim: Claim, status: OutboxStatus, delivery: Delivery, kind: str, error: str) -> None:
    with desk.unit() as unit:
        number = outbox.lock_ticket(unit.conn, claim.outbox_id)
        if not outbox.settle(unit.conn, claim, status=status.value, tries=claim.tries + 1, error=error[:500]):
            return  # another worker has it since: its outcome counts
        unit.conn.execute(
            update(t.message)
            .where(t.message.c.id == claim.message_id)
            .values(delivery=delivery.value, error=error[:500])
        )
        data = {"message": claim.message_id, "error": error, "changes": {}}
        unit.record(kind, number, data, undoable=False)
