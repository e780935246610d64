"""Tests of the simulated customers: everything they do takes the real way."""

import time
from collections.abc import Callable

import pytest

from supportdesk.channels import kinds
from supportdesk.channels.protocol import Sender
from supportdesk.desk import channels, conversation, deliver, intake, queue, tickets
from supportdesk.desk.demo import account
from supportdesk.desk.demo.crowd import Crowd
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.message import Direction
from supportdesk.domain.query import parse

PACE = 0.02


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


def test_customers_write_and_bob_answers_and_they_write_again(lively: Desk) -> None:
    began = account.cursor(lively)
    failures: list[Exception] = []
    crowd = Crowd(lively, failures.append, PACE)
    crowd.start()
    try:
        work_until(lively, lambda: all(vars_of(account.account(lively, began))))
    finally:
        crowd.stop()
    assert failures == []


def vars_of(what: account.Account) -> tuple[int, ...]:
    return (what.received, what.replied, what.sent, what.joined)


@pytest.mark.parametrize(
    ("subject", "rule"),
    [("Cancel my order please", "token"), ("返品について", "token"), ("쿠폰이 적용이 안 돼요", "token")],
)
def test_an_answer_comes_home_on_every_medium(lively: Desk, subject: str, rule: str) -> None:
    alice, number = lively.as_agent("alice"), number_of(lively, subject)
    conversation.reply(alice, number, conversation.Reply("We look into it.", send_at=lively.now()))
    crowd = Crowd(lively, lambda error: pytest.fail(str(error)), PACE)
    crowd.start()
    try:
        work_until(lively, lambda: tickets.ticket(lively, number).messages[-1].direction is Direction.IN)
    finally:
        crowd.stop()
    last = tickets.ticket(lively, number).messages[-1]
    assert last.joined_by == rule and last.inbox_id is not None
