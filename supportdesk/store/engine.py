"""Opening a store: one SQLAlchemy engine set up so that neither store loses an update.

SQLite runs in WAL mode with ``BEGIN IMMEDIATE`` for units that write, because deferred transactions that turn
into writers fail or lose updates under concurrency; Postgres runs in its default READ COMMITTED with row locks where it
writes.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, text
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
        self._reading = self.engine
        if self.dialect == "postgresql":  # READ COMMITTED shows each statement another picture
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture."""
        with _told_plainly(self.url), self._reading.connect() as conn, conn.begin():
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
        engine = create_engine(
            "postgresql+psycopg://", pool_pre_ping=True, pool_size=8, max_overflow=16, hide_parameters=True
        )
        event.listen(engine, "do_connect", partial(_connect, url))
        event.listen(engine, "handle_error", _hide_details)
        return engine
    engine = create_engine(
        URL.create("sqlite", database=url.path), pool_size=8, max_overflow=16, hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )  # fmt: skip
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect(url: StoreUrl, _dialect: Any, _record: Any, _arguments: Any, settings: dict[str, Any]) -> Any:
    """The driver reads the URL itself: SQLAlchemy knows less of them (ports, hosts, passwords with signs in them)."""
    import psycopg

    return psycopg.connect(url.url, connect_timeout=10, context=settings["context"])


def _hide_details(context: ExceptionContext) -> None:
    """Postgres adds the row to what it says about it ("DETAIL: Failing row contains …")."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


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
