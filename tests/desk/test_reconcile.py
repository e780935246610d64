"""The desk's side of the comparison with a mailbox: each UID of the server is counted once, or named."""

import pytest

from supportdesk.channels.protocol import Balance, RawItem
from supportdesk.desk import channels, holding, intake, quarantine
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.desk.reconcile import Comparison
from supportdesk.domain.channel import Channel, Standing
from tests.desk.arrivals import mail
from tests.desk.conftest import Clock

FOLDER, VALIDITY = "INBOX", 7


@pytest.fixture
def channel(desk: Desk) -> Channel:
    return channels.channel(desk, "support")


def item(desk: Desk, uid: int, raw: bytes | None = None) -> RawItem:
    raw = raw or mail("dana@x.example", f"Printer {uid}", "black", message_id=f"{uid}@x.example")
    return RawItem(f"{FOLDER}/{VALIDITY}/{uid}", raw, desk.now(), FOLDER, VALIDITY, uid)


def look(comparison: Comparison, *uids: int, validity: int = VALIDITY) -> Standing:
    """What a receiver does with it when the server lists these."""
    unknown = tuple(comparison.unknown(FOLDER, validity, uids)) if uids else ()
    (found,) = comparison.standings([Balance(FOLDER, validity, len(uids), unknown)])
    return found


def test_every_uid_of_the_server_is_in_one_column(desk: Desk, channel: Channel) -> None:
    sink = InboxSink(desk, channel)
    sink.skip(FOLDER, VALIDITY, [1, 2], "history")
    sink.skip(FOLDER, VALIDITY, [3], "deleted")
    sink.take([item(desk, 4), item(desk, 5), item(desk, 6, item(desk, 5).raw)])
    sink.refuse(FOLDER, VALIDITY, 7, "unfetchable", "NO", None)
    sink.refuse(FOLDER, VALIDITY, 8, "unfetchable", "NO", None)
    while intake.take_in(desk):
        pass
    alice = desk.as_agent("alice")
    quarantine.discard(alice, quarantine.inbox(alice, limit=1)[0].id)
    sink.take([item(desk, 9)])
    found = look(Comparison(desk, channel), *range(1, 12))
    assert found == Standing(
        "support", FOLDER, VALIDITY, 11, 4, 1, {"history": 2, "deleted": 1, "discarded": 1}, (10, 11), 0
    )  # fmt: skip
    assert found.on_server == found.stored + found.quarantined + sum(found.skipped.values()) + len(found.unknown)


def test_what_the_server_lists_no_more_is_gone_and_no_trouble(desk: Desk, channel: Channel) -> None:
    InboxSink(desk, channel).take([item(desk, uid) for uid in (1, 2, 3)])
    found = look(Comparison(desk, channel), 2)
    assert (found.on_server, found.stored, found.gone, found.unknown) == (1, 1, 2, ())
    empty = look(Comparison(desk, channel))
    assert (empty.on_server, empty.stored, empty.gone, empty.unknown) == (0, 0, 3, ())


def test_another_uidvalidity_is_another_mailbox(desk: Desk, channel: Channel) -> None:
    InboxSink(desk, channel).take([item(desk, 1)])
    assert look(Comparison(desk, channel), 1, validity=8).unknown == (1,)


def test_a_second_look_leaves_out_what_came_since_and_what_went(desk: Desk, channel: Channel) -> None:
    sink = InboxSink(desk, channel)
    sink.take([item(desk, 1)])
    first = Comparison(desk, channel)
    found = look(first, 1, 2, 3)
    assert (found.unknown, first.missing([found])) == ((2, 3), 2)
    sink.take([item(desk, 2)])
    assert first.missing([found]) == 1
    again = look(Comparison(desk, channel, only=first), 1, 2, 4)
    assert (again.on_server, again.stored, again.unknown) == (2, 2, ())


def test_looking_writes_nothing(desk: Desk, channel: Channel) -> None:
    comparison = Comparison(desk, channel)
    comparison.take([item(desk, 1)])
    comparison.skip(FOLDER, VALIDITY, [2], "history")
    comparison.refuse(FOLDER, VALIDITY, 3, "unfetchable", "NO", None)
    comparison.contact("trouble")
    assert quarantine.inbox(desk) == ()
    assert comparison.taken(FOLDER, VALIDITY).highest == 0
    assert channels.channel(desk, "support") == channel


def test_only_where_a_worker_is_may_something_be_on_its_way(desk: Desk, channel: Channel, clock: Clock) -> None:
    comparison = Comparison(desk, channel)
    assert not comparison.may_be_on_its_way()
    held = holding.acquire(desk, f"channel:{channel.id}", "host:1:0", lambda _: False)
    assert held is not None
    assert comparison.may_be_on_its_way()
    clock.advance(minutes=5)
    assert not comparison.may_be_on_its_way()
    clock.advance(minutes=-5)
    holding.release(desk, held)
    assert not comparison.may_be_on_its_way()
    holding.alive(desk, "host:2:0", "host")
    assert comparison.may_be_on_its_way()
    clock.advance(minutes=5)
    assert not comparison.may_be_on_its_way()
