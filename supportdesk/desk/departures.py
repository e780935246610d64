"""Claimed messages made ready to leave: what belongs to all of them is read at once, files one message at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.desk import Desk
from supportdesk.domain.arrival import ArrivedFile, Departure
from supportdesk.domain.channel import Channel
from supportdesk.domain.message import Address, Message
from supportdesk.domain.tokens import plus_address
from supportdesk.store import blobs, messages
from supportdesk.store import tables as t
from supportdesk.store.outbox import Claim

TYPED = frozenset(("normal", "forward"))
"""Kinds of messages that people write; all others a program does."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A claim with what is sent of it. ``team``: the name and address its team writes as, "" where it has none."""

    claim: Claim
    channel: Channel
    message: Message
    rfc_message_id: str
    references: tuple[str, ...]
    team: Address

    @property
    def automatic(self) -> bool:
        return self.message.kind not in TYPED

    @property
    def recipients(self) -> tuple[str, ...]:
        """Those left to reach."""
        if self.claim.remaining is not None:
            return self.claim.remaining
        return (*(a.address for a in (*self.message.to, *self.message.cc)), *self.claim.bcc)


def ready(desk: Desk, claims: Sequence[Claim], channels: Mapping[int, Channel]) -> tuple[Ready, ...]:
    """In the order of ``claims``."""
    ids = [claim.message_id for claim in claims]
    with desk.read() as conn:
        found = {message.id: message for message in messages.by_ids(conn, ids)}
        references = _references(conn, ids)
        facts = _facts(conn, ids)
    return tuple(
        Ready(
            claim, channels[claim.channel_id], found[claim.message_id], facts[claim.message_id][0],
            tuple(references.get(claim.message_id, ())), facts[claim.message_id][1],
        )
        for claim in claims
    )  # fmt: skip


def wire(desk: Desk, one: Ready) -> bytes:
    """The message as its channel sends it: the same at every try."""
    message, channel = one.message, one.channel
    sender = Address(one.team.address or channel.address, one.team.name or message.author)
    departure = Departure(
        message_id=one.rfc_message_id, at=message.at, sender=sender,
        reply_to=_reply_to(desk, channel, message.ticket, sender), to=message.to, cc=message.cc,
        subject=message.subject, text=message.text, references=one.references, instance=desk.about.instance,
        files=_files(desk, message), automatic=one.automatic,
    )  # fmt: skip
    return KINDS[channel.kind].depart(departure)


def _reply_to(desk: Desk, channel: Channel, number: int, sender: Address) -> str:
    """Where the mailbox takes plus addresses, an answer finds home even when its headers are rewritten. The address of
    a team need not lead to a mailbox of the desk, so answers go to the channel's."""
    if channel.settings.get("plus_address"):
        return plus_address(desk.about.key, number, channel.address)
    return "" if sender.address.casefold() == channel.address.casefold() else channel.address


def _files(desk: Desk, message: Message) -> tuple[ArrivedFile, ...]:
    if not message.attachments:
        return ()
    with desk.read() as conn:
        return tuple(ArrivedFile(a.filename, a.content_type, blobs.get(conn, a.sha256)) for a in message.attachments)


def _references(conn: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    r = t.message_reference.c
    found: dict[int, list[str]] = {}
    query = select(r.message_id, r.ref).where(r.message_id.in_(ids)).order_by(r.message_id, r.position)
    for row in conn.execute(query):
        found.setdefault(row.message_id, []).append(row.ref)
    return found


def _facts(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[str, Address]]:
    """The Message-ID of each, and who its ticket's team writes as."""
    m, k, team = t.message.c, t.ticket.c, t.team.c
    found = conn.execute(
        select(m.id, m.rfc_message_id, team.from_name, team.from_address)
        .join(t.ticket, k.number == m.ticket_number)
        .outerjoin(t.team, team.id == k.team_id)
        .where(m.id.in_(ids))
    )
    return {row.id: (row.rfc_message_id, Address(row.from_address or "", row.from_name or "")) for row in found}
