"""What the keys of the queue do: move, mark, choose what is listed, open."""

import asyncio
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from supportdesk.domain.condition import Sort, SortKey
from supportdesk.domain.errors import DeskError, Invalid
from supportdesk.domain.view import View
from supportdesk.i18n import N_, _, ngettext
from supportdesk.screens.queue_pages import Listing, load_numbers
from supportdesk.screens.verbs import TicketVerbs
from supportdesk.widgets.queue_list import QueueList

if TYPE_CHECKING:
    from supportdesk.screens.ticket import TicketScreen

MOST_MARKED = 1_000
"""Tickets a query marks at most."""

SORT_NAMES = {
    SortKey.DUE: N_("due"), SortKey.UPDATED: N_("updated"), SortKey.CREATED: N_("created"),
    SortKey.PRIORITY: N_("priority"), SortKey.NUMBER: N_("number"),
}  # fmt: skip


class QueueKeys(TicketVerbs[None]):
    """Mix-in of the queue screen, which has the ``list`` and shows a ``listing``."""

    list: QueueList
    listing: Listing
    views: tuple[View, ...]

    def show_listing(self, listing: Listing) -> None:
        """Show another queue from its top."""
        raise NotImplementedError

    def marks_changed(self) -> None:
        """Say how many are marked."""
        raise NotImplementedError

    def neighbour(self, number: int, step: int) -> int | None:
        """The ticket some places after one in this queue."""
        raise NotImplementedError

    def action_next(self) -> None:
        self.list.move(1)

    def action_previous(self) -> None:
        self.list.move(-1)

    def action_page_down(self) -> None:
        self.list.turn(1)

    def action_page_up(self) -> None:
        self.list.turn(-1)

    def action_first(self) -> None:
        self.list.first()

    def action_last(self) -> None:
        self.list.last()

    def action_mark(self) -> None:
        self.list.toggle_mark()
        self.marks_changed()

    def action_mark_range(self) -> None:
        self.list.mark_range()
        self.marks_changed()

    async def action_mark_query(self) -> None:
        await self._ask_query(_("Mark what matches"), self._mark_matching)

    async def action_narrow(self) -> None:
        await self._ask_query(_("Narrow to"), self.narrow, self.listing.narrowed)

    def narrow(self, text: str) -> None:
        """List what of the view matches as well; "" the whole view."""
        self._show_or_tell(Listing(self.listing.view, text, self.listing.sorted_by))

    async def action_sort(self) -> None:
        from supportdesk.screens.prompts import Choice, Prompt

        choices = [Choice(key.value, _(name)) for key, name in SORT_NAMES.items()]
        choices += [
            Choice(f"-{key.value}", _("{key}, last first").format(key=_(name))) for key, name in SORT_NAMES.items()
        ]
        await self.app.push_screen(Prompt(_("Sort by"), choices=choices), self._sorted)

    def _sorted(self, text: str | None) -> None:
        if text is not None:
            self.sort_by(text)

    def sort_by(self, text: str) -> None:
        """``due`` or ``-updated``; raises nothing, tells what is wrong."""
        key = text.removeprefix("-")
        if key in SORT_NAMES:
            order = Sort(SortKey(key), descending=text.startswith("-"))
            self.show_listing(Listing(self.listing.view, self.listing.narrowed, order))
        else:
            known = ", ".join(SORT_NAMES)
            self.tell_error(Invalid(N_("{text} is none of {known}."), text=text, known=known))

    def action_next_view(self) -> None:
        self._step_view(1)

    def action_previous_view(self) -> None:
        self._step_view(-1)

    def action_clear(self) -> None:
        """The marks first, then the narrowing."""
        if self.list.marked:
            self.list.unmark()
            self.marks_changed()
        elif self.listing.narrowed:
            self.narrow("")

    def action_leave(self) -> None:
        self.console.leave()

    async def action_open(self) -> None:
        await self._open()

    async def action_reply(self) -> None:
        await self._open("reply")

    async def action_reply_sender(self) -> None:
        await self._open("reply_sender")

    async def action_note(self) -> None:
        await self._open("note")

    async def action_forward(self) -> None:
        await self._open("forward")

    async def action_history(self) -> None:
        """The customer's history: on the ticket's screen, with the keys in it."""
        if (screen := await self._open()) is not None:
            screen.action_history()

    async def action_pipe(self) -> None:
        if (screen := await self._open()) is not None:
            await screen.action_pipe()

    def action_copy(self) -> None:
        if self.list.current:
            self.app.copy_to_clipboard(f"#{self.list.current.number}")
            self.tell(_("Copied {text}.").format(text=f"#{self.list.current.number}"))

    async def open_ticket(self, number: int, begin: str = "") -> "TicketScreen":
        """Read a ticket, or write on it at once; J and K go through this queue."""
        from supportdesk.screens.ticket import TicketScreen

        screen = TicketScreen(number, self.neighbour, begin=begin)
        await self.app.push_screen(screen)
        return screen

    async def _open(self, begin: str = "") -> "TicketScreen | None":
        return await self.open_ticket(self.list.current.number, begin) if self.list.current else None

    def _step_view(self, by: int) -> None:
        keys = [view.key for view in self.views]
        at = keys.index(self.listing.view.key) if self.listing.view.key in keys else -by
        self.show_listing(Listing(self.views[(at + by) % len(keys)]))

    async def _ask_query(self, title: str, then: Callable[[str], None], text: str = "") -> None:
        from supportdesk.screens.prompts import Prompt

        prompt = Prompt(title, check=_checked_query, free=True, text=text, placeholder="tag:vip -is:snoozed refund")
        await self.app.push_screen(prompt, functools.partial(_if_given, then))

    def _mark_matching(self, text: str) -> None:
        listing = Listing(self.listing.view, f"{self.listing.narrowed} {text}")
        self.run_worker(self._marked(listing), group="marks", exclusive=True, exit_on_error=False)

    async def _marked(self, listing: Listing) -> None:
        desk = await self.console.opened()
        try:
            numbers = await asyncio.to_thread(load_numbers, desk, listing, self.console.tz, MOST_MARKED)
        except DeskError as error:
            self.tell_error(error)
            return
        self.list.mark(numbers)
        self.marks_changed()
        self.tell(ngettext("{n} ticket marked", "{n} tickets marked", len(numbers)).format(n=len(numbers)))

    def _show_or_tell(self, listing: Listing) -> None:
        try:
            self.show_listing(listing)
        except DeskError as error:
            self.tell_error(error)


def _if_given(then: Callable[[str], None], text: str | None) -> None:
    if text is not None:
        then(text)


def _checked_query(text: str) -> str:
    from supportdesk.domain.query import parse

    parse(text)
    return ""


def shown_sort(sort: Sort) -> str:
    """An order in the user's language."""
    name = _(SORT_NAMES[sort.key])
    return f"-{name}" if sort.descending else name
