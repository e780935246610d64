"""A small desk with one talkative customer, for the screens that read and answer tickets."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from supportdesk.desk import canned, channels, conversation, customers, people, triage
from supportdesk.desk.conversation import NewFile, NewTicket
from supportdesk.desk.desk import Desk, found_desk, open_desk
from supportdesk.domain.customer import Identity
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.ticket import Priority, State
from supportdesk.store.messages import NewMessage, add_message

NOW = datetime(2026, 11, 21, 9, 42, 10, tzinfo=UTC)
KIM = Address("minsu@example.com", "김민수")
MAILBOX = {
    "imap_host": "127.0.0.1", "imap_user": "support", "imap_secret": "env:SUPPORT_PASSWORD", "smtp_host": "127.0.0.1",
}  # fmt: skip
REPLY = "3일 전에 환불 신청했는데 아직 처리가 안 됐어요. 주문번호 A-1029 입니다.\n확인 부탁드립니다."
QUOTED = "\n\n2026년 11월 18일, Acme Support 작성:\n" + "\n".join(f"> 안내드린 내용 {n}" for n in range(1, 14))


@dataclass
class Clock:
    """The desk's clock, moved by hand."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass(frozen=True)
class Seeded:
    """The desk with alice at it, and bob's view of the same store."""

    url: str
    clock: Clock
    alice: Desk
    bob: Desk
    customer: int
    channel: int
    refund: int
    earlier: tuple[int, ...]

    def customer_writes(self, number: int, text: str, *, quoted: str = "", files: tuple[NewFile, ...] = ()) -> int:
        """A message from the customer, as intake would write it."""
        with self.alice.unit() as unit:
            unit.lock(number)
            message = add_message(
                unit,
                number,
                NewMessage(
                    Direction.IN, KIM.name, self.clock(), text + quoted, author_address=KIM.address, reply_text=text,
                    customer_id=self.customer, channel_id=self.channel, joined_by="references", files=files,
                ),
            )  # fmt: skip
            unit.record("received", number, {"changes": {}, "message": message}, messages=True)
        return message

    def close(self) -> None:
        self.alice.close()


def seed(url: str) -> Seeded:
    """Agents alice and bob, a mailbox, 김민수 with three earlier contacts and one open refund ticket."""
    clock = Clock()
    desk = open_desk(url, clock=clock)
    found_desk(desk, "Acme Support")
    people.add_team(desk, "Billing")
    people.add_agent(desk, "alice", "Alice Kim", "alice@acme.example", teams=("Billing",))
    people.add_agent(desk, "bob", "Bob Park", "bob@acme.example", teams=("Billing",))
    channel = channels.add(desk, "email", "support", address="support@acme.example", settings=MAILBOX)
    customer = customers.add(
        desk, "김민수", (Identity("email", KIM.address), Identity("phone", "+82 10-1234-5678")), grade="VIP",
        language="ko", organization="Minsu Trading", orders=({"number": "A-1029", "total": "KRW 48,000"},),
    )  # fmt: skip
    alice, bob = desk.as_agent("alice"), desk.as_agent("bob")
    earlier = _earlier(alice, clock, customer)
    refund = _refund(Seeded(url, clock, alice, bob, customer, channel, 0, earlier))
    _canned(desk)
    return Seeded(url, clock, alice, bob, customer, channel, refund, earlier)


def seen_again(seeded: Seeded, url: str) -> Seeded:
    """The same desk in a copy of its store."""
    clock = Clock()
    desk = open_desk(url, clock=clock)
    return replace(seeded, url=url, clock=clock, alice=desk.as_agent("alice"), bob=desk.as_agent("bob"))


def _open(desk: Desk, customer: int, subject: str, text: str) -> int:
    made = conversation.create(
        desk, NewTicket(subject, text, customer=customer, address=KIM, channel="support", direction=Direction.IN)
    ).created
    assert made is not None
    return made


def _earlier(alice: Desk, clock: Clock, customer: int) -> tuple[int, ...]:
    numbers = []
    for days, subject in ((400, "쿠폰 문의"), (70, "결제 오류"), (19, "배송 지연 문의")):
        clock.at = NOW - timedelta(days=days)
        numbers.append(_open(alice, customer, subject, f"{subject}입니다."))
        triage.set_state(alice, numbers[-1], State.SOLVED)
    return tuple(numbers)


def _refund(seeded: Seeded) -> int:
    alice, clock = seeded.alice, seeded.clock
    clock.at = NOW - timedelta(minutes=31)
    refund = _open(alice, seeded.customer, "환불이 아직 안 됐어요", REPLY)
    triage.set_priority(alice, refund, Priority.URGENT)
    triage.set_team(alice, refund, "Billing")
    triage.assign(alice, refund, "bob")
    triage.add_tags(alice, refund, ["refund"])
    clock.at = NOW - timedelta(minutes=9)
    conversation.note(seeded.bob, refund, "PG사 확인 중. 오늘 안에 답 옴.")
    clock.at = NOW - timedelta(minutes=2)
    receipt = NewFile("receipt 영수증.pdf", "application/pdf", b"%PDF-1.4" + b"x" * 14_000)
    seeded.customer_writes(
        refund, "아직인가요? https://shop.example/orders/A-1029 에 있습니다.", quoted=QUOTED, files=(receipt,)
    )  # fmt: skip
    clock.at = NOW
    return refund


def _canned(desk: Desk) -> None:
    canned.add(
        desk, "환불-진행중", "환불 처리 안내 (영업일 3일)",
        "안녕하세요, {{customer.name}} 고객님.\n환불은 영업일 3일 안에 처리됩니다.", language="ko",
    )  # fmt: skip
    canned.add(desk, "환불-완료", "환불 완료 안내", "환불이 완료되었습니다. {{order.number}}", language="ko")
    canned.add(desk, "refund-eta", "Refund timing", "Dear {{customer.name}}, it takes 3 working days.", language="en")
