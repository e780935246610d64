"""The verbs that put conversations together and take them apart: merge, unmerge, split, link."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from supportdesk.desk import drafts
from supportdesk.desk.conversation import open_ticket
from supportdesk.desk.desk import Desk
from supportdesk.desk.triage import change_snooze, change_tags, set_ticket, tags_of
from supportdesk.domain.errors import Conflict, Invalid
from supportdesk.domain.event import Receipt
from supportdesk.domain.safe import safe_line
from supportdesk.domain.ticket import LinkKind, Priority, State
from supportdesk.i18n import N_
from supportdesk.store import tables as t
from supportdesk.store.ops import decoded, stale
from supportdesk.store.unit import Unit, no_ticket


def merge(desk: Desk, sources: Sequence[int], into: int) -> Receipt:
    """Move the conversations of ``sources`` into one ticket; they stay as pointers to it.

    Locks in the order of the numbers, so that A into B and B into A at once end with one of them refused.
    """
    wanted = sorted(set(sources) - {into})
    if not wanted:
        raise Invalid(N_("A ticket cannot be merged into itself."), hint=N_("Name another ticket."))
    with desk.unit(batch=True) as unit:
        rows = {number: unit.lock(number) for number in sorted({*wanted, into})}
        for number in wanted:
            _merge_one(unit, rows[number], into)
        return unit.receipt()


def _merge_one(unit: Unit, row: Any, into: int) -> None:
    number = row["number"]
    ids = list(unit.conn.scalars(select(t.message.c.id).where(t.message.c.ticket_number == number)))
    unit.move(t.message, "ticket_number", ids, number, into)
    change_tags(unit, into, tags_of(unit, into) | tags_of(unit, number))
    if row["snoozed_until"] is not None:
        change_snooze(unit, row, None)
    set_ticket(unit, number, merged_into=into, closed_at=row["closed_at"] or unit.now)
    _repoint_earlier_merges(unit, number, into)
    drafts.repoint(unit.conn, number, into)
    unit.record(
        "merged", number, {"into": into, "messages": len(ids), "changes": {"merged_into": [None, into]}}, messages=True
    )
    unit.record(
        "merged_in",
        into,
        {"from": number, "messages": len(ids), "changes": {"messages": [None, number]}},
        messages=True,
    )


def _repoint_earlier_merges(unit: Unit, number: int, into: int) -> None:
    """What was merged into the source follows it: a pointer never points to a pointer."""
    for earlier in unit.conn.scalars(select(t.ticket.c.number).where(t.ticket.c.merged_into == number)).all():
        set_ticket(unit, earlier, merged_into=into)


def unmerge(desk: Desk, source: int) -> Receipt:
    """Take a merge back, whenever it was: the messages that came with it return, later ones stay."""
    with desk.unit(batch=True) as unit:
        into = unit.conn.scalar(select(t.ticket.c.merged_into).where(t.ticket.c.number == source))
        if into is None:
            if unit.conn.scalar(select(t.ticket.c.number).where(t.ticket.c.number == source)) is None:
                raise no_ticket(source)
            raise Conflict(N_("#{number} is not merged into another ticket."), number=source)
        unit.lock(into)
        merged = _merge_event(unit, source)
        for op in merged["ops"]:
            if op["op"] == "move":
                unit.move(t.message, "ticket_number", op["ids"], into, source)
            if op["op"] == "update" and op["key"] == {"number": source}:
                set_ticket(unit, source, **decoded(t.ticket, op["old"]))
        by = unit.record("unmerged", source, {"from": into, "changes": {"merged_into": [into, None]}}, messages=True)
        for event_id in _merge_events(unit, merged["batch"], source):
            unit.update(t.event, {"id": event_id}, undone_by=by)  # an op: undoing the unmerge revives the merge
        unit.record("unmerged_out", into, {"source": source, "changes": {"messages": [source, None]}}, messages=True)
        return unit.receipt()


def _merge_event(unit: Unit, source: int) -> Any:
    e = t.event.c
    found = unit.conn.execute(
        select(t.event)
        .where(e.ticket_number == source, e.kind == "merged", e.undone_by.is_(None), e.ops.is_not(None))
        .order_by(e.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise stale()
    return found._mapping


def _merge_events(unit: Unit, batch: str, source: int) -> list[int]:
    """Both halves of one merge: the source's event and the target's."""
    e = t.event.c
    found = unit.conn.execute(select(e.id, e.ticket_number, e.kind, e.data).where(e.batch == batch))
    halves = {"merged": lambda row: row.ticket_number == source, "merged_in": lambda row: row.data["from"] == source}
    return [row.id for row in found if row.kind in halves and halves[row.kind](row)]


def split(desk: Desk, number: int, message_ids: Sequence[int], subject: str = "") -> Receipt:
    """Move messages into a new ticket of the same customer, linked to the old one."""
    with desk.unit(batch=True) as unit:
        row = unit.lock(number)
        m = t.message.c
        here = list(unit.conn.scalars(select(m.id).where(m.ticket_number == number, m.id.in_(list(message_ids)))))
        if not here or len(here) != len(set(message_ids)):
            raise Invalid(N_("Those messages are not in #{number}."), number=number)
        if len(here) == row["message_count"]:
            raise Invalid(N_("That would leave #{number} empty."), hint=N_("Rename it instead."), number=number)
        made = open_ticket(
            unit, subject=safe_line(subject).strip() or row["subject"], customer_id=row["customer_id"],
            priority=Priority(row["priority"]), team_id=row["team_id"], channel_id=row["channel_id"], state=State.OPEN,
        )  # fmt: skip
        unit.move(t.message, "ticket_number", here, number, made)
        unit.insert(t.ticket_link, from_number=made, to_number=number, kind=LinkKind.SPLIT.value)
        unit.record("split", made, {"from": number, "messages": here, "changes": {}}, messages=True)
        unit.record("split_off", number, {"into": made, "changes": {"messages": [None, made]}}, messages=True)
        return unit.receipt(created=made)


def link(desk: Desk, number: int, other: int, kind: LinkKind = LinkKind.RELATED) -> Receipt:
    """Link two tickets; linking twice changes nothing."""
    if number == other:
        raise Invalid(N_("A ticket cannot be linked to itself."), hint=N_("Name another ticket."))
    with desk.unit() as unit:
        for each in sorted((number, other)):
            unit.lock(each)
        if not _linked(unit, number, other):
            unit.insert(t.ticket_link, from_number=number, to_number=other, kind=kind.value)
            unit.record("linked", number, {"to": other, "changes": {"links": [None, other]}})
        return unit.receipt()


def unlink(desk: Desk, number: int, other: int) -> Receipt:
    with desk.unit() as unit:
        for each in sorted((number, other)):
            unit.lock(each)
        for start, end in _linked(unit, number, other):
            unit.delete(t.ticket_link, from_number=start, to_number=end)
            unit.record("unlinked", number, {"to": other, "changes": {"links": [other, None]}})
        return unit.receipt()


def _linked(unit: Unit, number: int, other: int) -> list[tuple[int, int]]:
    k = t.ticket_link.c
    both = ((k.from_number == number) & (k.to_number == other)) | ((k.from_number == other) & (k.to_number == number))
    return [(row.from_number, row.to_number) for row in unit.conn.execute(select(t.ticket_link).where(both))]
