"""The full-text index: tokens made by ``domain.analyzer``, kept in FTS5 or a tsvector.

SQLite's index is contentless: taking a document out needs the very tokens that went in, so a document is always
computed from its row, in the transaction that changes the row.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table, select, text

from supportdesk.domain import analyzer
from supportdesk.store import tables as t

PART = 500
"""Documents made at once when an index is made anew."""

_SQL = {
    ("sqlite", "add"): "INSERT INTO {table}(rowid, body) VALUES (:id, :body)",
    ("sqlite", "remove"): "INSERT INTO {table}({table}, rowid, body) VALUES ('delete', :id, :body)",
    ("postgresql", "add"): "INSERT INTO {table}(id, body) VALUES (:id, CAST(:body AS tsvector))",
    ("postgresql", "remove"): "DELETE FROM {table} WHERE id = :id",
}


def message_text(author: str, subject: str, body: str, filenames: Sequence[str]) -> str:
    """What of a message can be found."""
    return "\n".join((subject, author, body, *filenames))


def add_message(conn: Connection, message_id: int) -> None:
    add_messages(conn, [message_id])


def add_messages(conn: Connection, ids: Sequence[int]) -> None:
    _write(conn, "message_search", "add", _message_documents(conn, ids))


def remove_message(conn: Connection, message_id: int) -> None:
    _write(conn, "message_search", "remove", _message_documents(conn, [message_id]))


def add_customer(conn: Connection, customer_id: int) -> None:
    add_customers(conn, [customer_id])


def add_customers(conn: Connection, ids: Sequence[int]) -> None:
    _write(conn, "customer_search", "add", [(i, _customer_text(conn, i)) for i in ids])


def remove_customer(conn: Connection, customer_id: int) -> None:
    """To be called before the customer or an identity changes."""
    _write(conn, "customer_search", "remove", [(customer_id, _customer_text(conn, customer_id))])


def add_documents(conn: Connection, table: str, documents: Sequence[tuple[int, str]]) -> None:
    """Index many (id, text) at once, for bulk loads."""
    _write(conn, table, "add", documents)


def body_of(dialect: str, document: str) -> str:
    """A document as the store's index wants it."""
    tokens = analyzer.analyze(document)
    return analyzer.tsvector(tokens) if dialect == "postgresql" else analyzer.fts5_text(tokens)


def rebuild(conn: Connection) -> int:
    """Make both indexes anew with this program's analyzer; returns how many documents. For ``migrate``."""
    for name in ("message_search", "customer_search"):
        emptied = f"INSERT INTO {name}({name}) VALUES ('delete-all')"  # noqa: S608 - a constant
        conn.execute(text(emptied if conn.dialect.name == "sqlite" else f"TRUNCATE {name}"))
    messages = _in_parts(conn, t.message, lambda ids: add_messages(conn, ids))
    customers = _in_parts(conn, t.customer, lambda ids: add_customers(conn, ids))
    return messages + customers


def _in_parts(conn: Connection, table: Table, add: Callable[[Sequence[int]], object]) -> int:
    """Hand out the ids of a table, ascending, ``PART`` at a time."""
    done = last = 0
    while ids := conn.scalars(select(table.c.id).where(table.c.id > last).order_by(table.c.id).limit(PART)).all():
        add(ids)
        done, last = done + len(ids), ids[-1]
    return done


def _write(conn: Connection, table: str, what: str, documents: Sequence[tuple[int, str]]) -> None:
    if not documents:
        return
    dialect = conn.dialect.name
    rows = [{"id": i, "body": body_of(dialect, document)} for i, document in documents]
    conn.execute(text(_SQL[dialect, what].format(table=table)), rows)


def _message_documents(conn: Connection, ids: Sequence[int]) -> list[tuple[int, str]]:
    columns = (t.message.c.id, t.message.c.author, t.message.c.subject, t.message.c.text)
    names: dict[int, list[str]] = {}
    for row in conn.execute(
        select(t.attachment.c.message_id, t.attachment.c.filename)
        .where(t.attachment.c.message_id.in_(ids))
        .order_by(t.attachment.c.id)
    ):
        names.setdefault(row.message_id, []).append(row.filename)
    found = conn.execute(select(*columns).where(t.message.c.id.in_(ids))).all()
    return [(m.id, message_text(m.author, m.subject, m.text, names.get(m.id, []))) for m in found]


def _customer_text(conn: Connection, customer_id: int) -> str:
    name = conn.scalar(select(t.customer.c.name).where(t.customer.c.id == customer_id)) or ""
    values = conn.scalars(
        select(t.identity.c.value).where(t.identity.c.customer_id == customer_id).order_by(t.identity.c.id)
    )
    return "\n".join((name, *values))
