"""One ticket: its conversation, its customer with every earlier contact, and the place to answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from supportdesk.domain.draft import DraftKind
from supportdesk.domain.errors import DeskError, NotFound
from supportdesk.domain.event import Event
from supportdesk.domain.people import Presence
from supportdesk.domain.ticket import Ticket
from supportdesk.i18n import _
from supportdesk.screens.changes import Change
from supportdesk.screens.inserting import Inserting
from supportdesk.screens.joining import Joining
from supportdesk.widgets.composer import Mode
from supportdesk.widgets.customer_card import CustomerCard
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.history_pane import HistoryPane
from supportdesk.widgets.status_bar import StatusBar
from supportdesk.widgets.suggestion_line import SuggestionLine
from supportdesk.widgets.ticket_header import TicketHeader

if TYPE_CHECKING:
    from supportdesk.desk.tickets import TicketPage

PRESENCE_EVERY = 5.0
"""Seconds; a presence is forgotten after three of them."""

WIDE = 120
"""Columns from which the customer stands beside the conversation."""

OPENERS = {
    "reply": Mode(DraftKind.REPLY),
    "reply_sender": Mode(DraftKind.REPLY, all=False),
    "note": Mode(DraftKind.NOTE),
    "forward": Mode(DraftKind.FORWARD),
}
"""Verbs that open a ticket to write on it."""

Order = Sequence[int] | Callable[[int, int], int | None]
"""The tickets before and after: their numbers, or who finds the one ``step`` after a number."""


class TicketScreen(Joining, Inserting):
    """Reads and answers a ticket. ``order`` serves ``J`` and ``K``, and where to go after solving."""

    CONTEXT = "ticket"
    CSS_PATH = "../styles/ticket.tcss"
    AUTO_FOCUS = "#conversation"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-beside"), (160, "-wide")]

    def __init__(self, number: int, order: Order = (), *, message: int | None = None, begin: str = "") -> None:
        """``message``: id of the one to begin at, else the newest. ``begin``: "reply", "note", … to write at once."""
        super().__init__()
        self.number = number
        self._order = order
        self._begin_at = message
        self._begin = begin
        self._drawn_at = ""
        self._header = TicketHeader(id="header")
        self.suggested = SuggestionLine(id="suggestion")
        self._card = CustomerCard(id="card")
        self._history = HistoryPane(id="history", clock=self.local_now)

    def compose(self) -> ComposeResult:
        yield StatusBar(id="bar")
        yield self._header
        yield self.suggested
        with Horizontal(id="body"):
            with Vertical(id="middle"):
                yield self.conversation
                yield self.composer
            with Vertical(id="side"):
                yield self._card
                yield self._history
                yield self.canned_pane
        yield Footer()

    def on_mount(self) -> None:
        self.conversation.recall_key = next(iter(self.console.keymap.keys_for("ticket.undo")), "")
        self._header.show_number(self.number)
        self.follow_status()
        self.begin_keeping()
        self.set_interval(1.0, self._tick)
        self.set_interval(PRESENCE_EVERY, self._say_present)
        self._load()
        self._say_present()
        if self._begin in OPENERS:
            self.open_composer(OPENERS[self._begin])
        self.refresh_footer()

    async def on_unmount(self) -> None:
        self.save_drafts_now()
        await self.all_have_left()
        await self._leave(self.number)

    def on_descendant_focus(self) -> None:
        self.refresh_footer()

    def targets(self) -> tuple[int, ...]:
        return (self.number,)

    def versions(self, numbers: Sequence[int]) -> Mapping[int, int]:
        return {self.number: self.page.ticket.version} if self.page else {}

    def foresee(self, numbers: Sequence[int], change: Change) -> None:
        if self.page and self.number in numbers:
            self._draw_header(foreseen(self.page.ticket, change))

    async def show_truth(self, numbers: Sequence[int]) -> None:
        if self.number in numbers:
            before = self._kept_kinds()
            await self._refresh()
            came_back = self._kept_kinds() - before
            if came_back and not self.composer.is_open:
                self.open_composer(Mode(min(came_back)))

    def move_on(self) -> None:
        if self._neighbour(1) is not None:
            self.action_next_ticket()

    def feed(self, events: tuple[Event, ...]) -> None:
        if any(event.ticket == self.number for event in events):
            self._load()

    def show_ticket(self, number: int, message: int | None = None) -> None:
        """Another ticket on the same screen; what was written on this one is kept."""
        if self.composer.is_open:
            self.action_keep()
        self.save_soon()
        self.run_worker(self._leave(self.number), group="leaving", exit_on_error=False)
        self.number, self.page, self._begin_at, self.present = number, None, message, ()
        self.composer.close()
        self._header.show_number(number)
        self.suggested.show(None)
        self.set_focus(self.conversation)
        self._load()
        self._say_present()

    @work(exclusive=True, group="page", exit_on_error=False)
    async def _load(self) -> None:
        await self._refresh()

    async def _refresh(self) -> None:
        from supportdesk.desk import tickets

        number = self.number
        self.open_desk = desk = await self.console.opened()
        try:
            page = await asyncio.to_thread(tickets.ticket, desk, number)
        except NotFound as error:
            self.tell_error(error)
            if self.page is None:
                self.dismiss()
            return
        except DeskError as error:
            self.tell_error(error)
            return
        if number == self.number:
            await self._show(page)

    async def _show(self, page: "TicketPage") -> None:
        from supportdesk.desk import customers

        is_first = self.page is None
        same_customer = self.page is not None and self.page.customer == page.customer
        self.page = page
        self._show_present(page.present)
        if is_first:
            self.conversation.show(page.messages, at=self._begin_at)
        else:
            self.conversation.update_messages(page.messages)
        self.restore_drafts(page.drafts)
        self._card.show(page.customer)
        self.suggest(page)
        self.refresh_footer()
        if same_customer and not is_first:
            return
        assert self.open_desk is not None
        history = await asyncio.to_thread(customers.history, self.open_desk, page.customer.id)
        if self.page is page:
            self._history.show(history, here=self.number)

    def _show_present(self, present: tuple[Presence, ...]) -> None:
        self.present = present
        if self.page:
            self._draw_header(self.page.ticket)

    def _draw_header(self, ticket: Ticket) -> None:
        assert self.page is not None
        begun = [draft.agent for draft in self.page.drafts if draft.agent != self.console.me]
        self._header.show(ticket, self.present, begun, self.local_now())

    def _kept_kinds(self) -> set[DraftKind]:
        kinds = (DraftKind.REPLY, DraftKind.NOTE, DraftKind.FORWARD)
        written = {kind: self.keeper.written(self.number, kind) for kind in kinds}
        return {kind for kind, text in written.items() if text and text.text.strip()}

    def _tick(self) -> None:
        """Seconds of what can be recalled; minutes of what is due."""
        self.conversation.tick()
        minute = f"{self.local_now():%H:%M}"
        if self.page and minute != self._drawn_at:
            self._drawn_at = minute
            self._draw_header(self.page.ticket)

    def writing_changed(self) -> None:
        self._say_present()

    @work(exclusive=True, group="presence", exit_on_error=False)
    async def _say_present(self) -> None:
        from supportdesk.desk import presence

        number, doing = self.number, "replying" if self.composer.is_open else "reading"
        desk = await self.console.opened()
        try:
            await asyncio.to_thread(presence.touch, desk, number, doing)
            present = await asyncio.to_thread(presence.present, desk, (number,))
        except DeskError:
            return
        if number == self.number:
            self._show_present(present.get(number, ()))

    async def _leave(self, number: int) -> None:
        if self.open_desk is None:
            return
        from supportdesk.desk import presence

        try:
            await asyncio.to_thread(presence.leave, self.open_desk, number)
        except DeskError:
            return  # it is forgotten by itself in a few seconds

    def _neighbour(self, step: int) -> int | None:
        if callable(self._order):
            return self._order(self.number, step)
        numbers = tuple(self._order)
        place = numbers.index(self.number) + step if self.number in numbers else -1
        return numbers[place] if 0 <= place < len(numbers) else None

    def action_next_ticket(self) -> None:
        self._go(1, _("This is the last ticket of the queue."))

    def action_previous_ticket(self) -> None:
        self._go(-1, _("This is the first ticket of the queue."))

    def _go(self, step: int, otherwise: str) -> None:
        number = self._neighbour(step)
        if number is None:
            self.tell(otherwise)
        else:
            self.show_ticket(number)

    def action_back(self) -> None:
        if self.has_class("history-open"):
            self.action_history()
        else:
            self.dismiss()

    def action_history(self) -> None:
        """Move the keys to the history; where it does not stand beside the conversation it takes its place."""
        opened = self.focused is not self._history.rows
        self.set_class(opened, "history-open")
        self.set_focus(self._history.rows if opened else self.conversation)

    def on_history_pane_left(self, event: HistoryPane.Left) -> None:
        event.stop()
        self.remove_class("history-open")
        self.set_focus(self.composer.area if self.composer.is_open else self.conversation)

    def on_history_pane_opened(self, event: HistoryPane.Opened) -> None:
        """An earlier ticket opens on top; this one stays below as it is, with its draft."""
        event.stop()
        self.save_drafts_now()
        if event.number != self.number:
            self.app.push_screen(TicketScreen(event.number, [contact.number for contact in self._history.rows.things]))

    def action_next(self) -> None:
        self.conversation.next()

    def action_previous(self) -> None:
        self.conversation.previous()

    def action_page_down(self) -> None:
        self.conversation.page(1)

    def action_page_up(self) -> None:
        self.conversation.page(-1)

    def action_first(self) -> None:
        self.conversation.first()

    def action_last(self) -> None:
        self.conversation.last()

    def action_unfold(self) -> None:
        self.conversation.toggle_fold()

    def action_reload(self) -> None:
        self._load()
        self.refresh(layout=True)


def foreseen(ticket: Ticket, change: Change) -> Ticket:
    """The ticket as it will be when the desk agrees."""
    import dataclasses

    names = {field.name for field in dataclasses.fields(Ticket)}
    return dataclasses.replace(ticket, **{name: value for name, value in change.foreseen.items() if name in names})  # type: ignore[arg-type]
