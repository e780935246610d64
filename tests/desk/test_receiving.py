"""Receiving: bytes and key in one commit, once and for ever; and only by the worker that holds the channel."""

from datetime import timedelta

import pytest

from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, holding, intake, quarantine, queue
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict
from supportdesk.domain.query import parse
from tests.desk.arrivals import mail
from tests.desk.conftest import Clock


@pytest.fixture
def sink(desk: Desk) -> InboxSink:
    return InboxSink(desk, channels.channel(desk, "support"))


def item(desk: Desk, uid: int, text: str = "x", *, validity: int = 7, folder: str = "INBOX") -> RawItem:
    raw = mail("dana@x.example", f"Subject {text}", text, message_id=f"{text}@x")
    return RawItem(f"{folder}/{validity}/{uid}", raw, desk.now(), folder, validity, uid, len(raw))


def statuses(desk: Desk) -> list[InboxStatus]:
    return [row.status for row in reversed(quarantine.inbox(desk, limit=0))]


def test_taking_the_same_again_changes_nothing(desk: Desk, sink: InboxSink) -> None:
    items = [item(desk, uid, f"m{uid}") for uid in (1, 2, 3)]
    sink.take(items)
    sink.take([*items, item(desk, 4, "m4")])
    assert statuses(desk) == [InboxStatus.PENDING] * 4
    intake.take_in(desk)
    sink.take(items)
    assert statuses(desk) == [InboxStatus.DONE] * 4
    assert queue.count(desk, parse("")) == 4


def test_the_cursor_of_a_folder_is_its_highest_uid_of_whatever_status(desk: Desk, sink: InboxSink) -> None:
    assert sink.taken("INBOX", 7).highest == 0
    sink.take([item(desk, 5)])
    sink.skip("INBOX", 7, [6, 9], "history")
    sink.refuse("INBOX", 7, 12, "fetch", "BAD", b"what could be read")
    assert (sink.taken("INBOX", 7).highest, sink.taken("INBOX", 8).highest, sink.taken("Sent", 7).highest) == (12, 0, 0)
    assert list(sink.unknown("INBOX", 7, range(1, 14))) == [1, 2, 3, 4, 7, 8, 10, 11, 13]
    assert list(sink.unknown("INBOX", 8, [5])) == [5]
    assert len(sink.unknown("INBOX", 7, range(1, 2001))) == 1996


def test_after_a_change_of_uidvalidity_the_same_mail_gets_rows_but_no_second_ticket(
    desk: Desk, sink: InboxSink
) -> None:
    sink.take([item(desk, uid, f"m{uid}") for uid in (1, 2)])
    intake.take_in(desk)
    again = [item(desk, 101, "m1", validity=8), item(desk, 102, "m2", validity=8), item(desk, 103, "new", validity=8)]
    sink.take(again)
    while intake.take_in(desk):
        pass
    assert queue.count(desk, parse("")) == 3
    rows = quarantine.inbox(desk)
    assert [(row.status, row.cause) for row in rows] == [
        (InboxStatus.DONE, ""), (InboxStatus.DUPLICATE, "uidvalidity"), (InboxStatus.DUPLICATE, "uidvalidity"),
        (InboxStatus.DONE, ""), (InboxStatus.DONE, ""),
    ]  # fmt: skip
    assert sink.taken("INBOX", 8).highest == 103


def test_the_same_bytes_in_another_folder_are_judged_by_intake(desk: Desk, sink: InboxSink) -> None:
    sink.take([item(desk, 1, "m")])
    sink.take([item(desk, 1, "m", folder="Support")])
    assert statuses(desk) == [InboxStatus.PENDING] * 2
    while intake.take_in(desk):
        pass
    assert statuses(desk) == [InboxStatus.DONE, InboxStatus.DUPLICATE]


def test_a_sink_whose_lease_was_lost_writes_nothing(desk: Desk, clock: Clock) -> None:
    channel = channels.channel(desk, "support")
    lost = holding.acquire(desk, "channel:1", "a", lambda _: False)
    assert lost is not None
    sink = InboxSink(desk, channel, lost)
    sink.take([item(desk, 1, "while held")])
    clock.advance(minutes=1)
    taken = holding.acquire(desk, "channel:1", "b", lambda _: False)
    assert taken is not None
    with pytest.raises(Conflict, match="Another worker has taken over support"):
        sink.take([item(desk, 2)])
    with pytest.raises(Conflict):
        sink.skip("INBOX", 7, [3], "history")
    with pytest.raises(Conflict):
        sink.refuse("INBOX", 7, 4, "fetch", "x", None)
    assert len(statuses(desk)) == 1
    InboxSink(desk, channel, taken).take([item(desk, 2)])
    assert len(statuses(desk)) == 2


def test_edge_18_how_long_a_server_is_left_alone_is_kept_until_it_answers(
    desk: Desk, sink: InboxSink, clock: Clock
) -> None:
    for failure in range(5):
        wait = InboxSink(desk, channels.channel(desk, "support")).hold_off(1.0, 10.0)  # as after a restart
        kept = channels.channel(desk, "support").retry_at
        assert kept is not None
        assert abs(kept - clock.time - timedelta(seconds=wait)) < timedelta(milliseconds=1)
        assert min(10.0, 2.0**failure) / 2 <= wait <= min(10.0, 2.0**failure)
    sink.contact("It is busy.")
    assert channels.channel(desk, "support").retry_at == kept
    sink.contact()
    assert channels.channel(desk, "support").retry_at is None
    assert sink.hold_off(1.0, 10.0) <= 1.0
    channels.resume(desk, "support")
    assert channels.channel(desk, "support").retry_at is None


def test_contact_is_told_until_the_next_success(desk: Desk, sink: InboxSink, clock: Clock) -> None:
    sink.contact("The login is refused.")
    sink.contact("The login is refused.")
    failed = channels.channel(desk, "support")
    assert (failed.error, failed.last_contact) == ("The login is refused.", None)
    sink.contact()
    back = channels.channel(desk, "support")
    assert back.error == ""
    assert back.last_contact is not None and clock.time - back.last_contact < timedelta(seconds=1)
