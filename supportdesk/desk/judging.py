"""What becomes of each arrival of a batch, before anything of it is written.

Mails of one batch may answer one another, be the same mail twice, or be the first two of one customer: what is
decided about one changes the picture for the next, as if it had been written already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from supportdesk.domain.arrival import Arrival, BounceReport, Kind
from supportdesk.domain.threading import Decision, Lookups, Rule, decide, lookups
from supportdesk.domain.ticket import State
from supportdesk.i18n import N_
from supportdesk.store.inbox import Pending
from supportdesk.store.known import Named, Person, Picture, look_up
from supportdesk.store.messages import LONGEST_REFERENCES

MOST_TICKETS_AN_HOUR = 20
"""Tickets one sender may open in an hour; more look like a loop and wait in quarantine."""
AN_HOUR = timedelta(hours=1)

WAKING = frozenset({Kind.NORMAL, Kind.BULK})
"""Kinds that open a ticket again and end its snooze."""
WORKED_ON = frozenset({State.NEW, State.OPEN, State.SPAM})
"""States that an answer changes nothing about."""


@dataclass(frozen=True, slots=True)
class Source:
    """The channel something came in on."""

    id: int
    kind: str
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """One thing out of the inbox, parsed, or why it cannot be."""

    item: Pending
    source: Source
    arrival: Arrival | Exception


class TooSlow(Exception):
    """Reading it was given up."""


class Outcome(StrEnum):
    UNREADABLE = "unreadable"
    OWN_LOOP = "own_loop"
    DUPLICATE = "duplicate"
    TOO_MANY = "rate"
    BOUNCED = "bounced"
    JOINED = "received"
    OPENED = "created"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``ticket``: its number; of those that are yet to be opened -1 for the first, -2 for the next."""

    outcome: Outcome
    ticket: int | None = None
    who: Person | None = None
    decision: Decision | None = None
    about: int | None = None  # the message a bounce is about


class Judge:
    """Judges arrivals one after the other."""

    def __init__(self, picture: Picture, now: datetime) -> None:
        self._picture = picture
        self._now = now
        self.opened = 0
        self.newcomers: dict[Person, None] = {}

    def judge(self, read: Read, looked: Lookups | None) -> Verdict:
        """``looked``: what its facts make the desk look for; None where it cannot be read."""
        arrival = read.arrival
        if isinstance(arrival, Exception) or looked is None:
            return Verdict(Outcome.UNREADABLE)
        if arrival.kind is Kind.OWN_LOOP:
            return Verdict(Outcome.OWN_LOOP)
        same = self._picture.bodies.get((arrival.message_id, arrival.body_digest))
        if same is not None:
            return Verdict(Outcome.DUPLICATE, same)
        about = self._picture.sent.get(arrival.bounce.message_id) if is_bounce(arrival) and arrival.bounce else None
        if about is not None and arrival.bounce is not None:
            return self._bounced(read.item, arrival, about, arrival.bounce)
        return self._converse(read.item, arrival, looked)

    def _bounced(self, item: Pending, arrival: Arrival, about: tuple[int, int], report: BounceReport) -> Verdict:
        """A delivery report is filed at the message it is about."""
        message, number = about
        target = self._picture.where_now.get(number, number)
        self._received(target, item, arrival)
        if report.hard and reopens_bounced(self._picture.states[target], self._picture.tickets[target].closed_at):
            self._picture.reopened(target, State.OPEN.value)
        return Verdict(Outcome.BOUNCED, target, about=message)

    def _converse(self, item: Pending, arrival: Arrival, looked: Lookups) -> Verdict:
        """It joins a ticket or opens one, where its sender does not open too many."""
        known = self._picture.known(looked, arrival.sender, arrival.identity_kind)
        decision = decide(arrival.facts, looked, known, self._now)
        who = self._picture.person(arrival.identity_kind, arrival.sender)
        if who.id is None:
            self.newcomers[who] = None
        if decision.ticket is not None:
            self._received(decision.ticket, item, arrival)
            if arrival.kind in WAKING and self._picture.states[decision.ticket] not in WORKED_ON:
                self._picture.reopened(decision.ticket, State.OPEN.value)
            return Verdict(Outcome.JOINED, decision.ticket, who, decision)
        if who.opened >= MOST_TICKETS_AN_HOUR:
            return Verdict(Outcome.TOO_MANY, None, who)
        self.opened += 1
        number = -self.opened
        self._picture.opened(number, subject_of(arrival), State.NEW.value, who, item.received_at)
        self._received(number, item, arrival)
        return Verdict(Outcome.OPENED, number, who, decision)

    def _received(self, number: int, item: Pending, arrival: Arrival) -> None:
        self._picture.received(
            number, arrival.message_id, arrival.references[-LONGEST_REFERENCES:], arrival.body_digest, item.received_at,
            arrival.sender.address, (each.address for each in (*arrival.to, *arrival.cc)), arrival.subject,
        )  # fmt: skip


def picture_for(conn: Connection, batch: Sequence[Read], looked: Sequence[Lookups | None], now: datetime) -> Picture:
    """Everything the mails of a batch name, looked up together."""
    arrivals = [read.arrival for read in batch if isinstance(read.arrival, Arrival)]
    asked = [each for each in looked if each is not None]
    named = Named(
        bodies={(each.message_id, each.body_digest) for each in arrivals},
        sent={each.bounce.message_id for each in arrivals if is_bounce(each) and each.bounce},
        message_ids={ref for each in asked for ref in each.message_ids},
        references={ref for each in asked for ref in each.references},
        numbers={number for each in asked for number in each.numbers},
        senders={(each.identity_kind, each.sender.address) for each in arrivals if each.kind is not Kind.OWN_LOOP},
    )
    return look_up(conn, named, now - AN_HOUR)


def looked_for(arrival: Arrival | Exception, key: bytes) -> Lookups | None:
    """What an arrival makes the desk look for; ``key`` signs the desk's tokens."""
    return None if isinstance(arrival, Exception) else lookups(arrival.facts, key)


def is_bounce(arrival: Arrival) -> bool:
    return arrival.kind is Kind.BOUNCE and arrival.bounce is not None


def reopens_bounced(state: str, closed_at: datetime | None) -> bool:
    """Whether a message that will never arrive is work again: nobody would look at the ticket otherwise."""
    return closed_at is not None or state in (State.PENDING, State.ON_HOLD)


def subject_of(arrival: Arrival) -> str:
    return arrival.subject or N_("(no subject)")


def rule_of(verdict: Verdict) -> Rule:
    """What joined the message to its ticket."""
    return verdict.decision.rule if verdict.decision else Rule.TOKEN
