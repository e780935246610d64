"""Between mail and the desk: nothing of a mail is lost on the way, and an answer is the same mail each time."""

import email
import email.policy
from datetime import UTC, datetime

from supportdesk.channels.email.letters import WITHOUT_ID, arrive, depart
from supportdesk.domain.arrival import ArrivedFile, Departure, Kind
from supportdesk.domain.message import Address

RAW = (
    b"From: =?utf-8?b?6rmA66+87IiY?= <minsu@x.example>\r\nTo: support@desk.example\r\nCc: boss@x.example\r\n"
    b"Reply-To: elsewhere@x.example\r\nDelivered-To: shared@desk.example\r\nSubject: Refund\r\n"
    b"Message-ID: <a@x>\r\nIn-Reply-To: <p@x>\r\nReferences: <o@x> <p@x>\r\n\r\nPlease.\r\n\r\n> quoted\r\n"
)


def test_an_arrival_says_who_what_and_where() -> None:
    arrival = arrive(RAW, "us")
    assert (arrival.sender, arrival.reply_to) == (Address("minsu@x.example", "김민수"), "elsewhere@x.example")
    assert (arrival.message_id, arrival.references) == ("a@x", ("o@x", "p@x"))
    assert arrival.facts.recipients == ("support@desk.example", "boss@x.example", "shared@desk.example")
    assert arrival.text.startswith(arrival.reply_text)
    assert "quoted" in arrival.text and "quoted" not in arrival.reply_text


def test_a_mail_without_an_id_gets_the_same_one_each_time_and_another_mail_another() -> None:
    raw = RAW.replace(b"Message-ID: <a@x>\r\n", b"")
    first, again, other = arrive(raw, "us"), arrive(raw, "us"), arrive(raw + b"more", "us")
    assert first.message_id == again.message_id != other.message_id
    assert first.message_id.endswith(f"@{WITHOUT_ID}")


def test_even_a_mail_without_sender_has_one() -> None:
    assert arrive(b"\r\n\r\n", "us").sender.address == "unknown@sender.invalid"


def departure(**changes: object) -> Departure:
    values: dict[str, object] = {
        "message_id": "t.1.m.2.x@desk.example", "at": datetime(2026, 11, 21, 9, tzinfo=UTC),
        "sender": Address("support@desk.example", "Alice Kim"), "reply_to": "",
        "to": (Address("minsu@x.example", "김민수"),), "cc": (),
        "subject": "Re: 환불", "text": "곧 환불됩니다.", "references": ("o@x", "a@x"), "instance": "us",
        "files": (ArrivedFile("영수증.pdf", "application/pdf", b"\x00pdf"),),
    }  # fmt: skip
    return Departure(**{**values, **changes})  # type: ignore[arg-type]


def test_a_departure_arrives_as_it_was_meant() -> None:
    back = arrive(depart(departure()), "another desk")
    assert (back.sender, back.to) == (
        Address("support@desk.example", "Alice Kim"),
        (Address("minsu@x.example", "김민수"),),
    )
    assert (back.subject, back.text, back.facts.in_reply_to) == ("Re: 환불", "곧 환불됩니다.", "a@x")
    assert [(f.filename, f.data) for f in back.files] == [("영수증.pdf", b"\x00pdf")]


def test_a_second_try_is_the_same_mail() -> None:
    assert depart(departure()) == depart(departure())


def test_our_own_mail_is_known_when_it_comes_back() -> None:
    assert arrive(depart(departure()), "us").kind is Kind.OWN_LOOP


def test_automatic_mail_says_so() -> None:
    assert arrive(depart(departure(automatic=True)), "another desk").kind is Kind.AUTO_REPLY


def test_formatting_is_sent_as_typed_and_as_html() -> None:
    wire = depart(departure(text="**환불**은 됩니다:\n- 카드\n- 계좌", files=()))
    read = email.message_from_bytes(wire, policy=email.policy.default)
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    plain, html = (part.get_content() for part in read.iter_parts())
    assert plain.strip() == "**환불**은 됩니다:\n- 카드\n- 계좌"
    assert "<strong>환불</strong>은" in html


def test_without_formatting_there_is_no_html() -> None:
    read = email.message_from_bytes(depart(departure(text="1. Mai, 2*3*4", files=())))
    assert read.get_content_type() == "text/plain"
