"""What the desk knows about the ids, numbers and people some mails name: the look-ups behind threading.

All mails of a batch are looked up together, in a handful of statements; what becomes of one is told to the
``Picture`` before the next is judged, as if it had been written already.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from supportdesk.domain.customer import normal_identity
from supportdesk.domain.message import Address, Direction
from supportdesk.domain.threading import Candidate, Known, Lookups
from supportdesk.store import tables as t

T = TypeVar("T")
PART = 500
"""Values looked up at once: a statement takes only so many."""


@dataclass(frozen=True, slots=True)
class Named:
    """What some mails name. ``bodies``: (Message-ID, digest of the body); ``sent``: ids their bounces are about."""

    bodies: Collection[tuple[str, str]]
    sent: Collection[str]
    message_ids: Collection[str]
    references: Collection[str]
    numbers: Collection[int]
    senders: Collection[tuple[str, str]]  # (kind of identity, address)


@dataclass(slots=True, eq=False)
class Person:
    """Who writes. ``id`` None: not a customer yet; ``opened``: tickets of theirs within the time asked about."""

    kind: str
    address: str
    name: str
    id: int | None = None
    organization: str = ""
    addresses: frozenset[str] = frozenset()
    opened: int = 0

    @property
    def identity(self) -> str:
        return normal_identity(self.kind, self.address)


@dataclass(slots=True)
class Picture:
    """What is known. Tickets by their number; those that do not exist yet have numbers below 0."""

    bodies: dict[tuple[str, str], int]
    sent: dict[str, tuple[int, int]]  # (message, ticket) of the desk's own
    by_message_id: dict[str, int]
    by_reference: dict[str, int]
    where_now: dict[int, int]  # each number with that of the ticket it is now in
    tickets: dict[int, Candidate]
    states: dict[int, str]
    people: dict[tuple[str, str], Person]
    agents: frozenset[str]
    own: frozenset[str]  # the desk's addresses
    since: datetime  # from when on tickets count as opened

    def known(self, looked: Lookups, sender: Address, identity_kind: str) -> Known:
        """What bears on one mail."""
        by_id = {ref: self.by_message_id[ref] for ref in looked.message_ids if ref in self.by_message_id}
        by_reference = {ref: self.by_reference[ref] for ref in looked.references if ref in self.by_reference}
        now_at = {
            number: self.where_now[number]
            for number in {*looked.numbers, *by_id.values(), *by_reference.values()}
            if number in self.where_now
        }
        if not now_at:
            return Known()
        # by the target's own number too: a rule may name a message that has moved there
        numbers = now_at | {target: target for target in now_at.values()}
        person = self.people.get((identity_kind, normal_identity(identity_kind, sender.address)))
        return Known(
            by_message_id={ref: now_at.get(number, number) for ref, number in by_id.items()},
            by_reference={ref: now_at.get(number, number) for ref, number in by_reference.items()},
            tickets={number: self.tickets[at] for number, at in numbers.items() if at in self.tickets},
            sender_is_agent=sender.address.lower() in self.agents,
            sender_organization=person.organization if person else "",
        )

    def person(self, kind: str, who: Address) -> Person:
        """Whoever is known by an identity, or is from now on."""
        key = (kind, normal_identity(kind, who.address))
        if key not in self.people:
            made = Person(kind, who.address, who.name or who.address, addresses=frozenset({key[1].casefold()}))
            self.people[key] = made
        return self.people[key]

    def opened(self, number: int, subject: str, state: str, who: Person, at: datetime) -> None:
        """There is a new ticket, of the time ``at``."""
        who.opened += at > self.since
        self.where_now[number], self.states[number] = number, state
        self.tickets[number] = Candidate(number, (subject,), None, None, who.addresses - self.own, who.organization)

    def received(
        self, number: int, message_id: str, references: Iterable[str], body_digest: str, at: datetime,
        author: str, others: Iterable[str], subject: str,
    ) -> None:  # fmt: skip
        """A message has come into a ticket."""
        if message_id and body_digest:
            self.bodies.setdefault((message_id, body_digest), number)
        if message_id:
            self.by_message_id[message_id] = number
        for ref in references:
            self.by_reference.setdefault(ref, number)
        old = self.tickets[number]
        people = frozenset(each.casefold() for each in (author, *others)) - self.own - {""}
        participants = old.participants | people
        self.tickets[number] = replace(
            old,
            subjects=(*old.subjects, subject) if subject and subject not in old.subjects else old.subjects,
            last_message_at=max(old.last_message_at, at) if old.last_message_at else at,
            participants=participants,
            writers=(old.writers | {author.casefold()}) & participants,
        )

    def reopened(self, number: int, state: str) -> None:
        """Work is left in it again."""
        self.states[number] = state
        self.tickets[number] = replace(self.tickets[number], closed_at=None)


def look_up(conn: Connection, named: Named, since: datetime) -> Picture:
    """Everything named. ``since``: from when on the tickets of the senders are counted.

    The senders' identities stay locked against a merge of customers until the end of the transaction.
    """
    bodies, sent = _bodies(conn, named.bodies), _sent(conn, named.sent)
    by_id, by_reference = _tickets_with(conn, named.message_ids), _tickets_referring(conn, named.references)
    mentioned = {number for _message, number in sent.values()}
    where_now = _where_now(conn, {*named.numbers, *by_id.values(), *by_reference.values(), *mentioned})
    own = frozenset(conn.scalars(select(t.channel.c.address)))
    tickets, states = _candidates(conn, frozenset(where_now.values()), own)
    where_now |= {number: number for number in tickets}
    return Picture(
        bodies, sent, by_id, by_reference, where_now, tickets, states, people=_people(conn, named.senders, since),
        agents=_agents(conn), own=own, since=since,
    )  # fmt: skip


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    """In an order that is the same for all workers, so that locks are taken in it."""
    ordered = sorted(set(values))  # type: ignore[type-var]
    return (ordered[start : start + PART] for start in range(0, len(ordered), PART))


def _bodies(conn: Connection, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The ticket of each message that has both this Message-ID and this body."""
    m = t.message.c
    found: dict[tuple[str, str], int] = {}
    for part in _parts(each for each in wanted if all(each)):
        ids, digests = [one for one, _ in part], [other for _, other in part]
        same = (m.rfc_message_id.in_(ids), m.body_digest.in_(digests), m.direction == Direction.IN)
        first = select(func.min(m.id)).where(*same).group_by(m.rfc_message_id, m.body_digest)
        rows = conn.execute(select(m.rfc_message_id, m.body_digest, m.ticket_number).where(m.id.in_(first)))
        found |= {(row.rfc_message_id, row.body_digest): row.ticket_number for row in rows}
    return found


def _sent(conn: Connection, ids: Collection[str]) -> dict[str, tuple[int, int]]:
    m = t.message.c
    found: dict[str, tuple[int, int]] = {}
    for part in _parts(each for each in ids if each):
        same = (m.rfc_message_id.in_(part), m.direction == Direction.OUT)
        first = select(func.min(m.id)).where(*same).group_by(m.rfc_message_id)
        rows = conn.execute(select(m.rfc_message_id, m.id, m.ticket_number).where(m.id.in_(first)))
        found |= {row.rfc_message_id: (row.id, row.ticket_number) for row in rows}
    return found


def _tickets_with(conn: Connection, ids: Collection[str]) -> dict[str, int]:
    """Of several messages with one id the newest counts."""
    m = t.message.c
    found: dict[str, int] = {}
    for part in _parts(ids):
        newest = select(func.max(m.id)).where(m.rfc_message_id.in_(part)).group_by(m.rfc_message_id)
        rows = conn.execute(select(m.rfc_message_id, m.ticket_number).where(m.id.in_(newest)))
        found |= {row.rfc_message_id: row.ticket_number for row in rows}
    return found


def _tickets_referring(conn: Connection, refs: Collection[str]) -> dict[str, int]:
    """Of several messages that refer to one mail the oldest counts."""
    r, m = t.message_reference.c, t.message.c
    found: dict[str, int] = {}
    for part in _parts(refs):
        first = select(r.ref, func.min(r.message_id).label("id")).where(r.ref.in_(part)).group_by(r.ref).subquery()
        rows = conn.execute(select(first.c.ref, m.ticket_number).join_from(first, t.message, m.id == first.c.id))
        found |= {row.ref: row.ticket_number for row in rows}
    return found


def _where_now(conn: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """Each existing number with the number of the ticket it is now in."""
    k = t.ticket.c
    found: dict[int, int] = {}
    for part in _parts(numbers):
        rows = conn.execute(select(k.number, k.merged_into).where(k.number.in_(part)))
        found |= {row.number: row.merged_into or row.number for row in rows}
    return found


def _candidates(
    conn: Connection, numbers: Collection[int], own: frozenset[str]
) -> tuple[dict[int, Candidate], dict[int, str]]:
    """The tickets, and the states they are in."""
    k = t.ticket.c
    found: dict[int, Candidate] = {}
    states: dict[int, str] = {}
    for part in _parts(numbers):
        talk = _Talk(own)
        talk.read(conn, part)
        rows = conn.execute(
            select(k.number, k.subject, k.state, k.closed_at, k.last_message_at, t.organization.c.name)
            .join(t.customer, t.customer.c.id == k.customer_id)
            .outerjoin(t.organization, t.organization.c.id == t.customer.c.organization_id)
            .where(k.number.in_(part))
        )
        for r in rows:
            found[r.number] = talk.candidate(r)
            states[r.number] = r.state
    return found, states


class _Talk:
    """Who takes part in tickets, and what about: an agent may have renamed the ticket."""

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own
        self._people: dict[int, set[str]] = {}
        self._writers: dict[int, set[str]] = {}
        self._subjects: dict[int, dict[str, None]] = {}

    def read(self, conn: Connection, numbers: Sequence[int]) -> None:
        m, k, i = t.message.c, t.ticket.c, t.identity.c
        said = select(m.ticket_number, m.direction, m.subject, m.author_address, m.to_addresses, m.cc_addresses).where(
            m.ticket_number.in_(numbers)
        )
        for number, direction, subject, author, to, cc in conn.execute(said.order_by(m.id)):
            if subject:
                self._subjects.setdefault(number, {})[subject] = None
            if direction != Direction.NOTE:
                others = (address for address, _name in (*to, *cc))
                self._people.setdefault(number, set()).update({author, *others})
            if direction == Direction.IN:
                self._writers.setdefault(number, set()).add(author.casefold())
        identities = select(k.number, i.value).join(t.identity, i.customer_id == k.customer_id)
        for number, value in conn.execute(identities.where(k.number.in_(numbers))):
            self._people.setdefault(number, set()).add(value)

    def candidate(self, r: Any) -> Candidate:
        """Of a ticket's row. The desk's own addresses are nobody's."""
        people = {address.casefold() for address in self._people.get(r.number, ())} - self._own - {""}
        return Candidate(
            r.number, (r.subject, *self._subjects.get(r.number, ())), r.closed_at, r.last_message_at,
            frozenset(people), r.name or "", frozenset(self._writers.get(r.number, ())) & people,
        )  # fmt: skip


def _people(conn: Connection, senders: Collection[tuple[str, str]], since: datetime) -> dict[tuple[str, str], Person]:
    """The customers among the senders; one who is known by several identities is one person."""
    kinds: dict[str, set[str]] = {}
    for kind, address in senders:
        kinds.setdefault(kind, set()).add(normal_identity(kind, address))
    found: dict[tuple[str, str], Person] = {}
    customers: dict[int, Person] = {}
    i = t.identity.c
    for kind, values in kinds.items():
        for part in _parts(values):
            named = select(i.customer_id, i.value).where(i.kind == kind, i.value.in_(part)).order_by(i.value)
            # locked while customers are merged: whose it is then
            for row in conn.execute(named.with_for_update(read=True)):
                person = customers.setdefault(row.customer_id, Person(kind, row.value, "", row.customer_id))
                found[kind, row.value] = person
    _complete(conn, customers, since)
    return found


def _complete(conn: Connection, customers: Mapping[int, Person], since: datetime) -> None:
    i, k, c, o = t.identity.c, t.ticket.c, t.customer.c, t.organization.c
    for part in _parts(customers):
        for row in conn.execute(select(i.customer_id, i.value).where(i.customer_id.in_(part))):
            customers[row.customer_id].addresses |= {row.value.casefold()}
        organized = select(c.id, o.name).join(t.organization, c.organization_id == o.id).where(c.id.in_(part))
        for row in conn.execute(organized):
            customers[row.id].organization = row.name
        opened = select(k.customer_id, func.count().label("number")).where(k.customer_id.in_(part))
        for row in conn.execute(opened.where(k.created_at > since).group_by(k.customer_id)):
            customers[row.customer_id].opened = row.number


def _agents(conn: Connection) -> frozenset[str]:
    """The addresses of those who work here."""
    a = t.agent.c
    return frozenset(conn.scalars(select(func.lower(a.email)).where(a.active, a.email != "")))
