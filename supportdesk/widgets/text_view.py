"""Any amount of plain text on the Line API: lines are cut to the width when they are drawn."""

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from supportdesk.widgets.wrapping import TAB, wrapped

MAX_LINE = 2_000
MAX_LINES = 50_000


class TextView(ScrollView, can_focus=True):
    """A text, wrapped, without any styling of its own."""

    DEFAULT_CSS = """
    TextView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._lines: list[str] = []

    def on_resize(self) -> None:
        width = max(10, self.scrollable_content_region.width - 1)
        self._lines = [
            line[start:end].rstrip()
            for line in (raw[:MAX_LINE].expandtabs(TAB) for raw in self._text.split("\n")[:MAX_LINES])
            for start, end in wrapped(line, width)
        ]
        self.virtual_size = Size(self.size.width, len(self._lines))

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        text = self._lines[place] if place < len(self._lines) else ""
        return Strip([Segment(text, self.rich_style)]).adjust_cell_length(self.size.width, self.rich_style)
