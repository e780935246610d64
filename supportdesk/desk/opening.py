"""The first page of the console, read before SQLAlchemy is imported: what makes it open at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from supportdesk.domain.errors import NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import QueueRow
from supportdesk.domain.view import BUILTIN, View, saved
from supportdesk.i18n import N_
from supportdesk.store import queue
from supportdesk.store.driver import driver_reader
from supportdesk.store.reader import Reader
from supportdesk.store.revision import check_analyzer
from supportdesk.store.where import Where


@dataclass(frozen=True, slots=True)
class Opening:
    """What the console shows first. ``agent`` is the acting agent's login."""

    desk: str
    agent: str
    agent_name: str
    view: View
    rows: tuple[QueueRow, ...]
    cursor: str = ""  # of the feed, from before the rows were read: what came since is in neither otherwise


def first_page(url: str, login: str, view_key: str, limit: int, *, tz: tzinfo = UTC) -> Opening:
    """Raises what ``open_desk`` and ``as_agent`` would. An unknown view shows all open tickets."""
    with driver_reader(url) as reader:
        meta = {str(row[0]): str(row[1]) for row in reader.rows("SELECT key, value FROM meta", {})}
        check_analyzer(meta.get("analyzer_version"))
        who = reader.rows("SELECT id, name FROM agent WHERE login = :login AND active", {"login": login})
        if not who:
            raise NotFound(
                N_("There is no agent “{login}”."), hint=N_("List agents with: supportdesk agent list"), login=login
            )
        cursor = _cursor(reader)
        view = _view(reader, view_key, who[0][0])
        query = parse(view.query)
        where = Where(reader.dialect, who[0][0], datetime.now(UTC), tz).add(query)
        rows = queue.page(reader, where, query.sort or view.sort, after=None, backwards=False, limit=limit)
    return Opening(meta.get("name", ""), login, who[0][1], view, tuple(rows), cursor)


def _cursor(reader: Reader) -> str:
    """What ``store.events.now`` says."""
    last = {
        "sqlite": "SELECT 0, max(id) FROM event",
        "postgresql": "SELECT xid, id FROM event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
        "ORDER BY xid DESC, id DESC LIMIT 1",
    }
    found = reader.rows(last[reader.dialect], {})
    return f"{found[0][0]}:{found[0][1] or 0}" if found else "0:0"


def _view(reader: Reader, key: str, me: int) -> View:
    builtin = {view.key: view for view in BUILTIN}
    if key in builtin:
        return builtin[key]
    sql = "SELECT key, name, query FROM view WHERE key = :key AND (owner_id IS NULL OR owner_id = :me)"
    found = reader.rows(sql, {"key": key, "me": me})
    return saved(*found[0]) if found else builtin["open"]
