"""Channels: the accounts a desk receives on and sends from."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from supportdesk.channels import kinds
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import Channel
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.i18n import N_
from supportdesk.store import people
from supportdesk.store import tables as t
from supportdesk.store.unit import wake


def channels(desk: Desk) -> tuple[Channel, ...]:
    with desk.read() as conn:
        return read(conn)


def channel(desk: Desk, name: str) -> Channel:
    """Raises ``NotFound``."""
    for found in channels(desk):
        if found.name == name:
            return found
    raise NotFound(N_("There is no channel “{name}”."), hint=N_("List them with: supportdesk channel list"), name=name)


def read(conn: Connection) -> tuple[Channel, ...]:
    c = t.channel.c
    found = conn.execute(
        select(t.channel, t.team.c.name.label("team"))
        .outerjoin(t.team, t.team.c.id == c.team_id)
        .where(c.removed.is_(False))
        .order_by(c.name)
    )
    return tuple(
        Channel(
            id=r.id, kind=r.kind, name=r.name, address=r.address, team=r.team or "", settings=r.settings,
            paused=r.paused, last_contact=r.last_contact, error=r.error, error_at=r.error_at,
            retry_at=r.retry_at,
        )
        for r in found
    )  # fmt: skip


def add(desk: Desk, kind: str, name: str, *, address: str = "", team: str = "", settings: Mapping[str, Any]) -> int:
    """Returns the id. Raises ``Invalid`` or ``NotFound`` for what cannot be, ``Conflict`` for a name in use."""
    kept = kinds.check(kind, settings)
    with desk.store.write() as conn:
        if conn.scalar(select(t.channel.c.id).where(t.channel.c.name == name)) is not None:
            raise Conflict(
                N_("There is or was already a channel “{name}”."), hint=N_("Choose another name."), name=name
            )
        key = conn.execute(
            insert(t.channel).values(
                kind=kind, name=name, address=address.casefold(), team_id=people.team_id(conn, team),
                settings=kept, created_at=desk.now(),
            )
        ).inserted_primary_key  # fmt: skip
        wake(conn)
        assert key is not None
        made: int = key[0]
        return made


def pause(desk: Desk, name: str) -> None:
    _change(desk, name, paused=True)


def resume(desk: Desk, name: str) -> None:
    """Also forgets the back-off of earlier failures."""
    _change(desk, name, paused=False, failures=0, retry_at=None)


def remove(desk: Desk, name: str) -> None:
    """It receives and sends no more; its messages and its name stay taken."""
    _change(desk, name, removed=True)


def _change(desk: Desk, name: str, **values: Any) -> None:
    found = channel(desk, name)
    with desk.store.write() as conn:
        conn.execute(update(t.channel).where(t.channel.c.id == found.id).values(**values))
        wake(conn)
