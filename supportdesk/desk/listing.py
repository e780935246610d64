"""The queue for programs: all of a view, page after page, without SQLAlchemy, because a script starts it often."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from supportdesk.config import shown_url
from supportdesk.domain.condition import Sort
from supportdesk.domain.errors import NotFound
from supportdesk.domain.query import parse
from supportdesk.domain.ticket import QueueRow
from supportdesk.domain.view import BUILTIN, View, saved
from supportdesk.i18n import N_
from supportdesk.store import queue
from supportdesk.store.driver import driver_reader
from supportdesk.store.reader import Reader
from supportdesk.store.revision import check_analyzer, check_founded
from supportdesk.store.where import Where

PAGE = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the queue with the tags of its ticket."""

    row: QueueRow
    tags: tuple[str, ...]


def listing(
    url: str, login: str, *, guessed: bool = False, view: str = "all", query: str = "", limit: int = PAGE,
    tz: tzinfo = UTC,
) -> Generator[Listed, None, None]:  # fmt: skip
    """Up to ``limit`` tickets of a view that also meet ``query``, in the order of the query, else of the view.

    An unknown ``login`` is refused unless it is only ``guessed``: anyone may look. Each page is read on its own, so
    a slow reader holds no transaction open; a ticket that moves in the order meanwhile may be missed or come again
    (``sort:number`` never moves).
    Raises what ``open_desk``, ``as_agent`` and ``view`` raise.
    """
    with driver_reader(url) as reader:
        meta = {row[0]: row[1] for row in reader.rows("SELECT key, value FROM meta", {})}
        check_founded(meta.get("instance", ""), shown_url(url))
        check_analyzer(meta.get("analyzer_version"))
        me = _agent_id(reader, login, guessed)
        chosen = _view(reader, view, me)
        wanted = parse(f"{chosen.query} {query}")
        now = datetime.now(UTC)

        def where() -> Where:
            return Where(reader.dialect, me, now, tz).add(wanted)

        yield from _pages(reader, where, wanted.sort or chosen.sort, limit)


def _pages(reader: Reader, where: Callable[[], Where], sort: Sort, limit: int) -> Iterator[Listed]:
    """``where`` makes the conditions anew for each page, for a page adds its place in the order to them."""
    last: QueueRow | None = None
    left = limit
    while left > 0:
        size = min(PAGE, left)
        page = queue.page(reader, where(), sort, after=last, backwards=False, limit=size)
        tags = queue.tags(reader, [row.number for row in page])
        yield from (Listed(row, tags.get(row.number, ())) for row in page)
        if len(page) < size:
            return
        last, left = page[-1], left - size


def _agent_id(reader: Reader, login: str, guessed: bool) -> int | None:
    found = reader.rows("SELECT id FROM agent WHERE login = :login AND active", {"login": login})
    if found:
        agent_id: int = found[0][0]
        return agent_id
    if guessed:
        return None
    raise NotFound(N_("There is no agent “{login}”."), hint=N_("List agents with: supportdesk agent list"), login=login)


def _view(reader: Reader, key: str, me: int | None) -> View:
    for view in BUILTIN:
        if view.key == key:
            return view
    sql = "SELECT key, name, query FROM view WHERE key = :key AND (owner_id IS NULL OR owner_id = :me)"
    found = reader.rows(sql, {"key": key, "me": me or 0})
    if not found:
        raise NotFound(N_("There is no view “{key}”."), hint=N_("List them with: supportdesk view list"), key=key)
    return saved(*found[0])
