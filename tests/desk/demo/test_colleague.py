"""Tests of the colleague: he is seen, he answers, and he keeps out of the way."""

from random import Random

from supportdesk.desk import presence, queue, tickets
from supportdesk.desk.demo import account
from supportdesk.desk.demo.colleague import Colleague
from supportdesk.desk.desk import Desk
from supportdesk.domain.query import parse


def test_bob_leaves_alone_what_alice_is_at(lively: Desk) -> None:
    alice, bob = lively.as_agent("alice"), lively.as_agent("bob")
    young = [row for row in queue.page(lively, parse("is:unread"), limit=0).rows if row.assignee in ("", "bob")]
    for row in young:
        presence.touch(alice, row.number, "reading")
    before = account.cursor(lively)
    colleague = Colleague(bob, Random(1), hurried=True)
    for _ in range(5):
        colleague.act()
    assert account.account(lively, before).replied == 0
    newest = max(young, key=lambda row: row.waiting_since or row.updated_at)
    presence.leave(alice, newest.number)
    colleague.act()
    assert account.account(lively, before).replied == 1


def test_bob_is_seen_before_he_answers(lively: Desk) -> None:
    colleague = Colleague(lively.as_agent("bob"), Random(1), hurried=False)
    alice = lively.as_agent("alice")
    colleague.act()
    (number,) = presence.present(alice)
    version = tickets.ticket(alice, number).ticket.version
    colleague.act()
    assert presence.present(alice) == {} and tickets.ticket(alice, number).ticket.version > version
