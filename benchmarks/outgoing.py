"""How fast mail leaves: from the outbox, composed, over SMTP to a server on this machine, and settled."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.figures import Figure
from benchmarks.setting import Setting
from supportdesk.channels.email.smtp_sender import sender
from supportdesk.channels.protocol import Sender
from supportdesk.desk import channels, conversation, deliver
from supportdesk.desk.desk import Desk, utc_now
from supportdesk.desk.founding import make_desk
from supportdesk.domain.channel import Channel
from supportdesk.domain.message import Address, Direction

BUDGET = 300
TEXT = "안녕하세요, **환불**이 처리되었습니다.\n\n- 카드: 3~5일\n- 계좌: 1일\n\n감사합니다.\nAlice Kim, Acme\n" * 4


def measure(setting: Setting) -> Iterator[Figure]:
    mails = setting.times(2_000, 200)
    yield from _stores("SQLite", f"sqlite:///{setting.scratch / 'outgoing.db'}", mails, setting.quick)
    if setting.postgres is not None:
        with _database(setting.postgres.url) as url:
            yield from _stores("Postgres", url, mails, setting.quick)


def _stores(store: str, url: str, mails: int, quick: bool) -> Iterator[Figure]:
    past = timedelta(minutes=1)

    def clock() -> datetime:
        return utc_now() - past

    desk = make_desk(url, "Acme Support", clock=clock)
    try:
        with smtp_sink() as sink:
            _fill(desk, sink.port, mails)
            past = timedelta()
            start = time.monotonic()
            _deliver(desk)
            seconds = time.monotonic() - start
            arrived, connections = sink.counts()
    finally:
        desk.close()
    assert arrived == mails, f"{arrived} of {mails} mails arrived"
    note = f"{mails:,} mails over {connections} connections"
    budget = None if quick else BUDGET
    yield Figure("outgoing", f"outbox to SMTP, {store}", mails / seconds, "/s", budget, at_least=True, note=note)


def _fill(desk: Desk, port: int, mails: int) -> None:
    """Queue an answer to each of so many customers."""
    settings = {
        "imap_host": "127.0.0.1", "imap_security": "plain", "imap_user": "x", "imap_secret": "env:NONE",
        "smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_security": "plain",
    }  # fmt: skip
    channels.add(desk, "email", "bench", address="help@acme.example", settings=settings)
    for n in range(mails):
        to = Address(f"customer{n}@example.org", f"고객 {n}")
        conversation.create(desk, conversation.NewTicket(f"환불 {n}", TEXT, address=to, direction=Direction.OUT))


def _deliver(desk: Desk) -> None:
    senders: dict[int, Sender] = {}

    def of(channel: Channel) -> Sender:
        return senders.setdefault(channel.id, sender(channel.settings))

    while deliver.deliver_due(desk, of):
        pass
    for each in senders.values():
        each.close()


class Sink:
    """The server in its process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._line())

    def counts(self) -> tuple[int, int]:
        """(mails, connections) so far."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        mails, connections = self._line().split()
        return int(mails), int(connections)

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    command = [sys.executable, "-m", "benchmarks.smtp_sink"]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Sink(process)
        finally:
            process.terminate()


@contextmanager
def _database(beside: str) -> Iterator[str]:
    """An empty database on the same server."""
    import psycopg

    name = "outgoing"
    with psycopg.connect(beside, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        yield urlunsplit(urlsplit(beside)._replace(path=f"/{name}"))
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
