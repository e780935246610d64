"""Stored mail read anew after the parser has learned something: texts change, tickets stay where and what they are."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from supportdesk.channels.kinds import KINDS
from supportdesk.desk.desk import Desk
from supportdesk.desk.rescue import CREATED
from supportdesk.domain.arrival import Arrival
from supportdesk.store import blobs
from supportdesk.store import reparse as store
from supportdesk.store.messages import File
from supportdesk.store.reparse import Source, Stored
from supportdesk.store.unit import Unit

log = logging.getLogger(__name__)

BATCH = 100
BATCH_OCTETS = 8 * 1_048_576
"""Of raw mail in memory at once, unless one alone is larger."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of a message that is read otherwise now."""

    field: str  # "subject", "text", "reply_text", "kind", "html", "attachments", "dmarc", "body_digest"
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reread:
    """A message that is read otherwise now, or with an ``error`` cannot be read: it stays as it is."""

    ticket: int
    message: int
    inbox: int
    differences: tuple[Difference, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """How many messages were read anew together, and those that differ."""

    looked: int
    found: tuple[Reread, ...]


def reparse(desk: Desk, since: datetime, *, channel: str = "", dry_run: bool = False) -> Iterator[Batch]:
    """Read what came in ``since`` then anew, each batch in one transaction; ``dry_run`` changes nothing.

    Subject, text, reply text, kind and files of messages follow; authors, tickets and their states do not.
    """
    last = 0
    while sources := _next(desk, since, channel, last):
        last = sources[-1].message
        arrivals = _read(desk, sources)
        if dry_run:
            with desk.read() as conn:
                yield Batch(len(sources), tuple(found for found, _ in _compared(conn, sources, arrivals)))
        else:
            yield Batch(len(sources), _replaced(desk, sources, arrivals))


def _next(desk: Desk, since: datetime, channel: str, after: int) -> tuple[Source, ...]:
    with desk.read() as conn:
        found = store.sources(conn, since, channel, after, BATCH)
    octets = 0
    for count, source in enumerate(found):
        octets += source.size
        if octets > BATCH_OCTETS and count:
            return found[:count]
    return found


def _read(desk: Desk, sources: Sequence[Source]) -> list[Arrival | Exception]:
    return [_read_one(desk, source) for source in sources]


def _read_one(desk: Desk, source: Source) -> Arrival | Exception:
    with desk.read() as conn:
        raw = blobs.get(conn, source.sha256)
    try:
        return KINDS[source.kind].arrive(raw, desk.about.instance)
    except Exception as error:
        log.exception("inbox %d cannot be read anew", source.inbox)
        return error


def _replaced(desk: Desk, sources: Sequence[Source], arrivals: Sequence[Arrival | Exception]) -> tuple[Reread, ...]:
    with desk.unit() as unit:
        store.lock_tickets(unit.conn, [source.message for source in sources])
        found = []
        for reread, change in _compared(unit.conn, sources, arrivals):
            found.append(reread)
            if change is not None:
                store.rewrite(unit.conn, *change)
        _record(unit, [reread for reread in found if reread.differences])
        return tuple(found)


Rewriting = tuple[Stored, dict[str, Any], Sequence[File] | None]
"""The arguments of ``store.rewrite``."""


def _compared(
    conn: Connection, sources: Sequence[Source], arrivals: Sequence[Arrival | Exception]
) -> Iterator[tuple[Reread, Rewriting | None]]:
    stored = store.stored(conn, [source.message for source in sources])
    for source, arrival in zip(sources, arrivals, strict=True):
        old = stored.get(source.message)
        if old is None:
            continue
        told = (old.ticket, source.message, source.inbox)
        if isinstance(arrival, Exception):
            yield Reread(*told, error=f"{type(arrival).__name__}: {arrival}"), None
        elif differences := _differences(old, arrival):
            yield Reread(*told, differences), _rewriting(old, arrival, differences)


def _differences(old: Stored, new: Arrival) -> tuple[Difference, ...]:
    pairs = {
        "kind": (old.kind, new.kind.value),
        "html": (str(old.html).lower(), str(new.html).lower()),
        "dmarc": (old.dmarc, new.dmarc),
        "body_digest": (old.body_digest, new.body_digest),
    }
    if new.text.strip() or not _by_hand(old):  # of a header alone an agent's ticket says more
        pairs |= {
            "subject": (old.subject, new.subject or old.subject if _by_hand(old) else new.subject),
            "text": (old.text, new.text),
            "reply_text": (old.reply_text, new.reply_text or new.text),
        }
    found = [Difference(name, before, after) for name, (before, after) in pairs.items() if before != after]
    if not _by_hand(old) and [kept.file for kept in old.files] != _file_facts(new):
        found.append(Difference("attachments", _names([kept.file for kept in old.files]), _names(_file_facts(new))))
    return tuple(found)


def _by_hand(old: Stored) -> bool:
    """Whether an agent made a ticket of it from quarantine; its raw thing is one of its files then."""
    return old.joined_by == CREATED


def _file_facts(new: Arrival) -> list[tuple[str, str, bool, str, str]]:
    return [
        (file.filename, file.content_type, file.inline, file.content_id, hashlib.sha256(file.data).hexdigest())
        for file in new.files
    ]


def _names(files: Sequence[tuple[str, str, bool, str, str]]) -> str:
    return "\n".join(f"{name} ({content_type}){' inline' * inline}" for name, content_type, inline, _, _ in files)


def _rewriting(old: Stored, new: Arrival, differences: Sequence[Difference]) -> Rewriting:
    changed = {difference.field: difference.after for difference in differences}
    columns: dict[str, Any] = {
        name: changed[name] for name in ("subject", "kind", "dmarc", "body_digest") if name in changed
    }
    if "html" in changed:
        columns["html"] = new.html
    if {"text", "reply_text"} & changed.keys():
        columns |= store.text_columns(new.text, new.reply_text or new.text)
    files = [File(f.filename, f.content_type, f.data, f.inline, f.content_id) for f in new.files]
    return old, columns, files if "attachments" in changed else None


def _record(unit: Unit, found: Sequence[Reread]) -> None:
    """One event for each ticket: its screens load it again, and its first words follow."""
    by_ticket: dict[int, list[int]] = {}
    for reread in found:
        by_ticket.setdefault(reread.ticket, []).append(reread.message)
    times = store.updated_at(unit.conn, by_ticket)
    for number, messages in sorted(by_ticket.items()):
        unit.record("reparsed", number, {"messages": messages, "changes": {}}, undoable=False, messages=True)
    store.put_updated_at(unit.conn, times)
