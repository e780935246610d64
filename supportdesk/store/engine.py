"""Opening a store: one SQLAlchemy engine set up so that neither store loses an update.

SQLite runs in WAL mode with ``BEGIN IMMEDIATE`` for units that write, because deferred transactions that turn
into writers fail or lose updates under concurrency; Postgres runs in its default READ COMMITTED with row locks.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from supportdesk.domain.errors import Conflict
from supportdesk.i18n import N_
from supportdesk.store.driver import check_driver, check_file, is_taken, store_is_at_fault, teach, unreachable
from supportdesk.store.revision import check_revision
from supportdesk.store.url import StoreUrl, parse_url

BUSY_TIMEOUT_MS = 5000


class Store:
    """An open store. ``read()`` and ``write()`` give a connection inside one transaction."""

    def __init__(self, url: StoreUrl) -> None:
        self.url = url
        self.dialect = url.dialect
        self.engine = _engine(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture."""
        with _told_plainly(self.url), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; commits at the end, rolls back on any exception."""
        with (
            _told_plainly(self.url),
            self.engine.connect().execution_options(supportdesk_write=True) as conn,
            conn.begin(),
        ):
            yield conn

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open a store at the schema this program needs; ``Unreachable`` says what is wrong otherwise."""
    parsed = parse_url(url)
    if parsed.dialect == "sqlite":
        check_file(parsed)
    store = Store(parsed)
    try:
        with store.read() as conn:
            check_revision(revision(conn), parsed.shown)
    except BaseException:
        store.close()
        raise
    return store


def revision(conn: Connection) -> str | None:
    """The schema revision of a store, None where there is no desk."""
    if not conn.dialect.has_table(conn, "alembic_version"):
        return None
    found: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _engine(url: StoreUrl) -> Engine:
    """Parameters are hidden from errors: they are what customers wrote, and errors end in logs."""
    if url.dialect == "postgresql":
        check_driver(url)
        return create_engine(
            url.sqlalchemy, pool_pre_ping=True, pool_size=8, max_overflow=16, connect_args={"connect_timeout": 10},
            hide_parameters=True,
        )  # fmt: skip
    engine = create_engine(
        url.sqlalchemy, pool_size=8, max_overflow=16, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
        hide_parameters=True,
    )  # fmt: skip
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below starts transactions, not the driver
    teach(connection)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get("supportdesk_write")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told_plainly(url: StoreUrl) -> Iterator[None]:
    """Turn a driver's connection trouble, and a lost race, into one sentence; other database errors are bugs."""
    try:
        yield
    except DBAPIError as error:
        if is_store_trouble(error):
            raise unreachable(url, str(error.orig or error)) from None
        if is_taken(error.orig):
            raise Conflict(
                N_("Somebody else did the same at the same moment."), hint=N_("Look again, then repeat it if need be.")
            ) from error
        raise


def is_store_trouble(error: DBAPIError) -> bool:
    """Whether no statement would have fared better: the store is away, locked, full."""
    return error.connection_invalidated or store_is_at_fault(error.orig)
