"""One line above a conversation: the ticket it may belong to, and the key that joins them."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widgets import Static

from supportdesk.i18n import _

SHORTEST = 8
"""Cells of a subject below which it says nothing."""


class SuggestionLine(Static):
    """Hidden until there is something to suggest."""

    DEFAULT_CSS = """
    SuggestionLine { height: 1; padding: 0 1; display: none; color: $warning; }
    SuggestionLine.-there { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.number: int | None = None
        self._subject = self._key = ""

    def show(self, number: int | None, subject: str = "", key: str = "") -> None:
        """``number`` None: nothing to suggest. ``key`` as it is shown, "" where the verb has none."""
        self.number, self._subject, self._key = number, subject, key
        self.set_class(number is not None, "-there")
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self.number is not None and width:
            self.update(Content(words(self.number, self._subject, self._key, width)))


def words(number: int, subject: str, key: str, width: int) -> str:
    """In ``width`` cells: of the subject as much as fits, never less than the number and the key."""
    joins = _("{key} joins it").format(key=key) if key else ""
    told = _("May belong to #{number}").format(number=number)
    room = width - cell_len(f"{told}:    {joins}")
    if room < min(SHORTEST, cell_len(subject)):
        return f"{told}   {joins}".rstrip()
    cut = subject if cell_len(subject) <= room else set_cell_size(subject, room).rstrip()
    return f"{told}: {cut}   {joins}".rstrip()
