"""Messages made of raw things, to be made again: what is stored of them, and what takes its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from supportdesk.domain.message import Direction
from supportdesk.store import blobs, search_index
from supportdesk.store import tables as t
from supportdesk.store.messages import File, reply_of


@dataclass(frozen=True, slots=True)
class Source:
    """A message and the raw thing it was made of; ``size`` in octets."""

    message: int
    inbox: int
    kind: str  # of the channel
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An attachment as it is stored."""

    id: int
    file: tuple[str, str, bool, str, str]  # name, content type, inline, content id, SHA-256


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a message. ``reply_text`` is all of ``text`` where nothing was taken for a quotation."""

    message: int
    ticket: int
    joined_by: str
    subject: str
    text: str
    reply_text: str
    kind: str
    html: bool
    dmarc: str
    body_digest: str
    files: tuple[Kept, ...]


def sources(conn: Connection, since: datetime, channel: str, after: int, limit: int) -> tuple[Source, ...]:
    """Messages with an id above ``after`` whose raw thing came in ``since`` then, ascending. ``channel`` "": of any."""
    m, i, c = t.message.c, t.inbox.c, t.channel.c
    query = (
        select(m.id, i.id.label("inbox"), c.kind, i.sha256, t.blob.c.size)
        .join(t.inbox, i.id == m.inbox_id)
        .join(t.blob, t.blob.c.sha256 == i.sha256)
        .join(t.channel, c.id == i.channel_id)
        .where(m.id > after, m.direction == Direction.IN, i.received_at >= since)
        .order_by(m.id)
        .limit(limit)
    )
    if channel:
        query = query.where(c.name == channel)
    return tuple(Source(r.id, r.inbox, r.kind, r.sha256, r.size) for r in conn.execute(query))


def lock_tickets(conn: Connection, messages: Sequence[int]) -> None:
    """Lock the tickets of these messages in the order of their numbers, as every verb does."""
    of = select(t.message.c.ticket_number).where(t.message.c.id.in_(messages))
    locked = select(t.ticket.c.number).where(t.ticket.c.number.in_(of)).order_by(t.ticket.c.number)
    conn.execute(locked.with_for_update()).all()


def stored(conn: Connection, messages: Sequence[int]) -> dict[int, Stored]:
    """By message id; one that was taken back meanwhile is not in it."""
    m = t.message.c
    files = _files(conn, messages)
    found = conn.execute(select(t.message).where(m.id.in_(messages)))
    return {
        r.id: Stored(
            r.id, r.ticket_number, r.joined_by, r.subject, r.text, reply_of(r.text, r.visible_length, r.reply),
            r.kind, r.html, r.dmarc or "", r.body_digest, tuple(files.get(r.id, ())),
        )
        for r in found
    }  # fmt: skip


def _files(conn: Connection, messages: Sequence[int]) -> dict[int, list[Kept]]:
    a = t.attachment.c
    found: dict[int, list[Kept]] = {}
    for r in conn.execute(select(t.attachment).where(a.message_id.in_(messages)).order_by(a.id)):
        kept = Kept(r.id, (r.filename, r.content_type, r.inline, r.content_id, r.sha256))
        found.setdefault(r.message_id, []).append(kept)
    return found


def rewrite(conn: Connection, old: Stored, new: Mapping[str, Any], files: Sequence[File] | None) -> None:
    """Put ``new`` columns, and ``files`` unless None, in the place of what is stored, findable as they are then."""
    search_index.remove_message(conn, old.message)
    if new:
        conn.execute(update(t.message).where(t.message.c.id == old.message).values(**new))
    if files is not None:
        _replace_files(conn, old, files)
    search_index.add_message(conn, old.message)


def text_columns(text: str, reply_text: str) -> dict[str, Any]:
    """A text as its row holds it: the reply as a length where it is simply the head."""
    heads = text.startswith(reply_text)
    return {
        "text": text,
        "visible_length": len(reply_text) if heads and reply_text != text else None,
        "reply": None if heads else reply_text,
    }


def _replace_files(conn: Connection, old: Stored, files: Sequence[File]) -> None:
    """Rows of the same bytes stay, under the name they have now: their ids are in use elsewhere."""
    a = t.attachment.c
    left = list(old.files)
    sums = blobs.put_all(conn, [file.data for file in files])
    for file, sha256 in zip(files, sums, strict=True):
        row = {
            "filename": file.filename, "content_type": file.content_type, "size": len(file.data),
            "inline": file.inline, "content_id": file.content_id,
        }  # fmt: skip
        same = next((kept for kept in left if kept.file[-1] == sha256), None)
        if same is not None:
            left.remove(same)
            conn.execute(update(t.attachment).where(a.id == same.id).values(**row))
        else:
            conn.execute(insert(t.attachment).values(message_id=old.message, sha256=sha256, **row))
    for kept in left:
        conn.execute(t.attachment.delete().where(a.id == kept.id))


def updated_at(conn: Connection, numbers: Iterable[int]) -> dict[int, datetime]:
    """When each ticket last changed."""
    k = t.ticket.c
    return {r.number: r.updated_at for r in conn.execute(select(k.number, k.updated_at).where(k.number.in_(numbers)))}


def put_updated_at(conn: Connection, times: Mapping[int, datetime]) -> None:
    """Reading old mail anew is no news: lists by last change stay as they were."""
    for number, at in times.items():
        conn.execute(update(t.ticket).where(t.ticket.c.number == number).values(updated_at=at))
