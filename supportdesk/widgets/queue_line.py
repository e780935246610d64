"""One line of the queue as text in columns: what is shown at which width, and in which of few roles."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from rich.cells import cell_len, set_cell_size

from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import NEVER, WAITING_FOR_US, Priority, QueueRow
from supportdesk.i18n import N_, _
from supportdesk.widgets.words import state_name

GLYPHS = {Priority.URGENT: "!!", Priority.HIGH: "! ", Priority.NORMAL: "  ", Priority.LOW: "- "}
"""Priority without colour."""

DUE_WIDTH, CHANNEL_WIDTH, OWNER_WIDTH, PRESENT_WIDTH = 7, 6, 9, 9
WIDE_CUSTOMER, NARROW_CUSTOMER = 20, 15
WIDE = 90
"""Cells from which a line has room for a longer name and for who is on the ticket."""


_SHORT = {
    "email": N_("mail"), "kakao": N_("kakao"), "line": N_("line"), "phone": N_("phone"), "chat": N_("chat"),
    "telegram": "tgram", "whatsapp": "whats", "messenger": "msgr", "webhook": "hook", "": N_("desk"),
}  # fmt: skip
"""Channels in five cells."""


class Role(Enum):
    """How a part of a line is to look. Few, because every change of style costs bytes over SSH."""

    LATE = auto()
    TEXT = auto()
    UNREAD = auto()
    MUTED = auto()


Part = tuple[str, Role]


@dataclass(frozen=True, slots=True)
class Mark:
    """What of a line is the reader's and not the ticket's."""

    here: bool = False  # the cursor
    marked: bool = False
    gone: bool = False  # no longer in this queue


def parts(row: QueueRow, width: int, now: datetime, mark: Mark, present: tuple[Presence, ...] = ()) -> list[Part]:
    """The line of a ticket, exactly ``width`` cells."""
    due, late = due_text(row, now)
    sign = f"{'>' if mark.here else ' '}{'*' if mark.marked else ' '}"
    head = f"{sign}{_right(due, DUE_WIDTH)} {GLYPHS[row.priority]} "
    owner = _owner(row, present, width)
    room = width - cell_len(head) - cell_len(owner)
    body = f"{set_cell_size(_(_SHORT.get(row.channel_kind, row.channel_kind)), CHANNEL_WIDTH)} {_customer(row, width)} "
    subject, preview = _subject(row, max(0, room - cell_len(body)))
    text = Role.UNREAD if row.unread else Role.TEXT
    if mark.gone or mark.here:  # in one style: under the cursor it is sent anew with every key
        return [(head + body + subject + preview + owner, Role.MUTED if mark.gone else text)]
    return [(head, Role.LATE if late else text), (body + subject, text), (preview + owner, Role.MUTED)]


def due_text(row: QueueRow, now: datetime) -> tuple[str, bool]:
    """Time left until an answer is due, "-" when late, else the state or the age; and whether it is late."""
    if row.snoozed_until is not None and row.snoozed_until > now:
        return f"z {_span(row.snoozed_until - now)}", False
    if row.state not in WAITING_FOR_US:
        return state_name(row.state), False
    if row.next_due_at < NEVER:
        left = row.next_due_at - now
        return (_clock(left), False) if left >= timedelta() else (f"-{_clock(-left)}", True)
    return _span(now - row.updated_at), False


def _clock(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}" if minutes < 100 * 60 else f"{minutes // 1440}d"


def _span(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"


def _customer(row: QueueRow, width: int) -> str:
    """Name and grade; the grade is what must not be cut off."""
    room = WIDE_CUSTOMER if width >= WIDE else NARROW_CUSTOMER
    grade = f" {row.grade}" if row.grade else ""
    name_room = max(4, room - cell_len(grade))
    name = row.customer if cell_len(row.customer) <= name_room else _cut(row.customer, name_room)
    return set_cell_size(name + grade, room)


def _subject(row: QueueRow, room: int) -> tuple[str, str]:
    """Subject and the first words of the last message, as much as fits."""
    subject = row.subject or row.preview
    used = cell_len(subject)
    if used >= room:
        return _cut(subject, room), ""
    preview = f" - {row.preview}" if row.preview and row.subject and row.preview != row.subject else ""
    if room - used < 8:
        preview = ""
    return subject, set_cell_size(preview, room - used)


def _owner(row: QueueRow, present: tuple[Presence, ...], width: int) -> str:
    """Who has it and, wide enough, who is on it now; else whoever is on it stands for the owner."""
    owner = row.assignee or row.team
    here = ""
    if present:
        typing = next((p for p in present if p.doing == "replying"), None)
        here = f"{typing.agent}.." if typing else f"({present[0].agent})"
    if width >= WIDE:
        return f" {_fit(owner, OWNER_WIDTH)} {_fit(here, PRESENT_WIDTH)} "
    return f" {_fit(here or owner, OWNER_WIDTH)} "


def _fit(text: str, room: int) -> str:
    return set_cell_size(text, room) if cell_len(text) <= room else _cut(text, room)


def _cut(text: str, room: int) -> str:
    """Shortened to ``room`` cells, with two dots: an ellipsis is of ambiguous width."""
    if room < 3:
        return set_cell_size(text, max(0, room))
    return set_cell_size(f"{set_cell_size(text, room - 2).rstrip()}..", room)


def _right(text: str, room: int) -> str:
    return " " * (room - cell_len(text)) + text if cell_len(text) < room else set_cell_size(text, room)
