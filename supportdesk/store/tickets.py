"""One ticket in full."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from supportdesk.domain.channel import medium
from supportdesk.domain.ticket import Link, LinkKind, Priority, State, Ticket
from supportdesk.store import tables as t
from supportdesk.store.unit import no_ticket


def ticket(conn: Connection, number: int) -> Ticket:
    """Raise ``NotFound``."""
    k = t.ticket.c
    r = conn.execute(
        select(
            t.ticket,
            func.coalesce(t.team.c.name, "").label("team"),
            func.coalesce(t.agent.c.login, "").label("assignee"),
            func.coalesce(t.channel.c.name, "").label("channel"),
            func.coalesce(t.channel.c.kind, "").label("channel_kind"),
        )
        .outerjoin(t.team, t.team.c.id == k.team_id)
        .outerjoin(t.agent, t.agent.c.id == k.assignee_id)
        .outerjoin(t.channel, t.channel.c.id == k.channel_id)
        .where(k.number == number)
    ).first()
    if r is None:
        raise no_ticket(number)
    return Ticket(
        number=r.number, subject=r.subject, state=State(r.state), priority=Priority(r.priority), team=r.team,
        assignee=r.assignee, customer_id=r.customer_id, channel=r.channel, channel_kind=medium(r.channel_kind),
        tags=tags(conn, [number]).get(number, ()), created_at=r.created_at, updated_at=r.updated_at,
        closed_at=r.closed_at, next_due_at=r.next_due_at, snoozed_until=r.snoozed_until,
        waiting_since=r.waiting_since, merged_into=r.merged_into, links=_links(conn, number),
        messages=r.message_count, version=r.version,
    )  # fmt: skip


def tags(conn: Connection, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    g = t.ticket_tag.c
    found: dict[int, tuple[str, ...]] = {}
    for row in conn.execute(select(t.ticket_tag).where(g.ticket_number.in_(numbers)).order_by(g.tag)):
        found[row.ticket_number] = (*found.get(row.ticket_number, ()), row.tag)
    return found


def _links(conn: Connection, number: int) -> tuple[Link, ...]:
    k, x = t.ticket_link.c, t.ticket.c
    found: list[Link] = []
    for mine, theirs in ((k.from_number, k.to_number), (k.to_number, k.from_number)):
        query = select(theirs.label("number"), x.subject, x.state, k.kind).join(t.ticket, x.number == theirs)
        found += [
            Link(r.number, r.subject, State(r.state), LinkKind(r.kind))
            for r in conn.execute(query.where(mine == number))
        ]
    return tuple(sorted(found, key=lambda link: link.number))
