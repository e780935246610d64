"""Delivery: from the outbox through the channel's sender, at least once and always the same mail."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from supportdesk.channels.protocol import PermanentRefusal, Refused, Sent, TemporaryRefusal
from supportdesk.desk import conversation, deliver, drafts, outgoing, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import Channel, OutboxStatus
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import State
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock


class Postman:
    """A sender that keeps what it is given and answers as told."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, str, tuple[str, ...]]] = []
        self.trouble: Exception | None = None
        self.refused: tuple[Refused, ...] = ()

    def __call__(self, channel: Channel) -> "Postman":
        return self

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        self.sent.append((wire, sender, tuple(recipients)))
        if self.trouble is not None:
            raise self.trouble
        return Sent("250 ok", self.refused)

    def close(self) -> None: ...


@pytest.fixture
def postman() -> Postman:
    return Postman()


def customers_mail(desk: Desk) -> int:
    raw = mail("Dana <dana@x.example>", "Printer", "black", message_id="a@x", headers={"Cc": "boss@x.example"})
    receive(desk, raw)
    with desk.read() as conn:
        return conn.scalar(select(t.ticket.c.number)) or 0


def test_a_reply_waits_its_ten_seconds_and_leaves_threaded(alice: Desk, clock: Clock, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    assert deliver.deliver_due(alice, postman) == 0
    clock.advance(seconds=10)
    assert deliver.deliver_due(alice, postman) == 1
    wire, sender, recipients = postman.sent[0]
    sent = parse_mail(wire)
    assert (sender, recipients) == ("support@desk.example", ("dana@x.example", "boss@x.example"))
    assert (sent.in_reply_to, sent.references, sent.subject) == ("a@x", ("a@x",), "Re: Printer")
    assert (sent.from_.name, sent.text) == ("Alice Kim", "White works")
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.SENT


def test_a_temporary_refusal_is_tried_again_later_as_the_same_mail(alice: Desk, clock: Clock, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    clock.advance(seconds=10)
    postman.trouble = TemporaryRefusal("Greylisted.", code=451, text="later")
    deliver.deliver_due(alice, postman)
    assert deliver.deliver_due(alice, postman) == 0
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.QUEUED
    clock.advance(seconds=31)
    postman.trouble = None
    deliver.deliver_due(alice, postman)
    assert postman.sent[0] == postman.sent[1]
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.SENT


def test_recipients_put_off_beside_others_are_tried_again_alone(alice: Desk, clock: Clock, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    clock.advance(seconds=10)
    postman.refused = (Refused("boss@x.example", 451, "greylisted"),)
    deliver.deliver_due(alice, postman)
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.QUEUED
    clock.advance(seconds=31)
    postman.refused = (Refused("boss@x.example", 550, "no such user"),)
    deliver.deliver_due(alice, postman)
    assert [recipients for _, _, recipients in postman.sent] == [
        ("dana@x.example", "boss@x.example"), ("boss@x.example",)
    ]  # fmt: skip
    message = tickets.ticket(alice, number).messages[-1]
    assert (message.delivery, message.error) == (Delivery.SENT, "boss@x.example: 550 no such user")


def test_a_permanent_refusal_is_shown_and_can_be_retried(alice: Desk, clock: Clock, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    clock.advance(seconds=10)
    postman.trouble = PermanentRefusal("No.", code=550, text="no such user")
    deliver.deliver_due(alice, postman)
    page = tickets.ticket(alice, number)
    assert (page.messages[-1].delivery, page.messages[-1].error) == (Delivery.FAILED, "no such user")
    assert page.events[-1].kind == "send_failed"
    (row,) = outgoing.outbox(alice, status=OutboxStatus.FAILED)
    outgoing.retry(alice, row.id)
    postman.trouble = None
    deliver.deliver_due(alice, postman)
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.SENT


def test_a_dead_workers_claim_is_sent_again_and_its_late_answer_ignored(
    alice: Desk, clock: Clock, postman: Postman
) -> None:
    from supportdesk.store import outbox

    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    clock.advance(seconds=10)
    with alice.store.write() as conn:
        (dead,) = outbox.claim(conn, "dead", clock.time, 10, None)
    assert deliver.deliver_due(alice, postman) == 0
    clock.advance(minutes=6)
    assert deliver.deliver_due(alice, postman) == 1
    with alice.store.write() as conn:
        assert not outbox.settle(conn, dead, status="failed")
    assert tickets.ticket(alice, number).messages[-1].delivery is Delivery.SENT


def test_nothing_leaves_through_a_paused_channel(alice: Desk, clock: Clock, postman: Postman) -> None:
    from supportdesk.desk import channels

    conversation.reply(alice, customers_mail(alice), conversation.Reply("White works"))
    clock.advance(seconds=10)
    channels.pause(alice, "support")
    assert deliver.deliver_due(alice, postman) == 0
    channels.resume(alice, "support")
    assert deliver.deliver_due(alice, postman) == 1


def test_a_sent_reply_cannot_be_recalled(alice: Desk, clock: Clock, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works"))
    clock.advance(seconds=10)
    deliver.deliver_due(alice, postman)
    with pytest.raises(Conflict):
        undo.undo(alice, number)
    assert len(tickets.ticket(alice, number).messages) == 2


def test_recalling_from_the_outbox_gives_its_author_the_draft_back(alice: Desk, bob: Desk, postman: Postman) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("White works", then=State.SOLVED))
    outgoing.recall(bob, outgoing.outbox(bob)[0].id)
    draft = drafts.load(alice, number, DraftKind.REPLY)
    assert draft is not None and draft.text == "White works"
    page = tickets.ticket(alice, number)
    assert (page.ticket.state, len(page.messages), outgoing.unsent(alice)) == (State.NEW, 1, (0, 0))


def test_replying_takes_an_unowned_ticket_and_opens_it(alice: Desk, bob: Desk) -> None:
    number = customers_mail(alice)
    conversation.reply(alice, number, conversation.Reply("one"))
    conversation.reply(bob, number, conversation.Reply("two"))
    ticket = tickets.ticket(alice, number).ticket
    assert (ticket.assignee, ticket.state, ticket.waiting_since) == ("alice", State.OPEN, None)


def test_the_second_of_two_answers_is_shown_the_first(alice: Desk, bob: Desk) -> None:
    number = customers_mail(alice)
    seen = tickets.ticket(alice, number).messages[-1].id
    drafts.save(bob, number, DraftKind.REPLY, "Bob's answer", seen=seen)
    conversation.reply(alice, number, conversation.Reply("Alice's answer"), seen=seen)
    with pytest.raises(Conflict) as conflict:
        conversation.reply(bob, number, conversation.Reply("Bob's answer"), seen=seen)
    assert [m.text for m in conflict.value.facts["messages"]] == ["Alice's answer"]  # type: ignore[attr-defined]
    kept = drafts.load(bob, number, DraftKind.REPLY)
    assert kept is not None and kept.text == "Bob's answer"
    triage.take(bob, number)
    newest = tickets.ticket(bob, number).messages[-1].id
    conversation.reply(bob, number, conversation.Reply("Bob's answer"), seen=newest)
    assert drafts.load(bob, number, DraftKind.REPLY) is None
