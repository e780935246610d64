"""Reading screens with SQL as text, over SQLAlchemy or over a bare driver.

Lists are written as text with ``:name`` parameters because the console paints its first rows before SQLAlchemy is
imported (0.4 s): the same SQL then runs over ``sqlite3`` or ``psycopg`` alone.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sqlalchemy import Connection

Params = Mapping[str, Any]
_NAMED = re.compile(r"(?<!:):([a-z_]\w*)")


class Reader(Protocol):
    """Runs one SELECT. Times come back as the driver gives them: pass them through ``as_time``."""

    dialect: str

    def rows(self, sql: str, params: Params) -> Sequence[Sequence[Any]]: ...


class SqlReader:
    """Over an open SQLAlchemy connection."""

    def __init__(self, conn: "Connection") -> None:
        self.conn = conn
        self.dialect: str = conn.dialect.name

    def rows(self, sql: str, params: Params) -> Sequence[Sequence[Any]]:
        from sqlalchemy import text

        found: Sequence[Sequence[Any]] = self.conn.execute(text(sql), dict(params)).all()
        return found


class DriverReader:
    """Over a bare ``sqlite3`` or ``psycopg`` connection."""

    def __init__(self, connection: Any, dialect: str) -> None:
        self.connection = connection
        self.dialect = dialect

    def rows(self, sql: str, params: Params) -> Sequence[Sequence[Any]]:
        if self.dialect == "postgresql":
            found = self.connection.execute(_NAMED.sub(r"%(\1)s", sql.replace("%", "%%")), dict(params))
        else:
            found = self.connection.execute(sql, dict(params))
        rows: Sequence[Sequence[Any]] = found.fetchall()
        return rows


def as_time(value: Any) -> datetime | None:
    """A time column as aware UTC, whether the driver gave text (SQLite) or a datetime."""
    if value is None or isinstance(value, datetime):
        return value.astimezone(UTC) if value is not None else None
    return datetime.fromisoformat(f"{value}+00:00")


def time_of(value: Any) -> datetime:
    """``as_time`` of a column that is never NULL."""
    found = as_time(value)
    assert found is not None
    return found


def sqlite_time(at: datetime) -> str:
    """As SQLAlchemy keeps times in SQLite: they compare as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
