"""Every earlier contact of a customer on any channel: what was asked before is never asked again."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Report
from textual.widgets import Static

from supportdesk.domain.customer import Contact
from supportdesk.i18n import _
from supportdesk.widgets.rows import Rows
from supportdesk.widgets.words import channel_name, shown_day, state_name

DATE_WIDTH, CHANNEL_WIDTH = 7, 9


class HistoryPane(Vertical):
    """The contacts, newest first, without the ticket on screen."""

    CONTEXT = "history"
    DEFAULT_CSS = """
    HistoryPane { height: 1fr; }
    HistoryPane .pane--title { height: 1; }
    """

    class Opened(Report):
        """An earlier ticket is to be read."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    class Left(Report):
        """The agent is through with the pane."""

    def __init__(self, *, id: str | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__(id=id)
        self._clock = clock
        self.rows: Rows[Contact] = Rows(self._lines, lines=2)

    def compose(self) -> ComposeResult:
        yield Static(_("HISTORY"), classes="pane--title", markup=False)
        yield self.rows

    def show(self, contacts: Sequence[Contact], *, here: int = 0) -> None:
        """``here``: the number of the ticket on screen."""
        others = [contact for contact in contacts if contact.number != here]
        self.rows.show(others, empty=_("No other contact."))

    def action_open(self) -> None:
        if (contact := self.rows.chosen) is not None:
            self.post_message(self.Opened(contact.number))

    def action_next(self) -> None:
        self.rows.move(1)

    def action_previous(self) -> None:
        self.rows.move(-1)

    def action_page_down(self) -> None:
        self.rows.page(1)

    def action_page_up(self) -> None:
        self.rows.page(-1)

    def action_first(self) -> None:
        self.rows.first()

    def action_last(self) -> None:
        self.rows.last()

    def action_back(self) -> None:
        self.post_message(self.Left())

    def on_rows_chosen(self, event: "Rows.Chosen[Contact]") -> None:  # type: ignore[type-arg]
        event.stop()
        self.action_open()

    def _lines(self, contact: Contact, width: int) -> tuple[Content, ...]:
        date = set_cell_size(shown_day(contact.at, self._clock()), DATE_WIDTH)
        channel = set_cell_size(channel_name(contact.channel_kind), CHANNEL_WIDTH)
        state = state_name(contact.state)
        left = DATE_WIDTH + CHANNEL_WIDTH + 2
        room = max(0, width - left - cell_len(state))
        return (
            Content.assemble((f"{date} {channel} ", "$text-muted"), " " * room, (state, "$text-muted")),
            Content(set_cell_size(contact.subject, width)),
        )
