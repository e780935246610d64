"""The help: every key that works where the reader was, as it is bound now."""

from collections.abc import Iterator, Mapping

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from supportdesk.i18n import _
from supportdesk.keymap import Action, grouped, shift_is_lost
from supportdesk.screens.desk_screen import DeskScreen
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.keys import shown_key

KEYS_WIDTH = 13
COLUMN = 40
"""Cells of a column: as many stand side by side as fit."""


class HelpScreen(DeskScreen[None]):
    """Generated from the actions that were live on the screen below."""

    CONTEXT = "help"

    def __init__(self, live: Mapping[str, Action]) -> None:
        super().__init__()
        self.live = live
        self._text = Static(markup=False, id="help-text")

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield self._text
        yield Footer()

    def on_mount(self) -> None:
        self.refresh_footer()

    def on_resize(self) -> None:
        self._text.update(self._written(max(1, self.size.width // COLUMN)))

    def action_next(self) -> None:
        self.query_one("#help").scroll_down(animate=False)

    def action_previous(self) -> None:
        self.query_one("#help").scroll_up(animate=False)

    def action_page_down(self) -> None:
        self.query_one("#help").scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self.query_one("#help").scroll_page_up(animate=False)

    def action_first(self) -> None:
        self.query_one("#help").scroll_home(animate=False)

    def action_last(self) -> None:
        self.query_one("#help").scroll_end(animate=False)

    def _written(self, columns: int) -> Content:
        blocks = [list(self._block(group, actions)) for group, actions in grouped(self.live.values())]
        blocks = [block for block in blocks if block]
        sides: list[list[Content]] = [[] for _side in range(columns)]
        height = -(-sum(map(len, blocks)) // columns)
        at = 0
        for block in blocks:
            if sides[at] and len(sides[at]) + len(block) // 2 > height and at < columns - 1:
                at += 1
            sides[at] += block
        tallest = max(map(len, sides), default=0)
        lines = [Content("").join(_cell(side, n) for side in sides) for n in range(tallest)]
        return Content("\n").join([*lines, *self._notes()])

    def _block(self, group: str, actions: tuple[Action, ...]) -> Iterator[Content]:
        rows = [(self.console.keymap.keys_for(action.id), action) for action in actions]
        shown = [(keys, action) for keys, action in rows if keys]
        if not shown:
            return
        yield Content.styled(f" {_(group)}", "bold")
        for keys, action in shown:
            text = set_cell_size("  ".join(map(shown_key, keys)), KEYS_WIDTH)
            yield Content.assemble("  ", (text, "$accent"), _fit(_(action.title), COLUMN - KEYS_WIDTH - 2))
        yield Content("")

    def _notes(self) -> Iterator[Content]:
        keys = {key for action in self.live.values() for key in self.console.keymap.keys_for(action.id)}
        lost = " ".join(sorted(key for key in keys if shift_is_lost(key)))
        ime = _("With a Hangul IME on the keys work as they are; only Shift is lost for {keys}.").format(keys=lost)
        moved = _("Keys are moved in keys.toml, by the names that supportdesk keys lists.")
        yield Content.styled(f" {ime}\n {moved}", "$text-muted")


def _cell(side: list[Content], line: int) -> Content:
    content = side[line] if line < len(side) else Content("")
    return content.pad_right(max(0, COLUMN - content.cell_length))


def _fit(text: str, room: int) -> str:
    return text if cell_len(text) <= room else set_cell_size(text, room)
