"""Bytes kept once under their SHA-256: raw mail and attachments."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from supportdesk.domain.errors import NotFound
from supportdesk.i18n import N_
from supportdesk.store import tables as t


def put(conn: Connection, data: bytes) -> str:
    """Keep bytes; returns their SHA-256 in hex."""
    return put_all(conn, [data])[0]


def put_all(conn: Connection, items: Iterable[bytes]) -> list[str]:
    rows = [{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "data": data} for data in items]
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    # in the order of the keys, so that two writers of the same blobs wait for each other instead of deadlocking
    unique = sorted({row["sha256"]: row for row in rows}.values(), key=lambda row: str(row["sha256"]))
    if unique:
        conn.execute(dialect.insert(t.blob).on_conflict_do_nothing(index_elements=["sha256"]), unique)
    return [str(row["sha256"]) for row in rows]


def get(conn: Connection, sha256: str) -> bytes:
    found: bytes | None = conn.scalar(select(t.blob.c.data).where(t.blob.c.sha256 == sha256))
    if found is None:
        raise NotFound(N_("The stored bytes {sha256} are missing."), sha256=sha256)
    return found
