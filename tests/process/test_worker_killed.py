"""``kill -9`` of a working worker, again and again: nothing is lost and nothing doubled."""

import multiprocessing
import os
import random
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest

from supportdesk.channels import kinds
from supportdesk.desk import channels, conversation, outgoing, quarantine, queue
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import InboxStatus, OutboxStatus
from supportdesk.domain.query import parse
from tests.process.correspondence import FOLDERS, desk_on, mails, messages_by_id, parents, stored_raws, tickets_by_id
from tests.services.dovecot import PASSWORD, Dovecot
from tests.services.ports import wait_until
from tests.services.smtp import SmtpSink

KILLS = 100
MAILS = 2_000
LONGEST_LIFE = 0.6
"""Seconds from the fork to the kill at most: connecting takes a tenth, a batch a third of a second."""


def run_worker(store_url: str, *options: str) -> None:
    """In a process of its own: the installed command, without the time Python takes to import it."""
    from supportdesk import cli

    os.environ["SUPPORT_SECRET"] = PASSWORD
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    raise SystemExit(cli.run(["--store", store_url, "worker", *options]))


class Hatchery:
    """Starts workers by forking a process that has imported all they need."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["supportdesk.workers.run", "supportdesk.commands.root", __name__])

    def start(self, store_url: str, *options: str) -> BaseProcess:
        worker = self._context.Process(target=run_worker, args=(store_url, *options))
        worker.start()
        return worker

    def settle(self, store_url: str) -> None:
        """What is left is done by a worker that is left alone."""
        worker = self.start(store_url, "--once")
        worker.join(120)
        assert worker.exitcode == 0


def answer_one(desk: Desk) -> int:
    """Alice answers what is due first; returns how many answers."""
    rows = queue.page(desk, parse("is:open is:unassigned"), limit=1).rows
    for row in rows:
        conversation.reply(desk, row.number, conversation.Reply(f"Answer to {row.number}"))
    return len(rows)


def recall_window_over(desk: Desk) -> bool:
    now = desk.now() + timedelta(milliseconds=1)
    return all(row.not_before < now for row in outgoing.outbox(desk, status=OutboxStatus.QUEUED, limit=0))


@pytest.mark.timeout(600)
def test_killing_the_worker_loses_and_doubles_nothing(
    store_url: str, dovecot: Dovecot, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPPORT_SECRET", PASSWORD)
    desk = desk_on(store_url, dovecot, smtp_sink)
    alice, hatchery = desk.as_agent("alice"), Hatchery()
    chance = random.Random(20261121)
    waiting = mails(MAILS)
    portion = MAILS // KILLS // len(FOLDERS)
    answered = 0
    for kill in range(KILLS):
        for folder, raws in waiting.items():
            dovecot.deliver_many("support", raws[kill * portion : (kill + 1) * portion], folder)
        worker = hatchery.start(store_url)
        worker.join(chance.uniform(0.0, LONGEST_LIFE))  # the moment of the kill is what is random
        worker.kill()
        worker.join()
        if kill % 10 == 0:
            answered += answer_one(alice)
    wait_until(lambda: recall_window_over(desk), 20, "the end of the recall window")
    hatchery.settle(store_url)

    assert stored_raws(desk) == dovecot.maildir("support")
    received = messages_by_id(desk)
    assert set(received.values()) == {1} and len(received) == MAILS
    assert {row.status for row in quarantine.inbox(desk, limit=0)} == {InboxStatus.DONE}
    tickets, thread = tickets_by_id(desk), parents(waiting)
    assert {child: tickets[child] for child in thread} == {child: tickets[thread[child]] for child in thread}
    assert balance(desk) == [(MAILS // len(FOLDERS), ())] * len(FOLDERS)
    outbox = outgoing.outbox(desk, limit=0)
    assert [row.status for row in outbox] == [OutboxStatus.SENT] * answered
    sent = {mail.raw for mail in smtp_sink.received}
    assert len(sent) == answered > 0, "a second try is the very same mail"
    desk.close()


def balance(desk: Desk) -> list[tuple[int, tuple[int, ...]]]:
    """Per folder: mails on the server, and those of them the desk knows nothing of."""
    channel = channels.channel(desk, "support")
    receiver = kinds.receiver(channel.kind, channel.settings)
    assert receiver is not None
    found = receiver.reconcile(InboxSink(desk, channel))
    receiver.close()
    return [(each.on_server, each.unknown) for each in found]
