"""Whole conversations at once, for demonstrations and load tests: the same rows the verbs would leave, without the
verbs.

Derived columns are computed by the rules of ``domain.due`` and ``store.derived``, the search index by the analyzer.
Events carry no ops: what was loaded cannot be undone.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from typing import NamedTuple, cast

from sqlalchemy import Connection

from supportdesk.domain import analyzer
from supportdesk.domain.channel import InboxStatus, OutboxStatus
from supportdesk.domain.customer import Identity, normal_identity
from supportdesk.domain.due import Turn, waiting_since
from supportdesk.domain.event import Actor
from supportdesk.domain.message import Address, Delivery, Direction
from supportdesk.domain.ticket import Priority, State
from supportdesk.store.bulk_tables import COLUMNS, Row, ids, make_room, put, stamp_for, transaction_id
from supportdesk.store.derived import due_at, preview_of
from supportdesk.store.messages import File
from supportdesk.store.search_index import body_of

KNOWN_LINES = 50_000
"""Lines whose tokens are remembered: made-up texts are made of the same few."""
SHORT = 10_000
"""Characters up to which a text is analysed line by line, far below where the analyzer cuts."""

_quoted = json.encoder.encode_basestring_ascii
_OUT, _NOTE, _SENT = Direction.OUT, Direction.NOTE, OutboxStatus.SENT.value  # an enum's members are slow to look up

Sign = Callable[[int, int, int | None], str]
"""The Message-ID of an outgoing message: of (ticket, message, channel)."""


class BulkCustomer(NamedTuple):
    """A customer about to be written."""

    name: str
    created_at: datetime
    identities: tuple[Identity, ...]
    grade: str = ""
    language: str = ""
    organization_id: int | None = None
    attributes: Mapping[str, str] = {}
    orders: Sequence[Mapping[str, str]] = ()


class BulkMessage(NamedTuple):
    """A message about to be written; the text is its ``lines``. ``raw``: as it was received, where that is kept."""

    direction: Direction
    author: str
    at: datetime
    lines: tuple[str, ...]
    kind: str = "normal"
    author_address: str = ""
    agent_id: int | None = None
    customer_id: int | None = None
    channel_id: int | None = None
    subject: str = ""
    reply_text: str = ""
    html: bool = False
    to: tuple[Address, ...] = ()
    rfc_message_id: str = ""
    references: tuple[str, ...] = ()
    body_digest: str = ""
    joined_by: str = ""
    delivery: Delivery | None = None
    files: tuple[File, ...] = ()
    raw: bytes | None = None
    external_id: str = ""


class BulkEvent(NamedTuple):
    """A change about to be recorded. ``data`` is JSON, an object; ``message`` the place of the message it is about."""

    at: datetime
    actor: Actor
    kind: str
    data: str
    message: int | None = None


class BulkTicket(NamedTuple):
    """A ticket about to be written, its messages and events oldest first; there is one event at least."""

    subject: str
    state: State
    priority: Priority
    customer_id: int
    created_at: datetime
    messages: tuple[BulkMessage, ...]
    events: tuple[BulkEvent, ...]
    team_id: int | None = None
    assignee_id: int | None = None
    channel_id: int | None = None
    closed_at: datetime | None = None
    snoozed_until: datetime | None = None
    tags: tuple[str, ...] = ()


class Load:
    """Gathers customers and tickets and writes them into an open write transaction with ``write``.

    ``tickets`` says how many will come, so that their numbers have no gaps. ``sign`` makes the Message-IDs of
    outgoing messages.
    """

    def __init__(self, conn: Connection, sign: Sign, tickets: int) -> None:
        make_room(conn)
        self._conn = conn
        self._dialect = conn.dialect.name
        self._sign = sign
        self._rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self._ids = {table: ids(conn, table) for table in ("identity", "message", "inbox", "attachment")}
        self._ids |= {table: ids(conn, table) for table in ("outbox", "event", "customer")}
        self._ids["ticket"] = ids(conn, "ticket", max(1, tickets))
        self._stamp: Callable[[datetime], str] = stamp_for(self._dialect)

    @cached_property
    def _xid(self) -> int:
        return transaction_id(self._conn)

    def next_customer(self) -> int:
        """An id for a customer about to be made, for addresses that carry it."""
        return next(self._ids["customer"])

    def customer(self, new: BulkCustomer, customer_id: int | None = None) -> int:
        """Add a customer; returns the id. The identities have to be nobody's yet."""
        made = customer_id if customer_id is not None else self.next_customer()
        rows = self._rows
        rows["customer"].append((
            made, new.name, new.grade, new.language, new.organization_id,
            json.dumps(dict(new.attributes)) if new.attributes else "{}",
            json.dumps([dict(order) for order in new.orders]) if new.orders else "[]",
            self._stamp(new.created_at), None,
        ))  # fmt: skip
        values = [normal_identity(identity.kind, identity.value) for identity in new.identities]
        for identity, value in zip(new.identities, values, strict=True):
            rows["identity"].append((next(self._ids["identity"]), made, identity.kind, value))
        rows["customer_search"].append((made, index_body(self._dialect, (new.name, *values))))
        return made

    def ticket(self, new: BulkTicket) -> int:
        """Add a ticket with its conversation; returns its number."""
        number = next(self._ids["ticket"])
        made = [self._message(number, message) for message in new.messages]
        self._rows["ticket"].append(self._ticket_row(number, new))
        self._rows["ticket_tag"].extend((number, tag) for tag in sorted(set(new.tags)))
        for version, event in enumerate(new.events, start=1):
            self._event(number, version, event, made)
        return number

    def write(self) -> None:
        """Write everything gathered."""
        put(self._conn, self._rows)
        self._rows = {table: [] for table in COLUMNS}

    def _ticket_row(self, number: int, new: BulkTicket) -> Row:
        stamp = self._stamp
        waiting = waiting_since(cast("tuple[Turn, ...]", new.messages))  # they have all that a turn has
        last = next((m for m in reversed(new.messages) if m.direction is not _NOTE), None)
        due = due_at(new.state, new.priority, waiting, new.closed_at)
        times = (new.events[-1].at, new.closed_at, last.at if last else None)
        updated = max([at for at in times if at is not None])
        return (
            number, new.subject[:500], str(new.state), str(new.priority), new.customer_id, new.team_id,
            new.assignee_id, new.channel_id, stamp(new.created_at), stamp(updated), self._time(new.closed_at),
            self._time(new.snoozed_until), None, len(new.events), len(new.messages),
            preview_of(last.reply_text or "\n".join(last.lines)) if last else "", self._time(last.at if last else None),
            self._time(waiting), stamp(due),
        )  # fmt: skip

    def _message(self, number: int, new: BulkMessage) -> int:
        made = next(self._ids["message"])
        text, reply = "\n".join(new.lines), new.reply_text
        heads = text.startswith(reply)
        at = self._stamp(new.at)
        outgoing = new.direction is _OUT and new.channel_id is not None
        self._rows["message"].append((
            made, number, str(new.direction), new.kind, new.author, new.agent_id, new.customer_id, at, new.channel_id,
            new.subject, text, len(reply) if reply and heads else None, reply if reply and not heads else None,
            new.html, _json(new.to) if new.to else "[]", "[]", new.author_address, "",
            self._sign(number, made, new.channel_id) if outgoing else new.rfc_message_id, new.body_digest,
            new.joined_by, str(new.delivery) if new.delivery else None, "",
            self._inbox(number, new) if new.raw is not None else None, None,
        ))  # fmt: skip
        names = self._files(made, new.files) if new.files else ()
        self._rows["message_search"].append(
            (made, index_body(self._dialect, (new.subject, new.author, *new.lines, *names)))
        )
        if new.references:
            self._rows["message_reference"] += [(made, place, ref) for place, ref in enumerate(new.references)]
        if outgoing:
            sent = (next(self._ids["outbox"]), made, new.channel_id, _SENT, "[]", at, 1, "", "", 1)
            self._rows["outbox"].append(sent)
        return made

    def _inbox(self, number: int, new: BulkMessage) -> int:
        assert new.raw is not None
        made = next(self._ids["inbox"])
        sha256 = self._blob(new.raw)
        self._rows["inbox"].append((
            made, new.channel_id, new.external_id or sha256, "", 0, 0, sha256, len(new.raw), self._stamp(new.at),
            InboxStatus.DONE.value, "", "", 0, number, new.author_address[:300], new.subject[:300],
        ))  # fmt: skip
        return made

    def _files(self, message: int, files: Sequence[File]) -> list[str]:
        for file in files:
            self._rows["attachment"].append((
                next(self._ids["attachment"]), message, self._blob(file.data), file.filename, file.content_type,
                len(file.data), file.inline, file.content_id,
            ))  # fmt: skip
        return [file.filename for file in files]

    def _blob(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        self._rows["blob"].append((sha256, len(data), data))
        return sha256

    def _event(self, number: int, version: int, new: BulkEvent, messages: Sequence[int]) -> None:
        data = new.data
        if new.message is not None:
            data = f'{{"message": {messages[new.message]}{", " if len(data) > 2 else ""}{data[1:]}'
        self._rows["event"].append((
            next(self._ids["event"]), self._xid, self._stamp(new.at), str(new.actor.kind), new.actor.name,
            new.actor.id, new.kind, number, version, data, "",
        ))  # fmt: skip

    def _time(self, at: datetime | None) -> str | None:
        return None if at is None else self._stamp(at)


def index_body(dialect: str, lines: Sequence[str]) -> str:
    """What the index is given for a document of these lines: the tokens ``analyze`` finds in the whole.

    A line end separates tokens, so the tokens of the whole are those of its lines one after the other.
    """
    if sum(map(len, lines)) > SHORT:
        return body_of(dialect, "\n".join(lines))
    body = " ".join(map(_tokens, lines))
    return analyzer.tsvector(body.split()) if dialect == "postgresql" else body


@lru_cache(KNOWN_LINES)
def _tokens(line: str) -> str:
    return " ".join(analyzer.analyze(line))


def _json(addresses: tuple[Address, ...]) -> str:
    """As ``json.dumps(pairs(addresses))``, in a tenth of the time."""
    return f"[{', '.join(f'[{_quoted(each.address)}, {_quoted(each.name)}]' for each in addresses)}]"
