"""A synthetic desk of any size, for load tests: two years of tickets from phrases, the same for the same seed.

Some 4 % of the tickets are open, most of them young; five tickets come from one customer; three in five customers
write Korean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from supportdesk.desk.demo.phrases import Bank, Theme, banks, choice, weighted
from supportdesk.desk.demo.staff import Staff, hire
from supportdesk.desk.desk import Desk
from supportdesk.domain.customer import Identity
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.ticket import OPEN_STATES, Priority, State
from supportdesk.domain.tokens import message_id
from supportdesk.store.bulk import BulkCustomer, BulkEvent, BulkMessage, BulkTicket, Load
from supportdesk.store.bulk_tables import TIDY_EVERY, gather_statistics, hasty_search

CHUNK = 4000
"""Tickets a transaction: other writers wait for less than a second."""
TICKETS_A_CUSTOMER = 5
YEARS_BACK = timedelta(days=730)
DAY = timedelta(days=1)
YOUNG, RECENT = 0.99, 0.94
"""The last part of the tickets came within a day, the part before it may still be open."""

_YOUNG_STATES = ((State.NEW, State.OPEN, State.PENDING, State.SOLVED), (0.5, 0.65, 0.8, 1.0))
_OPEN = ((State.PENDING, State.ON_HOLD, State.OPEN), (0.45, 0.55, 1.0))
_PRIORITIES = ((Priority.NORMAL, Priority.HIGH, Priority.LOW, Priority.URGENT), (0.72, 0.86, 0.96, 1.0))
_GRADES = (("", "Silver", "Gold", "VIP"), (0.75, 0.90, 0.98, 1.0))
_MEDIA = (("email", "kakao", "phone", "line"), (0.55, 0.80, 0.92, 1.0))
_SPAM = 0.015
_SNOOZED = 0.05
_WITH_NOTE = 0.25
_POLITE = 0.5


@dataclass(frozen=True, slots=True)
class _Person:
    """A customer who may write again."""

    id: int
    name: str
    bank: Bank
    email: str
    medium: str

    def address(self, medium: str) -> str:
        return self.email if medium == "email" else _elsewhere(medium, self.id)


def generate(
    desk: Desk, tickets: int, *, messages: int = 3, seed: int = 1, done: Callable[[int], None] = lambda _count: None
) -> int:
    """Add ``tickets`` with ``messages`` each on average; returns how many messages that were.

    ``done`` is told how many tickets were written since. Anything there already stays as it is.
    """
    made = _Desk(desk, hire(desk), tickets, messages, Random(seed))  # noqa: S311 - the same for the same seed
    tidied = 0
    with hasty_search(desk.store) as tidy:
        for start in range(0, tickets, CHUNK):
            size = min(CHUNK, tickets - start)
            with desk.store.write() as conn:
                made.add(Load(conn, made.sign, size), start, size)
            done(size)
            if made.written - tidied > TIDY_EVERY:
                tidy()
                tidied = made.written
    gather_statistics(desk.store)
    return made.written


def _elsewhere(medium: str, customer: int) -> str:
    """Where a customer is known besides mail; never anybody else's, because the id is in it."""
    return f"+8210{50_000_000 + customer}" if medium == "phone" else f"{medium}-{customer:07d}"


class _Desk:
    """The desk being made up."""

    def __init__(self, desk: Desk, staff: Staff, tickets: int, messages: int, random: Random) -> None:
        self._staff, self._total, self._per_ticket, self._random = staff, tickets, messages, random
        self._now = desk.now()
        self._key = desk.about.key
        self._agents = tuple(staff.agents.values())
        self._korean, self._english = banks()
        self._people: list[_Person] = []
        self.written = 0

    def add(self, load: Load, start: int, size: int) -> None:
        for _ in range(-(-size // TICKETS_A_CUSTOMER)):
            self._people.append(self._person(load, start))
        for index in range(start, start + size):
            self._ticket(load, index)
        load.write()

    def sign(self, ticket: int, message: int, channel: int | None) -> str:
        domain = self._domains.get(channel or 0, "acme.example")
        return message_id(self._key, ticket, message, domain)

    @cached_property
    def _domains(self) -> dict[int, str]:
        return {channel: address.rpartition("@")[2] for channel, address in self._staff.addresses.items()}

    def _person(self, load: Load, index: int) -> _Person:
        random = self._random
        customer = load.next_customer()
        bank = self._korean if random.random() < 0.6 else self._english
        name, mailbox = choice(random, bank.people)
        email = f"{mailbox}.{customer}@{choice(random, bank.mail)}"
        medium = weighted(random, *_MEDIA)
        known = [Identity("email", email)] if medium == "email" or random.random() < 0.3 else []
        if medium != "email":
            known.append(Identity(medium, _elsewhere(medium, customer)))
        since = self._created(index) - DAY * random.random() * 400
        load.customer(BulkCustomer(name, since, tuple(known), weighted(random, *_GRADES), bank.language), customer)
        return _Person(customer, name, bank, email, medium)

    def _created(self, index: int) -> datetime:
        """Evenly over two years, but the last part within the last day."""
        place = (index + self._random.random()) / self._total
        if place < YOUNG:
            return self._now - DAY - (YEARS_BACK - DAY) * (1 - place / YOUNG)
        return self._now - DAY * ((1 - place) / (1 - YOUNG))

    def _state(self, index: int) -> State:
        random, place = self._random, index / self._total
        if random.random() < _SPAM:
            return State.SPAM
        if place >= YOUNG:
            return weighted(random, *_YOUNG_STATES)
        if random.random() < (0.4 if place >= RECENT else 0.01):
            return weighted(random, *_OPEN)
        return State.SOLVED if place > 0.97 else State.CLOSED

    def _ticket(self, load: Load, index: int) -> None:
        random, state = self._random, self._state(index)
        created = self._created(index)
        person = self._people[-1 - int(len(self._people) * random.random() ** 3)]
        bank, theme = person.bank, person.bank.theme(random)
        owner = None if state in (State.NEW, State.SPAM) else choice(random, self._agents)
        subject = bank.filled(random, choice(random, theme.subjects))
        channel = self._staff.channels[person.medium]
        talk = _Talk(theme, person, subject, channel, self._staff.names, random, f"{index}.{person.id}")
        messages = talk.messages(self._turns(state), owner or self._agents[0], self._times(state, created))
        last = messages[-1].at
        load.ticket(BulkTicket(
            subject, state, weighted(random, *_PRIORITIES), person.id, created, messages,
            (BulkEvent(created, Actor(ActorKind.CUSTOMER, person.name, person.id), "created", _CREATED, 0),),
            self._staff.teams[theme.team], owner.id if owner else None, channel,
            None if state in OPEN_STATES else last,
            self._now + DAY * random.random() * 5 if state in _SLEEPY and random.random() < _SNOOZED else None,
            (theme.tag,) if random.random() < 0.6 else (),
        ))  # fmt: skip
        self.written += len(messages)

    def _turns(self, state: State) -> int:
        """How many messages: odd where the customer has the last word."""
        if state in (State.NEW, State.SPAM):
            return 1
        turns = 1 + int(self._random.random() * (2 * self._per_ticket - 1))
        answered = state in (State.PENDING, State.ON_HOLD)
        return turns + turns % 2 if answered else turns

    def _times(self, state: State, created: datetime) -> Callable[[int], list[datetime]]:
        """Times of so many messages. What is open was spoken about lately, what is done within a week."""
        random, now = self._random, self._now
        if state is State.OPEN and random.random() < 0.85:
            last = max(created, now - timedelta(hours=9) * random.random())
        else:
            last = min(now, created + timedelta(days=7) * random.random() ** 2)

        def times(count: int) -> list[datetime]:
            if count == 1:
                return [created]
            inner = sorted(random.random() for _ in range(count - 2))
            return [created, *(created + (last - created) * part for part in inner), last]

        return times


_CREATED = '{"rule": "new", "changes": {}}'
_SLEEPY = (State.PENDING, State.OPEN)


class _Talk:
    """One conversation."""

    def __init__(
        self, theme: Theme, person: _Person, subject: str, channel: int, names: dict[str, str], random: Random,
        unique: str,
    ) -> None:  # fmt: skip
        self._bank, self._theme, self._person, self._subject = person.bank, theme, person, subject
        self._channel, self._names, self._random, self._name = channel, names, random, unique
        self._address = Address(person.address(person.medium), person.name)

    def messages(self, turns: int, agent: Actor, times: Callable[[int], list[datetime]]) -> tuple[BulkMessage, ...]:
        noted = turns > 2 and self._random.random() < _WITH_NOTE
        made = []
        for turn, at in enumerate(times(turns)):
            if turn % 2 == 0:
                made.append(self._asked(turn, turns, at))
            elif noted and turn == 1:
                made.append(self._noted(at, agent))
            else:
                made.append(self._answered(at, agent))
        return tuple(made)

    def _asked(self, turn: int, turns: int, at: datetime) -> BulkMessage:
        random, bank, theme, person = self._random, self._bank, self._theme, self._person
        if turn == 0:
            lines = [choice(random, bank.greetings), bank.filled(random, choice(random, theme.openings))]
            lines += [choice(random, theme.details), choice(random, bank.order_lines)]
            if random.random() < _POLITE:
                lines.append(choice(random, bank.closings))
        else:
            lines = [choice(random, bank.thanks if turn == turns - 1 else theme.more)]
        return BulkMessage(
            Direction.IN, person.name, at, tuple(lines), kind="call" if person.medium == "phone" else "normal",
            author_address=self._address.address, customer_id=person.id, channel_id=self._channel,
            subject=self._subject, joined_by="token" if turn else "created",
            rfc_message_id=f"{self._name}.{turn}@{person.medium}.example",
        )  # fmt: skip

    def _answered(self, at: datetime, agent: Actor) -> BulkMessage:
        random, bank = self._random, self._bank
        lines = [choice(random, bank.answer_greetings), bank.filled(random, choice(random, self._theme.answers))]
        if random.random() < _POLITE:
            lines.append(choice(random, bank.answer_closings))
        return BulkMessage(
            Direction.OUT, self._names[agent.name], at, tuple(lines), agent_id=agent.id, channel_id=self._channel,
            subject=f"Re: {self._subject}", to=(self._address,), delivery=Delivery.SENT,
        )  # fmt: skip

    def _noted(self, at: datetime, agent: Actor) -> BulkMessage:
        return BulkMessage(
            Direction.NOTE, agent.name, at, (choice(self._random, self._theme.notes),), agent_id=agent.id
        )
