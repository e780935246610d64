"""Intake: from raw mail to the right ticket, and nothing raises out of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from supportdesk.channels.kinds import Kind
from supportdesk.desk import conversation, customers, intake, quarantine, structure, tickets, triage
from supportdesk.desk.desk import Desk
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import LinkKind, State
from supportdesk.store import inbox
from supportdesk.store import tables as t
from tests.desk.arrivals import keep, mail, receive
from tests.desk.conftest import Clock


def numbers(desk: Desk) -> list[int]:
    with desk.read() as conn:
        return list(conn.scalars(select(t.ticket.c.number).order_by(t.ticket.c.number)))


def sent_id(desk: Desk, message: int | None) -> str:
    with desk.read() as conn:
        return conn.scalar(select(t.message.c.rfc_message_id).where(t.message.c.id == message)) or ""


def test_a_mail_becomes_a_ticket_of_a_customer(desk: Desk) -> None:
    receive(desk, mail("김민수 <minsu@x.example>", "환불", "환불 부탁드립니다", message_id="a@x"))
    page = tickets.ticket(desk, numbers(desk)[0])
    assert (page.ticket.subject, page.ticket.state, page.ticket.channel) == ("환불", State.NEW, "support")
    assert (page.customer.name, page.customer.identities[0].value) == ("김민수", "minsu@x.example")
    assert [(m.text, m.joined_by) for m in page.messages] == [("환불 부탁드립니다", "new")]
    assert page.events[0].actor.name == "김민수"


def test_the_answer_to_our_reply_joins_by_the_token_in_our_message_id(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    reply = conversation.reply(alice, number, conversation.Reply("Have you tried white?", then=State.PENDING))
    receive(alice, mail("dana@x.example", "Re: Printer", "yes", references=["a@x", sent_id(alice, reply.message)]))
    page = tickets.ticket(alice, number)
    assert numbers(alice) == [number]
    assert page.messages[-1].joined_by == "token"
    assert page.ticket.state is State.OPEN


def test_a_forged_token_joins_nothing(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    forged = f"t.{number}.m.1.aaaaaaaaaaaaaaaa@desk.example"
    receive(alice, mail("eve@evil.example", "Hello", "let me in", references=[forged]))
    assert len(numbers(alice)) == 2


def test_quoting_a_number_does_not_open_anothers_ticket(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black"))
    (number,) = numbers(alice)
    receive(alice, mail("eve@evil.example", f"[#{number}] Printer", "let me in"))
    first, second = numbers(alice)
    assert len(tickets.ticket(alice, first).messages) == 1
    created = tickets.ticket(alice, second).events[0]
    assert created.data["suggestion"] == first


def test_an_answer_finds_the_ticket_its_own_was_merged_into(alice: Desk) -> None:
    receive(
        alice,
        mail("dana@x.example", "One", "1", message_id="a@x"),
        mail("dana@x.example", "Two", "2", message_id="b@x"),
    )
    one, two = numbers(alice)
    structure.merge(alice, [one], two)
    receive(alice, mail("dana@x.example", "Re: One", "still 1", references=["a@x"]))
    assert [m.text for m in tickets.ticket(alice, two).messages] == ["1", "2", "still 1"]


def test_a_new_topic_on_an_old_thread_continues_in_a_ticket_of_its_own(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (first,) = numbers(alice)
    triage.set_state(alice, first, State.CLOSED)
    receive(alice, mail("dana@x.example", "Invoice of May", "please", references=["a@x"]))
    _, second = numbers(alice)
    assert [(link.number, link.kind) for link in tickets.ticket(alice, second).ticket.links] == [
        (first, LinkKind.CONTINUES)
    ]


def test_the_same_mail_twice_is_one_message_and_two_rows(desk: Desk) -> None:
    raw = mail("dana@x.example", "Printer", "black", message_id="a@x")
    receive(desk, raw)
    receive(desk, raw)
    (number,) = numbers(desk)
    assert len(tickets.ticket(desk, number).messages) == 1
    assert [(r.status, r.ticket) for r in quarantine.inbox(desk)] == [
        (InboxStatus.DUPLICATE, number), (InboxStatus.DONE, number)
    ]  # fmt: skip


def test_another_mail_under_a_used_message_id_is_not_lost(desk: Desk) -> None:
    receive(desk, mail("dhl@x.example", "Parcel 1", "one", message_id="same@x"))
    receive(desk, mail("dhl@x.example", "Parcel 2", "two", message_id="same@x"))
    assert len(numbers(desk)) == 2


def test_our_own_mail_coming_back_does_nothing(desk: Desk) -> None:
    receive(desk, mail("support@desk.example", "x", "y", headers={"X-Supportdesk-Loop": desk.about.instance}))
    assert numbers(desk) == []
    assert quarantine.inbox(desk)[0].cause == "own_loop"


def test_an_out_of_office_note_joins_without_reopening(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    conversation.reply(alice, number, conversation.Reply("wait", then=State.PENDING))
    auto = {"Auto-Submitted": "auto-replied"}
    receive(alice, mail("dana@x.example", "Re: Printer", "away", references=["a@x"], headers=auto))
    page = tickets.ticket(alice, number)
    assert (page.ticket.state, page.ticket.waiting_since, page.messages[-1].kind) == (State.PENDING, None, "auto_reply")


def test_a_bounce_marks_the_message_it_is_about_and_reopens(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    reply = conversation.reply(alice, number, conversation.Reply("white?", then=State.SOLVED))
    receive(alice, bounce_of(sent_id(alice, reply.message)))
    page = tickets.ticket(alice, number)
    assert page.ticket.state is State.OPEN
    assert [m.delivery for m in page.messages if m.id == reply.message] == [Delivery.BOUNCED]
    assert page.messages[-1].kind == "bounce"


def test_a_report_of_success_says_delivered_and_reopens_nothing(alice: Desk) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    reply = conversation.reply(alice, number, conversation.Reply("white?", then=State.SOLVED))
    receive(alice, bounce_of(sent_id(alice, reply.message), action="delivered", status="2.0.0"))
    page = tickets.ticket(alice, number)
    assert page.ticket.state is State.SOLVED
    assert [m.delivery for m in page.messages if m.id == reply.message] == [Delivery.DELIVERED]
    assert page.events[-1].kind == "delivered"
    receive(alice, bounce_of(sent_id(alice, reply.message)))
    receive(alice, bounce_of(sent_id(alice, reply.message), action="delivered", status="2.1.5"))
    assert [m.delivery for m in tickets.ticket(alice, number).messages if m.id == reply.message] == [Delivery.BOUNCED]


def bounce_of(message_id: str, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A delivery report (RFC 3464) about one of our mails."""
    return (
        b"From: MAILER-DAEMON@x.example\r\nTo: support@desk.example\r\nSubject: Undelivered Mail\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n"
        b"--B\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
        b"--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
        b"Final-Recipient: rfc822; dana@x.example\r\n"
        + f"Action: {action}\r\nStatus: {status}\r\n\r\n".encode()
        + b"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <"
        + message_id.encode()
        + b">\r\n\r\n--B--\r\n"
    )


def test_what_cannot_be_parsed_waits_in_quarantine_and_can_be_retried(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Kind, "arrive", _fail)
        receive(desk, mail("dana@x.example", "Printer", "black"))
    (row,) = quarantine.inbox(desk, status=InboxStatus.QUARANTINE)
    assert (row.cause, numbers(desk)) == ("unreadable", [])
    assert b"black" in quarantine.raw(desk, row.id)
    quarantine.retry(desk, row.id)
    receive(desk)
    intake.take_in(desk)
    assert len(numbers(desk)) == 1


def _fail(_kind: Kind, _raw: bytes, _instance: str) -> None:
    raise ValueError("no sense in it")


def test_one_sender_cannot_flood_the_desk(desk: Desk, clock: Clock) -> None:
    receive(desk, *(mail("loop@x.example", f"Alarm {i}", str(i)) for i in range(25)))
    assert len(numbers(desk)) == 20
    assert {r.cause for r in quarantine.inbox(desk, status=InboxStatus.QUARANTINE)} == {"rate"}
    clock.advance(hours=2)
    receive(desk, mail("loop@x.example", "Alarm again", "x"))
    assert len(numbers(desk)) == 21


def test_a_customer_writing_from_a_known_address_has_one_history(desk: Desk) -> None:
    receive(desk, mail("Dana <DANA@x.example>", "One", "1"), mail("dana@X.example", "Two", "2"))
    with desk.read() as conn:
        assert conn.scalar(select(func.count()).select_from(t.customer)) == 1
    assert [c.subject for c in customers.history(desk, 1)] == ["Two", "One"]


def test_a_mail_wakes_a_snoozed_ticket(alice: Desk, clock: Clock) -> None:
    receive(alice, mail("dana@x.example", "Printer", "black", message_id="a@x"))
    (number,) = numbers(alice)
    triage.snooze(alice, number, clock.time + timedelta(days=3))
    receive(alice, mail("dana@x.example", "Re: Printer", "still", references=["a@x"]))
    assert tickets.ticket(alice, number).ticket.snoozed_until is None


def test_attachments_are_kept_byte_for_byte(desk: Desk) -> None:
    from email.message import EmailMessage

    made = EmailMessage()
    made["From"], made["Subject"] = "dana@x.example", "Scan"
    made.set_content("see attached")
    made.add_attachment(b"\x00\x01pdf", maintype="application", subtype="pdf", filename="영수증.pdf")
    receive(desk, made.as_bytes())
    (file,) = tickets.ticket(desk, numbers(desk)[0]).messages[0].attachments
    assert (file.filename, file.size) == ("영수증.pdf", 5)
    assert tickets.attachment(desk, file.id) == b"\x00\x01pdf"


def test_only_so_much_is_in_memory_at_once_but_always_one_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = [mail("dana@x.example", f"Scan {n}", "x" * 2000, message_id=f"{n}@x") for n in range(4)]
    monkeypatch.setattr(inbox.pending, "__kwdefaults__", {"after": 0, "octets": 5000})
    keep(desk, *letters)
    first = intake.look(desk)
    assert [waiting.item.raw for waiting in first] == letters[:2]
    assert [waiting.item.raw for waiting in intake.look(desk, after=first[-1].item.id)] == letters[2:]
    monkeypatch.setattr(inbox.pending, "__kwdefaults__", {"after": 0, "octets": 10})
    assert [waiting.item.raw for waiting in intake.look(desk)] == letters[:1]
