"""Many different tickets at once, written past the verbs, with what was written kept to compare against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy import insert

from supportdesk.desk import people
from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Identity
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import NEVER, OPEN_STATES, Priority, QueueRow, State
from supportdesk.store import customers
from supportdesk.store import tables as t
from supportdesk.store.messages import File, NewMessage, add_message
from supportdesk.store.unit import Unit

TEAMS = ("Billing", "Shipping", "Équipe", "배송 팀", "billing")
LOGINS = ("alice", "bob", "박지민")
CHANNELS = (("email", "support"), ("kakao", "카카오"), ("phone", "Hotline"))
TAGS = ("vip", "refund", "환불", "two-words")
GRADES = ("", "VIP", "vip", "골드", "Ärztin")
PEOPLE = (
    ("김민수", (Identity("email", "minsu@x.example"), Identity("kakao", "kim-1"))),
    ("Dana Reyes", (Identity("email", "dana@x.example"),)),
    ("Ångström", (Identity("phone", "+82-10-1234-5678"),)),
    ("田中 花子", (Identity("line", "hanako"),)),
    ("100%_off!", ()),
)
SUBJECTS = ("환불이 아직", "Printer", "ÄRGER mit 50% Rabatt", "re_fund!", "Überweisung", "배송 언제 오나요", "")
TEXTS = (
    "3일 전에 환불 신청했는데 아직", "The printer prints black", "배송이 늦어요. 언제 오나요?", "주문번호 A-1029",
    "Straße und Café", "환불", "ok", "返品について", "'; DROP TABLE ticket; --", "refund refund refund",
)  # fmt: skip
FILES = ("receipt.pdf", "영수증.png")


@dataclass(frozen=True, slots=True)
class Written:
    """A ticket as it was written; ``documents`` is what of each message can be found."""

    row: QueueRow
    tags: frozenset[str]
    customer: str  # what of the customer can be found
    closed_at: datetime | None
    merged_into: int | None
    attachments: bool
    documents: tuple[str, ...]


def crowd(desk: Desk, seed: int, size: int) -> list[Written]:
    """Write ``size`` tickets of all sorts; the agents, teams and channels as well."""
    random = Random(seed)
    with desk.store.write() as conn:
        for kind, name in CHANNELS[1:]:
            conn.execute(insert(t.channel).values(kind=kind, name=name, settings={}, created_at=desk.now()))
    for team in TEAMS:
        if team not in {known.name for known in people.teams(desk)}:
            people.add_team(desk, team)
    people.add_agent(desk, "박지민", "박지민", "")
    with desk.store.write() as conn:
        who = [
            customers.add(conn, name, desk.now(), identities=ids, grade=random.choice(GRADES)) for name, ids in PEOPLE
        ]
    with desk.unit() as unit:
        return [_ticket(unit, random, who, number) for number in range(1, size + 1)]


def _ticket(unit: Unit, random: Random, who: Sequence[int], number: int) -> Written:
    now = unit.now.replace(microsecond=0)
    state, priority = random.choice(list(State)), random.choice(list(Priority))
    merged = random.randrange(1, number) if number > 1 and random.random() < 0.1 else None
    closed_at = now if state not in OPEN_STATES or merged else None
    snoozed = now + timedelta(days=random.randint(1, 9)) if closed_at is None and random.random() < 0.3 else None
    due = random.choice((NEVER, *(now + timedelta(hours=hours) for hours in (-30, -2, 1, 3, 9, 200))))
    waiting = now - timedelta(hours=random.randint(1, 50)) if random.random() < 0.5 else None
    created = datetime(2026, random.randint(9, 11), random.randint(1, 20), random.randint(0, 23), 7, tzinfo=UTC)
    updated = random.choice((created, created + timedelta(days=1), now - timedelta(hours=5, minutes=1)))
    login, team = random.choice(("", *LOGINS)), random.choice(("", *TEAMS))
    kind, channel = random.choice((("", ""), *CHANNELS))
    customer_id = random.choice(who)
    subject = random.choice(SUBJECTS)
    ids = {row.name: row.id for row in unit.conn.execute(t.team.select())}
    agents = {row.login: row.id for row in unit.conn.execute(t.agent.select())}
    channels = {row.name: row.id for row in unit.conn.execute(t.channel.select())}
    unit.insert(
        t.ticket, number=number, subject=subject, state=state.value, priority=priority.value,
        customer_id=customer_id, team_id=ids.get(team), assignee_id=agents.get(login),
        channel_id=channels.get(channel), created_at=created, updated_at=updated, closed_at=closed_at,
        snoozed_until=snoozed, merged_into=merged, waiting_since=waiting, next_due_at=due,
    )  # fmt: skip
    tags = frozenset(random.sample(TAGS, random.randint(0, 2)))
    for tag in tags:
        unit.insert(t.ticket_tag, ticket_number=number, tag=tag)
    found = customers.customer(unit.conn, customer_id)
    documents, attachments = [], False
    for _ in range(random.randint(0, 3)):
        text, author = random.choice(TEXTS), random.choice((found.name, "Alice Kim"))
        names = [random.choice(FILES) for _ in range(random.randint(0, 2))] if random.random() < 0.3 else []
        inline = random.random() < 0.5
        files = tuple(File(name, "text/plain", name.encode(), inline=inline) for name in names)
        direction = random.choice(list(Direction))
        add_message(unit, number, NewMessage(direction, author, created, text, subject=subject, files=files))
        documents.append("\n".join((subject, author, text, *names)))
        attachments |= bool(names) and not inline
    row = QueueRow(
        number=number, subject=subject, preview="", state=state, priority=priority, channel=channel, channel_kind=kind,
        customer_id=customer_id, customer=found.name, grade=found.grade, team=team, assignee=login, created_at=created,
        updated_at=updated, next_due_at=due, snoozed_until=snoozed, waiting_since=waiting, messages=0, version=1,
    )  # fmt: skip
    findable = "\n".join((found.name, *(identity.value for identity in found.identities)))
    return Written(row, tags, findable, closed_at, merged, attachments, tuple(documents))
