"""Bytes kept once under their SHA-256: raw mail and attachments."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.domain.errors import NotFound
from supportdesk.i18n import N_
from supportdesk.store import tables as t

PART = 500
"""Asked for at once: a statement takes only so many values."""


def put(conn: Connection, data: bytes) -> str:
    """Keep bytes; returns their SHA-256 in hex."""
    return put_all(conn, [data])[0]


def sum_of(data: bytes) -> str:
    """The SHA-256 in hex that bytes are kept under."""
    return hashlib.sha256(data).hexdigest()


def put_all(conn: Connection, items: Iterable[bytes]) -> list[str]:
    rows = [{"sha256": sum_of(data), "size": len(data), "data": data} for data in items]
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    # in the order of the keys, so that two writers of the same blobs wait for each other instead of deadlocking
    unique = sorted({row["sha256"]: row for row in rows}.values(), key=lambda row: str(row["sha256"]))
    if unique:
        conn.execute(dialect.insert(t.blob).on_conflict_do_nothing(index_elements=["sha256"]), unique)
    return [str(row["sha256"]) for row in rows]


def get_all(conn: Connection, sums: Iterable[str]) -> dict[str, bytes]:
    """Those of the bytes that are there, by their sums."""
    b = t.blob.c
    wanted = sorted(sums)
    found: dict[str, bytes] = {}
    for start in range(0, len(wanted), PART):
        rows = conn.execute(select(b.sha256, b.data).where(b.sha256.in_(wanted[start : start + PART])))
        found |= {row.sha256: row.data for row in rows}
    return found


def get(conn: Connection, sha256: str) -> bytes:
    found: bytes | None = conn.scalar(select(t.blob.c.data).where(t.blob.c.sha256 == sha256))
    if found is None:
        raise NotFound(N_("The stored bytes {sha256} are missing."), sha256=sha256)
    return found
