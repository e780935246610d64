"""One verb's work: row changes in one write transaction, closed into one event per ticket.

Whatever changes a ticket goes through here, so that state row, event and outbox are one commit and every
change carries its own way back.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, literal_column, select, text, update

from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.event import Actor, Receipt
from supportdesk.i18n import N_
from supportdesk.store import derived, ops, search_index
from supportdesk.store import tables as t

NOTIFY_CHANNEL = "supportdesk"


class Unit:
    """A unit of work on an open write transaction, on behalf of ``actor`` at ``now``."""

    def __init__(self, conn: Connection, actor: Actor, now: datetime, batch: str = "") -> None:
        self.conn = conn
        self.actor = actor
        self.now = now
        self.batch = batch
        self.events: list[int] = []
        self.versions: dict[int, int] = {}
        self._ops: list[ops.Op] = []

    def lock(self, number: int, *, expect: int | None = None, aspects: Iterable[str] = ()) -> Mapping[str, Any]:
        """The ticket's row, locked until the end. Raises ``NotFound``, or ``Conflict`` where it was merged, or
        where someone changed one of ``aspects`` since version ``expect``."""
        found = self.conn.execute(select(t.ticket).where(t.ticket.c.number == number).with_for_update()).first()
        if found is None:
            raise no_ticket(number)
        row: dict[str, Any] = dict(found._mapping)
        _refuse_merged(row)
        if expect is not None and expect != row["version"]:
            self._refuse_overlap(number, expect, set(aspects))
        return row

    def lock_all(self, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
        """The rows of several tickets by their numbers, locked as by ``lock``; raises what it raises."""
        wanted = sorted(set(numbers))
        if not wanted:
            return {}
        query = select(t.ticket).where(t.ticket.c.number.in_(wanted)).order_by(t.ticket.c.number).with_for_update()
        found = {row.number: dict(row._mapping) for row in self.conn.execute(query)}
        for number in wanted:
            if number not in found:
                raise no_ticket(number)
            _refuse_merged(found[number])
        return found

    def insert(self, table: Table, *, holds: Mapping[str, Any] | None = None, **values: Any) -> Any:
        """Insert a row and return its (first) key. ``holds``: what must still be so for an undo."""
        key, op = ops.do_insert(self.conn, table, values, holds=holds)
        self._ops.append(op)
        return next(iter(key.values()))

    def update(self, table: Table, key: Mapping[str, Any], **new: Any) -> None:
        self._keep(ops.do_update(self.conn, table, key, new))

    def delete(self, table: Table, **key: Any) -> None:
        self._keep(ops.do_delete(self.conn, table, key))

    def move(self, table: Table, column: str, ids: Iterable[int], old: int, new: int) -> None:
        self._keep(ops.do_move(self.conn, table, column, ids, old, new))

    def index(self, message_id: int, document: str) -> None:
        """Make a message findable; ``document`` is what ``search_index.message_text`` says of its rows."""
        search_index.add_documents(self.conn, "message_search", [(message_id, document)])
        self._ops.append({"op": "index", "message": message_id})

    def revert(self, done: Iterable[ops.Op]) -> None:
        self._ops.extend(ops.revert(self.conn, done))

    def forget(self) -> None:
        """After a rolled-back savepoint: the row changes since the last event are not there any more."""
        self._ops = []

    def record(
        self, kind: str, number: int | None, data: Mapping[str, Any], *, undoable: bool = True, messages: bool = False
    ) -> int:
        """Close the row changes since the last call into one event. ``messages``: the conversation changed."""
        version = self.refresh(number, messages=messages) if number is not None else 0
        row = {
            "at": self.now,
            "actor_kind": self.actor.kind,
            "actor_name": self.actor.name,
            "actor_id": self.actor.id,
            "kind": kind,
            "ticket_number": number,
            "version": version,
            "data": dict(data),
            "ops": self._ops if undoable else None,
            "batch": self.batch,
        }
        event_id = add_event(self.conn, row)
        self._ops = []
        self.events.append(event_id)
        return event_id

    def refresh(self, number: int, *, messages: bool = True) -> int:
        """Bring a ticket's derived columns up to date; returns its new version, 0 where it was taken back."""
        version = derived.refresh(self.conn, number, self.now, messages=messages)
        if version:
            self.versions[number] = version
        return version

    def receipt(self, *, message: int | None = None, created: int | None = None) -> Receipt:
        return Receipt(tuple(self.events), dict(self.versions), message=message, created=created)

    def _keep(self, op: ops.Op | None) -> None:
        if op is not None:
            self._ops.append(op)

    def _refuse_overlap(self, number: int, expect: int, aspects: set[str]) -> None:
        e = t.event.c
        since = self.conn.execute(
            select(e.actor_name, e.data).where(e.ticket_number == number, e.version > expect).order_by(e.id.desc())
        )
        for row in since:
            touched = aspects & set(row.data.get("changes", {}))
            if touched:
                aspect = min(touched)
                raise Conflict(
                    N_("{who} changed the {aspect} of #{number} to “{value}” meanwhile."),
                    hint=N_("Look again, then repeat it if you still want to."),
                    who=row.actor_name, aspect=aspect, number=number, value=row.data["changes"][aspect][1],
                )  # fmt: skip


def _refuse_merged(row: Mapping[str, Any]) -> None:
    if row["merged_into"] is not None:
        raise Conflict(
            N_("#{number} was merged into #{target}."),
            hint=N_("Work on #{target}, or take the merge back with: supportdesk ticket unmerge {number}"),
            number=row["number"], target=row["merged_into"],
        )  # fmt: skip


def no_ticket(number: int) -> NotFound:
    return NotFound(
        N_("There is no ticket #{number}."), hint=N_("List tickets with: supportdesk ticket list"), number=number
    )


def add_event(conn: Connection, row: Mapping[str, Any]) -> int:
    """Append to the journal and wake the readers of the feed."""
    values = {"xid": 0, "version": 0, "batch": "", **row}
    if conn.dialect.name == "postgresql":
        values["xid"] = literal_column("pg_current_xact_id()::text::bigint")
    key = conn.execute(insert(t.event).values(**values)).inserted_primary_key
    assert key is not None
    wake(conn)
    event_id: int = key[0]
    return event_id


def wake(conn: Connection) -> None:
    """Tell other processes to look, when this transaction commits. SQLite's readers see ``data_version`` move."""
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"NOTIFY {NOTIFY_CHANNEL}"))


def mark_undone(conn: Connection, event_ids: Iterable[int], by: int) -> None:
    conn.execute(update(t.event).where(t.event.c.id.in_(list(event_ids))).values(undone_by=by))


def last_event_id(conn: Connection) -> int:
    return conn.scalar(select(func.max(t.event.c.id))) or 0
