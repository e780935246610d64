"""Two workers on one mailbox: one of them fetches, the other takes over when it dies, and nothing is doubled."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from supportdesk.desk import quarantine
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import InboxStatus
from supportdesk.store import tables as t
from tests.process.correspondence import CHECKOUT, PROGRAM, desk_on, mails, messages_by_id, stored_raws
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.ports import wait_until
from tests.services.smtp import SmtpSink

MAILS = 200
SOON = 40.0


@contextmanager
def worker(store_url: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*PROGRAM, "--store", store_url, "worker"], cwd=CHECKOUT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def holder(desk: Desk) -> str:
    """The process that may fetch, "" while there is none."""
    with desk.read() as conn:
        return conn.scalar(select(t.lease.c.holder).where(t.lease.c.name == "channel:1")) or ""


def settled(desk: Desk, count: int) -> bool:
    rows = quarantine.inbox(desk, limit=0)
    return len(rows) == count and all(row.status is InboxStatus.DONE for row in rows)


@pytest.mark.timeout(180)
def test_edge_21_two_workers_fetch_every_mail_once_also_when_one_dies(
    store_url: str, dovecot: Dovecot, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    desk = desk_on(store_url, dovecot, smtp_sink)
    waiting = mails(MAILS)
    half = MAILS // 4
    with worker(store_url) as one, worker(store_url) as other:
        for folder, raws in waiting.items():
            dovecot.deliver_many("support", raws[:half], folder)
        wait_until(lambda: settled(desk, MAILS // 2), SOON, "the first half")
        by_pid = {str(process.pid): process for process in (one, other)}
        first = holder(desk)
        by_pid[first.split(":")[1]].kill()
        for folder, raws in waiting.items():
            dovecot.deliver_many("support", raws[half:], folder)
        wait_until(lambda: settled(desk, MAILS), SOON, "the second half")
        assert holder(desk) != first
    assert stored_raws(desk) == dovecot.maildir("support") == Counter(stored_raws(desk).keys())
    assert set(messages_by_id(desk).values()) == {1}
    assert len(messages_by_id(desk)) == MAILS
    desk.close()
