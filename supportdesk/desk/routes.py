"""Which channel an answer leaves by, and under whose name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from supportdesk.channels.kinds import KINDS
from supportdesk.domain.channel import medium
from supportdesk.domain.errors import Invalid
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Address, Direction
from supportdesk.i18n import N_
from supportdesk.store import tables as t

HOW_MANY_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Route:
    """A channel that can send, the recipients, and the ids an answer refers to (oldest first)."""

    channel_id: int
    address: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    references: tuple[str, ...]

    @property
    def domain(self) -> str:
        """The right-hand side of our Message-IDs."""
        return self.address.rpartition("@")[2] or "supportdesk.invalid"

    def addressed(self, to: tuple[Address, ...], cc: tuple[Address, ...]) -> "Route":
        return replace(self, to=to, cc=cc)


def route_for(conn: Connection, ticket: Mapping[str, Any], *, kind: str = "") -> Route:
    """The channel the customer last wrote on, else the ticket's own, else the first of ``kind`` or e-mail.

    Raises ``Invalid`` where no channel can send.
    """
    m, c = t.message.c, t.channel.c
    last = conn.scalar(
        select(m.channel_id)
        .where(m.ticket_number == ticket["number"], m.direction == Direction.IN, m.channel_id.is_not(None))
        .order_by(m.at.desc(), m.id.desc())
        .limit(1)
    )
    found = conn.execute(select(c.id, c.kind, c.address, c.removed).order_by(c.id)).all()
    able = [row for row in found if not row.removed and row.kind in KINDS and KINDS[row.kind].can_send]
    wanted = [row for row in able if kind in ("", medium(row.kind))]
    for channel_id in (last, ticket["channel_id"]):
        for row in wanted:
            if row.id == channel_id:
                return Route(row.id, row.address, (), (), _references(conn, ticket["number"]))
    for row in (*wanted, *(row for row in able if medium(row.kind) == "email")):
        return Route(row.id, row.address, (), (), _references(conn, ticket["number"]))
    raise Invalid(
        N_("No channel of this desk can send."), hint=N_("Add a mailbox with: supportdesk channel add email NAME …")
    )


def _references(conn: Connection, number: int) -> tuple[str, ...]:
    """The Message-IDs of the conversation, oldest first: what References has to name (RFC 5322 3.6.4)."""
    m = t.message.c
    found = conn.scalars(
        select(m.rfc_message_id)
        .where(
            m.ticket_number == number,
            m.direction != Direction.NOTE,
            m.rfc_message_id != "",
            m.rfc_message_id.not_like("%@without-message-id.invalid"),
        )
        .order_by(m.at.desc(), m.id.desc())
        .limit(HOW_MANY_REFERENCES)
    )
    return tuple(reversed(list(found)))


def own_addresses(conn: Connection) -> tuple[str, ...]:
    """Every address of the desk and its teams, removed channels included: none of them is a customer."""
    channels = select(t.channel.c.address).where(t.channel.c.address != "")
    teams = select(t.team.c.from_address).where(t.team.c.from_address != "")
    return (*conn.scalars(channels), *conn.scalars(teams))


def sender_of(conn: Connection, actor: Actor) -> str:
    """The name customers see."""
    if actor.kind is ActorKind.AGENT:
        return conn.scalar(select(t.agent.c.name).where(t.agent.c.id == actor.id)) or actor.name
    return actor.name
