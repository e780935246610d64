"""The queue: views with live counts, the tickets of one of them, and a look into the one under the cursor."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from supportdesk.domain.errors import DeskError
from supportdesk.domain.ticket import QueueRow
from supportdesk.domain.view import BUILTIN, View
from supportdesk.i18n import N_, _
from supportdesk.screens.changes import Change
from supportdesk.screens.queue_keys import QueueKeys, shown_sort
from supportdesk.screens.queue_pages import Listing, load_page, load_present, load_truth
from supportdesk.widgets.footer import Footer
from supportdesk.widgets.keys import shown_key
from supportdesk.widgets.list_title import ListTitle
from supportdesk.widgets.preview import MESSAGES, Preview
from supportdesk.widgets.queue_list import QueueList
from supportdesk.widgets.status_bar import StatusBar
from supportdesk.widgets.views_pane import Entry, ViewsPane, shown_count
from supportdesk.widgets.window import Answer, Ask

if TYPE_CHECKING:
    from supportdesk.domain.event import Event
    from supportdesk.domain.message import Message

PREVIEW_AFTER = 0.2
"""Seconds the cursor rests before the preview follows: a held key writes the two lines it changes and no more."""

COUNTS_EVERY = 1.5
"""Seconds between two counts of the views, at least."""

TOGETHER = 0.1
"""Seconds in which changes are gathered before they are looked up."""

REDRAWN_EVERY = 10
"""Seconds after which times in the list are looked at again."""

EMPTY = {
    "mine": N_("Nothing is assigned to you. {go_unassigned} shows what nobody has taken."),
    "unassigned": N_("Everything is assigned. {go_open} shows all open tickets."),
    "due": N_("Nothing is due soon. {go_open} shows all open tickets."),
    "overdue": N_("Nothing is late. {go_open} shows all open tickets."),
}


class EmptyNote(Widget):
    """Why there is nothing, and what to press."""

    text = ""

    def say(self, text: str) -> None:
        self.text = text
        self.display = bool(text)
        self.refresh()

    def render(self) -> Content:
        return Content(self.text)


class QueueScreen(QueueKeys):
    """The home of the console."""

    CONTEXT = "queue"
    AUTO_FOCUS = "QueueList"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-preview"), (160, "-wide")]

    def __init__(self, view: View) -> None:
        super().__init__()
        self.listing = Listing(view)
        self.views: tuple[View, ...] = BUILTIN
        self.list = QueueList(id="list")
        self._bar, self._pane, self._title = StatusBar(id="bar"), ViewsPane(id="views"), ListTitle(id="title")
        self._empty, self._preview, self._footer = EmptyNote(id="empty"), Preview(id="preview"), Footer(id="footer")
        self._changed: set[int] = set()
        self._gathering = self._counting = False
        self._asked_again = False

    def compose(self) -> ComposeResult:
        yield self._bar
        with Horizontal(id="body"):
            yield self._pane
            with Vertical(id="middle"):
                yield self._title
                yield self._empty
                yield self.list
            yield self._preview
        yield self._footer

    def on_mount(self) -> None:
        self._empty.display = False
        self.show_status()
        self._show_views()
        self._show_title()
        self.set_interval(1.0, self._tick)
        self._tick()
        self.refresh_footer()
        if (page := self.console.page_at_hand(self.listing.view.key)) and (ask := self.list.window.wanted()):
            self._accept(ask, page)

    def show_status(self, **facts: object) -> None:
        """Facts for the first line, from the app."""
        self._bar.show(**facts)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tickets each view holds, as far as counted."""
        return self._pane.counts

    def opened_desk(self) -> None:
        """The whole desk is there: everything beyond the first page can be had now."""
        self._tick()
        self._load_views()
        self._recount()
        self._look_closer()
        self._load_present()

    def on_screen_resume(self) -> None:
        """Back from a ticket: what was done there may have left this queue."""
        if self.list.window.loaded:
            self.list.again()
        self.refresh_footer()

    def feed(self, events: "tuple[Event, ...]") -> None:
        self._changed.update(event.ticket for event in events if event.ticket is not None)
        if self._changed and not self._gathering:
            self._gathering = True
            self.set_timer(TOGETHER, self._look_up_changed)
        if events:
            self._recount()
        self._load_present()

    def targets(self) -> tuple[int, ...]:
        if self.list.marked:
            return tuple(sorted(self.list.marked))
        return (self.list.current.number,) if self.list.current else ()

    def versions(self, numbers: Sequence[int]) -> Mapping[int, int]:
        return {row.number: row.version for row in self._rows(numbers)}

    def foresee(self, numbers: Sequence[int], change: Change) -> None:
        self.list.show_rows({row.number: change.foresee(row) for row in self._rows(numbers)})

    async def show_truth(self, numbers: Sequence[int]) -> None:
        """Rows as the desk has them, where they are; a queue with nothing left is loaded again."""
        desk, listing, window = await self.console.opened(), self.listing, self.list.window
        last = None if window.complete or not window.rows else window.rows[-1]
        try:
            truth = await asyncio.to_thread(load_truth, desk, listing, tuple(numbers), last, self.console.tz)
        except DeskError as error:
            self.tell_error(error)
            return
        if listing != self.listing:
            return
        self.list.show_rows(truth.rows)
        self.list.show_membership(truth.matching, numbers)
        self._show_title()
        if window.loaded and len(window.gone) == len(window.rows):
            self.list.again()
        if self.list.current and self.list.current.number in numbers:
            self._look_closer()

    def come_back(self, numbers: Sequence[int]) -> None:
        if len(numbers) == 1:
            self.list.follow(numbers[0])

    def move_on(self) -> None:
        if self.list.marked:
            self.action_clear()
        else:
            self.list.move(1)

    def neighbour(self, number: int, step: int) -> int | None:
        """The ticket ``step`` places after one, for reading on; the cursor goes along."""
        window, index = self.list.window, self.list.window.index(number)
        row = None
        while index is not None and (row := window.at(index + step)) is not None and row.number in window.gone:
            index += step
        if index is None or row is None:
            return None
        self.list.follow(row.number)
        return row.number

    def show_listing(self, listing: Listing) -> None:
        """Another queue from its top. Raises ``Invalid`` where what was typed cannot be read."""
        assert listing.query is not None
        self.listing = listing
        self._empty.say("")
        self.list.forget()
        self._show_views()
        self._show_title()
        self._recount()

    def on_queue_list_page_wanted(self, event: QueueList.PageWanted) -> None:
        self._load(event.ask, self.listing)

    def on_queue_list_cursor_moved(self, event: QueueList.CursorMoved) -> None:
        if event.row is None:
            self._preview.show(None, now=self.console.now())
        self.set_timer(PREVIEW_AFTER, lambda: self._look_closer(event.row))

    async def on_queue_list_opened(self) -> None:
        await self.action_open()

    def on_views_pane_chosen(self, event: ViewsPane.Chosen) -> None:
        self.console.go_to(event.key)

    def on_list_title_news_clicked(self) -> None:
        self.action_first()

    @work(group="pages", exit_on_error=False)
    async def _load(self, ask: Ask, listing: Listing) -> None:
        first = await self.console.first_page(listing.view.key) if not listing.narrowed else None
        if first is not None:
            self._accept(ask, first)
            return
        desk = await self.console.opened()
        try:
            answer = await asyncio.to_thread(load_page, desk, listing, ask, self.console.tz)
        except DeskError as error:
            self.list.failed(ask)
            self.tell_error(error)
        else:
            if listing == self.listing:
                self._accept(ask, answer)

    def _accept(self, ask: Ask, answer: Answer) -> None:
        self.list.accept(ask, answer)
        self._show_title()
        self._say_if_empty()
        self.console.first_rows_shown()

    def _say_if_empty(self) -> None:
        window = self.list.window
        if not window.loaded or window.rows:
            self._empty.say("")
            return
        keys = self.console.keymap
        text = (
            _("Nothing matches {query}. {clear} shows the whole view.")
            if self.listing.narrowed
            else _(EMPTY.get(self.listing.view.key, N_("There is nothing here. {go_open} shows all open tickets.")))
        )
        names = {"go_unassigned": "go.unassigned", "go_open": "go.open_tickets", "clear": "queue.clear"}
        shown = {name: shown_key((*keys.keys_for(action), ":")[0]) for name, action in names.items()}
        self._empty.say(text.format(query=self.listing.narrowed, **shown))

    def _look_up_changed(self) -> None:
        self._gathering = False
        numbers, self._changed = tuple(self._changed), set()
        self._look_up(numbers)

    @work(group="truth", exit_on_error=False)
    async def _look_up(self, numbers: tuple[int, ...]) -> None:
        await self.show_truth(numbers)

    def _recount(self) -> None:
        if not self._counting:
            self._counting = True
            self._count()

    @work(group="counts", exit_on_error=False)
    async def _count(self) -> None:
        from supportdesk.desk import views

        desk = await self.console.opened()
        try:
            counts = await asyncio.to_thread(views.counts, desk, tz=self.console.tz)
        except DeskError:
            return  # the first line says that the store is away
        finally:
            self.set_timer(COUNTS_EVERY, self._may_count_again)
        self._pane.show(counts=counts)
        self.list.window.count(0 if self.listing.narrowed else counts.get(self.listing.view.key, 0))
        self._show_title()

    def _may_count_again(self) -> None:
        self._counting = False

    @work(group="present", exclusive=True, exit_on_error=False)
    async def _load_present(self) -> None:
        desk = await self.console.opened()
        try:
            self.list.show_present(await asyncio.to_thread(load_present, desk))
        except DeskError:
            return  # it is asked for again in a moment

    @work(group="views", exit_on_error=False)
    async def _load_views(self) -> None:
        from supportdesk.desk import views

        desk = await self.console.opened()
        self.views = await asyncio.to_thread(views.views, desk)
        self._show_views()

    def _look_closer(self, row: QueueRow | None = None) -> None:
        """Load the messages under the cursor, unless it has gone on meanwhile."""
        current = self.list.current
        if current and self._preview.display and (row is None or row.number == current.number):
            self._load_preview(current)

    @work(group="preview", exclusive=True, exit_on_error=False)
    async def _load_preview(self, row: QueueRow) -> None:
        from supportdesk.desk import tickets

        desk = await self.console.opened()
        try:
            page = await asyncio.to_thread(tickets.ticket, desk, row.number)
        except DeskError:
            return  # it was taken back: the list will say so
        messages: tuple[Message, ...] = page.messages[-MESSAGES:]
        if self.list.current and self.list.current.number == row.number:
            self._preview.show(self.list.current, messages, now=self.console.now())

    def marks_changed(self) -> None:
        self._show_title()

    def _rows(self, numbers: Sequence[int]) -> list[QueueRow]:
        window = self.list.window
        places = [index for number in numbers if (index := window.index(number)) is not None]
        return [row for index in places if (row := window.at(index))]

    def _tick(self) -> None:
        now = self.console.now()
        self._bar.show(clock=f"{now.astimezone(self.console.tz):%H:%M}")
        if self.list.now is None or abs((now - self.list.now).total_seconds()) >= REDRAWN_EVERY:
            self.list.tick(now)

    def _show_views(self) -> None:
        entries = [
            Entry(view.key, _(view.name) if view.builtin else view.name, view.key == "overdue") for view in self.views
        ]
        entries += [Entry("outbox", _("Outbox")), Entry("quarantine", _("Quarantine"), warns=True)]
        self._pane.show(entries=entries, current=self.listing.view.key)

    def _show_title(self) -> None:
        listing, window = self.listing, self.list.window
        here = window.total - len(window.gone) + len(window.arrived)
        count = shown_count(here if window.complete else self._pane.counts.get(listing.view.key))
        self._title.show(
            view=_(listing.view.name) if listing.view.builtin else listing.view.name,
            count="" if listing.narrowed and not window.complete else count,
            narrowed=listing.narrowed,
            sort=shown_sort(listing.sort),
            marked=len(self.list.marked),
            arrived=len(window.arrived),
        )
