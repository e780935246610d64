"""The workers of one process against real servers: what comes in becomes tickets, what is due leaves, come what may."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, conversation, holding, outgoing, queue, tickets
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.health import health
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.errors import DeskError, NotFound
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Delivery
from supportdesk.domain.query import parse
from supportdesk.workers import run
from supportdesk.workers.run import Workers
from tests.channels.email.accounts import USER, account, mail
from tests.services.dovecot import Dovecot
from tests.services.ports import wait_until
from tests.services.smtp import SmtpSink

SOON = 20.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same loops with shorter waits."""
    for name, seconds in (("LOOK_EVERY", 0.05), ("TICK_EVERY", 0.05), ("HEARTBEAT_EVERY", 0.05),
                          ("CHANNELS_EVERY", 0.05), ("LONGEST_PAUSE", 0.2)):  # fmt: skip
        monkeypatch.setattr(run, name, seconds)


@contextmanager
def working(desk: Desk) -> Iterator[Workers]:
    workers = Workers(desk)
    workers.start()
    try:
        yield workers
    finally:
        workers.stop()


def mailbox(desk: Desk, dovecot: Dovecot, sink: SmtpSink) -> None:
    settings = account(dovecot.imap_port, sink.port)
    channels.add(desk, "email", "support", address="support@example.com", settings=settings)


def subjects(desk: Desk) -> set[str]:
    return {row.subject for row in queue.page(desk, parse(""), limit=0).rows}


def test_once_takes_all_there_is_and_delivers_all_that_is_due(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    mailbox(desk, dovecot, smtp_sink)
    dovecot.deliver_many(USER, [mail(number) for number in (1, 2, 3)])
    assert Workers(desk).once() == 3
    assert subjects(desk) == {"Question 1", "Question 2", "Question 3"}
    alice = desk.as_agent("alice")
    conversation.reply(alice, 1, conversation.Reply("Have you tried?", send_at=desk.now()))
    conversation.reply(alice, 2, conversation.Reply("Still mine for ten seconds"))
    assert Workers(desk).once() == 0
    (sent,) = smtp_sink.received
    assert sent.recipients == ("ada@example.org",)
    assert parse_mail(sent.raw).in_reply_to == "1@example.org"
    assert tickets.ticket(desk, 1).messages[-1].delivery is Delivery.SENT
    assert outgoing.unsent(desk) == (1, 0)


def test_a_channel_that_fails_does_not_keep_the_others_from_being_served(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    channels.add(desk, "email", "broken", address="broken@example.com", settings=account(1, 1))
    mailbox(desk, dovecot, smtp_sink)
    dovecot.deliver(USER, mail(1))
    with pytest.raises(DeskError, match="refuses connections"):
        Workers(desk).once()
    assert subjects(desk) == {"Question 1"}
    assert Workers(desk, only=["support"]).once() == 0
    with pytest.raises(NotFound):
        Workers(desk, only=["nothing"])


def test_a_channel_another_living_worker_serves_is_left_to_it(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    mailbox(desk, dovecot, smtp_sink)
    dovecot.deliver(USER, mail(1))
    held = holding.acquire(desk, "channel:1", "elsewhere.example:1:1", lambda _: False)
    assert held is not None
    assert Workers(desk).once() == 0
    holding.release(desk, held)
    assert Workers(desk).once() == 1


def test_mail_is_taken_as_it_comes_and_a_paused_channel_rests(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    mailbox(desk, dovecot, smtp_sink)
    with working(desk) as workers:
        dovecot.deliver(USER, mail(1))
        wait_until(lambda: subjects(desk) == {"Question 1"}, SOON, "the first mail")
        assert health(desk).alive == 1
        channels.pause(desk, "support")
        wait_until(lambda: not workers._receiving, SOON, "the channel's end")
        dovecot.deliver(USER, mail(2))
        channels.resume(desk, "support")
        wait_until(lambda: "Question 2" in subjects(desk), SOON, "the second mail")
        conversation.reply(desk.as_agent("alice"), 2, conversation.Reply("yes", send_at=desk.now()))
        smtp_sink.wait_for(1, SOON)
    assert health(desk).workers == ()
    assert workers.wait(0)


def test_edge_18_a_server_to_be_left_alone_is_so_by_a_new_worker_but_not_by_once(
    desk: Desk, dovecot: Dovecot, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox(desk, dovecot, smtp_sink)
    dovecot.deliver(USER, mail(1))
    InboxSink(desk, channels.channel(desk, "support")).hold_off(600.0, 600.0)
    looked = threading.Semaphore(0)
    look = Workers._mind_channels

    def looking(workers: Workers) -> float:
        wait = look(workers)
        looked.release()
        return wait

    monkeypatch.setattr(Workers, "_mind_channels", looking)
    with working(desk) as workers:
        for _ in range(3):
            assert looked.acquire(timeout=SOON)
        assert workers._receiving == {}
        channels.resume(desk, "support")
        wait_until(lambda: subjects(desk) == {"Question 1"}, SOON, "the mail, once a person said so")
    InboxSink(desk, channels.channel(desk, "support")).hold_off(600.0, 600.0)
    dovecot.deliver(USER, mail(2))
    assert Workers(desk).once() == 1
    assert channels.channel(desk, "support").retry_at is None


def put_into_the_inbox(url: str, number: int) -> None:
    """As another process on another machine would."""
    desk = open_desk(url)
    raw = mail(number)
    item = RawItem(str(number), raw, desk.now(), "INBOX", 7, number, len(raw))
    InboxSink(desk, channels.channel(desk, "support")).take([item])
    desk.close()


def paused_mailbox(desk: Desk) -> None:
    channels.add(desk, "email", "support", address="support@example.com", settings=account(1, 1))
    channels.pause(desk, "support")


def test_the_loops_outlive_a_postgres_that_cuts_them_off(fresh_postgres: Callable[[], str]) -> None:
    url = fresh_postgres()
    desk = make_desk(url)
    paused_mailbox(desk)
    with working(desk):
        for number in (1, 2, 3):
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            put_into_the_inbox(url, number)
            wait_until(lambda n=number: len(subjects(desk)) == n, SOON, f"mail {number}")  # type: ignore[misc]
    desk.close()


def test_the_loops_outlive_a_store_that_somebody_holds(
    fresh_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("supportdesk.store.engine.BUSY_TIMEOUT_MS", 50)
    url = fresh_sqlite()
    desk = make_desk(url)
    paused_mailbox(desk)
    holder = sqlite3.connect(desk.store.url.path, isolation_level=None)
    with working(desk):
        holder.execute("BEGIN IMMEDIATE")
        wait_until(lambda: "heartbeat: The store" in caplog.text, SOON, "the complaint")
        holder.execute("ROLLBACK")
        holder.close()
        put_into_the_inbox(url, 1)
        wait_until(lambda: subjects(desk) == {"Question 1"}, SOON, "the mail")
        wait_until(lambda: health(desk).alive == 1, SOON, "the heartbeat")
    assert "is busy: another program holds it" in caplog.text
    desk.close()


def test_a_bug_in_one_loop_is_told_and_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_desk: Desk) -> int:
        raise ZeroDivisionError

    paused_mailbox(desk)
    monkeypatch.setattr("supportdesk.desk.tick.tick", fail)
    put_into_the_inbox(desk.store.url.url, 1)
    with working(desk):
        wait_until(lambda: subjects(desk) == {"Question 1"}, SOON, "the mail")
        wait_until(lambda: caplog.text.count("clock failed") >= 2, SOON, "the second complaint")
