"""Tests of bulk loading: the rows are those the verbs would leave, on both stores."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text

from supportdesk.desk import search
from supportdesk.desk.conversation import NewTicket, create
from supportdesk.desk.demo.staff import hire
from supportdesk.desk.demo.synthetic import generate
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


@pytest.fixture(scope="module")
def small() -> int:
    return 400


def derived_columns(conn: Connection) -> dict[int, tuple[object, ...]]:
    k = t.ticket.c
    return {row[0]: tuple(row[1:]) for row in conn.execute(select(k.number, *(k[name] for name in DERIVED)))}


def dump(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the tables a load writes, without what is by chance: the desk's own key signs Message-IDs."""
    with desk.read() as conn:
        return {
            name: sorted(
                (tuple(row) for row in conn.execute(select(*(c for c in table.c if c.name not in CHANCE)))), key=repr
            )
            for name, table in metadata.tables.items()
            if name in bulk_tables.COLUMNS
        }


CHANCE = ("rfc_message_id", "xid")


@pytest.mark.parametrize("per_ticket", [1, 3])
def test_derived_columns_are_those_of_the_rules(desk: Desk, per_ticket: int) -> None:
    generate(desk, 300, messages=per_ticket)
    with desk.store.write() as conn:
        loaded = derived_columns(conn)
        for number in loaded:
            derived.refresh(conn, number, NOW, messages=True)
        assert derived_columns(conn) == loaded


def test_a_desk_has_every_kind_of_ticket(desk: Desk, small: int) -> None:
    written = generate(desk, small)
    k = t.ticket.c
    with desk.read() as conn:
        states = {row[0]: row[1] for row in conn.execute(select(k.state, func.count()).group_by(k.state))}
        customers = conn.scalar(select(func.count()).select_from(t.customer))
        grades = set(conn.scalars(select(t.customer.c.grade)))
        assert conn.scalar(select(func.count()).select_from(t.message)) == written
    assert sum(states.values()) == small and customers == small // 5
    assert 2.5 * small < written < 3.5 * small
    still_open = sum(states.get(state, 0) for state in ("new", "open", "pending", "on_hold"))
    assert 0.01 * small < still_open < 0.10 * small
    assert states["closed"] > 0.8 * small and {"", "Silver"} <= grades


def test_what_was_said_is_found(desk: Desk, small: int) -> None:
    generate(desk, small)
    for word in ("환불", "배송", "refund", "parcel"):
        m = t.message.c
        with desk.read() as conn:
            said = conn.scalar(select(func.count()).where((m.text + m.subject).ilike(f"%{word}%"))) or 0
        assert said > 0
        assert len(search.search(desk, word, limit=0)) == said


def test_the_same_seed_gives_the_same_desk(fresh_store: Callable[[], str], small: int) -> None:
    dumps = []
    for seed in (7, 7, 8):
        opened = open_desk(fresh_store(), clock=lambda: NOW)
        found_desk(opened, "Acme Support")
        generate(opened, small, seed=seed)
        dumps.append(dump(opened))
        opened.close()
    assert dumps[0] == dumps[1]
    assert dumps[0]["message"] != dumps[2]["message"]


def test_what_is_there_stays_and_the_rest_goes_on(desk: Desk, small: int) -> None:
    by_hand = create(desk, NewTicket("By hand", "Hello", address=Address("dana@post.example", "Dana"))).created
    assert by_hand is not None
    for round_ in (1, 2):
        generate(desk, small)
        with desk.read() as conn:
            numbers = list(conn.scalars(select(t.ticket.c.number).order_by(t.ticket.c.number)))
        assert numbers == list(range(by_hand, by_hand + round_ * small + 1))
    after = create(desk, NewTicket("Again", "Hello", address=Address("zebulon@post.example", "Zebulon"))).created
    assert after is not None and after > numbers[-1]
    assert [hit.ticket for hit in search.search(desk, "zebulon")] == [after]


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
