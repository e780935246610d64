"""The rows of many arrivals, written together: all keys are given first, then each table is written at once.

The rows are those that ``Unit`` and ``messages.add_message`` would leave one by one. Their events carry no way back:
what customers did is not undone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update

from supportdesk.domain.due import Turn
from supportdesk.domain.event import Actor
from supportdesk.domain.message import Delivery
from supportdesk.domain.ticket import NEVER
from supportdesk.store import blobs, derived, search_index
from supportdesk.store import tables as t
from supportdesk.store.bulk_tables import COLUMNS, Row, keys, put, stamp_for, transaction_id
from supportdesk.store.known import Person
from supportdesk.store.messages import LONGEST_REFERENCES, NewMessage, columns
from supportdesk.store.unit import Unit

_BOUNCED = update(t.message).where(t.message.c.id == bindparam("of_message"))
_ARRIVED = _BOUNCED.where(t.message.c.delivery.in_((Delivery.QUEUED, Delivery.SENDING, Delivery.SENT)))
"""Not of a message that bounced with another recipient, or that was even read."""


@dataclass(slots=True, eq=False)
class Touched:
    """A ticket something happens to. ``row``: as it will be, but for what is derived; ``new``: not written yet."""

    row: dict[str, Any]
    new: bool
    turns: list[Turn] = field(default_factory=list)
    last: tuple[datetime, str] | None = None  # the last message of a new one: when, and what it says

    @property
    def number(self) -> int:
        number: int = self.row["number"]
        return number


class Gathering:
    """Gathers rows for the transaction of ``unit`` and writes them with ``write``.

    ``wanted``: how many keys of each table are needed, exactly. ``tickets``: the rows of those that are locked.
    """

    def __init__(self, unit: Unit, wanted: Mapping[str, int], tickets: Mapping[int, Mapping[str, Any]]) -> None:
        self._unit = unit
        self._dialect = unit.conn.dialect.name
        self._stamp = stamp_for(self._dialect)
        self._keys = keys(unit.conn, {table: number for table, number in wanted.items() if number})
        self._rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        self._tickets = {number: Touched(dict(row), new=False) for number, row in tickets.items()}
        self._files: list[bytes] = []
        self._bounced: list[dict[str, Any]] = []
        self._arrived: list[dict[str, Any]] = []
        self._xid = transaction_id(unit.conn) if wanted.get("event") else 0

    def touched(self, number: int) -> Touched:
        return self._tickets[number]

    def customer(self, who: Person) -> int:
        """Make somebody a customer; returns the id."""
        made = who.id = next(self._keys["customer"])
        self._rows["customer"].append((made, who.name, "", "", None, "{}", "[]", self._stamp(self._unit.now), None))
        self._rows["identity"].append((next(self._keys["identity"]), made, who.kind, who.identity))
        self._document("customer_search", made, f"{who.name}\n{who.identity}")
        return made

    def ticket(self, **values: Any) -> int:
        """A ticket without messages; returns its number."""
        number = next(self._keys["ticket"])
        blank = dict.fromkeys(COLUMNS["ticket"]) | {"version": 0, "updated_at": self._unit.now, "next_due_at": NEVER}
        self._tickets[number] = Touched(blank | values | {"number": number}, new=True)
        return number

    def link(self, number: int, to: int, kind: str) -> None:
        self._rows["ticket_link"].append((number, to, kind))

    def message(self, number: int, new: NewMessage) -> int:
        """Write a message into a ticket; returns its id."""
        made = next(self._keys["message"])
        values = columns(new) | {"id": made, "ticket_number": number, "error": "", "at": self._stamp(new.at)}
        values["to_addresses"] = json.dumps(values["to_addresses"])
        values["cc_addresses"] = json.dumps(values["cc_addresses"])
        self._rows["message"].append(tuple(values[name] for name in COLUMNS["message"]))
        references = enumerate(new.references[-LONGEST_REFERENCES:])
        self._rows["message_reference"] += [(made, position, ref) for position, ref in references]
        for file in new.files:
            self._rows["attachment"].append((
                next(self._keys["attachment"]), made, blobs.sum_of(file.data), file.filename, file.content_type,
                len(file.data), file.inline, file.content_id,
            ))  # fmt: skip
            self._files.append(file.data)
        names = [file.filename for file in new.files]
        self._document("message_search", made, search_index.message_text(new.author, new.subject, new.text, names))
        ticket = self._tickets[number]
        if ticket.new:
            ticket.turns.append(Turn(new.direction, new.kind, new.at))
            if ticket.last is None or new.at >= ticket.last[0]:
                ticket.last = (new.at, values["reply"] or new.text)
        return made

    def event(self, kind: str, number: int | None, data: Mapping[str, Any], actor: Actor) -> None:
        """Record what happened, to a ticket or to nothing that is one yet."""
        made = next(self._keys["event"])
        version = 0
        if number is not None:
            row = self._tickets[number].row
            version = row["version"] = row["version"] + 1
            self._unit.versions[number] = version
        self._unit.events.append(made)
        self._rows["event"].append((
            made, self._xid, self._stamp(self._unit.now), actor.kind.value, actor.name, actor.id, kind, number,
            version, json.dumps(data), "",
        ))  # fmt: skip

    def bounced(self, message_id: int, error: str) -> None:
        """A message the desk sent will never arrive."""
        self._bounced.append({"of_message": message_id, "delivery": Delivery.BOUNCED.value, "error": error})

    def arrived(self, message_id: int) -> None:
        """A message the desk sent has arrived with one of its recipients."""
        self._arrived.append({"of_message": message_id, "delivery": Delivery.DELIVERED.value})

    def write(self) -> None:
        """Write everything gathered."""
        conn, now = self._unit.conn, self._unit.now
        self._rows["ticket"] = [self._ticket_row(each) for each in self._tickets.values() if each.new]
        if self._files:
            blobs.put_all(conn, self._files)
        self._rows["identity"].sort(key=lambda row: (str(row[2]), str(row[3])))  # so that workers do not deadlock
        put(conn, self._rows)
        for statement, changed in ((_BOUNCED, self._bounced), (_ARRIVED, self._arrived)):
            if changed:
                conn.execute(statement, changed)
        derived.refresh_all(conn, [each.row for each in self._tickets.values() if not each.new], now)

    def _document(self, table: str, key: int, document: str) -> None:
        self._rows[table].append((key, search_index.body_of(self._dialect, document)))

    def _ticket_row(self, ticket: Touched) -> Row:
        row = ticket.row
        row |= derived.of_new(
            row["state"], row["priority"], row["closed_at"], ticket.turns, ticket.last[1] if ticket.last else ""
        )
        return tuple(self._plain(row[name]) for name in COLUMNS["ticket"])

    def _plain(self, value: Any) -> Any:
        return self._stamp(value) if isinstance(value, datetime) else value
