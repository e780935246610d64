"""One undo for everything: each event carries its row changes, and the way back is computed from them."""

from typing import Any

from sqlalchemy import Connection, delete, select

from supportdesk.desk import drafts
from supportdesk.desk.desk import Desk
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.event import ActorKind, Event, Receipt
from supportdesk.i18n import N_
from supportdesk.store import events
from supportdesk.store import tables as t
from supportdesk.store.unit import Unit, mark_undone

Row = Any
"""A row of the event table, by column name."""

_DRAFT_KINDS = {"replied": DraftKind.REPLY, "noted": DraftKind.NOTE, "forwarded": DraftKind.FORWARD}


def last_undoable(desk: Desk, number: int | None = None) -> Event | None:
    """What ``undo`` would take back."""
    with desk.read() as conn:
        row = _last(desk, conn, number)
        return events.event_of(row) if row is not None else None


def undo(desk: Desk, number: int | None = None) -> Receipt:
    """Take back the acting agent's last change (on one ticket), with all that was done in the same stroke.

    Raises ``NotFound`` where there is none, ``Conflict`` where the change was built upon since or a message is
    already on its way; nothing is changed then. A recalled message becomes the draft again.
    """
    with desk.unit(batch=True) as unit:
        row = _last(desk, unit.conn, number)
        if row is None:
            raise NotFound(N_("There is nothing to undo."))
        together = _batch(unit.conn, row)
        numbers = sorted({e["ticket_number"] for e in together} - {None})
        for each in numbers:
            _lock(unit, each)
        for event in together:
            undo_event(unit, event)
        for each in numbers:  # one event's changes may touch another's ticket: a merge moves messages between two
            unit.refresh(each)
        return unit.receipt()


def undo_event(unit: Unit, event: Row) -> None:
    number = event["ticket_number"]
    _free_ticket(unit.conn, number, event["ops"])
    _still_recallable(unit.conn, event["data"].get("message"))
    text = _written(unit.conn, event)
    unit.revert(event["ops"])
    if text is not None:
        _give_back_draft(unit, event, text)
    changes = {name: [pair[1], pair[0]] for name, pair in event["data"].get("changes", {}).items()}
    data = {"kind": event["kind"], "event": event["id"], "changes": changes}
    by = unit.record("undone", number, data, undoable=False, messages=True)
    mark_undone(unit.conn, [event["id"]], by)


def _last(desk: Desk, conn: Connection, number: int | None) -> Row | None:
    e = t.event.c
    query = select(t.event).where(
        e.actor_kind == desk.actor.kind.value,
        e.actor_id == desk.actor.id if desk.actor.id is not None else e.actor_id.is_(None),
        e.ops.is_not(None),
        e.undone_by.is_(None),
    )
    if number is not None:
        query = query.where(e.ticket_number == number)
    row = conn.execute(query.order_by(e.id.desc()).limit(1)).first()
    return row._mapping if row is not None else None


def _batch(conn: Connection, row: Row) -> list[Row]:
    """The events of one stroke, last first."""
    if not row["batch"]:
        return [row]
    e = t.event.c
    mates = conn.execute(
        select(t.event).where(e.batch == row["batch"], e.ops.is_not(None), e.undone_by.is_(None)).order_by(e.id.desc())
    )
    return [mate._mapping for mate in mates]


def _lock(unit: Unit, number: int) -> None:
    unit.conn.execute(select(t.ticket.c.number).where(t.ticket.c.number == number).with_for_update())


def _free_ticket(conn: Connection, number: int, ops: list[dict[str, Any]]) -> None:
    """Before a creation is taken back: refuse if the ticket has grown since, drop who is looking at it."""
    if not any(op["op"] == "insert" and op["table"] == "ticket" for op in ops):
        return
    made = {op["key"]["id"] for op in ops if op["op"] == "insert" and op["table"] == "message"}
    made |= {i for op in ops if op["op"] == "move" for i in op["ids"]}
    here = set(conn.scalars(select(t.message.c.id).where(t.message.c.ticket_number == number)))
    if here - made:
        raise Conflict(
            N_("#{number} has new messages: it can no longer be taken back."),
            hint=N_("Merge it into another ticket instead."), number=number,
        )  # fmt: skip
    conn.execute(delete(t.presence).where(t.presence.c.ticket_number == number))


def _still_recallable(conn: Connection, message_id: int | None) -> None:
    if message_id is None:
        return
    o = t.outbox.c
    row = conn.execute(select(o.status, o.remaining).where(o.message_id == message_id).with_for_update()).first()
    if row is not None and (row.status != "queued" or row.remaining is not None):  # some recipients have it
        raise Conflict(
            N_("The message has already left: it can no longer be recalled."), hint=N_("Write another one instead.")
        )


def _written(conn: Connection, event: Row) -> str | None:
    """The text of the message that undo is about to take out."""
    if event["kind"] not in _DRAFT_KINDS or event["actor_kind"] != ActorKind.AGENT:
        return None
    text: str | None = conn.scalar(select(t.message.c.text).where(t.message.c.id == event["data"].get("message")))
    return text


def _give_back_draft(unit: Unit, event: Row, text: str) -> None:
    kept = event["data"].get("draft") or {
        "text": text, "subject": "", "to_addresses": [], "cc_addresses": [], "seen": 0
    }  # fmt: skip
    row = {**kept, "ticket_number": event["ticket_number"], "agent_id": event["actor_id"]}
    row |= {"kind": _DRAFT_KINDS[event["kind"]].value, "updated_at": unit.now}
    d = t.draft.c
    begun = unit.conn.scalar(
        select(d.text).where(
            d.ticket_number == row["ticket_number"], d.agent_id == row["agent_id"], d.kind == row["kind"]
        )
    )
    if begun and begun != row["text"]:
        row["text"] = f"{row['text']}\n\n{begun}"
    drafts.put(unit.conn, row)
