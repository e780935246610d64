"""Pages of the queue, as screens and commands read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from supportdesk.desk.desk import Desk
from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.event import ActorKind
from supportdesk.domain.query import Query
from supportdesk.domain.ticket import QueueRow
from supportdesk.store import queue
from supportdesk.store.reader import SqlReader
from supportdesk.store.where import Where

LAST = "last"
"""As ``before``: the last page."""
BY_DUE = Sort(SortKey.DUE)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order. ``more``: there are others beyond, in the direction asked for."""

    rows: tuple[QueueRow, ...]
    more: bool


def page(
    desk: Desk,
    query: Query,
    *,
    sort: Sort | None = None,
    after: QueueRow | None = None,
    before: QueueRow | str | None = None,
    limit: int = 100,
    offset: int = 0,
    tz: tzinfo = UTC,
) -> Page:
    """The rows that follow ``after`` or precede ``before`` (``LAST``: the end) in the order; else the first.

    ``offset`` skips rows beyond the anchor, for jumps; it costs time in proportion. ``limit`` 0 is all.
    """
    order = query.sort or sort or BY_DUE
    anchor = before if isinstance(before, QueueRow) else after
    with desk.read() as conn:
        reader = SqlReader(conn)
        found = queue.page(
            reader, where(desk, reader.dialect, query, tz), order, after=anchor, backwards=before is not None,
            limit=limit + 1 if limit else -1 if reader.dialect == "sqlite" else 2**31, skip=offset,
        )  # fmt: skip
    more = bool(limit) and len(found) > limit
    if more:
        found = found[1:] if before is not None else found[:limit]
    return Page(tuple(found), more)


def rows(desk: Desk, numbers: Iterable[int]) -> dict[int, QueueRow]:
    """Rows as they are now, to refresh what is on screen."""
    with desk.read() as conn:
        return queue.rows(SqlReader(conn), numbers)


def count(desk: Desk, query: Query, cap: int | None = None, tz: tzinfo = UTC) -> int:
    with desk.read() as conn:
        return queue.count(SqlReader(conn), where(desk, conn.dialect.name, query, tz), cap)


def where(desk: Desk, dialect: str, query: Query, tz: tzinfo = UTC) -> Where:
    me = desk.actor.id if desk.actor.kind is ActorKind.AGENT else None
    return Where(dialect, me, desk.now(), tz).add(query)
