"""Asking a real server whether all it has is on the desk, with and without a worker at it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete

from supportdesk.channels import kinds
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, intake, quarantine
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.desk.reconcile import Comparison
from supportdesk.domain.channel import Channel, InboxStatus
from supportdesk.domain.errors import Invalid, NotFound
from supportdesk.store import tables as t
from supportdesk.workers import reconcile as module
from supportdesk.workers.leasing import leased
from supportdesk.workers.process import this_process
from supportdesk.workers.reconcile import fetch_again, reconcile, whole
from supportdesk.workers.run import Workers
from tests.channels.email.accounts import USER, account, mail
from tests.services.dovecot import Dovecot


@pytest.fixture
def channel(desk: Desk, dovecot: Dovecot) -> Channel:
    """A mailbox with three mails, all taken."""
    settings = account(dovecot.imap_port, 1)
    channels.add(desk, "email", "support", address="support@example.com", settings=settings)
    dovecot.deliver_many(USER, [mail(number) for number in (1, 2, 3)])
    Workers(desk).once()
    return channels.channel(desk, "support")


@contextmanager
def at_the_channel(desk: Desk, channel: Channel) -> Iterator[None]:
    """As if a worker were serving it."""
    with leased(desk, f"channel:{channel.id}", this_process(), threading.Event()) as lease:
        assert lease is not None
        yield


def lose(desk: Desk, *uids: int) -> None:
    """Take rows out of the store behind the program's back."""
    with desk.store.write() as conn:
        conn.execute(t.message.update().values(inbox_id=None))
        conn.execute(delete(t.inbox).where(t.inbox.c.uid.in_(uids)))


def test_what_is_all_here_is_equal_and_what_is_not_is_named(desk: Desk, channel: Channel, dovecot: Dovecot) -> None:
    (clean,) = reconcile(desk, channel)
    assert (clean.folder, clean.on_server, clean.stored, clean.unknown) == ("INBOX", 3, 3, ())
    dovecot.deliver(USER, mail(4))
    lose(desk, 2)
    (missing,) = reconcile(desk, channel)
    assert (missing.on_server, missing.stored, missing.unknown) == (4, 2, (2, 4))
    assert Workers(desk).once() == 2
    assert reconcile(desk, channel)[0].unknown == ()


def test_what_arrives_between_two_looks_is_no_alarm(
    desk: Desk, channel: Channel, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look misses UID 2, then mail comes in that no look could know of."""
    lose(desk, 2)
    looks: list[list[tuple[int, ...]]] = []

    def arriving(comparison: Comparison, balances: Any) -> Any:
        found = standings(comparison, balances)
        looks.append([each.unknown for each in found])
        dovecot.deliver(USER, mail(10 + len(looks)))
        return found

    standings = Comparison.standings
    monkeypatch.setattr(Comparison, "standings", arriving)
    (found,) = reconcile(desk, channel)
    assert (found.on_server, found.unknown) == (3, (2,))
    assert looks == [[(2,)], [(2,)]]


def test_a_worker_gets_the_time_to_take_what_just_came(
    desk: Desk, channel: Channel, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.05)
    dovecot.deliver(USER, mail(4))
    looked = threading.Event()
    is_served = Comparison.may_be_on_its_way

    def seen(comparison: Comparison) -> bool:
        looked.set()
        return is_served(comparison)

    monkeypatch.setattr(Comparison, "may_be_on_its_way", seen)

    def work() -> None:
        assert looked.wait(10)
        receiver = kinds.receiver(channel.kind, channel.settings)
        assert receiver is not None
        receiver.catch_up(InboxSink(desk, channel))
        receiver.close()

    worker = threading.Thread(target=work)
    with at_the_channel(desk, channel):
        worker.start()
        (found,) = reconcile(desk, channel)
        worker.join(10)
    assert (found.on_server, found.stored, found.unknown) == (4, 4, ())


def test_a_worker_that_brings_nothing_is_not_waited_for_without_end(
    desk: Desk, channel: Channel, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(module, "STANDSTILL", 0.1)
    lose(desk, 3)
    with at_the_channel(desk, channel):
        assert reconcile(desk, channel)[0].unknown == (3,)


def test_there_may_be_nothing_to_compare(desk: Desk) -> None:
    channels.add(desk, "simulated-kakao", "talk", settings={})
    assert reconcile(desk, channels.channel(desk, "talk")) == ()


def test_what_could_not_be_fetched_is_fetched_again_and_becomes_a_ticket(desk: Desk, channel: Channel) -> None:
    (row,) = (each for each in quarantine.inbox(desk) if each.external_id.endswith("/2"))
    folder, validity, uid = quarantine.place(desk, row.id)
    lose(desk, 2)
    InboxSink(desk, channel).refuse(folder, validity, uid, "unfetchable", "NO", b"Subject: Question 2\r\n\r\n")
    (held,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    with pytest.raises(NotFound, match="never received"):
        quarantine.retry(desk, held.id)
    fetch_again(desk, channel, held)
    waiting = quarantine.get(desk, held.id)
    assert (waiting.status, waiting.cause, waiting.error) == (InboxStatus.PENDING, "", "")
    assert quarantine.raw(desk, held.id) == mail(2)
    assert intake.take_in(desk) == 1


def test_of_a_mail_fetched_in_part_the_rest_is_read_from_the_server(desk: Desk, channel: Channel) -> None:
    row = next(each for each in quarantine.inbox(desk) if each.external_id.endswith("/2"))
    assert whole(desk, channel, row) == mail(2)
    validity = quarantine.place(desk, row.id)[1]
    InboxSink(desk, channel).take([RawItem(f"INBOX/{validity}/99", b"part", desk.now(), "INBOX", validity, 99, 5000)])
    (gone,) = (each for each in quarantine.inbox(desk) if each.external_id.endswith("/99"))
    with pytest.raises(NotFound, match="no longer has"):
        whole(desk, channel, gone)
    assert quarantine.raw(desk, gone.id) == b"part"


def test_what_is_gone_from_the_server_is_told(desk: Desk, channel: Channel) -> None:
    validity = quarantine.place(desk, quarantine.inbox(desk)[0].id)[1]
    InboxSink(desk, channel).refuse("INBOX", validity, 99, "unfetchable", "NO", None)
    (held,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    with pytest.raises(NotFound, match=r"no longer has .*intake ticket"):
        fetch_again(desk, channel, held)
    assert quarantine.get(desk, held.id).status is InboxStatus.QUARANTINE


def test_a_channel_that_fetches_nothing_says_so(desk: Desk, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "receiver", lambda _kind, _settings: None)
    assert reconcile(desk, channel) == ()
    with pytest.raises(Invalid, match="fetches nothing"):
        fetch_again(desk, channel, quarantine.inbox(desk)[0])


def test_beside_a_worker_and_arriving_mail_there_is_never_an_alarm(
    desk: Desk, channel: Channel, dovecot: Dovecot
) -> None:
    workers = Workers(desk)
    workers.start()
    try:
        for turn in range(4):
            dovecot.deliver_many(USER, [mail(100 * turn + number) for number in range(10, 30)])
            assert reconcile(desk, channel)[0].unknown == ()
    finally:
        workers.stop()
    (found,) = reconcile(desk, channel)
    assert (found.on_server, found.stored + found.quarantined, found.unknown) == (83, 83, ())
