"""The SQL of the queue: one page in keyset order, rows by number, counts. No SQLAlchemy here (see ``reader``)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from supportdesk.domain.channel import medium
from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.ticket import Priority, QueueRow, State
from supportdesk.store.reader import Reader, as_time, time_of
from supportdesk.store.where import Where

_COLUMNS = """t.number, t.subject, t.preview, t.state, t.priority, coalesce(h.kind, ''), c.name, c.grade,
coalesce(m.name, ''), coalesce(a.login, ''), t.created_at, t.updated_at, t.next_due_at, t.snoozed_until,
t.waiting_since, t.message_count, t.version, t.customer_id, coalesce(h.name, '')"""

_JOINS = """JOIN customer c ON c.id = t.customer_id LEFT JOIN channel h ON h.id = t.channel_id
LEFT JOIN team m ON m.id = t.team_id LEFT JOIN agent a ON a.id = t.assignee_id"""

_RANK = " ".join(f"WHEN '{priority}' THEN {priority.rank}" for priority in Priority)

_KEYS: dict[SortKey, tuple[str, ...]] = {
    SortKey.DUE: ("t.next_due_at", "t.number"),
    SortKey.UPDATED: ("t.updated_at", "t.number"),
    SortKey.CREATED: ("t.number",),
    SortKey.NUMBER: ("t.number",),
    SortKey.PRIORITY: (f"CASE t.priority {_RANK} ELSE 9 END", "t.next_due_at", "t.number"),
}


def sort_key(row: QueueRow, sort: Sort) -> tuple[Any, ...]:
    """Where a row stands in an order: compares as the store's ORDER BY does, before reversing."""
    match sort.key:
        case SortKey.DUE:
            return (row.next_due_at, row.number)
        case SortKey.UPDATED:
            return (row.updated_at, row.number)
        case SortKey.PRIORITY:
            return (row.priority.rank, row.next_due_at, row.number)
        case _:
            return (row.number,)


def page(
    reader: Reader, where: Where, sort: Sort, *, after: QueueRow | None, backwards: bool, limit: int, skip: int = 0
) -> list[QueueRow]:
    """Up to ``limit`` rows that follow ``after`` in the order (or precede it: ``backwards``), in the order.

    Without ``after``: the first, or the last, rows.
    """
    descending = sort.descending != backwards
    order = ", ".join(f"{column} DESC" if descending else column for column in _KEYS[sort.key])
    parts = [where.sql]
    if after is not None:
        parts.append(_beyond(where, sort, after, "<" if descending else ">"))
    offset = f" OFFSET {int(skip)}" if skip else ""
    chosen = f"SELECT * FROM ticket t WHERE {' AND '.join(parts)} ORDER BY {order} LIMIT {int(limit)}{offset}"
    sql = f"SELECT {_COLUMNS} FROM ({chosen}) t {_JOINS} ORDER BY {order}"
    rows = [_row(found) for found in reader.rows(sql, where.params)]
    return rows[::-1] if backwards else rows


def rows(reader: Reader, numbers: Iterable[int]) -> dict[int, QueueRow]:
    listed = ", ".join(str(int(number)) for number in numbers)
    if not listed:
        return {}
    sql = f"SELECT {_COLUMNS} FROM ticket t {_JOINS} WHERE t.number IN ({listed})"
    return {row.number: row for row in map(_row, reader.rows(sql, {}))}


def tags(reader: Reader, numbers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The tags of tickets that have some, in alphabetical order."""
    listed = ", ".join(str(int(number)) for number in numbers)
    found: dict[int, tuple[str, ...]] = {}
    if listed:
        sql = f"SELECT ticket_number, tag FROM ticket_tag WHERE ticket_number IN ({listed})"
        for number, tag in sorted(tuple(row) for row in reader.rows(sql, {})):
            found[number] = (*found.get(number, ()), tag)
    return found


def count(reader: Reader, where: Where, cap: int | None = None) -> int:
    """How many tickets; with ``cap``, counting stops there."""
    inner = f"SELECT 1 AS one FROM ticket t WHERE {where.sql}"
    sql = f"SELECT count(*) FROM ({inner} LIMIT {int(cap)}) x" if cap else f"SELECT count(*) FROM ({inner}) x"
    found: int = reader.rows(sql, where.params)[0][0]
    return found


def _beyond(where: Where, sort: Sort, row: QueueRow, sign: str) -> str:
    columns = ", ".join(_KEYS[sort.key])
    values = ", ".join(where.bind(value) for value in sort_key(row, sort))
    return f"({columns}) {sign} ({values})"


def _row(r: Sequence[Any]) -> QueueRow:
    snoozed: datetime | None = as_time(r[13])
    return QueueRow(
        number=r[0], subject=r[1], preview=r[2], state=State(r[3]), priority=Priority(r[4]), channel_kind=medium(r[5]),
        customer=r[6], grade=r[7], team=r[8], assignee=r[9], created_at=time_of(r[10]), updated_at=time_of(r[11]),
        next_due_at=time_of(r[12]), snoozed_until=snoozed, waiting_since=as_time(r[14]), messages=r[15], version=r[16],
        customer_id=r[17], channel=r[18],
    )  # fmt: skip
