"""Tests of bulk loading: the rows are those the verbs would leave, on both stores."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from supportdesk.desk import search
from supportdesk.desk.demo.staff import hire
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.domain.analyzer import analyze
from supportdesk.domain.customer import Identity
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.ticket import Priority, State
from supportdesk.store import bulk_tables, derived, messages, search_index
from supportdesk.store import tables as t
from supportdesk.store.bulk import BulkCustomer, BulkEvent, BulkMessage, BulkTicket, Load, index_body
from supportdesk.store.messages import File
from supportdesk.store.tables import metadata

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DERIVED = ("message_count", "preview", "last_message_at", "waiting_since", "next_due_at")


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    opened = open_desk(store_url, clock=lambda: NOW)
    found_desk(opened, "Acme Support")
    yield opened
    opened.close()


def derived_columns(conn: Connection) -> dict[int, tuple[object, ...]]:
    k = t.ticket.c
    return {row[0]: tuple(row[1:]) for row in conn.execute(select(k.number, *(k[name] for name in DERIVED)))}


def test_the_search_index_of_postgres_is_as_before(fresh_postgres: Callable[[], str]) -> None:
    desk = open_desk(fresh_postgres())
    definitions = text("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE '%search_body' ORDER BY 1")
    with desk.read() as conn:
        before = conn.execute(definitions).all()
    with pytest.raises(ZeroDivisionError), bulk_tables.hasty_search(desk.store) as tidy:
        with desk.read() as conn:
            assert conn.execute(definitions).all() != before
        tidy()
        raise ZeroDivisionError
    with desk.read() as conn:
        assert conn.execute(definitions).all() == before and len(before) == 2
    desk.close()


def test_every_column_that_must_have_a_value_gets_one() -> None:
    for name, columns in bulk_tables.COLUMNS.items():
        if name in metadata.tables:
            needed = {column.name for column in metadata.tables[name].c if not column.nullable}
            assert needed <= set(columns), name


def _one(load: Load, desk: Desk) -> int:
    """A ticket with everything a ticket can have."""
    staff = hire(desk)
    who = load.customer(BulkCustomer("김민수", NOW, (Identity("email", "Minsu@Post.example"),), grade="VIP"))
    asked = BulkMessage(
        Direction.IN, "김민수", NOW - timedelta(hours=3), ("환불 부탁드려요", "> 인용"), author_address="m@a.example",
        customer_id=who, channel_id=staff.channels["email"], subject="환불", reply_text="환불 부탁드려요",
        rfc_message_id="1@post.example", body_digest="d", joined_by="created", references=("a@x", "b@x"),
        files=(File("영수증.pdf", "application/pdf", b"%PDF"),), raw=b"From: minsu",
    )  # fmt: skip
    noted = BulkMessage(Direction.NOTE, "bob", NOW - timedelta(hours=2), ("확인 중",), agent_id=staff.agents["bob"].id)
    answered = BulkMessage(
        Direction.OUT, "Bob Park", NOW - timedelta(hours=1), ("처리했습니다.",), agent_id=staff.agents["bob"].id,
        channel_id=staff.channels["email"], subject="Re: 환불", to=(Address("minsu@post.example", '김 "민수"'),),
        delivery=Delivery.SENT,
    )  # fmt: skip
    events = (
        BulkEvent(asked.at, Actor(ActorKind.CUSTOMER, "김민수", who), "created", '{"changes": {}}', 0),
        BulkEvent(answered.at, staff.agents["bob"], "replied", '{"changes": {}}', 2),
    )
    return load.ticket(
        BulkTicket("환불", State.OPEN, Priority.HIGH, who, asked.at, (asked, noted, answered), events, tags=("vip",))
    )


def test_a_whole_conversation_is_as_it_was_given(desk: Desk) -> None:
    hire(desk)
    with desk.store.write() as conn:
        load = Load(conn, lambda ticket, message, _channel: f"t.{ticket}.m.{message}@acme", 1)
        number = _one(load, desk)
        load.write()
    with desk.read() as conn:
        asked, noted, answered = messages.of_ticket(conn, number)
        row = conn.execute(select(t.inbox)).one()
        outbox = conn.execute(select(t.outbox)).one()
        loaded = derived_columns(conn)
    assert (asked.reply_text, asked.joined_by, asked.inbox_id) == ("환불 부탁드려요", "created", row.id)
    assert [file.filename for file in asked.attachments] == ["영수증.pdf"]
    assert (noted.direction, noted.text) == (Direction.NOTE, "확인 중")
    assert answered.to == (Address("minsu@post.example", '김 "민수"'),) and answered.delivery is Delivery.SENT
    assert (outbox.message_id, outbox.status) == (answered.id, "sent")
    assert (row.status, row.ticket_number, row.size) == ("done", number, len(b"From: minsu"))
    assert {hit.message for hit in search.search(desk, "영수증")} == {asked.id}
    with desk.store.write() as conn:
        derived.refresh(conn, number, NOW, messages=True)
        assert derived_columns(conn) == loaded


def test_the_same_bytes_are_kept_once(desk: Desk) -> None:
    hire(desk)
    for raw in (b"same", b"same", b"other"):
        with desk.store.write() as conn:
            load = Load(conn, lambda _ticket, message, _channel: f"{message}@acme", 1)
            who = load.customer(BulkCustomer("A", NOW, ()))
            said = BulkMessage(Direction.IN, "A", NOW, ("x",), channel_id=1, raw=raw, external_id=f"{who}")
            event = BulkEvent(NOW, Actor(ActorKind.SYSTEM, "system"), "created", "{}", 0)
            load.ticket(
                BulkTicket(
                    "x", State.NEW, Priority.LOW, who, NOW, (said, said._replace(external_id=f"{who}b")), (event,)
                )
            )
            load.write()
    with desk.read() as conn:
        assert conn.scalar(select(func.count()).select_from(t.blob)) == 2


@given(st.lists(st.text(max_size=30), max_size=8), st.sampled_from(["sqlite", "postgresql"]))
def test_tokens_of_lines_are_tokens_of_the_whole(lines: list[str], dialect: str) -> None:
    whole = "\n".join(lines)
    assert index_body(dialect, lines).split() == search_index.body_of(dialect, whole).split()


def test_a_long_text_is_cut_where_the_analyzer_cuts() -> None:
    lines = ["가 " * 9_000, "나 " * 9_000]
    assert index_body("sqlite", lines).split() == analyze("\n".join(lines))
