"""Search through everything ever said, newest first, with the words found marked."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, select, text

from supportdesk.desk.desk import Desk
from supportdesk.desk.queue import where
from supportdesk.domain.analyzer import Term, fts5_query, tsquery
from supportdesk.domain.highlight import spans
from supportdesk.domain.query import Query, parse
from supportdesk.store import tables as t
from supportdesk.store.where import SEARCH, Where

SNIPPET = 160
PART = 1000
"""Messages read at once: a statement takes only so many values."""
LONGEST = 20_000
"""Characters of a message looked through for its snippet."""

MOST = 1_000_000
"""Hits, where no limit is wanted."""

WALK = 5_000
"""Messages with the words that are held against the conditions one by one, newest first: about 10 ms."""

_OF_TICKETS = "message m JOIN ticket t ON t.number = m.ticket_number"
_NEWEST_FIRST = {
    "sqlite": "message_search s CROSS JOIN message m ON m.id = s.rowid CROSS JOIN ticket t ON t.number = m.ticket_number",
    "postgresql": "message_search s JOIN message m ON m.id = s.id JOIN ticket t ON t.number = m.ticket_number",
}
_MATCHES = {"sqlite": "message_search MATCH {query}", "postgresql": "s.body @@ CAST({query} AS tsquery)"}


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
        ids = _ids(desk, conn, query, limit or MOST, tz)
        m = t.message.c
        found = conn.execute(
            select(m.id, m.ticket_number, m.at, m.text, t.customer.c.name, t.ticket.c.subject)
            .join(t.ticket, t.ticket.c.number == m.ticket_number)
            .join(t.customer, t.customer.c.id == t.ticket.c.customer_id)
            .where(m.id.in_(ids))
            .order_by(m.id.desc())
        )
        return tuple(_hit(row, query.wanted) for row in found)


def _ids(desk: Desk, conn: Connection, query: Query, limit: int, tz: tzinfo) -> list[int]:
    """The newest messages found. A message has to hold every word itself, its ticket every condition.

    The index gives messages newest first, so a frequent word costs no more than a rare one: as soon as there are
    enough, nothing older is looked at. Conditions that few tickets meet would turn that into a walk through
    everything: on SQLite, which cannot know, the walk is short and the tickets are asked after it.
    """
    dialect = conn.dialect.name
    conditions = where(desk, dialect, Query(query.conditions), tz)
    conditions.parts += [f"m.id NOT IN ({conditions.search('message_search', word)})" for word in query.unwanted]
    if not query.wanted:
        last = "m.id = (SELECT max(x.id) FROM message x WHERE x.ticket_number = t.number)"
        return _found(conn, _OF_TICKETS, [last], conditions, "m.id", limit)
    together = conditions.bind(fts5_query(query.wanted) if dialect == "sqlite" else tsquery(query.wanted))
    newest, matches = _NEWEST_FIRST[dialect], _MATCHES[dialect].format(query=together)
    if dialect == "postgresql" or not (query.conditions or query.unwanted):
        return _found(conn, newest, [matches], conditions, "s.rowid" if dialect == "sqlite" else "s.id", limit)
    walked = conn.scalar(
        text(f"SELECT rowid FROM message_search WHERE {matches} ORDER BY rowid DESC LIMIT 1 OFFSET {WALK}"),  # noqa: S608
        conditions.params,
    )
    found = _found(conn, newest, [matches, f"s.rowid > {int(walked or 0)}"], conditions, "s.rowid", limit)
    if walked is None or len(found) >= limit:
        return found
    words = SEARCH[dialect].format(table="message_search", query=together)
    return _found(conn, _OF_TICKETS, [f"m.id IN ({words})"], conditions, "+m.id", limit)


def _found(conn: Connection, tables: str, parts: list[str], conditions: Where, order: str, limit: int) -> list[int]:
    sql = (
        f"SELECT m.id FROM {tables} WHERE {' AND '.join([*parts, conditions.sql])} "  # noqa: S608 - values are bound
        f"ORDER BY {order} DESC LIMIT {limit}"
    )
    return list(conn.scalars(text(sql), conditions.params))


def _hit(row: Any, terms: tuple[Term, ...]) -> Hit:
    flat = " ".join(row.text[:LONGEST].split())
    marks = spans(flat, terms)
    start = max(0, marks[0][0] - SNIPPET // 4) if marks else 0
    snippet = flat[start : start + SNIPPET]
    inside = tuple((a - start, b - start) for a, b in marks if a >= start and b - start <= len(snippet))
    return Hit(row.ticket_number, row.id, row.at, row.name, row.subject, snippet, inside)
