"""The inbox as people see it: what was received, what waits in quarantine, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from supportdesk.channels.protocol import RawItem
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import UNFETCHABLE, InboxRow, InboxStatus
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.event import Receipt
from supportdesk.i18n import N_
from supportdesk.store import blobs
from supportdesk.store import inbox as store
from supportdesk.store import quarantine as held
from supportdesk.store import tables as t
from supportdesk.store.unit import Unit

OPEN = (InboxStatus.QUARANTINE.value, InboxStatus.DISCARDED.value)


def inbox(
    desk: Desk, *, status: InboxStatus | None = None, channel: str = "", limit: int = 100
) -> tuple[InboxRow, ...]:
    """Newest first; ``limit`` 0 is all."""
    with desk.read() as conn:
        return store.rows(conn, status, channel, limit)


def get(desk: Desk, inbox_id: int) -> InboxRow:
    """Raises ``NotFound``."""
    with desk.read() as conn:
        return store.row(conn, inbox_id)


def raw(desk: Desk, inbox_id: int) -> bytes:
    """As received; ``NotFound`` where it could never be fetched."""
    with desk.read() as conn:
        return _raw(conn, inbox_id)


def place(desk: Desk, inbox_id: int) -> tuple[str, int, int]:
    """Where it is on its server: folder, UIDVALIDITY, UID. Raises ``NotFound``."""
    with desk.read() as conn:
        store.row(conn, inbox_id)
        source = held.source(conn, inbox_id)
        return source.folder, source.uidvalidity, source.uid


def must_be_fetched(row: InboxRow) -> bool:
    """Whether it waits in quarantine because the server did not hand it out: there is nothing to try again here."""
    return row.status.value in OPEN and (not row.sha256 or row.cause == UNFETCHABLE)


def retry(desk: Desk, inbox_id: int) -> Receipt:
    """Let a worker try once more to make a ticket of it. ``Conflict`` unless it waits in quarantine.

    ``NotFound`` where its bytes have to be fetched first.
    """
    with desk.unit() as unit:
        row = waiting(unit, inbox_id)
        if row["sha256"] is None or row["cause"] == UNFETCHABLE:
            raise _never_received(inbox_id)
        _let_a_worker_try(unit, inbox_id)
        return unit.receipt()


def fetched(desk: Desk, inbox_id: int, item: RawItem) -> Receipt:
    """Keep the bytes of what could not be fetched before, and let a worker make a ticket of it."""
    with desk.unit() as unit:
        waiting(unit, inbox_id)
        held.put_bytes(unit.conn, inbox_id, item.raw, item.size)
        unit.update(t.inbox, {"id": inbox_id}, error="", received_at=item.received_at)
        _let_a_worker_try(unit, inbox_id)
        return unit.receipt()


def discard(desk: Desk, inbox_id: int) -> Receipt:
    """Take it out of quarantine without a ticket; the bytes stay, and undo brings it back."""
    with desk.unit() as unit:
        row = waiting(unit, inbox_id)
        if row["status"] != InboxStatus.DISCARDED:
            unit.update(t.inbox, {"id": inbox_id}, status=InboxStatus.DISCARDED.value)
            unit.record("discarded", None, {"inbox": inbox_id})
        return unit.receipt()


def waiting(unit: Unit, inbox_id: int) -> Mapping[str, Any]:
    """The row, locked; ``Conflict`` unless it waits in quarantine or was discarded from there."""
    row = store.locked(unit.conn, inbox_id)
    if row["status"] not in OPEN:
        raise Conflict(N_("It is not in quarantine: it is {status}."), status=row["status"])
    return row


def _let_a_worker_try(unit: Unit, inbox_id: int) -> None:
    new = {"status": InboxStatus.PENDING.value, "cause": "", "attempts": 0, "retry_at": None}
    unit.update(t.inbox, {"id": inbox_id}, **new)
    unit.record("retried", None, {"inbox": inbox_id}, undoable=False)


def _raw(conn: Connection, inbox_id: int) -> bytes:
    sha256 = store.row(conn, inbox_id).sha256
    if not sha256:
        raise _never_received(inbox_id)
    return blobs.get(conn, sha256)


def _never_received(inbox_id: int) -> NotFound:
    return NotFound(
        N_("The bytes of {id} were never received."),
        hint=N_("Fetch it once more with: supportdesk intake retry {id}"), id=inbox_id,
    )  # fmt: skip
