"""A long text to read: raw headers, a whole message as it came. Nothing in it is interpreted."""

from textual.app import ComposeResult
from textual.widgets import Static

from supportdesk.domain.safe import safe_text
from supportdesk.screens.desk_screen import DeskScreen
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.text_view import TextView


class ReadingScreen(DeskScreen[None]):
    """Shows a text, cleaned for a terminal."""

    CONTEXT = "help"
    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = "TextView"

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._view = TextView(safe_text(text))

    def compose(self) -> ComposeResult:
        yield Static(self._title, classes="pane--title", markup=False)
        yield self._view
        yield Footer()

    def on_mount(self) -> None:
        self.refresh_footer()

    def action_next(self) -> None:
        self._view.scroll_relative(y=1, animate=False)

    def action_previous(self) -> None:
        self._view.scroll_relative(y=-1, animate=False)

    def action_page_down(self) -> None:
        self._view.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        self._view.scroll_page_up(animate=False)

    def action_first(self) -> None:
        self._view.scroll_home(animate=False)

    def action_last(self) -> None:
        self._view.scroll_end(animate=False)
