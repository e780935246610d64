"""Reading stored mail anew: what the parser has learned shows, and nothing else moves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from supportdesk.channels.kinds import Kind
from supportdesk.desk import conversation, quarantine, reparse, rescue, search, structure, tickets, triage, undo
from supportdesk.desk.desk import Desk
from supportdesk.desk.reparse import Batch, Difference, Reread
from supportdesk.domain.arrival import Arrival, ArrivedFile
from supportdesk.domain.arrival import Kind as ArrivalKind
from supportdesk.domain.ticket import State
from supportdesk.store import search_index
from supportdesk.store import tables as t
from tests.desk.arrivals import mail, receive
from tests.desk.conftest import Clock

EVER = datetime(1970, 1, 1, tzinfo=UTC)
PRINTER = mail("Dana <dana@x.example>", "Printer", "It prints blakc", message_id="1@x.example")
INVOICE = mail("Kim <kim@x.example>", "Invoice", "It is wrong", message_id="2@x.example")

Learn = Callable[[Callable[[Arrival], Arrival]], None]


@pytest.fixture
def learn(monkeypatch: pytest.MonkeyPatch) -> Learn:
    """Have the parser read every mail otherwise from now on."""
    parse = Kind.arrive

    def learned(change: Callable[[Arrival], Arrival]) -> None:
        monkeypatch.setattr(Kind, "arrive", lambda kind, raw, instance: change(parse(kind, raw, instance)))

    return learned


def spelled(arrival: Arrival) -> Arrival:
    return replace(
        arrival, text=arrival.text.replace("blakc", "black"), reply_text=arrival.reply_text.replace("blakc", "black")
    )


def run(desk: Desk, *, dry_run: bool = False, channel: str = "", since: datetime = EVER) -> list[Reread]:
    batches = list(reparse.reparse(desk, since, channel=channel, dry_run=dry_run))
    return [found for batch in batches for found in batch.found]


def everything(desk: Desk) -> dict[str, list[object]]:
    """Every row that reading anew could touch."""
    with desk.read() as conn:
        tables = (t.message, t.attachment, t.ticket, t.event, t.inbox, t.message_reference)
        return {table.name: [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]
                for table in tables}  # fmt: skip


def test_what_the_parser_reads_as_before_is_left_alone(desk: Desk) -> None:
    receive(desk, PRINTER, INVOICE, mail("a@x.example", "Empty", ""))
    before = everything(desk)
    assert list(reparse.reparse(desk, EVER)) == [Batch(3, ())]
    assert everything(desk) == before


def test_a_dry_run_shows_what_would_differ_and_changes_nothing(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER, INVOICE)
    learn(spelled)
    before = everything(desk)
    (found,) = run(desk, dry_run=True)
    assert (found.ticket, found.error) == (1, "")
    assert found.differences == (
        Difference("text", "It prints blakc", "It prints black"),
        Difference("reply_text", "It prints blakc", "It prints black"),
    )
    assert everything(desk) == before


def test_texts_follow_and_so_does_what_is_made_of_them(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER, INVOICE)
    learn(spelled)
    assert [found.ticket for found in run(desk)] == [1]
    page = tickets.ticket(desk, 1)
    assert (page.messages[0].text, page.messages[0].reply_text) == ("It prints black", "It prints black")
    assert [hit.ticket for hit in search.search(desk, "black")] == [1]
    assert search.search(desk, "blakc") == ()
    assert page.events[-1].kind == "reparsed" and not page.events[-1].undoable
    with desk.store.write() as conn:
        assert conn.scalar(select(t.ticket.c.preview).where(t.ticket.c.number == 1)) == "It prints black"
        search_index.rebuild(conn)
    assert [hit.ticket for hit in search.search(desk, "black")] == [1]


def test_a_second_time_there_is_nothing_left(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER, INVOICE)
    learn(spelled)
    run(desk)
    before = everything(desk)
    assert run(desk) == []
    assert everything(desk) == before


def test_a_reply_that_is_not_the_head_of_its_text_is_kept_as_it_is(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER)
    for text, reply in (("> old\n\nnew", "new"), ("new\n\n> old", "new"), ("all of it", "all of it"), ("only", "")):
        learn(lambda arrival, text=text, reply=reply: replace(arrival, text=text, reply_text=reply))  # type: ignore[misc]
        assert len(run(desk)) == 1
        (message,) = tickets.ticket(desk, 1).messages
        assert (message.text, message.reply_text) == (text, reply or text)
        assert run(desk) == []


def test_tickets_keep_their_state_their_time_and_their_author(desk: Desk, clock: Clock, learn: Learn) -> None:
    receive(desk, PRINTER)
    alice = desk.as_agent("alice")
    triage.set_state(alice, [1], State.SOLVED)
    before = tickets.ticket(desk, 1)
    clock.advance(days=3)
    learn(lambda arrival: replace(arrival, subject="Drucker", sender=replace(arrival.sender, name="Eve")))
    (found,) = run(desk)
    assert found.differences == (Difference("subject", "Printer", "Drucker"),)
    after = tickets.ticket(desk, 1)
    assert after.ticket == replace(before.ticket, version=after.ticket.version)
    assert after.ticket.version > before.ticket.version
    assert after.messages[0].subject == "Drucker"
    assert after.messages[0].author == before.messages[0].author == "Dana"


def test_what_else_the_parser_tells_follows_too(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER)
    learn(
        lambda arrival: replace(arrival, kind=ArrivalKind.BULK, html=True, dmarc="mx.x.example fail", body_digest="0")
    )
    (found,) = run(desk)
    assert {each.field: each.after for each in found.differences} == {
        "kind": "bulk", "html": "true", "dmarc": "mx.x.example fail", "body_digest": "0",
    }  # fmt: skip
    (message,) = tickets.ticket(desk, 1).messages
    assert (message.kind, message.html) == ("bulk", True)
    assert run(desk) == []


def test_files_keep_their_ids_where_their_bytes_are_the_same(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER)
    pdf, png = (
        ArrivedFile(name, kind, name.encode()) for name, kind in (("a.pdf", "application/pdf"), ("b.png", "image/png"))
    )
    learn(lambda arrival: replace(arrival, files=(pdf, png)))
    (found,) = run(desk)
    assert found.differences == (Difference("attachments", "", "a.pdf (application/pdf)\nb.png (image/png)"),)
    first, second = tickets.ticket(desk, 1).messages[0].attachments
    renamed = replace(png, filename="사진.png")
    learn(lambda arrival: replace(arrival, files=(renamed,)))
    run(desk)
    (left,) = tickets.ticket(desk, 1).messages[0].attachments
    assert (left.id, left.filename, tickets.attachment(desk, left.id)) == (second.id, "사진.png", b"b.png")
    assert first.id != left.id
    assert [hit.ticket for hit in search.search(desk, "사진")] == [1]
    assert search.search(desk, "pdf") == ()


def test_only_what_came_in_since_then_on_that_channel_is_read(desk: Desk, clock: Clock, learn: Learn) -> None:
    receive(desk, PRINTER)
    clock.advance(days=1)
    later = clock.time
    receive(desk, mail("kim@x.example", "Other", "also blakc"))
    conversation.reply(desk.as_agent("alice"), 1, conversation.Reply("blakc, yes"))
    learn(spelled)
    assert [found.ticket for found in run(desk, dry_run=True, since=later)] == [2]
    assert run(desk, channel="another") == []
    assert [found.ticket for found in run(desk, channel="support")] == [1, 2]


def test_messages_are_found_in_the_ticket_they_are_in_now(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER, INVOICE)
    structure.merge(desk.as_agent("alice"), [1], 2)
    learn(spelled)
    assert [found.ticket for found in run(desk)] == [2]
    undo.undo(desk.as_agent("alice"))
    assert tickets.ticket(desk, 1).messages[0].text == "It prints black"


def test_what_cannot_be_read_any_more_stays_and_is_told(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER, INVOICE)

    def broken(arrival: Arrival) -> Arrival:
        if arrival.subject == "Printer":
            raise RecursionError("too deep")
        return replace(arrival, text="changed", reply_text="changed")

    learn(broken)
    one, other = run(desk)
    assert (one.error, one.differences) == ("RecursionError: too deep", ())
    assert other.differences
    assert tickets.ticket(desk, 1).messages[0].text == "It prints blakc"
    assert tickets.ticket(desk, 2).messages[0].text == "changed"


def test_many_are_read_in_batches_of_bounded_size(desk: Desk, learn: Learn, monkeypatch: pytest.MonkeyPatch) -> None:
    receive(desk, *(mail(f"{n}@x.example", f"Number {n}", "blakc " * n) for n in range(7)))
    learn(spelled)
    monkeypatch.setattr(reparse, "BATCH", 3)
    assert [batch.looked for batch in reparse.reparse(desk, EVER, dry_run=True)] == [3, 3, 1]
    monkeypatch.setattr(reparse, "BATCH_OCTETS", 1)
    assert [(batch.looked, len(batch.found)) for batch in reparse.reparse(desk, EVER)] == [(1, 0)] + [(1, 1)] * 6
    assert run(desk) == []


def test_of_a_ticket_made_by_hand_the_files_stay(desk: Desk, learn: Learn) -> None:
    receive(desk, PRINTER)
    (row,) = quarantine.inbox(desk)
    with desk.store.write() as conn:
        conn.execute(t.message.update().values(inbox_id=None))
        conn.execute(t.inbox.update().values(status="quarantine"))
    alice = desk.as_agent("alice")
    number = rescue.make_ticket(alice, row.id).created
    assert number is not None
    learn(lambda arrival: replace(spelled(arrival), files=(ArrivedFile("x", "text/plain", b"x"),)))
    run(desk)
    (message,) = tickets.ticket(desk, number).messages
    assert message.text == "It prints black"
    assert [file.filename for file in message.attachments] == [f"received-{row.id}.eml"]
    undo.undo(alice)
    assert quarantine.get(desk, row.id).status == "quarantine"
