"""Writing a batch of arrivals into tickets as it was judged: everything of it, or nothing."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from supportdesk.desk.acknowledge import acknowledge
from supportdesk.desk.desk import Desk
from supportdesk.desk.judging import (
    WAKING,
    WORKED_ON,
    Judge,
    Outcome,
    Read,
    TooSlow,
    Verdict,
    looked_for,
    picture_for,
    reopens_bounced,
    rule_of,
    subject_of,
)  # fmt: skip
from supportdesk.domain.arrival import Arrival, BounceReport
from supportdesk.domain.channel import InboxStatus
from supportdesk.domain.event import Actor, ActorKind
from supportdesk.domain.message import Direction
from supportdesk.domain.ticket import LinkKind, Priority, State
from supportdesk.i18n import N_
from supportdesk.store import inbox
from supportdesk.store.gathering import Gathering, Touched
from supportdesk.store.messages import File, NewMessage
from supportdesk.store.unit import Unit

SUBJECT_LENGTH = 500
Changes = dict[str, list[Any]]

STATUS = {
    Outcome.UNREADABLE: InboxStatus.QUARANTINE,
    Outcome.OWN_LOOP: InboxStatus.SKIPPED,
    Outcome.DUPLICATE: InboxStatus.DUPLICATE,
    Outcome.TOO_MANY: InboxStatus.QUARANTINE,
    Outcome.BOUNCED: InboxStatus.DONE,
    Outcome.JOINED: InboxStatus.DONE,
    Outcome.OPENED: InboxStatus.DONE,
}
FILED = frozenset({Outcome.BOUNCED, Outcome.JOINED, Outcome.OPENED})
"""Those that become a message."""


def file(desk: Desk, unit: Unit, batch: Sequence[Read]) -> None:
    """Make of each what it should become. Raises ``Conflict`` where a ticket was merged after the look at it."""
    looked = [looked_for(read.arrival, desk.about.key) for read in batch]
    judge = Judge(picture_for(unit.conn, batch, looked, unit.now), unit.now)
    verdicts = [judge.judge(read, each) for read, each in zip(batch, looked, strict=True)]
    there = {each.ticket for each in verdicts if each.outcome in FILED and each.ticket is not None and each.ticket > 0}
    tickets = unit.lock_all(there)
    rows = Gathering(unit, _wanted(batch, verdicts, judge), tickets)
    numbers = _Filing(desk.actor, unit, rows).write(batch, verdicts, judge)
    opened = [read for read, verdict in zip(batch, verdicts, strict=True) if verdict.outcome is Outcome.OPENED]
    acknowledge(desk, unit, list(zip(numbers, opened, strict=True)))


def _wanted(batch: Sequence[Read], verdicts: Sequence[Verdict], judge: Judge) -> Counter[str]:
    """How many rows each table gets."""
    wanted = Counter({"customer": len(judge.newcomers), "identity": len(judge.newcomers), "ticket": judge.opened})
    for read, verdict in zip(batch, verdicts, strict=True):
        if verdict.outcome in FILED and isinstance(read.arrival, Arrival):
            wanted += Counter({"message": 1, "event": 1, "attachment": len(read.arrival.files)})
        elif STATUS[verdict.outcome] is InboxStatus.QUARANTINE:
            wanted["event"] += 1
    return wanted


class _Filing:
    """One batch on its way into the store."""

    def __init__(self, desk: Actor, unit: Unit, rows: Gathering) -> None:
        self._desk = desk
        self._unit = unit
        self._rows = rows
        self._opened: list[int] = []
        self._settled: list[dict[str, Any]] = []

    def write(self, batch: Sequence[Read], verdicts: Sequence[Verdict], judge: Judge) -> list[int]:
        """Returns the numbers of the tickets it opened, in the order of their mails."""
        for who in judge.newcomers:
            self._rows.customer(who)
        for read, verdict in zip(batch, verdicts, strict=True):
            self._one(read, verdict)
        self._rows.write()
        inbox.settle_all(self._unit.conn, self._settled)
        return self._opened

    def _one(self, read: Read, verdict: Verdict) -> None:
        if isinstance(read.arrival, Exception):
            cause = "slow" if isinstance(read.arrival, TooSlow) else "unreadable"
            self._quarantine(read, cause, str(read.arrival), self._desk)
            return
        told = {"sender": read.arrival.sender.address[:300], "subject": read.arrival.subject[:300]}
        match verdict.outcome:
            case Outcome.OWN_LOOP:
                self._settle(read, verdict, cause="own_loop", **told)
            case Outcome.DUPLICATE:
                self._settle(read, verdict, ticket_number=self._number(verdict), **told)
            case Outcome.TOO_MANY:
                words = N_("This sender opened too many tickets within an hour.")
                self._quarantine(read, "rate", words, _author(read.arrival, verdict), **told)
            case _:
                number = self._filed(read, read.arrival, verdict)
                self._settle(read, verdict, ticket_number=number, cause="", error="", **told)

    def _filed(self, read: Read, arrival: Arrival, verdict: Verdict) -> int:
        match verdict.outcome:
            case Outcome.OPENED:
                return self._open(read, arrival, verdict)
            case Outcome.BOUNCED if arrival.bounce is not None and verdict.about is not None:
                return self._bounced(read, arrival, verdict, verdict.about, arrival.bounce)
        return self._join(read, arrival, verdict)

    def _open(self, read: Read, arrival: Arrival, verdict: Verdict) -> int:
        number = self._rows.ticket(
            subject=subject_of(arrival)[:SUBJECT_LENGTH], state=State.NEW.value, priority=Priority.NORMAL.value,
            customer_id=verdict.who.id if verdict.who else None, team_id=read.source.team_id,
            channel_id=read.source.id, created_at=read.item.received_at,
        )  # fmt: skip
        self._opened.append(number)
        message = self._rows.message(number, _message(read, arrival, verdict))
        decision = verdict.decision
        if decision and decision.continues is not None:
            self._rows.link(number, self._real(decision.continues), LinkKind.CONTINUES.value)
        suggestion = self._real(decision.suggestion) if decision and decision.suggestion is not None else None
        data: dict[str, Any] = {"message": message, "rule": rule_of(verdict).value, "suggestion": suggestion}
        self._rows.event("created", number, data | {"changes": {}}, _author(arrival, verdict))
        return number

    def _join(self, read: Read, arrival: Arrival, verdict: Verdict) -> int:
        number = self._number(verdict)
        ticket = self._rows.touched(number)
        message = self._rows.message(number, _message(read, arrival, verdict))
        changes: Changes = {}
        if arrival.kind in WAKING:
            changes = (_open_again(ticket) if ticket.row["state"] not in WORKED_ON else {}) | _wake(ticket)
        data = {"message": message, "rule": rule_of(verdict).value, "changes": changes}
        self._rows.event("received", number, data, _author(arrival, verdict))
        return number

    def _bounced(self, read: Read, arrival: Arrival, verdict: Verdict, about: int, report: BounceReport) -> int:
        number = self._number(verdict)
        ticket = self._rows.touched(number)
        self._rows.message(number, _message(read, arrival, verdict))
        changes: Changes = {}
        if report.status.startswith("2."):  # RFC 3463: it arrived
            self._rows.arrived(about)
        elif report.hard:
            words = " ".join(part for part in (report.status, report.recipient) if part)
            self._rows.bounced(about, words)
            if reopens_bounced(ticket.row["state"], ticket.row["closed_at"]):
                changes = _open_again(ticket)
        data = {"message": about, "hard": report.hard, "status": report.status, "changes": changes}
        kind = "delivered" if report.status.startswith("2.") else "bounced"
        self._rows.event(kind, number, data, self._desk)
        return number

    def _number(self, verdict: Verdict) -> int:
        assert verdict.ticket is not None
        return self._real(verdict.ticket)

    def _real(self, number: int) -> int:
        """Tickets opened by this batch were judged under numbers below 0."""
        return number if number > 0 else self._opened[-number - 1]

    def _quarantine(self, read: Read, cause: str, error: str, actor: Actor, **told: Any) -> None:
        values = {"cause": cause, "error": error[:1000], "attempts": read.item.attempts + 1, **told}
        self._settled.append({"id": read.item.id, "status": InboxStatus.QUARANTINE.value, **values})
        self._rows.event("quarantined", None, {"inbox": read.item.id, "cause": cause}, actor)

    def _settle(self, read: Read, verdict: Verdict, **values: Any) -> None:
        self._settled.append({"id": read.item.id, "status": STATUS[verdict.outcome].value, **values})


def _author(arrival: Arrival, verdict: Verdict) -> Actor:
    return Actor(
        ActorKind.CUSTOMER, arrival.sender.name or arrival.sender.address, verdict.who.id if verdict.who else None
    )


def _message(read: Read, arrival: Arrival, verdict: Verdict) -> NewMessage:
    return NewMessage(
        Direction.IN, arrival.sender.name or arrival.sender.address, read.item.received_at, arrival.text,
        kind=arrival.kind.value, author_address=arrival.sender.address,
        customer_id=verdict.who.id if verdict.who else None, channel_id=read.source.id,
        subject=arrival.subject, reply_text=arrival.reply_text, html=arrival.html, to=arrival.to, cc=arrival.cc,
        reply_to=arrival.reply_to, dmarc=arrival.dmarc,
        rfc_message_id=arrival.message_id, references=arrival.references, body_digest=arrival.body_digest,
        joined_by=rule_of(verdict).value, inbox_id=read.item.id,
        files=tuple(File(f.filename, f.content_type, f.data, f.inline, f.content_id) for f in arrival.files),
    )  # fmt: skip


def _open_again(ticket: Touched) -> Changes:
    """As ``triage.change_state`` does."""
    row, old = ticket.row, ticket.row["state"]
    row |= {"state": State.OPEN.value, "closed_at": None}
    return {"state": [old, State.OPEN.value]} if old != State.OPEN else {}


def _wake(ticket: Touched) -> Changes:
    until = ticket.row["snoozed_until"]
    if until is None:
        return {}
    ticket.row["snoozed_until"] = None
    return {"snoozed_until": [until.isoformat(), None]}
