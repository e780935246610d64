"""Quarantine: what could not become a ticket waits whole, and an agent decides."""

from typing import Any

import pytest
from sqlalchemy import select

from supportdesk.channels.kinds import Kind
from supportdesk.desk import channels, intake, quarantine, queue, undo
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.query import parse
from supportdesk.store import tables as t
from supportdesk.store.gathering import Gathering
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock

RAW = mail("dana@x.example", "Printer", "black")


@pytest.fixture
def held(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    """The id of a mail that could not be read; by now it could."""

    def fail(_kind: Kind, _raw: bytes, _instance: str) -> None:
        raise RecursionError("too deep")

    with monkeypatch.context() as broken:
        broken.setattr(Kind, "arrive", fail)
        receive(desk, RAW)
    (row,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    return row.id


def status(desk: Desk, inbox_id: int) -> InboxStatus:
    return quarantine.get(desk, inbox_id).status


def test_it_waits_with_its_cause_and_its_bytes(alice: Desk, held: int) -> None:
    row = quarantine.get(alice, held)
    assert (row.channel, row.cause, row.error, row.attempts, row.size) == (
        "support", "unreadable", "too deep", 1, len(RAW)
    )  # fmt: skip
    assert quarantine.raw(alice, held) == RAW
    assert quarantine.inbox(alice, channel="nothing") == ()
    assert [each.id for each in quarantine.inbox(alice, channel="support", limit=0)] == [held]


def test_retrying_makes_a_ticket_of_it(alice: Desk, held: int) -> None:
    quarantine.retry(alice, held)
    assert status(alice, held) is InboxStatus.PENDING
    with pytest.raises(Conflict, match="it is pending"):
        quarantine.retry(alice, held)
    intake.take_in(alice)
    assert (status(alice, held), quarantine.get(alice, held).ticket) == (InboxStatus.DONE, 1)
    for verb in (quarantine.retry, quarantine.discard):
        with pytest.raises(Conflict, match="it is done"):
            verb(alice, held)


def test_discarding_keeps_the_bytes_and_is_undone(alice: Desk, held: int) -> None:
    quarantine.discard(alice, held)
    assert (status(alice, held), quarantine.raw(alice, held)) == (InboxStatus.DISCARDED, RAW)
    assert quarantine.discard(alice, held).events == ()
    undo.undo(alice)
    assert status(alice, held) is InboxStatus.QUARANTINE


def test_what_was_retried_since_is_not_undiscarded(alice: Desk, bob: Desk, held: int) -> None:
    quarantine.discard(alice, held)
    quarantine.retry(bob, held)
    intake.take_in(bob)
    with pytest.raises(Conflict):
        undo.undo(alice)
    assert status(alice, held) is InboxStatus.DONE
    assert queue.count(alice, parse("")) == 1


def test_a_mail_that_was_never_fetched_can_only_be_discarded(alice: Desk) -> None:
    sink = InboxSink(alice, channels.channel(alice, "support"))
    sink.refuse("INBOX", 7, 4711, "fetch", "BAD syntax", None)
    (row,) = quarantine.inbox(alice)
    for verb in (quarantine.raw, quarantine.retry):
        with pytest.raises(NotFound, match="never received"):
            verb(alice, row.id)
    quarantine.discard(alice, row.id)
    with pytest.raises(NotFound):
        quarantine.get(alice, 999)


def test_a_failure_while_filing_is_tried_again_and_then_waits(
    desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any kind: the mail beside it is taken in all the same, and nobody else's name is on the record."""
    good, bad = mail("Ada <ada@x.example>", "Good", "x"), mail("bad@x.example", "Bad", "x")

    open_one = Gathering.ticket

    def fail_for_one(rows: Gathering, **fields: Any) -> int:
        if fields["subject"] == "Bad":
            raise AttributeError("a bug")
        return open_one(rows, **fields)

    monkeypatch.setattr(Gathering, "ticket", fail_for_one)
    receive(desk, good, bad)
    assert [row.subject for row in queue.page(desk, parse("")).rows] == ["Good"]
    for _ in range(intake.MOST_ATTEMPTS):
        clock.advance(hours=1)
        intake.take_in(desk)
    (row,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    assert (row.cause, row.error, row.attempts) == ("failed", "AttributeError: a bug", intake.MOST_ATTEMPTS)
    with desk.read() as conn:
        (actor,) = conn.scalars(select(t.event.c.actor_name).where(t.event.c.kind == "quarantined")).all()
    assert actor == "system"
