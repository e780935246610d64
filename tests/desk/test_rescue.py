"""A ticket of what intake could not make one of: as much as can be read, nothing lost, and a way back."""

import pytest

from supportdesk.channels.kinds import Kind
from supportdesk.channels.protocol import RawItem
from supportdesk.desk import channels, conversation, intake, quarantine, rescue, search, tickets, undo
from supportdesk.desk.desk import Desk
from supportdesk.desk.receiving import InboxSink
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.errors import Conflict, NotFound
from supportdesk.domain.message import Message
from supportdesk.store import inbox as store
from tests.desk.arrivals import mail, receive

RAW = mail("Dana <dana@x.example>", "Printer", "It prints black\n\n> quoted", message_id="7@x.example")


def unreadable(_kind: Kind, _raw: bytes, _instance: str) -> None:
    raise RecursionError("too deep")


def held(desk: Desk, raw: bytes | None, cause: str = "failed", error: str = "KeyError: 'x'") -> int:
    """The id of something in quarantine."""
    sink = InboxSink(desk, channels.channel(desk, "support"))
    if raw is None or cause == "unfetchable":
        sink.refuse("INBOX", 7, 4711, cause, error, raw)
    else:
        sink.take([RawItem("INBOX/7/4711", raw, desk.now(), "INBOX", 7, 4711)])
    (row,) = quarantine.inbox(desk)
    with desk.store.write() as conn:
        store.settle(conn, row.id, status="quarantine", cause=cause, error=error)
    return row.id


def only_message(desk: Desk, number: int) -> Message:
    (message,) = tickets.ticket(desk, number).messages
    return message


def rescued(desk: Desk, inbox_id: int) -> int:
    number = rescue.make_ticket(desk, inbox_id).created
    assert number is not None
    return number


def test_what_can_be_read_becomes_a_ticket_like_any_other(alice: Desk) -> None:
    id_ = held(alice, RAW)
    number = rescued(alice, id_)
    page = tickets.ticket(alice, number)
    (message,) = page.messages
    assert (page.ticket.subject, page.customer.name, page.ticket.channel) == ("Printer", "Dana", "support")
    assert message.text.startswith("It prints black")
    assert (message.author_address, message.inbox_id, message.joined_by) == ("dana@x.example", id_, "created")
    (file,) = message.attachments
    assert (file.filename, file.content_type) == (f"received-{id_}.eml", "message/rfc822")
    assert tickets.attachment(alice, file.id) == RAW
    row = quarantine.get(alice, id_)
    assert (row.status, row.ticket, row.cause, row.subject) == (InboxStatus.DONE, number, "", "Printer")
    assert [hit.ticket for hit in search.search(alice, "prints black")] == [number]


def test_an_answer_to_it_joins_and_the_same_mail_again_does_not_double(alice: Desk) -> None:
    number = rescued(alice, held(alice, RAW))
    receive(alice, mail("Dana <dana@x.example>", "Re: Printer", "Still", references=["7@x.example"]), RAW)
    assert len(tickets.ticket(alice, number).messages) == 2


def test_of_what_cannot_be_parsed_the_header_is_told(alice: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"From: =?utf-8?q?J=C3=B6rg?= <j@x.example>\r\nSubject: =?euc-kr?B?yK/Q0g==?=\x1b[31m\r\n\r\n" + b"(" * 99
    id_ = held(alice, raw, "unreadable", "too deep")
    monkeypatch.setattr(Kind, "arrive", unreadable)
    page = tickets.ticket(alice, rescued(alice, id_))
    assert page.customer.name == "Jörg"
    assert "\x1b" not in page.ticket.subject and page.ticket.subject.strip()
    assert "could not be read (too deep)" in page.messages[0].text
    assert tickets.attachment(alice, page.messages[0].attachments[0].id) == raw


def test_of_what_has_no_header_either_the_bytes_are_kept(alice: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = held(alice, b"\x00\xff" * 50, "unreadable", "too deep")
    monkeypatch.setattr(Kind, "arrive", unreadable)
    page = tickets.ticket(alice, rescued(alice, id_))
    assert page.ticket.subject == "(no subject)"
    assert page.messages[0].author_address.endswith(".invalid")
    assert tickets.attachment(alice, page.messages[0].attachments[0].id) == b"\x00\xff" * 50


def test_of_what_was_never_fetched_its_place_is_told(alice: Desk) -> None:
    message = only_message(alice, rescued(alice, held(alice, None, "unfetchable", "NO internal error")))
    assert "NO internal error" in message.text and "INBOX/7/4711" in message.text
    assert message.attachments == ()


def test_of_a_header_alone_sender_and_subject_are_told(alice: Desk) -> None:
    header = b"From: Dana <dana@x.example>\r\nSubject: Printer\r\n\r\n"
    number = rescued(alice, held(alice, header, "unfetchable", "NO"))
    assert tickets.ticket(alice, number).ticket.subject == "Printer"
    assert "could not be fetched" in only_message(alice, number).text


def test_undo_puts_it_back_into_quarantine(alice: Desk) -> None:
    id_ = held(alice, RAW)
    before = quarantine.get(alice, id_)
    number = rescued(alice, id_)
    undo.undo(alice)
    assert quarantine.get(alice, id_) == before
    with pytest.raises(NotFound):
        tickets.ticket(alice, number)
    assert search.search(alice, "prints black") == ()
    quarantine.retry(alice, id_)
    assert intake.take_in(alice) == 1


def test_what_was_answered_since_is_not_taken_back(alice: Desk) -> None:
    id_ = held(alice, RAW)
    number = rescued(alice, id_)
    conversation.reply(alice.as_agent("bob"), number, conversation.Reply("Which one?"))
    with pytest.raises(Conflict):
        undo.undo(alice)
    assert quarantine.get(alice, id_).ticket == number


def test_only_what_waits_there_is_made_a_ticket_of(alice: Desk) -> None:
    id_ = held(alice, RAW)
    quarantine.discard(alice, id_)
    rescued(alice, id_)
    with pytest.raises(Conflict, match="it is done"):
        rescue.make_ticket(alice, id_)
    with pytest.raises(NotFound):
        rescue.make_ticket(alice, 999)
