"""Where channels put what they receive: bytes first, in one transaction with the key that makes it unique."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from supportdesk.channels import backoff
from supportdesk.channels.protocol import RawItem, Taken, external_id
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import Channel, InboxStatus
from supportdesk.domain.errors import Conflict
from supportdesk.i18n import N_
from supportdesk.store import inbox, leases
from supportdesk.store import tables as t
from supportdesk.store.inbox import Received
from supportdesk.store.leases import Held
from supportdesk.store.unit import wake


class InboxSink:
    """The sink of one channel. With a lease it refuses to write once another worker has taken over."""

    def __init__(self, desk: Desk, channel: Channel, lease: Held | None = None) -> None:
        self._desk = desk
        self._channel = channel
        self._lease = lease

    def taken(self, folder: str, uidvalidity: int) -> Taken:
        with self._desk.read() as conn:
            return Taken(inbox.highest_uid(conn, self._channel.id, folder, uidvalidity))

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]:
        with self._desk.read() as conn:
            return inbox.unknown_uids(conn, self._channel.id, folder, uidvalidity, uids)

    def take(self, items: Sequence[RawItem]) -> None:
        """A mail this folder already had under another UIDVALIDITY gets its row but no second ticket."""
        sums = [hashlib.sha256(item.raw).hexdigest() for item in items]
        with self._desk.store.write() as conn:
            self._still_ours(conn)
            again = self._had_before(conn, items, sums)
            rows = [_received(item, again=digest in again) for item, digest in zip(items, sums, strict=True)]
            inbox.keep(conn, self._channel.id, rows)

    def _had_before(self, conn: Connection, items: Sequence[RawItem], sums: Sequence[str]) -> set[str]:
        known: set[str] = set()
        for folder, uidvalidity in {(item.folder, item.uidvalidity) for item in items if item.uid}:
            known |= inbox.digests_from_before(conn, self._channel.id, folder, uidvalidity, sums)
        return known

    def skip(self, folder: str, uidvalidity: int, uids: Sequence[int], reason: str) -> None:
        now = self._desk.now()
        rows = [
            Received(
                external_id(folder, uidvalidity, uid),
                now,
                None,
                folder,
                uidvalidity,
                uid,
                0,
                InboxStatus.SKIPPED,
                reason,
            )
            for uid in uids
        ]
        with self._desk.store.write() as conn:
            self._still_ours(conn)
            inbox.keep(conn, self._channel.id, rows)

    def refuse(
        self, folder: str, uidvalidity: int, uid: int, cause: str, error: str, placeholder: bytes | None
    ) -> None:
        row = Received(
            external_id(folder, uidvalidity, uid), self._desk.now(), placeholder, folder, uidvalidity, uid, 0,
            InboxStatus.QUARANTINE, cause, error,
        )  # fmt: skip
        with self._desk.store.write() as conn:
            self._still_ours(conn)
            inbox.keep(conn, self._channel.id, [row])

    def contact(self, error: str = "") -> None:
        now = self._desk.now()
        back = {"error": "", "last_contact": now, "failures": 0, "retry_at": None}
        self._change(**({"error": error, "error_at": now} if error else back))

    def hold_off(self, first: float, longest: float) -> float:
        with self._desk.read() as conn:
            before = conn.scalar(select(t.channel.c.failures).where(t.channel.c.id == self._channel.id)) or 0
        wait = backoff.seconds(before + 1, first, longest)
        self._change(failures=before + 1, retry_at=self._desk.now() + timedelta(seconds=wait))
        return wait

    def _change(self, **values: Any) -> None:
        with self._desk.store.write() as conn:
            conn.execute(update(t.channel).where(t.channel.c.id == self._channel.id).values(**values))
            wake(conn)

    def _still_ours(self, conn: Connection) -> None:
        if self._lease is not None and not leases.holds(conn, self._lease):
            raise Conflict(N_("Another worker has taken over {channel}."), channel=self._channel.name)


def _received(item: RawItem, *, again: bool) -> Received:
    status = InboxStatus.DUPLICATE if again else InboxStatus.PENDING
    return Received(
        item.external_id, item.received_at, item.raw, item.folder, item.uidvalidity, item.uid,
        item.size or len(item.raw), status, "uidvalidity" if again else "",
    )  # fmt: skip
