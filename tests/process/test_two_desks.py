"""Two desks, each the other's customer, both answering by themselves, with a real SMTP server between them."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

import pytest

from supportdesk.channels.email.smtp_sender import sender
from supportdesk.channels.protocol import RawItem, Sender
from supportdesk.desk import canned, channels, conversation, deliver, intake
from supportdesk.desk.acknowledge import MOST_A_DAY
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.message import Address, Direction
from tests.channels.email.accounts import account
from tests.desk.conftest import Clock
from tests.services.smtp import Received, SmtpSink

A, B = "help@a.example", "help@b.example"
MARKS = re.compile(
    rb"^(?:Auto-Submitted|X-Auto-Response-Suppress|Precedence|X-Supportdesk-Loop|In-Reply-To|References|Return-Path)"
    rb":.*\r\n(?:[ \t].*\r\n)*",
    re.IGNORECASE | re.MULTILINE,
)
AUTOMATIC = re.compile(rb"^Got your mail number \d+", re.MULTILINE)


Change = Callable[[bytes, int], bytes]


@dataclass
class Carrier:
    """Carries what a desk sent into the mailbox of the desk it is for, through ``change``."""

    server: SmtpSink
    clock: Clock
    change: Change
    desks: dict[str, Desk] = field(default_factory=dict)
    carried: list[Received] = field(default_factory=list)

    def round(self) -> int:
        """All desks send and receive once; returns how many mails that were."""
        before = len(self.carried)
        self.clock.advance(seconds=15)
        for desk in self.desks.values():
            senders: dict[int, Sender] = {}
            while deliver.deliver_due(desk, partial(_sender, senders)):
                pass
            for each in senders.values():
                each.close()
        for mail in self.server.received[before:]:
            self.carried.append(mail)
            self._put(mail, len(self.carried))
        return len(self.carried) - before

    def _put(self, mail: Received, number: int) -> None:
        """As the last server does, which writes down who the envelope was from."""
        (recipient,) = mail.recipients
        desk = self.desks[recipient]
        raw = f"Return-Path: {mail.envelope_from or '<>'}\r\n".encode() + mail.raw
        raw = self.change(raw, number)
        item = RawItem(f"INBOX/1/{number}", raw, desk.now(), "INBOX", 1, number, len(raw))
        InboxSink(desk, channels.channel(desk, "mail")).take([item])
        while intake.take_in(desk):
            pass

    @property
    def automatic(self) -> list[str]:
        """Who got automatic mail."""
        return [mail.recipients[0] for mail in self.carried if AUTOMATIC.search(mail.raw)]


Between = Callable[[Change], Carrier]


def _sender(kept: dict[int, Sender], channel: Channel) -> Sender:
    return kept.setdefault(channel.id, sender(channel.settings))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def between(fresh_sqlite: Callable[[], str], smtp_sink: SmtpSink, clock: Clock) -> Iterator[Between]:
    """``between(change)``: two desks that acknowledge every new conversation, and the carrier between them."""
    with ExitStack() as stack:

        def make(change: Change) -> Carrier:
            carrier = Carrier(smtp_sink, clock, change)
            for address in (A, B):
                desk = make_desk(fresh_sqlite(), address, clock=clock)
                stack.callback(desk.close)
                canned.add(desk, "ack", "Got it", "Got your mail number {{ticket.number}}")
                settings = {**account(smtp_port=smtp_sink.port), "acknowledge": "ack"}
                channels.add(desk, "email", "mail", address=address, settings=settings)
                carrier.desks[address] = desk
            clock.advance(seconds=1)
            return carrier

        yield make


def write(desk: Desk, to: str, subject: str = "Printer") -> None:
    new = conversation.NewTicket(subject, "It prints black", address=Address(to), direction=Direction.OUT)
    conversation.create(desk, new)


def exhaust(carrier: Carrier, rounds: int = 30) -> None:
    """Until nobody sends anything any more."""
    for _ in range(rounds):
        if not carrier.round():
            return
    raise AssertionError(f"still sending after {rounds} rounds: {len(carrier.carried)} mails")


def test_two_desks_that_answer_each_other_stop_after_two_automatic_mails_at_most(between: Between) -> None:
    carrier = between(lambda raw, _number: raw)
    write(carrier.desks[A], B)
    exhaust(carrier)
    assert carrier.automatic == [A]
    write(carrier.desks[B], A, "Invoice")
    exhaust(carrier)
    assert carrier.automatic == [A, B]


def test_without_any_mark_and_any_thread_the_bounds_end_it(between: Between) -> None:
    """Each mail looks like a new one of a person: other headers, another subject, another Message-ID."""

    def disguised(raw: bytes, number: int) -> bytes:
        raw = MARKS.sub(b"", raw)
        raw = re.sub(rb"^Subject: .*\r\n", b"Subject: Question %d\r\n" % number, raw, flags=re.MULTILINE)
        return re.sub(rb"^Message-ID: .*\r\n", b"Message-ID: <%d@x.example>\r\n" % number, raw, flags=re.MULTILINE)

    carrier = between(disguised)
    write(carrier.desks[A], B)
    exhaust(carrier)
    assert sorted(carrier.automatic) == [A] * MOST_A_DAY + [B] * MOST_A_DAY
    for desk in carrier.desks.values():
        write(desk, B if desk is carrier.desks[A] else A, "Again")
    exhaust(carrier)
    assert len(carrier.automatic) == 2 * MOST_A_DAY


def test_an_unmarked_acknowledgement_joins_the_ticket_it_answers(between: Between) -> None:
    """The thread alone is enough: no ticket is opened, so nothing is acknowledged."""

    def unmarked(raw: bytes, _number: int) -> bytes:
        kept = [line for line in MARKS.findall(raw) if line.lower().startswith((b"in-reply", b"refer"))]
        return b"".join(kept) + MARKS.sub(b"", raw)

    carrier = between(unmarked)
    write(carrier.desks[A], B)
    exhaust(carrier)
    assert carrier.automatic == [A]
