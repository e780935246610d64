"""A bare driver connection that only reads, for the first paint. Imports no SQLAlchemy."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from supportdesk.domain.errors import Unreachable
from supportdesk.i18n import N_
from supportdesk.store.reader import DriverReader
from supportdesk.store.revision import check_revision
from supportdesk.store.url import StoreUrl, not_a_url, parse_url

ASK_THE_DOCTOR = N_("Check the address with: supportdesk doctor")


@contextmanager
def driver_reader(url: str) -> Iterator[DriverReader]:
    """Open, check the schema, read, close. Raises what ``open_store`` raises."""
    parsed = parse_url(url)
    with _told_plainly(parsed), closing(_connect(parsed)) as connection:
        reader = DriverReader(connection, parsed.dialect)
        check_revision(_revision(reader), parsed.shown)
        yield reader


def _connect(url: StoreUrl) -> Any:
    if url.dialect == "sqlite":
        check_file(url)
        connection = sqlite3.connect(f"{Path(url.path).as_uri()}?mode=ro", uri=True, timeout=5)
        teach(connection)
        return connection
    check_driver(url)
    import psycopg

    return psycopg.connect(url.url, connect_timeout=10, autocommit=True)


def check_file(url: StoreUrl) -> None:
    """Raise ``Unreachable`` where there is no file for a SQLite store, or nobody may look."""
    try:
        exists = Path(url.path).exists()
    except OSError as error:
        raise unreachable(url, error.strerror or str(error)) from None
    if not exists:
        check_revision(None, url.shown)


def teach(connection: sqlite3.Connection) -> None:
    """SQLite's own ``lower`` knows no letter beyond ASCII; Postgres' does."""
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def check_driver(url: StoreUrl) -> None:
    """Raise ``Unreachable`` where the driver is not installed, ``Invalid`` where it cannot read the URL."""
    if url.dialect == "sqlite":
        return
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise Unreachable(
            N_("This supportdesk was installed without Postgres."),
            hint=N_("Install it with: pip install 'supportdesk[postgres]'"),
        ) from None
    try:
        conninfo_to_dict(url.url)
    except ProgrammingError:  # its words may hold a part of the password
        raise not_a_url(url.url) from None


@contextmanager
def _told_plainly(url: StoreUrl) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if store_is_at_fault(error):
            raise unreachable(url, str(error)) from None
        raise


def store_is_at_fault(error: BaseException | None) -> bool:
    """Whether a driver's error is about the store: away, locked, full, damaged, forbidden. Wrong SQL is a bug."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without the extension
        return code not in _OUR_FAULT
    if "psycopg" not in sys.modules:
        return False
    import psycopg

    forbidden = psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction
    return isinstance(error, psycopg.OperationalError | forbidden)


def is_taken(error: BaseException | None) -> bool:
    """Whether another transaction was first to use a key that this one had found free."""
    if isinstance(error, sqlite3.IntegrityError):
        return error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
    if "psycopg" not in sys.modules:
        return False
    import psycopg

    return isinstance(error, psycopg.errors.UniqueViolation)


_OUR_FAULT = frozenset({
    sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_MISUSE,
    sqlite3.SQLITE_RANGE, sqlite3.SQLITE_TOOBIG,
})  # fmt: skip


def _revision(reader: DriverReader) -> str | None:
    exists = {
        "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'",
        "postgresql": "SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version' AND schemaname = current_schema()",
    }
    if not reader.rows(exists[reader.dialect], {}):
        return None
    found = reader.rows("SELECT version_num FROM alembic_version", {})
    return str(found[0][0]) if found else None


def unreachable(url: StoreUrl, reason: str) -> Unreachable:
    """What to tell a person about a store that does not answer; ``reason`` is the driver's."""
    first = (reason.strip().splitlines() or ["no answer"])[0].rstrip(".")
    if first in ("database is locked", "database table is locked", "deadlock detected"):
        return Unreachable(
            N_("The store {url} is busy: another program holds it."), hint=N_("Try again."), url=url.shown
        )
    if first == "database or disk is full" or first.endswith("No space left on device"):
        return Unreachable(
            N_("The disk of the store {url} is full."), hint=N_("Free some space and try again."), url=url.shown
        )
    return Unreachable(
        N_("The store {url} cannot be reached: {reason}."),
        hint=ASK_THE_DOCTOR,
        url=url.shown, reason=first,
    )  # fmt: skip
