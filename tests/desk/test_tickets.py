"""A ticket's page: everything on one screen, and its bytes on request."""

import pytest

from supportdesk.desk import conversation, drafts, presence, structure, tickets
from supportdesk.desk.desk import Desk
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import NotFound
from tests.desk.arrivals import mail, open_ticket, receive


def test_everything_that_belongs_to_it(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    other = open_ticket(alice, "Other")
    structure.link(alice, number, other)
    conversation.note(alice, number, "a note")
    drafts.save(bob, number, DraftKind.REPLY, "Dear")
    presence.touch(bob, number, "replying")
    page = tickets.ticket(alice, number)
    assert [message.text for message in page.messages] == ["It prints black", "a note"]
    assert [event.kind for event in page.events] == ["created", "linked", "noted"]
    assert (page.customer.name, [d.text for d in page.drafts], [p.agent for p in page.present]) == (
        "Dana Reyes", ["Dear"], ["bob"]
    )  # fmt: skip
    assert [(link.number, link.subject) for link in page.ticket.links] == [(other, "Other")]
    assert page.ticket.messages == 2


def test_what_arrived_since(alice: Desk) -> None:
    number = open_ticket(alice)
    first = tickets.ticket(alice, number).messages[-1].id
    conversation.note(alice, number, "not public")
    answer = conversation.reply(alice, number, conversation.Reply("answer")).message
    assert [message.id for message in tickets.since(alice, number, first)] == [answer]
    assert tickets.since(alice, number, answer or 0) == ()


def test_the_bytes_as_received_and_none_of_what_was_written_here(alice: Desk) -> None:
    raw = mail("dana@x.example", "Printer", "black")
    receive(alice, raw)
    note = conversation.note(alice, 1, "x", (conversation.NewFile("a", "text/plain", b"\0\xff"),)).message
    first, second = tickets.ticket(alice, 1).messages
    assert (tickets.raw(alice, first.id), second.id) == (raw, note)
    assert tickets.raw(alice, second.id) is None
    assert tickets.attachment(alice, second.attachments[0].id) == b"\0\xff"


def test_what_is_not_there(alice: Desk) -> None:
    with pytest.raises(NotFound, match="#99"):
        tickets.ticket(alice, 99)
    with pytest.raises(NotFound):
        tickets.attachment(alice, 99)
    assert tickets.raw(alice, 99) is None
    assert tickets.tags(alice, []) == {}
