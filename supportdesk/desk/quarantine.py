"""The inbox as people see it: what was received, what waits in quarantine, and what to do about it."""

from sqlalchemy import Connection

from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import InboxRow, InboxStatus
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.event import Receipt
from supportdesk.i18n import N_
from supportdesk.store import blobs
from supportdesk.store import inbox as store
from supportdesk.store import tables as t

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


def retry(desk: Desk, inbox_id: int) -> Receipt:
    """Let a worker try once more to make a ticket of it. ``Conflict`` unless it waits in quarantine."""
    with desk.unit() as unit:
        row = store.locked(unit.conn, inbox_id)
        _in_quarantine(row["status"])
        if row["sha256"] is None:
            raise NotFound(
                N_("The bytes of {id} were never received."), hint=N_("Look at it on the server."), id=inbox_id
            )
        new = {"status": InboxStatus.PENDING.value, "cause": "", "attempts": 0, "retry_at": None}
        unit.update(t.inbox, {"id": inbox_id}, **new)
        unit.record("retried", None, {"inbox": inbox_id}, undoable=False)
        return unit.receipt()


def discard(desk: Desk, inbox_id: int) -> Receipt:
    """Take it out of quarantine without a ticket; the bytes stay, and undo brings it back."""
    with desk.unit() as unit:
        row = store.locked(unit.conn, inbox_id)
        _in_quarantine(row["status"])
        if row["status"] != InboxStatus.DISCARDED:
            unit.update(t.inbox, {"id": inbox_id}, status=InboxStatus.DISCARDED.value)
            unit.record("discarded", None, {"inbox": inbox_id})
        return unit.receipt()


def _raw(conn: Connection, inbox_id: int) -> bytes:
    sha256 = store.row(conn, inbox_id).sha256
    if not sha256:
        raise NotFound(N_("The bytes of {id} were never received."), hint=N_("Look at it on the server."), id=inbox_id)
    return blobs.get(conn, sha256)


def _in_quarantine(status: str) -> None:
    if status not in OPEN:
        raise Conflict(N_("It is not in quarantine: it is {status}."), status=status)
