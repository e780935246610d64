"""The ticket under the cursor in a few lines: who, what, and the last that was said."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from supportdesk.domain.message import Direction, Message
from supportdesk.domain.ticket import QueueRow
from supportdesk.i18n import _
from supportdesk.widgets.words import channel_name, priority_name, shown_time, state_name
from supportdesk.widgets.wrapping import wrapped

MESSAGES = 4
"""The last ones are looked at."""

MAX_LINES = 12
"""Of one message."""


class Preview(Widget):
    """Shows the row at once, the messages when they are loaded; the newest message is never cut off.

    Only lines that differ are written: most of the pane stays blank from ticket to ticket.
    """

    row: QueueRow | None = None
    messages: tuple[Message, ...] = ()
    now: datetime | None = None
    _lines: tuple[Content, ...] = ()

    def show(self, row: QueueRow | None, messages: Sequence[Message] = (), *, now: datetime) -> None:
        self.row, self.messages, self.now = row, tuple(messages), now
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        content = self._lines[y] if y < len(self._lines) else Content("")
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, apply_selection=False)
        return (strips[0] if strips else Strip.blank(width)).adjust_cell_length(width, self.rich_style).simplify()

    def _lay_out(self) -> None:
        before, self._lines = self._lines, tuple(self._written())
        longest = max(len(before), len(self._lines))
        changed = [y for y in range(longest) if before[y : y + 1] != self._lines[y : y + 1]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _written(self) -> Sequence[Content]:
        if self.row is None or self.now is None:
            return ()
        width = max(10, self.size.width - 2)
        head = list(_head(self.row, width))
        room = max(0, self.size.height - len(head))
        body = [line for message in self.messages[-MESSAGES:] for line in _message(message, width, self.now)]
        return [*head, *body[max(0, len(body) - room) :]]


def _head(row: QueueRow, width: int) -> Iterator[Content]:
    title = f"#{row.number}  {row.subject}"
    for start, end in list(wrapped(title, width))[:2]:
        yield Content.styled(f" {title[start:end]}", "bold")
    facts = [row.customer, row.grade, state_name(row.state), priority_name(row.priority), row.team, row.assignee]
    text = "  ".join(fact for fact in facts if fact)
    start, end = next(iter(wrapped(text, width)))
    yield Content.styled(f" {text[start:end]}", "$text-muted")
    yield Content("")


def _message(message: Message, width: int, now: datetime) -> Iterator[Content]:
    yield Content.styled(f" {shown_time(message.at, now)} {_who(message)}", "$text-muted")
    style = "italic" if message.direction is Direction.NOTE else ""
    edge = {Direction.IN: " ", Direction.OUT: " | ", Direction.NOTE: " # "}[message.direction]
    lines = [line for line in message.reply_text.splitlines() if line.strip()] or [""]
    pieces = [line[start:end] for line in lines for start, end in wrapped(line, width - len(edge))]
    for piece in pieces[:MAX_LINES]:
        yield Content.assemble((edge, "$text-muted"), (piece, style))
    if len(pieces) > MAX_LINES:
        yield Content.styled(f"{edge}..", "$text-muted")
    yield Content("")


def _who(message: Message) -> str:
    if message.direction is Direction.NOTE:
        return _("note, {agent}").format(agent=message.author)
    if message.direction is Direction.OUT:
        return _("{agent}, reply").format(agent=message.author)
    return f"{message.author}, {channel_name(message.channel_kind)}"
