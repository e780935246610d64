"""Delivery: from the outbox through the channel's sender, at least once and always the same mail."""

import contextlib
import threading
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy import select

from supportdesk.channels.protocol import LONGEST_SEND, LONGEST_WAIT, PermanentRefusal, Refused, Sent, TemporaryRefusal
from supportdesk.desk import conversation, deliver, departures, drafts, outgoing, tickets, triage, undo
from supportdesk.desk.departures import Ready
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import Channel, OutboxStatus
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import State
from supportdesk.store import tables as t
from supportdesk.store.outbox import LEASE, Claim
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock


class Postman:
    """A sender that keeps what it is given and answers as told."""

    at_once = 1

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


class Crew(Postman):
    """Several at a time: sending waits until as many are on their way at once, or a moment has passed."""

    at_once = 4

    def __init__(self) -> None:
        super().__init__()
        self.barrier = threading.Barrier(self.at_once)
        self.order: list[str] = []

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        with contextlib.suppress(threading.BrokenBarrierError):
            self.barrier.wait(2)
        self.order.append(parse_mail(wire).text)
        return super().send(wire, sender, recipients)


def write_to(desk: Desk, count: int, answers: int = 1) -> None:
    """So many tickets with so many answers each, due."""
    raws = [mail(f"c{n}@x.example", f"Printer {n}", "black", message_id=f"{n}@x") for n in range(count)]
    receive(desk, *raws)
    for number in range(1, count + 1):
        for answer in range(answers):
            conversation.reply(desk, number, conversation.Reply(f"{number}.{answer}"))


def test_as_many_are_on_their_way_as_a_channel_can_keep_busy(alice: Desk, clock: Clock) -> None:
    write_to(alice, 4)
    clock.advance(seconds=10)
    crew = Crew()
    assert deliver.deliver_due(alice, crew) == 4
    assert not crew.barrier.broken
    assert outgoing.unsent(alice) == (0, 0)


def test_answers_of_one_ticket_leave_in_their_order(alice: Desk, clock: Clock) -> None:
    write_to(alice, 2, answers=4)
    clock.advance(seconds=10)
    crew = Crew()
    crew.barrier.abort()
    deliver.deliver_due(alice, crew)
    for number in ("1", "2"):
        assert [text for text in crew.order if text.startswith(number)] == [f"{number}.{n}" for n in range(4)]


def test_a_server_that_is_away_is_tried_once_a_round(alice: Desk, clock: Clock, postman: Postman) -> None:
    write_to(alice, 5)
    clock.advance(seconds=10)
    postman.trouble = TemporaryRefusal("Nobody there.", away=True)
    assert deliver.deliver_due(alice, postman) == 5
    assert len(postman.sent) == 1
    assert {(row.tries, row.error) for row in outgoing.outbox(alice)} == {(1, "Nobody there.")}


def test_one_mail_the_server_hangs_up_on_holds_up_no_other(alice: Desk, clock: Clock, postman: Postman) -> None:
    write_to(alice, 3)
    clock.advance(seconds=10)
    postman.trouble = TemporaryRefusal("Connection lost.")
    deliver.deliver_due(alice, postman)
    assert len(postman.sent) == 3


def test_what_could_end_after_its_lease_is_not_begun(
    alice: Desk, clock: Clock, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(alice, 2)
    clock.advance(seconds=10)
    monkeypatch.setattr(deliver, "LATEST_START", -1.0)
    assert deliver.deliver_due(alice, postman) == 2
    assert (postman.sent, outgoing.unsent(alice)) == ([], (2, 0))
    monkeypatch.undo()
    deliver.deliver_due(alice, postman)
    assert {row.tries for row in outgoing.outbox(alice)} == {1}


def test_the_latest_start_leaves_time_within_the_lease() -> None:
    assert 30 < deliver.LATEST_START < LEASE.total_seconds() - LONGEST_SEND - LONGEST_WAIT


def test_when_told_to_stop_what_has_not_begun_is_given_back(alice: Desk, clock: Clock) -> None:
    write_to(alice, 3)
    clock.advance(seconds=10)
    stop = threading.Event()

    class Last(Postman):
        def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
            stop.set()
            return super().send(wire, sender, recipients)

    last = Last()
    deliver.deliver_due(alice, last, stop=stop)
    assert (len(last.sent), outgoing.unsent(alice)) == (1, (2, 0))
    assert deliver.deliver_due(alice, last) == 2


def test_a_channel_that_cannot_send_puts_its_mail_off(alice: Desk, clock: Clock) -> None:
    write_to(alice, 2)
    clock.advance(seconds=10)

    def nobody(_channel: Channel) -> Postman:
        raise Conflict("The channel cannot send.")

    assert deliver.deliver_due(alice, nobody) == 2
    assert {(row.status, row.tries, row.error) for row in outgoing.outbox(alice)} == {
        (OutboxStatus.QUEUED, 1, "The channel cannot send.")
    }


def test_while_nothing_can_be_written_nothing_more_is_sent(
    alice: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(alice, 2, answers=3)
    clock.advance(seconds=10)
    gone = threading.Event()

    class Two(Postman):
        at_once = 2

        def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
            if self.sent:
                gone.wait(5)
            return super().send(wire, sender, recipients)

    def fail(*_: object) -> None:
        gone.set()
        raise RuntimeError("the store is away")

    monkeypatch.setattr("supportdesk.desk.settling.settle", fail)
    two = Two()
    with pytest.raises(RuntimeError, match="the store is away"):
        deliver.deliver_due(alice, two)
    assert len(two.sent) < 6


def test_a_message_that_cannot_be_read_holds_up_no_other(
    alice: Desk, clock: Clock, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_to(alice, 3)
    clock.advance(seconds=10)
    read = departures.ready

    def fail_for_one(desk: Desk, claims: Sequence[Claim], channels: Mapping[int, Channel]) -> tuple[Ready, ...]:
        if any(claim.outbox_id == 2 for claim in claims):
            raise ValueError("no such delivery")
        return read(desk, claims, channels)

    monkeypatch.setattr(deliver, "ready", fail_for_one)
    assert deliver.deliver_due(alice, postman) == 3
    assert [(row.status, row.tries) for row in outgoing.outbox(alice)] == [
        (OutboxStatus.SENT, 1), (OutboxStatus.QUEUED, 1), (OutboxStatus.SENT, 1)
    ]  # fmt: skip
