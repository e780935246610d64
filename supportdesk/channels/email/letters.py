"""Between mail and the desk: a raw mail as an arrival, a departure as a raw mail."""

import hashlib

from supportdesk.domain.arrival import Arrival, ArrivedFile, BounceReport, Departure, Kind
from supportdesk.domain.mail.authentication import dmarc
from supportdesk.domain.mail.compose import Outgoing, OutgoingFile, compose
from supportdesk.domain.mail.formatted import formatted
from supportdesk.domain.mail.message import Bounce, Mail
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Address
from supportdesk.domain.threading import MailFacts

WITHOUT_ID = "without-message-id.invalid"
"""Domain of the ids made for mails that have none: the same raw mail always gets the same."""

_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")


def arrive(raw: bytes, instance: str) -> Arrival:
    """Parse a raw mail; ``instance`` names this desk, so that it knows its own."""
    mail = parse_mail(raw, instance)
    message_id = mail.message_id or f"{hashlib.sha256(raw).hexdigest()}@{WITHOUT_ID}"
    reply_to = mail.reply_to[0].address if mail.reply_to else ""
    return Arrival(
        identity_kind="email",
        sender=_sender(mail),
        subject=mail.subject,
        text=mail.text,
        reply_text=mail.reply_text,
        facts=_facts(mail, message_id),
        kind=Kind(mail.kind.value),
        html=mail.html,
        to=mail.to,
        cc=mail.cc,
        reply_to=reply_to if reply_to.casefold() != mail.from_.address.casefold() else "",
        dmarc=dmarc(mail.headers),
        message_id=message_id,
        references=tuple(dict.fromkeys(each for each in (*mail.references, mail.in_reply_to) if each)),
        body_digest=mail.body_digest,
        files=tuple(
            ArrivedFile(f.filename, f.content_type, f.data, f.inline, f.content_id) for f in mail.attachments
        ),
        bounce=_report(mail.bounce) if mail.bounce else None,
    )  # fmt: skip


def depart(departure: Departure) -> bytes:
    """A complete mail; the same departure gives the same mail."""
    return compose(
        Outgoing(
            message_id=departure.message_id,
            date=departure.at,
            from_=departure.sender,
            to=departure.to,
            subject=departure.subject,
            text=departure.text,
            instance=departure.instance,
            cc=departure.cc,
            reply_to=Address(departure.reply_to) if departure.reply_to else None,
            in_reply_to=departure.references[-1] if departure.references else "",
            references=departure.references,
            attachments=tuple(OutgoingFile(f.filename, f.content_type, f.data) for f in departure.files),
            auto=departure.automatic,
            html=formatted(departure.text),
        )
    )


def _sender(mail: Mail) -> Address:
    """A mail without a usable From still came from somebody."""
    if mail.from_.address:
        return mail.from_
    fallback = mail.reply_to[0] if mail.reply_to else Address("unknown@sender.invalid", mail.from_.name)
    return Address(fallback.address, mail.from_.name or fallback.name)


def _facts(mail: Mail, message_id: str) -> MailFacts:
    delivered = [value.strip(" <>") for name in _DELIVERED_TO for value in mail.headers.all(name)]
    return MailFacts(
        message_id=message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        recipients=tuple(dict.fromkeys([*(a.address for a in (*mail.to, *mail.cc)), *delivered])),
        subject=mail.subject,
        sender=mail.from_.address,
        text=mail.text,
    )


def _report(bounce: Bounce) -> BounceReport:
    return BounceReport(bounce.original_message_id, bounce.recipient, bounce.hard, bounce.status)
