"""One message as lines of a given width: who speaks is told by a rail of characters, never by colour alone.

Pure: no widget, no clock. What a customer wrote is only ever cut and marked, never interpreted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from rich.cells import cell_len, set_cell_size

from supportdesk.domain.message import Attachment, Delivery, Direction, Message
from supportdesk.i18n import N_, _, ngettext
from supportdesk.widgets.words import channel_name, shown_size, shown_time
from supportdesk.widgets.wrapping import TAB, wrapped

MAX_LINE = 2_000
"""Characters shown of one line: a base64 blob on one line must not cost a second."""

MAX_LINES = 500
"""Lines shown of one message until it is unfolded; then ``MAX_LINES_UNFOLDED``."""

MAX_LINES_UNFOLDED = 5_000
RAIL_WIDTH = 3
RECALLABLE = timedelta(seconds=60)
"""A queued message that leaves sooner than this counts its seconds; a later one tells its time."""


class Role(StrEnum):
    """What a stretch of a line is; the conversation gives each a style."""

    NAME = "name"
    META = "meta"
    BODY = "body"
    LINK = "link"
    QUOTE = "quote"
    FOLD = "fold"
    FILE = "file"
    NOTE = "note"
    WAIT = "wait"
    BAD = "bad"


Line = tuple[tuple[Role, str], ...]

RAILS = {Direction.IN: " ", Direction.OUT: "|", Direction.NOTE: "#"}

JOINED = {
    "message-id": N_("joined by Message-ID"),
    "references": N_("joined by References"),
    "token": N_("joined by our own Message-ID"),
    "plus-address": N_("joined by its plus address"),
    "subject": N_("joined by the number in the subject"),
    "body-token": N_("joined by the reference in its text"),
    "sibling": N_("joined by a reference both share"),
    "merge": N_("came with a merge"),
    "split": N_("came with a split"),
}

KINDS = {
    "auto_reply": N_("automatic reply"),
    "bounce": N_("bounce"),
    "report": N_("report"),
    "bulk": N_("bulk mail"),
    "own_loop": N_("our own mail, come back"),
    "call": N_("call"),
}

DELIVERIES = {
    Delivery.QUEUED: N_("queued"),
    Delivery.SENDING: N_("sending"),
    Delivery.SENT: N_("sent"),
    Delivery.DELIVERED: N_("delivered"),
    Delivery.READ: N_("read"),
    Delivery.FAILED: N_("failed"),
    Delivery.BOUNCED: N_("bounced"),
}

_LINK = re.compile(r"(?i)\b(?:https?|ftp)://[^\s<>\"'`]+")
_TRAILING = ".,;:!?)]}'\""
_AUTHORITY_END = re.compile(r"[/?#\\]")


@dataclass(frozen=True, slots=True)
class Aspect:
    """How a message is looked at: the width in cells, the time, and what is open in it."""

    width: int
    now: datetime
    unfolded: bool = False
    recall_key: str = "u"
    unfold_key: str = "Enter"


@dataclass(frozen=True)
class Parts:
    """What a message says, apart from what it quotes."""

    own: str
    quoted: str

    @cached_property
    def quoted_lines(self) -> int:
        return sum(1 for line in self.quoted.splitlines() if line.strip())


def parts_of(message: Message) -> Parts:
    """Split the quoted tail off. A reply text that is no beginning of the text makes the whole text the tail."""
    own, whole = message.reply_text.strip("\n"), message.text.strip("\n")
    if not own or own == whole:
        return Parts(whole, "")
    tail = whole[len(own) :] if whole.startswith(own) else whole
    return Parts(own, tail.strip("\n"))


def lay_out(message: Message, aspect: Aspect) -> tuple[Line, ...]:
    """All lines of a message, without its rail; the first is its head. No line is wider than the aspect."""
    return tuple(_lines(message, aspect))


def _lines(message: Message, aspect: Aspect) -> Iterator[Line]:
    yield from head(message, aspect)
    yield from _origin_lines(message, aspect)
    yield from _error_lines(message, aspect)
    parts = parts_of(message)
    role = Role.NOTE if message.direction is Direction.NOTE else Role.BODY
    limit = MAX_LINES_UNFOLDED if aspect.unfolded else MAX_LINES
    yield from _body(parts.own, role, aspect.width, limit)
    if parts.quoted:
        count = parts.quoted_lines
        folded = ngettext("> quoted text, {n} line", "> quoted text, {n} lines", count).format(n=count)
        yield ((Role.FOLD, _fit(folded, aspect.width)),)
        if aspect.unfolded:
            yield from _body(parts.quoted, Role.QUOTE, aspect.width, limit)
    for attachment in message.attachments:
        yield ((Role.FILE, _fit(file_line(attachment), aspect.width)),)


def head(message: Message, aspect: Aspect) -> tuple[Line, ...]:
    """When, who and how; on the right, or on a line of its own, what became of it or why it is here."""
    at = f"{shown_time(message.at, aspect.now)}  "
    name = _fit(message.author or _("unknown"), max(1, aspect.width - cell_len(at)))
    manner = _fit(f"  {_manner(message)}", aspect.width - cell_len(at) - cell_len(name))
    left: Line = ((Role.META, at), (Role.NAME, name), (Role.META, manner))
    role, right = _right(message, aspect)
    room = aspect.width - sum(cell_len(text) for _role, text in left) - cell_len(right)
    if not right:
        return (left,)
    if room < 2:
        return (left, ((role, _fit(right, aspect.width)),))
    return ((*left, (Role.META, " " * room), (role, right)),)


def _manner(message: Message) -> str:
    if message.direction is Direction.NOTE:
        return _("note, only the team sees this")
    if message.direction is Direction.OUT:
        return _("reply by {channel}").format(channel=channel_name(message.channel_kind))
    kind = f", {_(KINDS[message.kind])}" if message.kind in KINDS else ""
    return f"{_('customer')}, {channel_name(message.channel_kind)}{kind}"


def _right(message: Message, aspect: Aspect) -> tuple[Role, str]:
    if message.delivery is not None:
        bad = message.delivery in (Delivery.FAILED, Delivery.BOUNCED)
        waits = message.delivery in (Delivery.QUEUED, Delivery.SENDING)
        return (Role.BAD if bad else Role.WAIT if waits else Role.META), delivery_words(message, aspect)
    return Role.META, _(JOINED[message.joined_by]) if message.joined_by in JOINED else ""


def delivery_words(message: Message, aspect: Aspect) -> str:
    """What became of an outgoing message; while it can be recalled, how and how long."""
    assert message.delivery is not None
    words = _(DELIVERIES[message.delivery])
    if message.delivery is not Delivery.QUEUED or message.not_before is None or message.not_before <= aspect.now:
        return words
    left = message.not_before - aspect.now
    if left > RECALLABLE:
        at = shown_time(message.not_before, aspect.now)
        return _("queued until {time}, recall with {key}").format(time=at, key=aspect.recall_key)
    seconds = -(-left // timedelta(seconds=1))
    return _("queued, recall with {key} ({n} s)").format(key=aspect.recall_key, n=seconds)


def _origin_lines(message: Message, aspect: Aspect) -> Iterator[Line]:
    """What an agent has to know of the sender before trusting or answering."""
    if message.dmarc == "fail":
        warning = _("DMARC fails: {address} may be forged").format(address=message.author_address)
        yield ((Role.BAD, _fit(warning, aspect.width)),)
    if message.reply_to:
        words = _("from {address}, answers go to {reply_to}")
        words = words.format(address=message.author_address, reply_to=message.reply_to)
        yield ((Role.META, _fit(words, aspect.width)),)


def _error_lines(message: Message, aspect: Aspect) -> Iterator[Line]:
    """The server's own words where sending failed."""
    if message.error:
        for start, end in wrapped(message.error, aspect.width):
            yield ((Role.BAD, message.error[start:end].rstrip()),)


def _body(text: str, role: Role, width: int, limit: int) -> Iterator[Line]:
    lines = text.split("\n")
    for line in lines[:limit]:
        yield from _wrapped_line(line, role, width)
    if len(lines) > limit:
        left = len(lines) - limit
        words = ngettext("{n} more line", "{n} more lines", left).format(n=left)
        yield ((Role.FOLD, _fit(f"[ {words} ]", width)),)


def _wrapped_line(line: str, role: Role, width: int) -> Iterator[Line]:
    over = len(line) - MAX_LINE
    line = line[:MAX_LINE].expandtabs(TAB).rstrip()
    links = _links(line) if "://" in line else ()
    for start, end in wrapped(line, width):
        yield tuple(_marked(line, start, end, links, role))
    for warning in filter(None, (_real_host(line[start:end]) for start, end in links)):
        yield ((Role.BAD, _fit(warning, width)),)
    if over > 0:
        words = ngettext("{n} more character", "{n} more characters", over).format(n=over)
        yield ((Role.FOLD, _fit(f"[ {words} ]", width)),)


def _links(line: str) -> tuple[tuple[int, int], ...]:
    return tuple((match.start(), match.start() + len(match[0].rstrip(_TRAILING))) for match in _LINK.finditer(line))


def _marked(
    line: str, start: int, end: int, links: tuple[tuple[int, int], ...], role: Role
) -> Iterator[tuple[Role, str]]:
    at = start
    for link_start, link_end in links:
        first, last = max(link_start, start), min(link_end, end)
        if first < last:
            if at < first:
                yield role, line[at:first]
            yield Role.LINK, line[first:last]
            at = last
    if at < end:
        yield role, line[at:end].rstrip()


def _real_host(link: str) -> str:
    """Where a link really goes, if its look may deceive: letters of other alphabets, or a name before an ``@``."""
    authority = _AUTHORITY_END.split(link.partition("://")[2], maxsplit=1)[0]
    host = authority.rpartition("@")[2].partition(":")[0]
    if host.isascii() and host == authority.partition(":")[0]:
        return ""
    try:
        real = host.encode("idna").decode("ascii")
    except UnicodeError:
        real = ascii(host)[1:-1]
    return _("this link goes to {host}").format(host=real)


def file_line(attachment: Attachment) -> str:
    return f"[{attachment.filename or _('unnamed')}]  {shown_size(attachment.size)}  {attachment.content_type}"


def _fit(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, max(0, width)).rstrip()
