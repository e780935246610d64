"""What the desk has of one folder of a mailbox, UID by UID: the books that are compared with the server."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from supportdesk.domain.channel import InboxStatus
from supportdesk.store import leases
from supportdesk.store import tables as t


class Entry(NamedTuple):
    """What became of one UID."""

    uid: int
    status: InboxStatus
    cause: str


def entries(conn: Connection, channel_id: int, folder: str, uidvalidity: int) -> Iterator[Entry]:
    """Every UID with a row, in no order, however many they are."""
    i = t.inbox.c
    same = (i.channel_id == channel_id, i.folder == folder, i.uidvalidity == uidvalidity)
    found = conn.execute(select(i.uid, i.status, i.cause).where(*same).execution_options(yield_per=10_000))
    return (Entry(row.uid, InboxStatus(row.status), row.cause) for row in found)


def is_served(conn: Connection, channel_id: int, now: datetime) -> bool:
    """Whether a worker has this channel, or lives and may take it any moment: what is not here may be on its way."""
    held, seen = t.lease.c, t.worker.c.last_seen
    until = conn.scalar(select(held.until).where(held.name == f"channel:{channel_id}", held.holder != ""))
    if until is not None and until > now:
        return True
    return conn.scalar(select(seen).where(seen > now - leases.LASTS).limit(1)) is not None
