"""Whether the desk lives: workers, channels, what is stuck."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from supportdesk.desk import channels
from supportdesk.desk.desk import Desk
from supportdesk.desk.views import quarantined
from supportdesk.domain.channel import Channel
from supportdesk.store import outbox
from supportdesk.store import tables as t

SILENT_AFTER = timedelta(seconds=30)
"""A worker says it lives every 5 s; after this it does not."""
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker process."""

    name: str
    host: str
    last_seen: datetime
    alive: bool


@dataclass(frozen=True, slots=True)
class Health:
    """``queued`` and ``failed`` are messages in the outbox."""

    workers: tuple[WorkerRow, ...]
    channels: tuple[Channel, ...]
    queued: int
    failed: int
    quarantined: int

    @property
    def alive(self) -> int:
        return sum(worker.alive for worker in self.workers)


def health(desk: Desk) -> Health:
    now = desk.now()
    with desk.read() as conn:
        w = t.worker.c
        seen = conn.execute(select(t.worker).where(w.last_seen > now - FORGOTTEN_AFTER).order_by(w.name))
        workers = tuple(WorkerRow(r.name, r.host, r.last_seen, now - r.last_seen < SILENT_AFTER) for r in seen)
        queued, failed = outbox.counts(conn)
        return Health(workers, channels.read(conn), queued, failed, quarantined(conn))
