"""Rows by the ten thousand: columns, ids and the fastest way into each store. See ``bulk``, which makes the rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from supportdesk.store.engine import Store
from supportdesk.store.unit import wake

Row = tuple[object, ...]

COLUMNS: dict[str, tuple[str, ...]] = {
    "blob": ("sha256", "size", "data"),
    "customer": (
        "id", "name", "grade", "language", "organization_id", "attributes", "orders", "created_at", "merged_into",
    ),
    "identity": ("id", "customer_id", "kind", "value"),
    "ticket": (
        "number", "subject", "state", "priority", "customer_id", "team_id", "assignee_id", "channel_id", "created_at",
        "updated_at", "closed_at", "snoozed_until", "merged_into", "version", "message_count", "preview",
        "last_message_at", "waiting_since", "next_due_at",
    ),
    "ticket_tag": ("ticket_number", "tag"),
    "ticket_link": ("from_number", "to_number", "kind"),
    "inbox": (
        "id", "channel_id", "external_id", "folder", "uidvalidity", "uid", "sha256", "size", "received_at", "status",
        "cause", "error", "attempts", "ticket_number", "sender", "subject",
    ),
    "message": (
        "id", "ticket_number", "direction", "kind", "author", "agent_id", "customer_id", "at", "channel_id", "subject",
        "text", "visible_length", "reply", "html", "to_addresses", "cc_addresses", "author_address", "reply_to",
        "rfc_message_id", "body_digest", "joined_by", "delivery", "error", "inbox_id", "dmarc",
    ),
    "message_reference": ("message_id", "position", "ref"),
    "attachment": ("id", "message_id", "sha256", "filename", "content_type", "size", "inline", "content_id"),
    "outbox": (
        "id", "message_id", "channel_id", "status", "bcc_addresses", "not_before", "tries", "error", "holder", "fence",
    ),
    "event": (
        "id", "xid", "at", "actor_kind", "actor_name", "actor_id", "kind", "ticket_number", "version", "data", "batch",
    ),
    "message_search": ("id", "body"),
    "customer_search": ("id", "body"),
}  # fmt: skip
"""Tables in the order their foreign keys need, and the columns of a row; the others keep their NULL."""

KEYS = {"ticket": "number"}
TIDY_EVERY = 300_000
PENDING_KB = 2_000_000
MEMORY = "256MB"
_SEARCH_INDEXES = ("ix_message_search_body", "ix_customer_search_body")
_TIDY = "SELECT gin_clean_pending_list('{index}')"
ID_BLOCK = 1000
KNOWN_TIMES = 1000
SQLITE_CACHE_KB = 131_072
"""Enough that a chunk never spills half-written pages into the WAL; given back with the connection."""


def ids(conn: Connection, table: str, block: int = ID_BLOCK) -> Iterator[int]:
    """New keys of a table. On Postgres each is this process's alone; a started block leaves a gap."""
    if conn.dialect.name == "sqlite":
        yield from count(_last_id(conn, table) + 1)
        return
    taken = text(
        f"SELECT nextval(pg_get_serial_sequence('{table}', '{KEYS.get(table, 'id')}')) FROM generate_series(1, :block)"  # noqa: S608
    )
    while True:
        yield from conn.scalars(taken, {"block": block}).all()


def keys(conn: Connection, wanted: Mapping[str, int]) -> dict[str, Iterator[int]]:
    """As many new keys of each table as are ``wanted``, in one statement: none of them is left over."""
    if not wanted:
        return {}
    if conn.dialect.name == "sqlite":
        last = _last_ids(conn, list(wanted))
        return {table: iter(range(last[table] + 1, last[table] + 1 + number)) for table, number in wanted.items()}
    found: dict[str, list[int]] = {table: [] for table in wanted}
    taken = " UNION ALL ".join(
        f"SELECT '{table}' AS name, nextval(source.keys) AS key FROM generate_series(1, {number}),"  # noqa: S608 - constants
        f" (SELECT pg_get_serial_sequence('{table}', '{KEYS.get(table, 'id')}')::regclass AS keys OFFSET 0) source"
        for table, number in wanted.items()
    )
    for row in conn.execute(text(taken)):
        found[row.name].append(row.key)
    return {table: iter(sorted(each)) for table, each in found.items()}


def _last_ids(conn: Connection, tables: Sequence[str]) -> dict[str, int]:
    highest = ", ".join(
        f"max(coalesce((SELECT max({KEYS.get(table, 'id')}) FROM {table}), 0),"  # noqa: S608
        f" coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0)) AS {table}"
        for table in tables
    )
    return dict(conn.execute(text(f"SELECT {highest}")).one()._mapping)


def _last_id(conn: Connection, table: str) -> int:
    """The highest key that was ever given: SQLite keeps it where keys are never given twice."""
    used = conn.scalar(text(f"SELECT max({KEYS.get(table, 'id')}) FROM {table}")) or 0  # noqa: S608
    ever = conn.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), {"table": table}) or 0
    return max(int(used), int(ever))


def put(conn: Connection, rows: dict[str, list[Row]]) -> None:
    """Write rows, table by table; wakes the readers of the feed."""
    for table, columns in COLUMNS.items():
        if rows.get(table):
            _put_table(conn, table, columns, rows[table])
    wake(conn)


def _put_table(conn: Connection, table: str, columns: Sequence[str], rows: list[Row]) -> None:
    if conn.dialect.name == "postgresql":
        _copy(conn, table, columns, rows)
        return
    named = ", ".join("rowid" if table.endswith("_search") and name == "id" else name for name in columns)
    ignoring = " OR IGNORE" if table == "blob" else ""
    marks = ", ".join("?" * len(columns))
    conn.exec_driver_sql(f"INSERT{ignoring} INTO {table} ({named}) VALUES ({marks})", rows)


def _copy(conn: Connection, table: str, columns: Sequence[str], rows: list[Row]) -> None:
    driver: Any = conn.connection.driver_connection
    target = table
    with _told_as_always(conn), driver.cursor() as cursor:
        if table == "blob":  # COPY cannot pass over what is there already
            target = "bulk_blob"
            cursor.execute("CREATE TEMPORARY TABLE bulk_blob (LIKE blob) ON COMMIT DROP")
        with cursor.copy(f"COPY {target} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if table == "blob":
            cursor.execute("INSERT INTO blob SELECT * FROM bulk_blob ON CONFLICT DO NOTHING")


@contextmanager
def _told_as_always(conn: Connection) -> Iterator[None]:
    """The driver's errors as those of statements come out of SQLAlchemy, without the rows they quote."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        error.args = (str(error).partition("\n")[0],)
        raise DBAPIError.instance(
            "COPY", None, error, psycopg.Error, hide_parameters=True, connection_invalidated=conn.closed,
            dialect=conn.dialect,
        ) from None  # fmt: skip


def stamp_for(dialect: str) -> Callable[[datetime], str]:
    """A function from an aware UTC time to what the driver of a store takes. Remembers: times come several times."""
    if dialect == "postgresql":
        return lru_cache(KNOWN_TIMES)(datetime.isoformat)
    return lru_cache(KNOWN_TIMES)(lambda at: at.isoformat(" ", "microseconds")[:26])


def transaction_id(conn: Connection) -> int:
    """What an event's ``xid`` has to be."""
    if conn.dialect.name != "postgresql":
        return 0
    return int(conn.scalar(text("SELECT pg_current_xact_id()::text::bigint")) or 0)


def make_room(conn: Connection) -> None:
    """Prepare a connection for large transactions."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE_KB}")


@contextmanager
def hasty_search(store: Store) -> Iterator[Callable[[], None]]:
    """While much is written, let Postgres' search index take new words in by the million instead of one by one:
    twenty times as fast. Call what it yields every ``TIDY_EVERY`` messages or so."""
    if store.dialect == "sqlite":
        yield lambda: None
        return
    _each_index(store, f"ALTER INDEX {{index}} SET (fastupdate = on, gin_pending_list_limit = {PENDING_KB})")
    try:
        yield lambda: _each_index(store, _TIDY)
    finally:
        _each_index(store, _TIDY)
        _each_index(store, "ALTER INDEX {index} SET (fastupdate = off)")
        _each_index(store, "ALTER INDEX {index} RESET (gin_pending_list_limit)")


def _each_index(store: Store, sql: str) -> None:
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.exec_driver_sql(f"SET maintenance_work_mem = '{MEMORY}'")
        for index in _SEARCH_INDEXES:
            conn.exec_driver_sql(sql.format(index=index))
        conn.exec_driver_sql("RESET maintenance_work_mem")


def gather_statistics(store: Store) -> None:
    """Let the planner know what is there now. To be called once after much was written."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        if store.dialect == "postgresql":
            conn.exec_driver_sql("VACUUM (ANALYZE)")
            return
        conn.exec_driver_sql("PRAGMA analysis_limit = 1000")
        conn.exec_driver_sql("ANALYZE")
