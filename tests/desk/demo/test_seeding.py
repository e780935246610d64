"""Tests of the demonstration desk: it looks lived in, and every row is one the verbs could have left."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from supportdesk.channels import kinds
from supportdesk.channels.protocol import Sender
from supportdesk.channels.simulated import post
from supportdesk.desk import (
    canned,
    conversation,
    customers,
    deliver,
    drafts,
    outgoing,
    quarantine,
    queue,
    tickets,
    views,
)
from supportdesk.desk.demo.data import read
from supportdesk.desk.demo.seeding import seed
from supportdesk.desk.desk import Desk
from supportdesk.desk.founding import make_desk
from supportdesk.domain.channel import Channel, InboxStatus, OutboxStatus
from supportdesk.domain.draft import DraftKind
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.query import parse
from supportdesk.domain.safe import safe_text
from supportdesk.domain.ticket import NEVER, OPEN_STATES, QueueRow, State
from supportdesk.store import derived
from supportdesk.store import tables as t

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DERIVED = ("message_count", "preview", "last_message_at", "waiting_since", "next_due_at")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The whole of it, on SQLite, to be read."""
    desk = make_desk(f"sqlite:///{tmp_path_factory.mktemp('demo')}/desk.db", "Acme Support", clock=lambda: NOW)
    seed(desk)
    yield desk
    desk.close()


def rows(desk: Desk, query: str) -> tuple[QueueRow, ...]:
    return queue.page(desk, parse(query), limit=0).rows


def number_of(desk: Desk, subject: str) -> int:
    with desk.read() as conn:
        found = conn.scalar(select(t.ticket.c.number).where(t.ticket.c.subject == subject))
    assert found is not None
    return int(found)


def test_rows_are_as_the_rules_have_them_on_both_stores(store_url: str) -> None:
    desk = make_desk(store_url, "Acme Support", clock=lambda: NOW)
    seed(desk, 80)
    k = t.ticket.c
    with desk.store.write() as conn:
        query = select(k.number, *(k[name] for name in DERIVED)).order_by(k.number)
        before = conn.execute(query).all()
        for row in before:
            derived.refresh(conn, row.number, NOW, messages=True)
        assert conn.execute(query).all() == before
    assert len(before) >= 80
    desk.close()


def test_there_are_three_hundred_and_the_queue_is_alive(seeded: Desk) -> None:
    alice = seeded.as_agent("alice")
    found = views.counts(alice)
    assert 300 <= len(rows(seeded, "")) <= 305
    assert found["mine"] >= 3 and found["unassigned"] >= 10 and 30 <= found["open"] <= 80
    assert 2 <= found["overdue"] <= 8 and found["snoozed"] >= 3 and found["pending"] >= 5
    assert found["due"] > found["overdue"] and found["vip"] >= 5
    top = rows(seeded, "is:open -is:snoozed sort:due")[:12]
    assert {row.channel_kind for row in top} >= {"email", "kakao", "phone"}
    assert min(row.waiting_since for row in top if row.waiting_since) > NOW - timedelta(days=1)


def test_every_medium_and_both_languages_are_there(seeded: Desk) -> None:
    everything = rows(seeded, "")
    media = Counter(row.channel_kind for row in everything)
    assert all(media[medium] >= 10 for medium in ("email", "kakao", "line", "phone"))
    korean = sum(any("가" <= letter <= "힣" for letter in row.subject) for row in everything)
    assert 0.3 * len(everything) < korean < 0.8 * len(everything)
    assert {row.grade for row in everything} == {"", "Silver", "Gold", "VIP"}


def test_nobody_repeats_themselves(seeded: Desk) -> None:
    m = t.message.c
    with seeded.read() as conn:
        said = Counter(conn.scalars(select(m.text)))
        twice = conn.execute(
            select(t.ticket.c.subject, t.ticket.c.customer_id)
            .group_by(t.ticket.c.subject, t.ticket.c.customer_id)
            .having(func.count() > 1)
        ).all()
    assert max(said.values()) <= 3 and len(said) > 450
    assert twice == []


def test_nothing_is_in_the_future_and_all_is_in_order(seeded: Desk) -> None:
    m, e = t.message.c, t.event.c
    with seeded.read() as conn:
        messages = conn.execute(select(m.ticket_number, m.at).order_by(m.id)).all()
        events = conn.execute(select(e.ticket_number, e.at, e.kind).where(e.ticket_number.is_not(None)).order_by(e.id))
        last: dict[int, datetime] = {}
        for event in events:
            assert (event.ticket_number in last) == (event.kind != "created")
            assert last.get(event.ticket_number, event.at) <= event.at <= NOW
            last[event.ticket_number] = event.at
    assert max(row.at for row in messages) <= NOW
    assert min(row.at for row in messages) > NOW - timedelta(days=450)


def test_history_explains_the_state(seeded: Desk) -> None:
    """What the events say a ticket became is what it is."""
    for row in rows(seeded, "is:open") + rows(seeded, "state:solved") + rows(seeded, "state:spam"):
        page = tickets.ticket(seeded, row.number)
        state, assignee = State.NEW.value, ""
        for event in page.events:
            changes = event.data.get("changes", {})
            state = changes["state"][1] if "state" in changes else state
            assignee = changes["assignee"][1] if "assignee" in changes else assignee
        assert (state, assignee) == (page.ticket.state, page.ticket.assignee), row.subject
        assert page.ticket.version == len(page.events)


def test_mail_is_kept_as_it_was_received(seeded: Desk) -> None:
    page = tickets.ticket(seeded, number_of(seeded, "Printer prints blank pages since the update"))
    first, answer, second = page.messages
    raw = tickets.raw(seeded, second.id)
    assert raw is not None and b"In-Reply-To: <" in raw and b"From: Dana Reyes <dana@reyes.example>" in raw
    assert (first.joined_by, second.joined_by) == ("created", "message-id")
    assert answer.delivery is Delivery.SENT and answer.to == (Address("dana@reyes.example", "Dana Reyes"),)


def test_regular_customers_have_a_history_on_several_media(seeded: Desk) -> None:
    page = tickets.ticket(seeded, number_of(seeded, "환불이 아직 안 됐어요"))
    assert page.customer.grade == "VIP" and page.customer.organization == "민수상사"
    assert {identity.kind for identity in page.customer.identities} == {"kakao", "email", "phone"}
    assert page.customer.orders[0]["number"] == "A-1029"
    contacts = customers.history(seeded, page.customer.id)
    assert len(contacts) >= 3 and len({contact.channel_kind for contact in contacts}) >= 2


def test_what_goes_wrong_is_there_too(seeded: Desk) -> None:
    failed = outgoing.outbox(seeded, status=OutboxStatus.FAILED)
    assert len(failed) == 1 and "550" in failed[0].error
    assert tickets.ticket(seeded, failed[0].ticket).messages[-1].delivery is Delivery.FAILED
    held = quarantine.inbox(seeded, status=InboxStatus.QUARANTINE)
    assert {row.cause for row in held} == {"unreadable", "unfetchable"}
    merged = rows(seeded, "is:merged")
    assert len(merged) == 1
    assert "신다인" in {
        message.author for message in tickets.ticket(seeded, number_of(seeded, "캠핑 의자 다리 하나가 짧아요")).messages
    }
    assert tickets.ticket(seeded, number_of(seeded, "배송완료라는데 물건이 없어요")).ticket.links
    invoice = number_of(seeded, "11월 세금계산서 공급가액이 다릅니다")
    assert drafts.load(seeded.as_agent("alice"), invoice, DraftKind.REPLY) is not None


def test_files_can_be_opened(seeded: Desk) -> None:
    opened: dict[str, bytes] = {}
    for row in rows(seeded, "has:attachment"):
        for message in tickets.ticket(seeded, row.number).messages:
            opened |= {file.filename: tickets.attachment(seeded, file.id) for file in message.attachments}
    assert len(opened) >= 8
    starts = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "csv": b"\xef\xbb\xbfname"}
    assert all(data.startswith(starts[name.rpartition(".")[2]]) for name, data in opened.items())


def test_canned_replies_fit_the_customer(seeded: Desk) -> None:
    alice = seeded.as_agent("alice")
    found = {(reply.shortcut, reply.language) for reply in canned.canned(alice)}
    assert {("환불-진행중", "ko"), ("refund-eta", "en")} <= found
    for reply in canned.canned(alice):
        text = canned.render(alice, reply, number_of(seeded, "환불이 아직 안 됐어요"))
        assert canned.unfilled(alice, text) == ()


def test_every_answer_leaves_on_the_medium_it_was_asked_on(store_url: str) -> None:
    """Also a forward, which wants mail, and whatever medium the ticket is on."""
    desk = make_desk(store_url, "Acme Support")
    seed(desk, 48)
    alice = desk.as_agent("alice")

    def sender(channel: Channel) -> Sender:
        made = kinds.sender(channel.kind, channel.settings)
        assert made is not None
        return made

    asked = {
        "kakao": "쿠폰이 적용이 안 돼요",
        "line": "返品について",
        "phone": "Missed call",
        "email": "Where is my refund?",
    }
    for medium, subject in asked.items():
        while not post(medium).delivered.empty():
            post(medium).delivered.get()
        number = number_of(desk, subject)
        assert rows(desk, f"channel:{medium} #{number}")[0].channel_kind == medium
        conversation.reply(alice, number, conversation.Reply("OK", send_at=desk.now()))
        assert deliver.deliver_due(desk, sender) == 1
        got = post(medium).delivered.get_nowait()
        assert got.recipients == (tickets.ticket(desk, number).messages[0].author_address,)
        conversation.forward(alice, number, [Address("depot@carrier.example")], "Please look")
    desk.close()


@pytest.mark.parametrize("wanted", [1, 10])
def test_a_few_tickets_are_enough(fresh_sqlite: Callable[[], str], wanted: int) -> None:
    desk = make_desk(fresh_sqlite(), "Acme Support", clock=lambda: NOW)
    seed(desk, wanted)
    assert wanted <= len(rows(desk, "")) <= wanted + 2
    desk.close()


def test_the_texts_are_fit_for_a_terminal() -> None:
    for name in ("open.ko", "open.en"):
        for story in read(name)["story"]:
            for said in (story["subject"], *story["say"]):
                assert safe_text(said) == said


def test_open_tickets_have_no_closing_time(seeded: Desk) -> None:
    k = t.ticket.c
    with seeded.read() as conn:
        for row in conn.execute(select(k.state, k.closed_at, k.merged_into, k.next_due_at, k.waiting_since)):
            closed = State(row.state) not in OPEN_STATES or row.merged_into is not None
            assert (row.closed_at is not None) == closed
            assert row.next_due_at == NEVER or (row.waiting_since and not closed)


def test_directions_of_a_story(seeded: Desk) -> None:
    page = tickets.ticket(seeded, number_of(seeded, "Invoice NW-2291-11 charged twice"))
    expected = [Direction.IN, Direction.OUT, Direction.NOTE, Direction.IN]
    assert [message.direction for message in page.messages] == expected
