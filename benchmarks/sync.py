"""How fast a full mailbox comes in: a real Dovecot, a real worker process, each mail a ticket one can search for."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from benchmarks.desks import count_messages, environ, program
from benchmarks.figures import Figure
from benchmarks.setting import Setting
from supportdesk.desk import channels
from supportdesk.desk.founding import make_desk
from tests.services.dovecot import Dovecot, running_dovecot

USER = "support"
BATCH = 500
LOOK_EVERY = 0.05
DATABASE = "supportdesk_sync"
WORDS = ("환불이 아직 안 됐어요", "please send the invoice again", "배송 조회가 되지 않습니다", "주문번호 A-1029")
BODY_LINES = 100
"""Lines that make a mail of about 4 KB as it is served."""


def measure(setting: Setting) -> Iterator[Figure]:
    """Nothing where there is no Dovecot."""
    if not is_possible():
        print("sync: left out, there is no Dovecot here (apt install dovecot-imapd)", file=sys.stderr, flush=True)
        return
    mails = setting.times(20_000, 1_000)
    with running_dovecot() as server:
        letters = [letter(n, mails) for n in range(mails)]
        server.deliver_many(USER, letters)
        size = sum(map(len, letters)) // mails
        del letters
        fetched(server)  # the server makes its index
        note = f"{mails:,} mails of {size:,} B, in parts of {BATCH}"
        yield Figure("sync", "imapclient alone: fetch", mails / fetched(server), "/s", note=note)
        yield from _synced(setting, server, mails, "SQLite", f"sqlite:///{setting.scratch / 'sync.db'}", 800)
        if setting.postgres is not None:
            with database(setting.postgres.url) as url:
                yield from _synced(setting, server, mails, "Postgres", url, 500)


def is_possible() -> bool:
    """Whether there is a Dovecot to start."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is not None


def letter(n: int, mails: int) -> bytes:
    """A mail of about 4 KB. Of three of a customer the last answers the first; their senders never write too often."""
    mail = EmailMessage()
    first = n % 3 == 2 and n - 2
    mail["From"] = f"Customer {n // 3} <customer{n // 3}@example.org>"
    mail["To"] = "support@example.com"
    mail["Subject"] = f"{'Re: ' if first else ''}{WORDS[n // 3 % len(WORDS)]} {n // 3}"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{n}.of.{mails}@example.org>"
    if first:
        mail["In-Reply-To"] = f"<{first}.of.{mails}@example.org>"
    mail.set_content(
        "\n".join(f"{WORDS[(n + line) % len(WORDS)]} {n} {line}" for line in range(BODY_LINES)), cte="8bit"
    )
    return mail.as_bytes()


def fetched(server: Dovecot) -> float:
    """Seconds the library needs for all the mails, when nothing is done with them."""
    with server.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        began = time.monotonic()
        for start in range(0, len(uids), BATCH):
            client.fetch(uids[start : start + BATCH], ("UID", "BODY.PEEK[]"))
        return time.monotonic() - began


def _synced(setting: Setting, server: Dovecot, mails: int, store: str, url: str, budget: float) -> Iterator[Figure]:
    desk = make_desk(url, "Acme Support")
    channels.add(desk, "email", "support", address="support@example.com", settings=account(server))
    desk.close()
    began, computed = time.monotonic(), _computed()
    peak, processes = _worked(setting.home, url)
    seconds, computed = time.monotonic() - began, _computed() - computed
    found = count_messages(url)
    if found != mails:
        raise RuntimeError(f"{found} of {mails} mails were taken in")
    quick = setting.quick
    yield Figure(
        "sync", f"{store}: stored, threaded, indexed", mails / seconds, "/s", None if quick else budget, at_least=True,
        note=f"the whole worker: {seconds:.1f} s, of them {computed:.1f} s of CPU",
    )  # fmt: skip
    note = f"peak of {processes} processes together" if processes > 1 else ""
    yield Figure("sync", f"{store}: memory of the worker", peak, "MB", 200, note=note)


def _computed() -> float:
    """Seconds of CPU of all programs that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def account(server: Dovecot) -> dict[str, str]:
    return {
        "imap_host": server.host, "imap_port": str(server.imap_port), "imap_security": "plain", "imap_user": USER,
        "imap_secret": "env:SYNC_SECRET", "smtp_host": server.host, "smtp_port": "9", "smtp_security": "plain",
    }  # fmt: skip


def _worked(home: Path, url: str) -> tuple[float, int]:
    """Run a worker once; the most memory its processes held together, in MB, and how many they were at most."""
    command = [*program(), "--store", url, "worker", "--once"]
    with subprocess.Popen(command, env={**environ(home), "SYNC_SECRET": "pw"}, stdout=subprocess.DEVNULL) as worker:
        peak, most = 0.0, 1
        while worker.poll() is None:
            family = [worker.pid, *_children(worker.pid)]
            peak, most = max(peak, sum(map(_resident, family))), max(most, len(family))
            time.sleep(LOOK_EVERY)
    if worker.returncode:
        raise RuntimeError(f"the worker ended with {worker.returncode}")
    return peak, most


def _children(pid: int) -> list[int]:
    """All processes below one (proc(5))."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            direct = [int(each) for each in task.read_text().split()]
        except OSError:
            continue
        found += direct + [below for each in direct for below in _children(each)]
    return found


def _resident(pid: int) -> float:
    """RSS in MB; 0 when the process has ended."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0.0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def database(url: str) -> Iterator[str]:
    """URL of an empty database on the server of ``url``, dropped at the end."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as admin:
        dropped = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode()
        admin.execute(dropped)
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0".encode())
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{DATABASE}"))
        finally:
            admin.execute(dropped)
