"""The conversation of a ticket on the Line API: only the lines on screen are drawn, whatever its length.

What is read never moves: new messages come below, and say so when they are out of sight.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.geometry import Size
from textual.message import Message as Report
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from supportdesk.domain.message import Delivery, Direction, Message
from supportdesk.i18n import ngettext
from supportdesk.widgets.message_view import RAIL_WIDTH, RAILS, Aspect, Line, Role, lay_out

MAX_TEXT_WIDTH = 100
"""Cells of text in a line: longer ones are hard to read, however wide the screen is."""

AT_ONCE = 60
"""Messages laid out before the first paint; earlier ones follow in slices of ``SLICE`` seconds."""

SLICE = 0.008


@dataclass(frozen=True, slots=True)
class Block:
    """A message with its lines at the present width, and the empty line after it."""

    message: Message
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        return len(self.lines) + 1


class Conversation(ScrollView, can_focus=True):
    """Messages oldest first. One of them is current: verbs on a message mean that one."""

    COMPONENT_CLASSES = {f"conversation--{role}" for role in Role} | {
        "conversation--team",
        "conversation--rail",
        "conversation--current",
        "conversation--below",
    }
    DEFAULT_CSS = """
    Conversation { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    current = reactive(-1, init=False, layout=False)
    below: reactive[int] = reactive(0, init=False, layout=False)

    class CurrentChanged(Report):
        """Another message became the current one."""

        def __init__(self, message: Message) -> None:
            super().__init__()
            self.message = message

    def __init__(self, *, id: str | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._messages: tuple[Message, ...] = ()
        self._blocks: list[Block] = []
        self._tops: list[int] = [0]
        self._laid: dict[tuple[int, bool], Block] = {}  # by message and whether unfolded, at the present width
        self._unlaid = 0
        self._seen_height = 0
        self._unfolded: set[int] = set()
        self.recall_key = "u"

    @property
    def messages(self) -> tuple[Message, ...]:
        return self._messages

    @property
    def current_message(self) -> Message | None:
        """The message verbs mean; None while there is none."""
        return self._messages[self.current] if 0 <= self.current < len(self._messages) else None

    def show(self, messages: Sequence[Message], *, at: int | None = None) -> None:
        """Show a conversation from its end, or from the message with the id ``at``."""
        self._messages = tuple(messages)
        self._unfolded.clear()
        self.below = 0
        places = {message.id: place for place, message in enumerate(self._messages)}
        last = len(self._messages) - 1
        self.set_reactive(Conversation.current, last if at is None else places.get(at, last))
        self._lay_out_all()
        self._bring_current_into_view()

    def update_messages(self, messages: Sequence[Message]) -> None:
        """The same conversation as it is now: changed messages in place, new ones below."""
        known = {message.id for message in self._messages}
        new = sum(1 for message in messages if message.id not in known)
        was_at_end = self.is_at_end
        read = self.current_message
        self._messages = tuple(messages)
        places = {message.id: place for place, message in enumerate(self._messages)}
        last = len(self._messages) - 1
        self.set_reactive(Conversation.current, places.get(read.id, last) if read else last)
        self._lay_out(self._unlaid)
        if was_at_end:
            self._scroll(self._height)
        elif new:
            self.below += new

    @property
    def is_at_end(self) -> bool:
        return self.scroll_offset.y >= self._height - self._viewport - 1

    def tick(self) -> None:
        """Draw the seconds of what can be recalled."""
        for place, block in enumerate(self._blocks):
            if block.message.delivery is Delivery.QUEUED:
                self._blocks[place] = self._block(block.message)
                self.refresh_lines(self._tops[place] - self.scroll_offset.y, 2)

    def next(self) -> None:
        """A little further down in a long message, else to the next one."""
        self._step(1)

    def previous(self) -> None:
        self._step(-1)

    def page(self, direction: int) -> None:
        self._scroll(self.scroll_offset.y + direction * max(1, self._viewport - 2))
        self._choose_in_view()

    def first(self) -> None:
        self.current = 0
        self._scroll(0)

    def last(self) -> None:
        self.current = len(self._messages) - 1
        self._scroll(self._height)

    def toggle_fold(self) -> None:
        """Open or close what the current message quotes, or what is left out of it."""
        message = self.current_message
        if message is None:
            return
        self._unfolded ^= {message.id}
        self._lay_out(self._unlaid)
        top = self._tops[self.current - self._unlaid]
        if not self.scroll_offset.y <= top < self.scroll_offset.y + self._viewport:
            self._scroll(top)

    def watch_current(self) -> None:
        self.refresh()
        if message := self.current_message:
            self.post_message(self.CurrentChanged(message))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.below and self.is_at_end:
            self.below = 0

    def on_resize(self) -> None:
        """Keep the end in sight if it was; else what stood at the top."""
        seen, self._seen_height = self._seen_height, self._viewport
        if not self._blocks:
            self._lay_out_all()
            self._bring_current_into_view()
            return
        at_end = self.scroll_offset.y >= self._height - seen
        offset = self.scroll_offset.y - self._top_of_current
        self._lay_out_all()
        self._scroll(self._height if at_end else self._top_of_current + offset)

    def on_click(self, event: events.Click) -> None:
        place, line = self._at(event.y + self.scroll_offset.y)
        if place is None:
            return
        self.current = place + self._unlaid
        lines = self._blocks[place].lines
        if line < len(lines) and lines[line] and lines[line][0][0] is Role.FOLD:
            self.toggle_fold()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.below and y == self._viewport - 1:
            return self._below_strip(width)
        place, index = self._at(y + self.scroll_offset.y)
        if place is None:
            return Strip.blank(width, self.rich_style)
        block = self._blocks[place]
        base = self.rich_style
        if block.message.direction is Direction.NOTE and index < len(block.lines):
            base += Style(bgcolor=self.get_component_rich_style("conversation--team").bgcolor)
        segments = list(self._segments(block, index, place + self._unlaid == self.current, base))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def _segments(self, block: Block, index: int, is_current: bool, base: Style) -> Sequence[Segment]:
        if index >= len(block.lines):
            return [Segment(" ", base)]
        is_head = index == 0
        mark = ">" if is_current and is_head else " "
        rail = base + self.get_component_rich_style("conversation--rail", partial=True)
        current = base + self.get_component_rich_style("conversation--current", partial=True)
        segments = [Segment(mark, current), Segment(RAILS[block.message.direction] + " ", rail)]
        for role, text in block.lines[index]:
            style = base + self.get_component_rich_style(f"conversation--{role}", partial=True)
            segments.append(Segment(text, style))
        return segments

    def _below_strip(self, width: int) -> Strip:
        words = ngettext("{n} new message below", "{n} new messages below", self.below).format(n=self.below)
        text = set_cell_size(f" {words} ", min(width, cell_len(words) + 2))
        style = self.get_component_rich_style("conversation--below")
        room = max(0, width - cell_len(text)) // 2
        return Strip([Segment(" " * room, self.rich_style), Segment(text, style)]).adjust_cell_length(
            width, self.rich_style
        )

    @property
    def _viewport(self) -> int:
        return max(1, self.size.height)

    @property
    def _height(self) -> int:
        return self._tops[-1]

    @property
    def _top_of_current(self) -> int:
        place = self.current - self._unlaid
        return self._tops[place] if 0 <= place < len(self._blocks) else 0

    def _at(self, y: int) -> tuple[int | None, int]:
        """Place of the block at a line of the whole conversation, and the line in it."""
        if not self._blocks or not 0 <= y < self._height:
            return None, 0
        place = bisect_right(self._tops, y) - 1
        return place, y - self._tops[place]

    def _block(self, message: Message) -> Block:
        unfolded = message.id in self._unfolded
        known = self._laid.get((message.id, unfolded))
        if known is not None and known.message == message and message.delivery is not Delivery.QUEUED:
            return known
        block = Block(message, lay_out(message, replace(self._aspect, unfolded=unfolded)))
        self._laid[message.id, unfolded] = block
        return block

    @property
    def _aspect(self) -> Aspect:
        room = self.scrollable_content_region.width or self.size.width
        width = max(10, min(MAX_TEXT_WIDTH, room - RAIL_WIDTH - 1))
        return Aspect(width, self._clock(), recall_key=self.recall_key)

    def _lay_out_all(self) -> None:
        self._laid.clear()
        self._lay_out(min(max(0, len(self._messages) - AT_ONCE), max(0, self.current - 2)))

    def _lay_out(self, first: int) -> None:
        """Lay out from a message on; what is as it was is not laid out again."""
        if not self.size.width:
            return
        self._unlaid = first
        self._set_blocks([self._block(message) for message in self._messages[first:]])
        if first:
            self._lay_out_earlier(self._messages[:first])

    def _set_blocks(self, blocks: list[Block]) -> None:
        self._blocks = blocks
        tops, at = [], 0
        for block in blocks:
            tops.append(at)
            at += block.height
        self._tops = [*tops, at]
        self.virtual_size = Size(self.size.width, at)
        self.refresh()

    @work(exclusive=True, group="layout")
    async def _lay_out_earlier(self, messages: tuple[Message, ...]) -> None:
        """Lay out what is above without ever holding a key press up, then put it there at once."""
        earlier: list[Block] = []
        since = monotonic()
        for message in messages:
            earlier.append(self._block(message))
            if monotonic() - since > SLICE:
                await asyncio.sleep(0)
                since = monotonic()
        added = sum(block.height for block in earlier)
        self._unlaid = 0
        self._set_blocks([*earlier, *self._blocks])
        self._scroll(self.scroll_offset.y + added)

    def _step(self, direction: int) -> None:
        if not self._blocks:
            return
        top = self._top_of_current
        bottom = top + len(self._blocks[self.current - self._unlaid].lines)
        view_top, view_bottom = self.scroll_offset.y, self.scroll_offset.y + self._viewport
        if direction > 0 and top < view_bottom < bottom:
            self._scroll(min(view_top + self._viewport // 2, bottom - self._viewport))
            return
        if direction < 0 and top < view_top < bottom:
            self._scroll(max(view_top - self._viewport // 2, top))
            return
        self.current = min(max(self._unlaid, self.current + direction), len(self._messages) - 1)
        self._bring_current_into_view(from_end=direction < 0)

    def _bring_current_into_view(self, *, from_end: bool = False) -> None:
        """Show all of the current message, or as much as fits of its beginning (coming from below: of its end)."""
        if not self._blocks or self.current < self._unlaid:
            return
        top = self._top_of_current
        height = self._blocks[self.current - self._unlaid].height
        view_top = self.scroll_offset.y
        if height > self._viewport:
            self._scroll(top + height - self._viewport if from_end else top)
        elif top < view_top:
            self._scroll(top)
        elif top + height > view_top + self._viewport:
            self._scroll(top + height - self._viewport)

    def _choose_in_view(self) -> None:
        """After a scroll the current message is one that can be seen."""
        view_top = self.scroll_target_y
        place, _line = self._at(min(int(view_top) + 1, self._height - 1))
        if place is not None:
            self.current = place + self._unlaid

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=max(0, min(y, self._height - self._viewport)), animate=False, immediate=True, force=True)
