"""Speaking: to whom, under which name, by which channel; and nothing empty leaves."""

from datetime import timedelta

import pytest

from supportdesk.desk import channels, conversation, customers, outgoing, tickets, undo
from supportdesk.desk.conversation import NewFile, NewTicket, Reply
from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Identity
from supportdesk.domain.errors import Conflict, Invalid, NotFound
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.ticket import Priority, State
from tests.desk.arrivals import mail, open_ticket, receive
from tests.desk.conftest import Clock

DANA, BOSS = Address("dana@x.example", "Dana Reyes"), Address("boss@x.example")


def test_a_ticket_taken_down_by_phone(alice: Desk) -> None:
    new = NewTicket(
        " Missed\x1b[31m call ", "wants a refund", address=Address("+82 10-1", "Kim"), identity_kind="phone",
        team="Billing", priority=Priority.HIGH, tags=(" Call Back ", "VIP", "\u200b"),
    )  # fmt: skip
    number = conversation.create(alice, new).created
    assert number is not None
    page = tickets.ticket(alice, number)
    assert (page.ticket.subject, page.ticket.team, page.ticket.priority, page.ticket.tags, page.ticket.state) == (
        "Missed call", "Billing", Priority.HIGH, ("call-back", "vip"), State.NEW
    )  # fmt: skip
    assert page.customer.identities == (Identity("phone", "+82101"),)
    assert (page.messages[0].direction, page.messages[0].author) == (Direction.IN, "Kim")


def test_writing_to_somebody_first(alice: Desk, clock: Clock) -> None:
    number = conversation.create(alice, NewTicket("Your order", "is on its way", address=DANA,
                                                  direction=Direction.OUT)).created  # fmt: skip
    assert number is not None
    page = tickets.ticket(alice, number)
    assert (page.ticket.state, page.messages[0].to, page.messages[0].subject) == (State.OPEN, (DANA,), "Your order")
    (row,) = outgoing.outbox(alice)
    assert row.not_before - clock.time > timedelta(seconds=9)
    undo.undo(alice)
    assert outgoing.outbox(alice) == ()
    with pytest.raises(NotFound):
        tickets.ticket(alice, number)


def test_a_reminder_to_oneself_goes_nowhere(alice: Desk) -> None:
    kim = customers.add(alice, "Kim", [])
    number = conversation.create(
        alice, NewTicket("Call Kim", "tomorrow", customer=kim, direction=Direction.NOTE)
    ).created
    assert number is not None
    page = tickets.ticket(alice, number)
    assert (page.messages[0].direction, page.messages[0].author, page.customer.id) == (Direction.NOTE, "alice", kim)
    assert page.ticket.waiting_since is None
    assert outgoing.outbox(alice) == ()


def test_what_a_ticket_needs(alice: Desk) -> None:
    for new in (
        NewTicket(" \u200b", "x", address=DANA),
        NewTicket("x", " \n", address=DANA),
        NewTicket("x", "x"),
        NewTicket("x", "x", address=Address("")),
        NewTicket("x", "x", address=DANA, channel="nothing"),
    ):
        with pytest.raises(Invalid):
            conversation.create(alice, new)
    with pytest.raises(NotFound):
        conversation.create(alice, NewTicket("x", "x", customer=99))
    with pytest.raises(NotFound):
        conversation.create(alice, NewTicket("x", "x", address=DANA, team="Nowhere"))


def test_a_reply_goes_to_everybody_or_to_whom_it_is_addressed(alice: Desk) -> None:
    raw = mail(
        "Dana Reyes <dana@x.example>", "Printer", "black", headers={"Cc": "boss@x.example, support@desk.example"}
    )
    receive(alice, raw)
    assert conversation.default_recipients(alice, 1) == ((DANA,), (BOSS,))
    assert conversation.default_recipients(alice, 1, all=False) == ((DANA,), ())
    conversation.reply(alice, 1, Reply("to all"))
    conversation.reply(alice, 1, Reply("to one", to=(BOSS,), cc=(), bcc=(Address("audit@x.example"),)))
    sent = tickets.ticket(alice, 1).messages[1:]
    assert [(m.to, m.cc, m.author, m.subject) for m in sent] == [
        ((DANA,), (BOSS,), "Alice Kim", "Re: Printer"), ((BOSS,), (), "Alice Kim", "Re: Printer")
    ]  # fmt: skip


def test_a_reply_carries_what_follows_from_it(alice: Desk, clock: Clock) -> None:
    number = open_ticket(alice)
    until, later = clock.time + timedelta(days=2), clock.time + timedelta(hours=1)
    files = (NewFile("a.txt", "text/plain", b"hello"),)
    conversation.reply(alice, number, Reply("", files=files, then=State.PENDING, snooze_until=until, send_at=later))
    page = tickets.ticket(alice, number)
    assert (page.ticket.state, page.ticket.snoozed_until, page.ticket.assignee) == (State.PENDING, until, "alice")
    assert (page.messages[-1].not_before, page.messages[-1].attachments[0].filename) == (later, "a.txt")
    assert page.events[-1].data["changes"] == {
        "state": ["new", "pending"], "assignee": ["", "alice"], "snoozed_until": [None, until.isoformat()]
    }  # fmt: skip


def test_what_cannot_be_sent_is_refused_and_nothing_is_written(alice: Desk) -> None:
    number = open_ticket(alice)
    with pytest.raises(Invalid, match="nothing written"):
        conversation.reply(alice, number, Reply("\u200b \n"))
    with pytest.raises(Invalid, match="needs a recipient"):
        conversation.forward(alice, number, (), "x")
    with pytest.raises(NotFound):
        conversation.note(alice, 99, "x")
    nobody = conversation.create(alice, NewTicket("x", "x", customer=customers.add(alice, "Kim", []))).created
    assert nobody is not None
    with pytest.raises(Invalid, match="no address on this channel"):
        conversation.reply(alice, nobody, Reply("x"))
    channels.remove(alice, "support")
    with pytest.raises(Invalid, match="No channel of this desk can send"):
        conversation.reply(alice, number, Reply("x"))
    assert len(tickets.ticket(alice, number).messages) == 1


def test_a_forward_does_not_answer_the_customer(alice: Desk) -> None:
    number = open_ticket(alice)
    conversation.forward(alice, number, (BOSS,), "please look")
    page = tickets.ticket(alice, number)
    assert (page.messages[-1].kind, page.messages[-1].subject, page.messages[-1].to) == (
        "forward", "Fwd: Printer", (BOSS,)
    )  # fmt: skip
    assert page.ticket.waiting_since is not None


def test_of_two_who_answer_at_once_the_second_sees_the_first(alice: Desk, bob: Desk) -> None:
    number = open_ticket(alice)
    seen = tickets.ticket(alice, number).messages[-1].id
    conversation.note(bob, number, "notes do not matter")
    conversation.reply(alice, number, Reply("first"), seen=seen)
    with pytest.raises(Conflict, match="1 new message arrived") as raised:
        conversation.reply(bob, number, Reply("second"), seen=seen)
    assert raised.value.facts["count"] == 1
