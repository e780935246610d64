"""Automatic acknowledgements: who gets one, who never does, and when it is enough."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import update

from supportdesk.channels.protocol import PermanentRefusal, RawItem, Sent
from supportdesk.desk import canned, channels, customers, deliver, intake, tickets
from supportdesk.desk.acknowledge import MOST_A_DAY
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import Channel
from supportdesk.domain.mail.message import Kind
from supportdesk.domain.mail.parse import parse_mail
from supportdesk.domain.message import ACKNOWLEDGEMENT, Delivery, Direction, Message
from supportdesk.domain.ticket import State
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock

DANA = "Dana <dana@x.example>"


class Postman:
    """A sender that keeps what it is given; ``refuses_nobody``: not from the null sender."""

    at_once = 1

    def __init__(self, *, refuses_nobody: bool = False) -> None:
        self.sent: list[tuple[bytes, str, tuple[str, ...]]] = []
        self.refuses_nobody = refuses_nobody

    def __call__(self, _channel: Channel) -> "Postman":
        return self

    def send(self, wire: bytes, sender: str, recipients: Sequence[str]) -> Sent:
        if self.refuses_nobody and not sender:
            raise PermanentRefusal("No.", code=550, text="5.7.1 Not as nobody")
        self.sent.append((wire, sender, tuple(recipients)))
        return Sent("250 ok")

    def close(self) -> None: ...


@pytest.fixture
def greeting(desk: Desk) -> Desk:
    """The desk, answering new conversations on its channel by itself."""
    canned.add(desk, "ack", "Got it", "Hello {{customer.name}}, we got #{{ticket.number}}: {{ticket.subject}}")
    canned.add(
        desk, "ack", "받았습니다", "{{customer.name}}님, 문의 #{{ticket.number}}가 접수되었습니다.", language="ko"
    )
    acknowledge_with(desk, "ack")
    return desk


def acknowledge_with(desk: Desk, shortcut: str) -> None:
    settings = {**channels.channel(desk, "support").settings, "acknowledge": shortcut}
    with desk.store.write() as conn:
        conn.execute(update(t.channel).where(t.channel.c.name == "support").values(settings=settings))


def acknowledgements(desk: Desk) -> list[Message]:
    with desk.read() as conn:
        numbers = list(conn.scalars(t.ticket.select().with_only_columns(t.ticket.c.number).order_by(t.ticket.c.number)))
    found = (message for number in numbers for message in tickets.ticket(desk, number).messages)
    return [message for message in found if message.kind == ACKNOWLEDGEMENT]


def test_a_new_conversation_is_acknowledged_once_and_threaded(greeting: Desk, clock: Clock) -> None:
    receive(greeting, mail(DANA, "Printer", "black", message_id="a@x", references=["z@x"]))
    receive(greeting, mail(DANA, "Re: Printer", "still black", message_id="b@x", references=["a@x"]))
    (said,) = acknowledgements(greeting)
    assert (said.direction, said.text) == (Direction.OUT, "Hello Dana, we got #1: Printer")
    postman = Postman()
    deliver.deliver_due(greeting, postman)
    ((wire, sender, recipients),) = postman.sent
    sent = parse_mail(wire)
    assert (sender, recipients) == ("", ("dana@x.example",))
    assert (sent.in_reply_to, sent.references, sent.subject) == ("a@x", ("z@x", "a@x"), "Re: Printer")
    assert (sent.from_.address, sent.from_.name) == ("support@desk.example", "Acme Support")
    said_so = ("Auto-Submitted", "Precedence", "X-Auto-Response-Suppress")
    assert [sent.headers.get(name.lower()) for name in said_so] == ["auto-replied", "auto_reply", "All"]
    assert sent.headers.get("x-supportdesk-loop") == greeting.about.instance
    assert acknowledgements(greeting)[0].delivery is Delivery.SENT
    clock.advance(minutes=1)
    receive(greeting, mail(DANA, "Re: Printer", "thanks", message_id="c@x", references=[sent.message_id]))
    assert len(tickets.ticket(greeting, 1).messages) == 4


def test_it_is_no_answer(greeting: Desk) -> None:
    receive(greeting, mail(DANA, "Printer", "It prints black", message_id="a@x"))
    page = tickets.ticket(greeting, 1)
    assert (page.ticket.state, page.ticket.assignee, page.ticket.messages) == (State.NEW, "", 2)
    assert page.ticket.waiting_since == page.messages[0].at
    with greeting.read() as conn:
        assert conn.scalar(t.ticket.select().with_only_columns(t.ticket.c.preview)) == "It prints black"


def test_it_speaks_the_customers_language_where_it_can(greeting: Desk) -> None:
    receive(greeting, mail("김민수 <minsu@x.example>", "프린터", "검정", message_id="a@x"))
    with greeting.store.write() as conn:
        conn.execute(update(t.customer).values(language="ko"))
    receive(greeting, mail("김민수 <minsu@x.example>", "환불", "언제", message_id="b@x"))
    with greeting.store.write() as conn:
        conn.execute(update(t.customer).values(language="de"))
    receive(greeting, mail("김민수 <minsu@x.example>", "배송", "언제", message_id="c@x"))
    assert [said.text[:3] for said in acknowledgements(greeting)] == ["Hel", "김민수", "Hel"]
    assert customers.customer(greeting, 1).language == "de"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List-Id": "<news.x.example>"},
        {"X-Auto-Response-Suppress": "All"},
        {"Return-Path": "<>", "Subject": "Undelivered Mail Returned to Sender", "X-Failed-Recipients": "a@b.example"},
    ],
)
def test_programs_and_lists_get_none(greeting: Desk, headers: dict[str, str]) -> None:
    subject = headers.pop("Subject", "News")
    receive(greeting, mail(DANA, subject, "all of it", message_id="a@x", headers=headers))
    assert len(tickets.ticket(greeting, 1).messages) == 1


@pytest.mark.parametrize(
    "sender",
    [
        "no-reply@x.example", "noreply@x.example", "Shop <orders.noreply@x.example>", "do-not-reply@x.example",
        "donotreply@x.example", "MAILER-DAEMON@x.example", "postmaster@x.example", "bounces+77@x.example",
        "dev-owner@x.example", "alice@desk.example", "Support@desk.example", "support+t1@desk.example",
    ],
)  # fmt: skip
def test_nobody_there_gets_none(greeting: Desk, sender: str) -> None:
    receive(greeting, mail(sender, "Hello", "there", message_id="a@x"))
    assert acknowledgements(greeting) == []


def test_it_goes_where_answers_go(greeting: Desk) -> None:
    form = {"Reply-To": "Dana <dana@x.example>"}
    receive(greeting, mail("Form <noreply@x.example>", "Contact", "hello", message_id="a@x", headers=form))
    receive(greeting, mail(DANA, "Contact", "hello", message_id="b@x", headers={"Reply-To": "noreply@x.example"}))
    assert [said.to[0].address for said in acknowledgements(greeting)] == ["dana@x.example"]


def test_the_first_sight_of_an_old_mailbox_sends_nothing(greeting: Desk, clock: Clock) -> None:
    founded = clock.time
    receive(greeting, mail(DANA, "Old", "x", message_id="a@x"), at=founded - timedelta(minutes=1))
    clock.advance(days=3)
    receive(greeting, mail(DANA, "Yesterday", "x", message_id="b@x"), at=clock.time - timedelta(hours=25))
    assert acknowledgements(greeting) == []
    receive(greeting, mail(DANA, "Today", "x", message_id="c@x"), at=clock.time - timedelta(hours=23))
    assert len(acknowledgements(greeting)) == 1


def test_one_address_gets_three_a_day_however_it_is_written(greeting: Desk, clock: Clock) -> None:
    for n, who in enumerate(("dana@x.example", "Dana@X.example", "dana+1@x.example", "dana+2@x.example")):
        receive(greeting, mail(who, f"Question {n}", "x", message_id=f"{n}@x"))
    assert len(acknowledgements(greeting)) == MOST_A_DAY
    receive(greeting, mail("erin@x.example", "Question", "x", message_id="e@x"))
    assert len(acknowledgements(greeting)) == MOST_A_DAY + 1
    clock.advance(hours=25)
    receive(greeting, mail(DANA, "Tomorrow", "x", message_id="z@x"))
    assert len(acknowledgements(greeting)) == MOST_A_DAY + 2


def test_many_of_one_batch_count_too(greeting: Desk) -> None:
    receive(greeting, *(mail(DANA, f"Question {n}", "x", message_id=f"{n}@x") for n in range(6)))
    assert len(acknowledgements(greeting)) == MOST_A_DAY


def test_a_server_that_knows_no_nobody_gets_the_channels_address(greeting: Desk) -> None:
    receive(greeting, mail(DANA, "Printer", "black", message_id="a@x"))
    postman = Postman(refuses_nobody=True)
    deliver.deliver_due(greeting, postman)
    assert [sender for _, sender, _ in postman.sent] == ["support@desk.example"]


@pytest.mark.parametrize(("shortcut", "text"), [("gone", ""), ("hole", "Yours, {{agent.name}}")])
def test_what_cannot_be_filled_is_not_sent(
    desk: Desk, shortcut: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    if text:
        canned.add(desk, shortcut, "x", text)
    acknowledge_with(desk, shortcut)
    receive(desk, mail(DANA, "Printer", "black", message_id="a@x"))
    assert (len(tickets.ticket(desk, 1).messages), acknowledgements(desk)) == (1, [])
    assert "no acknowledgement with" in caplog.text


def test_its_trouble_costs_the_mail_nothing(
    greeting: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(canned, "values", fail)
    receive(greeting, mail(DANA, "Printer", "black", message_id="a@x"))
    assert [message.kind for message in tickets.ticket(greeting, 1).messages] == ["normal"]
    assert "is not acknowledged" in caplog.text


def test_without_the_setting_nothing_is_sent(desk: Desk) -> None:
    canned.add(desk, "ack", "Got it", "Hello")
    receive(desk, mail(DANA, "Printer", "black", message_id="a@x"))
    assert acknowledgements(desk) == []


def test_another_desk_takes_it_for_what_it_is(greeting: Desk) -> None:
    receive(greeting, mail(DANA, "Printer", "black", message_id="a@x"))
    postman = Postman()
    deliver.deliver_due(greeting, postman)
    assert parse_mail(postman.sent[0][0], instance="another").kind is Kind.AUTO_REPLY


def test_two_workers_at_once_keep_to_the_bound_together(greeting: Desk) -> None:
    sink = InboxSink(greeting, channels.channel(greeting, "support"))
    for n in range(8):
        raw = mail(DANA, f"Question {n}", "x", message_id=f"{n}@x")
        sink.take([RawItem(f"INBOX/8/{n}", raw, greeting.now(), "INBOX", 8, n + 1, len(raw))])
    barrier = threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        while intake.take_in(greeting, 2):
            pass

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while intake.take_in(greeting):
        pass
    assert len(acknowledgements(greeting)) == MOST_A_DAY
