"""What waits in quarantine: where it came from, and its bytes when they could be had after all."""

from typing import NamedTuple

from sqlalchemy import Connection, select, update

from supportdesk.store import blobs
from supportdesk.store import tables as t


class Source(NamedTuple):
    """Where something was received: the account, its kind, and the place on the server."""

    channel_id: int
    kind: str
    team_id: int | None
    folder: str
    uidvalidity: int
    uid: int


def source(conn: Connection, inbox_id: int) -> Source:
    """Of a row that is there."""
    i, c = t.inbox.c, t.channel.c
    columns = (i.channel_id, c.kind, c.team_id, i.folder, i.uidvalidity, i.uid)
    found = conn.execute(select(*columns).join(t.channel, c.id == i.channel_id).where(i.id == inbox_id)).one()
    return Source(*found)


def put_bytes(conn: Connection, inbox_id: int, raw: bytes, size: int) -> None:
    """Give a row the bytes that could not be had before."""
    sha256 = blobs.put(conn, raw)
    conn.execute(update(t.inbox).where(t.inbox.c.id == inbox_id).values(sha256=sha256, size=size or len(raw)))
