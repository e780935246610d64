"""The raw inbox: what was received, kept before anything else happens to it, for ever."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.domain.channel import InboxRow, InboxStatus
from supportdesk.domain.errors import NotFound
from supportdesk.i18n import N_
from supportdesk.store import blobs
from supportdesk.store import tables as t
from supportdesk.store.unit import wake

BATCH_OCTETS = 8 * 1024 * 1024
"""Bytes of raw mail in memory at once, though always one mail however large it is."""


@dataclass(frozen=True, slots=True)
class Received:
    """One raw thing about to be kept. ``raw`` None: it could not be fetched."""

    external_id: str
    received_at: datetime
    raw: bytes | None
    folder: str = ""
    uidvalidity: int = 0
    uid: int = 0
    size: int = 0
    status: InboxStatus = InboxStatus.PENDING
    cause: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """One raw thing waiting to become (part of) a ticket."""

    id: int
    channel_id: int
    received_at: datetime
    attempts: int
    raw: bytes


def keep(conn: Connection, channel_id: int, items: Sequence[Received]) -> None:
    """Bytes and unique keys in one go; what is there already stays as it is."""
    with_bytes = [item.raw for item in items if item.raw is not None]
    sums = iter(blobs.put_all(conn, with_bytes))
    rows = [
        {
            "channel_id": channel_id, "external_id": item.external_id, "folder": item.folder,
            "uidvalidity": item.uidvalidity, "uid": item.uid, "received_at": item.received_at,
            "sha256": next(sums) if item.raw is not None else None, "size": item.size or len(item.raw or b""),
            "status": item.status.value, "cause": item.cause, "error": item.error,
        }
        for item in items
    ]  # fmt: skip
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    if rows:
        conn.execute(dialect.insert(t.inbox).on_conflict_do_nothing(), rows)
        wake(conn)


def highest_uid(conn: Connection, channel_id: int, folder: str, uidvalidity: int) -> int:
    """The cursor of a folder: the highest UID that has a row."""
    i = t.inbox.c
    same = (i.channel_id == channel_id, i.folder == folder, i.uidvalidity == uidvalidity)
    return conn.scalar(select(func.max(i.uid)).where(*same)) or 0


def unknown_uids(conn: Connection, channel_id: int, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
    """Those of ``uids`` without a row."""
    i = t.inbox.c
    same = (i.channel_id == channel_id, i.folder == folder, i.uidvalidity == uidvalidity)
    known: set[int] = set()
    for start in range(0, len(uids), 500):
        known |= set(conn.scalars(select(i.uid).where(*same, i.uid.in_(uids[start : start + 500]))))
    return [uid for uid in uids if uid not in known]


def digests_from_before(
    conn: Connection, channel_id: int, folder: str, uidvalidity: int, digests: Iterable[str]
) -> set[str]:
    """Those SHA-256 sums this folder had under another UIDVALIDITY: the same mail comes again."""
    i = t.inbox.c
    wanted = list(digests)
    here = (i.channel_id == channel_id, i.folder == folder, i.uidvalidity != uidvalidity)
    return set(conn.scalars(select(i.sha256).where(*here, i.sha256.in_(wanted))))


def pending(
    conn: Connection, now: datetime, limit: int, *, after: int = 0, octets: int = BATCH_OCTETS
) -> tuple[Pending, ...]:
    """What waits for intake and is due, oldest first, with its bytes: up to ``octets`` of them, one thing at least.

    ``after``: only what has a higher id.
    """
    i = t.inbox.c
    due = (_has(InboxStatus.PENDING), i.id > after, i.sha256.is_not(None), (i.retry_at.is_(None)) | (i.retry_at <= now))
    found = conn.execute(
        select(i.id, i.channel_id, i.received_at, i.attempts, i.sha256, i.size).where(*due).order_by(i.id).limit(limit)
    )
    chosen: list[Any] = []
    for row in found:
        octets -= row.size
        if chosen and octets < 0:
            break
        chosen.append(row)
    data = blobs.get_all(conn, {row.sha256 for row in chosen})
    return tuple(
        Pending(r.id, r.channel_id, r.received_at, r.attempts, data[r.sha256]) for r in chosen if r.sha256 in data
    )


def still_pending(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Those nobody has taken in meanwhile, locked for this transaction."""
    i = t.inbox.c
    query = select(i.id).where(i.id.in_(ids), i.status == InboxStatus.PENDING.value)
    return set(conn.scalars(query.with_for_update(skip_locked=True)))


def settle_all(conn: Connection, settled: Iterable[Mapping[str, Any]]) -> None:
    """What became of many: the "id" of each, and the columns to set."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for values in settled:
        row = {"of_inbox": values["id"]} | {name: value for name, value in values.items() if name != "id"}
        alike.setdefault(tuple(row), []).append(row)
    for rows in alike.values():
        conn.execute(update(t.inbox).where(t.inbox.c.id == bindparam("of_inbox")), rows)


def settle(conn: Connection, inbox_id: int, **values: Any) -> None:
    conn.execute(update(t.inbox).where(t.inbox.c.id == inbox_id).values(**values))


def locked(conn: Connection, inbox_id: int) -> Mapping[str, Any]:
    """Raise ``NotFound``."""
    found = conn.execute(select(t.inbox).where(t.inbox.c.id == inbox_id).with_for_update()).first()
    if found is None:
        raise _nothing(inbox_id)
    return dict(found._mapping)


def _nothing(inbox_id: int) -> NotFound:
    return NotFound(
        N_("There is nothing {id} in the inbox."), hint=N_("List it with: supportdesk intake list"), id=inbox_id
    )


def row(conn: Connection, inbox_id: int) -> InboxRow:
    """Raise ``NotFound``."""
    found = _rows(conn, _select().where(t.inbox.c.id == inbox_id))
    if not found:
        raise _nothing(inbox_id)
    return found[0]


def rows(conn: Connection, status: InboxStatus | None, channel: str, limit: int) -> tuple[InboxRow, ...]:
    """Newest first; ``limit`` 0 is all."""
    query = _select().order_by(t.inbox.c.id.desc())
    if status is not None:
        query = query.where(_has(status))
    if channel:
        query = query.where(t.channel.c.name == channel)
    return _rows(conn, query.limit(limit) if limit else query)


def count(conn: Connection, status: InboxStatus) -> int:
    return conn.scalar(select(func.count()).select_from(t.inbox).where(_has(status))) or 0


def _has(status: InboxStatus) -> ColumnElement[bool]:
    """In the very words of the partial indexes: a plan made for any value of a parameter could not use them."""
    found: ColumnElement[bool] = t.inbox.c.status == literal_column(f"'{status.value}'")
    if status in (InboxStatus.DONE, InboxStatus.PENDING):
        return found
    return found & t.inbox.c.status.not_in((literal_column("'done'"), literal_column("'pending'")))


def _select() -> Select[Any]:
    named = t.channel.c.name.label("channel")
    return select(t.inbox, named).join(t.channel, t.channel.c.id == t.inbox.c.channel_id)


def _rows(conn: Connection, query: Select[Any]) -> tuple[InboxRow, ...]:
    return tuple(
        InboxRow(
            id=r.id, channel=r.channel, external_id=r.external_id, received_at=r.received_at,
            status=InboxStatus(r.status), cause=r.cause, error=r.error, attempts=r.attempts, ticket=r.ticket_number,
            sha256=r.sha256 or "", size=r.size, sender=r.sender, subject=r.subject,
        )
        for r in conn.execute(query)
    )  # fmt: skip
