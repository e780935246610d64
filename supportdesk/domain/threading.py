"""Which ticket a mail belongs to: a ladder of rules, strongest first; the one that held is told.

Two steps, so that the store only looks sets up: ``lookups`` says what to look for, ``decide`` judges what
was found. A number in the subject can be written by anybody, and a reference to a mail the desk never saw
may be shared by strangers (everybody who answers one newsletter): both join only who has to do with the
ticket already.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from supportdesk.domain.subject import base_subject, same_topic, subject_number
from supportdesk.domain.tokens import body_ids, own_message, plus_ticket

T = TypeVar("T")

TOPIC_LASTS = timedelta(days=14)
"""After so long a silence another subject is another matter."""

MAX_IDS = 100
MAX_ID_LENGTH = 998
"""A line of a mail (RFC 5322 section 2.1.1)."""


class Rule(StrEnum):
    """What joined a message to its ticket."""

    TOKEN = "token"  # noqa: S105 - In-Reply-To or References name a message of ours, signed
    PLUS_ADDRESS = "plus-address"  # it was sent to the ticket's own signed address
    MESSAGE_ID = "message-id"  # In-Reply-To names a message the desk has
    REFERENCES = "references"  # References name one
    SUBJECT = "subject"  # [#1042], by someone who has to do with that ticket
    BODY_TOKEN = "body-token"  # noqa: S105 - the text names a message of ours, signed
    SIBLING = "sibling"  # a message of the ticket has a reference to the same unseen mail, or to this one
    NEW = "new"


_UNPROVEN = frozenset({Rule.SUBJECT, Rule.SIBLING})


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What of a mail decides. Ids without angle brackets; ``recipients``: To, Cc, Delivered-To and the like."""

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]  # oldest first, as in the header
    recipients: tuple[str, ...]
    subject: str
    sender: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the store has to look up; ids newest first.

    ``tokens``, ``plus`` and ``body`` are proven by a signature. The first and the last are Message-IDs of ours with
    the ticket the message was written in; it may have moved to another since.
    """

    tokens: Mapping[str, int]
    plus: tuple[int, ...]
    body: Mapping[str, int]
    subject: int | None
    in_reply_to: str
    header_ids: tuple[str, ...]
    references: tuple[str, ...]  # which tickets have messages that refer to these ids?

    @property
    def message_ids(self) -> tuple[str, ...]:
        """Which tickets have messages of these ids?"""
        return _unique((*self.header_ids, *self.body))

    @property
    def numbers(self) -> frozenset[int]:
        """Tickets to know about whatever the ids say."""
        named = (self.subject,) if self.subject else ()
        return frozenset((*self.tokens.values(), *self.plus, *self.body.values(), *named))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket a mail may belong to.

    ``subjects``: its own and those of its messages, since an agent may have renamed it.
    ``participants``: addresses of its people, without the desk's own; ``writers``: those of them who wrote to it.
    """

    number: int  # where it is now, if it was merged
    subjects: tuple[str, ...]
    closed_at: datetime | None
    last_message_at: datetime | None
    participants: frozenset[str] = frozenset()
    organization: str = ""
    writers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """What the store found. ``tickets`` holds every number that occurs in the lookups or the two mappings."""

    by_message_id: Mapping[str, int] = field(default_factory=dict)
    by_reference: Mapping[str, int] = field(default_factory=dict)
    tickets: Mapping[int, Candidate] = field(default_factory=dict)
    sender_is_agent: bool = False
    sender_organization: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """``ticket`` None: a new one, which ``continues`` an old one or perhaps belongs to the ``suggestion``."""

    ticket: int | None
    rule: Rule
    suggestion: int | None = None
    continues: int | None = None


def lookups(mail: MailFacts, key: bytes) -> Lookups:
    """What to look up for ``mail``; ``key`` signs this desk's tokens."""
    ids = _ids((mail.in_reply_to, *reversed(mail.references)))
    return Lookups(
        tokens=_signed(ids, key),
        plus=_unique(number for address in mail.recipients if (number := plus_ticket(key, address))),
        body=_signed(body_ids(mail.text), key),
        subject=subject_number(mail.subject),
        in_reply_to=mail.in_reply_to,
        header_ids=ids,
        references=_ids((mail.message_id, *ids)),
    )


def decide(mail: MailFacts, looked: Lookups, known: Known, now: datetime) -> Decision:
    """The ticket ``mail`` belongs to, and why."""
    for rule, number in _ladder(looked, known):
        ticket = known.tickets.get(number)
        if ticket is None or (rule in _UNPROVEN and not _concerned(mail, rule, ticket, known)):
            continue
        if rule is not Rule.SUBJECT and _other_topic(mail, ticket, now):
            return Decision(None, Rule.NEW, continues=ticket.number)
        return Decision(ticket.number, rule)
    named = known.tickets.get(looked.subject) if looked.subject else None
    return Decision(None, Rule.NEW, suggestion=named.number if named else None)


def _ladder(looked: Lookups, known: Known) -> Iterator[tuple[Rule, int]]:
    yield from ((Rule.TOKEN, known.by_message_id.get(each, number)) for each, number in looked.tokens.items())
    yield from ((Rule.PLUS_ADDRESS, number) for number in looked.plus)
    for each in looked.header_ids:
        if each in known.by_message_id:
            rule = Rule.MESSAGE_ID if each == looked.in_reply_to else Rule.REFERENCES
            yield rule, known.by_message_id[each]
    if looked.subject:
        yield Rule.SUBJECT, looked.subject
    yield from ((Rule.BODY_TOKEN, known.by_message_id.get(each, number)) for each, number in looked.body.items())
    yield from ((Rule.SIBLING, known.by_reference[each]) for each in looked.references if each in known.by_reference)


def _concerned(mail: MailFacts, rule: Rule, ticket: Candidate, known: Known) -> bool:
    """Whether the sender may be taken for one of the ticket's people.

    Of siblings also who writes to somebody who wrote in the ticket. Not to anybody in it: among the recipients
    may be an alias of the desk, which all its customers write to.
    """
    if known.sender_is_agent or (ticket.organization and ticket.organization == known.sender_organization):
        return True
    if _among(ticket.participants, (mail.sender,)):
        return True
    return rule is Rule.SIBLING and _among(ticket.writers, mail.recipients)


def _among(people: frozenset[str], addresses: Iterable[str]) -> bool:
    folded = {address.casefold() for address in people}
    return any(address.casefold() in folded for address in addresses if address)


def _other_topic(mail: MailFacts, ticket: Candidate, now: datetime) -> bool:
    topics = [subject for subject in ticket.subjects if base_subject(subject)]
    if not topics or any(same_topic(mail.subject, topic) for topic in topics):
        return False
    silent = ticket.last_message_at is not None and now - ticket.last_message_at > TOPIC_LASTS
    return ticket.closed_at is not None or silent


def _signed(ids: Iterable[str], key: bytes) -> dict[str, int]:
    return {each: own.ticket for each in ids if (own := own_message(key, each))}


def _ids(found: Iterable[str]) -> tuple[str, ...]:
    return _unique(each for each in found if each and len(each) <= MAX_ID_LENGTH)[:MAX_IDS]


def _unique(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))
