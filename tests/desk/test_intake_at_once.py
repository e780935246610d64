"""Several intake workers on one desk, and a store that fails under them: each mail becomes one message, once."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from supportdesk.channels.kinds import Kind
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, filing, intake, judging, quarantine, structure
from supportdesk.desk.desk import Desk, open_desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.arrival import Arrival
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Unreachable
from supportdesk.store import tables as t
from supportdesk.store.known import Picture
from supportdesk.store.unit import Unit
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import MAILBOX, Clock

MAILS, PEOPLE = 80, 7


def take(desk: Desk, count: int) -> None:
    """Letters of a few people, some of them answers to one another, as they wait after an outage."""
    items = []
    for uid in range(1, count + 1):
        thread = [f"{uid - 10}@x"] if uid > 10 and uid % 3 == 0 else []
        who = f"c{uid % PEOPLE if not thread else (uid - 10) % PEOPLE}@x.example"
        raw = mail(who, f"Matter {uid % 5}", f"text {uid}", message_id=f"{uid}@x", references=thread)
        items.append(RawItem(str(uid), raw, desk.now(), "INBOX", 7, uid, len(raw)))
    InboxSink(desk, channels.channel(desk, "support")).take(items)


def said(desk: Desk) -> Counter[str]:
    with desk.read() as conn:
        return Counter(conn.scalars(select(t.message.c.text)))


def test_workers_at_once_make_one_message_of_each_mail(
    desk: Desk, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_TICKETS_AN_HOUR", 1000)
    take(desk, MAILS)
    barrier = threading.Barrier(3)

    def work() -> None:
        own = open_desk(store_url, clock=desk.now)
        barrier.wait()
        while waiting(own):
            try:
                intake.take_in(own, limit=9)
            except Unreachable:
                continue  # two that waited for each other: one is sent back, as a loop of the workers does
        own.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said(desk) == Counter(f"text {uid}" for uid in range(1, MAILS + 1))
    assert {row.status for row in quarantine.inbox(desk, limit=0)} == {InboxStatus.DONE}
    with desk.read() as conn:
        assert conn.scalar(select(func.count()).select_from(t.customer)) == PEOPLE
        counted = set(conn.execute(select(t.ticket.c.number, t.ticket.c.message_count)))
        real = select(t.message.c.ticket_number, func.count()).group_by(t.message.c.ticket_number)
        assert counted == set(conn.execute(real))


def waiting(desk: Desk) -> int:
    with desk.read() as conn:
        return conn.scalar(select(func.count()).where(t.inbox.c.status == "pending")) or 0


def test_what_another_worker_has_in_hand_is_left_to_it(fresh_postgres: Callable[[], str]) -> None:
    """On SQLite only one can write at a time."""
    desk = make_desk(fresh_postgres())
    channels.add(desk, "email", "support", settings=MAILBOX)
    take(desk, 3)
    other = open_desk(desk.store.url.url)
    with desk.store.write() as conn:
        conn.execute(select(t.inbox.c.id).where(t.inbox.c.uid <= 2).with_for_update())
        assert intake.take_in(other) == 1
        assert intake.take_in(other) == 0
    assert intake.take_in(other) == 2
    other.close()
    desk.close()


def test_a_ticket_merged_between_the_look_and_the_lock_is_looked_for_again(
    fresh_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite only one can write at a time."""
    desk = make_desk(fresh_postgres())
    channels.add(desk, "email", "support", settings=MAILBOX)
    receive(desk, *(mail("dana@x.example", f"Matter {n}", "black", message_id=f"{n}@x") for n in (1, 2)))
    other = open_desk(desk.store.url.url)
    look = judging.picture_for
    merged: list[int] = []

    def merge_after_the_look(*arguments: Any) -> Picture:
        found = look(*arguments)
        if not merged:
            structure.merge(other, [1], 2)
            merged.append(1)
        return found

    monkeypatch.setattr(filing, "picture_for", merge_after_the_look)
    letters = [mail("dana@x.example", "Re: Matter 1", "white", references=["1@x"]), mail("eve@x.example", "New", "red")]
    receive(desk, *letters)
    assert merged
    with desk.read() as conn:
        found = {row.text: row.ticket_number for row in conn.execute(select(t.message))}
    assert found["black"] == found["white"] == 2 < found["red"]
    assert {row.status for row in quarantine.inbox(desk)} == {InboxStatus.DONE}
    other.close()
    desk.close()


def test_what_a_store_refuses_costs_its_neighbours_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And its words are not in the log: Postgres quotes the row."""
    arrive = Kind.arrive

    def arrive_but(kind: Kind, raw: bytes, instance: str) -> Arrival:
        found = arrive(kind, raw, instance)
        return replace(found, text="\ud800 secret") if found.message_id == "2@x" else found

    monkeypatch.setattr(Kind, "arrive", arrive_but)
    take(desk, 3)
    assert intake.take_in(desk) == 3
    assert [row.status for row in reversed(quarantine.inbox(desk))] == [
        InboxStatus.DONE, InboxStatus.PENDING, InboxStatus.DONE
    ]  # fmt: skip
    assert said(desk) == Counter(["text 1", "text 3"])
    assert "secret" not in caplog.text


def test_a_store_that_fails_is_no_fault_of_the_mail(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """All wait as they were, without an attempt held against them."""
    take(desk, 3)
    file = filing.file

    def fail_at_the_end(at: Desk, unit: Unit, *arguments: Any) -> None:
        file(at, unit, *arguments)
        _break(unit.conn)

    with monkeypatch.context() as broken:
        broken.setattr(intake, "file", fail_at_the_end)
        with pytest.raises(Unreachable):
            intake.take_in(desk)
    assert [(row.status, row.attempts) for row in quarantine.inbox(desk)] == [(InboxStatus.PENDING, 0)] * 3
    assert said(desk) == Counter()
    assert intake.take_in(desk) == 3
    assert sum(said(desk).values()) == 3


def _break(conn: Connection) -> None:
    if conn.dialect.name == "sqlite":
        pages = conn.scalar(text("PRAGMA page_count"))
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))
        conn.execute(text("CREATE TABLE filler AS SELECT randomblob(10000000) AS b"))
    else:
        conn.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
