"""The ticket a new one may belong to: where the suggestion comes from, and when it is settled."""

import pytest

from supportdesk.desk import conversation, structure, suggestion, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.desk.suggestion import Suggestion
from supportdesk.domain.ticket import State
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock


def suggested(desk: Desk, number: int) -> Suggestion | None:
    return suggestion.suggestion(desk, tickets.ticket(desk, number))


@pytest.fixture
def named(alice: Desk) -> tuple[int, int]:
    """A ticket, and another one by a stranger who wrote its number into the subject."""
    old = open_ticket(alice)
    receive(alice, mail("stranger@y.example", f"Re: [#{old}] Printer", "Mine too"))
    return old, old + 1


def test_who_names_a_ticket_that_is_not_theirs_is_not_joined_but_suggested(alice: Desk, named: tuple[int, int]) -> None:
    old, new = named
    assert suggested(alice, new) == Suggestion(old, "Printer", State.NEW)
    assert suggested(alice, old) is None


def test_another_topic_long_after_is_suggested_too(alice: Desk, clock: Clock) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="1@x.example"))
    triage.set_state(alice, [1], State.SOLVED)
    clock.advance(days=60)
    receive(alice, mail("dana@x.example", "Invoice", "wrong", message_id="2@x.example", references=["1@x.example"]))
    assert suggested(alice, 2) == Suggestion(1, "Printer", State.SOLVED)
    assert suggested(alice, 1) is None
    structure.unlink(alice, 2, 1)
    assert suggested(alice, 2) is None


def test_a_suggestion_follows_a_merge(alice: Desk, named: tuple[int, int]) -> None:
    old, new = named
    other = open_ticket(alice, subject="The printer")
    structure.merge(alice, [old], other)
    assert suggested(alice, new) == Suggestion(other, "The printer", State.NEW)
    undo.undo(alice)
    structure.merge(alice, [old], new)
    assert suggested(alice, new) is None


def test_once_joined_answered_or_closed_it_is_settled(alice: Desk, named: tuple[int, int]) -> None:
    old, new = named
    structure.merge(alice, [new], old)
    assert suggested(alice, new) is None
    undo.undo(alice)
    assert suggested(alice, new) is not None
    triage.set_state(alice, [new], State.SOLVED)
    assert suggested(alice, new) is None
    undo.undo(alice)
    conversation.note(alice, new, "Is that the same?")
    assert suggested(alice, new) is not None
    conversation.reply(alice, new, conversation.Reply("It is another one."))
    assert suggested(alice, new) is None


def test_a_ticket_opened_by_hand_has_none(alice: Desk) -> None:
    assert suggested(alice, open_ticket(alice)) is None
