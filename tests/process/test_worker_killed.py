"""``kill -9`` of a working worker, again and again: nothing is lost and nothing doubled."""

import os
import random
import subprocess
import time

import pytest

from supportdesk.desk import conversation, outgoing, quarantine
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import InboxStatus, OutboxStatus
from tests.process.correspondence import CHECKOUT, PROGRAM, desk_on, mails, messages_by_id, stored_raws
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.smtp import SmtpSink

KILLS = 30


def start_worker(store_url: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "SUPPORT_SECRET": PASSWORD}
    return subprocess.Popen(
        [*PROGRAM, "--store", store_url, "worker"],
        env=environment, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def kill_at_random(store_url: str, chance: random.Random) -> None:
    """Let a worker live for up to a second after it began to import, then kill it."""
    worker = start_worker(store_url)
    time.sleep(chance.uniform(0.5, 1.7))  # the moment of the kill is what is random
    worker.kill()
    worker.wait()


def settle(store_url: str) -> None:
    """What is left is done by a worker that is left alone."""
    environment = {**os.environ, "SUPPORT_SECRET": PASSWORD}
    subprocess.run([*PROGRAM, "--store", store_url, "worker", "--once"], env=environment, cwd=CHECKOUT, check=True)


def answer_some(desk: Desk) -> int:
    """Alice answers what has arrived; returns how many answers."""
    from supportdesk.desk import queue
    from supportdesk.domain.query import parse

    rows = queue.page(desk, parse("is:open is:unassigned"), limit=1).rows
    for row in rows:
        conversation.reply(desk, row.number, conversation.Reply(f"Answer to {row.number}"))
    return len(rows)


@pytest.mark.timeout(300)
def test_killing_the_worker_loses_and_doubles_nothing(store_url: str, dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    desk = desk_on(store_url, dovecot, smtp_sink)
    alice = desk.as_agent("alice")
    chance = random.Random(20261121)
    batches = [(folder, raw) for folder, raws in mails().items() for raw in raws]
    chance.shuffle(batches)
    answered = 0
    for kill in range(KILLS):
        for folder, raw in batches[kill * 2 : kill * 2 + 2]:
            dovecot.deliver("support", raw, folder)
        kill_at_random(store_url, chance)
        if kill % 3 == 0:
            answered += answer_some(alice)
    time.sleep(10)  # the last answers' recall window
    settle(store_url)
    assert stored_raws(desk) == dovecot.maildir("support")
    assert set(messages_by_id(desk).values()) == {1}
    assert len(messages_by_id(desk)) == len(batches) == 50
    assert {row.status for row in quarantine.inbox(desk, limit=0)} == {InboxStatus.DONE}
    outbox = outgoing.outbox(desk, limit=0)
    assert [row.status for row in outbox] == [OutboxStatus.SENT] * answered
    sent = {mail.raw for mail in smtp_sink.received}
    assert len(sent) == answered > 0, "a second try is the very same mail"
    desk.close()
