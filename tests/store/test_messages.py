"""Messages: what is shown of a mail is its reply, wherever in the text it stands."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportdesk.domain.event import SYSTEM
from supportdesk.domain.message import Address, Direction, Message
from supportdesk.domain.ticket import NEVER
from supportdesk.store import customers, messages
from supportdesk.store import tables as t
from supportdesk.store.engine import Store
from supportdesk.store.messages import File, NewMessage, reply_of
from supportdesk.store.unit import Unit

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def written(store: Store, **fields: object) -> Message:
    """A message as it reads after it was written."""
    with store.write() as conn:
        unit = Unit(conn, SYSTEM, NOW)
        who = customers.find_or_add(conn, "email", "dana@x.example", "Dana", NOW)
        number = unit.insert(
            t.ticket, subject="Printer", state="new", priority="normal", customer_id=who, created_at=NOW,
            updated_at=NOW, next_due_at=NEVER,
        )  # fmt: skip
        new = NewMessage(Direction.IN, "Dana", NOW, **{"text": "x", **fields})  # type: ignore[arg-type]
        made = messages.add_message(unit, number, new)
    with store.read() as conn:
        (found,) = messages.by_ids(conn, [made])
        assert messages.of_ticket(conn, number) == (found,)
        assert messages.last_id(conn, number) == made
        return found


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("네, 감사합니다 🙏\n\n> 인용", "네, 감사합니다 🙏"),  # its head: kept as a length
        ("> quoted\nanswer below", "answer below"),  # not its head: kept as text
        ("> a\nyes\n> b\nno", "yes\nno"),
        ("all of it", "all of it"),
        ("all of it", ""),
        ("", ""),
    ],
)
def test_the_reply_reads_back_as_it_was_found(store: Store, text: str, reply: str) -> None:
    found = written(store, text=text, reply_text=reply)
    assert (found.text, found.reply_text) == (text, reply or text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_head_costs_a_length_and_anything_else_its_text(text: str, reply: str) -> None:
    columns = messages.columns(NewMessage(Direction.IN, "Dana", NOW, text, reply_text=reply))
    assert reply_of(text, columns["visible_length"], columns["reply"]) == (reply or text)
    assert (columns["reply"] is None) is text.startswith(reply)


def test_everything_else_reads_back_too(store: Store) -> None:
    to, cc = (Address("support@desk.example", "Acme"), Address("x@y.example")), (Address("boss@x.example", "보스"),)
    files = (File("영수증.pdf", "application/pdf", b"\0\xff"), File("logo", "image/png", b"", True, "cid"))
    found = written(store, to=to, cc=cc, files=files, subject="Re: 프린터", html=True, joined_by="token")
    assert (found.to, found.cc, found.subject, found.html, found.joined_by) == (to, cc, "Re: 프린터", True, "token")
    assert [(a.filename, a.content_type, a.size, a.inline) for a in found.attachments] == [
        ("영수증.pdf", "application/pdf", 2, False), ("logo", "image/png", 0, True)
    ]  # fmt: skip


def test_the_newest_references_are_kept_and_no_more(store: Store) -> None:
    refs = tuple(f"{n}@x" for n in range(150))
    made = written(store, references=refs)
    with store.read() as conn:
        r = t.message_reference.c
        rows = conn.execute(t.message_reference.select().where(r.message_id == made.id).order_by(r.position)).all()
    assert tuple(row.ref for row in rows) == refs[-messages.LONGEST_REFERENCES :]


@pytest.mark.parametrize(
    ("believed", "told"), [("mx.example.net", "fail"), ("MX.example.net", "fail"), ("", ""), ("other.example.net", "")]
)
def test_dmarc_is_told_as_the_host_found_it_that_is_believed(store: Store, believed: str, told: str) -> None:
    with store.write() as conn:
        settings = {"dmarc_host": believed}
        made = conn.execute(
            t.channel.insert().values(kind="email", name="support", address="", settings=settings, created_at=NOW)
        )
        channel_id = made.inserted_primary_key[0]  # type: ignore[index]
    found = written(store, channel_id=channel_id, dmarc="mx.example.net fail", reply_to="else@x.example")
    assert (found.dmarc, found.reply_to) == (told, "else@x.example")
