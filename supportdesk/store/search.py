"""The SQL of a search: which messages, newest first, without reading every message a frequent word is in.

Few of the messages found have to be held against the conditions as long as the newest of them meet these, and as
long as the newest can be had without the others: FTS5 gives them in that order; Postgres' index cannot, so there
the newest messages of all are looked through before it is asked.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, text

from supportdesk.domain.analyzer import fts5_query, tsquery
from supportdesk.domain.query import Query
from supportdesk.store.where import SEARCH, Where

WALK = 5_000
"""Messages with the words that are held against the conditions at most, newest first: some 10 ms."""

LOOKS = ((5_000, 200, 12), (20_000, WALK, 100))
"""On Postgres: so many of the newest messages, looked through for the words one by one (some 4 µs each), until so many
are found; where fewer than the third are, the index of words has few enough to give them all."""

PART = 500
"""Ids in one statement."""


_LAST = "{m}.id = (SELECT max(x.id) FROM message x WHERE x.ticket_number = {m}.ticket_number)"


def newest(conn: Connection, conditions: Where, query: Query, limit: int) -> list[int]:
    """Ids of messages, newest first. A message has to hold every wanted and no unwanted word itself; its ticket has
    to meet ``conditions``, which this adds to. Without wanted words: the last messages of tickets."""
    conditions.parts += [f"m.id NOT IN ({conditions.search('message_search', word)})" for word in query.unwanted]
    every, look = _LAST.format(m="m"), _newest_of_tickets
    if query.wanted:
        on_postgres = conditions.dialect == "postgresql"
        words = conditions.bind(tsquery(query.wanted) if on_postgres else fts5_query(query.wanted))
        # + keeps SQLite from walking through all that matches once for each ticket
        column = "m.id" if on_postgres else "+m.id"
        every = f"{column} IN ({SEARCH[conditions.dialect].format(table='message_search', query=words)})"
        look = partial(_newest_on_postgres if on_postgres else _newest_on_sqlite, words)
    if limit < WALK:
        found, complete = look(conn, conditions, limit)
        if complete or len(found) == limit:
            return found
    return _found(conn, conditions, every, limit)


def _newest_of_tickets(conn: Connection, conditions: Where, limit: int) -> tuple[list[int], bool]:
    """What is found among the newest messages in question, and whether these are all."""
    hits = _ids(conn, conditions, f"SELECT k.id FROM message k WHERE {_LAST.format(m='k')} ORDER BY k.id")  # noqa: S608
    return _kept(conn, conditions, hits, limit), len(hits) < WALK


def _newest_on_sqlite(words: str, conn: Connection, conditions: Where, limit: int) -> tuple[list[int], bool]:
    matching = f"SELECT rowid FROM message_search WHERE message_search MATCH {words}"  # noqa: S608 - a parameter
    hits = _ids(conn, conditions, f"{matching} ORDER BY rowid")
    return _kept(conn, conditions, hits, limit), len(hits) < WALK


def _newest_on_postgres(words: str, conn: Connection, conditions: Where, limit: int) -> tuple[list[int], bool]:
    matching = f"SELECT id FROM message_search WHERE body @@ CAST({words} AS tsquery)"  # noqa: S608 - a parameter
    last: int = conn.scalar(text("SELECT max(id) FROM message_search")) or 0
    for window, most, few in LOOKS:
        hits = _ids(conn, conditions, f"{matching} AND id > {last - window} ORDER BY id", most)
        found = _kept(conn, conditions, hits, limit)
        if len(found) == limit:
            return found, True
        if len(hits) < few:
            hits = _ids(conn, conditions, f"{matching} ORDER BY id + 0")  # by the index of words, not along the ids
            return _kept(conn, conditions, hits, limit), len(hits) < WALK
    return [], False


def _ids(conn: Connection, conditions: Where, ordered: str, most: int = 0) -> Sequence[int]:
    return conn.scalars(text(f"{ordered} DESC LIMIT {most or WALK}"), conditions.params).all()


def _kept(conn: Connection, conditions: Where, hits: Sequence[int], limit: int) -> list[int]:
    """Those of ``hits`` that meet the conditions, ``limit`` at most."""
    kept: list[int] = []
    for start in range(0, len(hits), PART):
        ids = ", ".join(str(hit) for hit in hits[start : start + PART])
        kept += _found(conn, conditions, f"m.id IN ({ids})", limit - len(kept), messages_first=True)
        if len(kept) == limit:
            break
    return kept


def _found(conn: Connection, conditions: Where, which: str, limit: int, *, messages_first: bool = False) -> list[int]:
    """``messages_first``: these are few; SQLite, which does not count, is told so by CROSS JOIN."""
    join = "CROSS JOIN" if messages_first and conditions.dialect == "sqlite" else "JOIN"
    sql = (
        f"SELECT m.id FROM message m {join} ticket t ON t.number = m.ticket_number "  # noqa: S608 - values are bound
        f"WHERE {which} AND {conditions.sql} ORDER BY m.id + 0 DESC LIMIT {limit}"
    )
    return list(conn.scalars(text(sql), conditions.params))
