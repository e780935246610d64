"""Base of the two short lists of the desk's doors: what is on its way out, and what could not come in."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from supportdesk.domain.errors import DeskError
from supportdesk.i18n import _
from supportdesk.screens.changes import Done
from supportdesk.screens.desk_screen import DeskScreen
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.rows import Rows

if TYPE_CHECKING:
    from supportdesk.desk.desk import Desk
    from supportdesk.domain.event import Event, Receipt

Thing = TypeVar("Thing")

LIMIT = 500
"""Rows shown: who has more of them has another problem."""


class PostsScreen(DeskScreen[None], Generic[Thing]):
    """A title, the rows, and what can be done with the one under the cursor."""

    AUTO_FOCUS = "Rows"
    LINES = 2

    def __init__(self, title: str, empty: str) -> None:
        super().__init__()
        self.rows: Rows[Thing] = Rows(self.draw, lines=self.LINES, empty=empty)
        self._heading = title

    def compose(self) -> ComposeResult:
        yield Static(f" {self._heading}", classes="pane--title", markup=False)
        yield self.rows
        yield Footer()

    def on_mount(self) -> None:
        self.reload()
        self.refresh_footer()

    def draw(self, thing: Thing, width: int) -> Sequence[Content]:
        """The lines of one row."""
        raise NotImplementedError

    def read(self, desk: "Desk") -> Sequence[Thing]:
        """The rows, in a thread."""
        raise NotImplementedError

    def ticket_of(self, thing: Thing) -> int | None:
        """The ticket a row belongs to."""
        raise NotImplementedError

    def feed(self, events: "tuple[Event, ...]") -> None:
        self.reload()

    def reload(self) -> None:
        self.run_worker(self._reload(), group="page", exclusive=True, exit_on_error=False)

    def act(self, title: str, verb: "Callable[[Desk, Thing], Receipt]") -> None:
        """Do something with the row under the cursor. ``title`` is a msgid."""
        if self.rows.chosen is not None:
            self.run_worker(self._acted(title, verb, self.rows.chosen), group="verbs", exit_on_error=False)

    async def action_open(self) -> None:
        from supportdesk.screens.ticket import TicketScreen

        number = self.ticket_of(self.rows.chosen) if self.rows.chosen is not None else None
        if number is None:
            self.tell(_("There is no ticket here."))
        else:
            await self.app.push_screen(TicketScreen(number))

    async def on_rows_chosen(self) -> None:
        await self.action_open()

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

    async def _reload(self) -> None:
        desk = await self.console.opened()
        try:
            found = tuple(await asyncio.to_thread(self.read, desk))
        except DeskError as error:
            self.tell_error(error)
            return
        if found != self.rows.things or not found:
            at = self.rows.at
            self.rows.show(found)
            self.rows.at = min(at, max(0, len(found) - 1))

    async def _acted(self, title: str, verb: "Callable[[Desk, Thing], Receipt]", thing: Thing) -> None:
        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                receipt = await asyncio.to_thread(verb, desk, thing)
        except DeskError as error:
            self.tell_error(error)
        else:
            self.console.done = Done(title, tuple(receipt.versions))
        await self._reload()
        self.refresh_footer()
