"""Customers by name or any of their addresses, with their card and every contact they ever had."""

import asyncio

from rich.cells import set_cell_size
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static

from supportdesk.domain.customer import Customer
from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _, ngettext
from supportdesk.screens.search import PAUSE
from supportdesk.screens.status_line import StatusLine
from supportdesk.screens.ticket import WIDE, TicketScreen
from supportdesk.widgets.customer_card import CustomerCard
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.history_pane import HistoryPane
from supportdesk.widgets.rows import Rows
from supportdesk.widgets.search_field import SearchField
from supportdesk.widgets.status_bar import StatusBar

LIMIT = 50
NAME_WIDTH, GRADE_WIDTH = 20, 8


class CustomersScreen(StatusLine[None]):
    """The line, whom it finds, and who the chosen one is."""

    CONTEXT = "customers"
    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = "SearchField"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-beside")]

    def __init__(self, initial: str = "") -> None:
        super().__init__()
        self._initial = initial
        self._field = SearchField(placeholder=_("name, address or phone number"))
        self._rows: Rows[Customer] = Rows(_line, driven=True)
        self._card = CustomerCard(id="card")
        self._history = HistoryPane(id="history", clock=self.local_now)
        self._waiting: Timer | None = None
        self._asked = 0

    def compose(self) -> ComposeResult:
        yield StatusBar(id="bar")
        yield Static(_("CUSTOMERS"), classes="pane--title", markup=False)
        yield self._field
        with Horizontal(id="body"):
            with Vertical(id="middle"):
                yield self._rows
            with Vertical(id="side"):
                yield self._card
                yield self._history
        yield Footer()

    def on_mount(self) -> None:
        self._field.fill(self._initial)
        self.follow_status()
        self._find(self._asked)
        self.refresh_footer()

    def on_descendant_focus(self) -> None:
        self.refresh_footer()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._waiting is not None:
            self._waiting.stop()
        self._asked += 1
        asked = self._asked
        self._waiting = self.set_timer(PAUSE, lambda: self._find(asked))

    @work(exclusive=True, group="find", exit_on_error=False)
    async def _find(self, asked: int) -> None:
        from supportdesk.desk import customers

        desk = await self.console.opened()
        try:
            found = await asyncio.to_thread(customers.find, desk, self._field.value, LIMIT)
        except DeskError as error:
            self.tell_error(error)
            return
        if asked == self._asked:
            self._rows.show(found, empty=_("No customer has this in their name or addresses."))

    def on_rows_moved(self, event: "Rows.Moved[Customer]") -> None:  # type: ignore[type-arg]
        if event.rows is self._rows:
            event.stop()
            self._show_chosen()

    async def on_rows_chosen(self, event: "Rows.Chosen[Customer]") -> None:  # type: ignore[type-arg]
        event.stop()
        self.action_open()

    @work(exclusive=True, group="customer", exit_on_error=False)
    async def _show_chosen(self) -> None:
        from supportdesk.desk import customers

        customer = self._rows.chosen
        self.query_one("#side").visible = customer is not None
        if customer is None:
            return
        self._card.show(customer)
        desk = await self.console.opened()
        self._history.show(await asyncio.to_thread(customers.history, desk, customer.id))

    def on_search_field_moved(self, event: SearchField.Moved) -> None:
        self._rows.move(event.by)

    def on_search_field_accepted(self, event: SearchField.Accepted) -> None:
        event.stop()
        self.action_open()

    def on_search_field_left(self, event: SearchField.Left) -> None:
        event.stop()
        if self._rows.things and self._field.value.strip():
            self.set_focus(self._rows)
        else:
            self.dismiss()

    def action_open(self) -> None:
        """To the contacts of this customer; Enter there opens one."""
        if self._rows.chosen is not None:
            self.set_focus(self._history.rows)

    def action_search(self) -> None:
        self.set_focus(self._field)

    def on_history_pane_left(self, event: HistoryPane.Left) -> None:
        event.stop()
        self.set_focus(self._rows)

    def on_history_pane_opened(self, event: HistoryPane.Opened) -> None:
        event.stop()
        self.app.push_screen(TicketScreen(event.number, [contact.number for contact in self._history.rows.things]))

    def action_next(self) -> None:
        self._rows.move(1)

    def action_previous(self) -> None:
        self._rows.move(-1)

    def action_page_down(self) -> None:
        self._rows.page(1)

    def action_page_up(self) -> None:
        self._rows.page(-1)

    def action_first(self) -> None:
        self._rows.first()

    def action_last(self) -> None:
        self._rows.last()


def _line(customer: Customer, width: int) -> tuple[Content, ...]:
    name = set_cell_size(customer.name or _("unknown"), NAME_WIDTH)
    grade = set_cell_size(customer.grade, GRADE_WIDTH)
    count = ngettext("{n} ticket", "{n} tickets", customer.tickets).format(n=customer.tickets)
    known = ", ".join(identity.value for identity in customer.identities)
    room = max(0, width - NAME_WIDTH - GRADE_WIDTH - 14)
    return (
        Content.assemble(
            (name, "bold"), " ", (grade, "$accent"), " ", (set_cell_size(known, room), "$text-muted"), " ", count
        ),
    )
