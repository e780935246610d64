"""Search through everything ever said, newest first, with the words found marked."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import select

from supportdesk.desk.desk import Desk
from supportdesk.desk.queue import where
from supportdesk.domain.analyzer import Term
from supportdesk.domain.highlight import spans
from supportdesk.domain.query import Query, parse
from supportdesk.store import tables as t
from supportdesk.store.search import newest

SNIPPET = 160
PART = 1000
"""Messages read at once: a statement takes only so many values."""
LONGEST = 20_000
"""Characters of a message looked through for its snippet."""

MOST = 1_000_000
"""Hits, where no limit is wanted."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found. ``spans``: (start, end) of the words in ``snippet``."""

    ticket: int
    message: int
    at: datetime
    customer: str
    subject: str
    snippet: str
    spans: tuple[tuple[int, int], ...]


def search(desk: Desk, words: str, limit: int = 50, *, tz: tzinfo = UTC) -> tuple[Hit, ...]:
    """Messages that contain all words, in tickets that meet all conditions. Without words: the tickets' last
    messages. Raises ``Invalid`` for a query that cannot be read."""
    query = parse(words)
    with desk.read() as conn:
        conditions = where(desk, conn.dialect.name, Query(query.conditions), tz)
        ids = newest(conn, conditions, query, limit or MOST)
        m = t.message.c
        columns = (m.id, m.ticket_number, m.at, m.text, t.customer.c.name, t.ticket.c.subject)
        of_ticket, of_customer = t.ticket.c.number == m.ticket_number, t.customer.c.id == t.ticket.c.customer_id
        read = select(*columns).join(t.ticket, of_ticket).join(t.customer, of_customer).order_by(m.id.desc())
        parts = (ids[start : start + PART] for start in range(0, len(ids), PART))
        return tuple(_hit(row, query.wanted) for part in parts for row in conn.execute(read.where(m.id.in_(part))))


def _hit(row: Any, terms: tuple[Term, ...]) -> Hit:
    flat = " ".join(row.text[:LONGEST].split())
    marks = spans(flat, terms)
    start = max(0, marks[0][0] - SNIPPET // 4) if marks else 0
    snippet = flat[start : start + SNIPPET]
    inside = tuple((a - start, b - start) for a, b in marks if a >= start and b - start <= len(snippet))
    return Hit(row.ticket_number, row.id, row.at, row.name, row.subject, snippet, inside)
