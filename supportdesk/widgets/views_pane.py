"""The views of the desk with their live counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.message import Message as Report
from textual.widget import Widget

from supportdesk.i18n import _

CAP = 10_000
"""Counts end here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A place to go. ``name`` is translated; ``warns``: a count above zero wants attention."""

    key: str
    name: str
    warns: bool = False


class ViewsPane(Widget):
    """A list that is not focused: the keys for it work everywhere."""

    class Chosen(Report):
        """A view was clicked."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    entries: tuple[Entry, ...] = ()
    counts: Mapping[str, int] = {}
    current = ""

    def show(
        self,
        *,
        entries: Sequence[Entry] | None = None,
        counts: Mapping[str, int] | None = None,
        current: str | None = None,
    ) -> None:
        """Change what is given."""
        before = (self.entries, self.counts, self.current)
        self.entries = self.entries if entries is None else tuple(entries)
        self.counts = self.counts if counts is None else counts
        self.current = self.current if current is None else current
        if before != (self.entries, self.counts, self.current):
            self.refresh()

    def render(self) -> Content:
        heading = Content.styled(f" {_('VIEWS')}", "$text-muted")
        return Content("\n").join([heading, *(self._line(entry) for entry in self.entries)])

    def on_click(self, event: events.Click) -> None:
        if 0 < event.y <= len(self.entries):
            self.post_message(self.Chosen(self.entries[event.y - 1].key))

    def _line(self, entry: Entry) -> Content:
        count = shown_count(self.counts.get(entry.key))
        room = self.size.width - 5 - cell_len(count)
        name = set_cell_size(entry.name, max(1, room))
        if entry.key == self.current:
            return Content.styled(f" > {name} {count} ", "$accent")
        style = "$warning" if entry.warns and self.counts.get(entry.key) else "$text-muted"
        return Content.assemble("   ", name, " ", (count, style), " ")


def shown_count(count: int | None) -> str:
    """A count as far as it is counted; "" while it is not known."""
    if count is None:
        return ""
    return f"{CAP}+" if count >= CAP else str(count)
