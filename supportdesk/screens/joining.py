"""Joining a new ticket to the one it may belong to, with one key."""

import asyncio
from typing import TYPE_CHECKING

from textual import work

from supportdesk.domain.errors import DeskError
from supportdesk.i18n import N_, _
from supportdesk.screens.changes import Done
from supportdesk.screens.ticket_tools import TicketTools
from supportdesk.widgets.keys import shown_key
from supportdesk.widgets.suggestion_line import SuggestionLine

if TYPE_CHECKING:
    from supportdesk.desk.tickets import TicketPage


class Joining(TicketTools):
    """Shows intake's suggestion above the conversation, and follows it when asked to."""

    suggested: SuggestionLine

    def show_ticket(self, number: int, message: int | None = None) -> None:
        """Another ticket on the same screen."""
        raise NotImplementedError

    @work(exclusive=True, group="suggestion", exit_on_error=False)
    async def suggest(self, page: "TicketPage") -> None:
        """Look what the ticket on screen may belong to."""
        from supportdesk.desk import suggestion

        if suggestion.suggested(page) is None:
            self.suggested.show(None)
            return
        desk = await self.console.opened()
        try:
            found = await asyncio.to_thread(suggestion.suggestion, desk, page)
        except DeskError:
            found = None  # the ticket is shown all the same, and M still merges
        if self.page is page:
            key = next(iter(self.console.keymap.keys_for("ticket.join")), "")
            self.suggested.show(found.number if found else None, found.subject if found else "", shown_key(key))

    def action_join(self) -> None:
        """Merge this ticket into the suggested one and go on there; undo takes it back."""
        if self.suggested.number is None:
            self.tell(_("There is no other ticket this one may belong to."))
        else:
            self.save_drafts_now()
            self.run_worker(self._joined(self.number, self.suggested.number), group="verbs", exit_on_error=False)

    async def _joined(self, number: int, into: int) -> None:
        from supportdesk.desk import structure

        desk = await self.console.opened()
        try:
            async with self.console.verbs:
                await asyncio.to_thread(structure.merge, desk, (number,), into)
        except DeskError as error:
            self.tell_error(error)
            return
        self.console.done = Done(N_("Join"), (number,))
        self.tell(_("#{number} is part of #{into} now.").format(number=number, into=into))
        if self.number == number:
            self.show_ticket(into)
        self.refresh_footer()
