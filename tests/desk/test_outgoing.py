"""The outbox: what has not left can be called back, what failed can be tried again."""

import threading
from collections.abc import Sequence

import pytest

from supportdesk.channels.kinds import Kind
from supportdesk.channels.protocol import PermanentRefusal, Refused, Sent
from supportdesk.desk import channels, conversation, deliver, drafts, outgoing, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.domain.arrival import Departure
from supportdesk.domain.channel import Channel, OutboxStatus
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import NEVER, State
from tests.desk.arrivals import open_ticket
from tests.desk.conftest import Clock


class Postman:
    """A sender that answers as told and keeps the Subject of what it is given."""

    at_once = 1

    def __init__(self, answer: Sent | Exception | None = None) -> None:
        self.answer = answer if answer is not None else Sent("250 ok")
        self.sent: list[tuple[bytes, tuple[str, ...]]] = []

    def __call__(self, channel: Channel) -> "Postman":
        return self

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        self.sent.append((wire, tuple(recipients)))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None: ...


def replied(desk: Desk, text: str = "White works") -> int:
    number = open_ticket(desk)
    conversation.reply(desk, number, conversation.Reply(text))
    return number


def test_what_waits_and_what_failed_is_listed_and_counted(alice: Desk, clock: Clock) -> None:
    numbers = [replied(alice) for _ in range(3)]
    rows = outgoing.outbox(alice)
    assert [(row.ticket, row.status, row.to) for row in rows] == [
        (number, OutboxStatus.QUEUED, ("dana@x.example",)) for number in reversed(numbers)
    ]
    clock.advance(seconds=10)
    deliver.deliver_due(alice, Postman(PermanentRefusal("No.", code=550, text="no such user")), limit=1)
    assert outgoing.unsent(alice) == (2, 1)
    assert [row.error for row in outgoing.outbox(alice, status=OutboxStatus.FAILED)] == ["no such user"]
    assert len(outgoing.outbox(alice, limit=1)) == 1
    assert len(outgoing.outbox(alice, limit=0)) == 3


def test_only_what_failed_is_retried(alice: Desk) -> None:
    replied(alice)
    (row,) = outgoing.outbox(alice)
    with pytest.raises(Conflict, match="has not failed: it is queued"):
        outgoing.retry(alice, row.id)
    for verb in (outgoing.retry, outgoing.recall):
        with pytest.raises(NotFound):
            verb(alice, 999)


def test_a_recall_that_comes_too_late_is_refused(alice: Desk, clock: Clock) -> None:
    number = replied(alice)
    (row,) = outgoing.outbox(alice)
    clock.advance(seconds=10)
    deliver.deliver_due(alice, Postman())
    with pytest.raises(Conflict, match="already left"):
        outgoing.recall(alice, row.id)
    assert [m.delivery for m in tickets.ticket(alice, number).messages] == [None, Delivery.SENT]


def test_what_some_recipients_have_already_is_not_recalled(alice: Desk, clock: Clock) -> None:
    number = replied(alice)
    clock.advance(seconds=10)
    put_off = Sent("250 ok", (Refused("dana@x.example", 450, "later"),))
    deliver.deliver_due(alice, Postman(put_off))
    (row,) = outgoing.outbox(alice)
    assert row.status is OutboxStatus.QUEUED
    with pytest.raises(Conflict, match="already left"):
        outgoing.recall(alice, row.id)
    with pytest.raises(Conflict, match="already left"):
        undo.undo(alice)
    assert len(tickets.ticket(alice, number).messages) == 2


def test_a_message_that_cannot_be_composed_holds_up_no_other(
    alice: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = replied(alice, "First"), replied(alice, "Second")
    clock.advance(seconds=10)
    depart = Kind.depart

    def fail_for_the_first(kind: Kind, departure: Departure) -> bytes:
        if departure.text == "First":
            raise ValueError("no way to say this in MIME")
        return depart(kind, departure)

    monkeypatch.setattr(Kind, "depart", fail_for_the_first)
    assert deliver.deliver_due(alice, Postman()) == 2
    assert tickets.ticket(alice, second).messages[-1].delivery is Delivery.SENT
    (row,) = outgoing.outbox(alice, status=OutboxStatus.QUEUED)
    assert (row.ticket, row.tries, row.error) == (first, 1, "no way to say this in MIME")


def test_two_deliverers_send_each_message_once(alice: Desk, bob: Desk, clock: Clock) -> None:
    for number in range(24):
        replied(alice, f"Message {number}")
    clock.advance(seconds=10)
    postmen = [Postman(), Postman()]
    barrier = threading.Barrier(2)

    def work(desk: Desk, postman: Postman) -> None:
        barrier.wait()
        while deliver.deliver_due(desk, postman, limit=3):
            pass

    threads = [threading.Thread(target=work, args=pair) for pair in zip((alice, bob), postmen, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wires = [wire for postman in postmen for wire, _ in postman.sent]
    assert len(wires) == len(set(wires)) == 24
    assert outgoing.unsent(alice) == (0, 0)


def test_a_delivery_never_undoes_what_an_agent_did_meanwhile(alice: Desk, bob: Desk, clock: Clock) -> None:
    """The answer of the server is filed while the ticket changes: neither change may be built on the other's past."""
    number = replied(alice)
    clock.advance(seconds=10)
    reached, go_on = threading.Event(), threading.Event()

    class Slow(Postman):
        def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
            reached.set()
            go_on.wait(10)
            return super().send(wire, sender, recipients)

    delivery = threading.Thread(target=deliver.deliver_due, args=(alice, Slow()))
    delivery.start()
    reached.wait(10)
    before = tickets.ticket(bob, number).ticket.version
    go_on.set()
    for tag in range(10):
        triage.add_tags(bob, number, [f"t{tag}"])
    triage.set_state(bob, number, State.PENDING)
    delivery.join()
    ticket = tickets.ticket(bob, number).ticket
    assert (ticket.state, ticket.next_due_at, len(ticket.tags)) == (State.PENDING, NEVER, 10)
    assert ticket.version == before + 12


def test_a_draft_comes_back_to_its_author_whoever_recalls(alice: Desk, bob: Desk) -> None:
    number = replied(alice, "Dear Dana")
    outgoing.recall(bob, outgoing.outbox(bob)[0].id)
    kept = drafts.load(alice, number, DraftKind.REPLY)
    assert kept is not None and kept.text == "Dear Dana"
    assert drafts.load(bob, number, DraftKind.REPLY) is None


def test_nothing_leaves_through_a_removed_channel(alice: Desk, clock: Clock) -> None:
    replied(alice)
    clock.advance(seconds=10)
    channels.remove(alice, "support")
    assert deliver.deliver_due(alice, Postman()) == 0
    assert outgoing.unsent(alice) == (1, 0)
