"""Acknowledgements: a mail that opens a ticket is answered by itself, where its channel says so.

They leave with the null envelope sender. RFC 3834 (3.3) asks for one no automatic answer can come back to: what
cannot be delivered is then lost quietly, and no two programs bounce off each other even where they ignore headers.
Servers that refuse it from a client that logged in get the channel's address; the bounds below hold all the same,
for they look at no header at all.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from supportdesk.channels.kinds import KINDS
from supportdesk.desk import canned
from supportdesk.desk.desk import Desk
from supportdesk.desk.judging import Read
from supportdesk.desk.routes import own_addresses
from supportdesk.domain import template
from supportdesk.domain.arrival import Arrival, Kind
from supportdesk.domain.message import ACKNOWLEDGEMENT, Address, Delivery, Direction
from supportdesk.domain.subject import base_subject
from supportdesk.domain.tokens import message_id
from supportdesk.store import messages
from supportdesk.store import tables as t
from supportdesk.store.engine import is_store_trouble
from supportdesk.store.messages import NewMessage, add_message
from supportdesk.store.unit import Unit

log = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
MOST_A_DAY = 3
"""Automatic mails one address gets within ``A_DAY``, whatever it writes and whatever its headers say."""

_NOBODY = re.compile(
    r"(?:.*[-_.+])?(?:no|not|do[-_.]?not|never)[-_.]?(?:reply|respond|answer)\b.*"
    r"|(?:mailer|mail)[-_.]?daemon|post-?master|daemon|bounces?\b.*|.*[-+]bounces?|owner-.*|.*-(?:owner|request)"
    r"|(?:listserv|majordomo|mailman)\b.*|unknown",
    re.IGNORECASE,
)


def acknowledge(desk: Desk, unit: Unit, opened: Sequence[tuple[int, Read]]) -> None:
    """Answer those of the mails that opened tickets which want an answer; to be called inside their transaction.

    Whatever goes wrong with one is logged, and costs neither the mail nor its neighbours anything.
    """
    wanted = [(_key(_target(arrival)), number, read) for number, read in opened if (arrival := _person(read))]
    if not wanted:
        return
    replies = _replies(unit.conn)
    own = _own(unit.conn) if replies else frozenset()
    # in one order, so that two transactions wait for each other's counts instead of deadlocking
    for key, number, read in sorted(wanted, key=lambda each: each[:2]):
        channel = replies.get(read.source.id)
        if channel is None or key in own:
            continue
        try:
            with unit.conn.begin_nested():
                _acknowledge(desk, unit, key, number, read, channel)
        except Exception as error:
            if isinstance(error, DBAPIError) and is_store_trouble(error):
                raise
            unit.forget()
            log.exception("ticket %d is not acknowledged", number)


def _person(read: Read) -> Arrival | None:
    """The mail of somebody who reads an answer."""
    arrival = read.arrival
    if isinstance(arrival, Exception) or arrival.kind is not Kind.NORMAL or arrival.identity_kind != "email":
        return None
    target = _target(arrival)
    local, at, domain = target.rpartition("@")
    if not at or domain.endswith(".invalid") or _NOBODY.fullmatch(local):
        return None
    return arrival


def _target(arrival: Arrival) -> str:
    return arrival.reply_to or arrival.sender.address


def _key(address: str) -> str:
    """An address as its mailbox knows it: tags behind a plus make no other person."""
    local, at, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def _replies(conn: Connection) -> dict[int, Any]:
    """The channels that acknowledge."""
    c = t.channel.c
    found = conn.execute(select(c.id, c.kind, c.address, c.created_at, c.settings).where(c.removed.is_(False)))
    return {row.id: row for row in found if row.settings.get("acknowledge") and KINDS[row.kind].can_send}


def _own(conn: Connection) -> frozenset[str]:
    """Addresses of the desk and of those who work here."""
    agents = conn.scalars(select(t.agent.c.email).where(t.agent.c.email != ""))
    return frozenset(_key(address) for address in (*own_addresses(conn), *agents))


def _acknowledge(desk: Desk, unit: Unit, key: str, number: int, read: Read, channel: Any) -> None:
    arrival = read.arrival
    received = read.item.received_at
    assert isinstance(arrival, Arrival)
    if received < channel.created_at or received < unit.now - A_DAY or _had_enough(unit, key):
        return
    text = _text(desk, unit.conn, number, channel.settings["acknowledge"])
    if not text:
        return
    known = [ref for ref in (*arrival.references, arrival.message_id) if not ref.endswith(".invalid")]
    base = base_subject(arrival.subject) or arrival.subject
    message = add_message(unit, number, NewMessage(
        Direction.OUT, desk.name, unit.now, text, kind=ACKNOWLEDGEMENT, channel_id=channel.id,
        subject=f"Re: {base}", to=(Address(_target(arrival), arrival.sender.name),), references=tuple(known),
        body_digest=_digest(key), delivery=Delivery.QUEUED,
    ))  # fmt: skip
    domain = channel.address.rpartition("@")[2] or "supportdesk.invalid"
    messages.set_rfc_message_id(unit.conn, message, message_id(desk.about.key, number, message, domain))
    unit.insert(
        t.outbox, message_id=message, channel_id=channel.id, status="queued", bcc_addresses=[], not_before=unit.now,
        tries=0,
    )  # fmt: skip
    unit.record("acknowledged", number, {"message": message, "changes": {}}, undoable=False, messages=True)


def _digest(key: str) -> str:
    """Under which automatic mail to one address is found again, in the place other messages have their digest."""
    return f"{ACKNOWLEDGEMENT}:{key}"


def _had_enough(unit: Unit, key: str) -> bool:
    m = t.message.c
    if unit.conn.dialect.name == "postgresql":  # or two at once would both be the third
        unit.conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(_digest(key)))))
    lately = select(func.count()).where(m.body_digest == _digest(key), m.at > unit.now - A_DAY)
    return (unit.conn.scalar(lately) or 0) >= MOST_A_DAY


def _text(desk: Desk, conn: Connection, number: int, shortcut: str) -> str:
    """The canned reply in the customer's language, else in none, else in any; "" where it cannot be filled."""
    c, k = t.canned_reply.c, t.ticket.c
    language = select(t.customer.c.language).join(t.ticket, k.customer_id == t.customer.c.id).where(k.number == number)
    spoken = conn.scalar(language) or ""
    found = conn.execute(
        select(c.language, c.text).where(c.shortcut == shortcut, c.owner_id.is_(None)).order_by(c.language)
    ).all()
    texts: Mapping[str, str] = {row.language: row.text for row in found}
    chosen = texts.get(spoken) or texts.get("") or next(iter(texts.values()), "")
    values = canned.values(desk, conn, number)
    holes = template.unfilled(chosen, values)
    if not chosen or holes:
        log.warning("no acknowledgement with %s: %s", shortcut, ", ".join(holes) or "there is no such canned reply")
        return ""
    return template.render(chosen, values)
