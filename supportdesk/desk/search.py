"""Search through everything ever said, newest first, with the words found marked."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import TextClause, select, text

from supportdesk.desk.desk import Desk
from supportdesk.desk.queue import where
from supportdesk.domain.analyzer import Term, fts5_query, tsquery
from supportdesk.domain.highlight import spans
from supportdesk.domain.query import Query, parse
from supportdesk.store import tables as t
from supportdesk.store.where import SEARCH

SNIPPET = 160
PART = 1000
"""Messages read at once: a statement takes only so many values."""
LONGEST = 20_000
"""Characters of a message looked through for its snippet."""


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
        ids = list(conn.scalars(*_statement(desk, conn.dialect.name, query, limit, tz)))
        m = t.message.c
        messages = (
            select(m.id, m.ticket_number, m.at, m.text, t.customer.c.name, t.ticket.c.subject)
            .join(t.ticket, t.ticket.c.number == m.ticket_number)
            .join(t.customer, t.customer.c.id == t.ticket.c.customer_id)
            .order_by(m.id.desc())
        )
        parts = (ids[start : start + PART] for start in range(0, len(ids), PART))
        return tuple(_hit(row, query.wanted) for part in parts for row in conn.execute(messages.where(m.id.in_(part))))


def _statement(desk: Desk, dialect: str, query: Query, limit: int, tz: tzinfo) -> tuple[TextClause, dict[str, Any]]:
    """The SQL for the ids: a message has to hold every word itself, its ticket every condition."""
    conditions = where(desk, dialect, Query(query.conditions), tz)
    unwanted = [f"m.id NOT IN ({conditions.search('message_search', word)})" for word in query.unwanted]
    if query.wanted:
        together = fts5_query(query.wanted) if dialect == "sqlite" else tsquery(query.wanted)
        words = SEARCH[dialect].format(table="message_search", query=conditions.bind(together))
        parts = [f"m.id IN ({words})"]
    else:
        parts = ["m.id = (SELECT max(x.id) FROM message x WHERE x.ticket_number = t.number)"]
    sql = (
        "SELECT m.id FROM message m JOIN ticket t ON t.number = m.ticket_number "  # noqa: S608 - values are bound
        f"WHERE {' AND '.join([*parts, *unwanted, conditions.sql])} ORDER BY m.id DESC LIMIT {int(limit) or 1_000_000}"
    )
    return text(sql), conditions.params


def _hit(row: Any, terms: tuple[Term, ...]) -> Hit:
    flat = " ".join(row.text[:LONGEST].split())
    marks = spans(flat, terms)
    start = max(0, marks[0][0] - SNIPPET // 4) if marks else 0
    snippet = flat[start : start + SNIPPET]
    inside = tuple((a - start, b - start) for a, b in marks if a >= start and b - start <= len(snippet))
    return Hit(row.ticket_number, row.id, row.at, row.name, row.subject, snippet, inside)
