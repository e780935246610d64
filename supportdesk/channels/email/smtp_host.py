"""The connections to one SMTP host: few at a time, kept for the next mail, shared by all channels that send there."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from supportdesk.channels.email.settings import Server
from supportdesk.channels.email.smtp_link import IDLE_SECONDS, Link
from supportdesk.channels.protocol import LONGEST_WAIT, TemporaryRefusal
from supportdesk.i18n import N_

PER_HOST = 4
"""Connections at a time; more of them earn a 421 from many servers."""


class Host:
    """A bound on the links to one host and port, whatever account they are of."""

    def __init__(self, most: int = PER_HOST) -> None:
        self.most = most
        self._changed = threading.Condition()
        self._idle: list[Link] = []
        self._open = 0
        self._sweeper: threading.Timer | None = None

    @contextmanager
    def link(self, server: Server) -> Iterator[Link]:
        """A link of this account for one mail; ``TemporaryRefusal`` when none gets free in time."""
        link = self._take(server)
        try:
            yield link
        finally:
            self._give_back(link)

    def close(self, server: Server) -> None:
        """End the idle links of an account."""
        with self._changed:
            ended = self._remove([link for link in self._idle if link.server == server])
        _end(ended)

    def _take(self, server: Server) -> Link:
        with self._changed:
            if not self._changed.wait_for(lambda: self._idle or self._open < self.most, LONGEST_WAIT):
                raise TemporaryRefusal(N_("{server} is busy with other mail of ours."), server=server.shown)
            for link in reversed(self._idle):
                if link.server == server:
                    self._idle.remove(link)
                    return link
            # where there is no room, all idle ones are of other accounts
            ended = self._remove(self._idle[:1] if self._open >= self.most else [])
            self._open += 1
        _end(ended)
        return Link(server)

    def _give_back(self, link: Link) -> None:
        with self._changed:
            self._idle.append(link)
            ended = self._remove([] if link.alive else [link])
            if self._idle and self._sweeper is None:
                self._sweep_later()
            self._changed.notify()
        _end(ended)

    def _remove(self, links: list[Link]) -> list[Link]:
        for link in links:
            self._idle.remove(link)
            self._open -= 1
        if not self._idle and self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        return links

    def _sweep_later(self) -> None:
        self._sweeper = threading.Timer(IDLE_SECONDS, self._sweep)
        self._sweeper.daemon = True
        self._sweeper.start()

    def _sweep(self) -> None:
        """End what nobody used for so long."""
        with self._changed:
            self._sweeper = None
            ended = self._remove([link for link in self._idle if time.monotonic() - link.used >= IDLE_SECONDS])
            if self._idle:
                self._sweep_later()
        _end(ended)


def _end(links: list[Link]) -> None:
    """Not under the lock: a QUIT takes its time."""
    for link in links:
        link.close()


_hosts: dict[tuple[str, int], Host] = {}
_hosts_lock = threading.Lock()


def host_of(server: Server) -> Host:
    """The one of this process."""
    with _hosts_lock:
        return _hosts.setdefault((server.host.lower(), server.port), Host())
