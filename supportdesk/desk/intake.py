"""Intake: from raw bytes to a ticket. Nothing raises out of it: what cannot be read goes to quarantine.

Parsing happens outside any transaction. What was read is judged and written together, in one transaction; where that
fails, each is taken in again under a savepoint of its own, so that one bad message costs its neighbours nothing. A
killed process leaves all of them waiting as they were.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.desk import Desk
from supportdesk.desk.filing import file
from supportdesk.desk.judging import Read, Source
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict
from supportdesk.store import inbox
from supportdesk.store import tables as t
from supportdesk.store.driver import is_taken
from supportdesk.store.engine import is_store_trouble
from supportdesk.store.inbox import Pending
from supportdesk.store.unit import Unit

log = logging.getLogger(__name__)

BATCH = 200
MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=30)
_SOURCES = select(t.channel.c.id, t.channel.c.kind, t.channel.c.team_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing in the inbox, with the channel it came on."""

    item: Pending
    source: Source


def take_in(desk: Desk, limit: int = BATCH) -> int:
    """Take in what waits, oldest first; returns how many things were dealt with. Call until 0.

    What another worker has in hand is left to it.
    """
    return settle(desk, [read_here(desk, waiting) for waiting in look(desk, limit)])


def look(desk: Desk, limit: int = BATCH, *, after: int = 0) -> list[Waiting]:
    """What waits, oldest first. ``after``: an id all of them have to be above."""
    with desk.read() as conn:
        waiting = inbox.pending(conn, desk.now(), limit, after=after)
        sources = {r.id: Source(r.id, r.kind, r.team_id) for r in conn.execute(_SOURCES)} if waiting else {}
    return [Waiting(item, sources[item.channel_id]) for item in waiting]


def is_full(waiting: Sequence[Waiting]) -> bool:
    """Whether a look found as much as one may, so that there is probably more."""
    return len(waiting) >= BATCH or sum(len(each.item.raw) for each in waiting) > inbox.BATCH_OCTETS / 2


def read_here(desk: Desk, waiting: Waiting) -> Read:
    """Parse it in this process."""
    item, source = waiting.item, waiting.source
    try:
        return Read(item, source, KINDS[source.kind].arrive(item.raw, desk.about.instance))
    except Exception as error:
        log.exception("inbox %d cannot be read", item.id)
        return Read(item, source, error)


def settle(desk: Desk, read: Sequence[Read]) -> int:
    """Make tickets of what was read; returns how much of it was still waiting."""
    if not read:
        return 0
    with desk.unit() as unit:
        ours = inbox.still_pending(unit.conn, [each.item.id for each in read])
        failed_before = [each for each in read if each.item.id in ours and each.item.attempts]
        together = [each for each in read if each.item.id in ours and not each.item.attempts]
        for each in failed_before:
            _settle_one(desk, unit, each)
        if len(together) < 2 or _trouble(desk, unit, together) is not None:
            for each in together:
                _settle_one(desk, unit, each)
    return len(ours)


def _settle_one(desk: Desk, unit: Unit, read: Read) -> None:
    trouble = _trouble(desk, unit, [read])
    if trouble is not None and _came_first(trouble):
        trouble = _trouble(desk, unit, [read])
    if trouble is not None:
        log.error("inbox %d cannot be taken in", read.item.id, exc_info=trouble)
        _try_later(unit, read.item, trouble)


def _trouble(desk: Desk, unit: Unit, batch: Sequence[Read]) -> Exception | None:
    """None once it is filed; else what went wrong, and nothing of it is left."""
    try:
        with unit.conn.begin_nested():
            file(desk, unit, batch)
    except Exception as error:
        if isinstance(error, DBAPIError) and is_store_trouble(error):
            raise  # no fault of this mail
        return error
    return None


def _came_first(trouble: Exception) -> bool:
    """Whether somebody else merged its ticket, or made its customer, between the look and the lock: look again."""
    return isinstance(trouble, Conflict) or (isinstance(trouble, DBAPIError) and is_taken(trouble.orig))


def _try_later(unit: Unit, item: Pending, error: Exception) -> None:
    attempts = item.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        quarantine(unit, item, "failed", f"{type(error).__name__}: {error}")
        return
    later = unit.now + RETRY_AFTER * 2 ** (attempts - 1)
    inbox.settle(unit.conn, item.id, attempts=attempts, retry_at=later, error=type(error).__name__)


def quarantine(unit: Unit, item: Pending, cause: str, error: str) -> None:
    """Let people decide what to do with it."""
    values = {"cause": cause, "error": error[:1000], "attempts": item.attempts + 1}
    inbox.settle(unit.conn, item.id, status=InboxStatus.QUARANTINE.value, **values)
    unit.record("quarantined", None, {"inbox": item.id, "cause": cause}, undoable=False)
