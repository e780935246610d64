"""The feed: every change of the desk, whoever made it, within a tenth of a second and without a gap."""

import contextlib
import sqlite3
import threading
import time
from typing import Any

from supportdesk.desk.desk import Desk
from supportdesk.domain.event import Event
from supportdesk.store import events
from supportdesk.store.unit import NOTIFY_CHANNEL

POLL = 0.1
"""Seconds between two looks at SQLite's ``data_version``: 2.5 µs each."""
SURE = 5.0
"""Seconds after which the journal is read even if no wake-up came."""
BATCH = 500


class Feed:
    """Changes since a cursor (default: from now). One thread waits on it; ``close`` ends the wait.

    ``wait`` also returns, with no events, when something unrecorded changed (a draft, a presence).
    """

    def __init__(self, desk: Desk, since: str | None = None) -> None:
        self._desk = desk
        self._closed = threading.Event()
        self._bell = _PostgresBell(desk) if desk.store.dialect == "postgresql" else _SqliteBell(desk)
        with desk.read() as conn:
            self.cursor = since if since is not None else events.now(conn)

    def wait(self, timeout: float) -> tuple[Event, ...]:
        """The next events, oldest first; () after ``timeout`` seconds, or when something else changed."""
        deadline = time.monotonic() + timeout
        found = self._read()
        while not found and not self._closed.is_set() and (left := deadline - time.monotonic()) > 0:
            rang = self._bell.wait(min(left, SURE), self._closed)
            found = self._read()
            if rang:
                break
        return found

    def close(self) -> None:
        self._closed.set()
        self._bell.close()

    def _read(self) -> tuple[Event, ...]:
        with self._desk.read() as conn:
            found = events.since(conn, self.cursor, BATCH)
        if found:
            self.cursor = found[-1].cursor
        return found


class _SqliteBell:
    """Rings when another connection has committed: ``PRAGMA data_version`` moves."""

    def __init__(self, desk: Desk) -> None:
        self._conn = sqlite3.connect(desk.store.url.path, check_same_thread=False)
        self._seen = self._version()

    def wait(self, seconds: float, closed: threading.Event) -> bool:
        deadline = time.monotonic() + seconds
        while not closed.wait(POLL) and time.monotonic() < deadline:
            found = self._version()
            if found != self._seen:
                self._seen = found
                return True
        return False

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._conn.close()

    def _version(self) -> int:
        with contextlib.suppress(sqlite3.Error):  # closed under a waiting thread, or held by another program
            found: int = self._conn.execute("PRAGMA data_version").fetchone()[0]
            return found
        return self._seen


class _PostgresBell:
    """Rings on NOTIFY; a lost connection is opened again, and ``SURE`` covers what was missed meanwhile."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._conn: Any = None

    def wait(self, seconds: float, closed: threading.Event) -> bool:
        import psycopg

        try:
            if self._conn is None:
                self._conn = psycopg.connect(self._desk.store.url.url, autocommit=True, connect_timeout=10)
                self._conn.execute(f"LISTEN {NOTIFY_CHANNEL}")
                return True  # what came before the LISTEN rang nobody
            deadline = time.monotonic() + seconds
            while not closed.is_set() and (left := deadline - time.monotonic()) > 0:
                if any(True for _ in self._conn.notifies(timeout=min(left, 1.0), stop_after=1)):
                    return True
        except psycopg.OperationalError:
            self._conn = None
            closed.wait(min(seconds, 1.0))
        return False

    def close(self) -> None:
        if self._conn is not None:
            self._conn.close()
