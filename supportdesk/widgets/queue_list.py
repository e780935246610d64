"""The queue on screen: only what is visible exists, and a key repaints the two lines it changes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message as Report
from textual.strip import Strip
from textual.widget import Widget

from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import QueueRow
from supportdesk.widgets.queue_line import Mark, Role, due_text, parts
from supportdesk.widgets.window import Answer, Ask, Window

WHEEL = 3
"""Lines a notch of the wheel moves."""


class QueueList(Widget, can_focus=True):
    """Shows a ``Window``. Reports what it needs and where the cursor is; loads nothing itself."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "queue-list--late", "queue-list--text", "queue-list--unread", "queue-list--muted",
        "queue-list--cursor", "queue-list--thumb",
    }  # fmt: skip
    DEFAULT_CSS = """
    QueueList { height: 1fr; width: 1fr; }
    """

    class PageWanted(Report):
        """A page is missing."""

        def __init__(self, ask: Ask) -> None:
            super().__init__()
            self.ask = ask

    class CursorMoved(Report):
        """The cursor is on another ticket, None on none."""

        def __init__(self, row: QueueRow | None) -> None:
            super().__init__()
            self.row = row

    class Opened(Report):
        """The ticket under the cursor was clicked once more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window()
        self.marked: set[int] = set()
        self.present: Mapping[int, tuple[Presence, ...]] = {}
        self.now: datetime | None = None
        self._styles_of: dict[tuple[Role, bool], Style] = {}
        self._reported: int | None = None

    @property
    def current(self) -> QueueRow | None:
        return self.window.current

    def forget(self) -> None:
        """Begin with another queue: nothing is shown until its first page is there."""
        self.window.forget()
        self.marked.clear()
        self._want(self.window.wanted())
        self.refresh()

    def accept(self, ask: Ask, answer: Answer) -> None:
        """Take a page that was wanted."""
        if self.window.accept(ask, answer):
            self._after()
            self.refresh()

    def failed(self, ask: Ask) -> None:
        self.window.failed(ask)

    def move(self, by: int) -> None:
        self._show(lambda: self.window.move(by))

    def turn(self, pages: int) -> None:
        self._show(lambda: self.window.turn(pages))

    def scroll_lines(self, by: int) -> None:
        self._show(lambda: self.window.scroll(by))

    def first(self) -> None:
        """To the top, with everything that arrived."""
        self._show(lambda: self._want(self.window.first()))

    def last(self) -> None:
        self._show(lambda: self._want(self.window.last()))

    def again(self) -> None:
        """Load what is on screen once more; the cursor keeps its ticket."""
        self._want(self.window.again())

    def follow(self, number: int) -> bool:
        """Put the cursor on a ticket, where it is loaded."""
        if self.window.index(number) is None:
            return False
        self._show(lambda: self.window.follow(number))
        return True

    def show_rows(self, rows: Mapping[int, QueueRow]) -> None:
        """Tickets as they are now, where they are."""
        self._refresh_indexes(self.window.refresh(rows))

    def show_membership(self, matching: Sequence[int], among: Sequence[int]) -> None:
        """Which of some tickets belong to this queue now."""
        self._refresh_indexes(self.window.sees(matching, among))

    def show_present(self, present: Mapping[int, tuple[Presence, ...]]) -> None:
        """Who is on which ticket now."""
        changed = {n for n in {*present, *self.present} if present.get(n) != self.present.get(n)}
        self.present = present
        self._refresh_indexes([index for n in changed if (index := self.window.index(n)) is not None])

    def tick(self, now: datetime) -> None:
        """The clock moved: repaint the lines whose times read differently."""
        before, self.now = self.now, now
        if before is None:
            self.refresh()
            return
        window = self.window
        shown = range(window.top, min(window.top + window.height, window.end))
        rows = [(index, row) for index in shown if (row := window.at(index))]
        self._refresh_indexes([index for index, row in rows if due_text(row, before) != due_text(row, now)])

    def toggle_mark(self) -> None:
        """Mark the ticket under the cursor, or no longer, and go to the next."""
        if row := self.current:
            self.marked.symmetric_difference_update({row.number})
            self._refresh_indexes([self.window.cursor])
            self.move(1)

    def mark_range(self) -> None:
        """Mark from the nearest mark above, else below, to the cursor."""
        window = self.window
        marked = [index for number in self.marked if (index := window.index(number)) is not None]
        above, below = [i for i in marked if i <= window.cursor], [i for i in marked if i > window.cursor]
        begin = max(above) if above else min(below) if below else window.cursor
        span = range(min(begin, window.cursor), max(begin, window.cursor) + 1)
        self.mark([row.number for index in span if (row := window.at(index))])

    def mark(self, numbers: Sequence[int]) -> None:
        """Mark these, loaded or not."""
        self.marked.update(numbers)
        self._refresh_indexes([index for number in numbers if (index := self.window.index(number)) is not None])

    def unmark(self) -> None:
        changed = [index for number in self.marked if (index := self.window.index(number)) is not None]
        self.marked.clear()
        self._refresh_indexes(changed)

    def render_line(self, y: int) -> Strip:
        window, width = self.window, self.size.width
        row = window.at(window.top + y)
        here = window.top + y == window.cursor and window.total > 0
        if row is None:
            segments = [Segment(" " * (width - 1), self._style(Role.TEXT, here))]
        else:
            mark = Mark(here, row.number in self.marked, row.number in window.gone)
            line = parts(row, width - 1, self.now or row.updated_at, mark, self.present.get(row.number, ()))
            segments = [Segment(text, self._style(role, here)) for text, role in line]
        edge = self.get_component_rich_style("queue-list--thumb") if self._is_thumb(y) else segments[-1].style
        return Strip([*segments, Segment(" ", edge)], width).simplify()

    def notify_style_update(self) -> None:
        self._styles_of.clear()
        super().notify_style_update()

    def on_resize(self, event: events.Resize) -> None:
        self.window.resize(event.size.height)
        self._after()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        self.focus()
        index = self.window.top + event.y
        if event.x >= self.size.width - 1:
            self._jump(event.y)
        elif index == self.window.cursor:
            self.post_message(self.Opened())
        elif index < self.window.total:
            self.move(index - self.window.cursor)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_lines(-WHEEL)

    def _jump(self, y: int) -> None:
        """To the part of the queue that a place on the edge stands for."""
        wanted = round(self.window.total * y / max(1, self.size.height - 1))
        self.scroll_lines(wanted - self.window.height // 2 - self.window.top)

    def _is_thumb(self, y: int) -> bool:
        """Whether the edge of this line stands for what is on screen, in a queue larger than it."""
        total, height = self.window.total, self.size.height
        if total <= height or height < 1:
            return False
        size = max(1, height * height // total)
        start = round((height - size) * self.window.top / (total - height))
        return start <= y < start + size

    def _style(self, role: Role, here: bool) -> Style:
        if (role, here) not in self._styles_of:
            style = self.get_component_rich_style(f"queue-list--{role.name.lower()}")
            if here:
                style += Style(bgcolor=self.get_component_rich_style("queue-list--cursor").bgcolor)
            self._styles_of[role, here] = style
        return self._styles_of[role, here]

    def _show(self, change: Callable[[], object]) -> None:
        """Change the window, then repaint no more than that takes."""
        window = self.window
        top, cursor = window.top, window.cursor
        change()
        if window.top != top:
            self.refresh()
        elif window.cursor != cursor:
            self._refresh_indexes([cursor, window.cursor])
        self._after()

    def _refresh_indexes(self, indexes: Sequence[int]) -> None:
        top, width = self.window.top, self.size.width
        lines = [Region(0, index - top, width, 1) for index in indexes if 0 <= index - top < self.window.height]
        if lines:
            self.refresh(*lines)

    def _after(self) -> None:
        self._want(self.window.wanted())
        number = self.current.number if self.current else None
        if number != self._reported:
            self._reported = number
            self.post_message(self.CursorMoved(self.current))

    def _want(self, ask: Ask | None) -> None:
        if ask:
            self.post_message(self.PageWanted(ask))
