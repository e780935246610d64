"""A short list of things, each a few lines high, with a cursor: history, canned replies, hits, customers.

On the Line API: only what is on screen is drawn. For lists of at most a few hundred; the queue has its own.
"""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as Report
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

Thing = TypeVar("Thing")
Draw = Callable[[Thing, int], Sequence[Content]]
"""Lines of one thing at a width in cells; as many as the list's ``lines``."""


class Rows(ScrollView, Generic[Thing], can_focus=True):
    """Shows things with ``draw``; ``empty`` says why there are none and what to press."""

    COMPONENT_CLASSES = {"rows--cursor"}
    DEFAULT_CSS = """
    Rows { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    at: reactive[int] = reactive(0, init=False)

    class Moved(Report):
        """The cursor is on another thing, or the list is another one."""

        def __init__(self, rows: "Rows[Thing]") -> None:
            super().__init__()
            self.rows = rows

    class Chosen(Report):
        """A thing was clicked while the cursor was on it."""

        def __init__(self, rows: "Rows[Thing]") -> None:
            super().__init__()
            self.rows = rows

    def __init__(
        self, draw: Draw[Thing], *, lines: int = 1, empty: str = "", driven: bool = False, id: str | None = None
    ) -> None:
        """``driven``: its cursor is moved from a line above, so it shows without the focus too."""
        super().__init__(id=id)
        self._draw, self._lines, self._driven = draw, lines, driven
        self._things: tuple[Thing, ...] = ()
        self._empty = empty

    @property
    def things(self) -> tuple[Thing, ...]:
        return self._things

    @property
    def chosen(self) -> Thing | None:
        """What the cursor is on."""
        return self._things[self.at] if 0 <= self.at < len(self._things) else None

    def show(self, things: Sequence[Thing], *, empty: str = "") -> None:
        """Another list, the cursor on its first."""
        self._things = tuple(things)
        self._empty = empty or self._empty
        self.virtual_size = Size(self.size.width, len(self._things) * self._lines)
        self.set_reactive(Rows.at, 0)
        self._see_cursor()
        self.refresh(layout=True)
        self.post_message(self.Moved(self))

    def move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self._things) - 1))

    def page(self, direction: int) -> None:
        self.move(direction * max(1, self.size.height // self._lines - 1))

    def first(self) -> None:
        self.at = 0

    def last(self) -> None:
        self.at = max(0, len(self._things) - 1)

    def watch_at(self) -> None:
        self._see_cursor()
        self.refresh()
        self.post_message(self.Moved(self))

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._things) * self._lines)
        self._see_cursor()

    def on_click(self, event: events.Click) -> None:
        clicked = (event.y + self.scroll_offset.y) // self._lines
        if not 0 <= clicked < len(self._things):
            return
        if clicked == self.at:
            self.post_message(self.Chosen(self))
        self.at = clicked

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if not self._things:
            return self._strip(Content.styled(f"  {self._empty}" if y == 0 else "", "$text-muted"), width)
        place, line = divmod(y + self.scroll_offset.y, self._lines)
        if place >= len(self._things):
            return Strip.blank(width, self.rich_style)
        room = max(1, self.scrollable_content_region.width - 3)
        drawn = self._draw(self._things[place], room)
        is_current = place == self.at and (self.has_focus or self._driven)
        mark = "> " if is_current and line == 0 else "  "
        content = drawn[line] if line < len(drawn) else Content("")
        return self._strip(Content.assemble((mark, "bold $accent"), content), width, is_current=is_current)

    def _strip(self, content: Content, width: int, *, is_current: bool = False) -> Strip:
        strips = Visual.to_strips(self, content, width, 1, self.visual_style, apply_selection=False)
        strip = (strips[0] if strips else Strip.blank(width)).adjust_cell_length(width, self.rich_style)
        if is_current:
            cursor = Style(bgcolor=self.get_component_rich_style("rows--cursor").bgcolor)
            strip = Strip(Segment.apply_style(strip, post_style=cursor), strip.cell_length)
        return strip.simplify()

    def _see_cursor(self) -> None:
        top = self.at * self._lines
        view, height = self.scroll_offset.y, max(self._lines, self.size.height)
        if top < view:
            self._scroll(top)
        elif top + self._lines > view + height:
            self._scroll(top + self._lines - height)

    def _scroll(self, y: int) -> None:
        self.scroll_to(y=y, animate=False, immediate=True, force=True)
