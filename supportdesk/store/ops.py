"""Row changes as data: what a verb did, kept in its event, and the exact way back.

An op is one of

    {"op": "insert", "table": t, "key": {...}, "while": {...}?}
    {"op": "update", "table": t, "key": {...}, "old": {...}, "new": {...}}
    {"op": "delete", "table": t, "row": {...}}
    {"op": "move", "table": t, "column": c, "ids": [...], "old": a, "new": b}
    {"op": "index" | "unindex", "message": id}

``while`` names what must still hold for the insert to be taken back (a message not yet on its way).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, select, update
from sqlmodel.sql.sqltypes import UTCDateTime

from supportdesk.domain.errors import Conflict
from supportdesk.i18n import N_
from supportdesk.store import search_index
from supportdesk.store.tables import metadata

Op = dict[str, Any]
Row = Mapping[str, Any]


def stale() -> Conflict:
    return Conflict(
        N_("This can no longer be undone: it was changed again since."),
        hint=N_("Look at the ticket's history and change it back by hand."),
    )


def do_insert(conn: Connection, table: Table, values: Row, *, holds: Row | None = None) -> tuple[Row, Op]:
    """Insert a row; returns its primary key and the op."""
    result = conn.execute(insert(table), dict(values))
    found = result.inserted_primary_key
    assert found is not None
    key = {column.name: found[i] for i, column in enumerate(table.primary_key)}
    op: Op = {"op": "insert", "table": table.name, "key": _plain(key)}
    if holds:
        op["while"] = _plain(holds)
    return key, op


def do_update(conn: Connection, table: Table, key: Row, new: Row) -> Op | None:
    """Update one row; None where nothing would change."""
    old = _one(conn, table, key, new)
    if old is None:
        raise stale()
    changed = {name: value for name, value in new.items() if _text(old[name]) != _text(value)}
    if not changed:
        return None
    conn.execute(update(table).where(_where(table, key)).values(**changed))
    before = {name: old[name] for name in changed}
    return {"op": "update", "table": table.name, "key": _plain(key), "old": _plain(before), "new": _plain(changed)}


def do_delete(conn: Connection, table: Table, key: Row) -> Op | None:
    """Delete one row, keeping all of it in the op; None where there is none."""
    row = _one(conn, table, key, table.c.keys())
    if row is None:
        return None
    conn.execute(delete(table).where(_where(table, key)))
    return {"op": "delete", "table": table.name, "row": _plain(row)}


def do_move(conn: Connection, table: Table, column: str, ids: Iterable[int], old: int, new: int) -> Op | None:
    """Point rows that still point to ``old`` to ``new``; the op holds those that moved."""
    wanted = list(ids)
    held = table.c[column] == old
    moved = [
        i
        for part in _parts(wanted)
        for i in conn.scalars(select(table.c.id).where(table.c.id.in_(part), held).order_by(table.c.id))
    ]
    for part in _parts(moved):
        conn.execute(update(table).where(table.c.id.in_(part)).values({column: new}))
    if not moved:
        return None
    return {"op": "move", "table": table.name, "column": column, "ids": moved, "old": old, "new": new}


def revert(conn: Connection, ops: Iterable[Op]) -> list[Op]:
    """Undo ``ops``, last first. Returns the ops done; raises ``Conflict`` if anything moved on since."""
    done = [_revert_one(conn, op) for op in reversed(list(ops))]
    return [op for op in done if op is not None]


def _revert_one(conn: Connection, op: Op) -> Op | None:
    match op["op"]:
        case "index":
            search_index.remove_message(conn, op["message"])
            return {"op": "unindex", "message": op["message"]}
        case "unindex":
            search_index.add_message(conn, op["message"])
            return {"op": "index", "message": op["message"]}
    table = metadata.tables[op["table"]]
    match op["op"]:
        case "insert":
            return _take_back(conn, table, op)
        case "update":
            key, new, old = (decoded(table, op[part]) for part in ("key", "new", "old"))
            if _one(conn, table, key, new) != new:
                raise stale()
            return do_update(conn, table, key, old)
        case "move":
            return do_move(conn, table, op["column"], op["ids"], op["new"], op["old"])
        case _:
            return do_insert(conn, table, decoded(table, op["row"]))[1]


def _take_back(conn: Connection, table: Table, op: Op) -> Op:
    key, holds = decoded(table, op["key"]), decoded(table, op.get("while", {}))
    if _one(conn, table, key, holds or key) != (holds or key):
        raise stale()
    taken = do_delete(conn, table, key)
    assert taken is not None
    return taken


def _one(conn: Connection, table: Table, key: Row, columns: Iterable[str]) -> dict[str, Any] | None:
    found = conn.execute(select(*(table.c[name] for name in columns)).where(_where(table, key))).mappings().first()
    return dict(found) if found is not None else None


def _where(table: Table, key: Row) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in key.items()))


def _parts(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _plain(values: Row) -> dict[str, Any]:
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def decoded(table: Table, values: Row) -> dict[str, Any]:
    """An op's values as the table's column types want them."""
    return {
        name: datetime.fromisoformat(value) if isinstance(value, str) and _is_time(table, name) else value
        for name, value in values.items()
    }


def _is_time(table: Table, column: str) -> bool:
    return isinstance(table.c[column].type, UTCDateTime)
