"""Tests of the simulated customers and the colleague: everything they do takes the real way."""

import time
from collections.abc import Callable, Iterator
from random import Random

import pytest

from supportdesk.channels import kinds
from supportdesk.channels.protocol import Sender
from supportdesk.channels.simulated import post
from supportdesk.desk import channels, conversation, deliver, intake, presence, queue, tickets
from supportdesk.desk.demo import account
from supportdesk.desk.demo.colleague import Colleague
from supportdesk.desk.demo.crowd import Crowd
from supportdesk.desk.demo.seeding import seed
from supportdesk.desk.demo.staff import CHANNELS
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.message import Direction
from supportdesk.domain.query import parse

PACE = 0.02


@pytest.fixture
def seeded(store_url: str) -> Iterator[Desk]:
    """A small demonstration desk, and nothing left over in the post."""
    for medium in CHANNELS:
        empty_post(medium)
    desk = make_desk(store_url, "Acme Support")
    seed(desk, 48)
    yield desk
    desk.close()


def empty_post(medium: str) -> None:
    box = post(medium)
    while not box.delivered.empty():
        box.delivered.get()
    while not box.written.empty():
        box.written.get()


def work(desk: Desk) -> None:
    """What workers do, once."""
    for channel in channels.channels(desk):
        receiver = kinds.receiver(channel.kind, channel.settings)
        assert receiver is not None
        receiver.catch_up(InboxSink(desk, channel))
    while intake.take_in(desk):
        pass
    while deliver.deliver_due(desk, sender):
        pass


def sender(channel: Channel) -> Sender:
    made = kinds.sender(channel.kind, channel.settings)
    assert made is not None
    return made


def work_until(desk: Desk, holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        work(desk)


def number_of(desk: Desk, subject: str) -> int:
    return next(row.number for row in queue.page(desk, parse(""), limit=0).rows if row.subject == subject)


def test_customers_write_and_bob_answers_and_they_write_again(seeded: Desk) -> None:
    began = account.cursor(seeded)
    failures: list[Exception] = []
    crowd = Crowd(seeded, failures.append, PACE)
    crowd.start()
    try:
        work_until(seeded, lambda: all(vars_of(account.account(seeded, began))))
    finally:
        crowd.stop()
    assert failures == []


def vars_of(what: account.Account) -> tuple[int, ...]:
    return (what.received, what.replied, what.sent, what.joined)


@pytest.mark.parametrize(
    ("subject", "rule"),
    [("Cancel my order please", "token"), ("返品について", "token"), ("쿠폰이 적용이 안 돼요", "token")],
)
def test_an_answer_comes_home_on_every_medium(seeded: Desk, subject: str, rule: str) -> None:
    alice, number = seeded.as_agent("alice"), number_of(seeded, subject)
    conversation.reply(alice, number, conversation.Reply("We look into it.", send_at=seeded.now()))
    crowd = Crowd(seeded, lambda error: pytest.fail(str(error)), PACE)
    crowd.start()
    try:
        work_until(seeded, lambda: tickets.ticket(seeded, number).messages[-1].direction is Direction.IN)
    finally:
        crowd.stop()
    last = tickets.ticket(seeded, number).messages[-1]
    assert last.joined_by == rule and last.inbox_id is not None


def test_bob_leaves_alone_what_alice_is_at(seeded: Desk) -> None:
    alice, bob = seeded.as_agent("alice"), seeded.as_agent("bob")
    young = [row for row in queue.page(seeded, parse("is:unread"), limit=0).rows if row.assignee in ("", "bob")]
    for row in young:
        presence.touch(alice, row.number, "reading")
    before = account.cursor(seeded)
    colleague = Colleague(bob, Random(1), hurried=True)
    for _ in range(5):
        colleague.act()
    assert account.account(seeded, before).replied == 0
    presence.leave(alice, max(row.number for row in young))
    colleague.act()
    assert account.account(seeded, before).replied == 1


def test_bob_is_seen_before_he_answers(seeded: Desk) -> None:
    colleague = Colleague(seeded.as_agent("bob"), Random(1), hurried=False)
    alice = seeded.as_agent("alice")
    colleague.act()
    (number,) = presence.present(alice)
    version = tickets.ticket(alice, number).ticket.version
    colleague.act()
    assert presence.present(alice) == {} and tickets.ticket(alice, number).ticket.version > version


def test_an_invented_desk_says_so(seeded: Desk) -> None:
    assert not account.is_empty(seeded) and not account.is_invented(seeded)
    for _ in range(2):
        account.call_invented(seeded)
    assert account.is_invented(seeded)
