"""Tests of the account of a demonstration."""

from supportdesk.desk import conversation, triage
from supportdesk.desk.demo import account
from supportdesk.desk.desk import Desk
from supportdesk.domain.ticket import State


def test_an_invented_desk_says_so(lively: Desk) -> None:
    assert not account.is_empty(lively) and not account.is_invented(lively)
    for _ in range(2):
        account.call_invented(lively)
    assert account.is_invented(lively)


def test_an_account_counts_what_happened_since(lively: Desk) -> None:
    alice = lively.as_agent("alice")
    conversation.reply(alice, 1, conversation.Reply("before"))
    since = account.cursor(lively)
    before = account.account(lively, since)
    assert (before.received, before.replied, before.sent, before.joined) == (0, 0, 0, 0)
    conversation.reply(alice, 2, conversation.Reply("after"))
    triage.set_state(alice, 2, State.CLOSED)
    after = account.account(lively, since)
    assert (after.replied, after.tickets) == (1, before.tickets) and after.open <= before.open
    assert after.shown()["replied"] == 1
